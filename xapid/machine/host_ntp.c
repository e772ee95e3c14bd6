/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where hosts get their time from. Factory and DHCP both leave it to what the
 * machine came with. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/edit.h"
#include "lib/proc.h"
#include "machine/host_machine.h"
#include "model/builder.h"

#define SERVERS_MAX 32

/* ---- settings ---- */

static int
check_servers(struct call *c, const struct set *servers)
{
	const char *const *names = servers->items;

	if (servers->n > SERVERS_MAX)
		return fail_invalid_ntp_config(c, "More than 32 servers");
	for (uint32_t i = 0; i < servers->n; i++)
		if (!names[i][0] || names[i][0] == '-' ||
		    strlen(names[i]) > 255 ||
		    strspn(names[i],
			"abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-") !=
			strlen(names[i]))
			return fail_invalid_ntp_config(c,
			    "Not a host name or address");
	return 0;
}

static int
tell_machine(struct call *c, enum host_ntp_mode mode, const struct set *servers)
{
	const char *words[SERVERS_MAX + 1] = { "default" };

	if (mode == HOST_NTP_MODE_DISABLED)
		words[0] = "off";
	else if (mode == HOST_NTP_MODE_CUSTOM)
		memcpy(words, servers->items, servers->n * sizeof(*words));
	return host_machine(c, "ntp", words);
}

int
host_set_ntp_mode(struct call *c, const struct host_set_ntp_mode_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->self);
	const struct host *h = (const struct host *)r;
	struct tx *t;

	if (!h)
		return -1;
	if (a->value == HOST_NTP_MODE_CUSTOM && !h->ntp_custom_servers.n)
		return fail_invalid_ntp_config(c,
		    "The mode Custom wants ntp_custom_servers");
	if (a->value == HOST_NTP_MODE_CUSTOM &&
	    check_servers(c, &h->ntp_custom_servers) < 0)
		return -1; /* they came with a database */
	if (tell_machine(c, a->value, &h->ntp_custom_servers) < 0 ||
	    !(t = call_begin(c)))
		return -1;
	TX_SET(t, host, host, a->self, ntp_mode, a->value);
	return call_commit(c, t);
}

int
host_set_ntp_custom_servers(struct call *c,
    const struct host_set_ntp_custom_servers_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->self);
	const struct host *h = (const struct host *)r;
	bool custom = h && h->ntp_mode == HOST_NTP_MODE_CUSTOM;
	struct tx *t;

	if (!h || check_servers(c, &a->value) < 0)
		return -1;
	if (custom && !a->value.n)
		return fail_invalid_ntp_config(c,
		    "The mode Custom wants at least one server");
	if (custom && tell_machine(c, HOST_NTP_MODE_CUSTOM, &a->value) < 0)
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	TX_SET(t, host, host, a->self, ntp_custom_servers, a->value);
	return call_commit(c, t);
}

/* ---- how they are ---- */

/* The first word on a server counts. */
static void
add(struct builder_pairs *s, const char *server, const char *state)
{
	if (!*server || s->n == 4 * SERVERS_MAX)
		return;
	for (uint32_t i = 0; i < s->n; i++)
		if (strcmp(s->keys[i], server) == 0)
			return;
	builder_put(s, builder_text(s->b, "%s", server), state);
}

/* "^,*,NAME,…" in each line. */
static void
read_chrony(struct builder_pairs *s, char *text)
{
	static const struct {
		char mark;
		const char *state;
	} states[] = { { '*', "selected" }, { '+', "combined" },
		{ '-', "not combined" }, { 'x', "wrong" },
		{ '~', "too variable" }, { '?', "unreachable" } };
	char *rest, *line = strtok_r(text, "\n", &rest);

	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		const char *state = "unknown";

		if (strlen(line) < 5 || line[1] != ',' || line[3] != ',')
			continue;
		for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
			if (states[i].mark == line[2])
				state = states[i].state;
		line[4 + strcspn(line + 4, ",")] = '\0';
		add(s, line + 4, state);
	}
}

static void
add_words(struct builder_pairs *s, char *words, const char *state)
{
	char *rest, *word = strtok_r(words, " ", &rest);

	for (; word; word = strtok_r(NULL, " ", &rest))
		add(s, word, state);
}

/* "NAME=VALUE" in each line; the one it uses comes first in our list, whatever
 * the order. */
static void
read_timesyncd(struct builder_pairs *s, char *text)
{
	static const char *const keys[] = { "ServerName=", "SystemNTPServers=",
		"LinkNTPServers=", "FallbackNTPServers=" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char *p = strstr(text, keys[i]);
		size_t len = strlen(keys[i]), n;
		char line[2048];

		while (p && p != text && p[-1] != '\n')
			p = strstr(p + 1, keys[i]);
		if (!p)
			continue;
		n = strcspn(p + len, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)n, p + len);
		add_words(s, line, i == 0 ? "selected" : "candidate");
	}
}

static bool
ask(const char *const argv[], struct builder_pairs *s,
    void (*read)(struct builder_pairs *s, char *text))
{
	const struct proc_limits limits = { .timeout_ms = 5000,
		.max_output = 16384 };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };

	if (access(argv[0], X_OK) < 0 ||
	    proc_run(argv, NULL, NULL, 0, &limits, &r) < 0 || r.status != 0 ||
	    !bytes_cstr(&r.out))
		return false;
	read(s, r.out.p);
	return true;
}

static void
ask_machine(struct builder_pairs *s)
{
	static const char *const chrony[] = { "/usr/bin/chronyc", "-c",
		"sources", NULL };
	static const char *const timesyncd[] = { "/usr/bin/timedatectl",
		"show-timesync", NULL };

	if (!ask(chrony, s, read_chrony))
		(void)ask(timesyncd, s, read_timesyncd);
}

/* A simulated host follows the first of its own servers. */
static void
simulate(struct builder_pairs *s, const struct host *h)
{
	const char *const *names = h->ntp_custom_servers.items;

	if (h->ntp_mode != HOST_NTP_MODE_CUSTOM)
		return;
	for (uint32_t i = 0; i < h->ntp_custom_servers.n; i++)
		add(s, names[i], i == 0 ? "selected" : "candidate");
}

int
host_get_ntp_servers_status(struct call *c,
    const struct host_get_ntp_servers_status_args *a, struct map *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->self);
	struct builder b = { .arena = c->arena };
	struct builder_pairs servers = { .b = &b };

	if (!r)
		return -1;
	if (strcmp(c->core->config->backend, "simulator") == 0)
		simulate(&servers, (const struct host *)r);
	else if (((const struct host *)r)->ntp_mode != HOST_NTP_MODE_DISABLED)
		ask_machine(&servers);
	*result_r = builder_pairs_map(&servers);
	return b.failed ? call_fail_nomem(c) : 0;
}
