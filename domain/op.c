/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "domain/domain.h"

const char *
domain_arg_text(const struct domain_op *op, const char *name,
    const char *otherwise)
{
	const struct value *v = value_member(op->args, name);

	return v && v->kind == VALUE_STRING ? v->s : otherwise;
}

int64_t
domain_arg_int(const struct domain_op *op, const char *name, int64_t otherwise)
{
	const struct value *v = value_member(op->args, name);

	return v && v->kind == VALUE_INT ? v->i : otherwise;
}

bool
domain_arg_bool(const struct domain_op *op, const char *name, bool otherwise)
{
	const struct value *v = value_member(op->args, name);

	return v && v->kind == VALUE_BOOL ? v->b : otherwise;
}

int
domain_fail_nomem(struct domain_op *op)
{
	op->error[0] = "INTERNAL_ERROR";
	op->error[1] = "Out of memory";
	op->nerror = 2;
	return -1;
}

int
domain_fail(struct domain_op *op, const char *code, ...)
{
	const char *param;
	va_list ap;

	op->error[0] = code;
	op->nerror = 1;
	va_start(ap, code);
	while (op->nerror <= DOMAIN_ERROR_PARAMS &&
	    (param = va_arg(ap, const char *))) {
		param = arena_strdup(op->arena, param);
		if (!param) {
			va_end(ap);
			return domain_fail_nomem(op);
		}
		op->error[op->nerror++] = param;
	}
	va_end(ap);
	return -1;
}
