/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients who log in with a TLS certificate: class pool says of which name, the
 * pool's authorities stand behind it. */
#ifndef XAPID_CLIENT_CERTIFICATES_H
#define XAPID_CLIENT_CERTIFICATES_H

#include "call/call.h"

/* Makes the wire know clients as the pool and its certificates say now; for
 * connections from now on, and those of before are not known any more. -1: some
 * file is bad (logged), and nobody is known. */
int client_certificates_refresh(struct core *core);
/* The same when something has become less: sessions of clients who have come by
 * a certificate end, but for the call's own. Who is still known logs in again. */
void client_certificates_withdrawn(struct call *c);

#endif
