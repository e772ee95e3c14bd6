/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "tests/lib/unit.h"

static int freed;

static void
count_free(int *p)
{
	if (p)
		freed++;
}
CLEANUP_DEFINE(count_free, int *);

static int *
make(int *p, bool hand_out)
{
	CLEANUP(count_free) int *mine = p;

	return hand_out ? STEAL(mine) : NULL;
}

static void
test_scope(void)
{
	int x = 0;

	freed = 0;
	CU_ASSERT_PTR_NULL(make(&x, false));
	CU_ASSERT_EQUAL(freed, 1);
	CU_ASSERT_PTR_EQUAL(make(&x, true), &x);
	CU_ASSERT_EQUAL(freed, 1);
}

static int
open_null(bool hand_out)
{
	CLEANUP_FD int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int number = fd;

	errno = ENOSPC;
	return hand_out ? STEAL_FD(fd) : number;
}

static void
test_fd(void)
{
	int closed = open_null(false), fd;

	CU_ASSERT_EQUAL(errno, ENOSPC);
	CU_ASSERT_EQUAL(fcntl(closed, F_GETFD), -1);
	fd = open_null(true);
	CU_ASSERT_NOT_EQUAL(fcntl(fd, F_GETFD), -1);
	close(fd);
}

static void
test_lock(void)
{
	pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

	{
		LOCK_SCOPE(&a);
		LOCK_SCOPE(&b);

		CU_ASSERT_NOT_EQUAL(pthread_mutex_trylock(&a), 0);
		CU_ASSERT_NOT_EQUAL(pthread_mutex_trylock(&b), 0);
	}
	CU_ASSERT_EQUAL(pthread_mutex_trylock(&a), 0);
	CU_ASSERT_EQUAL(pthread_mutex_trylock(&b), 0);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

UNIT_MAIN("cleanup",
    { "a resource is released at the end, unless handed out", test_scope },
    { "a descriptor is closed and errno kept", test_fd },
    { "two locks of one scope are held to its end", test_lock })
