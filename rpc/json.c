/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is inside an array or object gathers on a stack, and is copied into the
 * arena, all at once, when that ends. A string is copied as it stands, or, with
 * escapes, into as many bytes as it has. */
#include "rpc/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/text.h"

#define DEFAULT_NODES 100000
#define FEW 32 /* values that need no memory of their own; names compared */

struct parser {
	struct arena *arena;
	const char *s, *end;
	enum decode_status status;
	unsigned depth_left; /* of brackets */
	size_t nodes_left;
	bool plain;                 /* so far, all text */
	struct value_member *stack; /* few, or malloc'ed */
	size_t used, cap;
	struct value_member few[FEW];
};

static bool parse_value(struct parser *p, struct value *to);

static bool
fail(struct parser *p, enum decode_status status)
{
	p->status = status;
	return false;
}

static bool
malformed(struct parser *p)
{
	return fail(p, DECODE_MALFORMED);
}

/* ---- characters ---- */

static void
skip_space(struct parser *p)
{
	while (p->s < p->end &&
	    (*p->s == ' ' || *p->s == '\n' || *p->s == '\t' || *p->s == '\r'))
		p->s++;
}

/* The next character that is no space, which stays; NUL at the end. */
static char
peek(struct parser *p)
{
	skip_space(p);
	return p->s < p->end ? *p->s : '\0';
}

static bool
is_digit(const struct parser *p)
{
	return p->s < p->end && *p->s >= '0' && *p->s <= '9';
}

/* ---- strings ---- */

/* Four digits at s; -1: they are none. */
static int
hex4(const char *s, const char *end)
{
	int v = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = s[i], low = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (low >= 'a' && low <= 'f')
			v = v << 4 | (low - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static char *
put_utf8(char *out, unsigned c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* \uXXXX, or two of them for one character; s is behind the u. How many bytes
 * of text that took, 0: it is none. */
static size_t
escaped_char(const char *s, const char *end, unsigned *c_r)
{
	int high = hex4(s, end), low;

	*c_r = (unsigned)high;
	if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
		return 0;
	if (high < 0xd800 || high > 0xdbff)
		return 4;
	if (end - s < 6 || s[4] != '\\' || s[5] != 'u')
		return 0;
	low = hex4(s + 6, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*c_r = 0x10000 + ((unsigned)(high - 0xd800) << 10) +
	    (unsigned)(low - 0xdc00);
	return 10;
}

/* NULL: an escape that is none. */
static char *
unescape(const char *s, const char *end, char *out)
{
	static const char names[] = "\"\\/bfnrt", chars[] = "\"\\/\b\f\n\r\t";
	const char *at;
	unsigned c;
	size_t n;

	while (s < end) {
		if (*s != '\\') {
			*out++ = *s++;
			continue;
		}
		if (++s == end)
			return NULL;
		if (*s == 'u') {
			n = escaped_char(s + 1, end, &c);
			if (n == 0)
				return NULL;
			out = put_utf8(out, c);
			s += n + 1;
		} else {
			at = memchr(names, *s, sizeof(names) - 1);
			if (!at)
				return NULL;
			*out++ = chars[at - names];
			s++;
		}
	}
	return out;
}

#define EACH_BYTE(b) (UINT64_MAX / 255 * (b))

/* Whether 8 bytes are from 0x20 to 0x7f, and no quote or backslash. See text.c for
 * the first half; of bytes below 0x80, only a zero borrows from its top bit when
 * one is taken away. */
static inline bool
word_is_plain(const char *s)
{
	uint64_t w, quote, slash;

	memcpy(&w, s, sizeof(w));
	quote = (w ^ EACH_BYTE('"')) - EACH_BYTE(1);
	slash = (w ^ EACH_BYTE('\\')) - EACH_BYTE(1);
	return ((w | (w - EACH_BYTE(0x20)) | quote | slash) &
		   EACH_BYTE(0x80)) == 0;
}

struct string_kind {
	bool escapes, wide; /* wide: bytes from 0x80 on */
};

/* Where the string ends whose first character is at s; NULL: nowhere, or a
 * control character stands in it. */
static const char *
find_end(const char *s, const char *end, struct string_kind *kind_r)
{
	*kind_r = (struct string_kind){ false, false };
	for (; s < end && *s != '"'; s++) {
		while (end - s > 8 && word_is_plain(s))
			s += 8;
		if (*s == '"')
			break;
		if ((unsigned char)*s < 0x20)
			return NULL;
		kind_r->wide |= (unsigned char)*s >= 0x80;
		if (*s == '\\') {
			kind_r->escapes = true;
			if (++s == end)
				return NULL;
			kind_r->wide |= (unsigned char)*s >= 0x80;
		}
	}
	return s < end ? s : NULL;
}

/* Behind its first quote; NULL: failed. */
static const char *
parse_string(struct parser *p, uint32_t *n_r)
{
	struct string_kind kind;
	const char *from = p->s;
	const char *to = find_end(from, p->end, &kind);
	size_t len = to ? (size_t)(to - from) : 0;
	char *text, *last;

	if (!to || len > UINT32_MAX ||
	    (kind.wide && !text_is_utf8(from, len))) {
		malformed(p);
		return NULL;
	}
	text = kind.escapes ? arena_alloc(p->arena, len + 1)
			    : arena_strndup(p->arena, from, len);
	if (!text) {
		fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	last = kind.escapes ? unescape(from, to, text) : text + len;
	if (!last) {
		malformed(p);
		return NULL;
	}
	*last = '\0';
	*n_r = (uint32_t)(last - text);
	p->s = to + 1;
	p->plain &= !kind.escapes && !kind.wide;
	return text;
}

/* ---- numbers ---- */

static bool
skip_digits(struct parser *p)
{
	if (!is_digit(p))
		return false;
	while (is_digit(p))
		p->s++;
	return true;
}

/* Past a number; false: it is none. */
static bool
skip_number(struct parser *p, bool *whole_r)
{
	*whole_r = true;
	if (*p->s == '-')
		p->s++;
	if (p->s < p->end && *p->s == '0')
		p->s++;
	else if (!skip_digits(p))
		return false;
	if (p->s < p->end && *p->s == '.') {
		*whole_r = false;
		p->s++;
		if (!skip_digits(p))
			return false;
	}
	if (p->s < p->end && (*p->s | 0x20) == 'e') {
		*whole_r = false;
		p->s++;
		if (p->s < p->end && (*p->s == '+' || *p->s == '-'))
			p->s++;
		return skip_digits(p);
	}
	return !is_digit(p); /* 01 is none */
}

static bool
parse_number(struct parser *p, struct value *to)
{
	char few[64], *text = few;
	const char *from = p->s;
	bool whole;
	size_t len;

	if (!skip_number(p, &whole))
		return malformed(p);
	len = (size_t)(p->s - from);
	if (len >= sizeof(few))
		text = arena_alloc(p->arena, len + 1);
	if (!text)
		return fail(p, DECODE_NO_MEMORY);
	memcpy(text, from, len);
	text[len] = '\0';
	errno = 0;
	if (whole) {
		to->kind = VALUE_INT;
		to->i = strtoll(text, NULL, 10);
		return errno == ERANGE ? malformed(p) : true;
	}
	to->kind = VALUE_DOUBLE;
	to->d = strtod(text, NULL); /* the locale is always C */
	return isinf(to->d) ? malformed(p) : true;
}

/* ---- words ---- */

static bool
parse_word(struct parser *p, struct value *to)
{
	static const struct {
		const char *word;
		size_t len;
		struct value value;
	} words[] = {
		{ "true", 4, { .kind = VALUE_BOOL, .b = true } },
		{ "false", 5, { .kind = VALUE_BOOL, .b = false } },
		{ "null", 4, { .kind = VALUE_NIL } },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((size_t)(p->end - p->s) >= words[i].len &&
		    memcmp(p->s, words[i].word, words[i].len) == 0) {
			*to = words[i].value;
			p->s += words[i].len;
			return true;
		}
	return malformed(p);
}

/* ---- arrays and objects ---- */

static struct value_member *
push(struct parser *p)
{
	struct value_member *more;

	if (p->used < p->cap)
		return &p->stack[p->used++];
	more = fault_malloc(2 * p->cap * sizeof(*more));
	if (!more) {
		fail(p, DECODE_NO_MEMORY);
		return NULL;
	}
	memcpy(more, p->stack, p->used * sizeof(*more));
	if (p->stack != p->few)
		free(p->stack);
	p->stack = more;
	p->cap *= 2;
	return &p->stack[p->used++];
}

/* After a value inside: whether another one follows. False at the end, or when
 * this is wrong: then p->status says so. */
static bool
goes_on(struct parser *p, char close)
{
	char c = peek(p);

	if (c == ',') {
		p->s++;
		return true;
	}
	if (c == close)
		p->s++;
	else
		malformed(p);
	return false;
}

static bool
take_items(struct parser *p, size_t from, struct value *to)
{
	size_t n = p->used - from;
	struct value *items = arena_array(p->arena, n ? n : 1, sizeof(*items));

	if (!items)
		return fail(p, DECODE_NO_MEMORY);
	for (size_t i = 0; i < n; i++)
		items[i] = p->stack[from + i].value;
	*to = (struct value){ .kind = VALUE_ARRAY,
		.n = (uint32_t)n,
		.items = items };
	p->used = from;
	return true;
}

static bool
parse_array(struct parser *p, struct value *to)
{
	size_t from = p->used;

	p->s++;
	if (peek(p) == ']') {
		p->s++;
		return take_items(p, from, to);
	}
	do {
		struct value v;
		struct value_member *m;

		if (!parse_value(p, &v) || !(m = push(p)))
			return false;
		m->value = v;
	} while (goes_on(p, ']'));
	return p->status == DECODE_OK && take_items(p, from, to);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether a name stands twice. */
static bool
has_twins(struct parser *p, const struct value_member *m, size_t n)
{
	const char **names;
	bool twins = false;

	if (n <= FEW) {
		for (size_t i = 1; i < n; i++)
			for (size_t k = 0; k < i; k++)
				if (strcmp(m[i].name, m[k].name) == 0)
					return true;
		return false;
	}
	names = fault_malloc(n * sizeof(*names));
	if (!names)
		return !fail(p, DECODE_NO_MEMORY);
	for (size_t i = 0; i < n; i++)
		names[i] = m[i].name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n && !twins; i++)
		twins = strcmp(names[i - 1], names[i]) == 0;
	free(names);
	return twins;
}

static bool
take_members(struct parser *p, size_t from, struct value *to)
{
	size_t n = p->used - from;
	struct value_member *m = arena_array(p->arena, n ? n : 1, sizeof(*m));

	if (!m)
		return fail(p, DECODE_NO_MEMORY);
	if (has_twins(p, p->stack + from, n))
		return p->status == DECODE_OK ? malformed(p) : false;
	memcpy(m, p->stack + from, n * sizeof(*m));
	*to = (struct value){ .kind = VALUE_STRUCT,
		.n = (uint32_t)n,
		.members = m };
	p->used = from;
	return true;
}

static bool
parse_member(struct parser *p)
{
	struct value_member member, *m;
	uint32_t n;

	if (peek(p) != '"')
		return malformed(p);
	p->s++;
	member.name = parse_string(p, &n);
	if (!member.name)
		return false;
	if (peek(p) != ':')
		return malformed(p);
	p->s++;
	if (!parse_value(p, &member.value) || !(m = push(p)))
		return false;
	*m = member;
	return true;
}

static bool
parse_object(struct parser *p, struct value *to)
{
	size_t from = p->used;

	p->s++;
	if (peek(p) == '}') {
		p->s++;
		return take_members(p, from, to);
	}
	do {
		if (!parse_member(p))
			return false;
	} while (goes_on(p, '}'));
	return p->status == DECODE_OK && take_members(p, from, to);
}

/* ---- values ---- */

static bool
parse_inside(struct parser *p, struct value *to,
    bool (*parse)(struct parser *p, struct value *to))
{
	bool ok;

	if (p->depth_left == 0)
		return fail(p, DECODE_TOO_BIG);
	p->depth_left--;
	ok = parse(p, to);
	p->depth_left++;
	return ok;
}

static bool
parse_value(struct parser *p, struct value *to)
{
	if (p->nodes_left == 0)
		return fail(p, DECODE_TOO_BIG);
	p->nodes_left--;
	switch (peek(p)) {
	case '{':
		return parse_inside(p, to, parse_object);
	case '[':
		return parse_inside(p, to, parse_array);
	case '"':
		p->s++;
		to->kind = VALUE_STRING;
		to->s = parse_string(p, &to->n);
		return to->s != NULL;
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return parse_number(p, to);
	default:
		return parse_word(p, to);
	}
}

enum decode_status
json_parse(struct arena *a, const char *s, size_t len,
    const struct decode_limits *limits, struct value *out_r, bool *plain_r)
{
	struct parser p;

	/* Not its stack, which is large. */
	p.arena = a;
	p.s = s;
	p.end = s + len;
	p.status = DECODE_OK;
	p.depth_left = VALUE_MAX_DEPTH;
	p.nodes_left = DEFAULT_NODES;
	p.plain = true;
	p.stack = p.few;
	p.used = 0;
	p.cap = FEW;
	if (limits && limits->max_depth && limits->max_depth < p.depth_left)
		p.depth_left = limits->max_depth;
	if (limits && limits->max_nodes)
		p.nodes_left = limits->max_nodes;
	if (parse_value(&p, out_r)) {
		skip_space(&p);
		if (p.s < p.end)
			malformed(&p);
	}
	if (p.stack != p.few)
		free(p.stack);
	*plain_r = p.plain;
	return p.status;
}
