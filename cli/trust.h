/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a TLS connection is with. A certificate counts if an authority of this
 * system confirms it for that name, or if it is the one that the server had
 * when it was first met: those are kept in ~/.config/xe/known_hosts, a line
 * each: HOST:PORT SHA256:HEX, with "authority" behind those that an authority
 * confirmed, so that it need not be asked each time. */
#ifndef XAPID_CLI_TRUST_H
#define XAPID_CLI_TRUST_H

#include <openssl/ssl.h>

/* After the handshake. -1: refused, and said why. */
int trust_check(SSL *ssl, const char *host, const char *port);

#endif
