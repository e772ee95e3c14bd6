/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/value_wire.h"

#include <stdio.h>

/* ---- XML ---- */

/* With a carriage return as an entity, since a reader turns a bare one into a
 * line feed. */
static void
xml_text(const char *s, struct bytes *out)
{
	for (; *s; s++) {
		if (strchr("<>&\r", *s))
			bytes_printf(out, "&#%d;", *s);
		else
			bytes_putc(out, *s);
	}
}

static void
xml_base64(const uint8_t *p, size_t n, struct bytes *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16;

		w |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		w |= i + 2 < n ? p[i + 2] : 0;
		bytes_putc(out, digits[w >> 18]);
		bytes_putc(out, digits[w >> 12 & 63]);
		bytes_putc(out, i + 1 < n ? digits[w >> 6 & 63] : '=');
		bytes_putc(out, i + 2 < n ? digits[w & 63] : '=');
	}
}

static void
xml_value(const struct value *v, struct bytes *out)
{
	bytes_puts(out, "<value>");
	switch (v->kind) {
	case VALUE_NIL:
		bytes_puts(out, "<nil/>");
		break;
	case VALUE_BOOL:
		bytes_printf(out, "<boolean>%d</boolean>", v->b);
		break;
	case VALUE_INT:
		bytes_printf(out, "<i8>%lld</i8>", (long long)v->i);
		break;
	case VALUE_DOUBLE:
		bytes_printf(out, "<double>%.17g</double>", v->d);
		break;
	case VALUE_STRING:
		bytes_puts(out, "<string>");
		xml_text(v->s, out);
		bytes_puts(out, "</string>");
		break;
	case VALUE_DATE:
		bytes_puts(out, "<dateTime.iso8601>");
		xml_text(v->s, out);
		bytes_puts(out, "</dateTime.iso8601>");
		break;
	case VALUE_BINARY:
		bytes_puts(out, "<base64>");
		xml_base64(v->bytes, v->n, out);
		bytes_puts(out, "</base64>");
		break;
	case VALUE_ARRAY:
		bytes_puts(out, "<array><data>");
		for (uint32_t i = 0; i < v->n; i++)
			xml_value(&v->items[i], out);
		bytes_puts(out, "</data></array>");
		break;
	case VALUE_STRUCT:
		bytes_puts(out, "<struct>");
		for (uint32_t i = 0; i < v->n; i++) {
			bytes_puts(out, "<member><name>");
			xml_text(v->members[i].name, out);
			bytes_puts(out, "</name>");
			xml_value(&v->members[i].value, out);
			bytes_puts(out, "</member>");
		}
		bytes_puts(out, "</struct>");
		break;
	}
	bytes_puts(out, "</value>");
}

void
value_wire_xml(const struct decoded_call *call, struct bytes *out)
{
	bytes_puts(out, "<methodCall><methodName>");
	xml_text(call->method, out);
	bytes_puts(out, "</methodName><params>");
	for (unsigned i = 0; i < call->nparams; i++) {
		bytes_puts(out, "<param>");
		xml_value(&call->params[i], out);
		bytes_puts(out, "</param>");
	}
	bytes_puts(out, "</params></methodCall>");
}

/* ---- JSON ---- */

static void
json_text(const char *s, struct bytes *out)
{
	bytes_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\' || (unsigned char)*s < 0x20)
			bytes_printf(out, "\\u%04x", (unsigned)*s);
		else
			bytes_putc(out, *s);
	}
	bytes_putc(out, '"');
}

static void
json_double(double d, struct bytes *out)
{
	char text[40];

	snprintf(text, sizeof(text), "%.17g", d);
	bytes_puts(out, text);
	if (!strpbrk(text, ".e"))
		bytes_puts(out, ".0");
}

static void
json_value(const struct value *v, struct bytes *out)
{
	switch (v->kind) {
	case VALUE_NIL:
		bytes_puts(out, "null");
		break;
	case VALUE_BOOL:
		bytes_puts(out, v->b ? "true" : "false");
		break;
	case VALUE_INT:
		bytes_printf(out, "%lld", (long long)v->i);
		break;
	case VALUE_DOUBLE:
		json_double(v->d, out);
		break;
	case VALUE_STRING:
		json_text(v->s, out);
		break;
	case VALUE_ARRAY:
		bytes_putc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			bytes_puts(out, i ? "," : "");
			json_value(&v->items[i], out);
		}
		bytes_putc(out, ']');
		break;
	case VALUE_STRUCT:
		bytes_putc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			bytes_puts(out, i ? "," : "");
			json_text(v->members[i].name, out);
			bytes_putc(out, ':');
			json_value(&v->members[i].value, out);
		}
		bytes_putc(out, '}');
		break;
	case VALUE_DATE:
	case VALUE_BINARY:
		abort();
	}
}

/* One struct stands without an array around it, as it may have come: depth is
 * bounded. */
void
value_wire_json(const struct decoded_call *call, struct bytes *out)
{
	struct value params = {
		.kind = VALUE_ARRAY,
		.n = call->nparams,
		.items = call->params,
	};

	if (call->nparams == 1 && call->params[0].kind == VALUE_STRUCT)
		params = call->params[0];
	bytes_puts(out,
	    call->json2 ? "{\"jsonrpc\":\"2.0\",\"method\":" : "{\"method\":");
	json_text(call->method, out);
	bytes_puts(out, ",\"params\":");
	json_value(&params, out);
	if (!call->notification)
		bytes_printf(out, ",\"id\":%s", call->json_id);
	bytes_putc(out, '}');
}

bool
value_wire_same(const struct decoded_call *a, const struct decoded_call *b)
{
	if (strcmp(a->method, b->method) != 0 || a->nparams != b->nparams)
		return false;
	for (unsigned i = 0; i < a->nparams; i++) {
		if (!value_equal(&a->params[i], &b->params[i]))
			return false;
	}
	return true;
}
