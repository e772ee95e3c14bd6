/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/vm_boot.h"

#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "model/builder.h"
#include "passthrough/pci.h"
#include "passthrough/vgpu.h"
#include "passthrough/vusb.h"
#include "vm/vm.h"

/* ---- what it boots from ---- */

/* Kernels for direct boot come from here and from nowhere else; the domain
 * worker looks again, with the links resolved. */
static const char *const boot_folders[] = {
	"/var/lib/xapid/guest/",
	"/var/lib/xcp/guest/",
};

bool
vm_is_boot_path(const char *path)
{
	size_t len = strlen(path);

	if (len > 1023 || strstr(path, "/../") || strstr(path, "//") ||
	    (len >= 3 && strcmp(path + len - 3, "/..") == 0))
		return false;
	for (size_t i = 0; i < sizeof(boot_folders) / sizeof(*boot_folders);
	     i++) {
		size_t n = strlen(boot_folders[i]);

		if (strncmp(path, boot_folders[i], n) == 0)
			return path[n] != '\0';
	}
	return false;
}

/* Guests with a bootloader of their own run GRUB, built for Xen, inside the
 * domain: nothing of a guest's disk is read on the host. */
const char *
vm_bootloader_kernel(const struct vm *vm)
{
	if (vm->domain_type == DOMAIN_TYPE_HVM || !vm->PV_bootloader[0])
		return NULL;
	return vm->domain_type == DOMAIN_TYPE_PVH
	    ? "/var/lib/xapid/guest/grub-i386-xen_pvh.bin"
	    : "/var/lib/xapid/guest/grub-x86_64-xen.bin";
}

bool
vm_is_uefi(const struct vm *vm)
{
	const char *firmware = builder_find(&vm->HVM_boot_params, "firmware");

	return firmware && strcmp(firmware, "uefi") == 0;
}

static int
check_path(struct call *c, const char *field, const char *path)
{
	const char *const params[] = { field, path,
		"not below the directory of guests' kernels" };

	if (!path[0] || vm_is_boot_path(path))
		return 0;
	return call_fail(c, "INVALID_VALUE", params, 3);
}

/* There is one emulator by all of these names; a name that no start has ever
 * written is a mistake of somebody's. (source: keys.json platform) */
static int
check_emulator(struct call *c, const struct vm *vm)
{
	static const char *const names[] = { "qemu-trad",
		"qemu-upstream-compat", "qemu-upstream", "qemu-upstream-uefi" };
	const char *name = builder_find(&vm->platform, "device-model");

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return 0;
	return name ? fail_invalid_value(c, "platform:device-model", name) : 0;
}

/* What is meant is known of these alone (host.supported_bootloaders); none of
 * them runs on the host, so where it would be there does not matter. */
static int
check_bootloader(struct call *c, const struct vm *vm)
{
	const char *slash = strrchr(vm->PV_bootloader, '/');
	const char *name = slash ? slash + 1 : vm->PV_bootloader;

	return strcmp(name, "pygrub") == 0 || strcmp(name, "eliloader") == 0
	    ? 0
	    : fail_invalid_value(c, "PV_bootloader", vm->PV_bootloader);
}

static int
check_source(struct call *c, const struct vm *vm)
{
	const char *firmware = builder_find(&vm->HVM_boot_params, "firmware");
	const char *order = builder_find(&vm->HVM_boot_params, "order");

	if (vm->domain_type == DOMAIN_TYPE_HVM) {
		if (firmware && strcmp(firmware, "bios") != 0 &&
		    strcmp(firmware, "uefi") != 0)
			return fail_invalid_value(c,
			    "HVM_boot_params['firmware']", firmware);
		if (order && order[strspn(order, "cdn")])
			return fail_invalid_value(c, "HVM_boot_params['order']",
			    order);
		return check_emulator(c, vm);
	}
	if (vm_bootloader_kernel(vm))
		return check_bootloader(c, vm);
	if (check_path(c, "kernel", vm->PV_kernel) < 0)
		return -1;
	return check_path(c, "ramdisk", vm->PV_ramdisk);
}

/* ---- numbers ---- */

#define MAX_VCPUS 512

static int
check_vcpus(struct call *c, const struct vm *vm)
{
	const char *cores = builder_find(&vm->platform, "cores-per-socket");
	char text[24], *end = NULL;
	long per;

	if (vm->VCPUs_max < 1 || vm->VCPUs_max > MAX_VCPUS)
		return refuse_number(c, "VCPUs_max", vm->VCPUs_max);
	if (vm->VCPUs_at_startup < 1)
		return refuse_number(c, "VCPUs-at-startup",
		    vm->VCPUs_at_startup);
	snprintf(text, sizeof(text), "%lld", (long long)vm->VCPUs_at_startup);
	if (vm->VCPUs_at_startup > vm->VCPUs_max)
		return fail_value_not_supported(c, "VCPUs-at-startup", text,
		    "value greater than VCPUs-max");
	if (!cores)
		return 0;
	per = strtol(cores, &end, 10);
	if (!*cores || *end || per < 1 || per > MAX_VCPUS)
		return fail_invalid_value(c, "platform:cores-per-socket",
		    cores);
	snprintf(text, sizeof(text), "%lld", (long long)vm->VCPUs_max);
	if (vm->VCPUs_max % per)
		return fail_vcpu_max_not_cores_per_socket_multiple(c, text,
		    cores);
	return 0;
}

static int
check_memory(struct call *c, const struct vm *vm)
{
	const char *nested = builder_find(&vm->platform, "nested-virt");

	if (vm->memory_static_min < 0 || vm->memory_dynamic_min < 0 ||
	    vm->memory_static_max < 1 ||
	    vm->memory_static_max > INT64_C(1) << 46)
		return fail_memory_constraint_violation(c,
		    "a size that no machine has");
	if (vm->memory_static_max < vm->memory_static_min)
		return fail_memory_constraint_violation(c,
		    "static_max < static_min");
	if (vm->memory_dynamic_max < vm->memory_dynamic_min)
		return fail_memory_constraint_violation(c,
		    "dynamic_max < dynamic_min");
	if (nested && strcmp(nested, "true") == 0 &&
	    vm->memory_dynamic_min != vm->memory_static_max)
		return fail_memory_constraint_violation_maxpin(c,
		    "nested virt");
	return 0;
}

/* Platform keys that have to be a truth value. */
static int
check_platform(struct call *c, const struct vm *vm)
{
	static const char *const truths[] = { "true", "1", "false", "0" };
	const char *nested = builder_find(&vm->platform, "nested-virt");

	for (int i = 0; nested && i < 4; i++)
		if (strcmp(nested, truths[i]) == 0)
			return 0;
	return nested ? fail_invalid_value(c, "platform:nested-virt", nested)
		      : 0;
}

static int
check_crash_action(struct call *c, const struct vm *vm)
{
	enum on_crash_behaviour action = vm->actions_after_crash;
	bool dumps = action == ON_CRASH_BEHAVIOUR_COREDUMP_AND_DESTROY ||
	    action == ON_CRASH_BEHAVIOUR_COREDUMP_AND_RESTART;

	if (action != ON_CRASH_BEHAVIOUR_RENAME_RESTART &&
	    !(dumps && vm->domain_type != DOMAIN_TYPE_PV))
		return 0;
	return fail_value_not_supported(c, "VM.actions_after_crash",
	    enum_info_on_crash_behaviour.values[action],
	    dumps ? "only PV guests leave a core dump" : "not supported");
}

int
vm_check_bootable(struct call *c, const struct vm *vm)
{
	char text[32];

	if (check_vcpus(c, vm) < 0 || check_memory(c, vm) < 0)
		return -1;
	snprintf(text, sizeof(text), "%g", vm->HVM_shadow_multiplier);
	if (!(vm->HVM_shadow_multiplier >= 1 &&
		vm->HVM_shadow_multiplier < VM_SHADOW_MAX)) /* NaN too */
		return fail_invalid_value(c, "HVM_shadow_multiplier", text);
	if (check_crash_action(c, vm) < 0 || check_platform(c, vm) < 0 ||
	    pci_check_vm(c, vm) < 0)
		return -1;
	return check_source(c, vm);
}

/* ---- one host ---- */

static int
check_hardware_version(struct call *c, const struct vm *vm,
    const struct host *host)
{
	const int64_t *versions =
	    host->virtual_hardware_platform_versions.items;
	uint32_t n = host->virtual_hardware_platform_versions.n;
	char list[128] = "[", own[24];
	size_t len = 1;

	for (uint32_t i = 0; i < n; i++) {
		if (versions[i] == vm->hardware_platform_version)
			return 0;
		if (len + 24 < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
			    "%s%lld", i ? "; " : "", (long long)versions[i]);
	}
	snprintf(list + len, sizeof(list) - len, "]");
	snprintf(own, sizeof(own), "%lld",
	    (long long)vm->hardware_platform_version);
	return fail_vm_host_incompatible_virtual_hardware_platform_version(c,
	    call_ref_text(c, host->r.self), list, call_ref_text(c, vm->r.self),
	    own);
}

/* Few PBDs a host, many hosts a shared SR: so look at the host's. */
static bool
sees_storage(struct tx *t, const struct host *host, struct ref sr)
{
	const struct ref *pbds = host->PBDs.items;

	for (uint32_t i = 0; i < host->PBDs.n; i++) {
		const struct pbd *pbd = TX_GET(t, PBD, pbd, pbds[i]);

		if (pbd && ref_equal(pbd->SR, sr))
			return pbd->currently_attached;
	}
	return false;
}

static int
check_disk(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);

	if (!vdi || sees_storage(t, host, vdi->SR))
		return 0;
	return fail_vm_requires_sr(c, call_ref_text(c, vm->r.self),
	    call_ref_text(c, vdi->SR));
}

int
vm_check_storage(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const struct ref *vbds = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && !vbd->empty &&
		    check_disk(c, t, vm, host, vbd->VDI) < 0)
			return -1;
	}
	return vm->power_state == VM_POWER_STATE_SUSPENDED
	    ? check_disk(c, t, vm, host, vm->suspend_VDI)
	    : 0;
}

/* Whether a host reaches a network: by a PIF of its own, or because no host
 * has one there: then it is internal, and made where it is needed. */
static bool
sees_network(struct tx *t, const struct host *host, const struct network *net)
{
	const struct ref *pifs = host->PIFs.items;

	if (net->PIFs.n == 0)
		return true;
	for (uint32_t i = 0; i < host->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && ref_equal(pif->network, net->r.self))
			return true;
	}
	return false;
}

static int
check_networks(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const struct ref *vifs = vm->VIFs.items;

	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);
		const struct network *net =
		    vif ? TX_GET(t, network, network, vif->network) : NULL;

		if (net && !sees_network(t, host, net))
			return fail_vm_requires_network(c,
			    call_ref_text(c, vm->r.self),
			    call_ref_text(c, vif->network));
	}
	return 0;
}

static bool
has_hvm(const struct host *host)
{
	const char *const *caps = host->capabilities.items;

	for (uint32_t i = 0; i < host->capabilities.n; i++)
		if (strncmp(caps[i], "hvm", 3) == 0)
			return true;
	return false;
}

int
vm_check_devices(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	if (vgpu_check_host(c, t, vm, host) < 0 ||
	    pci_check_host(c, t, vm, host) < 0)
		return -1;
	return vusb_check_host(c, t, vm, host);
}

int
vm_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	if (check_hardware_version(c, vm, host) < 0 ||
	    vm_check_storage(c, t, vm, host) < 0 ||
	    check_networks(c, t, vm, host) < 0 ||
	    vm_check_devices(c, t, vm, host) < 0)
		return -1;
	if (vm->domain_type != DOMAIN_TYPE_PV && !has_hvm(host))
		return fail_vm_hvm_required(c, call_ref_text(c, vm->r.self));
	return 0;
}

int
vm_check_processors(struct call *c, const struct vm *vm,
    const struct host *host)
{
	int64_t cpus = host->host_CPUs.n;
	char want[24], have[24];

	if (vm->VCPUs_max <= cpus ||
	    edit_map_true(&vm->platform, "vcpu-unrestricted"))
		return 0;
	snprintf(want, sizeof(want), "%lld", (long long)vm->VCPUs_max);
	snprintf(have, sizeof(have), "%lld", (long long)cpus);
	return fail_host_not_enough_pcpus(c, want, have);
}
