/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML-RPC requests: libxml2's push parser drives a small grammar table, whose
 * handlers build the value tree.
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
#include "rpc/decode.h"

#include <errno.h>
#include <libxml/parser.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/text.h"
#include "rpc/base64.h"

#define MARKUP_MAX 4096       /* bytes of one tag or comment */
#define CHUNK (32 * 1024)     /* bytes given to libxml2 at once */
#define KEEP_MAX (256 * 1024) /* buffers above this are not kept */
#define DICT_MAX 128          /* names known to a parser that is kept */
#define DEFAULT_NODES 100000

enum element_id {
	E_CALL,
	E_METHOD,
	E_PARAMS,
	E_PARAM,
	E_VALUE,
	E_ARRAY,
	E_DATA,
	E_STRUCT,
	E_MEMBER,
	E_NAME,
	E_STRING,
	E_INT,
	E_I4,
	E_I8,
	E_BOOLEAN,
	E_DOUBLE,
	E_DATE,
	E_BASE64,
	E_NIL,
	E_COUNT
};

/* A value that is being read; frames[0] stands for the list of parameters. */
struct frame {
	struct value value;
	const char
	    *name;    /* of the member being read, NULL before it is known */
	size_t first; /* its first child on the scratch stack */
	bool typed;   /* an element inside <value> has given the type */
	bool filled;  /* this <param>, <member> or <array> has its child */
};

struct parser {
	/* Lives as long as its thread. */
	xmlParserCtxtPtr ctxt;
	const xmlChar *names[E_COUNT]; /* interned in ctxt's dictionary */
	struct bytes text;             /* of the element being read */
	struct value_member *scratch;  /* finished children of open values */
	size_t nscratch, cap_scratch;

	/* Of one request. */
	struct arena *arena;
	enum decode_status status;
	unsigned max_depth;
	size_t nodes_left;
	const char *method;
	bool params_seen;
	const struct value *params;
	unsigned nparams;
	unsigned depth; /* of values: frames[depth] is open */
	struct frame frames[VALUE_MAX_DEPTH + 1];
	unsigned nopen; /* elements that are open */
	/* methodCall params param, then value array data for each depth, or
	 * value struct member, and a scalar. */
	uint8_t open[3 * VALUE_MAX_DEPTH + 8];
};

struct element {
	const char *name;
	uint32_t parents; /* elements it may stand in, a bit each */
	bool text;        /* holds text, not only elements */
	int (*start)(struct parser *p);
	int (*end)(struct parser *p);
};

static int
fail(struct parser *p, enum decode_status status)
{
	if (p->status == DECODE_OK) {
		p->status = status;
		xmlStopParser(p->ctxt);
	}
	return -1;
}

static struct frame *
top(struct parser *p)
{
	return &p->frames[p->depth];
}

static bool
is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	}
	return true;
}

/* The text so far, checked, in the arena. */
static char *
take_text(struct parser *p, bool trim, size_t *len_r)
{
	const char *s = p->text.p ? p->text.p : "";
	size_t len = p->text.len;
	char *copy;

	if (p->text.failed) {
		fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	if (len > UINT32_MAX) {
		fail(p, DECODE_TOO_BIG);
		return NULL;
	}
	if (!text_is_clean(s, len)) {
		fail(p, DECODE_MALFORMED);
		return NULL;
	}
	for (; trim && len && is_blank(s, 1); len--)
		s++;
	while (trim && len && is_blank(s + len - 1, 1))
		len--;
	copy = arena_strndup(p->arena, s, len);
	if (!copy)
		fail(p, DECODE_NO_MEMORY);
	*len_r = len;
	p->text.len = 0;
	return copy;
}

/* ---- children ---- */

static int
push_child(struct parser *p, const char *name, const struct value *v)
{
	if (p->nscratch == p->cap_scratch) {
		size_t cap = p->cap_scratch ? p->cap_scratch * 2 : 64;
		void *bigger =
		    reallocarray(p->scratch, cap, sizeof(*p->scratch));

		if (!bigger)
			return fail(p, DECODE_NO_MEMORY);
		p->scratch = bigger;
		p->cap_scratch = cap;
	}
	p->scratch[p->nscratch++] =
	    (struct value_member){ .name = name, .value = *v };
	return 0;
}

/* The children of the open frame; the scratch stack may not exist yet. */
static const struct value_member *
children(struct parser *p, size_t *n_r)
{
	*n_r = p->nscratch - top(p)->first;
	return *n_r ? p->scratch + top(p)->first : NULL;
}

/* They as an array in the arena. */
static const struct value *
pop_items(struct parser *p, uint32_t *n_r)
{
	size_t n;
	const struct value_member *from = children(p, &n);
	struct value *items = arena_array(p->arena, n ? n : 1, sizeof(*items));

	if (!items) {
		fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		items[i] = from[i].value;
	p->nscratch = top(p)->first;
	*n_r = (uint32_t)n;
	return items;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* 0 when no name stands twice. */
static int
refuse_duplicates(struct parser *p, const struct value_member *m, size_t n)
{
	const char **names;

	if (n < 2)
		return 0;
	names = malloc(n * sizeof(*names));
	if (!names)
		return fail(p, DECODE_NO_MEMORY);
	for (size_t i = 0; i < n; i++)
		names[i] = m[i].name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(names[i - 1], names[i]) == 0) {
			free(names);
			return fail(p, DECODE_MALFORMED);
		}
	}
	free(names);
	return 0;
}

/* ---- the call ---- */

static int
start_method(struct parser *p)
{
	return p->method ? fail(p, DECODE_MALFORMED) : 0;
}

static int
end_method(struct parser *p)
{
	size_t len;

	p->method = take_text(p, true, &len);
	if (!p->method)
		return -1;
	return len ? 0 : fail(p, DECODE_MALFORMED);
}

static int
start_params(struct parser *p)
{
	if (p->params_seen)
		return fail(p, DECODE_MALFORMED);
	p->params_seen = true;
	return 0;
}

static int
end_params(struct parser *p)
{
	uint32_t n = 0;

	p->params = pop_items(p, &n);
	p->nparams = n;
	return p->params ? 0 : -1;
}

/* <param>, <member>, <array>: one child is due. */
static int
start_holder(struct parser *p)
{
	top(p)->filled = false;
	top(p)->name = NULL;
	return 0;
}

static int
end_holder(struct parser *p)
{
	return top(p)->filled ? 0 : fail(p, DECODE_MALFORMED);
}

/* ---- values ---- */

static int
start_value(struct parser *p)
{
	enum element_id parent = p->open[p->nopen - 1];
	struct frame *f = top(p);

	if (parent != E_DATA) {
		if (f->filled || (parent == E_MEMBER && !f->name))
			return fail(p, DECODE_MALFORMED);
		f->filled = true;
	}
	if (p->depth == p->max_depth || p->nodes_left == 0)
		return fail(p, DECODE_TOO_BIG);
	p->nodes_left--;
	p->depth++;
	*top(p) = (struct frame){ .first = p->nscratch };
	return 0;
}

static int
end_value(struct parser *p)
{
	struct value v = top(p)->value;
	size_t len;

	if (!top(p)->typed) { /* <value>text</value> is a string */
		v.kind = VALUE_STRING;
		v.s = take_text(p, false, &len);
		if (!v.s)
			return -1;
		v.n = (uint32_t)len;
	}
	p->depth--;
	return push_child(p, top(p)->name, &v);
}

/* Any element directly inside <value>. */
static int
start_typed(struct parser *p)
{
	if (top(p)->typed || !is_blank(p->text.p, p->text.len))
		return fail(p, DECODE_MALFORMED);
	top(p)->typed = true;
	return 0;
}

static int
start_array(struct parser *p)
{
	return start_typed(p) < 0 ? -1 : start_holder(p);
}

static int
start_data(struct parser *p)
{
	if (top(p)->filled)
		return fail(p, DECODE_MALFORMED);
	top(p)->filled = true;
	return 0;
}

static int
end_array(struct parser *p)
{
	struct value *v = &top(p)->value;

	if (end_holder(p) < 0)
		return -1;
	v->kind = VALUE_ARRAY;
	v->items = pop_items(p, &v->n);
	return v->items ? 0 : -1;
}

static int
end_name(struct parser *p)
{
	size_t len;

	if (top(p)->name)
		return fail(p, DECODE_MALFORMED);
	top(p)->name = take_text(p, false, &len);
	return top(p)->name ? 0 : -1;
}

static int
end_struct(struct parser *p)
{
	size_t n;
	const struct value_member *from = children(p, &n);
	struct value *v = &top(p)->value;
	struct value_member *m = arena_array(p->arena, n ? n : 1, sizeof(*m));

	if (!m)
		return fail(p, DECODE_NO_MEMORY);
	if (n)
		memcpy(m, from, n * sizeof(*m));
	p->nscratch = top(p)->first;
	v->kind = VALUE_STRUCT;
	v->n = (uint32_t)n;
	v->members = m;
	return refuse_duplicates(p, m, n);
}

static int
end_string(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;

	v->kind = VALUE_STRING;
	v->s = take_text(p, false, &len);
	v->n = (uint32_t)len;
	return v->s ? 0 : -1;
}

static int
end_int(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);
	long long i;

	if (!s)
		return -1;
	if (!text_parse_int(s, &i))
		return fail(p, DECODE_MALFORMED);
	v->kind = VALUE_INT;
	v->i = i;
	return 0;
}

/* Only 1 is true (source: wire.json xmlrpc_types_in). */
static int
end_boolean(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);

	if (!s)
		return -1;
	v->kind = VALUE_BOOL;
	v->b = strcmp(s, "1") == 0;
	return 0;
}

static int
end_double(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	const char *s = take_text(p, true, &len);
	char *end;

	if (!s)
		return -1;
	/* strtod would also take "inf", "nan" and hexadecimal forms. */
	if (len == 0 || strspn(s, "0123456789+-.eE") != len)
		return fail(p, DECODE_MALFORMED);
	v->kind = VALUE_DOUBLE;
	v->d = strtod(s, &end);
	return *end || !isfinite(v->d) ? fail(p, DECODE_MALFORMED) : 0;
}

static int
end_date(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;

	v->kind = VALUE_DATE;
	v->s = take_text(p, true, &len);
	v->n = (uint32_t)len;
	return v->s ? 0 : -1;
}

static int
end_base64(struct parser *p)
{
	struct value *v = &top(p)->value;
	size_t len;
	char *s = take_text(p, true, &len);

	if (!s)
		return -1;
	v->kind = VALUE_BINARY;
	v->bytes = (uint8_t *)s;
	if (base64_decode(s, len, (uint8_t *)s, &len) < 0)
		return fail(p, DECODE_MALFORMED);
	v->n = (uint32_t)len;
	return 0;
}

static int
end_nil(struct parser *p)
{
	top(p)->value.kind = VALUE_NIL;
	return 0;
}

#define IN(e) (1u << (e))
#define IN_HOLDER (IN(E_PARAM) | IN(E_MEMBER) | IN(E_DATA))

static const struct element elements[E_COUNT] = {
	[E_CALL] = { "methodCall", 0, false, NULL, NULL },
	[E_METHOD] = { "methodName", IN(E_CALL), true, start_method,
	    end_method },
	[E_PARAMS] = { "params", IN(E_CALL), false, start_params, end_params },
	[E_PARAM] = { "param", IN(E_PARAMS), false, start_holder, end_holder },
	[E_VALUE] = { "value", IN_HOLDER, true, start_value, end_value },
	[E_ARRAY] = { "array", IN(E_VALUE), false, start_array, end_array },
	[E_DATA] = { "data", IN(E_ARRAY), false, start_data, NULL },
	[E_STRUCT] = { "struct", IN(E_VALUE), false, start_typed, end_struct },
	[E_MEMBER] = { "member", IN(E_STRUCT), false, start_holder,
	    end_holder },
	[E_NAME] = { "name", IN(E_MEMBER), true, NULL, end_name },
	[E_STRING] = { "string", IN(E_VALUE), true, start_typed, end_string },
	[E_INT] = { "int", IN(E_VALUE), true, start_typed, end_int },
	[E_I4] = { "i4", IN(E_VALUE), true, start_typed, end_int },
	[E_I8] = { "i8", IN(E_VALUE), true, start_typed, end_int },
	[E_BOOLEAN] = { "boolean", IN(E_VALUE), true, start_typed,
	    end_boolean },
	[E_DOUBLE] = { "double", IN(E_VALUE), true, start_typed, end_double },
	[E_DATE] = { "dateTime.iso8601", IN(E_VALUE), true, start_typed,
	    end_date },
	[E_BASE64] = { "base64", IN(E_VALUE), true, start_typed, end_base64 },
	[E_NIL] = { "nil", IN(E_VALUE), false, start_typed, end_nil },
};

/* ---- what libxml2 calls ---- */

static bool
may_stand_here(const struct parser *p, enum element_id id)
{
	if (p->nopen == 0)
		return id == E_CALL;
	return elements[id].parents & IN(p->open[p->nopen - 1]);
}

/* XML-RPC has no attributes. Namespaces are taken on the outermost element
 * only, for the nil and i8 of an extension that some libraries write. */
static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nnamespaces, const xmlChar **namespaces,
    int nattributes, int ndefaulted, const xmlChar **attributes)
{
	struct parser *p = arg;
	enum element_id id = 0;

	(void)namespaces, (void)ndefaulted, (void)attributes;
	if (p->status != DECODE_OK)
		return;
	while (id < E_COUNT && p->names[id] != name)
		id++;
	if (id == E_COUNT || !may_stand_here(p, id) || nattributes ||
	    (nnamespaces && id != E_CALL) || (prefix && !uri)) {
		fail(p, DECODE_MALFORMED);
		return;
	}
	if (elements[id].start && elements[id].start(p) < 0)
		return;
	p->text.len = 0;
	p->open[p->nopen++] = (uint8_t)id;
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct parser *p = arg;
	enum element_id id;

	(void)name, (void)prefix, (void)uri; /* libxml2 has matched them */
	if (p->status != DECODE_OK)
		return;
	id = p->open[--p->nopen];
	if (elements[id].end)
		elements[id].end(p);
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct parser *p = arg;
	enum element_id id;

	if (p->status != DECODE_OK || p->nopen == 0)
		return;
	id = p->open[p->nopen - 1];
	if (elements[id].text && !(id == E_VALUE && top(p)->typed))
		bytes_put(&p->text, text, (size_t)len);
	else if (!is_blank((const char *)text, (size_t)len))
		fail(p, DECODE_MALFORMED);
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

/* ---- one parser a thread ---- */

static pthread_key_t parser_key;
static pthread_once_t parser_once = PTHREAD_ONCE_INIT;

static void
parser_forget(struct parser *p)
{
	xmlFreeParserCtxt(p->ctxt); /* NULL is fine */
	p->ctxt = NULL;
}

static void
parser_free(void *arg)
{
	struct parser *p = arg;

	parser_forget(p);
	bytes_free(&p->text);
	free(p->scratch);
	free(p);
}

static void
parser_setup(void)
{
	xmlInitParser();
	if (pthread_key_create(&parser_key, parser_free) != 0)
		abort(); /* at the first call, before anything is served */
}

/* A fresh context with the names of the grammar interned. */
static int
parser_prepare(struct parser *p)
{
	p->ctxt = xmlCreatePushParserCtxt(&handler, p, NULL, 0, NULL);
	if (!p->ctxt)
		return -1;
	xmlCtxtUseOptions(p->ctxt,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
		XML_PARSE_IGNORE_ENC);
	for (unsigned i = 0; i < E_COUNT; i++) {
		p->names[i] = xmlDictLookup(p->ctxt->dict,
		    (const xmlChar *)elements[i].name, -1);
		if (!p->names[i])
			return -1;
	}
	return 0;
}

static struct parser *
parser_get(void)
{
	struct parser *p;

	pthread_once(&parser_once, parser_setup);
	p = pthread_getspecific(parser_key);
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p || pthread_setspecific(parser_key, p) != 0) {
			free(p);
			return NULL;
		}
	}
	if (p->ctxt && xmlCtxtResetPush(p->ctxt, NULL, 0, NULL, NULL) == 0)
		return p;
	parser_forget(p);
	if (parser_prepare(p) < 0) {
		parser_forget(p);
		return NULL;
	}
	return p;
}

/* Keeps what is worth keeping for the next request of this thread. */
static void
parser_put(struct parser *p)
{
	if (p->status != DECODE_OK || xmlDictSize(p->ctxt->dict) > DICT_MAX)
		parser_forget(p);
	if (p->text.cap > KEEP_MAX || p->text.failed)
		bytes_free(&p->text);
	if (p->cap_scratch * sizeof(*p->scratch) > KEEP_MAX) {
		free(p->scratch);
		p->scratch = NULL;
		p->cap_scratch = 0;
	}
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

	if (left >= 6 && memcmp(s, "<?xml", 5) == 0 && is_blank(s + 5, 1))
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
feed(struct parser *p, const char *s, size_t n, bool last)
{
	int err = xmlParseChunk(p->ctxt, s, (int)n, last);

	if (err == XML_ERR_NO_MEMORY)
		fail(p, DECODE_NO_MEMORY);
	else if (!p->ctxt->wellFormed)
		fail(p, DECODE_MALFORMED);
}

/* Checks and feeds by turns, so that a bad beginning is not paid for with the
 * length of the rest. A NUL: UTF-16 or UTF-32, which could hide markup. */
static void
parse(struct parser *p, const char *s, size_t len)
{
	const char *end = s + len, *checked = skip_prolog(s, end);

	while (s < end && p->status == DECODE_OK) {
		size_t n = next_chunk(s, (size_t)(end - s));

		checked = check_markup(checked, s, n, end);
		if (!checked || memchr(s, 0, n))
			fail(p, DECODE_MALFORMED);
		else
			feed(p, s, n, s + n == end);
		s += n;
	}
	if (!p->method || p->nopen)
		fail(p, DECODE_MALFORMED);
}

static void
begin(struct parser *p, struct arena *a, const struct decode_limits *limits)
{
	p->arena = a;
	p->status = DECODE_OK;
	p->max_depth = VALUE_MAX_DEPTH;
	p->nodes_left = DEFAULT_NODES;
	if (limits && limits->max_depth && limits->max_depth < p->max_depth)
		p->max_depth = limits->max_depth;
	if (limits && limits->max_nodes)
		p->nodes_left = limits->max_nodes;
	p->method = NULL;
	p->params = NULL;
	p->nparams = 0;
	p->params_seen = false;
	p->nopen = 0;
	p->depth = 0;
	p->frames[0] = (struct frame){ 0 };
	p->nscratch = 0;
	p->text.len = 0;
}

enum decode_status
xmlrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call *out_r)
{
	struct parser *p;

	memset(out_r, 0, sizeof(*out_r));
	if (len >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) {
		body += 3;
		len -= 3;
	}
	p = parser_get();
	if (!p)
		return DECODE_NO_MEMORY;
	begin(p, a, limits);
	parse(p, body, len);
	if (p->status == DECODE_OK) {
		out_r->method = p->method;
		out_r->params = p->params;
		out_r->nparams = p->nparams;
	}
	parser_put(p);
	return p->status;
}
