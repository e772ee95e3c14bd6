/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A base that only one image rests on is one too many: the image is written
 * into it, and it takes the image's name. At each moment the names show whole
 * images with the same content, so whoever dies, nothing is lost: until the
 * rename the image still covers what has been written into its base.
 *
 * It is nobody's wish, so it waits for nobody: who uses an image holds a shared
 * lock of it and of those below it (chain_use), and may have a merge stopped. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "storage/job.h"
#include "storage/volume.h"

#define STOP "merge.stop"
#define STOP_SECONDS 30 /* who asked has its turn within */
#define STEP_MS 50
#define PATIENCE_MS 20000
#define MOMENTS 4 /* until who has just let go is gone */
#define MOMENT_NS 300000000L

/* ---- who uses images ---- */

static int
lock_all(const struct volume *v, const struct layers *below, int how)
{
	int r = flock(v->fd, how | LOCK_NB);

	for (unsigned i = 0; r == 0 && i < below->n; i++)
		r = flock(below->fd[i], how | LOCK_NB);
	return r;
}

/* Is seen by who merges in this folder. */
static void
ask_to_stop(int folder)
{
	CLEANUP_FD int fd = place_file(folder, STOP, O_RDWR | O_CREAT);

	if (fd >= 0)
		(void)futimens(fd, NULL);
}

static void
take_a_step(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL);
}

int
chain_use(struct op *op, int folder, const struct volume *v,
    const struct layers *below)
{
	int left = PATIENCE_MS;

	for (; lock_all(v, below, LOCK_SH) < 0; left -= STEP_MS) {
		if (errno != EWOULDBLOCK || left <= 0 || op_cancelled(op))
			return op_fail(op, "VDI_IN_USE", op_text(op, "vdi", ""),
			    "update", NULL);
		ask_to_stop(folder);
		take_a_step();
	}
	if (left < PATIENCE_MS)
		(void)unlinkat(folder, STOP, 0);
	return 0;
}

static bool
is_stopped(void *arg)
{
	const int *folder = arg;
	struct stat st;

	return fstatat(*folder, STOP, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    time(NULL) - st.st_mtim.tv_sec < STOP_SECONDS;
}

/* ---- what could be merged ---- */

struct pair {
	struct volume image; /* its only one */
	struct layers below; /* the first of them: the base */
};

static void
pair_close(struct pair *p)
{
	volume_close(&p->image);
	layers_close(&p->below);
}
#define CLEANUP_PAIR __attribute__((cleanup(pair_close)))

/* The images of a folder, and what each rests on. */
struct family {
	struct arena *arena;
	struct member {
		const char *name, *base;
	} * items;
	size_t n, cap;
};

static int
add(struct family *f, const char *name, const char *base)
{
	struct member *items;

	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 64;
		items = arena_array(f->arena, f->cap, sizeof(*items));
		if (!items)
			return -1;
		if (f->n)
			memcpy(items, f->items, f->n * sizeof(*items));
		f->items = items;
	}
	f->items[f->n].name = arena_strdup(f->arena, name);
	f->items[f->n].base = arena_strdup(f->arena, base);
	return f->items[f->n].name && f->items[f->n++].base ? 0 : -1;
}

/* An image that cannot be read could rest on any: then nothing is done. */
static int
collect(struct op *op, int folder, struct family *f)
{
	DIR *dir = place_list(folder);
	struct dirent *e;
	int rc = dir ? 0 : -1;

	while (rc == 0 && (e = place_next(dir, &rc))) {
		struct op quiet = { .arena = op->arena, .args = op->args };
		enum volume_format format = VOLUME_RAW;
		char kind = volume_kind(e->d_name, &format, NULL);
		CLEANUP_VOLUME struct volume v = VOLUME_NONE;

		if (!kind || kind == 'n' || format != VOLUME_QCOW2)
			continue;
		v.format = format;
		v.name = e->d_name;
		v.fd = place_file(folder, e->d_name, O_RDONLY);
		rc = v.fd < 0 || volume_look(&quiet, "vdi", &v) < 0
		    ? -1
		    : add(f, e->d_name, v.head.backing);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static size_t
count_users(const struct family *f, const char *base)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += strcmp(f->items[i].base, base) == 0;
	return n;
}

/* Locked for us alone, or not to be had. */
static bool
open_pair(struct op *op, int folder, const char *name, struct pair *p)
{
	struct op quiet = { .arena = op->arena, .args = op->args };

	p->image.format = VOLUME_QCOW2;
	p->image.name = name;
	p->image.fd = place_file(folder, name, O_RDONLY);
	if (p->image.fd >= 0 && volume_look(&quiet, "vdi", &p->image) == 0 &&
	    layers_open(&quiet, folder, &p->image, &p->below) == 0 &&
	    p->below.n > 0 && flock(p->image.fd, LOCK_EX | LOCK_NB) == 0 &&
	    flock(p->below.fd[0], LOCK_EX | LOCK_NB) == 0)
		return true;
	pair_close(p);
	return false;
}

/* 1: there is one; 0: none; *used_r: there is one that somebody uses. The folder
 * is locked. */
static int
find_pair(struct op *op, int folder, struct pair *p, bool *used_r)
{
	struct family f = { .arena = op->arena };

	if (collect(op, folder, &f) < 0)
		return 0;
	for (size_t i = 0; i < f.n; i++) {
		if (!f.items[i].base[0] ||
		    count_users(&f, f.items[i].base) != 1)
			continue;
		if (open_pair(op, folder, f.items[i].name, p))
			return 1;
		*used_r = true;
	}
	return 0;
}

/* ---- the merge ---- */

/* Who has the folder may be waiting for us to stop. 1 locked, 0 not. */
static int
lock_folder(int folder)
{
	int left = PATIENCE_MS;

	for (; flock(folder, LOCK_EX | LOCK_NB) < 0; left -= STEP_MS) {
		if (left <= 0 || is_stopped(&folder))
			return 0;
		take_a_step();
	}
	return 1;
}

/* The base takes the image's name, unless somebody has split, copied or
 * destroyed one of them meanwhile. */
static int
put_in_place(struct op *op, const struct pair *p)
{
	CLEANUP_FD int folder = volume_folder(op, false);
	struct family f = { .arena = op->arena };
	const char *base = p->below.name[0];

	if (folder < 0)
		return -1;
	if (!lock_folder(folder) ||
	    !volume_has_name(folder, p->image.name, p->image.fd) ||
	    !volume_has_name(folder, base, p->below.fd[0]) ||
	    collect(op, folder, &f) < 0 || count_users(&f, base) != 1)
		return 0;
	if (fault_hit(FAULT_RENAME) ||
	    renameat(folder, base, folder, p->image.name) < 0 ||
	    fault_fsync(folder) < 0)
		return place_fail(op, base);
	log_info("%s is one with %s", p->image.name, base);
	return 1;
}

/* 1: done; 0: there is nothing, or it is not the time. */
static int
merge_one(struct op *op, bool *used_r)
{
	CLEANUP_PAIR struct pair p = { .image = VOLUME_NONE };
	CLEANUP_FD int folder = volume_folder(op, true);
	CLEANUP_FD int base = -1;
	int r;

	*used_r = false;
	if (folder < 0 || is_stopped(&folder))
		return folder < 0 ? -1 : 0;
	r = find_pair(op, folder, &p, used_r);
	if (flock(folder, LOCK_UN) < 0)
		return place_fail(op, "lock");
	if (r != 1)
		return 0;
	r = job_commit(op, &p.image, &p.below, is_stopped, &folder);
	if (r != 1)
		return r;
	base = place_file(folder, p.below.name[0], O_RDWR);
	if (base < 0 || fault_fsync(base) < 0)
		return place_fail(op, p.below.name[0]);
	return put_in_place(op, &p);
}

int
file_sr_merge(void *context, struct op *op)
{
	int64_t merged = 0;
	int r, left = MOMENTS;
	bool used;

	(void)context;
	while (
	    (r = merge_one(op, &used)) == 1 || (r == 0 && used && left > 0)) {
		merged += r;
		if (r == 1)
			continue;
		/* Its server may be about to end. */
		nanosleep(&(struct timespec){ .tv_nsec = MOMENT_NS }, NULL);
		left--;
	}
	if (r < 0)
		return -1;
	return op_answer(op,
	    (const struct value_member[]){
		{ "merged", value_of_int(merged) },
	    },
	    1);
}
