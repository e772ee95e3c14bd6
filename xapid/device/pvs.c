/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sites that stream disks to VMs, their servers, and the proxies that keep what
 * was streamed. Sites and servers are what the pool is told; a proxy is a
 * program of its host, which only simulated ones have. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "lib/address.h"
#include "model/builder.h"

#define MAX_ADDRESSES 32

/* ---- sites ---- */

int
pvs_site_introduce(struct call *c, const struct pvs_site_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pvs_site site;

	if (!t)
		return -1;
	builder_defaults(CLASS_PVS_site, &site.r);
	edit_from_args(c, a, &site.r);
	(void)tx_insert(t, &site.r, result_r);
	return call_commit(c, STEAL(t));
}

/* Proxies that run; how many. */
static int
check_proxies(struct call *c, struct tx *t, const struct pvs_site *site)
{
	const struct ref *refs = site->proxies.items;
	struct ref *running =
	    arena_array(c->arena, site->proxies.n + 1, sizeof(*running));
	uint32_t n = 0;

	if (!running)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < site->proxies.n; i++) {
		const struct pvs_proxy *p =
		    TX_GET(t, PVS_proxy, pvs_proxy, refs[i]);

		if (p && p->currently_attached)
			running[n++] = refs[i];
	}
	return n
	    ? edit_fail_refs(c, "PVS_SITE_CONTAINS_RUNNING_PROXIES", running, n)
	    : 0;
}

/* Proxies and caches go with it. */
int
pvs_site_forget(struct call *c, const struct pvs_site_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pvs_site *site;

	if (!t || !(site = EDIT_HEAD(c, t, PVS_site, pvs_site, a->self)) ||
	    check_proxies(c, t, site) < 0)
		return -1;
	if (site->servers.n)
		return edit_fail_refs(c, "PVS_SITE_CONTAINS_SERVERS",
		    site->servers.items, site->servers.n);
	while (
	    (site = TX_GET(t, PVS_site, pvs_site, a->self)) && site->proxies.n)
		if (tx_destroy(t, CLASS_PVS_proxy,
			*(const struct ref *)site->proxies.items) < 0)
			return -1;
	while ((site = TX_GET(t, PVS_site, pvs_site, a->self)) &&
	    site->cache_storage.n)
		if (tx_destroy(t, CLASS_PVS_cache_storage,
			*(const struct ref *)site->cache_storage.items) < 0)
			return -1;
	(void)tx_destroy(t, CLASS_PVS_site, a->self);
	return call_commit(c, STEAL(t));
}

int
pvs_site_set_PVS_uuid(struct call *c,
    const struct pvs_site_set_PVS_uuid_args *a)
{
	return edit_field(c, CLASS_PVS_site, a->self, FIELD_PVS_site_PVS_uuid,
	    &a->value);
}

/* ---- servers ---- */

static const char *
number(struct call *c, int64_t n)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)n);

	return text ? text : "";
}

static int
check_port(struct call *c, const char *name, int64_t port)
{
	return port > 0 && port < 65536
	    ? 0
	    : fail_value_not_supported(c, name, number(c, port),
		  "Port out of range");
}

struct server_search {
	const struct set *addresses;
	const char *found;
};

static int
has_address(const struct record *r, void *arg)
{
	const struct pvs_server *server = (const struct pvs_server *)r;
	const char *const *theirs = server->addresses.items;
	struct server_search *s = arg;
	const char *const *ours = s->addresses->items;

	for (uint32_t i = 0; i < server->addresses.n; i++)
		for (uint32_t k = 0; k < s->addresses->n; k++)
			if (strcmp(theirs[i], ours[k]) == 0)
				s->found = ours[k];
	return s->found != NULL;
}

static int
check_server(struct call *c, struct tx *t,
    const struct pvs_server_introduce_args *a)
{
	const char *const *addresses = a->addresses.items;
	struct server_search s = { .addresses = &a->addresses };

	if (!a->addresses.n || a->addresses.n > MAX_ADDRESSES)
		return fail_invalid_value(c, "addresses",
		    number(c, a->addresses.n));
	for (uint32_t i = 0; i < a->addresses.n; i++)
		if (!address_is_any(addresses[i]))
			return fail_invalid_ip_address_specified(c,
			    "addresses");
	if (check_port(c, "first_port", a->first_port) < 0 ||
	    check_port(c, "last_port", a->last_port) < 0)
		return -1;
	if (a->last_port < a->first_port)
		return fail_value_not_supported(c, "last_port",
		    number(c, a->last_port), "last_port < first_port");
	if (tx_each(t, CLASS_PVS_server, has_address, &s) == 1)
		return fail_pvs_server_address_in_use(c, s.found);
	return 0;
}

int
pvs_server_introduce(struct call *c, const struct pvs_server_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pvs_server server;

	if (!t || check_server(c, t, a) < 0)
		return -1;
	if (!EDIT_HEAD(c, t, PVS_site, pvs_site, a->site))
		return -1;
	builder_defaults(CLASS_PVS_server, &server.r);
	edit_from_args(c, a, &server.r);
	(void)tx_insert(t, &server.r, result_r);
	return call_commit(c, STEAL(t));
}

int
pvs_server_forget(struct call *c, const struct pvs_server_forget_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_destroy(t, CLASS_PVS_server, a->self);
	return call_commit(c, t);
}

/* ---- proxies ---- */

static int
is_of_vif(const struct record *r, void *arg)
{
	struct pvs_proxy *s = arg;

	if (!ref_equal(((const struct pvs_proxy *)r)->VIF, s->VIF))
		return 0;
	s->r.self = r->self;
	return 1;
}

/* Whether another interface of the VM comes before it. */
static bool
is_first(struct tx *t, const struct vif *vif)
{
	const struct vm *vm = TX_GET(t, VM, vm, vif->VM);
	const struct ref *vifs = vm ? vm->VIFs.items : NULL;
	long own = strtol(vif->device, NULL, 10);

	for (uint32_t i = 0; vm && i < vm->VIFs.n; i++) {
		const struct vif *other = TX_GET(t, VIF, vif, vifs[i]);

		if (other && strtol(other->device, NULL, 10) < own)
			return false;
	}
	return true;
}

int
pvs_proxy_create(struct call *c, const struct pvs_proxy_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pvs_proxy proxy, search = { .VIF = a->VIF };
	const struct vif *vif;

	if (!t || !EDIT_HEAD(c, t, PVS_site, pvs_site, a->site) ||
	    !(vif = EDIT_HEAD(c, t, VIF, vif, a->VIF)))
		return -1;
	if (!is_first(t, vif))
		return fail_pvs_vif_must_be_first_device(c);
	if (tx_each(t, CLASS_PVS_proxy, is_of_vif, &search) == 1)
		return fail_pvs_proxy_already_present(c,
		    call_ref_text(c, search.r.self));
	if (edit_simulated_only(c) < 0)
		return -1;
	builder_defaults(CLASS_PVS_proxy, &proxy.r);
	proxy.site = a->site;
	proxy.VIF = a->VIF;
	(void)tx_insert(t, &proxy.r, result_r);
	return call_commit(c, STEAL(t));
}

int
pvs_proxy_destroy(struct call *c, const struct pvs_proxy_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pvs_proxy *p;

	if (!t || !(p = EDIT_HEAD(c, t, PVS_proxy, pvs_proxy, a->self)))
		return -1;
	if (p->currently_attached && edit_simulated_only(c) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_PVS_proxy, a->self);
	return call_commit(c, STEAL(t));
}
