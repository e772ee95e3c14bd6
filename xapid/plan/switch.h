/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message switch: carries requests of plans to workers and answers back,
 * on lanes: one for each kind of worker program, with one process that gets
 * everything at once or several that get one request each.
 *
 * A request is named by (task, step) and may be carried more than once: when a
 * worker dies, hangs past a deadline or talks nonsense, it is killed, a fresh
 * one gets every request that it still had, and only the one that the dead
 * worker was working on counts an attempt. After SWITCH_ATTEMPTS of them that
 * request fails; the others never notice. */
#ifndef XAPID_SWITCH_H
#define XAPID_SWITCH_H

#include "call/core.h"
#include "model/frame.h"

#define SWITCH_ATTEMPTS 5
/* How long a worker may take to end what was cancelled, before it is killed. */
#define SWITCH_CANCEL_MS 5000

/* Whom a request is for. */
enum plan_target {
	PLAN_DOMAIN, /* the simulator or libxl, as the configuration says */
	PLAN_STORAGE,
	PLAN_NETWORK,
	PLAN_CONSOLE,
	PLAN_WATCH, /* what happens to real domains: only events */
	PLAN_TARGETS
};

/* For core->switchboard, with a thread of its own. NULL: no memory. */
struct switchboard *switch_new(struct core *core);
/* Requests that are open fail. NULL is fine. */
void switch_free(struct switchboard *s);

/* A request, embedded by its owner until done() was called. */
struct request {
	uint64_t task; /* not 0 */
	uint32_t step;
	enum plan_target target;
	int deadline_ms;    /* of one attempt, from when its turn came */
	bool uncancellable; /* switch_cancel leaves it alone */
	/* Of those about the same a lane gives one at a time, in their order.
	 * Null: about nothing. */
	struct ref about;
	/* On the switch's thread, when its turn has come: false if it has
	 * become needless; then it went well. NULL: it never does. */
	bool (*wanted)(struct request *m);
	/* Once, on the switch's own thread: must be short. reply and error
	 * live until it returns. nerror 0: it went well. */
	void (*done)(struct request *m, const struct value *reply,
	    const char *const *error, unsigned nerror);
	/* 0 … 1, on that thread, before done; may be NULL. */
	void (*progress)(struct request *m, double progress);

	/* The switch's own. */
	struct bytes frame;
	int64_t deadline; /* 0: its turn has not come */
	unsigned attempts;
	bool cancelled, cancel_sent;
	struct request *next;
};

/* body: a struct with "op", "uuid" and what the operation takes; copied. -1:
 * no memory, done() will not be called. */
int switch_send(struct switchboard *s, struct request *m,
    const struct value *body);
/* Ends the requests of a task early: done() is called with TASK_CANCELLED, or
 * as if nothing had been said when the work was done already. Any thread. */
void switch_cancel(struct switchboard *s, uint64_t task);
/* Blocks until the answer is there; copied into the arena. For start-up and
 * what is no plan. -1 with the error as text: code and first parameter. */
int switch_ask(struct switchboard *s, enum plan_target target, struct arena *a,
    const struct value *body, struct value *reply_r, char *err,
    size_t err_size);

/* What workers tell unasked. One that watches says "started" when it sees: it
 * may have missed something. fn runs on the switch's own thread: must be
 * short; body lives until it returns. Before anything is sent. */
void switch_on_event(struct switchboard *s,
    void (*fn)(void *arg, enum plan_target from, const struct value *body),
    void *arg);
/* From now on one process of this kind runs always, not only on demand. */
void switch_keep(struct switchboard *s, enum plan_target target);

#endif
