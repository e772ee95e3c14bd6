/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Simulated storage: volumes have a size and no data. What exists is what the
 * database says, so a scan finds nothing new. */
#include "storage/storage.h"

#define KIB4 INT64_C(4096)

static int
nothing(void *context, struct op *op)
{
	(void)context;
	(void)op;
	return 0;
}

static int
stat_sr(void *context, struct op *op)
{
	const struct value_member m[] = {
		{ "size", value_of_int(-1) }, /* as it was */
		{ "used", value_of_int(-1) },
	};

	(void)context;
	return op_answer(op, m, 2);
}

/* Records may say anything: sizes are set by hand, too. */
static int64_t
whole_blocks(int64_t size)
{
	if (size < 0 || size > INT64_MAX - KIB4)
		return size < 0 ? 0 : INT64_MAX / KIB4 * KIB4;
	return (size + KIB4 - 1) / KIB4 * KIB4;
}

static int
answer_volume(void *context, struct op *op)
{
	int64_t size = op_int(op, "size", 0);
	const struct value_member m[] = {
		{ "location", value_of_text(op_text(op, "vdi", "")) },
		{ "size", value_of_int(whole_blocks(size)) },
		{ "used", value_of_int(0) },
	};

	(void)context;
	return op_answer(op, m, 3);
}

static int
resize(void *context, struct op *op)
{
	if (answer_volume(context, op) < 0)
		return -1;
	op->result.n = 2; /* what it takes up stays */
	return 0;
}

static int
attach(void *context, struct op *op)
{
	const struct value_member m[] = {
		{ "path", value_of_text("") },
		{ "format", value_of_text("raw") },
	};

	(void)context;
	return op_answer(op, m, 2);
}

/* Without data all of one size are the same. */
static int
sum(void *context, struct op *op)
{
	const char *text = arena_printf(op->arena, "%016llx",
	    (unsigned long long)op_int(op, "size", 0));
	const struct value_member m = { "sum", value_of_text(text) };

	(void)context;
	return text ? op_answer(op, &m, 1) : op_fail_nomem(op);
}

static int
find_nothing(void *context, struct op *op)
{
	const struct value_member m = { "found", { .kind = VALUE_ARRAY } };

	(void)context;
	return op_answer(op, &m, 1);
}

const struct sr_driver sr_simulator = {
	.name = "simulator",
	.sr_probe = find_nothing,
	.sr_create = nothing,
	.sr_attach = stat_sr,
	.sr_detach = nothing,
	.sr_destroy = nothing,
	.sr_stat = stat_sr,
	.sr_scan = nothing,
	.sr_merge = nothing,
	.vdi_create = answer_volume,
	.vdi_destroy = nothing,
	.vdi_resize = resize,
	.vdi_stat = nothing,
	.vdi_clone = answer_volume,
	.vdi_snapshot = answer_volume,
	.vdi_copy = answer_volume,
	.vdi_attach = attach,
	.vdi_detach = nothing,
	.vdi_settle = nothing,
	.vdi_sum = sum,
};
