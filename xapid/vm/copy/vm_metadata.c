/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of what a revert leaves alone: lifecycle.json revert_keeps) */
#include "vm/copy/vm_metadata.h"

#include <stddef.h>
#include <string.h>

#include "db/db_xml.h"

static const struct type *
pairs_type(void)
{
	return field_find(&class_table[CLASS_VM], "other_config")->type;
}

static const void *
member(const struct vm *vm, const struct field *f)
{
	return (const char *)vm + f->offset;
}

/* ---- out ---- */

static bool
is_written(const struct field *f)
{
	return f->persistent && !f->own && f->inverse_cls < 0 &&
	    f->index != FIELD_VM_snapshot_metadata;
}

static const char *
cell(struct call *c, const struct type *type, const void *mem)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *s;

	db_cell_put(&text, type, mem);
	s = bytes_cstr(&text);
	s = s ? arena_strdup(c->arena, s) : NULL;
	if (!s)
		(void)call_fail_nomem(c);
	return s ? s : "";
}

const char *
vm_metadata_write(struct call *c, const struct vm *vm)
{
	const struct class_info *cls = &class_table[CLASS_VM];
	const char **names =
	    arena_array(c->arena, cls->nfields, sizeof(*names));
	const char **values =
	    arena_array(c->arena, cls->nfields, sizeof(*values));
	struct map pairs = { .keys = names, .values = values };

	if (!names || !values) {
		(void)call_fail_nomem(c);
		return "";
	}
	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (!is_written(f))
			continue;
		names[pairs.n] = f->column;
		values[pairs.n++] = cell(c, f->type, member(vm, f));
	}
	return cell(c, pairs_type(), &pairs);
}

/* ---- in ---- */

bool
vm_metadata_read(struct call *c, const char *text, struct map *pairs_r)
{
	struct type_error err;

	return *text &&
	    db_cell_get(c->arena, pairs_type(), text, pairs_r, &err) == 0;
}

static const char *
find(const struct map *pairs, const char *name)
{
	const char *const *names = pairs->keys, *const *values = pairs->values;

	for (uint32_t i = 0; i < pairs->n; i++)
		if (strcmp(names[i], name) == 0)
			return values[i];
	return NULL;
}

const char *
vm_metadata_uuid(struct call *c, const char *text)
{
	struct map pairs;

	return vm_metadata_read(c, text, &pairs) ? find(&pairs, "uuid") : NULL;
}

enum {
	PRESENT = 1 << 0, /* what it is now, also of one that was just made */
	PLACE = 1 << 1, /* its place among others: one that is there keeps it */
	NAME = 1 << 2,  /* the snapshot's own, when there is no text */
};

/* 0: it comes back. */
static const unsigned char keeps[256] = {
	[FIELD_VM_uuid] = PRESENT,
	[FIELD_VM_suspend_VDI] = PRESENT,
	[FIELD_VM_power_state] = PRESENT,
	[FIELD_VM_parent] = PRESENT,
	[FIELD_VM_current_operations] = PRESENT,
	[FIELD_VM_allowed_operations] = PRESENT,
	[FIELD_VM_metrics] = PRESENT,
	[FIELD_VM_guest_metrics] = PRESENT,
	[FIELD_VM_resident_on] = PRESENT,
	[FIELD_VM_domid] = PRESENT,
	[FIELD_VM_domarch] = PRESENT,
	[FIELD_VM_scheduled_to_be_resident_on] = PRESENT,
	[FIELD_VM_attached_PCIs] = PRESENT,
	[FIELD_VM_blobs] = PRESENT, /* files that may be gone */
	[FIELD_VM_snapshot_metadata] = PRESENT,
	[FIELD_VM_generation_id] = PRESENT,
	[FIELD_VM_ha_always_run] = PRESENT,
	[FIELD_VM_requires_reboot] = PRESENT,
	[FIELD_VM_protection_policy] = PLACE,
	[FIELD_VM_snapshot_schedule] = PLACE,
	[FIELD_VM_tags] = PLACE,
	[FIELD_VM_affinity] = PLACE,
	[FIELD_VM_groups] = PLACE,
	[FIELD_VM_is_snapshot_from_vmpp] = PLACE,
	[FIELD_VM_is_vmss_snapshot] = PLACE,
	[FIELD_VM_name_label] = NAME,
	[FIELD_VM_is_a_snapshot] = NAME,
	[FIELD_VM_is_a_template] = NAME,
	[FIELD_VM_is_default_template] = NAME,
	[FIELD_VM_snapshot_of] = NAME,
	[FIELD_VM_snapshot_time] = NAME,
	[FIELD_VM_snapshot_info] = NAME,
	[FIELD_VM_transportable_snapshot_id] = NAME,
	/* A snapshot has none of these. */
	[FIELD_VM_blocked_operations] = NAME,
	[FIELD_VM_appliance] = NAME,
	[FIELD_VM_start_delay] = NAME,
	[FIELD_VM_shutdown_delay] = NAME,
	[FIELD_VM_order] = NAME,
	[FIELD_VM_suspend_SR] = NAME,
	[FIELD_VM_version] = NAME,
};

/* A reference to what is gone would be none. */
static bool
leads_nowhere(struct tx *t, const struct field *f, const void *mem)
{
	return f->type->kind == TYPE_REF && f->type->cls >= 0 &&
	    !ref_is_null(*(const struct ref *)mem) &&
	    !tx_get(t, f->type->cls, *(const struct ref *)mem);
}

static int
restore_one(struct call *c, struct tx *t, struct ref vm, const struct field *f,
    const char *text)
{
	const size_t words =
	    (f->type->size + sizeof(max_align_t) - 1) / sizeof(max_align_t);
	max_align_t *mem = arena_array(c->arena, words, sizeof(*mem));
	struct type_error err;

	if (!mem)
		return call_fail_nomem(c);
	if (db_cell_get(c->arena, f->type, text, mem, &err) < 0 ||
	    leads_nowhere(t, f, mem))
		return 0;
	return tx_set(t, CLASS_VM, vm, f->index, mem);
}

static const struct field *
column_find(const struct class_info *cls, const char *column)
{
	for (unsigned i = 0; i < cls->nfields; i++)
		if (strcmp(cls->fields[i].column, column) == 0)
			return &cls->fields[i];
	return NULL;
}

int
vm_metadata_restore(struct call *c, struct tx *t, struct ref vm,
    const struct map *pairs, bool anew)
{
	const char *const *names = pairs->keys, *const *values = pairs->values;
	unsigned keep = anew ? PRESENT : PRESENT | PLACE;

	for (uint32_t i = 0; i < pairs->n; i++) {
		const struct field *f =
		    column_find(&class_table[CLASS_VM], names[i]);

		if (!f || f->inverse_cls >= 0 || keeps[f->index] & keep)
			continue;
		if (restore_one(c, t, vm, f, values[i]) < 0)
			return -1;
	}
	return 0;
}

int
vm_metadata_restore_from(struct tx *t, struct ref vm, const struct vm *snapshot)
{
	const struct class_info *cls = &class_table[CLASS_VM];

	for (unsigned i = 0; i < cls->nfields; i++) {
		const struct field *f = &cls->fields[i];

		if (keeps[i] || f->inverse_cls >= 0)
			continue;
		if (tx_set(t, CLASS_VM, vm, f->index, member(snapshot, f)) < 0)
			return -1;
	}
	return 0;
}

/* ---- who may ---- */

static int
check_roles(struct call *c, const struct vm *vm, const struct field *f,
    const struct map *after)
{
	return call_check_map(c, f, c->method->roles,
	    vm ? member(vm, f) : f->initial, after);
}

/* NULL: it would be left out. */
static const struct map *
map_of_text(struct call *c, const struct field *f, const char *text)
{
	struct map *m = arena_alloc(c->arena, sizeof(*m));
	struct type_error err;

	return m && db_cell_get(c->arena, f->type, text, m, &err) == 0 ? m
								       : NULL;
}

int
vm_metadata_check_roles(struct call *c, const struct vm *vm,
    const struct vm *snapshot)
{
	const struct class_info *cls = &class_table[CLASS_VM];
	bool text;
	const struct map *after;
	struct map pairs;

	text = vm_metadata_read(c, snapshot->snapshot_metadata, &pairs);
	for (uint32_t i = 0; text && i < pairs.n; i++) {
		const struct field *f =
		    column_find(cls, ((const char *const *)pairs.keys)[i]);

		if (!f || !f->key_roles)
			continue;
		after =
		    map_of_text(c, f, ((const char *const *)pairs.values)[i]);
		if (after && check_roles(c, vm, f, after) < 0)
			return -1;
	}
	for (unsigned i = 0; !text && i < cls->nfields; i++)
		if (cls->fields[i].key_roles &&
		    check_roles(c, vm, &cls->fields[i],
			member(snapshot, &cls->fields[i])) < 0)
			return -1;
	return 0;
}
