/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An image as a block device: qemu-nbd reads and writes it, the kernel is its
 * only client and remembers the connection. The server ends when the kernel
 * hangs up. Neither is anybody's child: guests outlive workers and daemon. */
#include "storage/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "storage/image_program.h"
#include "storage/nbd.h"

#define SERVER "/usr/bin/qemu-nbd"
#define GREET_SECONDS 60
#define LEAVE_MS 15000 /* a backend that lets go, a server that writes out */
#define LOOK_MS 20

/* Bytes that QEMU locks in a file that it has open. */
#define LOCKS_AT 100
#define LOCKS 200

static const char *state; /* NULL: no devices */

void
image_prepare(const char *folder)
{
	static const char *const load[] = { "/sbin/modprobe", "nbd", NULL };
	static const struct proc_limits limits = { .timeout_ms = 30000,
		.max_output = 4096 };
	struct proc_result r;

	state = folder;
	if (!folder || geteuid() != 0 || access("/sys/module/nbd", F_OK) == 0)
		return;
	if (proc_run(load, NULL, NULL, 0, &limits, &r) == 0)
		proc_result_free(&r);
}

static void
wait_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
}

static const char *
device_name(struct op *op, const char *argument)
{
	const char *name =
	    arena_printf(op->arena, "xapid:%s", op_text(op, argument, ""));

	if (!name)
		op_fail_nomem(op);
	return name;
}

/* ---- the server ---- */

static int
fail_server(struct op *op, const char *what, int out)
{
	char words[512];
	int error = errno;
	ssize_t n;

	(void)fcntl(out, F_SETFL, O_NONBLOCK);
	n = read(out, words, sizeof(words) - 1);
	words[n > 0 ? n : 0] = '\0';
	words[strcspn(words, "\n")] = '\0';
	return op_fail(op, "SR_BACKEND_FAILURE",
	    arena_printf(op->arena, "%d", error), "",
	    n > 0 ? arena_printf(op->arena, "%s: %s", what, words)
		  : arena_printf(op->arena, "%s: %s", what, strerror(error)),
	    NULL);
}

/* Two ends of a connection that nobody else can reach: the socket has a name
 * only for a moment, in a folder of ours. 0, or -1 and errno. */
static int
make_sockets(int *listening_r, int *client_r)
{
	static const struct timeval limit = { .tv_sec = GREET_SECONDS };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP_FD int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP_FD int c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP_FD int folder = -1;
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/image.XXXXXX", state);
	if (l < 0 || c < 0 || !mkdtemp(path))
		return -1;
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/s", folder);
	r = folder < 0 || bind(l, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		listen(l, 1) < 0 ||
		connect(c, (struct sockaddr *)&a, sizeof(a)) < 0
	    ? -1
	    : 0;
	if (folder >= 0)
		(void)unlinkat(folder, "s", 0);
	(void)rmdir(path);
	if (r < 0 ||
	    setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -1;
	*listening_r = STEAL_FD(l);
	*client_r = STEAL_FD(c);
	return 0;
}

static int
lend_all(const struct volume *v, const struct layers *below)
{
	int r = image_lend(v->fd);

	for (unsigned i = 0; r == 0 && i < below->n; i++)
		r = image_lend(below->fd[i]);
	return r;
}

/* Starts a server, whose words can be read from *out_r. A socket that it
 * serves, or -1, raised. */
static int
start_server(struct op *op, const struct volume *v, const struct layers *below,
    bool writable, int *out_r)
{
	const char *image = image_describe(op, v->format, below->n, 4);
	const char *argv[] = { SERVER, "--aio=threads", "--discard=unmap",
		image, writable ? NULL : "--read-only", NULL };
	struct image_program p = { .argv = argv, .listening = true };
	CLEANUP_FD int listening = -1;
	CLEANUP_FD int client = -1;
	CLEANUP_FD int words = -1;
	int out[2];

	if (!image)
		return -1;
	if (lend_all(v, below) < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", v->name);
	if (make_sockets(&listening, &client) < 0)
		return place_fail(op, "socket");
	if (pipe2(out, O_CLOEXEC) < 0)
		return place_fail(op, "pipe");
	*out_r = out[0];
	words = out[1];
	p.out = words;
	p.fds[p.nfds++] = listening;
	p.fds[p.nfds++] = v->fd;
	for (unsigned i = 0; i < below->n; i++)
		p.fds[p.nfds++] = below->fd[i];
	if (image_start(&p, true) < 0)
		return place_fail(op, SERVER);
	return STEAL_FD(client);
}

/* ---- the device ---- */

static const char *
device_path(struct op *op, int device)
{
	const char *path = arena_printf(op->arena, "/dev/nbd%d", device);

	if (!path)
		op_fail_nomem(op);
	return path;
}

const char *
image_attach(struct op *op, const char *argument, const struct volume *v,
    const struct layers *below, bool writable)
{
	const char *name = device_name(op, argument);
	int device = name ? nbd_find(name) : -1;
	CLEANUP_FD int sock = -1;
	CLEANUP_FD int out = -1;
	struct nbd_export e;

	if (!name || !state)
		return name ? "" : NULL;
	if (device >= 0 && writable && nbd_is_read_only(device)) {
		op_fail(op, "VDI_IN_USE", op_text(op, argument, ""), "attach",
		    NULL);
		return NULL;
	}
	if (device >= 0)
		return device_path(op, device);
	sock = start_server(op, v, below, writable, &out);
	if (sock < 0)
		return NULL;
	if (nbd_greet(sock, &e) < 0) {
		fail_server(op, "qemu-nbd", out);
		return NULL;
	}
	device = nbd_connect(sock, &e, name);
	if (device < 0) {
		fail_server(op,
		    errno == ENOENT ? "The kernel has no module nbd" : "nbd",
		    out);
		return NULL;
	}
	return device_path(op, device);
}

bool
image_is_open(const struct volume *v)
{
	struct flock l = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = LOCKS_AT,
		.l_len = LOCKS };

	return fcntl(v->fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

int
image_detach(struct op *op, const char *argument, const struct volume *v)
{
	const char *name = device_name(op, argument);
	int device = name ? nbd_find(name) : -1;
	int left = LEAVE_MS;

	if (device < 0)
		return name ? 0 : -1;
	for (; left > 0 && nbd_is_used(device); left -= LOOK_MS)
		wait_a_little();
	if (left <= 0) {
		log_warn("%s is still used by a domain", name);
		return 0;
	}
	if (nbd_disconnect(device) < 0)
		return place_fail(op, name);
	for (left = LEAVE_MS; v && left > 0 && image_is_open(v);
	     left -= LOOK_MS)
		wait_a_little();
	return 0;
}
