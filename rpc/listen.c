/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the sockets that are listened on. This may happen in a process with
 * more rights than the one that serves them. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "rpc/rpc.h"

#define BACKLOG 1024
/* Of a TCP connection that says nothing, e.g. a parked call. */
#define KEEPALIVE_IDLE_SEC 60
/* A daemon that was killed keeps its ports until the kernel has taken it
 * apart. */
#define BUSY_PATIENCE_MS 3000
#define BUSY_PAUSE_MS 10

static int
read_address(const struct rpc_listen *want, struct sockaddr_storage *ss,
    socklen_t *len_r)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, want->address, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(want->port);
		*len_r = sizeof(*in4);
		return 0;
	}
	if (inet_pton(AF_INET6, want->address, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(want->port);
		*len_r = sizeof(*in6);
		return 0;
	}
	errno = EINVAL;
	return -1;
}

/* "::" takes IPv4 too, unless somebody else here listens for that. */
static bool
wants_v6_only(const struct rpc_config *cfg, const struct rpc_listen *want)
{
	for (unsigned i = 0; i < cfg->nlisten; i++)
		if (!strchr(cfg->listen[i].address, ':') &&
		    cfg->listen[i].port == want->port && want->port != 0)
			return true;
	return false;
}

/* Options that accepted sockets inherit. */
static void
set_tcp_options(int fd, bool v6, bool v6_only)
{
	int on = 1, idle = KEEPALIVE_IDLE_SEC, only = v6_only;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
}

static uint16_t
bound_port(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return 0;
	return ntohs(ss.ss_family == AF_INET
		? ((struct sockaddr_in *)&ss)->sin_port
		: ((struct sockaddr_in6 *)&ss)->sin6_port);
}

static bool
wait_while_busy(int64_t end)
{
	const struct timespec pause = {
		.tv_nsec = BUSY_PAUSE_MS * NSEC_PER_MSEC,
	};

	if (errno != EADDRINUSE || clock_mono_ns() > end)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

static int
bind_patiently(int fd, const struct sockaddr_storage *ss, socklen_t len)
{
	int64_t end = clock_mono_ns() + BUSY_PATIENCE_MS * NSEC_PER_MSEC;

	while (bind(fd, (const struct sockaddr *)ss, len) < 0)
		if (!wait_while_busy(end))
			return -1;
	return 0;
}

static int
listen_tcp(const struct rpc_config *c, const struct rpc_listen *want,
    struct rpc_sockets *s)
{
	struct sockaddr_storage ss;
	socklen_t len;
	CLEANUP_FD int fd = -1;

	if (read_address(want, &ss, &len) < 0)
		return -1;
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	set_tcp_options(fd, ss.ss_family == AF_INET6, wants_v6_only(c, want));
	if (bind_patiently(fd, &ss, len) < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	s->ports[s->n] = bound_port(fd);
	s->fds[s->n++] = STEAL_FD(fd);
	return 0;
}

/* A socket that nobody answers is left over from a crash. */
static int
remove_stale_once(const struct sockaddr_un *un)
{
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (lstat(un->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode) || fd < 0 ||
	    connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(un->sun_path);
}

static int
remove_stale(const struct sockaddr_un *un)
{
	int64_t end = clock_mono_ns() + BUSY_PATIENCE_MS * NSEC_PER_MSEC;

	while (remove_stale_once(un) < 0)
		if (!wait_while_busy(end))
			return -1;
	return 0;
}

static int
listen_local(const char *path, struct rpc_sockets *s)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	CLEANUP_FD int fd = -1;

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	if (remove_stale(&un) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || fchmod(fd, 0600) < 0 ||
	    bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		return -1;
	memcpy(s->path, path, strlen(path) + 1);
	if (chmod(path, 0600) < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	s->ports[s->n] = 0;
	s->fds[s->n++] = STEAL_FD(fd);
	return 0;
}

int
rpc_listen(const struct rpc_config *c, struct rpc_sockets *s, char *err,
    size_t err_size)
{
	*s = (struct rpc_sockets){ 0 };
	for (unsigned i = 0; i < c->nlisten; i++) {
		if (i == RPC_MAX_LISTEN)
			errno = E2BIG;
		else if (listen_tcp(c, &c->listen[i], s) == 0)
			continue;
		snprintf(err, err_size, "cannot listen on %s:%u: %m",
		    c->listen[i].address, (unsigned)c->listen[i].port);
		rpc_sockets_close(s);
		return -1;
	}
	if (c->socket_path && listen_local(c->socket_path, s) < 0) {
		snprintf(err, err_size, "cannot listen on %s: %m",
		    c->socket_path);
		rpc_sockets_close(s);
		return -1;
	}
	return 0;
}

void
rpc_sockets_close(struct rpc_sockets *s)
{
	for (unsigned i = 0; i < s->n; i++)
		close(s->fds[i]);
	s->n = 0;
	if (s->path[0])
		unlink(s->path);
	s->path[0] = '\0';
}
