/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The query language of get_all_where and get_all_records_where:
 *
 *   e := true | false | v = v | not e | e and e | e or e | ( e )
 *   v := field "column" | "literal"
 *
 * `not` binds tightest, then `and`, then `or`; quotes have no escapes; fields
 * go by their database names (name__label). (source: wire.json expr) */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "call/call.h"

#define MAX_NODES 1024
#define MAX_DEPTH 64

enum node_kind { N_TRUE, N_FALSE, N_EQUAL, N_NOT, N_AND, N_OR };

struct operand {
	const struct field *field; /* NULL: a literal */
	const char *text;
};

struct query {
	enum node_kind kind;
	const struct query *a, *b;
	struct operand left, right;
};

struct parser {
	struct call *c;
	const struct class_info *cls;
	const char *text, *p;
	const char *problem;
	unsigned nodes, depth;
};

static struct query *
fail(struct parser *ps, const char *problem)
{
	if (!ps->problem)
		ps->problem = problem;
	return NULL;
}

static struct query *
node(struct parser *ps, enum node_kind kind, const struct query *a,
    const struct query *b)
{
	struct query *q;

	if (++ps->nodes > MAX_NODES)
		return fail(ps, "the expression is too long");
	q = arena_alloc(ps->c->arena, sizeof(*q));
	if (!q)
		return fail(ps, "out of memory");
	q->kind = kind;
	q->a = a;
	q->b = b;
	return q;
}

static void
skip_space(struct parser *ps)
{
	while (isspace((unsigned char)*ps->p))
		ps->p++;
}

static bool
accept_word(struct parser *ps, const char *word)
{
	size_t n = strlen(word);

	skip_space(ps);
	if (strncmp(ps->p, word, n) != 0 || isalnum((unsigned char)ps->p[n]) ||
	    ps->p[n] == '_')
		return false;
	ps->p += n;
	return true;
}

static bool
accept_char(struct parser *ps, char ch)
{
	skip_space(ps);
	if (*ps->p != ch)
		return false;
	ps->p++;
	return true;
}

static bool
literal(struct parser *ps, const char **out_r)
{
	const char *end;

	if (!accept_char(ps, '"')) {
		fail(ps, "a quoted text is missing");
		return false;
	}
	end = strchr(ps->p, '"');
	if (!end) {
		fail(ps, "a quote is not closed");
		return false;
	}
	*out_r = arena_strndup(ps->c->arena, ps->p, (size_t)(end - ps->p));
	ps->p = end + 1;
	return *out_r != NULL;
}

static bool
operand(struct parser *ps, struct operand *o)
{
	bool is_field = accept_word(ps, "field");

	if (!literal(ps, &o->text))
		return false;
	if (!is_field)
		return true;
	o->field = field_find_column(ps->cls, o->text);
	if (!o->field)
		o->field = field_find(ps->cls, o->text);
	if (!o->field || o->field->internal) {
		fail(ps, "the class has no such field");
		return false;
	}
	return true;
}

static struct query *either(struct parser *ps);

static struct query *
primary(struct parser *ps)
{
	struct query *q;

	if (accept_word(ps, "true"))
		return node(ps, N_TRUE, NULL, NULL);
	if (accept_word(ps, "false"))
		return node(ps, N_FALSE, NULL, NULL);
	if (accept_word(ps, "not")) {
		if (++ps->depth > MAX_DEPTH)
			return fail(ps, "the expression is nested too deeply");
		q = primary(ps);
		ps->depth--;
		return q ? node(ps, N_NOT, q, NULL) : NULL;
	}
	if (accept_char(ps, '(')) {
		if (++ps->depth > MAX_DEPTH)
			return fail(ps, "the expression is nested too deeply");
		q = either(ps);
		ps->depth--;
		if (q && !accept_char(ps, ')'))
			return fail(ps, "a parenthesis is not closed");
		return q;
	}
	q = node(ps, N_EQUAL, NULL, NULL);
	if (!q || !operand(ps, &q->left))
		return NULL;
	if (!accept_char(ps, '='))
		return fail(ps, "= is missing");
	return operand(ps, &q->right) ? q : NULL;
}

static struct query *
both(struct parser *ps)
{
	struct query *q = primary(ps);

	while (q && accept_word(ps, "and")) {
		struct query *r = primary(ps);

		q = r ? node(ps, N_AND, q, r) : NULL;
	}
	return q;
}

static struct query *
either(struct parser *ps)
{
	struct query *q = both(ps);

	while (q && accept_word(ps, "or")) {
		struct query *r = both(ps);

		q = r ? node(ps, N_OR, q, r) : NULL;
	}
	return q;
}

struct query *
query_parse(struct call *c, const struct class_info *cls, const char *text)
{
	struct parser ps = { .c = c, .cls = cls, .text = text, .p = text };
	struct query *q = either(&ps);

	skip_space(&ps);
	if (q && *ps.p)
		q = fail(&ps, "something stands behind the end");
	if (!q)
		fail_invalid_value(c, text,
		    ps.problem ? ps.problem : "out of memory");
	return q;
}

/* The text of a field as the expression compares it. */
static const char *
field_text(const struct record *r, const struct field *f, struct bytes *buf)
{
	const void *mem = record_field(r, f);
	char ref[REF_CHARS + 1];

	switch (f->type->kind) {
	case TYPE_STRING:
	case TYPE_SECRET:
		return *(const char *const *)mem;
	case TYPE_ENUM:
		return f->type->en->values[*(const int *)mem];
	case TYPE_BOOL:
		return *(const bool *)mem ? "true" : "false";
	case TYPE_REF:
		ref_format(*(const struct ref *)mem, ref);
		bytes_puts(buf, ref);
		return bytes_cstr(buf);
	default:
		model_to_json(f->type, mem, buf);
		return bytes_cstr(buf);
	}
}

static bool
equal(const struct query *q, const struct record *r)
{
	CLEANUP_BYTES struct bytes a = { 0 };
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *left = q->left.text, *right = q->right.text;

	if (q->left.field)
		left = field_text(r, q->left.field, &a);
	if (q->right.field)
		right = field_text(r, q->right.field, &b);
	return left && right && strcmp(left, right) == 0;
}

bool
query_matches(const struct query *q, const struct record *r)
{
	switch (q->kind) {
	case N_TRUE:
		return true;
	case N_FALSE:
		return false;
	case N_NOT:
		return !query_matches(q->a, r);
	case N_AND:
		return query_matches(q->a, r) && query_matches(q->b, r);
	case N_OR:
		return query_matches(q->a, r) || query_matches(q->b, r);
	case N_EQUAL:
		break;
	}
	return equal(q, r);
}
