/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/sample.h"

#include <stdio.h>

#include "rpc/decode.h"

static void
give_up(const char *what, const char *why)
{
	printf("# sample: %s: %s\n", what, why);
	abort();
}

/* The object as the one parameter of a request. */
static const struct value *
read_object(struct arena *a, const char *json)
{
	char *body = arena_printf(a,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":%s}", json);
	struct decoded_call *calls;
	unsigned n;
	bool batch;
	int error;

	if (!body ||
	    jsonrpc_decode(a, body, strlen(body), NULL, &calls, &n, &batch,
		&error) != DECODE_OK ||
	    calls->nparams != 1)
		give_up(json, "no JSON object");
	return calls->params;
}

static void
fill(struct arena *a, struct record *r, const struct value *object)
{
	const struct class_info *cls = r->cls;
	struct type_error err;

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];
		const struct value *v = value_member(object, f->name);
		void *mem = (char *)r + f->offset;

		if (!v && model_copy(a, f->type, mem, f->initial) < 0)
			give_up(f->name, "no memory");
		if (v && model_from_value(a, f->type, v, mem, &err) < 0)
			give_up(f->name, err.text);
	}
	for (uint32_t i = 0; i < object->n; i++) {
		if (!field_find(cls, object->members[i].name))
			give_up(object->members[i].name, "no such field");
	}
}

struct record *
sample_record(struct arena *a, const struct class_info *cls, const char *json)
{
	struct record *r = arena_alloc(a, cls->size);

	if (!r)
		give_up(cls->name, "no memory");
	r->cls = cls;
	r->size = cls->size;
	r->self = ref_new();
	atomic_init(&r->refs, 1);
	atomic_init(&r->encoded[0], NULL);
	atomic_init(&r->encoded[1], NULL);
	fill(a, r, read_object(a, json));
	return r;
}

static const char vm_json[] =
    "{\"uuid\":\"2ee89a27-d80c-419e-b72f-%012x\","
    "\"allowed_operations\":[\"create_vtpm\",\"destroy\",\"metadata_export\","
    "\"export\",\"make_into_template\",\"changing_NVRAM\","
    "\"changing_shadow_memory\",\"changing_static_range\","
    "\"changing_dynamic_range\",\"migrate_send\",\"start_on\",\"start\","
    "\"copy\",\"clone\",\"snapshot\"],"
    "\"name_label\":\"guest-%04u\",\"name_description\":\"web, mail; backup\","
    "\"power_state\":\"Halted\",\"user_version\":1,"
    "\"memory_overhead\":7340032,\"memory_target\":268435456,"
    "\"memory_static_max\":268435456,\"memory_dynamic_max\":268435456,"
    "\"memory_dynamic_min\":268435456,\"memory_static_min\":268435456,"
    "\"VCPUs_max\":2,\"VCPUs_at_startup\":2,"
    "\"actions_after_softreboot\":\"soft_reboot\","
    "\"actions_after_shutdown\":\"destroy\","
    "\"actions_after_reboot\":\"restart\","
    "\"actions_after_crash\":\"restart\","
    "\"HVM_boot_policy\":\"BIOS order\",\"HVM_boot_params\":{\"order\":\"cdn\"},"
    "\"HVM_shadow_multiplier\":1.0,"
    "\"platform\":{\"acpi\":\"1\",\"apic\":\"true\",\"pae\":\"true\","
    "\"nx\":\"true\",\"stdvga\":\"0\","
    "\"device-model\":\"qemu-upstream-compat\"},"
    "\"other_config\":{\"folder\":\"/racks/3\","
    "\"mac_seed\":\"7d9fa24f-85cc-45a8-85a8-7ecc2f18592a\","
    "\"purpose\":\"bench\",\"index\":\"%u\"},"
    "\"domid\":-1,"
    "\"metrics\":\"OpaqueRef:77099a2c-b172-4494-aeed-%012x\","
    "\"VBDs\":[\"OpaqueRef:0d5e3f5c-7a1b-4a4e-9c1b-%012x\"],"
    "\"VIFs\":[\"OpaqueRef:5b1c7d11-0b8f-47d2-8f33-%012x\"],"
    "\"domain_type\":\"hvm\"}";

struct record *
sample_vm(struct arena *a, unsigned i)
{
	char *json = arena_printf(a, vm_json, i, i, i, i, i, i);
	struct record *r =
	    sample_record(a, &class_table[CLASS_VM], json ? json : "{}");

	r->self = (struct ref){ 0xff5ed2802c28403d, 0xbe3b000000000000 + i };
	return r;
}

void
sample_forget(struct record *r)
{
	for (int i = 0; i < 2; i++) {
		free(atomic_load(&r->encoded[i]));
		atomic_store(&r->encoded[i], NULL);
	}
}
