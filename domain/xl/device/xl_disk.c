/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks by the kernel's block backend, without a shell script: a plain file
 * gets a loop device, which goes by itself when the backend lets go of it.
 * libxl insists on running a script per device; it runs /bin/true. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "domain/xl/xl.h"
#include "domain/xl/xl_private.h"
#include "lib/cleanup.h"

#define ACTIVATE_SECONDS 30
#define LOOP_TRIES 16

void
xl_loops_close(struct xl_loops *l)
{
	while (l->n)
		close(l->fd[--l->n]);
}

/* Whether the kernel says so of a device that is open: as long as it is, its
 * number is not another one's. */
static bool
serves(int fd, const char *name)
{
	char path[96], text[96] = "";
	CLEANUP_FD int backend = -1;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/backend",
	    major(st.st_rdev), minor(st.st_rdev));
	backend = open(path, O_RDONLY | O_CLOEXEC);
	if (backend < 0 || read(backend, text, sizeof(text) - 1) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, name) == 0;
}

int
xl_open_image(const char *path, const char *served, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0 || !*served || serves(fd, served))
		return fd;
	close(fd);
	errno = ESTALE;
	return -1;
}

/* A loop device over the file: its descriptor, or -1 and errno. Somebody else
 * may take the free one first: then another. */
static int
loop_open(int file, bool writable, char path[32])
{
	CLEANUP_FD int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	struct loop_config config = { .fd = (uint32_t)file };
	int fd, number;

	config.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO |
	    (writable ? 0 : LO_FLAGS_READ_ONLY);
	for (int i = 0; control >= 0 && i < LOOP_TRIES; i++) {
		number = ioctl(control, LOOP_CTL_GET_FREE);
		if (number < 0)
			return -1;
		snprintf(path, 32, "/dev/loop%d", number);
		fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
		if (fd < 0)
			return -1;
		if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return fd;
		close(fd);
		if (errno == EINVAL &&
		    config.info.lo_flags &
			LO_FLAGS_DIRECT_IO) /* not on every filesystem */
			config.info.lo_flags &= ~(uint32_t)LO_FLAGS_DIRECT_IO;
		else if (errno != EBUSY)
			return -1;
	}
	return -1;
}

/* The block device to hand to the backend, in the arena; NULL, raised. */
static const char *
block_device(struct op *op, const char *path, const char *served, bool writable,
    struct xl_loops *loops)
{
	CLEANUP_FD int file = xl_open_image(path, served,
	    (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK);
	struct stat st;
	char device[32];
	int fd;

	if (file < 0 || fstat(file, &st) < 0) {
		op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
		return NULL;
	}
	if ((!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) || loops->n == 64) {
		op_fail(op, "VDI_NOT_AVAILABLE", path, NULL);
		return NULL;
	}
	if (S_ISBLK(st.st_mode)) {
		loops->fd[loops->n++] = STEAL_FD(file);
		return path;
	}
	fd = loop_open(file, writable, device);
	if (fd < 0) {
		op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
		return NULL;
	}
	loops->fd[loops->n++] = fd;
	return arena_strdup(op->arena, device);
}

int
xl_disk(struct xl *x, struct op *op, const struct value *device,
    libxl_device_disk *out_r, struct xl_loops *loops, bool emulated)
{
	const char *path = value_text(device, "path", "");
	const char *virtual = value_text(device, "virtual", "");
	bool writable = strcmp(value_text(device, "mode", "RW"), "RW") == 0;
	bool empty = strcmp(value_text(device, "format", "raw"), "empty") == 0;

	(void)x;
	if (!*virtual || strlen(virtual) > 16)
		return op_fail(op, "INVALID_DEVICE", virtual, NULL);
	out_r->vdev = strdup(virtual);
	out_r->is_cdrom =
	    strcmp(value_text(device, "kind", "disk"), "cdrom") == 0;
	out_r->readwrite = writable && !out_r->is_cdrom;
	out_r->removable = out_r->is_cdrom;
	out_r->format = LIBXL_DISK_FORMAT_RAW;
	if (empty) {
		out_r->format = LIBXL_DISK_FORMAT_EMPTY;
		out_r->pdev_path = strdup("");
		return 0;
	}
	if (!out_r->is_cdrom || !emulated) {
		path = block_device(op, path, value_text(device, "served", ""),
		    out_r->readwrite, loops);
		if (!path)
			return op->nerror ? -1 : op_fail_nomem(op);
		out_r->backend = LIBXL_DISK_BACKEND_PHY;
		out_r->script = strdup(XL_NO_SCRIPT);
	} else if (access(path, R_OK) < 0) {
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
	}
	out_r->pdev_path = strdup(path);
	return 0;
}

bool
xl_disk_is_active(uint32_t domid, const char *vdev)
{
	char opened[96];

	snprintf(opened, sizeof(opened),
	    "/sys/bus/xen-backend/devices/vbd-%u-%d/physical_device", domid,
	    xl_disk_devid(vdev));
	return access(opened, F_OK) == 0;
}

int
xl_disk_activate(struct xl *x, struct op *op, uint32_t domid,
    const libxl_device_disk *disk)
{
	int devid = xl_disk_devid(disk->vdev);
	const char *back = arena_printf(op->arena,
	    "/local/domain/0/backend/vbd/%u/%d", domid, devid);
	int64_t deadline = xl_deadline(ACTIVATE_SECONDS);
	struct stat st;

	if (disk->backend != LIBXL_DISK_BACKEND_PHY ||
	    disk->format == LIBXL_DISK_FORMAT_EMPTY)
		return 0;
	if (!back)
		return op_fail_nomem(op);
	if (stat(disk->pdev_path, &st) < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", disk->pdev_path);
	if (xl_write(x, op, arena_printf(op->arena, "%s/physical-device", back),
		arena_printf(op->arena, "%x:%x", major(st.st_rdev),
		    minor(st.st_rdev))) < 0 ||
	    xl_write(x, op, arena_printf(op->arena, "%s/hotplug-status", back),
		"connected") < 0)
		return -1;
	while (!xl_disk_is_active(domid, disk->vdev))
		if (!xl_again(op, deadline))
			return op_cancelled(op)
			    ? op_fail(op, "TASK_CANCELLED", NULL)
			    : op_fail(op, "DEVICE_ATTACH_TIMEOUT", "VBD",
				  disk->vdev, NULL);
	return 0;
}
