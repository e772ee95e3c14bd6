/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alerts. They are ordinary rows with a bounded number: the oldest go when a
 * new one comes (attack A32). (source of names, classes and errors:
 * messages.json) */
#include "pool/message.h"

#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "model/builder.h"

#define NAME_MAX_BYTES 256
#define BODY_MAX_BYTES (64 * 1024)
/* How many old ones a new one may push out: more than one, so that a lowered
 * limit is reached soon; not all, so that nobody waits long. */
#define REAP_MAX 64

/* What a message can be about: enum cls to its class. */
static const int classes[] = {
	[CLS_VM] = CLASS_VM,
	[CLS_HOST] = CLASS_host,
	[CLS_SR] = CLASS_SR,
	[CLS_POOL] = CLASS_pool,
	[CLS_VMPP] = CLASS_VMPP,
	[CLS_VMSS] = CLASS_VMSS,
	[CLS_PVS_PROXY] = CLASS_PVS_proxy,
	[CLS_VDI] = CLASS_VDI,
	[CLS_CERTIFICATE] = CLASS_Certificate,
};

static int
check_object(struct call *c, enum cls cls, const char *uuid)
{
	const struct class_info *info = &class_table[classes[cls]];
	RECORD_UNREF const struct record *r =
	    db_get_by_uuid(c->db, info->id, uuid);

	return r ? 0 : fail_uuid_invalid(c, info->name, uuid);
}

/* Makes room for one more. */
static void
reap(struct tx *t, const struct core *core)
{
	uint64_t n = db_count(core->db, CLASS_message);
	const struct record *oldest;

	for (int i = 0; i < REAP_MAX; i++, n--) {
		if (n < core->config->max_messages ||
		    !(oldest = tx_oldest(t, CLASS_message)))
			return;
		(void)tx_destroy(t, CLASS_message, oldest->self);
	}
}

int
message_add(struct tx *t, const struct core *core, const char *name,
    int64_t priority, enum cls cls, const char *obj_uuid, const char *body,
    struct ref *ref_r)
{
	struct message m;

	reap(t, core);
	builder_defaults(CLASS_message, &m.r);
	m.name = name;
	m.priority = priority;
	m.cls = cls;
	m.obj_uuid = obj_uuid;
	m.body = body;
	m.timestamp = clock_wall_sec();
	return tx_insert(t, &m.r, ref_r);
}

int
message_create(struct call *c, const struct message_create_args *a,
    struct ref *result_r)
{
	struct tx *t;

	if (strlen(a->name) > NAME_MAX_BYTES)
		return fail_invalid_value(c, "name", "longer than 256 bytes");
	if (strlen(a->body) > BODY_MAX_BYTES)
		return fail_invalid_value(c, "body", "longer than 64 KiB");
	if (check_object(c, a->cls, a->obj_uuid) < 0)
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	(void)message_add(t, c->core, a->name, a->priority, a->cls, a->obj_uuid,
	    a->body, result_r);
	return call_commit(c, t);
}

/* ---- destroying ---- */

static int
destroy_all_of(struct call *c, const struct ref *refs, uint32_t n)
{
	TX_SCOPE struct tx *t = call_begin(c);

	if (!t)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		if (!EDIT_HEAD(c, t, message, message, refs[i]))
			return -1;
		(void)tx_destroy(t, CLASS_message, refs[i]);
	}
	return call_commit(c, STEAL(t));
}

int
message_destroy(struct call *c, const struct message_destroy_args *a)
{
	return destroy_all_of(c, &a->self, 1);
}

/* A message named twice is gone at the second mention: as in the original,
 * that is an error; unlike there, nothing is destroyed then. */
int
message_destroy_many(struct call *c, const struct message_destroy_many_args *a)
{
	return destroy_all_of(c, a->messages.items, a->messages.n);
}

/* ---- reading ---- */

/* What a reader wants; members at their zero value want everything. */
struct wanted {
	const struct query *query;
	bool one_object;
	enum cls cls;
	const char *obj_uuid;
	bool has_since, has_before, has_priority;
	int64_t since, before; /* both excluded; seconds since 1970 */
	int64_t priority;
};

static bool
is_wanted(const struct wanted *w, const struct message *m)
{
	if (w->query && !query_matches(w->query, &m->r))
		return false;
	if (w->one_object &&
	    (m->cls != w->cls || strcmp(m->obj_uuid, w->obj_uuid) != 0))
		return false;
	return (!w->has_since || m->timestamp > w->since) &&
	    (!w->has_before || m->timestamp < w->before) &&
	    (!w->has_priority || m->priority == w->priority);
}

static int
newest_first(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;

	return (x->created < y->created) - (x->created > y->created);
}

/* Those wanted, newest first, held for the reply. */
static int
select_messages(struct call *c, const struct wanted *w,
    const struct record *const **out_r, uint32_t *n_r)
{
	const struct record **all, **kept;
	uint32_t n, left = 0;

	if (db_get_all(c->db, CLASS_message, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		if (is_wanted(w, (const struct message *)all[i]))
			all[left++] = all[i];
		else
			record_unref(all[i]);
	if (left)
		qsort(all, left, sizeof(const struct record *), newest_first);
	kept = arena_array(c->arena, left ? left : 1, sizeof(*kept));
	if (!kept) {
		db_release_all(all, left);
		return call_fail_nomem(c);
	}
	for (uint32_t i = 0; i < left; i++)
		kept[i] = all[i];
	*out_r = kept;
	*n_r = left;
	return call_hold_all(c, all, left);
}

static struct ref *
refs_of(struct call *c, const struct record *const *records, uint32_t n)
{
	struct ref *refs = arena_array(c->arena, n ? n : 1, sizeof(*refs));

	if (!refs)
		call_fail_nomem(c);
	for (uint32_t i = 0; refs && i < n; i++)
		refs[i] = records[i]->self;
	return refs;
}

/* As the wire wants it: reference to record. */
static int
answer_records(struct call *c, const struct wanted *w, struct map *result_r)
{
	const struct record *const *records;
	struct ref *refs;
	uint32_t n;

	if (select_messages(c, w, &records, &n) < 0 ||
	    !(refs = refs_of(c, records, n)))
		return -1;
	*result_r = (struct map){ .keys = refs, .values = records, .n = n };
	return 0;
}

int
message_get(struct call *c, const struct message_get_args *a,
    struct map *result_r)
{
	const struct wanted w = {
		.one_object = true,
		.cls = a->cls,
		.obj_uuid = a->obj_uuid,
		.has_since = true,
		.since = a->since,
	};

	if (check_object(c, a->cls, a->obj_uuid) < 0)
		return -1;
	return answer_records(c, &w, result_r);
}

int
message_get_since(struct call *c, const struct message_get_since_args *a,
    struct map *result_r)
{
	const struct wanted w = { .has_since = true, .since = a->since };

	return answer_records(c, &w, result_r);
}

int
message_get_all_records(struct call *c,
    const struct message_get_all_records_args *a, struct map *result_r)
{
	const struct wanted everything = { 0 };

	(void)a;
	return answer_records(c, &everything, result_r);
}

int
message_get_all_records_where(struct call *c,
    const struct message_get_all_records_where_args *a, struct map *result_r)
{
	const struct wanted w = {
		.query = query_parse(c, &class_table[CLASS_message], a->expr),
	};

	if (!w.query)
		return -1;
	return answer_records(c, &w, result_r);
}

int
message_get_all(struct call *c, const struct message_get_all_args *a,
    struct set *result_r)
{
	const struct wanted everything = { 0 };
	const struct record *const *records;
	struct ref *refs;
	uint32_t n;

	(void)a;
	if (select_messages(c, &everything, &records, &n) < 0 ||
	    !(refs = refs_of(c, records, n)))
		return -1;
	*result_r = (struct set){ .items = refs, .n = n };
	return 0;
}

int
message_get_record(struct call *c, const struct message_get_record_args *a,
    const struct message **result_r)
{
	const struct message *m = CALL_GET(c, message, message, a->self);

	if (!m)
		return -1;
	*result_r = m;
	return call_hold(c, &m->r);
}

int
message_get_by_uuid(struct call *c, const struct message_get_by_uuid_args *a,
    struct ref *result_r)
{
	RECORD_UNREF const struct record *r =
	    db_get_by_uuid(c->db, CLASS_message, a->uuid);

	if (!r)
		return fail_uuid_invalid(c, "message", a->uuid);
	*result_r = r->self;
	return 0;
}

/* ---- destroy_all: by age and priority ---- */

static int
read_date(struct call *c, const struct map *filters, const char *key,
    bool *has_r, int64_t *date_r)
{
	const char *text = builder_find(filters, key);

	*has_r = text != NULL;
	if (text && !date_parse(text, date_r))
		return fail_invalid_value(c, key, text);
	return 0;
}

static int
read_filters(struct call *c, const struct map *filters, struct wanted *w)
{
	const char *text = builder_find(filters, "priority");
	long long priority;

	if (read_date(c, filters, "before", &w->has_before, &w->before) < 0 ||
	    read_date(c, filters, "after", &w->has_since, &w->since) < 0)
		return -1;
	w->has_priority = text != NULL;
	if (text && !text_parse_int(text, &priority))
		return fail_invalid_value(c, "priority", text);
	w->priority = text ? priority : 0;
	return 0;
}

int
message_destroy_all(struct call *c, const struct message_destroy_all_args *a)
{
	const struct record *const *records;
	struct wanted w = { 0 };
	struct ref *refs;
	uint32_t n;
	struct tx *t;

	if (read_filters(c, &a->filters, &w) < 0 ||
	    select_messages(c, &w, &records, &n) < 0 ||
	    !(refs = refs_of(c, records, n)))
		return -1;
	t = call_begin(c);
	if (!t)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (tx_get(t, CLASS_message, refs[i])) /* or gone since */
			(void)tx_destroy(t, CLASS_message, refs[i]);
	return call_commit(c, t);
}
