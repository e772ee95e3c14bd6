/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON as the original writes it: ints are numbers, floats always have a
 * point or an exponent, dates and references are strings, members without a
 * value are left out. (source: wire.json jsonrpc) */
#include "rpc/encode_form.h"

#include "lib/clock.h"
#include "rpc/escape.h"

typedef void put_fn(struct bytes *out, const struct type *type,
    const void *mem);
static void put(struct bytes *out, const struct type *type, const void *mem);

static void
put_void(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type, (void)mem;
	PUT(out, "\"\"");
}

static void
put_string(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	escape_json(out, *(const char *const *)mem);
}

static void
put_int(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	bytes_put_int(out, *(const int64_t *)mem);
}

static void
put_float(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	encode_float(out, *(const double *)mem, true);
}

static void
put_bool(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	if (*(const bool *)mem)
		PUT(out, "true");
	else
		PUT(out, "false");
}

static void
put_datetime(struct bytes *out, const struct type *type, const void *mem)
{
	char text[DATE_CHARS + 1];

	(void)type;
	date_format(*(const int64_t *)mem, text);
	bytes_putc(out, '"');
	bytes_put(out, text, DATE_CHARS);
	bytes_putc(out, '"');
}

static void
put_enum(struct bytes *out, const struct type *type, const void *mem)
{
	escape_json(out, type->en->values[*(const int *)mem]);
}

static void
put_one_ref(struct bytes *out, struct ref r)
{
	if (ref_is_foreign(r)) {
		encode_ref(out, r, escape_json); /* brings its quotes */
		return;
	}
	bytes_putc(out, '"');
	encode_ref(out, r, escape_json);
	bytes_putc(out, '"');
}

static void
put_ref(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	put_one_ref(out, *(const struct ref *)mem);
}

static void
put_item(struct bytes *out, const struct type *type, const struct set *set,
    uint32_t i)
{
	if (i > 0)
		bytes_putc(out, ',');
	put(out, type->elem, encode_item(set->items, type->elem, i));
}

static void
put_set(struct bytes *out, const struct type *type, const void *mem)
{
	const struct set *set = mem;

	bytes_putc(out, '[');
	for (uint32_t i = 0; i < set->n; i++)
		put_item(out, type, set, i);
	bytes_putc(out, ']');
}

/* Names of members are strings, whatever the type of the key. */
static void
put_key(struct bytes *out, const struct type *type, const void *mem)
{
	if (type->kind == TYPE_INT)
		bytes_putc(out, '"');
	put(out, type, mem);
	if (type->kind == TYPE_INT)
		bytes_putc(out, '"');
}

static void
put_entry(struct bytes *out, const struct type *type, const struct map *map,
    uint32_t i)
{
	if (i > 0)
		bytes_putc(out, ',');
	put_key(out, type->key, encode_item(map->keys, type->key, i));
	bytes_putc(out, ':');
	put(out, type->elem, encode_item(map->values, type->elem, i));
}

static void
put_map(struct bytes *out, const struct type *type, const void *mem)
{
	const struct map *map = mem;

	bytes_putc(out, '{');
	for (uint32_t i = 0; i < map->n; i++)
		put_entry(out, type, map, i);
	bytes_putc(out, '}');
}

/* Members leave an absent option out. */
static void
put_option(struct bytes *out, const struct type *type, const void *mem)
{
	const void *there = *(const void *const *)mem;

	if (there)
		put(out, type->elem, there);
	else
		PUT(out, "null");
}

#define FIELD_ROOM 48 /* bytes; a little more than the mean of a VM's */

static void
put_fields(struct bytes *out, const struct record *r)
{
	const struct field *f = r->cls->fields, *end = f + r->cls->nfields;
	bool first = true;

	bytes_reserve(out, r->cls->nfields * (size_t)FIELD_ROOM);
	bytes_putc(out, '{');
	for (; f < end; f++) {
		const void *mem = record_field(r, f);

		if (f->internal || encode_absent(f->type, mem))
			continue;
		if (!first)
			bytes_putc(out, ',');
		first = false;
		bytes_put(out, f->json_open, f->json_open_len);
		put(out, f->type, mem);
	}
	bytes_putc(out, '}');
}

static void
put_record(struct bytes *out, const struct type *type, const void *mem)
{
	const struct record *r = *(const struct record *const *)mem;

	(void)type;
	if (r)
		encode_record_text(RPC_JSON, r, false, out);
	else
		PUT(out, "{}");
}

/* ---- events ---- */

static void
put_event(struct bytes *out, const struct event_batch *batch, uint32_t i)
{
	const struct event_item *e = &batch->events[i];

	if (i > 0)
		bytes_putc(out, ',');
	PUT(out, "{\"id\":\""); /* a string, unlike other ints */
	bytes_put_int(out, (long long)e->id);
	PUT(out, "\",\"timestamp\":\"0.0\",\"class\":\"");
	bytes_puts(out, class_table[e->cls].lower);
	PUT(out, "\",\"operation\":\"");
	bytes_puts(out, encode_event_ops[e->op]);
	PUT(out, "\",\"ref\":");
	put_one_ref(out, e->ref);
	if (e->snapshot) {
		PUT(out, ",\"snapshot\":");
		encode_record_text(RPC_JSON, e->snapshot, encode_caches(batch),
		    out);
	}
	bytes_putc(out, '}');
}

static void
put_batch_open(struct bytes *out)
{
	PUT(out, "{\"events\":[");
}

static void
put_batch_close(struct bytes *out, const struct event_batch *batch)
{
	char token[ENCODE_TOKEN_CHARS + 1];
	const char *comma = "";

	PUT(out, "],\"valid_ref_counts\":{");
	for (int i = 0; i < CLASS_COUNT; i++) {
		if (class_table[i].own || class_table[i].hidden)
			continue;
		bytes_puts(out, comma);
		bytes_putc(out, '"');
		bytes_puts(out, class_table[i].lower);
		PUT(out, "\":");
		bytes_put_int(out, (long long)batch->valid_ref_counts[i]);
		comma = ",";
	}
	PUT(out, "},\"token\":\"");
	encode_token(batch, token);
	bytes_put(out, token, ENCODE_TOKEN_CHARS);
	PUT(out, "\"}");
}

static void
put_batch(struct bytes *out, const struct type *type, const void *mem)
{
	const struct event_batch *batch = mem;

	(void)type;
	put_batch_open(out);
	for (uint32_t i = 0; i < batch->n; i++)
		put_event(out, batch, i);
	put_batch_close(out, batch);
}

/* ---- any type ---- */

static put_fn *const put_kind[] = {
	[TYPE_VOID] = put_void,
	[TYPE_STRING] = put_string,
	[TYPE_SECRET] = put_string,
	[TYPE_INT] = put_int,
	[TYPE_FLOAT] = put_float,
	[TYPE_BOOL] = put_bool,
	[TYPE_DATETIME] = put_datetime,
	[TYPE_ENUM] = put_enum,
	[TYPE_REF] = put_ref,
	[TYPE_SET] = put_set,
	[TYPE_MAP] = put_map,
	[TYPE_OPTION] = put_option,
	[TYPE_RECORD] = put_record,
	[TYPE_EVENT_BATCH] = put_batch,
};

static void
put(struct bytes *out, const struct type *type, const void *mem)
{
	put_kind[type->kind](out, type, mem);
}

/* ---- in pieces ---- */

static void
json_open(struct bytes *out, const struct type *type)
{
	if (type->kind == TYPE_EVENT_BATCH)
		put_batch_open(out);
	else
		bytes_putc(out, type->kind == TYPE_SET ? '[' : '{');
}

static void
json_element(struct bytes *out, const struct type *type, const void *mem,
    uint32_t i)
{
	if (type->kind == TYPE_SET)
		put_item(out, type, mem, i);
	else if (type->kind == TYPE_MAP)
		put_entry(out, type, mem, i);
	else
		put_event(out, mem, i);
}

static void
json_close(struct bytes *out, const struct type *type, const void *mem)
{
	if (type->kind == TYPE_EVENT_BATCH)
		put_batch_close(out, mem);
	else
		bytes_putc(out, type->kind == TYPE_SET ? ']' : '}');
}

/* ---- a reply ---- */

static void
json_head(struct bytes *out, const struct encoder *e)
{
	if (e->json2)
		PUT(out, "{\"jsonrpc\":\"2.0\",\"result\":");
	else
		PUT(out, "{\"result\":");
}

static void
json_id(struct bytes *out, const struct encoder *e)
{
	PUT(out, ",\"id\":");
	bytes_puts(out, e->json_id);
	bytes_putc(out, '}');
}

static void
json_tail(struct bytes *out, const struct encoder *e)
{
	if (!e->json2)
		PUT(out, ",\"error\":null");
	json_id(out, e);
}

/* The code and its parameters from the n-th on. */
static void
put_texts(struct bytes *out, const struct rpc_call *rc, unsigned from)
{
	bytes_putc(out, '[');
	for (unsigned i = from; i < rc->nerror; i++) {
		if (i > from)
			bytes_putc(out, ',');
		escape_json(out, rc->error[i]);
	}
	bytes_putc(out, ']');
}

static void
json_error(struct bytes *out, const struct encoder *e)
{
	if (e->json2) {
		PUT(out,
		    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,"
		    "\"message\":");
		escape_json(out, e->rc->error[0]);
		PUT(out, ",\"data\":");
		put_texts(out, e->rc, 1);
		bytes_putc(out, '}');
	} else {
		PUT(out, "{\"result\":null,\"error\":");
		put_texts(out, e->rc, 0);
	}
	json_id(out, e);
}

const struct encode_form encode_form_json = {
	.value = put,
	.record = put_fields,
	.record_open = "",
	.record_close = "",
	.open = json_open,
	.element = json_element,
	.close = json_close,
	.head = json_head,
	.tail = json_tail,
	.error = json_error,
};
