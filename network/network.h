/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks of a host, inside the worker process xapid-network only. Operations
 * are plain, synchronous and repeatable (xapid/worker/op.h).
 *
 * Two arguments say the same everywhere: bridge, and managed (else true): one
 * that is not managed is the host's own, and neither made nor removed. */
#ifndef XAPID_NETWORK_H
#define XAPID_NETWORK_H

#include "network/link.h"
#include "worker/op.h"

struct network_driver {
	const char *name;
	/* args: bridge. With all that is on it, and if it is there. */
	op_fn *bridge_destroy;
	/* args: bridge, mtu. Of one that is there. */
	op_fn *bridge_mtu;
	/* args: interface (of a guest), bridge, bridge_mtu, mtu. A bridge that
	 * is not there is made. mode "disabled": it is on none, and down. */
	op_fn *join;
	/* args: interface, which may be gone; bridge, which is removed when
	 * nothing is left on it (keep: not even then). */
	op_fn *leave;
};

extern const struct network_driver network_bridge, network_simulator;

/* ---- for the operations (bridge.c) ---- */

/* A name that the kernel and sysfs take without surprise, or NULL, raised. */
const char *network_name(struct op *op, const char *argument);
/* Raises what errno says of a link. -1. */
int network_fail(struct op *op, const char *link);

#endif
