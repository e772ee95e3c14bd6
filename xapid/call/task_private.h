/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between task.c, task_table.c, task_end.c and task_api.c. */
#ifndef XAPID_TASK_PRIVATE_H
#define XAPID_TASK_PRIVATE_H

#include "call/task.h"

/* ---- task_table.c: tasks of this process, in memory: whose they are, who
 * works on them. Any thread. ---- */

struct task_owner;

/* How a task ended, until that is durable. */
struct task_ending {
	enum task_status_type status;
	char *result; /* NULL: "" */
	char **error; /* malloc'd with its texts, or NULL */
	unsigned nerror;
};

struct task_entry {
	struct ref task;
	struct task_owner *owner;
	struct task_entry *next, *prev; /* of the owner's finished ones */
	bool over;                      /* it is one of those */
	bool working; /* until its end is durable; then call may be NULL */
	bool gone;    /* its row was destroyed while somebody worked */
	bool cancelled, ended, committing;
	struct call *call; /* NULL: no call, or it has ended */
	void (*cancel)(void *arg);
	void *cancel_arg;
	struct task_ending end;
};

/* Notes a task that is being made; call may be NULL. A user who has `max` of
 * them loses the oldest finished one: *victim_r, which the caller destroys
 * (null: none). -1: none is finished, or no memory. */
int task_table_add(struct ref task, const char *sid, struct call *call,
    bool working, unsigned max, struct ref *victim_r);
/* Its row is gone, or was never made durable (made: false). */
void task_table_remove(struct ref task, bool made);
/* It ended without anybody working on it. */
void task_table_over(struct ref task);
bool task_table_works(struct ref task);
/* Somebody works on it from now on; false: it is over, or somebody does. */
bool task_table_take(struct ref task, struct call *call);
/* Forgets tasks that do not exist, because a commit failed. */
void task_table_prune(bool (*exists)(struct ref task, void *arg), void *arg);
/* Tells whoever works on it; false: nobody does. */
bool task_table_cancel(struct ref task);
/* The entry, now committing, with fill() called under the lock; NULL: nobody
 * works on it, or it has ended already. */
struct task_entry *task_table_end(struct ref task,
    void (*fill)(struct task_entry *e, void *arg), void *arg);
/* The end of a committing entry is durable (and e is gone, perhaps), or it is
 * to be tried again. */
void task_table_ended(struct task_entry *e, bool durable);
/* Ended ones that are to be tried again, now committing; at most max. */
unsigned task_table_unended(struct task_entry **out, unsigned max);

/* ---- task_end.c ---- */

/* Puts an end into the row, if there still is one. */
int task_end_row(struct tx *t, struct ref task, enum task_status_type status,
    const char *result, const char *const *error, unsigned nerror);
void task_end_stop(struct core *core);

/* ---- task_row.c ---- */

/* What clients may do with one that work is done for: cancel it, until they
 * have, or it is over. */
void task_row_may_cancel(struct tx *t, struct ref task);
void task_row_is_cancelled(struct tx *t, struct ref task);
void task_row_is_over(struct tx *t, struct ref task);

/* ---- task.c ---- */

bool task_is_over(enum task_status_type s);
/* The head row of a task that the caller may change, or NULL with the call
 * failed. */
const struct task *task_own(struct call *c, struct tx *t, struct ref ref);
/* A row of the caller's, checked and inserted with its place in the table; -1:
 * the call has failed. work: a call that will work on it, or NULL. */
int task_insert(struct call *c, struct tx *t, const char *label,
    const char *description, struct call *work, struct ref *task_r);

#endif
