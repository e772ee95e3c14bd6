/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps of plans that start or stop many VMs. Each round takes the VMs whose
 * order is next (a start ascending, all else descending) and that are not yet
 * what is wanted, has each do it in a plan of its own, side by side, and waits
 * for their delays. A VM that fails stops nobody. The steps are
 *	choose (of the plan's own), send and apply, delay;
 * then the plan goes back to choose (plan_go_back) until it is over. */
#ifndef XAPID_VM_ROUNDS_H
#define XAPID_VM_ROUNDS_H

#include "plan/plan.h"

/* Arguments of the plan: "start", "clean_shutdown" …; and "paused", "true": they
 * are started so. */
#define VM_ROUNDS_WHAT "what"

/* Calls fn with each VM that may take part. -1: raised. */
typedef int vm_rounds_fn(const struct vm *vm, void *arg);
typedef int vm_rounds_each_fn(struct plan *p, struct tx *t, vm_rounds_fn *fn,
    void *arg);

int vm_rounds_choose(struct plan *p, struct tx *t, vm_rounds_each_fn *each);
int vm_rounds_send(struct plan *p);
int vm_rounds_apply(struct plan *p, struct tx *t);
int vm_rounds_delay(struct plan *p);

/* Nobody was left to choose. */
bool vm_rounds_over(const struct plan *p);
/* Who failed: references with spaces between them. */
const char *vm_rounds_failed(const struct plan *p);
/* fn for each of such references. */
int vm_rounds_each(struct plan *p, const char *refs,
    int (*fn)(struct plan *p, const char *ref, void *arg), void *arg);

#endif
