/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans that a restarted daemon finds in the journal. */
#include <string.h>

#include "tests/lib/plan_box.h"
#include "tests/lib/unit.h"

static _Atomic unsigned first, second, looked;

static int
count_first(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	first++;
	return 0;
}

static int
count_second(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	second++;
	return 0;
}

static int
count_look(struct plan *p, struct tx *t)
{
	(void)p;
	(void)t;
	looked++;
	return 0;
}

static const struct step look_steps[] = {
	{ "look", NULL, count_look, NULL, NULL }, { 0 }
};
static const struct plan_kind look_kind = { .name = "test.look",
	.cls = CLASS_secret,
	.operation = "looking",
	.steps = look_steps,
	.finish = box_count_end };
static const struct step changed_steps[] = {
	{ "first", NULL, count_first, NULL, NULL },
	{ "second", NULL, count_second, NULL, NULL },
	{ 0 },
};
static const struct plan_kind changed_kind = { .name = "test.changed",
	.cls = CLASS_secret,
	.operation = "changed",
	.steps = changed_steps,
	.after_failure = &look_kind,
	.finish = box_count_end };
static const struct plan_kind *const kinds[] = { &changed_kind, &look_kind,
	NULL };

/* Two children had ended (not the first two: the list was another one), one
 * had begun, one not. */
static void
test_restart(void)
{
	static const char *const parent_values[] = { "ok", "ok", "was here" };
	static const char *const child_names[] = { "parent plan", "part of it",
		"name" };
	const char *parent_names[3], *child_values[3];

	box_start();
	parent_names[0] = box_part_name("0", 0);
	parent_names[1] = box_part_name("0", 2);
	parent_names[2] = "child 0";
	child_values[0] = "7";
	child_values[1] = box_part_name("0", 1);
	child_values[2] = "child 1";
	box_add_row("test.parent", box.objects[0], 7,
	    (struct map){ parent_names, parent_values, 3 });
	box_add_row("test.child", box.objects[1], 9,
	    (struct map){ child_names, child_values, 3 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
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
		box_start();
		values[1] = box_part_name("0", 1);
		box_add_row("test.forgetful", box.objects[0], 7,
		    (struct map){ .n = 0 });
		box_add_row("test.child", box.objects[1], 9,
		    (struct map){ names, values, 3 });
		CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
		box_wait_for_ends(1);
		box_stop(); /* the journal is empty when all have ended */
		CU_ASSERT_EQUAL(atomic_load(&box.ran), 1);
		CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	}
}

static void
test_restart_after_failure(void)
{
	static const char *const values[] = { "VM_IS_TEMPLATE\nthis\nstart" };
	const char *names[1];

	box_start();
	names[0] = box_part_name("child", 1);
	box_add_row("test.doomed", box.objects[0], 7,
	    (struct map){ names, values, 1 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_STRING_EQUAL(box.last_error, "VM_IS_TEMPLATE this");
	box_stop();
}

/* The daemon died while a plan was taken back. */
static void
test_restart_while_undoing(void)
{
	static const char *const names[] = { "failed because" };
	static const char *const values[] = { "VM_IS_TEMPLATE\nthis\nstart" };

	for (uint32_t known = 0; known < 2; known++) {
		box_start();
		box_add_row_at("test.doomed", box.objects[0], 7,
		    (struct map){ names, values, known }, 0, true);
		CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
		box_wait_for_ends(1);
		CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
		CU_ASSERT_EQUAL(atomic_load(&box.undone), 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(box.last_error,
		    known ? "VM_IS_TEMPLATE this" : "INTERNAL_ERROR The"));
		box_stop();
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

	box_start();
	for (size_t i = 0; i < 4; i++)
		box_add_row_at("test.child", box.objects[1], (int64_t)i + 1,
		    (struct map){ .n = 0 }, steps[i], i % 2 == 1);
	box_add_row("test.child", box.objects[0], 7,
	    (struct map){ names, values, 2 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_stop_with(20000, 4);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 1);
}

/* Another version's: one step has come, one has gone, one was at its end. */
static void
test_restart_of_another_version(void)
{
	static const char *const names[] = { "at step" };
	static const struct {
		const char *step;
		int64_t number;
		bool undoing;
		unsigned first, second, ended, looked;
	} rows[] = {
		{ "second", 0, false, 0, 1, 1, 0 },
		{ "first", 1, false, 1, 1, 1, 0 },
		{ "", 1, false, 0, 0, 1, 0 },
		{ "", 1, true, 0, 0, 0, 1 },
		{ "gone", 1, false, 0, 0, 0, 1 },
		{ "gone", 1, true, 0, 0, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *const values[] = { rows[i].step };

		box_start();
		first = second = looked = 0;
		box_add_row_at("test.changed", box.objects[0], 3,
		    (struct map){ names, values, 1 }, rows[i].number,
		    rows[i].undoing);
		CU_ASSERT_EQUAL(plans_give_up(&box.d.core, kinds), 0);
		CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, kinds), 0);
		box_wait_for_ends(1);
		box_stop();
		CU_ASSERT_EQUAL(first, rows[i].first);
		CU_ASSERT_EQUAL(second, rows[i].second);
		CU_ASSERT_EQUAL(looked, rows[i].looked);
	}
}

/* A part that had ended, though its step has another number now. */
static void
test_restart_with_parts_of_another_version(void)
{
	static const char *const values[] = { "children", "ok", "ok", "ok",
		"ok", "was here", "was here" };
	const char *names[7] = { "at step", [5] = "child 0", [6] = "child 3" };

	box_start();
	for (unsigned i = 0; i < 4; i++)
		names[i + 1] = box_part_name("children", i);
	box_add_row_at("test.parent", box.objects[0], 7,
	    (struct map){ names, values, 7 }, 3, false);
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
}

static void
test_restart_with_strangers(void)
{
	box_start();
	box_add_row("test.stranger", box.objects[0], 3, (struct map){ .n = 0 });
	CU_ASSERT_EQUAL(plans_give_up(&box.d.core, kinds), 0);
	CU_ASSERT_EQUAL(box_journalled(), 0);
	box_stop();
}

/* A promised plan, one that runs, and a child of it, on one object: their rows
 * are in the order of their last change. */
static void
test_restart_in_any_order(void)
{
	static const char *const names[] = { "parent plan", "part of it",
		"name" };
	const char *values[] = { "7", NULL, "child 0" };

	box_start();
	values[1] = box_part_name("0", 0);
	box_add_row_at("test.child", box.objects[0], 5, (struct map){ .n = 0 },
	    -1, false);
	box_add_row("test.child", box.objects[0], 9,
	    (struct map){ names, values, 3 });
	box_add_row("test.parent", box.objects[0], 7, (struct map){ .n = 0 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	box_stop(); /* the journal is empty when all have ended */
	CU_ASSERT_EQUAL(atomic_load(&box.ran), BOX_OBJECTS + 1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
}

/* In the last round both had ended, so that nothing is left to run. */
static void
test_try_restart(void)
{
	static const char *const names[] = { "rounds", "round", "part good",
		"part bad" };
	static const char *const values[] = { "xx", "2", "ok",
		"VM_IS_TEMPLATE\nthis\nstart" };

	box_start();
	box_add_row("test.trying", box.objects[0], 7,
	    (struct map){ names, values, 4 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.well), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.badly), 1);
	box_stop();
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

	box_start();
	box_add_row("test.trying", box.objects[0], 7,
	    (struct map){ names, values, 2 });
	box_add_row("test.refusing", box.objects[2], 9,
	    (struct map){ child_names, child_values, 2 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.well), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.badly), 1);
	box_stop();
}

/* It begins with the start, and its parts find it after another one. */
static void
test_at_resume(void)
{
	struct tx *t;

	box_start();
	t = tx_begin(box.d.core.db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL(plan_at_resume(t, &box_parent_kind, box.objects[0]), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_EQUAL(box_journalled(), 1);
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), BOX_OBJECTS);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
}

UNIT_MAIN("plans after a restart",
    { "after a restart each plan inside runs once", test_restart },
    { "what a journal says that cannot be is left alone",
	test_restart_with_nonsense },
    { "after a restart another version's steps are known by their names",
	test_restart_of_another_version },
    { "after a restart the parts of another version's plans are not begun again",
	test_restart_with_parts_of_another_version },
    { "after a restart plans of another version do not stay for ever",
	test_restart_with_strangers },
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
    { "after a restart it is known how parts ended that may fail",
	test_try_restart },
    { "after a restart such a part that still runs is waited for",
	test_try_restart_child })
