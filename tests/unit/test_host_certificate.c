/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust/host_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "lib/file.h"
#include "lib/log.h"
#include "tests/lib/unit.h"
#include "world/world.h"

/* A certificate signed by itself, the key before it, valid from `from`. */
static void
write_pem(const char *path, time_t from)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	FILE *f = fopen(path, "w");

	CU_ASSERT_FATAL(key && x && f);
	ASN1_TIME_set(X509_getm_notBefore(x), from);
	ASN1_TIME_set(X509_getm_notAfter(x), from + 86400);
	X509_set_pubkey(x, key);
	CU_ASSERT_FATAL(X509_sign(x, key, EVP_sha256()) > 0);
	CU_ASSERT_EQUAL_FATAL(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL,
				  NULL),
	    1);
	CU_ASSERT_EQUAL_FATAL(PEM_write_X509(f, x), 1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

struct box {
	struct core_config config;
	struct core core;
};

static void
box_open(struct box *b, const char *certificate)
{
	const struct world_options o = { .sim_hosts = 1 };
	char err[200];

	*b = (struct box){ .config = { .backend = "simulator" } };
	b->core.config = &b->config;
	b->core.started = 1795337705;
	b->core.certificate = certificate;
	b->core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(b->core.db);
	CU_ASSERT_EQUAL_FATAL(world_create(&b->core, &o), 0);
}

/* The only certificate; released by the caller. */
static const struct record *
only(struct box *b)
{
	const struct record **all, *r;
	uint32_t n;

	CU_ASSERT_EQUAL_FATAL(db_get_all(b->core.db, CLASS_Certificate, &all,
				  &n),
	    0);
	CU_ASSERT_EQUAL_FATAL(n, 1);
	r = record_ref(all[0]);
	db_release_all(all, n);
	return r;
}

static void
test_record(void)
{
	const char *path = unit_path("pem");
	struct box b;

	write_pem(path, 1795000000);
	box_open(&b, path);
	{
		RECORD_UNREF const struct record *r = only(&b);
		const struct certificate *c = (const struct certificate *)r;

		CU_ASSERT_EQUAL(c->type, CERTIFICATE_TYPE_HOST);
		CU_ASSERT_TRUE(ref_equal(c->host, b.core.host));
		CU_ASSERT_EQUAL(c->not_before, 1795000000);
		CU_ASSERT_EQUAL(c->not_after, 1795086400);
		CU_ASSERT_EQUAL(strlen(c->fingerprint_sha256), 32 * 3 - 1);
		CU_ASSERT_EQUAL(strlen(c->fingerprint_sha1), 20 * 3 - 1);
		CU_ASSERT_EQUAL(strspn(c->fingerprint_sha256,
				    "0123456789ABCDEF:"),
		    95);
		CU_ASSERT_STRING_EQUAL(c->fingerprint, c->fingerprint_sha256);
	}
	db_close(b.core.db);
}

static void
test_renewed(void)
{
	const char *path = unit_path("pem");
	uint64_t generation;
	struct ref ref;
	struct box b;

	write_pem(path, 1795000000);
	box_open(&b, path);
	{
		RECORD_UNREF const struct record *r = only(&b);

		ref = r->self;
	}
	generation = db_generation(b.core.db);
	CU_ASSERT_EQUAL(host_certificate_refresh(&b.core), 0);
	CU_ASSERT_EQUAL(db_generation(b.core.db), generation);
	write_pem(path, 1795100000);
	CU_ASSERT_EQUAL(host_certificate_refresh(&b.core), 0);
	{
		RECORD_UNREF const struct record *r = only(&b);

		CU_ASSERT_TRUE(ref_equal(r->self, ref));
		CU_ASSERT_EQUAL(((const struct certificate *)r)->not_before,
		    1795100000);
	}
	b.core.certificate = NULL;
	CU_ASSERT_EQUAL(host_certificate_refresh(&b.core), 0);
	CU_ASSERT_EQUAL(db_count(b.core.db, CLASS_Certificate), 0);
	db_close(b.core.db);
}

static void
test_unreadable(void)
{
	static const char *const texts[] = { "", "garbage",
		"-----BEGIN CERTIFICATE-----\nAAAA\n"
		"-----END CERTIFICATE-----\n" };
	const char *path = unit_path("pem");
	struct box b;

	log_set_level(LOG_L_ERR);
	write_pem(path, 1795000000);
	box_open(&b, path);
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		CU_ASSERT_EQUAL(file_write_atomic(path, texts[i],
				    strlen(texts[i]), 0600),
		    0);
		CU_ASSERT_EQUAL(host_certificate_refresh(&b.core), 0);
		CU_ASSERT_EQUAL(db_count(b.core.db, CLASS_Certificate), 1);
	}
	b.core.certificate = "/nowhere/pem";
	CU_ASSERT_EQUAL(host_certificate_refresh(&b.core), 0);
	CU_ASSERT_EQUAL(db_count(b.core.db, CLASS_Certificate), 1);
	db_close(b.core.db);
}

UNIT_MAIN("host certificate",
    { "the record says what the certificate says", test_record },
    { "a renewed certificate changes its record, the same one nothing",
	test_renewed },
    { "a file that cannot be read leaves the record", test_unreadable })
