/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of simulated domains: names in places. */
#include <stdio.h>
#include <string.h>

#include "domain/sim/sim_private.h"
#include "worker/worker.h"

static char *
find_device(struct sim_domain *d, const char *name)
{
	for (size_t i = 0; i < SIM_DEVICES; i++)
		if (strcmp(d->devices[i], name) == 0)
			return d->devices[i];
	return NULL;
}

/* The place of the device that the operation is about, or NULL, raised. */
static char *
need_device(struct sim *s, struct op *op)
{
	const char *name = op_text(op, "device", "");
	struct sim_domain *d = sim_need(s, op);
	char *slot = d && *name ? find_device(d, name) : NULL;

	if (d && !slot)
		op_fail(op, "INVALID_DEVICE", name, NULL);
	return slot;
}

static int
put_device(struct op *op, struct sim_domain *d, const char *name)
{
	char *slot;

	if (!*name || strlen(name) >= SIM_DEVICE_NAME)
		return op_fail(op, "INVALID_DEVICE", name, NULL);
	if (find_device(d, name))
		return 0;
	slot = find_device(d, "");
	if (!slot)
		return op_fail(op, "INVALID_DEVICE", name, NULL);
	snprintf(slot, SIM_DEVICE_NAME, "%s", name);
	return 0;
}

int
sim_give_devices(struct op *op, struct sim_domain *d)
{
	const struct value *all = op_list(op, "devices");

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n; i++)
		if (put_device(op, d,
			value_text(&all->items[i], "device", "")) < 0)
			return -1;
	return 0;
}

/* "vif5.0"; NULL: no memory. */
static const char *
interface_of(struct op *op, const struct sim_domain *d, const char *device)
{
	return arena_printf(op->arena, "vif%u.%s", d->domid,
	    strchr(device, '/') + 1);
}

static bool
is_interface(const char *device)
{
	return strncmp(device, "vif/", 4) == 0;
}

int
sim_interfaces(struct op *op, const struct sim_domain *d, struct value *out)
{
	struct value *items =
	    arena_array(op->arena, SIM_DEVICES, sizeof(*items));
	uint32_t n = 0;

	for (size_t i = 0; items && i < SIM_DEVICES; i++) {
		struct value_member *m;
		const char *name;

		if (!is_interface(d->devices[i]))
			continue;
		m = arena_array(op->arena, 2, sizeof(*m));
		name = interface_of(op, d, d->devices[i]);
		if (!m || !name)
			return op_fail_nomem(op);
		m[0] = (struct value_member){ "device",
			value_of_text(d->devices[i]) };
		m[1] =
		    (struct value_member){ "interface", value_of_text(name) };
		items[n] = (struct value){ .kind = VALUE_STRUCT,
			.n = 2,
			.members = m };
		n++;
	}
	if (!items)
		return op_fail_nomem(op);
	*out = (struct value){ .kind = VALUE_ARRAY, .n = n, .items = items };
	return 0;
}

int
sim_plug(void *context, struct op *op)
{
	const char *name = op_text(op, "device", "");
	struct sim_domain *d = sim_need(context, op);
	struct value_member m = { "interface", { .kind = VALUE_NIL } };

	if (!d || put_device(op, d, name) < 0)
		return -1;
	if (!is_interface(name))
		return 0;
	name = interface_of(op, d, name);
	if (!name)
		return op_fail_nomem(op);
	m.value = value_of_text(name);
	return op_answer(op, &m, 1);
}

int
sim_unplug(void *context, struct op *op)
{
	const char *name = op_text(op, "device", "");
	struct sim_domain *d = sim_find(context, op->uuid);
	char *slot = d && *name ? find_device(d, name) : NULL;

	if (slot)
		memset(slot, 0, SIM_DEVICE_NAME);
	return 0;
}

/* What is plugged is connected, and a drive takes every disc. */
int
sim_connect(void *context, struct op *op)
{
	return need_device(context, op) ? 0 : -1;
}

int
sim_insert(void *context, struct op *op)
{
	return need_device(context, op) ? 0 : -1;
}

int
sim_eject(void *context, struct op *op)
{
	return need_device(context, op) ? 0 : -1;
}

int
sim_has_device(void *context, struct op *op)
{
	return need_device(context, op) ? 0 : -1;
}

void
sim_connect_disks(const struct sim_domain *d)
{
	struct value_member m[] = {
		{ "event", value_of_text("device") },
		{ "uuid", value_of_text(d->uuid) },
		{ "device", { .kind = VALUE_NIL } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 3,
		.members = m };

	for (size_t i = 0; i < SIM_DEVICES; i++)
		if (strncmp(d->devices[i], "vbd/", 4) == 0) {
			m[2].value = value_of_text(d->devices[i]);
			worker_event(&body);
		}
}

/* A simulated control domain uses nothing. */
int
sim_pci_access(void *context, struct op *op)
{
	const struct value_member answer[] = {
		{ "driver",
		    value_of_text(op_bool(op, "dom0", true)
			    ? op_text(op, "before", "")
			    : "pciback") },
		{ "use", value_of_text("") },
	};

	(void)context;
	return op_answer(op, answer, 2);
}

/* They know nothing, so their contents stay what they are. */
int
sim_vtpm(void *context, struct op *op)
{
	(void)context;
	return *op->uuid ? 0
			 : op_answer(op,
			       (const struct value_member[]){
				   { "missing", value_of_text("") } },
			       1);
}
