/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust/certificate.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "model/builder.h"

#define PEM_MAX_BYTES ((size_t)1 << 20)

X509 *
certificate_parse(const char *pem, size_t len)
{
	BIO *bio;
	X509 *x;

	if (len > PEM_MAX_BYTES)
		return NULL;
	bio = BIO_new_mem_buf(pem, (int)len);
	x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	return x;
}

/* Seconds since 1970; 0 for a time that cannot be read. */
static int64_t
seconds(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

/* "AB:CD:…" */
static const char *
fingerprint(struct builder *b, const X509 *x, const EVP_MD *md)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[3 * EVP_MAX_MD_SIZE + 1];
	unsigned n = 0;

	if (!X509_digest(x, md, hash, &n) || !n)
		return "";
	for (unsigned i = 0; i < n; i++)
		snprintf(text + 3 * i, 4, "%02X:", hash[i]);
	text[3 * n - 1] = '\0';
	return builder_text(b, "%s", text);
}

int
certificate_fill(struct arena *a, const X509 *x, struct certificate *out)
{
	struct builder b = { .arena = a };

	builder_defaults(CLASS_Certificate, &out->r);
	out->not_before = seconds(X509_get0_notBefore(x));
	out->not_after = seconds(X509_get0_notAfter(x));
	out->fingerprint_sha256 = fingerprint(&b, x, EVP_sha256());
	out->fingerprint_sha1 = fingerprint(&b, x, EVP_sha1());
	out->fingerprint = out->fingerprint_sha256;
	return b.failed ? -1 : 0;
}

int
certificate_check_time(struct call *c, const struct certificate *cert,
    const struct certificate_errors *e)
{
	int64_t now = clock_wall_sec();
	char date[DATE_CHARS + 1], limit[DATE_CHARS + 1];
	const char *const params[] = { date, limit };
	bool early = now < cert->not_before;

	if (!early && now <= cert->not_after)
		return 0;
	date_format(now, date);
	date_format(early ? cert->not_before : cert->not_after, limit);
	return call_fail(c, early ? e->not_yet : e->expired, params, 2);
}
