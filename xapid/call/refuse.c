/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/refuse.h"

#include <stdio.h>

int
refuse_with(struct call *c, const char *code, unsigned n,
    const char *const params[])
{
	return c ? call_fail(c, code, params, n) : -1;
}

int
refuse_ref(struct call *c, const char *code, struct ref ref, const char *more)
{
	const char *params[] = { c ? call_ref_text(c, ref) : "", more };

	return refuse_with(c, code, more ? 2 : 1, params);
}

int
refuse_text(struct call *c, const char *text)
{
	return refuse_with(c, "OPERATION_NOT_ALLOWED", 1, &text);
}

int
refuse_busy(struct call *c, const struct record *about,
    const struct map *current, uint32_t at, const struct enum_info *names)
{
	const char *params[4] = { about->cls->name, "", "", "" };

	if (!c)
		return -1;
	params[1] = call_ref_text(c, about->self);
	params[2] = names->values[((const int *)current->values)[at]];
	params[3] = ((const char *const *)current->keys)[at];
	return refuse_with(c, "OTHER_OPERATION_IN_PROGRESS", 4, params);
}

int
refuse_number(struct call *c, const char *field, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return fail_invalid_value(c, field, text);
}
