/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order (worker/obey.h) of storage workers. There are many, and one
 * that died is followed by another: the orders lie in a file under a lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "storage/sim_orders.h"
#include "worker/obey.h"

static char path[4096]; /* "": not a simulated host */

void
sim_orders_open(const char *state)
{
	snprintf(path, sizeof(path), "%s/storage.orders", state);
}

/* The file, locked. */
static int
open_orders(int flags, struct obey_orders *all)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);

	memset(all, 0, sizeof(*all));
	if (fd < 0 || flock(fd, LOCK_EX) < 0 ||
	    pread(fd, all, sizeof(*all), 0) < 0)
		return -1;
	return STEAL_FD(fd);
}

static int
write_orders(int fd, const struct obey_orders *all)
{
	return pwrite(fd, all, sizeof(*all), 0) == (ssize_t)sizeof(*all) ? 0
									 : -1;
}

int
sim_order(void *context, struct op *op)
{
	struct obey_orders all;
	CLEANUP_FD int fd = *path ? open_orders(O_CREAT, &all) : -1;

	(void)context;
	if (fd < 0)
		return op_fail(op, "NOT_IMPLEMENTED", "order", NULL);
	if (obey_add(&all, op) < 0)
		return -1;
	return write_orders(fd, &all) == 0
	    ? 0
	    : op_fail_errno(op, "INTERNAL_ERROR", path);
}

const char *
sim_order_for(void *context, const char *op)
{
	static struct obey_orders all; /* the answer points into it */
	CLEANUP_FD int fd = *path ? open_orders(0, &all) : -1;
	struct obey_orders before = all;
	const char *what;

	(void)context;
	if (fd < 0)
		return NULL;
	what = obey_due(&all, op);
	if (memcmp(&before, &all, sizeof(all)) != 0 &&
	    write_orders(fd, &all) < 0)
		return NULL;
	return what;
}
