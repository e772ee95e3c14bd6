/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of class pool that tell about the pool, or reach into each of its
 * hosts. All hosts are served by this daemon. */

#include "call/edit.h"
#include "model/builder.h"

/* ---- who is who ---- */

int
pool_is_slave(struct call *c, const struct pool_is_slave_args *a,
    bool *result_r)
{
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_pool, c->core->pool);

	if (!r)
		return -1;
	*result_r = !ref_equal(((const struct pool *)r)->master, a->host);
	return 0;
}

/* No member can be lost while they all live here. */
int
pool_recover_slaves(struct call *c, const struct pool_recover_slaves_args *a,
    struct set *result_r)
{
	(void)c;
	(void)a;
	*result_r = (struct set){ .n = 0 };
	return 0;
}

/* Every write is durable before its answer, and there is one copy. */
int
pool_sync_database(struct call *c, const struct pool_sync_database_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

/* ---- licences ---- */

int
pool_get_license_state(struct call *c,
    const struct pool_get_license_state_args *a, struct map *result_r)
{
	RECORD_UNREF const struct record *host =
	    call_get(c, CLASS_host, c->core->host);
	struct builder b = { .arena = c->arena };

	(void)a;
	if (!host)
		return -1;
	*result_r = BUILDER_MAP(&b, "edition",
	    builder_text(&b, "%s", ((const struct host *)host)->edition),
	    "expiry", "never");
	return b.failed ? call_fail_nomem(c) : 0;
}

/* One field of every host gets a value. */
static int
set_on_all_hosts(struct call *c, int field, const void *mem)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	edit_every(t, CLASS_host, field, mem);
	return call_commit(c, t);
}

int
pool_apply_edition(struct call *c, const struct pool_apply_edition_args *a)
{
	return set_on_all_hosts(c, FIELD_host_edition, &a->edition);
}

/* ---- what hosts speak ---- */

int
pool_disable_ssl_legacy(struct call *c,
    const struct pool_disable_ssl_legacy_args *a)
{
	static const bool off = false;

	(void)a;
	return set_on_all_hosts(c, FIELD_host_ssl_legacy, &off);
}

/* ---- external directories: none can be joined yet ---- */

int
pool_set_ext_auth_cache_enabled(struct call *c,
    const struct pool_set_ext_auth_cache_enabled_args *a)
{
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_ext_auth_cache_enabled, &a->value);
}

static int
fail_number(struct call *c, const char *field, int64_t value)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)value);

	return fail_invalid_value(c, field, text ? text : "");
}

int
pool_set_ext_auth_cache_size(struct call *c,
    const struct pool_set_ext_auth_cache_size_args *a)
{
	if (a->value < 0)
		return fail_number(c, "size", a->value);
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_ext_auth_cache_size, &a->value);
}

int
pool_set_ext_auth_cache_expiry(struct call *c,
    const struct pool_set_ext_auth_cache_expiry_args *a)
{
	if (a->value <= 0)
		return fail_number(c, "expiry", a->value);
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_ext_auth_cache_expiry, &a->value);
}

/* ---- firmware of guests ---- */

int
pool_set_uefi_certificates(struct call *c,
    const struct pool_set_uefi_certificates_args *a)
{
	(void)a;
	return fail_operation_not_allowed(c,
	    "Use pool.set_custom_uefi_certificates");
}

/* Nothing here can give a guest keys for Secure Boot. */
int
pool_get_guest_secureboot_readiness(struct call *c,
    const struct pool_get_guest_secureboot_readiness_args *a,
    enum pool_guest_secureboot_readiness *result_r)
{
	(void)c;
	(void)a;
	*result_r = POOL_GUEST_SECUREBOOT_READINESS_NOT_READY;
	return 0;
}

/* ---- removed ---- */

int
pool_test_archive_target(struct call *c,
    const struct pool_test_archive_target_args *a, const char **result_r)
{
	(void)a;
	(void)result_r;
	return fail_message_removed(c);
}
