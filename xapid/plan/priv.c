/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's half: asks its parent. */
#include "plan/priv.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plan/priv_private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int parent = -1;

void
priv_set_parent(int sock)
{
	parent = sock;
}

static int
receive(struct priv_answer *answer, int *fd_r)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = answer, .iov_len = sizeof(*answer) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(parent, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*answer)) {
		errno = EPIPE;
		return -1;
	}
	*fd_r = -1;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd_r, CMSG_DATA(c), sizeof(*fd_r));
	return 0;
}

static int
ask(const struct priv_request *request, struct priv_answer *answer, int *fd_r)
{
	ssize_t n;
	int rc = -1;

	pthread_mutex_lock(&lock);
	do
		n = send(parent, request, sizeof(*request), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(*request))
		rc = receive(answer, fd_r);
	pthread_mutex_unlock(&lock);
	if (rc == 0 && answer->error) {
		if (*fd_r >= 0)
			close(*fd_r);
		errno = answer->error;
		rc = -1;
	}
	return rc;
}

int
priv_spawn(enum priv_worker worker, int *fd_r, pid_t *pid_r)
{
	struct priv_request request = { .op = PRIV_SPAWN, .worker = worker };
	struct priv_answer answer;

	if (parent < 0) {
		errno = ENOTCONN;
		return -1;
	}
	if (ask(&request, &answer, fd_r) < 0)
		return -1;
	if (*fd_r < 0) {
		errno = EPROTO;
		return -1;
	}
	*pid_r = answer.pid;
	return 0;
}

int
priv_kill(pid_t pid)
{
	struct priv_request request = { .op = PRIV_KILL, .pid = pid };
	struct priv_answer answer;
	int fd;

	return ask(&request, &answer, &fd);
}
