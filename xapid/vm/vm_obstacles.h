/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in the way of an operation of a VM: the checks of the original in
 * their order (source: lifecycle.json vm_checks). Each is one row, which knows
 * both whether it applies and how to say so. */
#ifndef XAPID_VM_OBSTACLES_H
#define XAPID_VM_OBSTACLES_H

#include "call/call.h"

enum vm_operation_flags {
	ADVERTISED = 1 << 0,     /* may stand in allowed_operations */
	TEMPLATE = 1 << 1,       /* also of templates */
	NOT_DEFAULT = 1 << 2,    /* … but not of default ones */
	SNAPSHOT = 1 << 3,       /* also of snapshots */
	CONTROL_DOMAIN = 1 << 4, /* also of dom0 */
	MOBILE = 1 << 5,         /* not with platform nomigrate, nested-virt */
	NO_PCI = 1 << 6,         /* not with a PCI device passed through */
	NO_VUSB = 1 << 7,
	NO_VGPU = 1 << 8,    /* not with one whose state cannot be saved */
	NO_RESET = 1 << 9,   /* not with a disk that is reset at each boot */
	NO_CACHING = 1 << 10 /* not with one that is also cached */
};

struct vm_operation {
	unsigned states, states_control_domain; /* 1 << enum vm_power_state */
	unsigned flags;
	/* One of them must be said of a guest with emulated hardware. */
	const char *features[2];
};

/* What lies around a VM, as far as checks ask. Borrowed. */
struct vm_surroundings {
	const struct vm_guest_metrics *guest; /* or NULL */
	const struct vm_metrics *metrics;     /* or NULL */
	bool reset_disk, reset_cached_disk, pci, vgpu;
	/* The pool wants suspended VMs to be cloned with their memory. Nobody is
	 * told when that changes, so it counts for calls alone. */
	bool clones_suspended;
};

/* get: a record that stays there while the surroundings are used, or NULL. */
void vm_surroundings_read(struct vm_surroundings *s, const struct vm *vm,
    const struct record *(*get)(void *from, int cls, struct ref ref),
    void *from);

/* One VM, one operation. */
struct vm_question {
	const struct vm *vm;
	enum vm_operations op;
	const struct vm_operation *row;
	const struct vm_surroundings *around;
};

/* The first one, or NULL. */
struct vm_obstacle;
const struct vm_obstacle *vm_obstacle_find(const struct vm_question *q);
/* -1: raised. */
int vm_obstacle_raise(const struct vm_obstacle *o, struct call *c,
    const struct vm_question *q);

#endif
