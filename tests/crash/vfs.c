/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process has it for itself and opens one database at a time, perhaps with
 * several connections that only read: locks are not kept. */
#include "tests/crash/vfs.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 8
#define REGIONS 64 /* of shared memory */

/* A file, there or not. */
struct mem {
	char path[256];
	bool there;
	const uint8_t *p;
	size_t n;
	uint8_t *own; /* p, once it was written to */
	size_t cap;
};

struct open_file {
	sqlite3_file base;
	struct mem *m;
	bool goes; /* when it is closed */
};

static struct mem mems[FILES];
static char *regions[REGIONS];
static size_t region_bytes[REGIONS];

static struct mem *
mem_of(sqlite3_file *f)
{
	return ((struct open_file *)f)->m;
}

static struct mem *
find(const char *path, bool create)
{
	struct mem *unused = NULL;

	for (unsigned i = 0; i < FILES; i++) {
		if (mems[i].there && strcmp(mems[i].path, path) == 0)
			return &mems[i];
		if (!mems[i].there && !unused)
			unused = &mems[i];
	}
	if (!create || !unused)
		return NULL;
	unused->there = true;
	unused->p = NULL;
	unused->n = 0;
	snprintf(unused->path, sizeof(unused->path), "%s", path);
	return unused;
}

/* ---- files ---- */

/* Its own content, of n bytes. */
static int
make_own(struct mem *m, size_t n)
{
	bool first = m->p != m->own || !m->p;

	if (n > m->cap) {
		uint8_t *p = realloc(m->own, n + n / 4);

		if (!p)
			return SQLITE_NOMEM;
		m->own = p;
		m->cap = n + n / 4;
	}
	if (first && m->p)
		memcpy(m->own, m->p, n < m->n ? n : m->n);
	if (n > m->n)
		memset(m->own + m->n, 0, n - m->n);
	m->p = m->own;
	m->n = n;
	return SQLITE_OK;
}

static int
file_close(sqlite3_file *f)
{
	if (((struct open_file *)f)->goes)
		mem_of(f)->there = false;
	return SQLITE_OK;
}

static int
file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct mem *m = mem_of(f);
	size_t there = (size_t)at < m->n ? m->n - (size_t)at : 0;

	if (there >= (size_t)n) {
		memcpy(p, m->p + at, (size_t)n);
		return SQLITE_OK;
	}
	memset(p, 0, (size_t)n);
	if (there)
		memcpy(p, m->p + at, there);
	return SQLITE_IOERR_SHORT_READ;
}

static int
file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct mem *m = mem_of(f);
	size_t end = (size_t)at + (size_t)n;
	int rc = make_own(m, end > m->n ? end : m->n);

	if (rc == SQLITE_OK)
		memcpy(m->own + at, p, (size_t)n);
	return rc;
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return make_own(mem_of(f), (size_t)n);
}

static int
file_sync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	return SQLITE_OK;
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *n)
{
	*n = (sqlite3_int64)mem_of(f)->n;
	return SQLITE_OK;
}

static int
file_lock(sqlite3_file *f, int how)
{
	(void)f;
	(void)how;
	return SQLITE_OK;
}

static int
file_check_lock(sqlite3_file *f, int *locked)
{
	(void)f;
	*locked = 0;
	return SQLITE_OK;
}

static int
file_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
file_sector(sqlite3_file *f)
{
	(void)f;
	return 4096;
}

/* As of the file system it stands for. */
static int
file_device(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- memory that connections share ---- */

static int
file_shm_map(sqlite3_file *f, int i, int bytes, int extend, void volatile **p)
{
	(void)f;
	*p = NULL;
	if (i >= REGIONS)
		return SQLITE_NOMEM;
	if (region_bytes[i] == 0 && extend) {
		if (!regions[i])
			regions[i] = malloc((size_t)bytes);
		if (!regions[i])
			return SQLITE_NOMEM;
		memset(regions[i], 0, (size_t)bytes);
		region_bytes[i] = (size_t)bytes;
	}
	if (region_bytes[i])
		*p = regions[i];
	return SQLITE_OK;
}

static int
file_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	(void)f;
	(void)at;
	(void)n;
	(void)flags;
	return SQLITE_OK;
}

static void
file_shm_barrier(sqlite3_file *f)
{
	(void)f;
	__sync_synchronize();
}

static int
file_shm_unmap(sqlite3_file *f, int remove)
{
	(void)f;
	if (remove)
		memset(region_bytes, 0, sizeof(region_bytes));
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_lock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

/* ---- the file system ---- */

static int
vfs_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags,
    int *flags_r)
{
	struct open_file *o = (struct open_file *)f;

	(void)v;
	o->base.pMethods = NULL;
	o->goes = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
	o->m = find(path ? path : "", (flags & SQLITE_OPEN_CREATE) != 0);
	if (!o->m)
		return SQLITE_CANTOPEN;
	o->base.pMethods = &methods;
	if (flags_r)
		*flags_r = flags;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *v, const char *path, int sync)
{
	struct mem *m = find(path, false);

	(void)v;
	(void)sync;
	if (!m)
		return SQLITE_IOERR_DELETE_NOENT;
	m->there = false;
	return SQLITE_OK;
}

static int
vfs_access(sqlite3_vfs *v, const char *path, int flags, int *yes)
{
	const struct mem *m = find(path, false);

	(void)v;
	/* an empty file counts as none, as in the original */
	*yes = m && (flags != SQLITE_ACCESS_EXISTS || m->n > 0);
	return SQLITE_OK;
}

static int
vfs_full_path(sqlite3_vfs *v, const char *path, int n, char *out)
{
	(void)v;
	snprintf(out, (size_t)n, "%s", path);
	return SQLITE_OK;
}

void
vfs_start(void)
{
	static sqlite3_vfs vfs;

	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); /* quicker */
	sqlite3_initialize();
	vfs = *sqlite3_vfs_find("unix"); /* its clock and the like */
	vfs.szOsFile = sizeof(struct open_file);
	vfs.pNext = NULL;
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	vfs.xAccess = vfs_access;
	vfs.xFullPathname = vfs_full_path;
	sqlite3_vfs_register(&vfs, 1);
}

void
vfs_show(const struct disk *d, const char *path)
{
	unsigned n = 0;

	memset(region_bytes, 0, sizeof(region_bytes));
	for (unsigned i = 0; i < FILES; i++)
		mems[i].there = false;
	for (unsigned i = 0; i < d->n && n < FILES; i++) {
		const struct disk_file *f = &d->files[i];
		struct mem *m = &mems[n];

		/* shared memory does not outlive a crash */
		if (strncmp(f->path, path, strlen(path)) != 0 ||
		    strstr(f->path, "-shm") || strstr(f->path, ".lock"))
			continue;
		m->there = true;
		m->p = f->p;
		m->n = f->n;
		snprintf(m->path, sizeof(m->path), "%s", f->path);
		n++;
	}
}

const uint8_t *
vfs_log_index(void)
{
	return region_bytes[0] ? (const uint8_t *)regions[0] : NULL;
}
