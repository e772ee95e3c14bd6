/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The drivers file and iso, by their functions, in a folder of the test. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "storage/storage.h"
#include "tests/lib/unit.h"

#define SR "10000000-0000-0000-0000-000000000001"
#define A "20000000-0000-0000-0000-00000000000a"
#define B "20000000-0000-0000-0000-00000000000b"
static const char no_openat2[] = "valgrind has no openat2";

#define MIB (INT64_C(1) << 20)

/* ---- one request ---- */

struct fixture {
	struct arena *arena;
	struct op op;
	const char *location;
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
	struct value_member *m = arena_array(f->arena, 8, sizeof(*m));
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
	*args = (struct value){ .kind = VALUE_STRUCT, .n = 8, .members = m };
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

/* Whatever call fails, no half volume is left, and a second try succeeds. */
static void
test_faults(void)
{
	static const enum fault_kind kinds[] = { FAULT_OPEN, FAULT_WRITE,
		FAULT_SYNC, FAULT_RENAME };
	op_fn *const how[] = { sr_file.vdi_create, sr_file.vdi_clone };
	SCOPE struct fixture f = fixture_new("faults");

	if (unit_skip_under_valgrind(no_openat2))
		return;
	CU_ASSERT(run(&f, sr_file.sr_create, "", "", 0) == 0);
	CU_ASSERT(run(&f, sr_file.vdi_create, A, "", MIB) == 0);
	for (int h = 0; h < 2; h++)
		for (int k = 0; k < 4; k++)
			for (int n = 0;; n++) {
				int rc;

				fault_arm(kinds[k], n, ENOSPC, false);
				rc = run(&f, how[h], B, A, MIB);
				fault_disarm();
				CU_ASSERT(!is_there(path_of(&f, B ".new")));
				if (rc < 0)
					CU_ASSERT_STRING_EQUAL(f.op.error[0],
					    "SR_FULL");
				CU_ASSERT(run(&f, how[h], B, A, MIB) == 0);
				CU_ASSERT(run(&f, sr_file.vdi_destroy, B, "",
					      0) == 0);
				/* The first look of how is allowed to fail. */
				if (rc == 0 && n > 4)
					break;
			}
}

static void
test_hostile(void)
{
	static const char *const uuids[] = { "", "../../etc/passwd", "x", A "/",
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

UNIT_MAIN("storage drivers",
    { "a volume is made, grown and destroyed, twice is once", test_life },
    { "clones, snapshots and copies keep what was, and its holes",
	test_copies },
    { "what fails leaves no half volume", test_faults },
    { "paths and links lead nowhere else", test_hostile },
    { "images are found by name, links are not", test_images })
