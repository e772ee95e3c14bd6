/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* What QEMU hears of USB devices by. */
static int
hear_of_devices_only(void)
{
	if (socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0)
		return 1;
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) >= 0 ? 0
									 : 2;
}

static void
test_hypervisor(void)
{
	CU_ASSERT(is(behind(SANDBOX_HYPERVISOR, hear_of_devices_only)));
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

/* By the number alone: what the C library does before does not count. */
static int
touch_nobody(void)
{
	pid_t parent = getppid();
	const long calls[] = { SYS_kill, SYS_tgkill, SYS_openat, SYS_socket,
		SYS_clone, SYS_dup };

	for (size_t i = 0; i < UNIT_COUNT(calls); i++)
		if (syscall(calls[i], parent, parent, 0, 0) >= 0 ||
		    errno != ENOSYS)
			return 2 + (int)i;
	return 0;
}

static int
read_what_is_open(void)
{
	return lseek(0, 0, SEEK_CUR) >= 0 || errno == ESPIPE ? 0 : 1;
}

static void
test_reader(void)
{
	CU_ASSERT(is(behind(SANDBOX_READER, touch_nobody)));
	CU_ASSERT(is(behind(SANDBOX_READER, read_what_is_open)));
}

static void
test_worker(void)
{
	int status = behind(SANDBOX_WORKER, start_a_program);

	CU_ASSERT(status == 128 || status == NO_FILTER);
}

/* A file in a folder: 0, or what open() says. */
static int
try_file(const char *folder, int flags)
{
	char path[1024];
	int fd;

	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	(void)!ftruncate(fd, 0);
	close(fd);
	return 0;
}

static int
reach_folders_only(void)
{
	char rw[512], ro[512], other[512];
	struct sandbox_path paths[3];
	int r;

	snprintf(rw, sizeof(rw), "%s", unit_path("rw"));
	snprintf(ro, sizeof(ro), "%s", unit_path("ro"));
	snprintf(other, sizeof(other), "%s", unit_path("other"));
	(void)(mkdir(rw, 0700) | mkdir(ro, 0700) | mkdir(other, 0700));
	if (try_file(ro, O_CREAT | O_RDWR) || try_file(other, O_CREAT | O_RDWR))
		return 2;
	paths[0] = (struct sandbox_path){ rw, true, false };
	paths[1] = (struct sandbox_path){ ro, false, false };
	paths[2] = (struct sandbox_path){ "/not/there", true, false };
	r = sandbox_paths(paths, 3);
	if (r != 0)
		return r > 0 ? NO_FILTER : 3;
	if (try_file(rw, O_CREAT | O_RDWR) != 0 || try_file(ro, O_RDONLY) != 0)
		return 4;
	if (try_file(ro, O_RDWR) != EACCES ||
	    try_file(other, O_RDONLY) != EACCES)
		return 5;
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES
	    ? 0
	    : 6;
}

static void
test_paths(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(reach_folders_only());
	CU_ASSERT_FATAL(pid > 0 && waitpid(pid, &status, 0) == pid);
	CU_ASSERT(WIFEXITED(status) && is(WEXITSTATUS(status)));
}

UNIT_MAIN("sandbox",
    { "who runs domains starts programs, reaches no network and mounts nothing",
	test_hypervisor },
    { "who starts programs asks the kernel, and they have no socket",
	test_starter },
    { "who reads what others wrote opens nothing and signals nobody",
	test_reader },
    { "files are reached below some folders only", test_paths },
    { "a plain worker that starts a program is ended", test_worker })
