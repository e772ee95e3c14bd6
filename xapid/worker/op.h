/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request to a worker while it runs, and what an operation may say of it.
 * Operations are plain and synchronous, and repeatable: done a second time one
 * finds its work done and answers the same. */
#ifndef XAPID_WORKER_OP_H
#define XAPID_WORKER_OP_H

#include "lib/arena.h"
#include "model/value.h"

#define OP_ERROR_PARAMS 6

struct worker;

struct op {
	struct worker *worker;
	struct arena *arena;      /* of the request and its answer */
	const char *name;         /* "create" */
	const char *uuid;         /* of the object it is about; "" for none */
	const struct value *args; /* the whole request, a struct */
	struct value result;      /* nil unless set; arena or static */
	const char *error[1 + OP_ERROR_PARAMS]; /* arena or static */
	unsigned nerror;
	/* The request, for progress and cancel. */
	uint64_t task;
	uint32_t step;
};

/* 0, with op->result; or -1, with op->error (op_fail). context: the driver's. */
typedef int op_fn(void *context, struct op *op);

/* ---- arguments: with what they are when absent or of another kind ---- */
/* (value_text and its kind, of op->args.) */
const char *op_text(const struct op *op, const char *name,
    const char *otherwise);
int64_t op_int(const struct op *op, const char *name, int64_t otherwise);
bool op_bool(const struct op *op, const char *name, bool otherwise);
/* A member that is a struct or an array; NULL when absent or neither. */
const struct value *op_list(const struct op *op, const char *name);

/* ---- results ---- */
/* A struct of members that is copied into the arena. -1: no memory, raised. */
int op_answer(struct op *op, const struct value_member *members, uint32_t n);

/* ---- failing ---- */
/* -1; an API error code and at most OP_ERROR_PARAMS parameters, NULL at the
 * end; copied. The first one stays. */
int op_fail(struct op *op, const char *code, ...) __attribute__((sentinel));
int op_fail_nomem(struct op *op);
/* For a system call that failed: code, then "WHAT: reason" of errno. */
int op_fail_errno(struct op *op, const char *code, const char *what);

/* ---- while it runs ---- */
/* Whether the core wants it ended: long operations look between parts and end
 * with op_fail(op, "TASK_CANCELLED", NULL). */
bool op_cancelled(const struct op *op);
/* 0 … 1; the core shows it in the task. */
void op_progress(const struct op *op, double progress);

#endif
