/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The core without a wire and without a disk, for unit tests of what handlers
 * do: a database in memory with one host, roles, threads, timers, sessions and
 * authentication. */
#ifndef XAPID_TESTS_LIB_DAEMONLESS_H
#define XAPID_TESTS_LIB_DAEMONLESS_H

#include "call/call.h"

struct daemonless {
	struct core_config config; /* may be changed before daemonless_start */
	struct core core;
};

/* All limits as in the daemon. Fails the test when it cannot. users_file may
 * be NULL: PAM. */
void daemonless_start(struct daemonless *d, const char *users_file);
void daemonless_stop(struct daemonless *d);

/* A call of the given method by this session (null: none) with memory of its
 * own; release with daemonless_call_free. */
struct call *daemonless_call(struct daemonless *d, const char *method,
    struct ref session);
void daemonless_call_free(struct call *c);
/* The code of the call's error, "" when there is none. */
const char *daemonless_error(const struct call *c);

#endif
