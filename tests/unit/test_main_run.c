/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parent runs for the daemon what it is meant to run, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/lib/unit.h"
#include "xapid/main_hostname.h"
#include "xapid/main_power.h"
#include "xapid/main_run.h"

static const char *plugins[2];
static const char *const none[] = { NULL };

/* What became of it: an errno, or 0 and the status. */
static int
ask(const char *texts, size_t len, uint32_t nargs, uint32_t nenv, int *status_r)
{
	const struct priv_config config = { .plugin_dirs = plugins,
		.extension_dirs = none };
	const struct priv_request request = { .op = PRIV_RUN,
		.nargs = nargs,
		.nenv = nenv };
	CLEANUP_FD int memory = memfd_create("test", MFD_CLOEXEC);
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int fds[PRIV_RUN_FDS] = { memory, null, null, null };
	CLEANUP_FD int end = -1;
	pid_t pid;
	int status;

	CU_ASSERT_EQUAL_FATAL(file_write_full(memory, texts, len), 0);
	end = run_program(&config, &request, fds, &pid);
	if (end < 0)
		return errno;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_TRUE(run_reaped(pid, status));
	CU_ASSERT_FALSE(run_kill(pid));
	CU_ASSERT_EQUAL(read(end, status_r, sizeof(*status_r)),
	    sizeof(*status_r));
	return 0;
}

#define ASK(texts, nargs, nenv) ask(texts, sizeof(texts), nargs, nenv, &status)

static void
make_plugin(const char *name, const char *text)
{
	char path[4096];

	plugins[0] = unit_path("plugins");
	mkdir(plugins[0], 0700);
	snprintf(path, sizeof(path), "%s/%s", plugins[0], name);
	CU_ASSERT_EQUAL_FATAL(file_write_atomic(path, text, strlen(text), 0700),
	    0);
}

static void
test_runs(void)
{
	char texts[4200];
	int status = -1, n;

	CU_ASSERT_EQUAL(ASK("/bin/date", 1, 0), 0);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(ASK("/bin/date\0+%Y\0TZ=UTC", 2, 1), 0);
	CU_ASSERT_EQUAL(status, 0);
	make_plugin("seven", "#!/bin/sh\nexit 7\n");
	n = snprintf(texts, sizeof(texts), "%s/seven", plugins[0]);
	CU_ASSERT_EQUAL(ask(texts, (size_t)n + 1, 1, 0, &status), 0);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 7);
	make_plugin("empty", "");
	n = snprintf(texts, sizeof(texts), "%s/empty", plugins[0]);
	CU_ASSERT_EQUAL(ask(texts, (size_t)n + 1, 1, 0, &status), ENOEXEC);
}

static void
test_refuses(void)
{
	char texts[4200];
	int status, n;
	static const struct {
		const char *before, *after;
	} forms[] = { { "", "" }, { "", "/" }, { "", "/.seven" },
		{ "", "/x/seven" }, { "", "/../plugins/seven" },
		{ "", "/x/../seven" }, { "", "x/seven" }, { "/", "/seven" },
		{ "x", "/seven" } };

	make_plugin("seven", "#!/bin/sh\nexit 7\n");
	CU_ASSERT_EQUAL(ASK("/bin/sh\0-c\0id", 3, 0), EPERM);
	CU_ASSERT_EQUAL(ASK("date", 1, 0), EPERM);
	CU_ASSERT_EQUAL(ASK("", 1, 0), EPERM);
	CU_ASSERT_EQUAL(ASK("/bin/date\0LD_PRELOAD=/tmp/x", 1, 1), EPERM);
	CU_ASSERT_EQUAL(ASK("/bin/date\0TZ=UTC\0LD_PRELOAD=x", 1, 2), EPERM);
	CU_ASSERT_EQUAL(ASK("/usr/sbin/xl\0destroy", 2, 0), EPERM);
	CU_ASSERT_EQUAL(ASK("/usr/sbin/xl\0list\0-v", 3, 0), EPERM);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		n = snprintf(texts, sizeof(texts), "%s%s%s", forms[i].before,
		    plugins[0], forms[i].after);
		CU_ASSERT_EQUAL(ask(texts, (size_t)n + 1, 1, 0, &status),
		    EPERM);
	}
	n = snprintf(texts, sizeof(texts), "%s/seven%cA=b", plugins[0], 0);
	CU_ASSERT_EQUAL(ask(texts, (size_t)n + 1, 1, 1, &status), EPERM);
}

static void
test_nonsense(void)
{
	int status;

	plugins[0] = NULL;
	CU_ASSERT_EQUAL(ASK("/bin/date", 0, 0), EINVAL);
	CU_ASSERT_EQUAL(ASK("/bin/date", 2, 0), EINVAL);
	CU_ASSERT_EQUAL(ASK("/bin/date\0x", 1, 0), EINVAL);
	CU_ASSERT_EQUAL(ASK("/bin/date", UINT32_MAX, 1), EINVAL);
	CU_ASSERT_EQUAL(ASK("/bin/date", 1, UINT32_MAX), EINVAL);
	CU_ASSERT_EQUAL(ask("/bin/date", 9, 1, 0, &status), EINVAL);
	CU_ASSERT_EQUAL(ask("", 0, 1, 0, &status), EINVAL);
}

/* As a daemon in other hands would ask. */
static void
test_the_machine(void)
{
	static const char *const bad[] = { "", "-a", "a-", "a b", "a\nb", "a/b",
		"\xc3\xa4" };
	const struct priv_config simulated = { .real = false };
	char name[PRIV_NAME_BYTES] = "fine.example";

	CU_ASSERT(power_requested(&simulated, PRIV_REBOOT) < 0);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT(power_requested(&simulated, PRIV_POWEROFF) < 0);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT(power_requested(&simulated, 0) < 0);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT(power_requested(&simulated, 3) < 0);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT(hostname_requested(&simulated, name) < 0);
	CU_ASSERT_EQUAL(errno, EPERM);
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		snprintf(name, sizeof(name), "%s", bad[i]);
		CU_ASSERT(hostname_requested(&simulated, name) < 0);
		CU_ASSERT_EQUAL(errno, EINVAL);
	}
	memset(name, 'a', sizeof(name)); /* no end */
	CU_ASSERT(hostname_requested(&simulated, name) < 0);
	CU_ASSERT_EQUAL(errno, EINVAL);
}

UNIT_MAIN("the parent's programs",
    { "what is configured or in its table is run, and its status comes back",
	test_runs },
    { "other programs, folders, arguments and environments are refused",
	test_refuses },
    { "a request that is no list of texts is refused", test_nonsense },
    { "a simulated machine is neither brought down nor named",
	test_the_machine })
