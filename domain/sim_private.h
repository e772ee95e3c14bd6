/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of the simulator's file, and orders. */
#ifndef XAPID_DOMAIN_SIM_PRIVATE_H
#define XAPID_DOMAIN_SIM_PRIVATE_H

#include <stdint.h>

#include "domain/domain.h"

#define SIM_DOMAINS 32768u /* a hash table: keep it at most half full */
#define SIM_DEVICES 24
#define SIM_DEVICE_NAME 12

enum sim_state { SIM_NEVER, SIM_GONE, SIM_PAUSED, SIM_RUNNING };

struct sim_domain {
	char uuid[40];
	uint32_t state; /* enum sim_state */
	uint32_t domid;
	int64_t memory;  /* bytes */
	int64_t started; /* seconds since 1970 */
	uint32_t vcpus;
	char devices[SIM_DEVICES][SIM_DEVICE_NAME]; /* "" is a free place */
};

struct sim_world {
	uint64_t magic;
	uint32_t next_domid;
	/* Orders of sim-fail: the next `count` operations named `op` ("*": any)
	 * do `what`. */
	struct sim_order {
		char op[16];
		char what[16];
		uint32_t count;
		uint32_t skip; /* operations that pass before */
	} orders[8];
	struct sim_domain domains[SIM_DOMAINS];
};

struct sim {
	int fd;
	struct sim_world *world;
};

struct sim_domain *sim_find(struct sim *s, const char *uuid);
domain_fn sim_order;
/* What an order wants done with this operation: NULL (nothing), or "error",
 * "exit", "abort", "hang", "wrong", "half". */
const char *sim_order_for(struct sim *s, const char *op);

#endif
