/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether certificates of servers that hosts connect to are checked
 * (outgoing.c). A new pool does; one that came from elsewhere as it did there.
 * Who has turned it on for a pool turns it off for a host only, and only from
 * there. */
#include "call/edit.h"

struct all {
	struct tx *t;
	bool on;
};

static int
set_one(const struct record *r, void *arg)
{
	const struct all *all = arg;

	TX_SET(all->t, host, host, r->self, tls_verification_enabled, all->on);
	return 0;
}

int
pool_enable_tls_verification(struct call *c,
    const struct pool_enable_tls_verification_args *a)
{
	struct all all = { call_begin(c), true };

	(void)a;
	if (!all.t)
		return -1;
	TX_SET(all.t, pool, pool, c->core->pool, tls_verification_enabled,
	    true);
	(void)tx_each(all.t, CLASS_host, set_one, &all);
	return call_commit(c, all.t);
}

static int
set_here(struct call *c, bool on)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pool *p;

	if (!t || !(p = EDIT_HEAD(c, t, pool, pool, c->core->pool)))
		return -1;
	if (on && !p->tls_verification_enabled)
		return fail_tls_verification_not_enabled_in_pool(c);
	TX_SET(t, host, host, c->core->host, tls_verification_enabled, on);
	return call_commit(c, STEAL(t));
}

int
host_emergency_disable_tls_verification(struct call *c,
    const struct host_emergency_disable_tls_verification_args *a)
{
	(void)a;
	return set_here(c, false);
}

int
host_emergency_reenable_tls_verification(struct call *c,
    const struct host_emergency_reenable_tls_verification_args *a)
{
	(void)a;
	return set_here(c, true);
}
