/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which domains there are, in the words of the core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl_private.h"

#define UUID_CHARS 37

static const char *
state_of(struct op *op, const libxl_dominfo *d)
{
	if (d->shutdown || d->dying)
		return arena_printf(op->arena, "shutdown:%s",
		    libxl_shutdown_reason_to_string(d->shutdown_reason));
	return d->paused ? "paused" : "running";
}

/* Names as the core gives them: "vif/0"; a disk by its name in the guest. */
static struct value
devices_of(struct xl *x, struct op *op, uint32_t domid)
{
	struct value *items = arena_array(op->arena, 128, sizeof(*items));
	libxl_device_nic *nics;
	libxl_device_disk *disks;
	uint32_t k = 0;
	char *vdev;
	int n;

	if (!items)
		return (struct value){ .kind = VALUE_ARRAY };
	disks = libxl_device_disk_list(x->ctx, domid, &n);
	for (int i = 0; disks && i < n && k < 64; i++) {
		vdev = arena_printf(op->arena, "vbd/%s", disks[i].vdev);
		if (vdev)
			items[k++] = value_of_text(vdev);
	}
	libxl_device_disk_list_free(disks, disks ? n : 0);
	nics = libxl_device_nic_list(x->ctx, domid, &n);
	for (int i = 0; nics && i < n && k < 128; i++) {
		vdev = arena_printf(op->arena, "vif/%d", nics[i].devid);
		if (vdev)
			items[k++] = value_of_text(vdev);
	}
	libxl_device_nic_list_free(nics, nics ? n : 0);
	return (struct value){ .kind = VALUE_ARRAY, .n = k, .items = items };
}

/* ---- what devices are, for who adopts the domain ---- */

#define DETAIL_MEMBERS 6

/* Texts of libxl are copied: they go with its lists. */
static void
detail(struct op *op, struct value_member *m, uint32_t *n, const char *name,
    const char *text)
{
	text = text ? arena_strdup(op->arena, text) : NULL;
	if (text)
		m[(*n)++] = (struct value_member){ name, value_of_text(text) };
}

static struct value
disk_detail(struct op *op, const libxl_device_disk *d)
{
	struct value_member *m =
	    arena_array(op->arena, DETAIL_MEMBERS, sizeof(*m));
	uint32_t n = 0;

	if (!m)
		return (struct value){ .kind = VALUE_NIL };
	detail(op, m, &n, "device",
	    arena_printf(op->arena, "vbd/%s", d->vdev ? d->vdev : ""));
	detail(op, m, &n, "virtual", d->vdev);
	detail(op, m, &n, "path", d->pdev_path);
	detail(op, m, &n, "mode", d->readwrite ? "RW" : "RO");
	detail(op, m, &n, "kind", d->is_cdrom ? "cdrom" : "disk");
	return (struct value){ .kind = VALUE_STRUCT, .n = n, .members = m };
}

static struct value
nic_detail(struct op *op, const libxl_device_nic *nic)
{
	struct value_member *m =
	    arena_array(op->arena, DETAIL_MEMBERS, sizeof(*m));
	uint32_t n = 0;

	if (!m)
		return (struct value){ .kind = VALUE_NIL };
	detail(op, m, &n, "device",
	    arena_printf(op->arena, "vif/%d", nic->devid));
	detail(op, m, &n, "mac",
	    arena_printf(op->arena, LIBXL_MAC_FMT, LIBXL_MAC_BYTES(nic->mac)));
	detail(op, m, &n, "bridge", nic->bridge);
	return (struct value){ .kind = VALUE_STRUCT, .n = n, .members = m };
}

static struct value
details_of(struct xl *x, struct op *op, uint32_t domid)
{
	struct value *items = arena_array(op->arena, 128, sizeof(*items));
	libxl_device_nic *nics;
	libxl_device_disk *disks;
	uint32_t k = 0;
	int n;

	if (!items)
		return (struct value){ .kind = VALUE_ARRAY };
	disks = libxl_device_disk_list(x->ctx, domid, &n);
	for (int i = 0; disks && i < n && k < 64; i++)
		items[k++] = disk_detail(op, &disks[i]);
	libxl_device_disk_list_free(disks, disks ? n : 0);
	nics = libxl_device_nic_list(x->ctx, domid, &n);
	for (int i = 0; nics && i < n && k < 128; i++)
		items[k++] = nic_detail(op, &nics[i]);
	libxl_device_nic_list_free(nics, nics ? n : 0);
	return (struct value){ .kind = VALUE_ARRAY, .n = k, .items = items };
}

/* libxl's list says of PVH that it is HVM. */
static const char *
type_of(struct xl *x, struct op *op, const libxl_dominfo *d)
{
	if (strcmp(xl_kind(x, op, d->domid), "pvh") == 0)
		return "pvh";
	return d->domain_type == LIBXL_DOMAIN_TYPE_PV ? "pv" : "hvm";
}

static int
describe(struct xl *x, struct op *op, const libxl_dominfo *d,
    struct value_member *out_r)
{
	char *uuid = arena_alloc(op->arena, UUID_CHARS);
	struct value_member *m = arena_array(op->arena, 8, sizeof(*m));
	const char *state = state_of(op, d), *name_path, *name;

	name_path = arena_printf(op->arena, "/local/domain/%u/name", d->domid);
	name = name_path ? xl_read(x, op, name_path) : NULL;
	if (!uuid || !m || !state)
		return op_fail_nomem(op);
	snprintf(uuid, UUID_CHARS, LIBXL_UUID_FMT, LIBXL_UUID_BYTES(d->uuid));
	m[0] = (struct value_member){ "domid", value_of_int(d->domid) };
	m[1] = (struct value_member){ "state", value_of_text(state) };
	m[2] = (struct value_member){ "memory",
		value_of_int((int64_t)d->current_memkb * 1024) };
	m[3] = (struct value_member){ "vcpus", value_of_int(d->vcpu_online) };
	m[4] = (struct value_member){ "devices", devices_of(x, op, d->domid) };
	m[5] = (struct value_member){ "name", value_of_text(name ? name : "") };
	m[6] =
	    (struct value_member){ "type", value_of_text(type_of(x, op, d)) };
	m[7] = (struct value_member){ "details", details_of(x, op, d->domid) };
	*out_r = (struct value_member){ uuid,
		{ .kind = VALUE_STRUCT, .n = 8, .members = m } };
	return 0;
}

int
xl_list(void *context, struct op *op)
{
	struct xl *x = context;
	struct value_member *all;
	libxl_dominfo *domains;
	uint32_t k = 0;
	int n, rc = 0;

	xl_forget(x);
	domains = libxl_list_domain(x->ctx, &n);
	if (!domains)
		return xl_fail(x, op, ERROR_FAIL, "list");
	all = arena_array(op->arena, (size_t)n + 1, sizeof(*all));
	if (!all)
		rc = op_fail_nomem(op);
	for (int i = 0; all && rc == 0 && i < n; i++)
		if (domains[i].domid != 0 && !domains[i].dying)
			rc = describe(x, op, &domains[i], &all[k++]);
	libxl_dominfo_list_free(domains, n);
	if (rc == 0)
		op->result = (struct value){ .kind = VALUE_STRUCT,
			.n = k,
			.members = all };
	return rc;
}
