/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire with the toy core behind it, and a client that sends what it is
 * told, right or wrong. Waits of the client end after WIRE_PATIENCE_MS. */
#ifndef XAPID_TESTS_LIB_WIRE_H
#define XAPID_TESTS_LIB_WIRE_H

#include <openssl/types.h>

#include "rpc/rpc.h"
#include "tests/lib/toy_service.h"

/* Under valgrind on a busy machine an answer takes many seconds. */
#define WIRE_PATIENCE_MS 60000

/* A server that runs. */
struct wire {
	struct toy *toy;
	struct rpc *rpc;
	uint16_t port, tls_port;
	char socket[108], certificate[512];
};

enum wire_with { WIRE_PLAIN, WIRE_TLS };

/* On ports of the kernel's choice, and on a local socket in the folder of the
 * test. config may be NULL: then clients that think long are not cut off. Its
 * listeners, socket and certificate are filled in here. Fails the test when it
 * does not start. */
void wire_start(struct wire *w, enum wire_with with,
    const struct rpc_config *config, const struct http_routes *routes);
void wire_stop(struct wire *w);

/* ---- a client ---- */

struct client {
	int fd;
	SSL *ssl; /* owned */
	char *buf;
	size_t len, cap; /* received and not yet looked at */
	bool ended;      /* the other side has closed */
	bool reset;      /* ... with a reset */
};

void client_connect(struct client *c, uint16_t port);
void client_connect_local(struct client *c, const char *path);
void client_close(struct client *c);
/* 0, or -1 when the other side takes no more. */
int client_send(struct client *c, const void *p, size_t n);
int client_say(struct client *c, const char *text);
/* More bytes into buf; false at the end or when patience runs out. */
bool client_receive(struct client *c);
/* Whether the other side closes, sending nothing more. */
bool client_sees_end(struct client *c);

struct reply {
	int status; /* 0: none came */
	char *head; /* owned, like body */
	char *body; /* NUL behind it */
	size_t len;
};

/* The next reply: by its length, by chunks, or to the end. */
void client_read(struct client *c, struct reply *r);
void reply_free(struct reply *r);
/* A header's value in a buffer of the caller; "" when absent. */
const char *reply_header(const struct reply *r, const char *name,
    char value[256]);

/* ---- calls ---- */

/* The text of a POST with this body; fields: more header lines, or "". Owned
 * by the caller. */
char *post_text(const char *path, const char *fields, const char *body);
/* XML-RPC call of a method with one string. */
char *call_text(const char *method, const char *param, const char *fields);
/* Sends that call and reads the reply. */
void client_call(struct client *c, const char *method, const char *param,
    struct reply *r);
/* Whether a reply is the XML of a success with this value. */
bool reply_is(const struct reply *r, const char *value);

/* Until fn(arg) is true; false when patience runs out. */
bool wire_wait(bool (*fn)(void *arg), void *arg);
void wire_sleep(int ms);

#endif
