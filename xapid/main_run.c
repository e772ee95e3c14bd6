/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon may be in other hands by now: what it asks to be run is taken out
 * of its memory file once, checked as text, and must be a program of the
 * folders configured or of the table below. */
#include "main_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access/pam_program.h"
#include "lib/cleanup.h"
#include "lib/proc.h"
#include "machine/machine_program.h"

#define MAX_PROGRAMS 256

struct program {
	pid_t pid; /* 0: free */
	int end;   /* where its status is written */
};

static struct program programs[MAX_PROGRAMS];

struct wanted {
	char *texts;
	const char *argv[PRIV_RUN_TEXTS + 1], *env[PRIV_RUN_TEXTS + 1];
	bool as_parent; /* else as the daemon's user */
};

/* ---- may it be run? ---- */

static const struct system_program {
	const char *path, *arguments[3]; /* none: any */
	bool as_parent;
} system_programs[] = {
	{ "/bin/date", { NULL }, false },
	{ "/usr/bin/chronyc", { "-c", "sources" }, false },
	{ "/usr/bin/timedatectl", { "show-timesync" }, false },
	{ "/usr/sbin/xl", { "info" }, true },
	{ "/usr/sbin/xl", { "list" }, true },
};

static bool
has_arguments(const struct wanted *w, const char *const arguments[])
{
	unsigned i;

	for (i = 0; arguments[i]; i++)
		if (!w->argv[1 + i] || strcmp(w->argv[1 + i], arguments[i]))
			return false;
	return i == 0 || !w->argv[1 + i];
}

static bool
is_system_program(struct wanted *w)
{
	const struct system_program *p = system_programs;
	size_t n = sizeof(system_programs) / sizeof(*system_programs);

	for (; n > 0; n--, p++)
		if (strcmp(w->argv[0], p->path) == 0 &&
		    has_arguments(w, p->arguments)) {
			w->as_parent = p->as_parent;
			return true;
		}
	return false;
}

static bool
is_directly_in(const char *path, const char *const *dirs)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!slash || slash[1] == '\0' || slash[1] == '.')
		return false;
	for (; *dirs; dirs++)
		if (strlen(*dirs) == len && strncmp(*dirs, path, len) == 0)
			return true;
	return false;
}

static bool
is_own(const char *path, const char *name)
{
	char own[PROC_PATH_BYTES];

	return strcmp(path, proc_own_program(name, own)) == 0;
}

/* What has more rights than the daemon gets nothing of its environment, and of
 * the others only the time zone can be said. */
static bool
may_run(const struct priv_config *config, struct wanted *w)
{
	const char *path = w->argv[0];

	w->as_parent = true;
	if (path[0] != '/')
		return false;
	if (is_own(path, PAM_PROGRAM) ||
	    (config->real && is_own(path, MACHINE_PROGRAM)) ||
	    is_directly_in(path, config->plugin_dirs) ||
	    is_directly_in(path, config->extension_dirs))
		return !w->env[0];
	return is_system_program(w) &&
	    (!w->env[0] || (!w->env[1] && strncmp(w->env[0], "TZ=", 3) == 0));
}

/* ---- what is wanted ---- */

static int
split(struct wanted *w, size_t len, const struct priv_request *r)
{
	char *p = w->texts, *end = w->texts + len;

	for (uint32_t i = 0; i < r->nargs + r->nenv; i++) {
		const char **to =
		    i < r->nargs ? &w->argv[i] : &w->env[i - r->nargs];

		if (p >= end)
			return -1;
		*to = p;
		p += strlen(p) + 1; /* the last byte is a NUL */
	}
	return p == end ? 0 : -1;
}

static int
read_wanted(struct wanted *w, const struct priv_request *r, int fd)
{
	struct stat st;
	size_t len;

	errno = EINVAL;
	if (r->nargs < 1 || r->nargs > PRIV_RUN_TEXTS ||
	    r->nenv > PRIV_RUN_TEXTS || fstat(fd, &st) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size < 1 ||
	    (size_t)st.st_size > PRIV_RUN_BYTES)
		return -1;
	len = (size_t)st.st_size;
	w->texts = malloc(len);
	if (!w->texts)
		return -1;
	if (pread(fd, w->texts, len, 0) != (ssize_t)len ||
	    w->texts[len - 1] != '\0' || split(w, len, r) < 0) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

/* ---- running it ---- */

/* Above what dup2 will put there. */
static int
above_stdio(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

/* In the child. It answers only when something failed. */
static void
become(const struct priv_config *config, const struct wanted *w, const int *fds)
{
	static const char *const clean[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL
	};
	int high[3];
	sigset_t none;

	setpgid(0, 0);
	for (int i = 0; i < 3; i++)
		if ((high[i] = above_stdio(fds[1 + i])) < 0)
			return;
	for (int i = 0; i < 3; i++)
		if (dup2(high[i], i) < 0)
			return;
	if (!w->as_parent &&
	    (sandbox_become(&config->user) < 0 ||
		sandbox_drop_capabilities() < 0))
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(w->argv[0], (char *const *)(uintptr_t)w->argv,
	    (char *const *)(uintptr_t)(w->env[0] ? w->env : clean));
}

/* The number of the process, or -1 and the errno of its execve. */
static pid_t
start(const struct priv_config *config, const struct wanted *w, const int *fds)
{
	int report[2], error = 0;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		become(config, w, fds);
		error = errno;
		_exit(write(report[1], &error, sizeof(error)) < 0 ? 126 : 127);
	}
	close(report[1]);
	if (pid > 0 && read(report[0], &error, sizeof(error)) > 0) {
		/* It is reaped like all others, and nobody's. */
		errno = error;
		pid = -1;
	}
	cleanup_fd_(&report[0]);
	return pid;
}

static struct program *
find(pid_t pid)
{
	for (size_t i = 0; i < MAX_PROGRAMS; i++)
		if (programs[i].pid == pid)
			return &programs[i];
	return NULL;
}

int
run_program(const struct priv_config *config,
    const struct priv_request *request, const int *fds, pid_t *pid_r)
{
	struct wanted w = { 0 };
	struct program *p = find(0);
	int ends[2], rc = read_wanted(&w, request, fds[0]);

	CLEANUP_FREE char *texts = w.texts; /* released with it */

	if (rc < 0)
		return -1;
	if (!p || !may_run(config, &w)) {
		errno = p ? EPERM : EAGAIN;
		return -1;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*pid_r = start(config, &w, fds);
	if (*pid_r < 0) {
		cleanup_fd_(&ends[0]);
		cleanup_fd_(&ends[1]);
		return -1;
	}
	*p = (struct program){ *pid_r, ends[1] };
	return ends[0];
}

bool
run_reaped(pid_t pid, int status)
{
	struct program *p = find(pid);

	if (!p)
		return false;
	/* Nobody reads it any more: then it does not matter. */
	(void)!write(p->end, &status, sizeof(status));
	close(p->end);
	p->pid = 0;
	return true;
}

bool
run_kill(pid_t pid)
{
	if (!find(pid))
		return false;
	kill(-pid, SIGKILL);
	return true;
}

void
run_kill_all(void)
{
	for (size_t i = 0; i < MAX_PROGRAMS; i++)
		if (programs[i].pid > 0)
			kill(-programs[i].pid, SIGKILL);
}
