/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loaded before the C library (LD_PRELOAD), this notes what a daemon does to
 * the files below a folder, with the data, and when it sends something: log.h.
 * CRASH_LOG names the file, whose head the test has written. Each call and its
 * note are one step for the threads of a process.
 *
 * What goes to a file in other ways (mapped memory, streams of the C library)
 * is not seen: the test compares the files that follow from the notes with
 * those that are there at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/crash/log.h"

static struct log_head *head;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                                                \
	static result (*real)(__VA_ARGS__);                                    \
	if (!real)                                                             \
	real = (__typeof__(real))dlsym(RTLD_NEXT, name)

/* ---- notes ---- */

static bool
is_zero(const uint8_t *p, size_t n)
{
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

/* Two pieces of data: names. */
static void
note2(enum log_kind kind, const struct log_record *r, const void *a, size_t an,
    const void *b, size_t bn)
{
	uint64_t n = log_record_bytes((uint32_t)(an + bn)), at;
	struct log_record *to;

	if (!head)
		return;
	at = atomic_fetch_add(&head->end, n);
	if (at + n > LOG_BYTES) {
		head->lost++;
		return;
	}
	to = (struct log_record *)((char *)head + at);
	to->bytes = (uint32_t)(an + bn);
	to->ino = r->ino;
	to->dir = r->dir;
	to->at = r->at;
	to->zeros = r->zeros;
	if (an)
		memcpy(to->data, a, an);
	if (bn)
		memcpy(to->data + an, b, bn);
	__atomic_store_n(&to->kind, kind, __ATOMIC_RELEASE);
}

static void
note(enum log_kind kind, const struct log_record *r)
{
	note2(kind, r, NULL, 0, NULL, 0);
}

/* For the test itself, which loads this as a library. */
void crash_log_mark(uint64_t n);

void
crash_log_mark(uint64_t n)
{
	note(LOG_MARK, &(struct log_record){ .at = n });
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("CRASH_LOG");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	struct log_head *p;

	if (fd < 0)
		return;
	p = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED && p->magic == LOG_MAGIC)
		head = p;
}

/* ---- which files ---- */

/* 0: none that is looked at. */
static uint64_t
inode(int fd)
{
	struct stat st;

	if (!head || fstat(fd, &st) < 0 || st.st_dev != head->device ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	return st.st_ino;
}

/* The folder that a name is in, and where in the path the name begins. */
static uint64_t
folder_of(int at, const char *path, const char **name_r)
{
	const char *slash = strrchr(path, '/');
	char dir[4096];
	struct stat st;

	*name_r = slash ? slash + 1 : path;
	if (!head)
		return 0;
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1,
	    slash ? path : ".");
	if (fstatat(at, dir, &st, 0) < 0 || st.st_dev != head->device)
		return 0;
	return st.st_ino;
}

static bool
is_tcp(int fd)
{
	int domain = 0;
	socklen_t n = sizeof(domain);

	return head &&
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	    domain == AF_INET;
}

/* ---- names ---- */

static void
note_name(enum log_kind kind, int at, const char *path, uint64_t ino)
{
	const char *name;
	uint64_t dir = folder_of(at, path, &name);

	if (dir)
		note2(kind, &(struct log_record){ .ino = ino, .dir = dir },
		    name, strlen(name), NULL, 0);
}

static void
note_rename(int from, const char *a, int to, const char *b)
{
	const char *old, *new;
	uint64_t dir = folder_of(from, a, &old);
	uint64_t into = folder_of(to, b, &new);

	if (dir && into)
		note2(LOG_RENAME,
		    &(struct log_record){ .dir = dir, .at = into }, old,
		    strlen(old) + 1, new, strlen(new));
}

static void
note_folder(int at, const char *path)
{
	struct stat st;

	if (fstatat(at, path, &st, 0) == 0)
		note_name(LOG_MKDIR, at, path, st.st_ino);
}

static void
note_open(int at, const char *path, int flags, int fd)
{
	uint64_t ino = inode(fd);

	if (ino == 0 || (flags & O_TMPFILE) == O_TMPFILE)
		return;
	if (flags & O_CREAT)
		note_name(LOG_CREATE, at, path, ino);
	if (flags & O_TRUNC)
		note(LOG_TRUNCATE, &(struct log_record){ .ino = ino });
}

#define LOCKED(call, ok, then)                                                 \
	do {                                                                   \
		int saved_;                                                    \
		pthread_mutex_lock(&turn);                                     \
		r = call;                                                      \
		saved_ = errno;                                                \
		if (head && (ok))                                              \
			then;                                                  \
		pthread_mutex_unlock(&turn);                                   \
		errno = saved_;                                                \
	} while (0)

#define MODE                                                                   \
	do {                                                                   \
		va_list ap_;                                                   \
                                                                               \
		va_start(ap_, flags);                                          \
		if (flags & (O_CREAT | O_TMPFILE))                             \
			mode = va_arg(ap_, mode_t);                            \
		va_end(ap_);                                                   \
	} while (0)

#define OPENS(name)                                                            \
	int name(const char *path, int flags, ...)                             \
	{                                                                      \
		mode_t mode = 0;                                               \
		int r;                                                         \
                                                                               \
		REAL(int, #name, const char *, int, ...);                      \
		MODE;                                                          \
		if (!(flags & (O_CREAT | O_TRUNC)))                            \
			return real(path, flags, mode);                        \
		LOCKED(real(path, flags, mode), r >= 0,                        \
		    note_open(AT_FDCWD, path, flags, r));                      \
		return r;                                                      \
	}
#define OPENS_AT(name)                                                         \
	int name(int at, const char *path, int flags, ...)                     \
	{                                                                      \
		mode_t mode = 0;                                               \
		int r;                                                         \
                                                                               \
		REAL(int, #name, int, const char *, int, ...);                 \
		MODE;                                                          \
		if (!(flags & (O_CREAT | O_TRUNC)))                            \
			return real(at, path, flags, mode);                    \
		LOCKED(real(at, path, flags, mode), r >= 0,                    \
		    note_open(at, path, flags, r));                            \
		return r;                                                      \
	}
#define CALL(result, name, args, ok, then, ...)                                \
	result name(__VA_ARGS__)                                               \
	{                                                                      \
		result r;                                                      \
                                                                               \
		REAL(result, #name, __VA_ARGS__);                              \
		LOCKED(real args, ok, then);                                   \
		return r;                                                      \
	}

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
CALL(int, mkdir, (path, mode), r == 0, note_folder(AT_FDCWD, path),
    const char *path, mode_t mode)
CALL(int, mkdirat, (at, path, mode), r == 0, note_folder(at, path), int at,
    const char *path, mode_t mode)
CALL(int, rename, (a, b), r == 0, note_rename(AT_FDCWD, a, AT_FDCWD, b),
    const char *a, const char *b)
CALL(int, renameat, (from, a, to, b), r == 0, note_rename(from, a, to, b),
    int from, const char *a, int to, const char *b)
CALL(int, unlink, (path), r == 0, note_name(LOG_UNLINK, AT_FDCWD, path, 0),
    const char *path)
CALL(int, unlinkat, (at, path, flags), r == 0,
    note_name(LOG_UNLINK, at, path, 0), int at, const char *path, int flags)
CALL(int, rmdir, (path), r == 0, note_name(LOG_UNLINK, AT_FDCWD, path, 0),
    const char *path)

/* ---- contents ---- */

static void
note_write(int fd, const void *p, ssize_t n, off_t at)
{
	struct log_record r = { .ino = inode(fd), .at = (uint64_t)at };

	if (r.ino == 0 || n <= 0)
		return;
	if (is_zero(p, (size_t)n)) {
		r.zeros = (uint64_t)n;
		note(LOG_WRITE, &r);
	} else {
		note2(LOG_WRITE, &r, p, (size_t)n, NULL, 0);
	}
}

/* Behind a write that moved the place in the file. */
static void
note_stream(int fd, const struct iovec *v, int count, ssize_t n)
{
	off_t at = lseek(fd, 0, SEEK_CUR) - n;

	for (int i = 0; i < count && n > 0; i++) {
		ssize_t part =
		    (ssize_t)v[i].iov_len < n ? (ssize_t)v[i].iov_len : n;

		note_write(fd, v[i].iov_base, part, at);
		at += part;
		n -= part;
	}
}

static void
note_number(enum log_kind kind, int fd, off_t at)
{
	struct log_record r = { .ino = inode(fd), .at = (uint64_t)at };

	if (r.ino)
		note(kind, &r);
}

/* Before it is sent: what is not on disk now is answered too early. */
static void
note_sent(int fd)
{
	if (is_tcp(fd))
		note(LOG_SENT, &(struct log_record){ 0 });
}

ssize_t
write(int fd, const void *p, size_t n)
{
	struct iovec v = { (void *)(uintptr_t)p, n };
	ssize_t r;

	REAL(ssize_t, "write", int, const void *, size_t);
	if (!inode(fd)) {
		note_sent(fd);
		return real(fd, p, n);
	}
	LOCKED(real(fd, p, n), r > 0, note_stream(fd, &v, 1, r));
	return r;
}

ssize_t
writev(int fd, const struct iovec *v, int count)
{
	ssize_t r;

	REAL(ssize_t, "writev", int, const struct iovec *, int);
	if (!inode(fd)) {
		note_sent(fd);
		return real(fd, v, count);
	}
	LOCKED(real(fd, v, count), r > 0, note_stream(fd, v, count, r));
	return r;
}

#define SENDS(name, args, ...)                                                 \
	ssize_t name(__VA_ARGS__)                                              \
	{                                                                      \
		REAL(ssize_t, #name, __VA_ARGS__);                             \
		note_sent(fd);                                                 \
		return real args;                                              \
	}

SENDS(send, (fd, p, n, f), int fd, const void *p, size_t n, int f)
SENDS(sendto, (fd, p, n, f, a, an), int fd, const void *p, size_t n, int f,
    const struct sockaddr *a, socklen_t an)
SENDS(sendmsg, (fd, m, f), int fd, const struct msghdr *m, int f)
CALL(ssize_t, pwrite, (fd, p, n, at), r > 0, note_write(fd, p, r, at), int fd,
    const void *p, size_t n, off_t at)
CALL(ssize_t, pwrite64, (fd, p, n, at), r > 0, note_write(fd, p, r, at), int fd,
    const void *p, size_t n, off64_t at)
CALL(int, ftruncate, (fd, n), r == 0, note_number(LOG_TRUNCATE, fd, n), int fd,
    off_t n)
CALL(int, ftruncate64, (fd, n), r == 0, note_number(LOG_TRUNCATE, fd, n),
    int fd, off64_t n)
CALL(int, fsync, (fd), r == 0, note_number(LOG_SYNC, fd, 0), int fd)
CALL(int, fdatasync, (fd), r == 0, note_number(LOG_SYNC, fd, 0), int fd)

/* ---- the database ---- */

struct sqlite3;
int sqlite3_exec(struct sqlite3 *sql, const char *text,
    int (*fn)(void *, int, char **, char **), void *arg, char **err);

/* Its log goes into its file more often than by itself, so that this happens
 * many times, and the log is read quickly. */
int
sqlite3_exec(struct sqlite3 *sql, const char *text,
    int (*fn)(void *, int, char **, char **), void *arg, char **err)
{
	REAL(int, "sqlite3_exec", struct sqlite3 *, const char *,
	    int (*)(void *, int, char **, char **), void *, char **);
	if (head && strncmp(text, "PRAGMA wal_autocheckpoint=", 26) == 0)
		text = "PRAGMA wal_autocheckpoint=200";
	return real(sql, text, fn, arg, err);
}
