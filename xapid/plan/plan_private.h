/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between plan.c (steps and the journal), plan_start.c, plan_turn.c,
 * plan_show.c, plan_resume.c, and the files about what a step consists of: plan_part.c
 * (notes, requests, cancelling), plan_child.c, plan_wait.c and plan_then.c.
 *
 * Locks, from outer to inner: running.lock, the writer's turn, plans.lock,
 * running.notes_lock and the switch's. */
#ifndef XAPID_PLAN_PRIVATE_H
#define XAPID_PLAN_PRIVATE_H

#include <pthread.h>

#include "lib/refmap.h"
#include "plan/plan.h"

struct note_text;

struct running {
	struct plan plan; /* first: steps see only this */
	struct plans *all;
	uint64_t number;
	struct ref row;   /* of the journal; null: not begun */
	struct ref key;   /* in current_operations */
	struct ref queue; /* whose turn it stands in */
	unsigned step;
	unsigned onward;      /* the step behind this one, if all goes well */
	unsigned round;       /* how often it has gone back */
	bool undoing, failed; /* failed: the present send or its answers */
	bool settles;         /* waits for parts before it is taken back */
	bool resumed;         /* nobody waits for the call */
	unsigned undo_tries;  /* of the present step */
	unsigned repairs;     /* after_failure, one after the other */
	_Atomic bool cancelled;
	bool knows_task; /* the task's cancel comes to us */

	/* Arguments and what steps noted. */
	pthread_mutex_t notes_lock;
	const char **names, **values;
	uint32_t nnotes, notes_cap;
	struct note_text *texts; /* all there were: what was read stays valid */

	/* Requests and children in flight, and one while send() runs. */
	pthread_mutex_t lock;
	unsigned parts, sent;
	struct child_sent *children_sent; /* of the present step; arena */
	int deadline_ms;
	bool lasting;        /* the next requests are not cancelled */
	const char *subject; /* arena */
	const struct plan_turn *turn;
	int64_t shown; /* when progress was, last */
	double progress;

	/* A time that the step waits for; plans.lock. */
	struct timer timer;
	bool waits, yields; /* yields: also to who stands behind */
	struct running *wait_next, **wait; /* in plans.waiting */

	struct running *next; /* waits behind this one for the turn */

	bool promised;            /* in the journal, but not begun */
	struct running *promises; /* of the transaction that is being made */
	struct running *promise;  /* the next one of those */

	/* A part of another one's step; plans.lock. */
	struct running *parent, *children, *sibling;
	const char *part; /* its name in the parent's notes */
	bool counted;     /* the parent's step waits for it */
	bool tried;       /* … and notes how it ended, whatever that is */
	bool inside;      /* has its turn by an ancestor's */
	uint64_t seen;    /* by the search of this number */
};

/* An object that a child of the present step was made for. */
struct child_sent {
	struct ref object;
	struct child_sent *next;
};

struct plans {
	struct core *core;
	pthread_mutex_t lock;
	struct refmap busy;      /* object: the plan whose turn it is */
	struct running *waiting; /* for a time */
	plan_shown_fn *shown;    /* or NULL */
	bool abandoned; /* at the daemon's end: the journal goes on later */
	uint64_t searches;
	uint64_t next_number;
};

/* The whole of what a step sees. */
static inline struct running *
plan_running(const struct plan *p)
{
	return (struct running *)(uintptr_t)p;
}

/* ---- plan_start.c ---- */

/* A call that nobody waits for, to carry a plan. NULL: no memory. */
struct call *plan_carrier(struct core *core);
struct running *plan_new(struct plans *ps, struct call *c,
    const struct plan_kind *kind, struct ref object);
/* And its call, when nobody waits for that. */
void plan_free(struct running *r);
/* Whether the daemon ends: plans stay where the journal has them. */
bool plan_is_abandoned(struct plans *ps);

/* ---- plan.c ---- */

/* Its row, in the transaction that begins or promises it. */
int plan_journal_row(struct running *r, struct tx *t, int64_t step);
/* Where the journal has how often a plan has gone back, and the name of its
 * step. */
#define ROUND_NOTE "round"
#define STEP_NOTE "at step"

/* arg is the running plan; each may be the work of a thread. plan_over: nobody
 * hears of it any more, and the next one of its object begins. plan_go_on: fn on
 * a thread that may take the writer's turn, or nothing when the daemon ends. */
void plan_over(void *arg);
void plan_go_on(struct running *r, void (*fn)(void *arg));
void plan_begin(void *arg);      /* from the check on */
void plan_first_step(void *arg); /* from where the journal is */
void plan_answered(void *arg);   /* all parts of a step have ended */

/* ---- plan_show.c ---- */

/* In current_operations, and no more. -1: in t. */
int plan_show(struct running *r, struct tx *t);
void plan_hide(struct running *r, struct tx *t);

/* ---- plan_turn.c ---- */

#define PLAN_DEADLOCK (-2)
/* 1: it is this plan's turn at once. -1: no memory. PLAN_DEADLOCK, and raised:
 * those that it would wait for wait for its parent. */
int plan_take_turn(struct plans *ps, struct running *r);
/* Something of a failed plan may be left, or be gone that the records have:
 * whoever looks stands first in the queue. */
void plan_repair(struct running *r);
/* The next plan of the object, if one waits. */
void plan_pass_turn(struct running *r);

/* ---- plan_part.c ---- */

/* Frees all but the call. */
void plan_free_memory(struct running *r);

/* plan_note that raises nothing. */
int plan_put_note(struct running *r, const char *name, const char *value);
/* The same of texts that stay; only a first one needs memory. */
int plan_put_constant(struct running *r, const char *name, const char *value);
/* Those whose names begin so, but one. */
void plan_forget_notes(struct running *r, const char *prefix, const char *but);
/* "name", "value" …, NULL. */
int plan_note_all(struct running *r, va_list ap);
/* Notes lock. */
struct map plan_notes(const struct running *r);
/* Puts them into the row of the journal. */
int plan_journal_notes(struct running *r, struct tx *t);

/* One request or child less; the last one leads to plan_answered. Failed: the
 * step has this error, if it has none yet. */
void plan_part_ended(struct running *r);
void plan_part_failed(struct running *r, const char *const *error,
    unsigned nerror);
/* The task's cancel comes to this plan, or no more. */
void plan_know_task(struct running *r);
void plan_forget_task(struct running *r);
/* plans.lock. With all its children, but those that take something back. */
void plan_cancel_locked(struct running *r);
bool plan_is_cancelled(const struct running *r);
/* Raises TASK_CANCELLED; -1. */
int plan_fail_cancelled(struct running *r);

/* ---- plan_then.c ---- */

/* The step of a row whose plan has not begun. */
#define STEP_PROMISED INT64_C(-1)

/* The transaction that a plan has made is durable, or is not. */
void plan_keep_promises(struct running *r);
void plan_drop_promises(struct running *r);
/* A promised plan may not run: its row goes. */
void plan_break_promise(struct running *r);

/* ---- plan_child.c ---- */

/* Why it is taken back, in its notes; and raised again after a restart. */
void plan_keep_error(struct running *r);
void plan_recall_error(struct running *r);
/* Of a child: its parent's step is being taken back. */
bool plan_takes_back(const struct running *r);
/* Before undoing: whether there are children of an earlier run, which end
 * first. */
bool plan_wait_for_children(struct running *r);
/* Behind send(), under r->lock: what is left of an earlier run and was not asked
 * for again, since it has done its work, ends before the step does. */
void plan_wait_for_forgotten(struct running *r);
/* For a resumed one: the parent that it names, if that is there. */
void plan_find_parent(struct running *r, struct running *const *all,
    uint32_t n);
/* In a child's last transaction: how it ended, in its parent's journal. */
void plan_part_report(struct running *r, struct tx *t);
/* It is no part any more, and its children nobody's. Answers the parent that
 * waits for it, or NULL. */
struct running *plan_part_leave(struct running *r);
/* One that its parent's step has waited for has failed. */
void plan_child_failed(struct running *parent, struct running *r);
/* How the parts of a step ended, which is to run again for others. */
void plan_forget_parts(struct running *r);

/* ---- plan_wait.c ---- */

/* plans.lock. A wait, if there is one, is over. */
void plan_end_wait(struct running *r);
/* At the daemon's end. */
void plan_forget_waits(struct plans *ps);

#endif
