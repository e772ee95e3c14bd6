/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/aside.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t
aside_split(const char *name, int *line_r)
{
	int sv[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		/* Nothing else of the worker's, above all not its end of what
		 * leads to the core. */
		if (sv[1] > 3)
			(void)syscall(SYS_close_range, 3, sv[1] - 1, 0);
		(void)syscall(SYS_close_range, sv[1] + 1, ~0U, 0);
		prctl(PR_SET_NAME, name);
		*line_r = sv[1];
		return 0;
	}
	close(sv[1]);
	if (pid < 0)
		close(sv[0]);
	else
		*line_r = sv[0];
	return pid;
}
