/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Consoles of real guests. xenconsoled and QEMU make a terminal for each and
 * write its name into the store; it is opened and read from then on. A guest
 * that is rebooted has another domain and another terminal, and goes on in the
 * same log.
 *
 * (source: docs/misc/console.txt of Xen; xenstore.h) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>
#include <xenstore.h>

#include "console/consoles.h"
#include "lib/cleanup.h"
#include "lib/log.h"

/* Where the terminals of Linux are (Documentation/admin-guide/devices). */
#define PTS_MAJOR_FIRST 136
#define PTS_MAJOR_LAST 143
#define DOMAINS "domains" /* the token of the watches for all */

static struct {
	struct xs_handle *xs;
	struct source source;
} store;

/* An emulated serial port goes before the paravirtual console. */
static const char *const tty_nodes[] = { "serial/0/tty", "console/tty" };
#define TTY_NODES (sizeof(tty_nodes) / sizeof(tty_nodes[0]))

static bool
is_terminal_path(const char *s, unsigned len)
{
	size_t n = strlen("/dev/pts/");

	return len > n && len < sizeof(((struct guest *)0)->tty) &&
	    strlen(s) == len && strncmp(s, "/dev/pts/", n) == 0 &&
	    strspn(s + n, "0123456789") == len - n;
}

/* The name of the terminal in out, or false. */
static bool
read_tty(uint32_t domid, char out[32])
{
	for (size_t i = 0; i < TTY_NODES; i++) {
		CLEANUP_FREE char *s = NULL;
		unsigned len = 0;
		char path[64];

		snprintf(path, sizeof(path), "/local/domain/%u/%s", domid,
		    tty_nodes[i]);
		s = xs_read(store.xs, XBT_NULL, path, &len);
		if (s && is_terminal_path(s, len)) {
			memcpy(out, s, len + 1);
			return true;
		}
	}
	return false;
}

static int
open_terminal(const char *path)
{
	CLEANUP_FD int fd =
	    open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct termios t;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISCHR(st.st_mode) || major(st.st_rdev) < PTS_MAJOR_FIRST ||
	    major(st.st_rdev) > PTS_MAJOR_LAST) {
		errno = ENOTTY;
		return -1;
	}
	if (tcgetattr(fd, &t) < 0)
		return -1;
	cfmakeraw(&t);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* Its terminal may be there now, or be another. */
static void
look_at(struct guest *g)
{
	char tty[32] = "";
	int fd;

	if (!read_tty(g->domid, tty) ||
	    (g->fd >= 0 && strcmp(tty, g->tty) == 0))
		return;
	fd = open_terminal(tty);
	if (fd < 0) {
		log_warn("console of %s: %s: %s", g->uuid, tty,
		    strerror(errno));
		return;
	}
	guest_close(g);
	if (guest_open(g, fd) == 0)
		memcpy(g->tty, tty, sizeof(g->tty));
}

/* ---- which domains there are ---- */

static void
watch_terminal(uint32_t domid, bool on)
{
	char path[64], token[16];

	snprintf(token, sizeof(token), "%u", domid);
	for (size_t i = 0; i < TTY_NODES; i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/%s", domid,
		    tty_nodes[i]);
		if (on)
			(void)xs_watch(store.xs, path, token);
		else
			(void)xs_unwatch(store.xs, path, token);
	}
}

/* "/vm/UUID" */
static bool
read_uuid(uint32_t domid, char uuid[CONSOLE_UUID_CHARS + 1])
{
	CLEANUP_FREE char *s = NULL;
	unsigned len = 0;
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	s = xs_read(store.xs, XBT_NULL, path, &len);
	if (!s || strncmp(s, "/vm/", 4) != 0 ||
	    strlen(s) < 4 + CONSOLE_UUID_CHARS)
		return false;
	memcpy(uuid, s + 4, CONSOLE_UUID_CHARS);
	uuid[CONSOLE_UUID_CHARS] = '\0';
	return console_is_uuid(uuid);
}

static struct guest *
find_domid(uint32_t domid)
{
	for (struct guest *g = guest_next(NULL); g; g = guest_next(g))
		if (g->domid == domid)
			return g;
	return NULL;
}

static void
see(uint32_t domid)
{
	struct guest *g = find_domid(domid);
	char uuid[CONSOLE_UUID_CHARS + 1];

	if (g) {
		g->present = true;
		return;
	}
	if (!read_uuid(domid, uuid))
		return; /* not yet: introduced again when it is whole */
	g = guest_find(uuid);
	if (g && g->present)
		return; /* two of one name: the first has it */
	if (g) {        /* its domain before this one ends or has ended */
		watch_terminal(g->domid, false);
		guest_close(g);
	} else {
		g = guest_new(uuid);
	}
	if (!g)
		return;
	g->domid = domid;
	g->present = true;
	watch_terminal(domid, true); /* which fires at once */
}

static void
look_around(void)
{
	CLEANUP_FREE char **names = NULL;
	unsigned n = 0;
	struct guest *g, *next;

	names = xs_directory(store.xs, XBT_NULL, "/local/domain", &n);
	if (!names)
		return;
	for (g = guest_next(NULL); g; g = guest_next(g))
		g->present = false;
	/* From the last: of two domains of one guest the later counts. */
	while (n-- > 0) {
		unsigned long domid = strtoul(names[n], NULL, 10);

		if (domid > 0 && domid < UINT16_MAX)
			see((uint32_t)domid);
	}
	for (g = guest_next(NULL); g; g = next) {
		next = guest_next(g);
		if (g->present)
			continue;
		watch_terminal(g->domid, false);
		guest_free(g);
	}
}

static void
on_news(struct source *s, uint32_t events)
{
	char **news;

	(void)s;
	(void)events;
	while ((news = xs_check_watch(store.xs))) {
		if (strcmp(news[XS_WATCH_TOKEN], DOMAINS) == 0) {
			look_around();
		} else {
			struct guest *g = find_domid(
			    (uint32_t)strtoul(news[XS_WATCH_TOKEN], NULL, 10));

			if (g)
				look_at(g);
		}
		free(news);
	}
}

static int
start(void)
{
	store.xs = xs_open(XS_UNWATCH_FILTER);
	if (!store.xs)
		return -1;
	store.source.ready = on_news;
	if (!xs_watch(store.xs, "@introduceDomain", DOMAINS) ||
	    !xs_watch(store.xs, "@releaseDomain", DOMAINS))
		return -1;
	return consoles_watch(&store.source, xs_fileno(store.xs), EPOLLIN);
}

/* ---- what viewers want ---- */

static ssize_t
type(struct guest *g, const char *p, size_t n)
{
	if (g->fd < 0) {
		errno = EIO;
		return -1;
	}
	return write(g->fd, p, n);
}

/* The socket that QEMU listens on (domain/xl/xl_config.c). */
static int
screen(const char *uuid)
{
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d/%s.vnc",
	    consoles_folder(), uuid);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -1;
	return STEAL_FD(fd);
}

const struct console_backend console_xen = {
	.start = start,
	.find = guest_find,
	.type = type,
	.screen = screen,
};
