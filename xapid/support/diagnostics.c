/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look inside the daemon, for support. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "call/call.h"
#include "model/builder.h"

static const char *
number(struct builder *b, uint64_t n)
{
	return builder_text(b, "%llu", (unsigned long long)n);
}

static int
answer(struct call *c, const struct builder *b, const struct builder_pairs *p,
    struct map *result_r)
{
	*result_r = builder_pairs_map(p);
	return b->failed ? call_fail_nomem(c) : 0;
}

/* Gives memory that is free inside back to the system. */
int
diagnostics_gc_compact(struct call *c,
    const struct diagnostics_gc_compact_args *a)
{
	(void)c;
	(void)a;
	malloc_trim(0);
	return 0;
}

int
diagnostics_gc_stats(struct call *c, const struct diagnostics_gc_stats_args *a,
    struct map *result_r)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs p = { .b = &b };
	struct mallinfo2 m = mallinfo2();

	(void)a;
	builder_put(&p, "heap_bytes", number(&b, m.arena));
	builder_put(&p, "mapped_bytes", number(&b, m.hblkhd));
	builder_put(&p, "used_bytes", number(&b, m.uordblks));
	builder_put(&p, "free_bytes", number(&b, m.fordblks));
	builder_put(&p, "free_chunks", number(&b, m.ordblks));
	return answer(c, &b, &p, result_r);
}

int
diagnostics_db_stats(struct call *c, const struct diagnostics_db_stats_args *a,
    struct map *result_r)
{
	struct builder b = { .arena = c->arena };
	struct builder_pairs p = { .b = &b };
	struct db_stats s;

	(void)a;
	db_get_stats(c->db, &s);
	builder_put(&p, "generation", number(&b, db_generation(c->db)));
	builder_put(&p, "commits", number(&b, s.commits));
	builder_put(&p, "batches", number(&b, s.batches));
	builder_put(&p, "changes", number(&b, s.changes));
	builder_put(&p, "failed", number(&b, s.failed));
	builder_put(&p, "flush_ns", number(&b, s.flush_ns));
	return answer(c, &b, &p, result_r);
}

/* ---- what the wire has answered ---- */

/* Whether the caller wants rows that have this; a key that is not there does
 * not choose. */
static bool
chosen(const struct map *params, const char *key, const char *have)
{
	const char *want = builder_find(params, key);

	return !want || strcasecmp(want, have) == 0;
}

/* "params" is a list of columns, with commas; without it all are wanted. */
static bool
wants_column(const struct map *params, const char *column)
{
	const char *at = builder_find(params, "params");
	size_t n = strlen(column);

	if (!at)
		return true;
	while (*at) {
		size_t len = strcspn(at, ",");

		if (len == n && memcmp(at, column, n) == 0)
			return true;
		at += len + (at[len] == ',');
	}
	return false;
}

static struct set
path_row(struct builder *b, const struct map *params,
    const struct rpc_path_stats *s)
{
	const struct {
		const char *name, *value;
	} columns[] = {
		{ "method", s->method }, { "uri", s->path },
		{ "requests", number(b, s->requests) },
		{ "connections", number(b, s->closed) },
		{ "framed", "0" }, /* a form of messages that we do not speak */
	};
	const char *wanted[sizeof(columns) / sizeof(columns[0]) + 1];
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (wants_column(params, columns[i].name))
			wanted[n++] = columns[i].value;
	wanted[n] = NULL;
	return builder_strings(b, wanted);
}

/* All hosts are served by this daemon. */
int
diagnostics_network_stats(struct call *c,
    const struct diagnostics_network_stats_args *a, struct set *result_r)
{
	struct builder b = { .arena = c->arena };
	struct rpc_path_stats s;
	struct set *rows;
	uint32_t n = 0, count = 0;

	while (c->core->path_stats && c->core->path_stats(c->core, count, &s))
		count++;
	rows = arena_array(c->arena, count + 1, sizeof(*rows));
	if (!rows)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < count; i++)
		if (c->core->path_stats(c->core, i, &s) &&
		    chosen(&a->params, "method", s.method) &&
		    chosen(&a->params, "uri", s.path))
			rows[n++] = path_row(&b, &a->params, &s);
	*result_r = (struct set){ .items = rows, .n = n };
	return b.failed ? call_fail_nomem(c) : 0;
}
