/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans inside plans and their turns, without a worker. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "tests/lib/plan_box.h"
#include "tests/lib/unit.h"

static void
test_children(void)
{
	box_start();
	box_begin(&box_parent_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), BOX_OBJECTS);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
}

static void
test_failing_child(void)
{
	box_start();
	box_begin(&box_doomed_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.undone), 1);
	CU_ASSERT_STRING_EQUAL(box.last_error, "INVALID_VALUE child");
	box_stop();
}

static void
test_journal_knows_what_is_taken_back(void)
{
	box_start();
	box.told = box.untold = 0;
	box_begin(&box_looking_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.told), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.untold), 0);
	box_stop();
}

/* The last step hands over what the first has made. */
static void
test_cancelled_too_late(void)
{
	box_start();
	box_begin(&box_late_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.undone), 0);
	box_stop();
}

static void
test_no_worker(void)
{
	box_start();
	box_begin(&box_lonely_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(box.last_error, "domain worker"));
	box_stop();
}

/* Two plans meet, then each wants a part on the other's object. */
static _Atomic unsigned met;

static int
meet_and_cross(struct plan *p)
{
	bool first = ref_equal(p->object, box.objects[0]);

	atomic_fetch_add(&met, 1);
	for (int i = 0; atomic_load(&met) < 2 && i < 30000; i++)
		usleep(1000);
	return plan_child(p, &box_child_kind, box.objects[first ? 1 : 0],
	    "name", "child", NULL);
}

static const struct step crossing_steps[] = {
	{ "cross", meet_and_cross, NULL, NULL, NULL },
	{ 0 },
};
static const struct plan_kind crossing_kind = { .name = "test.crossing",
	.cls = CLASS_secret,
	.operation = "crossing",
	.steps = crossing_steps,
	.finish = box_count_end };

static void
test_deadlock(void)
{
	box_start();
	atomic_store(&met, 0);
	box_begin(&crossing_kind, 0);
	box_begin(&crossing_kind, 1);
	box_wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 1);
	CU_ASSERT_STRING_EQUAL(box.last_error,
	    "OTHER_OPERATION_IN_PROGRESS secret");
	box_stop();
}

/* The one that comes second may not wait for the first. */
static int
meet_and_try(struct plan *p)
{
	bool first = ref_equal(p->object, box.objects[0]);

	atomic_fetch_add(&met, 1);
	for (int i = 0; atomic_load(&met) < 2 && i < 30000; i++)
		usleep(1000);
	return plan_try(p, "other", &box_child_kind, box.objects[first ? 1 : 0],
	    "name", "child", NULL);
}

static int
count_well(struct plan *p, struct tx *t)
{
	(void)t;
	atomic_fetch_add(&box.well, plan_went_well(p, "other"));
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
	.finish = box_count_end };

static void
test_try_deadlock(void)
{
	box_start();
	atomic_store(&met, 0);
	for (int i = 0; i < 2; i++)
		box_begin(&meeting_kind, i);
	box_wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.well), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 1);
	box_stop();
}

static void
test_try(void)
{
	box_start();
	box_begin(&box_trying_kind, 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), BOX_ROUNDS);
	CU_ASSERT_EQUAL(atomic_load(&box.well), BOX_ROUNDS);
	CU_ASSERT_EQUAL(atomic_load(&box.badly), BOX_ROUNDS);
	box_stop();
}

/* ---- without memory ---- */

static void
wait_until_idle(void)
{
	struct plans *ps = box.d.core.plans;
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

	box_start();
	for (long n = 0; reached; n++) {
		fault_arm(FAULT_ALLOC, n, ENOMEM, false);
		(void)plan_start_own(&box.d.core, &box_trying_kind,
		    box.objects[0], NULL);
		wait_until_idle();
		reached = fault_count(FAULT_ALLOC) > n;
		fault_disarm();
		if (box_journalled() == 0)
			continue;
		CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
		wait_until_idle();
		CU_ASSERT_EQUAL(box_journalled(), 0);
	}
	box_stop();
}

UNIT_MAIN("plans", { "a step waits for the plans inside it", test_children },
    { "a plan inside that fails takes the outer one back", test_failing_child },
    { "the journal knows what is taken back before it is",
	test_journal_knows_what_is_taken_back },
    { "who cancels when all is done takes nothing back",
	test_cancelled_too_late },
    { "of two plans that want parts of each other one is refused",
	test_deadlock },
    { "whatever allocation fails, no plan is stuck", test_no_memory },
    { "a part that may fail fails alone, in every round", test_try },
    { "a part that may fail and may not wait has failed", test_try_deadlock },
    { "a worker that cannot be started fails the step", test_no_worker })
