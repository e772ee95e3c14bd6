/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/unit.h"

static struct moment_file *
make(const char *name, off_t size)
{
	void *p = MAP_FAILED;
	int fd = open(unit_path(name), O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0 && ftruncate(fd, size) == 0 && size)
		p = mmap(NULL, sizeof(struct moment_file),
		    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

/* How a process ends that reaches these. */
static int
walk(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		moment("VM.start", "build", "to do");
		moment("VM.start", "build", "done");
		moment("VM.start", "build", "done");
		_exit(7);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void
test_off(void)
{
	unsetenv("XAPID_MOMENTS");
	CU_ASSERT_EQUAL(moments_open(), 0);
	CU_ASSERT_PTR_NULL(moments_bequeath());
	CU_ASSERT_EQUAL(WEXITSTATUS(walk()), 7);
}

static void
test_no_files(void)
{
	setenv("XAPID_MOMENTS", unit_folder(), 1);
	CU_ASSERT_EQUAL(moments_open(), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	(void)make("daemon", 0);
	CU_ASSERT_EQUAL(moments_open(), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
}

static void
test_death(void)
{
	struct moment_file *f = make("daemon", sizeof(*f));
	int status;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(make("worker", sizeof(*f)));
	setenv("XAPID_MOMENTS", unit_folder(), 1);
	CU_ASSERT_EQUAL(moments_open(), 0);
	CU_ASSERT_PTR_NOT_NULL(moments_bequeath());
	f->skip = -1;
	CU_ASSERT_EQUAL(WEXITSTATUS(walk()), 7);
	CU_ASSERT_STRING_EQUAL(f->log,
	    "VM.start: build to do\nVM.start: build done\n"
	    "VM.start: build done\n");
	snprintf(f->name, sizeof(f->name), "VM.start: build done");
	f->skip = 1;
	status = walk();
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CU_ASSERT_EQUAL(f->deaths, 1);
	CU_ASSERT_EQUAL(WEXITSTATUS(walk()), 7); /* obeyed once */
}

static pid_t
reach(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		moment("VM.start", "build", "to do");
		_exit(7);
	}
	return pid;
}

static void
test_stands(void)
{
	struct moment_file *f = make("daemon", sizeof(*f));
	int status;
	pid_t pid;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(make("worker", sizeof(*f)));
	setenv("XAPID_MOMENTS", unit_folder(), 1);
	CU_ASSERT_EQUAL(moments_open(), 0);
	f->stands = 1;
	f->skip = 0;
	pid = reach();
	waitpid(pid, &status, WUNTRACED);
	CU_ASSERT_TRUE(WIFSTOPPED(status));
	CU_ASSERT_EQUAL(f->deaths, 1);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 7);
}

static void
test_waits(void)
{
	struct moment_file *f = make("daemon", sizeof(*f));
	int status;
	pid_t pid;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(make("worker", sizeof(*f)));
	setenv("XAPID_MOMENTS", unit_folder(), 1);
	CU_ASSERT_EQUAL(moments_open(), 0);
	f->stands = MOMENT_WAITS;
	f->skip = 0;
	pid = reach();
	while (f->deaths == 0)
		usleep(100);
	CU_ASSERT_EQUAL(waitpid(pid, &status, WNOHANG), 0);
	f->stands = MOMENT_GOES_ON;
	waitpid(pid, &status, 0);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	f->skip = 0; /* the order stands yet, for one who comes late */
	waitpid(reach(), &status, 0);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void
test_full(void)
{
	struct moment_file *f = make("daemon", sizeof(*f));

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(make("worker", sizeof(*f)));
	setenv("XAPID_MOMENTS", unit_folder(), 1);
	CU_ASSERT_EQUAL(moments_open(), 0);
	f->skip = -1;
	f->used = MOMENT_LOG - 30;
	CU_ASSERT_EQUAL(WEXITSTATUS(walk()), 7);
	CU_ASSERT_STRING_EQUAL(f->log + MOMENT_LOG - 30,
	    "VM.start: build to do\n");
}

UNIT_MAIN("moment", { "without a folder nothing happens", test_off },
    { "files that are not there or too small are refused", test_no_files },
    { "a process dies in the moment that was ordered, once", test_death },
    { "or stands still there, for a test that ends another", test_stands },
    { "or one thread waits there, until the test goes on", test_waits },
    { "what does not fit the log is left out", test_full })
