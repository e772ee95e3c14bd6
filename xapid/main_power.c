/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine goes down: by the system's own program, which ends services in
 * their order; where that is not there or refuses, by the kernel at once. */
#include "main_power.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/sbin/shutdown"
#define MOMENT_S 1

static const struct way {
	const char *argv[5];
	int command; /* of reboot(2) */
} ways[] = {
	[PRIV_REBOOT] = { { PROGRAM, "-r", "now" }, RB_AUTOBOOT },
	[PRIV_POWEROFF] = { { PROGRAM, "-h", "-P", "now" }, RB_POWER_OFF },
};

static int
run(const char *const argv[])
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C", NULL };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execve(argv[0], (char *const *)(uintptr_t)argv,
		    (char *const *)(uintptr_t)env);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0
									 : -1;
}

/* In a child that outlives the daemon and us. */
static _Noreturn void
go_down(const struct way *way)
{
	sigset_t none;

	setsid();
	syscall(SYS_close_range, 3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sleep(MOMENT_S);
	if (run(way->argv) == 0)
		_exit(0);
	sync();
	_exit(reboot(way->command) == 0 ? 0 : 1);
}

int
power_requested(const struct priv_config *config, uint32_t how)
{
	pid_t pid;

	if (how != PRIV_REBOOT && how != PRIV_POWEROFF) {
		errno = EINVAL;
		return -1;
	}
	if (!config->real || geteuid() != 0 ||
	    prctl(PR_CAPBSET_READ, CAP_SYS_BOOT) != 1) {
		errno = EPERM;
		return -1;
	}
	pid = fork();
	if (pid == 0)
		go_down(&ways[how]);
	return pid < 0 ? -1 : 0;
}
