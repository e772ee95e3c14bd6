/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of the command line as values of a type. */
#include <string.h>
#include <strings.h>

#include "cli/args.h"
#include "cli/generic.h"
#include "cli/value.h"

static int
parse_ref(struct cli *cli, const struct type *type, const char *text,
    struct value *out_r)
{
	struct ref ref = REF_NULL;

	if (*text &&
	    cli_by_uuid(cli, class_table[type->cls].name, text, &ref) < 0)
		return -1;
	*out_r = cli_param_ref(cli, ref);
	return 0;
}

/* As on the wire or as xe writes it, in any case. */
static int
parse_enum(struct cli *cli, const char *param, const struct enum_info *en,
    const char *text, struct value *out_r)
{
	CLEANUP_BYTES struct bytes known = { 0 };

	for (int i = 0; i < en->n; i++) {
		if (strcasecmp(en->values[i], text) == 0 ||
		    strcasecmp(cli_enum_word(en, i), text) == 0) {
			*out_r = cli_param_text(cli, en->values[i]);
			return 0;
		}
		bytes_printf(&known, "%s%s", i ? ", " : "",
		    cli_enum_word(en, i));
	}
	return cli_fail(cli, "%s is one of %s, not '%s'", param,
	    bytes_cstr(&known) ? known.p : "", text);
}

static int
parse_set(struct cli *cli, const char *param, const struct type *type,
    unsigned flags, const char *text, struct value *out_r)
{
	unsigned n;
	const char **parts = cli_split(cli, text, &n);
	struct value *items =
	    parts ? arena_array(cli->arena, n ? n : 1, sizeof(*items)) : NULL;

	if (!items)
		return cli_fail_nomem(cli);
	for (unsigned i = 0; i < n; i++)
		if (cli_value_parse(cli, param, type->elem, flags, parts[i],
			&items[i]) < 0)
			return -1;
	*out_r = (struct value){
		.kind = VALUE_ARRAY,
		.n = n,
		.items = items,
	};
	return 0;
}

int
cli_value_parse(struct cli *cli, const char *param, const struct type *type,
    unsigned flags, const char *text, struct value *out_r)
{
	switch (type->kind) {
	case TYPE_INT:
		out_r->kind = VALUE_INT;
		return flags & CLI_BYTES
		    ? cli_parse_size(cli, param, text, &out_r->i)
		    : cli_parse_int(cli, param, text, &out_r->i);
	case TYPE_FLOAT:
		out_r->kind = VALUE_DOUBLE;
		return cli_parse_double(cli, param, text, &out_r->d);
	case TYPE_BOOL:
		out_r->kind = VALUE_BOOL;
		return cli_parse_bool(cli, param, text, &out_r->b);
	case TYPE_ENUM:
		return parse_enum(cli, param, type->en, text, out_r);
	case TYPE_REF:
		return parse_ref(cli, type, text, out_r);
	case TYPE_SET:
		return parse_set(cli, param, type, flags, text, out_r);
	case TYPE_MAP:
		if (*text)
			return cli_fail(cli, "%s is a map: write %s:KEY=VALUE",
			    param, param);
		*out_r = (struct value){ .kind = VALUE_STRUCT };
		return 0;
	default:
		*out_r = cli_param_text(cli, text);
		return 0;
	}
}
