/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host_certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "builder.h"
#include "lib/file.h"
#include "lib/log.h"

#define MAX_PEM ((size_t)1 << 20)
#define FINGERPRINT_CHARS (EVP_MAX_MD_SIZE * 3)

/* The first certificate of a PEM file; free with X509_free. */
static X509 *
read_certificate(const char *path)
{
	CLEANUP_BYTES struct bytes pem = { 0 };
	X509 *x = NULL;
	BIO *bio;

	if (file_read(path, MAX_PEM, &pem) < 0)
		return NULL;
	bio = BIO_new_mem_buf(pem.p, (int)pem.len);
	if (bio)
		x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return x;
}

/* "6B:97:…" */
static const char *
fingerprint(struct builder *b, const X509 *x, const EVP_MD *md)
{
	char text[FINGERPRINT_CHARS + 1] = "";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (X509_digest(x, md, digest, &len) != 1)
		return "";
	for (unsigned i = 0; i < len; i++)
		snprintf(text + 3 * i, sizeof(text) - 3 * i,
		    "%02X:", digest[i]);
	if (len)
		text[3 * len - 1] = '\0';
	return builder_text(b, "%s", text);
}

static int64_t
seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) == 1 ? timegm(&tm) : 0;
}

static void
describe(struct builder *b, const struct core *core, const X509 *x,
    struct certificate *c)
{
	builder_defaults(CLASS_Certificate, &c->r);
	c->type = CERTIFICATE_TYPE_HOST;
	c->host = core->host;
	c->not_before = seconds_of(X509_get0_notBefore(x));
	c->not_after = seconds_of(X509_get0_notAfter(x));
	c->fingerprint_sha256 = fingerprint(b, x, EVP_sha256());
	c->fingerprint_sha1 = fingerprint(b, x, EVP_sha1());
	c->fingerprint = c->fingerprint_sha256;
}

struct search {
	const struct core *core;
	struct ref found;
};

static int
is_ours(const struct record *r, void *arg)
{
	const struct certificate *c = (const struct certificate *)r;
	struct search *s = arg;

	if (c->type != CERTIFICATE_TYPE_HOST ||
	    !ref_equal(c->host, s->core->host))
		return 0;
	s->found = r->self;
	return 1;
}

static void
update(struct tx *t, struct ref ref, const struct certificate *c)
{
	static const int fields[] = { FIELD_Certificate_not_before,
		FIELD_Certificate_not_after, FIELD_Certificate_fingerprint,
		FIELD_Certificate_fingerprint_sha256,
		FIELD_Certificate_fingerprint_sha1 };

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		(void)tx_set(t, CLASS_Certificate, ref, fields[i],
		    record_field(&c->r,
			&class_table[CLASS_Certificate].fields[fields[i]]));
}

/* x NULL: there is none to show. */
static int
write_record(struct core *core, const X509 *x)
{
	struct search s = { .core = core };
	struct certificate c;
	struct db_error e;
	struct builder b;
	struct tx *t = tx_begin(core->db);

	if (!t)
		return -1;
	b = (struct builder){ .arena = tx_arena(t) };
	(void)tx_each(t, CLASS_Certificate, is_ours, &s);
	if (x)
		describe(&b, core, x, &c);
	if (x && ref_is_null(s.found))
		(void)tx_insert(t, &c.r, NULL);
	else if (x)
		update(t, s.found, &c);
	else if (!ref_is_null(s.found))
		(void)tx_destroy(t, CLASS_Certificate, s.found);
	if (b.failed) {
		tx_abort(t);
		return -1;
	}
	if (tx_commit_wait(t, &e) == 0)
		return 0;
	log_err("the record of the certificate: %s", e.code);
	return -1;
}

int
host_certificate_refresh(struct core *core)
{
	X509 *x;
	int rc;

	if (!core->certificate)
		return write_record(core, NULL);
	x = read_certificate(core->certificate);
	if (!x) {
		log_warn("%s: no certificate can be read from it",
		    core->certificate);
		return 0;
	}
	rc = write_record(core, x);
	X509_free(x);
	return rc;
}
