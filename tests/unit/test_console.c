/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/consoles.h"
#include "lib/cleanup.h"
#include "tests/lib/unit.h"

#define UUID "00000000-0000-0000-0000-0000000000aa"

static void
test_history(void)
{
	struct history h = { 0 };
	char part[1000], got[HISTORY_BYTES + 1];
	uint64_t pos = 0;
	size_t n;

	CU_ASSERT_EQUAL(history_read(&h, &pos, got, sizeof(got)), 0);
	CU_ASSERT_EQUAL(history_replay(&h), 0);
	CU_ASSERT_EQUAL(history_put(&h, "first\nsecond", 12), 0);
	CU_ASSERT_EQUAL(history_replay(&h), 0);
	n = history_read(&h, &pos, got, 4);
	CU_ASSERT_EQUAL(n, 4);
	n = history_read(&h, &pos, got, sizeof(got));
	CU_ASSERT_EQUAL(n, 8);
	CU_ASSERT_EQUAL(memcmp(got, "t\nsecond", 8), 0);
	for (unsigned i = 0; i < 100; i++) {
		memset(part, 'a' + (char)(i % 26), sizeof(part));
		part[999] = '\n';
		CU_ASSERT_EQUAL(history_put(&h, part, sizeof(part)), 0);
	}
	CU_ASSERT_EQUAL(h.end, 100012);
	pos = 12;
	n = history_read(&h, &pos, got, sizeof(got));
	CU_ASSERT_EQUAL(n, HISTORY_BYTES);
	CU_ASSERT_EQUAL(pos, h.end);
	CU_ASSERT_EQUAL(got[n - 1], '\n');
	CU_ASSERT_EQUAL(got[n - 2], 'a' + 99 % 26);
	/* From the begin of a line, and not much. */
	pos = history_replay(&h);
	CU_ASSERT_EQUAL(h.end - pos, 4000);
	history_free(&h);
}

static void
test_more_than_fits(void)
{
	static char much[3 * HISTORY_BYTES];
	struct history h = { 0 };
	static const char last[4] = { 'l', 'a', 's', 't' };
	char got[sizeof(last)];
	uint64_t pos = 0;

	memset(much, 'x', sizeof(much));
	memcpy(much + sizeof(much) - sizeof(last), last, sizeof(last));
	CU_ASSERT_EQUAL(history_put(&h, much, sizeof(much)), 0);
	CU_ASSERT_EQUAL(h.end, sizeof(much));
	pos = h.end - 4;
	CU_ASSERT_EQUAL(history_read(&h, &pos, got, 4), 4);
	CU_ASSERT_EQUAL(memcmp(got, last, sizeof(last)), 0);
	history_free(&h);
}

static int64_t
size_of(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, 0) < 0 ? -1 : st.st_size;
}

static void
test_log(void)
{
	CLEANUP_FD int folder = open(unit_folder(), O_RDONLY | O_DIRECTORY);
	struct log_file l;
	char part[1024], tail[8];

	memset(part, 'x', sizeof(part));
	log_file_open(&l, folder, UUID);
	for (int i = 0; i < 1000; i++)
		log_file_put(&l, part, sizeof(part));
	log_file_put(&l, "the end", 7);
	CU_ASSERT_TRUE(size_of(folder, UUID ".log") <= LOG_BYTES);
	CU_ASSERT_TRUE(size_of(folder, UUID ".log.1") <= LOG_BYTES);
	CU_ASSERT_TRUE(size_of(folder, UUID ".log.1") > LOG_BYTES / 2);
	log_file_close(&l);
	/* It goes on where it was. */
	log_file_open(&l, folder, UUID);
	CU_ASSERT_EQUAL(log_file_tail(&l, tail, 7), 7);
	CU_ASSERT_EQUAL(memcmp(tail, "the end", 7), 0);
	log_file_close(&l);
}

static void
test_strangers(void)
{
	CLEANUP_FD int folder = open(unit_folder(), O_RDONLY | O_DIRECTORY);
	struct log_file l;

	CU_ASSERT_EQUAL(symlinkat("/etc/passwd", folder, UUID ".log"), 0);
	log_file_open(&l, folder, UUID);
	CU_ASSERT_EQUAL(l.fd, -1);
	log_file_put(&l, "x", 1);
	CU_ASSERT_EQUAL(unlinkat(folder, UUID ".log", 0), 0);
	close(openat(folder, "other", O_CREAT | O_WRONLY, 0600));
	CU_ASSERT_EQUAL(linkat(folder, "other", folder, UUID ".log", 0), 0);
	log_file_open(&l, folder, UUID);
	log_file_put(&l, "x", 1);
	CU_ASSERT_EQUAL(size_of(folder, "other"), 0);
	log_file_close(&l);
}

UNIT_MAIN("console",
    { "the last bytes are remembered, from the begin of a line", test_history },
    { "more than is remembered at once leaves its end", test_more_than_fits },
    { "the log is two files of bounded size, and goes on", test_log },
    { "a log that is a link to something else is not written", test_strangers })
