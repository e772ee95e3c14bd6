/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value tree: what arrives from outside before its type is known. Both
 * wire codecs build it, the frames between our processes carry it, and
 * model_from_value() turns it into typed memory. All of it lives in an arena.
 * Bounds (depth, number of nodes, length of text) are the decoder's. */
#ifndef XAPID_VALUE_H
#define XAPID_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"

enum value_kind {
	VALUE_NIL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_DOUBLE,
	VALUE_STRING, /* also refs, enums, untyped XML-RPC values */
	VALUE_DATE,   /* text of a dateTime.iso8601, not yet read */
	VALUE_BINARY, /* bytes: base64 on the wire */
	VALUE_ARRAY,
	VALUE_STRUCT,
};

struct value {
	enum value_kind kind;
	uint32_t n; /* bytes of text (without the NUL), items or members */
	union {
		bool b;
		int64_t i;
		double d;
		const char *s; /* NUL-terminated, no NUL inside */
		const uint8_t *bytes;
		const struct value *items;          /* n of them */
		const struct value_member *members; /* n, in order of arrival */
	};
};

struct value_member {
	const char *name; /* NUL-terminated */
	struct value value;
};

#define VALUE_MAX_DEPTH 64

/* The member of a struct, or NULL; the last one wins where a name stands
 * twice (decoders refuse duplicates already). */
const struct value *value_member(const struct value *v, const char *name);
struct value value_of_text(const char *s); /* borrowed */
struct value value_of_int(int64_t i);
struct value value_of_bool(bool b);

/* What a member is, or `otherwise` when it is absent or of another kind. A number
 * is also a truth (0: false), since requests to workers have no other. */
const char *value_text(const struct value *v, const char *name,
    const char *otherwise);
int64_t value_int(const struct value *v, const char *name, int64_t otherwise);
bool value_bool(const struct value *v, const char *name, bool otherwise);
/* A member that is an array; an empty one when it is absent or something else. */
const struct value *value_list(const struct value *v, const char *name);
bool value_equal(const struct value *a, const struct value *b);

/* The binary form (frames between our processes): self-describing, little
 * endian, no padding; see value.c for the layout. Encoding never fails except
 * for memory (out->failed). */
void value_pack(const struct value *v, struct bytes *out);
/* -1 with errno EBADMSG (malformed, too deep, more than max_nodes) or ENOMEM.
 * Takes exactly len bytes. */
int value_unpack(struct arena *a, const void *p, size_t len, size_t max_nodes,
    struct value *out_r);

#endif
