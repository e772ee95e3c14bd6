/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process makes a thousand random changes in 300 transactions and says of each
 * when it was acknowledged. It is killed at every write, sync and rename in turn, and what
 * it had written since the last acknowledgement is torn in several ways. The
 * database that is left must open, be sound, and hold exactly what was
 * acknowledged, or that and the one transaction that was under way.
 *
 * Ordinarily some points are tried; all of them with CRASH_FULL=1 in the
 * environment. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db_check.h"
#include "db/db_sqlite_private.h"
#include "lib/fault.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_script.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

#define STEPS 300 /* transactions, of some thousand changes */
#define WRITERS 4
#define KILLED RUN_KILLED
#define POINTS 25 /* of each kind that are ordinarily tried */

struct ack {
	int32_t writer, step;
	int64_t log_end; /* what stands before it in the log was synced */
};

/* The state after each step of each writer. */
static uint64_t expected[WRITERS][STEPS + 1];

static uint64_t
state_of(struct db *db, unsigned owner)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	dump_owner(db, (uint8_t)owner, &b);
	for (size_t i = 0; i < b.len; i++)
		h = (h ^ (uint8_t)b.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static struct script *
script_of(unsigned writer, unsigned writers)
{
	struct script *s = script_new(1000 + writer);

	s->owner = (uint8_t)(writer + 1);
	s->limit = 100 / writers;
	return s;
}

static unsigned
expect(unsigned writers, unsigned steps)
{
	unsigned changes = 0;

	for (unsigned w = 0; w < writers; w++) {
		CLEANUP(db_close) struct db *db = open_db(NULL);
		CLEANUP(script_free) struct script *s = script_of(w, writers);
		struct db_error e;

		expected[w][0] = state_of(db, w + 1);
		for (unsigned i = 0; i < steps; i++) {
			CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
			changes += s->nops;
			expected[w][i + 1] = state_of(db, w + 1);
		}
	}
	return changes;
}

/* ---- the process that is killed ---- */

struct job {
	struct db *db;
	unsigned writer, writers, steps;
	int pipe;
};

static void *
run_script(void *arg)
{
	const struct job *j = arg;
	CLEANUP(script_free)
	struct script *s = script_of(j->writer, j->writers);
	struct db_error e;

	for (unsigned i = 0; i < j->steps; i++) {
		struct ack ack = { (int32_t)j->writer, (int32_t)i + 1, 0 };

		if (script_step(s, j->db, &e) < 0)
			_exit(1);
		ack.log_end = db_sqlite_log_end();
		if (write(j->pipe, &ack, sizeof(ack)) != sizeof(ack))
			_exit(2);
	}
	return NULL;
}

/* Reports how many points it met when it was not killed. */
_Noreturn static void
child(const char *path, unsigned writers, unsigned steps, int pipe, int kind,
    long n)
{
	pthread_t threads[WRITERS];
	struct job jobs[WRITERS];
	struct db *db;

	fault_disarm();
	if (kind >= 0)
		fault_arm((enum fault_kind)kind, n, -KILLED, false);
	db = open_db(path);
	for (unsigned w = 0; w < writers; w++) {
		jobs[w] = (struct job){ db, w, writers, steps, pipe };
		if (writers == 1)
			run_script(&jobs[w]);
		else if (pthread_create(&threads[w], NULL, run_script,
			     &jobs[w]) != 0)
			_exit(3);
	}
	for (unsigned w = 0; writers > 1 && w < writers; w++)
		pthread_join(threads[w], NULL);
	db_close(db);
	for (int k = 0; kind < 0 && k < FAULT_KINDS; k++) {
		struct ack count = { -1 - k, 0, fault_count(k) };

		if (write(pipe, &count, sizeof(count)) != sizeof(count))
			_exit(4);
	}
	_exit(0);
}

struct outcome {
	int status;
	int32_t acked[WRITERS];
	int64_t log_end;
	long points[FAULT_KINDS];
};

static void
run_child(const char *path, unsigned writers, unsigned steps, int kind, long n,
    struct outcome *o)
{
	struct ack ack;
	int ends[2], status;
	pid_t pid;

	memset(o, 0, sizeof(*o));
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child(path, writers, steps, ends[1], kind, n);
	}
	close(ends[1]);
	while (read(ends[0], &ack, sizeof(ack)) == sizeof(ack)) {
		if (ack.writer < 0) {
			o->points[-1 - ack.writer] = (long)ack.log_end;
			continue;
		}
		o->acked[ack.writer] = ack.step;
		o->log_end = ack.log_end;
	}
	close(ends[0]);
	waitpid(pid, &status, 0);
	o->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- what a loss of power may leave ---- */

enum tear { TEAR_NOTHING, TEAR_CUT, TEAR_NOISE, TEAR_ZERO, TEAR_PAGES, TEARS };

static void
scribble(int fd, off_t at, size_t len, struct rng *r, bool zero)
{
	char noise[4096] = "";

	for (size_t i = 0; !zero && i < len; i++)
		noise[i] = (char)rng_next(r);
	CU_ASSERT_EQUAL(pwrite(fd, noise, len, at), (ssize_t)len);
}

/* Sectors of the log behind what was synced. */
static void
tear_log(const char *log, int64_t from, enum tear how, struct rng *r)
{
	CLEANUP_FD int fd = open(log, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= from)
		return;
	if (how == TEAR_CUT) {
		off_t cut =
		    from + (off_t)rng_below(r, (uint32_t)(st.st_size - from));

		CU_ASSERT_EQUAL(ftruncate(fd, cut), 0);
		return;
	}
	for (int64_t at = from; at < st.st_size;) {
		int64_t end = (at / 512 + 1) * 512;

		if (end > st.st_size)
			end = st.st_size;
		if (rng_below(r, 3) == 0)
			scribble(fd, at, (size_t)(end - at), r,
			    how == TEAR_ZERO);
		at = end;
	}
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* The log's checksum over 32-bit words. (source: SQLite's file format) */
static void
sum_words(const uint8_t *p, size_t n, bool big, uint32_t sum[2])
{
	for (size_t i = 0; i < n; i += 8) {
		uint32_t x, y;

		if (big) {
			x = be32(p + i);
			y = be32(p + i + 4);
		} else {
			memcpy(&x, p + i, 4);
			memcpy(&y, p + i + 4, 4);
		}
		sum[0] += x + sum[1];
		sum[1] += y + sum[0];
	}
}

#define FRAME (24 + 4096)

/* Pages that the log has for good: those in frames that a commit ends. Their
 * numbers, each perhaps several times; the count is the answer. */
static size_t
committed_pages(const char *log, uint32_t *pages, size_t max)
{
	CLEANUP_FD int fd = open(log, O_RDONLY | O_CLOEXEC);
	uint8_t head[32], frame[FRAME];
	uint32_t sum[2] = { 0, 0 };
	size_t n = 0, good = 0;
	bool big;

	if (fd < 0 || pread(fd, head, 32, 0) != 32)
		return 0;
	big = be32(head) & 1;
	sum_words(head, 24, big, sum);
	for (off_t at = 32; n < max && pread(fd, frame, FRAME, at) == FRAME;
	     at += FRAME) {
		sum_words(frame, 8, big, sum);
		sum_words(frame + 24, 4096, big, sum);
		if (memcmp(frame + 8, head + 16, 8) != 0 ||
		    be32(frame + 16) != sum[0] || be32(frame + 20) != sum[1])
			break;
		pages[n++] = be32(frame);
		if (be32(frame + 4))
			good = n;
	}
	return good;
}

/* Of the database, what a checkpoint may have been writing. (The first page
 * stays: it says how long a page is.) */
static void
tear_pages(const char *path, const char *log, struct rng *r)
{
	static uint32_t pages[20000];
	size_t n = committed_pages(log, pages, UNIT_COUNT(pages));
	CLEANUP_FD int db = open(path, O_RDWR | O_CLOEXEC);

	for (size_t i = 0; db >= 0 && i < n; i++)
		if (pages[i] > 1 && rng_below(r, 3) == 0)
			scribble(db, (off_t)(pages[i] - 1) * 4096 + 512, 1024,
			    r, false);
}

/* ---- the verdict ---- */

struct tally {
	unsigned long runs, opened, unacked, lost, unsound, torn;
};

static void
judge(const char *path, unsigned writers, const struct outcome *o,
    struct tally *t)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_FREE char *text = NULL;
	size_t size;
	FILE *report = open_memstream(&text, &size);
	int rc = db_check_file(path, false, report);
	struct db *db = open_db(path);
	bool sound = true;

	fclose(report);
	/* killed before there was a schema: nothing to check */
	if (o->log_end > 0 && rc != 0) {
		printf("# %s", text);
		sound = false;
	}
	if (invariants_of(db, a)[0])
		sound = false;
	t->opened++;
	t->unsound += !sound;
	for (unsigned w = 0; w < writers; w++) {
		uint64_t state = state_of(db, w + 1);
		int32_t k = o->acked[w];

		if (state == expected[w][k])
			continue;
		if (k < STEPS && state == expected[w][k + 1])
			t->unacked++;
		else
			t->lost++;
	}
	db_close(db);
}

static void
remove_all(const char *path)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);

	remove(path);
	remove(arena_printf(a, "%s-wal", path));
	remove(arena_printf(a, "%s-shm", path));
}

static void
crash_at(const char *path, unsigned writers, unsigned steps, int kind, long n,
    struct tally *t)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const char *log = arena_printf(a, "%s-wal", path);
	struct rng r = { (uint64_t)n * 5 + (uint64_t)kind };
	enum tear how = (enum tear)(rng_next(&r) % TEARS);
	struct outcome o;

	remove_all(path);
	run_child(path, writers, steps, kind, n, &o);
	CU_ASSERT_TRUE(o.status == KILLED || (o.status == 0 && writers > 1));
	t->runs++;
	t->torn += how != TEAR_NOTHING;
	if (how == TEAR_PAGES)
		tear_pages(path, log, &r);
	else if (how != TEAR_NOTHING)
		tear_log(log, o.log_end, how, &r);
	judge(path, writers, &o, t);
}

static void
matrix(const char *name, unsigned writers, unsigned steps)
{
	static const struct {
		enum fault_kind kind;
		const char *name;
	} kinds[] = {
		{ FAULT_WRITE, "writes" },
		{ FAULT_SYNC, "syncs" },
		{ FAULT_RENAME, "renames and removals" },
	};
	CLEANUP_FREE char *path = strdup(quick_path(name));
	const char *full = getenv("CRASH_FULL");
	struct outcome whole;
	struct tally t = { 0 };

	printf("# %u changes in %u transactions\n", expect(writers, steps),
	    writers * steps);
	run_child(path, writers, steps, -1, 0, &whole);
	CU_ASSERT_EQUAL_FATAL(whole.status, 0);
	for (size_t k = 0; k < UNIT_COUNT(kinds); k++) {
		long points = whole.points[kinds[k].kind];
		long step = full && *full == '1' ? 1 : 1 + points / POINTS;

		printf("# %s: %ld points, one in %ld\n", kinds[k].name, points,
		    step);
		for (long n = 0; n < points; n += step)
			crash_at(path, writers, steps, (int)kinds[k].kind, n,
			    &t);
	}
	printf("# %lu kills, %lu torn: %lu opened, %lu with the unacknowledged "
	       "transaction, %lu lost one, %lu unsound\n",
	    t.runs, t.torn, t.opened, t.unacked, t.lost, t.unsound);
	CU_ASSERT_TRUE(t.runs > POINTS);
	CU_ASSERT_EQUAL(t.opened, t.runs);
	CU_ASSERT_EQUAL(t.lost, 0);
	CU_ASSERT_EQUAL(t.unsound, 0);
	remove_all(path);
}

static void
test_one_writer(void)
{
	matrix("crash.db", 1, STEPS);
}

static void
test_four_writers(void)
{
	matrix("crash4.db", WRITERS, STEPS / WRITERS);
}

/* ---- restoring ---- */

/* What may stand there after a restore that was killed. */
static bool
is_one_of(const char *path, const uint64_t states[3])
{
	CLEANUP(db_close) struct db *db = open_db(path);
	uint64_t state = state_of(db, 1);

	return state == states[0] || state == states[1] || state == states[2];
}

static uint64_t
make_database(const char *path, unsigned steps)
{
	CLEANUP(script_free) struct script *s = script_of(0, 1);
	CLEANUP(db_close) struct db *db = open_db(path);
	struct db_error e;

	for (unsigned i = 0; i < steps; i++)
		CU_ASSERT_EQUAL_FATAL(script_step(s, db, &e), 0);
	return state_of(db, 1);
}

/* Killed with its log not yet in the file, as a daemon may be. */
static void
make_killed(const char *path, uint64_t states[3])
{
	struct outcome o;

	run_child(path, 1, 40, FAULT_SYNC, 38, &o);
	CU_ASSERT_EQUAL(o.status, KILLED);
	states[1] = expected[0][o.acked[0]];
	states[2] = expected[0][o.acked[0] + 1]; /* written, not told */
}

struct restoring {
	const char *path, *from;
	FILE *null;
};

static int
restore(void *arg)
{
	const struct restoring *r = arg;
	char err[512];

	return db_file_restore(r->path, r->from, r->null, err, sizeof(err)) < 0;
}

static int
restore_killed(const char *path, const char *from, enum fault_kind kind, long n)
{
	struct restoring r = { path, from, fopen("/dev/null", "w") };
	int status = run_killed(restore, &r, kind, n);

	fclose(r.null);
	return status;
}

static void
test_restore(void)
{
	static const enum fault_kind kinds[] = { FAULT_WRITE, FAULT_SYNC,
		FAULT_RENAME };
	CLEANUP_FREE char *path = strdup(quick_path("restore.db"));
	CLEANUP_FREE char *from = strdup(quick_path("backup.db"));
	uint64_t states[3];
	unsigned runs = 0;

	(void)expect(1, 40);
	states[0] = make_database(from, 10);
	for (size_t k = 0; k < UNIT_COUNT(kinds); k++) {
		int status = KILLED;

		for (long n = 0; status == KILLED;
		     n += n < 30 ? 1 : 1 + n / 10) {
			remove_all(path);
			make_killed(path, states);
			status = restore_killed(path, from, kinds[k], n);
			CU_ASSERT_TRUE(status == KILLED || status == 0);
			CU_ASSERT_TRUE(is_one_of(path, states));
			runs++;
		}
		/* and then it works */
		CU_ASSERT_EQUAL(restore_killed(path, from, kinds[k], 1L << 30),
		    0);
		states[1] = states[2] = states[0];
		CU_ASSERT_TRUE(is_one_of(path, states));
	}
	printf("# %u kills\n", runs);
}

/* ---- repairing ---- */

struct repairing {
	const char *path;
	FILE *null;
};

static int
repair(void *arg)
{
	const struct repairing *r = arg;

	return db_check_file(r->path, true, r->null) < 0;
}

static int
repair_killed(const char *path, enum fault_kind kind, long n)
{
	struct repairing r = { path, fopen("/dev/null", "w") };
	int status = run_killed(repair, &r, kind, n);

	fclose(r.null);
	return status;
}

/* As it was, or as it is to be; and then it can be mended. */
static void
test_repair(void)
{
	static const enum fault_kind kinds[] = { FAULT_WRITE, FAULT_SYNC,
		FAULT_RENAME };
	CLEANUP_FREE char *path = strdup(quick_path("repair.db"));
	FILE *null = fopen("/dev/null", "w");
	unsigned runs = 0;

	for (size_t k = 0; k < UNIT_COUNT(kinds); k++) {
		int status = KILLED;

		for (long n = 0; status == KILLED;
		     n += n < 20 ? 1 : 1 + n / 5) {
			uint64_t before;
			int rc;

			remove_all(path);
			before = make_database(path, 10);
			run_sql(path, "UPDATE VM SET _created=7,_modified=3");
			status = repair_killed(path, kinds[k], n);
			CU_ASSERT_TRUE(status == KILLED || status == 0);
			rc = db_check_file(path, false, null);
			CU_ASSERT_TRUE(rc == 0 || (rc == 1 && status != 0));
			CU_ASSERT_EQUAL(db_check_file(path, true, null), 0);
			CU_ASSERT_EQUAL(db_check_file(path, false, null), 0);
			struct db *db = open_db(path);
			CU_ASSERT_EQUAL(state_of(db, 1), before);
			db_close(db);
			runs++;
		}
	}
	fclose(null);
	printf("# %u kills\n", runs);
}

UNIT_MAIN("crash",
    { "one writer: no kill loses what was acknowledged", test_one_writer },
    { "four writers: no kill loses what was acknowledged", test_four_writers },
    { "a restore that is killed leaves the old database or the new one",
	test_restore },
    { "a repair that is killed leaves the old database or the mended one",
	test_repair })
