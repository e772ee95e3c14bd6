/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The self-signed certificate of a first start, and fingerprints. */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "rpc/rpc.h"
#include "rpc/tls.h"

#define KEY_BITS 2048
#define DAYS 3650
#define SERIAL_BYTES 16
#define CN_MAX 64 /* what X.520 allows */

static inline void
cleanup_x509(X509 **p)
{
	X509_free(*p);
}

static inline void
cleanup_pkey(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void
cleanup_bio(BIO **p)
{
	BIO_free(*p);
}

static int
add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	int ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	return ok ? 0 : -1;
}

/* Only what may stand in a name: the text is handed to a parser for which
 * commas and colons mean something. */
static bool
is_plain_name(const char *s)
{
	return *s &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:*") == strlen(s);
}

/* "DNS:host,IP:10.0.0.1"; empty when there is no usable name. */
static void
alternative_names(const char *const names[], struct bytes *out)
{
	for (; names && *names; names++) {
		unsigned char addr[16];
		bool ip = inet_pton(AF_INET, *names, addr) == 1 ||
		    inet_pton(AF_INET6, *names, addr) == 1;

		if (!is_plain_name(*names) || (!ip && strchr(*names, ':')))
			continue;
		bytes_printf(out, "%s%s:%s", out->len ? "," : "",
		    ip ? "IP" : "DNS", *names);
	}
}

static int
set_names(X509 *x, const char *const names[])
{
	CLEANUP_BYTES struct bytes alt = { 0 };
	X509_NAME *n = X509_get_subject_name(x);
	const char *cn = names && names[0] && is_plain_name(names[0])
	    ? names[0]
	    : "localhost";

	alternative_names(names, &alt);
	if (alt.failed ||
	    X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8,
		(const unsigned char *)RPC_CERTIFICATE_MAKER, -1, -1, 0) != 1 ||
	    X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
		(const unsigned char *)cn, (int)strnlen(cn, CN_MAX), -1,
		0) != 1 ||
	    X509_set_issuer_name(x, n) != 1)
		return -1;
	return alt.len == 0
	    ? 0
	    : add_extension(x, NID_subject_alt_name, bytes_cstr(&alt));
}

static int
set_serial(X509 *x)
{
	unsigned char bytes[SERIAL_BYTES];
	BIGNUM *n;
	int ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return -1;
	bytes[0] &= 0x7f; /* positive */
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok ? 0 : -1;
}

/* Valid from a day ago: clocks of other hosts may be behind ours. */
static X509 *
make_x509(EVP_PKEY *key, const char *const names[])
{
	X509 *x = X509_new();

	if (x && X509_set_version(x, X509_VERSION_3) == 1 &&
	    set_serial(x) == 0 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -86400) &&
	    X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL) &&
	    X509_set_pubkey(x, key) == 1 && set_names(x, names) == 0 &&
	    add_extension(x, NID_basic_constraints, "critical,CA:FALSE") == 0 &&
	    add_extension(x, NID_key_usage,
		"critical,digitalSignature,keyEncipherment") == 0 &&
	    add_extension(x, NID_ext_key_usage, "serverAuth,clientAuth") == 0 &&
	    X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

int
rpc_make_certificate(const char *path, const char *const names[], char *err,
    size_t err_size)
{
	__attribute__((cleanup(cleanup_pkey))) EVP_PKEY *key =
	    EVP_RSA_gen(KEY_BITS);
	__attribute__((cleanup(cleanup_x509))) X509 *x =
	    key ? make_x509(key, names) : NULL;
	__attribute__((cleanup(cleanup_bio))) BIO *out =
	    BIO_new(BIO_s_secmem());
	char *text;
	long len;

	if (!x || !out ||
	    PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) !=
		1 ||
	    PEM_write_bio_X509(out, x) != 1) {
		tls_reason(err, err_size, "cannot make a certificate");
		return -1;
	}
	len = BIO_get_mem_data(out, &text);
	if (file_write_atomic(path, text, (size_t)len, 0600) < 0) {
		snprintf(err, err_size, "%s: %m", path);
		return -1;
	}
	return 0;
}

int
rpc_certificate_fingerprint(const char *path, char out[96])
{
	__attribute__((cleanup(cleanup_bio))) BIO *in = BIO_new_file(path, "r");
	__attribute__((cleanup(cleanup_x509))) X509 *x =
	    in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	ERR_clear_error();
	if (!x || X509_digest(x, EVP_sha256(), sum, &n) != 1)
		return -1;
	for (unsigned i = 0; i < n; i++)
		snprintf(out + 3 * i, 4, "%02x%s", sum[i],
		    i + 1 < n ? ":" : "");
	return 0;
}
