/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* STATE/vtpm/UUID is the process's own folder, in which it may do as it likes;
 * the socket and the lock are beside that, out of its reach. */
#include "domain/tpm/swtpm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "domain/tpm/swtpm_process.h"
#include "lib/base64.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

#define STATE "state"
#define KILL_MS 5000
#define WRITES_MS 20 /* far longer than it writes at its file */
#define READS_MOST 100
#define UUID_CHARS 36

/* How a linear store begins: a number, lowest byte first.
 * (source: what swtpm 0.7 writes) */
static const uint8_t store_begin[8] = "nilmptws";

static const char *
path_of(struct op *op, const char *state_dir, const char *suffix)
{
	const char *path;

	if (strlen(op->uuid) != UUID_CHARS ||
	    op->uuid[strspn(op->uuid, "0123456789abcdefABCDEF-")]) {
		op_fail(op, "UUID_INVALID", "VM", op->uuid, NULL);
		return NULL;
	}
	path = arena_printf(op->arena, "%s/vtpm/%s%s", state_dir, op->uuid,
	    suffix);
	if (!path)
		op_fail_nomem(op);
	return path;
}

const char *
swtpm_program(void)
{
	static const char *const paths[] = { "/usr/local/bin/swtpm",
		"/usr/bin/swtpm" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

const char *
swtpm_socket(struct op *op, const char *state_dir)
{
	return path_of(op, state_dir, ".socket");
}

/* ---- the process ---- */

/* A lock of the open file, so it goes on with the process that inherits that.
 * Who only looks does not take it: two may look at once. */
static const struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

static bool
is_held(int fd)
{
	struct flock found = whole;

	return fcntl(fd, F_OFD_GETLK, &found) < 0 || found.l_type != F_UNLCK;
}

/* Who holds the lock has written who he is; 0: not yet. */
static pid_t
holder_of(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid = n > 0 ? strtol(text, NULL, 10) : 0;

	return pid > 1 ? (pid_t)pid : 0;
}

/* The number may be another process's by now: only when the lock is held still
 * after that process has been taken hold of is it the one. */
static void
signal_holder(int fd, int sig)
{
	pid_t pid = holder_of(fd);
	CLEANUP_FD int process =
	    pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (process >= 0 && is_held(fd))
		(void)syscall(SYS_pidfd_send_signal, process, sig, NULL, 0);
}

static bool
is_held_for(int fd, int ms)
{
	const struct timespec moment = { 0, 10 * 1000 * 1000 };
	int64_t deadline = clock_mono_ns() + ms * NSEC_PER_MSEC;

	while (is_held(fd)) {
		if (clock_mono_ns() >= deadline)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

static int
open_lock(struct op *op, const char *state_dir, int flags, int *fd_r)
{
	const char *path = path_of(op, state_dir, ".alive");

	if (!path)
		return -1;
	*fd_r = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (*fd_r < 0 && errno != ENOENT)
		return op_fail_errno(op, "INTERNAL_ERROR", path);
	return 0;
}

bool
swtpm_lives(struct op *op, const char *state_dir)
{
	CLEANUP_FD int fd = -1;

	return open_lock(op, state_dir, 0, &fd) == 0 && fd >= 0 && is_held(fd);
}

int
swtpm_end(struct op *op, const char *state_dir, int patience_ms)
{
	CLEANUP_FD int fd = -1;

	if (open_lock(op, state_dir, 0, &fd) < 0)
		return -1;
	if (fd < 0 || !is_held_for(fd, patience_ms))
		return 0;
	signal_holder(fd, SIGTERM);
	if (!is_held_for(fd, KILL_MS))
		return 0;
	signal_holder(fd, SIGKILL);
	return is_held_for(fd, KILL_MS)
	    ? op_fail(op, "INTERNAL_ERROR", "A TPM's process does not end",
		  NULL)
	    : 0;
}

/* ---- what it knows ---- */

static int
decode(struct op *op, const char *contents, struct swtpm_data *out)
{
	size_t len = strlen(contents);

	if (len > BASE64_CHARS(SWTPM_STATE_MAX))
		return op_fail(op, "INVALID_VALUE", "VTPM.contents", "too long",
		    NULL);
	out->p = arena_array(op->arena, len + 1, 1);
	if (!out->p)
		return op_fail_nomem(op);
	if (base64_decode(contents, len, out->p, &out->len) < 0 ||
	    (out->len &&
		(out->len < sizeof(store_begin) ||
		    memcmp(out->p, store_begin, sizeof(store_begin)) != 0)))
		return op_fail(op, "INVALID_VALUE", "VTPM.contents",
		    "not what a TPM of swtpm has stored", NULL);
	return 0;
}

/* All of the file that it has left, unless that is none: it may have put
 * anything in its place. -1: there is none. */
static int
read_state(const char *folder, struct bytes *out)
{
	CLEANUP_FD int dir =
	    open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP_FD int fd = dir < 0
	    ? -1
	    : openat(dir, STATE,
		  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink != 1 || st.st_size < (off_t)sizeof(store_begin) ||
	    (uint64_t)st.st_size > SWTPM_STATE_MAX)
		return -1;
	if (!bytes_reserve(out, (size_t)st.st_size))
		return -1;
	n = pread(fd, out->p, (size_t)st.st_size, 0);
	if (n != st.st_size ||
	    memcmp(out->p, store_begin, sizeof(store_begin)) != 0)
		return -1;
	out->len += (size_t)n;
	return 0;
}

/* It writes in place: what it says twice it was not in the middle of. */
static int
read_settled(const char *folder, struct bytes *out)
{
	const struct timespec moment = { 0, WRITES_MS * NSEC_PER_MSEC };

	for (int i = 0; i < READS_MOST; i++) {
		CLEANUP_BYTES struct bytes again = { 0 };

		out->len = 0;
		if (read_state(folder, out) < 0)
			return -1;
		nanosleep(&moment, NULL);
		if (read_state(folder, &again) < 0)
			return -1;
		if (again.len == out->len &&
		    memcmp(again.p, out->p, out->len) == 0)
			return 0;
	}
	return -1;
}

int
swtpm_contents(struct op *op, const char *state_dir, const char **contents_r)
{
	const char *folder = path_of(op, state_dir, "");
	CLEANUP_BYTES struct bytes raw = { 0 };
	char *text;
	int rc;

	*contents_r = NULL;
	if (!folder)
		return -1;
	rc = swtpm_lives(op, state_dir) ? read_settled(folder, &raw)
					: read_state(folder, &raw);
	if (rc < 0)
		return 0;
	text = arena_array(op->arena, BASE64_CHARS(raw.len) + 1, 1);
	if (!text)
		return op_fail_nomem(op);
	base64_encode((const uint8_t *)raw.p, raw.len, text);
	*contents_r = text;
	return 0;
}

/* What is in there is the process's doing, which has ended. */
static int
remove_folder(const char *folder)
{
	CLEANUP_FD int dir =
	    open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	DIR *entries =
	    dir < 0 ? NULL : fdopendir(fcntl(dir, F_DUPFD_CLOEXEC, 3));
	struct dirent *e;

	while (entries && (e = readdir(entries)))
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    unlinkat(dir, e->d_name, 0) < 0)
			(void)unlinkat(dir, e->d_name, AT_REMOVEDIR);
	if (entries)
		closedir(entries);
	return rmdir(folder) == 0 || errno == ENOENT ? 0 : -1;
}

int
swtpm_forget(struct op *op, const char *state_dir)
{
	const char *folder = path_of(op, state_dir, "");
	const char *names[] = { ".socket", ".alive" };

	if (!folder)
		return -1;
	if (swtpm_end(op, state_dir, 0) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = path_of(op, state_dir, names[i]);

		if (!path)
			return -1;
		if (unlink(path) < 0 && errno != ENOENT)
			return op_fail_errno(op, "INTERNAL_ERROR", path);
	}
	return remove_folder(folder) < 0
	    ? op_fail_errno(op, "INTERNAL_ERROR", folder)
	    : 0;
}

/* ---- the whole ---- */

static int
make_folders(struct op *op, const char *state_dir, const char *folder)
{
	const char *above = arena_printf(op->arena, "%s/vtpm", state_dir);

	if (!above)
		return op_fail_nomem(op);
	if ((mkdir(above, 0700) < 0 && errno != EEXIST) ||
	    mkdir(folder, 0700) < 0)
		return op_fail_errno(op, "INTERNAL_ERROR", folder);
	return 0;
}

int
swtpm_start(struct op *op, const char *state_dir, const char *contents)
{
	const char *folder = path_of(op, state_dir, "");
	struct swtpm_process p = { .program = swtpm_program(),
		.folder = folder,
		.lock = -1 };
	CLEANUP_FD int lock = -1;

	if (!folder || decode(op, contents, &p.state) < 0 ||
	    !(p.socket = swtpm_socket(op, state_dir)) ||
	    swtpm_forget(op, state_dir) < 0 ||
	    make_folders(op, state_dir, folder) < 0 ||
	    open_lock(op, state_dir, O_CREAT | O_EXCL, &lock) < 0)
		return -1;
	if (lock < 0 || fcntl(lock, F_OFD_SETLK, &whole) < 0)
		return op_fail_errno(op, "INTERNAL_ERROR", "vtpm");
	p.lock = lock;
	return swtpm_process_start(&p) < 0
	    ? op_fail_errno(op, "INTERNAL_ERROR",
		  p.program ? p.program : "swtpm")
	    : 0;
}
