/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxml2's push parser reads for the grammar.
 *
 * libxml2 is never given more than it may keep: check_markup() walks the body
 * first and refuses document types, processing instructions and markup longer
 * than MARKUP_MAX, so that neither entities nor a giant attribute reach the
 * parser; the body is fed in pieces of CHUNK; the grammar bounds the depth of
 * elements by that of values. A parser is kept per thread, and thrown away
 * after any refusal or when foreign names have filled its dictionary.
 *
 * Only UTF-8 is read: a declared encoding is ignored, and bytes that are not
 * UTF-8 are malformed. */
#include <libxml/parser.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/xmlrpc_private.h"

#define MARKUP_MAX 4096   /* bytes of one tag or comment */
#define CHUNK (32 * 1024) /* bytes given to libxml2 at once */
#define DICT_MAX 128      /* names known to a parser that is kept */

struct sax {
	xmlParserCtxtPtr ctxt;
	const xmlChar *names[E_COUNT]; /* interned in ctxt's dictionary */
	struct xmlrpc *p;
};

/* ---- what libxml2 calls ---- */

static void
stop_when_failed(struct sax *x)
{
	if (x->p->status != DECODE_OK)
		xmlStopParser(x->ctxt);
}

static void
fail(struct sax *x, enum decode_status status)
{
	xmlrpc_fail(x->p, status);
	stop_when_failed(x);
}

/* XML-RPC has no attributes. Namespaces are taken on the outermost element
 * only, for the nil and i8 of an extension that some libraries write. */
static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nnamespaces, const xmlChar **namespaces,
    int nattributes, int ndefaulted, const xmlChar **attributes)
{
	struct sax *x = arg;
	enum element_id id = 0;

	(void)namespaces, (void)ndefaulted, (void)attributes;
	while (id < E_COUNT && x->names[id] != name)
		id++;
	if (id == E_COUNT || nattributes || (nnamespaces && id != E_CALL) ||
	    (prefix && !uri))
		xmlrpc_fail(x->p, DECODE_MALFORMED);
	else
		xmlrpc_open(x->p, id);
	stop_when_failed(x);
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct sax *x = arg;

	(void)name, (void)prefix, (void)uri; /* libxml2 has matched them */
	xmlrpc_close(x->p);
	stop_when_failed(x);
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct sax *x = arg;

	xmlrpc_text(x->p, (const char *)text, (size_t)len);
	stop_when_failed(x);
}

/* Not reached while check_markup() does its work: the second lock. */
static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	fail(arg, DECODE_MALFORMED);
}

static void
on_entity(void *arg, const xmlChar *name)
{
	(void)name;
	fail(arg, DECODE_MALFORMED);
}

static xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
	.reference = on_entity,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
};

/* ---- one a thread ---- */

void
xmlrpc_sax_free(struct sax *x)
{
	if (!x)
		return;
	xmlFreeParserCtxt(x->ctxt); /* NULL is fine */
	free(x);
}

/* With the names of the grammar interned. */
static struct sax *
sax_new(void)
{
	struct sax *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	xmlInitParser();
	x->ctxt = xmlCreatePushParserCtxt(&handler, x, NULL, 0, NULL);
	if (!x->ctxt) {
		free(x);
		return NULL;
	}
	xmlCtxtUseOptions(x->ctxt,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
		XML_PARSE_IGNORE_ENC);
	for (unsigned i = 0; i < E_COUNT; i++) {
		x->names[i] = xmlDictLookup(x->ctxt->dict,
		    (const xmlChar *)xmlrpc_elements[i].name, -1);
		if (!x->names[i]) {
			xmlrpc_sax_free(x);
			return NULL;
		}
	}
	return x;
}

static struct sax *
sax_get(struct xmlrpc *p)
{
	struct sax *x = p->sax;

	if (!x || xmlCtxtResetPush(x->ctxt, NULL, 0, NULL, NULL) != 0) {
		xmlrpc_sax_free(x);
		x = p->sax = sax_new();
	}
	if (x)
		x->p = p;
	return x;
}

/* ---- the body ---- */

static const char *
find(const char *s, const char *end, const char *what)
{
	return memmem(s, (size_t)(end - s), what, strlen(what));
}

/* One past the tag that begins at s, or NULL when it is too long. Quotes may
 * hide a '>'. */
static const char *
skip_tag(const char *s, const char *end)
{
	char quote = 0;

	if (end - s > MARKUP_MAX)
		end = s + MARKUP_MAX;
	for (; s < end; s++) {
		if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '"' || *s == '\'')
			quote = *s;
		else if (*s == '>')
			return s + 1;
	}
	return NULL;
}

static const char *
skip_comment(const char *s, const char *end)
{
	if (end - s > MARKUP_MAX)
		end = s + MARKUP_MAX;
	s = find(s + 4, end, "-->");
	return s ? s + 3 : NULL;
}

/* One past the markup at s ('<'), NULL when it is refused. */
static const char *
skip_markup(const char *s, const char *end)
{
	size_t left = (size_t)(end - s);

	if (left >= 4 && memcmp(s, "<!--", 4) == 0)
		return skip_comment(s, end);
	if (left >= 9 && memcmp(s, "<![CDATA[", 9) == 0) {
		s = find(s + 9, end, "]]>");
		return s ? s + 3 : NULL;
	}
	if (left < 2 || s[1] == '!' || s[1] == '?')
		return NULL; /* <!DOCTYPE, <!ENTITY, <?pi */
	return skip_tag(s, end);
}

/* One past the XML declaration, if there is one. */
static const char *
skip_prolog(const char *s, const char *end)
{
	size_t left = (size_t)(end - s);

	if (left >= 6 && memcmp(s, "<?xml", 5) == 0 &&
	    xmlrpc_is_blank(s + 5, 1))
		return skip_tag(s, end);
	return s;
}

/* One past the first markup or text that ends at s + n or later, NULL when
 * something before it is refused. */
static const char *
check_markup(const char *checked, const char *s, size_t n, const char *end)
{
	while (checked && checked < s + n) {
		checked = memchr(checked, '<', (size_t)(end - checked));
		if (!checked)
			return end;
		checked = skip_markup(checked, end);
	}
	return checked;
}

/* Bytes to feed next; characters are not cut in two. */
static size_t
next_chunk(const char *s, size_t len)
{
	size_t n = CHUNK;

	if (len <= CHUNK)
		return len;
	while (n > CHUNK - 4 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static void
feed(struct sax *x, const char *s, size_t n, bool last)
{
	int err = xmlParseChunk(x->ctxt, s, (int)n, last);

	if (err == XML_ERR_NO_MEMORY)
		xmlrpc_fail(x->p, DECODE_NO_MEMORY);
	else if (!x->ctxt->wellFormed)
		xmlrpc_fail(x->p, DECODE_MALFORMED);
}

/* Checks and feeds by turns, so that a bad beginning is not paid for with the
 * length of the rest. A NUL: UTF-16 or UTF-32, which could hide markup. */
static void
parse(struct sax *x, const char *s, size_t len)
{
	const char *end = s + len, *checked = skip_prolog(s, end);
	struct xmlrpc *p = x->p;

	while (s < end && p->status == DECODE_OK) {
		size_t n = next_chunk(s, (size_t)(end - s));

		checked = check_markup(checked, s, n, end);
		if (!checked || memchr(s, 0, n))
			xmlrpc_fail(p, DECODE_MALFORMED);
		else
			feed(x, s, n, s + n == end);
		s += n;
	}
	if (!p->method || p->nopen)
		xmlrpc_fail(p, DECODE_MALFORMED);
}

void
xmlrpc_sax(struct xmlrpc *p, const char *s, size_t len)
{
	struct sax *x = sax_get(p);

	if (!x) {
		xmlrpc_fail(p, DECODE_NO_MEMORY);
		return;
	}
	parse(x, s, len);
	if (p->status == DECODE_OK && xmlDictSize(x->ctxt->dict) <= DICT_MAX)
		return;
	xmlrpc_sax_free(x);
	p->sax = NULL;
}
