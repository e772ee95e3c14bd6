/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a VM's records look like when its domain is there, and when it is
 * gone. */
#ifndef XAPID_VM_HALT_H
#define XAPID_VM_HALT_H

#include "db/db.h"

/* Its consoles: text for all, a screen for those that have one. */
int vm_add_consoles(struct tx *t, struct ref vm);
/* Consoles gone, memory given back, no host, no domid; devices stay. */
int vm_leave_host(struct tx *t, struct ref vm);
/* Devices detached, consoles gone, memory given back, no host, no domid. A VM
 * that does not exist is no error. */
int vm_detach_all(struct tx *t, struct ref vm);
/* The same, and Halted. */
int vm_halt(struct tx *t, struct ref vm);

#endif
