/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust/host_certificate.h"

#include "lib/file.h"
#include "lib/log.h"
#include "trust/certificate.h"

#define MAX_PEM ((size_t)1 << 20)

/* The first certificate of a PEM file. */
static X509 *
read_certificate(const char *path)
{
	CLEANUP_BYTES struct bytes pem = { 0 };

	if (file_read(path, MAX_PEM, &pem) < 0)
		return NULL;
	return certificate_parse(pem.p, pem.len);
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
	struct tx *t = tx_begin(core->db);

	if (!t)
		return -1;
	(void)tx_each(t, CLASS_Certificate, is_ours, &s);
	if (x && certificate_fill(tx_arena(t), x, &c) < 0) {
		tx_abort(t);
		return -1;
	}
	c.type = CERTIFICATE_TYPE_HOST;
	c.host = core->host;
	if (x && ref_is_null(s.found))
		(void)tx_insert(t, &c.r, NULL);
	else if (x)
		update(t, s.found, &c);
	else if (!ref_is_null(s.found))
		(void)tx_destroy(t, CLASS_Certificate, s.found);
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
