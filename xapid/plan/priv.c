/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's half: asks its parent. */
#include "plan/priv.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/packet.h"
#include "lib/proc.h"
#include "plan/priv_private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int parent = -1;

void
priv_set_parent(int sock)
{
	parent = sock;
}

static int
ask(const struct priv_request *request, const int *fds, unsigned nfds,
    struct priv_answer *answer, int *fd_r)
{
	unsigned got;
	int rc;

	*fd_r = -1;
	pthread_mutex_lock(&lock);
	rc = packet_send(parent, request, sizeof(*request), fds, nfds, 0);
	if (rc == 0)
		rc = packet_receive(parent, answer, sizeof(*answer), fd_r, 1,
		    &got, 0);
	pthread_mutex_unlock(&lock);
	if (rc == 0 && answer->error) {
		if (*fd_r >= 0)
			close(*fd_r);
		errno = answer->error;
		rc = -1;
	}
	return rc;
}

/* A request that is answered with a process and a descriptor. */
static int
ask_for_process(const struct priv_request *request, const int *fds,
    unsigned nfds, int *fd_r, pid_t *pid_r)
{
	struct priv_answer answer;

	if (parent < 0) {
		errno = ENOTCONN;
		return -1;
	}
	if (ask(request, fds, nfds, &answer, fd_r) < 0)
		return -1;
	if (*fd_r < 0) {
		errno = EPROTO;
		return -1;
	}
	*pid_r = answer.pid;
	return 0;
}

int
priv_spawn(enum priv_worker worker, int *fd_r, pid_t *pid_r)
{
	struct priv_request request = { .op = PRIV_SPAWN, .worker = worker };

	return ask_for_process(&request, NULL, 0, fd_r, pid_r);
}

int
priv_kill(pid_t pid)
{
	struct priv_request request = { .op = PRIV_KILL, .pid = pid };
	struct priv_answer answer;
	int fd;

	return ask(&request, NULL, 0, &answer, &fd);
}

int
priv_power(enum priv_power how)
{
	struct priv_request request = { .op = PRIV_POWER, .power = how };
	struct priv_answer answer;
	int fd;

	if (parent < 0) {
		errno = ENOTCONN;
		return -1;
	}
	return ask(&request, NULL, 0, &answer, &fd);
}

int
priv_hostname(const char *name)
{
	struct priv_request request = { .op = PRIV_HOSTNAME };
	struct priv_answer answer;
	int fd;

	if (parent < 0 || strlen(name) >= sizeof(request.name)) {
		errno = parent < 0 ? ENOTCONN : ENAMETOOLONG;
		return -1;
	}
	memcpy(request.name, name, strlen(name) + 1);
	return ask(&request, NULL, 0, &answer, &fd);
}

/* ---- programs ---- */

/* NULL at the end of texts; -1 and E2BIG for too many. */
static int
put_texts(struct bytes *b, const char *const texts[], uint32_t *n_r)
{
	for (*n_r = 0; texts && texts[*n_r]; ++*n_r)
		if (*n_r == PRIV_RUN_TEXTS) {
			errno = E2BIG;
			return -1;
		} else {
			bytes_put(b, texts[*n_r], strlen(texts[*n_r]) + 1);
		}
	return 0;
}

/* The texts in a memory file. */
static int
pack_texts(const char *const argv[], const char *const env[],
    struct priv_request *request)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	CLEANUP_FD int fd = -1;

	if (put_texts(&b, argv, &request->nargs) < 0 ||
	    put_texts(&b, env, &request->nenv) < 0)
		return -1;
	if (b.failed || b.len > PRIV_RUN_BYTES) {
		errno = b.failed ? ENOMEM : E2BIG;
		return -1;
	}
	fd = memfd_create("xapid-arguments", MFD_CLOEXEC);
	if (fd < 0 || file_write_full(fd, b.p, b.len) < 0)
		return -1;
	return STEAL_FD(fd);
}

static int
start_program(const char *const argv[], const char *const env[],
    const int stdio[3], pid_t *pid_r, int *end_r)
{
	struct priv_request request = { .op = PRIV_RUN };
	CLEANUP_FD int texts = pack_texts(argv, env, &request);
	const int fds[PRIV_RUN_FDS] = { texts, stdio[0], stdio[1], stdio[2] };

	if (texts < 0)
		return -1;
	return ask_for_process(&request, fds, PRIV_RUN_FDS, end_r, pid_r);
}

static void
kill_program(pid_t pid)
{
	(void)priv_kill(pid);
}

const struct proc_starter priv_starter = { start_program, kill_program };
