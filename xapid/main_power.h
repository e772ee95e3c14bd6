/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_MAIN_POWER_H
#define XAPID_MAIN_POWER_H

#include "plan/priv_private.h"

/* In a second, so that the daemon can answer; how: enum priv_power. -1 and
 * errno: EPERM on simulated hosts and without the right, EINVAL. */
int power_requested(const struct priv_config *config, uint32_t how);

#endif
