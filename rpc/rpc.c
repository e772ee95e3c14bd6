/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start and stop of the wire: listeners, then the engine, then the fronts;
 * and the other way round. */
#include "rpc/rpc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "rpc/bulk.h"
#include "rpc/engine.h"
#include "rpc/exchange_private.h"
#include "rpc/private.h"
#include "rpc/tls.h"
#include "rpc/watch.h"

#define BACKLOG 1024
#define FRONTS 2
/* A TLS client with a call costs three: itself and both ends of its pump. */
#define DESCRIPTORS_PER_CONNECTION 3
#define DESCRIPTORS_FOR_OTHERS 256
/* Of a TCP connection that says nothing, e.g. a parked call. */
#define KEEPALIVE_IDLE_SEC 60
#define STOP_POLL_MS 10
#define STOP_PATIENCE_MS 5000

/* ---- listeners ---- */

static int
keep_listener(struct rpc *r, int fd, bool tls, bool local)
{
	struct listener *l = &r->listeners[r->nlisteners];

	if (listen(fd, BACKLOG) < 0)
		return -1;
	l->fd = fd;
	l->tls = tls;
	l->local = local;
	r->nlisteners++;
	return 0;
}

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

static int
listen_tcp(struct rpc *r, const struct rpc_listen *want)
{
	struct sockaddr_storage ss;
	socklen_t len;
	uint16_t port;
	CLEANUP_FD int fd = -1;

	if (r->nlisteners == RPC_MAX_LISTEN) {
		errno = E2BIG;
		return -1;
	}
	if (read_address(want, &ss, &len) < 0)
		return -1;
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	set_tcp_options(fd, ss.ss_family == AF_INET6,
	    wants_v6_only(&r->config, want));
	if (bind(fd, (struct sockaddr *)&ss, len) < 0)
		return -1;
	port = bound_port(fd);
	r->listeners[r->nlisteners].port = port;
	if (keep_listener(r, fd, want->tls, false) < 0)
		return -1;
	(void)STEAL_FD(fd);
	if (want->tls && r->tls_port == 0)
		r->tls_port = port;
	return 0;
}

/* A socket that nobody answers is left over from a crash. */
static int
remove_stale(const struct sockaddr_un *un)
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
listen_local(struct rpc *r, const char *path)
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
	memcpy(r->socket_path, path, strlen(path) + 1);
	if (chmod(path, 0600) < 0 || keep_listener(r, fd, false, true) < 0)
		return -1;
	(void)STEAL_FD(fd);
	return 0;
}

static int
listen_all(struct rpc *r, char *err, size_t err_size)
{
	const struct rpc_config *c = &r->config;

	for (unsigned i = 0; i < c->nlisten; i++)
		if (listen_tcp(r, &c->listen[i]) < 0) {
			snprintf(err, err_size, "cannot listen on %s:%u: %m",
			    c->listen[i].address, (unsigned)c->listen[i].port);
			return -1;
		}
	if (c->socket_path && listen_local(r, c->socket_path) < 0) {
		snprintf(err, err_size, "cannot listen on %s: %m",
		    c->socket_path);
		return -1;
	}
	return 0;
}

static void
close_listeners(struct rpc *r)
{
	for (unsigned i = 0; i < r->nlisteners; i++)
		close(r->listeners[i].fd);
	if (r->socket_path[0])
		unlink(r->socket_path);
}

/* ---- configuration ---- */

static unsigned
count_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 2 ? 2 : n > 64 ? 64 : (unsigned)n;
}

/* As many descriptors as we may have; and no more connections than these are
 * good for, so that none of the others fails for want of one. */
static unsigned
connections_possible(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return 256;
	if (lim.rlim_cur < lim.rlim_max) {
		struct rlimit more = { lim.rlim_max, lim.rlim_max };

		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			lim = more;
	}
	if (lim.rlim_cur > UINT32_MAX / 2)
		return UINT32_MAX / 2;
	if (lim.rlim_cur < 2 * DESCRIPTORS_FOR_OTHERS)
		return DESCRIPTORS_FOR_OTHERS / DESCRIPTORS_PER_CONNECTION;
	return (unsigned)(lim.rlim_cur - DESCRIPTORS_FOR_OTHERS) /
	    DESCRIPTORS_PER_CONNECTION;
}

static void
fill_config(struct rpc *r, const struct rpc_config *given)
{
	struct rpc_config *c = &r->config;
	unsigned possible = connections_possible();

	*c = *given;
	if (c->max_call_bytes == 0)
		c->max_call_bytes = 16u << 20;
	if (c->max_connections == 0)
		c->max_connections = 8192;
	if (c->max_connections > possible)
		c->max_connections = possible;
	if (c->max_per_address == 0)
		c->max_per_address = 1024;
	if (c->head_timeout_ms <= 0)
		c->head_timeout_ms = 10000;
	if (c->head_deadline_ms <= 0)
		c->head_deadline_ms = 60000;
	if (c->idle_timeout_ms <= 0)
		c->idle_timeout_ms = 300000;
	if (c->threads <= 0)
		c->threads = (int)count_processors();
	r->rules = (struct route_rules){
		.routes = &r->routes,
		.https_only = c->https_only,
		.max_call_bytes = c->max_call_bytes,
	};
}

/* ---- start ---- */

static int
start_tls(struct rpc *r, char *err, size_t err_size)
{
	const char *path = r->config.certificate;
	bool wanted = false;

	for (unsigned i = 0; i < r->config.nlisten; i++)
		wanted |= r->config.listen[i].tls;
	if (!wanted)
		return 0;
	if (!path || strlen(path) >= sizeof(r->certificate)) {
		snprintf(err, err_size, "TLS needs a certificate");
		return -1;
	}
	memcpy(r->certificate, path, strlen(path) + 1);
	r->tls = tls_new(path, err, err_size);
	return r->tls ? 0 : -1;
}

static int
start_parts(struct rpc *r)
{
	r->peers =
	    peers_new(r->config.max_connections, r->config.max_per_address);
	r->watch = watch_new();
	r->exchanges = exchanges_new();
	r->bulk = bulk_new();
	if (!r->peers || !r->watch || !r->exchanges || !r->bulk)
		return -1;
	r->engine = engine_new(r, (unsigned)r->config.threads);
	return r->engine ? front_start(r) : -1;
}

static void
free_all(struct rpc *r)
{
	/* Fronts use the engine, and the engine gives connections back to
	 * fronts. */
	front_stop(r);
	engine_free(r->engine);
	exchanges_free(r->exchanges);
	bulk_free(r->bulk);
	front_free(r);
	close_listeners(r);
	watch_free(r->watch);
	peers_free(r->peers);
	tls_free(r->tls);
	free(r);
}

struct rpc *
rpc_start(const struct rpc_config *config, struct rpc_service *service,
    const struct http_routes *routes, char *err, size_t err_size)
{
	struct rpc *r = fault_calloc(1, sizeof(*r));
	sigset_t all, before;
	int rc;

	if (!r) {
		snprintf(err, err_size, "no memory");
		return NULL;
	}
	r->service = service;
	r->nfronts = FRONTS;
	if (routes)
		r->routes = *routes;
	fill_config(r, config);
	if (start_tls(r, err, err_size) < 0 ||
	    listen_all(r, err, err_size) < 0) {
		free_all(r);
		return NULL;
	}
	/* Signals are the main thread's; SIGPIPE is nobody's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = start_parts(r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc < 0) {
		snprintf(err, err_size, "cannot start: %m");
		free_all(r);
		return NULL;
	}
	/* What they point to is the caller's. */
	r->config.listen = NULL;
	r->config.socket_path = r->config.certificate = NULL;
	return r;
}

uint16_t
rpc_port(const struct rpc *r, unsigned i)
{
	return i < r->nlisteners ? r->listeners[i].port : 0;
}

int
rpc_reload_certificate(struct rpc *r, char *err, size_t err_size)
{
	return r->tls ? tls_reload(r->tls, r->certificate, err, err_size) : 0;
}

void
rpc_get_stats(const struct rpc *r, struct rpc_stats *out)
{
	*out = (struct rpc_stats){
		.connections = r->connections,
		.refused = r->refused,
		.requests = r->requests,
		.streams = r->streams,
	};
}

/* ---- stop ---- */

static void
wait_until_idle(struct rpc *r, int ms)
{
	int64_t end = clock_mono_ns() + ms * NSEC_PER_MSEC;
	struct timespec nap = { 0, STOP_POLL_MS * NSEC_PER_MSEC };

	while (r->busy > 0 && clock_mono_ns() < end)
		nanosleep(&nap, NULL);
}

/* Calls that are parked end as if their clients had left. The engine cannot
 * be stopped before: it does not allow for suspended connections. */
static void
end_the_rest(struct rpc *r)
{
	bool said = false;

	for (int ms = 0; r->busy > 0; ms += STOP_POLL_MS) {
		watch_all_gone(r->watch);
		exchanges_cut(r->exchanges);
		bulk_cut(r->bulk);
		engine_sweep(r->engine, INT64_MAX);
		wait_until_idle(r, STOP_POLL_MS);
		if (ms >= STOP_PATIENCE_MS && !said) {
			log_warn("%u requests do not end", r->busy);
			said = true;
		}
	}
}

void
rpc_stop(struct rpc *r, int grace_ms)
{
	if (!r)
		return;
	r->stopping = true;
	front_close_listeners(r);
	wait_until_idle(r, grace_ms);
	end_the_rest(r);
	free_all(r);
}
