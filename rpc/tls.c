/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/fault.h"

/* For TLS 1.2; those of 1.3 are OpenSSL's own. */
#define CIPHERS                                                                \
	"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"             \
	"ECDHE-RSA-CHACHA20-POLY1305"

#define TICKET_KEY_BYTES 80 /* what OpenSSL 3 uses */

struct tls {
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

static SSL_CTX *
make_context(const char *path, char *err, size_t err_size)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || set_policy(ctx) < 0 ||
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
	pthread_mutex_destroy(&t->lock);
	OPENSSL_cleanse(t->ticket_keys, sizeof(t->ticket_keys));
	free(t);
}

int
tls_reload(struct tls *t, const char *path, char *err, size_t err_size)
{
	SSL_CTX *fresh = make_context(path, err, err_size), *old;

	if (!fresh)
		return -1;
	LOCK_SCOPE(&t->lock);
	share_ticket_keys(t, fresh);
	old = t->ctx;
	t->ctx = fresh;
	SSL_CTX_free(old);
	return 0;
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
