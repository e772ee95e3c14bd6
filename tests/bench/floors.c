/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine takes for what the daemon cannot do without:
 *   floors FOLDER PASSWORD HASH
 * Prints: us of an fdatasync after 4 KiB were written over older ones in a file
 * in FOLDER (median), as a log that is used again and again is written; the
 * same at the end of a growing file; ms of one crypt(3) of PASSWORD (median);
 * MB/s of memcpy. */
#include <crypt.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/client.h"

#define SYNCS 60
#define CRYPTS 15
#define COPY_BYTES ((size_t)32 << 20)

static double
median(int64_t *samples, size_t n)
{
	size_t k = n / 2;

	qsort(samples, n, sizeof(*samples), compare_i64);
	return (double)samples[k];
}

static double
sync_us(const char *folder, bool grow)
{
	static char page[4096];
	int64_t took[SYNCS];
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/floor", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	for (int i = 0; i < SYNCS; i++)
		if (!grow && write(fd, page, sizeof(page)) < 0)
			die(path);
	fsync(fd);
	page[0] = 'x';
	lseek(fd, 0, SEEK_SET);
	for (int i = 0; i < SYNCS; i++) {
		int64_t start = now_ns();

		if (write(fd, page, sizeof(page)) < 0 || fdatasync(fd) < 0)
			die(path);
		took[i] = now_ns() - start;
	}
	close(fd);
	unlink(path);
	return median(took, SYNCS) / 1e3;
}

static double
crypt_ms(const char *password, const char *hash)
{
	int64_t took[CRYPTS];

	for (int i = 0; i < CRYPTS; i++) {
		struct crypt_data data = { 0 };
		int64_t start = now_ns();

		if (!crypt_r(password, hash, &data))
			die("crypt");
		took[i] = now_ns() - start;
	}
	return median(took, CRYPTS) / 1e6;
}

static double
copy_mb(void)
{
	char *a = malloc(COPY_BYTES), *b = malloc(COPY_BYTES);
	int64_t took[9];

	if (!a || !b) {
		die("memory");
		return 0; /* for cppcheck */
	}
	memset(a, 1, COPY_BYTES);
	memset(b, 2, COPY_BYTES);
	for (int i = 0; i < 9; i++) {
		int64_t start = now_ns();

		memcpy(b, a, COPY_BYTES);
		took[i] = now_ns() - start;
		a[i] = b[COPY_BYTES - 1]; /* the copy is used */
	}
	free(a);
	free(b);
	return (double)COPY_BYTES * 1e3 / median(took, 9);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	printf("%.1f %.1f ", sync_us(argv[1], false), sync_us(argv[1], true));
	printf("%.3f %.0f\n", crypt_ms(argv[2], argv[3]), copy_mb());
	return 0;
}
