/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/transfer.h"
#include "lib/file.h"

#define ESCAPE 0x1d /* Ctrl-] */
#define BLOCK 4096
#define WAIT_EVERY_MS 60000

/* Restores the terminal when the scope ends. */
struct terminal {
	struct termios saved;
	bool raw;
};

static void
terminal_restore(struct terminal *term)
{
	if (term->raw) {
		tcsetattr(STDIN_FILENO, TCSANOW, &term->saved);
		fputs("\r\n", stderr);
	}
}

static void
make_raw(struct terminal *term)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &term->saved) < 0)
		return; /* no terminal: what comes is passed on as it is */
	raw = term->saved;
	cfmakeraw(&raw);
	term->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* 1: go on, 0: the user has enough, -1: broken. */
static int
send_keys(struct link *l, bool *input_r)
{
	char buf[BLOCK];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));
	char *end;

	if (n <= 0) {
		*input_r = false; /* what the VM still says is of interest */
		return 1;
	}
	end = memchr(buf, ESCAPE, (size_t)n);
	if (link_write(l, buf, end ? (size_t)(end - buf) : (size_t)n) < 0)
		return -1;
	return end ? 0 : 1;
}

static int
show_output(struct link *l)
{
	char buf[BLOCK];
	ssize_t n = link_read(l, buf, sizeof(buf));

	if (n <= 0)
		return 0;
	return file_write_full(STDOUT_FILENO, buf, (size_t)n) < 0 ? -1 : 1;
}

static int
pump(struct talk *t, struct link *l)
{
	bool input = true;
	int r = 1;

	while (r > 0 && !talk_interrupted()) {
		struct pollfd p[] = {
			{ .fd = link_fd(l), .events = POLLIN },
			{ .fd = input ? STDIN_FILENO : -1, .events = POLLIN },
		};
		int n = link_has_input(l) ? 1 : poll(p, 2, WAIT_EVERY_MS);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0 && talk_respond(t, TALK_WAIT) < 0)
			return -1;
		if (n > 0 && (link_has_input(l) || p[0].revents))
			r = show_output(l);
		if (n > 0 && r > 0 && p[1].revents)
			r = send_keys(l, &input);
	}
	return r;
}

static bool
run(struct talk *t, const char *url)
{
	__attribute__((cleanup(terminal_restore))) struct terminal term = { 0 };
	CLEANUP(link_close) struct link *l = NULL;
	int64_t ignored;
	int status = transfer_begin(t, "CONNECT", url, 0, &l, &ignored);

	if (status / 100 != 2) {
		if (status > 0)
			complain(status == 404
				? "there is no such console"
				: "the server refuses the console (HTTP %d)",
			    status);
		return false;
	}
	make_raw(&term);
	return pump(t, l) == 0;
}

int
console_run(struct talk *t, const char *url)
{
	return talk_respond(t, run(t, url) ? TALK_OK : TALK_FAILED);
}
