/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The message switch: carries requests of plans to workers and answers back.
 *
 * A request is named by (task, step) and may be carried more than once: when a
 * worker dies, hangs past a deadline or talks nonsense, it is killed, a fresh
 * one gets every request that is still open, and only the one that the dead
 * worker was working on counts an attempt. After SWITCH_ATTEMPTS of them that
 * request fails; the others never notice. */
#ifndef XAPID_SWITCH_H
#define XAPID_SWITCH_H

#include "call/core.h"
#include "model/frame.h"

#define SWITCH_ATTEMPTS 5

struct switchboard *switch_new(struct core *core);
/* Requests that are open fail. NULL is fine. */
void switch_free(struct switchboard *s);

/* A request, embedded by its owner until done() was called. */
struct request {
	uint64_t task; /* not 0 */
	uint32_t step;
	int deadline_ms; /* of one attempt */
	/* Once, on the switch's own thread: must be short. reply and error
	 * live until it returns. nerror 0: it went well. */
	void (*done)(struct request *m, const struct value *reply,
	    const char *const *error, unsigned nerror);

	/* The switch's own. */
	struct bytes frame;
	int64_t deadline;
	unsigned attempts;
	struct request *next;
};

/* body: a struct with "op", "uuid" and what the operation takes; copied. -1:
 * no memory, done() will not be called. */
int switch_send(struct switchboard *s, struct request *m,
    const struct value *body);
/* Blocks until the answer is there; copied into the arena. For tests and
 * start-up. -1 with the error as text. */
int switch_ask(struct switchboard *s, struct arena *a, const struct value *body,
    struct value *reply_r, char *err, size_t err_size);
/* Process number of the present worker, 0: none runs. For tests. */
pid_t switch_worker(struct switchboard *s);

#endif
