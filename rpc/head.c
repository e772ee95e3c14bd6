/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two steps: lines to fields, fields to meaning. */
#include "rpc/head.h"

#include <string.h>
#include <strings.h>

#include "lib/text.h"

/* ---- characters ---- */

/* RFC 9110 section 5.6.2: what a method or field name may consist of. */
static const bool token_chars[256] = {
	['0' ... '9'] = true,
	['a' ... 'z'] = true,
	['A' ... 'Z'] = true,
	['!'] = true,
	['#'] = true,
	['$'] = true,
	['%'] = true,
	['&'] = true,
	['\''] = true,
	['*'] = true,
	['+'] = true,
	['-'] = true,
	['.'] = true,
	['^'] = true,
	['_'] = true,
	['`'] = true,
	['|'] = true,
	['~'] = true,
};

static bool
is_token_char(unsigned char c)
{
	return token_chars[c];
}

static bool
is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_token_char((unsigned char)s[i]))
			return false;
	return len > 0;
}

static bool
is_value_char(unsigned char c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

static bool
is_target_char(unsigned char c)
{
	return c > ' ' && c != 0x7f && c != '#';
}

bool
head_decode(const char *src, size_t len, bool plus, char *dst)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c == '%') {
			int hi, lo;

			if (len - i < 3)
				return false;
			hi = text_hex_digit(src[i + 1]);
			lo = text_hex_digit(src[i + 2]);
			if (hi < 0 || lo < 0)
				return false;
			c = (unsigned char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c < ' ' || c == 0x7f)
			return false;
		dst[n++] = (char)c;
	}
	dst[n] = '\0';
	return text_is_clean(dst, n);
}

/* ---- lines to fields ---- */

/* The empty lines that some clients leave behind a body; RFC 9112 2.2. */
static size_t
skip_empty_lines(const char *raw, size_t len)
{
	size_t n = 0;

	while (n < 4 && len - n >= 2 && raw[n] == '\r' && raw[n + 1] == '\n')
		n += 2;
	return n;
}

bool
head_is_empty_lines(const char *raw, size_t len)
{
	return len > 0 && skip_empty_lines(raw, len) == len;
}

/* Answers HEAD_OK and the length of the head, with its empty line. Refuses at
 * once what can no longer become a head, such as a TLS hello or a bare LF. */
static enum head_status
find_end(const char *raw, size_t len, size_t *end_r)
{
	const char *line = raw, *end = raw + len, *lf;

	if (len > 0 && raw[0] != '\r' && !is_token_char((unsigned char)raw[0]))
		return HEAD_BAD;
	while ((lf = memchr(line, '\n', (size_t)(end - line)))) {
		const char *cr = memchr(line, '\r', (size_t)(lf - line));

		if (cr != lf - 1 || lf == raw ||
		    memchr(line, '\0', (size_t)(lf - line)))
			return HEAD_BAD;
		if (cr == line) {
			*end_r = (size_t)(lf + 1 - raw);
			return HEAD_OK;
		}
		line = lf + 1;
	}
	if (memchr(line, '\0', (size_t)(end - line)))
		return HEAD_BAD;
	return HEAD_MORE;
}

/* METHOD SP TARGET SP HTTP/1.x, one blank each. */
static bool
split_request_line(struct head *h, char *line, size_t len)
{
	char *sp1 = memchr(line, ' ', len);
	char *sp2 = sp1 ? strchr(sp1 + 1, ' ') : NULL;

	if (!sp2 || sp1 - line > HEAD_METHOD_MAX)
		return false;
	*sp1 = *sp2 = '\0';
	if (!is_token(line, (size_t)(sp1 - line)))
		return false;
	if (strcmp(sp2 + 1, "HTTP/1.1") == 0)
		h->minor = 1;
	else if (strcmp(sp2 + 1, "HTTP/1.0") == 0)
		h->minor = 0;
	else
		return false;
	h->method = line;
	h->target = sp1 + 1;
	return true;
}

/* Name ":" OWS value OWS. A line that begins with a blank (obs-fold) has no
 * name that is a token. */
static bool
split_field(struct head *h, char *line, size_t len)
{
	char *colon = memchr(line, ':', len);
	char *value, *end = line + len;

	if (!colon || !is_token(line, (size_t)(colon - line)))
		return false;
	for (value = colon + 1; *value == ' ' || *value == '\t';)
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (char *p = value; p < end; p++)
		if (!is_value_char((unsigned char)*p))
			return false;
	*colon = *end = '\0';
	h->fields[h->nfields++] = (struct head_field){ line, value };
	return true;
}

/* ---- fields to meaning ---- */

bool
head_has_token(const char *list, const char *token)
{
	size_t want = strlen(token);

	while (*list) {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ",");
		while (n > 0 && (list[n - 1] == ' ' || list[n - 1] == '\t'))
			n--;
		if (n == want && strncasecmp(list, token, n) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

/* Any case; most are told apart by their first letter. */
static bool
is_name(const char *name, const char *wanted)
{
	return ((name[0] ^ wanted[0]) & ~32) == 0 &&
	    strcasecmp(name, wanted) == 0;
}

const char *
head_get(const struct head *h, const char *name)
{
	for (unsigned i = 0; i < h->nfields; i++)
		if (is_name(h->fields[i].name, name))
			return h->fields[i].value;
	return NULL;
}

/* What the fields below have said so far. */
struct seen {
	unsigned hosts, lengths, encodings;
	bool close, keep;
};

static bool
see_host(struct head *h, struct seen *s, const char *value)
{
	for (const char *p = value; *p; p++)
		if (!is_target_char((unsigned char)*p) ||
		    strchr("/?@\\\"<>,", *p))
			return false;
	h->host = value;
	return s->hosts++ == 0;
}

static bool
see_content_length(struct head *h, struct seen *s, const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || digits > 18 || value[digits] || s->lengths++)
		return false;
	h->length = 0;
	for (; *value; value++)
		h->length = h->length * 10 + (*value - '0');
	return true;
}

/* Only "chunked", and only from clients that know of it. */
static bool
see_transfer_encoding(struct head *h, struct seen *s, const char *value)
{
	h->chunked = true;
	return h->minor == 1 && s->encodings++ == 0 &&
	    strcasecmp(value, "chunked") == 0;
}

static bool
see_connection(struct head *h, struct seen *s, const char *value)
{
	(void)h;
	s->close |= head_has_token(value, "close");
	s->keep |= head_has_token(value, "keep-alive");
	return true;
}

static bool
see_expect(struct head *h, struct seen *s, const char *value)
{
	(void)s;
	if (strcasecmp(value, "100-continue") != 0)
		return false;
	h->expect_continue = h->minor == 1;
	return true;
}

static const struct {
	const char *name;
	bool (*see)(struct head *h, struct seen *s, const char *value);
} framing_fields[] = {
	{ "host", see_host },
	{ "content-length", see_content_length },
	{ "transfer-encoding", see_transfer_encoding },
	{ "connection", see_connection },
	{ "expect", see_expect },
};

static bool
see_fields(struct head *h, struct seen *s)
{
	size_t n = sizeof(framing_fields) / sizeof(framing_fields[0]);

	for (unsigned i = 0; i < h->nfields; i++)
		for (size_t k = 0; k < n; k++)
			if (is_name(h->fields[i].name,
				framing_fields[k].name) &&
			    !framing_fields[k].see(h, s, h->fields[i].value))
				return false;
	return true;
}

/* "http://host/path" as proxies send it; answers where the path begins. */
static const char *
skip_origin(const char *target)
{
	size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7
	    : strncasecmp(target, "https://", 8) == 0          ? 8
							       : 0;

	return scheme ? target + scheme + strcspn(target + scheme, "/?")
		      : target;
}

static bool
read_target(struct head *h)
{
	const char *path = skip_origin(h->target);
	size_t len = strcspn(path, "?");

	for (const char *p = h->target; *p; p++)
		if (!is_target_char((unsigned char)*p))
			return false;
	h->query = path[len] ? path + len + 1 : "";
	if (strlen(h->target) > HEAD_BYTES_MAX ||
	    !head_decode(h->query, strlen(h->query), false, h->decoded) ||
	    !head_decode(path, len, false, h->decoded))
		return false;
	if (path != h->target && len == 0)
		strcpy(h->decoded, "/");
	h->path = h->decoded;
	return h->path[0] == '/' ||
	    (strcmp(h->path, "*") == 0 && strcmp(h->method, "OPTIONS") == 0);
}

static enum head_status
check(struct head *h)
{
	struct seen s = { 0 };

	h->host = "";
	h->length = -1;
	h->chunked = h->expect_continue = false;
	if (!see_fields(h, &s) || !read_target(h))
		return HEAD_BAD;
	if (s.lengths > 0 && s.encodings > 0)
		return HEAD_BAD;
	if (h->minor == 1 && s.hosts == 0)
		return HEAD_BAD;
	h->keep_alive = !s.close && (h->minor == 1 || s.keep);
	return HEAD_OK;
}

/* ---- both ---- */

enum head_status
head_parse(struct head *h, const char *raw, size_t len)
{
	size_t skipped = skip_empty_lines(raw, len);
	size_t end = 0;
	char *line = h->text, *cr;
	enum head_status st;

	if (len > HEAD_BYTES_MAX)
		len = HEAD_BYTES_MAX;
	st = find_end(raw + skipped, len - skipped, &end);
	if (st == HEAD_MORE)
		return len == HEAD_BYTES_MAX ? HEAD_TOO_LARGE : HEAD_MORE;
	if (st != HEAD_OK)
		return st;
	h->bytes = skipped + end;
	h->nfields = 0;
	memcpy(h->text, raw + skipped, end);
	h->text[end] = '\0';
	for (; *line != '\r'; line = cr + 2) {
		cr = strchr(line, '\r');
		*cr = '\0';
		if (line == h->text) {
			if (!split_request_line(h, line, (size_t)(cr - line)))
				return HEAD_BAD;
		} else if (h->nfields == HEAD_FIELDS_MAX) {
			return HEAD_TOO_LARGE;
		} else if (!split_field(h, line, (size_t)(cr - line))) {
			return HEAD_BAD;
		}
	}
	return line == h->text ? HEAD_BAD : check(h);
}
