/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source: consoles.json params, checks) */
#include <stdio.h>
#include <string.h>

#include "access/rbac.h"
#include "console/console.h"
#include "vm/vm_operations.h"

void
console_target_end(struct console_target *t)
{
	if (t->vm)
		record_unref(&t->vm->r);
	if (t->console)
		record_unref(&t->console->r);
	*t = (struct console_target){ 0 };
}

static const struct console *
get_console(struct call *c, struct ref ref)
{
	return (const struct console *)db_get(c->db, CLASS_console, ref);
}

/* Of a VM: its screen, else any. */
static void
choose(struct call *c, struct console_target *t)
{
	const struct ref *refs = t->vm->consoles.items;

	for (uint32_t i = 0; i < t->vm->consoles.n; i++) {
		const struct console *con = get_console(c, refs[i]);

		if (!con)
			continue;
		if (t->console && con->protocol != CONSOLE_PROTOCOL_RFB) {
			record_unref(&con->r);
			continue;
		}
		if (t->console)
			record_unref(&t->console->r);
		t->console = con;
		if (con->protocol == CONSOLE_PROTOCOL_RFB)
			return;
	}
}

static int
look_up(struct http_exchange *x, struct call *c, struct console_target *t)
{
	const char *ref = http_query(x, "ref", 0);
	const char *uuid = http_query(x, "uuid", 0);

	if (!ref && !uuid)
		return fail_handle_invalid(c, "console", "");
	t->vm = (const struct vm *)http_find(x, c, CLASS_VM);
	if (t->vm) {
		choose(c, t);
		return 0;
	}
	t->console = (const struct console *)http_find(x, c, CLASS_console);
	if (t->console)
		t->vm =
		    (const struct vm *)db_get(c->db, CLASS_VM, t->console->VM);
	return t->vm ? 0 : fail_handle_invalid(c, "console", ref ? ref : uuid);
}

int
console_find(struct http_exchange *x, struct call *c, const char *handler,
    struct console_target *t)
{
	char name[64];

	if (look_up(x, c, t) < 0)
		return -1;
	if (!t->vm->is_control_domain)
		return 0;
	snprintf(name, sizeof(name), "%s/host_console%s", handler,
	    strcmp(handler, "connect_console_ws") == 0 ? "_ws" : "");
	if (call_allowed(c, rbac_http_roles(name)))
		return 0;
	return fail_rbac_permission_denied(c, name,
	    "The consoles of hosts need a role of their own");
}

int
console_check(struct call *c, const struct console_target *t)
{
	const struct vm *vm = t->vm;

	if (vm->power_state != VM_POWER_STATE_RUNNING)
		return vm_fail_power_state(c, call_ref_text(c, vm->r.self), vm,
		    1u << VM_POWER_STATE_RUNNING);
	if (strcmp(c->core->config->backend, "simulator") != 0 &&
	    !ref_equal(vm->resident_on, c->core->host))
		return fail_vm_not_resident_here(c,
		    call_ref_text(c, vm->r.self),
		    call_ref_text(c, c->core->host));
	if (!t->console)
		return fail_handle_invalid(c, "console",
		    call_ref_text(c, vm->r.self));
	return 0;
}
