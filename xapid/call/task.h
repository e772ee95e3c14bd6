/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks: objects that tell how an Async call goes. A task row is durable
 * before its reference is answered; a restarted daemon ends every task that
 * was pending with a failure. */
#ifndef XAPID_TASK_H
#define XAPID_TASK_H

#include "call/call.h"

/* Ends what an earlier run of the daemon left pending, and starts expiry. */
int tasks_start(struct core *core);
/* Before any task can end. */
void task_end_start(struct core *core);
void tasks_stop(struct core *core);

/* A task of an earlier run of the daemon whose plan goes on (call: who carries
 * it). Before tasks_start. -1: no memory. */
int task_adopt(struct core *core, struct ref task, struct call *call);

/* Runs an Async call: c is a call of its own (no rc, own arena, checked and
 * decoded); makes its task (durable when *task_r is answered through parent:
 * the commit is parent's) and starts it on a thread. -1: parent has failed,
 * c is freed. */
int task_start_call(struct call *parent, struct call *c, struct ref *task_r);

/* For handlers in a task (no-ops without one): 0 … 1. */
void task_progress(struct call *c, double progress);
/* A task of its own for work that is no call (an import over HTTP). parent:
 * the task that it is a part of, or null. */
int task_new(struct core *core, const struct identity *who, struct ref parent,
    const char *label, const char *description, struct ref *task_r);
/* A task that the caller made by task.create becomes that of c, which has no
 * method (an HTTP request); task_end ends it. -1: it is not theirs, or not
 * free. */
int task_take(struct call *c, struct ref task);
/* result: text of the XML value ("<value>…</value>") or "". error: NULL, or a
 * code and parameters. */
void task_end(struct core *core, struct ref task, const char *result,
    const char *const *error, unsigned nerror);

/* Writes the end of c's task into a transaction that ends its work too, so that
 * a crash cannot come between the two. -1: in t. Without a task a no-op. */
int task_end_in(struct tx *t, struct call *c);

/* How to stop what a task does; called by task.cancel from another thread. */
void task_set_cancel(struct core *core, struct ref task,
    void (*cancel)(void *arg), void *arg);

#endif
