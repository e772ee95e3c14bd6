/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the database costs: durable writes against the bare disk in the same
 * seconds, writers in groups, events, changes among many objects, creating,
 * loading and memory. Usage: bench_db [folder on the disk to measure] */
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db.h"
#include "db/db_engine.h"
#include "db/event.h"
#include "lib/clock.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/sample.h"

#define VMS 10000
#define UPDATES 300
#define WRITERS 64
#define WRITE_MS 2000

static char folder[256];

static const char *
path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
percentile(int64_t *ns, size_t n, unsigned percent)
{
	size_t k = (n - 1) * percent / 100;

	qsort(ns, n, sizeof(*ns), by_value);
	return (double)ns[k] / 1000;
}

static void
row(const char *what, double figure, const char *unit, const char *target,
    bool ok)
{
	printf("%-50s %10.2f %-6s %-12s %s\n", what, figure, unit, target,
	    !*target ? ""
		: ok ? "ok"
		     : "MISSED");
}

/* ---- one durable update against one bare write and sync ---- */

static void
set_size(struct db *db, struct ref sr, int64_t value)
{
	struct tx *t = tx_begin(db);

	(void)TX_SET(t, SR, sr, sr, physical_size, value);
	if (tx_commit_wait(t, NULL) < 0)
		abort();
}

/* As the log does it: a page and its head behind the last ones. */
static void
bare_write(int fd, int i)
{
	static const char page[4120];

	if (pwrite(fd, page, sizeof(page),
		(off_t)(i % 2000) * (off_t)sizeof(page)) < 0 ||
	    fdatasync(fd) < 0)
		abort();
}

static void
bench_durable(void)
{
	static int64_t ours[UPDATES], bare[UPDATES];
	struct db *db = open_db(path_of("one.db"));
	int fd = open(path_of("bare"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct ref sr = insert_sr(db);
	double p50;

	for (int i = 0; i < 20; i++) {
		set_size(db, sr, i + 1);
		bare_write(fd, i);
	}
	for (int i = 0; i < UPDATES; i++) {
		int64_t a = clock_mono_ns(), b, c;

		set_size(db, sr, 1000 + i);
		b = clock_mono_ns();
		bare_write(fd, 20 + i);
		c = clock_mono_ns();
		ours[i] = b - a;
		bare[i] = c - b;
	}
	p50 = percentile(bare, UPDATES, 50);
	row("bare write and fdatasync, p50", p50, "us", "", true);
	row("durable update by one writer, p50", percentile(ours, UPDATES, 50),
	    "us", "", true);
	row("  ratio of the two", percentile(ours, UPDATES, 50) / p50, "",
	    "<= 1.5", percentile(ours, UPDATES, 50) / p50 <= 1.5);
	close(fd);
	db_close(db);
}

/* ---- many writers ---- */

struct writer {
	struct db *db;
	struct ref sr;
	_Atomic bool *stop;
	unsigned long done;
};

static void *
write_on(void *arg)
{
	struct writer *w = arg;

	for (int64_t i = 1; !*w->stop; i++) {
		set_size(w->db, w->sr, i);
		w->done++;
	}
	return NULL;
}

static void
bench_writers(void)
{
	static struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	struct db *db = open_db(path_of("many.db"));
	_Atomic bool stop = false;
	unsigned long done = 0;
	struct db_stats s;
	int64_t begun;
	double rate;

	for (int i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){ db, insert_sr(db), &stop, 0 };
	begun = clock_mono_ns();
	for (int i = 0; i < WRITERS; i++)
		if (pthread_create(&threads[i], NULL, write_on, &writers[i]))
			abort();
	usleep(WRITE_MS * 1000);
	stop = true;
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		done += writers[i].done;
	}
	rate =
	    (double)done / ((double)(clock_mono_ns() - begun) / NSEC_PER_SEC);
	db_get_stats(db, &s);
	row("64 writers, durable updates", rate, "/s", ">= 8000", rate >= 8000);
	row("  transactions a sync", (double)s.commits / (double)s.batches, "",
	    "", true);
	db_close(db);
}

/* ---- events ---- */

struct listener {
	struct event_watch w;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool woken;
	struct db *db;
	const struct event_filter *filter;
	int64_t latency[UPDATES];
	_Atomic int64_t committed;
	_Atomic int seen;
};

static void
on_wake(struct event_watch *w)
{
	struct listener *l = (struct listener *)w;

	pthread_mutex_lock(&l->lock);
	l->woken = true;
	pthread_cond_signal(&l->cond);
	pthread_mutex_unlock(&l->lock);
}

static void *
listen_on(void *arg)
{
	struct listener *l = arg;
	uint64_t token = db_generation(l->db), counts[CLASS_COUNT];

	for (int i = 0; i < UPDATES; i++) {
		struct event_batch b;

		l->w = (struct event_watch){ .filter = l->filter,
			.token = token,
			.wake = on_wake };
		l->woken = false;
		event_watch_add(l->db, &l->w);
		if (i == 0)
			l->seen = 0;
		pthread_mutex_lock(&l->lock);
		while (!l->woken)
			pthread_cond_wait(&l->cond, &l->lock);
		pthread_mutex_unlock(&l->lock);
		event_watch_remove(l->db, &l->w);
		if (event_since(l->db, l->filter, token, &b, counts) !=
		    EVENTS_FOUND)
			abort();
		l->latency[i] = clock_mono_ns() - l->committed;
		token = b.token;
		event_release(&b);
		l->seen = i + 1;
	}
	return NULL;
}

/* n listeners to everything; the slowest of each round counts. */
static double
event_latency(int n, unsigned percent)
{
	static struct listener listeners[100];
	struct event_filter f = { .nobjects = 0 };
	struct db *db = open_db(NULL);
	struct ref sr = insert_sr(db);
	pthread_t threads[100];
	int64_t worst[UPDATES] = { 0 };

	for (int c = 0; c < CLASS_COUNT; c++)
		f.classes[c] = class_table[c].events;
	for (int i = 0; i < n; i++) {
		struct listener *l = &listeners[i];

		memset(l, 0, sizeof(*l));
		pthread_mutex_init(&l->lock, NULL);
		pthread_cond_init(&l->cond, NULL);
		l->db = db;
		l->filter = &f;
		l->seen = -1;
		if (pthread_create(&threads[i], NULL, listen_on, l))
			abort();
	}
	for (int u = 0; u < UPDATES; u++) {
		for (int i = 0; i < n; i++)
			while (listeners[i].seen != u)
				usleep(100);
		usleep(300); /* they wait again */
		for (int i = 0; i < n; i++)
			listeners[i].committed = clock_mono_ns();
		set_size(db, sr, u + 1);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		for (int u = 0; u < UPDATES; u++)
			if (listeners[i].latency[u] > worst[u])
				worst[u] = listeners[i].latency[u];
	}
	db_close(db);
	return percentile(worst, UPDATES, percent);
}

static void
bench_events(void)
{
	double one = event_latency(1, 50), hundred = event_latency(100, 50);

	row("commit to the listener's events, p50", one, "us", "< 1000",
	    one < 1000);
	row("100 listeners, the last one, p50", hundred, "us", "<= 5000",
	    hundred <= 5000);
}

/* ---- among many ---- */

/* VMs with two disks, an interface, metrics: nine objects each. */
static void
populate(struct db *db, unsigned vms)
{
	struct ref sr = insert_sr(db);

	for (unsigned i = 0; i < vms;) {
		struct tx *t = tx_begin(db);
		CLEANUP(arena_free) struct arena *a = arena_new(0);

		for (unsigned k = 0; k < 250 && i < vms; k++, i++) {
			struct vm *vm = (struct vm *)sample_vm(a, i);
			struct vbd *vbd = BLANK(a, VBD, vbd);
			struct vif *vif = BLANK(a, VIF, vif);
			struct vdi *vdi = BLANK(a, VDI, vdi);
			struct ref ref;

			vdi->SR = sr;
			vdi->name_label = "a disk of this guest";
			(void)tx_insert(t, blank_record(a, CLASS_VM_metrics),
			    &vm->metrics);
			(void)tx_insert(t,
			    blank_record(a, CLASS_VM_guest_metrics),
			    &vm->guest_metrics);
			(void)tx_insert(t, &vm->r, &ref);
			vbd->VM = vif->VM = ref;
			vif->MAC = "00:16:3e:11:22:33";
			for (int d = 0; d < 2; d++) {
				(void)tx_insert(t, &vdi->r, &vbd->VDI);
				(void)tx_insert(t, &vbd->r, NULL);
			}
			(void)tx_insert(t, &vif->r, NULL);
			(void)tx_insert(t, blank_record(a, CLASS_console),
			    NULL);
		}
		if (tx_commit_wait(t, NULL) < 0)
			abort();
	}
}

/* CPU of one change and of telling one listener. */
static double
change_cost(unsigned vms)
{
	struct db *db = open_db(NULL);
	struct event_filter f = { .classes = { [CLASS_SR] = true,
				      [CLASS_VM] = true,
				      [CLASS_VBD] = true } };
	uint64_t token, counts[CLASS_COUNT];
	struct ref sr = insert_sr(db);
	int64_t begun;
	double us;

	populate(db, vms);
	token = db_generation(db);
	begun = cpu_ns();
	for (int i = 1; i <= 20000; i++) {
		struct event_batch b;

		set_size(db, sr, i);
		(void)event_since(db, &f, token, &b, counts);
		token = b.token;
		event_release(&b);
	}
	us = (double)(cpu_ns() - begun) / 1000 / 20000;
	db_close(db);
	return us;
}

static void
bench_changes(void)
{
	double few = change_cost(10), many = change_cost(VMS);

	row("a change and its event among 90 objects, CPU", few, "us", "",
	    true);
	row("the same among 90,000", many, "us", "", true);
	row("  ratio of the two", many / few, "", "<= 1.5", many / few <= 1.5);
}

/* CPU of creating one more VDI in an SR that has n. */
static double
create_cost(unsigned n)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct db *db = open_db(NULL);
	struct vdi *vdi = BLANK(a, VDI, vdi);
	int64_t begun;
	double us;

	vdi->SR = insert_sr(db);
	for (unsigned i = 0; i < n; i++)
		insert_one(db, &vdi->r);
	begun = cpu_ns();
	for (unsigned i = 0; i < 100; i++)
		insert_one(db, &vdi->r);
	us = (double)(cpu_ns() - begun) / 1000 / 100;
	db_close(db);
	return us;
}

static void
bench_create(void)
{
	double c[3] = { create_cost(100), create_cost(1000),
		create_cost(10000) };
	double exponent = log(c[2] / c[0]) / log(100);

	row("a new VDI in an SR of 100, CPU", c[0], "us", "", true);
	row("  of 1,000", c[1], "us", "", true);
	row("  of 10,000", c[2], "us", "", true);
	row("  exponent", exponent, "", "<= 0.2", exponent <= 0.2);
}

/* ---- loading ---- */

static double
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size = 0, resident = 0;

	if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

/* In a process of its own, whose memory is only that. */
static int
load(const char *path)
{
	double kib = resident_kib(), ms, cpu;
	int64_t wall = clock_mono_ns(), used = cpu_ns();
	struct db *db = open_db(path);
	uint64_t objects = 0;

	ms = (double)(clock_mono_ns() - wall) / 1e6;
	cpu = (double)(cpu_ns() - used) / 1e6;
	kib = (resident_kib() - kib) / VMS;
	for (int c = 0; c < CLASS_COUNT; c++)
		objects += db_count(db, c);
	printf("%llu objects:\n", (unsigned long long)objects);
	row("loading them, elapsed", ms, "ms", "< 400", ms < 400);
	row("  CPU", cpu, "ms", "", true);
	row("  memory a VM with its objects", kib, "KiB", "< 25", kib < 25);
	fflush(stdout);
	_exit(0);
}

static void
bench_load(void)
{
	char *path = strdup(path_of("big.db"));
	struct db *db = open_db(path);
	pid_t pid;

	populate(db, VMS);
	db_close(db);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "bench_db", "--load", path, NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	free(path);
}

int
main(int argc, char **argv)
{
	const char *top = argc > 1 ? argv[1] : getenv("TMPDIR");

	if (argc == 3 && strcmp(argv[1], "--load") == 0)
		return load(argv[2]);
	snprintf(folder, sizeof(folder), "%s/bench-db-XXXXXX",
	    top ? top : "/tmp");
	if (!mkdtemp(folder)) {
		perror(folder);
		return 1;
	}
	printf("%-50s %10s %-6s %-12s\n", "database", "", "", "target");
	bench_load();
	bench_durable();
	bench_writers();
	bench_events();
	bench_changes();
	bench_create();
	remove_folder(folder);
	return 0;
}
