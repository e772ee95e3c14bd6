/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GET /openrpc.json: the description of the API that the build made of the
 * datamodel. It is the same for everybody, so it is public. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "call/http.h"
#include "lib/cleanup.h"

#define NAME "openrpc.json"

/* In a build folder it is beside the program, else where make install puts
 * it. */
static int
open_description(void)
{
	char path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;
	int fd;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash) {
			memcpy(slash, "/" NAME, sizeof("/" NAME));
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0)
				return fd;
		}
	}
	return open(PKGDATADIR "/" NAME, O_RDONLY | O_CLOEXEC);
}

void
http_get_openrpc(struct http_exchange *x, struct call *c)
{
	static const char *const headers[] = { "Content-Type: application/json",
		"Access-Control-Allow-Origin: *", NULL };
	CLEANUP_FD int fd = open_description();
	char piece[16384];
	struct stat st;
	ssize_t n;

	(void)c;
	if (fd < 0 || fstat(fd, &st) < 0) {
		http_answer(x, 404, NULL, NULL, 0);
		return;
	}
	if (http_begin(x, 200, headers, st.st_size, true) < 0)
		return;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		if (http_write(x, piece, (size_t)n) < 0)
			return;
}
