/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/bench/client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX 65536

_Noreturn void
die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

int64_t
cpu_of(int pid)
{
	struct timespec ts;
	clockid_t id;

	if (pid <= 0 || clock_getcpuclockid(pid, &id) != 0 ||
	    clock_gettime(id, &ts) < 0)
		return 0;
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

int
compare_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

char *
read_file(const char *path, size_t *len_r)
{
	char *text = malloc(REQUEST_MAX);
	FILE *f = fopen(path, "r");

	if (!text || !f)
		die(path);
	*len_r = fread(text, 1, REQUEST_MAX - 1, f);
	text[*len_r] = '\0';
	fclose(f);
	return text;
}

/* ---- connections ---- */

static int
open_local(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		die(path);
	return fd;
}

static int
open_tcp(const char *target)
{
	const char *port = strrchr(target, ':');
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port ? port + 1 : target)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		die(target);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void
client_open(struct client *c, const char *target)
{
	*c = (struct client){ 0 };
	c->fd = strncmp(target, "unix:", 5) == 0 ? open_local(target + 5)
						 : open_tcp(target);
}

void
client_send(struct client *c, const char *path, const char *type,
    const char *body, size_t len)
{
	static char out[REQUEST_MAX + 1024];
	int head = snprintf(out, 1024,
	    "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    path, type, len);

	memcpy(out + head, body, len);
	len += (size_t)head;
	c->nkeep = 0;
	c->bytes = c->left = 0;
	c->in_body = c->chunked = c->in_size = c->last_chunk = false;
	c->first_ns = 0;
	c->sent_ns = now_ns();
	if (send(c->fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
		die("send");
}

/* ---- answers ---- */

static void
read_head(struct client *c)
{
	const char *length = strcasestr(c->keep, "\ncontent-length:");

	c->in_body = true;
	c->chunked = strcasestr(c->keep, "\ntransfer-encoding:") != NULL;
	c->in_size = c->chunked;
	if (!c->chunked)
		c->left = length ? strtoull(length + 16, NULL, 10) : 0;
}

/* The size line of a chunk, a digit at a time; 2 more bytes end its data. */
static void
read_size(struct client *c, char ch)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, ch | 0x20);

	if (ch == '\n') {
		c->last_chunk = c->left == 0;
		c->bytes += c->left;
		c->left += 2;
		c->in_size = false;
	} else if (ch != '\r' && at) {
		c->left = c->left * 16 + (uint64_t)(at - digits);
	}
}

/* True at the end of the answer. */
static bool
read_body(struct client *c, const char *p, size_t n)
{
	while (n > 0) {
		size_t take = c->in_size ? 1 : n < c->left ? n : c->left;

		if (c->in_size)
			read_size(c, *p);
		else
			c->left -= take;
		p += take;
		n -= take;
		if (c->in_size || c->left > 0)
			continue;
		if (!c->chunked || c->last_chunk)
			return true;
		c->in_size = true;
	}
	return !c->chunked && c->left == 0;
}

static bool
read_some(struct client *c, const char *p, size_t n)
{
	size_t room = CLIENT_KEEP_BYTES - c->nkeep, old = c->nkeep;
	const char *end;

	memcpy(c->keep + c->nkeep, p, n < room ? n : room);
	c->nkeep += n < room ? n : room;
	c->keep[c->nkeep] = '\0';
	if (!c->in_body) {
		end = strstr(c->keep, "\r\n\r\n");
		if (!end)
			return false;
		read_head(c);
		if (!c->chunked)
			c->bytes = c->left;
		end += 4;
		n -= (size_t)(end - c->keep) - old;
		p += (size_t)(end - c->keep) - old;
	}
	return read_body(c, p, n);
}

bool
client_read(struct client *c)
{
	static char in[512 * 1024];
	ssize_t n;

	while ((n = recv(c->fd, in, sizeof(in), MSG_DONTWAIT)) > 0) {
		if (!c->first_ns)
			c->first_ns = now_ns();
		if (read_some(c, in, (size_t)n)) {
			c->done_ns = now_ns();
			return true;
		}
	}
	if (n == 0 || errno != EAGAIN) {
		errno = n == 0 ? ECONNRESET : errno;
		die("recv");
	}
	return false;
}

bool
client_succeeded(const struct client *c)
{
	return strncmp(c->keep, "HTTP/1.1 200", 12) == 0 &&
	    !strstr(c->keep, "<value>Failure</value>") &&
	    !strstr(c->keep, "\"error\":{");
}
