/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn a domain is, across processes. A worker that was killed may still
 * be in the kernel while another one is asked to do the same: the two would
 * each see that there is no domain yet and both make one. So an operation
 * that changes a domain holds a lock that the kernel keeps until the last
 * process of its worker has gone. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"

#define TURN_SECONDS 120

/* They change nothing that others look at, or only wait. */
static const char *const without[] = { "connect", "stats", "list", "host" };

/* ---- helpers ---- */

static bool is_helper;

/* In what libxl forks: what saves, restores or destroys for a worker ends with
 * it. A QEMU is the child of such a process, and stays. */
static void
in_child(void)
{
	if (!is_helper)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	is_helper = true;
}

/* ---- the lock ---- */

int
xl_turn_open(struct xl *x)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/domain.lock", x->state_dir);
	x->turns = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (x->turns < 0)
		return -1;
	return pthread_atfork(NULL, NULL, in_child) ? -1 : 0;
}

/* Each VM has a byte of the file, which stays empty. Two that have the same
 * one wait for each other: no harm. */
static struct flock
place_of(const char *uuid, short type)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (const char *s = uuid; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	return (struct flock){ .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)(hash >> 2),
		.l_len = 1 };
}

static bool
needs_none(const struct op *op)
{
	if (!*op->uuid)
		return true;
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (strcmp(op->name, without[i]) == 0)
			return true;
	return false;
}

int
xl_turn_take(void *context, struct op *op)
{
	struct xl *x = context;
	struct flock lock = place_of(op->uuid, F_WRLCK);
	int64_t deadline = xl_deadline(TURN_SECONDS);

	if (needs_none(op))
		return 0;
	while (fcntl(x->turns, F_OFD_SETLK, &lock) < 0) {
		if (xl_again(op, deadline))
			continue;
		return op_cancelled(op)
		    ? op_fail(op, "TASK_CANCELLED", NULL)
		    : op_fail(op, "INTERNAL_ERROR",
			  "An earlier operation on this domain does not end",
			  NULL);
	}
	return 0;
}

void
xl_turn_give(void *context, const struct op *op)
{
	struct xl *x = context;
	struct flock lock = place_of(op->uuid, F_UNLCK);

	if (!needs_none(op))
		(void)fcntl(x->turns, F_OFD_SETLK, &lock);
}
