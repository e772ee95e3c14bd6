/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The variables of a VM's firmware (NVRAM), and what is known of them. Nobody
 * here looks into those of UEFI, so of what only they say is said nothing. */
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm/vm.h"

#define VARIABLES "EFI-variables"
#define MAX_VARIABLES ((size_t)1 << 20) /* as base64 */

static bool
says(const struct map *m, const char *key, const char *value)
{
	const char *text = builder_find(m, key);

	return text && strcmp(text, value) == 0;
}

/* What platform:secureboot is at the next start. */
static bool
wants_secure_boot(const struct call *c, const struct vm *vm)
{
	RECORD_UNREF const struct record *r =
	    db_get(c->db, CLASS_pool, c->core->pool);
	const struct pool *pool = (const struct pool *)r;

	if (says(&vm->platform, "secureboot", "auto"))
		return pool && *pool->uefi_certificates;
	return says(&vm->platform, "secureboot", "1") ||
	    edit_map_true(&vm->platform, "secureboot");
}

int
vm_get_secureboot_readiness(struct call *c,
    const struct vm_get_secureboot_readiness_args *a,
    enum vm_secureboot_readiness *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->self);
	const struct vm *vm = (const struct vm *)r;
	const char *variables;

	if (!vm)
		return -1;
	variables = builder_find(&vm->NVRAM, VARIABLES);
	if (!says(&vm->HVM_boot_params, "firmware", "uefi"))
		*result_r = VM_SECUREBOOT_READINESS_NOT_SUPPORTED;
	else if (!wants_secure_boot(c, vm))
		*result_r = VM_SECUREBOOT_READINESS_DISABLED;
	else if (!variables || !*variables)
		*result_r = VM_SECUREBOOT_READINESS_FIRST_BOOT;
	else
		return fail_not_implemented(c,
		    "VM.get_secureboot_readiness of a VM with UEFI variables");
	return 0;
}

static int
set_certificates(struct tx *t, struct ref vm, enum update_status update)
{
	if (update == UPDATE_STATUS_UNSPECIFIED)
		return 0;
	return TX_SET(t, VM, vm, vm, secureboot_certificates_state,
	    update == UPDATE_STATUS_YES
		? VM_SECUREBOOT_CERTIFICATES_STATE_UPDATE_AVAILABLE
		: VM_SECUREBOOT_CERTIFICATES_STATE_OK);
}

/* For what runs beside the guest's firmware. */
int
vm_set_NVRAM_EFI_variables(struct call *c,
    const struct vm_set_NVRAM_EFI_variables_args *a)
{
	TX_SCOPE struct tx *t = NULL;

	if (strlen(a->value) > MAX_VARIABLES)
		return fail_invalid_value(c, VARIABLES, "too long");
	t = call_begin(c);
	if (!t || !EDIT_HEAD(c, t, VM, vm, a->self))
		return -1;
	(void)tx_map_put(t, CLASS_VM, a->self, FIELD_VM_NVRAM, VARIABLES,
	    a->value);
	(void)set_certificates(t, a->self, a->update);
	return call_commit(c, STEAL(t));
}

/* ---- as a map that clients write ---- */

int
vm_set_NVRAM(struct call *c, const struct vm_set_NVRAM_args *a)
{
	return vm_set_during(c, a->self, VM_OPERATIONS_CHANGING_NVRAM,
	    FIELD_VM_NVRAM, &a->value);
}

int
vm_add_to_NVRAM(struct call *c, const struct vm_add_to_NVRAM_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct vm *vm;

	if (!t ||
	    !(vm = vm_check_head(c, t, a->self, VM_OPERATIONS_CHANGING_NVRAM)))
		return -1;
	if (builder_find(&vm->NVRAM, a->key))
		return fail_map_duplicate_key(c, "VM", "NVRAM",
		    call_ref_text(c, a->self), a->key);
	(void)tx_map_put(t, CLASS_VM, a->self, FIELD_VM_NVRAM, a->key,
	    a->value);
	return call_commit(c, STEAL(t));
}

int
vm_remove_from_NVRAM(struct call *c, const struct vm_remove_from_NVRAM_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !vm_check_head(c, t, a->self, VM_OPERATIONS_CHANGING_NVRAM))
		return -1;
	(void)tx_map_remove(t, CLASS_VM, a->self, FIELD_VM_NVRAM, a->key);
	return call_commit(c, STEAL(t));
}
