/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.shutdown, reboot, power_on: the guests of the host are shut down, then
 * the host. A real one is this machine, which the parent is asked to bring
 * down, shortly after the call was answered. A simulated one is its records:
 * host_metrics.live is false until it comes back, by itself after a reboot, by
 * host.power_on after a shutdown. Where the daemon's own simulated host goes
 * down, the daemon goes with it.
 * (source of rules: lifecycle.json, object_rules of class host) */
#include "host/host_power.h"

#include <stdio.h>
#include <string.h>

#include "appliance/vm_autostart.h"
#include "call/edit.h"
#include "host/host_agent.h"
#include "host/host_operations.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "plan/priv.h"
#include "vm/power/vm_power.h"

#define BOOT_NS NSEC_PER_SEC /* of a simulated host */

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

/* Which boot of this machine this is; "" unknown. */
static const char *
boot_of_machine(struct arena *a)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *text;

	if (file_read("/proc/sys/kernel/random/boot_id", 64, &b) < 0 ||
	    !(text = bytes_cstr(&b)))
		return "";
	text = arena_strndup(a, text, strcspn(text, "\n"));
	return text ? text : "";
}

/* ---- back again ---- */

static enum host_display
display_after_boot(enum host_display before)
{
	switch (before) {
	case HOST_DISPLAY_DISABLE_ON_REBOOT:
		return HOST_DISPLAY_DISABLED;
	case HOST_DISPLAY_ENABLE_ON_REBOOT:
		return HOST_DISPLAY_ENABLED;
	default:
		return before;
	}
}

static void
has_booted(struct tx *t, const struct host *h, const char *boot)
{
	struct ref self = h->r.self, metrics = h->metrics;
	enum host_display display = display_after_boot(h->display);

	if (h->auto_enable)
		TX_SET(t, host, host, self, enabled, true);
	TX_SET(t, host, host, self, auto_enable, true);
	TX_SET(t, host, host, self, display, display);
	TX_SET(t, host, host, self, boot_id, boot);
	if (TX_GET(t, host_metrics, host_metrics, metrics))
		TX_SET(t, host_metrics, host_metrics, metrics, live, true);
	host_operations_update(t, self);
}

/* A simulated host: when it booted is what we say. */
static void
comes_up(struct tx *t, const struct host *h)
{
	char now[24];

	snprintf(now, sizeof(now), "%lld.", (long long)clock_wall_sec());
	(void)tx_map_put(t, CLASS_host, h->r.self, FIELD_host_other_config,
	    "boot_time", now);
	has_booted(t, TX_GET(t, host, host, h->r.self), "");
}

struct boots {
	struct core *core;
	struct tx *t;
	struct ref host; /* one that is up again, or null */
	bool start;      /* of the daemon: its own host has power again */
};

static int
boot_one(const struct record *r, void *arg)
{
	const struct host *h = (const struct host *)r;
	struct boots *b = arg;

	if (strcmp(h->boot_id, HOST_IS_BOOTING) != 0 &&
	    !(b->start && *h->boot_id && ref_equal(r->self, b->core->host)))
		return 0;
	b->host = r->self;
	comes_up(b->t, h);
	return 0;
}

static struct {
	struct core *core;
	struct timer timer;
} boots;

static void
boots_fire(struct timer *timer)
{
	struct boots b = { .core = boots.core, .t = tx_begin(boots.core->db) };

	(void)timer;
	if (!b.t) {
		log_err("a simulated host stays down: no memory");
		return;
	}
	(void)tx_each(b.t, CLASS_host, boot_one, &b);
	tx_commit(b.t, NULL, NULL);
	if (!ref_is_null(b.host))
		vm_autostart(boots.core, b.host);
}

static void
boot_soon(struct core *core)
{
	(void)timer_set(core->timers, &boots.timer, clock_mono_ns() + BOOT_NS);
}

/* A real host that runs since before the daemon was started the last time goes
 * on as it was. */
static void
look_at_machine(struct core *core, struct tx *t)
{
	const struct host *h = TX_GET(t, host, host, core->host);
	const char *boot = boot_of_machine(tx_arena(t));

	if (!h || strcmp(h->boot_id, boot) == 0)
		return;
	if (*h->boot_id) {
		has_booted(t, h, boot);
		(void)vm_autostart_at_resume(t, core->host);
	} else {
		TX_SET(t, host, host, core->host, boot_id, boot);
	}
}

int
host_power_start(struct core *core)
{
	struct boots b = { .core = core,
		.t = tx_begin(core->db),
		.start = true };

	boots.core = core;
	boots.timer.fire = boots_fire;
	if (!b.t)
		return -1;
	if (is_simulated(core))
		(void)tx_each(b.t, CLASS_host, boot_one, &b);
	else
		look_at_machine(core, b.t);
	if (!ref_is_null(b.host))
		(void)vm_autostart_at_resume(b.t, b.host);
	return tx_commit_wait(b.t, NULL);
}

void
host_power_stop(struct core *core)
{
	timer_cancel(core->timers, &boots.timer);
}

/* ---- down ---- */

static const struct host *
head(struct plan *p, struct tx *t)
{
	const struct host *h = TX_GET(t, host, host, p->object);

	if (!h)
		fail_handle_invalid(p->call, "host",
		    call_ref_text(p->call, p->object));
	return h;
}

static bool
is_live(struct tx *t, const struct host *h)
{
	const struct host_metrics *m =
	    TX_GET(t, host_metrics, host_metrics, h->metrics);

	return m && m->live;
}

static int
live_check(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);

	if (!h)
		return -1;
	return is_live(t, h)
	    ? 0
	    : fail_host_offline(p->call, call_ref_text(p->call, p->object));
}

static int
down_check(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);
	const struct pool *pool = TX_GET(t, pool, pool, p->core->pool);

	if (!h || live_check(p, t) < 0)
		return -1;
	if (h->enabled)
		return fail_host_not_disabled(p->call);
	return pool && pool->ha_enabled && ref_equal(p->object, p->core->host)
	    ? fail_ha_is_enabled(p->call)
	    : 0;
}

#define GUESTS "guests" /* note: references and spaces */

/* Which ones is noted before the first goes: a step that runs again finds its
 * parts by their order. */
static int
list_apply(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);
	const struct ref *vms = h ? h->resident_VMs.items : NULL;
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *s;

	for (uint32_t i = 0; h && i < h->resident_VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		if (vm && !vm->is_control_domain)
			bytes_printf(&text, "%s ",
			    call_ref_text(p->call, vms[i]));
	}
	if (!h)
		return -1;
	s = bytes_cstr(&text);
	return s ? plan_note(p, GUESTS, s) : call_fail_nomem(p->call);
}

/* Each as VM.shutdown does: asked first, and ended when it does not listen. */
static int
guests_send(struct plan *p)
{
	const struct plan_kind *kind = vm_power_kind("VM.shutdown");
	char *text = arena_strdup(p->call->arena, plan_arg(p, GUESTS)), *next;
	struct ref vm;

	if (!text)
		return call_fail_nomem(p->call);
	while ((next = strsep(&text, " ")))
		if (*next && ref_parse(next, &vm) &&
		    plan_child(p, kind, vm, NULL) < 0)
			return -1;
	return 0;
}

/* Which boot is to end: a plan that goes on behind it is done. */
static int
guests_apply(struct plan *p, struct tx *t)
{
	return plan_note(p, "boot", boot_of_machine(tx_arena(t)));
}

static bool
is_reboot(const struct plan *p)
{
	return strcmp(p->kind->operation, "reboot") == 0;
}

static int
order_send(struct plan *p)
{
	if (is_simulated(p->core) ||
	    strcmp(plan_arg(p, "boot"), boot_of_machine(p->call->arena)) != 0)
		return 0;
	if (priv_power(is_reboot(p) ? PRIV_REBOOT : PRIV_POWEROFF) == 0)
		return 0;
	log_err("%s: %m", p->kind->name);
	return fail_operation_not_allowed(p->call,
	    "The daemon has no right to bring this machine down");
}

static int
order_apply(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);

	if (!h || !is_simulated(p->core))
		return h ? 0 : -1;
	TX_SET(t, host, host, p->object, boot_id,
	    is_reboot(p) ? HOST_IS_BOOTING : HOST_IS_OFF);
	if (TX_GET(t, host_metrics, host_metrics, h->metrics))
		TX_SET(t, host_metrics, host_metrics, h->metrics, live, false);
	host_operations_update(t, p->object);
	return 0;
}

static int
down_finish(struct plan *p, struct tx *t, bool ok)
{
	(void)t;
	if (!ok || !is_simulated(p->core))
		return 0;
	if (!ref_equal(p->object, p->core->host))
		boot_soon(p->core); /* nothing to do when it is to stay off */
	else if (is_reboot(p))
		host_agent_restart(p->core);
	else
		host_agent_end(p->core);
	return 0;
}

static const struct step guests_steps[] = {
	{ "list", NULL, list_apply, NULL, NULL },
	{ "guests", guests_send, NULL, NULL, NULL },
	{ 0 },
};

static const struct step down_steps[] = {
	{ "list", NULL, list_apply, NULL, NULL },
	{ "guests", guests_send, guests_apply, NULL, NULL },
	{ "order", order_send, order_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind reboot_kind = {
	.name = "host.reboot",
	.cls = CLASS_host,
	.operation = "reboot",
	.steps = down_steps,
	.check = down_check,
	.finish = down_finish,
};

static const struct plan_kind shutdown_kind = {
	.name = "host.shutdown",
	.cls = CLASS_host,
	.operation = "shutdown",
	.steps = down_steps,
	.check = down_check,
	.finish = down_finish,
};

/* What the host's own scripts ask for when somebody else brings it down. */
static const struct plan_kind prepare_kind = {
	.name = "host.prepare_for_poweroff",
	.cls = CLASS_host,
	.operation = "shutdown",
	.steps = guests_steps,
	.check = live_check,
};

int
host_reboot(struct call *c, const struct host_reboot_args *a)
{
	return plan_start(c, &reboot_kind, a->host, NULL);
}

int
host_shutdown(struct call *c, const struct host_shutdown_args *a)
{
	return plan_start(c, &shutdown_kind, a->host, NULL);
}

int
host_prepare_for_poweroff(struct call *c,
    const struct host_prepare_for_poweroff_args *a)
{
	return plan_start(c, &prepare_kind, a->host, NULL);
}

/* ---- power for one that is off ---- */

static int
power_on_check(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);

	if (!h)
		return -1;
	if (is_live(t, h))
		return fail_host_is_live(p->call,
		    call_ref_text(p->call, p->object));
	if (!*h->power_on_mode)
		return fail_host_power_on_mode_disabled(p->call);
	return is_simulated(p->core)
	    ? 0
	    : fail_xenapi_missing_plugin(p->call, "power-on-host");
}

static int
power_on_apply(struct plan *p, struct tx *t)
{
	const struct host *h = head(p, t);

	if (!h)
		return -1;
	comes_up(t, h);
	return vm_autostart_then(p, t);
}

static const struct step power_on_steps[] = {
	{ "up", NULL, power_on_apply, NULL, NULL },
	{ 0 },
};

static const struct plan_kind power_on_kind = {
	.name = "host.power_on",
	.cls = CLASS_host,
	.operation = "power_on",
	.steps = power_on_steps,
	.check = power_on_check,
};

int
host_power_on(struct call *c, const struct host_power_on_args *a)
{
	return plan_start(c, &power_on_kind, a->host, NULL);
}

const struct plan_kind *const host_power_kinds[] = { &reboot_kind,
	&shutdown_kind, &prepare_kind, &power_on_kind, NULL };
