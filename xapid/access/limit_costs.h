/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call costs of its caller's tokens: what datamodel/costs says, unless the
 * file of the configuration says something else. */
#ifndef XAPID_LIMIT_COSTS_H
#define XAPID_LIMIT_COSTS_H

#include <stddef.h>

#include "model/model.h"

/* Lines "Class.call = TOKENS", "#" begins a comment. Once, before anybody is
 * served. -1 with a sentence in err. */
int limit_costs_read(const char *path, char *err, size_t err_size);
double limit_cost(const struct method *m);

#endif
