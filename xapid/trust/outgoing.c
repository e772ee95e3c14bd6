/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust/outgoing.h"

#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "model/builder.h"
#include "rpc/web.h"
#include "support/collect.h"

#define UPLOAD_MAX_BYTES ((size_t)64 << 20)
#define TIMEOUT_MS (10 * 60 * 1000)
#define POST_TIMEOUT_MS (30 * 1000)
#define ANSWER_MAX_BYTES ((size_t)64 * 1024)
#define PATH_BYTES 4096

static bool
give_up(void *arg)
{
	const struct call *c = arg;

	return atomic_load(&c->core->stopping) ||
	    (!ref_is_null(c->task) && atomic_load(&c->cancelled));
}

static bool
checks_certificates(const struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);

	return !r || ((const struct host *)r)->tls_verification_enabled;
}

static int
ask(struct core *core, const struct outgoing *o, struct web_request *r,
    struct bytes *answer, size_t max, char *err, size_t err_size)
{
	char ca[PATH_BYTES], trusted[PATH_BYTES];
	const char *const folders[] = { ca, trusted, NULL };

	snprintf(ca, sizeof(ca), "%s/certs/ca", core->config->state_dir);
	snprintf(trusted, sizeof(trusted), "%s/certs/trusted",
	    core->config->state_dir);
	r->method = o->method;
	r->url = o->url;
	r->proxy = o->proxy;
	r->type = o->type;
	r->body = o->body;
	r->len = o->len;
	r->check = checks_certificates(core);
	r->authorities = folders;
	return web_ask(r, answer, max, err, err_size);
}

int
outgoing_ask(struct call *c, const struct outgoing *o, struct bytes *answer,
    size_t max, char *err, size_t err_size)
{
	struct web_request r = { .timeout_ms = TIMEOUT_MS,
		.give_up = give_up,
		.arg = c };

	return ask(c->core, o, &r, answer, max, err, err_size);
}

int
outgoing_post(struct core *core, const struct outgoing *o,
    bool (*give_up_)(void *arg), void *arg, struct bytes *answer, char *err,
    size_t err_size)
{
	struct web_request r = { .timeout_ms = POST_TIMEOUT_MS,
		.give_up = give_up_,
		.arg = arg };

	return ask(core, o, &r, answer, ANSWER_MAX_BYTES, err, err_size);
}

/* ---- a report for supporters ---- */

static int
to_bytes(void *arg, const void *buf, size_t len)
{
	struct bytes *b = arg;

	if (b->len + len > UPLOAD_MAX_BYTES)
		return -1;
	bytes_put(b, buf, len);
	return b->failed ? -1 : 0;
}

/* A folder gets a file with a name of ours. */
static const char *
upload_url(struct call *c, const char *url, const struct host *h)
{
	size_t len = strlen(url);
	char date[DATE_CHARS + 1];

	if (len == 0 || url[len - 1] != '/')
		return url;
	date_format(clock_wall_sec(), date);
	return arena_printf(c->arena, "%sbugreport-%.*s-%.15s.tar.gz", url,
	    UUID_CHARS, h->uuid, date);
}

int
host_bugreport_upload(struct call *c,
    const struct host_bugreport_upload_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	CLEANUP_BYTES struct bytes report = { 0 }, answer = { 0 };
	struct outgoing o = { .method = "PUT", .type = "application/gzip" };
	char err[256];
	int status;

	if (!r)
		return -1;
	if (!web_url_is_good(a->url))
		return fail_invalid_value(c, "url", a->url);
	o.url = upload_url(c, a->url, (const struct host *)r);
	if (!o.url ||
	    collect_archive(c, NULL, false, COLLECT_TAR_GZ, to_bytes, &report) <
		0)
		return report.failed || !o.url
		    ? call_fail_nomem(c)
		    : fail_system_status_retrieval_failed(c,
			  "The report is too large");
	o.proxy = builder_find(&a->options, "http_proxy");
	o.body = report.p;
	o.len = report.len;
	status =
	    outgoing_ask(c, &o, &answer, ANSWER_MAX_BYTES, err, sizeof(err));
	if (status >= 0)
		snprintf(err, sizeof(err), "The server answers %d", status);
	return status / 100 == 2 ? 0
				 : fail_system_status_retrieval_failed(c,
				       arena_strdup(c->arena, err));
}

/* ---- a test of the way ---- */

int
pool_send_test_post(struct call *c, const struct pool_send_test_post_args *a,
    const char **result_r)
{
	CLEANUP_BYTES struct bytes answer = { 0 };
	struct outgoing o = { .method = "POST",
		.type = "text/plain",
		.body = a->body,
		.len = strlen(a->body) };
	char err[256];

	o.url = arena_printf(c->arena,
	    strchr(a->host, ':') ? "https://[%s]:%lld/" : "https://%s:%lld/",
	    a->host, (long long)a->port);
	if (!o.url)
		return call_fail_nomem(c);
	if (a->port < 1 || a->port > 65535 || strpbrk(a->host, "/?#[]") ||
	    !web_url_is_good(o.url))
		return fail_invalid_value(c, "host", o.url);
	if (outgoing_ask(c, &o, &answer, ANSWER_MAX_BYTES, err, sizeof(err)) <
	    0)
		return fail_cannot_contact_host(c,
		    arena_printf(c->arena, "%s: %s", a->host, err));
	if (answer.len && !text_is_clean(answer.p, answer.len))
		return fail_cannot_contact_host(c,
		    arena_printf(c->arena, "%s: The answer is no text",
			a->host));
	*result_r =
	    arena_strndup(c->arena, answer.len ? answer.p : "", answer.len);
	return *result_r ? 0 : call_fail_nomem(c);
}
