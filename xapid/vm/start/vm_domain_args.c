/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/vm_domain_args.h"

#include <ctype.h>
#include <string.h>

#include "call/edit.h"
#include "lib/cpu_mask.h"
#include "model/builder.h"
#include "vm/start/vm_args.h"
#include "vm/start/vm_boot.h"
#include "vm/start/vm_boot_disk.h"

#define MAX_KEY 256 /* of xenstore; the library takes 2,048 with the path */

/* ---- processors ---- */

static void
put_mask(struct args *m, const char *name, const struct map *params)
{
	const char *mask = builder_find(params, "mask");

	args_put_text(m, name, mask && cpu_mask_is_valid(mask) ? mask : "");
}

/* What is no possible value counts as absent. */
static void
put_scheduling(struct args *m, struct db *db, const struct vm *vm)
{
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_host, args_host_of(vm));
	const struct host *host = (const struct host *)r;
	int64_t weight =
	    args_number_in(&vm->VCPUs_params, "weight", 0, VM_WEIGHT_MAX);

	args_put_int(m, "weight", weight ? weight : 256);
	args_put_int(m, "cap",
	    args_number_in(&vm->VCPUs_params, "cap", 0, 100 * vm->VCPUs_max));
	put_mask(m, "mask", &vm->VCPUs_params);
	if (host)
		put_mask(m, "host_mask", &host->guest_VCPUs_params);
}

int
vm_scheduling_args(struct arena *a, struct db *db, const struct vm *vm,
    struct value *body_r)
{
	struct args m;

	args_begin(&m, a, "set_scheduling", vm);
	put_scheduling(&m, db, vm);
	return args_finish(&m, body_r);
}

int
vm_shadow_args(struct arena *a, const struct vm *vm, double multiplier,
    struct value *body_r)
{
	struct args m;

	args_begin(&m, a, "set_shadow", vm);
	args_put_int(&m, "memory_static_max", vm->memory_static_max);
	args_put_int(&m, "vcpus_max", vm->VCPUs_max);
	args_put_double(&m, "shadow_multiplier", multiplier);
	return args_finish(&m, body_r);
}

/* ---- the domain ---- */

/* Below vm-data and FIST, with the characters that xenstore takes. */
bool
vm_is_guest_key(const char *key)
{
	size_t len = strlen(key);
	bool ours =
	    strncmp(key, "vm-data/", 8) == 0 || strncmp(key, "FIST/", 5) == 0;

	if (!ours || len > MAX_KEY || key[len - 1] == '/' ||
	    strstr(key, "//") || strstr(key, ".."))
		return false;
	for (; *key; key++)
		if (!isalnum((unsigned char)*key) && !strchr("-/_@.", *key))
			return false;
	return true;
}

/* Keys that name programs and devices of the host stay here: paths never come
 * from a map that people write. */
static bool
is_platform_key(const char *key)
{
	static const char *const host[] = { "hvm_serial", "parallel",
		"xenguest", "emu-manager", "device-model", "igd_passthrough" };

	for (size_t i = 0; i < sizeof(host) / sizeof(*host); i++)
		if (strcmp(key, host[i]) == 0)
			return false;
	return strncmp(key, "qemu", 4) != 0;
}

static void
put_taken(struct args *m, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	struct disk_source from = { "", "raw", "", "", "" };
	struct boot_disk boot;

	vm_boot_disk(m->a, db, vm, &boot);
	if (source && !ref_is_null(boot.vbd))
		from = source(arg, boot.vbd);
	args_put_text(m, "kernel", from.kernel);
	args_put_text(m, "ramdisk", from.ramdisk);
	args_put_text(m, "cmdline",
	    vm->PV_args[0] ? vm->PV_args : vm->PV_legacy_args);
}

static void
put_boot(struct args *m, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	const char *order = builder_find(&vm->HVM_boot_params, "order");
	const char *grub = vm_bootloader_kernel(vm);

	if (vm->domain_type == DOMAIN_TYPE_HVM) {
		args_put_text(m, "firmware", vm_is_uefi(vm) ? "uefi" : "bios");
		args_put_text(m, "boot_order", order && *order ? order : "cd");
		return;
	}
	if (vm_takes_kernel(vm)) {
		put_taken(m, db, vm, source, arg);
		return;
	}
	args_put_text(m, "kernel", grub ? grub : vm->PV_kernel);
	args_put_text(m, "ramdisk", grub ? "" : vm->PV_ramdisk);
	args_put_text(m, "cmdline",
	    grub ? vm->PV_bootloader_args : vm->PV_args);
}

int
vm_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const char *op, disk_source_fn *source, void *arg, struct value *body_r)
{
	struct args m;

	args_begin(&m, a, op, vm);
	args_put_text(&m, "name", vm->name_label);
	args_put_text(&m, "type",
	    enum_info_domain_type.values[vm->domain_type]);
	args_put_int(&m, "memory_static_max", vm->memory_static_max);
	args_put_int(&m, "memory_target",
	    vm->memory_target > 0 ? vm->memory_target : vm->memory_static_max);
	args_put_int(&m, "vcpus", vm->VCPUs_at_startup);
	args_put_int(&m, "vcpus_max", vm->VCPUs_max);
	put_scheduling(&m, db, vm);
	args_put_double(&m, "shadow_multiplier", vm->HVM_shadow_multiplier);
	put_boot(&m, db, vm, source, arg);
	args_put_bool(&m, "nested",
	    edit_map_true(&vm->platform, "nested-virt"));
	args_put_bool(&m, "vnc",
	    vm->domain_type == DOMAIN_TYPE_HVM ||
		edit_map_true(&vm->platform, "pvfb"));
	args_put_map(&m, "platform", &vm->platform, is_platform_key);
	args_put_map(&m, "bios_strings", &vm->bios_strings, NULL);
	args_put_map(&m, "xenstore_data", &vm->xenstore_data, vm_is_guest_key);
	args_put_devices(&m, db, vm, source, arg);
	return args_finish(&m, body_r);
}

int
vm_xenstore_args(struct arena *a, const struct vm *vm, struct value *body_r)
{
	struct args m;

	args_begin(&m, a, "xenstore_write", vm);
	args_put_map(&m, "xenstore_data", &vm->xenstore_data, vm_is_guest_key);
	return args_finish(&m, body_r);
}
