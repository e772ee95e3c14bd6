/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/power/vm_halt.h"

#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"
#include "vm/start/placement.h"

static int
add_console(struct tx *t, const struct vm *vm, enum console_protocol protocol)
{
	const struct host *host = TX_GET(t, host, host, vm->resident_on);
	char uuid[UUID_CHARS + 1];
	struct console con;
	struct ref ref;

	uuid_format(ref_new(), uuid);
	builder_defaults(CLASS_console, &con.r);
	con.uuid = uuid;
	con.VM = vm->r.self;
	con.protocol = protocol;
	con.location = arena_printf(tx_arena(t), "https://%s/console?uuid=%s",
	    host ? host->address : "", uuid);
	return con.location ? tx_insert(t, &con.r, &ref) : -1;
}

int
vm_add_consoles(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);

	if (!vm || vm->consoles.n)
		return 0;
	if ((vm->domain_type == DOMAIN_TYPE_HVM ||
		edit_map_true(&vm->platform, "pvfb")) &&
	    add_console(t, vm, CONSOLE_PROTOCOL_RFB) < 0)
		return -1;
	return add_console(t, TX_GET(t, VM, vm, ref), CONSOLE_PROTOCOL_VT100);
}

int
vm_leave_host(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	const struct ref *refs;

	if (!vm)
		return 0;
	if (!ref_is_null(vm->resident_on))
		(void)placement_take(t, vm->resident_on, -placement_memory(vm));
	while ((vm = TX_GET(t, VM, vm, ref)) && vm->consoles.n) {
		refs = vm->consoles.items;
		if (tx_destroy(t, CLASS_console, refs[0]) < 0)
			return -1;
	}
	TX_SET(t, VM, vm, ref, resident_on, REF_NULL);
	return TX_SET(t, VM, vm, ref, domid, -1);
}

int
vm_detach_all(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	const struct ref *refs;

	if (!vm)
		return 0;
	refs = vm->VBDs.items;
	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		TX_SET(t, VBD, vbd, refs[i], reserved, false);
		TX_SET(t, VBD, vbd, refs[i], device, "");
		TX_SET(t, VBD, vbd, refs[i], currently_attached, false);
	}
	refs = vm->VIFs.items;
	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		TX_SET(t, VIF, vif, refs[i], reserved, false);
		TX_SET(t, VIF, vif, refs[i], currently_attached, false);
	}
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; i < vm->VUSBs.n; i++)
		TX_SET(t, VUSB, vusb, refs[i], currently_attached, false);
	TX_SET(t, VM, vm, ref, requires_reboot, false);
	vgpu_leave(t, ref);
	pci_leave(t, ref);
	return vm_leave_host(t, ref);
}

int
vm_halt(struct tx *t, struct ref ref)
{
	if (vm_detach_all(t, ref) < 0)
		return -1;
	return TX_SET(t, VM, vm, ref, power_state, VM_POWER_STATE_HALTED);
}
