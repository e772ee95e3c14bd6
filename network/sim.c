/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simulated networks carry nothing: every request goes well. */
#include "network/network.h"

static int
nothing(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

const struct network_driver network_simulator = {
	.name = "simulator",
	.bridge_destroy = nothing,
	.bridge_mtu = nothing,
	.join = nothing,
	.leave = nothing,
	.uplink = nothing,
	.downlink = nothing,
	.nics = nothing,
};
