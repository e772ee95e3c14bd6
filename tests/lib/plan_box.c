/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/plan_box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "model/builder.h"
#include "tests/lib/unit.h"

struct plan_box box;

/* ---- plans ---- */

static int
count(struct plan *p, struct tx *t)
{
	(void)t;
	atomic_fetch_add(&box.ran, 1);
	return plan_tell_parent(p, plan_arg(p, "name"), "was here");
}

static int
refuse(struct plan *p, struct tx *t)
{
	(void)t;
	return fail_invalid_value(p->call, "child", "refuses");
}

int
box_count_end(struct plan *p, struct tx *t, bool ok)
{
	(void)t;
	if (!ok) {
		atomic_fetch_add(&box.failed, 1);
		snprintf(box.last_error, sizeof(box.last_error), "%s %s",
		    p->call->nerror ? p->call->error[0] : "",
		    p->call->nerror > 1 ? p->call->error[1] : "");
	}
	atomic_fetch_add(&box.ended, 1);
	return 0;
}

static const struct step child_steps[] = {
	{ "count", NULL, count, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_child_kind = { .name = "test.child",
	.cls = CLASS_secret,
	.operation = "child",
	.steps = child_steps };

static const struct step refusing_steps[] = {
	{ "refuse", NULL, refuse, NULL, NULL },
	{ 0 },
};
static const struct plan_kind refusing_kind = { .name = "test.refusing",
	.cls = CLASS_secret,
	.operation = "child",
	.steps = refusing_steps };

/* One child on each object, the parent's own among them. */
static int
send_children(struct plan *p)
{
	for (unsigned i = 0; i < BOX_OBJECTS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "child %u", i);
		if (plan_child(p, &box_child_kind, box.objects[i], "name", name,
			NULL) < 0)
			return -1;
	}
	return 0;
}

static int
all_were_here(struct plan *p, struct tx *t)
{
	(void)t;
	CU_ASSERT_STRING_EQUAL(plan_arg(p, "child 0"), "was here");
	CU_ASSERT_STRING_EQUAL(plan_arg(p, "child 3"), "was here");
	return 0;
}

static int
send_refusing(struct plan *p)
{
	return plan_child(p, &refusing_kind, box.objects[1], NULL);
}

static int
count_undone(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	atomic_fetch_add(&box.undone, 1);
	return 0;
}

static const struct step parent_steps[] = {
	{ "children", send_children, all_were_here, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_parent_kind = { .name = "test.parent",
	.cls = CLASS_secret,
	.operation = "parent",
	.steps = parent_steps,
	.finish = box_count_end };

static int
send_nothing(struct plan *p)
{
	(void)p;
	return 0;
}

static int
child_has_ended(struct plan *p, struct tx *t)
{
	(void)t;
	CU_ASSERT_STRING_EQUAL(plan_arg(p, "child 1"), "was here");
	return 0;
}

static const struct step forgetful_steps[] = {
	{ "nothing", send_nothing, child_has_ended, NULL, NULL },
	{ 0 },
};
static const struct plan_kind forgetful_kind = { .name = "test.forgetful",
	.cls = CLASS_secret,
	.operation = "parent",
	.steps = forgetful_steps,
	.finish = box_count_end };

static const struct step doomed_steps[] = {
	{ "before", NULL, count, NULL, count_undone },
	{ "child", send_refusing, NULL, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_doomed_kind = { .name = "test.doomed",
	.cls = CLASS_secret,
	.operation = "doomed",
	.steps = doomed_steps,
	.finish = box_count_end };

static int
send_to_worker(struct plan *p)
{
	return plan_send(p, NULL, "create", "some uuid", NULL);
}

static const struct step lonely_steps[] = {
	{ "send", send_to_worker, NULL, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_lonely_kind = { .name = "test.lonely",
	.cls = CLASS_secret,
	.operation = "lonely",
	.steps = lonely_steps,
	.finish = box_count_end };

/* Parts that may fail, in three rounds. */

static int
send_tries(struct plan *p)
{
	if (plan_try(p, "good", &box_child_kind, box.objects[1], "name",
		"child", NULL) < 0)
		return -1;
	return plan_try(p, "bad", &refusing_kind, box.objects[2], NULL);
}

static int
once_more(struct plan *p, struct tx *t)
{
	const char *round = plan_arg(p, "rounds");

	(void)t;
	atomic_fetch_add(&box.well, plan_went_well(p, "good"));
	atomic_fetch_add(&box.badly, !plan_went_well(p, "bad"));
	if (strlen(round) == BOX_ROUNDS - 1)
		return 0;
	if (plan_note(p, "rounds", *round ? "xx" : "x") < 0)
		return -1;
	return plan_go_back(p, "try");
}

static const struct step trying_steps[] = {
	{ "try", send_tries, NULL, NULL, NULL },
	{ "again", NULL, once_more, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_trying_kind = { .name = "test.trying",
	.cls = CLASS_secret,
	.operation = "trying",
	.steps = trying_steps,
	.finish = box_count_end };

/* Steps that wait; "until": of clock_wall_ms. */
static int
send_wait(struct plan *p)
{
	return plan_wait(p, strtoll(plan_arg(p, "until"), NULL, 10),
	    BOX_FOREVER_MS, *plan_arg(p, "yields") != '\0');
}

static const struct step waiting_steps[] = {
	{ "before", NULL, count, NULL, count_undone },
	{ "wait", send_wait, NULL, NULL, NULL },
	{ "behind", NULL, count, NULL, count_undone },
	{ 0 },
};
const struct plan_kind box_waiting_kind = { .name = "test.waiting",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = waiting_steps,
	.finish = box_count_end };
const struct plan_kind box_staying_kind = { .name = "test.staying",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = waiting_steps,
	.stays_from = "wait",
	.finish = box_count_end };

/* Whoever wants the object at once. */
static const char *const waiters[] = { "waiting", NULL };
const struct plan_kind box_hard_kind = { .name = "test.hard",
	.cls = CLASS_secret,
	.operation = "hard",
	.steps = child_steps,
	.overrides = waiters,
	.finish = box_count_end };
const struct plan_kind box_soft_kind = { .name = "test.soft",
	.cls = CLASS_secret,
	.operation = "soft",
	.steps = child_steps,
	.finish = box_count_end };

/* What is taken back by a plan that takes its time. */
#define LATER_MS 500

static int
send_back(struct plan *p)
{
	char until[24];

	snprintf(until, sizeof(until), "%lld",
	    (long long)clock_wall_ms() + LATER_MS);
	return plan_child(p, &box_waiting_kind, box.objects[1], "until", until,
	    NULL);
}

static const struct step returning_steps[] = {
	{ "there", NULL, NULL, send_back, NULL },
	{ "refuse", NULL, refuse, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_returning_kind = { .name = "test.returning",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = returning_steps };

/* What is taken back while the journal still says that all goes well would be
 * taken for there by a daemon that is started then. */

static int
look_into_journal(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_plan_journal, plan_running(p)->row);
	const struct plan_journal *row = (const struct plan_journal *)r;

	atomic_fetch_add(row && row->undoing ? &box.told : &box.untold, 1);
	return 0;
}

static const struct step looking_steps[] = {
	{ "there", NULL, NULL, look_into_journal, NULL },
	{ "refuse", NULL, refuse, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_looking_kind = { .name = "test.looking",
	.cls = CLASS_secret,
	.operation = "looking",
	.steps = looking_steps,
	.finish = box_count_end };

/* Cancelled while its last change becomes durable. */
static int
be_cancelled(struct plan *p, struct tx *t)
{
	(void)t;
	atomic_store(&plan_running(p)->cancelled, true);
	return 0;
}

static const struct step late_steps[] = {
	{ "made", NULL, NULL, NULL, count_undone },
	{ "handed over", NULL, be_cancelled, NULL, NULL },
	{ 0 },
};
const struct plan_kind box_late_kind = { .name = "test.late",
	.cls = CLASS_secret,
	.operation = "late",
	.steps = late_steps,
	.finish = box_count_end };

const struct plan_kind *const box_kinds[] = { &box_child_kind, &refusing_kind,
	&box_parent_kind, &box_doomed_kind, &box_lonely_kind, &box_trying_kind,
	&box_waiting_kind, &box_staying_kind, &forgetful_kind, NULL };

/* ---- around them ---- */

void
box_start(void)
{
	struct tx *t;

	box.d.config = (struct core_config){ .max_sessions_per_user = 1,
		.max_sessions_per_originator = 1,
		.session_idle_s = 86400,
		.worker_deadline_s = 60,
		.backend = "simulator" };
	daemonless_start(&box.d, NULL);
	t = tx_begin(box.d.core.db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	for (unsigned i = 0; i < BOX_OBJECTS; i++) {
		struct secret s;

		builder_defaults(CLASS_secret, &s.r);
		CU_ASSERT_EQUAL_FATAL(tx_insert(t, &s.r, &box.objects[i]), 0);
	}
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	box.d.core.switchboard = switch_new(&box.d.core);
	box.d.core.plans = plans_new(&box.d.core);
	CU_ASSERT_PTR_NOT_NULL_FATAL(box.d.core.switchboard);
	CU_ASSERT_PTR_NOT_NULL_FATAL(box.d.core.plans);
	box.ran = box.undone = box.ended = box.failed = box.well = box.badly =
	    0;
}

unsigned
box_journalled(void)
{
	const struct record **rows;
	uint32_t n;

	CU_ASSERT_EQUAL_FATAL(db_get_all(box.d.core.db, CLASS_plan_journal,
				  &rows, &n),
	    0);
	db_release_all(rows, n);
	return n;
}

void
box_wait_for_ends(unsigned n)
{
	for (unsigned i = 0; i < 20000 && atomic_load(&box.ended) < n; i++)
		usleep(1000);
	CU_ASSERT_EQUAL(atomic_load(&box.ended), n);
}

void
box_stop_with(int grace_ms, unsigned left)
{
	plans_stop(box.d.core.plans, grace_ms);
	CU_ASSERT_EQUAL(box_journalled(), left);
	switch_free(box.d.core.switchboard);
	threads_free(box.d.core.threads);
	box.d.core.threads = NULL;
	plans_free(box.d.core.plans);
	daemonless_stop(&box.d);
}

void
box_stop(void)
{
	box_stop_with(20000, 0);
}

void
box_add_row_at(const char *kind, struct ref object, int64_t number,
    struct map args, int64_t step, bool undoing)
{
	struct tx *t = tx_begin(box.d.core.db);
	char text[REF_CHARS + 1];
	struct plan_journal row;

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	builder_defaults(CLASS_plan_journal, &row.r);
	ref_format(object, text);
	row.kind = kind;
	row.object = text;
	row.number = number;
	row.args = args;
	row.step = step;
	row.undoing = undoing;
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, &row.r, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
}

void
box_add_row(const char *kind, struct ref object, int64_t number,
    struct map args)
{
	box_add_row_at(kind, object, number, args, 0, false);
}

const char *
box_part_name(const char *step, unsigned object)
{
	static char names[BOX_OBJECTS][96];
	char ref[REF_CHARS + 1];

	snprintf(names[object], sizeof(names[object]), "part %s %s 0", step,
	    ref_text(box.objects[object], ref));
	return names[object];
}

const char *
box_in_ms(int64_t ms)
{
	static char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)clock_wall_ms() + ms);
	return text;
}

void
box_wait_for_run(unsigned n)
{
	for (unsigned i = 0; i < 20000 && atomic_load(&box.ran) < n; i++)
		usleep(1000);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), n);
}
