/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small grammar table, whose handlers build the value tree. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base64.h"
#include "lib/text.h"
#include "rpc/xmlrpc_private.h"

int
xmlrpc_fail(struct xmlrpc *p, enum decode_status status)
{
	if (p->status == DECODE_OK)
		p->status = status;
	return -1;
}

static struct frame *
top(struct xmlrpc *p)
{
	return &p->frames[p->depth];
}

bool
xmlrpc_is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	}
	return true;
}

/* The text so far, checked, in the arena. */
static char *
take_text(struct xmlrpc *p, bool trim, size_t *len_r)
{
	const char *s = p->text.p ? p->text.p : "";
	size_t len = p->text.len;
	char *copy;

	if (p->text.failed) {
		xmlrpc_fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	if (len > UINT32_MAX) {
		xmlrpc_fail(p, DECODE_TOO_BIG);
		return NULL;
	}
	if (!text_is_clean(s, len)) {
		xmlrpc_fail(p, DECODE_MALFORMED);
		return NULL;
	}
	for (; trim && len && xmlrpc_is_blank(s, 1); len--)
		s++;
	while (trim && len && xmlrpc_is_blank(s + len - 1, 1))
		len--;
	copy = arena_strndup(p->arena, s, len);
	if (!copy)
		xmlrpc_fail(p, DECODE_NO_MEMORY);
	*len_r = len;
	p->text.len = 0;
	return copy;
}

/* ---- children ---- */

static int
push_child(struct xmlrpc *p, const char *name, const struct value *v)
{
	if (p->nscratch == p->cap_scratch) {
		size_t cap = p->cap_scratch ? p->cap_scratch * 2 : 64;
		void *bigger =
		    reallocarray(p->scratch, cap, sizeof(*p->scratch));

		if (!bigger)
			return xmlrpc_fail(p, DECODE_NO_MEMORY);
		p->scratch = bigger;
		p->cap_scratch = cap;
	}
	p->scratch[p->nscratch++] =
	    (struct value_member){ .name = name, .value = *v };
	return 0;
}

/* The children of the open frame; the scratch stack may not exist yet. */
static const struct value_member *
children(struct xmlrpc *p, size_t *n_r)
{
	*n_r = p->nscratch - top(p)->first;
	return *n_r ? p->scratch + top(p)->first : NULL;
}

/* They as an array in the arena. */
static const struct value *
pop_items(struct xmlrpc *p, uint32_t *n_r)
{
	size_t n;
	const struct value_member *from = children(p, &n);
	struct value *items = arena_array(p->arena, n ? n : 1, sizeof(*items));

	if (!items) {
		xmlrpc_fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		items[i] = from[i].value;
	p->nscratch = top(p)->first;
	*n_r = (uint32_t)n;
	return items;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* 0 when no name stands twice. */
static int
refuse_duplicates(struct xmlrpc *p, const struct value_member *m, size_t n)
{
	const char **names;

	if (n < 2)
		return 0;
	names = malloc(n * sizeof(*names));
	if (!names)
		return xmlrpc_fail(p, DECODE_NO_MEMORY);
	for (size_t i = 0; i < n; i++)
		names[i] = m[i].name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(names[i - 1], names[i]) == 0) {
			free(names);
			return xmlrpc_fail(p, DECODE_MALFORMED);
		}
	}
	free(names);
	return 0;
}

/* ---- the call ---- */

static int
start_method(struct xmlrpc *p)
{
	return p->method ? xmlrpc_fail(p, DECODE_MALFORMED) : 0;
}

static int
end_method(struct xmlrpc *p)
{
	size_t len;

	p->method = take_text(p, true, &len);
	if (!p->method)
		return -1;
	return len ? 0 : xmlrpc_fail(p, DECODE_MALFORMED);
}

static int
start_params(struct xmlrpc *p)
{
	if (p->params_seen)
		return xmlrpc_fail(p, DECODE_MALFORMED);
	p->params_seen = true;
	return 0;
}

static int
end_params(struct xmlrpc *p)
{
	uint32_t n = 0;

	p->params = pop_items(p, &n);
	p->nparams = n;
	return p->params ? 0 : -1;
}

/* <param>, <member>, <array>: one child is due. */
static int
start_holder(struct xmlrpc *p)
{
	top(p)->filled = false;
	top(p)->name = NULL;
	return 0;
}

static int
end_holder(struct xmlrpc *p)
{
	return top(p)->filled ? 0 : xmlrpc_fail(p, DECODE_MALFORMED);
}

/* ---- values ---- */

static int
start_value(struct xmlrpc *p)
{
	enum element_id parent = p->open[p->nopen - 1];
	struct frame *f = top(p);

	if (parent != E_DATA) {
		if (f->filled || (parent == E_MEMBER && !f->name))
			return xmlrpc_fail(p, DECODE_MALFORMED);
		f->filled = true;
	}
	if (p->depth == p->max_depth || p->nodes_left == 0)
		return xmlrpc_fail(p, DECODE_TOO_BIG);
	p->nodes_left--;
	p->depth++;
	*top(p) = (struct frame){ .first = p->nscratch };
	return 0;
}

static int
end_value(struct xmlrpc *p)
{
	struct value v = top(p)->value;
	size_t len;

	if (!top(p)->typed) { /* <value>text</value> is a string */
		v.kind = VALUE_STRING;
		v.s = take_text(p, false, &len);
		if (!v.s)
			return -1;
		v.n = (uint32_t)len;
	}
	p->depth--;
	return push_child(p, top(p)->name, &v);
}

/* Any element directly inside <value>. */
static int
start_typed(struct xmlrpc *p)
{
	if (top(p)->typed || !xmlrpc_is_blank(p->text.p, p->text.len))
		return xmlrpc_fail(p, DECODE_MALFORMED);
	top(p)->typed = true;
	return 0;
}

static int
start_array(struct xmlrpc *p)
{
	return start_typed(p) < 0 ? -1 : start_holder(p);
}

static int
start_data(struct xmlrpc *p)
{
	if (top(p)->filled)
		return xmlrpc_fail(p, DECODE_MALFORMED);
	top(p)->filled = true;
	return 0;
}

static int
end_array(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;

	if (end_holder(p) < 0)
		return -1;
	v->kind = VALUE_ARRAY;
	v->items = pop_items(p, &v->n);
	return v->items ? 0 : -1;
}

static int
end_name(struct xmlrpc *p)
{
	size_t len;

	if (top(p)->name)
		return xmlrpc_fail(p, DECODE_MALFORMED);
	top(p)->name = take_text(p, false, &len);
	return top(p)->name ? 0 : -1;
}

static int
end_struct(struct xmlrpc *p)
{
	size_t n;
	const struct value_member *from = children(p, &n);
	struct value *v = &top(p)->value;
	struct value_member *m = arena_array(p->arena, n ? n : 1, sizeof(*m));

	if (!m)
		return xmlrpc_fail(p, DECODE_NO_MEMORY);
	if (n)
		memcpy(m, from, n * sizeof(*m));
	p->nscratch = top(p)->first;
	v->kind = VALUE_STRUCT;
	v->n = (uint32_t)n;
	v->members = m;
	return refuse_duplicates(p, m, n);
}

static int
end_string(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;

	v->kind = VALUE_STRING;
	v->s = take_text(p, false, &len);
	v->n = (uint32_t)len;
	return v->s ? 0 : -1;
}

static int
end_int(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);
	long long i;

	if (!s)
		return -1;
	if (!text_parse_int(s, &i))
		return xmlrpc_fail(p, DECODE_MALFORMED);
	v->kind = VALUE_INT;
	v->i = i;
	return 0;
}

/* Only 1 is true (source: wire.json xmlrpc_types_in). */
static int
end_boolean(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);

	if (!s)
		return -1;
	v->kind = VALUE_BOOL;
	v->b = strcmp(s, "1") == 0;
	return 0;
}

static int
end_double(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);
	char *end;

	if (!s)
		return -1;
	/* strtod would also take "inf", "nan" and hexadecimal forms. */
	if (len == 0 || strspn(s, "0123456789+-.eE") != len)
		return xmlrpc_fail(p, DECODE_MALFORMED);
	v->kind = VALUE_DOUBLE;
	v->d = strtod(s, &end);
	return *end || !isfinite(v->d) ? xmlrpc_fail(p, DECODE_MALFORMED) : 0;
}

static int
end_date(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;

	v->kind = VALUE_DATE;
	v->s = take_text(p, true, &len);
	v->n = (uint32_t)len;
	return v->s ? 0 : -1;
}

static int
end_base64(struct xmlrpc *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	char *s = take_text(p, true, &len);

	if (!s)
		return -1;
	v->kind = VALUE_BINARY;
	v->bytes = (uint8_t *)s;
	if (base64_decode(s, len, (uint8_t *)s, &len) < 0)
		return xmlrpc_fail(p, DECODE_MALFORMED);
	v->n = (uint32_t)len;
	return 0;
}

static int
end_nil(struct xmlrpc *p)
{
	top(p)->value.kind = VALUE_NIL;
	return 0;
}

#define IN(e) (1u << (e))
#define IN_HOLDER (IN(E_PARAM) | IN(E_MEMBER) | IN(E_DATA))

const struct element xmlrpc_elements[E_COUNT] = {
	[E_CALL] = { "methodCall", 0, false, NULL, NULL },
	[E_METHOD] = { "methodName", IN(E_CALL), true, start_method,
	    end_method },
	[E_PARAMS] = { "params", IN(E_CALL), false, start_params, end_params },
	[E_PARAM] = { "param", IN(E_PARAMS), false, start_holder, end_holder },
	[E_VALUE] = { "value", IN_HOLDER, true, start_value, end_value },
	[E_ARRAY] = { "array", IN(E_VALUE), false, start_array, end_array },
	[E_DATA] = { "data", IN(E_ARRAY), false, start_data, NULL },
	[E_STRUCT] = { "struct", IN(E_VALUE), false, start_typed, end_struct },
	[E_MEMBER] = { "member", IN(E_STRUCT), false, start_holder,
	    end_holder },
	[E_NAME] = { "name", IN(E_MEMBER), true, NULL, end_name },
	[E_STRING] = { "string", IN(E_VALUE), true, start_typed, end_string },
	[E_INT] = { "int", IN(E_VALUE), true, start_typed, end_int },
	[E_I4] = { "i4", IN(E_VALUE), true, start_typed, end_int },
	[E_I8] = { "i8", IN(E_VALUE), true, start_typed, end_int },
	[E_BOOLEAN] = { "boolean", IN(E_VALUE), true, start_typed,
	    end_boolean },
	[E_DOUBLE] = { "double", IN(E_VALUE), true, start_typed, end_double },
	[E_DATE] = { "dateTime.iso8601", IN(E_VALUE), true, start_typed,
	    end_date },
	[E_BASE64] = { "base64", IN(E_VALUE), true, start_typed, end_base64 },
	[E_NIL] = { "nil", IN(E_VALUE), false, start_typed, end_nil },
};

/* ---- what those who read XML call ---- */

static bool
may_stand_here(const struct xmlrpc *p, enum element_id id)
{
	if (p->nopen == 0)
		return id == E_CALL && !p->method;
	return xmlrpc_elements[id].parents & IN(p->open[p->nopen - 1]);
}

void
xmlrpc_open(struct xmlrpc *p, enum element_id id)
{
	const struct element *e = &xmlrpc_elements[id];

	if (p->status != DECODE_OK)
		return;
	if (!may_stand_here(p, id)) {
		xmlrpc_fail(p, DECODE_MALFORMED);
		return;
	}
	if (e->start && e->start(p) < 0)
		return;
	p->text.len = 0;
	p->open[p->nopen++] = (uint8_t)id;
}

void
xmlrpc_close(struct xmlrpc *p)
{
	enum element_id id;

	if (p->status != DECODE_OK)
		return;
	id = p->open[--p->nopen];
	if (xmlrpc_elements[id].end)
		xmlrpc_elements[id].end(p);
}

bool
xmlrpc_keeps_text(const struct xmlrpc *p)
{
	enum element_id id = p->nopen ? p->open[p->nopen - 1] : E_CALL;

	return xmlrpc_elements[id].text &&
	    !(id == E_VALUE && p->frames[p->depth].typed);
}

void
xmlrpc_text(struct xmlrpc *p, const char *s, size_t n)
{
	if (p->status != DECODE_OK || p->nopen == 0)
		return;
	if (xmlrpc_keeps_text(p))
		bytes_put(&p->text, s, n);
	else if (!xmlrpc_is_blank(s, n))
		xmlrpc_fail(p, DECODE_MALFORMED);
}
