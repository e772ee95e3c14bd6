/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine as the hypervisor sees it: the control domain's kernel knows its
 * own share only. */
#include <errno.h>
#include <string.h>

#include "domain/xl/xl_private.h"

static int64_t
pages(uint64_t n)
{
	return (int64_t)n * XC_PAGE_BYTES;
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
		{ "dom0_memory", value_of_int(xl_memory(x, 0)) },
		{ "cpus", value_of_int(info.nr_cpus) },
		{ "threads_per_core", value_of_int(info.threads_per_core) },
		{ "cores_per_socket", value_of_int(info.cores_per_socket) },
		{ "nodes", value_of_int(info.nr_nodes) },
		{ "hvm", value_of_bool(info.cap_hvm) },
		{ "iommu", value_of_bool(info.cap_hvm_directio) },
		{ "xen_version",
		    value_of_text(arena_printf(op->arena, "%d.%d%s",
			version->xen_version_major, version->xen_version_minor,
			version->xen_version_extra)) },
	    },
	    10);
	libxl_physinfo_dispose(&info);
	return rc;
}

/* ---- the hypervisor's console ---- */

/* The last bytes of the ring; NULL: no memory. */
static const char *
read_ring(struct xl *x, libxl_xen_console_reader *reader, struct op *op, int *r)
{
	CLEANUP_BYTES struct bytes all = { 0 };
	char *line;
	size_t from;

	while ((*r = libxl_xen_console_read_line(x->ctx, reader, &line)) == 1)
		bytes_puts(&all, line);
	if (all.failed)
		return NULL;
	from = all.len > DOMAIN_DMESG_BYTES ? all.len - DOMAIN_DMESG_BYTES : 0;
	return arena_strndup(op->arena, all.len ? all.p + from : "",
	    all.len - from);
}

int
xl_dmesg(void *context, struct op *op)
{
	struct xl *x = context;
	libxl_xen_console_reader *reader;
	const char *text;
	int r;

	xl_forget(x);
	reader =
	    libxl_xen_console_read_start(x->ctx, op_int(op, "clear", 0) != 0);
	if (!reader)
		return xl_fail(x, op, ERROR_FAIL, "console ring");
	text = read_ring(x, reader, op, &r);
	libxl_xen_console_read_finish(x->ctx, reader);
	if (r < 0)
		return xl_fail(x, op, r, "console ring");
	if (!text)
		return op_fail_nomem(op);
	return op_answer(op,
	    (const struct value_member[]){ { "text", value_of_text(text) } },
	    1);
}

int
xl_debug_keys(void *context, struct op *op)
{
	struct xl *x = context;
	char *keys = arena_printf(op->arena, "%s", op_text(op, "keys", ""));
	int rc;

	if (!keys)
		return op_fail_nomem(op);
	xl_forget(x);
	rc = libxl_send_debug_keys(x->ctx, keys);
	return rc ? xl_fail(x, op, rc, "debug keys") : 0;
}

/* ---- what agents read ---- */

#define FEATURES "/guest_agent_features"
#define UPDATE FEATURES "/Guest_agent_auto_update"

/* What is made below it later may be read by all guests, too. */
static int
show_to_all(struct xl *x, struct op *op, const char *path)
{
	struct xs_permissions all = { .id = 0, .perms = XS_PERM_READ };

	if (xl_write(x, op, path, "") < 0)
		return -1;
	return xs_set_permissions(x->xs, XBT_NULL, path, &all, 1)
	    ? 0
	    : op_fail_errno(op, "INTERNAL_ERROR", path);
}

/* source: xen-api 26.17, what its toolstack writes for guest agents */
int
xl_guest_agents(void *context, struct op *op)
{
	struct xl *x = context;
	const char *enabled = op_text(op, "update_enabled", "");
	const char *url = op_text(op, "update_url", "");

	if (show_to_all(x, op, FEATURES) < 0 || show_to_all(x, op, UPDATE) < 0)
		return -1;
	if (!xs_rm(x->xs, XBT_NULL, UPDATE "/parameters") && errno != ENOENT)
		return op_fail_errno(op, "INTERNAL_ERROR", UPDATE);
	if (xl_write(x, op, UPDATE "/licensed", "1") < 0)
		return -1;
	if (*enabled &&
	    xl_write(x, op, UPDATE "/parameters/enabled",
		strcmp(enabled, "true") == 0 ? "1" : "0") < 0)
		return -1;
	return *url ? xl_write(x, op, UPDATE "/parameters/update_url", url) : 0;
}
