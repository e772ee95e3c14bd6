/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A core for tests of the wire. Its methods:
 *
 *   echo TEXT       the text
 *   caller          "user agent|traceparent|address|tls or plain or local|uid"
 *   fail            the error TOY_FAILURE [a, b]
 *   nap MS          parked, woken from another thread after so long; "woken"
 *   early           woken before start() has answered that it is parked
 *   twice           parked again by the first resume()
 *   forever         parked, never woken
 *   big N           a map of N entries of about 1,000 bytes each
 */
#ifndef XAPID_TESTS_LIB_TOY_SERVICE_H
#define XAPID_TESTS_LIB_TOY_SERVICE_H

#include "rpc/service.h"

struct toy;

struct toy *toy_new(void);
void toy_free(struct toy *t);
struct rpc_service *toy_service(struct toy *t);
/* Of all calls so far. */
unsigned toy_started(struct toy *t);
unsigned toy_finished(struct toy *t);
unsigned toy_parked(struct toy *t); /* and neither woken nor finished */

#endif
