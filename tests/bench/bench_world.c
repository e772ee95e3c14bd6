/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a simulated pool takes to be made, and to be loaded again, and how
 * much memory it is. Each row is a process of its own. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call/core.h"
#include "db/db_engine.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "world/world.h"

/* Of /proc/self/status, MiB. */
static double
resident(void)
{
	CLEANUP_BYTES struct bytes data = { 0 };
	const char *at;

	malloc_trim(0);
	if (file_read("/proc/self/status", 65536, &data) < 0 ||
	    !bytes_cstr(&data) || !(at = strstr(data.p, "VmRSS:")))
		return 0;
	return (double)strtol(at + 6, NULL, 10) / 1024;
}

static uint64_t
count_all(struct db *db)
{
	uint64_t n = 0;

	for (int cls = 0; cls < CLASS_COUNT; cls++)
		n += db_count(db, cls);
	return n;
}

static void
run(const char *what, unsigned hosts, unsigned vms, const char *path)
{
	struct core_config config = { .backend = "simulator" };
	struct core core = { .config = &config, .started = clock_wall_sec() };
	struct world_options o = { .sim_hosts = hosts, .sim_vms = vms };
	int64_t begun = clock_mono_ns();
	char err[200] = "";
	struct db_engine *engine =
	    path ? db_sqlite_open(path, err, sizeof(err)) : NULL;

	if (path && !engine) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
	core.db = db_open(engine, err, sizeof(err));
	if (!core.db || world_create(&core, &o) < 0)
		exit(1);
	printf("%-10s %5u %6u %8llu %9.1f %9.1f\n", what, hosts, vms,
	    (unsigned long long)count_all(core.db),
	    (double)(clock_mono_ns() - begun) / NSEC_PER_MSEC, resident());
	fflush(stdout);
	db_close(core.db);
	exit(0);
}

static void
row(const char *what, unsigned hosts, unsigned vms, const char *path)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run(what, hosts, vms, path);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		exit(1);
}

int
main(void)
{
	static const unsigned sizes[][2] = { { 1, 0 }, { 1, 1000 },
		{ 1, 10000 }, { 64, 10000 } };
	char folder[] = "/tmp/bench_world.XXXXXX", path[64];

	log_set_level(LOG_L_ERR);
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/db", folder);
	printf("world      hosts    VMs  objects        ms   RSS MiB\n");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		row("in memory", sizes[i][0], sizes[i][1], NULL);
		row("on disk", sizes[i][0], sizes[i][1], path);
		row("loaded", sizes[i][0], sizes[i][1], path);
		unlink(path);
	}
	rmdir(folder);
	return 0;
}
