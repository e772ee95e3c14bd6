/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files taken out of disks: file systems made by others' tools (the fuzzer's
 * corpus), alone and in partitions. */
#include "storage/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/lib/unit.h"

#define MIB (1 << 20)

static uint8_t image[MIB];

/* Reads one; its size, 0: it is not there. */
static size_t
load(const char *name)
{
	const char *source = getenv("XAPID_SRCDIR");
	char path[1024];
	CLEANUP_FD int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/disk/%s",
	    source ? source : ".", name);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, image, sizeof(image));
	return n > 0 ? (size_t)n : 0;
}

/* A disk with the image somewhere in it. */
static int
make_disk(const uint8_t *before, size_t at, size_t len, size_t size)
{
	int fd = memfd_create("disk", 0);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_FATAL(ftruncate(fd, (off_t)size) == 0);
	if (at)
		CU_ASSERT_FATAL(pwrite(fd, before, at, 0) == (ssize_t)at);
	CU_ASSERT_FATAL(pwrite(fd, image, len, (off_t)at) == (ssize_t)len);
	return fd;
}

static char taken[MIB];

/* NULL, or why not; *n_r: how much came out. */
static const char *
take(int disk, const char *path, int64_t max, size_t *n_r)
{
	CLEANUP_FD int to = memfd_create("kernel", 0);
	const char *why = disk_take(disk, path, max, to);
	ssize_t n = pread(to, taken, sizeof(taken), 0);

	CU_ASSERT_FATAL(n >= 0);
	*n_r = (size_t)n;
	return why;
}

static bool
is_kernel(int disk, const char *path)
{
	size_t n;
	const char *why = take(disk, path, MIB, &n);

	if (why)
		fprintf(stderr, "%s: %s\n", path, why);
	return !why && n > 9 && memcmp(taken, "kernel", 6) == 0 &&
	    memcmp(taken + n - 3, "end", 3) == 0;
}

static const char *const all[] = { "ext2", "ext4", "iso" };

static void
test_files(void)
{
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		size_t len = load(all[i]), n;
		CLEANUP_FD int disk = -1;

		CU_ASSERT_FATAL(len > 0);
		disk = make_disk(NULL, 0, len, len);
		CU_ASSERT(is_kernel(disk, "/boot/vmlinuz-6"));
		CU_ASSERT(is_kernel(disk, "boot//vmlinuz-6"));
		CU_ASSERT(take(disk, "/initrd", MIB, &n) == NULL);
		CU_ASSERT(n == 210 && memcmp(taken, "ramdisk", 7) == 0);
		CU_ASSERT_STRING_EQUAL(take(disk, "/boot/nothing", MIB, &n),
		    "it is not there");
		CU_ASSERT_STRING_EQUAL(take(disk, "/initrd/x", MIB, &n),
		    "it is not there");
		CU_ASSERT_STRING_EQUAL(take(disk, "/boot", MIB, &n),
		    "it is no file");
		CU_ASSERT_STRING_EQUAL(take(disk, "/boot/vmlinuz-6", 1000, &n),
		    "it is larger than allowed");
		CU_ASSERT(n == 0);
	}
}

static void
test_links(void)
{
	for (size_t i = 0; i < 2; i++) {
		size_t len = load(all[i]), n;
		CLEANUP_FD int disk = make_disk(NULL, 0, len, len);

		CU_ASSERT(is_kernel(disk, "/vmlinuz"));
		CU_ASSERT(is_kernel(disk, "/boot/deep/abs"));
		CU_ASSERT(is_kernel(disk, "/boot/../boot/deep/../vmlinuz-6"));
		CU_ASSERT_STRING_EQUAL(take(disk, "/loop", MIB, &n),
		    "it has too many links");
	}
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void
test_partitions(void)
{
	static uint8_t before[64 * 512];
	size_t len = load("ext4"), n;
	uint8_t *table = before + 446, *gpt = before + 2 * 512;
	CLEANUP_FD int mbr = -1;
	CLEANUP_FD int logical = -1;
	CLEANUP_FD int efi = -1;
	CLEANUP_FD int nothing = -1;

	before[510] = 0x55;
	before[511] = 0xaa;
	/* The first is something else, the second is it. */
	table[4] = 0x82;
	put32(table + 8, 1);
	put32(table + 12, 8);
	table[16 + 4] = 0x83;
	put32(table + 16 + 8, 64);
	put32(table + 16 + 12, (uint32_t)len / 512);
	mbr = make_disk(before, sizeof(before), len, MIB);
	CU_ASSERT(is_kernel(mbr, "/vmlinuz"));

	table[16 + 4] = 0x05;
	put32(table + 16 + 8, 32);
	before[32 * 512 + 510] = 0x55;
	before[32 * 512 + 511] = 0xaa;
	before[32 * 512 + 446 + 4] = 0x83;
	put32(before + 32 * 512 + 446 + 8, 32);
	put32(before + 32 * 512 + 446 + 12, (uint32_t)len / 512);
	logical = make_disk(before, sizeof(before), len, MIB);
	CU_ASSERT(is_kernel(logical, "/vmlinuz"));
	/* One that leads to itself has an end. */
	before[32 * 512 + 446 + 4] = 0;
	before[32 * 512 + 446 + 16 + 4] = 0x05;
	nothing = make_disk(before, sizeof(before), len, MIB);
	CU_ASSERT_STRING_EQUAL(take(nothing, "/vmlinuz", MIB, &n),
	    "there is no file system that can be read");

	table[4] = 0xee;
	memcpy(before + 512, "EFI PART", 8);
	put32(before + 512 + 72, 2);
	put32(before + 512 + 80, 4);
	put32(before + 512 + 84, 128);
	put32(gpt + 128 + 32, 64);
	put32(gpt + 128 + 40, 64 + (uint32_t)len / 512 - 1);
	efi = make_disk(before, sizeof(before), len, MIB);
	CU_ASSERT(is_kernel(efi, "/vmlinuz"));
}

static void
test_whole(void)
{
	CLEANUP_FD int disk = -1;
	size_t n;

	memset(image, 0, sizeof(image));
	memcpy(image, "\177ELF", sizeof("\177ELF"));
	image[99999] = 'x';
	disk = make_disk(NULL, 0, MIB, MIB);
	CU_ASSERT(take(disk, "", MIB, &n) == NULL);
	CU_ASSERT(n == 100000);
	CU_ASSERT_STRING_EQUAL(take(disk, "", 99999, &n),
	    "it is larger than allowed");
	CU_ASSERT(pwrite(disk, "x", 1, 0) == 1);
	CU_ASSERT_STRING_EQUAL(take(disk, "", MIB, &n),
	    "the disk is no kernel");
}

UNIT_MAIN("disk",
    { "files are found in file systems, and have a limit", test_files },
    { "links are followed, to an end", test_links },
    { "partitions are looked into", test_partitions },
    { "a disk may be a kernel itself", test_whole })
