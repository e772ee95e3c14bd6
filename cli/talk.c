/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/files.h"
#include "cli/transfer.h"

#define GREETING "XenSource thin CLI protocol"
#define PROTOCOL_MAJOR 0
#define PROTOCOL_MINOR 2
#define FRAME_BYTES_MAX (64u << 20)
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

static void
put_int(struct bytes *b, uint32_t v)
{
	const uint8_t le[] = { (uint8_t)v, (uint8_t)(v >> 8),
		(uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	bytes_put(b, le, sizeof(le));
}

static uint32_t
le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[3] << 24;
}

static int
send_message(struct talk *t, const uint32_t *words, unsigned n)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	put_int(&b, n * 4);
	for (unsigned i = 0; i < n; i++)
		put_int(&b, words[i]);
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
	v = le32(f->p);
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

/* 1: it was the last one, 0: go on, -1: broken. */
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

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t interrupted;

static void
interrupt(int sig)
{
	(void)sig;
	if (interrupted++)
		_exit(130);
}

/* The first one asks the server to stop what it does for us; it answers then,
 * and we wait for that. The second one ends us. */
static void
catch_interrupts(void)
{
	struct sigaction sa = { .sa_handler = interrupt };

	interrupted = 0;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool
talk_interrupted(void)
{
	return interrupted != 0;
}

static void
say_enough(struct talk *t)
{
	if (t->finished)
		return;
	t->finished = true;
	(void)talk_respond(t, TALK_FAILED);
	link_finish(t->link);
}

/* Until there is something to read. */
static int
wait_input(struct talk *t)
{
	struct pollfd p = { .fd = link_fd(t->link), .events = POLLIN };

	while (!link_has_input(t->link)) {
		int r;

		if (interrupted)
			say_enough(t);
		r = poll(&p, 1, -1);
		if (r > 0)
			break;
		if (r < 0 && errno != EINTR)
			return -1;
	}
	return 0;
}

/* ---- the conversation ---- */

static bool
wants_more(const struct options *o)
{
	return o->output != OUTPUT_TEXT || o->dry_run || o->explain ||
	    o->watch || o->where;
}

static void
put_encoded(struct bytes *b, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9'))
			bytes_putc(b, (char)*p);
		else
			bytes_printf(b, "%%%02X", *p);
}

static void
put_path(struct bytes *b, const struct options *o)
{
	if (!wants_more(o)) {
		bytes_puts(b, "/cli");
		return;
	}
	bytes_puts(b, "/xe?v=1");
	bytes_puts(b, o->output != OUTPUT_TEXT ? "&rows=1" : "");
	bytes_puts(b, o->dry_run ? "&dry-run=1" : "");
	bytes_puts(b, o->explain ? "&explain=1" : "");
	bytes_puts(b, o->watch ? "&watch=1" : "");
	if (o->where) {
		bytes_puts(b, "&where=");
		put_encoded(b, o->where);
	}
}

static void
put_header(struct bytes *b, const char *name, const char *value)
{
	if (value && !strpbrk(value, "\r\n"))
		bytes_printf(b, "%s: %s\r\n", name, value);
}

static int
send_request(struct talk *t)
{
	CLEANUP_BYTES struct bytes body = { 0 }, all = { 0 };
	const struct options *o = t->o;

	for (size_t i = 0; i < o->nargs; i++)
		bytes_printf(&body, "%s\n", o->args[i]);
	bytes_printf(&body, "username=%s\npassword=%s", o->username,
	    o->password ? o->password : "");
	bytes_puts(&all, "POST ");
	put_path(&all, o);
	bytes_puts(&all,
	    " HTTP/1.0\r\nUser-agent: xe-cli/Unix/0.2\r\noriginator: cli\r\n");
	if (isatty(STDERR_FILENO)) /* a bar of progress is welcome */
		bytes_puts(&all, "x-xe-terminal: 1\r\n");
	put_header(&all, "traceparent", o->traceparent);
	put_header(&all, "baggage", getenv("BAGGAGE"));
	bytes_printf(&all, "content-length: %zu\r\n\r\n", body.len);
	bytes_put(&all, body.p, body.len);
	if (all.failed || body.failed)
		return -1;
	return link_write(t->link, all.p, all.len);
}

/* What comes instead of a greeting is most likely HTTP. */
static int
fail_greeting(struct talk *t, const char *seen)
{
	if (strncmp(seen, "HTTP", 4) != 0)
		complain("the server hung up: it may not let this user in, or "
			 "not be one");
	else if (wants_more(t->o))
		complain("this server does not know --output, --where, "
			 "--watch, --explain and --dry-run");
	else
		complain(t->o->nossl
			? "the server does not take commands of xe without TLS"
			: "the server does not take commands of xe");
	return -1;
}

static int
greet(struct talk *t)
{
	char hello[sizeof(GREETING) - 1 + 8] = "";
	CLEANUP_BYTES struct bytes b = { 0 };

	if (link_read_full(t->link, hello, 4) < 0 && !*hello)
		return -1;
	t->greeted = true;
	if (strncmp(hello, GREETING, 4) != 0)
		return fail_greeting(t, hello);
	if (link_read_full(t->link, hello + 4, sizeof(hello) - 4) < 0 ||
	    memcmp(hello, GREETING, sizeof(GREETING) - 1) != 0)
		return fail_greeting(t, "");
	if (le32(hello + sizeof(hello) - 8) != PROTOCOL_MAJOR) {
		complain("the server speaks another version of the protocol");
		return -1;
	}
	bytes_puts(&b, GREETING);
	put_int(&b, PROTOCOL_MAJOR);
	put_int(&b, PROTOCOL_MINOR);
	return b.failed ? -1 : link_write(t->link, b.p, b.len);
}

static int
read_frame(struct talk *t, struct bytes *b)
{
	char head[4];
	uint32_t len;

	if (wait_input(t) < 0 || link_read_full(t->link, head, 4) < 0)
		return -1;
	len = le32(head);
	if (len > FRAME_BYTES_MAX)
		return -1;
	b->len = 0;
	if (!bytes_reserve(b, len) || link_read_full(t->link, b->p, len) < 0)
		return -1;
	b->len = len;
	return 0;
}

/* As the original's client, to 127.0.0.1 without TLS; a port that hangs up at
 * once is tried with it, since it may be that of HTTPS. */
static int
begin(struct talk *t)
{
	t->link = link_open(t->o, NULL);
	if (!t->link)
		return -1;
	if (send_request(t) == 0 && greet(t) == 0)
		return 0;
	if (!t->greeted && t->o->port && !t->o->nossl && !t->own.tls_here &&
	    strcmp(t->o->server, "127.0.0.1") == 0) {
		link_close(t->link);
		t->own = *t->o;
		t->own.tls_here = true;
		t->o = &t->own;
		return begin(t);
	}
	return t->greeted ? -1 : fail_greeting(t, "");
}

static int
converse(struct talk *t)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	int r = 0;

	if (begin(t) < 0)
		return -1;
	while (r == 0) {
		struct frame f;

		if (!link_has_input(t->link))
			output_flush(t->out);
		if (read_frame(t, &b) < 0) {
			output_flush(t->out);
			complain("lost the connection to the server");
			return -1;
		}
		if (t->o->debug)
			fprintf(stderr, "xe: a frame of %zu bytes\n", b.len);
		f = (struct frame){ .p = b.p, .len = b.len };
		r = obey(t, &f);
		if (f.bad)
			complain("the server's words make no sense");
	}
	return r < 0 ? -1 : 0;
}

int
talk_run(const struct options *o, struct output *out)
{
	struct talk t = { .o = o, .out = out, .status = 1 };

	catch_interrupts();
	if (converse(&t) < 0 && t.status == 0)
		t.status = 1;
	link_close(t.link);
	output_end(out);
	return t.status;
}

int
talk_ask(const struct options *o, struct bytes *answer)
{
	struct output out = { .gathered = answer };
	struct talk t = { .o = o, .out = &out, .status = 1 };

	if (complain_hushed)
		signal(SIGPIPE, SIG_IGN); /* no work that could be stopped */
	else
		catch_interrupts();
	if (converse(&t) < 0)
		t.status = 1;
	link_close(t.link);
	return t.status == 0 && !answer->failed ? 0 : -1;
}
