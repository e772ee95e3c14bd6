/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "db/event.h"

#include <stdlib.h>
#include <string.h>

#include "db/db_private.h"
#include "lib/fault.h"

/* ---- order of rows by their last change ---- */

void
event_row_unlink(struct table *table, struct row *row)
{
	if (row->older)
		row->older->newer = row->newer;
	else if (table->oldest == row)
		table->oldest = row->newer;
	if (row->newer)
		row->newer->older = row->older;
	else if (table->newest == row)
		table->newest = row->older;
	row->older = row->newer = NULL;
}

void
event_row_changed(struct table *table, struct row *row)
{
	if (table->newest == row)
		return;
	event_row_unlink(table, row);
	row->older = table->newest;
	if (table->newest)
		table->newest->newer = row;
	else
		table->oldest = row;
	table->newest = row;
}

/* ---- deletions ---- */

static struct engine_tombstone *
tombstone_at(struct db *db, uint32_t i)
{
	return &db->tombstones[(db->tombstones_first + i) % DB_TOMBSTONES];
}

void
event_bury(struct db *db, const struct engine_tombstone *t)
{
	if (db->tombstones_n == DB_TOMBSTONES) {
		db->forgotten = tombstone_at(db, 0)->generation;
		db->tombstones_first =
		    (db->tombstones_first + 1) % DB_TOMBSTONES;
		db->tombstones_n--;
		db->tombstones_dropped++;
	}
	*tombstone_at(db, db->tombstones_n++) = *t;
}

void
event_row_deleted(struct db *db, const struct record *last, uint64_t generation)
{
	const struct engine_tombstone t = {
		.generation = generation,
		.created = last->created,
		.cls = last->cls->id,
		.ref = last->self,
	};

	if (last->cls->events)
		event_bury(db, &t);
}

/* ---- what changed ---- */

struct items {
	struct event_item *p;
	uint32_t n, cap;
	bool failed;
};

static void
items_add(struct items *items, struct event_item item)
{
	if (items->n == items->cap) {
		uint32_t cap = items->cap ? items->cap * 2 : 16;
		void *p = fault_realloc(items->p, cap * sizeof(*items->p));

		if (!p) {
			items->failed = true;
			return;
		}
		items->p = p;
		items->cap = cap;
	}
	if (item.snapshot)
		record_ref(item.snapshot);
	items->p[items->n++] = item;
}

static void
add_row(struct items *items, const struct row *row, uint64_t token)
{
	const struct record *r = row->published;

	items_add(items,
	    (struct event_item){
		.id = r->modified,
		.cls = row->cls,
		.op = r->created > token ? EVENT_ADD : EVENT_MOD,
		.ref = row->self,
		.snapshot = r,
	    });
}

static void
collect_classes(struct db *db, const struct event_filter *f, uint64_t token,
    struct items *items)
{
	for (int c = 0; c < CLASS_COUNT; c++) {
		if (!f->classes[c] || class_table[c].fixed)
			continue;
		for (struct row *row = db->tables[c].newest;
		     row && row->published->modified > token && !items->failed;
		     row = row->older)
			add_row(items, row, token);
	}
}

static void
collect_objects(struct db *db, const struct event_filter *f, uint64_t token,
    struct items *items)
{
	for (uint32_t i = 0; i < f->nobjects && !items->failed; i++) {
		const struct event_object *o = &f->objects[i];
		struct row *row;

		if (f->classes[o->cls])
			continue; /* already with its class */
		row = refmap_get(&db->tables[o->cls].rows, o->ref);
		if (row && row->published->modified > token)
			add_row(items, row, token);
	}
}

int
event_object_compare(const struct event_object *a, const struct event_object *b)
{
	if (a->cls != b->cls)
		return a->cls < b->cls ? -1 : 1;
	if (a->ref.hi != b->ref.hi)
		return a->ref.hi < b->ref.hi ? -1 : 1;
	return a->ref.lo < b->ref.lo ? -1 : a->ref.lo > b->ref.lo;
}

static int
compare_objects(const void *a, const void *b)
{
	return event_object_compare(a, b);
}

static bool
filter_wants(const struct event_filter *f, uint16_t cls, struct ref ref)
{
	const struct event_object key = { cls, ref };

	if (f->classes[cls])
		return true;
	return f->nobjects &&
	    bsearch(&key, f->objects, f->nobjects, sizeof(key),
		compare_objects);
}

static void
collect_deleted(struct db *db, const struct event_filter *f, uint64_t token,
    struct items *items)
{
	for (uint32_t i = db->tombstones_n; i-- > 0 && !items->failed;) {
		const struct engine_tombstone *t = tombstone_at(db, i);

		if (t->generation <= token)
			break;
		if (t->created > token || !filter_wants(f, t->cls, t->ref))
			continue;
		items_add(items,
		    (struct event_item){
			.id = t->generation,
			.cls = t->cls,
			.op = EVENT_DEL,
			.ref = t->ref,
		    });
	}
}

static int
by_generation(const void *a, const void *b)
{
	const struct event_item *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	/* within one transaction: deletions first, then by class */
	if ((x->op == EVENT_DEL) != (y->op == EVENT_DEL))
		return x->op == EVENT_DEL ? -1 : 1;
	return (int)x->cls - (int)y->cls;
}

enum event_result
event_since(struct db *db, const struct event_filter *f, uint64_t token,
    struct event_batch *batch_r, uint64_t counts_r[CLASS_COUNT])
{
	struct items items = { 0 };

	memset(batch_r, 0, sizeof(*batch_r));
	pthread_rwlock_rdlock(&db->publication);
	batch_r->token = db->generation;
	if ((token && token < db->forgotten) || token > db->generation) {
		pthread_rwlock_unlock(&db->publication);
		return EVENTS_TOO_OLD;
	}
	for (int c = 0; c < CLASS_COUNT; c++)
		counts_r[c] = class_table[c].fixed ? 0 : db->tables[c].count;
	if (token < db->generation) {
		collect_classes(db, f, token, &items);
		collect_objects(db, f, token, &items);
		if (token)
			collect_deleted(db, f, token, &items);
	}
	pthread_rwlock_unlock(&db->publication);
	if (items.n)
		qsort(items.p, items.n, sizeof(*items.p), by_generation);
	batch_r->events = items.p;
	batch_r->n = items.n;
	batch_r->valid_ref_counts = counts_r;
	if (items.failed) {
		event_release(batch_r);
		return EVENTS_NO_MEMORY;
	}
	return items.n ? EVENTS_FOUND : EVENTS_NONE;
}

void
event_release_array(struct event_batch *b)
{
	free((void *)(uintptr_t)b->events);
	b->events = NULL;
	b->n = 0;
}

void
event_release(struct event_batch *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		record_unref(b->events[i].snapshot);
	event_release_array(b);
}

/* ---- waiting ---- */

/* What a batch changed. */
struct news {
	const struct tx *batch;
	uint64_t last; /* generation */
	bool classes[CLASS_COUNT];
};

static bool
batch_has(const struct news *news, const struct event_watch *w)
{
	for (const struct tx *t = news->batch; t; t = t->next) {
		if (t->generation <= w->token)
			continue;
		for (uint32_t i = 0; i < t->nchanges; i++)
			if (filter_wants(w->filter, t->changes[i].cls,
				t->changes[i].self))
				return true;
	}
	return false;
}

/* Whole classes may wake for a change that the token covers already: then
 * event_since finds nothing, and who waits does so again. */
static bool
watch_matches(const struct event_watch *w, const struct news *news)
{
	const struct event_filter *f = w->filter;

	if (news->last <= w->token)
		return false;
	for (int c = 0; c < CLASS_COUNT; c++)
		if (news->classes[c] && f->classes[c])
			return true;
	for (uint32_t i = 0; i < f->nobjects; i++)
		if (news->classes[f->objects[i].cls])
			return batch_has(news, w);
	return false;
}

static void
watch_fire(struct event_watch *w)
{
	w->armed = false;
	w->wake(w);
}

void
event_notify(struct db *db, const struct tx *batch)
{
	struct news news = { .batch = batch };

	for (const struct tx *t = batch; t; t = t->next) {
		news.last = t->generation;
		for (uint32_t i = 0; i < t->nchanges; i++)
			news.classes[t->changes[i].cls] = true;
	}
	pthread_mutex_lock(&db->watch_lock);
	for (struct event_watch *w = db->watches; w; w = w->next)
		if (w->armed && watch_matches(w, &news))
			watch_fire(w);
	pthread_mutex_unlock(&db->watch_lock);
}

static bool
deleted_since(struct db *db, const struct event_filter *f, uint64_t token)
{
	for (uint32_t i = db->tombstones_n; i-- > 0;) {
		const struct engine_tombstone *t = tombstone_at(db, i);

		if (t->generation <= token)
			return false;
		if (t->created <= token && filter_wants(f, t->cls, t->ref))
			return true;
	}
	return false;
}

static bool
changed_since(struct db *db, const struct event_filter *f, uint64_t token)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		if (f->classes[c] && db->tables[c].newest &&
		    db->tables[c].newest->published->modified > token)
			return true;
	for (uint32_t i = 0; i < f->nobjects; i++) {
		const struct event_object *o = &f->objects[i];
		struct row *row = refmap_get(&db->tables[o->cls].rows, o->ref);

		if (row && row->published->modified > token)
			return true;
	}
	return deleted_since(db, f, token);
}

/* Whether event_since would answer anything but EVENTS_NONE. */
static bool
has_news(struct db *db, const struct event_watch *w)
{
	bool yes;

	pthread_rwlock_rdlock(&db->publication);
	yes = w->token != db->generation &&
	    ((w->token && w->token < db->forgotten) ||
		w->token > db->generation ||
		changed_since(db, w->filter, w->token));
	pthread_rwlock_unlock(&db->publication);
	return yes;
}

void
event_watch_add(struct db *db, struct event_watch *w)
{
	pthread_mutex_lock(&db->watch_lock);
	w->armed = true;
	w->prev = NULL;
	w->next = db->watches;
	if (w->next)
		w->next->prev = w;
	db->watches = w;
	/* A change published before we stood in the list. */
	if (has_news(db, w))
		watch_fire(w);
	pthread_mutex_unlock(&db->watch_lock);
}

void
event_watch_remove(struct db *db, struct event_watch *w)
{
	pthread_mutex_lock(&db->watch_lock);
	if (w->prev)
		w->prev->next = w->next;
	else if (db->watches == w)
		db->watches = w->next;
	if (w->next)
		w->next->prev = w->prev;
	w->next = w->prev = NULL;
	w->armed = false;
	pthread_mutex_unlock(&db->watch_lock);
}
