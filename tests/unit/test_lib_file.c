/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/fault.h"
#include "tests/lib/unit.h"

#define OLD "old content"
#define NEW "the new content, longer"

static const char no_openat2[] = "valgrind has no openat2";

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
}

static bool
holds(const char *path, const char *text)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	return file_read(path, 1000, &b) == 0 &&
	    strcmp(bytes_cstr(&b), text) == 0;
}

/* Files and folders in it. */
static int
entries(const char *folder)
{
	DIR *d = opendir(folder);
	int n = -2; /* . and .. */

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
test_read(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *path = unit_path("f");

	put(path, "12345");
	bytes_puts(&b, "0");
	CU_ASSERT_EQUAL(file_read(path, 5, &b), 0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&b), "012345");
	CU_ASSERT_EQUAL(file_read(path, 4, &b), -1);
	CU_ASSERT_EQUAL(errno, EFBIG);
	CU_ASSERT_EQUAL(b.len, 6);
	put(path, "");
	CU_ASSERT_EQUAL(file_read(path, 0, &b), 0);
	CU_ASSERT_EQUAL(b.len, 6);
}

/* /proc says that its files are empty. */
static void
test_read_sizeless(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };

	CU_ASSERT_EQUAL(file_read("/proc/self/status", 1 << 20, &b), 0);
	CU_ASSERT_TRUE(b.len > 100);
	b.len = 0;
	CU_ASSERT_EQUAL(file_read("/proc/self/status", 100, &b), -1);
	CU_ASSERT_EQUAL(errno, EFBIG);
	CU_ASSERT_EQUAL(b.len, 0);
}

static void
test_read_refuses(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *fifo = unit_path("fifo");

	CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
	CU_ASSERT_EQUAL(file_read(fifo, 10, &b), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(file_read("/dev/zero", 10, &b), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_EQUAL(file_read(unit_folder(), 10, &b), -1);
	CU_ASSERT_EQUAL(errno, EISDIR);
	CU_ASSERT_EQUAL(file_read(unit_path("none"), 10, &b), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	CU_ASSERT_EQUAL(b.len, 0);
}

static void
test_read_no_memory(void)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	const char *path = unit_path("f");

	put(path, "12345");
	fault_arm(FAULT_ALLOC, 0, ENOMEM, false);
	CU_ASSERT_EQUAL(file_read(path, 10, &b), -1);
	CU_ASSERT_EQUAL(errno, ENOMEM);
	fault_arm(FAULT_OPEN, 0, EMFILE, false);
	CU_ASSERT_EQUAL(file_read(path, 10, &b), -1);
	CU_ASSERT_EQUAL(errno, EMFILE);
	fault_disarm();
}

static void
test_atomic(void)
{
	const char *path = unit_path("f");
	mode_t before = umask(077);
	struct stat st;

	CU_ASSERT_EQUAL(file_write_atomic(path, OLD, strlen(OLD), 0644), 0);
	umask(before);
	CU_ASSERT_TRUE(holds(path, OLD));
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0644);
	CU_ASSERT_EQUAL(file_write_atomic(path, NEW, strlen(NEW), 0400), 0);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0400);
	CU_ASSERT_EQUAL(file_write_atomic(path, "", 0, 0600), 0);
	CU_ASSERT_TRUE(holds(path, ""));
	CU_ASSERT_EQUAL(entries(unit_folder()), 1);
}

static void
test_atomic_nowhere(void)
{
	CU_ASSERT_EQUAL(file_write_atomic(unit_path("no/f"), "x", 1, 0600), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
	CU_ASSERT_EQUAL(file_write_atomic(unit_folder(), "x", 1, 0600), -1);
	CU_ASSERT_EQUAL(errno, EISDIR);
	CU_ASSERT_EQUAL(entries(unit_folder()), 0);
}

static const struct {
	enum fault_kind kind;
	int err;
	int calls; /* of this kind in one file_write_atomic */
} faults[] = {
	{ FAULT_OPEN, EMFILE, 2 },
	{ FAULT_WRITE, ENOSPC, 1 },
	{ FAULT_WRITE, EIO, 1 },
	{ FAULT_SYNC, EIO, 2 },
	{ FAULT_RENAME, EIO, 1 },
};

/* The last sync is that of the folder, when the new file is in place. */
static bool
may_be_new(size_t row, int n)
{
	return faults[row].kind == FAULT_SYNC && n == 1;
}

static void
test_atomic_faults(void)
{
	const char *path = unit_path("f");

	for (size_t i = 0; i < UNIT_COUNT(faults); i++) {
		int n, rc;

		for (n = 0; n < 10; n++) {
			put(path, OLD);
			fault_arm(faults[i].kind, n, faults[i].err, false);
			rc = file_write_atomic(path, NEW, strlen(NEW), 0600);
			if (rc == 0)
				break;
			CU_ASSERT_EQUAL(errno, faults[i].err);
			fault_disarm();
			CU_ASSERT_TRUE(holds(path, OLD) || may_be_new(i, n));
			CU_ASSERT_EQUAL(entries(unit_folder()), 1);
		}
		CU_ASSERT_EQUAL(n, faults[i].calls);
		fault_disarm();
		CU_ASSERT_TRUE(holds(path, NEW));
	}
}

/* The process dies in place of the call. */
static void
test_atomic_crash(void)
{
	const char *path = unit_path("f");
	int crashes = 0;

	for (size_t i = 0; i < UNIT_COUNT(faults); i++)
		for (int n = 0; n < faults[i].calls; n++) {
			int status = 0;
			pid_t pid;

			put(path, OLD);
			pid = fork();
			if (pid == 0) {
				fault_arm(faults[i].kind, n, -99, false);
				file_write_atomic(path, NEW, strlen(NEW), 0600);
				_exit(0);
			}
			waitpid(pid, &status, 0);
			crashes +=
			    WIFEXITED(status) && WEXITSTATUS(status) == 99;
			CU_ASSERT_TRUE(may_be_new(i, n) ? holds(path, NEW)
							: holds(path, OLD));
		}
	CU_ASSERT_EQUAL(crashes, 7);
}

static void
test_write_full(void)
{
	const char *path = unit_path("f");
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	fault_arm(FAULT_WRITE, 0, 0, false);
	CU_ASSERT_EQUAL(file_write_full(fd, "123456", 6), 0);
	CU_ASSERT_EQUAL(fault_count(FAULT_WRITE), 2);
	fault_arm(FAULT_WRITE, 0, EINTR, false);
	CU_ASSERT_EQUAL(file_write_full(fd, "789", 3), 0);
	fault_arm(FAULT_WRITE, 0, EIO, false);
	CU_ASSERT_EQUAL(file_write_full(fd, "x", 1), -1);
	CU_ASSERT_EQUAL(errno, EIO);
	fault_disarm();
	CU_ASSERT_EQUAL(file_write_full(fd, NULL, 0), 0);
	close(fd);
	CU_ASSERT_TRUE(holds(path, "123456789"));
}

/* outside: a file beside the root. */
static int
make_root(void)
{
	CU_ASSERT_EQUAL(file_make_dirs(unit_path("root/sub"), 0700), 0);
	put(unit_path("outside"), "secret");
	put(unit_path("root/in"), "in");
	put(unit_path("root/sub/deep"), "deep");
	CU_ASSERT_EQUAL(symlink("../outside", unit_path("root/link")), 0);
	CU_ASSERT_EQUAL(symlink("in", unit_path("root/inner")), 0);
	CU_ASSERT_EQUAL(symlink("..", unit_path("root/up")), 0);
	CU_ASSERT_EQUAL(mkfifo(unit_path("root/fifo"), 0600), 0);
	return open(unit_path("root"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
test_below(void)
{
	static const struct {
		const char *path;
		int err; /* 0: opens */
	} rows[] = {
		{ "in", 0 },
		{ "sub/deep", 0 },
		{ "./sub//deep", 0 },
		{ "sub/../in", 0 },
		{ "../outside", EXDEV },
		{ "sub/../../outside", EXDEV },
		{ "/etc/passwd", EXDEV },
		{ "link", ELOOP },
		{ "inner", ELOOP },
		{ "up/outside", ELOOP },
		{ "fifo", EINVAL },
		{ "sub", EISDIR },
		{ ".", EISDIR },
		{ "", ENOENT },
		{ "none", ENOENT },
		{ "in/x", ENOTDIR },
		{ "%2e%2e/outside", ENOENT },
	};
	CLEANUP_FD int root = -1;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	root = make_root();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CLEANUP_FD int fd =
		    file_open_below(root, rows[i].path, O_RDONLY, 0);
		int err = fd < 0 ? errno : 0;

		if (err != rows[i].err)
			printf("# %s: %s\n", rows[i].path, strerror(err));
		CU_ASSERT_EQUAL(err, rows[i].err);
		if (fd >= 0)
			CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
	}
}

static void
test_below_create(void)
{
	CLEANUP_FD int root = -1, fd = -1, again = -1, out = -1;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	root = make_root();
	fd =
	    file_open_below(root, "sub/new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	CU_ASSERT_TRUE(fd >= 0);
	CU_ASSERT_EQUAL(file_write_full(fd, "new", 3), 0);
	CU_ASSERT_TRUE(holds(unit_path("root/sub/new"), "new"));
	again =
	    file_open_below(root, "sub/new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	CU_ASSERT_EQUAL(again, -1);
	CU_ASSERT_EQUAL(errno, EEXIST);
	out = file_open_below(root, "up/new", O_WRONLY | O_CREAT, 0600);
	CU_ASSERT_EQUAL(out, -1);
	CU_ASSERT_NOT_EQUAL(access(unit_path("new"), F_OK), 0);
	fault_arm(FAULT_OPEN, 0, EMFILE, false);
	CU_ASSERT_EQUAL(file_open_below(root, "in", O_RDONLY, 0), -1);
	CU_ASSERT_EQUAL(errno, EMFILE);
	fault_disarm();
}

static void
test_dirs(void)
{
	struct stat st;

	CU_ASSERT_EQUAL(file_make_dirs(unit_path("a/b//c/"), 0750), 0);
	CU_ASSERT_EQUAL(stat(unit_path("a/b/c"), &st), 0);
	CU_ASSERT_TRUE(S_ISDIR(st.st_mode));
	CU_ASSERT_EQUAL(file_make_dirs(unit_path("a/b/c"), 0750), 0);
	CU_ASSERT_EQUAL(file_make_dirs("/", 0755), 0);
	put(unit_path("a/f"), "");
	CU_ASSERT_EQUAL(file_make_dirs(unit_path("a/f"), 0750), -1);
	CU_ASSERT_EQUAL(errno, ENOTDIR);
	CU_ASSERT_EQUAL(file_make_dirs(unit_path("a/f/g"), 0750), -1);
	CU_ASSERT_EQUAL(errno, ENOTDIR);
	CU_ASSERT_EQUAL(file_make_dirs("", 0750), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
}

UNIT_MAIN("file", { "a file is appended whole or not at all", test_read },
    { "a file that hides its size is read, and bounded", test_read_sizeless },
    { "FIFOs, devices and folders are refused at once", test_read_refuses },
    { "reading without memory or descriptors says so", test_read_no_memory },
    { "an atomic write replaces content and mode", test_atomic },
    { "an atomic write that cannot begin leaves nothing", test_atomic_nowhere },
    { "a fault at any call of an atomic write leaves the old file",
	test_atomic_faults },
    { "a crash at any call of an atomic write leaves a whole file",
	test_atomic_crash },
    { "short and interrupted writes are continued", test_write_full },
    { "no path leaves the root", test_below },
    { "a file is created below the root and nowhere else", test_below_create },
    { "missing folders are made, what is no folder is named", test_dirs })
