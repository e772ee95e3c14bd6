/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon: puts the parts together, waits for a signal, takes them apart. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/auth.h"
#include "access/limit_costs.h"
#include "access/limits.h"
#include "access/pool_secret.h"
#include "access/session.h"
#include "call/call.h"
#include "call/task.h"
#include "db/db_engine.h"
#include "disk/storage.h"
#include "host/host_operations.h"
#include "host/host_power.h"
#include "http/restore.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/moment.h"
#include "lib/trim.h"
#include "machine/host_ssh.h"
#include "machine/host_syslog.h"
#include "main_daemon.h"
#include "main_db.h"
#include "net/pif.h"
#include "options.h"
#include "passthrough/device_scan.h"
#include "plan/plan.h"
#include "plan/priv.h"
#include "plan/switch.h"
#include "plan_kinds.h"
#include "pool/pool_agents.h"
#include "schedule/vmss.h"
#include "support/observer.h"
#include "vm/vm_operations.h"
#include "world/adopt.h"
#include "world/reality.h"
#include "world/world.h"
#include "world/xen_host.h"

#define WORKER_THREADS 64
#define WORKER_QUEUE 4096
#define STOP_GRACE_MS 2000
#define STACK_BYTES ((size_t)2 << 20)

int
main_complain(const char *text)
{
	fprintf(stderr, "xapid: %s\n", text);
	return -1;
}

/* ---- the parts, in the order in which they need each other ---- */

static int
open_state(struct daemon *d)
{
	const char *dir = d->options.core.state_dir;
	char err[512];

	if (file_make_dirs(dir, 0700) < 0) {
		snprintf(err, sizeof(err), "%s: %s", dir, strerror(errno));
		return main_complain(err);
	}
	snprintf(d->database, sizeof(d->database), "%s/state.sqlite", dir);
	return 0;
}

static int
open_database(struct daemon *d)
{
	struct db_engine *engine;
	char err[512];

	if (restore_finish(d->database, err, sizeof(err)) < 0)
		log_err("the database that was put is not restored: %s", err);
	engine = db_sqlite_open(d->database, err, sizeof(err));
	if (!engine)
		return main_complain(err);
	d->core.db = db_open(engine, err, sizeof(err));
	return d->core.db ? 0 : main_complain(err);
}

/* Whether this is the control domain of a Xen host. */
static bool
is_control_domain(void)
{
	char text[64] = "";
	FILE *f = fopen("/proc/xen/capabilities", "re");

	if (!f) /* not mounted: then only a control domain has the device */
		return access("/dev/xen/privcmd", F_OK) == 0;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return strstr(text, "control_d") != NULL;
}

#ifdef HAVE_LIBXL
static const bool have_libxl = true;
#else
static const bool have_libxl = false;
#endif

static int
choose_backend(struct daemon *d)
{
	struct core_config *config = &d->options.core;

	if (strcmp(config->backend, "libxl") == 0 && !have_libxl)
		return main_complain("this xapid was built without libxl; use "
				     "--backend simulator");
	if (strcmp(config->backend, "libxl") == 0 && !is_control_domain())
		return main_complain("this is not the control domain of a Xen "
				     "host; use --backend simulator");
	if (strcmp(config->backend, "auto") != 0)
		return 0;
	config->backend = "simulator";
	if (!is_control_domain())
		log_warn("this is not the control domain of a Xen host: the "
			 "hosts are simulated");
	else if (!have_libxl)
		log_warn("this xapid was built without libxl: the hosts are "
			 "simulated");
	else
		config->backend = "libxl";
	return 0;
}

/* The worker with the simulated domains is asked for them when the database
 * is open; until then it has time to start. */
static int
start_switch(struct daemon *d)
{
	struct core *core = &d->core;

	core->config = &d->options.core;
	core->switchboard = switch_new(core);
	if (!core->switchboard)
		return main_complain("out of memory or threads");
	if (strcmp(core->config->backend, "simulator") == 0)
		switch_keep(core->switchboard, PLAN_DOMAIN);
	return 0;
}

static int
start_core(struct daemon *d)
{
	struct core *core = &d->core;
	struct world_options world = {
		.sim_hosts = d->options.sim_hosts,
		.sim_vms = d->options.sim_vms,
	};
	char err[512];

	core->started = clock_wall_sec();
	core->threads = threads_new("call", WORKER_THREADS, WORKER_QUEUE);
	core->timers = timers_new();
	if (!core->threads || !core->timers)
		return main_complain("out of memory or threads");
	core->sessions = sessions_new(core);
	if (!core->sessions)
		return main_complain("out of memory");
	if (rbac_load_roles(core) < 0)
		return main_complain(
		    "cannot store the roles; the log says why");
	if (core->config->call_costs_file &&
	    limit_costs_read(core->config->call_costs_file, err, sizeof(err)) <
		0)
		return main_complain(err);
	if (auth_open(core, err, sizeof(err)) < 0 ||
	    pool_secret_open(core->config->state_dir, err, sizeof(err)) < 0)
		return main_complain(err);
	if (audit_open(core->config->state_dir) < 0)
		return main_complain("cannot open the audit log in the state "
				     "folder");
	if (world_create(core, &world) < 0)
		return main_complain(
		    "cannot set up the pool; the log says why");
	auth_follow_pool(core);
	if (host_operations_start(core->db) < 0 || host_ssh_start(core) < 0 ||
	    host_power_start(core) < 0)
		return main_complain("cannot bring the hosts up to date");
	core->plans = plans_new(core);
	if (!core->plans || reality_open(core) < 0 || vmss_open(core) < 0)
		return main_complain("out of memory or threads");
	if (plans_give_up(core, plan_kinds()) < 0)
		return main_complain("cannot give up what nobody knows");
	if (xen_host_read(core) < 0)
		return main_complain("cannot learn what the hypervisor has");
	if (adopt_domains(core, core->new_pool) < 0)
		return main_complain("cannot learn which domains there are");
	if (strcmp(core->config->backend, "libxl") == 0 &&
	    pif_scan_at_start(core) < 0)
		return main_complain(
		    "cannot store which network cards there are");
	if (strcmp(core->config->backend, "libxl") == 0 &&
	    device_scan_at_start(core) < 0)
		return main_complain("cannot store which devices there are");
	plans_when_shown(core->plans, vm_operations_shown);
	core->when_set = vm_operations_when_set;
	/* First, so that their tasks are known to go on; some end at once. */
	task_end_start(core);
	if (plans_resume(core->plans, plan_kinds()) < 0)
		return main_complain("cannot go on with what was under way");
	if (tasks_start(core) < 0)
		return main_complain("cannot end the tasks of an earlier run");
	vmss_wake(core);
	reality_start(core);
	pif_bring_up_all(core);
	if (strcmp(core->config->backend, "libxl") == 0 &&
	    sr_plug_all(core) < 0)
		return main_complain("cannot attach the storage");
	pool_agents_tell(core);
	host_syslog_start(core);
	if (observer_start(core) < 0)
		return main_complain("out of memory or threads");
	limits_refresh(core);
	return 0;
}

static void
reload(struct daemon *d)
{
	char err[256];

	log_info("reloading");
	if (d->core.certificate &&
	    rpc_reload_certificate(d->rpc, err, sizeof(err)) < 0)
		log_err("certificate not reloaded: %s", err);
	auth_reload(&d->core);
}

static void
wait_for_signals(struct daemon *d, const sigset_t *set)
{
	int sig;

	while (sigwait(set, &sig) == 0) {
		if (sig != SIGHUP)
			break;
		reload(d);
	}
	log_info("ending: signal %d", sig);
}

static void
stop(struct daemon *d)
{
	struct core *core = &d->core;

	atomic_store(&core->stopping, true);
	if (d->rpc)
		rpc_stop(d->rpc, STOP_GRACE_MS);
	if (core->timers && core->db) {
		host_power_stop(core);
		host_ssh_stop(core);
		observer_stop(core);
		limits_stop(core);
		tasks_stop(core);
	}
	reality_stop(core);
	plans_stop(core->plans, STOP_GRACE_MS);
	switch_free(core->switchboard);
	sessions_stop(core->sessions);
	threads_stop(core->threads);
	plans_free(core->plans);
	auth_close(core);
	vmss_stop(core);
	sessions_free(core->sessions);
	timers_free(core->timers);
	threads_free(core->threads);
	audit_close();
	db_close(core->db);
}

/* Before any thread: all of them leave these signals to sigwait. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Few threads need much of a stack, and all stacks count as memory. */
static void
limit_stacks(void)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, STACK_BYTES) == 0)
		(void)pthread_setattr_default_np(&attr);
	pthread_attr_destroy(&attr);
}

static int
serve(struct daemon *d)
{
	const char *fault = getenv("XAPID_FAULT");
	sigset_t signals;
	int rc = -1;

	umask(077);
	if (open_state(d) < 0)
		return -1;
	if (moments_open() < 0)
		return main_complain(
		    "XAPID_MOMENTS has no files that can be used");
	if (choose_backend(d) < 0 || main_split(d) < 0)
		return -1;
	block_signals(&signals);
	limit_stacks();
	if (fault && !fault_arm_text(fault))
		return main_complain("XAPID_FAULT is not understood");
	if (start_switch(d) == 0 && open_database(d) == 0 &&
	    main_certificate(d) == 0 && start_core(d) == 0 &&
	    main_wire(d) == 0) {
		main_announce(d);
		trim_memory();
		wait_for_signals(d, &signals);
		rc = 0;
	}
	stop(d);
	return rc;
}

/* The place of a descriptor that we were started without would be a socket's,
 * and all that we start would have that in the place of their own. */
static void
fill_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	char err[512];

	fill_stdio();
	if (options_read(&d.options, argc, argv, err, sizeof(err)) < 0) {
		main_complain(err);
		return 2;
	}
	log_open(d.options.log_target, "xapid", d.options.log_level);
	switch (d.options.action) {
	case ACTION_HELP:
		options_help();
		return 0;
	case ACTION_VERSION:
		puts("xapid " PACKAGE_VERSION);
		return 0;
	default:
		break;
	}
	if (main_db_action(&d.options)) {
		umask(077);
		return open_state(&d) < 0 ? 2 : main_db(&d.options, d.database);
	}
	return serve(&d) < 0 ? 1 : 0;
}
