/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loaded before the C library (LD_PRELOAD), this makes calls of it fail, one
 * call site after another: tests/api/test_fault_sites.py. A site is where the
 * program calls from, three callers deep, so that what goes through a function
 * of ours (fault_malloc, arena_alloc) is not all one site.
 *
 *   FAULT_SITES_CALL    alloc, open, write, sync, rename, read or thread
 *   FAULT_SITES_FILE    shared with who asks (struct shared): which sites there
 *                       are, and whether the one that was to fail was reached
 *   FAULT_SITES_AT      number of the site that fails once, none: no failure
 *   FAULT_SITES_ERRNO   with what; or "exit": the process ends there, at once
 *   FAULT_SITES_NTH     or: the n-th of these calls (0: the first), wherever
 *   FAULT_SITES_DEPTH   0: the parent; 1: its child, the daemon
 *
 * Files are regular ones: what becomes of a connection is another matter. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#define SLOTS 16384u /* a power of two */
#define FRAMES 3
#define STATUS 99

enum group { ALLOC, OPEN, WRITE, SYNC, RENAME, READ, THREAD, NONE };

static const char *const names[] = { "alloc", "open", "write", "sync", "rename",
	"read", "thread" };

struct site {
	_Atomic uint64_t key; /* 0: free */
	_Atomic uint64_t calls;
	uint64_t frames[FRAMES]; /* offsets into the program */
};

/* What the test sees. */
struct shared {
	_Atomic uint64_t hit;   /* how often it failed */
	_Atomic uint64_t calls; /* with FAULT_SITES_NTH */
	_Atomic uint64_t sites;
	struct site slots[SLOTS];
};

static struct shared *shared;
static enum group wanted = NONE;
static uint64_t wanted_key;
static long nth = -1;
static int error;
static bool ends;
static int depth, wanted_depth;
static uintptr_t text_from, text_to, base;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

/* ---- where we are called from ---- */

struct walk {
	uint64_t frames[FRAMES];
	int n, seen;
};

static _Unwind_Reason_Code
step(struct _Unwind_Context *context, void *arg)
{
	uintptr_t pc = _Unwind_GetIP(context);
	struct walk *w = arg;

	if (pc >= text_from && pc < text_to)
		w->frames[w->n++] = pc - base;
	return w->n == FRAMES || ++w->seen > 24 ? _URC_END_OF_STACK
						: _URC_NO_REASON;
}

static struct site *
find(const struct walk *w)
{
	uint64_t key = UINT64_C(0xcbf29ce484222325), none;

	for (int i = 0; i < FRAMES; i++)
		key = (key ^ w->frames[i]) * UINT64_C(0x100000001b3);
	key |= 1;
	for (uint64_t i = key >> 20;; i++) {
		struct site *s = &shared->slots[i & (SLOTS - 1)];

		none = 0;
		if (atomic_compare_exchange_strong(&s->key, &none, key)) {
			memcpy(s->frames, w->frames, sizeof(s->frames));
			shared->sites++;
			return s;
		}
		if (none == key)
			return s;
	}
}

static _Thread_local bool inside;

/* The first call from the site that is to fail. */
static bool
is_site(void)
{
	struct walk w = { 0 };
	struct site *s;

	inside = true;
	(void)_Unwind_Backtrace(step, &w);
	inside = false;
	if (w.n == 0 || shared->sites > SLOTS / 2)
		return false; /* a library's own */
	s = find(&w);
	return s->calls++ == 0 && s->key == wanted_key;
}

/* Whether this call is the one that fails; errno says why. */
static bool
fails(enum group group)
{
	if (group != wanted || depth != wanted_depth || inside)
		return false;
	if (nth >= 0 ? shared->calls++ != (uint64_t)nth : !is_site())
		return false;
	shared->hit++;
	if (ends)
		syscall(SYS_exit_group, STATUS);
	errno = error;
	return true;
}

static bool
is_file(int fd)
{
	struct stat st;

	return wanted != NONE && !inside && fstat(fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

/* ---- at the start ---- */

static int
find_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X)) {
			text_from = base + p->p_vaddr;
			text_to = text_from + p->p_memsz;
		}
	}
	return 1; /* the first one is the program */
}

static long
number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *call = getenv("FAULT_SITES_CALL");
	const char *path = getenv("FAULT_SITES_FILE");
	const char *at = getenv("FAULT_SITES_AT");
	const char *how = getenv("FAULT_SITES_ERRNO");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	unsigned group = 0;
	void *p;

	while (call && group < NONE && strcmp(names[group], call) != 0)
		group++;
	if (!call || fd < 0 || group == NONE)
		return;
	p = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	close(fd);
	if (p == MAP_FAILED)
		return;
	shared = p;
	dl_iterate_phdr(find_program, NULL);
	wanted_key = at ? strtoull(at, NULL, 10) : 0;
	ends = how && strcmp(how, "exit") == 0;
	error = (int)number("FAULT_SITES_ERRNO", 0);
	nth = number("FAULT_SITES_NTH", -1);
	wanted_depth = (int)number("FAULT_SITES_DEPTH", 1);
	wanted = (enum group)group;
}

/* ---- the calls ---- */

#define REAL(result, name, ...)                                                \
	static result (*real)(__VA_ARGS__);                                    \
	if (!real)                                                             \
	real = (__typeof__(real))dlsym(RTLD_NEXT, name)

#define CALL(group, result, bad, name, args, ...)                              \
	result name(__VA_ARGS__)                                               \
	{                                                                      \
		REAL(result, #name, __VA_ARGS__);                              \
		return fails(group) ? (bad) : real args;                       \
	}
#define CALL_FILE(group, result, name, fd, args, ...)                          \
	result name(__VA_ARGS__)                                               \
	{                                                                      \
		REAL(result, #name, __VA_ARGS__);                              \
		return wanted == (group) && is_file(fd) && fails(group)        \
		    ? -1                                                       \
		    : real args;                                               \
	}

void *
malloc(size_t n)
{
	return fails(ALLOC) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_realloc(p, size);
}

pid_t
fork(void)
{
	pid_t pid;

	REAL(pid_t, "fork", void);
	if (fails(THREAD))
		return -1;
	pid = real();
	depth += pid == 0;
	return pid;
}

#define OPENS(name)                                                            \
	int name(const char *path, int flags, ...)                             \
	{                                                                      \
		mode_t mode = 0;                                               \
		va_list ap;                                                    \
                                                                               \
		REAL(int, #name, const char *, int, ...);                      \
		if (flags & (O_CREAT | O_TMPFILE)) {                           \
			va_start(ap, flags);                                   \
			mode = va_arg(ap, mode_t);                             \
			va_end(ap);                                            \
		}                                                              \
		return fails(OPEN) ? -1 : real(path, flags, mode);             \
	}
#define OPENS_AT(name)                                                         \
	int name(int dir, const char *path, int flags, ...)                    \
	{                                                                      \
		mode_t mode = 0;                                               \
		va_list ap;                                                    \
                                                                               \
		REAL(int, #name, int, const char *, int, ...);                 \
		if (flags & (O_CREAT | O_TMPFILE)) {                           \
			va_start(ap, flags);                                   \
			mode = va_arg(ap, mode_t);                             \
			va_end(ap);                                            \
		}                                                              \
		return fails(OPEN) ? -1 : real(dir, path, flags, mode);        \
	}

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
CALL(OPEN, FILE *, NULL, fopen, (p, m), const char *p, const char *m)
CALL(OPEN, FILE *, NULL, fopen64, (p, m), const char *p, const char *m)
CALL(OPEN, FILE *, NULL, fdopen, (fd, m), int fd, const char *m)
CALL(OPEN, DIR *, NULL, opendir, (p), const char *p)
CALL(OPEN, DIR *, NULL, fdopendir, (fd), int fd)
CALL(OPEN, int, -1, socket, (d, t, p), int d, int t, int p)
CALL(OPEN, int, -1, socketpair, (d, t, p, v), int d, int t, int p, int v[2])
CALL(OPEN, int, -1, accept4, (fd, a, n, f), int fd, struct sockaddr *a,
    socklen_t *n, int f)
CALL(OPEN, int, -1, pipe2, (v, f), int v[2], int f)
CALL(OPEN, int, -1, eventfd, (n, f), unsigned n, int f)
CALL(OPEN, int, -1, epoll_create1, (f), int f)
CALL(OPEN, int, -1, memfd_create, (n, f), const char *n, unsigned f)
CALL(OPEN, int, -1, dup, (fd), int fd)
CALL_FILE(WRITE, ssize_t, write, fd, (fd, p, n), int fd, const void *p,
    size_t n)
CALL_FILE(WRITE, ssize_t, pwrite, fd, (fd, p, n, at), int fd, const void *p,
    size_t n, off_t at)
CALL_FILE(WRITE, ssize_t, pwrite64, fd, (fd, p, n, at), int fd, const void *p,
    size_t n, off64_t at)
CALL_FILE(WRITE, int, ftruncate, fd, (fd, n), int fd, off_t n)
CALL_FILE(WRITE, int, ftruncate64, fd, (fd, n), int fd, off64_t n)
CALL(SYNC, int, -1, fsync, (fd), int fd)
CALL(SYNC, int, -1, fdatasync, (fd), int fd)
CALL(RENAME, int, -1, rename, (a, b), const char *a, const char *b)
CALL(RENAME, int, -1, renameat, (d, a, e, b), int d, const char *a, int e,
    const char *b)
CALL(RENAME, int, -1, unlink, (p), const char *p)
CALL(RENAME, int, -1, unlinkat, (d, p, f), int d, const char *p, int f)
CALL(RENAME, int, -1, mkdir, (p, m), const char *p, mode_t m)
CALL(RENAME, int, -1, mkdirat, (d, p, m), int d, const char *p, mode_t m)
CALL_FILE(READ, ssize_t, read, fd, (fd, p, n), int fd, void *p, size_t n)
CALL_FILE(READ, ssize_t, pread, fd, (fd, p, n, at), int fd, void *p, size_t n,
    off_t at)
CALL_FILE(READ, ssize_t, pread64, fd, (fd, p, n, at), int fd, void *p, size_t n,
    off64_t at)

/* What is in the set can always be taken out. */
int
epoll_ctl(int e, int op, int fd, struct epoll_event *event)
{
	REAL(int, "epoll_ctl", int, int, int, struct epoll_event *);
	return op == EPOLL_CTL_ADD && fails(OPEN) ? -1 : real(e, op, fd, event);
}

void *
mmap(void *p, size_t n, int prot, int flags, int fd, off_t at)
{
	REAL(void *, "mmap", void *, size_t, int, int, int, off_t);
	return fails(THREAD) ? MAP_FAILED : real(p, n, prot, flags, fd, at);
}

/* It answers the number of the error. */
int
pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *),
    void *arg)
{
	REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *,
	    void *(*)(void *), void *);
	return fails(THREAD) ? errno : real(t, a, fn, arg);
}
