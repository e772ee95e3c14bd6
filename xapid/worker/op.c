/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker/op.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

const char *
op_text(const struct op *op, const char *name, const char *otherwise)
{
	return value_text(op->args, name, otherwise);
}

int64_t
op_int(const struct op *op, const char *name, int64_t otherwise)
{
	return value_int(op->args, name, otherwise);
}

bool
op_bool(const struct op *op, const char *name, bool otherwise)
{
	return value_bool(op->args, name, otherwise);
}

const struct value *
op_list(const struct op *op, const char *name)
{
	const struct value *v = value_member(op->args, name);

	return v && (v->kind == VALUE_STRUCT || v->kind == VALUE_ARRAY) ? v
									: NULL;
}

int
op_answer(struct op *op, const struct value_member *members, uint32_t n)
{
	struct value_member *m = arena_array(op->arena, n + 1, sizeof(*m));

	if (!m)
		return op_fail_nomem(op);
	for (uint32_t i = 0; i < n; i++)
		m[i] = members[i];
	op->result =
	    (struct value){ .kind = VALUE_STRUCT, .n = n, .members = m };
	return 0;
}

int
op_fail_nomem(struct op *op)
{
	op->error[0] = "INTERNAL_ERROR";
	op->error[1] = "Out of memory";
	op->nerror = 2;
	return -1;
}

int
op_fail(struct op *op, const char *code, ...)
{
	const char *param;
	va_list ap;

	if (op->nerror)
		return -1;
	op->error[0] = code;
	op->nerror = 1;
	va_start(ap, code);
	while (op->nerror <= OP_ERROR_PARAMS &&
	    (param = va_arg(ap, const char *))) {
		param = arena_strdup(op->arena, param);
		if (!param) {
			va_end(ap);
			return op_fail_nomem(op);
		}
		op->error[op->nerror++] = param;
	}
	va_end(ap);
	return -1;
}

int
op_fail_errno(struct op *op, const char *code, const char *what)
{
	const char *text =
	    arena_printf(op->arena, "%s: %s", what, strerror(errno));

	return text ? op_fail(op, code, text, NULL) : op_fail_nomem(op);
}
