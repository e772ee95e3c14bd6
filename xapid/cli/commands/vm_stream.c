/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMs as files. (source of the queries: http-details.json) */
#include <string.h>
#include <strings.h>

#include "cli/args.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/stream.h"
#include "cli_runs_gen.h"

/* ---- export ---- */

/* compress=true is gzip; else gzip or zstd by name. */
static const char *
compression(struct cli *cli)
{
	const char *text = cli_get(cli, "compress");
	bool on;

	if (!text)
		return "false";
	if (strcasecmp(text, "zstd") == 0 || strcasecmp(text, "gzip") == 0)
		return text;
	if (cli_parse_bool(cli, "compress", text, &on) < 0)
		return "";
	return on ? "true" : "false";
}

static int export(struct cli *cli, const struct vm *vm)
{
	const char *excluded = cli_get(cli, "excluded-device-types");
	bool power, metadata, snapshots;
	const char *path, *packed = compression(cli);

	if (cli->failure != CLI_FINE ||
	    cli_get_bool(cli, "preserve-power-state", false, &power) < 0 ||
	    cli_get_bool(cli, "metadata", false, &metadata) < 0 ||
	    cli_get_bool(cli, "include-snapshots", true, &snapshots) < 0)
		return -1;
	path = cli_text(cli,
	    "%s?uuid=%s&use_compression=%s&preserve_power_state=%s"
	    "&export_snapshots=%s",
	    metadata ? "/export_metadata" : "/export", vm->uuid, packed,
	    power ? "true" : "false", snapshots ? "true" : "false");
	if (excluded)
		path = cli_text(cli, "%s&excluded_device_types=%s", path,
		    cli_encode(cli, excluded));
	if (cli_stream(cli, CLI_TAG_HTTP_GET, cli_need(cli, "filename"), path,
		NULL) < 0)
		return -1;
	/* What goes to standard output is the VM alone. */
	if (strcmp(cli_need(cli, "filename"), "-") != 0 &&
	    *cli_need(cli, "filename") && !cli->wish.dry_run)
		cli_print_message(cli, "Export succeeded");
	return 0;
}

int
cli_run_vm_export(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_select(cli, &s) < 0)
		return -1;
	if (s.n != 1)
		return cli_fail(cli, "One file is for one VM");
	return export(cli, (const struct vm *)s.records[0]);
}

static int
export_one(struct cli *cli, const char *param, bool snapshot)
{
	const struct vm *vm = cli_object_of(cli, CLASS_VM, param);

	if (!vm)
		return -1;
	if (snapshot && !vm->is_a_snapshot)
		return cli_fail(cli, "This is no snapshot");
	if (!snapshot && (!vm->is_a_template || vm->is_a_snapshot))
		return cli_fail(cli, "This is no template");
	return export(cli, vm);
}

int
cli_run_snapshot_export_to_template(struct cli *cli)
{
	return export_one(cli, "snapshot-uuid", true);
}

int
cli_run_template_export(struct cli *cli)
{
	return export_one(cli, "template-uuid", false);
}

/* ---- import ---- */

/* The uuid of each reference in a result. */
static int
print_made(struct cli *cli, const char *result)
{
	const char **uuids = NULL;
	unsigned n = 0, max = 0;

	for (const char *p = result; (p = strstr(p, "OpaqueRef:")); p++)
		max++;
	uuids = arena_array(cli->arena, max + 1, sizeof(*uuids));
	if (!uuids)
		return cli_fail_nomem(cli);
	while ((result = strstr(result, "OpaqueRef:"))) {
		const char *text = cli_text(cli, "%.*s",
		    (int)strcspn(result, "<,]\" "), result);
		struct ref ref;
		const char *uuid = ref_parse(text, &ref)
		    ? cli_record_uuid(cli_record(cli, CLASS_VM, ref))
		    : NULL;

		if (uuid && n < max)
			uuids[n++] = uuid;
		result++;
	}
	cli_print_values(cli, uuids, n);
	return 0;
}

static const char *
yes_no(bool b)
{
	return b ? "true" : "false";
}

static int
import_file(struct cli *cli, const char *file, struct ref sr, bool restore)
{
	bool metadata, rehearsal;
	const char *key, *value, *path, *result, *uuid;
	unsigned i = 0;

	if (cli_get_bool(cli, "metadata", false, &metadata) < 0 ||
	    cli_get_bool(cli, "dry-run", false, &rehearsal) < 0)
		return -1;
	if (rehearsal && !metadata) /* the server has none of that: ours */
		cli->wish.dry_run = true;
	path = cli_text(cli, "%s?restore=%s&force=%s",
	    metadata ? "/import_metadata" : "/import", yes_no(restore),
	    yes_no(cli_forced(cli)));
	uuid = cli_record_uuid(cli_record(cli, CLASS_SR, sr));
	if (uuid)
		path = cli_text(cli, "%s&sr_uuid=%s", path, uuid);
	if (metadata)
		path = cli_text(cli, "%s&dry_run=%s", path, yes_no(rehearsal));
	while (cli_next_pair(cli, "vdi:", &i, &key, &value))
		path = cli_text(cli, "%s&vdi:%s=%s", path, cli_encode(cli, key),
		    cli_encode(cli, value));
	if (cli_stream(cli, CLI_TAG_HTTP_PUT, file, path, &result) < 0)
		return -1;
	return print_made(cli, result);
}

static int
import_url(struct cli *cli, const char *url, struct ref sr, bool restore)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "VM.import", "srbb", url, sr, restore,
		cli_forced(cli)) < 0)
		return -1;
	return cli_print_result(cli, CLI_UUIDS, -1, a.type, a.mem);
}

/* From a host of another make. */
static int
import_convert(struct cli *cli, const char *type, struct ref sr)
{
	const char *config = cli_get_text(cli, "remote-config");
	struct value map = { .kind = VALUE_STRUCT };
	struct value_member member = { .name = "remote-config" };

	if (*config) {
		member.value = cli_param_text(cli, config);
		map.n = 1;
		map.members = &member;
	}
	return cli_do(cli, "VM.import_convert", "sssrv", type,
	    cli_get_text(cli, "host-username"),
	    cli_get_text(cli, "host-password"), sr, &map);
}

int
cli_run_vm_import(struct cli *cli)
{
	const char *type = cli_get(cli, "type"), *url = cli_get(cli, "url");
	const char *file = cli_get(cli, "filename");
	bool restore;
	struct ref sr;

	if (cli_get_bool(cli, "preserve", false, &restore) < 0 ||
	    cli_optional_object(cli, "sr-uuid", "SR", &sr) < 0)
		return -1;
	if (type)
		return import_convert(cli, type, sr);
	if (url && file)
		return cli_fail_usage(cli,
		    "filename= and url= are not given together");
	if (url)
		return import_url(cli, url, sr, restore);
	if (!file)
		return cli_fail_missing(cli, "filename");
	return import_file(cli, file, sr, restore);
}
