/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "rpc/stream.h"
#include "tests/lib/talk.h"
#include "tests/lib/unit.h"

static SSL_CTX *ctx;
static _Atomic int64_t last_read;

static void
run_put(struct http_exchange *x, void *core)
{
	char buf[10000];
	int64_t total = 0;
	ssize_t n;

	(void)core;
	http_begin(x, 200, NULL, 0, false);
	while ((n = http_read(x, buf, sizeof(buf))) > 0)
		total += n;
	last_read = n < 0 ? -2 : total;
}

static void
run_mirror(struct http_exchange *x, void *core)
{
	char *buf = malloc(1 << 20);
	size_t len = 0;
	ssize_t n;

	(void)core;
	while ((n = http_read(x, buf + len, (1 << 20) - len)) > 0)
		len += (size_t)n;
	http_answer(x, 200, NULL, buf, len);
	free(buf);
}

static const struct http_handler rows[] = {
	{ "PUT", "/put", false, "put", run_put },
	{ "PUT", "/mirror", false, "mirror", run_mirror },
};
static const struct http_routes routes = { rows, UNIT_COUNT(rows), NULL };

/* False when the handshake fails. */
static bool
connect_tls(SSL_SESSION *session)
{
	client_connect(&c, w.tls_port);
	c.ssl = SSL_new(ctx);
	SSL_set_fd(c.ssl, c.fd);
	if (session)
		SSL_set_session(c.ssl, session);
	if (SSL_connect(c.ssl) == 1)
		return true;
	ERR_clear_error();
	return false;
}

static void
begin_with(const struct rpc_config *config)
{
	ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	wire_start(&w, WIRE_TLS, config, &routes);
}

static void
begin(void)
{
	begin_with(NULL);
	CU_ASSERT_FATAL(connect_tls(NULL));
}

static void
end(void)
{
	talk_end();
	SSL_CTX_free(ctx);
}

static bool
echoes(void)
{
	reply_free(&r);
	client_call(&c, "echo", "e", &r);
	return reply_is(&r, "e");
}

#define H "Host: h\r\n"

/* ---- calls and handlers ---- */

static void
test_calls(void)
{
	begin();
	for (int i = 0; i < 20; i++)
		CU_ASSERT(echoes());
	reply_free(&r);
	client_call(&c, "caller", "", &r);
	CU_ASSERT(reply_is(&r, "|none|127.0.0.1|tls|-1"));
	reply_free(&r);
	client_call(&c, "twice", "", &r);
	CU_ASSERT(reply_is(&r, "woken"));
	end();
}

static void
test_large(void)
{
	char *body = malloc(1000001), *text;

	memset(body, 'x', 1000000);
	body[1000000] = '\0';
	begin();
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_call(&c, "big", "10000", &r);
		CU_ASSERT_EQUAL(r.status, 200);
		CU_ASSERT(r.len > 10000 * 1000);
		CU_ASSERT_STRING_EQUAL(r.body + r.len - 17,
		    "</methodResponse>");
		reply_free(&r);
		client_call(&c, "echo", body, &r);
		CU_ASSERT(reply_is(&r, body));
	}
	/* sent in one go, read only later */
	text = call_text("big", "5000", "");
	for (int i = 0; i < 3; i++)
		client_say(&c, text);
	wire_sleep(100);
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(r.len > 5000 * 1000);
	}
	free(text);
	free(body);
	end();
}

static bool
put_has_read(void *arg)
{
	return last_read == *(int64_t *)arg;
}

static void
test_handlers(void)
{
	int64_t want = 5;

	begin();
	for (int i = 0; i < 3; i++) {
		talk_say("PUT /mirror HTTP/1.1\r\n" H
			 "Content-Length: 4\r\n\r\nbody");
		CU_ASSERT_STRING_EQUAL(r.body, "body");
		talk_say("PUT /mirror HTTP/1.1\r\n" H
			 "Transfer-Encoding: chunked\r\n\r\n"
			 "2\r\nab\r\n0\r\n\r\n");
		CU_ASSERT_STRING_EQUAL(r.body, "ab");
	}
	CU_ASSERT(echoes());
	/* behind a call */
	talk_say("PUT /mirror HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nmore");
	CU_ASSERT_EQUAL(r.status, 200);
	CU_ASSERT_STRING_EQUAL(r.body, "more");
	CU_ASSERT(echoes());
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	last_read = -1;
	talk_say("PUT /put HTTP/1.1\r\n" H
		 "Content-Length: 1125899906842624\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 200);
	client_say(&c, "12345");
	client_close(&c); /* without a word of TLS */
	CU_ASSERT(wire_wait(put_has_read, &want));
	CU_ASSERT(connect_tls(NULL));
	end();
}

static void
test_leaving_while_parked(void)
{
	char *text = call_text("forever", "", "");

	begin();
	for (int polite = 0; polite < 2; polite++) {
		client_say(&c, text);
		CU_ASSERT(wire_wait(talk_one_parked, NULL));
		if (polite)
			SSL_shutdown(c.ssl);
		client_close(&c);
		CU_ASSERT(wire_wait(talk_all_finished, NULL));
		CU_ASSERT(connect_tls(NULL));
	}
	free(text);
	end();
}

static void
test_refusals(void)
{
	begin();
	talk_say("GET / HTTP/1.1\r\n\r\n");
	CU_ASSERT_EQUAL(r.status, 400);
	CU_ASSERT(client_sees_end(&c));
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	CU_ASSERT(echoes());
	talk_say("POST / HTTP/1.1\r\n" H
		 "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx");
	CU_ASSERT_EQUAL(r.status, 400);
	CU_ASSERT(client_sees_end(&c));
	/* no TLS at all */
	client_close(&c);
	client_connect(&c, w.tls_port);
	client_say(&c, "GET / HTTP/1.1\r\n" H "\r\n");
	while (client_receive(&c))
		;
	CU_ASSERT(c.ended);
	CU_ASSERT(c.len < 20);
	end();
}

static void
test_silence(void)
{
	/* Longer than a handshake takes under valgrind. */
	struct rpc_config hasty = { .head_timeout_ms = 1500,
		.head_deadline_ms = 4500,
		.idle_timeout_ms = 3000 };

	begin_with(&hasty);
	client_connect(&c, w.tls_port);
	CU_ASSERT(client_sees_end(&c));
	client_close(&c);
	client_connect(&c, w.tls_port);
	client_send(&c, "\x16\x03\x01", 3);
	CU_ASSERT(client_sees_end(&c));
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	CU_ASSERT(client_sees_end(&c));
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	talk_say("POST / HTT");
	CU_ASSERT_EQUAL(r.status, 408);
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	CU_ASSERT(echoes());
	CU_ASSERT(client_sees_end(&c));
	end();
}

/* ---- many at a time ---- */

#define MANY 40

static bool
step_all(SSL **all, unsigned *done)
{
	for (unsigned i = 0; i < MANY; i++)
		if (!SSL_is_init_finished(all[i]) && SSL_connect(all[i]) == 1)
			++*done;
	return *done == MANY;
}

/* All want to agree at the same moment, and somebody calls meanwhile. */
static void
test_many_handshakes(void)
{
	struct client many[MANY], caller;
	SSL *all[MANY];
	unsigned done = 0;

	begin();
	for (unsigned i = 0; i < MANY; i++) {
		client_connect(&many[i], w.tls_port);
		fcntl(many[i].fd, F_SETFL, O_NONBLOCK);
		all[i] = SSL_new(ctx);
		SSL_set_fd(all[i], many[i].fd);
	}
	client_connect(&caller, w.port);
	(void)step_all(all, &done);
	client_call(&caller, "echo", "meanwhile", &r);
	CU_ASSERT(reply_is(&r, "meanwhile"));
	for (int ms = 0; ms < WIRE_PATIENCE_MS && !step_all(all, &done); ms++)
		wire_sleep(1);
	CU_ASSERT_EQUAL(done, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		SSL_free(all[i]);
		client_close(&many[i]);
	}
	client_close(&caller);
	end();
}

/* ---- versions, suites, tickets ---- */

static const struct {
	int min, max;
	const char *ciphers;
	bool ok;
} offers[] = {
	{ TLS1_3_VERSION, TLS1_3_VERSION, NULL, true },
	{ TLS1_2_VERSION, TLS1_2_VERSION, NULL, true },
	{ TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", true },
	{ TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305", true },
	{ TLS1_2_VERSION, TLS1_2_VERSION, "AES128-GCM-SHA256", false },
	{ TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA256", false },
	{ TLS1_1_VERSION, TLS1_1_VERSION, "ALL:@SECLEVEL=0", false },
	{ TLS1_VERSION, TLS1_VERSION, "ALL:@SECLEVEL=0", false },
};

static void
test_versions(void)
{
	begin_with(NULL);
	for (size_t i = 0; i < UNIT_COUNT(offers); i++) {
		SSL_CTX_free(ctx);
		ctx = SSL_CTX_new(TLS_client_method());
		CU_ASSERT(SSL_CTX_set_min_proto_version(ctx, offers[i].min));
		CU_ASSERT(SSL_CTX_set_max_proto_version(ctx, offers[i].max));
		if (offers[i].ciphers)
			CU_ASSERT(
			    SSL_CTX_set_cipher_list(ctx, offers[i].ciphers));
		CU_ASSERT_EQUAL(connect_tls(NULL), offers[i].ok);
		if (offers[i].ok)
			CU_ASSERT(echoes());
		client_close(&c);
	}
	end();
}

/* A session of this version is taken up again, also when the certificate was
 * exchanged meanwhile. */
static void
resume(int version)
{
	SSL_SESSION *session;
	char err[256];

	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	CU_ASSERT_FATAL(connect_tls(NULL));
	CU_ASSERT(echoes()); /* the ticket of 1.3 comes behind the handshake */
	session = SSL_get1_session(c.ssl);
	SSL_shutdown(c.ssl);
	client_close(&c);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_FATAL(connect_tls(session));
		CU_ASSERT_EQUAL(SSL_session_reused(c.ssl), 1);
		CU_ASSERT(echoes());
		/* tickets of 1.3 are for one use */
		SSL_SESSION_free(session);
		session = SSL_get1_session(c.ssl);
		SSL_shutdown(c.ssl);
		client_close(&c);
		CU_ASSERT_EQUAL(rpc_reload_certificate(w.rpc, err, sizeof(err)),
		    0);
	}
	SSL_SESSION_free(session);
}

static void
test_resumption(void)
{
	begin_with(NULL);
	resume(TLS1_2_VERSION);
	resume(TLS1_3_VERSION);
	end();
}

/* ---- one goes on with what another began ---- */

static SSL *
one_side(SSL_CTX **ctx_r, const SSL_METHOD *method, int fd)
{
	SSL *ssl;

	*ctx_r = SSL_CTX_new(method);
	SSL_CTX_set_security_level(*ctx_r, 0); /* nobody shows a certificate */
	SSL_CTX_set_cipher_list(*ctx_r, "ADH");
	SSL_CTX_set_max_proto_version(*ctx_r, TLS1_2_VERSION);
	SSL_CTX_set_dh_auto(*ctx_r, 1);
	SSL_CTX_set_mode(*ctx_r,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	ssl = SSL_new(*ctx_r);
	SSL_set_fd(ssl, fd);
	return ssl;
}

/* The socket is full when the first one sends; the second one finds room. */
static void
test_taken_over(void)
{
	static char head[200], piece[20000], got[sizeof(head) + sizeof(piece)];
	struct iovec parts[] = { { head, sizeof(head) },
		{ piece, sizeof(piece) } };
	struct conn from = { .fd = -1 };
	SSL_CTX *server, *user;
	size_t filled = 0, n = 0;
	int pair[2], a = -1, b = -1;
	ssize_t r_;
	SSL *to;

	memset(head, 'h', sizeof(head));
	memset(piece, 'p', sizeof(piece));
	CU_ASSERT_FATAL(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	from.fd = pair[0];
	from.ssl = one_side(&server, TLS_server_method(), pair[0]);
	to = one_side(&user, TLS_client_method(), pair[1]);
	for (int i = 0; i < 100 && (a != 1 || b != 1); i++) {
		a = SSL_connect(to);
		b = SSL_accept(from.ssl);
	}
	CU_ASSERT_FATAL(a == 1 && b == 1);
	while ((r_ = send(pair[0], piece, sizeof(piece), 0)) > 0)
		filled += (size_t)r_;
	CU_ASSERT_EQUAL(conn_send_parts(&from, parts, 2), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	while (filled > 0 &&
	    (r_ = recv(pair[1], got,
		 filled < sizeof(got) ? filled : sizeof(got), 0)) > 0)
		filled -= (size_t)r_;
	CU_ASSERT_EQUAL(stream_write_parts(&from, parts, 2, 1000), 0);
	while (n < sizeof(got) &&
	    (r_ = SSL_read(to, got + n, (int)(sizeof(got) - n))) > 0)
		n += (size_t)r_;
	CU_ASSERT_EQUAL(n, sizeof(got));
	CU_ASSERT_EQUAL(memcmp(got, head, sizeof(head)), 0);
	CU_ASSERT_EQUAL(memcmp(got + sizeof(head), piece, sizeof(piece)), 0);
	SSL_free(to);
	SSL_free(from.ssl);
	SSL_CTX_free(user);
	SSL_CTX_free(server);
	close(pair[0]);
	close(pair[1]);
}

/* ---- certificates ---- */

/* As rpc_certificate_fingerprint() writes it, of what the server showed. */
static void
shown_fingerprint(char out[96])
{
	X509 *x = SSL_get1_peer_certificate(c.ssl);
	unsigned char sum[32];

	X509_digest(x, EVP_sha256(), sum, NULL);
	for (int i = 0; i < 32; i++)
		sprintf(out + 3 * i, "%02x%s", sum[i], i < 31 ? ":" : "");
	X509_free(x);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static void
test_reload(void)
{
	char before[96], after[96], in_file[96], err[256] = "";
	struct client old;

	begin();
	shown_fingerprint(before);
	CU_ASSERT_EQUAL(rpc_certificate_fingerprint(w.certificate, in_file), 0);
	CU_ASSERT_STRING_EQUAL(before, in_file);
	old = c;
	CU_ASSERT_EQUAL(rpc_make_certificate(w.certificate,
			    (const char *[]){ "other", NULL }, err,
			    sizeof(err)),
	    0);
	CU_ASSERT_EQUAL(rpc_reload_certificate(w.rpc, err, sizeof(err)), 0);
	CU_ASSERT(connect_tls(NULL));
	shown_fingerprint(after);
	CU_ASSERT_STRING_NOT_EQUAL(before, after);
	CU_ASSERT_EQUAL(rpc_certificate_fingerprint(w.certificate, in_file), 0);
	CU_ASSERT_STRING_EQUAL(after, in_file);
	CU_ASSERT(echoes());
	client_close(&c);
	c = old;
	CU_ASSERT(echoes());
	/* a bad one changes nothing */
	write_file(w.certificate, "no certificate\n");
	CU_ASSERT_EQUAL(rpc_reload_certificate(w.rpc, err, sizeof(err)), -1);
	CU_ASSERT_STRING_NOT_EQUAL(err, "");
	CU_ASSERT_EQUAL(rpc_certificate_fingerprint(w.certificate, in_file),
	    -1);
	client_close(&c);
	CU_ASSERT(connect_tls(NULL));
	shown_fingerprint(before);
	CU_ASSERT_STRING_EQUAL(before, after);
	end();
}

static void
test_made_certificate(void)
{
	static const char *const names[] = { "host.example", "10.1.2.3",
		"fd00::1", "evil,DNS:other", NULL };
	const char *path = unit_path("made.pem");
	char err[256] = "";
	struct stat st;
	FILE *f;
	EVP_PKEY *key;
	X509 *x;

	CU_ASSERT_EQUAL_FATAL(rpc_make_certificate(path, names, err,
				  sizeof(err)),
	    0);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	f = fopen(path, "r");
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT_EQUAL(EVP_PKEY_get_base_id(key), EVP_PKEY_RSA);
	CU_ASSERT_EQUAL(EVP_PKEY_get_bits(key), 2048);
	CU_ASSERT_EQUAL(X509_check_private_key(x, key), 1);
	CU_ASSERT_EQUAL(X509_verify(x, key), 1);
	CU_ASSERT_EQUAL(X509_check_host(x, "host.example", 0, 0, NULL), 1);
	CU_ASSERT_EQUAL(X509_check_host(x, "other", 0, 0, NULL), 0);
	CU_ASSERT_EQUAL(X509_check_ip_asc(x, "10.1.2.3", 0), 1);
	CU_ASSERT_EQUAL(X509_check_ip_asc(x, "fd00::1", 0), 1);
	CU_ASSERT_EQUAL(X509_check_ip_asc(x, "10.1.2.4", 0), 0);
	CU_ASSERT(X509_cmp_time(X509_get0_notBefore(x), NULL) < 0);
	CU_ASSERT(X509_cmp_time(X509_get0_notAfter(x), NULL) > 0);
	X509_free(x);
	EVP_PKEY_free(key);
	CU_ASSERT_EQUAL(rpc_make_certificate("/nonexistent/x.pem", names, err,
			    sizeof(err)),
	    -1);
	CU_ASSERT_STRING_NOT_EQUAL(err, "");
}

UNIT_MAIN("rpc_tls",
    { "calls are answered over TLS, on one connection", test_calls },
    { "large bodies and replies pass whole", test_large },
    { "handlers have the connection, first and behind a call", test_handlers },
    { "a client that leaves while its call is parked is noticed",
	test_leaving_while_parked },
    { "bad heads are refused as without TLS", test_refusals },
    { "silence is cut before, in and after the handshake", test_silence },
    { "40 handshakes at a time end, and others are served meanwhile",
	test_many_handshakes },
    { "what a front could not send, who goes on with it sends",
	test_taken_over },
    { "only TLS 1.2 and 1.3 with forward secrecy are spoken", test_versions },
    { "sessions are resumed, across an exchange of the certificate",
	test_resumption },
    { "the certificate is exchanged while connections live", test_reload },
    { "a made certificate is RSA, private, and good for its names",
	test_made_certificate })
