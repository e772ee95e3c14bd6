/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database file that somebody changed: it is refused with a sentence, or
 * opened and sound, and can be checked and repaired or not, but nothing worse.
 *
 * The input is the file itself when its first byte is not '!'; else what
 * follows is a list of changes of a good file: four bytes of place, one of
 * length (0 to 15), and the new bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db_check.h"
#include "lib/file.h"
#include "lib/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"

static struct bytes good;

static const char *
path(void)
{
	return quick_path("fuzzed.db");
}

static void
make_good(void)
{
	struct script *s = script_new(1);
	struct db *db = open_db(path());
	struct db_error e;

	log_set_level(LOG_L_ERR);
	for (int i = 0; i < 25; i++)
		if (script_step(s, db, &e) < 0)
			abort();
	db_close(db);
	script_free(s);
	if (file_read(path(), 64 << 20, &good) < 0)
		abort();
}

static void
change(uint8_t *file, const uint8_t *data, size_t size)
{
	while (size > 5) {
		uint32_t at = (uint32_t)data[0] | (uint32_t)data[1] << 8 |
		    (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
		size_t n = data[4] % 16;

		data += 5;
		size -= 5;
		for (size_t i = 0; i < n && i < size; i++)
			file[(at + i) % good.len] = data[i];
		n = n < size ? n : size;
		data += n;
		size -= n;
	}
}

static void
put_file(const uint8_t *data, size_t size)
{
	uint8_t *copy;
	char other[300];

	snprintf(other, sizeof(other), "%s-wal", path());
	remove(other);
	if (size == 0 || data[0] != '!') {
		if (file_write_atomic(path(), data, size, 0600) < 0)
			abort();
		return;
	}
	copy = malloc(good.len);
	if (!copy)
		abort();
	memcpy(copy, good.p, good.len);
	change(copy, data + 1, size - 1);
	if (file_write_atomic(path(), copy, good.len, 0600) < 0)
		abort();
	free(copy);
}

/* Whether it opens; then it must be sound and take a change. */
static bool
open_and_use(void)
{
	char err[512] = "";
	struct db_engine *e = db_sqlite_open(path(), err, sizeof(err));
	struct db *db = e ? db_open(e, err, sizeof(err)) : NULL;
	struct arena *a;
	struct tx *t;

	if (!db) {
		if (!err[0])
			abort(); /* refused without a word */
		return false;
	}
	a = arena_new(0);
	t = tx_begin(db);
	if (!a || !t)
		abort();
	(void)tx_insert(t, blank_record(a, CLASS_VM), NULL);
	(void)tx_commit_wait(t, NULL); /* a damaged page may refuse it */
	arena_free(a);
	db_close(db);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *report = fopen("/dev/null", "w");

	if (!report)
		abort();
	if (!good.len)
		make_good();
	put_file(data, size);
	(void)db_check_file(path(), false, report);
	(void)open_and_use();
	put_file(data, size);
	/* what was mended is without findings, and opens */
	if (db_check_file(path(), true, report) == 0 &&
	    (db_check_file(path(), false, report) != 0 || !open_and_use()))
		abort();
	fclose(report);
	return 0;
}
