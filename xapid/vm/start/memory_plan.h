/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the memory of a host is shared among its guests.
 *
 * A guest holds its target and its overhead; what guests hold together is never
 * more than the host has. As long as there is room a guest gets its dynamic
 * maximum. When a new one does not fit, all that balloon give up the same part
 * of the way from their maximum to their minimum, and get it back when one
 * leaves. A guest whose minimum is its maximum is never squeezed. */
#ifndef XAPID_MEMORY_PLAN_H
#define XAPID_MEMORY_PLAN_H

#include "call/call.h"

struct plan;
struct plan_kind;

/* One guest's wishes, and what it gets. Bytes. */
struct memory_share {
	int64_t min, max; /* 0 <= min <= max */
	int64_t target;
};
/* Shares room among n guests: each gets its minimum and the same part of what
 * it would take on top, in whole MiB. Less room than all minima: minima. */
void memory_share(struct memory_share *g, unsigned n, int64_t room);

/* The dynamic range of a VM, made valid: what it may be started with. */
struct memory_share memory_range(const struct vm *vm);
/* Bytes that a VM needs at least, overhead included. */
int64_t memory_least(const struct vm *vm);

/* Bytes free on the host; with squeeze, if every guest were at its minimum. */
int64_t memory_free(struct tx *t, const struct host *host, bool squeeze);

/* Finds room for a VM on a host that has it: sets its memory_target and takes
 * target and overhead from the host. Others that are squeezed for it get new
 * targets, which memory_plan_send() tells their domains. */
int memory_plan_take(struct plan *p, struct tx *t, struct ref vm,
    struct ref host);
/* What a VM left behind goes to those below their maximum. */
int memory_plan_grow(struct plan *p, struct tx *t, struct ref host);
/* The requests that follow from the last of these two in this plan. */
int memory_plan_send(struct plan *p);
/* In undo_apply of who has asked for that: a plan that shares the host's memory
 * anew, whatever the guests were told. */
int memory_plan_again(struct plan *p, struct tx *t, struct ref host);

extern const struct plan_kind *const memory_plan_kinds[]; /* NULL at the end */

#endif
