/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of a host: time and zone. Simulated hosts share one. */
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/proc.h"
#include "machine/host_machine.h"
#include "model/builder.h"
#include "schedule/vmss.h"

#define ZONES_FILE "/usr/share/zoneinfo/tzdata.zi"
#define ZONES_MAX_BYTES ((size_t)1 << 20)
#define DATE_PROGRAM "/bin/date"

/* ---- now ---- */

int
host_get_servertime(struct call *c, const struct host_get_servertime_args *a,
    int64_t *result_r)
{
	(void)c;
	(void)a;
	*result_r = clock_wall_sec();
	return 0;
}

/* Simulated hosts share the clock of their world. */
int
host_set_servertime(struct call *c, const struct host_set_servertime_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->self);
	char sec[24];
	const char *const words[] = { sec, NULL };

	if (!r)
		return -1;
	if (((const struct host *)r)->ntp_mode != HOST_NTP_MODE_DISABLED)
		return fail_not_allowed_when_ntp_is_enabled(c,
		    call_ref_text(c, a->self));
	snprintf(sec, sizeof(sec), "%lld", (long long)a->value);
	if (a->value < 0 || host_machine(c, "time", words) < 0)
		return a->value < 0 ? fail_invalid_value(c, "value", sec) : -1;
	if (strcmp(c->core->config->backend, "simulator") == 0)
		clock_wall_shift(a->value - time(NULL));
	vmss_wake(c->core); /* schedules go by the clock */
	return 0;
}

/* Local time as if it were UTC. The zone of a host need not be that of this
 * process, and the C library knows only the latter: date(1) is asked. */
static int
local_time(struct call *c, const char *zone, int64_t *result_r)
{
	const char *now =
	    arena_printf(c->arena, "@%lld", (long long)clock_wall_sec());
	const char *const argv[] = { DATE_PROGRAM, "-d", now,
		"+%Y%m%dT%H:%M:%S", NULL };
	const struct proc_limits limits = { .timeout_ms = 5000,
		.max_output = 64 };
	const char *env[] = { arena_printf(c->arena, "TZ=%s", zone), NULL };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };
	const char *text;

	if (!env[0] || !now)
		return call_fail_nomem(c);
	if (proc_run(argv, env, NULL, 0, &limits, &r) < 0 || r.status != 0)
		return fail_internal_error(c, "date(1) does not run");
	text = bytes_cstr(&r.out);
	if (!text)
		return call_fail_nomem(c);
	((char *)r.out.p)[strcspn(text, "\n")] = '\0';
	if (!date_parse(text, result_r))
		return fail_internal_error(c, "date(1) answers no date");
	return 0;
}

int
host_get_server_localtime(struct call *c,
    const struct host_get_server_localtime_args *a, int64_t *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	const struct host *h = (const struct host *)r;

	if (!h)
		return -1;
	*result_r = clock_wall_sec();
	if (!h->timezone[0] || strcmp(h->timezone, "UTC") == 0)
		return 0;
	return local_time(c, h->timezone, result_r);
}

/* Asks the kernel of this machine, whatever keeps its clock. */
int
host_get_ntp_synchronized(struct call *c,
    const struct host_get_ntp_synchronized_args *a, bool *result_r)
{
	struct timex tx = { 0 };
	int state = adjtimex(&tx);

	(void)c;
	(void)a;
	*result_r =
	    state >= 0 && state != TIME_ERROR && !(tx.status & STA_UNSYNC);
	return 0;
}

/* ---- zones: the names in tzdata's own list ---- */

struct names {
	struct arena *arena;
	const char **items;
	uint32_t n, cap;
	bool failed;
};

static void
names_add(struct names *names, const char *name, size_t len)
{
	const char *copy = arena_strndup(names->arena, name, len);

	if (names->n == names->cap) {
		uint32_t cap = names->cap ? names->cap * 2 : 512;
		const char **more =
		    arena_array(names->arena, cap, sizeof(*more));

		if (more && names->n)
			memcpy(more, names->items, names->n * sizeof(*more));
		names->items = more;
		names->cap = more ? cap : 0;
	}
	if (names->items && copy)
		names->items[names->n++] = copy;
	else
		names->failed = true;
}

/* "Z NAME …" declares a zone, "L TARGET NAME" another name for one. */
static void
read_zone(struct names *names, const char *line, size_t len)
{
	const char *name, *end = line + len;

	if (len < 3 || line[1] != ' ' || (line[0] != 'Z' && line[0] != 'L'))
		return;
	name = line + 2;
	if (line[0] == 'L') {
		name = memchr(name, ' ', (size_t)(end - name));
		if (!name)
			return;
		name++;
	}
	len = 0;
	while (name + len < end && name[len] != ' ')
		len++;
	names_add(names, name, len);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted; UTC is always there. */
static int
zones(struct call *c, struct set *out)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	struct names names = { .arena = c->arena };

	names_add(&names, "UTC", 3);
	if (file_read(ZONES_FILE, ZONES_MAX_BYTES, &text) == 0)
		for (size_t at = 0; at < text.len;) {
			const char *line = text.p + at;
			const char *nl = memchr(line, '\n', text.len - at);
			size_t len = nl ? (size_t)(nl - line) : text.len - at;

			read_zone(&names, line, len);
			at += len + 1;
		}
	if (names.failed)
		return call_fail_nomem(c);
	qsort(names.items, names.n, sizeof(*names.items), by_name);
	for (uint32_t i = 1; i < names.n; i++)
		if (strcmp(names.items[i], names.items[i - 1]) == 0) {
			memmove(names.items + i, names.items + i + 1,
			    (names.n - i - 1) * sizeof(*names.items));
			names.n--;
			i--;
		}
	*out = (struct set){ .items = names.items, .n = names.n };
	return 0;
}

int
host_list_timezones(struct call *c, const struct host_list_timezones_args *a,
    struct set *result_r)
{
	(void)a;
	return zones(c, result_r);
}

int
host_set_timezone(struct call *c, const struct host_set_timezone_args *a)
{
	const char *const words[] = { a->value, NULL };
	TX_SCOPE struct tx *t = NULL;
	struct set known;

	if (zones(c, &known) < 0)
		return -1;
	if (!bsearch(&a->value, known.items, known.n, sizeof(const char *),
		by_name))
		return fail_invalid_value(c, "timezone", a->value);
	if (host_machine(c, "timezone", words) < 0)
		return -1;
	if (!(t = call_begin(c)) || !EDIT_HEAD(c, t, host, host, a->self))
		return -1;
	TX_SET(t, host, host, a->self, timezone, a->value);
	vmss_plan_all(c->core, t); /* schedules go by local time */
	return call_commit(c, STEAL(t));
}
