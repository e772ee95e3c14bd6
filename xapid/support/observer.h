/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Traces of calls: a span for each that ends while an Observer is enabled, in
 * the form of Zipkin (v2), written to a file or posted to servers. */
#ifndef XAPID_OBSERVER_H
#define XAPID_OBSERVER_H

#include "call/core.h"

/* -1: no memory. */
int observer_start(struct core *core);
void observer_stop(struct core *core);

#endif
