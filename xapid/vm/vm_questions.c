/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions about a VM that are allowed in certain states only. What would
 * answer some of them is not there; that it is not asked in vain is. */
#include "call/edit.h"
#include "vm/vm_operations.h"

/* The published record if the question is allowed; borrowed by the call. */
static const struct vm *
ask(struct call *c, struct ref ref, enum vm_operations op)
{
	const struct record *r = call_get(c, CLASS_VM, ref);

	if (!r || call_hold(c, r) < 0 ||
	    vm_operation_check(c, (const struct vm *)r, op) < 0)
		return NULL;
	return (const struct vm *)r;
}

/* As with the original, how it is now and not how it was when it booted. */
int
vm_get_boot_record(struct call *c, const struct vm_get_boot_record_args *a,
    const struct vm **result_r)
{
	*result_r = ask(c, a->self, VM_OPERATIONS_GET_BOOT_RECORD);
	return *result_r ? 0 : -1;
}

/* The original has no answer either. */
int
vm_query_services(struct call *c, const struct vm_query_services_args *a,
    struct map *result_r)
{
	(void)result_r;
	if (!ask(c, a->self, VM_OPERATIONS_QUERY_SERVICES))
		return -1;
	return fail_not_implemented(c, "VM.query_services");
}

/* ---- measured values: nobody measures them yet ---- */

static int
data_source(struct call *c, struct ref self)
{
	if (!ask(c, self, VM_OPERATIONS_DATA_SOURCE_OP))
		return -1;
	return fail_not_implemented(c, c->method->name);
}

int
vm_get_data_sources(struct call *c, const struct vm_get_data_sources_args *a,
    struct set *result_r)
{
	(void)result_r;
	return data_source(c, a->self);
}

int
vm_record_data_source(struct call *c,
    const struct vm_record_data_source_args *a)
{
	return data_source(c, a->self);
}

int
vm_query_data_source(struct call *c, const struct vm_query_data_source_args *a,
    double *result_r)
{
	(void)result_r;
	return data_source(c, a->self);
}

int
vm_forget_data_source_archives(struct call *c,
    const struct vm_forget_data_source_archives_args *a)
{
	return data_source(c, a->self);
}
