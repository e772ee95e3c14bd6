/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans inside plans, turns and restarts, without a worker. */
#include "plan/plan.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static const struct plan_kind *const kinds[] = { &child_kind, &refusing_kind,
	&parent_kind, &doomed_kind, &lonely_kind, NULL };

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
	ran = undone = ended = failed = 0;
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
stop(void)
{
	plans_stop(d.core.plans, 20000);
	CU_ASSERT_EQUAL(journalled(), 0);
	switch_free(d.core.switchboard);
	threads_free(d.core.threads);
	d.core.threads = NULL;
	plans_free(d.core.plans);
	daemonless_stop(&d);
}

/* As the journal of a daemon that was killed says it. */
static void
add_row(const char *kind, struct ref object, int64_t number, struct map args)
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
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, &row.r, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
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

/* Two children had ended, one had begun, one not. */
static void
test_restart(void)
{
	static const char *const parent_names[] = { "part 0.0", "part 0.1",
		"child 0" };
	static const char *const parent_values[] = { "ok", "ok", "was here" };
	static const char *const child_names[] = { "parent plan", "part of it",
		"name" };
	static const char *const child_values[] = { "7", "part 0.2",
		"child 2" };

	start();
	add_row("test.parent", objects[0], 7,
	    (struct map){ parent_names, parent_values, 3 });
	add_row("test.child", objects[2], 9,
	    (struct map){ child_names, child_values, 3 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&ran), 2);
	CU_ASSERT_EQUAL(atomic_load(&failed), 0);
	stop();
}

static void
test_restart_after_failure(void)
{
	static const char *const names[] = { "part 1.0" };
	static const char *const values[] = {
		"VM_IS_TEMPLATE\x1fthis\x1fstart"
	};

	start();
	add_row("test.doomed", objects[0], 7, (struct map){ names, values, 1 });
	CU_ASSERT_EQUAL(plans_resume(d.core.plans, kinds), 0);
	wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&failed), 1);
	CU_ASSERT_STRING_EQUAL(last_error, "VM_IS_TEMPLATE this");
	stop();
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

UNIT_MAIN("plan", { "a step waits for the plans inside it", test_children },
    { "a plan inside that fails takes the outer one back", test_failing_child },
    { "of two plans that want parts of each other one is refused",
	test_deadlock },
    { "after a restart each plan inside runs once", test_restart },
    { "after a restart the failure of a plan inside is known",
	test_restart_after_failure },
    { "a worker that cannot be started fails the step", test_no_worker })
