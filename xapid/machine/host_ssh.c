/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Access to hosts by secure shell and at their consoles, one host or all of
 * the pool.
 *
 * enable_ssh with a timeout set opens until ssh_expiry; one timer closes
 * whatever has run out. */
#include "machine/host_ssh.h"

#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "call/timer.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/threads.h"
#include "machine/host_machine.h"

#define MAX_TIMEOUT (2 * 24 * 3600) /* seconds; source: the original's limit */

/* ---- one host ---- */

static void
open_ssh(struct tx *t, struct ref host)
{
	const struct host *h = TX_GET(t, host, host, host);
	int64_t timeout = h ? h->ssh_enabled_timeout : 0;

	TX_SET(t, host, host, host, ssh_auto_mode, false);
	TX_SET(t, host, host, host, ssh_enabled, true);
	TX_SET(t, host, host, host, ssh_expiry,
	    timeout ? clock_wall_sec() + timeout : 0);
}

static void
close_ssh(struct tx *t, struct ref host)
{
	TX_SET(t, host, host, host, ssh_enabled, false);
	TX_SET(t, host, host, host, ssh_expiry, clock_wall_sec());
}

/* Counts anew for a door that is open. */
static void
set_timeout(struct tx *t, struct ref host, int64_t seconds)
{
	const struct host *h = TX_GET(t, host, host, host);

	TX_SET(t, host, host, host, ssh_enabled_timeout, seconds);
	if (h && h->ssh_enabled)
		TX_SET(t, host, host, host, ssh_expiry,
		    seconds ? clock_wall_sec() + seconds : 0);
}

/* ---- the timer ---- */

static struct {
	struct timer timer;
	struct core *core;
} expiry;

struct expiry_walk {
	struct tx *t;
	int64_t now, next; /* next: 0 when nothing is due later */
	bool closed;
};

static void
close_machine(void *arg)
{
	host_machine_log(arg, "ssh", "off");
}

static int
expire_one(const struct record *r, void *arg)
{
	const struct host *h = (const struct host *)r;
	struct expiry_walk *w = arg;

	if (!h->ssh_enabled || !h->ssh_enabled_timeout || !h->ssh_expiry)
		return 0;
	if (h->ssh_expiry <= w->now) {
		close_ssh(w->t, r->self);
		w->closed = true;
	} else if (!w->next || h->ssh_expiry < w->next) {
		w->next = h->ssh_expiry;
	}
	return 0;
}

static void
watch_clock(struct core *core)
{
	struct expiry_walk w = { .now = clock_wall_sec() };
	struct tx *t = tx_begin(core->db);

	if (!t) {
		log_err("secure shell may stay open: no memory");
		return;
	}
	w.t = t;
	(void)tx_each(t, CLASS_host, expire_one, &w);
	tx_commit(t, NULL, NULL);
	if (w.closed)
		(void)threads_run(core->threads, close_machine, core);
	if (w.next)
		(void)timer_set(core->timers, &expiry.timer,
		    clock_mono_ns() + (w.next - w.now) * NSEC_PER_SEC);
}

static void
expiry_fire(struct timer *timer)
{
	(void)timer;
	watch_clock(expiry.core);
}

int
host_ssh_start(struct core *core)
{
	expiry.core = core;
	expiry.timer.fire = expiry_fire;
	watch_clock(core);
	return 0;
}

void
host_ssh_stop(struct core *core)
{
	timer_cancel(core->timers, &expiry.timer);
}

/* ---- one host or all, in one transaction ---- */

enum action { OPEN, CLOSE, TIMEOUT, AUTO_MODE, CONSOLE_TIMEOUT };

struct change {
	struct tx *t;
	enum action action;
	int64_t value; /* seconds, or a bool */
};

static void
change_host(const struct change *ch, struct ref host)
{
	switch (ch->action) {
	case OPEN:
		open_ssh(ch->t, host);
		break;
	case CLOSE:
		close_ssh(ch->t, host);
		break;
	case TIMEOUT:
		set_timeout(ch->t, host, ch->value);
		break;
	case AUTO_MODE:
		TX_SET(ch->t, host, host, host, ssh_auto_mode, ch->value != 0);
		break;
	case CONSOLE_TIMEOUT:
		TX_SET(ch->t, host, host, host, console_idle_timeout,
		    ch->value);
		break;
	}
}

static int
change_each(const struct record *r, void *arg)
{
	change_host(arg, r->self);
	return 0;
}

static int
check_value(struct call *c, const struct change *ch)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)ch->value);
	if (ch->action == TIMEOUT && (ch->value < 0 || ch->value > MAX_TIMEOUT))
		return fail_invalid_value(c, "ssh_enabled_timeout", text);
	if (ch->action == CONSOLE_TIMEOUT && ch->value < 0)
		return fail_invalid_value(c, "console_timeout", text);
	return 0;
}

/* A real pool is this machine. */
static int
tell_machine(struct call *c, const struct change *ch)
{
	char seconds[24];
	const char *word[] = { ch->action == OPEN ? "on" : "off", NULL };

	snprintf(seconds, sizeof(seconds), "%lld", (long long)ch->value);
	switch (ch->action) {
	case OPEN:
	case CLOSE:
		return host_machine(c, "ssh", word);
	case CONSOLE_TIMEOUT:
		word[0] = seconds;
		return host_machine(c, "idle", word);
	case AUTO_MODE: /* nobody watches whether this daemon is well */
		return ch->value ? edit_simulated_only(c) : 0;
	case TIMEOUT:
		break;
	}
	return 0;
}

/* host null: every one. */
static int
change(struct call *c, struct ref host, enum action action, int64_t value)
{
	struct change ch = { .action = action, .value = value };

	if (check_value(c, &ch) < 0 || tell_machine(c, &ch) < 0)
		return -1;
	ch.t = call_begin(c);
	if (!ch.t)
		return -1;
	if (ref_is_null(host))
		(void)tx_each(ch.t, CLASS_host, change_each, &ch);
	else
		change_host(&ch, host);
	if (call_commit(c, ch.t) < 0)
		return -1;
	if (action == OPEN || action == TIMEOUT)
		watch_clock(c->core);
	return 0;
}

int
host_enable_ssh(struct call *c, const struct host_enable_ssh_args *a)
{
	return change(c, a->self, OPEN, 0);
}

int
host_disable_ssh(struct call *c, const struct host_disable_ssh_args *a)
{
	return change(c, a->self, CLOSE, 0);
}

int
host_set_ssh_enabled_timeout(struct call *c,
    const struct host_set_ssh_enabled_timeout_args *a)
{
	return change(c, a->self, TIMEOUT, a->value);
}

int
host_set_ssh_auto_mode(struct call *c,
    const struct host_set_ssh_auto_mode_args *a)
{
	return change(c, a->self, AUTO_MODE, a->value);
}

int
host_set_console_idle_timeout(struct call *c,
    const struct host_set_console_idle_timeout_args *a)
{
	return change(c, a->self, CONSOLE_TIMEOUT, a->value);
}

int
pool_enable_ssh(struct call *c, const struct pool_enable_ssh_args *a)
{
	(void)a;
	return change(c, REF_NULL, OPEN, 0);
}

int
pool_disable_ssh(struct call *c, const struct pool_disable_ssh_args *a)
{
	(void)a;
	return change(c, REF_NULL, CLOSE, 0);
}

int
pool_set_ssh_enabled_timeout(struct call *c,
    const struct pool_set_ssh_enabled_timeout_args *a)
{
	return change(c, REF_NULL, TIMEOUT, a->value);
}

int
pool_set_ssh_auto_mode(struct call *c,
    const struct pool_set_ssh_auto_mode_args *a)
{
	return change(c, REF_NULL, AUTO_MODE, a->value);
}

int
pool_set_console_idle_timeout(struct call *c,
    const struct pool_set_console_idle_timeout_args *a)
{
	return change(c, REF_NULL, CONSOLE_TIMEOUT, a->value);
}
