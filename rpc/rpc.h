/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire, as main.c starts and stops it. */
#ifndef XAPID_RPC_RPC_H
#define XAPID_RPC_RPC_H

#include "rpc/exchange.h"
#include "rpc/service.h"

struct rpc_listen {
	const char *address; /* "0.0.0.0", "::", "127.0.0.1" */
	uint16_t port;       /* 0: the kernel chooses */
	bool tls;
};

#define RPC_MAX_LISTEN 16

/* Open sockets: those of the configuration's `listen`, in its order, then the
 * local one. */
struct rpc_sockets {
	int fds[RPC_MAX_LISTEN + 1];
	uint16_t ports[RPC_MAX_LISTEN + 1];
	unsigned n;
	char path[108]; /* of the local one */
};

struct rpc_config {
	const struct rpc_listen *listen; /* TCP ports */
	unsigned nlisten;
	const char *socket_path; /* local socket, or NULL */
	const char *certificate; /* PEM file with key and chain; NULL: no TLS */
	/* From rpc_listen(), for this configuration. rpc_start() takes the
	 * descriptors; the path stays the caller's. NULL: it opens its own. */
	const struct rpc_sockets *sockets;
	bool https_only; /* plain TCP answers 403/301, not calls */
	bool local_only; /* only who calls from this machine is answered */
	size_t
	    max_call_bytes; /* of a request body; default 16 MiB, the original 300 KiB */
	unsigned max_connections; /* TCP, default 8192 */
	unsigned max_per_address; /* default 1024 */
	int head_timeout_ms;  /* of one silence while a head is read: 10,000 */
	int head_deadline_ms; /* of the whole head: 60,000 */
	int idle_timeout_ms;  /* keep-alive connection between requests */
	int threads;          /* 0: as many as processors, at least 2 */
};

struct rpc;

/* Binds. It waits a little for sockets that are in use. */
int rpc_listen(const struct rpc_config *config, struct rpc_sockets *sockets_r,
    char *err, size_t err_size);
/* Also removes the local socket's name. */
void rpc_sockets_close(struct rpc_sockets *s);
/* Binds, then serves until rpc_stop. NULL with a reason in err. */
struct rpc *rpc_start(const struct rpc_config *config,
    struct rpc_service *service, const struct http_routes *routes, char *err,
    size_t err_size);
/* Port that listener i got. */
uint16_t rpc_port(const struct rpc *r, unsigned i);
/* Changes what the configuration said, from the next request on. */
void rpc_set_https_only(struct rpc *r, bool https_only);
/* Answers nobody but who calls from this machine, from the next request on. */
void rpc_set_local_only(struct rpc *r, bool local_only);
/* Reads the certificate again (SIGHUP); the old one stays when it is bad. */
int rpc_reload_certificate(struct rpc *r, char *err, size_t err_size);
/* Whose certificates are known from the next connection on (rpc/tls.h); NULL:
 * nobody's. -1 and a reason: as before. */
struct tls_clients;
int rpc_set_clients(struct rpc *r, const struct tls_clients *clients, char *err,
    size_t err_size);
/* Refuses new requests, gives running ones grace_ms, then closes all. */
void rpc_stop(struct rpc *r, int grace_ms);
/* Makes a self-signed RSA certificate (2048 bits, 10 years, SAN: the names and
 * addresses given, NULL at the end) with its key into one PEM file of mode
 * 0600, atomically. -1 and a reason. */
int rpc_make_certificate(const char *path, const char *const names[], char *err,
    size_t err_size);
/* Lower-case hexadecimal SHA-256 with colons, of a PEM certificate file;
 * answers -1 when it cannot be read. */
int rpc_certificate_fingerprint(const char *path, char out[96]);

/* Counters for tests and metrics. */
struct rpc_stats {
	uint64_t connections, refused, requests, streams;
};
void rpc_get_stats(const struct rpc *r, struct rpc_stats *out);
/* Of the n-th path, calls first; false: there is none. */
bool rpc_get_path_stats(const struct rpc *r, unsigned n,
    struct rpc_path_stats *out);

#endif
