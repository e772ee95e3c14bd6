/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A long operation as a table of steps. Steps run top to bottom; when one
 * fails or the task is cancelled (between two, or inside one: the worker is
 * told, and killed if it does not listen), the undo column runs from that step
 * to the top. A request that fails in the undo column is tried again for a
 * while: what was begun is to be gone. The position is journalled in the same transaction as the
 * change that a step makes, so a restarted daemon goes on or takes back where
 * it was; a step may therefore run twice and must be repeatable.
 *
 * Plans of one object run one after another, in the order of their calls;
 * plans of different objects side by side. No thread waits for a plan.
 *
 * A plan may be a part of a step of another one (plan_child): journalled by
 * itself, its end noted in its parent's journal in the same transaction, so
 * that neither a restart nor a repeated step runs it twice. One that is tried
 * (plan_try) may fail by itself: its end is noted, whatever it is. */
#ifndef XAPID_PLAN_H
#define XAPID_PLAN_H

#include "call/call.h"
#include "plan/switch.h"

struct plan {
	struct core *core;
	/* Carries arguments, identity and the error; of its own, with its own
	 * arena; for a resumed plan one that nobody waits for. */
	struct call *call;
	const struct plan_kind *kind;
	struct ref object;
	/* plan.c's own follows there. */
};

struct step {
	const char *name;
	/* Sends requests to workers (plan_send), any number; the step goes on
	 * when all are answered. NULL: nothing to send. -1: failed. */
	int (*send)(struct plan *p);
	/* What the step changes, in the transaction that moves the journal. */
	int (*apply)(struct plan *p, struct tx *t);
	/* The same two for taking it back, also after send failed half way. */
	int (*undo_send)(struct plan *p);
	int (*undo_apply)(struct plan *p, struct tx *t);
};

struct plan_kind {
	const char *name;         /* in the journal; never change it */
	int cls;                  /* class of the object */
	const char *operation;    /* in current_operations; NULL: in none */
	const struct step *steps; /* up to one without a name */
	/* Whose turn it waits for, when not the object's: a VBD's VM. May
	 * answer null: the object's. NULL: always the object's. */
	struct ref (*queue)(struct plan *p);
	/* Name of the step from which on a task that is cancelled takes nothing
	 * back, but ends well. NULL: there is none. */
	const char *stays_from;
	/* Name of the step that is tried again like what is taken back, and
	 * that a restarted daemon carries through although the task was
	 * cancelled before: it may be done, and then what the steps before it
	 * have made is all there is. NULL: there is none. */
	const char *carries_through;
	/* Operations that this one does not wait for but cancels, NULL at the
	 * end: a hard shutdown and a clean one that hangs. */
	const char *const *overrides;
	/* When this one failed after it had begun, runs next on the object: it
	 * looks at what is really there and has the records say so. */
	const struct plan_kind *after_failure;
	/* First, when it is this plan's turn: may it run? Sets the call's error. */
	int (*check)(struct plan *p, struct tx *t);
	/* Then, and again when a restarted daemon goes on: it stands in
	 * current_operations. May be NULL. */
	int (*began)(struct plan *p, struct tx *t);
	/* Last, in the transaction that ends the plan; ok: it went through. */
	int (*finish)(struct plan *p, struct tx *t, bool ok);
};

/* For a blocking handler: starts the plan (or queues it behind others of its
 * object) and parks the call until it has ended. args: "name", "value", …,
 * NULL; copied. */
int plan_start(struct call *c, const struct plan_kind *kind, struct ref object,
    ...) __attribute__((sentinel));

/* The same for what nobody called for (guests that end, schedules): runs with
 * all rights. -1: no memory. */
int plan_start_own(struct core *core, const struct plan_kind *kind,
    struct ref object, ...) __attribute__((sentinel));

/* How many plans of these kinds (NULL at the end) stand in line for the object
 * and have not begun. */
unsigned plans_in_line(struct core *core, struct ref object,
    const struct plan_kind *const kinds[]);

/* Whether it is the turn of one of these. When not, what the last one of them
 * has changed can be read. */
bool plans_at(struct core *core, struct ref object,
    const struct plan_kind *const kinds[]);

/* ---- for steps ---- */

/* An argument, or what a step noted; "" when absent. */
const char *plan_arg(const struct plan *p, const char *name);
struct ref plan_arg_ref(const struct plan *p, const char *name);
/* As a decimal number; otherwise when absent. */
int64_t plan_arg_int(const struct plan *p, const char *name, int64_t otherwise);
/* Notes something for later steps: journalled with this step's end. -1: no
 * memory. */
int plan_note(struct plan *p, const char *name, const char *value);
int plan_note_int(struct plan *p, const char *name, int64_t value);
/* Sees a good answer to a request; may be NULL. -1: failed, raised. */
typedef int plan_reply_fn(struct plan *p, const struct value *answer);
/* A request to the domain worker about a VM: "name", "value" pairs of text, or
 * with a name that begins with '#' an int64_t value; NULL at the end. */
int plan_send(struct plan *p, plan_reply_fn *reply, const char *op,
    const char *uuid, ...) __attribute__((sentinel));
/* A request to any worker; body: a struct with "op", "uuid" and what the
 * operation takes; copied. */
int plan_send_to(struct plan *p, enum plan_target target, plan_reply_fn *reply,
    const struct value *body);
/* For the next requests of this step: how long one attempt may take (else
 * --worker-deadline), that cancelling the task leaves them alone, and what
 * plan_subject() answers in their reply. */
void plan_set_deadline(struct plan *p, int ms);
void plan_set_lasting(struct plan *p);
int plan_set_subject(struct plan *p, const char *subject);
/* For the next request alone: what it is about, and whether it is still wanted
 * when its turn comes (as in switch.h). Lives as long as the plan. */
struct plan_turn {
	struct ref about;
	bool (*wanted)(struct core *core, const struct plan_turn *turn);
};
void plan_set_turn(struct plan *p, const struct plan_turn *turn);
const char *plan_subject(const struct plan *p);
/* Another plan as a part of this step, which ends when it has, and fails when
 * it has failed. It does not wait for a turn that this one or a plan above has.
 * Where it would wait for one that itself waits for this one, it is refused
 * (OTHER_OPERATION_IN_PROGRESS).
 * args: "name", "value", …, NULL. */
int plan_child(struct plan *p, const struct plan_kind *kind, struct ref object,
    ...) __attribute__((sentinel));
/* The same for a part that may fail: the step goes on all the same, and finds
 * with plan_went_well what became of it. name: its own in this step. Where it
 * would have to be refused, it has failed. */
int plan_try(struct plan *p, const char *name, const struct plan_kind *kind,
    struct ref object, ...) __attribute__((sentinel));
/* From the end of that step on, until plan_go_back. */
bool plan_went_well(const struct plan *p, const char *name);
/* Its error's code and parameters, in the call's arena; how many: 0 when it
 * went well. */
#define PLAN_ERROR_MAX 8
unsigned plan_tried_error(const struct plan *p, const char *name,
    const char *error[PLAN_ERROR_MAX]);
/* In apply: the plan goes on with that step, which is not behind this one, in
 * the place of the next. For steps without an undo column: what they did the
 * first time would not be taken back. */
int plan_go_back(struct plan *p, const char *step);

#define PLAN_WAIT_MAX_MS (INT64_C(365) * 86400 * 1000)
/* In send: the step ends not before that time of clock_wall_ms, nor waits
 * longer than this much. It is to be one that an earlier step has noted, or a
 * restart begins anew. Cancelling ends the wait; yields: so does a plan that
 * stands in line for the object. Once a step. -1: no memory; raises nothing. */
int plan_wait(struct plan *p, int64_t until_ms, int64_t longest_ms,
    bool yields);

/* In a child's apply or finish: notes something in its parent; without one
 * nothing. */
int plan_tell_parent(struct plan *p, const char *name, const char *value);
/* The same for a number above 0, unless a greater one is there. */
int plan_tell_parent_most(struct plan *p, const char *name, int64_t value);
/* In apply or finish: a plan of its own that follows from this change. It is in
 * the journal with the change itself, so a crash does not lose it, begins when
 * that is durable, and may fail without this one.
 * args: "name", "value", …, NULL. -1: no memory, raised. */
int plan_then(struct plan *p, struct tx *t, const struct plan_kind *kind,
    struct ref object, ...) __attribute__((sentinel));
/* In any transaction before plans_resume: a plan of its own that begins then. */
int plan_at_resume(struct tx *t, const struct plan_kind *kind,
    struct ref object);
/* 0 … 1, for the task. */
void plan_progress(struct plan *p, double progress);

/* ---- at start ---- */
/* For core->plans. NULL: no memory. */
struct plans *plans_new(struct core *core);
/* In the transaction in which a plan's operation begins to stand in
 * current_operations: what else follows of the object. It has no errors that
 * matter. Before anything begins. */
typedef void plan_shown_fn(struct tx *t, int cls, struct ref object);
void plans_when_shown(struct plans *ps, plan_shown_fn *shown);
/* Lets plans end for a while, then leaves the rest to the journal; what is in
 * flight is forgotten when the switch is freed. NULL is fine. */
void plans_stop(struct plans *ps, int grace_ms);
void plans_free(struct plans *ps);
/* What the journal holds of another version's plans, which nobody can go on
 * with: they go, and their after_failure is promised. Before anybody looks who
 * is under way. kinds as below; -1: no memory, or no disk. */
int plans_give_up(struct core *core, const struct plan_kind *const kinds[]);
/* Goes on with what the journal holds. kinds: all there are, NULL at the
 * end. */
int plans_resume(struct plans *ps, const struct plan_kind *const kinds[]);

#endif
