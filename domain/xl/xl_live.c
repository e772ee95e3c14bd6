/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes while a domain runs. */
#include <string.h>

#include "domain/xl/xl_private.h"

#define NSEC_PER_SEC 1e9

int
xl_set_memory(void *context, struct op *op)
{
	struct xl *x = context;
	int64_t target = op_int(op, "target", 0);
	uint32_t domid;
	int rc;

	/* A neighbour that makes room may have ended and so have made it. */
	if (op_int(op, "may_be_gone", 0) && (rc = xl_find(x, op, &domid)) <= 0)
		return rc;
	if (xl_need(x, op, &domid) < 0)
		return -1;
	if (target < (int64_t)1 << 20)
		return op_fail(op, "INVALID_VALUE", "target", "too small",
		    NULL);
	xl_forget(x);
	rc = libxl_set_memory_target(x->ctx, domid, target / 1024, 0, 1);
	return rc ? xl_fail(x, op, rc, "memory target") : 0;
}

int
xl_set_vcpus(void *context, struct op *op)
{
	struct xl *x = context;
	int64_t n = op_int(op, "vcpus", 0);
	libxl_bitmap map;
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	if (n < 1 || n > 512)
		return op_fail(op, "INVALID_VALUE", "vcpus", "not possible",
		    NULL);
	libxl_bitmap_init(&map);
	if (libxl_cpu_bitmap_alloc(x->ctx, &map, (int)n) < 0)
		return op_fail_nomem(op);
	for (int i = 0; i < n; i++)
		libxl_bitmap_set(&map, i);
	xl_forget(x);
	rc = libxl_set_vcpuonline(x->ctx, domid, &map, NULL);
	libxl_bitmap_dispose(&map);
	return rc ? xl_fail(x, op, rc, "vcpus") : 0;
}

/* QEMU's words: there is no code of its own for it. */
static bool
is_awake(const struct xl *x, libxl_trigger trigger)
{
	return trigger == LIBXL_TRIGGER_S3RESUME &&
	    strstr(xl_complaint(x), "not in suspended state");
}

/* Xen knows these by name and has them on no x86 machine. */
static bool
is_of_others(libxl_trigger trigger)
{
	return trigger == LIBXL_TRIGGER_RESET || trigger == LIBXL_TRIGGER_INIT;
}

int
xl_trigger(void *context, struct op *op)
{
	struct xl *x = context;
	const char *what = op_text(op, "what", "");
	libxl_trigger trigger;
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	if (libxl_trigger_from_string(what, &trigger) < 0)
		return op_fail(op, "INVALID_VALUE", "trigger", what, NULL);
	xl_forget(x);
	rc = libxl_send_trigger(x->ctx, domid, trigger, 0, NULL);
	if (rc && is_awake(x, trigger))
		return 0;
	if (rc && is_of_others(trigger))
		return op_fail(op, "OPERATION_NOT_ALLOWED",
		    arena_printf(op->arena,
			"Xen cannot send this trigger here: %s", what),
		    NULL);
	return rc ? xl_fail(x, op, rc, "trigger") : 0;
}

int
xl_sysrq(void *context, struct op *op)
{
	struct xl *x = context;
	const char *key = op_text(op, "key", "");
	uint32_t domid;
	int rc;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	if (strlen(key) != 1)
		return op_fail(op, "INVALID_VALUE", "key", key, NULL);
	xl_forget(x);
	rc = libxl_send_sysrq(x->ctx, domid, key[0]);
	return rc ? xl_fail(x, op, rc, "sysrq") : 0;
}

int
xl_xenstore_write(void *context, struct op *op)
{
	struct xl *x = context;
	const struct value *data = op_list(op, "xenstore_data");
	uint32_t domid;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	for (uint32_t i = 0; data && data->kind == VALUE_STRUCT && i < data->n;
	     i++) {
		const struct value_member *m = &data->members[i];

		if ((strncmp(m->name, "vm-data/", 8) != 0 &&
			strncmp(m->name, "FIST/", 5) != 0 &&
			strcmp(m->name, "control/ts") != 0) ||
		    strstr(m->name, "..") || m->value.kind != VALUE_STRING)
			return op_fail(op, "INVALID_VALUE", "xenstore_data",
			    m->name, NULL);
		if (xl_write(x, op,
			arena_printf(op->arena, "/local/domain/%u/%s", domid,
			    m->name),
			m->value.s) < 0)
			return -1;
	}
	return 0;
}

int
xl_stats(void *context, struct op *op)
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
	const struct value_member m[] = {
		{ "memory", value_of_int(state.memory) },
		{ "vcpus", value_of_int(state.vcpus_online) },
		{ "cpu",
		    { .kind = VALUE_DOUBLE,
			.d = (double)state.cpu_time / NSEC_PER_SEC } },
	};
	return op_answer(op, m, 3);
}
