/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a step consists of: notes, requests to workers, plans inside plans; and
 * how they are cancelled. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "call/call_private.h"
#include "call/task.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "plan/plan_private.h"

#define MAX_NOTES 4096
#define PROGRESS_INTERVAL (NSEC_PER_SEC / 4)

/* ---- notes ---- */

struct note_text {
	struct note_text *next;
	char s[];
};

static const char *
keep_text(struct running *r, const char *s)
{
	size_t size = strlen(s) + 1;
	struct note_text *text = fault_malloc(sizeof(*text) + size);

	if (!text)
		return NULL;
	memcpy(text->s, s, size);
	text->next = r->texts;
	r->texts = text;
	return text->s;
}

/* Room for one more. */
static int
grow(struct running *r)
{
	uint32_t cap = r->notes_cap ? 2 * r->notes_cap : 8;
	const char **names, **values;

	if (r->nnotes < r->notes_cap)
		return 0;
	if (cap > MAX_NOTES)
		return -1;
	names = fault_realloc(r->names, cap * sizeof(*names));
	if (names)
		r->names = names;
	values = fault_realloc(r->values, cap * sizeof(*values));
	if (values)
		r->values = values;
	if (!names || !values)
		return -1;
	r->notes_cap = cap;
	return 0;
}

static int
put_note(struct running *r, const char *name, const char *value)
{
	uint32_t i = 0;

	while (i < r->nnotes && strcmp(r->names[i], name) != 0)
		i++;
	value = keep_text(r, value);
	if (!value)
		return -1;
	if (i == r->nnotes) {
		name = keep_text(r, name);
		if (!name || grow(r) < 0)
			return -1;
		r->names[i] = name;
		r->nnotes++;
	}
	r->values[i] = value;
	return 0;
}

static int
note(struct running *r, const char *name, const char *value)
{
	int rc;

	pthread_mutex_lock(&r->notes_lock);
	rc = put_note(r, name, value);
	pthread_mutex_unlock(&r->notes_lock);
	return rc;
}

int
plan_note(struct plan *p, const char *name, const char *value)
{
	if (note(plan_running(p), name, value) < 0)
		return call_fail_nomem(p->call);
	return 0;
}

int
plan_note_all(struct running *r, va_list ap)
{
	const char *name;

	while ((name = va_arg(ap, const char *)))
		if (plan_note(&r->plan, name, va_arg(ap, const char *)) < 0)
			return -1;
	return 0;
}

const char *
plan_arg(const struct plan *p, const char *name)
{
	struct running *r = plan_running(p);
	const char *value = "";

	pthread_mutex_lock(&r->notes_lock);
	for (uint32_t i = 0; i < r->nnotes; i++)
		if (strcmp(r->names[i], name) == 0)
			value = r->values[i];
	pthread_mutex_unlock(&r->notes_lock);
	return value;
}

struct ref
plan_arg_ref(const struct plan *p, const char *name)
{
	struct ref ref;

	return ref_parse(plan_arg(p, name), &ref) ? ref : REF_NULL;
}

struct map
plan_notes(const struct running *r)
{
	return (struct map){ .keys = r->names,
		.values = r->values,
		.n = r->nnotes };
}

int
plan_journal_notes(struct running *r, struct tx *t)
{
	struct map args;
	int rc;

	pthread_mutex_lock(&r->notes_lock);
	args = plan_notes(r);
	rc = TX_SET(t, plan_journal, plan_journal, r->row, args, args);
	pthread_mutex_unlock(&r->notes_lock);
	return rc;
}

void
plan_free_memory(struct running *r)
{
	struct note_text *next;

	for (struct note_text *text = r->texts; text; text = next) {
		next = text->next;
		free(text);
	}
	free(r->names);
	free(r->values);
	pthread_mutex_destroy(&r->notes_lock);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* ---- parts ---- */

void
plan_part_ended(struct running *r)
{
	bool last;

	pthread_mutex_lock(&r->lock);
	last = --r->parts == 0;
	pthread_mutex_unlock(&r->lock);
	if (last)
		plan_go_on(r, plan_answered);
}

void
plan_part_failed(struct running *r, const char *const *error, unsigned nerror)
{
	struct call *c = r->plan.call;
	const char *code;

	pthread_mutex_lock(&r->lock);
	code = arena_strdup(c->arena, error[0]); /* the rest is copied */
	if (code)
		(void)call_fail(c, code, error + 1, nerror - 1);
	else
		(void)call_fail_nomem(c);
	r->failed = true;
	pthread_mutex_unlock(&r->lock);
}

/* ---- requests ---- */

/* A request of a step that is under way. */
struct plan_request {
	struct request request; /* first */
	struct running *plan;
	plan_reply_fn *reply;
	const char *subject; /* arena of the plan's call */
};

static void
answered(struct plan_request *q, const struct value *answer)
{
	struct running *r = q->plan;
	const char *subject;

	pthread_mutex_lock(&r->lock);
	subject = r->subject;
	r->subject = q->subject;
	if (q->reply && q->reply(&r->plan, answer) < 0)
		r->failed = true;
	r->subject = subject;
	pthread_mutex_unlock(&r->lock);
}

static void
request_done(struct request *request, const struct value *answer,
    const char *const *error, unsigned nerror)
{
	struct plan_request *q = (struct plan_request *)request;
	struct running *r = q->plan;

	if (nerror && strcmp(error[0], "TASK_CANCELLED") == 0) {
		pthread_mutex_lock(&r->lock);
		r->failed = plan_fail_cancelled(r) < 0;
		pthread_mutex_unlock(&r->lock);
	} else if (nerror) {
		plan_part_failed(r, error, nerror);
	} else {
		answered(q, answer);
	}
	free(q);
	plan_part_ended(r);
}

/* Of one request among the steps: shown seldom, and never backwards. */
static void
request_progress(struct request *request, double progress)
{
	struct running *r = ((struct plan_request *)request)->plan;
	const struct step *steps = r->plan.kind->steps;
	int64_t now = clock_mono_ns();
	unsigned n = 0;

	if (r->undoing || now - r->shown < PROGRESS_INTERVAL)
		return;
	while (steps[n].name)
		n++;
	progress = (r->step + progress) / n;
	if (progress <= r->progress)
		return;
	r->progress = progress;
	r->shown = now;
	plan_progress(&r->plan, progress);
}

void
plan_progress(struct plan *p, double progress)
{
	task_progress(p->call, progress);
}

void
plan_set_deadline(struct plan *p, int ms)
{
	plan_running(p)->deadline_ms = ms;
}

int
plan_set_subject(struct plan *p, const char *subject)
{
	subject = arena_strdup(p->call->arena, subject);
	if (!subject)
		return call_fail_nomem(p->call);
	plan_running(p)->subject = subject;
	return 0;
}

const char *
plan_subject(const struct plan *p)
{
	return plan_running(p)->subject;
}

static struct plan_request *
request_new(struct running *r, enum plan_target target, plan_reply_fn *reply)
{
	struct plan_request *q = fault_calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->plan = r;
	q->reply = reply;
	q->subject = r->subject;
	q->request.task = r->number;
	q->request.target = target;
	q->request.deadline_ms = r->deadline_ms;
	q->request.uncancellable = r->undoing;
	q->request.done = request_done;
	q->request.progress = request_progress;
	pthread_mutex_lock(&r->lock);
	q->request.step =
	    r->step << 16 | (r->undoing ? 0x8000u : 0) | r->sent++;
	r->parts++;
	pthread_mutex_unlock(&r->lock);
	return q;
}

int
plan_send_to(struct plan *p, enum plan_target target, plan_reply_fn *reply,
    const struct value *body)
{
	struct running *r = plan_running(p);
	struct plan_request *q = request_new(r, target, reply);

	if (!q)
		return call_fail_nomem(p->call);
	if (switch_send(p->core->switchboard, &q->request, body) == 0) {
		/* One that came in between did not see this request. */
		if (atomic_load(&r->cancelled))
			switch_cancel(p->core->switchboard, r->number);
		return 0;
	}
	free(q);
	pthread_mutex_lock(&r->lock);
	r->parts--; /* ours while send() runs: never the last */
	pthread_mutex_unlock(&r->lock);
	return call_fail_nomem(p->call);
}

static struct value
text_value(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

int
plan_send(struct plan *p, plan_reply_fn *reply, const char *op,
    const char *uuid, ...)
{
	struct value_member m[16] = {
		{ "op", text_value(op) },
		{ "uuid", text_value(uuid) },
	};
	struct value body = { .kind = VALUE_STRUCT, .n = 2, .members = m };
	const char *name;
	va_list ap;

	va_start(ap, uuid);
	while (body.n < 16 && (name = va_arg(ap, const char *))) {
		m[body.n].name = name[0] == '#' ? name + 1 : name;
		if (name[0] == '#')
			m[body.n].value = (struct value){ .kind = VALUE_INT,
				.i = va_arg(ap, int64_t) };
		else
			m[body.n].value = text_value(va_arg(ap, const char *));
		body.n++;
	}
	va_end(ap);
	return plan_send_to(p, PLAN_DOMAIN, reply, &body);
}

/* ---- children ---- */

#define PARENT_NOTE "parent plan" /* its number */
#define PART_NOTE "part of it"    /* the note in which it waits for our end */
#define WENT_WELL "ok"
#define SEPARATOR '\x1f' /* between an error's parameters in a note */

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
join_running(struct running *parent, const char *part)
{
	struct running *child;

	pthread_mutex_lock(&parent->all->lock);
	child = parent->children;
	while (child && strcmp(child->part, part) != 0)
		child = child->sibling;
	if (child)
		child->counted = true;
	pthread_mutex_unlock(&parent->all->lock);
	return child != NULL;
}

void
plan_wait_for_children(struct running *r)
{
	if (!r->undoing)
		return;
	pthread_mutex_lock(&r->all->lock);
	for (struct running *c = r->children; c; c = c->sibling) {
		r->parts += !c->counted;
		c->counted = true;
	}
	pthread_mutex_unlock(&r->all->lock);
}

void
plan_find_parent(struct running *r, struct running *const *all, uint32_t n)
{
	uint64_t number = strtoull(plan_arg(&r->plan, PARENT_NOTE), NULL, 10);

	for (uint32_t i = 0; number && i < n; i++)
		if (all[i]->number == number) {
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
		bytes_puts(out, c->error[i]);
	}
}

/* What error_note made: 0, or -1 raised. */
static int
read_error_note(struct plan *p, const char *note_)
{
	const char *error[8];
	unsigned n = 0;
	char *s;

	if (strcmp(note_, WENT_WELL) == 0)
		return 0;
	s = arena_strdup(p->call->arena, note_);
	while (s && n < 8) {
		error[n++] = s;
		s = strchr(s, SEPARATOR);
		if (s)
			*s++ = '\0';
	}
	return n ? call_fail(p->call, error[0], error + 1, n - 1)
		 : call_fail_nomem(p->call);
}

void
plan_part_report(struct running *r, struct tx *t)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *s;

	error_note(r->plan.call, &text);
	s = bytes_cstr(&text);
	pthread_mutex_lock(&r->all->lock);
	if (r->parent && s && note(r->parent, r->part, s) == 0)
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
		rc = note(r->parent, name, value);
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
	if (note(r, PARENT_NOTE, number) < 0 || note(r, PART_NOTE, part) < 0)
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

	if (rc < 0) {
		plan_free_memory(r);
		call_free(c);
		return rc == PLAN_DEADLOCK ? -1
					   : call_fail_nomem(parent->plan.call);
	}
	if (rc == 1)
		plan_go_on(r, plan_begin);
	return 0;
}

int
plan_child(struct plan *p, const struct plan_kind *kind, struct ref object, ...)
{
	struct running *parent = plan_running(p), *r;
	const char *ended;
	char part[48];
	va_list ap;
	int rc;

	snprintf(part, sizeof(part), "part %u.%u%s", parent->step,
	    parent->children_sent++, parent->undoing ? " undo" : "");
	/* Counted first: one that runs may end at any moment. */
	pthread_mutex_lock(&parent->lock);
	parent->parts++;
	pthread_mutex_unlock(&parent->lock);
	if (join_running(parent, part))
		return 0;
	pthread_mutex_lock(&parent->lock);
	parent->parts--;
	pthread_mutex_unlock(&parent->lock);
	ended = plan_arg(p, part);
	if (*ended)
		return read_error_note(p, ended);
	r = child_new(parent, kind, object);
	if (!r)
		return call_fail_nomem(p->call);
	va_start(ap, object);
	rc = plan_note_all(r, ap);
	va_end(ap);
	if (rc == 0)
		return child_start(parent, r, part);
	call_free(r->plan.call);
	plan_free_memory(r);
	return call_fail_nomem(p->call);
}

/* ---- cancelling ---- */

void
plan_cancel_locked(struct running *r)
{
	atomic_store(&r->cancelled, true);
	switch_cancel(r->plan.core->switchboard, r->number);
	for (struct running *c = r->children; c; c = c->sibling)
		plan_cancel_locked(c);
}

/* From the task's table, under its lock. */
static void
cancel_task(void *arg)
{
	struct running *r = arg;

	pthread_mutex_lock(&r->all->lock);
	plan_cancel_locked(r);
	pthread_mutex_unlock(&r->all->lock);
}

void
plan_know_task(struct running *r)
{
	struct call *c = r->plan.call;

	if (ref_is_null(c->task))
		return;
	r->knows_task = true;
	task_set_cancel(c->core, c->task, cancel_task, r);
	if (atomic_load(&c->cancelled)) /* before we were told */
		atomic_store(&r->cancelled, true);
}

void
plan_forget_task(struct running *r)
{
	if (r->knows_task)
		task_set_cancel(r->plan.core, r->plan.call->task, NULL, NULL);
	r->knows_task = false;
}

bool
plan_is_cancelled(const struct running *r)
{
	return atomic_load(&r->cancelled);
}

int
plan_fail_cancelled(struct running *r)
{
	struct call *c = r->plan.call;

	return fail_task_cancelled(c, call_ref_text(c, c->task));
}
