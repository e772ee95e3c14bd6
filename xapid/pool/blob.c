/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pool/blob.h"

#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "pool/blob_store.h"

#define DEFAULT_MIME "application/octet-stream"
#define MIME_MAX_BYTES 128
/* Of one owner (attack A32). */
#define MAX_PER_OWNER 1000

bool
blob_mime_type_ok(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > MIME_MAX_BYTES || !strchr(text, '/'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

/* ---- what an owner has ---- */

struct owned {
	uint32_t n;
	int64_t bytes;
};

static int
count_owned(struct db *db, const char *owner, struct ref except,
    struct owned *out)
{
	const struct record **all;
	uint32_t n;

	*out = (struct owned){ 0 };
	if (db_get_all(db, CLASS_blob, &all, &n) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		const struct blob *b = (const struct blob *)all[i];

		if (strcmp(b->owner, owner) != 0 ||
		    ref_equal(b->r.self, except))
			continue;
		out->n++;
		out->bytes += b->size;
	}
	db_release_all(all, n);
	return 0;
}

int64_t
blob_owner_bytes(struct db *db, const char *owner, struct ref except)
{
	struct owned o;

	return count_owned(db, owner, except, &o) < 0 ? -1 : o.bytes;
}

/* ---- making ---- */

static const char *
owner_of(const struct call *c)
{
	return c->caller.sid[0] ? c->caller.sid : c->caller.user;
}

static int
check_quota(struct call *c)
{
	struct owned o;

	if (count_owned(c->db, owner_of(c), REF_NULL, &o) < 0)
		return call_fail_nomem(c);
	return o.n < MAX_PER_OWNER ? 0 : fail_out_of_space(c, "blobs");
}

/* The row as its maker wants it. */
static int
fill(struct call *c, const char *name, const char *mime_type, bool public,
    struct blob *b)
{
	if (*mime_type && !blob_mime_type_ok(mime_type))
		return fail_invalid_value(c, "mime_type", mime_type);
	if (check_quota(c) < 0)
		return -1;
	builder_defaults(CLASS_blob, &b->r);
	b->name_label = name;
	b->mime_type = *mime_type ? mime_type : DEFAULT_MIME;
	b->public = public;
	b->owner = owner_of(c);
	return 0;
}

int
blob_create(struct call *c, const struct blob_create_args *a,
    struct ref *result_r)
{
	struct blob b;
	struct tx *t;

	if (fill(c, "", a->mime_type, a->public, &b) < 0)
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	(void)tx_insert(t, &b.r, result_r);
	return call_commit(c, t);
}

/* ---- destroying ---- */

void
blob_destroy_row(struct tx *t, struct ref blob)
{
	(void)tx_destroy(t, CLASS_blob, blob);
}

int
blob_destroy(struct call *c, const struct blob_destroy_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	blob_destroy_row(t, a->self);
	if (call_commit_wait(c, t) < 0)
		return -1;
	blob_store_remove(c->core, a->self);
	return 0;
}

/* ---- blobs of objects: X.create_new_blob ---- */

struct request {
	struct ref object;
	int cls, field; /* field: map string ref blob */
	const char *name, *mime_type;
	bool public;
};

static int
fail_duplicate(struct call *c, const struct request *rq)
{
	return fail_map_duplicate_key(c, class_table[rq->cls].name,
	    class_table[rq->cls].fields[rq->field].name,
	    call_ref_text(c, rq->object), rq->name);
}

static bool
has_key(const struct map *m, const char *key)
{
	const char *const *keys = m->keys;

	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/* m with one pair more. */
static int
put(struct call *c, const struct map *m, const char *name, struct ref blob,
    struct map *out)
{
	const char **keys = arena_array(c->arena, m->n + 1, sizeof(*keys));
	struct ref *values = arena_array(c->arena, m->n + 1, sizeof(*values));

	if (!keys || !values)
		return call_fail_nomem(c);
	if (m->n) {
		memcpy(keys, m->keys, m->n * sizeof(*keys));
		memcpy(values, m->values, m->n * sizeof(*values));
	}
	keys[m->n] = name;
	values[m->n] = blob;
	*out = (struct map){ .keys = keys, .values = values, .n = m->n + 1 };
	return 0;
}

static int
create_for(struct call *c, const struct request *rq, struct ref *result_r)
{
	const struct field *f = &class_table[rq->cls].fields[rq->field];
	const struct map *blobs;
	const struct record *r;
	struct map more;
	struct blob b;

	if (fill(c, rq->name, rq->mime_type, rq->public, &b) < 0)
		return -1;
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t || !(r = edit_head(c, t, rq->cls, rq->object)))
		return -1;
	blobs = record_field(r, f);
	if (has_key(blobs, rq->name))
		return fail_duplicate(c, rq);
	(void)tx_insert(t, &b.r, result_r);
	if (put(c, blobs, rq->name, *result_r, &more) < 0)
		return -1;
	(void)tx_set(t, rq->cls, rq->object, rq->field, &more);
	return call_commit(c, STEAL(t));
}

#define REQUEST(class, member)                                                 \
	&(const struct request)                                                \
	{                                                                      \
		.object = a->member, .cls = CLASS_##class,                     \
		.field = FIELD_##class##_blobs, .name = a->name,               \
		.mime_type = a->mime_type, .public = a->public,                \
	}

int
vm_create_new_blob(struct call *c, const struct vm_create_new_blob_args *a,
    struct ref *result_r)
{
	return create_for(c, REQUEST(VM, vm), result_r);
}

int
host_create_new_blob(struct call *c, const struct host_create_new_blob_args *a,
    struct ref *result_r)
{
	return create_for(c, REQUEST(host, host), result_r);
}

int
sr_create_new_blob(struct call *c, const struct sr_create_new_blob_args *a,
    struct ref *result_r)
{
	return create_for(c, REQUEST(SR, sr), result_r);
}

int
pool_create_new_blob(struct call *c, const struct pool_create_new_blob_args *a,
    struct ref *result_r)
{
	return create_for(c, REQUEST(pool, pool), result_r);
}

int
network_create_new_blob(struct call *c,
    const struct network_create_new_blob_args *a, struct ref *result_r)
{
	return create_for(c, REQUEST(network, network), result_r);
}
