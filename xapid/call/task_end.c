/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How tasks end. What an end says is kept in memory and tried again until it
 * is durable: a disk that is full for a while leaves no task pending. */
#include <string.h>

#include "access/session.h"
#include "call/call_private.h"
#include "call/task_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "rpc/encode.h"

#define RETRY_INTERVAL (NSEC_PER_SEC / 4)
#define RETRY_MAX 32 /* at once */

static struct {
	struct timer timer;
	struct core *core;
} retry;

int
task_end_row(struct tx *t, struct ref task, enum task_status_type status,
    const char *result, const char *const *error, unsigned nerror)
{
	const struct task *row = TX_GET(t, task, task, task);
	struct set info = { .items = error, .n = nerror };

	if (!row || task_is_over(row->status))
		return 0; /* destroyed in the meantime, or told already */
	TX_SET(t, task, task, task, status, status);
	TX_SET(t, task, task, task, finished, clock_wall_sec());
	TX_SET(t, task, task, task, progress, 1.0);
	TX_SET(t, task, task, task, result, result);
	task_row_is_over(t, task);
	return TX_SET(t, task, task, task, error_info, info);
}

/* ---- keeping it ---- */

static int
keep_error(struct task_ending *e, const char *const *error, unsigned n)
{
	e->error = fault_calloc(n, sizeof(*e->error));
	e->nerror = n;
	for (unsigned i = 0; e->error && i < n; i++) {
		size_t size = strlen(error[i]) + 1;

		e->error[i] = fault_malloc(size);
		if (!e->error[i])
			return -1;
		memcpy(e->error[i], error[i], size);
	}
	return e->error ? 0 : -1;
}

struct how {
	const char *result;
	const char *const *error;
	unsigned nerror;
};

/* Without memory to say more, a failure that says so: see write_ending. */
static void
keep(struct task_entry *e, void *arg)
{
	const struct how *how = arg;
	struct task_ending *end = &e->end;
	size_t size = strlen(how->result) + 1;
	char text[REF_CHARS + 1];
	const char *const cancelled[] = { "TASK_CANCELLED", text };

	if (how->nerror &&
	    (e->cancelled || strcmp(how->error[0], cancelled[0]) == 0)) {
		ref_format(e->task, text);
		end->status = TASK_STATUS_TYPE_CANCELLED;
		(void)keep_error(end, cancelled, 2);
	} else if (how->nerror) {
		end->status = TASK_STATUS_TYPE_FAILURE;
		(void)keep_error(end, how->error, how->nerror);
	} else {
		end->status = TASK_STATUS_TYPE_SUCCESS;
		if (size == 1)
			return;
		end->result = fault_malloc(size);
		if (end->result)
			memcpy(end->result, how->result, size);
		else
			end->status = TASK_STATUS_TYPE_FAILURE;
	}
}

/* ---- writing it ---- */

static bool
is_whole(const struct task_ending *end)
{
	if (end->status == TASK_STATUS_TYPE_SUCCESS)
		return true;
	for (unsigned i = 0; end->error && i < end->nerror; i++)
		if (!end->error[i])
			return false;
	return end->error != NULL;
}

static void
ended(void *arg, const struct db_error *error)
{
	task_table_ended(arg, !error);
	if (error && !atomic_load(&retry.core->stopping))
		(void)timer_set(retry.core->timers, &retry.timer,
		    clock_mono_ns() + RETRY_INTERVAL);
}

/* -1: no memory. Nobody else touches the end of a committing entry. */
static int
write_ending(struct task_entry *e)
{
	static const char *const nomem[] = { "INTERNAL_ERROR",
		"Out of memory" };
	const struct task_ending *end = &e->end;
	bool whole = is_whole(end);
	struct tx *t = tx_begin(retry.core->db);

	if (!t)
		return -1;
	(void)task_end_row(t, e->task, end->status,
	    end->result ? end->result : "",
	    whole ? (const char *const *)end->error : nomem,
	    whole ? end->nerror : 2);
	if (tx_error(t)) {
		tx_abort(t);
		return -1;
	}
	tx_commit(t, ended, e);
	return 0;
}

static void
try_to_end(struct task_entry *e)
{
	static const struct db_error failed = { .code = "INTERNAL_ERROR" };

	if (write_ending(e) < 0)
		ended(e, &failed);
}

static void
retry_fire(struct timer *timer)
{
	struct task_entry *some[RETRY_MAX];
	unsigned n = task_table_unended(some, RETRY_MAX);

	if (n == RETRY_MAX)
		(void)timer_set(retry.core->timers, timer,
		    clock_mono_ns() + RETRY_INTERVAL);
	for (unsigned i = 0; i < n; i++)
		try_to_end(some[i]);
}

void
task_end_start(struct core *core)
{
	retry.core = core;
	retry.timer.fire = retry_fire;
}

void
task_end_stop(struct core *core)
{
	timer_cancel(core->timers, &retry.timer);
}

/* ---- the end ---- */

void
task_end(struct core *core, struct ref task, const char *result,
    const char *const *error, unsigned nerror)
{
	struct how how = { result, error, nerror };
	struct task_entry *e = task_table_end(task, keep, &how);

	(void)core;
	if (e)
		try_to_end(e);
}

/* What the task keeps of the result; "" after a failure. */
static const char *
result_text(struct call *c, struct bytes *buf)
{
	const char *text = "";

	if (!c->nerror && c->method->result->size) {
		encode_value(RPC_XML, c->method->result, c->result, buf);
		text = bytes_cstr(buf);
		if (!text)
			call_fail_nomem(c);
	}
	return text ? text : "";
}

void
call_ended_task(struct call *c)
{
	CLEANUP_BYTES struct bytes result = { 0 };
	const char *text;

	call_settle(c);
	text = result_text(c, &result);
	audit_call(c, true, c->error, c->nerror);
	task_end(c->core, c->task, text, c->error, c->nerror);
	call_free(c);
}

int
task_end_in(struct tx *t, struct call *c)
{
	CLEANUP_BYTES struct bytes result = { 0 };
	enum task_status_type status = TASK_STATUS_TYPE_SUCCESS;
	const char *text;

	if (ref_is_null(c->task))
		return 0;
	text = result_text(c, &result);
	if (c->nerror && strcmp(c->error[0], "TASK_CANCELLED") == 0)
		status = TASK_STATUS_TYPE_CANCELLED;
	else if (c->nerror)
		status = TASK_STATUS_TYPE_FAILURE;
	return task_end_row(t, c->task, status, text, c->error, c->nerror);
}
