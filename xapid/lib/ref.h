/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* References to objects, 128 bits: "OpaqueRef:<lower-case uuid>" on the wire,
 * all zeros is "OpaqueRef:NULL". (source: xenapi wire rules) */
#ifndef XAPID_LIB_REF_H
#define XAPID_LIB_REF_H

#include <stdbool.h>
#include <stdint.h>

/* Compared and hashed as 128 bits; the first byte of the uuid is the highest of
 * hi. */
struct ref {
	uint64_t hi, lo;
};

#define REF_NULL ((struct ref){ 0, 0 })
#define UUID_CHARS 36
#define REF_CHARS (10 + UUID_CHARS) /* "OpaqueRef:" and the uuid, no NUL */

static inline bool
ref_is_null(struct ref r)
{
	return (r.hi | r.lo) == 0;
}

static inline bool
ref_equal(struct ref a, struct ref b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* Text that is no OpaqueRef:<uuid> but stands where a reference is asked for:
 * hi is REF_FOREIGN_HI and lo the address of the text, which lives as long as
 * the call that brought it. Never stored: no object has such a reference, and
 * ref_parse answers false for a uuid that would look like one. */
#define REF_FOREIGN_HI UINT64_MAX

static inline struct ref
ref_foreign(const char *text)
{
	return (struct ref){ REF_FOREIGN_HI, (uintptr_t)text };
}

static inline bool
ref_is_foreign(struct ref r)
{
	return r.hi == REF_FOREIGN_HI;
}

/* Random (version 4) from the kernel's generator, never null. */
struct ref ref_new(void);
/* "OpaqueRef:NULL" and "" give the null reference; false for any other text
 * that is not OpaqueRef:<lower-case uuid>. */
bool ref_parse(const char *text, struct ref *out_r);
/* Writes at most REF_CHARS characters and a NUL; answers the length. A foreign
 * reference is written as the null one: its bits are an address. */
int ref_format(struct ref r, char out[REF_CHARS + 1]);
/* The text of any reference: out after formatting, or a foreign one's own. */
const char *ref_text(struct ref r, char out[REF_CHARS + 1]);
/* Same 128 bits as a bare uuid, both ways; reads either case, writes lower.
 * False also for a uuid that would look like a foreign reference. */
bool uuid_parse(const char *text, struct ref *out_r);
void uuid_format(struct ref r, char out[UUID_CHARS + 1]);

#endif
