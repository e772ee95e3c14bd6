/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/lib/unit.h"

/* First of all, since the next tests start the counting. */
static void
test_off(void)
{
	free(fault_malloc(8));
	CU_ASSERT_FALSE(fault_hit(FAULT_ALLOC));
	CU_ASSERT_EQUAL(fault_count(FAULT_ALLOC), 0);
}

static void
test_count(void)
{
	fault_disarm();
	for (int i = 0; i < 5; i++)
		free(fault_malloc(8));
	CU_ASSERT_EQUAL(fault_count(FAULT_ALLOC), 5);
	CU_ASSERT_EQUAL(fault_count(FAULT_OPEN), 0);
	fault_disarm();
	CU_ASSERT_EQUAL(fault_count(FAULT_ALLOC), 0);
}

static void
test_nth(void)
{
	for (int n = 0; n < 4; n++) {
		fault_arm(FAULT_SYNC, n, EIO, false);
		for (int i = 0; i < 6; i++) {
			errno = 0;
			CU_ASSERT_EQUAL(fault_hit(FAULT_SYNC), i == n);
			CU_ASSERT_EQUAL(errno, i == n ? EIO : 0);
			CU_ASSERT_FALSE(fault_hit(FAULT_WRITE));
		}
	}
	fault_disarm();
}

static void
test_sticky(void)
{
	fault_arm(FAULT_WRITE, 2, ENOSPC, true);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(fault_hit(FAULT_WRITE), i >= 2);
	fault_disarm();
	CU_ASSERT_FALSE(fault_hit(FAULT_WRITE));
}

static void
test_wrappers(void)
{
	const char *path = unit_path("file"), *other = unit_path("other");
	void *p = malloc(8);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
	fault_arm(FAULT_OPEN, 0, EMFILE, true);
	fault_arm(FAULT_WRITE, 0, ENOSPC, true);
	fault_arm(FAULT_SYNC, 0, EIO, true);
	fault_arm(FAULT_RENAME, 0, EIO, true);
	CU_ASSERT_PTR_NULL(fault_malloc(8));
	CU_ASSERT_PTR_NULL(fault_calloc(8, 8));
	CU_ASSERT_PTR_NULL(fault_realloc(p, 16));
	CU_ASSERT_EQUAL(errno, ENOMEM);
	CU_ASSERT_EQUAL(fault_open(path, O_RDONLY | O_CLOEXEC, 0), -1);
	CU_ASSERT_EQUAL(errno, EMFILE);
	CU_ASSERT_EQUAL(fault_write(fd, "x", 1), -1);
	CU_ASSERT_EQUAL(errno, ENOSPC);
	CU_ASSERT_EQUAL(fault_fsync(fd), -1);
	CU_ASSERT_EQUAL(fault_fdatasync(fd), -1);
	CU_ASSERT_EQUAL(fault_rename(path, other), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	fault_disarm();
	CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), 0);
	CU_ASSERT_EQUAL(fault_write(fd, "x", 1), 1);
	CU_ASSERT_EQUAL(fault_fsync(fd), 0);
	CU_ASSERT_EQUAL(fault_fdatasync(fd), 0);
	CU_ASSERT_EQUAL(fault_rename(path, other), 0);
	CU_ASSERT_EQUAL(access(other, F_OK), 0);
	free(p);
	close(fd);
}

static void
test_short_write(void)
{
	int fd = open(unit_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	fault_arm(FAULT_WRITE, 0, 0, false);
	CU_ASSERT_EQUAL(fault_write(fd, "12345", 5), 3);
	CU_ASSERT_EQUAL(fault_write(fd, "45", 2), 2);
	fault_disarm();
	CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), 5);
	close(fd);
}

static void
test_slow_sync(void)
{
	int64_t begun;

	CU_ASSERT_TRUE(fault_arm_text("sync:1:slow"));
	CU_ASSERT_FALSE(fault_hit(FAULT_SYNC));
	begun = clock_mono_ns();
	CU_ASSERT_FALSE(fault_hit(FAULT_SYNC));
	CU_ASSERT_TRUE(clock_mono_ns() - begun >= 50 * NSEC_PER_MSEC);
	CU_ASSERT_EQUAL(fault_count(FAULT_SYNC), 2);
	fault_disarm();
}

static int
status_of_child(const char *text)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (!fault_arm_text(text))
			_exit(1);
		for (int i = 0; i < 3; i++)
			fault_hit(FAULT_RENAME);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_exit(void)
{
	CU_ASSERT_EQUAL(status_of_child("rename:2:exit"), 99);
	CU_ASSERT_EQUAL(status_of_child("rename:3:exit"), 3);
	CU_ASSERT_EQUAL(status_of_child("sync:0:exit"), 3);
}

static void
test_text(void)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "sync:1:ENOSPC", ENOSPC },
		{ "sync:1:EIO", EIO },
		{ "sync:1:EMFILE", EMFILE },
		{ "sync:1:ENOMEM", ENOMEM },
		{ "sync:1:ENOENT", ENOENT },
		{ "sync:1:EACCES", EACCES },
		{ "alloc:7:ENOMEM,sync:1:EIO:sticky,open:2:EMFILE", EIO },
		{ "write:0:short,sync:+1:EIO", EIO },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CU_ASSERT_TRUE(fault_arm_text(rows[i].text));
		CU_ASSERT_FALSE(fault_hit(FAULT_SYNC));
		CU_ASSERT_TRUE(fault_hit(FAULT_SYNC));
		CU_ASSERT_EQUAL(errno, rows[i].err);
		CU_ASSERT_EQUAL(fault_hit(FAULT_SYNC),
		    strstr(rows[i].text, "sticky") != NULL);
		fault_disarm();
	}
}

static void
test_bad_text(void)
{
	static const char *const bad[] = { "", ",", "sync", "sync:0",
		"sync::EIO", "sync:0:", "sync:x:EIO", "sync:-1:EIO",
		"sync:99999999999:EIO", "sync:0:EXXX", "sync:0:5",
		"sync:0:EIO:", "sync:0:EIO:sticky:", "sync:0:EIO:stuck",
		"fsync:0:EIO", "sync:0:EIO,", "sync:0:EIO,bad:1:EIO",
		"sync:0:EIO,sync:1:EIO", "sync:0:short", "write:0:slow",
		" sync:0:EIO" };
	char long_text[2048];

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		fault_disarm();
		if (fault_arm_text(bad[i]))
			printf("# taken: %s\n", bad[i]);
		CU_ASSERT_FALSE(fault_arm_text(bad[i]));
		CU_ASSERT_FALSE(fault_hit(FAULT_SYNC));
	}
	memset(long_text, ',', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	CU_ASSERT_FALSE(fault_arm_text(long_text));
	fault_disarm();
}

UNIT_MAIN("fault", { "nothing is counted before a test begins", test_off },
    { "calls are counted by kind from the last disarming", test_count },
    { "exactly the n-th call of the kind fails", test_nth },
    { "a sticky fault stays until disarmed", test_sticky },
    { "every wrapper fails when told and works when not", test_wrappers },
    { "a short write writes a part and says so", test_short_write },
    { "a slow sync takes its time and goes well", test_slow_sync },
    { "exit ends the process at that call with status 99", test_exit },
    { "the text form arms what it says", test_text },
    { "a wrong text arms nothing", test_bad_text })
