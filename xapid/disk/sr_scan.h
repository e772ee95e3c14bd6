/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans that bring the records of a repository up to date with its storage. */
#ifndef XAPID_SR_SCAN_H
#define XAPID_SR_SCAN_H

#include "plan/plan.h"

extern const struct plan_kind sr_scan_kind, sr_update_kind;

#endif
