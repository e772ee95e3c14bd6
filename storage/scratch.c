/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest writes to a disk that returns to what it was at each start
 * (VDI.on_boot "reset"): UUID.scratch, an image that rests on the disk, which
 * itself is never written. It begins with the VM and ends with it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "storage/image.h"
#include "storage/volume.h"

static int
begin(struct op *op, int folder, const struct volume *disk, struct volume *s)
{
	struct overlay empty = { disk->size, "" };

	if (unlinkat(folder, s->name, 0) < 0 && errno != ENOENT)
		return volume_fail(op, "vdi");
	s->fd = place_file(folder, s->name, O_RDWR | O_CREAT | O_EXCL);
	if (s->fd < 0)
		return volume_fail(op, "vdi");
	if (volume_fill_overlay(op, &empty, s->fd) == 0 &&
	    fault_fsync(s->fd) == 0)
		return 0;
	if (!op->nerror)
		volume_fail(op, "vdi");
	(void)unlinkat(folder, s->name, 0);
	return -1;
}

int
scratch_find(struct op *op, int folder, struct volume *s)
{
	s->format = VOLUME_QCOW2;
	s->name = volume_name(op, "vdi", ".scratch");
	if (!s->name)
		return -1;
	s->fd = place_file(folder, s->name, O_RDONLY);
	if (s->fd < 0)
		return errno == ENOENT ? 0 : volume_fail(op, "vdi");
	return volume_look(op, "vdi", s) < 0 ? -1 : 1;
}

int
scratch_open(struct op *op, int folder, const struct volume *disk,
    struct volume *s)
{
	int r = scratch_find(op, folder, s);

	if (r < 0)
		return -1;
	/* This was done before somebody died: it is in use already. */
	if (r == 1 && (!op_int(op, "begins", 0) || image_is_open(s)))
		return 0;
	volume_close(s);
	if (begin(op, folder, disk, s) < 0)
		return -1;
	return volume_look(op, "vdi", s);
}

int
scratch_rest_on(struct op *op, struct volume *disk, struct layers *l)
{
	if (l->n == VOLUME_LAYERS)
		return op_fail(op, "SR_BACKEND_FAILURE_109", "",
		    "The snapshot chain is too long", "", NULL);
	if (!l->n)
		l->lowest = disk->format;
	memmove(l->fd + 1, l->fd, l->n * sizeof(*l->fd));
	memmove(l->name + 1, l->name, l->n * sizeof(*l->name));
	l->fd[0] = STEAL_FD(disk->fd);
	l->name[0] = disk->name;
	l->n++;
	return 0;
}

int
scratch_drop(struct op *op, int folder)
{
	const char *name = volume_name(op, "vdi", ".scratch");

	if (!name)
		return -1;
	return unlinkat(folder, name, 0) < 0 && errno != ENOENT
	    ? volume_fail(op, "vdi")
	    : 0;
}
