/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call takes the way of one that came by the wire: struct rpc_service of the
 * core, with a thread that waits in the place of a connection. */
#include "cli/call.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/args.h"
#include "cli/explain.h"
#include "cli/frames.h"

#define LOOK_MS 250 /* how often somebody who waits looks for the client */

struct cli_pending {
	struct rpc_call rc; /* first: wake() is given its address */
	struct cli *cli;
	pthread_mutex_t lock;
	pthread_cond_t woken_cond;
	bool woken; /* lock */
};

static void
wake(struct rpc_call *rc)
{
	struct cli_pending *p = (struct cli_pending *)rc;

	LOCK_SCOPE(&p->lock);
	p->woken = true;
	pthread_cond_signal(&p->woken_cond);
}

/* ---- waiting ---- */

static struct timespec
soon(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += LOOK_MS * 1000000L;
	ts.tv_sec += ts.tv_nsec / 1000000000L;
	ts.tv_nsec %= 1000000000L;
	return ts;
}

/* True when it was woken, false after a while. */
static bool
wait_a_while(struct cli_pending *p)
{
	struct timespec until = soon();

	LOCK_SCOPE(&p->lock);
	while (!p->woken)
		if (pthread_cond_timedwait(&p->woken_cond, &p->lock, &until))
			break;
	return p->woken;
}

/* The user may have gone while a call takes long. */
static int
look_for_client(struct cli *cli)
{
	if (cli_flush(cli) < 0)
		return -1;
	switch (cli_presence(cli)) {
	case CLI_THERE:
		return 0;
	case CLI_CANCELS:
		cli->cancels = true;
		return cli_fail(cli, "Cancelled");
	case CLI_LEFT:
		break;
	}
	return cli_fail_gone(cli);
}

static int
wait_parked(struct cli *cli, struct cli_pending *p)
{
	enum rpc_state state;

	do {
		while (!wait_a_while(p))
			if (look_for_client(cli) < 0)
				return -1;
		pthread_mutex_lock(&p->lock);
		p->woken = false;
		pthread_mutex_unlock(&p->lock);
		state = cli->service.resume(&cli->service, &p->rc);
	} while (state == RPC_PARKED);
	return 0;
}

/* ---- one call ---- */

static struct cli_pending *
pending_new(struct cli *cli)
{
	struct arena *a = cli->spare ? STEAL(cli->spare) : arena_new(0);
	struct cli_pending *p = a ? arena_alloc(a, sizeof(*p)) : NULL;

	if (!p) {
		arena_free(a);
		cli_fail_nomem(cli);
		return NULL;
	}
	p->cli = cli;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->woken_cond, NULL);
	p->rc.arena = a;
	p->rc.wake = wake;
	p->rc.format = RPC_JSON;
	p->rc.peer = *http_peer(cli->x);
	p->rc.user_agent = "xe";
	p->rc.traceparent = http_header(cli->x, "traceparent");
	return p;
}

void
cli_answer_end(struct cli_answer *a)
{
	struct cli_pending *p = a->pending;
	struct arena *arena;
	struct cli *cli;

	*a = (struct cli_answer){ 0 };
	if (!p)
		return;
	cli = p->cli;
	cli->service.finish(&cli->service, &p->rc);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->woken_cond);
	arena = p->rc.arena;
	if (cli->spare) {
		arena_free(arena);
		return;
	}
	arena_reset(arena);
	cli->spare = arena;
}

/* The parameters, with the session in front where the method wants it. */
static int
set_params(struct cli *cli, struct cli_pending *p, const struct method *m,
    const struct value *params, unsigned n)
{
	unsigned first = m && m->session ? 1 : 0;
	struct value *all =
	    arena_array(p->rc.arena, n + first + 1, sizeof(*all));

	if (!all)
		return cli_fail_nomem(cli);
	if (first)
		all[0] = cli_param_text(cli, cli->session ? cli->session : "");
	memcpy(all + first, params, n * sizeof(*params));
	p->rc.params = all;
	p->rc.nparams = n + first;
	return 0;
}

static const struct method *
method_of(const char *name)
{
	if (strncmp(name, "Async.", 6) == 0)
		name += 6;
	return method_find(name, strlen(name));
}

int
cli_call_values(struct cli *cli, struct cli_answer *a, const char *name,
    const struct value *params, unsigned n)
{
	const struct method *m = method_of(name);
	struct cli_pending *p;

	*a = (struct cli_answer){ 0 };
	if (cli->failure != CLI_FINE)
		return -1;
	if (!m)
		return cli_fail(cli, "There is no call %s", name);
	if (!cli_explain(cli, m, name, params, n, a))
		return cli->failure == CLI_FINE ? 0 : -1;
	p = pending_new(cli);
	if (!p)
		return -1;
	a->pending = p;
	p->rc.method = name;
	if (set_params(cli, p, m, params, n) < 0)
		return -1;
	if (cli->service.start(&cli->service, &p->rc) == RPC_PARKED &&
	    wait_parked(cli, p) < 0)
		return -1;
	if (p->rc.nerror)
		return cli_fail_api(cli, p->rc.error, p->rc.nerror);
	a->type = p->rc.type;
	a->mem = p->rc.result;
	return 0;
}

unsigned
cli_read_params(struct cli *cli, const char *fmt, va_list ap,
    struct value *params)
{
	unsigned n = 0;

	for (; *fmt && n < CLI_PARAMS_MAX; fmt++, n++)
		switch (*fmt) {
		case 'r':
			params[n] = cli_param_ref(cli, va_arg(ap, struct ref));
			break;
		case 's':
			params[n] =
			    cli_param_text(cli, va_arg(ap, const char *));
			break;
		case 'b':
			params[n] = cli_param_bool(va_arg(ap, int));
			break;
		case 'i':
			params[n] = cli_param_int(va_arg(ap, int64_t));
			break;
		case 'f':
			params[n] = cli_param_double(va_arg(ap, double));
			break;
		default:
			params[n] = *va_arg(ap, const struct value *);
			break;
		}
	return n;
}

int
cli_call(struct cli *cli, struct cli_answer *a, const char *method,
    const char *fmt, ...)
{
	struct value params[CLI_PARAMS_MAX];
	unsigned n;
	va_list ap;

	va_start(ap, fmt);
	n = cli_read_params(cli, fmt, ap, params);
	va_end(ap);
	return cli_call_values(cli, a, method, params, n);
}

int
cli_do(struct cli *cli, const char *method, const char *fmt, ...)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value params[CLI_PARAMS_MAX];
	unsigned n;
	va_list ap;

	va_start(ap, fmt);
	n = cli_read_params(cli, fmt, ap, params);
	va_end(ap);
	return cli_call_values(cli, &a, method, params, n);
}

int
cli_by_uuid(struct cli *cli, const char *cls, const char *uuid,
    struct ref *out_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, cli_text(cli, "%s.get_by_uuid", cls), "s", uuid) <
	    0)
		return -1;
	*out_r = cli_answer_ref(&a);
	return 0;
}

/* ---- parameters ---- */

struct value
cli_param_text(struct cli *cli, const char *text)
{
	struct value v = { .kind = VALUE_STRING };

	v.s = arena_strdup(cli->arena, text);
	if (!v.s) {
		cli_fail_nomem(cli);
		v.s = "";
	}
	v.n = (uint32_t)strlen(v.s);
	return v;
}

struct value
cli_param_ref(struct cli *cli, struct ref r)
{
	char text[REF_CHARS + 1];

	ref_format(r, text);
	return cli_param_text(cli, text);
}

struct value
cli_param_bool(bool b)
{
	return (struct value){ .kind = VALUE_BOOL, .b = b };
}

struct value
cli_param_int(int64_t i)
{
	return (struct value){ .kind = VALUE_INT, .i = i };
}

struct value
cli_param_double(double d)
{
	return (struct value){ .kind = VALUE_DOUBLE, .d = d };
}

struct value
cli_param_refs(struct cli *cli, const struct ref *refs, unsigned n)
{
	struct value *items =
	    arena_array(cli->arena, n ? n : 1, sizeof(*items));

	if (!items)
		cli_fail_nomem(cli);
	for (unsigned i = 0; items && i < n; i++)
		items[i] = cli_param_ref(cli, refs[i]);
	return (struct value){
		.kind = VALUE_ARRAY,
		.n = items ? n : 0,
		.items = items,
	};
}

struct value
cli_param_pairs(struct cli *cli, const char *prefix)
{
	struct value_member *members = arena_array(cli->arena,
	    cli->nparams ? cli->nparams : 1, sizeof(*members));
	const char *key, *value;
	unsigned i = 0, n = 0;

	if (!members)
		cli_fail_nomem(cli);
	while (members && cli_next_pair(cli, prefix, &i, &key, &value)) {
		members[n].name = key;
		members[n++].value = cli_param_text(cli, value);
	}
	return (struct value){
		.kind = VALUE_STRUCT,
		.n = n,
		.members = members,
	};
}

/* ---- records ---- */

const struct record *
cli_record(struct cli *cli, int cls, struct ref ref)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct record *r;
	char name[64];

	if (ref_is_null(ref) || cli->failure != CLI_FINE)
		return NULL;
	r = refmap_get(&cli->records, ref);
	if (r)
		return r;
	snprintf(name, sizeof(name), "%s.get_record", class_table[cls].name);
	if (!method_find(name, strlen(name)))
		return NULL;
	if (cli_call(cli, &a, name, "r", ref) < 0) {
		cli_forgive(cli);
		return NULL;
	}
	r = record_ref(*(const struct record *const *)a.mem);
	if (refmap_put(&cli->records, ref, (void *)(uintptr_t)r) < 0) {
		record_unref(r);
		cli_fail_nomem(cli);
		return NULL;
	}
	return r;
}

int
cli_renew(struct cli *cli, const struct record **r_r)
{
	int cls = (*r_r)->cls->id;
	struct ref ref = (*r_r)->self;

	record_unref(refmap_remove(&cli->records, ref));
	*r_r = cli_record(cli, cls, ref);
	if (*r_r)
		return 0;
	return cli->failure == CLI_FINE ? cli_fail(cli, "The object is gone")
					: -1;
}

const char *
cli_record_uuid(const struct record *r)
{
	if (!r || r->cls->uuid_field < 0)
		return NULL;
	return *(const char *const *)record_field(r,
	    &r->cls->fields[r->cls->uuid_field]);
}

const char *
cli_record_name(const struct record *r)
{
	if (!r || r->cls->name_label_field < 0)
		return NULL;
	return *(const char *const *)record_field(r,
	    &r->cls->fields[r->cls->name_label_field]);
}

const void *
cli_member(const struct record *r, const char *field)
{
	return record_field(r, field_find(r->cls, field));
}
