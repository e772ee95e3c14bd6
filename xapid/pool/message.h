/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alerts that the daemon itself raises. */
#ifndef XAPID_MESSAGE_H
#define XAPID_MESSAGE_H

#include "call/core.h"

/* Adds a message about an object; the oldest ones make room for it. name and
 * priority: datamodel of the API's alerts. ref_r may be NULL. As tx_insert. */
int message_add(struct tx *t, const struct core *core, const char *name,
    int64_t priority, enum cls cls, const char *obj_uuid, const char *body,
    struct ref *ref_r);

#endif
