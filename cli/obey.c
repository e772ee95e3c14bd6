/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the server wants done: print, send a file, ask, transfer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/files.h"
#include "cli/talk_private.h"
#include "cli/transfer.h"

#define CELLS_MAX 1024

enum tag {
	TAG_PRINT = 0,
	TAG_LOAD = 1,
	TAG_PROMPT = 3,
	TAG_EXIT = 4,
	TAG_CHUNK = 7,
	TAG_END = 8,
	TAG_COMMAND = 9,
	TAG_RESPONSE = 10,
	TAG_BLOB = 11,
	TAG_HTTP_GET = 12,
	TAG_HTTP_PUT = 13,
	TAG_ERROR = 14,
	TAG_DEBUG = 15,
	TAG_PRINT_STDERR = 16,
	TAG_HTTP_CONNECT = 17,
	TAG_ROW = 64,
	TAG_REFRESH = 65,
	TAG_WHOLE = 66,
};

/* ---- frames ---- */

void
talk_put_int(struct bytes *b, uint32_t v)
{
	const uint8_t le[] = { (uint8_t)v, (uint8_t)(v >> 8),
		(uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	bytes_put(b, le, sizeof(le));
}

uint32_t
talk_le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[3] << 24;
}

static int
send_message(struct talk *t, const uint32_t *words, unsigned n)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	talk_put_int(&b, n * 4);
	for (unsigned i = 0; i < n; i++)
		talk_put_int(&b, words[i]);
	return b.failed ? -1 : link_write(t->link, b.p, b.len);
}

int
talk_respond(struct talk *t, enum talk_response r)
{
	const uint32_t words[] = { TAG_RESPONSE, r };

	return send_message(t, words, 2);
}

static int
send_chunk(struct talk *t, const void *data, uint32_t len)
{
	const uint32_t words[] = { TAG_BLOB, TAG_CHUNK, len };

	if (send_message(t, words, 3) < 0)
		return -1;
	return link_write(t->link, data, len);
}

static int
send_end(struct talk *t)
{
	const uint32_t words[] = { TAG_BLOB, TAG_END };

	return send_message(t, words, 2);
}

/* Numbers and texts from the front of a frame; bad: it is too short. */
struct frame {
	char *p;
	size_t len;
	bool bad;
};

static uint32_t
take_int(struct frame *f)
{
	uint32_t v;

	if (f->len < 4) {
		f->bad = true;
		return 0;
	}
	v = talk_le32(f->p);
	f->p += 4;
	f->len -= 4;
	return v;
}

static const char *
take_text(struct frame *f, size_t *len_r)
{
	size_t n = take_int(f);
	const char *text = f->p;

	if (f->bad || n > f->len) {
		f->bad = true;
		*len_r = 0;
		return "";
	}
	f->p += n;
	f->len -= n;
	*len_r = n;
	return text;
}

/* A text with a NUL behind it, malloc'd; NULL: none. */
static char *
copy_text(struct frame *f)
{
	size_t n;
	const char *text = take_text(f, &n);

	return f->bad || memchr(text, '\0', n) ? NULL : strndup(text, n);
}

/* ---- what the server commands ---- */

static int
print_stderr(struct talk *t, struct frame *f)
{
	size_t n;
	const char *text = take_text(f, &n);

	if (t->out->gathered && complain_hushed)
		return 0;
	output_flush(t->out);
	fwrite(text, 1, n, stderr);
	return 0;
}

static int
print_error(struct talk *t, struct frame *f)
{
	size_t len;
	const char *text = take_text(f, &len);
	uint32_t n = take_int(f);

	if (t->out->gathered && complain_hushed)
		return 0;
	output_flush(t->out);
	fprintf(stderr, "Error code: %.*s\nError parameters: ", (int)len, text);
	for (uint32_t i = 0; i < n && !f->bad; i++) {
		text = take_text(f, &len);
		fprintf(stderr, "%s%.*s", i ? ", " : "", (int)len, text);
	}
	fputc('\n', stderr);
	return 0;
}

static int
print_row(struct talk *t, struct frame *f)
{
	struct cell cells[CELLS_MAX];
	uint32_t n = take_int(f);

	f->bad |= n > CELLS_MAX;
	if (f->bad)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		struct cell *c = &cells[i];

		c->name = take_text(f, &c->name_len);
		c->text = take_text(f, &c->text_len);
		c->json = take_text(f, &c->json_len);
	}
	if (!f->bad)
		output_row(t->out, cells, n);
	return 0;
}

/* In pieces of a size that the original's server takes. */
static int
send_file(struct talk *t, int fd)
{
	static char buf[1 << 16];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || send_chunk(t, buf, (uint32_t)n) < 0)
			return -1;
	}
	return send_end(t);
}

static int
load(struct talk *t, struct frame *f)
{
	CLEANUP_FREE char *name = copy_text(f);
	CLEANUP_FD int fd = -1;

	output_flush(t->out);
	if (!name)
		return -1;
	if (!files_may_read(t->o, name))
		return talk_respond(t, TALK_FAILED);
	fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO)
				    : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", name, strerror(errno));
		return talk_respond(t, TALK_FAILED);
	}
	if (talk_respond(t, TALK_OK) < 0)
		return -1;
	return send_file(t, fd);
}

static int
prompt(struct talk *t)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	ssize_t n;

	output_flush(t->out);
	n = getline(&line, &size, stdin);
	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n < 0) {
		complain("an answer is wanted, but the input has ended");
		return -1;
	}
	if (send_chunk(t, line, (uint32_t)n) < 0)
		return -1;
	return send_end(t);
}

static int
transfer(struct talk *t, struct frame *f, uint32_t tag)
{
	CLEANUP_FREE char *name = NULL;
	CLEANUP_FREE char *url = NULL;

	if (tag != TAG_HTTP_CONNECT)
		name = copy_text(f);
	url = copy_text(f);
	output_flush(t->out);
	if (!url || (!name && tag != TAG_HTTP_CONNECT))
		return -1;
	if (tag == TAG_HTTP_CONNECT)
		return console_run(t, url);
	return tag == TAG_HTTP_GET ? transfer_get(t, name, url)
				   : transfer_put(t, name, url);
}

static int
obey(struct talk *t, struct frame *f)
{
	uint32_t kind = take_int(f), tag = take_int(f);
	size_t n;
	const char *text;
	int r = 0;

	f->bad |= kind != TAG_COMMAND;
	if (f->bad)
		return -1;
	switch (tag) {
	case TAG_PRINT:
		text = take_text(f, &n);
		output_text(t->out, text, n);
		break;
	case TAG_PRINT_STDERR:
		r = print_stderr(t, f);
		break;
	case TAG_DEBUG:
		text = take_text(f, &n);
		if (t->o->debug)
			fprintf(stderr, "xe: the server says: %.*s\n", (int)n,
			    text);
		break;
	case TAG_ERROR:
		r = print_error(t, f);
		break;
	case TAG_ROW:
		r = print_row(t, f);
		break;
	case TAG_REFRESH:
		output_refresh(t->out);
		break;
	case TAG_WHOLE:
		output_end(t->out);
		break;
	case TAG_LOAD:
		r = load(t, f);
		break;
	case TAG_PROMPT:
		r = prompt(t);
		break;
	case TAG_HTTP_GET:
	case TAG_HTTP_PUT:
	case TAG_HTTP_CONNECT:
		r = transfer(t, f, tag);
		break;
	case TAG_EXIT:
		t->status = (int)take_int(f);
		return f->bad ? -1 : 1;
	default:
		complain("the server wants something unknown (%u)", tag);
		return -1;
	}
	return f->bad ? -1 : r;
}

int
talk_obey(struct talk *t, const struct bytes *frame)
{
	struct frame f = { .p = frame->p, .len = frame->len };
	int r = obey(t, &f);

	if (f.bad)
		complain("the server's words make no sense");
	return r;
}
