/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/ref.h"

#define READ_CHUNK ((size_t)4096) /* bytes, where the size is not known */
#define OPENAT2_TRIES 16

static int
fail(int err)
{
	errno = err;
	return -1;
}

/* 0 when fd is a regular file. */
static int
must_be_regular(int fd, struct stat *st_r)
{
	if (fstat(fd, st_r) < 0)
		return -1;
	if (S_ISREG(st_r->st_mode))
		return 0;
	return fail(S_ISDIR(st_r->st_mode) ? EISDIR : EINVAL);
}

/* Appends up to max bytes; EFBIG when there are more. Files of /proc and /sys
 * say size 0, so the end is where read() says it is. */
static int
read_all(int fd, size_t expected, size_t max, struct bytes *out)
{
	size_t start = out->len, want = expected ? expected + 1 : READ_CHUNK;

	for (;;) {
		ssize_t n;

		if (!bytes_reserve(out, want))
			return fail(ENOMEM);
		n = read(fd, out->p + out->len, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
		if (out->len - start > max)
			return fail(EFBIG);
		want = READ_CHUNK;
	}
}

int
file_read(const char *path, size_t max, struct bytes *out)
{
	/* O_NONBLOCK: opening a FIFO that nobody writes must not wait. */
	CLEANUP_FD int fd =
	    fault_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	size_t start = out->len;
	struct stat st;

	if (fd < 0 || must_be_regular(fd, &st) < 0)
		return -1;
	if (st.st_size > 0 && (uintmax_t)st.st_size > max)
		return fail(EFBIG);
	if (read_all(fd, (size_t)st.st_size, max, out) < 0) {
		out->len = start;
		return -1;
	}
	return 0;
}

int
file_write_full(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = fault_write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			return fail(EIO); /* not to be tried for ever */
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The folder of path, opened, so that it can be synced. */
static int
open_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int n;

	if (!slash)
		n = snprintf(dir, sizeof dir, ".");
	else
		n = snprintf(dir, sizeof dir, "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	if (n < 0 || (size_t)n >= sizeof dir)
		return fail(ENAMETOOLONG);
	return fault_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

/* A new file with this content, on the disk. */
static int
write_new(const char *path, const void *data, size_t len, mode_t mode)
{
	CLEANUP_FD int fd = fault_open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0700);

	if (fd < 0)
		return -1;
	if (fchmod(fd, mode) < 0 || file_write_full(fd, data, len) < 0 ||
	    fault_fsync(fd) < 0)
		return -1;
	return close(STEAL_FD(fd));
}

int
file_write_atomic(const char *path, const void *data, size_t len, mode_t mode)
{
	CLEANUP_FD int dir = open_parent(path);
	char temp[PATH_MAX];
	int n, saved;

	if (dir < 0)
		return -1;
	/* A name of its own, so that writers of one file do not meet. */
	n = snprintf(temp, sizeof temp, "%s.tmp-%016" PRIx64, path,
	    ref_new().hi);
	if (n < 0 || (size_t)n >= sizeof temp)
		return fail(ENAMETOOLONG);
	if (write_new(temp, data, len, mode) < 0 ||
	    fault_rename(temp, path) < 0) {
		saved = errno;
		unlink(temp);
		return fail(saved);
	}
	return fault_fsync(dir);
}

/* As the header says, but of any kind of file. */
static int
open_beneath(int rootfd, const char *path, int flags, mode_t mode)
{
	/* O_NONBLOCK: a FIFO must not make the open wait; a regular file does
	 * not know the difference. */
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOCTTY |
		    O_NONBLOCK),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	if (fault_hit(FAULT_OPEN))
		return -1;
	/* EAGAIN: a folder on the way was renamed meanwhile; openat2(2). */
	for (int i = 0; i < OPENAT2_TRIES; i++) {
		fd = syscall(SYS_openat2, rootfd, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int
file_open_below(int rootfd, const char *path, int flags, mode_t mode)
{
	CLEANUP_FD int fd = open_beneath(rootfd, path, flags, mode);
	struct stat st;

	if (fd < 0 || must_be_regular(fd, &st) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* So that the name of a new folder survives a power loss. Where the folder above
 * may not be read, or cannot be synced, that is as good as it gets. */
static int
sync_parent(const char *path)
{
	CLEANUP_FD int dir = open_parent(path);

	if (dir < 0)
		return errno == EACCES ? 0 : -1;
	return fault_fsync(dir) < 0 && errno != EINVAL ? -1 : 0;
}

static int
make_dir(const char *path, mode_t mode)
{
	struct stat st;
	int err;

	if (mkdir(path, mode) == 0)
		return sync_parent(path);
	/* Not only EEXIST may stand for a folder that is there: a read-only
	 * file system says EROFS first. */
	err = errno;
	if (stat(path, &st) < 0)
		return fail(err);
	return S_ISDIR(st.st_mode) ? 0 : fail(ENOTDIR);
}

int
file_make_dirs(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	int n = snprintf(part, sizeof part, "%s", path);

	if (n < 0 || (size_t)n >= sizeof part)
		return fail(ENAMETOOLONG);
	if (n == 0)
		return fail(ENOENT);
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (make_dir(part, mode) < 0)
			return -1;
		*p = '/';
	}
	return make_dir(part, mode);
}
