/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of class task. */
#include "call/task_private.h"
#include "lib/clock.h"

#define CANCEL_DEPTH 16 /* of parts of parts */

int
task_create(struct call *c, const struct task_create_args *a,
    struct ref *result_r)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (task_insert(c, t, a->label, a->description, NULL, result_r) < 0) {
		tx_abort(t);
		return -1;
	}
	return call_commit(c, t);
}

/* A change of a task that is the caller's to change. NULL: it is not. */
static struct tx *
begin_own(struct call *c, struct ref task)
{
	struct tx *t = call_begin(c);

	if (t && task_own(c, t, task))
		return t;
	tx_abort(t);
	return NULL;
}

int
task_destroy(struct call *c, const struct task_destroy_args *a)
{
	struct tx *t = begin_own(c, a->self);

	if (!t)
		return -1;
	(void)tx_destroy(t, CLASS_task, a->self);
	task_table_remove(a->self, true);
	return call_commit(c, t);
}

/* Nobody works on it, so it is over as soon as it is said. */
static int
end_by_hand(struct tx *t, struct ref ref, const char *const *error)
{
	task_table_over(ref);
	return task_end_row(t, ref, TASK_STATUS_TYPE_CANCELLED, "", error, 2);
}

static void
cancel_one(struct tx *t, const struct task *task)
{
	char text[REF_CHARS + 1];
	const char *error[] = { "TASK_CANCELLED", text };
	struct ref ref = task->r.self;

	if (task_is_over(task->status))
		return; /* too late: nothing to do */
	ref_format(ref, text);
	if (task_table_cancel(ref)) {
		TX_SET(t, task, task, ref, status, TASK_STATUS_TYPE_CANCELLING);
		task_row_is_cancelled(t, ref);
	} else {
		(void)end_by_hand(t, ref, error);
	}
}

/* A task and its parts. */
static int
cancel_all(struct call *c, struct tx *t, struct ref ref, int depth)
{
	const struct task *task = TX_GET(t, task, task, ref);
	struct set parts;

	if (!task || depth > CANCEL_DEPTH)
		return 0;
	if (model_copy(c->arena,
		class_table[CLASS_task].fields[FIELD_task_subtasks].type,
		&parts, &task->subtasks) < 0)
		return call_fail_nomem(c);
	cancel_one(t, task);
	for (uint32_t i = 0; i < parts.n; i++)
		if (cancel_all(c, t, ((const struct ref *)parts.items)[i],
			depth + 1) < 0)
			return -1;
	return 0;
}

int
task_cancel(struct call *c, const struct task_cancel_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (!task_own(c, t, a->task) || cancel_all(c, t, a->task, 0) < 0) {
		tx_abort(t);
		return -1;
	}
	return call_commit(c, t);
}

/* A field of a task that its owner may set. */
static int
set_own(struct call *c, struct ref ref, int field, const void *mem)
{
	struct tx *t = begin_own(c, ref);

	if (!t)
		return -1;
	(void)tx_set(t, CLASS_task, ref, field, mem);
	return call_commit(c, t);
}

int
task_set_status(struct call *c, const struct task_set_status_args *a)
{
	struct tx *t = begin_own(c, a->self);

	if (!t)
		return -1;
	TX_SET(t, task, task, a->self, status, a->value);
	if (task_is_over(a->value)) {
		TX_SET(t, task, task, a->self, finished, clock_wall_sec());
		task_row_is_over(t, a->self);
		task_table_over(a->self);
	}
	return call_commit(c, t);
}

int
task_set_progress(struct call *c, const struct task_set_progress_args *a)
{
	if (!(a->value >= 0 && a->value <= 1))
		return fail_invalid_value(c, "value", "not from 0 to 1");
	return set_own(c, a->self, FIELD_task_progress, &a->value);
}

int
task_set_result(struct call *c, const struct task_set_result_args *a)
{
	return set_own(c, a->self, FIELD_task_result, &a->value);
}

int
task_set_error_info(struct call *c, const struct task_set_error_info_args *a)
{
	return set_own(c, a->self, FIELD_task_error_info, &a->value);
}
