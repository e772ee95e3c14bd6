/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "placement.h"

#include <stdio.h>

int64_t
placement_memory(const struct vm *vm)
{
	return vm->memory_static_max + vm->memory_overhead;
}

static const struct host_metrics *
metrics_of(struct tx *t, const struct host *host)
{
	return TX_GET(t, host_metrics, host_metrics, host->metrics);
}

/* The reason as code and parameters; NULL: it can. */
static const char *
objection(struct tx *t, const struct vm *vm, const struct host *host)
{
	const struct host_metrics *m = metrics_of(t, host);

	if (!m || !m->live)
		return "HOST_NOT_LIVE";
	if (!host->enabled && !vm->is_control_domain)
		return "HOST_DISABLED";
	if (m->memory_free < placement_memory(vm))
		return "HOST_NOT_ENOUGH_FREE_MEMORY";
	return NULL;
}

int
placement_check(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host)
{
	const struct host_metrics *m = metrics_of(t, host);
	char needed[24], free_[24];

	if (!m || !m->live)
		return fail_host_not_live(c);
	if (!host->enabled && !vm->is_control_domain)
		return fail_host_disabled(c, call_ref_text(c, host->r.self));
	if (m->memory_free >= placement_memory(vm))
		return 0;
	snprintf(needed, sizeof(needed), "%lld",
	    (long long)placement_memory(vm));
	snprintf(free_, sizeof(free_), "%lld", (long long)m->memory_free);
	return fail_host_not_enough_free_memory(c, needed, free_);
}

struct search {
	struct call *c;
	struct tx *t;
	const struct vm *vm;
	struct ref best;
	int64_t most;
	const char *reasons[128];
	unsigned n;
};

static int
consider(const struct record *r, void *arg)
{
	struct search *s = arg;
	const struct host *host = (const struct host *)r;
	const char *why = objection(s->t, s->vm, host);
	int64_t room;

	if (why) {
		if (s->n + 2 <= 128) {
			s->reasons[s->n++] = host->name_label;
			s->reasons[s->n++] = why;
		}
		return 0;
	}
	room = metrics_of(s->t, host)->memory_free;
	if (ref_equal(r->self, s->vm->affinity))
		room = INT64_MAX;
	if (room > s->most) {
		s->most = room;
		s->best = r->self;
	}
	return 0;
}

int
placement_choose(struct call *c, struct tx *t, const struct vm *vm,
    struct ref *host_r)
{
	struct search s = { .c = c, .t = t, .vm = vm, .most = -1 };

	(void)tx_each(t, CLASS_host, consider, &s);
	if (ref_is_null(s.best))
		return call_fail(c, "NO_HOSTS_AVAILABLE", s.reasons, s.n);
	*host_r = s.best;
	return 0;
}

int
placement_take(struct tx *t, struct ref ref, int64_t bytes)
{
	const struct host *host = TX_GET(t, host, host, ref);
	const struct host_metrics *m = host ? metrics_of(t, host) : NULL;

	if (!m)
		return 0; /* the host is gone, and its memory with it */
	return TX_SET(t, host_metrics, host_metrics, host->metrics, memory_free,
	    m->memory_free - bytes);
}
