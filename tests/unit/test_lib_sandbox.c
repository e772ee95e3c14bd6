/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/unit.h"

#define NO_FILTER 77 /* the kernel, or the build, has none */

/* What fn() answers in a process of its own, behind the filter. */
static int
behind(enum sandbox_kind kind, int (*fn)(void))
{
	int status, r;
	pid_t pid = fork();

	if (pid == 0) {
		r = sandbox_filter(kind);
		_exit(r == 0 ? fn() : r > 0 ? NO_FILTER : 1);
	}
	CU_ASSERT_FATAL(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool
is(int status)
{
	return status == 0 || status == NO_FILTER;
}

static int
reach_no_network(void)
{
	static const int families[] = { AF_INET, AF_INET6, AF_PACKET,
		AF_NETLINK };

	for (size_t i = 0; i < UNIT_COUNT(families); i++)
		if (socket(families[i], SOCK_DGRAM, 0) >= 0 ||
		    errno != EAFNOSUPPORT)
			return 2 + (int)i;
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int
ask_the_kernel_only(void)
{
	static const int families[] = { AF_INET, AF_INET6, AF_PACKET, AF_VSOCK,
		AF_X25 };

	for (size_t i = 0; i < UNIT_COUNT(families); i++)
		if (socket(families[i], SOCK_DGRAM, 0) >= 0 ||
		    errno != EAFNOSUPPORT)
			return 2 + (int)i;
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ? 0 : 1;
}

static int
have_no_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EAFNOSUPPORT
	    ? reach_no_network() == 1 ? 0 : 2
	    : 1;
}

static int
mount_nothing(void)
{
	return mount("none", "/", "tmpfs", 0, NULL) < 0 && errno == EPERM ? 0
									  : 1;
}

static int
start_a_program(void)
{
	char *argv[] = { (char[]){ "true" }, NULL };

	execv("/bin/true", argv);
	return 1;
}

static void
test_hypervisor(void)
{
	CU_ASSERT(is(behind(SANDBOX_HYPERVISOR, reach_no_network)));
	CU_ASSERT(is(behind(SANDBOX_HYPERVISOR, mount_nothing)));
	CU_ASSERT(is(behind(SANDBOX_HYPERVISOR, start_a_program)));
}

static void
test_starter(void)
{
	CU_ASSERT(is(behind(SANDBOX_STARTER, ask_the_kernel_only)));
	CU_ASSERT(is(behind(SANDBOX_STARTER, mount_nothing)));
	CU_ASSERT(is(behind(SANDBOX_STARTER, start_a_program)));
	CU_ASSERT(is(behind(SANDBOX_PROGRAM, have_no_socket)));
	CU_ASSERT(is(behind(SANDBOX_PROGRAM, start_a_program)));
}

static void
test_worker(void)
{
	int status = behind(SANDBOX_WORKER, start_a_program);

	CU_ASSERT(status == 128 || status == NO_FILTER);
}

UNIT_MAIN("sandbox",
    { "who runs domains starts programs, reaches no network and mounts nothing",
	test_hypervisor },
    { "who starts programs asks the kernel, and they have no socket",
	test_starter },
    { "a plain worker that starts a program is ended", test_worker })
