/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests have said: GET /console_log. xapid-console writes the files
 * (console/log.c); here they are only read, also when the guest is long gone.
 *
 *   ?uuid=… or ?ref=…   of a VM or of its console */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/console.h"
#include "lib/cleanup.h"

#define PIECE 16384

/* The older one first. */
static const char *const suffixes[] = { ".log.1", ".log" };
#define FILES (sizeof(suffixes) / sizeof(suffixes[0]))

static int
open_folder(const struct core *core)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/console", core->config->state_dir);
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* size_r: what it has now; what comes later is for the next who asks. */
static int
open_file(int folder, const char *uuid, size_t i, int64_t *size_r)
{
	char name[64];
	CLEANUP_FD int fd = -1;
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", uuid, suffixes[i]);
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	*size_r = 0;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	*size_r = st.st_size;
	return STEAL_FD(fd);
}

static int
send_file(struct http_exchange *x, int fd, int64_t left)
{
	char piece[PIECE];

	while (left > 0) {
		size_t want = left < PIECE ? (size_t)left : PIECE;
		ssize_t n = read(fd, piece, want);

		if (n <= 0 || http_write(x, piece, (size_t)n) < 0)
			return -1; /* the short length tells */
		left -= n;
	}
	return 0;
}

static void
send_files(struct http_exchange *x, int folder, const char *uuid)
{
	/* Guests say what they like: no browser may take it for a page. */
	static const char *const headers[] = {
		"Content-Type: application/octet-stream",
		"X-Content-Type-Options: nosniff",
		"Content-Security-Policy: default-src 'none'; sandbox", NULL
	};
	int fds[FILES];
	int64_t sizes[FILES], total = 0;
	bool any = false;

	for (size_t i = 0; i < FILES; i++) {
		fds[i] = open_file(folder, uuid, i, &sizes[i]);
		any = any || fds[i] >= 0;
		total += sizes[i];
	}
	if (!any)
		http_answer(x, 404, NULL, NULL, 0);
	else if (http_begin(x, 200, headers, total, false) == 0)
		for (size_t i = 0; i < FILES; i++)
			if (fds[i] >= 0 && send_file(x, fds[i], sizes[i]) < 0)
				break;
	for (size_t i = 0; i < FILES; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

void
http_get_console_log(struct http_exchange *x, struct call *c)
{
	CONSOLE_TARGET struct console_target t = { 0 };
	CLEANUP_FD int folder = -1;

	if (console_find(x, c, "connect_console", &t) < 0)
		return;
	if (t.vm->power_state == VM_POWER_STATE_RUNNING &&
	    console_ready(c, &t) < 0)
		c->nerror = 0; /* there may be something from before */
	folder = open_folder(c->core);
	if (folder < 0)
		http_answer(x, 404, NULL, NULL, 0);
	else
		send_files(x, folder, t.vm->uuid);
}

void
console_forget(struct core *core, const char *vm_uuid)
{
	CLEANUP_FD int folder = open_folder(core);
	char name[64];

	for (size_t i = 0; folder >= 0 && i < FILES; i++) {
		snprintf(name, sizeof(name), "%s%s", vm_uuid, suffixes[i]);
		(void)unlinkat(folder, name, 0);
	}
}
