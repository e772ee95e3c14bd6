/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The programs run here are those every Linux has, and sh(1) as one that does
 * what its script says: the library itself never calls it. */
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "tests/lib/unit.h"

static const struct proc_limits usual = { .timeout_ms = 20000,
	.max_output = 1 << 20 };
static const char no_vfork[] = "valgrind forks, so that errors stay there";

/* Runs a script; its result, with both outputs ended. */
static int
run(const char *script, const char *input, const struct proc_limits *limits,
    struct proc_result *r)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	int rc =
	    proc_run(argv, NULL, input, input ? strlen(input) : 0, limits, r);

	if (rc == 0) {
		bytes_cstr(&r->out);
		bytes_cstr(&r->err);
	}
	return rc;
}

static void
test_output(void)
{
	CLEANUP_PROC_RESULT struct proc_result r;

	CU_ASSERT_EQUAL(run("echo out; echo err >&2; exit 3", NULL, &usual, &r),
	    0);
	CU_ASSERT_TRUE(WIFEXITED(r.status));
	CU_ASSERT_EQUAL(WEXITSTATUS(r.status), 3);
	CU_ASSERT_STRING_EQUAL(r.out.p, "out\n");
	CU_ASSERT_STRING_EQUAL(r.err.p, "err\n");
	CU_ASSERT_FALSE(r.timed_out);
	CU_ASSERT_FALSE(r.truncated);
}

static void
test_signal(void)
{
	CLEANUP_PROC_RESULT struct proc_result r;

	CU_ASSERT_EQUAL(run("kill -TERM $$", NULL, &usual, &r), 0);
	CU_ASSERT_TRUE(WIFSIGNALED(r.status));
	CU_ASSERT_EQUAL(WTERMSIG(r.status), SIGTERM);
	CU_ASSERT_FALSE(r.timed_out);
}

static void
test_input(void)
{
	CLEANUP_BYTES struct bytes big = { 0 };
	CLEANUP_PROC_RESULT struct proc_result r, none, unread;
	const char *const cat[] = { "/bin/cat", NULL };
	const char *const ignores[] = { "/bin/true", NULL };

	for (int i = 0; i < 100000; i++)
		bytes_put_int(&big, i);
	CU_ASSERT_EQUAL(proc_run(cat, NULL, big.p, big.len, &usual, &r), 0);
	CU_ASSERT_EQUAL(r.out.len, big.len);
	CU_ASSERT_EQUAL(memcmp(r.out.p, big.p, big.len), 0);
	CU_ASSERT_EQUAL(proc_run(cat, NULL, NULL, 0, &usual, &none), 0);
	CU_ASSERT_EQUAL(none.out.len, 0);
	CU_ASSERT_EQUAL(proc_run(ignores, NULL, big.p, big.len, &usual,
			    &unread),
	    0);
	CU_ASSERT_EQUAL(unread.status, 0);
}

static void
test_arguments(void)
{
	const char *const argv[] = { "/bin/echo", "$(id)", "; rm *", "'\"",
		NULL };
	CLEANUP_PROC_RESULT struct proc_result r;

	CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &usual, &r), 0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&r.out), "$(id) ; rm * '\"\n");
}

static void
test_environment(void)
{
	const char *const argv[] = { "/usr/bin/env", NULL };
	const char *const env[] = { "ONE=1", "TWO=2", NULL };
	CLEANUP_PROC_RESULT struct proc_result clean, given;

	setenv("BASH_ENV", "/x", 1);
	setenv("SECRET", "x", 1);
	CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &usual, &clean), 0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&clean.out),
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\n");
	CU_ASSERT_EQUAL(proc_run(argv, env, NULL, 0, &usual, &given), 0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&given.out), "ONE=1\nTWO=2\n");
	unsetenv("BASH_ENV");
	unsetenv("SECRET");
}

/* Even one that was opened without O_CLOEXEC. */
static void
test_descriptors(void)
{
	CLEANUP_PROC_RESULT struct proc_result r;
	int fd = open("/dev/null", O_RDONLY); /* inheritable on purpose */

	CU_ASSERT_TRUE(fd > 2);
	CU_ASSERT_EQUAL(run("cd /proc/self/fd; for f in *; do"
			    " test ! -e $f || echo $f; done",
			    NULL, &usual, &r),
	    0);
	close(fd);
	CU_ASSERT_STRING_EQUAL(r.out.p, "0\n1\n2\n");
}

/* The mask in this line of /proc/PID/status, less 32 and 33, which the C library
 * keeps for itself and leaves ignored. */
static unsigned long long
signal_mask(const char *status, const char *line)
{
	const char *p = strstr(status, line);

	return p ? strtoull(p + strlen(line), NULL, 16) & 0xfffffffe7fffffff
		 : ~0ULL;
}

/* The daemon ignores SIGPIPE and its threads block signals; neither is for
 * the program. */
static void
test_signals_reset(void)
{
	const char *const argv[] = { "/bin/cat", "/proc/self/status", NULL };
	CLEANUP_PROC_RESULT struct proc_result r;
	sigset_t all, before;

	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &usual, &r), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	CU_ASSERT_EQUAL(signal_mask(bytes_cstr(&r.out), "SigBlk:"), 0);
	CU_ASSERT_EQUAL(signal_mask(bytes_cstr(&r.out), "SigIgn:"), 0);
}

/* Whether the process with the number in this file is gone, or will be soon. */
static bool
dies(const char *pid_file)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	pid_t pid;

	if (file_read(pid_file, 100, &b) < 0)
		return false;
	pid = (pid_t)atoi(bytes_cstr(&b));
	for (int i = 0; i < 500; i++) {
		char stat[64];
		CLEANUP_BYTES struct bytes s = { 0 };

		/* Nobody may reap it here: a zombie is gone, too. */
		snprintf(stat, sizeof stat, "/proc/%d/stat", (int)pid);
		if (file_read(stat, 10000, &s) < 0 ||
		    strstr(bytes_cstr(&s), ") Z "))
			return true;
		usleep(10000);
	}
	return false;
}

static void
test_deadline(void)
{
	static const struct proc_limits soon = { .timeout_ms = 200,
		.max_output = 1000 };
	CLEANUP_PROC_RESULT struct proc_result r;
	int64_t start = clock_mono_ns();
	char script[4096];

	/* It shrugs off SIGTERM, and has a child in its group. */
	snprintf(script, sizeof script,
	    "trap '' TERM; sleep 60 & echo $! >%s; echo begun; wait; wait",
	    unit_path("pid"));
	CU_ASSERT_EQUAL(run(script, NULL, &soon, &r), 0);
	CU_ASSERT_TRUE(r.timed_out);
	CU_ASSERT_TRUE(WIFSIGNALED(r.status));
	CU_ASSERT_EQUAL(WTERMSIG(r.status), SIGKILL);
	CU_ASSERT_STRING_EQUAL(r.out.p, "begun\n");
	CU_ASSERT_TRUE(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
	CU_ASSERT_TRUE(clock_mono_ns() - start >= 200 * NSEC_PER_MSEC);
	CU_ASSERT_TRUE(dies(unit_path("pid")));
}

static bool
after_three(void *arg)
{
	return ++*(int *)arg > 3;
}

static void
test_given_up(void)
{
	int asked = 0;
	const struct proc_limits limits = { .timeout_ms = 20000,
		.max_output = 100,
		.give_up = after_three,
		.arg = &asked };
	CLEANUP_PROC_RESULT struct proc_result r, quick;
	int64_t start = clock_mono_ns();

	CU_ASSERT_EQUAL(run("sleep 20", NULL, &limits, &r), 0);
	CU_ASSERT_TRUE(r.given_up);
	CU_ASSERT_FALSE(r.timed_out);
	CU_ASSERT_TRUE(WIFSIGNALED(r.status));
	CU_ASSERT_TRUE(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
	asked = -1000;
	CU_ASSERT_EQUAL(run("exit 3", NULL, &limits, &quick), 0);
	CU_ASSERT_FALSE(quick.given_up);
	CU_ASSERT_EQUAL(WEXITSTATUS(quick.status), 3);
}

static void
test_endless_output(void)
{
	static const struct proc_limits limits = { .timeout_ms = 300,
		.max_output = 5000 };
	const char *const argv[] = { "/usr/bin/yes", NULL };
	CLEANUP_PROC_RESULT struct proc_result r;
	int64_t start = clock_mono_ns();

	CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &limits, &r), 0);
	CU_ASSERT_TRUE(r.timed_out);
	CU_ASSERT_TRUE(r.truncated);
	CU_ASSERT_EQUAL(r.out.len, 5000);
	CU_ASSERT_TRUE(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
}

static void
test_bounded_output(void)
{
	static const struct proc_limits limits = { .timeout_ms = 20000,
		.max_output = 6 };
	CLEANUP_PROC_RESULT struct proc_result more, exact;

	CU_ASSERT_EQUAL(run("echo 123456789; echo ok >&2", NULL, &limits,
			    &more),
	    0);
	CU_ASSERT_TRUE(more.truncated);
	CU_ASSERT_STRING_EQUAL(more.out.p, "123456");
	CU_ASSERT_STRING_EQUAL(more.err.p, "ok\n");
	CU_ASSERT_EQUAL(more.status, 0);
	CU_ASSERT_EQUAL(run("echo 12345", NULL, &limits, &exact), 0);
	CU_ASSERT_FALSE(exact.truncated);
}

/* All of it comes, also what is in the pipe when the program ends. */
static void
test_last_output(void)
{
	CLEANUP_PROC_RESULT struct proc_result r;

	CU_ASSERT_EQUAL(run("printf '%060000d' 1; printf '%060000d' 2 >&2",
			    NULL, &usual, &r),
	    0);
	CU_ASSERT_EQUAL(r.out.len, 60000);
	CU_ASSERT_EQUAL(r.err.len, 60000);
}

static void
test_left_behind(void)
{
	CLEANUP_PROC_RESULT struct proc_result r;
	int64_t start = clock_mono_ns();
	char script[4096];
	struct bytes b = { 0 };

	snprintf(script, sizeof script, "sleep 30 & echo $! >%s; echo done",
	    unit_path("pid"));
	CU_ASSERT_EQUAL(run(script, NULL, &usual, &r), 0);
	CU_ASSERT_STRING_EQUAL(r.out.p, "done\n");
	CU_ASSERT_TRUE(clock_mono_ns() - start < 10 * NSEC_PER_SEC);
	CU_ASSERT_EQUAL_FATAL(file_read(unit_path("pid"), 100, &b), 0);
	CU_ASSERT_EQUAL(kill((pid_t)atoi(bytes_cstr(&b)), SIGKILL), 0);
	bytes_free(&b);
}

static void
test_cannot_start(void)
{
	static const struct {
		const char *path;
		int err;
	} rows[] = {
		{ "/nowhere/program", ENOENT },
		{ "/etc/passwd", EACCES },
		{ "/", EACCES },
		{ "true", EINVAL },
		{ "./true", EINVAL },
		{ "", EINVAL },
	};
	const char *text = unit_path("text");
	FILE *f;

	if (unit_skip_under_valgrind(no_vfork))
		return;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *const argv[] = { rows[i].path, NULL };
		struct proc_result r;

		CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &usual, &r), -1);
		CU_ASSERT_EQUAL(errno, rows[i].err);
	}
	/* No shell is tried where the kernel does not know the format. */
	f = fopen(text, "we");
	fputs("echo hello\n", f);
	fclose(f);
	chmod(text, 0700);
	{
		const char *const argv[] = { text, NULL };
		struct proc_result r;

		CU_ASSERT_EQUAL(proc_run(argv, NULL, NULL, 0, &usual, &r), -1);
		CU_ASSERT_EQUAL(errno, ENOEXEC);
	}
}

/* With standard descriptors closed, those of the program get their numbers. */
static void
test_without_stdio(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct proc_result r;
		bool ok;

		close(0);
		close(1);
		close(2);
		ok = run("cat; echo err >&2", "in", &usual, &r) == 0 &&
		    strcmp(r.out.p, "in") == 0 && strcmp(r.err.p, "err\n") == 0;
		_exit(ok ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1000; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_leaks(void)
{
	const char *const bad[] = { "/nowhere/program", NULL };
	int before = open_descriptors();
	struct proc_result r;

	if (unit_skip_under_valgrind(no_vfork))
		return;
	for (int i = 0; i < 20; i++) {
		CU_ASSERT_EQUAL(run("echo x", "in", &usual, &r), 0);
		proc_result_free(&r);
		CU_ASSERT_EQUAL(proc_run(bad, NULL, NULL, 0, &usual, &r), -1);
	}
	CU_ASSERT_EQUAL(open_descriptors(), before);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
}

static pid_t
child(unsigned seconds)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)signal(SIGTERM, SIG_IGN);
		sleep(seconds);
		_exit(7);
	}
	return pid;
}

static void
test_reaped(void)
{
	int status = 0;

	CU_ASSERT_EQUAL_FATAL(proc_reap(child(0), 60000, &status), 0);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 7);
	CU_ASSERT_EQUAL_FATAL(proc_reap(child(600), 50, &status), 0);
	CU_ASSERT_TRUE(WIFSIGNALED(status));
	CU_ASSERT_EQUAL(WTERMSIG(status), SIGKILL);
	CU_ASSERT_EQUAL(proc_reap(getpid(), 0, &status), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
}

UNIT_MAIN("proc", { "both outputs and the status come back", test_output },
    { "death by a signal is told", test_signal },
    { "input of any size arrives, read or not", test_input },
    { "arguments are never looked at by a shell", test_arguments },
    { "the environment is the one given and no other", test_environment },
    { "no descriptor is inherited", test_descriptors },
    { "signals are as a new program expects them", test_signals_reset },
    { "the deadline kills the whole group", test_deadline },
    { "what nobody wants any more is killed", test_given_up },
    { "endless output ends at the deadline, in bounds", test_endless_output },
    { "more output than asked for is dropped and told", test_bounded_output },
    { "the last output is not lost", test_last_output },
    { "what a program left behind is not waited for", test_left_behind },
    { "what cannot be started says why", test_cannot_start },
    { "a child that does not end is killed when it was waited for",
	test_reaped },
    { "it works with standard descriptors closed", test_without_stdio },
    { "no descriptor and no child is left", test_leaks })
