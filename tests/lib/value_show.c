/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/value_show.h"

static void
array_text(const struct value *v, struct bytes *out)
{
	bytes_putc(out, '[');
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			bytes_putc(out, ',');
		value_show(&v->items[i], out);
	}
	bytes_putc(out, ']');
}

static void
struct_text(const struct value *v, struct bytes *out)
{
	bytes_putc(out, '{');
	for (uint32_t i = 0; i < v->n; i++) {
		bytes_printf(out, "%s%s:", i ? "," : "", v->members[i].name);
		value_show(&v->members[i].value, out);
	}
	bytes_putc(out, '}');
}

void
value_show(const struct value *v, struct bytes *out)
{
	switch (v->kind) {
	case VALUE_NIL:
		bytes_puts(out, "nil");
		break;
	case VALUE_BOOL:
		bytes_puts(out, v->b ? "true" : "false");
		break;
	case VALUE_INT:
		bytes_put_int(out, v->i);
		break;
	case VALUE_DOUBLE:
		bytes_printf(out, "%gd", v->d);
		break;
	case VALUE_STRING:
		bytes_printf(out, "'%.*s'", (int)v->n, v->s);
		break;
	case VALUE_DATE:
		bytes_printf(out, "@%.*s", (int)v->n, v->s);
		break;
	case VALUE_BINARY:
		bytes_putc(out, '#');
		for (uint32_t i = 0; i < v->n; i++)
			bytes_printf(out, "%02x", v->bytes[i]);
		break;
	case VALUE_ARRAY:
		array_text(v, out);
		break;
	case VALUE_STRUCT:
		struct_text(v, out);
		break;
	}
}
