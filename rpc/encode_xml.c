/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML-RPC as the original writes it: no white space between elements, strings
 * and ints without an element of their own, members without a value left out.
 * (source: wire.json xmlrpc_types_out)
 *
 * put_*() write what stands between <value> and </value>. */
#include "rpc/encode_form.h"

#include "lib/clock.h"
#include "rpc/escape.h"

#define PROLOG "<?xml version=\"1.0\"?><methodResponse><params><param>"
#define EPILOG "</param></params></methodResponse>"
#define OPEN_STRUCT "<value><struct>"
#define CLOSE_STRUCT "</struct></value>"
#define OPEN_ARRAY "<value><array><data>"
#define CLOSE_ARRAY "</data></array></value>"
#define MEMBER(name) "<member><name>" name "</name>"
#define END_MEMBER "</member>"
#define TEXT_MEMBER(name, text)                                                \
	MEMBER(name) "<value>" text "</value>" END_MEMBER

typedef void put_fn(struct bytes *out, const struct type *type,
    const void *mem);
static void put(struct bytes *out, const struct type *type, const void *mem);
static void put_value(struct bytes *out, const struct type *type,
    const void *mem);

static void
put_void(struct bytes *out, const struct type *type, const void *mem)
{
	(void)out, (void)type, (void)mem; /* an empty string */
}

static void
put_string(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	escape_xml(out, *(const char *const *)mem);
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
	PUT(out, "<double>");
	encode_float(out, *(const double *)mem, false);
	PUT(out, "</double>");
}

static void
put_bool(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	if (*(const bool *)mem)
		PUT(out, "<boolean>1</boolean>");
	else
		PUT(out, "<boolean>0</boolean>");
}

static void
put_datetime(struct bytes *out, const struct type *type, const void *mem)
{
	char text[DATE_CHARS + 1];

	(void)type;
	date_format(*(const int64_t *)mem, text);
	PUT(out, "<dateTime.iso8601>");
	bytes_put(out, text, DATE_CHARS);
	PUT(out, "</dateTime.iso8601>");
}

static void
put_enum(struct bytes *out, const struct type *type, const void *mem)
{
	escape_xml(out, type->en->values[*(const int *)mem]);
}

static void
put_ref(struct bytes *out, const struct type *type, const void *mem)
{
	(void)type;
	encode_ref(out, *(const struct ref *)mem, escape_xml);
}

static void
put_set(struct bytes *out, const struct type *type, const void *mem)
{
	const struct set *set = mem;

	PUT(out, "<array><data>");
	for (uint32_t i = 0; i < set->n; i++)
		put_value(out, type->elem,
		    encode_item(set->items, type->elem, i));
	PUT(out, "</data></array>");
}

static void
put_entry(struct bytes *out, const struct type *type, const struct map *map,
    uint32_t i)
{
	PUT(out, "<member><name>");
	/* Keys are text; ints, enums and references look the same as such. */
	put(out, type->key, encode_item(map->keys, type->key, i));
	PUT(out, "</name>");
	put_value(out, type->elem, encode_item(map->values, type->elem, i));
	PUT(out, END_MEMBER);
}

static void
put_map(struct bytes *out, const struct type *type, const void *mem)
{
	const struct map *map = mem;

	PUT(out, "<struct>");
	for (uint32_t i = 0; i < map->n; i++)
		put_entry(out, type, map, i);
	PUT(out, "</struct>");
}

/* Members leave an absent option out; elsewhere it is an empty string, since
 * clients do not know nil. */
static void
put_option(struct bytes *out, const struct type *type, const void *mem)
{
	const void *there = *(const void *const *)mem;

	if (there)
		put(out, type->elem, there);
}

#define FIELD_ROOM 96 /* bytes; a little more than the mean of a VM's */

static void
put_fields(struct bytes *out, const struct record *r)
{
	const struct field *f = r->cls->fields, *end = f + r->cls->nfields;

	bytes_reserve(out, r->cls->nfields * (size_t)FIELD_ROOM);
	PUT(out, "<struct>");
	for (; f < end; f++) {
		const void *mem = record_field(r, f);

		if (f->internal || encode_absent(f->type, mem))
			continue;
		bytes_put(out, f->xml_open, f->xml_open_len);
		put(out, f->type, mem);
		PUT(out, "</value>" END_MEMBER);
	}
	PUT(out, "</struct>");
}

static void
put_record(struct bytes *out, const struct type *type, const void *mem)
{
	const struct record *r = *(const struct record *const *)mem;

	(void)type;
	if (r)
		encode_record_text(RPC_XML, r, false, out);
	else
		PUT(out, "<struct></struct>");
}

/* ---- events ---- */

static void
put_event(struct bytes *out, const struct event_item *e, bool cache)
{
	PUT(out, OPEN_STRUCT MEMBER("id") "<value>");
	bytes_put_int(out, (long long)e->id);
	PUT(out, "</value>" END_MEMBER);
	PUT(out, TEXT_MEMBER("timestamp", "0.0") MEMBER("class") "<value>");
	bytes_puts(out, class_table[e->cls].lower);
	PUT(out, "</value>" END_MEMBER MEMBER("operation") "<value>");
	bytes_puts(out, encode_event_ops[e->op]);
	PUT(out, "</value>" END_MEMBER MEMBER("ref") "<value>");
	encode_ref(out, e->ref, escape_xml);
	PUT(out, "</value>" END_MEMBER);
	if (e->snapshot) {
		PUT(out, MEMBER("snapshot") "<value>");
		encode_record_text(RPC_XML, e->snapshot, cache, out);
		PUT(out, "</value>" END_MEMBER);
	}
	PUT(out, CLOSE_STRUCT);
}

static void
put_batch_open(struct bytes *out)
{
	PUT(out, "<struct>" MEMBER("events") OPEN_ARRAY);
}

static void
put_batch_close(struct bytes *out, const struct event_batch *batch)
{
	char token[ENCODE_TOKEN_CHARS + 1];

	PUT(out, CLOSE_ARRAY END_MEMBER);
	PUT(out, MEMBER("valid_ref_counts") OPEN_STRUCT);
	for (int i = 0; i < CLASS_COUNT; i++) {
		if (class_table[i].own || class_table[i].hidden)
			continue;
		PUT(out, "<member><name>");
		bytes_puts(out, class_table[i].lower);
		PUT(out, "</name><value><i4>");
		bytes_put_int(out, (long long)batch->valid_ref_counts[i]);
		PUT(out, "</i4></value>" END_MEMBER);
	}
	PUT(out, CLOSE_STRUCT END_MEMBER MEMBER("token") "<value>");
	encode_token(batch, token);
	bytes_put(out, token, ENCODE_TOKEN_CHARS);
	PUT(out, "</value>" END_MEMBER "</struct>");
}

static void
put_batch(struct bytes *out, const struct type *type, const void *mem)
{
	const struct event_batch *batch = mem;

	(void)type;
	put_batch_open(out);
	for (uint32_t i = 0; i < batch->n; i++)
		put_event(out, &batch->events[i], encode_caches(batch));
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

static void
put_value(struct bytes *out, const struct type *type, const void *mem)
{
	PUT(out, "<value>");
	put(out, type, mem);
	PUT(out, "</value>");
}

/* ---- in pieces ---- */

static void
xml_open(struct bytes *out, const struct type *type)
{
	if (type->kind == TYPE_SET) {
		PUT(out, OPEN_ARRAY);
	} else if (type->kind == TYPE_MAP) {
		PUT(out, OPEN_STRUCT);
	} else {
		PUT(out, "<value>");
		put_batch_open(out);
	}
}

static void
xml_element(struct bytes *out, const struct type *type, const void *mem,
    uint32_t i)
{
	const struct event_batch *batch = mem;
	const struct set *set = mem;

	if (type->kind == TYPE_SET)
		put_value(out, type->elem,
		    encode_item(set->items, type->elem, i));
	else if (type->kind == TYPE_MAP)
		put_entry(out, type, mem, i);
	else
		put_event(out, &batch->events[i], encode_caches(batch));
}

static void
xml_close(struct bytes *out, const struct type *type, const void *mem)
{
	if (type->kind == TYPE_SET) {
		PUT(out, CLOSE_ARRAY);
	} else if (type->kind == TYPE_MAP) {
		PUT(out, CLOSE_STRUCT);
	} else {
		put_batch_close(out, mem);
		PUT(out, "</value>");
	}
}

/* ---- a reply ---- */

static void
xml_head(struct bytes *out, const struct encoder *e)
{
	PUT(out, PROLOG);
	if (!e->rc->bare)
		PUT(out,
		    OPEN_STRUCT TEXT_MEMBER("Status", "Success")
			MEMBER("Value"));
}

static void
xml_tail(struct bytes *out, const struct encoder *e)
{
	if (!e->rc->bare)
		PUT(out, END_MEMBER CLOSE_STRUCT);
	PUT(out, EPILOG);
}

static void
xml_error(struct bytes *out, const struct encoder *e)
{
	PUT(out,
	    PROLOG OPEN_STRUCT TEXT_MEMBER("Status", "Failure")
		MEMBER("ErrorDescription") OPEN_ARRAY);
	for (unsigned i = 0; i < e->rc->nerror; i++) {
		PUT(out, "<value>");
		escape_xml(out, e->rc->error[i]);
		PUT(out, "</value>");
	}
	PUT(out, CLOSE_ARRAY END_MEMBER CLOSE_STRUCT EPILOG);
}

const struct encode_form encode_form_xml = {
	.value = put_value,
	.record = put_fields,
	.record_open = "<value>",
	.record_close = "</value>",
	.open = xml_open,
	.element = xml_element,
	.close = xml_close,
	.head = xml_head,
	.tail = xml_tail,
	.error = xml_error,
};
