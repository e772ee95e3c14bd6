/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host asks of web servers elsewhere. */
#ifndef XAPID_OUTGOING_H
#define XAPID_OUTGOING_H

#include "call/call.h"
#include "lib/bytes.h"

struct outgoing {
	const char *method, *url, *proxy, *type; /* as struct web_request */
	const void *body;
	size_t len;
};

/* For blocking handlers. Certificates are checked by the authorities of the
 * system and those of the pool, if host.tls_verification_enabled of this host
 * says so; cancelling the task ends it. As web_ask(). */
int outgoing_ask(struct call *c, const struct outgoing *o, struct bytes *answer,
    size_t max, char *err, size_t err_size);

/* The same where no call asks for it, for half a minute at most. */
int outgoing_post(struct core *core, const struct outgoing *o,
    bool (*give_up)(void *arg), void *arg, struct bytes *answer, char *err,
    size_t err_size);

#endif
