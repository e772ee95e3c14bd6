/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CD images: the files *.iso and *.img of a folder, read only. They are known
 * by name: uuids are the core's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/text.h"
#include "storage/storage.h"

static bool
is_image(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && len < 256 && name[0] != '.' &&
	    (strcasecmp(name + len - 4, ".iso") == 0 ||
		strcasecmp(name + len - 4, ".img") == 0) &&
	    text_is_clean(name, len) && !strpbrk(name, "\n\r\t");
}

static int
open_place(struct op *op)
{
	return place_open(op, op_list(op, "device_config"), false);
}

static int
iso_sr_attach(void *context, struct op *op)
{
	CLEANUP_FD int fd = open_place(op);

	(void)context;
	return fd < 0 ? -1
		      : op_answer(op,
			    (const struct value_member[]){
				{ "size", value_of_int(-1) },
				{ "used", value_of_int(-1) },
			    },
			    2);
}

static int
iso_sr_detach(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

static int
add_image(struct volume_list *all, int folder, const char *name)
{
	CLEANUP_FD int fd = place_file(folder, name, O_RDONLY);
	struct stat st;

	if (fd < 0)
		return place_is_no_file(errno) ? 0 : place_fail(all->op, name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return volume_list_add(all, st.st_size, st.st_size, true, NULL, NULL,
	    name);
}

/* Images are read from what others have put there, which may not be mounted:
 * then nothing at all is there. */
static int
check_mounted(struct op *op, unsigned entries)
{
	if (entries > 2 || op_int(op, "known", 0) <= 0) /* "." and ".." */
		return 0;
	errno = ENODEV;
	return place_fail(op, "The folder is empty");
}

static int
iso_sr_scan(void *context, struct op *op)
{
	struct volume_list all = { .op = op };
	CLEANUP_FD int fd = open_place(op);
	unsigned entries = 0;
	struct dirent *e;
	int rc = 0;
	DIR *dir;

	(void)context;
	if (fd < 0)
		return -1;
	dir = place_list(fd);
	if (!dir)
		return place_fail(op, "folder");
	for (; rc == 0 && (e = place_next(dir, &rc)); entries++)
		if (is_image(e->d_name))
			rc = add_image(&all, fd, e->d_name);
	if (rc < 0)
		(void)place_fail(op, "folder");
	closedir(dir);
	return rc < 0 || check_mounted(op, entries) < 0
	    ? -1
	    : volume_list_answer(&all);
}

static int
iso_vdi_attach(void *context, struct op *op)
{
	const char *name = op_text(op, "location", "");
	CLEANUP_FD int folder = open_place(op);
	CLEANUP_FD int fd = -1;
	const char *path;

	(void)context;
	if (folder < 0)
		return -1;
	if (!strchr(name, '/') && is_image(name))
		fd = place_file(folder, name, O_RDONLY);
	if (fd < 0)
		return op_fail(op, "VDI_MISSING", op->uuid, name, NULL);
	path = arena_printf(op->arena, "%s/%s",
	    place_path(op, op_list(op, "device_config")), name);
	return path ? op_answer(op,
			  (const struct value_member[]){
			      { "path", value_of_text(path) },
			      { "format", value_of_text("raw") },
			  },
			  2)
		    : op_fail_nomem(op);
}

static int
iso_sr_probe(void *context, struct op *op)
{
	(void)context;
	return place_probe(op, is_image);
}

const struct sr_driver sr_iso = {
	.name = "iso",
	.sr_probe = iso_sr_probe,
	.sr_create = iso_sr_attach,
	.sr_attach = iso_sr_attach,
	.sr_detach = iso_sr_detach,
	.sr_destroy = NULL, /* images are not ours to destroy */
	.sr_stat = iso_sr_attach,
	.sr_scan = iso_sr_scan,
	.vdi_attach = iso_vdi_attach,
	.vdi_detach = iso_sr_detach,
};
