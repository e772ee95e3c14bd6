/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Failures by order, for tests: the next operations of a kind end in one of the
 * ways of worker/obey.h, or with what = "fault:KIND:N:ERROR" meet a system call
 * that fails or that they do not outlive (lib/fault.h). Orders lie in a file:
 * there are many workers, and one that died is followed by another. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "storage/sim_orders.h"
#include "worker/obey.h"

#define MOST 8

struct order {
	char of[24], what[40];
	uint32_t skip, count;
};

static char path[4096]; /* "": not a simulated host */

void
sim_orders_open(const char *state)
{
	snprintf(path, sizeof(path), "%s/storage.orders", state);
}

/* The file, locked. */
static int
open_orders(int flags, struct order all[MOST])
{
	int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
	ssize_t n;

	memset(all, 0, MOST * sizeof(*all));
	if (fd < 0)
		return -1;
	n = flock(fd, LOCK_EX) < 0 ? -1
				   : pread(fd, all, MOST * sizeof(*all), 0);
	if (n < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
sim_order(void *context, struct op *op)
{
	const char *what = op_text(op, "what", "");
	struct order all[MOST];
	CLEANUP_FD int fd = *path ? open_orders(O_CREAT, all) : -1;
	struct order *o = all;

	(void)context;
	if (fd < 0)
		return op_fail(op, "NOT_IMPLEMENTED", "order", NULL);
	if (strcmp(what, "none") == 0) {
		(void)unlink(path);
		return 0;
	}
	if (!obey_kind(what) && strncmp(what, "fault:", 6) != 0)
		return op_fail(op, "INVALID_VALUE", "what", what, NULL);
	while (o < all + MOST && o->count)
		o++;
	if (o == all + MOST)
		return op_fail(op, "INVALID_VALUE", "count",
		    "too many orders at once", NULL);
	snprintf(o->of, sizeof(o->of), "%s", op_text(op, "of", "*"));
	snprintf(o->what, sizeof(o->what), "%s", what);
	o->skip = (uint32_t)op_int(op, "skip", 0);
	o->count = (uint32_t)op_int(op, "count", 1);
	return pwrite(fd, all, sizeof(all), 0) == (ssize_t)sizeof(all)
	    ? 0
	    : op_fail_errno(op, "INTERNAL_ERROR", path);
}

const char *
sim_order_for(void *context, const char *op)
{
	static struct order found;
	struct order all[MOST];
	CLEANUP_FD int fd = *path ? open_orders(0, all) : -1;
	bool due = false;

	(void)context;
	fault_disarm();
	for (struct order *o = all; fd >= 0 && !due && o < all + MOST; o++) {
		if (!o->count ||
		    (strcmp(o->of, "*") != 0 && strcmp(o->of, op) != 0))
			continue;
		due = !o->skip;
		found = *o;
		o->count -= due;
		o->skip -= !due;
	}
	if (fd < 0 || pwrite(fd, all, sizeof(all), 0) != (ssize_t)sizeof(all) ||
	    !due)
		return NULL;
	if (strncmp(found.what, "fault:", 6) != 0)
		return found.what;
	(void)fault_arm_text(found.what + 6);
	return NULL;
}
