/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a start leaves in the record of a VM, once its host is known. (source:
 * lifecycle.json call_effects, keys.json platform) */
#include "vm/power/vm_start_record.h"

#include <string.h>

#include "model/builder.h"
#include "vm/start/vm_boot.h"
#include "vm/vm.h"

/* Clients show which emulator it is by the names that they know. */
static int
name_emulator(struct tx *t, const struct vm *vm)
{
	const char *now = builder_find(&vm->platform, "device-model");
	const char *name =
	    vm_is_uefi(vm) ? "qemu-upstream-uefi" : "qemu-upstream-compat";

	if (vm->domain_type != DOMAIN_TYPE_HVM ||
	    (now && strcmp(now, "qemu-trad") != 0))
		return 0;
	return tx_map_put(t, CLASS_VM, vm->r.self, FIELD_VM_platform,
	    "device-model", name);
}

/* "auto" is settled by whether the pool knows whom to trust. */
static int
settle_secure_boot(struct tx *t, const struct vm *vm, const struct pool *pool)
{
	const char *now = builder_find(&vm->platform, "secureboot");

	if (!now || strcmp(now, "auto") != 0)
		return 0;
	return tx_map_put(t, CLASS_VM, vm->r.self, FIELD_VM_platform,
	    "secureboot",
	    pool && pool->uefi_certificates[0] ? "true" : "false");
}

static int
note_processors(struct tx *t, const struct vm *vm, const struct host *host)
{
	struct builder b = { .arena = tx_arena(t) };
	const char *vendor = builder_find(&host->cpu_info, "vendor");
	const char *features = builder_find(&host->cpu_info,
	    vm->domain_type == DOMAIN_TYPE_PV ? "features_pv" : "features_hvm");
	struct map flags = BUILDER_MAP(&b, "vendor", vendor ? vendor : "",
	    "features", features ? features : "");

	return b.failed
	    ? 0
	    : TX_SET(t, VM, vm, vm->r.self, last_boot_CPU_flags, flags);
}

int
vm_record_kept_running(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);

	return vm && strcmp(vm->ha_restart_priority, "restart") == 0
	    ? TX_SET(t, VM, vm, ref, ha_always_run, true)
	    : 0;
}

/* A change may end the record that it began from: each looks anew. */
int
vm_record_start(struct core *core, struct tx *t, struct ref ref,
    struct ref host_ref)
{
	const struct host *host = TX_GET(t, host, host, host_ref);
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	struct map generic;

	if (!vm || !host)
		return 0;
	if (!vm->bios_strings.n && vm_bios_generic(tx_arena(t), &generic) == 0)
		TX_SET(t, VM, vm, ref, bios_strings, generic);
	(void)name_emulator(t, TX_GET(t, VM, vm, ref));
	(void)settle_secure_boot(t, TX_GET(t, VM, vm, ref),
	    TX_GET(t, pool, pool, core->pool));
	(void)note_processors(t, TX_GET(t, VM, vm, ref), host);
	return vm_record_kept_running(t, ref);
}
