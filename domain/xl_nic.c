/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces: libxl makes them; the network worker joins them to a bridge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl_private.h"

int
xl_nic(struct xl *x, struct op *op, const struct value *device,
    libxl_device_nic *out_r)
{
	const char *mac = value_text(device, "mac", "");
	int64_t mtu = value_int(device, "mtu", 1500);
	int64_t rate = value_int(device, "rate_kbps", 0);
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
	if (rate > 0) { /* the credit of each 50 ms */
		out_r->rate_interval_usecs = 50000;
		out_r->rate_bytes_per_interval = (uint64_t)rate * 1024 / 20;
	}
	return 0;
}
