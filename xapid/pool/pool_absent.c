/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* High availability, workload balancing, directories: as long as none of them
 * is set up, most questions about them have an answer, and most orders an
 * error of their own. What sets them up is not there yet and says so.
 * (source: errors.json; the original's order of checks) */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"

static const char *
number(struct call *c, int64_t n)
{
	const char *text = arena_printf(c->arena, "%lld", (long long)n);

	return text ? text : "";
}

/* ---- workload balancing: a server of the original's vendor ---- */

static int
check_wlb(struct call *c)
{
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_pool, c->core->pool);
	const struct pool *pool = (const struct pool *)r;

	if (!pool)
		return -1;
	if (!*pool->wlb_url)
		return fail_wlb_not_initialized(c);
	if (!pool->wlb_enabled)
		return fail_wlb_disabled(c);
	return fail_not_implemented(c, c->method->name);
}

int
pool_deconfigure_wlb(struct call *c, const struct pool_deconfigure_wlb_args *a)
{
	(void)a;
	return check_wlb(c);
}

int
pool_send_wlb_configuration(struct call *c,
    const struct pool_send_wlb_configuration_args *a)
{
	(void)a;
	return check_wlb(c);
}

int
pool_retrieve_wlb_configuration(struct call *c,
    const struct pool_retrieve_wlb_configuration_args *a, struct map *result_r)
{
	(void)a;
	(void)result_r;
	return check_wlb(c);
}

int
pool_retrieve_wlb_recommendations(struct call *c,
    const struct pool_retrieve_wlb_recommendations_args *a,
    struct map *result_r)
{
	(void)a;
	(void)result_r;
	return check_wlb(c);
}

int
host_retrieve_wlb_evacuate_recommendations(struct call *c,
    const struct host_retrieve_wlb_evacuate_recommendations_args *a,
    struct map *result_r)
{
	(void)a;
	(void)result_r;
	return check_wlb(c);
}

/* ---- high availability ---- */

/* 0: it is on, which nothing here can make. */
static int
check_ha(struct call *c)
{
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_pool, c->core->pool);

	if (!r)
		return -1;
	return ((const struct pool *)r)->ha_enabled
	    ? fail_not_implemented(c, c->method->name)
	    : fail_ha_not_enabled(c);
}

int
pool_disable_ha(struct call *c, const struct pool_disable_ha_args *a)
{
	(void)a;
	return check_ha(c);
}

int
pool_ha_prevent_restarts_for(struct call *c,
    const struct pool_ha_prevent_restarts_for_args *a)
{
	(void)a;
	return check_ha(c);
}

int
host_emergency_ha_disable(struct call *c,
    const struct host_emergency_ha_disable_args *a)
{
	(void)a;
	return check_ha(c);
}

/* Noted for the day when it is switched on. */
int
pool_set_ha_host_failures_to_tolerate(struct call *c,
    const struct pool_set_ha_host_failures_to_tolerate_args *a)
{
	if (a->value < 0)
		return fail_invalid_value(c, "ha_host_failures_to_tolerate",
		    number(c, a->value));
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_ha_host_failures_to_tolerate, &a->value);
}

/* Nothing is planned while it is off. */
int
pool_ha_schedule_plan_recomputation(struct call *c,
    const struct pool_ha_schedule_plan_recomputation_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

static int
is_protected(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;

	(void)arg;
	return vm->ha_always_run &&
	    strcmp(vm->ha_restart_priority, "restart") == 0;
}

/* Where no VM has to run, all hosts but one may fail. -1: which may fail has to
 * be planned. */
static int64_t
most_failures(struct call *c)
{
	int64_t hosts = (int64_t)db_count(c->db, CLASS_host);
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t)
		return -1;
	if (hosts > 1 && tx_each(t, CLASS_VM, is_protected, NULL) == 1) {
		fail_not_implemented(c, c->method->name);
		return -1;
	}
	return hosts > 1 ? hosts - 1 : 0;
}

int
pool_ha_compute_max_host_failures_to_tolerate(struct call *c,
    const struct pool_ha_compute_max_host_failures_to_tolerate_args *a,
    int64_t *result_r)
{
	(void)a;
	*result_r = most_failures(c);
	return *result_r < 0 ? -1 : 0;
}

int
pool_ha_failover_plan_exists(struct call *c,
    const struct pool_ha_failover_plan_exists_args *a, bool *result_r)
{
	int64_t most = a->n > 0 ? most_failures(c) : 0;

	*result_r = a->n <= most;
	return most < 0 ? -1 : 0;
}

/* Which VMs would have to run is in the question. */
int
pool_ha_compute_hypothetical_max_host_failures_to_tolerate(struct call *c,
    const struct pool_ha_compute_hypothetical_max_host_failures_to_tolerate_args
	*a,
    int64_t *result_r)
{
	int64_t hosts = (int64_t)db_count(c->db, CLASS_host);
	const char *const *priority = a->configuration.values;

	for (uint32_t i = 0; hosts > 1 && i < a->configuration.n; i++)
		if (strcmp(priority[i], "restart") == 0)
			return fail_not_implemented(c, c->method->name);
	*result_r = hosts > 1 ? hosts - 1 : 0;
	return 0;
}

/* ---- the redo log ---- */

int
pool_disable_redo_log(struct call *c,
    const struct pool_disable_redo_log_args *a)
{
	(void)a;
	return EDIT_FIELD(c, pool, pool, c->core->pool, redo_log_enabled,
	    false);
}

/* ---- directories of users ---- */

static int
check_kind(struct call *c, const char *kind)
{
	return strcmp(kind, "AD") == 0
	    ? fail_not_implemented(c, c->method->name)
	    : fail_auth_unknown_type(c, kind);
}

int
pool_enable_external_auth(struct call *c,
    const struct pool_enable_external_auth_args *a)
{
	return check_kind(c, a->auth_type);
}

int
host_enable_external_auth(struct call *c,
    const struct host_enable_external_auth_args *a)
{
	return check_kind(c, a->auth_type);
}

/* None was joined, so it is left already. */
int
pool_disable_external_auth(struct call *c,
    const struct pool_disable_external_auth_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

int
host_disable_external_auth(struct call *c,
    const struct host_disable_external_auth_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

int
pool_external_auth_set_ldaps(struct call *c,
    const struct pool_external_auth_set_ldaps_args *a)
{
	(void)a;
	return fail_auth_is_disabled(c);
}

int
host_external_auth_set_ldaps(struct call *c,
    const struct host_external_auth_set_ldaps_args *a)
{
	(void)a;
	return fail_auth_is_disabled(c);
}

/* All hosts are alike: none has one. */
int
pool_detect_nonhomogeneous_external_auth(struct call *c,
    const struct pool_detect_nonhomogeneous_external_auth_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

/* ---- pools of several daemons ---- */

/* The coordinator stays it; nobody else could become it. */
int
pool_designate_new_master(struct call *c,
    const struct pool_designate_new_master_args *a)
{
	return ref_equal(a->host, c->core->host)
	    ? 0
	    : fail_not_implemented(c, c->method->name);
}

int
pool_eject(struct call *c, const struct pool_eject_args *a)
{
	return ref_equal(a->host, c->core->host)
	    ? fail_operation_not_allowed(c,
		  "The coordinator cannot be ejected from its pool")
	    : fail_not_implemented(c, c->method->name);
}

/* Files that hosts have in common: here is one folder for all. */
int
host_sync_data(struct call *c, const struct host_sync_data_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

/* The line stands there as the argument of this call. */
int
pool_audit_log_append(struct call *c,
    const struct pool_audit_log_append_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

/* ---- updates ---- */

int
pool_sync_updates(struct call *c, const struct pool_sync_updates_args *a,
    const char **result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_pool, a->self);

	(void)result_r;
	if (!r)
		return -1;
	return ((const struct pool *)r)->repositories.n
	    ? fail_not_implemented(c, c->method->name)
	    : fail_no_repository_enabled(c);
}

/* ---- caches on the host ---- */

int
host_disable_local_storage_caching(struct call *c,
    const struct host_disable_local_storage_caching_args *a)
{
	return EDIT_FIELD(c, host, host, a->host, local_cache_sr, REF_NULL);
}

static int
clear_cache(const struct record *r, void *t)
{
	return TX_SET(t, host, host, r->self, local_cache_sr, REF_NULL);
}

int
pool_disable_local_storage_caching(struct call *c,
    const struct pool_disable_local_storage_caching_args *a)
{
	struct tx *t = call_begin(c);

	(void)a;
	if (!t)
		return -1;
	(void)tx_each(t, CLASS_host, clear_cache, t);
	return call_commit(c, t);
}

/* ---- firmware of guests ---- */

int
pool_set_custom_uefi_certificates(struct call *c,
    const struct pool_set_custom_uefi_certificates_args *a)
{
	(void)a;
	return fail_operation_not_allowed(c,
	    "Certificates of one's own are not allowed on this pool");
}
