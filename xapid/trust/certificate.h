/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* X.509 certificates as the API shows them. */
#ifndef XAPID_CERTIFICATE_H
#define XAPID_CERTIFICATE_H

#include <openssl/x509.h>

#include "call/call.h"
#include "lib/arena.h"

static inline void
cleanup_certificate_x509(X509 **p)
{
	X509_free(*p);
}
#define CERTIFICATE_SCOPE __attribute__((cleanup(cleanup_certificate_x509)))

/* The first certificate in PEM text, or NULL. */
X509 *certificate_parse(const char *pem, size_t len);
/* A row of class Certificate, its validity and fingerprints filled in; texts
 * live in the arena. -1: no memory. */
int certificate_fill(struct arena *a, const X509 *x, struct certificate *out);
/* Errors of one kind of certificate, by validity. */
struct certificate_errors {
	const char *invalid, *not_yet, *expired;
};
/* 0, or -1 with one of them raised; those of time have [now, limit]. */
int certificate_check_time(struct call *c, const struct certificate *cert,
    const struct certificate_errors *e);

#endif
