/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways by which hosts reach repositories, as records; plugging them is in
 * sr_plans.c. */
#include "call/edit.h"
#include "disk/storage_operations.h"

int
pbd_create(struct call *c, const struct pbd_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct pbd pbd = *a->args;
	const struct ref *refs;
	const struct sr *sr;

	if (!t || !(sr = EDIT_HEAD(c, t, SR, sr, pbd.SR)) ||
	    !EDIT_HEAD(c, t, host, host, pbd.host))
		return -1;
	refs = sr->PBDs.items;
	for (uint32_t i = 0; i < sr->PBDs.n; i++) {
		const struct pbd *other = TX_GET(t, PBD, pbd, refs[i]);

		if (other && ref_equal(other->host, pbd.host))
			return fail_pbd_exists(c, call_ref_text(c, pbd.SR),
			    call_ref_text(c, pbd.host),
			    call_ref_text(c, refs[i]));
	}
	if (sr->PBDs.n && !sr->shared)
		return fail_sr_not_sharable(c, call_ref_text(c, pbd.SR),
		    call_ref_text(c, pbd.host));
	pbd.currently_attached = false;
	(void)tx_insert(t, &pbd.r, result_r);
	sr_operations_refresh(t, pbd.SR);
	return call_commit(c, STEAL(t));
}

int
pbd_destroy(struct call *c, const struct pbd_destroy_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pbd *pbd;
	struct ref sr;

	if (!t || !(pbd = EDIT_HEAD(c, t, PBD, pbd, a->self)))
		return -1;
	if (pbd->currently_attached)
		return fail_operation_not_allowed(c,
		    "The PBD is attached to its host");
	sr = pbd->SR;
	(void)tx_destroy(t, CLASS_PBD, a->self);
	sr_operations_refresh(t, sr);
	return call_commit(c, STEAL(t));
}

/* What is attached was attached by what stands there. */
int
pbd_set_device_config(struct call *c,
    const struct pbd_set_device_config_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct pbd *pbd;

	if (!t || !(pbd = EDIT_HEAD(c, t, PBD, pbd, a->self)))
		return -1;
	if (pbd->currently_attached)
		return fail_operation_not_allowed(c,
		    "The PBD is attached to its host");
	TX_SET(t, PBD, pbd, a->self, device_config, a->value);
	return call_commit(c, STEAL(t));
}
