/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/maker.h"

#include <string.h>

#define TURN_OBJECTS 1000u   /* each changes two or three others */
#define TURNS_OUTSTANDING 8u /* bounds the memory of a slow disk's queue */

int
maker_begin(struct maker *m, struct db *db, uint64_t seed)
{
	*m = (struct maker){
		.db = db,
		.seed = seed,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.idle = PTHREAD_COND_INITIALIZER,
	};
	m->b.arena = arena_new(0);
	if (!m->b.arena)
		return -1;
	m->t = tx_begin(db);
	if (m->t)
		return 0;
	arena_free(m->b.arena);
	return -1;
}

/* Finalizer of splitmix64: every bit of x reaches every bit of the result. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

struct ref
maker_id(uint64_t seed, int cls, uint32_t n, unsigned what)
{
	uint64_t name = 0, key;
	struct ref id;

	/* By name, so that a class more does not change the others. */
	for (const char *c = class_table[cls].name; *c; c++)
		name = mix(name ^ (unsigned char)*c);
	key = mix(mix(seed ^ name) ^ ((uint64_t)what << 32 | n));
	id.hi = mix(key ^ UINT64_C(0x9e3779b97f4a7c15));
	id.lo = mix(key ^ UINT64_C(0xd1b54a32d192ed03));
	/* A random uuid in form: version 4, variant 1. */
	id.hi = (id.hi & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	id.lo = (id.lo & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63;
	return id;
}

/* Whether r lacks an identifier. */
static bool
is_nameless(const struct record *r, const char *const *uuid)
{
	return ref_is_null(r->self) || (uuid && !**uuid);
}

void
maker_identify(struct maker *m, struct record *r)
{
	const struct class_info *cls = r->cls;
	const struct field *f =
	    cls->uuid_field < 0 ? NULL : &cls->fields[cls->uuid_field];
	const char **uuid = f ? (const char **)((char *)r + f->offset) : NULL;
	struct ref names[2];
	char text[UUID_CHARS + 1];
	uint32_t n;

	if (!is_nameless(r, uuid))
		return;
	n = m->made[cls->id]++;
	for (unsigned i = 0; i < 2; i++)
		names[i] =
		    m->seed ? maker_id(m->seed, cls->id, n, i) : ref_new();
	if (ref_is_null(r->self))
		r->self = names[0];
	if (!uuid || **uuid)
		return;
	uuid_format(names[1], text);
	*uuid = builder_text(&m->b, "%s", text);
}

const char *
maker_spare_uuid(struct maker *m, int cls)
{
	char text[UUID_CHARS + 1];

	uuid_format(m->seed ? maker_id(m->seed, cls, m->made[cls], 2)
			    : ref_new(),
	    text);
	return builder_text(&m->b, "%s", text);
}

/* The builder's failure becomes the transaction's. */
static void
check_builder(struct maker *m)
{
	const char *const params[] = { "Out of memory" };

	if (m->b.failed)
		(void)tx_fail(m->t, "INTERNAL_ERROR", 1, params);
}

struct ref
maker_add(struct maker *m, struct record *r)
{
	struct ref ref = REF_NULL;

	if (!m->t)
		return REF_NULL;
	maker_identify(m, r);
	check_builder(m);
	m->pending++;
	(void)tx_insert(m->t, r, &ref); /* kept in the transaction */
	return ref;
}

static void
set_error(struct maker *m, const struct db_error *e)
{
	if (e && !m->error.code)
		m->error = *e;
}

static void
turn_done(void *arg, const struct db_error *e)
{
	struct maker *m = arg;

	pthread_mutex_lock(&m->lock);
	set_error(m, e);
	m->outstanding--;
	pthread_cond_signal(&m->idle);
	pthread_mutex_unlock(&m->lock);
}

static void
commit(struct maker *m)
{
	if (!m->t)
		return;
	check_builder(m);
	pthread_mutex_lock(&m->lock);
	while (m->outstanding >= TURNS_OUTSTANDING)
		pthread_cond_wait(&m->idle, &m->lock);
	m->outstanding++;
	pthread_mutex_unlock(&m->lock);
	tx_commit(m->t, turn_done, m);
	m->t = NULL;
	m->pending = 0;
}

void
maker_turn(struct maker *m)
{
	static const struct db_error nomem = {
		.code = "INTERNAL_ERROR",
		.n = 1,
		.params = { "Out of memory" },
	};

	if (m->pending < TURN_OBJECTS)
		return;
	commit(m);
	m->t = tx_begin(m->db);
	if (!m->t) {
		pthread_mutex_lock(&m->lock);
		set_error(m, &nomem);
		pthread_mutex_unlock(&m->lock);
	}
	arena_reset(m->b.arena);
}

int
maker_end(struct maker *m, struct db_error *error_r)
{
	commit(m);
	pthread_mutex_lock(&m->lock);
	while (m->outstanding)
		pthread_cond_wait(&m->idle, &m->lock);
	pthread_mutex_unlock(&m->lock);
	pthread_mutex_destroy(&m->lock);
	pthread_cond_destroy(&m->idle);
	arena_free(m->b.arena);
	*error_r = m->error;
	return m->error.code ? -1 : 0;
}
