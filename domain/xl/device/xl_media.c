/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Discs in the drives of guests with emulated hardware. QEMU is asked on its
 * own socket, in QMP, one line each way. libxl_cdrom_insert() would do it too,
 * but notes the disc in xenstore, where QEMU also has a backend for the drive
 * that it could not make while the drive was empty; QEMU (7.2) then ends by
 * SIGSEGV. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

#define QMP_SOCKET "/var/run/xen/qmp-libxl-%u"
#define QMP_SECONDS 20

struct qmp {
	int fd;
	int64_t deadline;
	char line[8192];
	size_t n; /* bytes in line, of which it may be the beginning */
};

static int
qmp_connect(uint32_t domid)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), QMP_SOCKET, domid);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* More bytes into the line. -1 and errno. */
static int
hear(struct qmp *q)
{
	struct pollfd fd = { .fd = q->fd, .events = POLLIN };
	int64_t left = (q->deadline - clock_mono_ns()) / NSEC_PER_MSEC;
	ssize_t n;

	if (left <= 0 || poll(&fd, 1, (int)left) == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	n = read(q->fd, q->line + q->n, sizeof(q->line) - 1 - q->n);
	if (n == 0)
		errno = ECONNRESET;
	if (n <= 0)
		return -1;
	q->n += (size_t)n;
	return 0;
}

/* The next line that is an answer, in the arena; events are passed over. */
static const char *
next_answer(struct qmp *q, struct op *op)
{
	char *end;

	for (;;) {
		q->line[q->n] = '\0';
		end = strchr(q->line, '\n');
		if (!end && (q->n == sizeof(q->line) - 1 || hear(q) < 0))
			return NULL;
		if (!end)
			continue;
		*end = '\0';
		char *text = arena_strdup(op->arena, q->line);

		q->n -= (size_t)(end + 1 - q->line);
		memmove(q->line, end + 1, q->n);
		if (!text || !strstr(text, "\"event\":"))
			return text;
	}
}

/* 0, or -1 raised. */
static int
qmp_ask(struct qmp *q, struct op *op, const char *command)
{
	const char *answer;

	if (!command)
		return op_fail_nomem(op);
	if (file_write_full(q->fd, command, strlen(command)) < 0 ||
	    !(answer = next_answer(q, op)))
		return op_fail_errno(op, "INTERNAL_ERROR", "QEMU");
	if (strncmp(answer, "{\"return\"", 9) == 0)
		return 0;
	return op_fail(op, "INTERNAL_ERROR",
	    arena_printf(op->arena, "QEMU: %s", answer), NULL);
}

/* As it stands between quotes in JSON; NULL: not possible. */
static const char *
quoted(struct op *op, const char *path)
{
	char *out = arena_alloc(op->arena, 2 * strlen(path) + 1), *p = out;

	for (; out && *path; path++) {
		if ((unsigned char)*path < ' ')
			return NULL;
		if (*path == '"' || *path == '\\')
			*p++ = '\\';
		*p++ = *path;
	}
	if (out)
		*p = '\0';
	return out;
}

static const char *
change_command(struct op *op, int devid, const char *path)
{
	if (!*path)
		return arena_printf(op->arena,
		    "{\"execute\":\"eject\",\"arguments\":"
		    "{\"device\":\"ide-%d\",\"force\":true}}\n",
		    devid);
	path = quoted(op, path);
	if (!path)
		return NULL;
	return arena_printf(op->arena,
	    "{\"execute\":\"blockdev-change-medium\",\"arguments\":"
	    "{\"device\":\"ide-%d\",\"filename\":\"%s\",\"format\":\"raw\","
	    "\"force\":true}}\n",
	    devid, path);
}

/* path "": none. */
static int
change(struct xl *x, struct op *op, const char *path)
{
	int devid = xl_disk_devid(op_text(op, "virtual", ""));
	struct qmp q = { .fd = -1, .deadline = xl_deadline(QMP_SECONDS) };
	uint32_t domid;
	int rc = -1;

	if (xl_need(x, op, &domid) < 0)
		return -1;
	if (devid < 0)
		return op_fail(op, "INVALID_DEVICE", op_text(op, "device", ""),
		    NULL);
	if (*path && access(path, R_OK) < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
	q.fd = qmp_connect(domid);
	if (q.fd < 0)
		return op_fail_errno(op, "INTERNAL_ERROR",
		    "The VM's QEMU cannot be asked");
	if (!next_answer(&q, op)) /* it greets first */
		op_fail_errno(op, "INTERNAL_ERROR", "QEMU");
	else if (qmp_ask(&q, op, "{\"execute\":\"qmp_capabilities\"}\n") == 0)
		rc = qmp_ask(&q, op, change_command(op, devid, path));
	close(q.fd);
	return rc;
}

int
xl_insert(void *context, struct op *op)
{
	return change(context, op, op_text(op, "path", ""));
}

int
xl_eject(void *context, struct op *op)
{
	return change(context, op, "");
}
