/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether certificates of servers that hosts connect to are checked
 * (outgoing.c). A new pool does; one that came from elsewhere as it did there.
 * Who has turned it on for a pool turns it off for a host only, and only from
 * there. */
#include "call/edit.h"

int
pool_enable_tls_verification(struct call *c,
    const struct pool_enable_tls_verification_args *a)
{
	struct tx *t = call_begin(c);
	const bool on = true;

	(void)a;
	if (!t)
		return -1;
	TX_SET(t, pool, pool, c->core->pool, tls_verification_enabled, on);
	edit_every(t, CLASS_host, FIELD_host_tls_verification_enabled, &on);
	return call_commit(c, t);
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
