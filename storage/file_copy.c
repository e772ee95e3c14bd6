/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clones, snapshots and copies. Where the file system can share blocks a copy
 * is a file of its own at once. Else a qcow2 image becomes the read-only base
 * of two new ones, and of a raw volume, or of an image that is open, what holds
 * data is copied. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "storage/image.h"
#include "storage/job.h"
#include "storage/volume.h"

#define CHUNK ((size_t)4 << 20)

/* ---- bytes ---- */

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
fail_written(struct op *op)
{
	return op_fail(op, "OPERATION_NOT_ALLOWED",
	    "A running VM writes to the disk, and the file system of "
	    "its repository cannot copy it in one moment: pause or "
	    "stop the VM, or put the repository on XFS or btrfs",
	    NULL);
}

/* arg: the descriptor of the source. */
static int
copy_data(struct op *op, void *arg, int to)
{
	int from = *(const int *)arg;
	off_t data = 0, hole, end = lseek(from, 0, SEEK_END);
	int r = 0;

	if (end < 0 || ftruncate(to, end) < 0)
		return -1;
	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (op_int(op, "in_use", 0))
		return fail_written(op);
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

/* Whether the file system lets files share blocks. */
static bool
can_share(int folder, int from)
{
	CLEANUP_FD int trial =
	    openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return trial >= 0 && ioctl(trial, FICLONE, from) == 0;
}

/* ---- images on a base ---- */

/* Whether nothing was written to an image since it was made. */
static bool
is_unwritten(const struct volume *v)
{
	char table[65536];
	size_t left = (size_t)v->head.l1_entries * 8;
	off_t at = (off_t)v->head.l1_offset;

	while (left) {
		size_t want = left < sizeof(table) ? left : sizeof(table);
		ssize_t n = pread(v->fd, table, want, at);

		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++)
			if (table[i])
				return false;
		left -= (size_t)n;
		at += n;
	}
	return true;
}

/* The image gets a second name, as a base; then one that rests on it takes its
 * place. After a crash between the two the base is one that nothing rests on,
 * and the image is as it was. */
static int
split(struct op *op, int folder, const struct volume *v, const char *base)
{
	struct overlay above = { v->size, base };

	if (linkat(folder, v->name, folder, base, 0) < 0 &&
	    (errno != EEXIST || !volume_has_name(folder, base, v->fd)))
		return volume_fail(op, "source");
	moment("worker", op->name, "base is there");
	return volume_replace(op, folder, "source", VOLUME_QCOW2,
	    volume_fill_overlay, &above);
}

static int
clone_image(struct op *op, int folder, struct volume *v, unsigned layers)
{
	const char *base =
	    arena_printf(op->arena, "base-%s.qcow2", op_text(op, "vdi", ""));
	struct overlay copy = { v->size, base };

	if (!base)
		return op_fail_nomem(op);
	if (is_unwritten(v))
		copy.base = v->head.backing;
	else if (layers + 1 >= VOLUME_LAYERS)
		return op_fail(op, "SR_BACKEND_FAILURE_109", "",
		    "The snapshot chain is too long", "", NULL);
	else if (strcmp(v->head.backing, base) != 0 &&
	    split(op, folder, v, base) < 0)
		return -1;
	return volume_make(op, folder, VOLUME_QCOW2, volume_fill_overlay,
	    &copy);
}

#define SETTLE_TRIES 10

/* An image to which nobody writes. The guest is held, but what it had sent before
 * may be on its way to the server yet: tables of an image that were copied while
 * they change would be those of none. */
static int
fill_settled(struct op *op, void *arg, int to)
{
	for (int i = 0; i < SETTLE_TRIES; i++) {
		uint64_t written, after;

		if (image_settle(op, "source", &written) < 0)
			return -1;
		if (ftruncate(to, 0) < 0 || copy_data(op, arg, to) < 0)
			return -1;
		moment("worker", op->name, "image is copied");
		if (image_written(op, "source", &after) < 0)
			return -1;
		if (after == written)
			return 0;
		log_info("%s was written while it was copied: once more",
		    op_text(op, "source", ""));
	}
	return op_fail(op, "VDI_IN_USE", op_text(op, "source", ""), "copy",
	    NULL);
}

/* No base can be put below what a server has open, so the file is copied as it
 * is, on the same base. Nobody else splits it meanwhile either, and what it rests
 * on is in use, so the folder need not be locked for as long as that takes. */
static int
copy_open(struct op *op, int folder, struct volume *v)
{
	bool in_use = op_int(op, "in_use", 0);

	if (flock(folder, LOCK_UN) < 0)
		return place_fail(op, "lock");
	return volume_make(op, folder, v->format,
	    in_use ? copy_data : fill_settled, &v->fd);
}

/* ---- operations ---- */

/* Done before somebody died: answered. 1; 0: to be done. */
static int
is_done(struct op *op, int folder)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	int r = volume_find(op, folder, "vdi", O_RDONLY, &v);

	if (r != 1)
		return r;
	return volume_answer(op, &v) < 0 ? -1 : 1;
}

int
file_vdi_clone(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, false);
	CLEANUP_LAYERS struct layers below = { .n = 0 };
	CLEANUP_FD int locked = -1;
	int r = folder < 0 ? -1 : is_done(op, folder);

	(void)context;
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (volume_open(op, folder, "source", O_RDONLY, &v) < 0)
		return -1;
	if (v.format == VOLUME_RAW)
		return volume_make(op, folder, v.format, copy_data, &v.fd);
	/* From here on nobody else may split it. */
	locked = volume_folder(op, true);
	volume_close(&v);
	if (locked < 0 || volume_open(op, locked, "source", O_RDONLY, &v) < 0 ||
	    layers_open(op, locked, &v, &below) < 0 ||
	    chain_use(op, locked, &v, &below) < 0)
		return -1;
	if (image_is_served(op, "source", &v))
		return copy_open(op, locked, &v);
	if (op_int(op, "held", 0) && volume_check_server(op, "source") < 0)
		return -1;
	if (can_share(locked, v.fd))
		return volume_make(op, locked, v.format, copy_data, &v.fd);
	return clone_image(op, locked, &v, below.n);
}

/* ---- from another repository, or into a volume that is there ---- */

struct copy {
	struct volume from;
	struct layers below;
	enum volume_format format; /* of the new one */
	int64_t size;
};

static void
copy_close(struct copy *k)
{
	volume_close(&k->from);
	layers_close(&k->below);
}
#define CLEANUP_COPY __attribute__((cleanup(copy_close)))

static int
fill_copy(struct op *op, void *arg, int to)
{
	struct copy *k = arg;
	struct overlay empty = { k->size, "" };
	int rc;

	if (k->from.format == VOLUME_RAW && k->format == VOLUME_RAW)
		return copy_data(op, &k->from.fd, to) < 0
		    ? -1
		    : ftruncate(to, k->size);
	rc = k->format == VOLUME_RAW ? ftruncate(to, k->size)
				     : volume_fill_overlay(op, &empty, to);
	if (rc < 0)
		return -1;
	if (job_convert(op, &k->from, &k->below, k->format, to) < 0)
		return -1;
	return k->format == VOLUME_RAW ? fchown(to, geteuid(), getegid()) : 0;
}

/* The source with what it rests on, as they are in one moment. */
static int
open_source(struct op *op, struct copy *k)
{
	CLEANUP_FD int from =
	    place_open(op, op_list(op, "source_config"), false);

	if (from < 0)
		return -1;
	if (flock(from, LOCK_EX) < 0)
		return place_fail(op, "lock");
	if (volume_open(op, from, "source", O_RDONLY, &k->from) < 0)
		return -1;
	if (layers_open(op, from, &k->from, &k->below) < 0)
		return -1;
	return chain_use(op, from, &k->from, &k->below);
}

/* The volume keeps its size and its format; until the copy is whole it is what
 * it was. */
static int
copy_into(struct op *op, int folder, struct copy *k)
{
	const struct layers none = { .n = 0 };
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int locked = -1;

	locked = volume_folder(op, true);
	if (locked < 0 || volume_open(op, locked, "vdi", O_RDONLY, &v) < 0)
		return -1;
	if (v.size < k->from.size)
		return op_fail(op, "VDI_TOO_SMALL", op_text(op, "vdi", ""),
		    arena_printf(op->arena, "%lld", (long long)k->from.size),
		    NULL);
	if (chain_use(op, locked, &v, &none) < 0)
		return -1;
	/* Nobody merges it any more, so what has its name stays this one. */
	close(STEAL_FD(locked));
	if (v.format == VOLUME_QCOW2 && image_is_open(&v))
		return op_fail(op, "VDI_IN_USE", op_text(op, "vdi", ""), "copy",
		    NULL);
	k->format = v.format;
	k->size = v.size;
	if (volume_replace(op, folder, "vdi", v.format, fill_copy, k) < 0)
		return -1;
	volume_close(&v);
	locked = volume_folder(op, true);
	if (locked < 0 || volume_drop_bases(op, locked) < 0 ||
	    volume_open(op, locked, "vdi", O_RDONLY, &v) < 0)
		return -1;
	return volume_answer(op, &v);
}

int
file_vdi_copy(void *context, struct op *op)
{
	CLEANUP_COPY struct copy k = { .from = VOLUME_NONE };
	CLEANUP_FD int folder = -1;
	int format;

	(void)context;
	if (strcmp(op_text(op, "source_driver", ""), "file") != 0)
		return op_fail(op, "SR_OPERATION_NOT_SUPPORTED", op->uuid,
		    NULL);
	if (open_source(op, &k) < 0)
		return -1;
	folder = volume_folder(op, false);
	if (folder < 0)
		return -1;
	if (op_int(op, "into", 0))
		return copy_into(op, folder, &k);
	format = volume_format_wanted(op, k.from.format);
	if (format < 0)
		return -1;
	k.format = (enum volume_format)format;
	k.size = k.from.size;
	return volume_make(op, folder, k.format, fill_copy, &k);
}
