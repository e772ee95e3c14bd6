/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cli/trust.h"

#define BUFFER 16384

struct link {
	int fd;
	SSL *ssl; /* NULL: plain */
	size_t at, len;
	char buf[BUFFER]; /* read, not yet given away */
};

/* Where the daemon listens, and where the original does. */
static const char *const sockets[] = { RUNSTATEDIR "/xapid/xapi",
	"/var/lib/xcp/xapi" };

/* ---- the local socket ---- */

static int
connect_local(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	CLEANUP_FD int fd = -1;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -1;
	return STEAL_FD(fd);
}

static bool
is_this_host(const char *server)
{
	return strcmp(server, "127.0.0.1") == 0 ||
	    strcmp(server, "localhost") == 0;
}

/* Only root is let in there; XE_SOCKET names another one. */
static int
try_local(const struct options *o)
{
	const char *named = getenv("XE_SOCKET");
	int fd = -1;

	if (!is_this_host(o->server) || o->port)
		return -1;
	if (named)
		return connect_local(named);
	for (size_t i = 0; geteuid() == 0 && fd < 0 &&
	     i < sizeof(sockets) / sizeof(sockets[0]);
	     i++)
		fd = connect_local(sockets[i]);
	return fd;
}

bool
link_is_local(const struct options *o)
{
	int fd = try_local(o);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool
link_is_where_named(const struct options *o)
{
	const char *named = getenv("XE_SOCKET");

	if (!named || !is_this_host(o->server) || o->port || link_is_local(o))
		return true;
	complain("cannot connect to %s, which XE_SOCKET names: %s", named,
	    strerror(errno));
	return false;
}

/* ---- TCP ---- */

static int
connect_address(const struct addrinfo *ai)
{
	int one = 1, fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* "[::1]" is ::1. */
static const char *
bare_host(const char *host, char *buf, size_t size)
{
	size_t n = strlen(host);

	if (host[0] != '[' || n < 3 || n >= size || host[n - 1] != ']')
		return host;
	memcpy(buf, host + 1, n - 2);
	buf[n - 2] = '\0';
	return buf;
}

static int
connect_tcp(const char *host, const char *port)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV,
	};
	struct addrinfo *all, *ai;
	char buf[256];
	int fd = -1, r;

	r = getaddrinfo(bare_host(host, buf, sizeof(buf)), port, &hints, &all);
	if (r != 0) {
		complain("%s: %s", host, gai_strerror(r));
		return -1;
	}
	for (ai = all; ai && fd < 0; ai = ai->ai_next)
		fd = connect_address(ai);
	if (fd < 0)
		complain("cannot connect to %s port %s: %s", host, port,
		    strerror(errno));
	freeaddrinfo(all);
	return fd;
}

/* ---- TLS ---- */

static SSL_CTX *
tls_context(void)
{
	static SSL_CTX *ctx;

	if (!ctx)
		ctx = SSL_CTX_new(TLS_client_method());
	if (ctx) {
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
		/* trust.c looks at the certificate after the handshake. */
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
		SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY);
	}
	return ctx;
}

static int
start_tls(const struct options *o, struct link *l, const char *host,
    const char *port)
{
	SSL_CTX *ctx = tls_context();
	char buf[256];
	const char *name = bare_host(host, buf, sizeof(buf));

	l->ssl = ctx ? SSL_new(ctx) : NULL;
	if (!l->ssl || !SSL_set_fd(l->ssl, l->fd)) {
		complain("TLS cannot be used");
		return -1;
	}
	if (!strpbrk(name, ":") && strspn(name, "0123456789.") != strlen(name))
		SSL_set_tlsext_host_name(l->ssl, name);
	if (SSL_connect(l->ssl) != 1) {
		const char *why = ERR_reason_error_string(ERR_get_error());

		complain("no TLS connection to %s port %s: %s", host, port,
		    why ? why : "the server hung up");
		return -1;
	}
	return o->no_verify ? 0 : trust_check(l->ssl, name, port);
}

/* ---- both ---- */

struct link *
link_open(const struct options *o, const char *host)
{
	/* As in the original, nothing is encrypted on the way to ourselves. */
	const char *server = host ? host : o->server;
	bool tls =
	    !o->nossl && (o->tls_here || strcmp(server, "127.0.0.1") != 0);
	const char *port = o->port ? o->port : tls ? "443" : "80";
	CLEANUP(link_close) struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->fd = host ? -1 : try_local(o);
	if (l->fd >= 0)
		return STEAL(l);
	l->fd = connect_tcp(server, port);
	if (l->fd < 0 || (tls && start_tls(o, l, server, port) < 0))
		return NULL;
	return STEAL(l);
}

void
link_close(struct link *l)
{
	if (!l)
		return;
	if (l->ssl) {
		SSL_shutdown(l->ssl);
		SSL_free(l->ssl);
	}
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

static ssize_t
read_some(struct link *l, void *buf, size_t len)
{
	ssize_t n;

	if (l->ssl) {
		n = SSL_read(l->ssl, buf, len > 1 << 30 ? 1 << 30 : (int)len);
		return n > 0 ? n : 0;
	}
	do
		n = read(l->fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n > 0 ? n : 0;
}

ssize_t
link_read(struct link *l, void *buf, size_t len)
{
	if (l->at == l->len) {
		if (len >= BUFFER)
			return read_some(l, buf, len);
		l->at = 0;
		l->len = (size_t)read_some(l, l->buf, BUFFER);
	}
	if (len > l->len - l->at)
		len = l->len - l->at;
	memcpy(buf, l->buf + l->at, len);
	l->at += len;
	return (ssize_t)len;
}

int
link_read_full(struct link *l, void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = link_read(l, p, len);

		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
link_read_line(struct link *l, char *line, size_t size)
{
	size_t n = 0;
	char c;

	for (;;) {
		if (link_read(l, &c, 1) != 1)
			return -1;
		if (c == '\n')
			break;
		if (n + 1 >= size)
			return -1;
		line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return 0;
}

int
link_write(struct link *l, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = l->ssl
		    ? SSL_write(l->ssl, p, len > 1 << 30 ? 1 << 30 : (int)len)
		    : send(l->fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && !l->ssl && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

void
link_finish(struct link *l)
{
	if (l->ssl)
		SSL_shutdown(l->ssl);
	shutdown(l->fd, SHUT_WR);
}

int
link_fd(const struct link *l)
{
	return l->fd;
}

bool
link_has_input(const struct link *l)
{
	return l->at < l->len || (l->ssl && SSL_pending(l->ssl) > 0);
}
