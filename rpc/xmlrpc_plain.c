/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain XML, read where it stands: elements of the grammar without attributes,
 * and text without entities. Whatever else is met, and whatever is wrong, is
 * left to libxml2, so this needs to understand nothing else, and refuses
 * nothing. The fuzz target holds the two against each other. */
#include <string.h>

#include "rpc/xmlrpc_private.h"

#define TAG_MAX 32 /* no name of the grammar is longer, nor half as long */

static bool
begins_with(const char *s, const char *end, const char *what, size_t n)
{
	return (size_t)(end - s) >= n && memcmp(s, what, n) == 0;
}

/* One past the declaration, if there is one of the usual forms. */
static const char *
skip_declaration(const char *s, const char *end)
{
	static const char *const forms[] = {
		"<?xml version=\"1.0\"?>",
		"<?xml version='1.0'?>",
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
		"<?xml version='1.0' encoding='utf-8'?>",
		"<?xml version='1.0' encoding='UTF-8'?>",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = strlen(forms[i]);

		if (begins_with(s, end, forms[i], n))
			return s + n;
	}
	return s;
}

static enum element_id
find_element(const char *name, size_t n)
{
	enum element_id id = 0;

	while (id < E_COUNT &&
	    (xmlrpc_elements[id].name[0] != name[0] ||
		strlen(xmlrpc_elements[id].name) != n ||
		memcmp(xmlrpc_elements[id].name, name, n) != 0))
		id++;
	return id;
}

/* s: behind '<'. One past the tag, or NULL. */
static const char *
read_tag(struct xmlrpc *p, const char *s, const char *end)
{
	size_t max = (size_t)(end - s) < TAG_MAX ? (size_t)(end - s) : TAG_MAX;
	const char *gt = memchr(s, '>', max);
	bool closing = gt && *s == '/', empty;
	const char *name = s + closing;
	enum element_id id;

	if (!gt || gt == name)
		return NULL;
	empty = !closing && gt[-1] == '/';
	id = find_element(name, (size_t)(gt - name) - empty);
	if (id == E_COUNT)
		return NULL;
	if (!closing) {
		xmlrpc_open(p, id);
		if (p->status != DECODE_OK)
			return NULL;
	} else if (p->nopen == 0 || p->open[p->nopen - 1] != id) {
		return NULL;
	}
	if (closing || empty)
		xmlrpc_close(p);
	return gt + 1;
}

/* An end of line of two characters would have to become one, unless nobody
 * keeps it. */
static bool
is_plain_text(const struct xmlrpc *p, const char *s, size_t n, bool opens)
{
	if (memchr(s, '&', n) || memchr(s, '>', n))
		return false;
	if (p->nopen == 0 || memchr(s, '\r', n))
		return xmlrpc_is_blank(s, n) &&
		    (opens || !xmlrpc_keeps_text(p));
	return true;
}

/* One past the text that begins at s, or NULL. */
static const char *
read_text(struct xmlrpc *p, const char *s, const char *end)
{
	const char *lt = memchr(s, '<', (size_t)(end - s));
	size_t n = (size_t)((lt ? lt : end) - s);
	bool opens = lt && lt + 1 < end && lt[1] != '/';

	if (!is_plain_text(p, s, n, opens))
		return NULL;
	xmlrpc_text(p, s, n);
	return s + n;
}

bool
xmlrpc_plain(struct xmlrpc *p, const char *s, size_t len)
{
	const char *end = s + len;
	const char *at = skip_declaration(s, end);
	bool begun = false;

	if (at == s && !begins_with(s, end, "<methodCall>", 12))
		return false;
	while (at && at < end && p->status == DECODE_OK) {
		bool tag = *at == '<';

		if (tag && begun && p->nopen == 0)
			return false; /* a second root */
		begun |= tag;
		at = tag ? read_tag(p, at + 1, end) : read_text(p, at, end);
	}
	return at && p->status == DECODE_OK && p->method && p->nopen == 0;
}
