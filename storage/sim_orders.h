/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_STORAGE_SIM_ORDERS_H
#define XAPID_STORAGE_SIM_ORDERS_H

#include "worker/op.h"

/* Orders are taken, and kept in this folder. */
void sim_orders_open(const char *state);
/* args: what, of, skip, count. */
op_fn sim_order;
/* What an order wants done with this operation; NULL: nothing. */
const char *sim_order_for(void *context, const char *op);

#endif
