/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the control domain does with a device of the machine: a card that is up,
 * a disk that is mounted or part of something. Such a one stays with it. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl_private.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MAX_ENTRIES 20000

static bool
is_up(const char *interface)
{
	CLEANUP_BYTES struct bytes flags = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/flags", interface);
	return file_read(path, 4096, &flags) == 0 && bytes_cstr(&flags) &&
	    (strtoul(flags.p, NULL, 16) & 1);
}

/* Who mounts it, swaps on it, builds on it or serves it has it alone. */
static bool
is_held(const char *disk)
{
	char path[PATH_MAX];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", disk);
	for (char *p = path; *p; p++)
		if (*p == '!')
			*p = '/';
	fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 && errno == EBUSY;
}

/* Something of the kernel's tree that is in use. */
static bool
is_used(const FTSENT *e)
{
	const char *above = e->fts_parent ? e->fts_parent->fts_name : "";

	if (e->fts_info != FTS_D || e->fts_level < 1)
		return false;
	return strcmp(above, "net") == 0  ? is_up(e->fts_accpath)
	    : strcmp(above, "block") == 0 ? is_held(e->fts_name)
					  : false;
}

/* A device's folder has all that hangs on it. */
const char *
xl_use_of(struct op *op, const char *device)
{
	char *path = realpath(device, NULL);
	char *roots[] = { path, NULL };
	FTS *tree =
	    path ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	const char *found = NULL;
	FTSENT *e;

	for (int i = 0;
	     tree && !found && i < MAX_ENTRIES && (e = fts_read(tree)); i++)
		if (is_used(e))
			found = arena_strdup(op->arena, e->fts_name);
	if (!tree)
		found = "it cannot be looked at";
	if (tree)
		fts_close(tree);
	free(path);
	return found;
}
