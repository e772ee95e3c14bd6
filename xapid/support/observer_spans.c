/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that ends adds a span to the buffer of each observer; a second after
 * the first, a thread sends what there is. A buffer has a bound, and what finds
 * no room is dropped and counted: nobody waits for a trace. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "call/call.h"
#include "call/timer.h"
#include "db/event.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/threads.h"
#include "support/observer.h"
#include "trust/outgoing.h"

#define BUFFER_BYTES ((size_t)512 * 1024)
#define FILE_BYTES (10 << 20)
#define MAX_OBSERVERS 16
#define MAX_ENDPOINTS 8
#define PATH_BYTES 4096

/* One enabled observer, as a copy. */
struct watcher {
	char *tags; /* "\"k\":\"v\"," for each attribute */
	char *endpoints[MAX_ENDPOINTS];
	unsigned nendpoints;
	struct bytes spans; /* objects, each with a line end */
};

static struct {
	pthread_mutex_t lock; /* everything below */
	struct watcher watchers[MAX_OBSERVERS];
	unsigned n;
	uint64_t dropped;
	bool sending, stopping, watched;
	struct core *core;
	struct timer timer;
	struct timer
	    again; /* set while look() is due and no thread is to be had */
	struct event_filter filter;
	struct event_watch watch;
} traces = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- spans ---- */

static void
put_text(struct bytes *out, const char *s)
{
	for (; *s; s++)
		if (*s == '"' || *s == '\\' || (unsigned char)*s < 0x20)
			bytes_printf(out, "\\u%04x", (unsigned char)*s);
		else
			bytes_putc(out, *s);
}

static bool
is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n && strspn(s, "0") < n;
}

/* "00-TRACE-PARENT-01", or a trace of its own. */
static void
put_ids(struct bytes *out, const char *traceparent)
{
	char own[UUID_CHARS + 1], trace[33], id[17];
	size_t n = 0;

	uuid_format(ref_new(), own);
	for (const char *p = own; *p && n < 32; p++)
		if (*p != '-')
			trace[n++] = *p;
	memcpy(id, trace, 16);
	id[16] = trace[32] = '\0';
	if (traceparent && strlen(traceparent) >= 55 &&
	    strncmp(traceparent, "00-", 3) == 0 && traceparent[35] == '-' &&
	    is_hex(traceparent + 3, 32) && is_hex(traceparent + 36, 16)) {
		bytes_printf(out, "\"parentId\":\"%.16s\",", traceparent + 36);
		memcpy(trace, traceparent + 3, 32);
	}
	bytes_printf(out, "\"traceId\":\"%s\",\"id\":\"%s\",", trace, id);
}

static void
put_span(struct bytes *out, const struct watcher *w, const struct call *c,
    int64_t now)
{
	bytes_puts(out, "{");
	put_ids(out, c->trace);
	bytes_printf(out,
	    "\"timestamp\":%" PRId64 ",\"duration\":%" PRId64
	    ",\"kind\":\"SERVER\",\"name\":\"%s\",\"localEndpoint\":{"
	    "\"serviceName\":\"xapi\"},\"tags\":{%s\"user\":\"",
	    c->began, now > c->began ? now - c->began : 1, c->method->name,
	    w->tags);
	put_text(out, c->caller.user);
	if (c->nerror) {
		bytes_puts(out, "\",\"error\":\"");
		put_text(out, c->error[0]);
	}
	bytes_puts(out, "\"}}\n");
}

/* With the lock, and not while one sends. */
static void
send_soon(void)
{
	traces.sending = !traces.stopping &&
	    timer_set(traces.core->timers, &traces.timer,
		clock_mono_ns() + NSEC_PER_SEC) == 0;
}

/* As core->traced; it must be short. */
static void
add_span(const struct call *c)
{
	struct timespec ts;

	if (!c->method)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	LOCK_SCOPE(&traces.lock);
	for (unsigned i = 0; i < traces.n && !traces.stopping; i++) {
		struct watcher *w = &traces.watchers[i];

		if (w->spans.len > BUFFER_BYTES)
			traces.dropped++;
		else
			put_span(&w->spans, w, c,
			    ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000);
	}
	if (traces.n && !traces.sending)
		send_soon();
}

/* ---- sending ---- */

static void
write_file(const struct core *core, const struct bytes *spans)
{
	char path[PATH_BYTES], old[PATH_BYTES + 2];
	struct stat st;

	snprintf(path, sizeof(path), "%s/traces", core->config->state_dir);
	(void)file_make_dirs(path, 0700);
	snprintf(path, sizeof(path), "%s/traces/xapi.ndjson",
	    core->config->state_dir);
	snprintf(old, sizeof(old), "%s.1", path);
	if (stat(path, &st) == 0 && st.st_size > FILE_BYTES)
		(void)rename(path, old);
	CLEANUP_FD int fd =
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || file_write_full(fd, spans->p, spans->len) < 0)
		log_warn("%s: traces are lost: %m", path);
}

static bool
is_stopping(void *core)
{
	return atomic_load(&((struct core *)core)->stopping);
}

/* The lines as an array. */
static void
post(struct core *core, const char *url, const struct bytes *spans)
{
	CLEANUP_BYTES struct bytes body = { 0 }, answer = { 0 };
	const struct outgoing o = { .method = "POST",
		.url = url,
		.type = "application/json" };
	struct outgoing full = o;
	char err[256] = "no memory";
	int status = -1;

	bytes_putc(&body, '[');
	bytes_put(&body, spans->p,
	    spans->len - 1); /* without its last line end */
	for (size_t i = 0; i < body.len; i++)
		if (body.p[i] == '\n')
			body.p[i] = ',';
	bytes_putc(&body, ']');
	full.body = body.p;
	full.len = body.len;
	if (!body.failed)
		status = outgoing_post(core, &full, is_stopping, core, &answer,
		    err, sizeof(err));
	if (status / 100 != 2 && status >= 0)
		snprintf(err, sizeof(err), "it answers %d", status);
	if (status / 100 != 2)
		log_warn("traces for %s are lost: %s", url, err);
}

static void
send_one(struct core *core, const struct watcher *w)
{
	for (unsigned i = 0; w->spans.len && i < w->nendpoints; i++)
		if (strcmp(w->endpoints[i], "bugtool") == 0)
			write_file(core, &w->spans);
		else
			post(core, w->endpoints[i], &w->spans);
}

static void
watcher_free(struct watcher *w)
{
	free(w->tags);
	for (unsigned i = 0; i < w->nendpoints; i++)
		free(w->endpoints[i]);
	bytes_free(&w->spans);
}

static char *
copy_text(const char *s)
{
	size_t size = strlen(s) + 1;
	char *p = fault_malloc(size);

	return p ? memcpy(p, s, size) : NULL;
}

/* A copy with the spans; the original goes on empty. -1: no memory, and the
 * spans stay. */
static int
take(struct watcher *from, struct watcher *to)
{
	*to = (struct watcher){ .tags = NULL };
	for (unsigned i = 0; i < from->nendpoints; i++) {
		to->endpoints[i] = copy_text(from->endpoints[i]);
		if (!to->endpoints[i]) {
			watcher_free(to);
			return -1;
		}
		to->nendpoints++;
	}
	to->spans = from->spans;
	from->spans = (struct bytes){ 0 };
	return 0;
}

/* What came meanwhile is sent later. */
static void
sent(void)
{
	bool more = false;

	LOCK_SCOPE(&traces.lock);
	traces.sending = false;
	for (unsigned i = 0; i < traces.n; i++)
		more |= traces.watchers[i].spans.len > 0;
	if (more)
		send_soon();
}

/* On a thread that may wait, one at a time: a server that does not answer holds
 * up no second one. */
static void
send_all(void *arg)
{
	struct watcher copies[MAX_OBSERVERS];
	struct core *core = arg;
	uint64_t dropped;
	unsigned n = 0;

	pthread_mutex_lock(&traces.lock);
	for (unsigned i = 0; i < traces.n; i++)
		if (take(&traces.watchers[i], &copies[n]) == 0)
			n++;
	dropped = traces.dropped;
	traces.dropped = 0;
	pthread_mutex_unlock(&traces.lock);
	for (unsigned i = 0; i < n; i++) {
		send_one(core, &copies[i]);
		watcher_free(&copies[i]);
	}
	sent();
	if (dropped)
		log_warn("%" PRIu64 " spans were dropped", dropped);
}

static void
timer_fire(struct timer *timer)
{
	(void)timer;
	if (threads_run(traces.core->threads, send_all, traces.core) < 0) {
		LOCK_SCOPE(&traces.lock);
		traces.sending = false;
	}
}

/* ---- who is enabled ---- */

static bool
has_ref(const struct set *s, struct ref ref)
{
	const struct ref *refs = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (ref_equal(refs[i], ref))
			return true;
	return s->n == 0;
}

static bool
has_xapi(const struct set *s)
{
	const char *const *names = s->items;

	for (uint32_t i = 0; i < s->n; i++)
		if (strcmp(names[i], "xapi") == 0)
			return true;
	return s->n == 0;
}

static int
copy(const struct observer *o, struct watcher *w)
{
	const char *const *keys = o->attributes.keys;
	const char *const *values = o->attributes.values;
	const char *const *urls = o->endpoints.items;
	CLEANUP_BYTES struct bytes tags = { 0 };

	*w = (struct watcher){ .tags = NULL };
	for (uint32_t i = 0; i < o->attributes.n; i++) {
		bytes_putc(&tags, '"');
		put_text(&tags, keys[i]);
		bytes_puts(&tags, "\":\"");
		put_text(&tags, values[i]);
		bytes_puts(&tags, "\",");
	}
	w->tags = tags.failed
	    ? NULL
	    : copy_text(bytes_cstr(&tags) ? bytes_cstr(&tags) : "");
	for (uint32_t i = 0; i < o->endpoints.n && i < MAX_ENDPOINTS; i++)
		if ((w->endpoints[w->nendpoints] = copy_text(urls[i])))
			w->nendpoints++;
	if (w->tags)
		return 0;
	watcher_free(w);
	return -1;
}

/* Whoever takes the watch removes it. */
static void
unwatch(struct core *core)
{
	bool watched;

	pthread_mutex_lock(&traces.lock);
	watched = traces.watched;
	traces.watched = false;
	pthread_mutex_unlock(&traces.lock);
	if (watched)
		event_watch_remove(core->db, &traces.watch);
}

/* A second later; until then all is as it was. */
static void
look_again(void)
{
	LOCK_SCOPE(&traces.lock);
	if (!traces.stopping &&
	    timer_set(traces.core->timers, &traces.again,
		clock_mono_ns() + NSEC_PER_SEC) < 0)
		log_err("observers are not followed any more: no memory");
}

/* Reads the class again, and watches it from there on: a watch fires once, so
 * there is one of these at a time until it is set again. */
static void
look(void *arg)
{
	struct core *core = arg;
	const struct record **all = NULL;
	struct watcher old[MAX_OBSERVERS];
	uint32_t n = 0;
	unsigned nold;

	unwatch(core);
	traces.watch.token = db_generation(core->db);
	if (db_get_all(core->db, CLASS_Observer, &all, &n) < 0) {
		look_again();
		return;
	}
	pthread_mutex_lock(&traces.lock);
	memcpy(old, traces.watchers, sizeof(old));
	nold = traces.n;
	traces.n = 0;
	for (uint32_t i = 0; i < n && traces.n < MAX_OBSERVERS; i++) {
		const struct observer *o = (const struct observer *)all[i];

		if (o->enabled && has_ref(&o->hosts, core->host) &&
		    has_xapi(&o->components) &&
		    copy(o, &traces.watchers[traces.n]) == 0)
			traces.n++;
	}
	traces.watched = !traces.stopping;
	atomic_store(&core->traced,
	    traces.n && traces.watched ? add_span : NULL);
	if (traces.watched)
		event_watch_add(core->db, &traces.watch);
	pthread_mutex_unlock(&traces.lock);
	if (all)
		db_release_all(all, n);
	for (unsigned i = 0; i < nold; i++) {
		send_one(core, &old[i]);
		watcher_free(&old[i]);
	}
}

static void
look_on_thread(void)
{
	if (threads_run(traces.core->threads, look, traces.core) < 0)
		look_again();
}

static void
again_fire(struct timer *timer)
{
	(void)timer;
	look_on_thread();
}

static void
wake(struct event_watch *w)
{
	(void)w;
	look_on_thread();
}

int
observer_start(struct core *core)
{
	traces.core = core;
	traces.timer.fire = timer_fire;
	traces.again.fire = again_fire;
	traces.filter.classes[CLASS_Observer] = true;
	traces.watch.filter = &traces.filter;
	traces.watch.wake = wake;
	return threads_run(core->threads, look, core);
}

/* What is not sent by now is lost. */
void
observer_stop(struct core *core)
{
	if (!traces.core)
		return;
	pthread_mutex_lock(&traces.lock);
	traces.stopping = true;
	atomic_store(&core->traced, NULL);
	pthread_mutex_unlock(&traces.lock);
	unwatch(core);
	(void)timer_cancel(core->timers, &traces.timer);
	(void)timer_cancel(core->timers, &traces.again);
}
