/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes are files in a folder (volume.h). A volume appears by a rename when
 * it is whole, and is synced before it is answered. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/ref.h"
#include "storage/image.h"
#include "storage/volume.h"

#define MAX_SIZE (INT64_C(1) << 45) /* 32 TiB */

/* ---- repositories ---- */

static int
answer_space(struct op *op, int fd)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return place_fail(op, "statvfs");
	return op_answer(op,
	    (const struct value_member[]){
		{ "size",
		    value_of_int((int64_t)st.f_blocks * (int64_t)st.f_frsize) },
		{ "used",
		    value_of_int((int64_t)(st.f_blocks - st.f_bfree) *
			(int64_t)st.f_frsize) },
	    },
	    2);
}

static int
file_sr_stat(void *context, struct op *op)
{
	CLEANUP_FD int fd = volume_folder(op, false);

	(void)context;
	return fd < 0 ? -1 : answer_space(op, fd);
}

/* What was left half done when the host went down goes. */
static int
file_sr_attach(void *context, struct op *op)
{
	CLEANUP_FD int fd = volume_folder(op, true);

	(void)context;
	if (fd < 0)
		return -1;
	mark_older(op, fd);
	volume_drop_drafts(fd);
	return volume_drop_bases(op, fd) < 0 ? -1 : answer_space(op, fd);
}

static int
file_sr_create(void *context, struct op *op)
{
	CLEANUP_FD int fd = place_open(op, op_list(op, "device_config"), true);

	(void)context;
	if (fd < 0)
		return -1;
	return mark_make(fd) < 0 ? place_fail(op, "folder") : 0;
}

static int
file_sr_detach(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

/* An image that cannot be used is there, with the size that it has as a file:
 * what a scan does not find is taken for gone. */
static int
add_volume(struct volume_list *all, int folder, const char *name,
    enum volume_format format, const char *uuid)
{
	struct op quiet = { .arena = all->op->arena, .args = all->op->args };
	CLEANUP_VOLUME struct volume v = {
		.fd = place_file(folder, name, O_RDONLY),
		.format = format,
		.name = name,
	};
	struct stat st;

	if (v.fd < 0)
		return place_is_no_file(errno) ? 0 : place_fail(all->op, name);
	if (fstat(v.fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (volume_look(&quiet, "vdi", &v) < 0)
		log_warn("%s", quiet.nerror > 3 ? quiet.error[3] : name);
	return volume_list_add(all, v.size, v.used, false,
	    volume_formats[format], uuid, uuid);
}

static int
file_sr_scan(void *context, struct op *op)
{
	struct volume_list all = { .op = op };
	CLEANUP_FD int fd = volume_folder(op, false);
	struct dirent *e;
	int rc = 0;
	DIR *dir;

	(void)context;
	if (fd < 0 || mark_check(op, fd) < 0)
		return -1;
	dir = place_list(fd);
	if (!dir)
		return place_fail(op, "folder");
	while (rc == 0 && (e = place_next(dir, &rc))) {
		char uuid[UUID_CHARS + 1];
		enum volume_format format;

		if (volume_kind(e->d_name, &format, uuid) == 'v')
			rc = add_volume(&all, fd, e->d_name, format, uuid);
	}
	if (rc < 0)
		(void)place_fail(op, "folder");
	closedir(dir);
	return rc < 0 ? -1 : volume_list_answer(&all);
}

static int
file_sr_destroy(void *context, struct op *op)
{
	CLEANUP_FD int fd = volume_folder(op, false);
	const struct value *volumes;

	if (fd < 0 || file_sr_scan(context, op) < 0)
		return -1;
	volumes = value_member(&op->result, "volumes");
	if (volumes->n)
		return op_fail(op, "SR_NOT_EMPTY", NULL);
	mark_drop(fd);
	op->result = (struct value){ .kind = VALUE_NIL };
	return 0;
}

/* ---- volumes ---- */

/* A size that a volume can have, rounded up to a MiB; -1, raised. */
static int64_t
size_of(struct op *op, enum volume_format format)
{
	int64_t size = op_int(op, "size", 0);
	int64_t most = format == VOLUME_QCOW2 ? QCOW2_MAX_SIZE : MAX_SIZE;

	if (size < 0 || size > most) {
		op_fail(op, "VDI_TOO_LARGE", op_text(op, "vdi", ""),
		    arena_printf(op->arena, "%lld", (long long)most), NULL);
		return -1;
	}
	return (size + (1 << 20) - 1) >> 20 << 20;
}

static int
fill_raw(struct op *op, void *overlay, int to)
{
	(void)op;
	return ftruncate(to, ((const struct overlay *)overlay)->size);
}

static int
file_vdi_create(void *context, struct op *op)
{
	int format = volume_format_wanted(op, VOLUME_RAW);
	struct overlay empty = { .base = "" };
	CLEANUP_FD int folder = -1;

	(void)context;
	if (format < 0)
		return -1;
	empty.size = size_of(op, (enum volume_format)format);
	folder = empty.size < 0 ? -1 : volume_folder(op, false);
	return folder < 0
	    ? -1
	    : volume_make(op, folder, (enum volume_format)format,
		  format == VOLUME_QCOW2 ? volume_fill_overlay : fill_raw,
		  &empty);
}

/* Bases that rested on the volume's own may go with it. */
static int
file_vdi_destroy(void *context, struct op *op)
{
	static const char *const suffixes[] = { ".new", ".raw", ".qcow2",
		".scratch" };
	CLEANUP_FD int folder = volume_folder(op, true);
	bool image = false;

	(void)context;
	if (folder < 0 || image_detach(op, "vdi", NULL) < 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *name = volume_name(op, "vdi", suffixes[i]);

		if (!name)
			return -1;
		if (unlinkat(folder, name, 0) == 0)
			image |= i == 2;
		else if (errno != ENOENT)
			return volume_fail(op, "vdi");
	}
	if (!image) { /* a clone that was not finished */
		const char *base = arena_printf(op->arena, "base-%s.qcow2",
		    op_text(op, "vdi", ""));

		image = base && faccessat(folder, base, F_OK, 0) == 0;
	}
	if (image && volume_drop_bases(op, folder) < 0)
		return -1;
	return fault_fsync(folder) < 0 ? volume_fail(op, "vdi") : 0;
}

/* The new size is all that changes in an image: its table is long enough. */
static int
grow_image(struct op *op, const struct volume *v, int64_t size)
{
	uint8_t bytes[8];

	if (!qcow2_can_grow(&v->head, size))
		return op_fail(op, "VDI_TOO_LARGE", op_text(op, "vdi", ""),
		    arena_printf(op->arena, "%lld",
			(long long)qcow2_limit(&v->head)),
		    NULL);
	qcow2_put_size(size, bytes);
	return pwrite(v->fd, bytes, sizeof(bytes), QCOW2_SIZE_AT) ==
		(ssize_t)sizeof(bytes)
	    ? 0
	    : volume_fail(op, "vdi");
}

static int
file_vdi_resize(void *context, struct op *op)
{
	const struct layers none = { .n = 0 };
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, true);
	int64_t size;

	(void)context;
	if (folder < 0 || volume_open(op, folder, "vdi", O_RDWR, &v) < 0 ||
	    chain_use(op, folder, &v, &none) < 0)
		return -1;
	size = size_of(op, v.format);
	if (size < 0)
		return -1;
	if (size > v.size) {
		if (v.format == VOLUME_QCOW2 && image_is_open(&v))
			return op_fail(op, "VDI_IN_USE", op_text(op, "vdi", ""),
			    "resize", NULL);
		if (v.format == VOLUME_QCOW2 && grow_image(op, &v, size) < 0)
			return -1;
		if ((v.format == VOLUME_RAW && ftruncate(v.fd, size) < 0) ||
		    fault_fsync(v.fd) < 0)
			return volume_fail(op, "vdi");
		if (volume_look(op, "vdi", &v) < 0)
			return -1;
	}
	return volume_answer(op, &v);
}

static int
file_vdi_stat(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, false);

	(void)context;
	if (folder < 0 || volume_open(op, folder, "vdi", O_RDONLY, &v) < 0)
		return -1;
	return volume_answer(op, &v);
}

/* ---- use ---- */

/* The device of what is written in the place of the disk. */
static const char *
scratch_path(struct op *op, int folder, struct volume *v)
{
	CLEANUP_LAYERS struct layers below = { .n = 0 };
	CLEANUP_VOLUME struct volume s = VOLUME_NONE;

	if (layers_open(op, folder, v, &below) < 0 ||
	    chain_use(op, folder, v, &below) < 0 ||
	    scratch_open(op, folder, v, &s) < 0 ||
	    scratch_rest_on(op, v, &below) < 0)
		return NULL;
	return image_attach(op, "vdi", folder, &s, &below, true);
}

static const char *
path_of(struct op *op, int folder, struct volume *v)
{
	bool writable = strcmp(op_text(op, "mode", "RW"), "RW") == 0;
	CLEANUP_LAYERS struct layers below = { .n = 0 };

	if (writable && strcmp(op_text(op, "on_boot", ""), "reset") == 0)
		return scratch_path(op, folder, v);

	if (v->format == VOLUME_RAW)
		return arena_printf(op->arena, "%s/%s",
		    place_path(op, op_list(op, "device_config")), v->name);
	if (layers_open(op, folder, v, &below) < 0 ||
	    chain_use(op, folder, v, &below) < 0)
		return NULL;
	return image_attach(op, "vdi", folder, v, &below, writable);
}

static int
file_vdi_attach(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, true);
	const char *path, *served;

	(void)context;
	if (folder < 0 || volume_open(op, folder, "vdi", O_RDONLY, &v) < 0)
		return -1;
	path = path_of(op, folder, &v);
	served = path ? image_name_of(op, "vdi", path) : NULL;
	if (!served)
		return op->nerror ? -1 : op_fail_nomem(op);
	return op_answer(op,
	    (const struct value_member[]){
		{ "path", value_of_text(path) },
		{ "format", value_of_text("raw") },
		{ "served", value_of_text(served) },
	    },
	    3);
}

/* With "ends" in the request what was written to a disk that is reset goes. */
static int
scratch_detach(struct op *op, int folder, const struct volume *s)
{
	if (image_detach(op, "vdi", s) < 0)
		return -1;
	return op_int(op, "ends", 0) ? scratch_drop(op, folder) : 0;
}

/* Of a volume that is gone a device may be left. Who was about to make one for a
 * worker that has died has the lock (keeper.h). */
static int
file_vdi_detach(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_VOLUME struct volume s = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, true);
	int r = folder < 0 ? -1 : scratch_find(op, folder, &s);

	(void)context;
	if (folder >= 0)
		(void)flock(folder, LOCK_UN);
	if (r == 1)
		return scratch_detach(op, folder, &s);
	r = r < 0 ? -1 : volume_find(op, folder, "vdi", O_RDONLY, &v);
	if (r < 0)
		return -1;
	return r == 1 && v.format == VOLUME_RAW
	    ? 0
	    : image_detach(op, "vdi", r == 1 ? &v : NULL);
}

int
volume_check_server(struct op *op, const char *argument)
{
	return image_is_lost(op, argument)
	    ? op_fail(op, "VDI_IO_ERROR", op_text(op, argument, ""),
		  "The server of the image has died", NULL)
	    : 0;
}

static int
file_vdi_settle(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, false);
	uint64_t written;

	(void)context;
	if (folder < 0 || volume_open(op, folder, "vdi", O_RDONLY, &v) < 0)
		return -1;
	if (v.format == VOLUME_QCOW2 && volume_check_server(op, "vdi") < 0)
		return -1;
	if (image_has_device(op, "vdi") &&
	    image_settle(op, "vdi", &written) < 0)
		return -1;
	return fault_fsync(v.fd) < 0 ? volume_fail(op, "vdi") : 0;
}

static bool
counts(const char *name)
{
	return volume_kind(name, NULL, NULL) == 'v';
}

static int
file_sr_probe(void *context, struct op *op)
{
	(void)context;
	return place_probe(op, counts);
}

const struct sr_driver sr_file = {
	.name = "file",
	.sr_probe = file_sr_probe,
	.sr_create = file_sr_create,
	.sr_attach = file_sr_attach,
	.sr_detach = file_sr_detach,
	.sr_destroy = file_sr_destroy,
	.sr_stat = file_sr_stat,
	.sr_scan = file_sr_scan,
	.sr_merge = file_sr_merge,
	.vdi_create = file_vdi_create,
	.vdi_destroy = file_vdi_destroy,
	.vdi_resize = file_vdi_resize,
	.vdi_stat = file_vdi_stat,
	.vdi_clone = file_vdi_clone,
	.vdi_snapshot = file_vdi_clone,
	.vdi_copy = file_vdi_copy,
	.vdi_attach = file_vdi_attach,
	.vdi_detach = file_vdi_detach,
	.vdi_settle = file_vdi_settle,
	.vdi_sum = file_vdi_sum,
};
