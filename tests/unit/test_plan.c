/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans inside plans, turns and restarts, without a worker. */
#include "plan/plan_private.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "model/builder.h"
#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"

#define OBJECTS 4

static struct daemonless d;
static struct ref objects[OBJECTS];
static _Atomic unsigned ran, undone, ended, failed;
static char last_error[64];

/* ---- plans ---- */

static int
count(struct plan *p, struct tx *t)
{
	(void)t;
	atomic_fetch_add(&ran, 1);
	return plan_tell_parent(p, plan_arg(p, "name"), "was here");
}

static int
refuse(struct plan *p, struct tx *t)
{
	(void)t;
	return fail_invalid_value(p->call, "child", "refuses");
}

static int
count_end(struct plan *p, struct tx *t, bool ok)
{
	(void)t;
	if (!ok) {
		atomic_fetch_add(&failed, 1);
		snprintf(last_error, sizeof(last_error), "%s %s",
		    p->call->nerror ? p->call->error[0] : "",
		    p->call->nerror > 1 ? p->call->error[1] : "");
	}
	atomic_fetch_add(&ended, 1);
	return 0;
}

static const struct step child_steps[] = {
	{ "count", NULL, count, NULL, NULL },
	{ 0 },
};
static const struct plan_kind child_kind = { .name = "test.child",
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
	for (unsigned i = 0; i < OBJECTS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "child %u", i);
		if (plan_child(p, &child_kind, objects[i], "name", name, NULL) <
		    0)
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
	return plan_child(p, &refusing_kind, objects[1], NULL);
}

static int
count_undone(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	atomic_fetch_add(&undone, 1);
	return 0;
}

static const struct step parent_steps[] = {
	{ "children", send_children, all_were_here, NULL, NULL },
	{ 0 },
};
static const struct plan_kind parent_kind = { .name = "test.parent",
	.cls = CLASS_secret,
	.operation = "parent",
	.steps = parent_steps,
	.finish = count_end };

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
	.finish = count_end };

static const struct step doomed_steps[] = {
	{ "before", NULL, count, NULL, count_undone },
	{ "child", send_refusing, NULL, NULL, NULL },
	{ 0 },
};
static const struct plan_kind doomed_kind = { .name = "test.doomed",
	.cls = CLASS_secret,
	.operation = "doomed",
	.steps = doomed_steps,
	.finish = count_end };

static int
send_to_worker(struct plan *p)
{
	return plan_send(p, NULL, "create", "some uuid", NULL);
}

static const struct step lonely_steps[] = {
	{ "send", send_to_worker, NULL, NULL, NULL },
	{ 0 },
};
static const struct plan_kind lonely_kind = { .name = "test.lonely",
	.cls = CLASS_secret,
	.operation = "lonely",
	.steps = lonely_steps,
	.finish = count_end };

/* Parts that may fail, in three rounds. */
#define ROUNDS 3

static _Atomic unsigned well, badly;

static int
send_tries(struct plan *p)
{
	if (plan_try(p, "good", &child_kind, objects[1], "name", "child",
		NULL) < 0)
		return -1;
	return plan_try(p, "bad", &refusing_kind, objects[2], NULL);
}

static int
once_more(struct plan *p, struct tx *t)
{
	const char *round = plan_arg(p, "rounds");

	(void)t;
	atomic_fetch_add(&well, plan_went_well(p, "good"));
	atomic_fetch_add(&badly, !plan_went_well(p, "bad"));
	if (strlen(round) == ROUNDS - 1)
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
static const struct plan_kind trying_kind = { .name = "test.trying",
	.cls = CLASS_secret,
	.operation = "trying",
	.steps = trying_steps,
	.finish = count_end };

/* Steps that wait; "until": of clock_wall_ms. */
#define FOREVER_MS (INT64_C(86400) * 1000)

static int
send_wait(struct plan *p)
{
	return plan_wait(p, strtoll(plan_arg(p, "until"), NULL, 10), FOREVER_MS,
	    *plan_arg(p, "yields") != '\0');
}

static const struct step waiting_steps[] = {
	{ "before", NULL, count, NULL, count_undone },
	{ "wait", send_wait, NULL, NULL, NULL },
	{ "behind", NULL, count, NULL, count_undone },
	{ 0 },
};
static const struct plan_kind waiting_kind = { .name = "test.waiting",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = waiting_steps,
	.finish = count_end };
static const struct plan_kind staying_kind = { .name = "test.staying",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = waiting_steps,
	.stays_from = "wait",
	.finish = count_end };

/* Whoever wants the object at once. */
static const char *const waiters[] = { "waiting", NULL };
static const struct plan_kind hard_kind = { .name = "test.hard",
	.cls = CLASS_secret,
	.operation = "hard",
	.steps = child_steps,
	.overrides = waiters,
	.finish = count_end };
static const struct plan_kind soft_kind = { .name = "test.soft",
	.cls = CLASS_secret,
	.operation = "soft",
	.steps = child_steps,
	.finish = count_end };

/* What is taken back by a plan that takes its time. */
#define LATER_MS 500

static int
send_back(struct plan *p)
{
	char until[24];

	snprintf(until, sizeof(until), "%lld",
	    (long long)clock_wall_ms() + LATER_MS);
	return plan_child(p, &waiting_kind, objects[1], "until", until, NULL);
}

static const struct step returning_steps[] = {
	{ "there", NULL, NULL, send_back, NULL },
	{ "refuse", NULL, refuse, NULL, NULL },
	{ 0 },
};
static const struct plan_kind returning_kind = { .name = "test.returning",
	.cls = CLASS_secret,
	.operation = "waiting",
	.steps = returning_steps };

/* What is taken back while the journal still says that all goes well would be
 * taken for there by a daemon that is started then. */
static _Atomic unsigned told, untold;

static int
look_into_journal(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_plan_journal, plan_running(p)->row);
	const struct plan_journal *row = (const struct plan_journal *)r;

	atomic_fetch_add(row && row->undoing ? &told : &untold, 1);
	return 0;
}

static const struct step looking_steps[] = {
	{ "there", NULL, NULL, look_into_journal, NULL },
	{ "refuse", NULL, refuse, NULL, NULL },
	{ 0 },
};
static const struct plan_kind looking_kind = { .name = "test.looking",
	.cls = CLASS_secret,
	.operation = "looking",
	.steps = looking_steps,
	.finish = count_end };

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
static const struct plan_kind late_kind = { .name = "test.late",
	.cls = CLASS_secret,
	.operation = "late",
	.steps = late_steps,
	.finish = count_end };

static const struct plan_kind *const kinds[] = { &child_kind, &refusing_kind,
	&parent_kind, &doomed_kind, &lonely_kind, &trying_kind, &waiting_kind,
	&staying_kind, &forgetful_kind, NULL };

/* ---- around them ---- */

static void
start(void)
{
	struct tx *t;

	d.config = (struct core_config){ .max_sessions_per_user = 1,
		.max_sessions_per_originator = 1,
		.session_idle_s = 86400,
		.worker_deadline_s = 60,
		.backend = "simulator" };
	daemonless_start(&d, NULL);
	t = tx_begin(d.core.db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	for (unsigned i = 0; i < OBJECTS; i++) {
		struct secret s;

		builder_defaults(CLASS_secret, &s.r);
		CU_ASSERT_EQUAL_FATAL(tx_insert(t, &s.r, &objects[i]), 0);
	}
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	d.core.switchboard = switch_new(&d.core);
	d.core.plans = plans_new(&d.core);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.core.switchboard);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.core.plans);
	ran = undone = ended = failed = well = badly = 0;
}

static unsigned
journalled(void)
{
	const struct record **rows;
	uint32_t n;

	CU_ASSERT_EQUAL_FATAL(db_get_all(d.core.db, CLASS_plan_journal, &rows,
				  &n),
	    0);
	db_release_all(rows, n);
	return n;
}

static void
wait_for_ends(unsigned n)
{
	for (unsigned i = 0; i < 20000 && atomic_load(&ended) < n; i++)
		usleep(1000);
	CU_ASSERT_EQUAL(atomic_load(&ended), n);
}

static void
stop_with(int grace_ms, unsigned left)
{
	plans_stop(d.core.plans, grace_ms);
	CU_ASSERT_EQUAL(journalled(), left);
	switch_free(d.core.switchboard);
	threads_free(d.core.threads);
	d.core.threads = NULL;
	plans_free(d.core.plans);
	daemonless_stop(&d);
}

static void
stop(void)
{
	stop_with(20000, 0);
}

/* As the journal of a daemon that was killed says it. */
static void
add_row_at(const char *kind, struct ref object, int64_t number, struct map args,
    int64_t step, bool undoing)
{
	struct tx *t = tx_begin(d.core.db);
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

static void
add_row(const char *kind, struct ref object, int64_t number, struct map args)
{
	add_row_at(kind, object, number, args, 0, false);
}

/* ---- tests ---- */

static void
test_children(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &parent_kind, objects[0], NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&ran), OBJECTS);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

static void
test_failing_child(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &doomed_kind, objects[0], NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&undone), 1);
	CU_ASSERT_STRING_EQUAL(last_error, "INVALID_VALUE child");
	stop();
}

static void
test_journal_knows_what_is_taken_back(void)
{
	start();
	told = untold = 0;
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &looking_kind, objects[0],
			    NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&told), 1);
	CU_ASSERT_EQUAL(atomic_load(&untold), 0);
	stop();
}

/* The last step hands over what the first has made. */
static void
test_cancelled_too_late(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &late_kind, objects[0], NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&undone), 0);
	stop();
}

/* As the step's child for that object is called in the journal. */
static const char *
part_name(unsigned step, unsigned object)
{
	static char names[OBJECTS][96];
	char ref[REF_CHARS + 1];

	snprintf(names[object], sizeof(names[object]), "part %u %s 0", step,
	    ref_text(objects[object], ref));
	return names[object];
}

/* Two children had ended (not the first two: the list was another one), one
 * had begun, one not. */
static void
test_restart(void)
{
	static const char *const parent_values[] = { "ok", "ok", "was here" };
	static const char *const child_names[] = { "parent plan", "part of it",
		"name" };
	const char *parent_names[3], *child_values[3];

	start();
	parent_names[0] = part_name(0, 0);
	parent_names[1] = part_name(0, 2);
	parent_names[2] = "child 0";
	child_values[0] = "7";
	child_values[1] = part_name(0, 1);
	child_values[2] = "child 1";
	add_row("test.parent", objects[0], 7,
	    (struct map){ parent_names, parent_values, 3 });
	add_row("test.child", objects[1], 9,
	    (struct map){ child_names, child_values, 3 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&ran), 2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

/* What the child was to do is done, so that nobody asks for it again; but it
 * has not ended. */
static void
test_restart_with_a_forgotten_part(void)
{
	static const char *const names[] = { "parent plan", "part of it",
		"name" };
	const char *values[3] = { "7", NULL, "child 1" };

	for (unsigned i = 0; i < 20; i++) {
		start();
		values[1] = part_name(0, 1);
		add_row("test.forgetful", objects[0], 7,
		    (struct map){ .n = 0 });
		add_row("test.child", objects[1], 9,
		    (struct map){ names, values, 3 });
		CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
		wait_for_ends(1);
		stop(); /* the journal is empty when all have ended */
		CU_ASSERT_EQUAL(atomic_load(&ran), 1);
		CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	}
}

static void
test_restart_after_failure(void)
{
	static const char *const values[] = { "VM_IS_TEMPLATE\nthis\nstart" };
	const char *names[1];

	start();
	names[0] = part_name(1, 1);
	add_row("test.doomed", objects[0], 7, (struct map){ names, values, 1 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_STRING_EQUAL(last_error, "VM_IS_TEMPLATE this");
	stop();
}

/* The daemon died while a plan was taken back. */
static void
test_restart_while_undoing(void)
{
	static const char *const names[] = { "failed because" };
	static const char *const values[] = { "VM_IS_TEMPLATE\nthis\nstart" };

	for (uint32_t known = 0; known < 2; known++) {
		start();
		add_row_at("test.doomed", objects[0], 7,
		    (struct map){ names, values, known }, 0, true);
		CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
		wait_for_ends(1);
		CU_ASSERT_EQUAL(atomic_load(&failed), 1);
		CU_ASSERT_EQUAL(atomic_load(&undone), 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(last_error,
		    known ? "VM_IS_TEMPLATE this" : "INTERNAL_ERROR The"));
		stop();
	}
}

/* What another version, or a stranger, may have left: steps that there are
 * not, and a plan that is its own parent. */
static void
test_restart_with_nonsense(void)
{
	static const char *const names[] = { "parent plan", "part of it" };
	static const char *const values[] = { "7", "part" };
	static const int64_t steps[] = { 1000, INT64_MAX, -2, INT64_MIN };

	start();
	for (size_t i = 0; i < 4; i++)
		add_row_at("test.child", objects[1], (int64_t)i + 1,
		    (struct map){ .n = 0 }, steps[i], i % 2 == 1);
	add_row("test.child", objects[0], 7, (struct map){ names, values, 2 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	stop_with(20000, 4);
	CU_ASSERT_EQUAL(atomic_load(&ran), 1);
}

/* A promised plan, one that runs, and a child of it, on one object: their rows
 * are in the order of their last change. */
static void
test_restart_in_any_order(void)
{
	static const char *const names[] = { "parent plan", "part of it",
		"name" };
	const char *values[] = { "7", NULL, "child 0" };

	start();
	values[1] = part_name(0, 0);
	add_row_at("test.child", objects[0], 5, (struct map){ .n = 0 }, -1,
	    false);
	add_row("test.child", objects[0], 9, (struct map){ names, values, 3 });
	add_row("test.parent", objects[0], 7, (struct map){ .n = 0 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	stop(); /* the journal is empty when all have ended */
	CU_ASSERT_EQUAL(atomic_load(&ran), OBJECTS + 1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
}

static void
test_no_worker(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &lonely_kind, objects[0], NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(last_error, "domain worker"));
	stop();
}

/* Two plans meet, then each wants a part on the other's object. */
static _Atomic unsigned met;

static int
meet_and_cross(struct plan *p)
{
	bool first = ref_equal(p->object, objects[0]);

	atomic_fetch_add(&met, 1);
	for (int i = 0; atomic_load(&met) < 2 && i < 30000; i++)
		usleep(1000);
	return plan_child(p, &child_kind, objects[first ? 1 : 0], "name",
	    "child", NULL);
}

static const struct step crossing_steps[] = {
	{ "cross", meet_and_cross, NULL, NULL, NULL },
	{ 0 },
};
static const struct plan_kind crossing_kind = { .name = "test.crossing",
	.cls = CLASS_secret,
	.operation = "crossing",
	.steps = crossing_steps,
	.finish = count_end };

static void
test_deadlock(void)
{
	start();
	atomic_store(&met, 0);
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &crossing_kind, objects[0],
			    NULL),
	    0);
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &crossing_kind, objects[1],
			    NULL),
	    0);
	wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&ran), 1);
	CU_ASSERT_STRING_EQUAL(last_error,
	    "OTHER_OPERATION_IN_PROGRESS secret");
	stop();
}

/* The one that comes second may not wait for the first. */
static int
meet_and_try(struct plan *p)
{
	bool first = ref_equal(p->object, objects[0]);

	atomic_fetch_add(&met, 1);
	for (int i = 0; atomic_load(&met) < 2 && i < 30000; i++)
		usleep(1000);
	return plan_try(p, "other", &child_kind, objects[first ? 1 : 0], "name",
	    "child", NULL);
}

static int
count_well(struct plan *p, struct tx *t)
{
	(void)t;
	atomic_fetch_add(&well, plan_went_well(p, "other"));
	return 0;
}

static const struct step meeting_steps[] = {
	{ "meet", meet_and_try, count_well, NULL, NULL },
	{ 0 },
};
static const struct plan_kind meeting_kind = { .name = "test.meeting",
	.cls = CLASS_secret,
	.operation = "meeting",
	.steps = meeting_steps,
	.finish = count_end };

static void
test_try_deadlock(void)
{
	start();
	atomic_store(&met, 0);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(plan_start_own(&d.core, &meeting_kind,
				    objects[i], NULL),
		    0);
	wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&well), 1);
	CU_ASSERT_EQUAL(atomic_load(&ran), 1);
	stop();
}

static void
test_try(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &trying_kind, objects[0], NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&ran), ROUNDS);
	CU_ASSERT_EQUAL(atomic_load(&well), ROUNDS);
	CU_ASSERT_EQUAL(atomic_load(&badly), ROUNDS);
	stop();
}

/* In the last round both had ended, so that nothing is left to run. */
static void
test_try_restart(void)
{
	static const char *const names[] = { "rounds", "round", "part good",
		"part bad" };
	static const char *const values[] = { "xx", "2", "ok",
		"VM_IS_TEMPLATE\nthis\nstart" };

	start();
	add_row("test.trying", objects[0], 7, (struct map){ names, values, 4 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&ran), 0);
	CU_ASSERT_EQUAL(atomic_load(&well), 1);
	CU_ASSERT_EQUAL(atomic_load(&badly), 1);
	stop();
}

/* One of them still runs, and may fail. */
static void
test_try_restart_child(void)
{
	static const char *const names[] = { "rounds", "part good" };
	static const char *const values[] = { "xx", "ok" };
	static const char *const child_names[] = { "parent plan",
		"part of it" };
	static const char *const child_values[] = { "7", "part bad" };

	start();
	add_row("test.trying", objects[0], 7, (struct map){ names, values, 2 });
	add_row("test.refusing", objects[2], 9,
	    (struct map){ child_names, child_values, 2 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&well), 1);
	CU_ASSERT_EQUAL(atomic_load(&badly), 1);
	stop();
}

/* ---- waiting ---- */

static const char *
in_ms(int64_t ms)
{
	static char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)clock_wall_ms() + ms);
	return text;
}

static void
wait_for_run(unsigned n)
{
	for (unsigned i = 0; i < 20000 && atomic_load(&ran) < n; i++)
		usleep(1000);
	CU_ASSERT_EQUAL(atomic_load(&ran), n);
}

static void
test_wait(void)
{
	int64_t begun;

	start();
	begun = clock_mono_ns();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &waiting_kind, objects[0],
			    "until", in_ms(200), NULL),
	    0);
	wait_for_ends(1);
	CU_ASSERT(clock_mono_ns() - begun > 150 * NSEC_PER_MSEC);
	CU_ASSERT_EQUAL(atomic_load(&ran), 2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

static void
test_wait_cancelled(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &waiting_kind, objects[0],
			    "until", in_ms(FOREVER_MS), NULL),
	    0);
	wait_for_run(1);
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &hard_kind, objects[0], NULL),
	    0);
	wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&undone), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(last_error, "TASK_CANCELLED"));
	stop();
}

static void
wait_until_it_waits(void)
{
	struct plans *ps = d.core.plans;
	bool waits = false;

	for (unsigned i = 0; i < 20000 && !waits; i++) {
		pthread_mutex_lock(&ps->lock);
		waits = ps->waiting != NULL;
		pthread_mutex_unlock(&ps->lock);
		if (!waits)
			usleep(1000);
	}
	CU_ASSERT_TRUE(waits);
}

static void
test_wait_stays(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &staying_kind, objects[0],
			    "until", in_ms(FOREVER_MS), NULL),
	    0);
	wait_until_it_waits();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &hard_kind, objects[0], NULL),
	    0);
	wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&undone), 0);
	CU_ASSERT_EQUAL(atomic_load(&ran), 3);
	stop();
}

static void
test_wait_yields(void)
{
	for (int yields = 0; yields < 2; yields++) {
		start();
		CU_ASSERT_EQUAL(plan_start_own(&d.core, &waiting_kind,
				    objects[0], "until",
				    in_ms(yields ? FOREVER_MS : 200), "yields",
				    yields ? "true" : "", NULL),
		    0);
		wait_for_run(1);
		CU_ASSERT_EQUAL(plan_start_own(&d.core, &soft_kind, objects[0],
				    NULL),
		    0);
		wait_for_ends(2);
		CU_ASSERT_EQUAL(atomic_load(&failed), 0);
		CU_ASSERT_EQUAL(atomic_load(&ran), 3);
		stop();
	}
}

static void
test_back_again(void)
{
	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &returning_kind, objects[0],
			    NULL),
	    0);
	wait_for_run(1);
	/* It cancels what it finds. */
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &hard_kind, objects[0], NULL),
	    0);
	wait_for_ends(2);
	stop();
	CU_ASSERT_EQUAL(atomic_load(&undone), 0);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&ran), 3);
}

/* The daemon ends and leaves it to the next one, which ends it when the time
 * has come. */
static void
test_wait_restart(void)
{
	static const char *const names[] = { "until" };
	const char *values[1];

	start();
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &waiting_kind, objects[0],
			    "until", in_ms(FOREVER_MS), NULL),
	    0);
	wait_for_run(1);
	stop_with(10, 1);
	CU_ASSERT_EQUAL(atomic_load(&ended), 0);
	start();
	values[0] = in_ms(-1000);
	add_row("test.waiting", objects[0], 7,
	    (struct map){ names, values, 1 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

static void
test_in_line(void)
{
	static const struct plan_kind *const soft[] = { &soft_kind, NULL };
	static const struct plan_kind *const none[] = { NULL };

	start();
	CU_ASSERT_EQUAL(plans_in_line(&d.core, objects[0], soft), 0);
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &waiting_kind, objects[0],
			    "until", in_ms(FOREVER_MS), NULL),
	    0);
	wait_for_run(1);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(plan_start_own(&d.core, &soft_kind, objects[0],
				    NULL),
		    0);
	CU_ASSERT_EQUAL(plans_in_line(&d.core, objects[0], soft), 3);
	CU_ASSERT_EQUAL(plans_in_line(&d.core, objects[0], none), 0);
	CU_ASSERT_EQUAL(plans_in_line(&d.core, objects[1], soft), 0);
	CU_ASSERT_EQUAL(plan_start_own(&d.core, &hard_kind, objects[0], NULL),
	    0);
	wait_for_ends(5);
	CU_ASSERT_EQUAL(plans_in_line(&d.core, objects[0], soft), 0);
	stop();
}

/* ---- without memory ---- */

static void
wait_until_idle(void)
{
	struct plans *ps = d.core.plans;
	size_t busy = 1;

	for (unsigned i = 0; i < 20000 && busy; i++) {
		pthread_mutex_lock(&ps->lock);
		busy = ps->busy.count;
		pthread_mutex_unlock(&ps->lock);
		if (busy)
			usleep(1000);
	}
	CU_ASSERT_EQUAL(busy, 0);
}

/* Whatever allocation fails, nothing stays busy; what is left in the journal
 * ends with the next start of the daemon. */
static void
test_no_memory(void)
{
	bool reached = true;

	start();
	for (long n = 0; reached; n++) {
		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		(void)plan_start_own(&d.core, &trying_kind, objects[0], NULL);
		wait_until_idle();
		reached = fault_count(FAULT_ALLOC) > n;
		fault_disarm();
		if (journalled() == 0)
			continue;
		CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
		wait_until_idle();
		CU_ASSERT_EQUAL(journalled(), 0);
	}
	stop();
}

/* It begins with the start, and its parts find it after another one. */
static void
test_at_resume(void)
{
	struct tx *t;

	start();
	t = tx_begin(d.core.db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL(plan_at_resume(t, &parent_kind, objects[0]), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_EQUAL(journalled(), 1);
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&ran), OBJECTS);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

UNIT_MAIN("plan", { "a step waits for the plans inside it", test_children },
    { "a plan inside that fails takes the outer one back", test_failing_child },
    { "the journal knows what is taken back before it is",
	test_journal_knows_what_is_taken_back },
    { "who cancels when all is done takes nothing back",
	test_cancelled_too_late },
    { "of two plans that want parts of each other one is refused",
	test_deadlock },
    { "after a restart each plan inside runs once", test_restart },
    { "what a journal says that cannot be is left alone",
	test_restart_with_nonsense },
    { "after a restart a part that nobody asks for ends before its step",
	test_restart_with_a_forgotten_part },
    { "after a restart the failure of a plan inside is known",
	test_restart_after_failure },
    { "after a restart it is known why a plan is taken back",
	test_restart_while_undoing },
    { "after a restart plans of one object have the turns that they had",
	test_restart_in_any_order },
    { "a plan is left in the journal for the start that follows",
	test_at_resume },
    { "whatever allocation fails, no plan is stuck", test_no_memory },
    { "a part that may fail fails alone, in every round", test_try },
    { "a part that may fail and may not wait has failed", test_try_deadlock },
    { "after a restart it is known how parts ended that may fail",
	test_try_restart },
    { "after a restart such a part that still runs is waited for",
	test_try_restart_child },
    { "a step waits for a time", test_wait },
    { "a wait that is cancelled is taken back", test_wait_cancelled },
    { "what is to stay stays when a wait is cancelled", test_wait_stays },
    { "only a wait that yields ends when somebody stands behind",
	test_wait_yields },
    { "who cancels does not cancel what is taken back", test_back_again },
    { "a wait is left to the next daemon", test_wait_restart },
    { "it is known how many stand in line", test_in_line },
    { "a worker that cannot be started fails the step", test_no_worker })
