/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the TPM of a VM knows is in the database while the VM is off, and with
 * the domain's worker while it runs. */
#ifndef XAPID_VTPM_H
#define XAPID_VTPM_H

#include "plan/plan.h"

#define VTPM_DEVICE "vtpm/0" /* the worker's name of it: a VM has one */

/* What it knows, held by the secret that *r is set to; "" for a new one. */
const char *vtpm_contents(struct db *db, struct ref vtpm,
    const struct record **r);
/* For requests that end a domain: whether they are to answer what its TPM
 * knows. */
#define VTPM_WANTED(vm) "#vtpm", (int64_t)((vm)->VTPMs.n > 0)
/* Takes that from the answer, and stores it. */
int vtpm_note(struct plan *p, const struct value *answer);
int vtpm_keep(struct plan *p, struct tx *t, struct ref vm);
/* A step that asks what the TPM of a VM that runs knows by now, and stores it. */
int vtpm_ask_send(struct plan *p);
int vtpm_told(struct plan *p, struct tx *t);
/* It is stored: the worker is to forget it. */
int vtpm_forget_send(struct plan *p, const struct vm *vm);

extern const struct plan_kind *const vtpm_kinds[];

#endif
