/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-network: bridges, and which interface is on which. It needs
 * CAP_NET_ADMIN and no files. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "network/network.h"
#include "worker/worker.h"

static const struct op_row {
	const char *name;
	size_t offset; /* of the function in struct network_driver */
} op_table[] = {
	{ "bridge_create", offsetof(struct network_driver, bridge_create) },
	{ "bridge_destroy", offsetof(struct network_driver, bridge_destroy) },
	{ "join", offsetof(struct network_driver, join) },
	{ "leave", offsetof(struct network_driver, leave) },
};

static op_fn *
find_op(struct worker *w, const char *name)
{
	for (size_t i = 0; i < sizeof(op_table) / sizeof(op_table[0]); i++)
		if (strcmp(op_table[i].name, name) == 0)
			return *(op_fn *const *)((const char *)w->context +
			    op_table[i].offset);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct worker w = { .find = find_op };

	log_open("stderr", "xapid-network", LOG_L_INFO);
	if (argc == 3 && strcmp(argv[1], "simulator") == 0) {
		w.context = (void *)(uintptr_t)&network_simulator;
	} else if (argc == 3 && strcmp(argv[1], "real") == 0) {
		w.context = (void *)(uintptr_t)&network_bridge;
	} else {
		fprintf(stderr,
		    "xapid-network is started by xapid: "
		    "xapid-network simulator|real STATE-FOLDER\n");
		return 2;
	}
	return worker_serve(&w);
}
