/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine as the hypervisor sees it: the control domain's kernel knows its
 * own share only. */
#include "domain/xl_private.h"

static int64_t
pages(uint64_t n)
{
	return (int64_t)n * XC_PAGE_BYTES;
}

static int64_t
dom0_memory(struct xl *x)
{
	libxl_dominfo info;
	int64_t bytes = 0;

	libxl_dominfo_init(&info);
	if (libxl_domain_info(x->ctx, &info, 0) == 0)
		bytes = (int64_t)info.current_memkb * 1024;
	libxl_dominfo_dispose(&info);
	return bytes;
}

int
xl_host(void *context, struct op *op)
{
	struct xl *x = context;
	const libxl_version_info *version;
	libxl_physinfo info;
	int rc;

	xl_forget(x);
	libxl_physinfo_init(&info);
	rc = libxl_get_physinfo(x->ctx, &info);
	version = libxl_get_version_info(x->ctx);
	if (rc || !version) {
		libxl_physinfo_dispose(&info);
		return xl_fail(x, op, rc ? rc : ERROR_FAIL, "host");
	}
	rc = op_answer(op,
	    (const struct value_member[]){
		{ "memory_total", value_of_int(pages(info.total_pages)) },
		{ "memory_free",
		    value_of_int(pages(info.free_pages + info.scrub_pages)) },
		{ "dom0_memory", value_of_int(dom0_memory(x)) },
		{ "cpus", value_of_int(info.nr_cpus) },
		{ "threads_per_core", value_of_int(info.threads_per_core) },
		{ "cores_per_socket", value_of_int(info.cores_per_socket) },
		{ "nodes", value_of_int(info.nr_nodes) },
		{ "hvm", value_of_bool(info.cap_hvm) },
		{ "xen_version",
		    value_of_text(arena_printf(op->arena, "%d.%d%s",
			version->xen_version_major, version->xen_version_minor,
			version->xen_version_extra)) },
	    },
	    9);
	libxl_physinfo_dispose(&info);
	return rc;
}
