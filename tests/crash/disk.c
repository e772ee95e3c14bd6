/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/crash/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

const struct disk_file *
disk_find(const struct disk *d, const char *path)
{
	for (unsigned i = 0; i < d->n; i++)
		if (strcmp(d->files[i].path, path) == 0)
			return &d->files[i];
	return NULL;
}

void
disk_free(struct disk *d)
{
	for (unsigned i = 0; i < DISK_FILES; i++)
		free(d->files[i].own);
	memset(d, 0, sizeof(*d));
}

static int
write_file(const struct disk_file *f, const char *folder)
{
	char path[4096];
	char *slash;

	snprintf(path, sizeof(path), "%s/%s", folder, f->path);
	slash = strrchr(path, '/');
	*slash = '\0';
	if (file_make_dirs(path, 0700) < 0)
		return -1;
	*slash = '/';
	return file_write_atomic(path, f->p, f->n, 0600);
}

int
disk_write(const struct disk *d, const char *folder)
{
	for (unsigned i = 0; i < d->n; i++)
		if (write_file(&d->files[i], folder) < 0)
			return -1;
	return 0;
}
