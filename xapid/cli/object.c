/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

#include "cli/args.h"

const void *
cli_object(struct cli *cli, int cls, struct ref ref)
{
	const struct record *r = cli_record(cli, cls, ref);

	if (!r && cli->failure == CLI_FINE)
		cli_fail(cli, "The object is gone, or not to be seen");
	return r;
}

const void *
cli_object_of(struct cli *cli, int cls, const char *param)
{
	struct ref ref;

	if (cli_named_object(cli, param, class_table[cls].name, &ref) < 0)
		return NULL;
	return cli_object(cli, cls, ref);
}

int
cli_optional_object(struct cli *cli, const char *param, const char *cls,
    struct ref *out_r)
{
	const char *uuid = cli_get(cli, param);

	*out_r = REF_NULL;
	return uuid ? cli_by_uuid(cli, cls, uuid, out_r) : 0;
}

int
cli_objects(struct cli *cli, const char *cls, const char *uuids,
    struct value *out_r)
{
	unsigned n;
	const char **parts = cli_split(cli, uuids ? uuids : "", &n);
	struct ref *refs =
	    parts ? arena_array(cli->arena, n + 1, sizeof(*refs)) : NULL;

	if (!refs)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < n; i++)
		if (cli_by_uuid(cli, cls, parts[i], &refs[i]) < 0)
			return -1;
	*out_r = cli_param_refs(cli, refs, n);
	return 0;
}

const struct vm *
cli_snapshot(struct cli *cli)
{
	const char *param = "snapshot-uuid";

	if (!cli_get(cli, param) && cli_get(cli, "uuid"))
		param = "uuid";
	return cli_object_of(cli, CLASS_VM, param);
}

int
cli_default_sr(struct cli *cli, struct ref *out_r)
{
	const struct pool *pool = cli_object(cli, CLASS_pool, cli->core->pool);

	if (!pool)
		return -1;
	*out_r = pool->default_SR;
	if (cli_record(cli, CLASS_SR, pool->default_SR))
		return 0;
	return cli_fail(cli,
	    "The pool has no default SR: name one with sr-uuid=");
}

int
cli_host_for(struct cli *cli, bool shared, struct ref *out_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct set *hosts;

	if (cli_get(cli, "host-uuid"))
		return cli_named_object(cli, "host-uuid", "host", out_r);
	if (shared)
		return cli_the_master(cli, out_r);
	if (cli_call(cli, &a, "host.get_all", "") < 0)
		return -1;
	hosts = a.mem;
	if (hosts->n != 1)
		return cli_fail_missing(cli, "host-uuid");
	*out_r = *(const struct ref *)hosts->items;
	return 0;
}

const char *
cli_map_get(const struct map *m, const char *key)
{
	const char *const *keys = m->keys, *const *values = m->values;

	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(keys[i], key) == 0)
			return values[i];
	return "";
}

/* ---- constructors ---- */

void
cli_born(struct cli_birth *b, const char *field, struct value v)
{
	if (b->n < sizeof(b->members) / sizeof(b->members[0]))
		b->members[b->n++] = (struct value_member){ field, v };
}

int
cli_create(struct cli *cli, const char *method, const struct cli_birth *b,
    struct ref *out_r)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct value v = {
		.kind = VALUE_STRUCT,
		.n = b->n,
		.members = b->members,
	};

	if (cli_call_values(cli, &a, method, &v, 1) < 0)
		return -1;
	*out_r = cli_answer_ref(&a);
	return 0;
}
