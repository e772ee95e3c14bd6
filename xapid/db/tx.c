/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions: one writer at a time begins, reads the head, changes it
 * (tx_change.c, tx_object.c), and commits or takes all back. */
#include <string.h>

#include "db/tx_private.h"
#include "lib/fault.h"

struct tx *
tx_begin(struct db *db)
{
	struct tx *t = fault_calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->arena = arena_new(0);
	if (!t->arena) {
		free(t);
		return NULL;
	}
	t->db = db;
	pthread_mutex_lock(&db->writer);
	t->generation = db->next_generation;
	return t;
}

void
tx_free(struct tx *t)
{
	for (uint32_t i = 0; i < t->nchanges; i++) {
		record_unref(t->changes[i].before);
		record_unref(t->changes[i].after);
		db_backrefs_free(t->changes[i].dropped);
	}
	for (uint32_t i = 0; i < t->nreplaced; i++)
		record_unref(t->replaced[i]);
	arena_free(t->arena);
	free(t->replaced);
	free(t->changes);
	free(t);
}

void
tx_abort(struct tx *t)
{
	struct db *db;

	if (!t)
		return;
	db = t->db;
	tx_undo(t);
	pthread_mutex_unlock(&db->writer);
	tx_free(t);
}

const struct db_error *
tx_error(const struct tx *t)
{
	return t->error.code ? &t->error : NULL;
}

uint64_t
tx_generation(const struct tx *t)
{
	return t->generation;
}

void
tx_in_place(struct tx *t)
{
	t->in_place = true;
}

struct arena *
tx_arena(struct tx *t)
{
	return t->arena;
}

/* Text that was cut ends between two characters. */
static void
copy_cut(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size);

	if (n == size)
		for (n--; n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, from, n);
	to[n] = '\0';
}

void
db_error_set(struct db_error *e, const char *code, unsigned n,
    const char *const params[])
{
	e->code = code;
	e->n = n < DB_ERROR_PARAMS ? n : DB_ERROR_PARAMS;
	for (unsigned i = 0; i < e->n; i++)
		copy_cut(e->params[i], sizeof(e->params[i]), params[i]);
}

int
tx_fail(struct tx *t, const char *code, unsigned n, const char *const params[])
{
	if (!t->error.code)
		db_error_set(&t->error, code, n, params);
	return -1;
}

int
tx_fail_nomem(struct tx *t)
{
	const char *const params[] = { "Out of memory" };

	return tx_fail(t, "INTERNAL_ERROR", 1, params);
}

int
tx_fail_handle(struct tx *t, int cls, struct ref ref)
{
	char buf[REF_CHARS + 1];
	const char *const params[] = { class_table[cls].name,
		ref_text(ref, buf) };

	return tx_fail(t, "HANDLE_INVALID", 2, params);
}

/* What is not of this transaction is kept by the change that replaces it. */
const struct record *
tx_lend(struct tx *t, struct row *row)
{
	if (row->tx == t->generation)
		t->changes[row->change].lent = true;
	return row->head;
}

const struct record *
tx_get(struct tx *t, int cls, struct ref ref)
{
	struct row *row = db_head_row(t->db, cls, ref);

	return row ? tx_lend(t, row) : NULL;
}

int
tx_each(struct tx *t, int cls, int (*fn)(const struct record *r, void *arg),
    void *arg)
{
	struct db *db = t->db;
	struct row **rows, *row;
	size_t n = 0;
	int rc = 0;

	/* Rows that the head has stay while we hold the turn; the maps
	 * themselves change when the flusher publishes. */
	pthread_rwlock_rdlock(&db->publication);
	rows = arena_array(t->arena,
	    db->tables[cls].rows.count + db->pending.count, sizeof(*rows));
	for (row = rows ? db->tables[cls].oldest : NULL; row; row = row->newer)
		if (row->head)
			rows[n++] = row;
	for (size_t i = 0; rows && (row = refmap_next(&db->pending, &i, NULL));)
		if (row->cls == cls && row->head)
			rows[n++] = row;
	pthread_rwlock_unlock(&db->publication);
	if (!rows)
		return tx_fail_nomem(t);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = fn(tx_lend(t, rows[i]), arg);
	return rc;
}

const struct record *
tx_oldest(struct tx *t, int cls)
{
	struct row *row;

	pthread_rwlock_rdlock(&t->db->publication);
	row = t->db->tables[cls].oldest;
	while (row && !row->head)
		row = row->newer;
	pthread_rwlock_unlock(&t->db->publication);
	return row ? tx_lend(t, row) : NULL;
}

/* ---- the end ---- */

void
tx_undo(struct tx *t)
{
	struct db *db = t->db;

	for (uint32_t i = 0; i < t->nchanges; i++) {
		struct change *c = &t->changes[i];

		c->row->head = c->before;
		c->row->tx = 0;
	}
	for (uint32_t i = 0; i < t->nchanges; i++)
		db_backrefs_forget(&t->changes[i], t->generation);
	for (uint32_t i = 0; i < t->nchanges; i++)
		db_backrefs_restore(&t->changes[i]);
	for (uint32_t i = 0; i < t->nchanges; i++) {
		struct change *c = &t->changes[i];

		if (!c->before)
			tx_row_forget(db, c->row);
		record_unref(c->before);
		record_unref(c->after);
	}
	t->nchanges = 0;
}

bool
tx_is_durable(const struct tx *t)
{
	for (uint32_t i = 0; i < t->nchanges; i++) {
		const struct change *c = &t->changes[i];
		const struct class_info *cls = &class_table[c->cls];

		if (!cls->persistent)
			continue;
		if (!c->before || !c->after)
			return true;
		for (unsigned j = 0; j < cls->nfields; j++) {
			const struct field *f = &cls->fields[j];

			if (f->inverse_cls < 0 && f->persistent &&
			    !model_equal(f->type, record_field(c->before, f),
				record_field(c->after, f)))
				return true;
		}
	}
	return false;
}

static void
commit(struct tx *t, void (*done)(void *, const struct db_error *), void *arg,
    enum tx_patience how)
{
	struct db *db = t->db;

	if (t->error.code) {
		struct db_error e = t->error;

		tx_abort(t);
		if (done)
			done(arg, &e);
		return;
	}
	t->done = done;
	t->arg = arg;
	if (t->nchanges || t->touched)
		db->next_generation = t->generation + 1;
	/* Queue before the next writer may begin: order of generations. */
	db_enqueue(db, t, how);
}

void
tx_commit(struct tx *t, void (*done)(void *, const struct db_error *),
    void *arg)
{
	commit(t, done, arg, TX_GOES_ON);
}

void
tx_commit_here(struct tx *t, void (*done)(void *, const struct db_error *),
    void *arg)
{
	commit(t, done, arg, TX_WAITS_BRIEFLY);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool finished;
	struct db_error error;
};

static void
waiter_done(void *arg, const struct db_error *error)
{
	struct waiter *w = arg;

	pthread_mutex_lock(&w->lock);
	w->finished = true;
	if (error)
		w->error = *error;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

int
tx_commit_wait(struct tx *t, struct db_error *error_r)
{
	struct waiter w = { .lock = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER };

	commit(t, waiter_done, &w, TX_WAITS);
	pthread_mutex_lock(&w.lock);
	while (!w.finished)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.cond);
	if (error_r)
		*error_r = w.error;
	return w.error.code ? -1 : 0;
}
