/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a volume appears: whole and synced, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/moment.h"
#include "storage/volume.h"

int
volume_fill_overlay(struct op *op, void *arg, int to)
{
	static _Thread_local uint8_t head[QCOW2_NEW];
	const struct overlay *o = arg;

	if (qcow2_new(o->size, o->base, head) < 0)
		return op_fail(op, "VDI_TOO_LARGE", op_text(op, "vdi", ""),
		    arena_printf(op->arena, "%lld", (long long)QCOW2_MAX_SIZE),
		    NULL);
	/* Most of it is zero, and a hole. */
	if (ftruncate(to, sizeof(head)) < 0)
		return -1;
	for (size_t at = 0; at < 3 * sizeof(head) / 7; at += 65536)
		if (pwrite(to, head + at, 4096, (off_t)at) != 4096)
			return -1;
	return 0;
}

/* A draft of a worker that died may be there; whoever is at it is waited for. */
static int
open_draft(int folder, const char *draft)
{
	int fd = place_file(folder, draft, O_RDWR | O_CREAT);

	if (fd >= 0 && (flock(fd, LOCK_EX) < 0 || ftruncate(fd, 0) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* From draft to name. -1 raised, and nothing is left. */
static int
finish_draft(struct op *op, int folder, const char *argument, const char *draft,
    const char *name, volume_fill *fill, void *arg)
{
	CLEANUP_FD int fd = open_draft(folder, draft);

	if (fd < 0)
		return volume_fail(op, argument);
	moment("worker", op->name, "draft is there");
	if (!fault_hit(FAULT_WRITE) && fill(op, arg, fd) == 0 &&
	    fault_fsync(fd) == 0 && !fault_hit(FAULT_RENAME) &&
	    renameat(folder, draft, folder, name) == 0)
		return fault_fsync(folder) < 0 ? volume_fail(op, argument) : 0;
	if (!op->nerror)
		volume_fail(op, argument);
	(void)unlinkat(folder, draft, 0);
	return -1;
}

static const char *
name_of(struct op *op, const char *argument, enum volume_format format)
{
	return volume_name(op, argument,
	    format == VOLUME_QCOW2 ? ".qcow2" : ".raw");
}

int
volume_make(struct op *op, int folder, enum volume_format format,
    volume_fill *fill, void *arg)
{
	const char *draft = volume_name(op, "vdi", ".new");
	const char *name = draft ? name_of(op, "vdi", format) : NULL;
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	int r = name ? volume_find(op, folder, "vdi", O_RDONLY, &v) : -1;

	if (r < 0)
		return -1;
	if (r == 0 &&
	    (finish_draft(op, folder, "vdi", draft, name, fill, arg) < 0 ||
		volume_open(op, folder, "vdi", O_RDONLY, &v) < 0))
		return -1;
	return volume_answer(op, &v);
}

int
volume_replace(struct op *op, int folder, const char *argument,
    enum volume_format format, volume_fill *fill, void *arg)
{
	const char *draft = volume_name(op, argument, ".new");
	const char *name = draft ? name_of(op, argument, format) : NULL;

	return name ? finish_draft(op, folder, argument, draft, name, fill, arg)
		    : -1;
}
