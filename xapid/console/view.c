/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONNECT /console, and GET /console as a WebSocket: bytes of a console to a
 * client and back, until one of them ends, the VM leaves its domain, the
 * session ends, or nobody has typed for as long as the pool allows.
 * (source: consoles.json exchange, limits) */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "access/session.h"
#include "console/console.h"
#include "console/rfb_input.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "rpc/websocket.h"

#define PIECE 8192
#define LOOK_MS 1000 /* how often is seen whether it may go on */
#define CLOSE_NORMAL 1000
#define HEAD_ALONE_MS 50

struct view {
	struct http_exchange *x;
	struct call *c;
	const struct console_target *target;
	int fd; /* of the console */
	bool framed;
	struct websocket ws;
	struct rfb_input input; /* of a screen */
	struct bytes in;        /* typed, and not yet taken by the console */
	int64_t active;         /* when somebody typed; monotonic ns */
	int64_t idle_s;         /* that are allowed; 0: any */
	struct session_hook hook;
	_Atomic bool session_over;
};

/* ---- whether it may go on ---- */

static void
on_session_end(struct session_hook *h)
{
	struct view *v =
	    (struct view *)((char *)h - offsetof(struct view, hook));

	v->session_over = true;
}

static int64_t
allowed_idle(const struct call *c, const struct vm *vm)
{
	int64_t s = 0;

	if (vm->is_control_domain) {
		RECORD_UNREF const struct record *r =
		    db_get(c->db, CLASS_host, vm->resident_on);

		s = r ? ((const struct host *)r)->console_idle_timeout : 0;
	} else {
		RECORD_UNREF const struct record *r =
		    db_get(c->db, CLASS_pool, c->core->pool);

		s = r ? ((const struct pool *)r)->vm_console_idle_timeout : 0;
	}
	return s;
}

/* The domain that was looked at is there still. */
static bool
is_same_domain(const struct view *v)
{
	const struct vm *old = v->target->vm;
	RECORD_UNREF const struct record *r =
	    db_get(v->c->db, CLASS_VM, old->r.self);
	const struct vm *now = (const struct vm *)r;

	return now && now->domid == old->domid &&
	    (now->power_state == VM_POWER_STATE_RUNNING ||
		now->power_state == VM_POWER_STATE_PAUSED);
}

static bool
may_go_on(const struct view *v)
{
	if (v->session_over || v->c->core->stopping || !is_same_domain(v))
		return false;
	return v->idle_s <= 0 ||
	    clock_mono_ns() - v->active < v->idle_s * NSEC_PER_SEC;
}

/* ---- bytes ---- */

/* 1: go on, 0: the end, -1: the client is gone. */
static int
show(struct view *v)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	char buf[PIECE];
	ssize_t n = recv(v->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n <= 0)
		return 0;
	if (!v->framed)
		return http_write(v->x, buf, (size_t)n) < 0 ? -1 : 1;
	websocket_put(&out, buf, (size_t)n);
	return out.failed || http_write(v->x, out.p, out.len) < 0 ? -1 : 1;
}

/* Gives the console what it takes. */
static int
type(struct view *v)
{
	ssize_t n;

	if (v->in.len == 0)
		return 1;
	n = send(v->fd, v->in.p, v->in.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : 0;
	v->in.len -= (size_t)n;
	memmove(v->in.p, v->in.p + n, v->in.len);
	return 1;
}

static int
take(struct view *v, const char *buf, size_t n)
{
	CLEANUP_BYTES struct bytes reply = { 0 };
	size_t had = v->in.len;
	enum websocket_end end = WEBSOCKET_OPEN;

	if (v->framed)
		end = websocket_take(&v->ws, buf, n, &v->in, &reply);
	else
		bytes_put(&v->in, buf, n);
	if (v->in.failed || reply.failed)
		return -1;
	if (v->target->console->protocol != CONSOLE_PROTOCOL_RFB
		? v->in.len > had
		: rfb_input_take(&v->input, v->in.p + had, v->in.len - had))
		v->active = clock_mono_ns();
	if (reply.len > 0 && http_write(v->x, reply.p, reply.len) < 0)
		return -1;
	if (end != WEBSOCKET_OPEN) {
		v->framed = false; /* a close was sent already */
		return -1;
	}
	return type(v);
}

static int
hear(struct view *v)
{
	char buf[PIECE];
	ssize_t n = http_read_now(v->x, buf, sizeof(buf));

	if (n < 0 && errno == EAGAIN)
		return 1;
	return n <= 0 ? -1 : take(v, buf, (size_t)n);
}

/* One round. What was typed is taken before more is read. */
static int
step(struct view *v)
{
	struct pollfd p = { .fd = v->fd, .events = POLLIN | POLLOUT };
	int ready, r = 1;

	if (v->in.len > 0) {
		if (poll(&p, 1, LOOK_MS) <= 0)
			return http_gone(v->x) ? -1 : 1;
		if (p.revents & POLLOUT)
			r = type(v);
		return r > 0 && (p.revents & ~POLLOUT) ? show(v) : r;
	}
	ready = http_wait(v->x, v->fd, POLLIN, LOOK_MS);
	if (ready & HTTP_OTHER)
		r = show(v);
	if (r > 0 && (ready & HTTP_CLIENT))
		r = hear(v);
	return r;
}

static void
run(struct view *v)
{
	int r = 1;
	int64_t looked = v->active = clock_mono_ns();
	CLEANUP_BYTES struct bytes bye = { 0 };

	while (r > 0) {
		int64_t now;

		r = step(v);
		now = clock_mono_ns();
		if (now - looked < LOOK_MS * NSEC_PER_MSEC && !v->session_over)
			continue;
		looked = now;
		if (!may_go_on(v))
			break;
	}
	if (v->framed && r >= 0) {
		websocket_put_close(&bye, CLOSE_NORMAL);
		(void)http_write(v->x, bye.p, bye.len);
	}
	bytes_free(&v->in);
}

/* The original's client reads the head by a buffer of its own and drops what
 * came with it. */
static void
let_head_be_read(const struct view *v)
{
	const struct timespec ts = { 0, HEAD_ALONE_MS * NSEC_PER_MSEC };

	if (!v->framed)
		(void)nanosleep(&ts, NULL);
}

static void
serve(struct view *v, int status, const char *const headers[])
{
	struct call *c = v->c;
	bool hooked = !ref_is_null(c->caller.session);

	v->hook.session = c->caller.session;
	v->hook.on_end = on_session_end;
	if (hooked && session_hook(c->core, &v->hook) < 0) {
		fail_session_invalid(c, call_ref_text(c, c->caller.session));
		return;
	}
	v->idle_s = allowed_idle(c, v->target->vm);
	if (http_begin(v->x, status, headers, -1, false) == 0) {
		let_head_be_read(v);
		run(v);
	}
	if (hooked)
		session_unhook(c->core, &v->hook);
}

/* ---- the two ways ---- */

static bool
is_limited(const struct call *c)
{
	RECORD_UNREF const struct record *r =
	    db_get(c->db, CLASS_pool, c->core->pool);

	return r && ((const struct pool *)r)->limit_console_sessions;
}

static void
begin_view(struct view *v, const char *handler, int status,
    const char *const headers[])
{
	CONSOLE_TARGET struct console_target t = { 0 };
	CLEANUP(console_leave) struct console_seat *seat = NULL;
	CLEANUP_FD int fd = -1;
	struct call *c = v->c;

	if (console_find(v->x, c, handler, &t) < 0 || console_check(c, &t) < 0)
		return;
	if (!v->framed || !is_limited(c))
		seat = console_sit(c, t.vm->r.self, is_limited(c));
	if (!seat) {
		http_answer(v->x, 503, NULL, NULL, 0);
		return;
	}
	fd = console_connect(c, &t);
	if (fd < 0)
		return;
	v->target = &t;
	v->fd = fd;
	serve(v, status, headers);
	v->target = NULL;
}

void
http_connect_console(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Connection: keep-alive", NULL };
	struct view v = { .x = x, .c = c };

	begin_view(&v, "connect_console", 200, headers);
}

static bool
wants_websocket(const struct http_exchange *x)
{
	const char *upgrade = http_header(x, "Upgrade");

	return http_header(x, "Sec-WebSocket-Key") &&
	    (!upgrade || strcasecmp(upgrade, "websocket") == 0);
}

/* "binary" where it is among those offered; clients that offer none get none
 * (a browser refuses one that it did not offer). */
static bool
offers_binary(const char *list)
{
	while (list && *list) {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == strlen("binary") &&
		    strncasecmp(list, "binary", n) == 0)
			return true;
		list += n;
	}
	return false;
}

void
http_get_console(struct http_exchange *x, struct call *c)
{
	char accept[WEBSOCKET_ACCEPT_CHARS + 1], line[64];
	const char *headers[] = { "Upgrade: websocket", "Connection: Upgrade",
		line, NULL, NULL };
	struct view v = { .x = x, .c = c, .framed = true };
	const char *key = http_header(x, "Sec-WebSocket-Key");

	if (!wants_websocket(x)) {
		http_answer(x, 501, NULL, NULL, 0);
		return;
	}
	if (!websocket_accept(key, accept)) {
		http_answer(x, 400, NULL, NULL, 0);
		return;
	}
	snprintf(line, sizeof(line), "Sec-WebSocket-Accept: %s", accept);
	if (offers_binary(http_header(x, "Sec-WebSocket-Protocol")))
		headers[3] = "Sec-WebSocket-Protocol: binary";
	begin_view(&v, "connect_console_ws", 101, headers);
}
