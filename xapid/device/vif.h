/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of interfaces that several calls ask. 0, or -1 with the reason
 * raised. */
#ifndef XAPID_VIF_H
#define XAPID_VIF_H

#include "call/call.h"

/* Whether the network carries tagged VLANs for an interface. */
int vif_check_trunks(struct call *c, struct tx *t, const struct network *net,
    const struct set *trunks);
/* field: whose name errors tell. */
int vif_check_addresses(struct call *c, int family, const char *field,
    const struct set *addresses);

#endif
