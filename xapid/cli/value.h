/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value of a field of xe: where it comes from, and how it is written. */
#ifndef XAPID_CLI_VALUE_H
#define XAPID_CLI_VALUE_H

#include "cli/call.h"

/* Typed memory, or a text in its place ("<not in database>"). Lives until the
 * command ends. */
struct cli_value {
	const struct type *type; /* NULL: text */
	const void *mem;
	const char *text;
};

/* NULL: no such field. */
const struct cli_field *cli_field_find(const struct cli_class *cls,
    const char *name);
const struct cli_class *cli_class_find(const char *name);
/* -1: failed (a call did, and the field has no word for that). */
int cli_value_get(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out);
/* Appends. */
void cli_value_put(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, struct bytes *out);
void cli_value_put_json(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, struct bytes *out);
/* The parts of a set, or keys and values of a map (values_r may be NULL), as
 * texts in the arena: how many, or -1 (no memory). A map shown as a set (of
 * operations under way) has its values as parts. */
int cli_value_parts(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, const char ***parts_r, const char ***values_r);

/* Any typed memory as xe writes it. */
void cli_put_typed(struct cli *cli, const struct type *type, const void *mem,
    unsigned flags, struct bytes *out);
void cli_put_typed_json(struct cli *cli, const struct type *type,
    const void *mem, unsigned flags, struct bytes *out);
void cli_put_json_text(const char *text, struct bytes *out);
/* The words of an enum: cli_enum_table, or as on the wire. */
const char *cli_enum_word(const struct enum_info *en, int value);

/* "uuid (name)" of an object, for messages; NULL where there is none. */
const char *cli_describe(struct cli *cli, int cls, struct ref ref);
/* The same where its class is not known. */
const char *cli_describe_any(struct cli *cli, struct ref ref);

#endif
