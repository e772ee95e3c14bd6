/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of HTTP handlers, who may use them, and what they share. (source
 * of paths and roles: http.json) */
#include "call/http.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "access/auth.h"
#include "access/limits.h"
#include "access/session.h"
#include "call/call_private.h"
#include "call/task.h"
#include "lib/clock.h"
#include "lib/text.h"

enum row_flags {
	INSIDE = 1,      /* authenticates itself: some objects are public */
	ROOT_ONLY = 2,   /* local root and pool sessions */
	CLIENT_CERT = 4, /* also those with the client-cert role */
};

static const struct http_row {
	struct http_handler handler;
	const char *role; /* lowest one */
	int flags;
	http_serve_fn *serve; /* NULL: not there yet, 501 */
} rows[] = {
#define HTTP_ROW(method, path, name, role, flags, serve)                       \
	{ { method, path, true, name, NULL }, role, flags, serve },
#define HTTP_OURS(method, path, name, role, flags, serve)                      \
	HTTP_ROW(method, path, name, role, flags, serve)
#define HTTP_ROLE(name, role)
#include "access/http_rows.def"
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static struct http_handler handlers[NROWS];

/* ---- who asks ---- */

/* Roles from the lowest one up: rank 0 is the most powerful. */
static role_mask
roles_from(const char *lowest)
{
	role_mask bit = role_find(lowest);
	role_mask all = bit;

	for (unsigned i = 0; i < role_count; i++) {
		role_mask r = role_find(role_table[i].name);

		if (r < bit && !role_table[i].internal)
			all |= r;
	}
	return all;
}

static int
refuse(struct http_exchange *x, int status)
{
	char line[128];
	const char *const challenge[] = { line, NULL };

	snprintf(line, sizeof(line), "WWW-Authenticate: Basic realm=\"%s\"",
	    http_handler_of(x)->name);

	http_answer(x, status, status == 401 ? challenge : NULL, NULL, 0);
	return -1;
}

static int
by_session(struct http_exchange *x, struct call *c, const char *text)
{
	struct ref session;

	if (!ref_parse(text, &session) || ref_is_null(session) ||
	    session_attach(c, session) < 0)
		return refuse(x, 401);
	return 0;
}

/* Basic makes no session: the identity lasts as long as the request. */
static int
by_password(struct http_exchange *x, struct call *c)
{
	const char *user = "root", *password = "";
	struct auth_result auth = { 0 };

	if ((!auth_trusts(&c->peer) && !http_basic(x, &user, &password)) ||
	    auth_check(c, user, password, &auth) < 0)
		return refuse(x, 401);
	c->caller = (struct identity){
		.subject = auth.subject,
		.roles = auth.roles,
		.local_superuser = auth.local_superuser,
	};
	memcpy(c->caller.user, auth.user, sizeof(c->caller.user));
	memcpy(c->caller.sid, auth.sid, sizeof(c->caller.sid));
	return 0;
}

static int
authenticate(struct http_exchange *x, struct call *c)
{
	const char *session = http_cookie(x, "session_id");

	if (!session)
		session = http_query(x, "session_id", 0);
	return session ? by_session(x, c, session) : by_password(x, c);
}

int
http_authenticate(struct http_exchange *x, struct call *c, const char *role)
{
	if (authenticate(x, c) < 0)
		return -1;
	if (role && !call_allowed(c, roles_from(role)))
		return refuse(x, 403);
	return 0;
}

static int
allow(struct http_exchange *x, struct call *c, const struct http_row *row)
{
	role_mask roles;

	if (row->flags & INSIDE)
		return 0;
	if (authenticate(x, c) < 0)
		return -1;
	roles = row->role ? roles_from(row->role) : 0;
	if (row->flags & CLIENT_CERT)
		roles |= role_find("client-cert");
	return call_allowed(c, roles) ? 0 : refuse(x, 403);
}

/* ---- answers ---- */

static int
status_of(const char *code)
{
	static const struct {
		const char *code;
		int status;
	} known[] = {
		{ "HANDLE_INVALID", 404 },
		{ "UUID_INVALID", 404 },
		{ "RBAC_PERMISSION_DENIED", 403 },
		{ "NOT_IMPLEMENTED", 501 },
		{ "INVALID_VALUE", 400 },
		{ "OUT_OF_SPACE", 507 },
		{ "TOO_BUSY", 503 },
		{ "EVENTS_LOST", 410 },
		{ "EVENT_FROM_TOKEN_PARSE_FAILURE", 400 },
		{ "EVENT_SUBSCRIPTION_PARSE_FAILURE", 400 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].code, code) == 0)
			return known[i].status;
	return 500;
}

void
http_fail(struct http_exchange *x, const struct call *c)
{
	static const char *const plain[] = {
		"Content-Type: text/plain; charset=utf-8", NULL
	};
	CLEANUP_BYTES struct bytes text = { 0 };

	for (unsigned i = 0; i < c->nerror; i++) {
		bytes_puts(&text, c->error[i]);
		bytes_putc(&text, i + 1 < c->nerror ? ' ' : '\n');
	}
	http_answer(x, c->nerror ? status_of(c->error[0]) : 500, plain, text.p,
	    text.len);
}

const struct record *
http_find(struct http_exchange *x, struct call *c, int cls)
{
	const char *text = http_query(x, "ref", 0);
	struct ref ref;

	if (text)
		return ref_parse(text, &ref) ? db_get(c->db, cls, ref) : NULL;
	text = http_query(x, "uuid", 0);
	return text ? db_get_by_uuid(c->db, cls, text) : NULL;
}

const struct record *
http_object(struct http_exchange *x, struct call *c, int cls)
{
	const struct record *r = http_find(x, c, cls);
	bool named = http_query(x, "ref", 0) || http_query(x, "uuid", 0);

	if (!r)
		http_answer(x, named ? 404 : 400, NULL, NULL, 0);
	return r;
}

/* ---- the task that a request tells about ---- */

/* task_id= names one that the caller made; who asks of a public thing without
 * a role may still have a session. */
static int
take_task(struct http_exchange *x, struct call *c)
{
	const char *text = http_query(x, "task_id", 0);
	const char *session = http_query(x, "session_id", 0);
	struct ref ref;

	if (!text)
		text = http_cookie(x, "task_id");
	if (!text)
		return 0;
	if (!ref_parse(text, &ref))
		return fail_handle_invalid(c, "task", text);
	if (ref_is_null(c->caller.session) && session &&
	    by_session(x, c, session) < 0)
		return -1;
	return task_take(c, ref);
}

/* A handler may have ended it with a result of its own; then this is too
 * late. */
static void
end_task(struct http_exchange *x, struct call *c, const struct http_row *row)
{
	char status[32];

	if (ref_is_null(c->task))
		return;
	if (!c->nerror && http_status(x) >= 400) {
		snprintf(status, sizeof(status), "HTTP %d", http_status(x));
		fail_invalid_value(c, row->handler.path, status);
	}
	task_end(c->core, c->task, "", c->error, c->nerror);
}

static void
deny_task(struct http_exchange *x, struct call *c, const struct http_row *row)
{
	if (http_status(x) != 403 || take_task(x, c) < 0)
		return;
	fail_rbac_permission_denied(c, row->handler.name,
	    "The role of the caller is too low");
	end_task(x, c, row);
}

int
http_begin_upload(struct http_exchange *x, const struct call *c)
{
	static const char *const headers[] = { "Connection: close", NULL };

	if (ref_is_null(c->task))
		return 0;
	return http_begin(x, 200, headers, -1, false);
}

/* ---- the limit of the caller ---- */

#define MAX_WAITING 64 /* threads that wait for tokens */
#define LOOK_MS 500    /* how often one looks whether its client is there */

struct turn {
	struct limit_wait wait;
	pthread_mutex_t lock;
	pthread_cond_t granted;
	bool over; /* lock */
};

static void
turn_granted(struct limit_wait *w)
{
	struct turn *turn = (struct turn *)w;

	LOCK_SCOPE(&turn->lock);
	turn->over = true;
	pthread_cond_signal(&turn->granted);
}

static void
turn_wait(struct http_exchange *x, struct turn *turn)
{
	pthread_mutex_lock(&turn->lock);
	while (!turn->over) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_MS * NSEC_PER_MSEC;
		until.tv_sec += until.tv_nsec / NSEC_PER_SEC;
		until.tv_nsec %= NSEC_PER_SEC;
		if (!pthread_cond_timedwait(&turn->granted, &turn->lock,
			&until) ||
		    !http_gone(x))
			continue;
		pthread_mutex_unlock(&turn->lock);
		if (limit_wait_leave(&turn->wait))
			turn_granted(&turn->wait);
		pthread_mutex_lock(&turn->lock);
	}
	pthread_mutex_unlock(&turn->lock);
}

/* Each command of a command line is counted by itself. Who says no user agent is
 * nobody's caller here. -1: too many wait already. */
static int
take_turn(struct http_exchange *x, struct call *c, const struct http_row *row)
{
	static _Atomic int waiting;
	const char *agent = http_header(x, "user-agent");
	struct turn turn = { .wait = { .cost = 1, .granted = turn_granted },
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.granted = PTHREAD_COND_INITIALIZER };
	bool room;

	if (!call_is_limited(c) || !agent ||
	    !text_is_clean(agent, strlen(agent)) || row->serve == http_post_cli)
		return 0;
	if (limits_take(c->core, agent, c->peer.address, &turn.wait))
		return 0;
	room = atomic_fetch_add(&waiting, 1) < MAX_WAITING ||
	    !limit_wait_leave(&turn.wait);
	if (room)
		turn_wait(x, &turn);
	atomic_fetch_sub(&waiting, 1);
	return room ? 0 : refuse(x, 503);
}

/* ---- every request ---- */

static void
serve(struct http_exchange *x, struct call *c, const struct http_row *row)
{
	if (row->serve)
		row->serve(x, c);
	else
		fail_not_implemented(c, row->handler.name);
}

static void
run_row(struct http_exchange *x, void *core)
{
	size_t i = (size_t)(http_handler_of(x) - handlers);
	const struct http_row *row = &rows[i];
	struct call *c = call_new(core, http_arena(x));

	if (!c) {
		http_answer(x, 503, NULL, NULL, 0);
		return;
	}
	c->peer = *http_peer(x);
	if (allow(x, c, row) < 0) {
		deny_task(x, c, row);
		call_free(c);
		return;
	}
	if (take_turn(x, c, row) == 0 && take_task(x, c) == 0)
		serve(x, c, row);
	if (c->nerror && !http_status(x))
		http_fail(x, c);
	end_task(x, c, row);
	call_free(c);
}

void
http_routes_init(struct http_routes *routes, struct core *core)
{
	for (size_t i = 0; i < NROWS; i++) {
		handlers[i] = rows[i].handler;
		handlers[i].run = run_row;
	}
	*routes = (struct http_routes){
		.rows = handlers,
		.n = NROWS,
		.core = core,
	};
}
