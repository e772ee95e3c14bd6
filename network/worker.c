/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xapid-network: bridges, and which interface is on which. It needs
 * CAP_NET_ADMIN, netlink, and of files only what /sys says to everybody. */
#include <linux/capability.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/sandbox.h"
#include "network/follow.h"
#include "network/lease.h"
#include "network/network.h"
#include "worker/worker.h"

static const struct op_row {
	const char *name;
	size_t offset; /* of the function in struct network_driver */
} op_table[] = {
	{ "bridge_destroy", offsetof(struct network_driver, bridge_destroy) },
	{ "bridge_mtu", offsetof(struct network_driver, bridge_mtu) },
	{ "join", offsetof(struct network_driver, join) },
	{ "leave", offsetof(struct network_driver, leave) },
	{ "uplink", offsetof(struct network_driver, uplink) },
	{ "downlink", offsetof(struct network_driver, downlink) },
	{ "bond", offsetof(struct network_driver, bond) },
	{ "bond_destroy", offsetof(struct network_driver, bond_destroy) },
	{ "bridge_create", offsetof(struct network_driver, bridge_create) },
	{ "address", offsetof(struct network_driver, address) },
	{ "addresses", offsetof(struct network_driver, addresses) },
	{ "property", offsetof(struct network_driver, property) },
	{ "nics", offsetof(struct network_driver, nics) },
	{ "list", offsetof(struct network_driver, list) },
	{ "order", offsetof(struct network_driver, order) },
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

/* Started by root it becomes the user that the daemon runs as: whose the
 * folder of its state is. */
static int
give_up(const char *state)
{
	struct sandbox_user user = { 0 };
	const struct passwd *pw;
	struct stat st;

	if (follow_open() < 0)
		return -1;
	if (geteuid() != 0)
		return sandbox_filter(SANDBOX_NETWORK);
	if (lease_open() < 0)
		return -1;
	if (stat(state, &st) == 0 && st.st_uid != 0 &&
	    (pw = getpwuid(st.st_uid)))
		user = (struct sandbox_user){ pw->pw_name, pw->pw_uid,
			pw->pw_gid };
	if (sandbox_keep_capability(&user, CAP_NET_ADMIN) < 0)
		return -1;
	return sandbox_filter(SANDBOX_NETWORK);
}

int
main(int argc, char **argv)
{
	struct worker w = { .find = find_op };

	log_open("stderr", "xapid-network", LOG_L_INFO);
	if (argc == 3 && strcmp(argv[1], "simulator") == 0) {
		w.context = (void *)(uintptr_t)&network_simulator;
		w.order = network_sim_order_for;
		w.sandbox = true;
		if (network_sim_open(argv[2]) < 0) {
			log_err("%s: %m", argv[2]);
			return 1;
		}
	} else if (argc == 3 && strcmp(argv[1], "real") == 0) {
		w.context = (void *)(uintptr_t)&network_bridge;
	} else {
		fprintf(stderr,
		    "xapid-network is started by xapid: "
		    "xapid-network simulator|real STATE-FOLDER\n");
		return 2;
	}
	if (!w.sandbox && give_up(argv[2]) < 0) {
		log_err("cannot give up rights: %m");
		return 1;
	}
	if (!w.sandbox && follow_start() < 0)
		log_err("changes of addresses are not heard: %m");
	return worker_serve(&w);
}
