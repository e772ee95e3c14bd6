/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hosts and the daemon tell about themselves. */
#include <string.h>

#include "call/edit.h"
#include "lib/logring.h"
#include "model/builder.h"
#include "support/collect.h"

/* ---- memory ---- */

/* A resident VM as memory counts it. */
static int64_t
memory_needed(struct call *c, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(c->db, CLASS_VM, ref);
	const struct vm *vm = (const struct vm *)r;

	return vm ? vm->memory_dynamic_min + vm->memory_overhead : 0;
}

/* What is left when every guest is at its dynamic minimum. */
int
host_compute_free_memory(struct call *c,
    const struct host_compute_free_memory_args *a, int64_t *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	const struct host *h = (const struct host *)r;
	const struct ref *vms;

	if (!h)
		return -1;
	RECORD_UNREF const struct record *m =
	    db_get(c->db, CLASS_host_metrics, h->metrics);

	if (!m)
		return fail_host_cannot_read_metrics(c);
	*result_r =
	    ((const struct host_metrics *)m)->memory_total - h->memory_overhead;
	vms = h->resident_VMs.items;
	for (uint32_t i = 0; i < h->resident_VMs.n; i++)
		*result_r -= memory_needed(c, vms[i]);
	if (*result_r < 0)
		*result_r = 0;
	return 0;
}

int
host_compute_memory_overhead(struct call *c,
    const struct host_compute_memory_overhead_args *a, int64_t *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);

	if (!r)
		return -1;
	*result_r = ((const struct host *)r)->memory_overhead;
	return 0;
}

/* ---- guests ---- */

/* Every guest ballooned as it was told: the calls are deprecated, and nothing
 * finds such guests. */
int
host_get_uncooperative_resident_VMs(struct call *c,
    const struct host_get_uncooperative_resident_VMs_args *a,
    struct set *result_r)
{
	(void)c;
	(void)a;
	*result_r = (struct set){ .n = 0 };
	return 0;
}

int
host_get_uncooperative_domains(struct call *c,
    const struct host_get_uncooperative_domains_args *a, struct set *result_r)
{
	(void)c;
	(void)a;
	*result_r = (struct set){ .n = 0 };
	return 0;
}

/* ---- network ---- */

int
host_get_management_interface(struct call *c,
    const struct host_get_management_interface_args *a, struct ref *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, a->host);
	const struct host *h = (const struct host *)r;
	const struct ref *pifs;

	if (!h)
		return -1;
	pifs = h->PIFs.items;
	for (uint32_t i = 0; i < h->PIFs.n; i++) {
		RECORD_UNREF const struct record *pif =
		    db_get(c->db, CLASS_PIF, pifs[i]);

		if (pif && ((const struct pif *)pif)->management) {
			*result_r = pifs[i];
			return 0;
		}
	}
	return fail_host_has_no_management_ip(c);
}

/* ---- the daemon ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
host_list_methods(struct call *c, const struct host_list_methods_args *a,
    struct set *result_r)
{
	const char **names =
	    arena_array(c->arena, method_count, sizeof(*names));

	(void)a;
	if (!names)
		return call_fail_nomem(c);
	for (unsigned i = 0; i < method_count; i++)
		names[i] = method_table[i].name;
	qsort(names, method_count, sizeof(*names), compare_names);
	*result_r = (struct set){ .items = names, .n = method_count };
	return 0;
}

int
host_is_in_emergency_mode(struct call *c,
    const struct host_is_in_emergency_mode_args *a, bool *result_r)
{
	(void)c;
	(void)a;
	*result_r = false; /* a coordinator is never without one */
	return 0;
}

/* Who reads this answer has been served. */
int
host_ha_xapi_healthcheck(struct call *c,
    const struct host_ha_xapi_healthcheck_args *a, bool *result_r)
{
	(void)a;
	*result_r = !atomic_load(&c->core->stopping);
	return 0;
}

int
host_local_assert_healthy(struct call *c,
    const struct host_local_assert_healthy_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

static int
answer_text(struct call *c, struct bytes *text, const char **result_r)
{
	*result_r = text->failed
	    ? NULL
	    : arena_strndup(c->arena, text->len ? text->p : "", text->len);
	return *result_r ? 0 : call_fail_nomem(c);
}

int
host_get_log(struct call *c, const struct host_get_log_args *a,
    const char **result_r)
{
	CLEANUP_BYTES struct bytes text = { 0 };

	(void)a;
	logring_copy(&text);
	return answer_text(c, &text, result_r);
}

int
host_get_system_status_capabilities(struct call *c,
    const struct host_get_system_status_capabilities_args *a,
    const char **result_r)
{
	CLEANUP_BYTES struct bytes xml = { 0 };

	(void)a;
	collect_capabilities(&xml);
	return answer_text(c, &xml, result_r);
}

/* Mean times of what the daemon measures; with counts, how often. */
int
host_get_diagnostic_timing_stats(struct call *c,
    const struct host_get_diagnostic_timing_stats_args *a, struct map *result_r)
{
	struct builder b = { .arena = c->arena };
	struct db_stats s;
	double mean;

	db_get_stats(c->db, &s);
	mean = s.batches ? (double)s.flush_ns / 1e9 / (double)s.batches : 0;
	*result_r = BUILDER_MAP(&b, "database flush",
	    a->counts ? builder_text(&b, "%llu %.6f",
			    (unsigned long long)s.batches, mean)
		      : builder_text(&b, "%.6f", mean));
	return b.failed ? call_fail_nomem(c) : 0;
}
