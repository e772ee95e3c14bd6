/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/log_remote.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"

#define PORT "514"
#define PACKET_BYTES 2048 /* what every receiver has to take */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sock = -1;          /* under lock */
static _Atomic bool open, all; /* is there one; for every line */
static char host[65] = "-";    /* under lock */

/* ---- where ---- */

/* Splits a place; false when it is none. */
static bool
split(const char *to, char name[256], char port[8])
{
	const char *end, *colon;
	size_t n;

	if (*to == '[') {
		to++;
		end = strchr(to, ']');
		colon = end && end[1] == ':' ? end + 1 : NULL;
		if (!end || (end[1] && !colon))
			return false;
	} else {
		colon = strchr(to, ':');
		if (colon && strchr(colon + 1, ':'))
			colon = NULL; /* an IPv6 address */
		end = colon ? colon : to + strlen(to);
	}
	n = (size_t)(end - to);
	if (n == 0 || n > 255 ||
	    (colon &&
		(strlen(colon + 1) > 5 ||
		    strspn(colon + 1, "0123456789") != strlen(colon + 1))))
		return false;
	memcpy(name, to, n);
	name[n] = '\0';
	snprintf(port, 8, "%s", colon && colon[1] ? colon + 1 : PORT);
	return true;
}

/* A socket that is connected there, or -1. */
static int
connect_to(const char *to)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	char name[256], port[8];
	int fd = -1;

	if (!split(to, name, port) ||
	    getaddrinfo(name, port, &hints, &found) != 0)
		return -1;
	for (const struct addrinfo *i = found; i && fd < 0; i = i->ai_next) {
		fd = socket(i->ai_family,
		    i->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && connect(fd, i->ai_addr, i->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

int
log_remote_open(const char *to, bool lines)
{
	int fd = to ? connect_to(to) : -1;

	if (to && fd < 0)
		return -1;
	LOCK_SCOPE(&lock);
	cleanup_fd_(&sock);
	sock = fd;
	if (gethostname(host, sizeof(host) - 1) < 0)
		strcpy(host, "-");
	atomic_store(&open, fd >= 0);
	atomic_store(&all, fd >= 0 && lines);
	return 0;
}

/* ---- lines ---- */

/* "<30>1 2026-11-22T08:26:13.123Z host xapid 17 - - text" */
static void
send_line(int priority, const char *name, const char *text, size_t len)
{
	char packet[PACKET_BYTES], date[DATE_CHARS + 1];
	int64_t ms = clock_wall_ms();
	int n, saved = errno;

	date_format(ms / 1000, date);
	LOCK_SCOPE(&lock);
	n = snprintf(packet, sizeof(packet),
	    "<%d>1 %.4s-%.2s-%.2sT%.8s.%03dZ %s %s %d - - %.*s", priority, date,
	    date + 4, date + 6, date + 9, (int)(ms % 1000), host, name,
	    (int)getpid(), (int)len, text);
	if (n >= (int)sizeof(packet))
		n = (int)sizeof(packet) - 1;
	if (n > 0 && sock >= 0)
		(void)!send(sock, packet, (size_t)n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	errno = saved;
}

void
log_remote_line(int level, const char *text, size_t len)
{
	if (atomic_load_explicit(&all, memory_order_relaxed))
		send_line(LOG_DAEMON | level, "xapid", text, len);
}

void
log_remote_send(const char *name, const char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	if (atomic_load_explicit(&open, memory_order_relaxed))
		send_line(LOG_AUTHPRIV | LOG_INFO, name, text, len);
}
