/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET of /system-status, /host_logs_download and /audit_log. (source:
 * http-details.json) */
#include <stdio.h>
#include <string.h>

#include "call/http.h"
#include "lib/clock.h"
#include "support/collect.h"

#define AUDIT_FILES 10 /* audit.log and up to .9, the oldest */

static int
to_client(void *x, const void *buf, size_t len)
{
	return http_write(x, buf, len);
}

/* ---- system status ---- */

static const struct output {
	const char *name, *type;
	enum collect_format format;
} outputs[] = {
	{ "tar", "application/x-tar", COLLECT_TAR },
	{ "tar.bz2", "application/x-bzip2", COLLECT_TAR_BZ2 },
	{ "zip", "application/zip", COLLECT_ZIP },
};

static const struct output *
find_output(const char *name)
{
	if (!name)
		return &outputs[0];
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		if (strcmp(outputs[i].name, name) == 0)
			return &outputs[i];
	return NULL;
}

static void
answer_list(struct http_exchange *x)
{
	static const char *const headers[] = { "Content-Type: application/xml",
		NULL };
	CLEANUP_BYTES struct bytes xml = { 0 };

	collect_capabilities(&xml);
	http_answer(x, xml.failed ? 503 : 200, headers, xml.p, xml.len);
}

void
http_get_system_status(struct http_exchange *x, struct call *c)
{
	const struct output *o = find_output(http_query(x, "output", 0));
	char type[64], name[128], date[DATE_CHARS + 1];
	const char *const headers[] = { type, name, NULL };

	if (http_query(x, "list", 0)) {
		answer_list(x);
		return;
	}
	if (!o) {
		http_answer(x, 400, NULL, NULL, 0);
		return;
	}
	date_format(clock_wall_sec(), date);
	snprintf(type, sizeof(type), "Content-Type: %s", o->type);
	snprintf(name, sizeof(name),
	    "Content-Disposition: attachment; "
	    "filename=\"system_status-%s.%s\"",
	    date, o->name);
	if (http_begin(x, 200, headers, -1, true) == 0)
		(void)collect_archive(c, http_query(x, "entries", 0), false,
		    o->format, to_client, x);
}

void
http_get_host_logs(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Content-Type: application/gzip",
		NULL };

	if (http_begin(x, 200, headers, -1, true) == 0)
		(void)collect_archive(c, NULL, true, COLLECT_TAR_GZ, to_client,
		    x);
}

/* ---- audit log ---- */

/* "[DATE|…": whether the line is not before since. */
static bool
is_since(const char *line, int64_t since)
{
	char date[40];
	int64_t when;
	size_t n = line[0] == '[' ? strcspn(line + 1, "|\n") : 0;

	if (!n || n >= sizeof(date))
		return false;
	memcpy(date, line + 1, n);
	date[n] = '\0';
	return date_parse(date, &when) && when >= since;
}

/* -1: the client has left. */
static int
send_audit_file(struct http_exchange *x, const char *path, bool all,
    int64_t since)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	while (f && rc == 0 && (n = getline(&line, &cap, f)) > 0)
		if (all || is_since(line, since))
			rc = http_write(x, line, (size_t)n);
	free(line);
	if (f)
		fclose(f);
	return rc;
}

void
http_get_audit_log(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Content-Type: text/plain",
		NULL };
	const char *text = http_query(x, "since", 0);
	char path[4096];
	int64_t since = 0;
	size_t n;

	if (!text)
		text = http_cookie(x, "since");
	if (text && *text && !date_parse(text, &since)) {
		http_answer(x, 400, NULL, NULL, 0);
		return;
	}
	n = (size_t)snprintf(path, sizeof(path), "%s/audit.log",
	    c->core->config->state_dir);
	if (n + 4 > sizeof(path) || http_begin(x, 200, headers, -1, true) < 0)
		return;
	for (int i = AUDIT_FILES - 1; i >= 0; i--) {
		path[n] = '\0';
		if (i)
			snprintf(path + n, sizeof(path) - n, ".%d", i);
		if (send_audit_file(x, path, !since, since) < 0)
			return;
	}
}
