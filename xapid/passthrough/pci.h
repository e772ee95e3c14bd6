/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of hosts, and the VMs that are to have them. */
#ifndef XAPID_PCI_H
#define XAPID_PCI_H

#include "call/call.h"

/* VM.other_config:pci is "0/0000:02:00.0,1/0000:02:00.1": a number that nobody
 * looks at, and an address. 0, or INVALID_VALUE, VM_PCI_BUS_FULL. */
int pci_check_vm(struct call *c, const struct vm *vm);
/* Whether the host has them all, and nobody else. */
int pci_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* The one at that address of a host ("0000:00:1b.0"); null: there is none. */
struct ref pci_find(struct tx *t, struct ref host, const char *address);
/* Whether no other VM has it. */
bool pci_is_free_for(struct tx *t, struct ref pci, struct ref vm);
/* It, and what shares its slot, is the VM's. */
void pci_take_with_slot(struct tx *t, struct ref pci, struct ref vm);
/* They are the VM's from now on: VM.attached_PCIs. */
int pci_take(struct tx *t, struct ref vm, struct ref host);
/* The VM has its domain, and the control domain no longer has them. */
void pci_attach(struct tx *t, struct ref vm);
void pci_leave(struct tx *t, struct ref vm);

/* ---- pci_access.c ---- */
/* The control domain does not have it any more; its driver is remembered. */
void pci_hide(struct tx *t, struct ref pci);
/* At the daemon's start: one that the control domain was to give up and still
 * has. */
int pci_at_start(struct tx *t, struct ref pci);

#endif
