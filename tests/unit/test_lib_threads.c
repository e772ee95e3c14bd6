/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built with its own threads.c, whose threads go after 50 ms. */
#include "lib/threads.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "tests/lib/unit.h"

static sem_t go;            /* lets one blocked piece of work end */
static _Atomic int started; /* pieces of work */
static _Atomic int done;
static int order[100];

static void
reset(void)
{
	sem_init(&go, 0, 0);
	started = 0;
	done = 0;
}

static void
work(void *arg)
{
	started++;
	if (arg)
		order[done] = *(int *)arg;
	done++;
}

static void
work_blocked(void *arg)
{
	(void)arg;
	started++;
	while (sem_wait(&go) < 0)
		;
	done++;
}

/* Whether the counter reaches n within ten seconds. */
static bool
reaches(_Atomic int *counter, int n)
{
	for (int i = 0; i < 10000 && *counter != n; i++)
		usleep(1000);
	return *counter == n;
}

/* Threads of this process with the given name. */
static int
threads_named(const char *name)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d))) {
		char path[300], comm[32] = "";
		FILE *f;

		snprintf(path, sizeof path, "/proc/self/task/%s/comm",
		    e->d_name);
		f = fopen(path, "re");
		if (f && fgets(comm, sizeof comm, f))
			n += strncmp(comm, name, strlen(name)) == 0;
		if (f)
			fclose(f);
	}
	closedir(d);
	return n;
}

static void
test_all_done(void)
{
	struct threads *t = threads_new("unit", 4, 1000);

	reset();
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	threads_free(t);
	CU_ASSERT_EQUAL(done, 1000);
	CU_ASSERT_EQUAL(threads_named("unit"), 0);
	threads_free(NULL);
}

static void
test_parallel(void)
{
	struct threads *t = threads_new("unit", 3, 10);

	reset();
	for (int i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(threads_run(t, work_blocked, NULL), 0);
	CU_ASSERT_TRUE(reaches(&started, 3));
	usleep(20000);
	CU_ASSERT_EQUAL(started, 3);
	CU_ASSERT_EQUAL(threads_named("unit"), 3);
	sem_post(&go);
	CU_ASSERT_TRUE(reaches(&started, 4));
	for (int i = 0; i < 4; i++)
		sem_post(&go);
	threads_free(t);
	CU_ASSERT_EQUAL(done, 5);
}

/* A thread that was woken but does not run yet is not counted on twice. */
static void
test_burst(void)
{
	struct threads *t = threads_new("unit", 4, 10);

	reset();
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	CU_ASSERT_TRUE(reaches(&done, 1));
	usleep(5000); /* its thread is idle now */
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(threads_run(t, work_blocked, NULL), 0);
	CU_ASSERT_TRUE(reaches(&started, 4));
	for (int i = 0; i < 3; i++)
		sem_post(&go);
	threads_free(t);
	CU_ASSERT_EQUAL(done, 4);
}

static void
test_queue_full(void)
{
	struct threads *t = threads_new("unit", 1, 2);

	reset();
	CU_ASSERT_EQUAL(threads_run(t, work_blocked, NULL), 0);
	CU_ASSERT_TRUE(reaches(&started, 1));
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), -1);
	sem_post(&go);
	CU_ASSERT_TRUE(reaches(&done, 3));
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	threads_free(t);
	CU_ASSERT_EQUAL(done, 4);
}

static void
test_order(void)
{
	struct threads *t = threads_new("unit", 1, 100);
	int numbers[100];
	bool in_order = true;

	reset();
	for (int i = 0; i < 100; i++) {
		numbers[i] = i;
		CU_ASSERT_EQUAL(threads_run(t, work, &numbers[i]), 0);
	}
	threads_free(t);
	for (int i = 0; i < 100; i++)
		in_order = in_order && order[i] == i;
	CU_ASSERT_TRUE(in_order);
}

static void
test_shrinks(void)
{
	struct threads *t = threads_new("unit", 8, 100);
	int left = 8;

	reset();
	for (int i = 0; i < 8; i++)
		threads_run(t, work_blocked, NULL);
	CU_ASSERT_TRUE(reaches(&started, 8));
	CU_ASSERT_EQUAL(threads_named("unit"), 8);
	for (int i = 0; i < 8; i++)
		sem_post(&go);
	for (int i = 0; i < 1000 && left > 0; i++) {
		usleep(10000);
		left = threads_named("unit");
	}
	CU_ASSERT_EQUAL(left, 0);
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	CU_ASSERT_TRUE(reaches(&done, 9));
	threads_free(t);
}

static void
note_signals(void *arg)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	*(bool *)arg = sigismember(&set, SIGTERM) && sigismember(&set, SIGHUP);
}

static void
test_signals(void)
{
	struct threads *t = threads_new("unit", 1, 1);
	bool blocked = false;
	sigset_t mine;

	CU_ASSERT_EQUAL(threads_run(t, note_signals, &blocked), 0);
	threads_free(t);
	CU_ASSERT_TRUE(blocked);
	pthread_sigmask(SIG_SETMASK, NULL, &mine);
	CU_ASSERT_FALSE(sigismember(&mine, SIGTERM));
}

static void
test_no_memory(void)
{
	struct threads *t;

	reset();
	fault_arm(FAULT_ALLOC, 0, ENOMEM, false);
	CU_ASSERT_PTR_NULL(threads_new("unit", 1, 1));
	t = threads_new("unit", 1, 1);
	fault_arm(FAULT_ALLOC, 0, ENOMEM, false);
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), -1);
	fault_disarm();
	CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
	threads_free(t);
	CU_ASSERT_EQUAL(done, 1);
}

/* Threads that go while new work comes: nothing is lost at that moment. */
static void
test_idle_edge(void)
{
	struct threads *t = threads_new("unit", 2, 10);

	reset();
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(threads_run(t, work, NULL), 0);
		usleep(48000 + (useconds_t)(i % 5) * 1000);
	}
	CU_ASSERT_TRUE(reaches(&done, 20));
	threads_free(t);
}

UNIT_MAIN("threads",
    { "all that was accepted is done at the end", test_all_done },
    { "as many run at once as may, and no more", test_parallel },
    { "work that comes at once is done at once", test_burst },
    { "a full queue refuses until there is room", test_queue_full },
    { "one thread keeps the order", test_order },
    { "idle threads go and come back", test_shrinks },
    { "its threads leave signals to others", test_signals },
    { "without memory nothing is accepted", test_no_memory },
    { "work that meets a leaving thread is done", test_idle_edge })
