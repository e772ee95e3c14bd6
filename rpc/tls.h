/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's side of TLS: 1.2 and 1.3, an RSA certificate (clients of the
 * original speak only RSA cipher suites), tickets, and a certificate that can
 * be exchanged while connections live. */
#ifndef XAPID_RPC_TLS_H
#define XAPID_RPC_TLS_H

#include <openssl/types.h>
#include <stddef.h>

struct tls;

/* path: PEM file with key, certificate and chain. NULL and a reason. */
struct tls *tls_new(const char *path, char *err, size_t err_size);
void tls_free(struct tls *t); /* NULL is fine */
/* Later connections get what is in the file now; -1 and a reason: as before. */
int tls_reload(struct tls *t, const char *path, char *err, size_t err_size);
/* Who may be known by a certificate of his own. */
struct tls_clients {
	const char *name;        /* that the certificate must have, not empty */
	const char *authorities; /* PEM; one of them stands behind it */
	const char *revoked;     /* PEM, lists of authorities; may be empty */
	unsigned epoch;          /* not 0: tells these settings from others */
};
/* Later connections are asked for a certificate; who has none, or a wrong one,
 * is served all the same. NULL: nobody is asked. Tickets of before are void. -1
 * and a reason: as before. */
int tls_set_clients(struct tls *t, const char *path,
    const struct tls_clients *clients, char *err, size_t err_size);
/* After the handshake: the epoch of the settings that the client's certificate
 * fits, or 0. */
unsigned tls_client(SSL *ssl);
/* A new server's side on fd; the caller owns it. NULL: no memory. */
SSL *tls_accept(struct tls *t, int fd);
/* The newest reason of this thread's OpenSSL queue, which is emptied. */
void tls_reason(char *err, size_t err_size, const char *what);

#endif
