/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An image as a block device: qemu-nbd reads and writes it, the kernel is its
 * only client and remembers the connection. The server ends when the kernel
 * hangs up (keeper.h). */
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
#include "storage/helper.h"
#include "storage/image_program.h"
#include "storage/keeper.h"
#include "storage/nbd.h"

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
	    arena_printf(op->arena, NBD_PREFIX "%s", op_text(op, argument, ""));

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

/* A socket that nobody else can reach: it has a name only for a moment, in a
 * folder of ours; named_r: its file. 0, or -1 and errno. */
static int
make_socket(int *listening_r, int *named_r)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP_FD int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP_FD int folder = -1;
	char path[4096];

	snprintf(path, sizeof(path), "%s/image.XXXXXX", state);
	if (l < 0 || !mkdtemp(path))
		return -1;
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/s", folder);
	if (folder >= 0 && bind(l, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(l, 1) == 0)
		*named_r = openat(folder, "s", O_PATH | O_CLOEXEC);
	if (folder >= 0)
		(void)unlinkat(folder, "s", 0);
	(void)rmdir(path);
	if (*named_r < 0)
		return -1;
	*listening_r = STEAL_FD(l);
	return 0;
}

/* The device of a server that is started; -1, raised. */
static int
serve(struct op *op, const char *name, int folder, const struct volume *v,
    const struct layers *below, bool writable)
{
	struct helper_request r = { .op = HELPER_SERVE,
		.format = v->format,
		.lowest = below->lowest,
		.layers = below->n,
		.writable = writable };
	int fds[HELPER_FDS], words[2];
	CLEANUP_FD int listening = -1;
	CLEANUP_FD int named = -1;
	CLEANUP_FD int in = -1;
	CLEANUP_FD int out = -1;
	struct helper_answer answer;
	unsigned n = KEEPER_FDS;

	if (image_lend_all(v, below) < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", v->name);
	if (make_socket(&listening, &named) < 0)
		return place_fail(op, "socket");
	if (pipe2(words, O_CLOEXEC) < 0)
		return place_fail(op, "pipe");
	in = words[0];
	out = words[1];
	snprintf(r.name, sizeof(r.name), "%s", name);
	memcpy(fds, (int[]){ out, listening, named, folder, v->fd },
	    KEEPER_FDS * sizeof(int));
	for (unsigned i = 0; i < below->n; i++)
		fds[n++] = below->fd[i];
	if (helper_ask(&r, fds, n, &answer) == 0)
		return answer.device;
	return fail_server(op,
	    errno == ENOENT ? "The kernel has no module nbd" : "qemu-nbd", in);
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

/* Whether a program has it open. */
bool
image_is_open(const struct volume *v)
{
	struct flock l = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = LOCKS_AT,
		.l_len = LOCKS };

	return fcntl(v->fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

/* Whether a guest may be about to write it: its device is there, also when the
 * server has just died, or its server. */
bool
image_is_served(struct op *op, const char *argument, const struct volume *v)
{
	const char *name = device_name(op, argument);

	return image_is_open(v) || (name && nbd_find(name) >= 0);
}

static int
disconnect(struct op *op, const char *name, int device)
{
	struct helper_request r = { .op = HELPER_DISCONNECT, .device = device };
	struct helper_answer answer;

	snprintf(r.name, sizeof(r.name), "%s", name);
	if (helper_ask(&r, NULL, 0, &answer) == 0)
		return 0;
	/* Gone by itself: its server has died. */
	return errno == ENODEV && nbd_find(name) != device
	    ? 0
	    : place_fail(op, name);
}

static int
fail_detach(struct op *op, const char *argument)
{
	return op_fail(op, "DEVICE_DETACH_TIMEOUT",
	    op_text(op, "user_class", "VDI"),
	    op_text(op, "user", op_text(op, argument, "")), NULL);
}

/* Neither a name nor a file that somebody who asks next would meet; v NULL: a file
 * that is gone. -1, raised: its name is still there. */
static int
take_away(struct op *op, const char *argument, int device,
    const struct volume *v)
{
	const char *name = device_name(op, argument);
	int left = LEAVE_MS;

	if (!name || disconnect(op, name, device) < 0)
		return -1;
	for (;
	     left > 0 && (nbd_find(name) == device || (v && image_is_open(v)));
	     left -= LOOK_MS)
		wait_a_little();
	return nbd_find(name) == device ? fail_detach(op, argument) : 0;
}

/* One whose server has died, and the process behind it, too, is of no use; a
 * guest that has it sees errors until it lets go. 1: it went; -1, raised. */
static int
drop_dead(struct op *op, const char *argument, int device,
    const struct volume *v)
{
	if (image_is_open(v))
		return 0;
	if (nbd_is_used(device))
		return op_fail(op, "VDI_IO_ERROR", op_text(op, argument, ""),
		    "The server of the image has died", NULL);
	return take_away(op, argument, device, v) < 0 ? -1 : 1;
}

const char *
image_attach(struct op *op, const char *argument, int folder,
    const struct volume *v, const struct layers *below, bool writable)
{
	const char *name = device_name(op, argument);
	int device = name ? nbd_find(name) : -1;

	if (!name || !state)
		return name ? "" : NULL;
	if (device >= 0 && writable && nbd_is_read_only(device)) {
		op_fail(op, "VDI_IN_USE", op_text(op, argument, ""), "attach",
		    NULL);
		return NULL;
	}
	if (device >= 0 && writable) {
		int r = drop_dead(op, argument, device, v);

		if (r < 0)
			return NULL;
		if (r == 1)
			device = -1;
	}
	if (device < 0)
		device = serve(op, name, folder, v, below, writable);
	return device < 0 ? NULL : device_path(op, device);
}

/* Of one that has one. NULL, raised: somebody else has the image open. */
static const char *
device_of(struct op *op, const char *argument, int *device_r)
{
	const char *name = device_name(op, argument);

	*device_r = name ? nbd_find(name) : -1;
	if (*device_r >= 0)
		return name;
	if (name)
		op_fail(op, "VDI_IN_USE", op_text(op, argument, ""), "copy",
		    NULL);
	return NULL;
}

bool
image_has_device(struct op *op, const char *argument)
{
	const char *name = device_name(op, argument);

	return name && nbd_find(name) >= 0;
}

bool
image_is_lost(struct op *op, const char *argument)
{
	return state && !image_has_device(op, argument);
}

int
image_written(struct op *op, const char *argument, uint64_t *written_r)
{
	int device;
	const char *name = device_of(op, argument, &device);

	if (!name)
		return -1;
	errno = ENODEV;
	return nbd_count_writes(device, written_r) < 0 ? place_fail(op, name)
						       : 0;
}

int
image_settle(struct op *op, const char *argument, uint64_t *written_r)
{
	int device, left = LEAVE_MS;
	const char *name = device_of(op, argument, &device);
	const char *path = name ? device_path(op, device) : NULL;
	CLEANUP_FD int fd = -1;

	if (!path)
		return -1;
	/* What a guest had sent before it was held. */
	for (; left > 0 && !nbd_is_idle(device); left -= LOOK_MS)
		wait_a_little();
	errno = ETIMEDOUT;
	if (left <= 0)
		return place_fail(op, name);
	if (image_written(op, argument, written_r) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? place_fail(op, name) : 0;
}

const char *
image_name_of(struct op *op, const char *argument, const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 ? device_name(op, argument) : "";
}

int
image_detach(struct op *op, const char *argument, const struct volume *v)
{
	const char *name = device_name(op, argument);
	int device = name ? nbd_find(name) : -1;
	int left = LEAVE_MS;

	if (device < 0)
		return name ? 0 : -1;
	/* One whose server dies goes by itself, and its number to another one. */
	for (; left > 0 && nbd_find(name) == device && nbd_is_used(device);
	     left -= LOOK_MS)
		wait_a_little();
	if (left <= 0)
		return fail_detach(op, argument);
	return take_away(op, argument, device, v);
}
