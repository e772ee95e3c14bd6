/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that is written, and the one before it (UUID.log.1). The folder is
 * not only ours: whatever is no plain file with one name is not written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/consoles.h"
#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/log.h"

/* The daemon reads them, which need not be of the same user; the folder lets
 * nobody else in. */
#define MODE 0644

static int
open_plain(int folder, const char *name, int flags)
{
	CLEANUP_FD int fd = openat(folder, name,
	    flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, MODE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
		errno = EPERM;
		return -1;
	}
	return STEAL_FD(fd);
}

static void
open_current(struct log_file *l)
{
	struct stat st;

	l->fd = open_plain(l->folder, l->name, O_RDWR | O_CREAT | O_APPEND);
	l->size = 0;
	if (l->fd >= 0 && fstat(l->fd, &st) == 0)
		l->size = st.st_size;
	if (l->fd < 0)
		log_warn("console log %s: %s", l->name, strerror(errno));
}

void
log_file_open(struct log_file *l, int folder, const char *name)
{
	l->folder = folder;
	snprintf(l->name, sizeof(l->name), "%.*s.log", CONSOLE_UUID_CHARS,
	    name);
	open_current(l);
}

static void
turn(struct log_file *l)
{
	char old[sizeof(l->name) + 2];

	snprintf(old, sizeof(old), "%s.1", l->name);
	if (renameat(l->folder, l->name, l->folder, old) < 0) {
		log_warn("console log %s: %s", old, strerror(errno));
		if (ftruncate(l->fd, 0) == 0)
			l->size = 0;
		return;
	}
	close(l->fd);
	open_current(l);
}

void
log_file_put(struct log_file *l, const char *p, size_t n)
{
	if (l->fd >= 0 && l->size + (int64_t)n > LOG_BYTES)
		turn(l);
	if (n > LOG_BYTES) {
		p += n - LOG_BYTES;
		n = LOG_BYTES;
	}
	/* A full disk loses what is said meanwhile, and nothing else. */
	if (l->fd >= 0 && file_write_full(l->fd, p, n) == 0)
		l->size += (int64_t)n;
}

size_t
log_file_tail(const struct log_file *l, char *buf, size_t n)
{
	ssize_t got;

	if (l->fd < 0)
		return 0;
	got = pread(l->fd, buf, n,
	    l->size > (int64_t)n ? l->size - (int64_t)n : 0);
	return got > 0 ? (size_t)got : 0;
}

void
log_file_close(struct log_file *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
