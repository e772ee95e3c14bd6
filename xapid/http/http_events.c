/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /events: what event.from tells, as a stream of server-sent events.
 *
 *   id: TOKEN
 *   event: add | mod | del
 *   data: {"id":…,"timestamp":…,"class":…,"operation":…,"ref":…,"snapshot":…}
 *
 * An id stands at the last event of each generation, so that a client which
 * comes back with Last-Event-ID (or token=) misses nothing and sees nothing
 * twice but the events of a generation that was cut in the middle. The stream
 * ends with its session, or with "event: lost" when the client was so slow that
 * deletions were forgotten. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "access/session.h"
#include "call/event_calls.h"
#include "call/http.h"
#include "lib/clock.h"
#include "rpc/encode.h"

#define KEEP_ALIVE_NS (15 * NSEC_PER_SEC)
#define LOOK_NS NSEC_PER_SEC            /* whether the client is still there */
#define WRITE_BYTES ((size_t)64 * 1024) /* gathered before they are sent */
#define MAX_SUBSCRIPTIONS 10000

struct stream {
	struct http_exchange *x;
	struct call *call;
	struct event_filter filter;
	uint64_t token;
	struct event_watch watch;
	struct session_hook hook;

	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool changed, ended; /* lock */
};

/* ---- waking ---- */

static void
wake(struct stream *s, bool *flag)
{
	pthread_mutex_lock(&s->lock);
	*flag = true;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->lock);
}

static void
on_change(struct event_watch *w)
{
	struct stream *s =
	    (struct stream *)((char *)w - offsetof(struct stream, watch));

	wake(s, &s->changed);
}

static void
on_session_end(struct session_hook *h)
{
	struct stream *s =
	    (struct stream *)((char *)h - offsetof(struct stream, hook));

	wake(s, &s->ended);
}

/* Sleeps until something changed or ended, or for at most ns. */
static void
sleep_for(struct stream *s, int64_t ns)
{
	int64_t until = clock_mono_ns() + ns;
	const struct timespec ts = { until / NSEC_PER_SEC,
		until % NSEC_PER_SEC };

	pthread_mutex_lock(&s->lock);
	while (!s->changed && !s->ended &&
	    pthread_cond_timedwait(&s->cond, &s->lock, &ts) == 0)
		;
	pthread_mutex_unlock(&s->lock);
}

static bool
is_over(struct stream *s)
{
	bool ended;

	pthread_mutex_lock(&s->lock);
	ended = s->ended;
	pthread_mutex_unlock(&s->lock);
	return ended || atomic_load(&s->call->core->stopping) ||
	    http_gone(s->x);
}

/* ---- what goes out ---- */

static void
put_token(struct bytes *out, uint64_t token)
{
	char text[EVENT_TOKEN_CHARS + 1];

	event_token_format(token, text);
	bytes_printf(out, "id: %s\n", text);
}

static void
put_event(struct bytes *out, const struct event_item *e)
{
	static const char *const names[] = { [EVENT_ADD] = "add",
		[EVENT_DEL] = "del",
		[EVENT_MOD] = "mod" };
	char ref[REF_CHARS + 1];

	ref_format(e->ref, ref);
	bytes_printf(out,
	    "event: %s\ndata: {\"id\":\"%llu\",\"timestamp\":\"0.0\","
	    "\"class\":\"%s\",\"operation\":\"%s\",\"ref\":\"%s\"",
	    names[e->op], (unsigned long long)e->id, class_table[e->cls].lower,
	    names[e->op], ref);
	if (e->snapshot) {
		bytes_puts(out, ",\"snapshot\":");
		encode_record(RPC_JSON, e->snapshot, true, out);
	}
	bytes_puts(out, "}\n\n");
}

static int
send_bytes(struct stream *s, struct bytes *out)
{
	int rc = out->failed ? -1 : http_write(s->x, out->p, out->len);

	out->len = 0;
	return rc;
}

static int
send_batch(struct stream *s, const struct event_batch *b)
{
	CLEANUP_BYTES struct bytes out = { 0 };

	for (uint32_t i = 0; i < b->n; i++) {
		const struct event_item *e = &b->events[i];
		bool last = i + 1 == b->n;

		if (last)
			put_token(&out, b->token);
		else if (e[1].id != e->id)
			put_token(&out, e->id);
		put_event(&out, e);
		if ((last || out.len >= WRITE_BYTES) && send_bytes(s, &out) < 0)
			return -1;
	}
	return 0;
}

static int
send_text(struct stream *s, const char *text)
{
	return http_write(s->x, text, strlen(text));
}

/* Also moves the client's token on, past what it did not subscribe to. */
static int
send_keep_alive(struct stream *s)
{
	CLEANUP_BYTES struct bytes out = { 0 };

	bytes_puts(&out, ": still here\n");
	put_token(&out, s->token);
	bytes_putc(&out, '\n');
	return send_bytes(s, &out);
}

/* What happened since the token. 1: something was sent; 0: nothing new; -1: the
 * stream is over. */
static int
send_news(struct stream *s)
{
	uint64_t counts[CLASS_COUNT];
	struct event_batch b;
	int rc;

	switch (event_since(s->call->db, &s->filter, s->token, &b, counts)) {
	case EVENTS_FOUND:
		break;
	case EVENTS_NONE:
		s->token = b.token;
		event_release(&b);
		return 0;
	case EVENTS_TOO_OLD:
		(void)send_text(s, "event: lost\ndata: {}\n\n");
		return -1;
	default:
		return -1;
	}
	rc = send_batch(s, &b);
	s->token = b.token;
	event_release(&b);
	return rc < 0 ? -1 : 1;
}

/* ---- the life of a stream ---- */

static void
wait_for_news(struct stream *s)
{
	s->changed = false; /* nobody watches yet */
	s->watch = (struct event_watch){ .filter = &s->filter,
		.token = s->token,
		.wake = on_change };
	event_watch_add(s->call->db, &s->watch);
	sleep_for(s, LOOK_NS);
	event_watch_remove(s->call->db, &s->watch);
}

static void
run(struct stream *s)
{
	int64_t quiet_since = clock_mono_ns();

	while (!is_over(s)) {
		int rc = send_news(s);

		if (rc < 0)
			return;
		if (rc > 0) {
			quiet_since = clock_mono_ns();
			continue;
		}
		if (clock_mono_ns() - quiet_since >= KEEP_ALIVE_NS) {
			if (send_keep_alive(s) < 0)
				return;
			quiet_since = clock_mono_ns();
		}
		wait_for_news(s);
	}
}

/* ---- the request ---- */

/* The words of classes=, separated by commas; all classes without it. */
static int
read_filter(struct stream *s)
{
	const char *text = http_query(s->x, "classes", 0);
	struct call *c = s->call;
	const char **words;
	char *copy;
	uint32_t n = 1;

	if (!text || !*text)
		text = "*";
	for (const char *p = text; *p; p++)
		n += *p == ',';
	if (n > MAX_SUBSCRIPTIONS)
		return fail_event_subscription_parse_failure(c, "too many");
	words = arena_array(c->arena, n, sizeof(*words));
	copy = arena_strdup(c->arena, text);
	if (!words || !copy)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		words[i] = strsep(&copy, ",");
	return event_filter_parse(c, words, n, &s->filter);
}

static int
read_token(struct stream *s)
{
	const char *text = http_header(s->x, "Last-Event-ID");

	if (!text)
		text = http_query(s->x, "token", 0);
	return event_token_parse(s->call, text ? text : "", &s->token);
}

/* Refuses a token that is too old while there still is a status to say so. */
static int
check_token(struct stream *s)
{
	const struct event_filter none = { .nobjects = 0 };
	uint64_t counts[CLASS_COUNT];
	struct event_batch b;
	enum event_result r =
	    event_since(s->call->db, &none, s->token, &b, counts);

	if (r == EVENTS_TOO_OLD)
		return fail_events_lost(s->call);
	if (r == EVENTS_NO_MEMORY)
		return call_fail_nomem(s->call);
	event_release(&b);
	return 0;
}

static void
init_waiting(struct stream *s)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->cond, &attr);
	pthread_condattr_destroy(&attr);
}

static void
serve(struct stream *s)
{
	static const char *const headers[] = {
		"Content-Type: text/event-stream", "X-Accel-Buffering: no", NULL
	};
	struct call *c = s->call;
	bool hooked = !ref_is_null(c->caller.session);

	s->hook.session = c->caller.session;
	s->hook.on_end = on_session_end;
	if (hooked && session_hook(c->core, &s->hook) < 0) {
		fail_session_invalid(c, call_ref_text(c, c->caller.session));
		return;
	}
	if (http_begin(s->x, 200, headers, -1, true) == 0)
		run(s);
	if (hooked)
		session_unhook(c->core, &s->hook);
}

void
http_get_events(struct http_exchange *x, struct call *c)
{
	struct stream s = { .x = x, .call = c };

	if (read_filter(&s) < 0 || read_token(&s) < 0)
		goto out;
	if (event_count_in(c) < 0)
		goto out;
	init_waiting(&s);
	if (check_token(&s) == 0)
		serve(&s);
	pthread_cond_destroy(&s.cond);
	pthread_mutex_destroy(&s.lock);
	event_count_out(c);
out:
	event_filter_free(&s.filter);
}
