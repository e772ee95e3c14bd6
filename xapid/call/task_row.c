/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* allowed_operations and current_operations of a task, which clients have their
 * buttons by. Neither is on disk: a restarted daemon says them again. */
#include "call/task_private.h"

static const int cancel[] = { TASK_ALLOWED_OPERATIONS_CANCEL };

void
task_row_may_cancel(struct tx *t, struct ref task)
{
	const struct set one = { .items = cancel, .n = 1 };

	TX_SET(t, task, task, task, allowed_operations, one);
}

void
task_row_is_cancelled(struct tx *t, struct ref task)
{
	char text[REF_CHARS + 1];
	const char *const keys[] = { text };
	const struct map now = { .keys = keys, .values = cancel, .n = 1 };
	const struct set none = { 0 };

	ref_format(task, text);
	TX_SET(t, task, task, task, allowed_operations, none);
	TX_SET(t, task, task, task, current_operations, now);
}

void
task_row_is_over(struct tx *t, struct ref task)
{
	const struct map nothing = { 0 };
	const struct set none = { 0 };

	TX_SET(t, task, task, task, allowed_operations, none);
	TX_SET(t, task, task, task, current_operations, nothing);
}
