/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's disk, from which a kernel is to be taken. Whatever stands in it,
 * there is an end, a reason or a file that is no larger than allowed, and
 * nothing behind the disk is read. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk.h"
#include "tests/fuzz/fuzz.h"

#define MOST 65536

static void
take(int disk, const char *path)
{
	int to = memfd_create("kernel", 0);
	const char *why = disk_take(disk, path, MOST, to);
	struct stat st;

	if (to < 0 || fstat(to, &st) < 0)
		abort();
	if (st.st_size > MOST || (!why && !st.st_size))
		abort();
	close(to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int disk = memfd_create("disk", 0);

	if (disk < 0 || write(disk, data, size) != (ssize_t)size)
		abort();
	take(disk, "/vmlinuz");
	take(disk, "boot/vmlinuz-6");
	take(disk, "/boot/deep/abs");
	take(disk, "/loop");
	take(disk, "");
	close(disk);
	return 0;
}
