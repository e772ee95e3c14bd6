/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The drivers file and iso, by their functions, in a folder of the test. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "lib/proc.h"
#include "storage/image.h"
#include "storage/qcow2.h"
#include "storage/storage.h"
#include "tests/lib/unit.h"

#define SR "10000000-0000-0000-0000-000000000001"
#define A "20000000-0000-0000-0000-00000000000a"
#define C "20000000-0000-0000-0000-00000000000c"
#define B "20000000-0000-0000-0000-00000000000b"
static const char no_openat2[] = "valgrind has no openat2";

#define MIB (INT64_C(1) << 20)

/* ---- one request ---- */

struct fixture {
	struct arena *arena;
	struct op op;
	const char *location;
	const char *format; /* NULL: raw */
	bool held;
};

static const char *roots[2];

static struct fixture
fixture_new(const char *folder)
{
	struct fixture f = { .arena = arena_new(64 << 20) };

	roots[0] = unit_path("root");
	(void)mkdir(roots[0], 0700);
	place_set_roots(roots);
	f.location = arena_printf(f.arena, "%s/%s", roots[0], folder);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	arena_free(f->arena);
	place_set_roots(NULL);
}
#define SCOPE __attribute__((cleanup(fixture_free)))

/* vdi, source: uuids or "". */
static int
run(struct fixture *f, op_fn *fn, const char *vdi, const char *source,
    int64_t size)
{
	struct value_member *config = arena_array(f->arena, 1, sizeof(*config));
	struct value_member *m = arena_array(f->arena, 10, sizeof(*m));
	struct value *args = arena_array(f->arena, 1, sizeof(*args));
	struct value folder = { .kind = VALUE_STRUCT, .n = 1 };

	config[0] =
	    (struct value_member){ "location", value_of_text(f->location) };
	folder.members = config;
	m[0] = (struct value_member){ "device_config", folder };
	m[1] = (struct value_member){ "vdi", value_of_text(vdi) };
	m[2] = (struct value_member){ "source", value_of_text(source) };
	m[3] = (struct value_member){ "size", value_of_int(size) };
	m[4] = (struct value_member){ "source_driver", value_of_text("file") };
	m[5] = (struct value_member){ "source_config", folder };
	m[6] = (struct value_member){ "location", value_of_text(source) };
	m[7] = (struct value_member){ "mode", value_of_text("RW") };
	m[8] = (struct value_member){ "format",
		value_of_text(f->format ? f->format : "") };
	m[9] = (struct value_member){ "held", value_of_int(f->held) };
	*args = (struct value){ .kind = VALUE_STRUCT, .n = 10, .members = m };
	f->op = (struct op){ .arena = f->arena,
		.uuid = SR,
		.name = "",
		.args = args };
	return fn(NULL, &f->op);
}

static int64_t
answered(struct fixture *f, const char *name)
{
	return value_int(&f->op.result, name, -7);
}

static const char *
path_of(struct fixture *f, const char *name)
{
	return arena_printf(f->arena, "%s/%s", f->location, name);
}

static void
put(const char *path, const char *text, off_t at)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT(pwrite(fd, text, strlen(text), at) == (ssize_t)strlen(text));
}

static void
put_image(const char *path, const char *backing)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	static uint8_t head[QCOW2_NEW];

	CU_ASSERT(qcow2_new(MIB, backing, head) == 0);
	CU_ASSERT(write(fd, head, sizeof(head)) == sizeof(head));
}

static void
check_holds(const char *path, const char *text, off_t at)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[32] = "";

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT(pread(fd, buf, strlen(text), at) == (ssize_t)strlen(text));
	CU_ASSERT_STRING_EQUAL(buf, text);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static uint32_t
scanned(struct fixture *f, op_fn *scan)
{
	const struct value *all;

	CU_ASSERT(run(f, scan, "", "", 0) == 0);
	all = value_member(&f->op.result, "volumes");
	return all ? all->n : 0;
}

/* ---- volumes as files ---- */

static void
test_life(void)
{
	SCOPE struct fixture f = fixture_new("life");
	const char *file;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 3 * MIB - 5) == 0);
	CU_ASSERT(answered(&f, "size") == 3 * MIB); /* whole MiB */
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 3 * MIB - 5) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_attach, A, "", 0) == 0);
	file = value_text(&f.op.result, "path", "");
	CU_ASSERT_STRING_EQUAL(file, path_of(&f, A ".raw"));
	put(file, "data", 2 * MIB);
	CU_ASSERT(run(&f, sr_file.vdi_resize, A, "", 5 * MIB) == 0);
	CU_ASSERT(answered(&f, "size") == 5 * MIB);
	check_holds(file, "data", 2 * MIB);
	CU_ASSERT(run(&f, sr_file.vdi_resize, A, "", MIB) == 0);
	CU_ASSERT(answered(&f, "size") == 5 * MIB); /* never smaller */
	CU_ASSERT(scanned(&f, sr_file.sr_scan) == 1);
	CU_ASSERT(run(&f, sr_file.sr_destroy, "", "", 0) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "SR_NOT_EMPTY");
	CU_ASSERT(run(&f, sr_file.vdi_destroy, A, "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_destroy, A, "", 0) == 0);
	CU_ASSERT(!is_there(file));
	CU_ASSERT(run(&f, sr_file.sr_destroy, "", "", 0) == 0);
}

static void
test_copies(void)
{
	op_fn *const how[] = { sr_file.vdi_clone, sr_file.vdi_snapshot,
		sr_file.vdi_copy };
	SCOPE struct fixture f = fixture_new("copies");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 64 * MIB) == 0);
	put(path_of(&f, A ".raw"), "before", 40 * MIB + 3);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT(run(&f, how[i], B, A, 0) == 0);
		CU_ASSERT(answered(&f, "size") == 64 * MIB);
		CU_ASSERT(answered(&f, "used") <= 2 * MIB); /* sparse */
		put(path_of(&f, A ".raw"), "later.", 40 * MIB + 3);
		check_holds(path_of(&f, B ".raw"), "before", 40 * MIB + 3);
		put(path_of(&f, A ".raw"), "before", 40 * MIB + 3);
		CU_ASSERT(run(&f, sr_file.vdi_destroy, B, "", 0) == 0);
	}
	CU_ASSERT(run(&f, sr_file.vdi_clone, B, SR, 0) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_MISSING");
}

/* ---- images ---- */

/* Asks qemu-io, where there is one, to write or to find a byte. */
static bool
image_io(const char *path, const char *command)
{
	const char *argv[] = { "/usr/bin/qemu-io", "-f", "qcow2", "-c", command,
		path, NULL };
	static const struct proc_limits limits = { .timeout_ms = 60000,
		.max_output = 4096 };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };

	CU_ASSERT_FATAL(proc_run(argv, NULL, NULL, 0, &limits, &r) == 0);
	return r.status == 0;
}

static unsigned
files(struct fixture *f)
{
	DIR *dir = opendir(f->location);
	unsigned n = 0;

	struct dirent *e;

	while (dir && (e = readdir(dir)))
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static void
test_image_life(void)
{
	SCOPE struct fixture f = fixture_new("image-life");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	f.format = "qcow2";
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 3 * MIB - 5) == 0);
	CU_ASSERT(answered(&f, "size") == 3 * MIB);
	CU_ASSERT_STRING_EQUAL(value_text(&f.op.result, "format", ""), "qcow2");
	CU_ASSERT(run(&f, sr_file.vdi_resize, A, "", 1000 * MIB) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_stat, A, "", 0) == 0);
	CU_ASSERT(answered(&f, "size") == 1000 * MIB);
	CU_ASSERT(answered(&f, "used") <= MIB);
	CU_ASSERT(run(&f, sr_file.vdi_resize, A, "", INT64_C(1) << 44) == 0);
	CU_ASSERT(scanned(&f, sr_file.sr_scan) == 1);
	CU_ASSERT(run(&f, sr_file.vdi_destroy, A, "", 0) == 0);
	CU_ASSERT(files(&f) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", INT64_C(1) << 45) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_TOO_LARGE");
	f.format = "vhd";
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "INVALID_VALUE");
}

/* Copies share what was written before them, and nothing after. When the last
 * that rests on a base is gone, so is the base. */
static void
test_image_chain(void)
{
	SCOPE struct fixture f = fixture_new("image-chain");
	const char *a, *b;

	if (unit_skip_under_valgrind(no_openat2) ||
	    access("/usr/bin/qemu-io", X_OK) < 0)
		return;
	f.format = "qcow2";
	a = path_of(&f, A ".qcow2");
	b = path_of(&f, B ".qcow2");
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 64 * MIB) == 0);
	CU_ASSERT(image_io(a, "write -P 7 40M 1M"));
	CU_ASSERT(run(&f, sr_file.vdi_snapshot, B, A, 0) == 0);
	CU_ASSERT(answered(&f, "size") == 64 * MIB);
	CU_ASSERT(run(&f, sr_file.vdi_snapshot, B, A, 0) == 0);
	CU_ASSERT(image_io(a, "write -P 8 40M 64K"));
	CU_ASSERT(image_io(b, "read -P 7 40M 1M"));
	CU_ASSERT(image_io(a, "read -P 8 40M 64K"));
	CU_ASSERT(run(&f, sr_file.vdi_clone, C, A, 0) == 0);
	CU_ASSERT(image_io(path_of(&f, C ".qcow2"), "read -P 8 40M 64K"));
	CU_ASSERT(scanned(&f, sr_file.sr_scan) == 3);
	CU_ASSERT(run(&f, sr_file.sr_attach, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_destroy, A, "", 0) == 0);
	CU_ASSERT(image_io(b, "read -P 7 40M 1M"));
	CU_ASSERT(image_io(path_of(&f, C ".qcow2"), "read -P 7 41920K 64K"));
	CU_ASSERT(run(&f, sr_file.vdi_destroy, C, "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_destroy, B, "", 0) == 0);
	CU_ASSERT(files(&f) == 0);
}

/* What cannot be read at the moment is not taken for gone: neither a volume by
 * who lists, nor an image by who looks for bases that nothing rests on. */
static void
test_folder_that_fails(void)
{
	SCOPE struct fixture f = fixture_new("folder-fails");
	const char *base;
	long n = 0;
	bool hit = true;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, B, "", MIB) == 0);
	base = path_of(&f, "base-" C ".qcow2");
	put_image(base, "");
	put_image(path_of(&f, C ".qcow2"), "base-" C ".qcow2");
	for (; hit; n++) {
		const struct value *all;

		fault_arm(FAULT_OPEN, n, EIO, false);
		if (run(&f, sr_file.sr_scan, "", "", 0) == 0) {
			all = value_member(&f.op.result, "volumes");
			CU_ASSERT(all->n == 3);
		}
		hit = fault_count(FAULT_OPEN) > n;
		fault_arm(FAULT_OPEN, n, EIO, false);
		(void)run(&f, sr_file.sr_attach, "", "", 0);
		hit |= fault_count(FAULT_OPEN) > n;
		CU_ASSERT(is_there(base));
	}
	fault_disarm();
	CU_ASSERT(n > 6);
}

/* A copy of what was not written since the last one does not make the chain
 * longer; one that grows and grows is stopped. */
static void
test_image_depth(void)
{
	SCOPE struct fixture f = fixture_new("image-depth");
	char name[64];
	int n;

	if (unit_skip_under_valgrind(no_openat2) ||
	    access("/usr/bin/qemu-io", X_OK) < 0)
		return;
	f.format = "qcow2";
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 64 * MIB) == 0);
	for (n = 0; n < 40; n++) {
		snprintf(name, sizeof(name), "30000000-0000-0000-0000-%012d",
		    n);
		CU_ASSERT(run(&f, sr_file.vdi_snapshot, name, A, 0) == 0);
	}
	CU_ASSERT(files(&f) == 41); /* nothing to share: no base at all */
	for (n = 40; n < 80; n++) {
		(void)image_io(path_of(&f, A ".qcow2"), "write -P 1 0 64K");
		snprintf(name, sizeof(name), "30000000-0000-0000-0000-%012d",
		    n);
		if (run(&f, sr_file.vdi_snapshot, name, A, 0) < 0)
			break;
	}
	if (n < 80) /* (a file system that shares blocks has no chains) */
		CU_ASSERT_STRING_EQUAL(f.op.error[0], "SR_BACKEND_FAILURE_109");
	CU_ASSERT(image_io(path_of(&f, A ".qcow2"), "read -P 1 0 64K"));
}

/* What an image names is followed nowhere but to a base of the folder. */
static void
test_image_hostile(void)
{
	static const char *const names[] = { "/etc/passwd", "../x", A ".qcow2",
		"json:{\"driver\":\"file\"}", "base-" A ".raw",
		"nbd://127.0.0.1", "base-" A ".qcow2" };
	SCOPE struct fixture f = fixture_new("image-hostile");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	for (int i = 0; i < 7; i++) {
		put_image(path_of(&f, A ".qcow2"), names[i]);
		CU_ASSERT(run(&f, sr_file.vdi_attach, A, "", 0) < 0);
		CU_ASSERT_STRING_EQUAL(f.op.error[0], "SR_BACKEND_FAILURE");
		CU_ASSERT(run(&f, sr_file.vdi_clone, B, A, 0) < 0 ||
		    run(&f, sr_file.vdi_attach, B, "", 0) < 0);
		CU_ASSERT(run(&f, sr_file.vdi_destroy, B, "", 0) == 0);
		CU_ASSERT(scanned(&f, sr_file.sr_scan) == 1);
	}
	put(path_of(&f, A ".qcow2"), "XXXX", 0);
	CU_ASSERT(run(&f, sr_file.vdi_stat, A, "", 0) < 0);
	CU_ASSERT(scanned(&f, sr_file.sr_scan) == 1);
	CU_ASSERT(run(&f, sr_file.vdi_destroy, A, "", 0) == 0);
}

/* Its server has died: what it had not written is in no copy. */
static void
test_lost(void)
{
	SCOPE struct fixture f = fixture_new("lost");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	f.format = "qcow2";
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) == 0);
	image_prepare(unit_path("state"));
	CU_ASSERT(run(&f, sr_file.vdi_snapshot, B, A, 0) == 0);
	f.held = true;
	CU_ASSERT(run(&f, sr_file.vdi_snapshot, C, A, 0) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_IO_ERROR");
	CU_ASSERT(!is_there(path_of(&f, C ".qcow2")));
	CU_ASSERT(run(&f, sr_file.vdi_settle, A, "", 0) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_IO_ERROR");
	image_prepare(NULL); /* simulated: there are no servers */
	CU_ASSERT(run(&f, sr_file.vdi_settle, A, "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_snapshot, C, A, 0) == 0);
}

/* A name that a base is to have is another image's: nothing is put on it. */
static void
test_other_base(void)
{
	SCOPE struct fixture f = fixture_new("other-base");
	struct stat before, after;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	f.format = "qcow2";
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) == 0);
	put(path_of(&f, A ".qcow2"), "x", 3 * 65536); /* a table */
	put_image(path_of(&f, "base-" B ".qcow2"), "");
	CU_ASSERT(stat(path_of(&f, A ".qcow2"), &before) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_clone, B, A, 0) < 0);
	CU_ASSERT(stat(path_of(&f, A ".qcow2"), &after) == 0);
	CU_ASSERT(before.st_ino == after.st_ino);
}

/* Workers that died left a draft and a base; who is at work keeps his. */
static void
test_leftovers(void)
{
	SCOPE struct fixture f = fixture_new("leftovers");
	static uint8_t head[QCOW2_NEW];
	CLEANUP_FD int base = -1;
	CLEANUP_FD int busy = -1;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	put(path_of(&f, A ".new"), "half", 0);
	put(path_of(&f, B ".new"), "half", 0);
	put(path_of(&f, "notes.txt"), "mine", 0);
	busy = open(path_of(&f, B ".new"), O_RDWR | O_CLOEXEC);
	CU_ASSERT(flock(busy, LOCK_EX) == 0);
	base = open(path_of(&f, "base-" A ".qcow2"),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CU_ASSERT(qcow2_new(MIB, "", head) == 0);
	CU_ASSERT(write(base, head, sizeof(head)) == sizeof(head));
	CU_ASSERT(run(&f, sr_file.sr_attach, "", "", 0) == 0);
	CU_ASSERT(!is_there(path_of(&f, A ".new")));
	CU_ASSERT(is_there(path_of(&f, B ".new")));
	CU_ASSERT(!is_there(path_of(&f, "base-" A ".qcow2")));
	CU_ASSERT(is_there(path_of(&f, "notes.txt")));
}

/* Whatever call fails, no half volume is left, and a second try succeeds. */
static void
test_faults(void)
{
	static const enum fault_kind kinds[] = { FAULT_OPEN, FAULT_WRITE,
		FAULT_SYNC, FAULT_RENAME };
	op_fn *const how[] = { sr_file.vdi_create, sr_file.vdi_clone };
	static const char *const formats[] = { NULL, "qcow2" };
	SCOPE struct fixture f = fixture_new("faults");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	for (int h = 0; h < 4; h++) {
		f.format = formats[h / 2];
		(void)run(&f, sr_file.vdi_destroy, A, "", 0);
		CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) == 0);
		for (int k = 0; k < 4; k++)
			for (int n = 0;; n++) {
				int rc;

				fault_arm(kinds[k], n, ENOSPC, false);
				rc = run(&f, how[h % 2], B, A, MIB);
				fault_disarm();
				CU_ASSERT(!is_there(path_of(&f, B ".new")));
				if (rc < 0)
					CU_ASSERT_STRING_EQUAL(f.op.error[0],
					    "SR_FULL");
				CU_ASSERT(run(&f, how[h % 2], B, A, MIB) == 0);
				CU_ASSERT(run(&f, sr_file.vdi_destroy, B, "",
					      0) == 0);
				/* The first look of how is allowed to fail. */
				if (rc == 0 && n > 12)
					break;
			}
	}
}

static void
test_hostile(void)
{
	static const char *const uuids[] = { "", "../../etc/passwd", "x",
		"20000000-0000-0000-0000-00000000000a/",
		"20000000-0000-0000-0000-00000000000A" };
	SCOPE struct fixture f = fixture_new("hostile");
	const char *places[5];

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT(run(&f, sr_file.vdi_create, uuids[i], "", MIB) < 0);
		CU_ASSERT_STRING_EQUAL(f.op.error[0], "UUID_INVALID");
	}
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", -1) < 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", INT64_MAX) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_TOO_LARGE");
	/* A link out, as the volume and as the folder. */
	CU_ASSERT(symlink("/etc/passwd", path_of(&f, A ".raw")) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_attach, A, "", 0) < 0);
	CU_ASSERT(scanned(&f, sr_file.sr_scan) == 0);
	CU_ASSERT(symlink("/etc", path_of(&f, "out")) == 0);
	places[0] = path_of(&f, "out");
	places[1] = path_of(&f, "../../..");
	places[2] = "/etc";
	places[3] = "";
	places[4] = roots[0];
	for (int i = 0; i < 5; i++) {
		f.location = places[i];
		CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) < 0);
		CU_ASSERT(run(&f, sr_file.sr_attach, "", "", 0) < 0);
	}
}

/* ---- images ---- */

static void
test_images(void)
{
	SCOPE struct fixture f = fixture_new("images");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(mkdir(f.location, 0700) == 0);
	put(path_of(&f, "one.iso"), "1234", 0);
	put(path_of(&f, "TWO.ISO"), "1", 0);
	put(path_of(&f, "three.txt"), "1", 0);
	CU_ASSERT(symlink("/etc/passwd", path_of(&f, "four.iso")) == 0);
	CU_ASSERT(scanned(&f, sr_iso.sr_scan) == 2);
	CU_ASSERT(run(&f, sr_iso.vdi_attach, A, "one.iso", 0) == 0);
	CU_ASSERT_STRING_EQUAL(value_text(&f.op.result, "path", ""),
	    path_of(&f, "one.iso"));
	CU_ASSERT(run(&f, sr_iso.vdi_attach, A, "four.iso", 0) < 0);
	CU_ASSERT(run(&f, sr_iso.vdi_attach, A, "../x.iso", 0) < 0);
	CU_ASSERT_STRING_EQUAL(f.op.error[0], "VDI_MISSING");
	CU_ASSERT_PTR_NULL(sr_iso.vdi_create);
	CU_ASSERT_PTR_NULL(sr_iso.sr_destroy);
}

/* ---- the same content ---- */

static const char *
sum(struct fixture *f, const char *vdi)
{
	const struct value *text;

	CU_ASSERT(run(f, sr_file.vdi_sum, vdi, "", 0) == 0);
	text = value_member(&f->op.result, "sum");
	return text && text->kind == VALUE_STRING ? text->s : "";
}

static void
test_sum(void)
{
	SCOPE struct fixture f = fixture_new("sr");
	static const char zeros[4096];
	const char *first;

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", 3 * MIB) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, B, "", 3 * MIB) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, C, "", 4 * MIB) == 0);
	first = sum(&f, A);
	CU_ASSERT_EQUAL(strlen(first), 16);
	CU_ASSERT_STRING_EQUAL(sum(&f, B), first);
	CU_ASSERT_STRING_NOT_EQUAL(sum(&f, C), first);
	/* Zeros that were written, at the end and in between. */
	for (off_t at = 0; at < MIB; at += (off_t)sizeof(zeros)) {
		CLEANUP_FD int fd =
		    open(path_of(&f, B ".raw"), O_WRONLY | O_CLOEXEC);

		CU_ASSERT(pwrite(fd, zeros, sizeof(zeros), at) > 0);
	}
	CU_ASSERT_STRING_EQUAL(sum(&f, B), first);
	put(path_of(&f, A ".raw"), "same", 2 * MIB + 77);
	CU_ASSERT_STRING_NOT_EQUAL(sum(&f, A), first);
	put(path_of(&f, B ".raw"), "same", 2 * MIB + 76);
	CU_ASSERT_STRING_NOT_EQUAL(sum(&f, A), sum(&f, B));
	put(path_of(&f, B ".raw"), "ssame", 2 * MIB + 76);
	put(path_of(&f, A ".raw"), "s", 2 * MIB + 76);
	CU_ASSERT_STRING_EQUAL(sum(&f, A), sum(&f, B));
}

UNIT_MAIN("storage drivers",
    { "a volume is made, grown and destroyed, twice is once", test_life },
    { "clones, snapshots and copies keep what was, and its holes",
	test_copies },
    { "an image is made, grown and destroyed", test_image_life },
    { "copies of an image share what was", test_image_chain },
    { "chains of images have an end", test_image_depth },
    { "what cannot be read at the moment is not taken for gone",
	test_folder_that_fails },
    { "volumes with the same content have the same sum", test_sum },
    { "images lead nowhere else", test_image_hostile },
    { "what dead workers left is taken away", test_leftovers },
    { "a held guest whose image has no server is not copied", test_lost },
    { "an image is not put on what is not its own", test_other_base },
    { "what fails leaves no half volume", test_faults },
    { "paths and links lead nowhere else", test_hostile },
    { "images are found by name, links are not", test_images })
