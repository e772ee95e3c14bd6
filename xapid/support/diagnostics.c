/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look inside the daemon, for support. */
#include <malloc.h>
#include <stdio.h>

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
