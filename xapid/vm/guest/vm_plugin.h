/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the functions of VM.call_plugin share: vm_plugin.c has those that need
 * no answer, vm_script.c the one that does. */
#ifndef XAPID_VM_PLUGIN_H
#define XAPID_VM_PLUGIN_H

#include "plan/plan.h"

/* For plans of VM.call_plugin. */
int vm_plugin_check(struct plan *p, struct tx *t);
/* XENAPI_PLUGIN_FAILURE. -1. */
int vm_plugin_fail(struct call *c, const char *status, const char *why);
/* Whether this pool, and this caller's role, allow scripts in guests. 0 or
 * -1, raised. */
int vm_script_check(struct call *c);
int vm_script_start(struct call *c, const struct vm_call_plugin_args *a);

#endif
