/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a domain is scheduled and how much memory Xen keeps its page tables in:
 * at its start, and while it runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

#include "domain/xl/xl_private.h"
#include "lib/cpu_mask.h"
#include "lib/log.h"

#define KIB 1024

/* ---- affinity ---- */

/* The processors of this host that a virtual one may have: by the VM's mask and
 * the host's. Empty: none of those is here. -1: raised. */
static int
cpus_of(struct xl *x, struct op *op, unsigned vcpu, libxl_bitmap *out)
{
	const char *mask = op_text(op, "mask", "");
	const char *host = op_text(op, "host_mask", "");
	int cpus = libxl_get_max_cpus(x->ctx);
	struct cpu_mask m, cut;

	libxl_bitmap_init(out);
	if (cpus < 1 || libxl_cpu_bitmap_alloc(x->ctx, out, cpus) < 0)
		return op_fail_nomem(op);
	memset(&m, 0xff, sizeof(m));
	if (*mask)
		cpu_mask_read(mask, vcpu, &m);
	if (*host) {
		cpu_mask_read(host, 0, &cut);
		cpu_mask_cut(&m, &cut);
	}
	for (int i = 0; i < cpus; i++)
		if (cpu_mask_has(&m, (unsigned)i))
			libxl_bitmap_set(out, i);
	return 0;
}

static bool
has_masks(const struct op *op)
{
	return *op_text(op, "mask", "") || *op_text(op, "host_mask", "");
}

/* A VM that names processors which are not here starts all the same, and runs
 * where it can. */
static int
set_affinity(struct xl *x, struct op *op, libxl_domain_build_info *b)
{
	unsigned n = (unsigned)b->max_vcpus;

	if (!has_masks(op))
		return 0;
	b->vcpu_hard_affinity = calloc(n, sizeof(*b->vcpu_hard_affinity));
	if (!b->vcpu_hard_affinity)
		return op_fail_nomem(op);
	b->num_vcpu_hard_affinity = (int)n;
	for (unsigned i = 0; i < n; i++) {
		libxl_bitmap *map = &b->vcpu_hard_affinity[i];

		if (cpus_of(x, op, i, map) < 0)
			return -1;
		if (!libxl_bitmap_is_empty(map))
			continue;
		log_warn("%s: none of the processors of mask \"%s\" is here",
		    op->uuid, op_text(op, "mask", ""));
		libxl_bitmap_set_any(map);
	}
	return 0;
}

static int
pin(struct xl *x, struct op *op, uint32_t domid, unsigned vcpu)
{
	libxl_bitmap map;
	int rc = cpus_of(x, op, vcpu, &map);

	if (rc == 0 && libxl_bitmap_is_empty(&map))
		rc = op_fail(op, "INVALID_VALUE", "VCPUs_params:mask",
		    op_text(op, "mask", ""), NULL);
	if (rc == 0) {
		xl_forget(x);
		rc = libxl_set_vcpuaffinity(x->ctx, domid, vcpu, &map, NULL);
		if (rc)
			rc = xl_fail(x, op, rc, "affinity");
	}
	libxl_bitmap_dispose(&map);
	return rc;
}

/* ---- a share of the processors ---- */

static int
set_share(struct xl *x, struct op *op, uint32_t domid)
{
	libxl_domain_sched_params params;
	int rc;

	libxl_domain_sched_params_init(&params);
	params.weight = (int)op_int(op, "weight", 256);
	params.cap = (int)op_int(op, "cap", 0);
	xl_forget(x);
	rc = libxl_domain_sched_params_set(x->ctx, domid, &params);
	libxl_domain_sched_params_dispose(&params);
	return rc ? xl_fail(x, op, rc, "scheduler") : 0;
}

int
xl_set_scheduling(void *context, struct op *op)
{
	struct xl *x = context;
	struct xl_state state;
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	rc = xl_look(x, domid, &state);
	if (rc)
		return xl_fail(x, op, rc, "info");
	for (unsigned i = 0; rc == 0 && i < state.vcpus; i++)
		rc = pin(x, op, domid, i);
	return rc == 0 ? set_share(x, op, domid) : -1;
}

/* ---- memory for page tables ---- */

/* What is usual, 1 MiB for each virtual processor and 8 KiB for each MiB of
 * memory, times what the VM says. */
static uint64_t
paging_kib(const struct op *op)
{
	const struct value *m = value_member(op->args, "shadow_multiplier");
	double times = m && m->kind == VALUE_DOUBLE ? m->d : 1;
	int64_t memory = op_int(op, "memory_static_max", 0);
	int64_t vcpus = op_int(op, "vcpus_max", 1);
	double kib = (double)vcpus * KIB + (double)memory / KIB / KIB * 8;

	if (!(times >= 1 && times < 1e6))
		times = 1;
	return (uint64_t)(kib * times);
}

static int
fail_memory(struct op *op, uint64_t need, uint64_t have)
{
	return op_fail(op, "HOST_NOT_ENOUGH_FREE_MEMORY",
	    arena_printf(op->arena, "%llu", (unsigned long long)need),
	    arena_printf(op->arena, "%llu", (unsigned long long)have), NULL);
}

static uint64_t
free_bytes(struct xl *x)
{
	uint64_t have = 0;
	libxl_physinfo info;

	libxl_physinfo_init(&info);
	if (libxl_get_physinfo(x->ctx, &info) == 0)
		have = info.free_pages * XC_PAGE_BYTES;
	libxl_physinfo_dispose(&info);
	return have;
}

/* The hypervisor takes page after page until there is none, and keeps them:
 * what cannot be had is not begun, and what was not had is given back. */
static int
set_paging(struct xl *x, struct op *op, xc_interface *xc, uint32_t domid,
    uint64_t bytes)
{
	uint64_t had, have = free_bytes(x);

	if (xc_get_paging_mempool_size(xc, domid, &had) < 0)
		return op_fail_errno(op, "INTERNAL_ERROR", "paging memory");
	if (bytes > had && bytes - had > have)
		return fail_memory(op, bytes - had, have);
	if (xc_set_paging_mempool_size(xc, domid, bytes) == 0)
		return 0;
	if (errno != ENOMEM)
		return op_fail_errno(op, "INTERNAL_ERROR", "paging memory");
	(void)xc_set_paging_mempool_size(xc, domid, had);
	return fail_memory(op, bytes - had, free_bytes(x));
}

int
xl_set_shadow(void *context, struct op *op)
{
	uint64_t bytes = (paging_kib(op) + KIB - 1) / KIB * KIB * KIB;
	struct xl *x = context;
	xc_interface *xc;
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	xc = xc_interface_open(x->logger, x->logger, 0);
	if (!xc)
		return op_fail_errno(op, "INTERNAL_ERROR", "hypervisor");
	rc = set_paging(x, op, xc, domid, bytes);
	xc_interface_close(xc);
	return rc;
}

int
xl_tune(struct xl *x, struct op *op, libxl_domain_build_info *b)
{
	const struct value *m = value_member(op->args, "shadow_multiplier");

	b->sched_params.weight = (int)op_int(op, "weight", 256);
	b->sched_params.cap = (int)op_int(op, "cap", 0);
	if (b->type == LIBXL_DOMAIN_TYPE_HVM && m && m->kind == VALUE_DOUBLE &&
	    m->d > 1)
		b->shadow_memkb = paging_kib(op);
	return set_affinity(x, op, b);
}
