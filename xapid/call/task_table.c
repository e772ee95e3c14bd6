/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry for each task made since the daemon started, until its row is
 * destroyed; tasks of an earlier run have none, and nobody works on them. The
 * lock is a leaf: nothing else is locked under it but what a task's cancel
 * function needs. */
#include <pthread.h>
#include <string.h>

#include "call/call_private.h"
#include "call/task_private.h"
#include "lib/fault.h"
#include "lib/refmap.h"

/* Who has how many (attack A32). Goes with its last entry. */
struct task_owner {
	char sid[96];
	unsigned n;
	struct task_entry *oldest, *newest; /* finished ones */
	struct task_owner *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap entries;     /* task: struct task_entry */
static struct task_owner *owners; /* as many as users who are at work */

/* ---- owners; under the lock ---- */

static struct task_owner *
owner_find(const char *sid)
{
	struct task_owner *o = owners;

	while (o && strcmp(o->sid, sid) != 0)
		o = o->next;
	return o;
}

static struct task_owner *
owner_add(const char *sid)
{
	struct task_owner *o = fault_calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	memcpy(o->sid, sid, strnlen(sid, sizeof(o->sid) - 1));
	o->next = owners;
	owners = o;
	return o;
}

static void
owner_leave(struct task_owner *o)
{
	struct task_owner **at = &owners;

	if (--o->n)
		return;
	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	free(o);
}

static void
over_link(struct task_entry *e)
{
	struct task_owner *o = e->owner;

	if (e->over)
		return;
	e->over = true;
	e->next = NULL;
	e->prev = o->newest;
	if (o->newest)
		o->newest->next = e;
	else
		o->oldest = e;
	o->newest = e;
}

static void
over_unlink(struct task_entry *e)
{
	struct task_owner *o = e->owner;

	if (!e->over)
		return;
	if (e->prev)
		e->prev->next = e->next;
	else
		o->oldest = e->next;
	if (e->next)
		e->next->prev = e->prev;
	else
		o->newest = e->prev;
	e->over = false;
}

/* ---- entries ---- */

static void
clear_end(struct task_ending *end)
{
	for (unsigned i = 0; end->error && i < end->nerror; i++)
		free(end->error[i]);
	free(end->error);
	free(end->result);
	memset(end, 0, sizeof(*end));
}

static void
entry_free(struct task_entry *e)
{
	refmap_remove(&entries, e->task);
	over_unlink(e);
	owner_leave(e->owner);
	clear_end(&e->end);
	free(e);
}

/* The newest is counted already. */
static int
make_room(struct task_owner *o, unsigned max, struct ref *victim_r)
{
	if (o->n <= max)
		return 0;
	if (!o->oldest)
		return -1;
	*victim_r = o->oldest->task;
	entry_free(o->oldest);
	return 0;
}

int
task_table_add(struct ref task, const char *sid, struct call *call,
    bool working, unsigned max, struct ref *victim_r)
{
	struct task_entry *e = fault_calloc(1, sizeof(*e));
	struct task_owner *o;
	int rc = -1;

	*victim_r = REF_NULL;
	if (!e)
		return -1;
	e->task = task;
	e->call = call;
	e->working = working;
	pthread_mutex_lock(&lock);
	o = owner_find(sid);
	if (!o)
		o = owner_add(sid);
	e->owner = o;
	if (o) {
		o->n++; /* so that it stays */
		/* A task whose plan goes on after a restart is here already
		 * when the others of the earlier run are remembered. */
		if (!refmap_get(&entries, task) &&
		    make_room(o, max, victim_r) == 0)
			rc = refmap_put(&entries, task, e);
		if (rc < 0)
			owner_leave(o);
	}
	pthread_mutex_unlock(&lock);
	if (rc < 0)
		free(e);
	return rc;
}

void
task_table_remove(struct ref task, bool made)
{
	struct task_entry *e;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	if (e && e->working && made)
		e->gone = true;
	else if (e)
		entry_free(e);
	pthread_mutex_unlock(&lock);
}

void
task_table_over(struct ref task)
{
	struct task_entry *e;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	if (e && !e->working)
		over_link(e);
	pthread_mutex_unlock(&lock);
}

bool
task_table_works(struct ref task)
{
	const struct task_entry *e;
	bool works;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	works = e && e->working;
	pthread_mutex_unlock(&lock);
	return works;
}

void
task_table_prune(bool (*exists)(struct ref task, void *arg), void *arg)
{
	struct task_entry *e;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; (e = refmap_next(&entries, &i, NULL));)
		if (!e->working && !exists(e->task, arg))
			entry_free(e);
	pthread_mutex_unlock(&lock);
}

bool
task_table_take(struct ref task, struct call *call)
{
	struct task_entry *e;
	bool taken;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	taken = e && !e->working && !e->over;
	if (taken) {
		e->working = true;
		e->call = call;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

/* ---- to cancel ---- */

void
task_set_cancel(struct core *core, struct ref task, void (*cancel)(void *arg),
    void *arg)
{
	struct task_entry *e;

	(void)core;
	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	if (e) {
		e->cancel = cancel;
		e->cancel_arg = arg;
	}
	pthread_mutex_unlock(&lock);
}

bool
task_table_cancel(struct ref task)
{
	struct task_entry *e;
	bool works;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	works = e && e->working;
	if (works) {
		e->cancelled = true;
		if (e->call) {
			atomic_store(&e->call->cancelled, true);
			call_hurry(e->call);
		}
		if (e->cancel) /* under the lock: it cannot end now */
			e->cancel(e->cancel_arg);
	}
	pthread_mutex_unlock(&lock);
	return works;
}

/* ---- to end ---- */

struct task_entry *
task_table_end(struct ref task, void (*fill)(struct task_entry *e, void *arg),
    void *arg)
{
	struct task_entry *e;

	pthread_mutex_lock(&lock);
	e = refmap_get(&entries, task);
	if (e && (!e->working || e->ended))
		e = NULL;
	if (e) {
		fill(e, arg);
		e->ended = e->committing = true;
		e->call = NULL;
		e->cancel = NULL;
	}
	pthread_mutex_unlock(&lock);
	return e;
}

void
task_table_ended(struct task_entry *e, bool durable)
{
	pthread_mutex_lock(&lock);
	e->committing = false;
	if (durable) {
		e->working = false;
		clear_end(&e->end);
		if (e->gone)
			entry_free(e);
		else
			over_link(e);
	}
	pthread_mutex_unlock(&lock);
}

unsigned
task_table_unended(struct task_entry **out, unsigned max)
{
	struct task_entry *e;
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; n < max && (e = refmap_next(&entries, &i, NULL));)
		if (e->working && e->ended && !e->committing) {
			e->committing = true;
			out[n++] = e;
		}
	pthread_mutex_unlock(&lock);
	return n;
}
