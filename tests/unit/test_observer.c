/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/observer.h"

#include <string.h>
#include <time.h>

#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"

static struct daemonless d;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void
wait_at_gate(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

static void
add_observer(void)
{
	struct observer o;
	struct tx *t = tx_begin(d.core.db);

	record_defaults(&class_table[CLASS_Observer], &o.r);
	o.enabled = true;
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, &o.r, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
}

static bool
is_traced(int seconds)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	for (int i = 0; i < seconds * 1000 && !atomic_load(&d.core.traced); i++)
		nanosleep(&ms, NULL);
	return atomic_load(&d.core.traced);
}

/* The watch fires once: who loses it would never hear of an observer again. */
static void
test_change_while_no_thread_is_free_is_seen_later(void)
{
	struct threads *usual;

	memset(&d, 0, sizeof(d));
	daemonless_start(&d, NULL);
	usual = d.core.threads;
	d.core.threads = threads_new("few", 1, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.core.threads);
	CU_ASSERT_EQUAL_FATAL(observer_start(&d.core), 0);
	pthread_mutex_lock(&gate);
	while (threads_run(d.core.threads, wait_at_gate, NULL) < 0)
		; /* it still looks for the first time */
	for (int refused = 0; refused < 100;)
		refused += threads_run(d.core.threads, wait_at_gate, NULL) < 0;
	add_observer();
	CU_ASSERT_FALSE(is_traced(0));
	pthread_mutex_unlock(&gate);
	CU_ASSERT_TRUE(is_traced(60));
	observer_stop(&d.core);
	CU_ASSERT_FALSE(is_traced(0));
	threads_free(d.core.threads);
	d.core.threads = usual;
	daemonless_stop(&d);
}

UNIT_MAIN("observers",
    { "a change while no thread is free is seen later",
	test_change_while_no_thread_is_free_is_seen_later })
