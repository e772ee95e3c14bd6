/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who manages the virtual switches of the pool's hosts. Simulated hosts have
 * Open vSwitch; real ones have the kernel's bridges, which no controller
 * reaches. */
#include <arpa/inet.h>
#include <string.h>

#include "call/edit.h"
#include "lib/address.h"
#include "model/builder.h"

#define PORT 6632 /* of controllers, if none is said */

static int
check_vswitch(struct call *c)
{
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_host, c->core->host);
	const char *backend;

	if (!r)
		return -1;
	backend = builder_find(&((const struct host *)r)->software_version,
	    "network_backend");
	if (!backend || strcmp(backend, "openvswitch") != 0)
		return fail_openvswitch_not_active(c);
	return edit_simulated_only(c);
}

int
pool_set_igmp_snooping_enabled(struct call *c,
    const struct pool_set_igmp_snooping_enabled_args *a)
{
	if (check_vswitch(c) < 0)
		return -1;
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_igmp_snooping_enabled, &a->value);
}

/* Passive: the switches wait for whoever comes. */
static int
check_place(struct call *c, const struct sdn_controller_introduce_args *a)
{
	if (a->port < 0 || a->port > 65535)
		return fail_value_not_supported(c, "port",
		    arena_printf(c->arena, "%lld", (long long)a->port),
		    "From 0 to 65535");
	if (a->protocol == SDN_CONTROLLER_PROTOCOL_PSSL)
		return a->address[0]
		    ? fail_operation_not_allowed(c,
			  "Switches that wait have no controller's address")
		    : 0;
	return address_is_any(a->address)
	    ? 0
	    : fail_invalid_ip_address_specified(c, "address");
}

static int
any(const struct record *r, void *arg)
{
	(void)r;
	(void)arg;
	return 1;
}

static int
introduce(struct call *c, const struct sdn_controller_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct sdn_controller sdn;

	if (!t)
		return -1;
	if (tx_each(t, CLASS_SDN_controller, any, NULL) == 1)
		return fail_operation_not_allowed(c,
		    "There is a controller; forget it first");
	builder_defaults(CLASS_SDN_controller, &sdn.r);
	sdn.protocol = a->protocol;
	sdn.address = a->address;
	sdn.port = a->port ? a->port : PORT;
	(void)tx_insert(t, &sdn.r, result_r);
	TX_SET(t, pool, pool, c->core->pool, vswitch_controller, a->address);
	return call_commit(c, STEAL(t));
}

int
sdn_controller_introduce(struct call *c,
    const struct sdn_controller_introduce_args *a, struct ref *result_r)
{
	if (check_vswitch(c) < 0 || check_place(c, a) < 0)
		return -1;
	return introduce(c, a, result_r);
}

int
sdn_controller_forget(struct call *c,
    const struct sdn_controller_forget_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_destroy(t, CLASS_SDN_controller, a->self);
	TX_SET(t, pool, pool, c->core->pool, vswitch_controller, "");
	return call_commit(c, t);
}

static int
destroy(const struct record *r, void *arg)
{
	return tx_destroy(arg, CLASS_SDN_controller, r->self);
}

/* Older: at most one controller, "" for none. */
int
pool_set_vswitch_controller(struct call *c,
    const struct pool_set_vswitch_controller_args *a)
{
	const struct sdn_controller_introduce_args new_one = {
		.protocol = SDN_CONTROLLER_PROTOCOL_SSL,
		.address = a->address,
	};
	struct sdn_controller sdn;
	struct tx *t;

	if (check_vswitch(c) < 0 ||
	    (a->address[0] && check_place(c, &new_one) < 0) ||
	    !(t = call_begin(c)))
		return -1;
	(void)tx_each(t, CLASS_SDN_controller, destroy, t);
	builder_defaults(CLASS_SDN_controller, &sdn.r);
	sdn.address = a->address;
	sdn.port = PORT;
	if (a->address[0])
		(void)tx_insert(t, &sdn.r, NULL);
	TX_SET(t, pool, pool, c->core->pool, vswitch_controller, a->address);
	return call_commit(c, t);
}
