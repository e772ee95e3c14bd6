/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/value.h"

#include <string.h>

#include "lib/clock.h"
#include "rpc/encode.h"

#define NOT_IN_DATABASE "<not in database>"
#define NOT_IMPLEMENTED_TEXT "<not implemented>"

/* ---- tables ---- */

const struct cli_field *
cli_field_find(const struct cli_class *cls, const char *name)
{
	for (unsigned i = 0; i < cls->nfields; i++)
		if (strcmp(cls->fields[i].name, name) == 0)
			return &cls->fields[i];
	return NULL;
}

const struct cli_class *
cli_class_find(const char *name)
{
	for (unsigned i = 0; i < cli_class_count; i++)
		if (strcmp(cli_class_table[i].name, name) == 0)
			return &cli_class_table[i];
	return NULL;
}

const char *
cli_enum_word(const struct enum_info *en, int value)
{
	for (unsigned i = 0; i < cli_enum_count; i++)
		if (cli_enum_table[i].en == en)
			return cli_enum_table[i].words[value];
	return en->values[value];
}

/* ---- objects ---- */

static const char *
describe_record(struct cli *cli, const struct record *r)
{
	const char *uuid = cli_record_uuid(r), *name = cli_record_name(r);

	if (!uuid || !name)
		return uuid;
	return arena_printf(cli->arena, "%s (%s)", uuid, name);
}

const char *
cli_describe(struct cli *cli, int cls, struct ref ref)
{
	return describe_record(cli, cli_record(cli, cls, ref));
}

const char *
cli_describe_any(struct cli *cli, struct ref ref)
{
	const struct record *r = NULL;
	struct cli_trouble t;

	if (ref_is_null(ref) || ref_is_foreign(ref))
		return NULL;
	t = cli_put_aside(cli);
	for (int cls = 0; cls < CLASS_COUNT && !r; cls++)
		if (class_table[cls].stored && cls != CLASS_session)
			r = cli_record(cli, cls, ref);
	cli_put_back(cli, &t);
	return describe_record(cli, r);
}

/* ---- typed memory as text ---- */

static const char *
ref_text_of(struct cli *cli, const struct type *type, const void *mem,
    unsigned flags)
{
	struct ref ref = *(const struct ref *)mem;
	const struct record *r;
	const char *text;
	char buf[REF_CHARS + 1];

	if (flags & CLI_REFERENCE) {
		ref_format(ref, buf);
		text = arena_strdup(cli->arena, buf);
		return text ? text : "";
	}
	r = type->cls >= 0 ? cli_record(cli, type->cls, ref) : NULL;
	text = flags & CLI_NAME ? cli_record_name(r) : cli_record_uuid(r);
	return text;
}

static void
put_set(struct cli *cli, const struct type *elem, const void *items, uint32_t n,
    unsigned flags, struct bytes *out)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			bytes_puts(out, flags & CLI_COMMA ? ", " : "; ");
		cli_put_typed(cli, elem,
		    (const char *)items + (size_t)i * elem->size, flags, out);
	}
}

static void
put_map(struct cli *cli, const struct type *type, const struct map *m,
    unsigned flags, struct bytes *out)
{
	for (uint32_t i = 0; i < m->n; i++) {
		if (i > 0)
			bytes_puts(out, "; ");
		cli_put_typed(cli, type->key,
		    (const char *)m->keys + (size_t)i * type->key->size, flags,
		    out);
		bytes_puts(out, ": ");
		cli_put_typed(cli, type->elem,
		    (const char *)m->values + (size_t)i * type->elem->size,
		    flags, out);
	}
}

void
cli_put_typed(struct cli *cli, const struct type *type, const void *mem,
    unsigned flags, struct bytes *out)
{
	char date[DATE_CHARS + 1];
	const struct set *s = mem;
	const char *text;

	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		bytes_puts(out, *(const char *const *)mem);
		break;
	case TYPE_INT:
		bytes_put_int(out, *(const int64_t *)mem);
		break;
	case TYPE_FLOAT:
		bytes_printf(out, "%.3f", *(const double *)mem);
		break;
	case TYPE_BOOL:
		bytes_puts(out, *(const bool *)mem ? "true" : "false");
		break;
	case TYPE_DATETIME:
		date_format(*(const int64_t *)mem, date);
		bytes_puts(out, date);
		break;
	case TYPE_ENUM:
		bytes_puts(out, cli_enum_word(type->en, *(const int *)mem));
		break;
	case TYPE_REF:
		text = ref_text_of(cli, type, mem, flags);
		bytes_puts(out, text ? text : NOT_IN_DATABASE);
		break;
	case TYPE_SET:
		put_set(cli, type->elem, s->items, s->n, flags, out);
		break;
	case TYPE_MAP:
		put_map(cli, type, mem, flags, out);
		break;
	case TYPE_OPTION:
		mem = *(const void *const *)mem;
		if (mem)
			cli_put_typed(cli, type->elem, mem, flags, out);
		break;
	default:
		break;
	}
}

/* ---- typed memory as JSON ---- */

static const struct type string_type = {
	.kind = TYPE_STRING,
	.size = sizeof(const char *),
	.cls = -1,
	.name = "string",
};

void
cli_put_json_text(const char *text, struct bytes *out)
{
	encode_value(RPC_JSON, &string_type, &text, out);
}

static void
put_json_members(struct cli *cli, const struct type *type, const struct map *m,
    unsigned flags, struct bytes *out)
{
	for (uint32_t i = 0; i < m->n; i++) {
		CLEANUP_BYTES struct bytes key = { 0 };

		cli_put_typed(cli, type->key,
		    (const char *)m->keys + (size_t)i * type->key->size, flags,
		    &key);
		bytes_puts(out, i ? ", " : "");
		cli_put_json_text(key.failed ? "" : bytes_cstr(&key), out);
		bytes_puts(out, ": ");
		cli_put_typed_json(cli, type->elem,
		    (const char *)m->values + (size_t)i * type->elem->size,
		    flags, out);
	}
}

void
cli_put_typed_json(struct cli *cli, const struct type *type, const void *mem,
    unsigned flags, struct bytes *out)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const struct set *s = mem;
	const char *known;

	switch (type->kind) {
	case TYPE_INT:
	case TYPE_BOOL:
	case TYPE_FLOAT:
		encode_value(RPC_JSON, type, mem, out);
		return;
	case TYPE_REF:
		known = ref_text_of(cli, type, mem, flags);
		if (known)
			cli_put_json_text(known, out);
		else
			bytes_puts(out, "null");
		return;
	case TYPE_SET:
		bytes_putc(out, '[');
		for (uint32_t i = 0; i < s->n; i++) {
			bytes_puts(out, i ? ", " : "");
			cli_put_typed_json(cli, type->elem,
			    (const char *)s->items +
				(size_t)i * type->elem->size,
			    flags, out);
		}
		bytes_putc(out, ']');
		return;
	case TYPE_MAP:
		bytes_putc(out, '{');
		put_json_members(cli, type, mem, flags, out);
		bytes_putc(out, '}');
		return;
	default:
		cli_put_typed(cli, type, mem, flags, &text);
		known = bytes_cstr(&text);
		cli_put_json_text(known ? known : "", out);
	}
}

/* ---- where a value comes from ---- */

static const struct type *
set_type(struct cli *cli, const struct type *elem)
{
	struct type *t = arena_alloc(cli->arena, sizeof(*t));

	if (!t) {
		cli_fail_nomem(cli);
		return NULL;
	}
	*t = (struct type){ .kind = TYPE_SET,
		.size = sizeof(struct set),
		.cls = -1,
		.elem = elem,
		.name = "set" };
	return t;
}

static const struct field *
step_field(const struct cli_step *s)
{
	return &class_table[s->cls].fields[s->field];
}

static int follow(struct cli *cli, const struct cli_field *f, unsigned step,
    const struct type *type, const void *mem, struct cli_value *out);

/* The rest of a path for each object of a set; those that are gone are left
 * out. */
static int
follow_set(struct cli *cli, const struct cli_field *f, unsigned step,
    const struct type *elem, const struct set *s, struct cli_value *out)
{
	const struct type *last = step_field(&f->path[f->npath - 1])->type;
	char *items = arena_array(cli->arena, s->n ? s->n : 1, last->size);
	struct set *found = arena_alloc(cli->arena, sizeof(*found));

	out->type = set_type(cli, last);
	if (!items || !found || !out->type)
		return cli_fail_nomem(cli);
	found->items = items;
	for (uint32_t i = 0; i < s->n; i++) {
		struct cli_value one = { 0 };

		if (follow(cli, f, step, elem,
			(const char *)s->items + (size_t)i * elem->size,
			&one) < 0)
			return -1;
		if (one.type && one.mem)
			memcpy(items + found->n++ * last->size, one.mem,
			    last->size);
	}
	out->mem = found;
	return 0;
}

/* From the value of one step to that of the next. */
static int
follow(struct cli *cli, const struct cli_field *f, unsigned step,
    const struct type *type, const void *mem, struct cli_value *out)
{
	const struct record *r;
	const struct field *field;

	if (step == f->npath) {
		*out = (struct cli_value){ .type = type, .mem = mem };
		return 0;
	}
	if (type->kind == TYPE_SET)
		return follow_set(cli, f, step, type->elem, mem, out);
	r = cli_record(cli, f->path[step].cls, *(const struct ref *)mem);
	if (!r) {
		*out = (struct cli_value){ .text = f->missing };
		return cli->failure == CLI_FINE ? 0 : -1;
	}
	field = step_field(&f->path[step]);
	return follow(cli, f, step + 1, field->type, record_field(r, field),
	    out);
}

/* The value is what a call on the object answers. */
static int
ask(struct cli *cli, const struct cli_field *f, const struct record *r,
    struct cli_value *out)
{
	const struct method *m = &method_table[f->method];
	struct cli_answer a = { 0 }; /* kept: what it holds is printed */
	struct value self = cli_param_ref(cli, r->self);
	void *copy;
	int rc;

	rc = cli_call_values(cli, &a, m->name, &self, m->nparams ? 1 : 0);
	if (rc == 0) {
		copy = arena_alloc(cli->arena, a.type->size);
		rc = copy ? model_copy(cli->arena, a.type, copy, a.mem) : -1;
		if (rc < 0)
			cli_fail_nomem(cli);
		*out = (struct cli_value){ .type = a.type, .mem = copy };
	} else if (cli_failed_with(cli, "NOT_IMPLEMENTED")) {
		/* one field without a value is no reason to show none */
		rc = cli_forgive(cli) ? 0 : -1;
		*out = (struct cli_value){ .text = NOT_IMPLEMENTED_TEXT };
	} else if (f->failed && cli_forgive(cli)) {
		*out = (struct cli_value){ .text = f->failed };
		rc = 0;
	}
	cli_answer_end(&a);
	return rc;
}

int
cli_value_get(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct field *first;

	*out = (struct cli_value){ 0 };
	if (f->special)
		return f->special(cli, f, r, out);
	if (f->method >= 0)
		return ask(cli, f, r, out);
	if (!f->npath) { /* its function is still to be written */
		out->text = NOT_IMPLEMENTED_TEXT;
		return 0;
	}
	first = step_field(&f->path[0]);
	return follow(cli, f, 1, first->type, record_field(r, first), out);
}

/* A map that is shown as a set has only its values. */
static bool
is_values(const struct cli_field *f, const struct cli_value *v)
{
	return v->type && v->type->kind == TYPE_MAP && f->shape == CLI_SET;
}

/* The same for tasks, whose current_operations have no mark of a set. */
static bool
hides_keys(const struct cli_field *f, const struct cli_value *v)
{
	return is_values(f, v) ||
	    (v->type && v->type->kind == TYPE_MAP &&
		v->type->elem->kind == TYPE_ENUM && f->shape == CLI_VALUE);
}

void
cli_value_put(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, struct bytes *out)
{
	const struct map *m = v->mem;

	if (!v->type) {
		bytes_puts(out, v->text ? v->text : "");
		return;
	}
	if (hides_keys(f, v))
		put_set(cli, v->type->elem, m->values, m->n, f->flags, out);
	else
		cli_put_typed(cli, v->type, v->mem, f->flags, out);
	if (f->unit)
		bytes_puts(out, f->unit);
}

void
cli_value_put_json(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, struct bytes *out)
{
	const struct map *m = v->mem;
	struct set s;
	struct type t = { .kind = TYPE_SET, .cls = -1 };

	if (!v->type && (!v->text || v->text[0] == '<')) {
		bytes_puts(out, "null");
	} else if (!v->type) {
		cli_put_json_text(v->text, out);
	} else if (hides_keys(f, v)) {
		s = (struct set){ .items = m->values, .n = m->n };
		t.elem = v->type->elem;
		cli_put_typed_json(cli, &t, &s, f->flags, out);
	} else {
		cli_put_typed_json(cli, v->type, v->mem, f->flags, out);
	}
}

/* ---- parts ---- */

static int
texts_of(struct cli *cli, const struct type *type, const void *items,
    uint32_t n, unsigned flags, const char ***out_r)
{
	const char **texts = arena_array(cli->arena, n ? n : 1, sizeof(*texts));

	for (uint32_t i = 0; texts && i < n; i++) {
		CLEANUP_BYTES struct bytes one = { 0 };

		cli_put_typed(cli, type,
		    (const char *)items + (size_t)i * type->size, flags, &one);
		texts[i] = bytes_cstr(&one)
		    ? arena_strdup(cli->arena, bytes_cstr(&one))
		    : NULL;
		if (!texts[i])
			texts = NULL;
	}
	if (!texts)
		return cli_fail_nomem(cli);
	*out_r = texts;
	return 0;
}

int
cli_value_parts(struct cli *cli, const struct cli_field *f,
    const struct cli_value *v, const char ***parts_r, const char ***values_r)
{
	const struct set *s = v->mem;
	const struct map *m = v->mem;
	const char **ignored;

	if (!values_r)
		values_r = &ignored;
	if (!v->type)
		return 0;
	if (is_values(f, v))
		return texts_of(cli, v->type->elem, m->values, m->n, f->flags,
			   parts_r) < 0
		    ? -1
		    : (int)m->n;
	if (v->type->kind == TYPE_SET)
		return texts_of(cli, v->type->elem, s->items, s->n, f->flags,
			   parts_r) < 0
		    ? -1
		    : (int)s->n;
	if (v->type->kind != TYPE_MAP)
		return 0;
	if (texts_of(cli, v->type->key, m->keys, m->n, f->flags, parts_r) < 0 ||
	    texts_of(cli, v->type->elem, m->values, m->n, f->flags, values_r) <
		0)
		return -1;
	return (int)m->n;
}
