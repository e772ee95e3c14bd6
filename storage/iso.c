/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CD images: the files *.iso of a folder, read only. They are known by name:
 * uuids are the core's. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "storage/storage.h"

#define MAX_IMAGES 4096

static bool
is_image(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && len < 256 && name[0] != '.' &&
	    strcasecmp(name + len - 4, ".iso") == 0;
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
describe(struct op *op, int folder, const char *name, struct value *out_r)
{
	CLEANUP_FD int fd = place_file(folder, name, O_RDONLY);
	struct value_member *m = arena_array(op->arena, 5, sizeof(*m));
	const char *copy = arena_strdup(op->arena, name);
	struct stat st;

	if (!m || !copy)
		return op_fail_nomem(op);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	m[0] = (struct value_member){ "location", value_of_text(copy) };
	m[1] = (struct value_member){ "name", value_of_text(copy) };
	m[2] = (struct value_member){ "size", value_of_int(st.st_size) };
	m[3] = (struct value_member){ "used", value_of_int(st.st_size) };
	m[4] = (struct value_member){ "read_only", value_of_bool(true) };
	*out_r = (struct value){ .kind = VALUE_STRUCT, .n = 5, .members = m };
	return 1;
}

static int
iso_sr_scan(void *context, struct op *op)
{
	struct value *items =
	    arena_array(op->arena, MAX_IMAGES, sizeof(*items));
	CLEANUP_FD int fd = open_place(op);
	struct value_member m;
	struct dirent *e;
	uint32_t n = 0;
	int r = 0, copy;
	DIR *dir;

	(void)context;
	if (fd < 0)
		return -1;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	dir = copy < 0 || !items ? NULL : fdopendir(copy);
	if (!dir)
		return place_fail(op, "folder");
	while (r >= 0 && n < MAX_IMAGES && (e = readdir(dir)))
		if (is_image(e->d_name) &&
		    (r = describe(op, fd, e->d_name, &items[n])) == 1)
			n++;
	closedir(dir);
	m = (struct value_member){ "volumes",
		{ .kind = VALUE_ARRAY, .n = n, .items = items } };
	return r < 0 ? -1 : op_answer(op, &m, 1);
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

const struct sr_driver sr_iso = {
	.name = "iso",
	.sr_create = iso_sr_attach,
	.sr_attach = iso_sr_attach,
	.sr_detach = iso_sr_detach,
	.sr_destroy = NULL, /* images are not ours to destroy */
	.sr_stat = iso_sr_attach,
	.sr_scan = iso_sr_scan,
	.vdi_attach = iso_vdi_attach,
	.vdi_detach = iso_sr_detach,
};
