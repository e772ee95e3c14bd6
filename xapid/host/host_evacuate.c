/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emptying a host. Guests would move to others that are in service; as long as
 * nothing moves them, each that runs there is in the way, and says why. */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "host/host_live.h"

static bool
is_target(struct tx *t, const struct host *h, struct ref from)
{
	const struct host_metrics *m =
	    TX_GET(t, host_metrics, host_metrics, h->metrics);

	return h->enabled && m && m->live && !ref_equal(h->r.self, from);
}

struct survey {
	struct tx *t;
	struct ref from;
	unsigned targets;
};

static int
count_target(const struct record *r, void *arg)
{
	struct survey *s = arg;

	s->targets += is_target(s->t, (const struct host *)r, s->from);
	return 0;
}

/* Why a guest stays, as an error: code and parameters. */
static struct set
reason(struct call *c, struct ref vm, unsigned targets)
{
	const char **words = arena_array(c->arena, 2, sizeof(*words));

	if (!words)
		return (struct set){ .n = 0 };
	words[0] = targets ? "NOT_IMPLEMENTED" : "NO_HOSTS_AVAILABLE";
	words[1] = targets ? "VM.pool_migrate" : call_ref_text(c, vm);
	return (struct set){ .items = words, .n = 2 };
}

/* VM -> set string. */
static int
find_stuck(struct call *c, struct ref host, struct map *out)
{
	TX_SCOPE struct tx *t = call_begin(c);
	struct survey s = { .t = t, .from = host };
	const struct host *h = t ? EDIT_HEAD(c, t, host, host, host) : NULL;
	const struct ref *vms;
	struct set *reasons;
	struct ref *guests;

	if (!h)
		return -1;
	(void)tx_each(t, CLASS_host, count_target, &s);
	vms = h->resident_VMs.items;
	guests = arena_array(c->arena, h->resident_VMs.n + 1, sizeof(*guests));
	reasons =
	    arena_array(c->arena, h->resident_VMs.n + 1, sizeof(*reasons));
	if (!guests || !reasons)
		return call_fail_nomem(c);
	*out = (struct map){ .keys = guests, .values = reasons };
	for (uint32_t i = 0; i < h->resident_VMs.n; i++) {
		const struct vm *vm = TX_GET(t, VM, vm, vms[i]);

		if (!vm || vm->is_control_domain)
			continue;
		guests[out->n] = vms[i];
		reasons[out->n] = reason(c, vms[i], s.targets);
		if (reasons[out->n++].n == 0)
			return call_fail_nomem(c);
	}
	return 0;
}

int
host_get_vms_which_prevent_evacuation(struct call *c,
    const struct host_get_vms_which_prevent_evacuation_args *a,
    struct map *result_r)
{
	return find_stuck(c, a->self, result_r);
}

int
host_assert_can_evacuate(struct call *c,
    const struct host_assert_can_evacuate_args *a)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const struct set *reasons;
	struct map stuck;
	const char *all;

	if (find_stuck(c, a->host, &stuck) < 0)
		return -1;
	reasons = stuck.values;
	for (uint32_t i = 0; i < stuck.n; i++) {
		const char *const *words = reasons[i].items;

		bytes_printf(&text, "%s%s,%s", i ? "|" : "", words[0],
		    words[1]);
	}
	if (!stuck.n)
		return 0;
	all = bytes_cstr(&text);
	return all ? fail_cannot_evacuate_host(c, all) : call_fail_nomem(c);
}

/* The first that stays says so; a host without guests is empty already. */
int
host_evacuate(struct call *c, const struct host_evacuate_args *a)
{
	const struct set *reasons;
	const char *const *words;
	struct map stuck;
	char n[24];

	if (a->evacuate_batch_size < 0) {
		snprintf(n, sizeof(n), "%lld",
		    (long long)a->evacuate_batch_size);
		return fail_invalid_value(c, "evacuate_batch_size", n);
	}
	if (find_stuck(c, a->host, &stuck) < 0)
		return -1;
	reasons = stuck.values;
	words = stuck.n ? reasons[0].items : NULL;
	return words ? call_fail(c, words[0], words + 1, 1) : 0;
}

/* ---- updates ---- */

struct readiness {
	struct call *c;
	bool reboots;
	struct set *reasons;
	uint32_t n, cap;
};

static int
add_reason(struct readiness *r, const struct set *words)
{
	if (r->n == r->cap) {
		uint32_t cap = r->cap ? r->cap * 2 : 16;
		struct set *more = arena_array(r->c->arena, cap, sizeof(*more));

		if (!more)
			return call_fail_nomem(r->c);
		if (r->n)
			memcpy(more, r->reasons, r->n * sizeof(*more));
		r->reasons = more;
		r->cap = cap;
	}
	r->reasons[r->n++] = *words;
	return 0;
}

/* word NULL: the code alone. */
static int
add_words(struct readiness *r, const char *code, const char *word)
{
	const char **words = arena_array(r->c->arena, 2, sizeof(*words));

	if (!words)
		return call_fail_nomem(r->c);
	words[0] = code;
	words[1] = word;
	return add_reason(r,
	    &(struct set){ .items = words, .n = word ? 2 : 1 });
}

/* A host that is off, or that guests would keep from a reboot. */
static int
check_host(struct readiness *r, const struct host *h)
{
	const struct set *reasons;
	struct map stuck;

	if (!host_is_live(r->c->db, h))
		return add_words(r, "HOST_OFFLINE",
		    call_ref_text(r->c, h->r.self));
	if (!r->reboots)
		return 0;
	if (find_stuck(r->c, h->r.self, &stuck) < 0)
		return -1;
	reasons = stuck.values;
	for (uint32_t i = 0; i < stuck.n; i++)
		if (add_reason(r, &reasons[i]) < 0)
			return -1;
	return 0;
}

int
pool_check_update_readiness(struct call *c,
    const struct pool_check_update_readiness_args *a, struct set *result_r)
{
	struct readiness r = { .c = c, .reboots = a->requires_reboot };
	RECORD_UNREF const struct record *p = call_get(c, CLASS_pool, a->self);
	const struct record **all;
	uint32_t n;
	int rc = 0;

	if (!p)
		return -1;
	if (((const struct pool *)p)->ha_enabled)
		rc = add_words(&r, "HA_IS_ENABLED", NULL);
	if (db_get_all(c->db, CLASS_host, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = check_host(&r, (const struct host *)all[i]);
	db_release_all(all, n);
	*result_r = (struct set){ .items = r.reasons, .n = r.n };
	return rc;
}
