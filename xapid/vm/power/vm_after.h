/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a VM whose guest has ended, by its actions_after_*. */
#ifndef XAPID_VM_AFTER_H
#define XAPID_VM_AFTER_H

#include "call/core.h"

enum vm_after {
	VM_AFTER_NOTHING,
	VM_AFTER_END,
	VM_AFTER_RESTART,
	VM_AFTER_KEEP, /* its domain stays as it is, for who looks into it */
	VM_AFTER_DUMP_END,
	VM_AFTER_DUMP_RESTART,
};

/* A guest that crashes sooner than that is not started again: it would go on
 * like that. */
#define VM_AFTER_SOON_SECONDS 120

/* state: "shutdown:crash" …; age: seconds since its start. */
enum vm_after vm_after(const struct vm *vm, const char *state, int64_t age);

#endif
