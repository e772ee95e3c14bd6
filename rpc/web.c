/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request is of HTTP/1.0, so that the answer ends with the connection and
 * needs no decoding. */
#include "rpc/web.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "rpc/tls.h"

#define URL_MAX 2048
#define HEAD_MAX 16384
#define SLICE_MS 250

/* ---- addresses ---- */

struct place {
	bool tls;
	char host[256], port[6];
	const char *path; /* in the URL; "" for none */
};

/* "HOST", "HOST:PORT" or "[ADDRESS]:PORT", up to end. */
static bool
read_host(const char *p, const char *end, struct place *out)
{
	const char *close =
	    *p == '[' ? memchr(p, ']', (size_t)(end - p)) : NULL;
	const char *stop =
	    close ? close + 1 : memchr(p, ':', (size_t)(end - p));
	size_t n, digits;

	if (*p == '[' && !close)
		return false;
	if (!stop)
		stop = end;
	n = close ? (size_t)(close - p - 1) : (size_t)(stop - p);
	digits = stop < end ? (size_t)(end - stop - 1) : 0;
	if (n == 0 || n >= sizeof(out->host) || digits > 5 ||
	    (stop < end &&
		(*stop != ':' || !digits ||
		    strspn(stop + 1, "0123456789") < digits)))
		return false;
	memcpy(out->host, close ? p + 1 : p, n);
	out->host[n] = '\0';
	if (digits)
		snprintf(out->port, sizeof(out->port), "%.*s", (int)digits,
		    stop + 1);
	return true;
}

/* What has a user in it is no good: the password would be in logs. */
static bool
read_url(const char *url, struct place *out)
{
	const char *host, *end;

	for (const char *p = url; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	if (strlen(url) > URL_MAX)
		return false;
	out->tls = strncmp(url, "https://", 8) == 0;
	if (!out->tls && strncmp(url, "http://", 7) != 0)
		return false;
	host = url + (out->tls ? 8 : 7);
	end = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(end - host)))
		return false;
	snprintf(out->port, sizeof(out->port), "%s", out->tls ? "443" : "80");
	out->path = end;
	return read_host(host, end, out);
}

bool
web_url_is_good(const char *url)
{
	struct place p;

	return read_url(url, &p);
}

/* ---- a connection ---- */

struct link {
	const struct web_request *r;
	int fd;
	SSL *ssl; /* NULL: plain */
	SSL_CTX *ctx;
	int64_t deadline; /* monotonic */
	char *err;
	size_t err_size;
};

__attribute__((format(printf, 2, 3))) static int
fail(struct link *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(l->err, l->err_size, format, ap);
	va_end(ap);
	return -1;
}

/* Until the socket can. */
static int
wait_for(struct link *l, short events)
{
	struct pollfd p = { .fd = l->fd, .events = events };

	for (;;) {
		int64_t left = (l->deadline - clock_mono_ns()) / NSEC_PER_MSEC;

		if (l->r->give_up && l->r->give_up(l->r->arg))
			return fail(l, "Nobody waits for it any more");
		if (left <= 0)
			return fail(l, "It takes too long");
		if (poll(&p, 1, left < SLICE_MS ? (int)left : SLICE_MS) > 0)
			return 0;
	}
}

static int
connect_one(struct link *l, const struct addrinfo *a)
{
	int error = 0;
	socklen_t len = sizeof(error);

	l->fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return fail(l, "%s", strerror(errno));
	if (connect(l->fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return fail(l, "%s", strerror(errno));
	if (wait_for(l, POLLOUT) < 0)
		return -1;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return fail(l, "%s", strerror(error ? error : errno));
	return 0;
}

static int
connect_to(struct link *l, const struct place *to)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int r = getaddrinfo(to->host, to->port, &hints, &found), rc = -1;

	if (r != 0)
		return fail(l, "%s: %s", to->host, gai_strerror(r));
	for (const struct addrinfo *a = found; a && rc < 0; a = a->ai_next) {
		cleanup_fd_(&l->fd);
		rc = connect_one(l, a);
	}
	freeaddrinfo(found);
	return rc;
}

/* ---- TLS ---- */

static void
load_folder(SSL_CTX *ctx, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	char path[4096];

	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			(void)SSL_CTX_load_verify_file(ctx, path);
	}
	if (dir)
		closedir(dir);
}

static int
check_server(struct link *l, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(l->ssl);

	SSL_set_verify(l->ssl, SSL_VERIFY_PEER, NULL);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return 1;
	return SSL_set1_host(l->ssl, host);
}

/* What the last call wants; -1: it failed. */
static int
wait_tls(struct link *l, int r)
{
	long verified = SSL_get_verify_result(l->ssl);

	switch (SSL_get_error(l->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(l, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(l, POLLOUT);
	default:
		if (l->r->check && verified != X509_V_OK)
			return fail(l, "The certificate of the server: %s",
			    X509_verify_cert_error_string(verified));
		tls_reason(l->err, l->err_size, "TLS");
		return -1;
	}
}

static int
start_tls(struct link *l, const char *host)
{
	int r;

	l->ctx = SSL_CTX_new(TLS_client_method());
	if (!l->ctx ||
	    SSL_CTX_set_min_proto_version(l->ctx, TLS1_2_VERSION) != 1)
		return fail(l, "no memory");
	(void)SSL_CTX_set_default_verify_paths(l->ctx);
	for (const char *const *f = l->r->authorities; f && *f; f++)
		load_folder(l->ctx, *f);
	l->ssl = SSL_new(l->ctx);
	if (!l->ssl || SSL_set_fd(l->ssl, l->fd) != 1 ||
	    SSL_set_tlsext_host_name(l->ssl, host) != 1 ||
	    (l->r->check && check_server(l, host) != 1))
		return fail(l, "no memory");
	while ((r = SSL_connect(l->ssl)) != 1)
		if (wait_tls(l, r) < 0)
			return -1;
	return 0;
}

/* ---- bytes ---- */

static int
put(struct link *l, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		size_t most = len > 1 << 20 ? 1 << 20 : len;
		ssize_t n = l->ssl ? SSL_write(l->ssl, p, (int)most)
				   : send(l->fd, p, most, MSG_NOSIGNAL);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (l->ssl) {
			if (wait_tls(l, (int)n) < 0)
				return -1;
		} else if (errno != EAGAIN && errno != EINTR) {
			return fail(l, "%s", strerror(errno));
		} else if (wait_for(l, POLLOUT) < 0) {
			return -1;
		}
	}
	return 0;
}

/* 0: the server has ended the connection. */
static ssize_t
get(struct link *l, char *buf, size_t size)
{
	for (;;) {
		ssize_t n = l->ssl ? SSL_read(l->ssl, buf, (int)size)
				   : recv(l->fd, buf, size, 0);

		if (n > 0)
			return n;
		if (l->ssl) {
			int e = SSL_get_error(l->ssl, (int)n);

			if (e != SSL_ERROR_WANT_READ &&
			    e != SSL_ERROR_WANT_WRITE)
				return 0; /* many do not take leave */
			if (wait_tls(l, (int)n) < 0)
				return -1;
		} else if (n == 0) {
			return 0;
		} else if (errno != EAGAIN && errno != EINTR) {
			return fail(l, "%s", strerror(errno));
		} else if (wait_for(l, POLLIN) < 0) {
			return -1;
		}
	}
}

/* The status, and in answer what came behind the head. */
static int
read_head(struct link *l, struct bytes *answer)
{
	char buf[4096], *end;
	ssize_t n;

	while (!bytes_cstr(answer) || !(end = strstr(answer->p, "\r\n\r\n"))) {
		if (answer->failed)
			return fail(l, "no memory");
		if (answer->len > HEAD_MAX)
			return fail(l, "The head of the answer is too long");
		n = get(l, buf, sizeof(buf));
		if (n <= 0)
			return n < 0 ? -1
				     : fail(l, "The server does not answer");
		bytes_put(answer, buf, (size_t)n);
	}
	if (strncmp(answer->p, "HTTP/1.", 7) != 0 || answer->len < 12 ||
	    answer->p[8] != ' ' || strspn(answer->p + 9, "0123456789") != 3)
		return fail(l, "This is no web server");
	n = strtol(answer->p + 9, NULL, 10);
	end += 4;
	answer->len -= (size_t)(end - answer->p);
	memmove(answer->p, end, answer->len);
	return (int)n;
}

/* ---- the request ---- */

/* A tunnel to the server, through a proxy. */
static int
ask_proxy(struct link *l, const struct place *to)
{
	CLEANUP_BYTES struct bytes answer = { 0 };
	char text[1024];
	bool v6 = strchr(to->host, ':') != NULL;
	int n =
	    snprintf(text, sizeof(text), "CONNECT %s%s%s:%s HTTP/1.0\r\n\r\n",
		v6 ? "[" : "", to->host, v6 ? "]" : "", to->port);
	int status;

	if (put(l, text, (size_t)n) < 0)
		return -1;
	status = read_head(l, &answer);
	if (status < 0 || status / 100 == 2)
		return status < 0 ? -1 : 0;
	return fail(l, "The proxy answers %d", status);
}

static int
reach(struct link *l, const struct place *to, bool *whole_url)
{
	struct place proxy;
	bool v = l->r->proxy && *l->r->proxy;

	if (v && (!read_url(l->r->proxy, &proxy) || proxy.tls))
		return fail(l, "The proxy is no http://HOST[:PORT]");
	if (connect_to(l, v ? &proxy : to) < 0)
		return -1;
	*whole_url = v && !to->tls;
	if (v && to->tls && ask_proxy(l, to) < 0)
		return -1;
	return to->tls ? start_tls(l, to->host) : 0;
}

static int
send_head(struct link *l, const struct place *to, bool whole_url)
{
	CLEANUP_BYTES struct bytes head = { 0 };
	const char *path = to->path;
	size_t n = strcspn(path, "#");

	bytes_printf(&head, "%s ", l->r->method);
	if (whole_url)
		bytes_put(&head, l->r->url, (size_t)(path - l->r->url));
	if (*path != '/')
		bytes_puts(&head, "/");
	bytes_put(&head, path, n);
	bytes_printf(&head,
	    " HTTP/1.0\r\nHost: %s%s%s:%s\r\nUser-Agent: xapid\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    strchr(to->host, ':') ? "[" : "", to->host,
	    strchr(to->host, ':') ? "]" : "", to->port, l->r->type, l->r->len);
	if (head.failed)
		return fail(l, "no memory");
	return put(l, head.p, head.len);
}

static int
exchange(struct link *l, struct bytes *answer, size_t max)
{
	char buf[4096];
	struct place to;
	bool whole_url;
	int status;
	ssize_t n;

	if (!read_url(l->r->url, &to))
		return fail(l, "This is no http:// or https:// address");
	if (reach(l, &to, &whole_url) < 0 || send_head(l, &to, whole_url) < 0 ||
	    put(l, l->r->body, l->r->len) < 0)
		return -1;
	status = read_head(l, answer);
	while (status >= 0 && answer->len < max &&
	    (n = get(l, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return -1;
		bytes_put(answer, buf, (size_t)n);
	}
	if (answer->len > max)
		answer->len = max;
	return answer->failed ? fail(l, "no memory") : status;
}

int
web_ask(const struct web_request *r, struct bytes *answer, size_t max,
    char *err, size_t err_size)
{
	struct link l = { .r = r,
		.fd = -1,
		.deadline = clock_mono_ns() + r->timeout_ms * NSEC_PER_MSEC,
		.err = err,
		.err_size = err_size };
	int status = exchange(&l, answer, max);

	SSL_free(l.ssl);
	SSL_CTX_free(l.ctx);
	cleanup_fd_(&l.fd);
	return status;
}
