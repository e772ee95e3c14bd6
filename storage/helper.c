/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/aside.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "lib/packet.h"
#include "lib/sandbox.h"
#include "storage/job.h"
#include "storage/keeper.h"
#include "storage/kernel.h"
#include "storage/nbd.h"

#define MAX_FD 256 /* above all that a helper has */

static int line = -1; /* to the other of the two */

/* ---- its half ---- */

static bool
is_sound(const struct helper_request *r, unsigned nfds)
{
	if (memchr(r->name, '\0', sizeof(r->name)) == NULL ||
	    (unsigned)r->format >= VOLUME_FORMATS ||
	    (unsigned)r->lowest >= VOLUME_FORMATS ||
	    (unsigned)r->to >= VOLUME_FORMATS || r->layers > VOLUME_LAYERS)
		return false;
	if (r->op == HELPER_SERVE)
		return nbd_is_name(r->name) && nfds == KEEPER_FDS + r->layers;
	if (r->op == HELPER_CONVERT)
		return nfds == JOB_FDS + r->layers;
	if (r->op == HELPER_COMMIT)
		return r->layers > 0 && nfds == 2 + r->layers;
	if (r->op == HELPER_TAKE)
		return nfds == KERNEL_FDS &&
		    memchr(r->files[0].path, '\0', HELPER_PATH) &&
		    memchr(r->files[1].path, '\0', HELPER_PATH);
	return nfds == 0 &&
	    (r->op == HELPER_END || (r->device >= 0 && nbd_is_name(r->name)));
}

static int
carry_out(const struct helper_request *r, const int *fds, unsigned nfds,
    struct helper_answer *answer)
{
	if (!is_sound(r, nfds)) {
		errno = EINVAL;
		return -1;
	}
	if (r->op == HELPER_SERVE) {
		answer->device = keeper_start(r, fds, nfds);
		return answer->device < 0 ? -1 : 0;
	}
	if (r->op == HELPER_CONVERT || r->op == HELPER_COMMIT ||
	    r->op == HELPER_TAKE)
		return job_start(r, fds);
	if (r->op == HELPER_END)
		return job_end(r->kill, &answer->status);
	if (r->op != HELPER_DISCONNECT) {
		errno = ENODEV;
		return -1;
	}
	return nbd_disconnect(r->device, r->name);
}

void
helper_keep_only(const int *fds, unsigned nfds)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < MAX_FD; fd++) {
		bool needed = false;

		for (unsigned i = 0; i < nfds; i++)
			needed |= fds[i] == fd;
		if (!needed)
			close(fd);
	}
}

/* CAP_SYS_ADMIN is what the kernel's nbd asks for; the others are to become
 * somebody without any, and to end such a one. */
static int
give_up(bool real)
{
	static const struct sandbox_user nobody = { 0 };

	if (real && geteuid() == 0 &&
	    sandbox_keep_capabilities(&nobody,
		SANDBOX_CAP(CAP_SYS_ADMIN) | SANDBOX_CAP(CAP_SETUID) |
		    SANDBOX_CAP(CAP_SETGID) | SANDBOX_CAP(CAP_KILL)) < 0)
		return -1;
	return sandbox_filter(SANDBOX_STARTER);
}

static _Noreturn void
serve(void)
{
	struct helper_request r;
	int fds[HELPER_FDS];
	unsigned nfds;

	while (packet_receive(line, &r, sizeof(r), fds, HELPER_FDS, &nfds, 0) ==
	    0) {
		struct helper_answer answer = { 0 };

		if (carry_out(&r, fds, nfds, &answer) < 0)
			answer.error = errno ? errno : EIO;
		while (nfds)
			close(fds[--nfds]);
		if (packet_send(line, &answer, sizeof(answer), NULL, 0, 0) < 0)
			break;
	}
	_exit(0); /* the worker has ended */
}

/* ---- the worker's half ---- */

int
helper_start(bool real)
{
	pid_t pid = aside_split("xapid-helper", &line);

	if (pid == 0) {
		if (give_up(real) < 0)
			_exit(1);
		serve();
	}
	return pid < 0 ? -1 : 0;
}

int
helper_ask(const struct helper_request *r, const int *fds, unsigned nfds,
    struct helper_answer *answer_r)
{
	unsigned none;
	bool there;

	if (line < 0 && helper_start(false) < 0)
		return -1;
	there = packet_send(line, r, sizeof(*r), fds, nfds, 0) == 0;
	moment("worker", "helper", "is asked");
	if (!there ||
	    packet_receive(line, answer_r, sizeof(*answer_r), NULL, 0, &none,
		0) < 0) {
		log_err("The helper of the storage worker is gone");
		_exit(1);
	}
	errno = answer_r->error;
	return answer_r->error ? -1 : 0;
}
