/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands of several small classes: users, alerts, blobs, limits, drivers,
 * recovery from another pool's database. */
#include <string.h>

#include "cli/args.h"
#include "cli/frames.h"
#include "cli/object.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/stream.h"
#include "cli_runs_gen.h"

/* ---- consoles ---- */

/* On the host that was asked, the way that the client came is as good. */
static const char *
where(struct cli *cli, const struct vm *vm, const struct console *con)
{
	bool here = strcmp(cli->core->config->backend, "simulator") == 0 ||
	    ref_equal(vm->resident_on, cli->core->host);
	const char *host = strstr(con->location, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;

	return here && path ? path : con->location;
}

/* The text console of a VM; there is one host that has it. */
static int
console(struct cli *cli, const struct record *r)
{
	const struct vm *vm = (const struct vm *)r;
	const struct ref *refs = vm->consoles.items;
	const struct console *found = NULL;
	const char *location;
	bool ok;

	for (uint32_t i = 0; i < vm->consoles.n && !found; i++) {
		const struct console *c =
		    (const struct console *)cli_record(cli, CLASS_console,
			refs[i]);

		if (c && c->protocol == CONSOLE_PROTOCOL_VT100)
			found = c;
	}
	if (!found)
		return cli_fail(cli,
		    "The VM has no text console: is it running?");
	location = where(cli, vm, found);
	if (strlen(location) == 0)
		return cli_fail(cli, "The console has no address yet");
	cli_print_stderr(cli, "Connected to %s. Leave with Ctrl-].\n",
	    vm->name_label);
	if (cli_http(cli, CLI_TAG_HTTP_CONNECT, "",
		cli_text(cli, "%s%csession_id=%s", location,
		    strchr(location, '?') ? '&' : '?',
		    cli->session ? cli->session : ""),
		&ok) < 0)
		return -1;
	return ok ? 0 : cli_fail(cli, "The console cannot be reached");
}

int
cli_run_console(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };

	if (cli_select(cli, &s) < 0)
		return -1;
	if (s.n != 1)
		return cli_fail(cli, "One terminal is for one VM");
	return console(cli, s.records[0]);
}

int
cli_run_console_log(struct cli *cli)
{
	CLI_SET_OF struct cli_set s = { 0 };
	bool ok;

	if (cli_select(cli, &s) < 0)
		return -1;
	if (s.n != 1)
		return cli_fail(cli, "One file is for one VM");
	if (cli_http(cli, CLI_TAG_HTTP_GET, cli_get_text(cli, "filename"),
		cli_text(cli, "/console_log?uuid=%s&session_id=%s",
		    ((const struct vm *)s.records[0])->uuid,
		    cli->session ? cli->session : ""),
		&ok) < 0)
		return -1;
	return ok ? 0 : cli_fail(cli, "Nothing is kept of its console");
}

/* ---- BIOS strings ---- */

static int
customized(struct cli *cli, const struct record *r)
{
	const struct map *m = &((const struct vm *)r)->bios_strings;
	const char *vendor = cli_map_get(m, "bios-vendor");

	if (m->n == 0)
		cli_print_message(cli, "The BIOS strings have not been set.");
	else if (strcmp(vendor, "Xen") == 0)
		cli_print_message(cli, "This VM is BIOS-generic.");
	else
		cli_print_message(cli, "This VM is BIOS-customized.");
	return 0;
}

int
cli_run_vm_is_bios_customized(struct cli *cli)
{
	return cli_for_each(cli, customized);
}

/* ---- users of the directory ---- */

int
cli_run_subject_add(struct cli *cli)
{
	const char *name = cli_need(cli, "subject-name");
	struct value_member about = { .name = "subject-name" };
	struct value map = {
		.kind = VALUE_STRUCT,
		.n = 1,
		.members = &about,
	};
	CLI_ANSWER struct cli_answer a = { 0 };
	struct cli_birth b = { .n = 0 };
	struct ref subject;

	if (cli_call(cli, &a, "auth.get_subject_identifier", "s", name) < 0)
		return -1;
	about.value = cli_param_text(cli, name);
	cli_born(&b, "subject_identifier",
	    cli_param_text(cli, cli_answer_text(&a)));
	cli_born(&b, "other_config", map);
	if (cli_create(cli, "subject.create", &b, &subject) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_subject, subject);
}

static int
find_role(struct cli *cli, struct ref *out_r)
{
	const char *name = cli_get(cli, "role-name");
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct set *found;

	if (cli_get(cli, "role-uuid"))
		return cli_named_object(cli, "role-uuid", "role", out_r);
	if (!name)
		return cli_fail_missing(cli, "role-name");
	if (cli_call(cli, &a, "role.get_by_name_label", "s", name) < 0)
		return -1;
	found = a.mem;
	if (found->n == 0)
		return cli_fail(cli, "There is no role %s", name);
	*out_r = *(const struct ref *)found->items;
	return 0;
}

static int
change_role(struct cli *cli, const char *method)
{
	struct ref subject, role;

	if (cli_get(cli, "role-name") && cli_get(cli, "role-uuid"))
		return cli_fail_usage(cli,
		    "role-name= and role-uuid= are not given together");
	if (cli_named_object(cli, "uuid", "subject", &subject) < 0 ||
	    find_role(cli, &role) < 0)
		return -1;
	return cli_do(cli, method, "rr", subject, role);
}

int
cli_run_subject_role_add(struct cli *cli)
{
	return change_role(cli, "subject.add_to_roles");
}

int
cli_run_subject_role_remove(struct cli *cli)
{
	return change_role(cli, "subject.remove_from_roles");
}

int
cli_run_session_subject_identifier_list(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const char *const *items;
	const struct set *s;

	if (cli_call(cli, &a, "session.get_all_subject_identifiers", "") < 0)
		return -1;
	s = a.mem;
	items = s->items;
	cli_table_begin(cli);
	for (uint32_t i = 0; i < s->n; i++) {
		CLI_ROW struct cli_row row = { 0 };

		if (cli_row_init(cli, &row, 1) < 0)
			return -1;
		cli_row_text(&row, "subject-identifier ( RO)", items[i]);
		if (cli_row_print(&row) < 0)
			return -1;
	}
	return 0;
}

int
cli_run_session_subject_identifier_logout_all(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const char *const *items;
	const struct set *s;

	if (cli_call(cli, &a, "session.get_all_subject_identifiers", "") < 0)
		return -1;
	s = a.mem;
	items = s->items;
	for (uint32_t i = 0; i < s->n; i++)
		if (cli_do(cli, "session.logout_subject_identifier", "s",
			items[i]) < 0)
			return -1;
	return 0;
}

/* ---- alerts ---- */

static const struct {
	const char *param, *cls, *word;
} owners[] = {
	{ "vm-uuid", "VM", "VM" }, { "host-uuid", "host", "Host" },
	{ "sr-uuid", "SR", "SR" }, { "pool-uuid", "pool", "Pool" },
	{ "network-uuid", "network", NULL }, /* blobs only */
};
#define OWNERS (sizeof(owners) / sizeof(owners[0]))

/* Which of the parameters was given: its row, or OWNERS. */
static size_t
find_owner(struct cli *cli, bool alerts)
{
	size_t found = OWNERS;

	for (size_t i = 0; i < OWNERS; i++)
		if ((owners[i].word || !alerts) &&
		    cli_get(cli, owners[i].param))
			found = found == OWNERS ? i : OWNERS + 1;
	if (found > OWNERS)
		cli_fail_usage(cli, "Only one object can be named");
	else if (found == OWNERS)
		cli_fail_missing(cli,
		    alerts ? "vm-uuid, host-uuid, sr-uuid or pool-uuid"
			   : "vm-uuid, host-uuid, sr-uuid, network-uuid or "
			     "pool-uuid");
	return found < OWNERS ? found : OWNERS;
}

int
cli_run_message_create(struct cli *cli)
{
	size_t owner = find_owner(cli, true);
	int64_t priority;

	if (owner == OWNERS ||
	    cli_parse_int(cli, "priority", cli_need(cli, "priority"),
		&priority) < 0)
		return -1;
	return cli_do(cli, "message.create", "sisss", cli_need(cli, "name"),
	    priority, owners[owner].word, cli_get(cli, owners[owner].param),
	    cli_need(cli, "body"));
}

int
cli_run_message_destroy(struct cli *cli)
{
	const char *uuid = cli_get(cli, "uuid"), *list = cli_get(cli, "uuids");
	struct value refs;

	if (!uuid && !list)
		return cli_fail_missing(cli, "uuid");
	if (uuid && list)
		return cli_fail_usage(cli,
		    "uuid= and uuids= are not given together");
	if (cli_objects(cli, "message", uuid ? uuid : list, &refs) < 0)
		return -1;
	return cli_do(cli, "message.destroy_many", "v", &refs);
}

int
cli_run_message_destroy_all(struct cli *cli)
{
	static const char *const names[] = { "before", "after", "priority" };
	struct value_member members[3];
	struct value map = { .kind = VALUE_STRUCT, .members = members };

	for (size_t i = 0; i < 3; i++) {
		const char *text = cli_get(cli, names[i]);

		if (text)
			members[map.n++] = (struct value_member){
				names[i],
				cli_param_text(cli, text),
			};
	}
	return cli_do(cli, "message.destroy_all", "v", &map);
}

/* ---- blobs ---- */

int
cli_run_blob_create(struct cli *cli)
{
	size_t owner = find_owner(cli, false);
	CLI_ANSWER struct cli_answer a = { 0 };
	struct ref ref;
	bool open;

	if (owner == OWNERS || cli_get_bool(cli, "public", false, &open) < 0 ||
	    cli_by_uuid(cli, owners[owner].cls,
		cli_get(cli, owners[owner].param), &ref) < 0 ||
	    cli_call(cli, &a,
		cli_text(cli, "%s.create_new_blob", owners[owner].cls), "rssb",
		ref, cli_need(cli, "name"), cli_get_text(cli, "mime-type"),
		open) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_blob, cli_answer_ref(&a));
}

/* ---- limits on callers ---- */

static int
print_usage(struct cli *cli, const char *kind, const char *fmt, ...)
{
	static const struct {
		const char *suffix, *label;
	} parts[] = { { "token_usage", "tokens" }, { "call_count", "calls" } };
	CLI_ROW struct cli_row row = { 0 };
	struct value params[CLI_PARAMS_MAX];
	unsigned n;
	va_list ap;

	va_start(ap, fmt);
	n = cli_read_params(cli, fmt, ap, params);
	va_end(ap);
	if (cli_row_init(cli, &row, 2) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP_BYTES struct bytes text = { 0 };
		CLI_ANSWER struct cli_answer a = { 0 };

		if (cli_call_values(cli, &a,
			cli_text(cli, "Caller.query_%s%s", kind,
			    parts[i].suffix),
			params, n) < 0)
			return -1;
		cli_put_typed(cli, a.type, a.mem, 0, &text);
		cli_row_text(&row, parts[i].label,
		    bytes_cstr(&text) ? text.p : "");
	}
	cli_table_begin(cli);
	return cli_row_print(&row);
}

int
cli_run_caller_query_usage(struct cli *cli)
{
	const char *group = cli_get(cli, "group");
	struct ref caller;

	if (group)
		return print_usage(cli, "group_", "s", group);
	if (cli_named_object(cli, "uuid", "Caller", &caller) < 0)
		return -1;
	return print_usage(cli, "", "r", caller);
}

int
cli_run_caller_list_usage(struct cli *cli)
{
	CLI_ANSWER struct cli_answer a = { 0 };

	if (cli_call(cli, &a, "Caller.query_all_usage", "") < 0)
		return -1;
	cli_print_rows(cli, a.mem);
	return 0;
}

int
cli_run_rate_limit_create(struct cli *cli)
{
	struct cli_birth b = { .n = 0 };
	struct value callers;
	struct ref limit;
	double burst, fill;

	if (cli_parse_double(cli, "burst-size", cli_need(cli, "burst-size"),
		&burst) < 0 ||
	    cli_parse_double(cli, "fill-rate", cli_need(cli, "fill-rate"),
		&fill) < 0 ||
	    cli_objects(cli, "Caller", cli_get(cli, "caller-uuids"), &callers) <
		0)
		return -1;
	cli_born(&b, "name_label",
	    cli_param_text(cli, cli_get_text(cli, "name-label")));
	cli_born(&b, "name_description",
	    cli_param_text(cli, cli_get_text(cli, "name-description")));
	cli_born(&b, "burst_size", cli_param_double(burst));
	cli_born(&b, "fill_rate", cli_param_double(fill));
	if (cli_create(cli, "Rate_limit.create", &b, &limit) < 0)
		return -1;
	for (uint32_t i = 0; i < callers.n; i++)
		if (cli_do(cli, "Rate_limit.add_caller", "rv", limit,
			&callers.items[i]) < 0)
			return -1;
	return cli_print_uuid(cli, CLASS_Rate_limit, limit);
}

/* ---- drivers ---- */

int
cli_run_hostdriver_select(struct cli *cli)
{
	const char *name = cli_need(cli, "variant-name");
	const struct host_driver *driver =
	    cli_object_of(cli, CLASS_Host_driver, "uuid");
	const struct ref *refs;

	if (!driver)
		return -1;
	refs = driver->variants.items;
	for (uint32_t i = 0; i < driver->variants.n; i++) {
		const struct driver_variant *v =
		    (const struct driver_variant *)cli_record(cli,
			CLASS_Driver_variant, refs[i]);

		if (v && strcmp(v->name, name) == 0)
			return cli_do(cli, "Host_driver.select", "rr",
			    driver->r.self, v->r.self);
	}
	return cli_fail(cli, "The driver has no variant %s", name);
}

/* ---- updates ---- */

/* A file becomes a disk; the disk is introduced as an update. */
static int
upload(struct cli *cli, struct ref sr)
{
	const char *uuid = cli_record_uuid(cli_record(cli, CLASS_SR, sr));
	CLI_ANSWER struct cli_answer a = { 0 };
	const char *result, *text;
	struct ref vdi;

	if (cli_stream(cli, CLI_TAG_HTTP_PUT, cli_need(cli, "file-name"),
		cli_text(cli, "/import_raw_vdi?sr_uuid=%s&format=raw",
		    uuid ? uuid : ""),
		&result) < 0)
		return -1;
	text = strstr(result, "OpaqueRef:");
	text = text ? cli_text(cli, "%.*s", (int)strcspn(text, "<"), text) : "";
	if (!ref_parse(text, &vdi))
		return cli_fail(cli, "The upload has made no disk");
	if (cli_call(cli, &a, "pool_update.introduce", "r", vdi) < 0) {
		struct cli_trouble t = cli_put_aside(cli);

		(void)cli_do(cli, "VDI.destroy", "r", vdi);
		cli_put_back(cli, &t);
		return -1;
	}
	return cli_print_uuid(cli, CLASS_pool_update, cli_answer_ref(&a));
}

int
cli_run_update_upload(struct cli *cli)
{
	struct ref sr;

	if (cli_optional_object(cli, "sr-uuid", "SR", &sr) < 0 ||
	    (ref_is_null(sr) && cli_default_sr(cli, &sr) < 0))
		return -1;
	return upload(cli, sr);
}

int
cli_run_patch_upload(struct cli *cli)
{
	struct ref sr;

	if (cli_default_sr(cli, &sr) < 0)
		return -1;
	return upload(cli, sr);
}

/* ---- recovery from the database of another pool ---- */

/* database:vdi-uuid=X: a session on the database that a disk holds. */
static int
with_database(struct cli *cli, const char *method, struct ref self, bool forces)
{
	const char *uuid = cli_get(cli, "database:vdi-uuid");
	CLI_ANSWER struct cli_answer a = { 0 };
	const char *own = cli->session;
	struct cli_trouble t;
	struct ref vdi, session;
	struct value other;
	int rc;

	if (!uuid)
		return cli_fail_missing(cli, "database:vdi-uuid");
	if (cli_by_uuid(cli, "VDI", uuid, &vdi) < 0 ||
	    cli_call(cli, &a, "VDI.open_database", "r", vdi) < 0)
		return -1;
	session = cli_answer_ref(&a);
	rc = cli_do(cli, method, forces ? "rrb" : "rr", self, session,
	    cli_forced(cli));
	t = cli_put_aside(cli);
	other = cli_param_ref(cli, session);
	cli->session = other.s;
	(void)cli_do(cli, "session.logout", "");
	cli->session = own;
	cli_put_back(cli, &t);
	return rc;
}

static int
recover(struct cli *cli, const char *cls, const char *method, bool forces)
{
	struct ref self;

	if (cli_named_object(cli, "uuid", cls, &self) < 0)
		return -1;
	return with_database(cli, method, self, forces);
}

int
cli_run_vm_recover(struct cli *cli)
{
	return recover(cli, "VM", "VM.recover", true);
}

int
cli_run_vm_assert_can_be_recovered(struct cli *cli)
{
	return recover(cli, "VM", "VM.assert_can_be_recovered", false);
}

int
cli_run_appliance_recover(struct cli *cli)
{
	return recover(cli, "VM_appliance", "VM_appliance.recover", true);
}

int
cli_run_appliance_assert_can_be_recovered(struct cli *cli)
{
	return recover(cli, "VM_appliance",
	    "VM_appliance.assert_can_be_recovered", false);
}
