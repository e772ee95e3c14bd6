/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests are told of the addresses that they are to use. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"

/* ---- addresses that the guest is to use ---- */

/* "192.0.2.1/24": an address of the family and the bits of its network. */
static bool
is_cidr(int family, const char *s)
{
	const char *slash = strchr(s, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned char buf[sizeof(struct in6_addr)];
	char *end;
	long bits;

	if (!slash || (size_t)(slash - s) >= sizeof(address) || !slash[1])
		return false;
	memcpy(address, s, (size_t)(slash - s));
	address[slash - s] = '\0';
	bits = strtol(slash + 1, &end, 10);
	return !*end && slash[1] >= '0' && slash[1] <= '9' && bits >= 0 &&
	    bits <= (family == AF_INET ? 32 : 128) &&
	    inet_pton(family, address, buf) == 1;
}

struct wish {
	int family;
	bool is_static;
	const char *address, *gateway;
};

static int
check_wish(struct call *c, const struct wish *w)
{
	unsigned char buf[sizeof(struct in6_addr)];

	if (!w->is_static)
		return 0;
	if (!is_cidr(w->family, w->address))
		return fail_invalid_cidr_address_specified(c, "address");
	if (w->gateway[0] && inet_pton(w->family, w->gateway, buf) != 1)
		return fail_invalid_ip_address_specified(c, "gateway");
	return 0;
}

/* A running guest is told by xenstore, if its agent listens there. */
static int
check_guest(struct call *c, struct tx *t, const struct vif *vif)
{
	const struct vm *vm = TX_GET(t, VM, vm, vif->VM);
	const struct vm_guest_metrics *g;
	const char *feature;

	if (!vm || vm->power_state != VM_POWER_STATE_RUNNING)
		return 0;
	g = TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	feature =
	    g ? builder_find(&g->other, "feature-static-ip-setting") : NULL;
	if (!feature || strcmp(feature, "1") != 0)
		return fail_vm_lacks_feature(c, call_ref_text(c, vif->VM));
	return edit_simulated_only(c);
}

static const struct vif *
check_configure(struct call *c, struct tx *t, struct ref self,
    const struct wish *w)
{
	const struct vif *vif = t ? EDIT_HEAD(c, t, VIF, vif, self) : NULL;

	return vif && check_wish(c, w) == 0 && check_guest(c, t, vif) == 0
	    ? vif
	    : NULL;
}

int
vif_configure_ipv4(struct call *c, const struct vif_configure_ipv4_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct wish w = { AF_INET,
		a->mode == VIF_IPV4_CONFIGURATION_MODE_STATIC, a->address,
		a->gateway };
	const char *const list[] = { a->address };
	struct set addresses = { .items = list, .n = w.is_static };

	if (!check_configure(c, t, a->self, &w))
		return -1;
	TX_SET(t, VIF, vif, a->self, ipv4_configuration_mode, a->mode);
	TX_SET(t, VIF, vif, a->self, ipv4_addresses, addresses);
	TX_SET(t, VIF, vif, a->self, ipv4_gateway,
	    w.is_static ? a->gateway : "");
	return call_commit(c, STEAL(t));
}

int
vif_configure_ipv6(struct call *c, const struct vif_configure_ipv6_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct wish w = { AF_INET6,
		a->mode == VIF_IPV6_CONFIGURATION_MODE_STATIC, a->address,
		a->gateway };
	const char *const list[] = { a->address };
	struct set addresses = { .items = list, .n = w.is_static };

	if (!check_configure(c, t, a->self, &w))
		return -1;
	TX_SET(t, VIF, vif, a->self, ipv6_configuration_mode, a->mode);
	TX_SET(t, VIF, vif, a->self, ipv6_addresses, addresses);
	TX_SET(t, VIF, vif, a->self, ipv6_gateway,
	    w.is_static ? a->gateway : "");
	return call_commit(c, STEAL(t));
}
