/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of hosts. Where a setting is a matter of the machine, a simulated
 * machine is its record; on a real one xapid-machine carries it out
 * (host_machine.h), or the call is NOT_IMPLEMENTED. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "host/host_operations.h"
#include "machine/host_machine.h"
#include "model/builder.h"
#include "plan/priv.h"

static int
set_on_machine(struct call *c, struct ref host, int field, const void *mem)
{
	if (edit_simulated_only(c) < 0)
		return -1;
	return edit_field(c, CLASS_host, host, field, mem);
}

/* ---- in and out of service ---- */

/* auto_enable says whether the next boot of the host enables it again; a restart
 * of the daemon never changes `enabled`. */
int
host_disable(struct call *c, const struct host_disable_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	TX_SET(t, host, host, a->host, enabled, false);
	TX_SET(t, host, host, a->host, auto_enable, a->auto_enable);
	host_operations_update(t, a->host);
	return call_commit(c, t);
}

int
host_enable(struct call *c, const struct host_enable_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct host_metrics *m;
	const struct host *h;

	if (!t || !(h = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	m = TX_GET(t, host_metrics, host_metrics, h->metrics);
	if (m && !m->live)
		return fail_host_offline(c, call_ref_text(c, a->host));
	if (!h->enabled && h->pending_guidances.n)
		return fail_host_pending_mandatory_guidance_not_empty(c,
		    call_ref_text(c, a->host));
	TX_SET(t, host, host, a->host, enabled, true);
	TX_SET(t, host, host, a->host, auto_enable, true);
	host_operations_update(t, a->host);
	return call_commit(c, STEAL(t));
}

/* The secret that a power-on configuration names; the null reference without
 * one. */
static struct ref
power_on_secret(struct call *c, const struct map *config)
{
	const char *uuid = builder_find(config, "power_on_password_secret");
	RECORD_UNREF const struct record *r =
	    uuid ? db_get_by_uuid(c->db, CLASS_secret, uuid) : NULL;

	return r ? r->self : REF_NULL;
}

/* The password of the old configuration goes, unless the new one has it. */
int
host_set_power_on_mode(struct call *c,
    const struct host_set_power_on_mode_args *a)
{
	struct ref new_secret = power_on_secret(c, &a->power_on_config);
	TX_SCOPE struct tx *t = call_begin(c);
	struct ref old_secret;
	const struct host *h;

	if (!t || !(h = EDIT_HEAD(c, t, host, host, a->self)))
		return -1;
	old_secret = power_on_secret(c, &h->power_on_config);
	TX_SET(t, host, host, a->self, power_on_mode, a->power_on_mode);
	TX_SET(t, host, host, a->self, power_on_config, a->power_on_config);
	if (!ref_is_null(old_secret) && !ref_equal(old_secret, new_secret) &&
	    tx_get(t, CLASS_secret, old_secret))
		(void)tx_destroy(t, CLASS_secret, old_secret);
	host_operations_update(t, a->self);
	return call_commit(c, STEAL(t));
}

/* ---- names ---- */

static bool
is_host_name(const char *s)
{
	size_t len = strlen(s);

	if (s[0] == '-' || s[len - 1] == '-')
		return false;
	return strspn(s,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789-.") == len;
}

/* A simulated machine is its record. */
static int
name_machine(struct call *c, const char *name)
{
	if (strcmp(c->core->config->backend, "simulator") == 0 ||
	    priv_hostname(name) == 0)
		return 0;
	if (errno == ENAMETOOLONG)
		return fail_host_name_invalid(c,
		    "The kernel's have at most 64 characters");
	return errno == EPERM
	    ? fail_operation_not_allowed(c,
		  "The daemon has no right to name this machine")
	    : fail_internal_error(c,
		  arena_printf(c->arena, "/etc/hostname: %s", strerror(errno)));
}

int
host_set_hostname_live(struct call *c,
    const struct host_set_hostname_live_args *a)
{
	TX_SCOPE struct tx *t = NULL;
	const struct host *h;
	const char *label;

	if (!a->hostname[0])
		return fail_host_name_invalid(c, "It is empty");
	if (strlen(a->hostname) > 255)
		return fail_host_name_invalid(c,
		    "It is longer than 255 characters");
	if (!is_host_name(a->hostname))
		return fail_host_name_invalid(c,
		    "Letters, digits, dots and inner hyphens only");
	if (name_machine(c, a->hostname) < 0)
		return -1;
	label =
	    arena_printf(c->arena, "Control domain on host: %s", a->hostname);
	if (!label)
		return call_fail_nomem(c);
	t = call_begin(c);
	if (!t || !(h = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	if (!ref_is_null(h->control_domain))
		TX_SET(t, VM, vm, h->control_domain, name_label, label);
	TX_SET(t, host, host, a->host, hostname, a->hostname);
	return call_commit(c, STEAL(t));
}

/* ---- storage initiator: a field and, for older clients, a key ---- */

static int
set_with_key(struct call *c, struct ref host, int field, const void *mem,
    const char *key, const char *text)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_set(t, CLASS_host, host, field, mem);
	(void)tx_map_put(t, CLASS_host, host, FIELD_host_other_config, key,
	    text);
	return call_commit(c, t);
}

int
host_set_iscsi_iqn(struct call *c, const struct host_set_iscsi_iqn_args *a)
{
	const char *const words[] = { a->value, NULL };

	if (!a->value[0])
		return fail_invalid_value(c, "value", a->value);
	if (host_machine(c, "iqn", words) < 0)
		return -1;
	return set_with_key(c, a->host, FIELD_host_iscsi_iqn, &a->value,
	    "iscsi_iqn", a->value);
}

int
host_set_multipathing(struct call *c,
    const struct host_set_multipathing_args *a)
{
	const char *const words[] = { a->value ? "on" : "off", NULL };

	if (host_machine(c, "multipath", words) < 0)
		return -1;
	return set_with_key(c, a->host, FIELD_host_multipathing, &a->value,
	    "multipathing", a->value ? "true" : "false");
}

/* ---- processors ---- */

int
host_set_numa_affinity_policy(struct call *c,
    const struct host_set_numa_affinity_policy_args *a)
{
	return set_on_machine(c, a->self, FIELD_host_numa_affinity_policy,
	    &a->value);
}

/* "", "C" or "C,S": no limit, or the deepest state and sub-state. */
static bool
is_cstate(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (!*s)
		return true;
	if (!n || n > 4)
		return false;
	s += n;
	if (!*s)
		return true;
	n = strspn(s + 1, "0123456789");
	return *s == ',' && n && n <= 4 && !s[n + 1];
}

int
host_set_max_cstate(struct call *c, const struct host_set_max_cstate_args *a)
{
	const char *comma = strchr(a->value, ','), *words[3] = { "unlimited" };
	char state[8];

	if (!is_cstate(a->value))
		return fail_invalid_value(c, "max_cstate", a->value);
	if (*a->value && strtol(a->value, NULL, 10) > 1)
		return fail_value_not_supported(c, "max_cstate", a->value,
		    "Only C0, C1 or no limit can be set");
	snprintf(state, sizeof(state), "%.*s", (int)strcspn(a->value, ","),
	    a->value);
	if (*state)
		words[0] = state;
	if (comma)
		words[1] = comma + 1;
	if (host_machine(c, "cstate", words) < 0)
		return -1;
	return edit_field(c, CLASS_host, a->self, FIELD_host_max_cstate,
	    &a->value);
}

int
host_get_sched_gran(struct call *c, const struct host_get_sched_gran_args *a,
    enum host_sched_gran *result_r)
{
	(void)a;
	*result_r = HOST_SCHED_GRAN_CPU;
	return edit_simulated_only(c);
}

int
host_set_sched_gran(struct call *c, const struct host_set_sched_gran_args *a)
{
	(void)a;
	return fail_operation_not_allowed(c,
	    "The scheduling granularity of this host cannot be changed");
}

/* ---- display of the control domain: what is, and what comes at boot ---- */

static const struct display_step {
	enum host_display on_enable, on_disable;
} display_steps[] = {
	[HOST_DISPLAY_ENABLED] = { HOST_DISPLAY_ENABLED,
	    HOST_DISPLAY_DISABLE_ON_REBOOT },
	[HOST_DISPLAY_DISABLE_ON_REBOOT] = { HOST_DISPLAY_ENABLED,
	    HOST_DISPLAY_DISABLE_ON_REBOOT },
	[HOST_DISPLAY_DISABLED] = { HOST_DISPLAY_ENABLE_ON_REBOOT,
	    HOST_DISPLAY_DISABLED },
	[HOST_DISPLAY_ENABLE_ON_REBOOT] = { HOST_DISPLAY_ENABLE_ON_REBOOT,
	    HOST_DISPLAY_DISABLED },
};

static int
change_display(struct call *c, struct ref host, bool enable,
    enum host_display *result_r)
{
	TX_SCOPE struct tx *t = NULL;
	const struct host *h;

	if (edit_simulated_only(c) < 0)
		return -1;
	t = call_begin(c);
	if (!t || !(h = EDIT_HEAD(c, t, host, host, host)))
		return -1;
	*result_r = enable ? display_steps[h->display].on_enable
			   : display_steps[h->display].on_disable;
	TX_SET(t, host, host, host, display, *result_r);
	return call_commit(c, STEAL(t));
}

int
host_enable_display(struct call *c, const struct host_enable_display_args *a,
    enum host_display *result_r)
{
	return change_display(c, a->host, true, result_r);
}

int
host_disable_display(struct call *c, const struct host_disable_display_args *a,
    enum host_display *result_r)
{
	return change_display(c, a->host, false, result_r);
}

/* ---- services of the control domain ---- */

int
host_set_ssl_legacy(struct call *c, const struct host_set_ssl_legacy_args *a)
{
	if (a->value)
		return fail_value_not_supported(c, "value", "true",
		    "TLS 1.2 is the oldest that is spoken");
	return EDIT_FIELD(c, host, host, a->self, ssl_legacy, false);
}

int
host_set_uefi_certificates(struct call *c,
    const struct host_set_uefi_certificates_args *a)
{
	(void)a;
	return fail_operation_not_allowed(c,
	    "Use pool.set_custom_uefi_certificates");
}

int
host_emergency_clear_mandatory_guidance(struct call *c,
    const struct host_emergency_clear_mandatory_guidance_args *a)
{
	(void)a;
	return EDIT_FIELD(c, host, host, c->core->host, pending_guidances,
	    (struct set){ .n = 0 });
}

/* ---- licences: every feature is on in every edition ---- */

int
host_apply_edition(struct call *c, const struct host_apply_edition_args *a)
{
	return EDIT_FIELD(c, host, host, a->host, edition, a->edition);
}

int
host_license_add(struct call *c, const struct host_license_add_args *a)
{
	(void)a;
	return fail_license_processing_error(c);
}

/* There is never a licence file, so it is gone already. */
int
host_license_remove(struct call *c, const struct host_license_remove_args *a)
{
	(void)a;
	(void)c;
	return 0;
}

int
host_set_license_params(struct call *c,
    const struct host_set_license_params_args *a)
{
	return edit_field(c, CLASS_host, a->self, FIELD_host_license_params,
	    &a->value);
}

/* Hosts have no supplemental packs. */
int
host_refresh_pack_info(struct call *c,
    const struct host_refresh_pack_info_args *a)
{
	(void)c;
	(void)a;
	return 0;
}
