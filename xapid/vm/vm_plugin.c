/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.call_plugin: requests to the agent inside a guest. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm/vm.h"

#define PLUGIN "guest-agent-operation"

static bool
has_feature(struct tx *t, const struct vm *vm, const char *feature)
{
	const struct vm_guest_metrics *g =
	    TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	const char *text = g ? builder_find(&g->other, feature) : NULL;

	return text && strcmp(text, "1") == 0;
}

static bool
scripts_are_allowed(struct call *c, struct tx *t)
{
	const struct pool *pool = TX_GET(t, pool, pool, c->core->pool);

	return pool &&
	    edit_map_true(&pool->other_config, "allow_guest_agent_run_script");
}

/* What agents know, and the feature that says that this one does. No worker
 * carries these to a guest yet. (source: guest-agent.json) */
int
vm_call_plugin(struct call *c, const struct vm_call_plugin_args *a,
    const char **result_r)
{
	static const char *const functions[][2] = {
		{ "request-rdp-on", "feature-ts2" },
		{ "request-rdp-off", "feature-ts2" },
		{ "run-script", "feature-xs-batcmd" },
	};
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	(void)result_r;
	if (!t || !(vm = vm_check_head(c, t, a->vm, VM_OPERATIONS_CALL_PLUGIN)))
		return -1;
	if (strcmp(a->plugin, PLUGIN) != 0)
		return fail_xenapi_missing_plugin(c, a->plugin);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		if (strcmp(a->fn, functions[i][0]) != 0)
			continue;
		if (strcmp(a->fn, "run-script") == 0 &&
		    !scripts_are_allowed(c, t))
			return fail_operation_not_allowed(c,
			    "pool.other_config does not allow scripts in "
			    "guests");
		if (!has_feature(t, vm, functions[i][1]))
			return fail_vm_lacks_feature(c,
			    call_ref_text(c, a->vm));
		return fail_not_implemented(c, a->fn);
	}
	return fail_xenapi_plugin_failure(c, "unknown function", a->fn, "");
}
