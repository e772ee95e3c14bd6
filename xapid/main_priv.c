/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parent's half: starts the daemon, and workers for it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "lib/packet.h"
#include "lib/proc.h"
#include "main_again.h"
#include "main_hostname.h"
#include "main_power.h"
#include "main_run.h"
#include "plan/priv_private.h"

#define WORKER_FD 3
#define MAX_CHILDREN 1024
#define KILLED_TURNS 400 /* of 5 ms: two seconds */

struct parent {
	int sock, signals;
	pid_t daemon;
	pid_t workers[MAX_CHILDREN]; /* 0: free */
	const struct priv_config *config;
	char programs[PRIV_WORKERS][4096];
	struct again again;
	int64_t started;  /* the daemon, CLOCK_MONOTONIC */
	int64_t most_kib; /* of memory, of the daemon that ended */
	bool stopping;
};

/* ---- programs ---- */

/* Programs, where they stand in the build folder, and their first argument on
 * simulated and on real hosts. */
static const struct program {
	const char *folder, *name, *simulated, *real;
} programs[PRIV_WORKERS] = {
	[PRIV_DOMAIN_SIMULATOR] = { "domain", "xapid-domain", "simulator",
	    "simulator" },
	[PRIV_DOMAIN_LIBXL] = { "domain", "xapid-domain", "libxl", "libxl" },
	[PRIV_DOMAIN_WATCH] = { "domain", "xapid-domain", "libxl-watch",
	    "libxl-watch" },
	[PRIV_STORAGE] = { "storage", "xapid-storage", "simulator", "real" },
	[PRIV_NETWORK] = { "network", "xapid-network", "simulator", "real" },
	[PRIV_CONSOLE] = { "console", "xapid-console", "simulator", "real" },
};

/* In the build folder a worker stands beside us, else where make install puts
 * it. */
static void
find_program(char *out, size_t size, const struct program *program)
{
	char self[3072], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct stat st;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash) {
			*slash = '\0';
			snprintf(out, size, "%s/../%s/%s", self,
			    program->folder, program->name);
			if (stat(out, &st) == 0)
				return;
		}
	}
	snprintf(out, size, "%s/%s", PKGLIBEXECDIR, program->name);
}

static _Noreturn void
exec_worker(const struct parent *p, enum priv_worker worker, int fd,
    pid_t parent)
{
	const char *argv[] = { p->programs[worker],
		p->config->real ? programs[worker].real
				: programs[worker].simulated,
		p->config->state_dir, NULL };
	const char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
		NULL, NULL };
	sigset_t none;

	/* Who it becomes need not be able to reach the folder of a build. */
	int program = open(argv[0], O_PATH | O_CLOEXEC);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* signals of a terminal are not for it */
	/* Workers of a simulated host need no more rights than the daemon. */
	if (!p->config->real &&
	    (sandbox_become(&p->config->user) < 0 ||
		sandbox_drop_capabilities() < 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user takes it away */
	if (getppid() != parent)
		_exit(1); /* it died before we asked */
	if (fd == WORKER_FD)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, WORKER_FD);
	syscall(SYS_close_range, WORKER_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	env[2] = moments_bequeath();
	syscall(SYS_execveat, program, "", argv, env, AT_EMPTY_PATH);
	_exit(127);
}

static pid_t *
worker_slot(struct parent *p, pid_t pid)
{
	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (p->workers[i] == pid)
			return &p->workers[i];
	return NULL;
}

static int
spawn(struct parent *p, uint32_t worker, pid_t *pid_r)
{
	pid_t *slot = worker_slot(p, 0), self = getpid();
	int sv[2];

	if (worker >= PRIV_WORKERS || !slot) {
		errno = worker >= PRIV_WORKERS ? EINVAL : EAGAIN;
		return -1;
	}
	if (access(p->programs[worker], X_OK) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		return -1;
	*slot = fork();
	if (*slot == 0)
		exec_worker(p, (enum priv_worker)worker, sv[1], self);
	close(sv[1]);
	if (*slot < 0) {
		*slot = 0;
		close(sv[0]);
		return -1;
	}
	*pid_r = *slot;
	return sv[0];
}

/* ---- the daemon's requests ---- */

static void
answer(struct parent *p, int error, pid_t pid, int fd)
{
	const struct priv_answer a = { .error = error, .pid = pid };

	(void)packet_send(p->sock, &a, sizeof(a), &fd, fd >= 0 ? 1 : 0, 0);
}

static int
start_requested(struct parent *p, const struct priv_request *r, const int *fds,
    size_t nfds, pid_t *pid_r)
{
	if (r->op == PRIV_SPAWN)
		return spawn(p, r->worker, pid_r);
	if (r->op == PRIV_RUN && nfds == PRIV_RUN_FDS)
		return run_program(p->config, r, fds, pid_r);
	errno = EINVAL;
	return -1;
}

static bool
kill_requested(struct parent *p, pid_t pid)
{
	if (pid <= 1)
		return false;
	if (run_kill(pid))
		return true;
	return worker_slot(p, pid) && kill(pid, SIGKILL) == 0;
}

static void
serve_request(struct parent *p)
{
	struct priv_request r;
	int fds[PRIV_RUN_FDS];
	unsigned nfds;
	pid_t pid = 0;
	int fd;

	if (packet_receive(p->sock, &r, sizeof(r), fds, PRIV_RUN_FDS, &nfds,
		MSG_DONTWAIT) < 0)
		return;
	if (r.op == PRIV_KILL) {
		answer(p, kill_requested(p, r.pid) ? 0 : EINVAL, r.pid, -1);
	} else if (r.op == PRIV_POWER) {
		answer(p, power_requested(p->config, r.power) < 0 ? errno : 0,
		    0, -1);
	} else if (r.op == PRIV_HOSTNAME) {
		answer(p, hostname_requested(p->config, r.name) < 0 ? errno : 0,
		    0, -1);
	} else {
		fd = start_requested(p, &r, fds, nfds, &pid);
		answer(p, fd < 0 ? errno : 0, pid, fd);
		if (fd >= 0)
			close(fd);
	}
	while (nfds)
		close(fds[--nfds]);
}

/* ---- children and signals ---- */

/* True when the daemon is gone; status_r is its wait status. */
static bool
reap(struct parent *p, int *status_r)
{
	struct rusage used;
	bool gone = false;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0) {
		pid_t *slot = worker_slot(p, pid);

		if (run_reaped(pid, status))
			continue;
		if (slot)
			*slot = 0;
		if (pid == p->daemon) {
			gone = true;
			p->daemon = 0;
			p->most_kib = used.ru_maxrss;
			*status_r = status;
		}
	}
	return gone;
}

static bool
any_worker(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		pid_t *slot = worker_slot(p, pid);

		if (!run_reaped(pid, status) && slot)
			*slot = 0;
	}
	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (p->workers[i] > 0)
			return true;
	return false;
}

/* With all they have in hand: the next daemon asks others to do the same. One
 * that hangs in the kernel is not waited for any longer. */
static void
kill_workers(struct parent *p)
{
	const struct timespec moment = { 0, 5 * 1000 * 1000 };

	for (size_t i = 0; i < MAX_CHILDREN; i++)
		if (p->workers[i] > 0)
			kill(p->workers[i], SIGKILL);
	run_kill_all();
	for (int i = 0; i < KILLED_TURNS && any_worker(p); i++)
		nanosleep(&moment, NULL);
}

static bool
serve_signal(struct parent *p, int *status_r)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo == SIGCHLD)
		return reap(p, status_r);
	if (info.ssi_signo != SIGHUP && !p->stopping) {
		p->stopping = true;
		p->config->stopping(p->config->arg);
	}
	if (p->daemon)
		kill(p->daemon, (int)info.ssi_signo);
	return false;
}

/* Until the daemon has ended. */
static int
serve(struct parent *p)
{
	struct pollfd fds[2] = {
		{ .fd = p->sock, .events = POLLIN },
		{ .fd = p->signals, .events = POLLIN },
	};
	int status = 0;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents && serve_signal(p, &status))
			return status;
		if (fds[0].revents & POLLIN)
			serve_request(p);
		if (fds[0].revents & (POLLHUP | POLLERR))
			fds[0].fd = -1; /* the daemon is ending */
	}
}

static _Noreturn void
leave(struct parent *p, int status)
{
	kill_workers(p);
	if (!p->stopping)
		p->config->stopping(p->config->arg);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PRIV_AGAIN)
		exit(0); /* it was told to end meanwhile */
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	exit(1);
}

/* Without a daemon; false: nor is there to be one. */
static bool
rest(struct parent *p, int ms)
{
	struct pollfd fd = { .fd = p->signals, .events = POLLIN };
	int64_t end = clock_mono_ns() + ms * NSEC_PER_MSEC, left;
	int status;

	while (!p->stopping && (left = end - clock_mono_ns()) > 0)
		if (poll(&fd, 1, (int)(left / NSEC_PER_MSEC) + 1) > 0)
			(void)serve_signal(p, &status);
	return !p->stopping;
}

/* After its end: returns when there is to be another one. */
static void
follow(struct parent *p, int status)
{
	const struct again_death d = { status,
		(clock_mono_ns() - p->started) / NSEC_PER_MSEC, p->most_kib };
	int ms = p->stopping ? -1 : again_after(&p->again, &d);

	if (WIFSIGNALED(status) && !p->stopping)
		log_err("the daemon died by signal %d after %lld s, with "
			"%lld MiB; %s",
		    WTERMSIG(status), (long long)d.lived_ms / 1000,
		    (long long)d.most_kib / 1024,
		    ms < 0 ? "not starting it again: it has died too often"
			   : "starting it again");
	if (ms < 0)
		leave(p, status);
	kill_workers(p);
	if (!rest(p, ms))
		leave(p, status);
}

/* In the child: the daemon goes on from priv_start. */
static int
become_daemon(const struct priv_config *config, pid_t parent_pid, int sock)
{
	sigset_t none;

	if (sandbox_become(&config->user) < 0 ||
	    sandbox_drop_capabilities() < 0 ||
	    sandbox_limit_memory(config->max_memory) < 0)
		return -1;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user takes it away */
	if (getppid() != parent_pid)
		_exit(1); /* it died before we asked */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	priv_set_parent(sock);
	proc_set_starter(&priv_starter);
	if (sandbox_filter(SANDBOX_DAEMON) < 0)
		return -1;
	return 0;
}

static int
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int
priv_start(const struct priv_config *config)
{
	static struct parent p;
	pid_t self = getpid();
	int sv[2], status;

	/* A program may end after the daemon that wanted its status. */
	signal(SIGPIPE, SIG_IGN);
	p.config = config;
	for (int i = 0; i < PRIV_WORKERS; i++)
		find_program(p.programs[i], sizeof(p.programs[i]),
		    &programs[i]);
	p.signals = block_signals();
	if (p.signals < 0)
		return -1;
	for (;;) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) <
		    0)
			return -1;
		p.daemon = fork();
		if (p.daemon < 0)
			return -1;
		if (p.daemon == 0) {
			close(sv[0]);
			close(p.signals);
			return become_daemon(config, self, sv[1]);
		}
		close(sv[1]);
		p.sock = sv[0];
		p.started = clock_mono_ns();
		status = serve(&p);
		close(p.sock);
		follow(&p, status);
	}
}
