/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of an HTTP/1.x request, read strictly: whatever two programs could
 * understand in two ways is refused (attack A26). */
#ifndef XAPID_RPC_HEAD_H
#define XAPID_RPC_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAD_BYTES_MAX 16384
#define HEAD_FIELDS_MAX 128
#define HEAD_METHOD_MAX 32

enum head_status {
	HEAD_OK,
	HEAD_MORE,      /* no empty line yet */
	HEAD_BAD,       /* 400 */
	HEAD_TOO_LARGE, /* 431 */
};

struct head_field {
	const char *name;
	const char *value; /* without the blanks around it */
};

struct head {
	/* As sent; all point into text. */
	const char *method;
	const char *target;
	int minor; /* of HTTP/1.minor: 0 or 1 */
	unsigned nfields;
	struct head_field fields[HEAD_FIELDS_MAX];
	size_t bytes; /* up to and with the empty line */

	/* What they mean: */
	const char *path;  /* decoded; begins with '/', or is "*" */
	const char *query; /* not decoded, but known to decode well; or "" */
	const char *host;  /* "" when absent */
	int64_t length;    /* Content-Length; -1: none */
	bool chunked;
	bool keep_alive;
	bool expect_continue;

	char text[HEAD_BYTES_MAX + 1];
	char decoded[HEAD_BYTES_MAX + 1];
};

/* Whether these bytes are only the empty lines that some clients leave behind a
 * body: no head has begun. */
bool head_is_empty_lines(const char *raw, size_t len);
/* Looks for a whole head at the beginning of raw and splits it; raw is not
 * changed. */
enum head_status head_parse(struct head *h, const char *raw, size_t len);

/* First field of that name (any case), or NULL. */
const char *head_get(const struct head *h, const char *name);
/* Whether a comma-separated list holds the token (any case). */
bool head_has_token(const char *list, const char *token);
/* Decodes %xx, and '+' as a blank when plus is asked, of src[0..len) into dst
 * of at least len + 1 bytes. False when broken, with a NUL or a control
 * character, or not UTF-8. */
bool head_decode(const char *src, size_t len, bool plus, char *dst);

#endif
