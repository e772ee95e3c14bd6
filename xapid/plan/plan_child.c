/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans inside plans: how they begin, how their end is known above, and what a
 * step that runs again finds of them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "call/call_private.h"
#include "lib/log.h"
#include "plan/plan_private.h"

#define PARENT_NOTE "parent plan" /* its number */
#define PART_NOTE "part of it"    /* the note in which it waits for our end */
#define PART_PREFIX "part "       /* of all such notes, but not the one above */
#define PART_CHARS 128
#define UNDO_SUFFIX " undo"
#define WENT_WELL "ok"
#define SEPARATOR '\n' /* between an error's parameters in a note */

/* plans.lock. */
static void
link_child(struct running *parent, struct running *child)
{
	child->parent = parent;
	child->part = plan_arg(&child->plan, PART_NOTE);
	child->sibling = parent->children;
	parent->children = child;
}

static void
count_in(struct running *parent, struct running *child)
{
	child->counted = true;
	pthread_mutex_lock(&parent->lock);
	parent->parts++;
	pthread_mutex_unlock(&parent->lock);
}

/* One of an earlier run of the daemon that still goes on. */
static bool
join_running(struct running *parent, const char *part, bool tried)
{
	struct running *child;

	pthread_mutex_lock(&parent->all->lock);
	child = parent->children;
	while (child && strcmp(child->part, part) != 0)
		child = child->sibling;
	if (child) {
		child->counted = true;
		child->tried = tried;
	}
	pthread_mutex_unlock(&parent->all->lock);
	return child != NULL;
}

bool
plan_takes_back(const struct running *r)
{
	size_t len = strlen(r->part), n = sizeof(UNDO_SUFFIX) - 1;

	return len > n && strcmp(r->part + len - n, UNDO_SUFFIX) == 0;
}

/* plans.lock. */
static void
count_all(struct running *r)
{
	for (struct running *c = r->children; c; c = c->sibling) {
		r->parts += !c->counted;
		c->counted = true;
	}
}

bool
plan_wait_for_children(struct running *r)
{
	bool any;

	if (!r->undoing)
		return false;
	pthread_mutex_lock(&r->all->lock);
	count_all(r);
	any = r->children != NULL;
	pthread_mutex_unlock(&r->all->lock);
	return any;
}

void
plan_wait_for_forgotten(struct running *r)
{
	pthread_mutex_lock(&r->all->lock);
	count_all(r);
	pthread_mutex_unlock(&r->all->lock);
}

void
plan_find_parent(struct running *r, struct running *const *all, uint32_t n)
{
	uint64_t number = strtoull(plan_arg(&r->plan, PARENT_NOTE), NULL, 10);

	for (uint32_t i = 0; number && i < n; i++)
		if (all[i]->number == number && number < r->number) {
			pthread_mutex_lock(&r->all->lock);
			link_child(all[i], r);
			pthread_mutex_unlock(&r->all->lock);
			return;
		}
}

static void
error_note(const struct call *c, struct bytes *out)
{
	if (!c->nerror)
		bytes_puts(out, WENT_WELL);
	for (unsigned i = 0; i < c->nerror; i++) {
		if (i)
			bytes_putc(out, SEPARATOR);
		for (const char *s = c->error[i]; *s; s++)
			bytes_putc(out, *s == SEPARATOR ? ' ' : *s);
	}
}

/* What error_note made, in the call's arena: how many texts it has, 0 without
 * memory. */
static unsigned
split_error_note(const struct plan *p, const char *note_,
    const char *error[PLAN_ERROR_MAX])
{
	char *s = arena_strdup(p->call->arena, note_);
	unsigned n = 0;

	while (s && n < PLAN_ERROR_MAX) {
		error[n++] = s;
		s = strchr(s, SEPARATOR);
		if (s)
			*s++ = '\0';
	}
	return n;
}

/* The same as an error: 0, or -1 raised. */
static int
read_error_note(struct plan *p, const char *note_)
{
	const char *error[PLAN_ERROR_MAX];
	unsigned n;

	if (strcmp(note_, WENT_WELL) == 0)
		return 0;
	n = split_error_note(p, note_, error);
	return n ? call_fail(p->call, error[0], error + 1, n - 1)
		 : call_fail_nomem(p->call);
}

#define ERROR_NOTE "failed because"

void
plan_keep_error(struct running *r)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *s;

	error_note(r->plan.call, &text);
	s = bytes_cstr(&text);
	if (s)
		(void)plan_put_note(r, ERROR_NOTE, s);
}

void
plan_recall_error(struct running *r)
{
	const char *s = plan_arg(&r->plan, ERROR_NOTE);

	if (*s)
		(void)read_error_note(&r->plan, s);
	else
		(void)fail_internal_error(r->plan.call,
		    "The toolstack was restarted while this was taken back");
}

void
plan_part_report(struct running *r, struct tx *t)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *s;

	error_note(r->plan.call, &text);
	s = bytes_cstr(&text);
	pthread_mutex_lock(&r->all->lock);
	if (r->parent && s && plan_put_note(r->parent, r->part, s) == 0)
		(void)plan_journal_notes(r->parent, t);
	pthread_mutex_unlock(&r->all->lock);
}

int
plan_tell_parent(struct plan *p, const char *name, const char *value)
{
	struct running *r = plan_running(p);
	int rc = 0;

	pthread_mutex_lock(&r->all->lock);
	if (r->parent)
		rc = plan_put_note(r->parent, name, value);
	pthread_mutex_unlock(&r->all->lock);
	return rc < 0 ? call_fail_nomem(p->call) : 0;
}

int
plan_tell_parent_most(struct plan *p, const char *name, int64_t value)
{
	struct running *r = plan_running(p);
	char text[24];
	int rc = 0;

	snprintf(text, sizeof(text), "%lld", (long long)value);
	pthread_mutex_lock(&r->all->lock);
	if (r->parent && plan_arg_int(&r->parent->plan, name, 0) < value)
		rc = plan_put_note(r->parent, name, text);
	pthread_mutex_unlock(&r->all->lock);
	return rc < 0 ? call_fail_nomem(p->call) : 0;
}

struct running *
plan_part_leave(struct running *r)
{
	struct running *parent, **at;

	pthread_mutex_lock(&r->all->lock);
	parent = r->parent;
	if (parent) {
		for (at = &parent->children; *at != r;)
			at = &(*at)->sibling;
		*at = r->sibling;
		r->parent = NULL;
	}
	for (struct running *c = r->children; c; c = c->sibling)
		c->parent = NULL;
	r->children = NULL;
	pthread_mutex_unlock(&r->all->lock);
	return r->counted ? parent : NULL;
}

static struct running *
child_new(struct running *parent, const struct plan_kind *kind,
    struct ref object)
{
	struct call *above = parent->plan.call;
	struct call *c = plan_carrier(parent->plan.core);
	struct running *r = c ? plan_new(parent->all, c, kind, object) : NULL;

	if (!r) {
		call_free(c);
		return NULL;
	}
	c->method = above->method;
	c->caller = above->caller;
	r->resumed = true;
	return r;
}

/* Named and linked, with its turn: 1: it may begin. Negative: unlinked, see
 * plan_take_turn. */
static int
child_join(struct running *parent, struct running *r, const char *part)
{
	char number[24];
	int rc;

	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)parent->number);
	if (plan_put_note(r, PARENT_NOTE, number) < 0 ||
	    plan_put_note(r, PART_NOTE, part) < 0)
		return -1;
	pthread_mutex_lock(&r->all->lock);
	link_child(parent, r);
	atomic_store(&r->cancelled,
	    !parent->undoing && atomic_load(&parent->cancelled));
	pthread_mutex_unlock(&r->all->lock);
	count_in(parent, r);
	rc = plan_take_turn(r->all, r);
	if (rc < 0) {
		(void)plan_part_leave(r);
		parent->parts--; /* never the last: send() runs */
	}
	return rc;
}

static int
child_start(struct running *parent, struct running *r, const char *part)
{
	int rc = child_join(parent, r, part);
	struct call *c = r->plan.call;

	if (rc == PLAN_DEADLOCK) {
		rc = r->tried ? 0 : -1;
		plan_child_failed(parent, r);
	} else if (rc < 0) {
		rc = call_fail_nomem(parent->plan.call);
	} else {
		if (rc == 1)
			plan_go_on(r, plan_begin);
		return 0;
	}
	plan_free_memory(r);
	call_free(c);
	return rc;
}

/* Whether it runs already. */
static bool
child_runs(struct running *parent, const char *part, bool tried)
{
	bool runs;

	/* Counted first: one that runs may end at any moment. */
	pthread_mutex_lock(&parent->lock);
	parent->parts++;
	pthread_mutex_unlock(&parent->lock);
	runs = join_running(parent, part, tried);
	if (runs)
		return true;
	pthread_mutex_lock(&parent->lock);
	parent->parts--; /* never the last: send() runs */
	pthread_mutex_unlock(&parent->lock);
	return false;
}

static int
child_make(struct running *parent, const char *part, bool tried,
    const struct plan_kind *kind, struct ref object, va_list ap)
{
	struct running *r = child_new(parent, kind, object);

	if (!r)
		return call_fail_nomem(parent->plan.call);
	r->tried = tried;
	if (plan_note_all(r, ap) == 0)
		return child_start(parent, r, part);
	call_free(r->plan.call);
	plan_free_memory(r);
	return call_fail_nomem(parent->plan.call);
}

/* Its step (of a version that noted none the number) and its object are its name,
 * and how many came before it for that: what a list
 * has gained or lost meanwhile moves no other's end to it. */
static int
name_part(struct running *parent, struct ref object, char part[PART_CHARS])
{
	struct arena *arena = parent->plan.call->arena;
	struct child_sent *s = arena_alloc(arena, sizeof(*s));
	char ref[REF_CHARS + 1], number[12];
	unsigned nth = 0;

	if (!s)
		return call_fail_nomem(parent->plan.call);
	for (struct child_sent *o = parent->children_sent; o; o = o->next)
		nth += ref_equal(o->object, object);
	*s = (struct child_sent){ object, parent->children_sent };
	parent->children_sent = s;
	ref_format(object, ref);
	snprintf(number, sizeof(number), "%u", parent->step);
	snprintf(part, PART_CHARS, PART_PREFIX "%s %s %u%s",
	    *plan_arg(&parent->plan, STEP_NOTE)
		? parent->plan.kind->steps[parent->step].name
		: number,
	    ref, nth, parent->undoing ? UNDO_SUFFIX : "");
	return 0;
}

int
plan_child(struct plan *p, const struct plan_kind *kind, struct ref object, ...)
{
	struct running *parent = plan_running(p);
	char part[PART_CHARS];
	const char *ended;
	va_list ap;
	int rc;

	if (name_part(parent, object, part) < 0)
		return -1;
	if (child_runs(parent, part, false))
		return 0;
	ended = plan_arg(p, part);
	if (*ended)
		return read_error_note(p, ended);
	va_start(ap, object);
	rc = child_make(parent, part, false, kind, object, ap);
	va_end(ap);
	return rc;
}

/* ---- parts that may fail ---- */

static const char *
tried_part(const char *name, char buf[PART_CHARS])
{
	snprintf(buf, PART_CHARS, PART_PREFIX "%s", name);
	return buf;
}

int
plan_try(struct plan *p, const char *name, const struct plan_kind *kind,
    struct ref object, ...)
{
	struct running *parent = plan_running(p);
	char part[PART_CHARS];
	va_list ap;
	int rc;

	tried_part(name, part);
	if (child_runs(parent, part, true) || *plan_arg(p, part))
		return 0;
	va_start(ap, object);
	rc = child_make(parent, part, true, kind, object, ap);
	va_end(ap);
	return rc;
}

bool
plan_went_well(const struct plan *p, const char *name)
{
	char part[PART_CHARS];

	return strcmp(plan_arg(p, tried_part(name, part)), WENT_WELL) == 0;
}

unsigned
plan_tried_error(const struct plan *p, const char *name,
    const char *error[PLAN_ERROR_MAX])
{
	static const char unknown[] = "INTERNAL_ERROR";
	char part[PART_CHARS];
	unsigned n;

	if (plan_went_well(p, name))
		return 0;
	n = split_error_note(p, plan_arg(p, tried_part(name, part)), error);
	if (n == 0 || !*error[0]) {
		error[0] = unknown;
		n = 1;
	}
	return n;
}

void
plan_child_failed(struct running *parent, struct running *r)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	struct call *c = r->plan.call;
	const char *s;

	if (!r->tried) {
		plan_part_failed(parent, c->error, c->nerror);
		return;
	}
	log_info("plan %s: %s failed: %s %s", parent->plan.kind->name,
	    r->plan.kind->name, c->error[0], c->nerror > 1 ? c->error[1] : "");
	error_note(c, &text);
	s = bytes_cstr(&text);
	/* One that cannot be noted did not go well either. */
	if (s)
		(void)plan_put_note(parent, r->part, s);
}

void
plan_forget_parts(struct running *r)
{
	plan_forget_notes(r, PART_PREFIX, PART_NOTE);
}
