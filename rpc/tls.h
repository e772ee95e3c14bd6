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
/* A new server's side on fd; the caller owns it. NULL: no memory. */
SSL *tls_accept(struct tls *t, int fd);
/* The newest reason of this thread's OpenSSL queue, which is emptied. */
void tls_reason(char *err, size_t err_size, const char *what);

#endif
