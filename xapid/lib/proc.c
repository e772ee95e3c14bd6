/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* posix_spawn() and not fork(): it costs the same however much memory the
 * daemon has. The input goes into a memory file, so nothing is written while
 * the program runs, and one that does not read cannot stop us.
 *
 * Nothing here depends on SIGCHLD or waits for any child but its own. A killed
 * program that the kernel cannot end yet (it hangs in a disk of a dead server)
 * is left to a later call to reap, and its caller is not held up. */
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/text.h"

#define POLL_MS 10     /* where the kernel has no pidfd */
#define ASK_MS 100     /* how often give_up is asked */
#define KILLED_MS 1000 /* patience after SIGKILL */
#define CHUNK 4096     /* bytes read at once */
/* Bytes read before the deadline is looked at again. Not less than the kernel
 * keeps in a pipe, so that one turn takes all that an ended program left. */
#define TURN_MAX (1 << 20)
#define LOST_MAX 64

enum { FROM_OUT, FROM_ERR, STREAMS };

struct child {
	pid_t pid;
	int pidfd;           /* -1: the kernel has none */
	int end;             /* of another's child: where its status comes */
	int in;              /* its standard input */
	int ours[STREAMS];   /* read ends; -1 after the end */
	int theirs[STREAMS]; /* write ends, until it has started */
	bool ended;          /* it can be reaped */
};

static const struct proc_starter *starter; /* constant once there are threads */

static pthread_mutex_t lost_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t lost[LOST_MAX]; /* killed, not reaped; 0: free. lost_lock */

static void
close_fd(int *fd)
{
	cleanup_fd_(fd);
	*fd = -1;
}

static void
child_close(struct child *c)
{
	close_fd(&c->pidfd);
	close_fd(&c->end);
	close_fd(&c->in);
	for (int i = 0; i < STREAMS; i++) {
		close_fd(&c->ours[i]);
		close_fd(&c->theirs[i]);
	}
}

/* Moves fd out of 0 to 2, where the child's own will stand. */
static int
above_stdio(int *fd)
{
	int high;

	if (*fd > STDERR_FILENO)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		return -1;
	close(*fd);
	*fd = high;
	return 0;
}

static int
open_input(const void *input, size_t len)
{
	CLEANUP_FD int fd = input ? memfd_create("xapid-input", MFD_CLOEXEC)
				  : open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || above_stdio(&fd) < 0)
		return -1;
	if (input &&
	    (file_write_full(fd, input, len) < 0 || lseek(fd, 0, SEEK_SET) < 0))
		return -1;
	return STEAL_FD(fd);
}

static int
open_streams(struct child *c)
{
	for (int i = 0; i < STREAMS; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return -1;
		c->ours[i] = ends[0];
		c->theirs[i] = ends[1];
		if (above_stdio(&c->ours[i]) < 0 ||
		    above_stdio(&c->theirs[i]) < 0 ||
		    fcntl(c->ours[i], F_SETFL, O_NONBLOCK) < 0)
			return -1;
	}
	return 0;
}

/* 0 or an errno value. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int r;

	sigfillset(&all);
	sigemptyset(&none);
	if ((r = posix_spawnattr_setsigdefault(attr, &all)) != 0 ||
	    (r = posix_spawnattr_setsigmask(attr, &none)) != 0 ||
	    (r = posix_spawnattr_setpgroup(attr, 0)) != 0)
		return r;
	return posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETPGROUP);
}

/* 0 or an errno value. */
static int
set_descriptors(posix_spawn_file_actions_t *acts, const struct child *c)
{
	int r;

	if ((r = posix_spawn_file_actions_adddup2(acts, c->in, 0)) != 0 ||
	    (r = posix_spawn_file_actions_adddup2(acts, c->theirs[FROM_OUT],
		 1)) != 0 ||
	    (r = posix_spawn_file_actions_adddup2(acts, c->theirs[FROM_ERR],
		 2)) != 0)
		return r;
	return posix_spawn_file_actions_addclosefrom_np(acts, 3);
}

/* 0 or an errno value. */
static int
spawn(struct child *c, const char *const argv[], const char *const env[])
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	int r;

	if ((r = posix_spawn_file_actions_init(&acts)) != 0)
		return r;
	if ((r = posix_spawnattr_init(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&acts);
		return r;
	}
	r = set_attributes(&attr);
	if (r == 0)
		r = set_descriptors(&acts, c);
	if (r == 0)
		r = posix_spawn(&c->pid, argv[0], &acts, &attr,
		    (char *const *)(uintptr_t)argv,
		    (char *const *)(uintptr_t)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&acts);
	return r;
}

static int
start(struct child *c, const char *const argv[], const char *const env[],
    const void *input, size_t input_len)
{
	static const char *const clean_env[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL
	};
	int r;

	c->in = open_input(input, input_len);
	if (c->in < 0 || open_streams(c) < 0)
		return -1;
	if (starter) {
		const int stdio[3] = { c->in, c->theirs[FROM_OUT],
			c->theirs[FROM_ERR] };

		if (starter->start(argv, env, stdio, &c->pid, &c->end) < 0)
			return -1;
	} else {
		r = spawn(c, argv, env ? env : clean_env);
		if (r != 0) {
			errno = r;
			return -1;
		}
		/* Ours to the end: nobody else reaps it, so the number is
		 * still its. */
		c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	}
	close_fd(&c->in);
	for (int i = 0; i < STREAMS; i++)
		close_fd(&c->theirs[i]);
	return 0;
}

/* Waits at most this long for output or the end of the program. */
static void
await(struct child *c, int64_t ns)
{
	struct pollfd fds[] = {
		{ .fd = c->ours[FROM_OUT], .events = POLLIN },
		{ .fd = c->ours[FROM_ERR], .events = POLLIN },
		{ .fd = c->end >= 0 ? c->end : c->pidfd, .events = POLLIN },
	};
	int64_t ms = (ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	siginfo_t info = { 0 };

	if (fds[2].fd < 0 && ms > POLL_MS)
		ms = POLL_MS;
	poll(fds, sizeof fds / sizeof *fds, (int)ms);
	if (fds[2].fd >= 0)
		c->ended = fds[2].revents != 0;
	else
		c->ended = waitid(P_PID, (id_t)c->pid, &info,
			       WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    info.si_pid != 0;
}

/* Takes what is there from one stream, keeps what may be kept. */
static void
drain(int *fd, struct bytes *kept, size_t max, bool *truncated)
{
	char chunk[CHUNK];

	for (size_t taken = 0; *fd >= 0 && taken < TURN_MAX;) {
		ssize_t n = read(*fd, chunk, sizeof chunk);
		size_t room = max - kept->len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(fd);
			return;
		}
		taken += (size_t)n;
		bytes_put(kept, chunk, (size_t)n < room ? (size_t)n : room);
		if ((size_t)n > room || kept->failed)
			*truncated = true;
	}
}

static void
drain_both(struct child *c, size_t max, struct proc_result *result)
{
	drain(&c->ours[FROM_OUT], &result->out, max, &result->truncated);
	drain(&c->ours[FROM_ERR], &result->err, max, &result->truncated);
}

static bool
gives_up(const struct proc_limits *limits, struct proc_result *result)
{
	result->given_up = limits->give_up && limits->give_up(limits->arg);
	return result->given_up;
}

/* Until the program has ended, or was killed and had time to die. Others that
 * it started may live on and hold the pipes; they are not waited for. */
static void
follow(struct child *c, const struct proc_limits *limits,
    struct proc_result *result)
{
	int64_t end = clock_mono_ns() + limits->timeout_ms * NSEC_PER_MSEC;
	bool killed = false;

	while (!c->ended) {
		int64_t left = end - clock_mono_ns();

		if (left <= 0 && killed)
			break;
		if (!killed && (left <= 0 || gives_up(limits, result))) {
			killed = true;
			result->timed_out = !result->given_up;
			if (c->end >= 0)
				starter->kill(c->pid);
			else
				kill(-c->pid, SIGKILL);
			left = KILLED_MS * NSEC_PER_MSEC;
			end = clock_mono_ns() + left;
		}
		if (limits->give_up && left > ASK_MS * NSEC_PER_MSEC)
			left = ASK_MS * NSEC_PER_MSEC;
		await(c, left);
		drain_both(c, limits->max_output, result);
	}
}

static void
lost_add(pid_t pid)
{
	LOCK_SCOPE(&lost_lock);

	/* With no place left it stays a zombie: harmless, and not endless,
	 * since so many hanging programs stop everything else first. */
	for (int i = 0; i < LOST_MAX; i++)
		if (lost[i] == 0) {
			lost[i] = pid;
			return;
		}
}

static void
lost_reap(void)
{
	LOCK_SCOPE(&lost_lock);

	for (int i = 0; i < LOST_MAX; i++)
		if (lost[i] && waitpid(lost[i], NULL, WNOHANG) != 0)
			lost[i] = 0;
}

static int
reap(struct child *c, int *status_r)
{
	*status_r = SIGKILL; /* as if it had died of it */
	if (c->end >= 0) {
		int status;

		if (c->ended &&
		    read(c->end, &status, sizeof status) == sizeof status)
			*status_r = status;
		return 0;
	}
	if (!c->ended) {
		lost_add(c->pid);
		return 0;
	}
	while (waitpid(c->pid, status_r, 0) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

void
proc_set_starter(const struct proc_starter *s)
{
	starter = s;
}

int
proc_run(const char *const argv[], const char *const env[], const void *input,
    size_t input_len, const struct proc_limits *limits,
    struct proc_result *result_r)
{
	struct child c = { .pidfd = -1,
		.end = -1,
		.in = -1,
		.ours = { -1, -1 },
		.theirs = { -1, -1 } };
	int rc = -1, saved;

	*result_r = (struct proc_result){ 0 };
	lost_reap();
	if (!argv[0] || argv[0][0] != '/')
		errno = EINVAL;
	else if (start(&c, argv, env, input, input_len) == 0) {
		follow(&c, limits, result_r);
		rc = reap(&c, &result_r->status);
	}
	saved = errno;
	child_close(&c);
	if (rc < 0)
		proc_result_free(result_r);
	errno = saved;
	return rc;
}

void
proc_result_free(struct proc_result *r)
{
	bytes_free(&r->out);
	bytes_free(&r->err);
}

/* ---- programs of ours ---- */

#define REAP_LOOK_USEC 10000

int
proc_reap(pid_t pid, int patience_ms, int *status_r)
{
	int64_t until = clock_mono_ns() + patience_ms * NSEC_PER_MSEC;
	pid_t got;

	while ((got = waitpid(pid, status_r, WNOHANG)) == 0 &&
	    clock_mono_ns() < until)
		usleep(REAP_LOOK_USEC);
	if (got == 0) {
		(void)kill(pid, SIGKILL);
		do
			got = waitpid(pid, status_r, 0);
		while (got < 0 && errno == EINTR);
	}
	return got == pid ? 0 : -1;
}

const char *
proc_own_program(const char *name, char out[PROC_PATH_BYTES])
{
	size_t size = strlen(name) + 2; /* with '/' and NUL */
	ssize_t n = readlink("/proc/self/exe", out, PROC_PATH_BYTES - size);
	char *slash;

	if (n > 0) {
		out[n] = '\0';
		slash = strrchr(out, '/');
		if (slash) {
			memcpy(slash + 1, name, size - 1);
			if (access(out, X_OK) == 0)
				return out;
		}
	}
	snprintf(out, PROC_PATH_BYTES, "%s/%s", PKGLIBEXECDIR, name);
	return out;
}

void
proc_reason(const struct proc_result *r, char out[PROC_REASON_BYTES])
{
	size_t n = 0;

	while (
	    n < r->out.len && n < PROC_REASON_BYTES - 1 && r->out.p[n] != '\n')
		n++;
	if (!n || !text_is_clean(r->out.p, n))
		n = 0;
	else
		memcpy(out, r->out.p, n);
	out[n] = '\0';
}
