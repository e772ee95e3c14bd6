/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks of a host, inside the worker process xapid-network only. Operations
 * are plain, synchronous and repeatable (xapid/worker/op.h). */
#ifndef XAPID_NETWORK_H
#define XAPID_NETWORK_H

#include "worker/op.h"

struct network_driver {
	const char *name;
	/* args: bridge, mtu. One that is there is no error. */
	op_fn *bridge_create;
	/* args: bridge. One that is not there is no error. */
	op_fn *bridge_destroy;
	/* args: interface (of a guest), bridge, mtu. A bridge that is not there
	 * is made. */
	op_fn *join;
	/* args: interface. One that is not there is no error. */
	op_fn *leave;
};

extern const struct network_driver network_bridge, network_simulator;

/* ---- links of the kernel (link.c): 0, or -1 and errno ---- */
int link_make_bridge(const char *name);
int link_remove(unsigned index);
/* master 0: none. */
int link_set_master(unsigned index, unsigned master);
int link_set_mtu(unsigned index, uint32_t mtu);
int link_set_up(unsigned index);

#endif
