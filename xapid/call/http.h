/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTP handlers of the core: everything that is no API call. A handler gets a
 * call made for its request: authenticated, allowed, with the caller's
 * identity; it may block. */
#ifndef XAPID_HTTP_H
#define XAPID_HTTP_H

#include "call/call.h"
#include "rpc/exchange.h"

void http_routes_init(struct http_routes *routes, struct core *core);

/* A handler: answers through x. If it fails with an error in c and has not
 * begun an answer, the error is answered for it (http_fail). */
typedef void http_serve_fn(struct http_exchange *x, struct call *c);

/* Authenticates (session_id in query or cookie, else Basic) and checks the
 * role; NULL role: any logged-in user. -1: 401 or 403 has been answered.
 * Only handlers that are public for some objects (blobs) call it themselves. */
int http_authenticate(struct http_exchange *x, struct call *c,
    const char *role);

/* Answers c's error: 404 for HANDLE_INVALID and UUID_INVALID, 403 for
 * RBAC_PERMISSION_DENIED, 501 for NOT_IMPLEMENTED, else 500; the code and its
 * parameters stand in the body as text. */
void http_fail(struct http_exchange *x, const struct call *c);

/* A client whose request has a task waits for the answer before it sends the
 * body, and learns the rest from the task: answers 200 to it, and nothing to
 * others. -1: it is gone. */
int http_begin_upload(struct http_exchange *x, const struct call *c);

/* The object of class cls named by ref= or uuid=, counted, or NULL. */
const struct record *http_find(struct http_exchange *x, struct call *c,
    int cls);
/* The same; NULL: 400 or 404 answered. */
const struct record *http_object(struct http_exchange *x, struct call *c,
    int cls);

/* Handlers, each in a file named after it. */
http_serve_fn http_get_xmldbdump, http_put_xmldbdump, http_get_audit_log,
    http_get_blob, http_put_blob, http_get_events, http_get_system_status,
    http_get_host_logs, http_post_cli, http_post_simulator, http_get_openrpc,
    http_connect_console, http_get_console, http_get_console_log;

#endif
