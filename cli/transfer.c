/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/files.h"
#include "lib/clock.h"
#include "lib/file.h"

#define BLOCK 65536
#define REDIRECTIONS_MAX 5
#define HEADERS_MAX 200
#define HEAD_LINE_MAX 8192
#define LOOK_MS 1000
#define WAIT_EVERY_S 60 /* the server is told that we are still there */

/* ---- where to ---- */

/* "https://host:port/path?query" or a path; host NULL: the same server. */
static int
split_url(const char *url, char **host_r, const char **path_r)
{
	const char *host = strstr(url, "://"), *slash;
	size_t n;

	*host_r = NULL;
	*path_r = url;
	if (url[0] == '/' || !host)
		return url[0] == '/' ? 0 : -1;
	host += 3;
	slash = strchr(host, '/');
	if (!slash)
		return -1;
	n = strcspn(host, "/");
	*path_r = slash;
	*host_r = strndup(host, n);
	return *host_r ? 0 : -1;
}

/* The server's own name in a URL means the connection we know how to make. */
static struct link *
open_link(struct talk *t, char *host)
{
	char *colon = host ? strrchr(host, ':') : NULL;

	if (colon && !strchr(colon, ']'))
		*colon = '\0';
	if (!host || strcmp(host, t->o->server) == 0)
		return link_open(t->o, NULL);
	return link_open(t->o, host);
}

/* ---- the head ---- */

static int
read_head(struct link *l, char *location, size_t size, int64_t *length_r)
{
	char line[HEAD_LINE_MAX];
	int status;

	*length_r = -1;
	location[0] = '\0';
	if (link_read_line(l, line, sizeof(line)) < 0 ||
	    sscanf(line, "HTTP/%*d.%*d %d", &status) != 1)
		return -1;
	for (int i = 0; i < HEADERS_MAX; i++) {
		if (link_read_line(l, line, sizeof(line)) < 0)
			return -1;
		if (!line[0])
			return status;
		if (strncasecmp(line, "location:", 9) == 0)
			snprintf(location, size, "%s",
			    line + 9 + strspn(line + 9, " "));
		if (strncasecmp(line, "content-length:", 15) == 0)
			*length_r = strtoll(line + 15, NULL, 10);
	}
	return -1;
}

static int
send_head(struct link *l, const char *method, const char *path, int64_t length)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	if (strpbrk(path, "\r\n"))
		return -1;
	bytes_printf(&b, "%s ", method);
	for (const char *p = path; *p; p++) /* the original encodes nothing */
		if (*p == ' ')
			bytes_puts(&b, "%20");
		else
			bytes_putc(&b, *p);
	bytes_puts(&b, " HTTP/1.0\r\n");
	if (length >= 0)
		bytes_printf(&b, "Content-Length: %" PRId64 "\r\n", length);
	bytes_puts(&b, "\r\n");
	return b.failed ? -1 : link_write(l, b.p, b.len);
}

int
transfer_begin(struct talk *t, const char *method, const char *url,
    int64_t length, struct link **link_r, int64_t *length_r)
{
	char location[HEAD_LINE_MAX];

	snprintf(location, sizeof(location), "%s", url);
	for (int i = 0; i < REDIRECTIONS_MAX; i++) {
		CLEANUP(link_close) struct link *l = NULL;
		CLEANUP_FREE char *host = NULL;
		const char *path;
		int status;

		if (split_url(location, &host, &path) < 0) {
			complain("the server names no address that is known");
			return -1;
		}
		l = open_link(t, host);
		if (!l)
			return -1;
		if (send_head(l, method, path, length) < 0)
			return -1;
		status = read_head(l, location, sizeof(location), length_r);
		if (status == 302 || status == 301 || status == 307)
			continue;
		if (status / 100 == 2)
			*link_r = STEAL(l);
		return status;
	}
	complain("too many redirections");
	return -1;
}

/* ---- progress ---- */

struct progress {
	bool shown;
	int64_t total, done, begun, last; /* times: clock_mono_ns */
	int64_t waited;
};

static void
human(int64_t n, char out[16])
{
	static const char units[] = " KMGTP";
	double v = (double)n;
	int u = 0;

	while (v >= 1000 && u < 5) {
		v /= 1024;
		u++;
	}
	snprintf(out, 16, u ? "%.1f %ciB" : "%.0f bytes", v, units[u]);
}

static void
show(struct progress *p)
{
	int64_t now = clock_mono_ns(), spent = now - p->begun;
	char done[16], rate[16];

	if (!p->shown || now - p->last < NSEC_PER_SEC / 5)
		return;
	p->last = now;
	human(p->done, done);
	human((int64_t)((double)p->done * 1e9 / (double)(spent + 1)), rate);
	fprintf(stderr, "\r%s, %s/s", done, rate);
	if (p->total > 0 && p->done > 0) {
		int64_t left = (int64_t)((double)spent / 1e9 *
		    ((double)p->total / (double)p->done - 1));

		fprintf(stderr, ", %d%%, %02d:%02d:%02d left",
		    (int)(p->done * 100 / p->total), (int)(left / 3600),
		    (int)(left / 60 % 60), (int)(left % 60));
	}
	fputs("\033[K", stderr);
}

static struct progress
progress_new(int64_t total, bool to_terminal)
{
	int64_t now = clock_mono_ns();

	return (struct progress){
		.shown = isatty(STDERR_FILENO) && !to_terminal,
		.total = total,
		.begun = now,
		.last = now,
		.waited = now,
	};
}

static void
progress_end(struct progress *p)
{
	if (p->shown && p->last != p->begun)
		fputs("\r\033[K", stderr);
}

/* The server hears from us while the data takes its time. */
static int
keep_alive(struct talk *t, struct progress *p)
{
	int64_t now = clock_mono_ns();

	if (now - p->waited < WAIT_EVERY_S * NSEC_PER_SEC)
		return 0;
	p->waited = now;
	return talk_respond(t, TALK_WAIT);
}

/* What was begun is not finished: a file that is not whole goes. */
static int
go_on(struct talk *t, struct progress *p)
{
	if (!talk_interrupted())
		return keep_alive(t, p);
	progress_end(p);
	complain("interrupted");
	return -1;
}

/* Until the server has something for us, or has closed. */
static int
wait_for(struct talk *t, struct link *l, struct progress *p)
{
	struct pollfd fd = { .fd = link_fd(l), .events = POLLIN };

	while (!link_has_input(l)) {
		int r = poll(&fd, 1, LOOK_MS);

		if (r > 0)
			break;
		if ((r < 0 && errno != EINTR) || go_on(t, p) < 0)
			return -1;
	}
	return 0;
}

/* ---- get ---- */

static int
copy_down(struct talk *t, struct link *l, int fd, int64_t length)
{
	struct progress p = progress_new(length, isatty(fd));
	static char buf[BLOCK];
	ssize_t n;

	for (;;) {
		if (wait_for(t, l, &p) < 0)
			return -1;
		n = link_read(l, buf, sizeof(buf));
		if (n <= 0)
			break;
		if (file_write_full(fd, buf, (size_t)n) < 0) {
			complain("%s", strerror(errno));
			return -1;
		}
		p.done += n;
		show(&p);
		if (go_on(t, &p) < 0)
			return -1;
	}
	progress_end(&p);
	if (length >= 0 && p.done != length) {
		complain("the connection ended in the middle");
		return -1;
	}
	return 0;
}

static bool
is_stdio(const char *name)
{
	return !*name || strcmp(name, "-") == 0;
}

/* Nothing is left behind of what did not come whole. */
static bool
download(struct talk *t, const char *name, const char *url)
{
	CLEANUP(link_close) struct link *l = NULL;
	CLEANUP_FD int fd = -1;
	int64_t length;
	int status;

	if (!is_stdio(name) && !files_may_write(t->o, name))
		return false;
	status = transfer_begin(t, "GET", url, -1, &l, &length);
	if (status / 100 != 2)
		return false; /* the server knows why, and says it */
	fd = is_stdio(name)
	    ? dup(STDOUT_FILENO)
	    : open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		complain("%s: %s", name, strerror(errno));
		return false;
	}
	if (copy_down(t, l, fd, length) == 0)
		return true;
	if (!is_stdio(name))
		unlink(name);
	return false;
}

int
transfer_get(struct talk *t, const char *name, const char *url)
{
	return talk_respond(t, download(t, name, url) ? TALK_OK : TALK_FAILED);
}

/* ---- put ---- */

/* It closes when it has done its work. */
static int
wait_for_end(struct talk *t, struct link *l, struct progress *p)
{
	char rest[512];

	do {
		if (wait_for(t, l, p) < 0)
			return -1;
	} while (link_read(l, rest, sizeof(rest)) > 0);
	return 0;
}

static int
copy_up(struct talk *t, struct link *l, int fd, int64_t length)
{
	struct progress p = progress_new(length, false);
	static char buf[BLOCK];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			complain("%s", strerror(errno));
			return -1;
		}
		/* A server that has seen enough closes; it says why. */
		if (link_write(l, buf, (size_t)n) < 0)
			break;
		p.done += n;
		show(&p);
		if (go_on(t, &p) < 0)
			return -1;
	}
	progress_end(&p);
	if (n == 0)
		link_finish(l);
	return wait_for_end(t, l, &p);
}

/* A file's length is told, so that the server knows how far it is; of other
 * things the end of the connection is the end. */
static bool
upload(struct talk *t, const char *name, const char *url)
{
	CLEANUP(link_close) struct link *l = NULL;
	CLEANUP_FD int fd = -1;
	int64_t length = -1, ignored;
	struct stat st;
	int status;

	if (!files_may_read(t->o, name))
		return false;
	fd = is_stdio(name) ? dup(STDIN_FILENO)
			    : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		complain("%s: %s", name, strerror(errno));
		return false;
	}
	if (S_ISREG(st.st_mode))
		length = st.st_size;
	status = transfer_begin(t, "PUT", url, length, &l, &ignored);
	return status / 100 == 2 && copy_up(t, l, fd, length) == 0;
}

int
transfer_put(struct talk *t, const char *name, const char *url)
{
	return talk_respond(t, upload(t, name, url) ? TALK_OK : TALK_FAILED);
}
