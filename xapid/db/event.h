/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changed since a generation, at the cost of the changes: rows of a class
 * are linked in the order of their last change, so a reader walks back from
 * the newest until it meets its token. There is no ring that could overflow;
 * only deletions are remembered in a bounded list, and a token older than that
 * list is told so. */
#ifndef XAPID_EVENT_H
#define XAPID_EVENT_H

#include "db/db.h"

struct event_filter {
	bool classes[CLASS_COUNT]; /* everything of these */
	const struct event_object {
		uint16_t cls;
		struct ref ref;
	} * objects; /* and these, sorted by event_object_compare */
	uint32_t nobjects;
};

enum event_result {
	EVENTS_FOUND,
	EVENTS_NONE,
	/* Deletions since token are forgotten, or the token is none of this
	 * database's (a backup was restored): start again from 0. */
	EVENTS_TOO_OLD,
	EVENTS_NO_MEMORY,
};

/* Changes after `token` up to now: at most one item an object, oldest first;
 * each snapshot is counted (event_release). Token 0: everything that exists.
 * batch_r->token is the generation this answer covers. valid_ref_counts points
 * to counts_r. */
enum event_result event_since(struct db *db, const struct event_filter *f,
    uint64_t token, struct event_batch *batch_r,
    uint64_t counts_r[CLASS_COUNT]);
void event_release(struct event_batch *b);
/* Frees the array but not what it holds: its references went elsewhere. */
void event_release_array(struct event_batch *b);
/* The order that a filter's objects stand in. */
int event_object_compare(const struct event_object *a,
    const struct event_object *b);

/* Calls wake once, when something that the filter wants has a generation above
 * token (also at once, from within, if it has already). wake runs with the
 * watches locked: it must be short and must not call event_watch_. It may also
 * be woken for nothing, so whoever waits asks event_since and waits again. */
struct event_watch {
	const struct event_filter *filter; /* borrowed until removed */
	uint64_t token;
	void (*wake)(struct event_watch *w);
	struct event_watch *next, *prev;
	bool armed;
};
void event_watch_add(struct db *db, struct event_watch *w);
/* After it returns wake is not running and will not be called. */
void event_watch_remove(struct db *db, struct event_watch *w);

#endif
