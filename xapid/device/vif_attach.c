/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/vif_attach.h"

#include <stdio.h>
#include <string.h>

#include "vm/vm_domain_args.h"

static struct value
text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

int
vif_join_one(struct plan *p, const struct vif *vif, const char *interface)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, vif->network);
	const struct network *network = (const struct network *)r;
	struct value_member m[] = {
		{ "op", text("join") },
		{ "uuid", text(vif->uuid) },
		{ "interface", text(interface) },
		{ "bridge", text(network ? network->bridge : "") },
		{ "mtu",
		    { .kind = VALUE_INT,
			.i = vif->MTU > 0 ? vif->MTU
			    : network     ? network->MTU
					  : 1500 } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = sizeof(m) / sizeof(*m),
		.members = m };

	return network ? plan_send_to(p, PLAN_NETWORK, NULL, &body) : -1;
}

/* The interface noted for a device, in the arena; NULL: none was. */
static const char *
noted(struct plan *p, const char *device)
{
	const char *line = plan_arg(p, "interfaces");
	char name[32], interface[32];
	int n;

	for (; sscanf(line, "%31s %31s\n%n", name, interface, &n) == 2;
	     line += n)
		if (strcmp(name, device) == 0)
			return arena_strdup(p->call->arena, interface);
	return NULL;
}

int
vif_join_all(struct plan *p, const struct vm *vm)
{
	const struct ref *vifs = vm->VIFs.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < vm->VIFs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);
		const struct vif *vif = (const struct vif *)r;
		const char *interface =
		    vif ? noted(p, vif_device_name(p->call->arena, vif)) : NULL;

		if (interface)
			rc = vif_join_one(p, vif, interface);
	}
	return rc;
}
