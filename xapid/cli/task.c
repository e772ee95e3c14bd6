/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long calls: run as tasks, so that their progress is seen and they can be
 * cancelled. */
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/call.h"
#include "cli/frames.h"
#include "cli/print.h"
#include "cli/watch.h"
#include "lib/clock.h"

#define BAR 40 /* characters of the bar at its end */

#define LOOK_S 1.0 /* the estimate moves although nothing happens */
#define SHORT_NS (NSEC_PER_SEC / 2) /* not worth a bar of its own accord */

struct bar {
	bool wanted;   /* by a parameter: its last state stays */
	bool terminal; /* somebody looks on: shown while it takes long */
	bool drawn;
	int64_t begun;    /* clock_mono_ns */
	int percent;      /* last drawn */
	int64_t drawn_ns; /* when */
};

/* ---- progress ---- */

static void
put_left(struct bytes *out, const struct bar *b, double progress)
{
	int64_t spent = (clock_mono_ns() - b->begun) / NSEC_PER_SEC, left;

	if (progress < 0.01)
		return;
	left = (int64_t)((double)spent / progress) - spent;
	if (left > 0 && left < 360000)
		bytes_printf(out, " %02lld:%02lld:%02lld left",
		    (long long)left / 3600, (long long)left / 60 % 60,
		    (long long)left % 60);
}

static bool
is_shown(const struct bar *b)
{
	return b->wanted ||
	    (b->terminal && clock_mono_ns() - b->begun > SHORT_NS);
}

/* Somebody who looks on sees the estimate move. */
static bool
is_news(const struct bar *b, int percent)
{
	return !b->drawn || percent != b->percent ||
	    (b->terminal && percent > 0 &&
		clock_mono_ns() - b->drawn_ns > LOOK_S * NSEC_PER_SEC / 2);
}

static void
draw(struct cli *cli, struct bar *b, double progress)
{
	CLEANUP_BYTES struct bytes line = { 0 };
	int percent = (int)(progress * 100), done = (int)(progress * BAR);

	if (!is_shown(b) || percent < 0 || percent > 100 ||
	    !is_news(b, percent))
		return;
	b->drawn = true;
	b->drawn_ns = clock_mono_ns();
	b->percent = percent;
	bytes_puts(&line, "\r[");
	for (int i = 0; i < BAR; i++)
		bytes_putc(&line, i < done ? '#' : ' ');
	bytes_printf(&line, "] %3d%%", percent);
	put_left(&line, b, progress);
	bytes_puts(&line, "  ");
	if (!line.failed)
		cli_send_text(cli, CLI_TAG_PRINT_STDERR, line.p, line.len);
}

/* ---- the end of a task ---- */

static bool
is_pending(const struct task *t)
{
	return t->status == TASK_STATUS_TYPE_PENDING ||
	    t->status == TASK_STATUS_TYPE_CANCELLING;
}

static int
outcome(struct cli *cli, const struct task *t, const char **result_r)
{
	const struct set *e = &t->error_info;

	if (result_r)
		*result_r = cli_text(cli, "%s", t->result);
	if (t->status == TASK_STATUS_TYPE_SUCCESS)
		return 0;
	if (t->status == TASK_STATUS_TYPE_CANCELLED)
		return cli_fail_code(cli, "TASK_CANCELLED",
		    cli_text(cli, "%s", t->uuid));
	if (e->n == 0)
		return cli_fail(cli, "The task failed without a reason");
	return cli_fail_api(cli, (const char *const *)e->items, e->n);
}

/* ---- waiting ---- */

/* 1: ended, 0: not yet. */
static int
look(struct cli *cli, struct ref task, struct bar *b, const char **result_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct task *t;

	if (cli_call(cli, &a, "task.get_record", "r", task) < 0)
		return -1;
	t = *(const struct task *const *)a.mem;
	if (is_pending(t) || t->status == TASK_STATUS_TYPE_SUCCESS)
		draw(cli, b, t->progress);
	if (is_pending(t))
		return cli_flush(cli);
	if (b->drawn)
		cli_send_stderr(cli, b->wanted ? "\n" : "\r\033[K");
	return outcome(cli, t, result_r) < 0 ? -1 : 1;
}

/* The one who waits has enough: the task is to end, and we still wait for
 * that, but with nobody to wait for any more. */
static void
cancel(struct cli *cli, struct ref task)
{
	cli->failure = CLI_FINE;
	if (cli_do(cli, "task.cancel", "r", task) < 0)
		(void)cli_forgive(cli);
}

int
cli_wait_task(struct cli *cli, struct ref task, const char **result_r)
{
	char text[REF_CHARS + 1];
	const char *subscription, *token = "";
	struct bar b = {
		.begun = clock_mono_ns(),
		.terminal = cli->wish.progress && !cli->minimal,
	};
	bool cancelled = false;
	int r;

	if (cli_get_bool(cli, "progress", false, &b.wanted) < 0)
		return -1;
	ref_format(task, text);
	subscription = cli_text(cli, "task/%s", text);
	for (;;) {
		r = look(cli, task, &b, result_r);
		if (r != 0)
			return r < 0 ? -1 : 0;
		if (cli_wait_event(cli, &subscription, 1,
			b.terminal ? LOOK_S : CLI_WAIT_S, &token) == 0)
			continue;
		if (!cli->cancels || cancelled)
			return -1;
		cancelled = true;
		cancel(cli, task);
	}
}

/* Runs a task to its end and removes it. */
static int
run_task(struct cli *cli, const char *method, const struct value *params,
    unsigned n, const char **result_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct cli_trouble t;
	struct ref task;
	int rc;

	if (result_r)
		*result_r = "";
	if (cli->wish.dry_run)
		return cli_call_values(cli, &a, method, params, n);
	if (cli_call_values(cli, &a, cli_text(cli, "Async.%s", method), params,
		n) < 0)
		return -1;
	task = cli_answer_ref(&a);
	rc = cli_wait_task(cli, task, result_r);
	t = cli_put_aside(cli);
	if (t.failure != CLI_FAIL_GONE)
		(void)cli_do(cli, "task.destroy", "r", task);
	cli_put_back(cli, &t);
	return rc;
}

int
cli_run_task_values(struct cli *cli, const char *method,
    const struct value *params, unsigned n)
{
	return run_task(cli, method, params, n, NULL);
}

int
cli_run_task(struct cli *cli, const char *method, const char *fmt, ...)
{
	struct value params[CLI_PARAMS_MAX];
	unsigned n;
	va_list ap;

	va_start(ap, fmt);
	n = cli_read_params(cli, fmt, ap, params);
	va_end(ap);
	return run_task(cli, method, params, n, NULL);
}

/* The result of a task is the text of an XML value. */
int
cli_run_task_ref(struct cli *cli, struct ref *out_r, const char *method,
    const char *fmt, ...)
{
	struct value params[CLI_PARAMS_MAX];
	const char *result, *text;
	char ref[REF_CHARS + 1];
	unsigned n;
	va_list ap;

	*out_r = REF_NULL;
	va_start(ap, fmt);
	n = cli_read_params(cli, fmt, ap, params);
	va_end(ap);
	if (run_task(cli, method, params, n, &result) < 0)
		return -1;
	if (cli->wish.dry_run)
		return 0;
	text = strstr(result, "OpaqueRef:");
	snprintf(ref, sizeof(ref), "%.*s", text ? (int)strcspn(text, "<") : 0,
	    text ? text : "");
	return ref_parse(ref, out_r)
	    ? 0
	    : cli_fail(cli, "%s has made nothing", method);
}
