/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations that somebody has forbidden on a VM, each with a reason:
 * allowed_operations follow at once. */
#include "call/edit.h"
#include "vm/vm_operations.h"

#define MAX_BLOCKED 128 /* more than there are operations */

/* A copy of the VM's map to be changed, without that key. */
struct blocked {
	int keys[MAX_BLOCKED];
	const char *values[MAX_BLOCKED];
	uint32_t n;
	bool had;
};

static void
read_others(const struct map *m, int key, struct blocked *out)
{
	const int *keys = m->keys;
	const char *const *values = m->values;

	out->n = 0;
	out->had = false;
	for (uint32_t i = 0; i < m->n && out->n < MAX_BLOCKED - 1; i++) {
		if (keys[i] == key) {
			out->had = true;
			continue;
		}
		out->keys[out->n] = keys[i];
		out->values[out->n++] = values[i];
	}
}

static int
write_all(struct call *c, struct tx *t, struct ref self, const struct map *m)
{
	(void)tx_set(t, CLASS_VM, self, FIELD_VM_blocked_operations, m);
	(void)vm_operations_refresh(t, self);
	return call_commit(c, t);
}

int
vm_set_blocked_operations(struct call *c,
    const struct vm_set_blocked_operations_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !EDIT_HEAD(c, t, VM, vm, a->self))
		return -1;
	return write_all(c, STEAL(t), a->self, &a->value);
}

int
vm_add_to_blocked_operations(struct call *c,
    const struct vm_add_to_blocked_operations_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm = t ? EDIT_HEAD(c, t, VM, vm, a->self) : NULL;
	struct blocked b;
	struct map m = { .keys = b.keys, .values = b.values };

	if (!vm)
		return -1;
	read_others(&vm->blocked_operations, (int)a->key, &b);
	if (b.had)
		return fail_map_duplicate_key(c, "VM", "blocked_operations",
		    call_ref_text(c, a->self),
		    enum_info_vm_operations.values[a->key]);
	b.keys[b.n] = (int)a->key;
	b.values[b.n++] = a->value;
	m.n = b.n;
	return write_all(c, STEAL(t), a->self, &m);
}

int
vm_remove_from_blocked_operations(struct call *c,
    const struct vm_remove_from_blocked_operations_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm = t ? EDIT_HEAD(c, t, VM, vm, a->self) : NULL;
	struct blocked b;
	struct map m = { .keys = b.keys, .values = b.values };

	if (!vm)
		return -1;
	read_others(&vm->blocked_operations, (int)a->key, &b);
	m.n = b.n;
	return write_all(c, STEAL(t), a->self, &m);
}
