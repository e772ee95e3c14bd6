/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between XML and JSON, as a table; encode.c has what does not:
 * the order of a reply's pieces and the cache of records. Private to encode*.c.
 */
#ifndef XAPID_RPC_ENCODE_FORM_H
#define XAPID_RPC_ENCODE_FORM_H

#include "rpc/encode.h"

struct encode_form {
	/* A whole value of any type. */
	void (*value)(struct bytes *out, const struct type *type,
	    const void *mem);
	/* The text that is cached: a record without what encloses it. */
	void (*record)(struct bytes *out, const struct record *r);
	/* What encloses a record that stands alone. */
	const char *record_open, *record_close;
	/* A set, map or event batch in pieces: open, element 0, 1, … (with the
	 * comma before it), close. */
	void (*open)(struct bytes *out, const struct type *type);
	void (*element)(struct bytes *out, const struct type *type,
	    const void *mem, uint32_t i);
	void (*close)(struct bytes *out, const struct type *type,
	    const void *mem);
	/* A reply: head, value, tail; or error alone. */
	void (*head)(struct bytes *out, const struct encoder *e);
	void (*tail)(struct bytes *out, const struct encoder *e);
	void (*error)(struct bytes *out, const struct encoder *e);
};

/* encode_xml.c, encode_json.c */
extern const struct encode_form encode_form_xml, encode_form_json;

/* Text known when compiling. */
#define PUT(out, text) bytes_put(out, text, sizeof(text) - 1)

/* Elements of a set, map or event batch; 0 for all else. */
uint32_t encode_count(const struct type *type, const void *mem);
static inline bool
encode_in_pieces(const struct type *type)
{
	return type->kind == TYPE_SET || type->kind == TYPE_MAP ||
	    type->kind == TYPE_EVENT_BATCH;
}
/* Element i of the memory of a set, or of a map's keys or values. */
static inline const void *
encode_item(const void *items, const struct type *elem, uint32_t i)
{
	return (const char *)items + (size_t)i * elem->size;
}
/* A member that is left out of its record: an option or record without a
 * value. */
static inline bool
encode_absent(const struct type *type, const void *mem)
{
	return (type->kind == TYPE_OPTION || type->kind == TYPE_RECORD) &&
	    *(const void *const *)mem == NULL;
}

/* The text of a record (form->record), from its cache when it has one; into
 * its cache when asked. */
void encode_record_text(enum rpc_format format, const struct record *r,
    bool cache, struct bytes *out);
/* Whether an event's snapshot is worth keeping as text. */
bool encode_caches(const struct event_batch *batch);

/* The same digits in both formats. */
void encode_float(struct bytes *out, double v, bool point);
void encode_ref(struct bytes *out, struct ref r,
    void (*put_text)(struct bytes *out, const char *s));
extern const char *const encode_event_ops[]; /* by enum event_op */
#define ENCODE_TOKEN_CHARS 41
void encode_token(const struct event_batch *batch,
    char text[ENCODE_TOKEN_CHARS + 1]);

#endif
