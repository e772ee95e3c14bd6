/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/talk.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/talk_private.h"

#define GREETING "XenSource thin CLI protocol"
#define PROTOCOL_MAJOR 0
#define PROTOCOL_MINOR 2
#define FRAME_BYTES_MAX (64u << 20)

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
	if (talk_le32(hello + sizeof(hello) - 8) != PROTOCOL_MAJOR) {
		complain("the server speaks another version of the protocol");
		return -1;
	}
	bytes_puts(&b, GREETING);
	talk_put_int(&b, PROTOCOL_MAJOR);
	talk_put_int(&b, PROTOCOL_MINOR);
	return b.failed ? -1 : link_write(t->link, b.p, b.len);
}

static int
read_frame(struct talk *t, struct bytes *b)
{
	char head[4];
	uint32_t len;

	if (wait_input(t) < 0 || link_read_full(t->link, head, 4) < 0)
		return -1;
	len = talk_le32(head);
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
		if (!link_has_input(t->link))
			output_flush(t->out);
		if (read_frame(t, &b) < 0) {
			output_flush(t->out);
			complain("lost the connection to the server");
			return -1;
		}
		if (t->o->debug)
			fprintf(stderr, "xe: a frame of %zu bytes\n", b.len);
		r = talk_obey(t, &b);
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
