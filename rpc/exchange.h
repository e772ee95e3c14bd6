/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One HTTP request that is not an API call (blobs, database dump, events as a
 * stream, consoles, imports): a thread of its own with blocking reads and
 * writes on the client's connection, plain or TLS. The handler table comes
 * from the core. */
#ifndef XAPID_RPC_EXCHANGE_H
#define XAPID_RPC_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rpc/service.h"

struct http_exchange; /* rpc/exchange.c */

struct http_handler {
	const char *method; /* "GET", "PUT", "CONNECT", "POST" */
	const char *path;   /* "/blob"; longest matching row wins */
	bool prefix;        /* also below: "/update/x" */
	const char *name;   /* "get_blob": permission http/get_blob */
	/* Runs on its own thread. Whatever it did not answer becomes 500. */
	void (*run)(struct http_exchange *x, void *core);
};

struct http_routes {
	const struct http_handler *rows;
	unsigned n;
	void *core; /* passed to run() */
};

/* ---- the request ---- */
/* All of it lives as long as the exchange. */
const struct http_handler *http_handler_of(const struct http_exchange *x);
const char *http_method(const struct http_exchange *x);
const char *http_path(const struct http_exchange *x); /* decoded, no query */
const struct rpc_peer *http_peer(const struct http_exchange *x);
/* Decoded query parameter, n-th of that name (from 0), or NULL. */
const char *http_query(const struct http_exchange *x, const char *name,
    unsigned n);
/* All parameters in order: false past the end. */
bool http_query_at(const struct http_exchange *x, unsigned i,
    const char **name_r, const char **value_r);
const char *http_header(const struct http_exchange *x, const char *name);
const char *http_cookie(const struct http_exchange *x, const char *name);
/* User and password of "Authorization: Basic"; false when absent or broken.
 * Like cookies, a browser sends them on its own, also for a page of somebody
 * else: a request that comes from such a page (Origin, Sec-Fetch-Site) has
 * neither, as far as these two functions tell. (attack A30) */
bool http_basic(const struct http_exchange *x, const char **user_r,
    const char **password_r);
/* Content-Length, or -1 (none: read to the end of the connection), -2 when
 * the body is chunked. */
int64_t http_content_length(const struct http_exchange *x);
struct arena *http_arena(struct http_exchange *x);

/* ---- the body, in ---- */
/* As read(2): 0 at the end of the body (or when the client cut it), -1 and
 * errno (ETIMEDOUT after 60 s of silence). */
ssize_t http_read(struct http_exchange *x, void *buf, size_t len);
/* What follows on the connection is not HTTP (POST /cli after its body, a
 * console): from now on http_read reads to the end of the connection, and
 * http_write writes as it is, with or without an http_begin before. After
 * CONNECT and a status of 2xx, and after 101, it is so without asking. */
void http_raw(struct http_exchange *x);

/* What is no HTTP any more, where the handler also has a descriptor of its own:
 * waits until the client has sent something or fd is ready for events (of
 * poll), at most ms. A set of: */
enum { HTTP_CLIENT = 1, HTTP_OTHER = 2 };
int http_wait(struct http_exchange *x, int fd, short events, int ms);
/* As http_read, but -1 and EAGAIN where that would wait. */
ssize_t http_read_now(struct http_exchange *x, void *buf, size_t len);

/* ---- the answer ---- */
/* Status line and headers at once. headers: "Name: value" lines, NULL at the
 * end, or NULL. length -1: unknown (connection closes at the end; chunked for
 * HTTP/1.1 when chunked is asked). */
int http_begin(struct http_exchange *x, int status, const char *const headers[],
    int64_t length, bool chunked);
/* All of it; -1 when the client is gone. Gives up after 60 s without
 * progress. */
int http_write(struct http_exchange *x, const void *buf, size_t len);
/* A whole small answer: text/html with the status's name for errors. */
int http_answer(struct http_exchange *x, int status,
    const char *const headers[], const void *body, size_t len);
/* The answer cannot be finished: the connection is cut, so that the client
 * does not take what it has for the whole. */
void http_cut(struct http_exchange *x);
/* Whether the client has closed its side (does not block). */
bool http_gone(struct http_exchange *x);
/* The status sent so far, 0 before http_begin. */
int http_status(const struct http_exchange *x);

#endif
