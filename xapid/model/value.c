/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The binary form of a value: one byte of kind, then
 *
 *   nil            nothing
 *   bool           u8, 0 or 1
 *   int            i64
 *   double         IEEE 754 binary64
 *   string, date   u32 length, bytes without a NUL among them
 *   binary         u32 length, bytes
 *   array          u32 count, values
 *   struct         u32 count, then for each u32 length, name, value
 *
 * All little endian, nothing aligned. The reader takes frames from workers that
 * may have been taken over, so it trusts no count: memory is allocated for
 * what the rest of the frame can hold, never for what it says. */
#include "model/value.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define MEMBER_BYTES_MIN 5 /* an empty name and a nil */

const struct value *
value_member(const struct value *v, const char *name)
{
	if (v->kind != VALUE_STRUCT)
		return NULL;
	for (uint32_t i = v->n; i > 0; i--) {
		if (strcmp(v->members[i - 1].name, name) == 0)
			return &v->members[i - 1].value;
	}
	return NULL;
}

struct value
value_of_text(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.n = (uint32_t)strlen(s),
		.s = s };
}

struct value
value_of_int(int64_t i)
{
	return (struct value){ .kind = VALUE_INT, .i = i };
}

struct value
value_of_bool(bool b)
{
	return (struct value){ .kind = VALUE_BOOL, .b = b };
}

const char *
value_text(const struct value *v, const char *name, const char *otherwise)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_STRING ? m->s : otherwise;
}

int64_t
value_int(const struct value *v, const char *name, int64_t otherwise)
{
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_INT ? m->i : otherwise;
}

bool
value_bool(const struct value *v, const char *name, bool otherwise)
{
	const struct value *m = value_member(v, name);

	if (m && m->kind == VALUE_INT) /* plan_send() has no other */
		return m->i != 0;
	return m && m->kind == VALUE_BOOL ? m->b : otherwise;
}

const struct value *
value_list(const struct value *v, const char *name)
{
	static const struct value none = { .kind = VALUE_ARRAY };
	const struct value *m = value_member(v, name);

	return m && m->kind == VALUE_ARRAY ? m : &none;
}

/* Compared by these, a NaN that was packed and unpacked equals itself. */
static uint64_t
double_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits;
}

/* ---- equality ---- */

static bool
arrays_equal(const struct value *a, const struct value *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		if (!value_equal(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}

/* The order of members does not matter; mostly it is the same. */
static bool
structs_equal(const struct value *a, const struct value *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		const struct value_member *m = &a->members[i];
		const struct value *other = &b->members[i].value;

		if (strcmp(m->name, b->members[i].name) != 0)
			other = value_member(b, m->name);
		if (!other || !value_equal(&m->value, other))
			return false;
	}
	return true;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NIL:
		return true;
	case VALUE_BOOL:
		return a->b == b->b;
	case VALUE_INT:
		return a->i == b->i;
	case VALUE_DOUBLE:
		return double_bits(a->d) == double_bits(b->d);
	case VALUE_STRING:
	case VALUE_DATE:
	case VALUE_BINARY:
		return a->n == b->n &&
		    (a->n == 0 || memcmp(a->bytes, b->bytes, a->n) == 0);
	case VALUE_ARRAY:
		return a->n == b->n && arrays_equal(a, b);
	case VALUE_STRUCT:
		return a->n == b->n && structs_equal(a, b);
	}
	return false;
}

/* ---- writing ---- */

static void
put_u32(struct bytes *out, uint32_t v)
{
	v = htole32(v);
	bytes_put(out, &v, sizeof(v));
}

static void
put_u64(struct bytes *out, uint64_t v)
{
	v = htole64(v);
	bytes_put(out, &v, sizeof(v));
}

static void
put_run(struct bytes *out, const void *p, uint32_t n)
{
	put_u32(out, n);
	if (n > 0)
		bytes_put(out, p, n);
}

static void
put_items(const struct value *v, struct bytes *out)
{
	put_u32(out, v->n);
	for (uint32_t i = 0; i < v->n; i++)
		value_pack(&v->items[i], out);
}

static void
put_members(const struct value *v, struct bytes *out)
{
	put_u32(out, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		const char *name = v->members[i].name;

		put_run(out, name, (uint32_t)strlen(name));
		value_pack(&v->members[i].value, out);
	}
}

void
value_pack(const struct value *v, struct bytes *out)
{
	bytes_putc(out, (char)v->kind);
	switch (v->kind) {
	case VALUE_NIL:
		break;
	case VALUE_BOOL:
		bytes_putc(out, v->b ? 1 : 0);
		break;
	case VALUE_INT:
		put_u64(out, (uint64_t)v->i);
		break;
	case VALUE_DOUBLE:
		put_u64(out, double_bits(v->d));
		break;
	case VALUE_STRING:
	case VALUE_DATE:
	case VALUE_BINARY:
		put_run(out, v->bytes, v->n);
		break;
	case VALUE_ARRAY:
		put_items(v, out);
		break;
	case VALUE_STRUCT:
		put_members(v, out);
		break;
	}
}

/* ---- reading ---- */

struct unpack {
	struct arena *arena;
	const uint8_t *p;
	size_t left;
	size_t nodes; /* how many more may come */
};

static int
bad_message(void)
{
	errno = EBADMSG;
	return -1;
}

static int
no_memory(void)
{
	errno = ENOMEM;
	return -1;
}

/* The next n bytes, or NULL. */
static const uint8_t *
take(struct unpack *u, size_t n)
{
	const uint8_t *p = u->p;

	if (u->left < n)
		return NULL;
	u->p += n;
	u->left -= n;
	return p;
}

static int
take_u32(struct unpack *u, uint32_t *out_r)
{
	const uint8_t *p = take(u, sizeof(*out_r));

	if (!p)
		return bad_message();
	memcpy(out_r, p, sizeof(*out_r));
	*out_r = le32toh(*out_r);
	return 0;
}

static int
take_u64(struct unpack *u, uint64_t *out_r)
{
	const uint8_t *p = take(u, sizeof(*out_r));

	if (!p)
		return bad_message();
	memcpy(out_r, p, sizeof(*out_r));
	*out_r = le64toh(*out_r);
	return 0;
}

/* A copy with a NUL behind; text must have none inside. */
static int
take_run(struct unpack *u, bool text, const char **out_r, uint32_t *n_r)
{
	const uint8_t *p;
	char *copy;

	if (take_u32(u, n_r) < 0)
		return -1;
	p = take(u, *n_r);
	if (!p || (text && memchr(p, 0, *n_r)))
		return bad_message();
	copy = arena_alloc(u->arena, (size_t)*n_r + 1);
	if (!copy)
		return no_memory();
	memcpy(copy, p, *n_r);
	*out_r = copy;
	return 0;
}

/* How many things follow, each of at least `least` bytes. */
static int
take_count(struct unpack *u, size_t least, uint32_t *n_r)
{
	if (take_u32(u, n_r) < 0)
		return -1;
	if (*n_r > u->left / least || *n_r > u->nodes)
		return bad_message();
	return 0;
}

static int take_value(struct unpack *u, unsigned depth, struct value *out_r);

static int
take_array(struct unpack *u, unsigned depth, struct value *out_r)
{
	struct value *items;

	if (take_count(u, 1, &out_r->n) < 0)
		return -1;
	items = arena_array(u->arena, out_r->n, sizeof(*items));
	if (!items && out_r->n > 0)
		return no_memory();
	out_r->items = items;
	for (uint32_t i = 0; i < out_r->n; i++) {
		if (take_value(u, depth + 1, &items[i]) < 0)
			return -1;
	}
	return 0;
}

static int
take_struct(struct unpack *u, unsigned depth, struct value *out_r)
{
	struct value_member *members;
	uint32_t len;

	if (take_count(u, MEMBER_BYTES_MIN, &out_r->n) < 0)
		return -1;
	members = arena_array(u->arena, out_r->n, sizeof(*members));
	if (!members && out_r->n > 0)
		return no_memory();
	out_r->members = members;
	for (uint32_t i = 0; i < out_r->n; i++) {
		if (take_run(u, true, &members[i].name, &len) < 0 ||
		    take_value(u, depth + 1, &members[i].value) < 0)
			return -1;
	}
	return 0;
}

static int
take_bool(struct unpack *u, struct value *out_r)
{
	const uint8_t *p = take(u, 1);

	if (!p || *p > 1)
		return bad_message();
	out_r->b = *p == 1;
	return 0;
}

static int
take_number(struct unpack *u, struct value *out_r)
{
	uint64_t bits;

	if (take_u64(u, &bits) < 0)
		return -1;
	if (out_r->kind == VALUE_INT)
		out_r->i = (int64_t)bits;
	else
		memcpy(&out_r->d, &bits, sizeof(out_r->d));
	return 0;
}

static int
take_value(struct unpack *u, unsigned depth, struct value *out_r)
{
	const uint8_t *kind = take(u, 1);

	if (!kind || depth >= VALUE_MAX_DEPTH || u->nodes == 0)
		return bad_message();
	u->nodes--;
	*out_r = (struct value){ .kind = *kind };
	switch (*kind) {
	case VALUE_NIL:
		return 0;
	case VALUE_BOOL:
		return take_bool(u, out_r);
	case VALUE_INT:
	case VALUE_DOUBLE:
		return take_number(u, out_r);
	case VALUE_STRING:
	case VALUE_DATE:
	case VALUE_BINARY:
		return take_run(u, *kind != VALUE_BINARY, &out_r->s, &out_r->n);
	case VALUE_ARRAY:
		return take_array(u, depth, out_r);
	case VALUE_STRUCT:
		return take_struct(u, depth, out_r);
	default:
		return bad_message();
	}
}

int
value_unpack(struct arena *a, const void *p, size_t len, size_t max_nodes,
    struct value *out_r)
{
	struct unpack u = { .arena = a, .p = p, .left = len };

	u.nodes = max_nodes;
	if (take_value(&u, 0, out_r) < 0)
		return -1;
	return u.left == 0 ? 0 : bad_message();
}
