/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/image_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/sandbox.h"

#define FIRST 3
#define ASIDE 200 /* above all that a program gets */

/* A user that has nothing but the images; nobody where there is none. */
static int
find_user(struct sandbox_user *user_r)
{
	*user_r = (struct sandbox_user){ .name = NULL };
	if (geteuid() != 0)
		return 0; /* tests: it is ours that we have */
	if (sandbox_find_user("xapid-image", user_r) == 0)
		return 0;
	return sandbox_find_user("nobody", user_r);
}

int
image_lend(int fd)
{
	struct sandbox_user user;

	if (find_user(&user) < 0)
		return -1;
	return user.name ? fchown(fd, user.uid, user.gid) : 0;
}

static int
place_descriptors(const struct image_program *p)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(p->out, 1) < 0 ||
	    dup2(p->out, 2) < 0)
		return -1;
	for (unsigned i = 0; i < p->nfds; i++)
		if (dup3(p->fds[i], ASIDE + (int)i, O_CLOEXEC) < 0)
			return -1;
	for (unsigned i = 0; i < p->nfds; i++)
		if (dup2(ASIDE + (int)i, FIRST + (int)i) < 0)
			return -1;
	return (int)syscall(SYS_close_range, FIRST + p->nfds, ~0U, 0);
}

/* In the child: it becomes the program. */
static _Noreturn void
become(const struct image_program *p, const struct sandbox_user *user)
{
	static const struct rlimit no_core = { 0, 0 };
	char pid[32];
	const char *env[] = { "PATH=/usr/bin:/bin", "LANG=C",
		p->listening ? "LISTEN_FDS=1" : NULL, pid, NULL };
	sigset_t none;

	snprintf(pid, sizeof(pid), "LISTEN_PID=%d", (int)getpid());
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (chdir("/") < 0 || place_descriptors(p) < 0 ||
	    sandbox_become(user) < 0 ||
	    (user->name && sandbox_drop_capabilities() < 0))
		_exit(126);
	execve(p->argv[0], (char *const *)(uintptr_t)p->argv,
	    (char *const *)(uintptr_t)env);
	_exit(127);
}

pid_t
image_start(const struct image_program *p, bool stays)
{
	struct sandbox_user user;
	int status;
	pid_t pid;

	if (find_user(&user) < 0 || p->nfds > IMAGE_FDS)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (stays && fork() != 0)
			_exit(0); /* init is its parent */
		become(p, &user);
	}
	if (pid > 0 && stays)
		(void)waitpid(pid, &status, 0);
	return pid;
}

const char *
image_describe(struct op *op, enum volume_format format, unsigned layers,
    unsigned first)
{
	const char *below = "null", *text = NULL;

	/* From the lowest up. */
	for (unsigned i = layers + 1; i-- > 0;) {
		text = i == 0 && format == VOLUME_RAW
		    ? arena_printf(op->arena,
			  "{\"driver\":\"raw\",\"file\":{\"driver\":\"file\","
			  "\"filename\":\"/proc/self/fd/%u\"}}",
			  first)
		    : arena_printf(op->arena,
			  "{\"driver\":\"qcow2\",\"discard\":\"unmap\","
			  "\"file\":{\"driver\":\"file\",\"discard\":\"unmap\","
			  "\"filename\":\"/proc/self/fd/%u\"},\"backing\":%s}",
			  first + i, below);
		if (!text)
			break;
		below = text;
	}
	if (text)
		text = arena_printf(op->arena, "json:%s", text);
	if (!text)
		op_fail_nomem(op);
	return text;
}
