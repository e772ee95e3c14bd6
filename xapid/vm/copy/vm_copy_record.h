/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VM's records made once more: a clone, a copy or a snapshot of it. */
#ifndef XAPID_VM_COPY_RECORD_H
#define XAPID_VM_COPY_RECORD_H

#include "call/call.h"

struct vm_copy {
	const char *name;
	bool snapshot;  /* of the source, which then is its child */
	bool scheduled; /* by a snapshot schedule */
	bool suspended; /* has its memory in an image: */
	struct ref memory;
	/* What a disk became; null: the drive is left out. */
	struct ref (*disk)(void *arg, struct ref vdi);
	void *arg;
};

/* In t; the call carries errors and rights. -1: raised. */
int vm_copy_record(struct call *c, struct tx *t, struct ref source,
    const struct vm_copy *how, struct ref *copy_r);

/* For who puts a VM together from parts of another. */
/* seed: of the addresses of interfaces; NULL: they are kept. */
int vm_copy_devices(struct call *c, struct tx *t, const struct vm *source,
    const struct vm_copy *how, struct ref vm, const char *seed);
int vm_copy_metrics(struct tx *t, const struct vm *source,
    struct ref *metrics_r, struct ref *guest_metrics_r);
const char *vm_fresh_generation(struct call *c);

#endif
