/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a log of what a daemon did to its files (log.h) and looks, after each
 * write, sync and change of a name, at everything that a crash there may leave:
 * the database opens, is sound, and has what was answered until then, or that
 * and the one operation that was under way. tests/api/test_crash_matrix.py.
 *
 *	check LOG SCRIPT [-n JOBS] [-s NOTE] [-w FOLDER -p NOTE -d KIND]
 *
 * SCRIPT says what there is to be: references to ignore, a line "= 0", lines of
 * model.h, "= 1" and so on. -s: that note, a sync, is as if it were not there,
 * and what comes soon after it is looked at (the test of this test). -w: writes
 * the files behind a note (the last one, if there is none of that number) and
 * says how many operations were answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db_check.h"
#include "db/db_sqlite_private.h"
#include "lib/file.h"
#include "tests/crash/files.h"
#include "tests/crash/model.h"
#include "tests/crash/vfs.h"
#include "tests/lib/db_dump.h"
#include "tests/lib/db_tools.h"

#define DATABASE "state/state.sqlite"
#define NEIGHBOURS 64 /* notes that one job looks at: they are much alike */
#define CHECKED 4 /* of the different states one is also read page by page */
#define SOON 40   /* notes behind one that is left out */
#define SHOWN 5   /* findings of each job */

enum kind { ALL, LOST, NAMES_LOST, DATA_LOST, CUT, RANDOM, KINDS };

static const char *const kind_names[] = { "all that was asked for",
	"only what was synced", "what was synced under old names",
	"what was synced under new names", "a write that is cut",
	"some sectors of what was not synced" };

/* Shared by all jobs. */
struct tally {
	_Atomic unsigned long points, states[KINDS], different, findings,
	    beside;
};

#define NOBODY UINT64_MAX

struct run {
	struct files *files;
	struct bytes script;
	char *ignored, **states; /* states[k]: when k operations are done */
	long nstates;
	uint64_t *answered; /* record at which the k-th operation was */
	long done;          /* operations that are answered now; -1: none yet */
	unsigned job, jobs;
	uint64_t n;        /* number of the note that comes next */
	uint64_t left_out; /* of one, or NOBODY */
	struct tally *tally;
	unsigned shown;
	struct disk disk;
};

/* ---- what there is to be ---- */

/* Cuts the text at each line that begins with "= ". */
static void
read_script(struct run *r, const char *path)
{
	char *p;

	if (file_read(path, (size_t)1 << 30, &r->script) < 0 ||
	    !bytes_cstr(&r->script)) {
		perror(path);
		exit(2);
	}
	r->ignored = r->script.p;
	for (p = r->script.p; (p = strstr(p, "\n= ")); r->nstates++)
		p++;
	r->states = calloc((size_t)r->nstates, sizeof(*r->states));
	r->answered = calloc((size_t)r->nstates, sizeof(*r->answered));
	if (!r->states || !r->answered)
		exit(2);
	p = r->script.p;
	for (long k = 0; k < r->nstates; k++) {
		p = strstr(p, "\n= ") + 1;
		*p++ = '\0';
		p = strchr(p, '\n');
		r->states[k] = p + 1;
	}
}

/* An answer was on its way when it was sent for the last time before the script
 * knew it. */
static void
find_answers(struct run *r)
{
	uint64_t sent = 0;
	const struct log_record *l;

	for (uint64_t n = 0; (l = files_next(r->files)); n++) {
		if (l->kind == LOG_SENT)
			sent = n;
		if (l->kind == LOG_MARK && l->at < (uint64_t)r->nstates)
			r->answered[l->at] = sent;
		files_skip(r->files);
	}
	files_rewind(r->files);
}

/* ---- findings ---- */

static void
finding(struct run *r, enum kind kind, const char *what)
{
	char record[512];

	r->tally->findings++;
	if (++r->shown > SHOWN)
		return;
	files_describe(r->files, record, sizeof(record));
	printf("# note %llu: %s; %s; %ld operations answered: %s\n",
	    (unsigned long long)r->n, record, kind_names[kind], r->done, what);
}

/* Lines that only one of the texts has. */
static void
difference(struct run *r, const char *wanted, const char *found)
{
	const char *texts[] = { found, wanted };

	for (int i = 0; i < 2 && r->shown <= SHOWN; i++) {
		const char *p = texts[i], *end;

		for (; (end = strchr(p, '\n')); p = end + 1) {
			char line[512];

			snprintf(line, sizeof(line), "%.*s", (int)(end - p + 1),
			    p);
			if (!strstr(texts[!i], line))
				printf("#   %s: %s", i ? "missing" : "there",
				    line);
		}
	}
}

static void
compare(struct run *r, enum kind kind, struct db *db)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	const char *found;

	if (r->done < 0)
		return;
	model_text(db, &r->disk, r->ignored, &text);
	found = bytes_cstr(&text);
	if (strcmp(found, r->states[r->done]) == 0)
		return;
	if (r->done + 1 < r->nstates &&
	    strcmp(found, r->states[r->done + 1]) == 0) {
		r->tally->beside++;
		return;
	}
	finding(r, kind, "it is not what was answered");
	difference(r, r->states[r->done], found);
}

static void
check_file(struct run *r, enum kind kind)
{
	CLEANUP_FREE char *text = NULL;
	size_t size;
	FILE *report = open_memstream(&text, &size);
	int rc = db_check_file(DATABASE, false, report);

	fclose(report);
	if (rc != 0)
		finding(r, kind, text);
}

/* ---- states that are alike ---- */

#define SEEN ((size_t)1 << 18)

static uint64_t seen[SEEN];

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t word;

	for (; n >= 8; n -= 8, b += 8) {
		memcpy(&word, b, 8);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	for (; n > 0; n--)
		h = (h ^ *b++) * UINT64_C(0x100000001b3);
	return h;
}

/* How far SQLite takes the log, and its sum until there, stand for what is in
 * it. 0: no log is in use. */
static uint64_t
log_key(const struct disk *d)
{
	const uint8_t *index;
	sqlite3 *sql = NULL;
	uint64_t h = 0;

	vfs_show(d, DATABASE);
	if (sqlite3_open_v2(DATABASE, &sql, SQLITE_OPEN_READWRITE,
		db_sqlite_vfs()) == SQLITE_OK) {
		sqlite3_db_config(sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
		if (sqlite3_exec(sql, "PRAGMA schema_version", NULL, NULL,
			NULL) == SQLITE_OK &&
		    (index = vfs_log_index()))
			h = mix(1, index + 16, 24);
	}
	sqlite3_close(sql);
	return h;
}

/* Whether what SQLite makes of r->disk, and the files beside the database, were
 * looked at already with as much answered. */
static bool
is_new(const struct run *r)
{
	uint64_t log = log_key(&r->disk), h = mix(log, &r->done, 8);

	for (unsigned i = 0; i < r->disk.n; i++) {
		const struct disk_file *f = &r->disk.files[i];

		if (strstr(f->path, ".log") || strstr(f->path, ".lock") ||
		    strstr(f->path, "-shm") || (log && strstr(f->path, "-wal")))
			continue;
		h = mix(h, f->path, strlen(f->path) + 1);
		h = mix(h, f->p, f->n) ^ f->n;
	}
	h |= 1;
	for (size_t i = h >> 40;; i++) {
		uint64_t *slot = &seen[i & (SEEN - 1)];

		if (*slot == h)
			return false;
		if (*slot == 0) {
			*slot = h;
			return true;
		}
	}
}

/* Of r->disk, which is new. */
static void
open_and_look(struct run *r, enum kind kind)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	char err[512] = "";
	struct db_engine *e;
	struct db *db = NULL;
	const char *wrong;

	if (!disk_find(&r->disk, DATABASE)) {
		if (r->done >= 0)
			finding(r, kind, "there is no database");
		return;
	}
	vfs_show(&r->disk, DATABASE);
	e = db_sqlite_open_unlocked(DATABASE, err, sizeof(err));
	if (e)
		db = db_open(e, err, sizeof(err));
	if (!db) {
		finding(r, kind, err);
		return;
	}
	wrong = invariants_of(db, a);
	if (*wrong)
		finding(r, kind, wrong);
	compare(r, kind, db);
	db_close(db);
	if (r->tally->different % CHECKED == 0)
		check_file(r, kind);
}

static void
judge(struct run *r, enum kind kind)
{
	r->tally->states[kind]++;
	if (!is_new(r))
		return;
	r->tally->different++;
	open_and_look(r, kind);
}

/* ---- points ---- */

static void
make_disk(struct run *r, enum kind kind, uint64_t seed)
{
	static const struct {
		enum part names, data;
	} parts[KINDS] = {
		[ALL] = { ISSUED, ISSUED },
		[LOST] = { SYNCED, SYNCED },
		[NAMES_LOST] = { SYNCED, ISSUED },
		[DATA_LOST] = { ISSUED, SYNCED },
		[RANDOM] = { ISSUED, SECTORS },
	};

	files_disk(r->files, parts[kind].names, parts[kind].data, seed,
	    &r->disk);
}

static void
judge_disk(struct run *r, enum kind kind, uint64_t seed)
{
	make_disk(r, kind, seed);
	judge(r, kind);
}

static bool
mine(const struct run *r)
{
	if (r->left_out != NOBODY)
		return r->n > r->left_out && r->n < r->left_out + SOON;
	return r->n / NEIGHBOURS % r->jobs == r->job;
}

static void
judge_cuts(struct run *r)
{
	unsigned cuts = mine(r) ? files_cuts(r->files) : 0;

	for (unsigned i = 0; i < cuts; i++) {
		files_cut(r->files, i, &r->disk);
		judge(r, CUT);
	}
}

/* What only a sync changes is looked at when one was, or when more is said to
 * be there. */
static void
judge_after(struct run *r, enum log_kind kind)
{
	bool names = files_names_wait(r->files);
	bool data = files_data_waits(r->files);

	r->tally->points += kind != LOG_SENT;
	if (kind != LOG_SYNC)
		judge_disk(r, ALL, r->n);
	if ((kind == LOG_SYNC || kind == LOG_SENT) && (names || data))
		judge_disk(r, LOST, r->n);
	if (names && data)
		judge_disk(r, NAMES_LOST, r->n);
	if (names && data)
		judge_disk(r, DATA_LOST, r->n);
	if (data)
		judge_disk(r, RANDOM, r->n);
}

/* Whether the note says that an operation was answered. */
static bool
answers(struct run *r, const struct log_record *l)
{
	long before = r->done;

	while (l->kind == LOG_SENT && r->done + 1 < r->nstates &&
	    r->answered[r->done + 1] == r->n)
		r->done++;
	return r->done != before;
}

static void
run(struct run *r)
{
	const struct log_record *l;

	for (r->n = 0; (l = files_next(r->files)); r->n++) {
		bool answer;

		if (r->n == r->left_out) {
			files_skip(r->files);
			continue;
		}
		judge_cuts(r);
		answer = answers(r, l);
		if ((files_go_on(r->files) || answer) && mine(r))
			judge_after(r, (enum log_kind)l->kind);
	}
}

/* ---- one state, for a daemon to start with ---- */

static int
write_state(struct run *r, uint64_t note, enum kind kind, const char *folder)
{
	const struct log_record *l;

	for (r->n = 0; (l = files_next(r->files)) && r->n <= note; r->n++) {
		(void)answers(r, l);
		(void)files_go_on(r->files);
	}
	make_disk(r, kind, note);
	if (disk_write(&r->disk, folder) < 0) {
		perror(folder);
		return 2;
	}
	printf("%ld\n", r->done);
	return 0;
}

/* ---- the program ---- */

/* What asks the real file system for the database finds one. */
static void
make_place(void)
{
	if (file_make_dirs("state", 0700) < 0 ||
	    file_write_atomic(DATABASE, "", 0, 0600) < 0) {
		perror(DATABASE);
		exit(2);
	}
}

static int
run_jobs(struct run *r)
{
	int failed = 0, status;

	fflush(stdout);
	for (r->job = 0; r->job < r->jobs; r->job++) {
		pid_t pid = fork();

		if (pid < 0)
			return 2;
		if (pid > 0)
			continue;
		run(r);
		fflush(stdout);
		_exit(0);
	}
	for (r->job = 0; r->job < r->jobs; r->job++)
		if (wait(&status) < 0 || status != 0)
			failed = 2;
	return failed;
}

static int
report(const struct run *r)
{
	const struct tally *t = r->tally;
	unsigned long all = 0;

	for (int k = 0; k < KINDS; k++) {
		all += t->states[k];
		printf("# %s: %lu\n", kind_names[k], t->states[k]);
	}
	printf("# %lu points, %lu states, of which %lu differ in what can be "
	       "read; %lu of these with the operation under way; "
	       "%lu findings\n",
	    t->points, all, t->different, t->beside, t->findings);
	return t->findings ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct run r = { .jobs = 1, .done = -1, .left_out = NOBODY };
	const char *folder = NULL;
	uint64_t note = NOBODY;
	enum kind kind = ALL;
	int opt, rc;

	while ((opt = getopt(argc, argv, "n:s:w:p:d:")) != -1) {
		switch (opt) {
		case 'n':
			r.jobs = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			r.left_out = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			folder = optarg;
			break;
		case 'p':
			note = strtoull(optarg, NULL, 10);
			break;
		case 'd':
			kind = (enum kind)strtoul(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 2 || !(r.files = files_open(argv[optind])))
		return 2;
	read_script(&r, argv[optind + 1]);
	find_answers(&r);
	if (folder)
		return write_state(&r, note, kind, folder);
	r.tally = mmap(NULL, sizeof(*r.tally), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	make_place();
	vfs_start();
	rc = run_jobs(&r);
	return rc ? rc : report(&r);
}
