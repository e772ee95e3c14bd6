/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_REVERT_H
#define XAPID_VM_REVERT_H

#include "plan/plan.h"

/* The plans of VM.revert; NULL at the end. */
extern const struct plan_kind *const vm_revert_kinds[];

#endif
