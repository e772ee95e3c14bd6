/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What plans ask the network worker, and the plans about networks. */
#ifndef XAPID_NET_PLAN_H
#define XAPID_NET_PLAN_H

#include "plan/plan.h"

/* A request about the bridge of a network, published and held. Then "name",
 * text; or "#name", int64_t; or "?name", bool as int; or "*name", a value by
 * pointer; NULL at the end. */
int net_send(struct plan *p, plan_reply_fn *reply, const struct network *net,
    const char *op, ...) __attribute__((sentinel));

/* NULL at the end. */
extern const struct plan_kind *const net_kinds[];
extern const struct plan_kind *const network_attach_kinds[];

#endif
