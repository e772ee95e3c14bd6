/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simulated networks carry nothing, but it is known what is on which bridge.
 * That stands in a mapped file of the state folder, which outlives a worker
 * that dies, as the kernel would; so do the failures that tests order. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "network/network.h"
#include "worker/obey.h"

#define FORM 2 /* changes with what follows */
#define PORTS 16384

static struct world {
	uint32_t form, used; /* of ports: those behind were never used */
	struct obey_orders orders;
	struct port {
		char name[24];   /* an interface, a card, or "eth0.5" */
		char bridge[16]; /* "": nothing stands here */
	} ports[PORTS];
} * world; /* one a process */

int
network_sim_open(const char *state)
{
	char path[4096];
	CLEANUP_FD int fd = -1;

	if ((size_t)snprintf(path, sizeof(path), "%s/network.sim", state) >=
	    sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*world)) < 0)
		return -1;
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (world == MAP_FAILED)
		return -1;
	if (world->form != FORM || world->used > PORTS) {
		memset(world, 0, sizeof(*world));
		world->form = FORM;
	}
	return 0;
}

/* ---- what is on which bridge ---- */

static struct port *
find(const char *name)
{
	for (uint32_t i = 0; i < world->used; i++)
		if (*world->ports[i].bridge &&
		    strcmp(world->ports[i].name, name) == 0)
			return &world->ports[i];
	return NULL;
}

static struct port *
empty(void)
{
	for (uint32_t i = 0; i < world->used; i++)
		if (!*world->ports[i].bridge)
			return &world->ports[i];
	return world->used < PORTS ? &world->ports[world->used++] : NULL;
}

static int
put(struct op *op, const char *name, const char *bridge)
{
	struct port *p = find(name);

	if (!p)
		p = empty();
	if (!p)
		return op_fail(op, "INTERNAL_ERROR",
		    "No more interfaces can be simulated", NULL);
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->bridge, sizeof(p->bridge), "%s", bridge);
	return 0;
}

static void
take(const char *name)
{
	struct port *p = find(name);

	if (p)
		p->bridge[0] = '\0';
}

static int
join(void *context, struct op *op)
{
	const char *name = network_name(op, "interface");
	const char *bridge = name ? network_name(op, "bridge") : NULL;

	(void)context;
	if (!bridge)
		return -1;
	if (strcmp(op_text(op, "mode", ""), "disabled") != 0)
		return put(op, name, bridge);
	take(name);
	return 0;
}

static int
leave(void *context, struct op *op)
{
	(void)context;
	take(op_text(op, "interface", ""));
	return 0;
}

static const char *
uplink_name(struct op *op)
{
	int64_t vlan = op_int(op, "vlan", -1);
	const char *device = network_name(op, "device");

	return device && vlan >= 0
	    ? arena_printf(op->arena, "%s.%lld", device, (long long)vlan)
	    : device;
}

static int
uplink(void *context, struct op *op)
{
	const char *name = uplink_name(op);
	const char *bridge = name ? network_name(op, "bridge") : NULL;

	(void)context;
	return bridge ? put(op, name, bridge) : -1;
}

static int
downlink(void *context, struct op *op)
{
	const char *name = uplink_name(op);

	(void)context;
	if (!name)
		return -1;
	take(name);
	return 0;
}

static int
nothing(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

/* A text for each port: "vif5.0 xapi1". */
static int
list(void *context, struct op *op)
{
	struct value *all =
	    arena_array(op->arena, world->used + 1, sizeof(*all));
	struct value_member m = { "ports", { .kind = VALUE_ARRAY } };

	(void)context;
	for (uint32_t i = 0; all && i < world->used; i++) {
		const struct port *p = &world->ports[i];
		const char *line = *p->bridge
		    ? arena_printf(op->arena, "%s %s", p->name, p->bridge)
		    : NULL;

		if (line)
			all[m.value.n++] = value_of_text(line);
	}
	m.value.items = all;
	return all ? op_answer(op, &m, 1) : op_fail_nomem(op);
}

/* ---- failures by order ---- */

static int
order(void *context, struct op *op)
{
	(void)context;
	return obey_add(&world->orders, op);
}

const char *
network_sim_order_for(void *context, const char *op)
{
	(void)context;
	return obey_due(&world->orders, op);
}

const struct network_driver network_simulator = {
	.name = "simulator",
	.bridge_destroy = nothing,
	.bridge_mtu = nothing,
	.join = join,
	.leave = leave,
	.uplink = uplink,
	.downlink = downlink,
	.bond = nothing,
	.bond_destroy = nothing,
	.bridge_create = nothing,
	.address = nothing,
	.addresses = nothing,
	.nics = nothing,
	.property = nothing,
	.list = list,
	.order = order,
};
