/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* On which host a VM may run, and whose memory it takes. Static memory is never
 * over-committed: host_metrics.memory_free is what is left after every VM that
 * is placed there, and moves in the transaction that places or removes one. */
#ifndef XAPID_PLACEMENT_H
#define XAPID_PLACEMENT_H

#include "call/call.h"

/* Bytes that a VM takes from its host. */
int64_t placement_memory(const struct vm *vm);
/* 0, or -1 with the reason raised why this host cannot hold the VM now. */
int placement_check(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* Chooses: the affinity host if it can, else the one with the most free
 * memory. -1: NO_HOSTS_AVAILABLE, with the reason of each host as further
 * parameters. */
int placement_choose(struct call *c, struct tx *t, const struct vm *vm,
    struct ref *host_r);
/* Takes (or gives back, negative) memory of a host. */
int placement_take(struct tx *t, struct ref host, int64_t bytes);

#endif
