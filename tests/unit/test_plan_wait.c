/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans that wait for a time, and who stands in line behind them. */
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/lib/plan_box.h"
#include "tests/lib/unit.h"

static void
test_wait(void)
{
	int64_t begun;

	box_start();
	begun = clock_mono_ns();
	box_begin(&box_waiting_kind, 0, "until", box_in_ms(200));
	box_wait_for_ends(1);
	CU_ASSERT(clock_mono_ns() - begun > 150 * NSEC_PER_MSEC);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
}

static void
test_wait_cancelled(void)
{
	box_start();
	box_begin(&box_waiting_kind, 0, "until", box_in_ms(BOX_FOREVER_MS));
	box_wait_for_run(1);
	box_begin(&box_hard_kind, 0);
	box_wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 1);
	CU_ASSERT_EQUAL(atomic_load(&box.undone), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(box.last_error, "TASK_CANCELLED"));
	box_stop();
}

static void
wait_until_it_waits(void)
{
	struct plans *ps = box.d.core.plans;
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
	box_start();
	box_begin(&box_staying_kind, 0, "until", box_in_ms(BOX_FOREVER_MS));
	wait_until_it_waits();
	box_begin(&box_hard_kind, 0);
	box_wait_for_ends(2);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.undone), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 3);
	box_stop();
}

static void
test_wait_yields(void)
{
	for (int yields = 0; yields < 2; yields++) {
		box_start();
		box_begin(&box_waiting_kind, 0, "until",
		    box_in_ms(yields ? BOX_FOREVER_MS : 200), "yields",
		    yields ? "true" : "");
		box_wait_for_run(1);
		box_begin(&box_soft_kind, 0);
		box_wait_for_ends(2);
		CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
		CU_ASSERT_EQUAL(atomic_load(&box.ran), 3);
		box_stop();
	}
}

static void
test_back_again(void)
{
	box_start();
	box_begin(&box_returning_kind, 0);
	box_wait_for_run(1);
	/* It cancels what it finds. */
	box_begin(&box_hard_kind, 0);
	box_wait_for_ends(2);
	box_stop();
	CU_ASSERT_EQUAL(atomic_load(&box.undone), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	CU_ASSERT_EQUAL(atomic_load(&box.ran), 3);
}

/* The daemon ends and leaves it to the next one, which ends it when the time
 * has come. */
static void
test_wait_restart(void)
{
	static const char *const names[] = { "until" };
	const char *values[1];

	box_start();
	box_begin(&box_waiting_kind, 0, "until", box_in_ms(BOX_FOREVER_MS));
	box_wait_for_run(1);
	box_stop_with(10, 1);
	CU_ASSERT_EQUAL(atomic_load(&box.ended), 0);
	box_start();
	values[0] = box_in_ms(-1000);
	box_add_row("test.waiting", box.objects[0], 7,
	    (struct map){ names, values, 1 });
	CU_ASSERT_EQUAL(plans_resume(box.d.core.plans, box_kinds), 0);
	box_wait_for_ends(1);
	CU_ASSERT_EQUAL(atomic_load(&box.failed), 0);
	box_stop();
}

static void
test_in_line(void)
{
	static const struct plan_kind *const soft[] = { &box_soft_kind, NULL };
	static const struct plan_kind *const none[] = { NULL };

	box_start();
	CU_ASSERT_EQUAL(plans_in_line(&box.d.core, box.objects[0], soft), 0);
	box_begin(&box_waiting_kind, 0, "until", box_in_ms(BOX_FOREVER_MS));
	box_wait_for_run(1);
	for (unsigned i = 0; i < 3; i++)
		box_begin(&box_soft_kind, 0);
	CU_ASSERT_EQUAL(plans_in_line(&box.d.core, box.objects[0], soft), 3);
	CU_ASSERT_EQUAL(plans_in_line(&box.d.core, box.objects[0], none), 0);
	CU_ASSERT_EQUAL(plans_in_line(&box.d.core, box.objects[1], soft), 0);
	box_begin(&box_hard_kind, 0);
	box_wait_for_ends(5);
	CU_ASSERT_EQUAL(plans_in_line(&box.d.core, box.objects[0], soft), 0);
	box_stop();
}

UNIT_MAIN("plans that wait", { "a step waits for a time", test_wait },
    { "a wait that is cancelled is taken back", test_wait_cancelled },
    { "what is to stay stays when a wait is cancelled", test_wait_stays },
    { "only a wait that yields ends when somebody stands behind",
	test_wait_yields },
    { "who cancels does not cancel what is taken back", test_back_again },
    { "a wait is left to the next daemon", test_wait_restart },
    { "it is known how many stand in line", test_in_line })
