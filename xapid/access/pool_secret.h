/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hosts of a pool know and nobody else: who has it is local root
 * without a password. In state_dir/pool_secret, for its owner only, made at the
 * first start. */
#ifndef XAPID_POOL_SECRET_H
#define XAPID_POOL_SECRET_H

#include <stddef.h>

/* -1 with a sentence in err. */
int pool_secret_open(const char *state_dir, char *err, size_t err_size);

#endif
