/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transactions as handlers write them: begin, look at the head, check, change,
 * commit. What is looked at cannot change before the commit, since nobody else
 * writes in between. */
#ifndef XAPID_EDIT_H
#define XAPID_EDIT_H

#include "call/call.h"
#include "lib/cleanup.h"

/* TX_SCOPE struct tx *t = call_begin(c); … return call_commit(c, STEAL(t)); */
CLEANUP_DEFINE(tx_abort, struct tx *);
#define TX_SCOPE CLEANUP(tx_abort)

/* The head record, borrowed, or NULL with HANDLE_INVALID raised. */
const struct record *edit_head(struct call *c, struct tx *t, int cls,
    struct ref ref);
#define EDIT_HEAD(c, t, CLASS, type, ref)                                      \
	((const struct type *)edit_head((c), (t), CLASS_##CLASS, (ref)))

/* A whole handler: one field of one object gets a new value. */
int edit_field(struct call *c, int cls, struct ref ref, int field,
    const void *mem);
#define EDIT_FIELD(c, CLASS, type, ref, field, ...)                            \
	({                                                                     \
		__typeof__(((struct type *)0)->field) edit_v_ = __VA_ARGS__;   \
		edit_field((c), CLASS_##CLASS, (ref), FIELD_##CLASS##_##field, \
		    &edit_v_);                                                 \
	})

/* The same value in all records of a class, in the transaction. */
void edit_every(struct tx *t, int cls, int field, const void *mem);

/* Copies parameters of the call into the fields of r that have their name and
 * type: what calls named introduce do. */
void edit_from_args(const struct call *c, const void *args, struct record *r);

/* A set field with one item more or less, in the transaction's memory: for
 * TX_SET. The set itself when there is nothing to do. -1: no memory, raised in
 * the transaction. */
int edit_set_add(struct tx *t, const struct set *s, const struct type *elem,
    const void *item, struct set *out);
int edit_set_remove(struct tx *t, const struct set *s, const struct type *elem,
    const void *item, struct set *out);

/* Whether a map string string says "true" for the key. */
bool edit_map_true(const struct map *m, const char *key);

/* The error with any number of parameters that are references. -1. */
int edit_fail_refs(struct call *c, const char *code, const struct ref *refs,
    uint32_t n);

/* "ref; ref", the first of them, for errors that name all in one parameter. */
const char *edit_ref_names(struct call *c, const struct set *refs);

/* 0 on simulated machines, where a setting is its record. On real ones -1 with
 * NOT_IMPLEMENTED raised, as long as nothing carries it out there. */
int edit_simulated_only(struct call *c);

#endif
