/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/stream.h"

#include <string.h>
#include <time.h>

#include "cli/args.h"
#include "cli/explain.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli_runs_gen.h"

#define LOOKS 40   /* at a task whose transfer failed, */
#define LOOK_MS 50 /* for its reason */

const char *
cli_encode(struct cli *cli, const char *text)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	const char *encoded;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._:", *p))
			bytes_putc(&out, (char)*p);
		else
			bytes_printf(&out, "%%%02X", *p);
	encoded = bytes_cstr(&out) ? arena_strdup(cli->arena, out.p) : NULL;
	if (!encoded)
		cli_fail_nomem(cli);
	return encoded ? encoded : "";
}

/* A reference in a query. */
static const char *
text_of(struct cli *cli, struct ref ref)
{
	char text[REF_CHARS + 1];

	ref_format(ref, text);
	return cli_text(cli, "%s", text);
}

static bool
is_over(struct cli *cli, struct ref task)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	enum task_status_type status;

	if (cli_call(cli, &a, "task.get_status", "r", task) < 0)
		return true; /* waiting says why */
	status = *(const enum task_status_type *)a.mem;
	return status != TASK_STATUS_TYPE_PENDING &&
	    status != TASK_STATUS_TYPE_CANCELLING;
}

/* The client has failed; the server may know why, a moment later. */
static int
why_failed(struct cli *cli, struct ref task)
{
	struct timespec ts = { 0, LOOK_MS * 1000000L };

	for (int i = 0; i < LOOKS && !is_over(cli, task); i++)
		nanosleep(&ts, NULL);
	if (is_over(cli, task) && cli_wait_task(cli, task, NULL) < 0)
		return -1;
	return cli_fail(cli, "The transfer failed");
}

static int
transfer(struct cli *cli, enum cli_tag tag, const char *file, const char *path,
    struct ref task, const char **result_r)
{
	bool ok;

	path = cli_text(cli, "%s%csession_id=%s&task_id=%s", path,
	    strchr(path, '?') ? '&' : '?', cli->session ? cli->session : "",
	    text_of(cli, task));
	if (cli_http(cli, tag, file, path, &ok) < 0)
		return -1;
	return ok ? cli_wait_task(cli, task, result_r) : why_failed(cli, task);
}

static const char *
verb(enum cli_tag tag)
{
	return tag == CLI_TAG_HTTP_GET ? "GET" : "PUT";
}

int
cli_stream(struct cli *cli, enum cli_tag tag, const char *file,
    const char *path, const char **result_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	struct cli_trouble t;
	struct ref task;
	int rc;

	if (result_r)
		*result_r = "";
	if (cli->failure != CLI_FINE)
		return -1;
	if (cli->wish.explain || (cli->wish.dry_run && tag != CLI_TAG_HTTP_GET))
		cli_print_stderr(cli, "%s %s\n", verb(tag), path);
	if (cli->wish.dry_run)
		return 0;
	if (cli_call(cli, &a, "task.create", "ss", cli->name, "") < 0)
		return -1;
	task = cli_answer_ref(&a);
	rc = transfer(cli, tag, file, path, task, result_r);
	t = cli_put_aside(cli);
	if (t.failure != CLI_FAIL_GONE)
		(void)cli_do(cli, "task.destroy", "r", task);
	cli_put_back(cli, &t);
	return rc;
}

/* ---- blobs ---- */

static int
blob(struct cli *cli, enum cli_tag tag)
{
	const char *file = cli_need(cli, "filename");
	struct ref ref;

	if (cli_named_object(cli, "uuid", "blob", &ref) < 0 ||
	    cli_stream(cli, tag, file,
		cli_text(cli, "/blob?ref=%s", text_of(cli, ref)), NULL) < 0)
		return -1;
	/* Not into the contents, where they go to standard output. */
	if (!cli->wish.dry_run && strcmp(file, "-") != 0)
		cli_print_message(cli, "Blob %s succeeded",
		    tag == CLI_TAG_HTTP_GET ? "get" : "put");
	return 0;
}

int
cli_run_blob_get(struct cli *cli)
{
	return blob(cli, CLI_TAG_HTTP_GET);
}

int
cli_run_blob_put(struct cli *cli)
{
	return blob(cli, CLI_TAG_HTTP_PUT);
}

/* ---- the pool's database, its audit log, its updates ---- */

int
cli_run_pool_dump_database(struct cli *cli)
{
	return cli_stream(cli, CLI_TAG_HTTP_GET, cli_need(cli, "file-name"),
	    "/pool/xmldbdump", NULL);
}

int
cli_run_pool_restore_database(struct cli *cli)
{
	bool rehearsal;

	if (cli_get_bool(cli, "dry-run", false, &rehearsal) < 0 ||
	    (!rehearsal && cli_want_force(cli) < 0))
		return -1;
	return cli_stream(cli, CLI_TAG_HTTP_PUT, cli_need(cli, "file-name"),
	    cli_text(cli, "/pool/xmldbdump?restore=true&dry_run=%s",
		rehearsal ? "true" : "false"),
	    NULL);
}

int
cli_run_audit_log_get(struct cli *cli)
{
	const char *since = cli_get(cli, "since");

	return cli_stream(cli, CLI_TAG_HTTP_GET, cli_need(cli, "filename"),
	    since ? cli_text(cli, "/audit_log?since=%s", cli_encode(cli, since))
		  : "/audit_log",
	    NULL);
}

int
cli_run_pool_sync_bundle(struct cli *cli)
{
	return cli_stream(cli, CLI_TAG_HTTP_PUT, cli_need(cli, "filename"),
	    "/bundle", NULL);
}

/* ---- workload balancing ---- */

int
cli_run_pool_retrieve_wlb_report(struct cli *cli)
{
	const char *path = cli_text(cli, "/wlb_report?report=%s",
	    cli_encode(cli, cli_need(cli, "report")));

	for (unsigned i = 0; i < cli->nparams; i++) {
		const struct cli_param *p = &cli->params[i];

		if (!cli_is_own_param(cli, p->name))
			path = cli_text(cli, "%s&%s=%s", path,
			    cli_encode(cli, p->name),
			    cli_encode(cli, p->value));
	}
	return cli_stream(cli, CLI_TAG_HTTP_GET, cli_get_text(cli, "filename"),
	    path, NULL);
}

int
cli_run_pool_retrieve_wlb_diagnostics(struct cli *cli)
{
	return cli_stream(cli, CLI_TAG_HTTP_GET, cli_get_text(cli, "filename"),
	    "/wlb_diagnostics", NULL);
}

/* ---- of hosts ---- */

static int
host_file(struct cli *cli, enum cli_tag tag, const char *file, const char *path)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_select(cli, &s) < 0)
		return -1;
	if (s.n > 1 && *file)
		return cli_fail(cli, "One file is for one host");
	for (uint32_t i = 0; i < s.n; i++) {
		const struct host *host = (const struct host *)s.records[i];
		const char *name = *file || tag != CLI_TAG_HTTP_GET
		    ? file
		    : cli_text(cli, "logs-%s.tar.gz", host->hostname);

		if (cli_stream(cli, tag, name,
			cli_text(cli, "%s%cdestination_uuid=%s", path,
			    strchr(path, '?') ? '&' : '?', host->uuid),
			NULL) < 0)
			return -1;
	}
	return 0;
}

int
cli_run_host_backup(struct cli *cli)
{
	return host_file(cli, CLI_TAG_HTTP_GET, cli_need(cli, "file-name"),
	    "/host_backup");
}

int
cli_run_host_restore(struct cli *cli)
{
	return host_file(cli, CLI_TAG_HTTP_PUT, cli_need(cli, "file-name"),
	    "/host_restore");
}

int
cli_run_host_logs_download(struct cli *cli)
{
	return host_file(cli, CLI_TAG_HTTP_GET, cli_get_text(cli, "file-name"),
	    "/host_logs_download");
}

int
cli_run_host_get_system_status(struct cli *cli)
{
	const char *entries = cli_get_text(cli, "entries");
	const char *output = cli_get(cli, "output");

	return host_file(cli, CLI_TAG_HTTP_GET, cli_need(cli, "filename"),
	    cli_text(cli, "/system-status?entries=%s&output=%s",
		cli_encode(cli, entries),
		cli_encode(cli, output ? output : "tar")));
}

/* ---- disks ---- */

static int
vdi_file(struct cli *cli, enum cli_tag tag, const char *path)
{
	const char *format = cli_get(cli, "format");
	const char *base = cli_get(cli, "base");
	struct ref vdi, other;

	if (cli_named_object(cli, "uuid", "VDI", &vdi) < 0)
		return -1;
	path = cli_text(cli, "%s?vdi=%s&format=%s", path, text_of(cli, vdi),
	    cli_encode(cli, format ? format : "raw"));
	if (base) {
		if (cli_by_uuid(cli, "VDI", base, &other) < 0)
			return -1;
		path = cli_text(cli, "%s&base=%s", path, text_of(cli, other));
	}
	return cli_stream(cli, tag, cli_need(cli, "filename"), path, NULL);
}

int
cli_run_vdi_export(struct cli *cli)
{
	return vdi_file(cli, CLI_TAG_HTTP_GET, "/export_raw_vdi");
}

int
cli_run_vdi_import(struct cli *cli)
{
	return vdi_file(cli, CLI_TAG_HTTP_PUT, "/import_raw_vdi");
}
