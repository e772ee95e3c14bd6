/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/fault.h"

/* For TLS 1.2; those of 1.3 are OpenSSL's own. */
#define CIPHERS                                                                \
	"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"             \
	"ECDHE-RSA-CHACHA20-POLY1305"

#define TICKET_KEY_BYTES 80 /* what OpenSSL 3 uses */

struct tls {
	pthread_mutex_t changing; /* one change at a time */
	X509_STORE *store;        /* of clients; NULL: none; by changing */
	char *name;
	unsigned epoch;
	pthread_mutex_t lock; /* protects ctx, the pointer */
	SSL_CTX *ctx;         /* owned; connections hold references */
	/* Tickets stay good when the certificate is exchanged. */
	unsigned char ticket_keys[TICKET_KEY_BYTES];
	long ticket_key_bytes;
};

void
tls_reason(char *err, size_t err_size, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	snprintf(err, err_size, "%s: %s", what,
	    reason ? reason : "unknown error");
	ERR_clear_error();
}

static int
set_policy(SSL_CTX *ctx)
{
	static const unsigned char name[] = "xapid";

	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
		SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
		SSL_CTX_set_session_id_context(ctx, name, sizeof(name)) == 1
	    ? 0
	    : -1;
}

/* ---- certificates of clients ---- */

/* Of an authority that has published no list nobody is revoked. Anything else
 * ends the check. */
static int
on_problem(int ok, X509_STORE_CTX *x)
{
	if (ok || X509_STORE_CTX_get_error(x) != X509_V_ERR_UNABLE_TO_GET_CRL)
		return ok;
	X509_STORE_CTX_set_error(x, X509_V_OK);
	return 1;
}

/* The result is noted (SSL_get_verify_result), the handshake goes on. */
static int
check_client(X509_STORE_CTX *x, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_verify_cb(x, on_problem);
	if (X509_verify_cert(x) != 1 &&
	    X509_STORE_CTX_get_error(x) == X509_V_OK)
		X509_STORE_CTX_set_error(x, X509_V_ERR_UNSPECIFIED);
	return 1;
}

/* Objects of one kind out of PEM text. -1: one of them is none, or no memory. */
static int
add_all(X509_STORE *store, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	STACK_OF(X509_INFO) *all =
	    bio ? PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL) : NULL;
	bool ok = all != NULL;

	for (int i = 0; ok && i < sk_X509_INFO_num(all); i++) {
		const X509_INFO *info = sk_X509_INFO_value(all, i);

		if (info->x509)
			ok = X509_STORE_add_cert(store, info->x509) == 1;
		if (ok && info->crl)
			ok = X509_STORE_add_crl(store, info->crl) == 1;
	}
	sk_X509_INFO_pop_free(all, X509_INFO_free);
	BIO_free(bio);
	return ok ? 0 : -1;
}

static X509_STORE *
make_store(const struct tls_clients *clients, char *err, size_t err_size)
{
	X509_STORE *store = X509_STORE_new();

	if (!store || add_all(store, clients->authorities) < 0 ||
	    add_all(store, clients->revoked) < 0 ||
	    (*clients->revoked &&
		X509_STORE_set_flags(store,
		    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1)) {
		tls_reason(err, err_size, "certificates of clients");
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

static int
ask_clients(SSL_CTX *ctx, const struct tls *t)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	if (!t->store)
		return 0;
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_host(param, t->name, 0) != 1 ||
	    SSL_CTX_set_app_data(ctx, (void *)(uintptr_t)t->epoch) != 1)
		return -1;
	SSL_CTX_set1_cert_store(ctx, t->store);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, check_client, NULL);
	return 0;
}

unsigned
tls_client(SSL *ssl)
{
	SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);

	return SSL_get0_peer_certificate(ssl) &&
		SSL_get_verify_result(ssl) == X509_V_OK
	    ? (unsigned)(uintptr_t)SSL_CTX_get_app_data(ctx)
	    : 0;
}

/* ---- the context ---- */

static SSL_CTX *
make_context(const struct tls *t, const char *path, char *err, size_t err_size)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || set_policy(ctx) < 0 || ask_clients(ctx, t) < 0 ||
	    SSL_CTX_use_certificate_chain_file(ctx, path) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		tls_reason(err, err_size, path);
		SSL_CTX_free(ctx);
		return NULL;
	}
	if (EVP_PKEY_get_base_id(SSL_CTX_get0_privatekey(ctx)) !=
	    EVP_PKEY_RSA) {
		snprintf(err, err_size, "%s: the key is not RSA", path);
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static void
share_ticket_keys(struct tls *t, SSL_CTX *ctx)
{
	if (t->ticket_key_bytes == 0) {
		long n = SSL_CTX_get_tlsext_ticket_keys(ctx, NULL, 0);

		if (n > 0 && n <= TICKET_KEY_BYTES &&
		    SSL_CTX_get_tlsext_ticket_keys(ctx, t->ticket_keys, n) == 1)
			t->ticket_key_bytes = n;
		return;
	}
	SSL_CTX_set_tlsext_ticket_keys(ctx, t->ticket_keys,
	    t->ticket_key_bytes);
}

struct tls *
tls_new(const char *path, char *err, size_t err_size)
{
	struct tls *t = fault_calloc(1, sizeof(*t));

	if (!t) {
		snprintf(err, err_size, "no memory");
		return NULL;
	}
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->changing, NULL);
	if (tls_reload(t, path, err, err_size) < 0) {
		tls_free(t);
		return NULL;
	}
	return t;
}

void
tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	X509_STORE_free(t->store);
	free(t->name);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->changing);
	OPENSSL_cleanse(t->ticket_keys, sizeof(t->ticket_keys));
	free(t);
}

/* With `changing`. */
static int
renew(struct tls *t, const char *path, char *err, size_t err_size)
{
	SSL_CTX *fresh = make_context(t, path, err, err_size), *old;

	if (!fresh)
		return -1;
	LOCK_SCOPE(&t->lock);
	share_ticket_keys(t, fresh);
	old = t->ctx;
	t->ctx = fresh;
	SSL_CTX_free(old);
	return 0;
}

int
tls_reload(struct tls *t, const char *path, char *err, size_t err_size)
{
	LOCK_SCOPE(&t->changing);
	return renew(t, path, err, err_size);
}

int
tls_set_clients(struct tls *t, const char *path,
    const struct tls_clients *clients, char *err, size_t err_size)
{
	X509_STORE *store = NULL, *old_store;
	char *name = NULL, *old_name;
	long old_keys;
	unsigned old_epoch;
	int rc;

	if (clients) {
		store = make_store(clients, err, err_size);
		if (!store)
			return -1;
		name = fault_malloc(strlen(clients->name) + 1);
		if (!name) {
			snprintf(err, err_size, "no memory");
			X509_STORE_free(store);
			return -1;
		}
		memcpy(name, clients->name, strlen(clients->name) + 1);
	}
	LOCK_SCOPE(&t->changing);
	old_store = t->store;
	old_name = t->name;
	old_keys = t->ticket_key_bytes;
	old_epoch = t->epoch;
	t->store = store;
	t->name = name;
	t->epoch = clients ? clients->epoch : 0;
	t->ticket_key_bytes = 0; /* a ticket has the result of its check */
	rc = renew(t, path, err, err_size);
	if (rc < 0) {
		t->store = old_store;
		t->name = old_name;
		t->ticket_key_bytes = old_keys;
		t->epoch = old_epoch;
	}
	X509_STORE_free(rc < 0 ? store : old_store);
	free(rc < 0 ? name : old_name);
	return rc;
}

SSL *
tls_accept(struct tls *t, int fd)
{
	SSL *ssl;

	pthread_mutex_lock(&t->lock);
	ssl = SSL_new(t->ctx);
	pthread_mutex_unlock(&t->lock);
	if (!ssl || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}
