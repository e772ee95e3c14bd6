/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans about a device of a VM have in common: they stand
 * in line with the plans of the VM, and begin and end with the rules of
 * device_operations.h. The plan's object is a VBD, a VIF or a
 * VUSB. */
#ifndef XAPID_DEVICE_PLAN_H
#define XAPID_DEVICE_PLAN_H

#include "plan/plan.h"

/* The device and its VM, published and held, while a step sends. */
struct device_pair {
	union {
		const struct record *r;
		const struct vbd *vbd;
		const struct vif *vif;
		const struct vusb *vusb;
	};
	const struct vm *vm; /* NULL: one of them is gone, raised */
};
struct device_pair device_pair_get(struct plan *p);
void device_pair_free(struct device_pair *pair);
#define DEVICE_PAIR                                                            \
	__attribute__((cleanup(device_pair_free))) struct device_pair

/* For plan_kind: queue, check and finish. */
struct ref device_queue(struct plan *p);
int device_check(struct plan *p, struct tx *t);
int device_finish(struct plan *p, struct tx *t, bool ok);

/* A request to the domain worker that says only which device. */
int device_send(struct plan *p, const char *op, bool force);

/* Whether the VM has a domain. */
bool device_vm_lives(const struct vm *vm);

#endif
