/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces: libxl makes them; the network worker joins them to a bridge. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl_private.h"

#define USEC_PER_SEC 1000000
#define SLICE_US 50000
#define MIN_SLICE_US 100
#define MAX_RATE (INT64_C(1) << 32) /* KiB a second: faster is unlimited */

/* What each slice of time may send; false: there is no limit. */
static bool
read_rate(const struct value *device, uint64_t *bytes_r, uint32_t *slice_r)
{
	int64_t rate = value_int(device, "rate_kbps", 0);
	int64_t slice = value_int(device, "rate_timeslice_us", SLICE_US);

	if (slice < MIN_SLICE_US || slice > USEC_PER_SEC)
		slice = SLICE_US;
	*slice_r = (uint32_t)slice;
	*bytes_r = rate > 0 && rate <= MAX_RATE
	    ? (uint64_t)rate * 1024 * (uint64_t)slice / USEC_PER_SEC
	    : 0;
	return *bytes_r > 0;
}

int
xl_nic(struct xl *x, struct op *op, const struct value *device,
    libxl_device_nic *out_r)
{
	const char *mac = value_text(device, "mac", "");
	int64_t mtu = value_int(device, "mtu", 1500);
	uint64_t bytes;
	uint32_t slice;
	unsigned m[6];
	char rest;

	(void)x;
	if (sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x%c", &m[0], &m[1], &m[2], &m[3],
		&m[4], &m[5], &rest) != 6)
		return op_fail(op, "MAC_INVALID", mac, NULL);
	if (mtu < 68 || mtu > 65535)
		return op_fail(op, "INVALID_VALUE", "MTU", "not possible",
		    NULL);
	for (int i = 0; i < 6; i++)
		out_r->mac[i] = (uint8_t)m[i];
	out_r->devid = atoi(value_text(device, "device", "vif/0") + 4);
	out_r->mtu = (int)mtu;
	out_r->bridge = strdup(value_text(device, "bridge", "xenbr0"));
	out_r->script = strdup(XL_NO_SCRIPT);
	if (read_rate(device, &bytes, &slice)) {
		out_r->rate_interval_usecs = slice;
		out_r->rate_bytes_per_interval = bytes;
	}
	return 0;
}

/* ---- addresses that the guest is to use ---- */

/* (source: guest-agent.json static-ip-setting) */
static const char *
enabled(const char *mode)
{
	if (strcmp(mode, "Static") == 0)
		return "1";
	return strcmp(mode, "None") == 0 ? "0" : "2";
}

int
xl_nic_addresses(struct xl *x, struct op *op, uint32_t domid,
    const struct value *device)
{
	const char *mode = value_text(device, "ipv4_mode", "None");
	const char *mode6 = value_text(device, "ipv6_mode", "None");
	const struct {
		const char *name, *value; /* NULL: the guest's own */
	} nodes[] = {
		{ "error-code", NULL }, { "error-msg", NULL },
		{ "mac", value_text(device, "mac", "") },
		{ "address", value_text(device, "ipv4_address", "") },
		{ "gateway", value_text(device, "ipv4_gateway", "") },
		{ "address6", value_text(device, "ipv6_address", "") },
		{ "gateway6", value_text(device, "ipv6_gateway", "") },
		{ "enabled6", enabled(mode6) },
		{ "enabled", enabled(mode) }, /* last: it is watched */
	};
	int devid = atoi(value_text(device, "device", "vif/0") + 4);

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		const char *path = arena_printf(op->arena,
		    "/local/domain/%u/xenserver/device/vif/%d/"
		    "static-ip-setting/%s",
		    domid, devid, nodes[i].name);

		if (!path)
			return op_fail_nomem(op);
		if ((nodes[i].value ? xl_write(x, op, path, nodes[i].value)
				    : xl_give_to_guest(x, op, domid, path)) < 0)
			return -1;
	}
	return 0;
}

int
xl_addresses(void *context, struct op *op)
{
	struct xl *x = context;
	const char *device = op_text(op, "device", "");
	uint32_t domid;

	if (strncmp(device, "vif/", 4) != 0)
		return op_fail(op, "INVALID_DEVICE", device, NULL);
	return xl_need(x, op, &domid) < 0
	    ? -1
	    : xl_nic_addresses(x, op, domid, op->args);
}

/* ---- which bridge it is on: said by the backend, for other tools ---- */

int
xl_rebridge(void *context, struct op *op)
{
	struct xl *x = context;
	const char *device = op_text(op, "device", "");
	const char *bridge = op_text(op, "bridge", ""), *backend, *path;
	uint32_t domid;
	int found;

	if (strncmp(device, "vif/", 4) != 0)
		return op_fail(op, "INVALID_DEVICE", device, NULL);
	found = xl_find(x, op, &domid);
	if (found <= 0)
		return found;
	path = arena_printf(op->arena, "/libxl/%u/device/vif/%d/backend", domid,
	    atoi(device + 4));
	if (!path)
		return op_fail_nomem(op);
	backend = xl_read(x, op, path);
	if (!backend)
		return 0; /* the device is gone */
	path = arena_printf(op->arena, "%s/bridge", backend);
	return path ? xl_write(x, op, path, bridge) : op_fail_nomem(op);
}

/* ---- its rate, while it runs ---- */

/* The backend watches the node; without one there is no limit. */
int
xl_rate(void *context, struct op *op)
{
	struct xl *x = context;
	const char *device = op_text(op, "device", ""), *path;
	uint64_t bytes;
	uint32_t domid, slice;

	if (strncmp(device, "vif/", 4) != 0)
		return op_fail(op, "INVALID_DEVICE", device, NULL);
	if (xl_need(x, op, &domid) < 0)
		return -1;
	path = arena_printf(op->arena, "/local/domain/0/backend/vif/%u/%d/rate",
	    domid, atoi(device + 4));
	if (!path)
		return op_fail_nomem(op);
	if (read_rate(op->args, &bytes, &slice))
		return xl_write(x, op, path,
		    arena_printf(op->arena, "%llu,%u",
			(unsigned long long)bytes, slice));
	if (!xs_rm(x->xs, XBT_NULL, path) && errno != ENOENT)
		return op_fail_errno(op, "INTERNAL_ERROR", path);
	return 0;
}
