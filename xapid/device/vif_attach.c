/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/vif_attach.h"

#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "net/net_plan.h"
#include "net/pif.h"
#include "vm/start/vm_domain_args.h"

/* ---- one interface ---- */

static bool
is_on(const struct map *m, const char *key)
{
	const char *value = builder_find(m, key);

	return value &&
	    (strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

static struct value
texts(struct plan *p, const struct set *set)
{
	struct value *items =
	    arena_array(p->call->arena, set->n + 1, sizeof(*items));
	const char *const *all = set->items;

	for (uint32_t i = 0; items && i < set->n; i++)
		items[i] = (struct value){ .kind = VALUE_STRING,
			.n = (uint32_t)strlen(all[i]),
			.s = all[i] };
	return (struct value){ .kind = VALUE_ARRAY,
		.n = items ? set->n : 0,
		.items = items };
}

/* The way out of its host that the network has, if it is not up. */
static int
uplink(struct plan *p, const struct vif *vif)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_VM, vif->VM);

	return r ? pif_send_needed(p, vif->network,
		       ((const struct vm *)r)->resident_on)
		 : -1;
}

int
vif_join_one(struct plan *p, const struct vif *vif, const char *interface)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_network, vif->network);
	const struct network *net = (const struct network *)r;
	enum vif_locking_mode mode;
	struct value v4, v6;

	if (!net || uplink(p, vif) < 0)
		return -1;
	mode = vif_effective_locking(vif, net);
	v4 = texts(p, &vif->ipv4_allowed);
	v6 = texts(p, &vif->ipv6_allowed);
	return net_send(p, NULL, net, "join", "interface", interface, "mac",
	    vif->MAC, "*ipv4_allowed", &v4, "*ipv6_allowed", &v6, "#mtu",
	    vif->MTU > 0 ? vif->MTU : net->MTU, "mode",
	    enum_info_vif_locking_mode.values[mode], "?promiscuous",
	    (int)is_on(&vif->other_config, "promiscuous"), NULL);
}

int
vif_note_joined(struct tx *t, struct ref ref)
{
	const struct vif *vif = TX_GET(t, VIF, vif, ref);
	const struct vm *vm = vif ? TX_GET(t, VM, vm, vif->VM) : NULL;

	return vm ? pif_note_needed(t, vif->network, vm->resident_on) : 0;
}

int
vif_leave_one(struct plan *p, const struct vif *vif, const char *interface)
{
	RECORD_UNREF const struct record *r =
	    db_get(p->core->db, CLASS_network, vif->network);
	const struct network *net = (const struct network *)r;

	return net && *net->bridge
	    ? net_send(p, NULL, net, "leave", "interface", interface, "?keep",
		  (int)(net->PIFs.n > 0), NULL)
	    : 0;
}

const char *
vif_interface_name(struct arena *a, const struct vm *vm, const struct vif *vif)
{
	const char *name = vm->domid < 0
	    ? ""
	    : arena_printf(a, "vif%lld.%.8s", (long long)vm->domid,
		  vif->device);

	return name ? name : "";
}

/* ---- all of a VM ---- */

void
vif_reserve(struct tx *t, const struct vm *vm, bool reserved)
{
	const struct ref *refs = vm->VIFs.items;

	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, refs[i]);

		if (vif && vif->reserved != reserved)
			TX_SET(t, VIF, vif, refs[i], reserved, reserved);
	}
}

/* The interface noted for a device, in the arena; NULL: none was. */
static const char *
noted(struct plan *p, const struct vm *vm, const struct vif *vif)
{
	const char *device = vif_device_name(p->call->arena, vif);
	const char *line = plan_arg(p, "interfaces");
	char name[32], interface[32];
	int n;

	(void)vm;
	for (; sscanf(line, "%31s %31s\n%n", name, interface, &n) == 2;
	     line += n)
		if (strcmp(name, device) == 0)
			return arena_strdup(p->call->arena, interface);
	return NULL;
}

bool
vif_is_noted(struct plan *p, const struct vif *vif)
{
	return noted(p, NULL, vif) != NULL;
}

static const char *
present(struct plan *p, const struct vm *vm, const struct vif *vif)
{
	return vif_interface_name(p->call->arena, vm, vif);
}

static int
each(struct plan *p, const struct vm *vm,
    const char *(*name)(struct plan *, const struct vm *, const struct vif *),
    int (*send)(struct plan *, const struct vif *, const char *))
{
	const struct ref *vifs = vm->VIFs.items;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < vm->VIFs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_VIF, vifs[i]);
		const struct vif *vif = (const struct vif *)r;
		const char *interface = vif ? name(p, vm, vif) : NULL;

		if (interface)
			rc = send(p, vif, interface);
	}
	return rc;
}

int
vif_join_all(struct plan *p, const struct vm *vm)
{
	return each(p, vm, noted, vif_join_one);
}

int
vif_leave_noted(struct plan *p, const struct vm *vm)
{
	return each(p, vm, noted, vif_leave_one);
}

int
vif_leave_all(struct plan *p, const struct vm *vm)
{
	return each(p, vm, present, vif_leave_one);
}
