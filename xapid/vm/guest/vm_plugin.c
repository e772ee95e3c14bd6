/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.call_plugin: requests to the agent inside a guest, by xenstore. (source:
 * guest-agent.json, lifecycle.json "VM.call_plugin") */
#include <pthread.h>
#include <string.h>

#include "access/rbac.h"
#include "call/edit.h"
#include "lib/clock.h"
#include "lib/refmap.h"
#include "model/builder.h"
#include "vm/guest/vm_plugin.h"
#include "vm/power/vm_power.h"
#include "vm/vm.h"
#include "vm/vm_live.h"

#define PLUGIN "guest-agent-operation"
#define SCRIPT "run-script"
#define INTERVAL_SEC 10
#define REMEMBERED_MAX 4096 /* VMs; beyond that the oldest may ask again */

/* What agents know, the feature that says that this one does, and what is
 * written for it; a script is another plan's work. */
static const struct function {
	const char *name, *feature, *path, *value;
} functions[] = {
	{ "request-rdp-on", "feature-ts2", "control/ts", "1" },
	{ "request-rdp-off", "feature-ts2", "control/ts", "0" },
	{ SCRIPT, "feature-xs-batcmd", NULL, NULL },
};

static const struct function *
find(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

/* ---- not too often ---- */

/* When each VM may be asked again, clock_mono_ns; as pointers, never NULL. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap until;

static void
forget_old(int64_t now)
{
	struct ref vm;
	void *v;

	for (size_t i = 0; (v = refmap_next(&until, &i, &vm));)
		if ((int64_t)(uintptr_t)v <= now ||
		    until.count > REMEMBERED_MAX)
			(void)refmap_remove(&until, vm);
}

static int
check_rate(struct call *c, struct ref vm)
{
	const int64_t interval = INTERVAL_SEC * NSEC_PER_SEC;
	int64_t now = clock_mono_ns(), may;
	const char *wait;

	pthread_mutex_lock(&lock);
	forget_old(now);
	may = (int64_t)(uintptr_t)refmap_get(&until, vm);
	if (may <= now)
		(void)refmap_put(&until, vm,
		    (void *)(uintptr_t)(now + interval));
	pthread_mutex_unlock(&lock);
	if (may <= now)
		return 0;
	wait = arena_printf(c->arena, "%.3f",
	    (double)(may - now) / (double)NSEC_PER_SEC);
	return wait ? fail_vm_call_plugin_rate_limit(c, call_ref_text(c, vm),
			  "10.", wait)
		    : call_fail_nomem(c);
}

/* ---- may it? ---- */

int
vm_plugin_fail(struct call *c, const char *status, const char *why)
{
	return fail_xenapi_plugin_failure(c, status, why, why);
}

static int
check_feature(struct call *c, struct tx *t, const struct vm *vm,
    const struct function *f)
{
	const struct vm_guest_metrics *g =
	    TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	const char *text = g ? builder_find(&g->other, f->feature) : NULL;

	if (text && strcmp(text, "1") == 0)
		return 0;
	return vm_plugin_fail(c, "failed to execute fn",
	    "The guest's agent does not say that it knows this function");
}

/* Whoever may do this owns the guest. */
int
vm_script_check(struct call *c)
{
	RECORD_UNREF const struct record *r =
	    db_get(c->db, CLASS_pool, c->core->pool);
	const struct pool *pool = (const struct pool *)r;

	if (!pool ||
	    !edit_map_true(&pool->other_config, "allow_guest_agent_run_script"))
		return fail_feature_restricted(c);
	return call_allowed(c, rbac_at_least("vm-power-admin"))
	    ? 0
	    : fail_rbac_permission_denied(c, "vm.call_plugin",
		  "Scripts in guests need the role vm-power-admin");
}

int
vm_plugin_check(struct plan *p, struct tx *t)
{
	const struct vm_call_plugin_args *a = p->call->args;
	const struct function *f;
	const struct vm *vm;

	if (vm_plan_check(p, t) < 0)
		return -1;
	vm = TX_GET(t, VM, vm, p->object);
	if (strcmp(a->plugin, PLUGIN) != 0)
		return fail_xenapi_missing_plugin(p->call, a->plugin);
	if (check_rate(p->call, p->object) < 0)
		return -1;
	f = find(a->fn);
	if (!f)
		return vm_plugin_fail(p->call, "failed to find fn",
		    "The plugin has no such function");
	if (check_feature(p->call, t, vm, f) < 0 ||
	    plan_note(p, "uuid", vm->uuid) < 0)
		return -1;
	return plan_note(p, "fn", f->name);
}

/* ---- asking ---- */

static int
ask_send(struct plan *p)
{
	const struct function *f = find(plan_arg(p, "fn"));
	struct value_member data, m[3];
	struct value body = { .kind = VALUE_STRUCT, .n = 3, .members = m };
	const char *texts[] = { "xenstore_write", plan_arg(p, "uuid"),
		f->value };
	struct value v[3];

	for (int i = 0; i < 3; i++)
		v[i] = (struct value){ .kind = VALUE_STRING,
			.n = (uint32_t)strlen(texts[i]),
			.s = texts[i] };
	data = (struct value_member){ f->path, v[2] };
	m[0] = (struct value_member){ "op", v[0] };
	m[1] = (struct value_member){ "uuid", v[1] };
	m[2] = (struct value_member){ "xenstore_data",
		{ .kind = VALUE_STRUCT, .n = 1, .members = &data } };
	return plan_send_to(p, PLAN_DOMAIN, NULL, &body);
}

static const struct step ask_steps[] = {
	{ .name = "ask", .send = ask_send },
	{ 0 },
};

const struct plan_kind vm_call_plugin_kind = {
	.name = "VM.call_plugin",
	.cls = CLASS_VM,
	.operation = "call_plugin",
	.steps = ask_steps,
	.check = vm_plugin_check,
	.finish = vm_plan_refresh,
};

static bool
is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == len && strncmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

/* What plugins do knows no roles. */
static int
check_may_call(struct call *c, const char *plugin)
{
	static const char call[] = "host.call_plugin";
	const struct method *m = method_find(call, sizeof(call) - 1);

	if (is_listed(c->core->config->vm_plugins, plugin) ||
	    (m && call_allowed(c, m->roles)))
		return 0;
	return fail_rbac_permission_denied(c, call,
	    "This plugin is not among --vm-plugins");
}

/* The host's plugin, not the guest's; told of no VM, as in the original. All
 * hosts are this daemon. */
int
vm_call_host_plugin(struct call *c, const struct vm_call_host_plugin_args *a,
    const char **result_r)
{
	struct host_call_plugin_args on = { .plugin = a->plugin,
		.fn = a->fn,
		.args = a->args };
	struct tx *t = call_begin(c);
	const struct vm *vm =
	    t ? vm_check_head(c, t, a->vm, VM_OPERATIONS_CALL_PLUGIN) : NULL;

	if (vm)
		on.host = vm->resident_on;
	tx_abort(t);
	return vm && check_may_call(c, a->plugin) == 0
	    ? host_call_plugin(c, &on, result_r)
	    : -1;
}

/* It does not wait for what the VM is about. */
int
vm_call_plugin(struct call *c, const struct vm_call_plugin_args *a,
    const char **result_r)
{
	struct tx *t = call_begin(c);
	bool idle = t && vm_check_head(c, t, a->vm, VM_OPERATIONS_CALL_PLUGIN);

	tx_abort(t);
	if (!idle)
		return -1;
	*result_r = "";
	if (strcmp(a->plugin, PLUGIN) == 0 && strcmp(a->fn, SCRIPT) == 0)
		return vm_script_start(c, a);
	return plan_start(c, &vm_call_plugin_kind, a->vm, NULL);
}
