/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes are sparse files UUID.raw in a folder. A volume appears by a rename
 * when it is whole, and is synced before it is answered. Copies share blocks
 * where the filesystem can (FICLONE), else only what holds data is copied. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/ref.h"
#include "storage/storage.h"

#define SUFFIX ".raw"
#define SECTOR INT64_C(512)
#define MAX_SIZE (INT64_C(1) << 45) /* 32 TiB */
#define MAX_VOLUMES 100000
#define CHUNK ((size_t)4 << 20)

/* ---- names ---- */

static bool
is_uuid(const char *text)
{
	for (int i = 0; i < UUID_CHARS; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-'
			 : !strchr("0123456789abcdef", text[i]) || !text[i])
			return false;
	}
	return text[UUID_CHARS] == '\0';
}

/* "UUID.raw" of an argument, or NULL, raised. */
static const char *
file_name(struct op *op, const char *argument, const char *suffix)
{
	const char *uuid = op_text(op, argument, "");
	const char *name;

	if (!is_uuid(uuid)) {
		op_fail(op, "UUID_INVALID", "VDI", uuid, NULL);
		return NULL;
	}
	name = arena_printf(op->arena, "%s%s", uuid, suffix);
	if (!name)
		op_fail_nomem(op);
	return name;
}

static int
open_place(struct op *op, bool make)
{
	return place_open(op, op_list(op, "device_config"), make);
}

/* An errno of a volume's file. */
static int
fail_volume(struct op *op, const char *argument)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return op_fail(op, "SR_FULL",
		    arena_printf(op->arena, "%lld",
			(long long)op_int(op, "size", 0)),
		    "what the file system has left", NULL);
	if (errno == ENOENT)
		return op_fail(op, "VDI_MISSING", op->uuid,
		    op_text(op, argument, ""), NULL);
	return op_fail_errno(op, "VDI_IO_ERROR", op_text(op, argument, ""));
}

/* ---- repositories ---- */

static int
file_sr_stat(void *context, struct op *op)
{
	CLEANUP_FD int fd = open_place(op, false);
	struct statvfs st;

	(void)context;
	if (fd < 0)
		return -1;
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
file_sr_create(void *context, struct op *op)
{
	CLEANUP_FD int fd = open_place(op, true);

	(void)context;
	return fd < 0 ? -1 : 0;
}

static int
file_sr_detach(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

struct volumes {
	struct op *op;
	struct value *items;
	uint32_t n, cap;
};

static int
add_volume(struct volumes *v, int folder, const char *name)
{
	CLEANUP_FD int fd = place_file(folder, name, O_RDONLY);
	struct value_member *m = arena_array(v->op->arena, 4, sizeof(*m));
	struct value *items;
	struct stat st;
	char *uuid = arena_strdup(v->op->arena, name);

	if (!m || !uuid)
		return op_fail_nomem(v->op);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	uuid[UUID_CHARS] = '\0';
	m[0] = (struct value_member){ "vdi", value_of_text(uuid) };
	m[1] = (struct value_member){ "location", value_of_text(uuid) };
	m[2] = (struct value_member){ "size", value_of_int(st.st_size) };
	m[3] = (struct value_member){ "used",
		value_of_int(st.st_blocks * SECTOR) };
	if (v->n == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 64;
		items = arena_array(v->op->arena, v->cap, sizeof(*items));
		if (!items)
			return op_fail_nomem(v->op);
		if (v->n)
			memcpy(items, v->items, v->n * sizeof(*items));
		v->items = items;
	}
	v->items[v->n++] =
	    (struct value){ .kind = VALUE_STRUCT, .n = 4, .members = m };
	return 0;
}

static bool
is_volume(const char *name)
{
	char uuid[UUID_CHARS + 1];

	if (strlen(name) != UUID_CHARS + strlen(SUFFIX) ||
	    strcmp(name + UUID_CHARS, SUFFIX) != 0)
		return false;
	memcpy(uuid, name, UUID_CHARS);
	uuid[UUID_CHARS] = '\0';
	return is_uuid(uuid);
}

static int
file_sr_scan(void *context, struct op *op)
{
	struct volumes v = { .op = op };
	CLEANUP_FD int fd = open_place(op, false);
	struct value_member m;
	struct dirent *e;
	int rc = 0, copy;
	DIR *dir;

	(void)context;
	if (fd < 0)
		return -1;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir)
		return place_fail(op, "folder");
	while (rc == 0 && v.n < MAX_VOLUMES && (e = readdir(dir)))
		if (is_volume(e->d_name))
			rc = add_volume(&v, fd, e->d_name);
	closedir(dir);
	m = (struct value_member){ "volumes",
		{ .kind = VALUE_ARRAY, .n = v.n, .items = v.items } };
	return rc < 0 ? -1 : op_answer(op, &m, 1);
}

static int
file_sr_destroy(void *context, struct op *op)
{
	const struct value *volumes;

	if (file_sr_scan(context, op) < 0)
		return -1;
	volumes = value_member(&op->result, "volumes");
	if (volumes->n)
		return op_fail(op, "SR_NOT_EMPTY", NULL);
	op->result = (struct value){ .kind = VALUE_NIL };
	return 0;
}

/* ---- volumes ---- */

static int
answer_volume(struct op *op, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_volume(op, "vdi");
	return op_answer(op,
	    (const struct value_member[]){
		{ "location", value_of_text(op_text(op, "vdi", "")) },
		{ "size", value_of_int(st.st_size) },
		{ "used", value_of_int(st.st_blocks * SECTOR) },
	    },
	    3);
}

/* A size that a volume can have, rounded up to a MiB; -1, raised. */
static int64_t
size_of(struct op *op)
{
	int64_t size = op_int(op, "size", 0);

	if (size < 0 || size > MAX_SIZE) {
		op_fail(op, "VDI_TOO_LARGE",
		    arena_printf(op->arena, "%lld", (long long)MAX_SIZE), NULL);
		return -1;
	}
	return (size + (1 << 20) - 1) >> 20 << 20;
}

/* What fills a new file; NULL: nothing. */
typedef int fill_fn(struct op *op, int from, int to);

/* Makes a volume as UUID.new, filled and synced, then names it. There already:
 * this step was done before somebody died. */
static int
make_volume(struct op *op, int64_t size, fill_fn *fill, int from)
{
	const char *name = file_name(op, "vdi", SUFFIX);
	const char *draft = name ? file_name(op, "vdi", ".new") : NULL;
	CLEANUP_FD int folder = draft ? open_place(op, false) : -1;
	CLEANUP_FD int fd = -1;

	if (folder < 0)
		return -1;
	fd = place_file(folder, name, O_RDWR);
	if (fd >= 0)
		return answer_volume(op, fd);
	fd = place_file(folder, draft, O_RDWR | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fail_volume(op, "vdi");
	if (fault_hit(FAULT_WRITE) ||
	    (fill ? fill(op, from, fd) : ftruncate(fd, size)) < 0 ||
	    fault_fsync(fd) < 0 || fault_hit(FAULT_RENAME) ||
	    renameat(folder, draft, folder, name) < 0) {
		if (!op->nerror)
			fail_volume(op, "vdi");
		(void)unlinkat(folder, draft, 0);
		return -1;
	}
	if (fault_fsync(folder) < 0)
		return fail_volume(op, "vdi");
	return answer_volume(op, fd);
}

static int
file_vdi_create(void *context, struct op *op)
{
	int64_t size = size_of(op);

	(void)context;
	return size < 0 ? -1 : make_volume(op, size, NULL, -1);
}

static int
file_vdi_destroy(void *context, struct op *op)
{
	const char *name = file_name(op, "vdi", SUFFIX);
	const char *draft = name ? file_name(op, "vdi", ".new") : NULL;
	CLEANUP_FD int folder = draft ? open_place(op, false) : -1;

	(void)context;
	if (folder < 0)
		return -1;
	(void)unlinkat(folder, draft, 0); /* of a worker that died */
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return fail_volume(op, "vdi");
	return fault_fsync(folder) < 0 ? fail_volume(op, "vdi") : 0;
}

static int
file_vdi_resize(void *context, struct op *op)
{
	const char *name = file_name(op, "vdi", SUFFIX);
	CLEANUP_FD int folder = name ? open_place(op, false) : -1;
	CLEANUP_FD int fd = folder < 0 ? -1 : place_file(folder, name, O_RDWR);
	int64_t size = size_of(op);
	struct stat st;

	(void)context;
	if (folder < 0 || size < 0)
		return -1;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_volume(op, "vdi");
	if (size > st.st_size &&
	    (ftruncate(fd, size) < 0 || fault_fsync(fd) < 0))
		return fail_volume(op, "vdi");
	return answer_volume(op, fd);
}

static int
file_vdi_stat(void *context, struct op *op)
{
	const char *name = file_name(op, "vdi", SUFFIX);
	CLEANUP_FD int folder = name ? open_place(op, false) : -1;
	CLEANUP_FD int fd =
	    folder < 0 ? -1 : place_file(folder, name, O_RDONLY);

	(void)context;
	if (folder < 0)
		return -1;
	return fd < 0 ? fail_volume(op, "vdi") : answer_volume(op, fd);
}

/* ---- copies ---- */

/* Bytes from at to end, one piece. 0 or -1 and errno; 1: cancelled. */
static int
copy_piece(struct op *op, int from, int to, off_t at, off_t end, off_t all)
{
	while (at < end) {
		off_t in = at, out = at;
		size_t want =
		    (size_t)(end - at) < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = copy_file_range(from, &in, to, &out, want, 0);

		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return -1;
		at += n;
		if (op_cancelled(op))
			return 1;
		op_progress(op, (double)at / (double)all);
	}
	return 0;
}

static int
copy_data(struct op *op, int from, int to)
{
	off_t data = 0, hole, end = lseek(from, 0, SEEK_END);
	int r = 0;

	if (end < 0 || ftruncate(to, end) < 0)
		return -1;
	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (op_int(op, "in_use", 0))
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    "A running VM writes to the disk, and the file system of "
		    "its repository cannot copy it in one moment: pause or "
		    "stop the VM, or put the repository on XFS or btrfs",
		    NULL);
	while (r == 0 && data < end) {
		data = lseek(from, data, SEEK_DATA);
		if (data < 0)
			return errno == ENXIO ? 0
					      : -1; /* only a hole is left */
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0)
			return -1;
		r = copy_piece(op, from, to, data, hole, end);
		data = hole;
	}
	return r == 1 ? op_fail(op, "TASK_CANCELLED", NULL) : r;
}

static int
copy_from(struct op *op, int folder)
{
	const char *source = file_name(op, "source", SUFFIX);
	CLEANUP_FD int from =
	    source ? place_file(folder, source, O_RDONLY) : -1;

	if (!source)
		return -1;
	if (from < 0)
		return fail_volume(op, "source");
	return make_volume(op, 0, copy_data, from);
}

static int
file_vdi_clone(void *context, struct op *op)
{
	CLEANUP_FD int folder = open_place(op, false);

	(void)context;
	return folder < 0 ? -1 : copy_from(op, folder);
}

static int
file_vdi_copy(void *context, struct op *op)
{
	CLEANUP_FD int folder = -1;

	(void)context;
	if (strcmp(op_text(op, "source_driver", ""), "file") != 0)
		return op_fail(op, "SR_OPERATION_NOT_SUPPORTED", op->uuid,
		    NULL);
	folder = place_open(op, op_list(op, "source_config"), false);
	return folder < 0 ? -1 : copy_from(op, folder);
}

/* ---- use ---- */

static int
file_vdi_attach(void *context, struct op *op)
{
	const char *name = file_name(op, "vdi", SUFFIX);
	CLEANUP_FD int folder = name ? open_place(op, false) : -1;
	CLEANUP_FD int fd =
	    folder < 0 ? -1 : place_file(folder, name, O_RDONLY);
	const char *path;

	(void)context;
	if (folder < 0)
		return -1;
	if (fd < 0)
		return fail_volume(op, "vdi");
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

const struct sr_driver sr_file = {
	.name = "file",
	.sr_create = file_sr_create,
	.sr_attach = file_sr_stat,
	.sr_detach = file_sr_detach,
	.sr_destroy = file_sr_destroy,
	.sr_stat = file_sr_stat,
	.sr_scan = file_sr_scan,
	.vdi_create = file_vdi_create,
	.vdi_destroy = file_vdi_destroy,
	.vdi_resize = file_vdi_resize,
	.vdi_stat = file_vdi_stat,
	.vdi_clone = file_vdi_clone,
	.vdi_snapshot = file_vdi_clone,
	.vdi_copy = file_vdi_copy,
	.vdi_attach = file_vdi_attach,
	.vdi_detach = file_sr_detach,
};
