/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a folder without volumes is a repository that is empty, or the place
 * where one is to be mounted: a repository has a mark. One that is older than
 * this gets it as long as it has volumes, or never had any. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "storage/volume.h"

static const char mark[] = ".xapid";

static bool
is_marked(int folder)
{
	return faccessat(folder, mark, F_OK, 0) == 0;
}

/* 1: it has some; -1 and errno. */
static int
has_volumes(int folder)
{
	DIR *dir = place_list(folder);
	struct dirent *e;
	int rc = dir ? 0 : -1;

	while (rc == 0 && (e = place_next(dir, &rc)))
		rc = volume_kind(e->d_name, NULL, NULL) != 0;
	if (dir)
		closedir(dir);
	return rc;
}

int
mark_make(int folder)
{
	CLEANUP_FD int fd = -1;

	if (is_marked(folder))
		return 0;
	fd = openat(folder, mark, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	return fd < 0 ? -1 : fault_fsync(folder);
}

/* The number of volumes that the core knows. */
static bool
had_volumes(const struct op *op)
{
	return op_int(op, "known", 0) > 0;
}

void
mark_older(const struct op *op, int folder)
{
	if (!had_volumes(op) || has_volumes(folder) == 1)
		(void)mark_make(folder); /* what is read only has none */
}

int
mark_check(struct op *op, int folder)
{
	if (!had_volumes(op) || is_marked(folder) || has_volumes(folder) == 1)
		return 0;
	errno = ENODEV;
	return place_fail(op, "There is no repository in the folder");
}

void
mark_drop(int folder)
{
	(void)unlinkat(folder, mark, 0);
}
