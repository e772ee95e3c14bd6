/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/template.h"

#include <string.h>

#include "world/world_private.h"

const struct template_info *
template_find(const char *reference_label)
{
	for (unsigned i = 0; i < template_count; i++)
		if (strcmp(template_table[i].reference_label,
			reference_label) == 0)
			return &template_table[i];
	return NULL;
}

static struct map
other_config(struct builder *b, const struct template_info *t,
    const char *mac_seed)
{
	const char *const *keys = t->other_config.keys;
	const char *const *values = t->other_config.values;
	struct builder_pairs p = { .b = b };

	builder_put(&p, "mac_seed", mac_seed);
	for (uint32_t i = 0; i < t->other_config.n; i++)
		builder_put(&p, keys[i], values[i]);
	return builder_pairs_map(&p);
}

void
template_fill(struct builder *b, const struct template_info *t,
    const char *mac_seed, struct vm *vm)
{
	bool hvm = t->domain_type == DOMAIN_TYPE_HVM;

	builder_defaults(CLASS_VM, &vm->r);
	vm->user_version = 1;
	vm->domid = -1;
	vm->domain_type = t->domain_type;
	vm->memory_static_min = t->memory_static_min;
	vm->memory_static_max = t->memory_static_max;
	vm->memory_dynamic_min = t->memory_static_max;
	vm->memory_dynamic_max = t->memory_static_max;
	vm->memory_overhead =
	    world_memory_overhead(t->memory_static_max, t->vcpus, hvm);
	vm->VCPUs_max = vm->VCPUs_at_startup = t->vcpus;
	vm->actions_after_shutdown = ON_NORMAL_EXIT_DESTROY;
	vm->actions_after_reboot = ON_NORMAL_EXIT_RESTART;
	vm->actions_after_crash = ON_CRASH_BEHAVIOUR_RESTART;
	vm->HVM_boot_policy = hvm ? "BIOS order" : "";
	vm->HVM_boot_params = t->HVM_boot_params;
	vm->platform = t->platform;
	vm->PV_bootloader = t->PV_bootloader;
	vm->PV_args = t->PV_args;
	vm->recommendations = t->recommendations;
	vm->generation_id = t->generation_id;
	vm->reference_label = t->reference_label;
	vm->has_vendor_device = false;
	vm->other_config = other_config(b, t, mac_seed);
}

static void
add(struct maker *m, const struct template_info *t)
{
	struct vm_metrics vmm;
	struct vm vm;

	template_fill(&m->b, t, maker_spare_uuid(m, CLASS_VM), &vm);
	vm.uuid = t->uuid;
	vm.name_label = t->name_label;
	vm.name_description = t->name_description;
	vm.is_a_template = true;
	vm.is_default_template = true;
	builder_defaults(CLASS_VM_metrics, &vmm.r);
	vm.metrics = maker_add(m, &vmm.r);
	(void)maker_add(m, &vm.r);
}

void
template_add_all(struct maker *m)
{
	for (unsigned i = 0; i < template_count; i++) {
		add(m, &template_table[i]);
		maker_turn(m);
	}
}
