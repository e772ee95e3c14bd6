/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_MAIN_HOSTNAME_H
#define XAPID_MAIN_HOSTNAME_H

#include "plan/priv_private.h"

/* This machine's name, now and at its next boots. Checked again: it stands in a
 * file of the system's. -1 and errno: EPERM on simulated hosts, EINVAL. */
int hostname_requested(const struct priv_config *config,
    const char name[PRIV_NAME_BYTES]);

#endif
