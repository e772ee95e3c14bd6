/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The certificate that this host shows: read, replaced by one from outside or
 * by a new self-signed one. The wire takes it up at once; if it cannot, the
 * old file comes back. */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "lib/file.h"
#include "rpc/service.h"
#include "trust/certificate.h"
#include "trust/host_certificate.h"

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"
#define FILE_MAX_BYTES ((size_t)256 * 1024)
#define MIN_KEY_BITS 2048
#define MAX_KEY_BITS 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- reading ---- */

/* The first certificate of a file that also holds the private key. */
static const char *
first_certificate(struct arena *arena, const char *text)
{
	const char *begin = strstr(text, PEM_BEGIN);
	const char *end = begin ? strstr(begin, PEM_END) : NULL;

	if (!end)
		return NULL;
	return arena_printf(arena, "%.*s" PEM_END "\n", (int)(end - begin),
	    begin);
}

static int
read_file(struct call *c, struct bytes *text)
{
	if (!c->core->certificate)
		return fail_certificate_does_not_exist(c, "server");
	if (file_read(c->core->certificate, FILE_MAX_BYTES, text) < 0 ||
	    !bytes_cstr(text))
		return fail_certificate_library_corrupt(c);
	return 0;
}

int
host_get_server_certificate(struct call *c,
    const struct host_get_server_certificate_args *a, const char **result_r)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	(void)a;
	if (read_file(c, &text) < 0)
		return -1;
	*result_r = text.p ? first_certificate(c->arena, text.p) : NULL;
	return *result_r ? 0 : fail_certificate_library_corrupt(c);
}

/* ---- checking what comes from outside ---- */

static inline void
cleanup_pkey(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static EVP_PKEY *
read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key =
	    bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static int
check_key(struct call *c, const EVP_PKEY *key)
{
	char bits[16];

	if (!key)
		return fail_server_certificate_key_invalid(c);
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return fail_server_certificate_key_algorithm_not_supported(c,
		    OBJ_nid2sn(EVP_PKEY_get_base_id(key)));
	snprintf(bits, sizeof(bits), "%d", EVP_PKEY_get_bits(key));
	if (EVP_PKEY_get_bits(key) < MIN_KEY_BITS ||
	    EVP_PKEY_get_bits(key) > MAX_KEY_BITS)
		return fail_server_certificate_key_rsa_length_not_supported(c,
		    bits);
	return 0;
}

static bool
signed_with_sha2(const X509 *x)
{
	int md = NID_undef;

	if (!X509_get_signature_info((X509 *)(uintptr_t)x, &md, NULL, NULL,
		NULL))
		return false;
	return md == NID_sha256 || md == NID_sha384 || md == NID_sha512;
}

static int
check_certificate(struct call *c, const X509 *x, EVP_PKEY *key,
    struct certificate *row)
{
	static const struct certificate_errors errors = {
		"SERVER_CERTIFICATE_INVALID",
		"SERVER_CERTIFICATE_NOT_VALID_YET",
		"SERVER_CERTIFICATE_EXPIRED",
	};

	if (!x)
		return fail_server_certificate_invalid(c);
	if (certificate_fill(c->arena, x, row) < 0)
		return call_fail_nomem(c);
	if (X509_check_private_key(x, key) != 1)
		return fail_server_certificate_key_mismatch(c);
	if (certificate_check_time(c, row, &errors) < 0)
		return -1;
	return signed_with_sha2(x)
	    ? 0
	    : fail_server_certificate_signature_not_supported(c);
}

/* Every certificate of the chain can be read. */
static int
check_chain(struct call *c, const char *pem)
{
	const char *p = pem;

	while (*p && (p = strstr(p, PEM_BEGIN))) {
		CERTIFICATE_SCOPE X509 *x = certificate_parse(p, strlen(p));

		if (!x)
			return fail_server_certificate_chain_invalid(c);
		p += strlen(PEM_BEGIN);
	}
	if (*pem && !strstr(pem, PEM_BEGIN))
		return fail_server_certificate_chain_invalid(c);
	return 0;
}

/* ---- replacing ---- */

/* The row that says what this host shows. */
static int
refresh_row(struct call *c)
{
	return host_certificate_refresh(c->core) < 0 ? call_fail_nomem(c) : 0;
}

/* All hosts of the pool are this daemon, and show the same. */
static int
check_host(struct call *c, struct ref host)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, host);

	if (!r)
		return -1;
	return c->core->certificate && c->core->reload_certificate
	    ? 0
	    : fail_certificate_does_not_exist(c, "server");
}

/* The file has new content: the wire takes it up, or `old` comes back. */
static int
take_up(struct call *c, const struct bytes *old)
{
	char err[256];

	if (c->core->reload_certificate(c->core, err, sizeof(err)) == 0)
		return 0;
	if (old->len)
		(void)file_write_atomic(c->core->certificate, old->p, old->len,
		    0600);
	(void)c->core->reload_certificate(c->core, err, sizeof(err));
	return fail_server_certificate_invalid(c);
}

int
host_install_server_certificate(struct call *c,
    const struct host_install_server_certificate_args *a)
{
	CERTIFICATE_SCOPE X509 *x =
	    certificate_parse(a->certificate, strlen(a->certificate));
	__attribute__((cleanup(cleanup_pkey))) EVP_PKEY *key =
	    read_key(a->private_key);
	CLEANUP_BYTES struct bytes old = { 0 }, pem = { 0 };
	struct certificate row;

	if (check_host(c, a->host) < 0 || check_key(c, key) < 0 ||
	    check_certificate(c, x, key, &row) < 0 ||
	    check_chain(c, a->certificate_chain) < 0)
		return -1;
	LOCK_SCOPE(&lock);
	if (read_file(c, &old) < 0)
		return -1;
	bytes_printf(&pem, "%s\n%s\n%s\n", a->private_key, a->certificate,
	    a->certificate_chain);
	if (pem.failed)
		return call_fail_nomem(c);
	if (file_write_atomic(c->core->certificate, pem.p, pem.len, 0600) < 0)
		return fail_certificate_library_corrupt(c);
	if (take_up(c, &old) < 0)
		return -1;
	return refresh_row(c);
}

static int
self_signed(struct call *c)
{
	CLEANUP_BYTES struct bytes old = { 0 };
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_host, c->core->host);
	char err[256];

	if (!r)
		return -1;
	const struct host *h = (const struct host *)r;
	const char *const names[] = { h->hostname, h->address, "localhost",
		"127.0.0.1", "::1", NULL };

	LOCK_SCOPE(&lock);
	if (read_file(c, &old) < 0)
		return -1;
	if (c->core->make_certificate(c->core->certificate, names, err,
		sizeof(err)) < 0)
		return fail_internal_error(c, err);
	if (take_up(c, &old) < 0)
		return -1;
	return refresh_row(c);
}

int
host_reset_server_certificate(struct call *c,
    const struct host_reset_server_certificate_args *a)
{
	return check_host(c, a->host) < 0 ? -1 : self_signed(c);
}

static bool
is_self_made(const X509 *x)
{
	const X509_NAME *name = X509_get_subject_name(x);
	char text[64];

	return X509_NAME_cmp(name, X509_get_issuer_name(x)) == 0 &&
	    X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name,
		NID_organizationName, text, sizeof(text)) > 0 &&
	    strcmp(text, RPC_CERTIFICATE_MAKER) == 0;
}

/* The certificate that hosts of a pool know each other by is the one that this
 * host made; one that came from outside is not ours to renew. */
int
host_refresh_server_certificate(struct call *c,
    const struct host_refresh_server_certificate_args *a)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	CERTIFICATE_SCOPE X509 *x = NULL;

	if (check_host(c, a->host) < 0 || read_file(c, &text) < 0)
		return -1;
	x = certificate_parse(text.p, text.len);
	if (!x)
		return fail_certificate_library_corrupt(c);
	if (!is_self_made(x))
		return fail_operation_not_allowed(c,
		    "The certificate is from outside; install a new one or "
		    "reset it");
	return self_signed(c);
}

int
host_emergency_reset_server_certificate(struct call *c,
    const struct host_emergency_reset_server_certificate_args *a)
{
	(void)a;
	return check_host(c, c->core->host) < 0 ? -1 : self_signed(c);
}
