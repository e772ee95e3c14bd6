/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/image_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/sandbox.h"

#define FIRST 3
#define ASIDE 200 /* above all that a program gets */

static struct sandbox_user user; /* no name: whoever we are */

int
image_find_user(void)
{
	return sandbox_find_user("xapid-image", &user) == 0
	    ? 0
	    : sandbox_find_user("nobody", &user);
}

int
image_become_user(void)
{
	if (sandbox_become(&user) < 0)
		return -1;
	return user.name ? sandbox_drop_capabilities() : 0;
}

int
image_lend(int fd)
{
	return user.name ? fchown(fd, user.uid, user.gid) : 0;
}

int
image_lend_all(const struct volume *v, const struct layers *below)
{
	int r = image_lend(v->fd);

	for (unsigned i = 0; r == 0 && i < below->n; i++)
		r = image_lend(below->fd[i]);
	return r;
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
become(const struct image_program *p)
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
	    image_become_user() < 0 || sandbox_filter(SANDBOX_PROGRAM) < 0)
		_exit(126);
	/* Changing the user takes it away. */
	if (p->ends_with_us)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(p->argv[0], (char *const *)(uintptr_t)p->argv,
	    (char *const *)(uintptr_t)env);
	_exit(127);
}

pid_t
image_start(const struct image_program *p)
{
	pid_t pid;

	if (p->nfds > IMAGE_FDS) {
		errno = E2BIG;
		return -1;
	}
	pid = fork();
	if (pid == 0)
		become(p);
	return pid;
}

/* One image, and what it says of those below it. */
static const char *
describe(struct arena *arena, enum volume_format format, unsigned fd,
    const char *below)
{
	return format == VOLUME_RAW
	    ? arena_printf(arena,
		  "{\"driver\":\"raw\",\"file\":{\"driver\":\"file\","
		  "\"filename\":\"/proc/self/fd/%u\"}}",
		  fd)
	    : arena_printf(arena,
		  "{\"driver\":\"qcow2\",\"discard\":\"unmap\","
		  "\"file\":{\"driver\":\"file\",\"discard\":\"unmap\","
		  "\"filename\":\"/proc/self/fd/%u\"},\"backing\":%s}",
		  fd, below);
}

const char *
image_describe(struct arena *arena, enum volume_format format,
    enum volume_format lowest, unsigned layers, unsigned first)
{
	const char *text = "null";

	/* From the lowest up. */
	for (unsigned i = layers + 1; text && i-- > 0;)
		text = describe(arena,
		    i == 0            ? format
			: i == layers ? lowest
				      : VOLUME_QCOW2,
		    first + i, text);
	return text ? arena_printf(arena, "json:%s", text) : NULL;
}
