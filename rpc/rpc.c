/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Start and stop of the wire: listeners, then what answers, then the fronts;
 * and the other way round. */
#include "rpc/rpc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "rpc/bulk.h"
#include "rpc/exchange_private.h"
#include "rpc/private.h"
#include "rpc/tls.h"

/* A handler may have one of its own: a file, a console. */
#define DESCRIPTORS_PER_CONNECTION 2
#define DESCRIPTORS_FOR_OTHERS 256
#define STOP_POLL_MS 10
#define STOP_PATIENCE_MS 5000

/* ---- listeners ---- */

/* Sockets are in the order of the configuration, the local one last. */
static void
take_sockets(struct rpc *r, const struct rpc_sockets *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		bool local = i >= r->config.nlisten;

		r->listeners[i] = (struct listener){
			.fd = s->fds[i],
			.port = s->ports[i],
			.tls = !local && r->config.listen[i].tls,
			.local = local,
		};
		if (r->listeners[i].tls && r->tls_port == 0)
			r->tls_port = s->ports[i];
	}
	r->nlisteners = s->n;
}

static int
listen_all(struct rpc *r, char *err, size_t err_size)
{
	struct rpc_sockets own;

	if (r->config.sockets) {
		take_sockets(r, r->config.sockets);
		return 0;
	}
	if (rpc_listen(&r->config, &own, err, err_size) < 0)
		return -1;
	take_sockets(r, &own);
	memcpy(r->socket_path, own.path, sizeof(own.path));
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
	r->rules.routes = &r->routes;
	r->rules.max_call_bytes = c->max_call_bytes;
	atomic_store(&r->rules.https_only, c->https_only);
	atomic_store(&r->rules.local_only, c->local_only);
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
	r->exchanges = exchanges_new();
	r->bulk = bulk_new();
	if (!r->peers || !r->exchanges || !r->bulk)
		return -1;
	return front_start(r);
}

static void
free_all(struct rpc *r)
{
	/* The others give connections back to fronts. */
	front_stop(r);
	exchanges_free(r->exchanges);
	bulk_free(r->bulk);
	front_free(r);
	close_listeners(r);
	peers_free(r->peers);
	tls_free(r->tls);
	free(r->tallies);
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
	if (routes)
		r->routes = *routes;
	fill_config(r, config);
	r->nfronts = (unsigned)r->config.threads;
	r->tallies = fault_calloc(r->routes.n + 1, sizeof(*r->tallies));
	if (!r->tallies) {
		snprintf(err, err_size, "no memory");
		free_all(r);
		return NULL;
	}
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
	r->config.sockets = NULL;
	return r;
}

void
rpc_set_https_only(struct rpc *r, bool https_only)
{
	atomic_store(&r->rules.https_only, https_only);
}

void
rpc_set_local_only(struct rpc *r, bool local_only)
{
	atomic_store(&r->rules.local_only, local_only);
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

int
rpc_set_clients(struct rpc *r, const struct tls_clients *clients, char *err,
    size_t err_size)
{
	return r->tls
	    ? tls_set_clients(r->tls, r->certificate, clients, err, err_size)
	    : 0;
}

void
rpc_get_stats(const struct rpc *r, struct rpc_stats *out)
{
	*out = (struct rpc_stats){
		.connections = r->connections,
		.refused = r->refused,
		.requests = front_requests(r),
		.streams = r->streams,
	};
}

bool
rpc_get_path_stats(const struct rpc *r, unsigned n, struct rpc_path_stats *out)
{
	unsigned row = n - ROUTE_CALL_PATHS;

	if (n < ROUTE_CALL_PATHS) {
		front_path_stats(r, n, out);
		return true;
	}
	if (row >= r->routes.n)
		return false;
	*out = (struct rpc_path_stats){
		.method = r->routes.rows[row].method,
		.path = r->routes.rows[row].path,
		.requests = r->tallies[row].requests,
		.closed = r->tallies[row].closed,
	};
	return true;
}

/* ---- stop ---- */

static unsigned
count_busy(const struct rpc *r)
{
	return r->busy + front_busy(r);
}

static void
wait_until_idle(struct rpc *r, int ms)
{
	int64_t end = clock_mono_ns() + ms * NSEC_PER_MSEC;
	struct timespec nap = { 0, STOP_POLL_MS * NSEC_PER_MSEC };

	while (count_busy(r) > 0 && clock_mono_ns() < end)
		nanosleep(&nap, NULL);
}

/* Calls that are parked end as if their clients had left: the core may still
 * wake them, so fronts cannot be stopped before. */
static void
end_the_rest(struct rpc *r)
{
	bool said = false;

	for (int ms = 0; count_busy(r) > 0; ms += STOP_POLL_MS) {
		front_cut(r);
		exchanges_cut(r->exchanges);
		bulk_cut(r->bulk);
		wait_until_idle(r, STOP_POLL_MS);
		if (ms >= STOP_PATIENCE_MS && !said) {
			log_warn("%u requests do not end", count_busy(r));
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
