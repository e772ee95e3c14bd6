/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a VM runs: which hosts can hold it and which of them is the best. */
#ifndef XAPID_PLACEMENT_H
#define XAPID_PLACEMENT_H

#include "call/call.h"

/* Bytes that a VM which has a place holds there, with what Xen needs for it. */
int64_t placement_memory(const struct vm *vm);
/* Whether the host can hold it now, everything considered; raises why not.
 * memory: whether room for it counts. (source: lifecycle.json boot_here) */
int placement_check(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host, bool memory);
/* The best host: the fewest of its anti-affinity group, the one it has
 * affinity to, the most free memory. NO_HOSTS_AVAILABLE with the name of each
 * host and its reason. */
int placement_choose(struct call *c, struct tx *t, const struct vm *vm,
    struct ref *host_r);
/* Takes (or with a negative number gives back) bytes of a host's free
 * memory. */
int placement_take(struct tx *t, struct ref host, int64_t bytes);

#endif
