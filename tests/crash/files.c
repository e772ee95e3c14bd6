/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/crash/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/bytes.h"

#define SECTOR 512u
#define OBJECTS 8192u
#define ENTRIES 64u
#define NAME 128u
#define CUTS 9u /* of a longer write */

/* A file or a folder. */
struct object {
	uint64_t ino;
	bool folder;
	struct bytes now, synced;
	const struct log_record **waiting; /* for a sync */
	size_t nwaiting, cap;
};

struct entry {
	struct object *dir, *o;
	char name[NAME];
};

struct names {
	struct entry entries[ENTRIES];
	unsigned n;
};

/* A change of names that waits for the sync of a folder. */
struct rename {
	const struct log_record *r;
	struct object *o;
};

struct files {
	const struct log_head *head;
	uint64_t at, end;
	struct object objects[OBJECTS];
	unsigned nobjects;
	struct names now, synced;
	struct rename waiting[ENTRIES];
	unsigned nwaiting;
};

static void
give_up(const char *why)
{
	printf("# the log: %s\n", why);
	exit(2);
}

/* ---- objects ---- */

/* A number that is used again is that of the latest. */
static struct object *
object_of(const struct files *f, uint64_t ino)
{
	for (unsigned i = f->nobjects; i > 0; i--)
		if (f->objects[i - 1].ino == ino)
			return (struct object *)&f->objects[i - 1];
	return NULL;
}

static struct object *
new_object(struct files *f, uint64_t ino)
{
	if (f->nobjects == OBJECTS)
		give_up("too many files");
	f->objects[f->nobjects] = (struct object){ .ino = ino };
	return &f->objects[f->nobjects++];
}

static void
resize(struct bytes *b, size_t n)
{
	if (n > b->len) {
		if (!bytes_reserve(b, n - b->len))
			give_up("no memory");
		memset(b->p + b->len, 0, n - b->len);
	}
	b->len = n;
}

static size_t
length(const struct log_record *r)
{
	return r->zeros ? r->zeros : r->bytes;
}

/* Bytes [from, upto) of a write, or a new length. */
static void
put(struct bytes *b, const struct log_record *r, size_t from, size_t upto)
{
	if (r->kind == LOG_TRUNCATE) {
		resize(b, r->at);
		return;
	}
	if (b->len < r->at + upto)
		resize(b, r->at + upto);
	if (r->zeros)
		memset(b->p + r->at + from, 0, upto - from);
	else
		memcpy(b->p + r->at + from, r->data + from, upto - from);
}

static void
change(struct object *o, const struct log_record *r)
{
	put(&o->now, r, 0, length(r));
	if (o->nwaiting == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		o->waiting = realloc(o->waiting, o->cap * sizeof(*o->waiting));
		if (!o->waiting)
			give_up("no memory");
	}
	o->waiting[o->nwaiting++] = r;
}

static void
sync_data(struct object *o)
{
	for (size_t i = 0; i < o->nwaiting; i++)
		put(&o->synced, o->waiting[i], 0, length(o->waiting[i]));
	o->nwaiting = 0;
}

/* ---- names ---- */

/* The first or second name of a record. */
static const char *
name_of(const struct log_record *r, bool second, char out[NAME])
{
	size_t skip = second ? strlen((const char *)r->data) + 1 : 0;

	snprintf(out, NAME, "%.*s", (int)(r->bytes - skip),
	    (const char *)r->data + skip);
	return out;
}

static struct entry *
lookup(struct names *n, const struct object *dir, const char *name)
{
	for (unsigned i = 0; i < n->n; i++)
		if (n->entries[i].dir == dir &&
		    strcmp(n->entries[i].name, name) == 0)
			return &n->entries[i];
	return NULL;
}

static void
unname(struct names *n, const struct object *dir, const char *name)
{
	struct entry *e = lookup(n, dir, name);

	if (e)
		*e = n->entries[--n->n];
}

static void
give_name(struct names *n, struct object *dir, const char *name,
    struct object *o)
{
	struct entry *e = lookup(n, dir, name);

	if (!e) {
		if (n->n == ENTRIES)
			give_up("too many names");
		e = &n->entries[n->n++];
	}
	e->dir = dir;
	e->o = o;
	snprintf(e->name, NAME, "%s", name);
}

static void
apply_name(const struct files *f, struct names *n, const struct rename *w)
{
	struct object *dir = object_of(f, w->r->dir);
	char name[NAME];

	name_of(w->r, false, name);
	if (w->r->kind == LOG_UNLINK || w->r->kind == LOG_RENAME)
		unname(n, dir, name);
	if (w->r->kind == LOG_RENAME)
		give_name(n, object_of(f, w->r->at), name_of(w->r, true, name),
		    w->o);
	else if (w->r->kind != LOG_UNLINK)
		give_name(n, dir, name, w->o);
}

static bool
change_name(struct files *f, const struct log_record *r)
{
	struct object *dir = object_of(f, r->dir);
	struct rename w = { r, NULL };
	struct entry *e;
	char name[NAME];

	if (!dir)
		return false; /* of another folder */
	e = lookup(&f->now, dir, name_of(r, false, name));
	if (r->kind == LOG_CREATE && e && e->o->ino == r->ino)
		return false; /* it was there */
	if (r->kind == LOG_CREATE || r->kind == LOG_MKDIR) {
		w.o = new_object(f, r->ino);
		w.o->folder = r->kind == LOG_MKDIR;
	} else if (e) {
		w.o = e->o;
	} else {
		return false; /* a socket */
	}
	if (f->nwaiting == ENTRIES)
		give_up("too many names that are never synced");
	f->waiting[f->nwaiting++] = w;
	apply_name(f, &f->now, &w);
	return true;
}

static void
sync_names(struct files *f, const struct object *dir)
{
	unsigned left = 0;

	for (unsigned i = 0; i < f->nwaiting; i++) {
		const struct rename w = f->waiting[i];

		if (object_of(f, w.r->dir) == dir ||
		    (w.r->kind == LOG_RENAME && object_of(f, w.r->at) == dir))
			apply_name(f, &f->synced, &w);
		else
			f->waiting[left++] = w;
	}
	f->nwaiting = left;
}

/* ---- the log ---- */

void
files_rewind(struct files *f)
{
	for (unsigned i = 0; i < f->nobjects; i++) {
		struct object *o = &f->objects[i];

		bytes_free(&o->now);
		bytes_free(&o->synced);
		free(o->waiting);
	}
	f->at = sizeof(struct log_head);
	f->nobjects = f->nwaiting = f->now.n = f->synced.n = 0;
	new_object(f, f->head->root);
}

struct files *
files_open(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct files *f = calloc(1, sizeof(*f));
	void *p = fd < 0 ? MAP_FAILED
			 : mmap(NULL, LOG_BYTES, PROT_READ, MAP_SHARED, fd, 0);

	if (!f || p == MAP_FAILED) {
		printf("# %s: %s\n", path, strerror(errno));
		free(f);
		return NULL;
	}
	f->head = p;
	f->end = f->head->end;
	if (f->head->magic != LOG_MAGIC || f->head->lost)
		give_up("it is none, or not all of it");
	files_rewind(f);
	return f;
}

void
files_free(struct files *f)
{
	files_rewind(f);
	free(f);
}

const struct log_record *
files_next(const struct files *f)
{
	if (f->at >= f->end)
		return NULL;
	return (const struct log_record *)((const char *)f->head + f->at);
}

void
files_skip(struct files *f)
{
	f->at += log_record_bytes(files_next(f)->bytes);
}

bool
files_go_on(struct files *f)
{
	const struct log_record *r = files_next(f);
	struct object *o = r->ino ? object_of(f, r->ino) : NULL;

	files_skip(f);
	switch (r->kind) {
	case LOG_WRITE:
	case LOG_TRUNCATE:
		if (o)
			change(o, r);
		return o != NULL;
	case LOG_SYNC:
		if (o) {
			sync_data(o);
			sync_names(f, o);
		}
		return o != NULL;
	case LOG_CREATE:
	case LOG_MKDIR:
	case LOG_RENAME:
	case LOG_UNLINK:
		return change_name(f, r);
	default:
		return false;
	}
}

/* ---- what is found afterwards ---- */

/* False: its folder has not got there. */
static bool
path_of(const struct files *f, struct names *n, const struct entry *e,
    char *out, size_t size)
{
	size_t len;

	*out = '\0';
	if (e->dir != &f->objects[0]) {
		struct entry *up = NULL;

		for (unsigned i = 0; i < n->n && !up; i++)
			if (n->entries[i].o == e->dir)
				up = &n->entries[i];
		if (!up || !path_of(f, n, up, out, size))
			return false;
	}
	len = strlen(out);
	snprintf(out + len, size - len, "%s%s", len ? "/" : "", e->name);
	return true;
}

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Where the sector ends that this place is in. */
static size_t
sector_end(const struct log_record *r, size_t from)
{
	size_t end = ((r->at + from) / SECTOR + 1) * SECTOR - r->at;

	return end < length(r) ? end : length(r);
}

static void
put_sectors(struct bytes *b, const struct log_record *r, uint64_t *random)
{
	if (r->kind == LOG_TRUNCATE) {
		if (next_random(random) >> 63)
			put(b, r, 0, 0);
		return;
	}
	for (size_t from = 0, end; from < length(r); from = end) {
		end = sector_end(r, from);
		if (next_random(random) >> 63)
			put(b, r, from, end);
	}
}

static void
own(struct disk_file *d, const struct bytes *b)
{
	struct bytes copy = { .p = (char *)d->own, .cap = d->cap };

	resize(&copy, b->len);
	if (b->len)
		memcpy(copy.p, b->p, b->len);
	d->own = (uint8_t *)copy.p;
	d->cap = copy.cap;
	d->p = d->own;
	d->n = copy.len;
}

static void
own_sectors(struct disk_file *d, const struct object *o, uint64_t *random)
{
	struct bytes copy;

	own(d, &o->synced);
	copy =
	    (struct bytes){ .p = (char *)d->own, .len = d->n, .cap = d->cap };
	for (size_t i = 0; i < o->nwaiting; i++)
		put_sectors(&copy, o->waiting[i], random);
	d->own = (uint8_t *)copy.p;
	d->cap = copy.cap;
	d->p = d->own;
	d->n = copy.len;
}

bool
files_names_wait(const struct files *f)
{
	return f->nwaiting > 0;
}

bool
files_data_waits(const struct files *f)
{
	for (unsigned i = 0; i < f->nobjects; i++)
		if (f->objects[i].nwaiting)
			return true;
	return false;
}

void
files_disk(const struct files *f, enum part names, enum part data,
    uint64_t seed, struct disk *d)
{
	struct names *n =
	    (struct names *)(names == ISSUED ? &f->now : &f->synced);
	uint64_t random = seed * 2 + 1;

	d->n = 0;
	for (unsigned i = 0; i < n->n; i++) {
		const struct object *o = n->entries[i].o;
		struct disk_file *to = &d->files[d->n];

		if (o->folder ||
		    !path_of(f, n, &n->entries[i], to->path, sizeof(to->path)))
			continue;
		to->p =
		    (const uint8_t *)(data == ISSUED ? o->now.p : o->synced.p);
		to->n = data == ISSUED ? o->now.len : o->synced.len;
		if (data == SECTORS && o->nwaiting)
			own_sectors(to, o, &random);
		d->n++;
	}
}

/* ---- a write that is cut ---- */

unsigned
files_cuts(const struct files *f)
{
	const struct log_record *r = files_next(f);
	size_t sectors;

	if (r->kind != LOG_WRITE || !object_of(f, r->ino))
		return 0;
	sectors = (r->at + length(r) - 1) / SECTOR - r->at / SECTOR;
	return sectors < CUTS ? (unsigned)sectors : CUTS;
}

void
files_cut(const struct files *f, unsigned i, struct disk *d)
{
	const struct log_record *r = files_next(f);
	const struct object *o = object_of(f, r->ino);
	size_t sectors = (r->at + length(r) - 1) / SECTOR - r->at / SECTOR;
	size_t at = (size_t)(i + 1) * sectors / files_cuts(f);
	size_t upto = (r->at / SECTOR + at) * SECTOR - r->at;

	files_disk(f, ISSUED, ISSUED, 0, d);
	for (unsigned k = 0; k < d->n; k++) {
		struct disk_file *to = &d->files[k];
		struct bytes copy;

		if (to->p != (const uint8_t *)o->now.p || to->n != o->now.len)
			continue;
		own(to, &o->now);
		copy = (struct bytes){ .p = (char *)to->own,
			.len = to->n,
			.cap = to->cap };
		put(&copy, r, 0, upto);
		to->own = (uint8_t *)copy.p;
		to->cap = copy.cap;
		to->p = to->own;
		to->n = copy.len;
		return;
	}
}

void
files_describe(const struct files *f, char *out, size_t size)
{
	static const char *const kinds[] = { "nothing", "create", "mkdir",
		"write", "truncate", "sync", "rename", "unlink", "sent",
		"mark" };
	const struct log_record *r = files_next(f);
	const struct object *o;
	char path[256] = "", name[NAME];

	if (!r) {
		snprintf(out, size, "the end");
		return;
	}
	o = object_of(f, r->ino);
	for (unsigned i = 0; o && i < f->now.n; i++)
		if (f->now.entries[i].o == o)
			path_of(f, (struct names *)&f->now, &f->now.entries[i],
			    path, sizeof(path));
	if (r->dir)
		snprintf(path, sizeof(path), "%s", name_of(r, false, name));
	snprintf(out, size, "%s %s, %zu bytes at %llu", kinds[r->kind], path,
	    length(r), (unsigned long long)r->at);
}
