/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/client.h"

#include <libxml/parser.h>
#include <string.h>

#include "lib/text.h"
#include "rpc/escape.h"

/* ---- calls ---- */

static void encode(const struct value *v, struct bytes *out);

static void
encode_array(const struct value *v, struct bytes *out)
{
	bytes_puts(out, "<array><data>");
	for (uint32_t i = 0; i < v->n; i++)
		encode(&v->items[i], out);
	bytes_puts(out, "</data></array>");
}

static void
encode_struct(const struct value *v, struct bytes *out)
{
	bytes_puts(out, "<struct>");
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value_member *m = &v->members[i];

		bytes_puts(out, "<member><name>");
		escape_xml(out, m->name);
		bytes_puts(out, "</name>");
		encode(&m->value, out);
		bytes_puts(out, "</member>");
	}
	bytes_puts(out, "</struct>");
}

static void
encode(const struct value *v, struct bytes *out)
{
	char number[32];

	bytes_puts(out, "<value>");
	switch (v->kind) {
	case VALUE_NIL:
		bytes_puts(out, "<nil/>");
		break;
	case VALUE_BOOL:
		bytes_printf(out, "<boolean>%d</boolean>", v->b);
		break;
	case VALUE_INT: /* as text: i4 is too small for many of them */
		bytes_put_int(out, v->i);
		break;
	case VALUE_DOUBLE:
		text_format_double(v->d, number);
		bytes_printf(out, "<double>%s</double>", number);
		break;
	case VALUE_STRING:
		escape_xml(out, v->s);
		break;
	case VALUE_DATE:
		bytes_puts(out, "<dateTime.iso8601>");
		escape_xml(out, v->s);
		bytes_puts(out, "</dateTime.iso8601>");
		break;
	case VALUE_BINARY: /* JSON has none, so nobody passes any on */
		break;
	case VALUE_ARRAY:
		encode_array(v, out);
		break;
	case VALUE_STRUCT:
		encode_struct(v, out);
		break;
	}
	bytes_puts(out, "</value>");
}

void
xmlrpc_call_encode(const char *method, const struct value *params, unsigned n,
    struct bytes *out)
{
	bytes_puts(out, "<?xml version=\"1.0\"?><methodCall><methodName>");
	escape_xml(out, method);
	bytes_puts(out, "</methodName><params>");
	for (unsigned i = 0; i < n; i++) {
		bytes_puts(out, "<param>");
		encode(&params[i], out);
		bytes_puts(out, "</param>");
	}
	bytes_puts(out, "</params></methodCall>");
}

/* ---- replies ---- */

static bool
is_named(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE &&
	    strcmp((const char *)node->name, name) == 0;
}

/* The first element of this name among the children (NULL node: none). */
static const xmlNode *
child(const xmlNode *node, const char *name)
{
	const xmlNode *c = node ? node->children : NULL;

	while (c && !is_named(c, name))
		c = c->next;
	return c;
}

/* Walks a path of element names: "params", "param", NULL. */
static const xmlNode *
descend(const xmlNode *node, const char *const path[])
{
	for (; node && *path; path++)
		node = child(node, *path);
	return node;
}

/* The <value> of a struct's member. */
static const xmlNode *
member(const xmlNode *structure, const char *name)
{
	const xmlNode *m = structure ? structure->children : NULL;

	for (; m; m = m->next) {
		const xmlNode *n =
		    is_named(m, "member") ? child(m, "name") : NULL;
		xmlChar *text = n ? xmlNodeGetContent(n) : NULL;
		bool found = text && strcmp((const char *)text, name) == 0;

		xmlFree(text);
		if (found)
			return child(m, "value");
	}
	return NULL;
}

static bool
has_element(const xmlNode *value)
{
	for (const xmlNode *c = value->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE)
			return true;
	return false;
}

/* Text of a <value>: bare, or of a scalar element; NULL for arrays, structs
 * and text that is not clean. */
static const char *
text_of(struct arena *a, const xmlNode *value)
{
	const char *text = NULL;
	xmlChar *content;

	if (!value || child(value, "array") || child(value, "struct"))
		return NULL;
	content = xmlNodeGetContent(value);
	if (content && text_is_clean((char *)content, strlen((char *)content)))
		text = arena_strdup(a, (const char *)content);
	xmlFree(content);
	return text;
}

static bool
is_string(const xmlNode *value)
{
	return value && (!has_element(value) || child(value, "string"));
}

/* An array of strings. */
static int
read_error(struct arena *a, const xmlNode *value, struct xmlrpc_reply *out)
{
	static const char *const path[] = { "array", "data", NULL };
	const xmlNode *data = descend(value, path);
	unsigned n = 0;

	for (const xmlNode *v = data ? data->children : NULL; v; v = v->next)
		n += is_named(v, "value");
	if (!n)
		return 0; /* odd */
	out->error = arena_array(a, n, sizeof(*out->error));
	if (!out->error)
		return -1;
	for (const xmlNode *v = data->children; v; v = v->next) {
		const char *text;

		if (!is_named(v, "value"))
			continue;
		text = text_of(a, v);
		out->error[out->nerror++] = text ? text : "";
	}
	out->kind = REPLY_FAILURE;
	return 0;
}

static int
read_status(struct arena *a, const xmlNode *structure, struct xmlrpc_reply *out)
{
	const char *status = text_of(a, member(structure, "Status"));
	const xmlNode *value = member(structure, "Value");

	if (status && strcmp(status, "Failure") == 0)
		return read_error(a, member(structure, "ErrorDescription"),
		    out);
	if (status && strcmp(status, "Success") == 0 && value) {
		out->kind = REPLY_VALUE;
		out->text = is_string(value) ? text_of(a, value) : NULL;
	}
	return 0;
}

static int
read_fault(struct arena *a, const xmlNode *fault, struct xmlrpc_reply *out)
{
	static const char *const path[] = { "value", "struct", NULL };
	const xmlNode *structure = descend(fault, path);
	const char *code = text_of(a, member(structure, "faultCode"));
	const char *text = text_of(a, member(structure, "faultString"));

	out->error = arena_array(a, 2, sizeof(*out->error));
	if (!out->error)
		return -1;
	out->error[0] = code ? code : "";
	out->error[1] = text ? text : "";
	out->nerror = 2;
	out->kind = REPLY_FAULT;
	return 0;
}

static int
read_document(struct arena *a, const xmlDoc *doc, struct xmlrpc_reply *out)
{
	static const char *const path[] = { "params", "param", "value",
		"struct", NULL };
	const xmlNode *root = xmlDocGetRootElement(doc);
	const xmlNode *fault;

	out->kind = REPLY_ODD;
	if (!is_named(root, "methodResponse") || doc->intSubset)
		return 0;
	fault = child(root, "fault");
	if (fault)
		return read_fault(a, fault, out);
	return read_status(a, descend(root, path), out);
}

/* Entities are never expanded and nothing is fetched. */
int
xmlrpc_reply_decode(struct arena *a, const char *body, size_t len,
    struct xmlrpc_reply *out)
{
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	xmlDoc *doc;
	const xmlError *e;
	int rc = 0;

	*out = (struct xmlrpc_reply){ .kind = REPLY_MALFORMED };
	if (!ctxt)
		return -1;
	doc = xmlCtxtReadMemory(ctxt, body, (int)len, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	e = xmlCtxtGetLastError(ctxt);
	if (doc) {
		rc = read_document(a, doc, out);
	} else {
		out->text = arena_printf(a, "line %d: %s", e ? e->line : 0,
		    e && e->message ? e->message : "not XML");
		rc = out->text ? 0 : -1;
	}
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
	return rc;
}
