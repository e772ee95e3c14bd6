/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/tpm/swtpm_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/tpm/swtpm.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/sandbox.h"

/* Descriptors in the new process: the socket, the lock, and where the reason
 * goes when it does not come to run. */
#define SOCKET_FD 3
#define LOCK_FD 4
#define REASON_FD 5
#define FIRST_FREE_FD 6

#define TEXT(n) TEXT_(n)
#define TEXT_(n) #n

/* Somebody who is nobody else, or at least nobody. Who is not root stays. */
static void
find_user(struct sandbox_user *user_r)
{
	*user_r = (struct sandbox_user){ NULL, geteuid(), getegid() };
	if (geteuid() == 0 && sandbox_find_user("xapid-tpm", user_r) < 0 &&
	    sandbox_find_user("nobody", user_r) < 0)
		*user_r = (struct sandbox_user){ "nobody", 65534, 65534 };
}

/* ---- what it finds ---- */

static int
listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP_FD int fd = -1;

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 1) < 0)
		return -1;
	return STEAL_FD(fd);
}

static int
fill_folder(const struct swtpm_process *p, const struct sandbox_user *user)
{
	CLEANUP_FD int dir =
	    open(p->folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP_FD int fd = -1;

	if (dir < 0)
		return -1;
	if (p->state.len) {
		fd = openat(dir, "state",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 ||
		    file_write_full(fd, p->state.p, p->state.len) < 0 ||
		    fchown(fd, user->uid, user->gid) < 0)
			return -1;
	}
	return fchown(dir, user->uid, user->gid);
}

/* ---- what it is ---- */

struct ends {
	int socket, lock, reason;
};

/* In an order in which none is overwritten: ours are above those. */
static int
place(const struct ends *e)
{
	const int from[] = { e->socket, e->lock, e->reason };
	int high[3];

	for (int i = 0; i < 3; i++)
		if ((high[i] = fcntl(from[i], F_DUPFD, 100)) < 0)
			return -1;
	if (dup2(high[0], SOCKET_FD) < 0 || dup2(high[1], LOCK_FD) < 0 ||
	    dup3(high[2], REASON_FD, O_CLOEXEC) < 0)
		return -1;
	return close_range(FIRST_FREE_FD, ~0u, 0);
}

/* A file that grows without end would fill the host's disk; a core would have
 * secrets in it. */
static int
limit(void)
{
	static const struct {
		int what;
		rlim_t most;
	} rows[] = {
		{ RLIMIT_FSIZE, SWTPM_STATE_MAX },
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, 64 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rlimit l = { rows[i].most, rows[i].most };

		if (setrlimit(rows[i].what, &l) < 0)
			return -1;
	}
	return 0;
}

static int
say_who(void)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	return file_write_full(LOCK_FD, text, (size_t)n);
}

static int
give_up_rights(void)
{
	static const struct sandbox_path paths[] = {
		{ ".", true, false },
		{ "/usr", false, true },
		{ "/lib", false, true },
		{ "/lib64", false, true },
		{ "/etc", false, false },
		{ "/dev", false, false },
	};

	if (sandbox_drop_capabilities() < 0 ||
	    sandbox_paths(paths, sizeof(paths) / sizeof(paths[0])) < 0)
		return -1;
	return sandbox_filter(SANDBOX_PROGRAM) < 0 ? -1 : 0;
}

static int
speak_to_log(void)
{
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	CLEANUP_FD int log =
	    open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	return null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 ||
		dup2(log, 2) < 0
	    ? -1
	    : 0;
}

static void
become(const struct swtpm_process *p, const struct sandbox_user *user)
{
	static const char control[] = "type=unixio,fd=" TEXT(SOCKET_FD);
	const char *const argv[] = { p->program, "socket", "--tpm2",
		"--tpmstate", "backend-uri=file://state", "--ctrl", control,
		"--terminate", NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8",
		NULL };

	umask(077);
	if (setsid() < 0 || chdir(p->folder) < 0 || limit() < 0 ||
	    say_who() < 0 || sandbox_become(user) < 0 || speak_to_log() < 0 ||
	    give_up_rights() < 0)
		return;
	(void)execve(p->program, (char *const *)(uintptr_t)argv,
	    (char *const *)(uintptr_t)env);
}

/* Who starts it has gone before it begins: it belongs to nobody. */
static void
leave_behind(const struct swtpm_process *p, const struct sandbox_user *user,
    const struct ends *ends)
{
	pid_t pid;
	int reason;

	if (place(ends) < 0)
		_exit(1);
	pid = fork();
	if (pid > 0)
		_exit(0);
	if (pid == 0)
		become(p, user);
	reason = errno;
	(void)file_write_full(REASON_FD, &reason, sizeof(reason));
	_exit(1);
}

/* Until it runs, or has said why not. */
static int
hear_reason(int fd, pid_t child)
{
	int status, reason = EIO;
	ssize_t n;

	while ((n = read(fd, &reason, sizeof(reason))) < 0 && errno == EINTR)
		;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (n == 0)
		return 0;
	errno = n == sizeof(reason) ? reason : EIO;
	return -1;
}

int
swtpm_process_start(const struct swtpm_process *p)
{
	CLEANUP_FD int listener = -1, hear = -1, say = -1;
	struct sandbox_user user;
	struct ends ends;
	int pair[2];
	pid_t pid;

	if (!p->program) {
		errno = ENOENT;
		return -1;
	}
	find_user(&user);
	if (fill_folder(p, &user) < 0 ||
	    (listener = listen_at(p->socket)) < 0 || pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	hear = pair[0];
	say = pair[1];
	ends = (struct ends){ listener, p->lock, say };
	pid = fork();
	if (pid == 0)
		leave_behind(p, &user, &ends);
	close(STEAL_FD(say));
	return pid < 0 ? -1 : hear_reason(hear, pid);
}
