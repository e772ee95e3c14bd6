/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to domains, told to the core without being asked: domains that
 * come, end and go (Xen's own watches say that something did; a comparison of
 * two lists says what), and what guests write about themselves. Nothing is
 * polled but domains that are paused. Everything a guest writes is bounded here, before it travels. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/watch/xl_watch.h"
#include "domain/xl/xl_private.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "worker/worker.h"

#define MAX_DOMAINS 1024
#define GUEST_KEYS 128
#define GUEST_VALUE 1024
#define GUEST_DEPTH 5
#define PAUSED_MS 500 /* while a domain is paused, how often to look at it */
#define SETTLE_MS 200 /* a guest agent writes many nodes at once */
#define SETTLE_MOST_MS 2000

/* Below a domain's folder: what VM_guest_metrics is made from. */
static const char *const guest_paths[] = { "attr", "data", "drivers",
	"control" };
#define GUEST_PATHS (sizeof(guest_paths) / sizeof(guest_paths[0]))

struct seen {
	uint32_t domid;
	char uuid[37];
	char state[32];
	bool dirty;   /* the guest wrote something */
	bool present; /* in the list that is compared now */
};

struct watcher {
	libxl_ctx *ctx;
	struct xs_handle *xs;
	struct seen *seen;
	unsigned n;
	bool missed;         /* the last comparison could not be made */
	int64_t compared;    /* CLOCK_MONOTONIC, ns */
	int64_t dirty_since; /* the same; 0: nobody wrote anything */
};

/* ---- telling ---- */

static struct seen *
find(struct watcher *w, uint32_t domid)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->seen[i].domid == domid)
			return &w->seen[i];
	return NULL;
}

static void
tell_state(const struct seen *d, const char *state)
{
	const struct value_member m[] = {
		{ "event", value_of_text("domain") },
		{ "uuid", value_of_text(d->uuid) },
		{ "domid", value_of_int(d->domid) },
		{ "state", value_of_text(state) },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 4,
		.members = m };

	worker_event(&body);
}

struct gathering {
	struct watcher *w;
	struct arena *arena;
	size_t skip; /* of a path: the domain's own folder */
	struct value_member *values;
	uint32_t n;
};

static void
gather(struct gathering *g, const char *path, int depth)
{
	unsigned count = 0, len = 0;
	char **names, *text;

	if (g->n == GUEST_KEYS || depth > GUEST_DEPTH)
		return;
	text = xs_read(g->w->xs, XBT_NULL, path, &len);
	if (text && len > 0 && len <= GUEST_VALUE && strlen(text) == len) {
		g->values[g->n].name = arena_strdup(g->arena, path + g->skip);
		g->values[g->n].value =
		    value_of_text(arena_strdup(g->arena, text));
		if (g->values[g->n].name && g->values[g->n].value.s)
			g->n++;
	}
	free(text);
	names = xs_directory(g->w->xs, XBT_NULL, path, &count);
	for (unsigned i = 0; names && i < count; i++) {
		const char *child =
		    arena_printf(g->arena, "%s/%s", path, names[i]);

		if (child)
			gather(g, child, depth + 1);
	}
	free(names);
}

static void
tell_guest(struct watcher *w, struct seen *d)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value_member values[GUEST_KEYS];
	struct gathering g = { .w = w, .arena = a, .values = values };
	struct value_member m[3];
	char path[64];

	d->dirty = false;
	if (!a)
		return;
	g.skip =
	    (size_t)snprintf(path, sizeof(path), "/local/domain/%u/", d->domid);
	for (size_t i = 0; i < GUEST_PATHS; i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/%s", d->domid,
		    guest_paths[i]);
		gather(&g, path, 0);
	}
	m[0] = (struct value_member){ "event", value_of_text("guest") };
	m[1] = (struct value_member){ "uuid", value_of_text(d->uuid) };
	m[2] = (struct value_member){ "values",
		{ .kind = VALUE_STRUCT, .n = g.n, .members = values } };
	worker_event(&(
	    const struct value){ .kind = VALUE_STRUCT, .n = 3, .members = m });
}

static void
tell_disk(void *arg, uint32_t domid, const char *dev)
{
	const struct seen *d = find(arg, domid);
	const struct value_member m[] = {
		{ "event", value_of_text("device") },
		{ "uuid", value_of_text(d ? d->uuid : "") },
		{ "device", value_of_text(dev) },
	};

	if (d)
		worker_event(&(const struct value){ .kind = VALUE_STRUCT,
		    .n = 3,
		    .members = m });
}

/* From now on nothing is missed: what was before is to be looked for. */
static void
tell_started(void)
{
	const struct value_member m = { "event", value_of_text("started") };
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 1,
		.members = &m };

	worker_event(&body);
}

/* ---- comparing ---- */

static void
watch_guest(struct watcher *w, uint32_t domid, bool on)
{
	char path[64], token[24];

	snprintf(token, sizeof(token), "%u", domid);
	for (size_t i = 0; i < GUEST_PATHS; i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/%s", domid,
		    guest_paths[i]);
		if (on)
			(void)xs_watch(w->xs, path, token);
		else
			(void)xs_unwatch(w->xs, path, token);
	}
}

static void
look_at(struct watcher *w, const libxl_dominfo *info)
{
	struct seen *d = find(w, info->domid);
	char state[32];

	if (info->shutdown)
		snprintf(state, sizeof(state), "shutdown:%s",
		    libxl_shutdown_reason_to_string(info->shutdown_reason));
	else
		snprintf(state, sizeof(state), "%s",
		    info->paused ? "paused" : "running");
	if (!d) {
		if (w->n == MAX_DOMAINS)
			return;
		d = &w->seen[w->n++];
		*d = (struct seen){ .domid = info->domid };
		snprintf(d->uuid, sizeof(d->uuid), LIBXL_UUID_FMT,
		    LIBXL_UUID_BYTES(info->uuid));
		watch_guest(w, d->domid, true);
	}
	d->present = true;
	if (strcmp(d->state, state) == 0)
		return;
	snprintf(d->state, sizeof(d->state), "%s", state);
	tell_state(d, state);
}

static int
compare(struct watcher *w)
{
	libxl_dominfo *all;
	int n;

	all = libxl_list_domain(w->ctx, &n);
	if (!all)
		return -1;
	for (unsigned i = 0; i < w->n; i++)
		w->seen[i].present = false;
	for (int i = 0; i < n; i++)
		/* One that is dying is gone: its last end is told by nobody. */
		if (all[i].domid != 0 && !all[i].dying)
			look_at(w, &all[i]);
	libxl_dominfo_list_free(all, n);
	for (unsigned i = 0; i < w->n;) {
		if (w->seen[i].present) {
			i++;
			continue;
		}
		watch_guest(w, w->seen[i].domid, false);
		tell_state(&w->seen[i], "gone");
		w->seen[i] = w->seen[--w->n];
	}
	return 0;
}

/* ---- the thread ---- */

/* True when domains came or went. */
static bool
take_watches(struct watcher *w)
{
	bool compare_now = false;
	struct seen *d;
	char **fired;

	while ((fired = xs_check_watch(w->xs))) {
		if (fired[XS_WATCH_PATH][0] == '@')
			compare_now = true;
		else if (xl_is_of_disks(fired[XS_WATCH_TOKEN]))
			xl_disk_fired(w->xs, fired[XS_WATCH_PATH], tell_disk,
			    w);
		else if ((d = find(w, (uint32_t)atoi(fired[XS_WATCH_TOKEN]))))
			d->dirty = true;
		free(fired);
	}
	return compare_now;
}

/* Xen tells nobody that a domain was unpaused: every new one is soon. */
static bool
any_paused(const struct watcher *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (strcmp(w->seen[i].state, "paused") == 0)
			return true;
	return false;
}

static bool
any_dirty(const struct watcher *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->seen[i].dirty)
			return true;
	return false;
}

/* When what guests wrote is told: when they are quiet. One that never is keeps
 * nobody waiting for longer than SETTLE_MOST_MS. */
static void
tell_guests(struct watcher *w, bool quiet)
{
	int64_t now = clock_mono_ns();

	if (!any_dirty(w)) {
		w->dirty_since = 0;
		return;
	}
	if (!w->dirty_since)
		w->dirty_since = now;
	if (!quiet && now - w->dirty_since < SETTLE_MOST_MS * NSEC_PER_MSEC)
		return;
	for (unsigned i = 0; i < w->n; i++)
		if (w->seen[i].dirty)
			tell_guest(w, &w->seen[i]);
	w->dirty_since = 0;
}

static void
compare_when_due(struct watcher *w, bool news)
{
	int64_t now = clock_mono_ns();
	bool due = now - w->compared >= PAUSED_MS * NSEC_PER_MSEC;

	if (!news && !(due && (w->missed || any_paused(w))))
		return;
	w->missed = compare(w) < 0;
	w->compared = now;
}

static void *
watch_main(void *arg)
{
	struct watcher *w = arg;
	struct pollfd fd = { .fd = xs_fileno(w->xs), .events = POLLIN };

	compare_when_due(w, true); /* watches stand already */
	tell_started();
	for (;;) {
		bool looks = w->missed || any_paused(w);
		int r = poll(&fd, 1,
		    any_dirty(w) ? SETTLE_MS
			: looks  ? PAUSED_MS
				 : -1);

		compare_when_due(w, r > 0 && take_watches(w));
		tell_guests(w, r == 0);
	}
	return NULL;
}

static op_fn *
no_operation(struct worker *w, const char *name)
{
	(void)w;
	(void)name;
	return NULL;
}

int
xl_watch(const char *state_dir)
{
	static struct worker worker = { .find = no_operation };
	static struct watcher w;
	xentoollog_logger *log =
	    (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_ERROR,
		0);
	pthread_t thread;

	(void)state_dir;
	w.seen = fault_calloc(MAX_DOMAINS, sizeof(*w.seen));
	w.xs = xs_open(0);
	if (!w.seen || !w.xs || !log ||
	    libxl_ctx_alloc(&w.ctx, LIBXL_VERSION, 0, log) != 0) {
		log_err("no Xen here, or not allowed");
		return 1;
	}
	/* All it needs is open. Before there are threads. */
	if (sandbox_filter(SANDBOX_WORKER) < 0) {
		log_err("cannot give up system calls: %m");
		return 1;
	}
	if (!xs_watch(w.xs, "@introduceDomain", "in") ||
	    !xs_watch(w.xs, "@releaseDomain", "out") || !xl_watch_disks(w.xs) ||
	    pthread_create(&thread, NULL, watch_main, &w) != 0)
		return 1;
	return worker_serve(&worker); /* until the core is gone */
}
