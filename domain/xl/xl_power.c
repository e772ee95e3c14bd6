/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <string.h>

#include "domain/xl/xl_private.h"
#include "lib/moment.h"

#define ACKNOWLEDGE_SECONDS 60
#define END_SECONDS 1200

/* ---- holding it ---- */

#define MAX_PAUSES 255 /* Xen's */

/* -1, raised. */
static int
is_paused(struct xl *x, struct op *op, uint32_t domid, bool *paused_r)
{
	struct xl_state state;
	int rc = xl_look(x, domid, &state);

	*paused_r = state.paused;
	return rc ? xl_fail(x, op, rc, "info") : 0;
}

/* Xen counts how often a domain was paused, so who repeats the work of a dead
 * worker would pause it once more. */
int
xl_pause(void *context, struct op *op)
{
	struct xl *x = context;
	uint32_t domid;
	bool paused;
	int rc;

	if (xl_need(x, op, &domid) < 0 || is_paused(x, op, domid, &paused) < 0)
		return -1;
	if (paused)
		return 0;
	xl_forget(x);
	rc = libxl_domain_pause(x->ctx, domid, NULL);
	return rc ? xl_fail(x, op, rc, "pause") : 0;
}

/* One that runs cannot be unpaused, and one that others have paused, too, is to
 * run. */
int
xl_unpause(void *context, struct op *op)
{
	struct xl *x = context;
	uint32_t domid;
	bool paused;
	int rc = 0;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	xl_forget(x);
	for (int i = 0; rc == 0 && i < MAX_PAUSES; i++) {
		if (is_paused(x, op, domid, &paused) < 0)
			return -1;
		if (!paused)
			return 0;
		rc = libxl_domain_unpause(x->ctx, domid, NULL);
	}
	return rc ? xl_fail(x, op, rc, "unpause") : 0;
}

/* ---- the end ---- */

int
xl_destroy(void *context, struct op *op)
{
	struct xl *x = context;
	uint32_t domid;
	int rc = xl_find(x, op, &domid);

	if (rc < 0)
		return -1;
	xl_forget(x);
	rc = rc == 1 ? libxl_domain_destroy(x->ctx, domid, NULL) : 0;
	return rc ? xl_fail(x, op, rc, "destroy") : xl_tpm_ended(x, op);
}

/* ---- asking the guest ---- */

static bool
has_ended(struct xl *x, uint32_t domid)
{
	struct xl_state state;

	return xl_look(x, domid, &state) != 0 || state.ended;
}

static const char *
order_path(struct op *op, uint32_t domid)
{
	return arena_printf(op->arena, "/local/domain/%u/control/shutdown",
	    domid);
}

/* The guest takes its order out of the store. */
static bool
has_acknowledged(struct xl *x, struct op *op, uint32_t domid)
{
	const char *order = xl_read(x, op, order_path(op, domid));

	return !order || !*order;
}

/* 1: it cannot be asked, and is to be destroyed then. */
static int
ask(struct xl *x, struct op *op, uint32_t domid)
{
	bool reboot = strcmp(op_text(op, "reason", "poweroff"), "reboot") == 0;
	int rc;

	xl_forget(x);
	rc = reboot ? libxl_domain_reboot(x->ctx, domid, NULL)
		    : libxl_domain_shutdown(x->ctx, domid, NULL);
	if (rc == ERROR_NOPARAVIRT && !reboot)
		rc = libxl_send_trigger(x->ctx, domid, LIBXL_TRIGGER_POWER, 0,
		    NULL);
	if (rc && op_int(op, "or_end", 0))
		return 1;
	if (rc == ERROR_NOPARAVIRT)
		return op_fail(op, "VM_LACKS_FEATURE", op->uuid, NULL);
	return rc ? xl_fail(x, op, rc, "shutdown") : 0;
}

static int
answer_forced(struct op *op)
{
	const struct value_member forced = { "forced", value_of_bool(true) };

	return op_answer(op, &forced, 1);
}

static int
fail_shutdown(struct op *op, bool acknowledged, int seconds)
{
	if (!acknowledged)
		return op_fail(op, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT",
		    op->uuid, NULL);
	return op_fail(op, "VM_SHUTDOWN_TIMEOUT", op->uuid,
	    arena_printf(op->arena, "%d", seconds), NULL);
}

/* As long as the request says, or as a guest may take. */
static int
most_seconds(const struct op *op)
{
	int64_t seconds = op_int(op, "timeout", 0);

	return seconds > 0 && seconds < INT_MAX ? (int)seconds : END_SECONDS;
}

int
xl_shutdown(void *context, struct op *op)
{
	int most = most_seconds(op);
	struct xl *x = context;
	int64_t acknowledge, end;
	uint32_t domid;
	int rc = xl_find(x, op, &domid);

	if (rc <= 0)
		return rc;
	rc = has_ended(x, domid) ? 0 : ask(x, op, domid);
	if (rc)
		return rc < 0 ? -1 : answer_forced(op);
	moment("worker", op->name, "guest is asked");
	end = xl_deadline(most);
	acknowledge =
	    most < ACKNOWLEDGE_SECONDS ? end : xl_deadline(ACKNOWLEDGE_SECONDS);
	while (!has_ended(x, domid)) {
		bool acknowledged = has_acknowledged(x, op, domid);

		if (acknowledged)
			acknowledge = end;
		if (xl_again(op, acknowledge))
			continue;
		if (op_cancelled(op))
			return op_fail(op, "TASK_CANCELLED", NULL);
		return op_int(op, "or_end", 0)
		    ? answer_forced(op)
		    : fail_shutdown(op, acknowledged, most);
	}
	return 0;
}

/* ---- sleeping ---- */

#define ASLEEP "s3"

/* One that has not taken the order shall not find it later. */
static int
take_order_back(struct xl *x, struct op *op, uint32_t domid)
{
	(void)xl_write(x, op, order_path(op, domid), "");
	if (op_cancelled(op))
		return op_fail(op, "TASK_CANCELLED", NULL);
	return op_fail(op, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT", op->uuid, NULL);
}

int
xl_sleep(void *context, struct op *op)
{
	int64_t deadline = xl_deadline(ACKNOWLEDGE_SECONDS);
	struct xl *x = context;
	uint32_t domid;

	if (xl_need(x, op, &domid) < 0 ||
	    xl_write(x, op, order_path(op, domid), ASLEEP) < 0)
		return -1;
	while (!has_acknowledged(x, op, domid))
		if (!xl_again(op, deadline))
			return take_order_back(x, op, domid);
	return 0;
}
