/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to xapid-console: STATE/console.sock. (console/consoles.h) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "console/console.h"
#include "lib/cleanup.h"
#include "lib/packet.h"
#include "plan/switch.h"

#define PATIENCE_S 10

int
console_ready(struct call *c, const struct console_target *t)
{
	const struct value_member m[] = {
		{ "op",
		    { .kind = VALUE_STRING,
			.n = strlen("open"),
			.s = "open" } },
		{ "uuid",
		    { .kind = VALUE_STRING,
			.n = (uint32_t)strlen(t->vm->uuid),
			.s = t->vm->uuid } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 2,
		.members = m };
	struct value reply;
	char err[256] = "";

	if (switch_ask(c->core->switchboard, PLAN_CONSOLE, c->arena, &body,
		&reply, err, sizeof(err)) == 0)
		return 0;
	if (strncmp(err, "HANDLE_INVALID", strlen("HANDLE_INVALID")) == 0)
		return fail_handle_invalid(c, "console",
		    call_ref_text(c, t->vm->r.self));
	return fail_internal_error(c, arena_strdup(c->arena, err));
}

/* Through the descriptor of the folder: its path may be longer than an address
 * of a socket can be. */
static int
connect_worker(const char *state)
{
	CLEANUP_FD int dir = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (dir < 0 || fd < 0)
		return -1;
	snprintf(sa.sun_path, sizeof(sa.sun_path),
	    "/proc/self/fd/%d/console.sock", dir);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) < 0 ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* A line of at most size - 1 bytes, without what follows it, and the
 * descriptor that comes with it (-1: none). */
static int
read_answer(int fd, char *line, size_t size, int *passed_r)
{
	size_t n = 0;

	*passed_r = -1;
	while (n + 1 < size) {
		unsigned came;
		int got;

		if (packet_receive(fd, line + n, 1, &got, 1, &came, 0) < 0)
			return -1;
		if (came && *passed_r < 0)
			*passed_r = got;
		else if (came)
			close(got);
		if (line[n] == '\n') {
			line[n] = '\0';
			return 0;
		}
		n++;
	}
	return -1;
}

/* The text console's socket itself, or for a screen what came with the ok. */
static int
ask(struct call *c, const struct console_target *t, int fd)
{
	bool screen = t->console->protocol == CONSOLE_PROTOCOL_RFB;
	CLEANUP_FD int passed = -1;
	char line[64];

	snprintf(line, sizeof(line), "%s %s\n", t->vm->uuid,
	    screen ? "vnc" : "text");
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0 ||
	    read_answer(fd, line, sizeof(line), &passed) < 0)
		return fail_internal_error(c,
		    "The console worker does not answer");
	if (strcmp(line, "ok") != 0 || (screen && passed < 0))
		return fail_handle_invalid(c, "console",
		    call_ref_text(c, t->console->r.self));
	return screen ? STEAL_FD(passed) : dup(fd);
}

int
console_connect(struct call *c, const struct console_target *t)
{
	CLEANUP_FD int fd = -1;

	if (console_ready(c, t) < 0)
		return -1;
	fd = connect_worker(c->core->config->state_dir);
	if (fd < 0)
		return fail_internal_error(c,
		    "The console worker cannot be reached");
	return ask(c, t, fd);
}
