/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of enum values that thousands of records have alike, such as what
 * halted VMs accept: kept once, and for good. */
#ifndef XAPID_MODEL_INTERN_H
#define XAPID_MODEL_INTERN_H

#include "model/model.h"

/* The same values, as memory that never goes. False: no memory, or there are
 * too many different sets already. Any thread. */
bool intern_enum_set(const struct set *s, struct set *out_r);

#endif
