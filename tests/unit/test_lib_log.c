/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/lib/unit.h"

#define MAX (1 << 20)

static int real_stderr = -1;
static const char *program; /* this one */

static void
capture_begin(void)
{
	int fd = open(unit_path("log"),
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* What was logged since, with an end. */
static void
capture_end(struct bytes *out)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	out->len = 0;
	CU_ASSERT_EQUAL_FATAL(file_read(unit_path("log"), MAX, out), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes_cstr(out));
}

static bool
ends_with(const struct bytes *b, const char *tail)
{
	size_t n = strlen(tail);

	return b->len >= n && memcmp(b->p + b->len - n, tail, n) == 0;
}

static void
test_line(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char expected[64];

	log_open("stderr", "unit", LOG_L_INFO);
	capture_begin();
	log_warn("disk %s is %d%% full", "sda", 91);
	capture_end(&b);
	snprintf(expected, sizeof expected,
	    "Z unit[%d] warning: disk sda is 91%% full\n", (int)getpid());
	CU_ASSERT_TRUE(ends_with(&b, expected));
	/* 20261122T08:26:13.123Z */
	CU_ASSERT_EQUAL(b.len, 21 + strlen(expected));
	CU_ASSERT_EQUAL(b.p[8], 'T');
	CU_ASSERT_EQUAL(b.p[17], '.');
}

static void
test_level(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	log_open("stderr", "unit", LOG_L_WARN);
	capture_begin();
	log_info("one");
	log_warn("two");
	log_err("three");
	log_set_level(LOG_L_DEBUG);
	log_debug("four");
	capture_end(&b);
	CU_ASSERT_PTR_NULL(strstr(b.p, "one"));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, "warning: two\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, "error: three\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, "debug: four\n"));
}

static void
test_escape(void)
{
	static const struct {
		const char *arg, *text;
	} rows[] = {
		{ "a\nb", "a\\nb" },
		{ "a\r\x1b[2J\x7f", "a\\x0d\\x1b[2J\\x7f" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xc2\x9b", "\\xc2" }, /* a terminal's escape in UTF-8 */
		{ "bad \xff \xc3\xa9", "bad \\xff \\xc3\\xa9" },
		{ "", "" },
	};

	log_open("stderr", "unit", LOG_L_INFO);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CLEANUP_BYTES struct bytes b = { 0 };

		capture_begin();
		log_info("<%s>", rows[i].arg);
		capture_end(&b);
		CU_ASSERT_PTR_NOT_NULL(strstr(b.p, rows[i].text));
		CU_ASSERT_PTR_EQUAL(strchr(b.p, '\n'), b.p + b.len - 1);
		CU_ASSERT_PTR_NULL(strchr(b.p, 0x1b));
		CU_ASSERT_PTR_NULL(strstr(b.p, "\xc2\x9b"));
	}
}

static void
test_long(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char *arg = malloc(100001);

	memset(arg, '\n', 100000); /* each grows when escaped */
	arg[100000] = '\0';
	capture_begin();
	log_err("%s", arg);
	capture_end(&b);
	CU_ASSERT_TRUE(b.len > 4000 && b.len < 8400);
	CU_ASSERT_TRUE(ends_with(&b, "\\n...\n"));
	free(arg);
}

static void
test_errno(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	capture_begin();
	errno = ENOSPC;
	log_err("write: %m");
	CU_ASSERT_EQUAL(errno, ENOSPC);
	capture_end(&b);
	/* Also where the line could not be written. */
	capture_begin();
	close(STDERR_FILENO);
	errno = ENOSPC;
	log_err("lost");
	CU_ASSERT_EQUAL(errno, ENOSPC);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	CU_ASSERT_TRUE(
	    ends_with(&b, "error: write: No space left on device\n"));
}

static void
test_trace(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char long_trace[200];

	memset(long_trace, 't', sizeof long_trace);
	long_trace[sizeof long_trace - 1] = '\0';
	capture_begin();
	log_set_trace("00-ab-cd-01");
	log_err("one");
	log_set_trace("x\ny");
	log_err("two");
	log_set_trace(long_trace);
	log_err("three");
	log_set_trace(NULL);
	log_err("four");
	capture_end(&b);
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, "one trace=00-ab-cd-01\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, "two trace=x?y\n"));
	long_trace[63] = '\n';
	long_trace[64] = '\0';
	CU_ASSERT_PTR_NOT_NULL(strstr(b.p, long_trace));
	CU_ASSERT_TRUE(ends_with(&b, "four\n"));
}

#define THREADS 4
#define EACH 500

static void *
log_many(void *arg)
{
	for (int i = 0; i < EACH; i++)
		log_err("thread %s says %0200d.", (const char *)arg, i);
	return NULL;
}

static void
test_threads(void)
{
	static const char *const names[THREADS] = { "a", "b", "c", "d" };
	CLEANUP_BYTES struct bytes b = { 0 };
	pthread_t threads[THREADS];
	int lines = 0, whole = 0;
	char *rest, *line;

	capture_begin();
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, log_many, (void *)names[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	capture_end(&b);
	rest = b.p;
	while ((line = strsep(&rest, "\n")) && *line) {
		const char *says = strstr(line, " says ");

		lines++;
		whole += says && strlen(says) == 207 && says[206] == '.';
	}
	CU_ASSERT_EQUAL(lines, THREADS * EACH);
	CU_ASSERT_EQUAL(whole, THREADS * EACH);
}

/* There may be no journal and no syslog here; it must be harmless, and keep
 * off standard error. */
static void
test_other_targets(void)
{
	static const char *const targets[] = { "journal", "syslog" };

	for (size_t i = 0; i < UNIT_COUNT(targets); i++) {
		CLEANUP_BYTES struct bytes b = { 0 };

		log_open(targets[i], "unit", LOG_L_DEBUG);
		capture_begin();
		log_set_trace("00-ab-cd-01");
		log_debug("unit test of the log: 100%%, %s", "a\nb");
		log_set_trace(NULL);
		log_debug("unit test of the log");
		capture_end(&b);
		CU_ASSERT_EQUAL(b.len, 0);
	}
	log_open("stderr", "unit", LOG_L_INFO);
}

static void
test_track(void)
{
	char a[17], b[17], c[17], other[17] = "";
	int ends[2], status;
	pid_t pid;

	log_track("OpaqueRef:secret", a);
	log_track("OpaqueRef:secret", b);
	log_track("OpaqueRef:secreT", c);
	CU_ASSERT_EQUAL(strlen(a), 16);
	CU_ASSERT_EQUAL(strspn(a, "0123456789abcdef"), 16);
	CU_ASSERT_STRING_EQUAL(a, b);
	CU_ASSERT_STRING_NOT_EQUAL(a, c);
	CU_ASSERT_STRING_NOT_EQUAL(a, "0000000000000000");
	/* Another process: this program again; see main(). */
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		setenv("UNIT_LOG_TRACK", "1", 1);
		execl(program, program, (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	CU_ASSERT_EQUAL(read(ends[0], other, 16), 16);
	close(ends[0]);
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(strspn(other, "0123456789abcdef"), 16);
	CU_ASSERT_STRING_NOT_EQUAL(a, other);
}

static const struct unit_test tests[] = {
	{ "a line tells the time, the process, the level and the text",
	    test_line },
	{ "only the levels asked for are kept", test_level },
	{ "arguments cannot bring control characters in", test_escape },
	{ "a long message is cut and says so", test_long },
	{ "errno may be printed and is kept", test_errno },
	{ "the trace is a part of the line until it ends", test_trace },
	{ "lines of several threads do not mix", test_threads },
	{ "journal and syslog keep off standard error", test_other_targets },
	{ "a secret has the same digits in one process only", test_track },
};

int
main(int argc, char **argv)
{
	char out[17];

	(void)argc;
	program = argv[0];
	if (getenv("UNIT_LOG_TRACK")) {
		log_track("OpaqueRef:secret", out);
		return write(STDOUT_FILENO, out, 16) != 16;
	}
	return unit_run("log", tests, UNIT_COUNT(tests));
}
