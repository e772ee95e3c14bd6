/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of the host may be a guest's kernel or ramdisk: plain ones below
 * two folders, whatever links stand in them, and below the folder where the
 * storage worker puts what it took out of disks. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "domain/xl/xl.h"
#include "lib/cleanup.h"

static const char *const roots[] = { "/var/lib/xapid/guest/",
	"/var/lib/xcp/guest/" };

static int
open_below(const char *root, const char *name)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	CLEANUP_FD int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -1;
	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

/* GRUB as built for Xen may be where the distribution puts it: only root
 * writes there. */
static const char *const loaders[][2] = {
	{ "/var/lib/xapid/guest/grub-x86_64-xen.bin",
	    "/usr/lib/grub-xen/grub-x86_64-xen.bin" },
	{ "/var/lib/xapid/guest/grub-i386-xen_pvh.bin",
	    "/usr/lib/grub-xen/grub-i386-xen_pvh.bin" },
};

/* NULL: path is not that of a loader, or somebody has put one there. */
static const char *
find_loader(const char *path)
{
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (strcmp(path, loaders[i][0]) == 0 && access(path, F_OK) < 0)
			return loaders[i][1];
	return NULL;
}

/* Which of the folders it is below: how it is written, NULL for none. */
static const char *
find_root(const struct xl *x, struct op *op, const char *path)
{
	const char *taken = arena_printf(op->arena, "%s/boot/", x->state_dir);

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strncmp(path, roots[i], strlen(roots[i])) == 0)
			return roots[i];
	return taken && strncmp(path, taken, strlen(taken)) == 0 ? taken : NULL;
}

const char *
xl_guest_file(const struct xl *x, struct op *op, const char *path)
{
	const char *root = find_root(x, op, path);
	const char *loader = find_loader(path);
	struct stat st;

	if (loader && access(loader, R_OK) < 0) {
		op_fail(op, "BOOTLOADER_FAILED", op->uuid,
		    arena_printf(op->arena,
			"%s is not there: install the package grub-xen-host, "
			"or put it into /var/lib/xapid/guest",
			loader),
		    NULL);
		return NULL;
	}
	if (loader)
		return loader;
	if (root) {
		CLEANUP_FD int fd = open_below(root, path + strlen(root));

		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_size > 0)
			return path;
	}
	op_fail(op, "INVALID_VALUE", "PV_kernel", path, NULL);
	return NULL;
}
