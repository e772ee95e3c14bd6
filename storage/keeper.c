/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/moment.h"
#include "storage/image_program.h"
#include "storage/nbd.h"

#define SERVER "/usr/bin/qemu-nbd"
#define GREET_SECONDS 60
#define LEAVE_MS 3000 /* from the server's end to that of the device */
#define LOOK_MS 20
/* Dying more often than that in a minute, it is left dead. */
#define MAX_DEATHS 5

enum { WORDS, LISTENING, SOCKET, FOLDER, IMAGE };

struct keeper {
	const struct helper_request *r;
	const int *fds;
	struct arena *arena;
	const char *image; /* as QEMU is told of it */
	time_t deaths[MAX_DEATHS];
	unsigned ndeaths;
};

/* Its pid; -1 and errno. */
static pid_t
start_server(const struct keeper *k, int words)
{
	const char *argv[] = { SERVER, "--aio=threads", "--discard=unmap",
		k->image, k->r->writable ? NULL : "--read-only", NULL };
	struct image_program p = { .argv = argv,
		.listening = true,
		.out = words };

	p.fds[p.nfds++] = k->fds[LISTENING];
	for (unsigned i = 0; i <= k->r->layers; i++)
		p.fds[p.nfds++] = k->fds[IMAGE + i];
	return image_start(&p);
}

/* The socket has no name any more, but its file is open. */
static int
connect_server(const struct keeper *k)
{
	static const struct timeval limit = { .tv_sec = GREET_SECONDS };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP_FD int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d",
	    k->fds[SOCKET]);
	if (sock < 0 ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) <
		0 ||
	    connect(sock, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	return STEAL_FD(sock);
}

/* A server that was greeted, and who it is. The socket, or -1 and errno. */
static int
begin_server(const struct keeper *k, int words, pid_t *pid_r,
    struct nbd_export *e)
{
	static const struct timeval forever = { 0 };
	CLEANUP_FD int sock = -1;
	int error;

	moment("keeper", "server", "to begin");
	*pid_r = start_server(k, words);
	if (*pid_r < 0)
		return -1;
	sock = connect_server(k);
	/* The kernel would hang up when nothing is asked for that long. */
	if (sock >= 0 && nbd_greet(sock, e) == 0 &&
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &forever,
		sizeof(forever)) == 0)
		return STEAL_FD(sock);
	error = errno;
	if (sock >= 0)
		(void)shutdown(sock, SHUT_RDWR);
	(void)kill(*pid_r, SIGKILL);
	(void)waitpid(*pid_r, NULL, 0);
	errno = error;
	return -1;
}

/* ---- afterwards ---- */

/* Whether the device is still there a while after its server went: it goes a
 * moment after the kernel hung up. */
static bool
is_wanted(const struct keeper *k, int device, int status)
{
	const struct timespec moment = { .tv_nsec = LOOK_MS * 1000000L };
	int left = WIFEXITED(status) ? LEAVE_MS : 0;

	for (; left > 0 && nbd_find(k->r->name) == device; left -= LOOK_MS)
		nanosleep(&moment, NULL);
	return nbd_find(k->r->name) == device;
}

static bool
dies_too_often(struct keeper *k)
{
	time_t now = time(NULL), oldest = k->deaths[k->ndeaths % MAX_DEATHS];

	k->deaths[k->ndeaths++ % MAX_DEATHS] = now;
	return k->ndeaths > MAX_DEATHS && now - oldest < 60;
}

/* Another server for the device. Its pid; -1 and errno. */
static pid_t
replace_server(const struct keeper *k, int device)
{
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	CLEANUP_FD int sock = -1;
	struct nbd_export e;
	pid_t pid;

	sock = null < 0 ? -1 : begin_server(k, null, &pid, &e);
	if (sock < 0 || nbd_reconnect(device, sock, k->r->name) < 0)
		return -1;
	return pid;
}

/* What asks it, or has asked, fails from now on. */
static void
give_up(const struct keeper *k, int device, int status)
{
	log_err("%s: qemu-nbd ended with %#x, and its disk with it", k->r->name,
	    (unsigned)status);
	(void)nbd_disconnect(device, k->r->name);
}

static void
keep(struct keeper *k, int device, pid_t server)
{
	int status;

	while (waitpid(server, &status, 0) == server &&
	    is_wanted(k, device, status)) {
		if (k->r->writable) {
			/* The kernel would take another one, and tell no guest
			 * that did not ask in between. */
			give_up(k, device, status);
			return;
		}
		if (dies_too_often(k)) {
			log_err("%s: qemu-nbd dies again and again",
			    k->r->name);
			return;
		}
		log_warn("%s: qemu-nbd ended with %#x, another one follows",
		    k->r->name, (unsigned)status);
		server = replace_server(k, device);
		if (server < 0) {
			give_up(k, device, status);
			return;
		}
	}
}

/* ---- at the beginning ---- */

/* The device, or minus an errno. */
static int
begin(struct keeper *k, pid_t *server_r)
{
	CLEANUP_FD int sock = -1;
	struct nbd_export e;
	int device;

	k->image = image_describe(k->arena, k->r->format, k->r->lowest,
	    k->r->layers, 4);
	if (!k->image)
		return -ENOMEM;
	sock = begin_server(k, k->fds[WORDS], server_r, &e);
	if (sock < 0)
		return -errno;
	device = nbd_connect(sock, &e, k->r->name,
	    k->r->writable ? 0 : KEEPER_PATIENCE);
	return device < 0 ? -errno : device;
}

static _Noreturn void
run(const struct helper_request *r, const int *fds, unsigned nfds, int answer)
{
	struct keeper k = { .r = r, .fds = fds, .arena = arena_new(0) };
	int needed[HELPER_FDS + 1], device;
	pid_t server;

	setsid();
	memcpy(needed, fds, nfds * sizeof(*fds));
	needed[nfds] = answer;
	helper_keep_only(needed, nfds + 1);
	prctl(PR_SET_NAME, "xapid-image");
	log_open("syslog", "xapid-image", LOG_L_INFO);
	device = k.arena ? begin(&k, &server) : -ENOMEM;
	if (write(answer, &device, sizeof(device)) != sizeof(device) ||
	    device < 0)
		_exit(1);
	close(answer);
	close(fds[WORDS]);
	close(fds[FOLDER]);
	keep(&k, device, server);
	_exit(0);
}

int
keeper_start(const struct helper_request *r, const int *fds, unsigned nfds)
{
	CLEANUP_FD int in = -1;
	CLEANUP_FD int out = -1;
	int pipes[2], device = -EIO;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	in = pipes[0];
	out = pipes[1];
	pid = fork();
	if (pid == 0) {
		if (fork() != 0)
			_exit(0); /* init is its parent */
		run(r, fds, nfds, out);
	}
	if (pid < 0)
		return -1;
	close(STEAL_FD(out));
	(void)waitpid(pid, NULL, 0);
	if (read(in, &device, sizeof(device)) != sizeof(device))
		device = -EIO;
	if (device < 0)
		errno = -device;
	return device < 0 ? -1 : device;
}
