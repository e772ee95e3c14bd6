/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rows of a file as records, in the order in which they were made.
 *
 * The rows are cut into parts. Two threads, each with a connection of its own,
 * take one after another and make records of it; the first one also gives them
 * to the database, part by part in their order. A small file is read by one. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "db/db_sqlite_engine.h"
#include "lib/fault.h"
#include "model/model.h"

#define PART_ROWS 2048
#define PARTS_A_CLASS 16               /* at most: then they are larger */
#define LARGE_FILE (UINT64_C(2) << 20) /* more is worth a thread */

struct loaded {
	struct record *record;
	int64_t rowid;
};

struct part {
	const struct class_info *cls;
	int64_t from, upto; /* _id */
	struct loaded *rows;
	uint32_t n, cap;
	struct type_error err; /* of rc */
	int rc;
	_Atomic bool done;
};

struct load {
	struct sqlite *s;
	const struct engine_loader *to;
	uint64_t bytes; /* of the file */
	struct part *parts;
	unsigned nparts, given; /* to the database */
	_Atomic unsigned next;
	_Atomic bool failed; /* the rest is not wanted */
};

/* What a thread reads with. */
struct reader {
	sqlite3 *sql;
	sqlite3_stmt *st;
	const struct class_info *cls; /* of st */
	struct arena *arena;          /* of a row */
};

/* ---- one part ---- */

static int
append(struct part *p, struct record *r, int64_t rowid)
{
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 64;
		void *rows = fault_realloc(p->rows, cap * sizeof(*p->rows));

		if (!rows)
			return -1;
		p->rows = rows;
		p->cap = cap;
	}
	p->rows[p->n++] = (struct loaded){ r, rowid };
	return 0;
}

static int
read_row(struct reader *r, struct part *p)
{
	struct record *made = db_sqlite_row(r->arena, r->st, p->cls, &p->err);

	arena_reset(r->arena);
	if (!made)
		return -1;
	if (append(p, made, sqlite3_column_int64(r->st, 0)) == 0)
		return 0;
	record_unref(made);
	return -1;
}

static int
read_rows(struct reader *r, struct part *p)
{
	int rc = 0, step = SQLITE_DONE;

	if (r->cls != p->cls) {
		sqlite3_finalize(r->st);
		r->st = db_sqlite_select(r->sql, p->cls);
		r->cls = r->st ? p->cls : NULL;
	}
	sqlite3_bind_int64(r->st, 1, p->from);
	sqlite3_bind_int64(r->st, 2, p->upto);
	while (rc == 0 && (step = sqlite3_step(r->st)) == SQLITE_ROW)
		rc = read_row(r, p);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = -1;
	if (rc < 0 && !p->err.text[0])
		snprintf(p->err.text, sizeof(p->err.text), "%s",
		    step == SQLITE_ROW ? "out of memory"
				       : sqlite3_errmsg(r->sql));
	sqlite3_reset(r->st);
	return rc;
}

static void
read_part(struct load *l, struct reader *r, struct part *p)
{
	p->rc = read_rows(r, p);
	if (p->rc < 0)
		l->failed = true;
	atomic_store_explicit(&p->done, true, memory_order_release);
}

/* NULL: there are no more. */
static struct part *
take_part(struct load *l)
{
	unsigned i = l->failed ? l->nparts : l->next++;

	return i < l->nparts ? &l->parts[i] : NULL;
}

static void
reader_end(struct reader *r)
{
	sqlite3_finalize(r->st);
	arena_free(r->arena);
}

/* ---- the second thread ---- */

/* Where it cannot be had, the first one does all. */
static void *
help(void *arg)
{
	struct load *l = arg;
	struct reader r = { .arena = arena_new(0) };
	struct part *p;

	if (r.arena &&
	    sqlite3_open_v2(l->s->path, &r.sql,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		db_sqlite_vfs()) == SQLITE_OK) {
		sqlite3_busy_timeout(r.sql, 5000);
		db_sqlite_harden(r.sql);
		if (l->to->expect)
			l->to->expect(l->to->arg, l->bytes / 2);
		while ((p = take_part(l)))
			read_part(l, &r, p);
	}
	reader_end(&r);
	sqlite3_close(r.sql);
	return NULL;
}

/* Of the file; the log is small. */
static uint64_t
bytes_of(struct sqlite *s)
{
	sqlite3_file *f = NULL;
	sqlite3_int64 size = 0;

	if (sqlite3_file_control(s->sql, "main", SQLITE_FCNTL_FILE_POINTER,
		&f) == SQLITE_OK &&
	    f && f->pMethods)
		(void)f->pMethods->xFileSize(f, &size);
	return (uint64_t)size;
}

/* ---- all parts ---- */

/* From the first _id of a table to the last. */
static void
range_of(struct load *l, const struct class_info *cls, uint64_t range[2])
{
	sqlite3_stmt *st = NULL;

	range[0] = range[1] = 0;
	/* Both at once would be a walk through all rows. */
	if (db_sqlite_prepare(l->s, &st,
		"SELECT (SELECT min(_id) FROM \"%s\"),"
		"(SELECT max(_id) FROM \"%s\")",
		cls->name, cls->name) < 0)
		return; /* reading it says why */
	if (sqlite3_step(st) == SQLITE_ROW) {
		range[0] = (uint64_t)sqlite3_column_int64(st, 0);
		range[1] = (uint64_t)sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
}

/* The first and the last part of a class are open to their sides. */
static void
cut(struct load *l, const struct class_info *cls, bool large)
{
	uint64_t range[2] = { 0, 0 }, n, step;

	if (large)
		range_of(l, cls, range);
	n = (range[1] - range[0]) / PART_ROWS + 1;
	if (n > PARTS_A_CLASS)
		n = PARTS_A_CLASS;
	step = (range[1] - range[0]) / n + 1;
	for (uint64_t i = 0; i < n; i++) {
		struct part *p = &l->parts[l->nparts++];

		p->cls = cls;
		p->from = INT64_MIN;
		p->upto = INT64_MAX;
		if (i > 0)
			p->from = (int64_t)(range[0] + i * step);
		if (i < n - 1)
			p->upto = (int64_t)(range[0] + (i + 1) * step - 1);
	}
}

static void
drop_rows(struct part *p, uint32_t from)
{
	for (uint32_t i = from; i < p->n; i++)
		record_unref(p->rows[i].record);
	free(p->rows);
	p->rows = NULL;
	p->n = 0;
}

static int
give(const struct engine_loader *to, struct part *p)
{
	uint32_t i = 0;

	while (i < p->n &&
	    to->record(to->arg, p->rows[i].record, p->rows[i].rowid) == 0)
		i++;
	if (i < p->n) {
		snprintf(p->err.text, sizeof(p->err.text), "%s",
		    errno == EEXIST ? "two rows have the same reference"
				    : "out of memory");
		p->rc = -1;
	}
	drop_rows(p, i + 1);
	return p->rc;
}

/* Those that are there, in their order. */
static void
give_all(struct load *l)
{
	while (l->given < l->nparts && !l->failed &&
	    atomic_load_explicit(&l->parts[l->given].done,
		memory_order_acquire))
		if (give(l->to, &l->parts[l->given++]) < 0)
			l->failed = true;
}

static void
read_all(struct load *l, bool large)
{
	struct reader r = { .sql = l->s->sql, .arena = arena_new(0) };
	struct part *p;
	pthread_t helper;
	bool helped = large && pthread_create(&helper, NULL, help, l) == 0;

	if (l->to->expect)
		l->to->expect(l->to->arg, helped ? l->bytes / 2 : l->bytes);
	while (r.arena && (p = take_part(l))) {
		read_part(l, &r, p);
		give_all(l);
	}
	if (helped)
		pthread_join(helper, NULL);
	give_all(l);
	reader_end(&r);
}

static int
load_rows(struct load *l, char *err, size_t err_size)
{
	bool large = l->bytes >= LARGE_FILE;
	const struct part *p;

	for (int c = 0; c < CLASS_COUNT; c++)
		if (class_table[c].stored && class_table[c].persistent)
			cut(l, &class_table[c], large);
	read_all(l, large);
	for (p = l->parts; p < l->parts + l->nparts; p++)
		if (p->rc < 0) {
			snprintf(err, err_size,
			    "%s: table %s: %s; try xapid --check-db",
			    l->s->path, p->cls->name, p->err.text);
			return -1;
		}
	if (l->given == l->nparts)
		return 0;
	snprintf(err, err_size, "%s: out of memory", l->s->path);
	return -1;
}

/* ---- the rest of the file ---- */

static int
load_deleted(struct sqlite *s, const struct engine_loader *l)
{
	sqlite3_stmt *st = NULL;
	int r;

	if (db_sqlite_prepare(s, &st,
		"SELECT generation,created,class,_ref FROM _deleted "
		"ORDER BY generation") < 0)
		return -1;
	while ((r = sqlite3_step(st)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 2);
		const struct class_info *cls = name ? class_find(name) : NULL;
		int64_t generation = sqlite3_column_int64(st, 0);
		struct engine_tombstone t = {
			.generation = (uint64_t)generation,
			.created = (uint64_t)sqlite3_column_int64(st, 1),
		};

		/* of a class that is no more, or damaged: nobody asks for it */
		if (!cls || !db_sqlite_ref_column(st, 3, &t.ref) ||
		    generation < 0 || generation >= DB_SQLITE_GENERATION_MAX)
			continue;
		t.cls = cls->id;
		l->tombstone(l->arg, &t);
	}
	if (r != SQLITE_DONE)
		(void)db_sqlite_fail(s);
	sqlite3_finalize(st);
	return r == SQLITE_DONE ? 0 : -1;
}

static uint64_t
meta_generation(struct sqlite *s, const char *key)
{
	int64_t g = db_sqlite_meta(s->sql, key);

	return g > 0 && g < DB_SQLITE_GENERATION_MAX ? (uint64_t)g : 0;
}

int
db_sqlite_load(struct db_engine *e, const struct engine_loader *loader,
    struct engine_state *state_r, char *err, size_t err_size)
{
	struct sqlite *s = (struct sqlite *)e;
	struct load l = { .s = s, .to = loader, .bytes = bytes_of(s) };
	int rc;

	l.parts =
	    fault_calloc((size_t)CLASS_COUNT * PARTS_A_CLASS, sizeof(*l.parts));
	if (!l.parts) {
		snprintf(err, err_size, "%s: out of memory", s->path);
		return -1;
	}
	rc = load_rows(&l, err, err_size);
	for (unsigned i = 0; i < l.nparts; i++)
		drop_rows(&l.parts[i], 0);
	free(l.parts);
	if (rc < 0)
		return -1;
	if (load_deleted(s, loader) < 0) {
		snprintf(err, err_size, "%s: table _deleted: %s", s->path,
		    sqlite3_errmsg(s->sql));
		return -1;
	}
	state_r->ceiling = meta_generation(s, "ceiling");
	state_r->forgotten = meta_generation(s, "forgotten");
	/* What was read is not read again. */
	(void)sqlite3_db_release_memory(s->sql);
	return 0;
}
