/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a step consists of: notes and requests to workers (and, in files of their
 * own, plans inside plans and times to wait for); and how they are cancelled. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/task.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/text.h"
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
	text_make_clean(text->s); /* the journal could not be read again */
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

int
plan_put_note(struct running *r, const char *name, const char *value)
{
	int rc;

	pthread_mutex_lock(&r->notes_lock);
	rc = put_note(r, name, value);
	pthread_mutex_unlock(&r->notes_lock);
	return rc;
}

int
plan_put_constant(struct running *r, const char *name, const char *value)
{
	uint32_t i = 0;
	int rc = 0;

	pthread_mutex_lock(&r->notes_lock);
	while (i < r->nnotes && strcmp(r->names[i], name) != 0)
		i++;
	if (i == r->nnotes && (rc = grow(r)) == 0)
		r->names[r->nnotes++] = name;
	if (rc == 0)
		r->values[i] = value;
	pthread_mutex_unlock(&r->notes_lock);
	return rc;
}

int
plan_note(struct plan *p, const char *name, const char *value)
{
	if (plan_put_note(plan_running(p), name, value) < 0)
		return call_fail_nomem(p->call);
	return 0;
}

int
plan_note_int(struct plan *p, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return plan_note(p, name, text);
}

void
plan_forget_notes(struct running *r, const char *prefix, const char *but)
{
	uint32_t n = 0;

	pthread_mutex_lock(&r->notes_lock);
	for (uint32_t i = 0; i < r->nnotes; i++) {
		if (strncmp(r->names[i], prefix, strlen(prefix)) == 0 &&
		    strcmp(r->names[i], but) != 0)
			continue;
		r->names[n] = r->names[i];
		r->values[n++] = r->values[i];
	}
	r->nnotes = n;
	pthread_mutex_unlock(&r->notes_lock);
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

int64_t
plan_arg_int(const struct plan *p, const char *name, int64_t otherwise)
{
	const char *text = plan_arg(p, name);

	return *text ? strtoll(text, NULL, 10) : otherwise;
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
	const char *subject; /* arena of the plan's call, as the next one */
	const char *vm;      /* uuid; "": it is not about a VM */
	const struct plan_turn *turn;
};

#define MAX_ERROR 16

/* Workers know VMs by their uuids, clients by their references. */
static void
request_failed(struct plan_request *q, const char *const *error,
    unsigned nerror)
{
	RECORD_UNREF const struct record *vm = *q->vm
	    ? db_get_by_uuid(q->plan->plan.core->db, CLASS_VM, q->vm)
	    : NULL;
	const char *named[MAX_ERROR];
	char ref[REF_CHARS + 1];
	unsigned n = 0;

	if (vm)
		ref_format(vm->self, ref);
	for (; n < nerror && n < MAX_ERROR; n++)
		named[n] = vm && strcmp(error[n], q->vm) == 0 ? ref : error[n];
	plan_part_failed(q->plan, named, n);
}

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
		request_failed(q, error, nerror);
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

void
plan_set_lasting(struct plan *p)
{
	plan_running(p)->lasting = true;
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

void
plan_set_turn(struct plan *p, const struct plan_turn *turn)
{
	plan_running(p)->turn = turn;
}

static bool
request_wanted(struct request *request)
{
	struct plan_request *q = (struct plan_request *)request;

	return q->turn->wanted(q->plan->plan.core, q->turn);
}

static void
take_turn(struct plan_request *q)
{
	q->turn = q->plan->turn;
	q->plan->turn = NULL;
	if (!q->turn)
		return;
	q->request.about = q->turn->about;
	q->request.wanted = q->turn->wanted ? request_wanted : NULL;
}

static struct plan_request *
request_new(struct running *r, enum plan_target target, plan_reply_fn *reply,
    const struct value *body)
{
	struct plan_request *q = fault_calloc(1, sizeof(*q));
	const struct value *vm =
	    target == PLAN_DOMAIN ? value_member(body, "uuid") : NULL;

	if (!q)
		return NULL;
	q->vm = vm && vm->kind == VALUE_STRING
	    ? arena_strdup(r->plan.call->arena, vm->s)
	    : "";
	if (!q->vm)
		q->vm = "";
	q->plan = r;
	q->reply = reply;
	q->subject = r->subject;
	take_turn(q);
	q->request.task = r->number;
	q->request.target = target;
	q->request.deadline_ms = r->deadline_ms;
	q->request.uncancellable = r->undoing || r->lasting;
	q->request.done = request_done;
	q->request.progress = request_progress;
	pthread_mutex_lock(&r->lock);
	q->request.step = (r->round & 0xff) << 24 | r->step << 16 |
	    (r->undoing ? 0x8000u : 0) | r->sent++;
	r->parts++;
	pthread_mutex_unlock(&r->lock);
	return q;
}

int
plan_send_to(struct plan *p, enum plan_target target, plan_reply_fn *reply,
    const struct value *body)
{
	struct running *r = plan_running(p);
	struct plan_request *q = request_new(r, target, reply, body);

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

/* ---- cancelling ---- */

void
plan_cancel_locked(struct running *r)
{
	atomic_store(&r->cancelled, true);
	switch_cancel(r->plan.core->switchboard, r->number);
	plan_end_wait(r);
	for (struct running *c = r->children; c; c = c->sibling)
		if (!plan_takes_back(c))
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
