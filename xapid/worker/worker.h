/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every worker program is: a loop that takes requests in frames from
 * descriptor 3 and runs one after another. A second thread reads, so that a
 * request can be cancelled while it runs. Answers are remembered: a request
 * that comes again (the core was restarted, or did not hear) is not done again.
 * A worker has no database; when it dies, one operation is repeated by a fresh
 * one. */
#ifndef XAPID_WORKER_H
#define XAPID_WORKER_H

#include "worker/op.h"

#define WORKER_FD 3

struct worker {
	void *context; /* given to operations */
	/* The function of an operation; NULL: NOT_IMPLEMENTED. */
	op_fn *(*find)(struct worker *w, const char *name);
	/* On the reading thread, when the request that runs is to be ended; may
	 * be NULL: then op_cancelled() is all. */
	void (*cancel)(void *context);
	/* Around each operation; -1: it is not run, raised. May be NULL. */
	int (*enter)(void *context, struct op *op);
	void (*leave)(void *context, const struct op *op);
	/* A failure ordered for this operation (simulators, for tests; see
	 * obey.h), or NULL. The hook may be NULL. */
	const char *(*order)(void *context, const char *op);
	/* It needs files and what it has open, no other process and no socket:
	 * worker_serve() takes the rest of the system calls away. */
	bool sandbox;
};

/* Serves until the core is gone. The exit status of the program. */
int worker_serve(struct worker *w);
/* To the core, unasked; body: a struct with "event" and what belongs to it.
 * Any thread. */
void worker_event(const struct value *body);

#endif
