/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SQLite file system that asks lib/fault.h before it opens, writes, syncs or
 * removes a file, and before it allocates memory, and else leaves all to
 * SQLite's own. So one mechanism fails any point of the daemon, and costs one
 * branch where no test has armed anything.
 *
 * The log grows by more than what is written: a sync of a file that has grown
 * writes its inode too, which takes as long again. SQLite takes what is behind
 * the end of a log for the rest of an older one.
 *
 * A frame of the log is a head and a page, which SQLite writes one after the
 * other: the head is held until its page comes, and both are written at once. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "db/db_sqlite_private.h"
#include "lib/fault.h"

#define HEAD_BYTES 24
#define PAGE_BYTES 4096 /* a larger one is written by itself */

/* SQLite allocates szOsFile bytes: ours, then those of the real one. */
struct file {
	sqlite3_file base;
	bool log;
	/* Of a log. */
	sqlite3_int64 room; /* bytes that the file has */
	int held;           /* bytes of a frame that are not written yet */
	sqlite3_int64 held_at;
	char frame[HEAD_BYTES + PAGE_BYTES];
	sqlite3_file real[];
};

static sqlite3_vfs *real_vfs;
static _Thread_local int last_errno; /* of the last call that failed */
static _Atomic int64_t log_end;

#define LOG_GROWS_BY (256 * 1024)
#define ZEROS_BYTES (64 * 1024) /* SQLite writes less than 128 KiB at once */

static sqlite3_file *
real_file(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

/* SQLite asks why some calls later, when errno is long gone. */
static int
checked(int rc)
{
	if (rc != SQLITE_OK)
		last_errno = errno;
	return rc;
}

/* ---- the frame that is held ---- */

static int
write_held(struct file *f)
{
	int n = f->held;

	f->held = 0;
	if (n == 0)
		return SQLITE_OK;
	return checked(
	    f->real->pMethods->xWrite(f->real, f->frame, n, f->held_at));
}

/* Whether these bytes are held, with those before them or to wait for more. */
static bool
hold(struct file *f, const void *p, int n, sqlite3_int64 at)
{
	if (f->held == 0 && n == HEAD_BYTES)
		f->held_at = at;
	else if (f->held != HEAD_BYTES || at != f->held_at + HEAD_BYTES ||
	    n > PAGE_BYTES)
		return false;
	memcpy(f->frame + f->held, p, (size_t)n);
	f->held += n;
	return true;
}

/* ---- files ---- */

static int
file_close(sqlite3_file *f)
{
	(void)write_held((struct file *)f);
	return real_file(f)->pMethods->xClose(real_file(f));
}

static int
file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	int rc = write_held((struct file *)f);

	if (rc != SQLITE_OK)
		return rc;
	return checked(real_file(f)->pMethods->xRead(real_file(f), p, n, at));
}

/* Zeros behind a log's end, which was written. No room is no mistake: then the
 * file is as long as it would be without. */
static void
make_room(struct file *f, sqlite3_int64 end)
{
	static const char zeros[ZEROS_BYTES];

	if (end <= f->room)
		return;
	f->room = end;
	while (f->room < end + LOG_GROWS_BY &&
	    f->real->pMethods->xWrite(f->real, zeros, ZEROS_BYTES, f->room) ==
		SQLITE_OK)
		f->room += ZEROS_BYTES;
}

static int
write_log(struct file *f, const void *p, int n, sqlite3_int64 at)
{
	bool held = n > 0 && hold(f, p, n, at);
	int rc;

	log_end = at + n;
	if (n == 0 || (held && f->held == HEAD_BYTES))
		return SQLITE_OK;
	rc = write_held(f);
	if (rc == SQLITE_OK && !held)
		rc = checked(f->real->pMethods->xWrite(f->real, p, n, at));
	if (rc == SQLITE_OK)
		make_room(f, at + n);
	return rc;
}

static int
file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int full = n;

	if (fault_hit(FAULT_WRITE)) {
		last_errno = errno;
		if (errno == ENOSPC || errno == EDQUOT)
			return SQLITE_FULL;
		if (errno != 0)
			return SQLITE_IOERR_WRITE;
		(void)write_held((struct file *)f);
		n = n / 2; /* a short write */
		last_errno = ENOSPC;
	}
	if (n < full) {
		if (((struct file *)f)->log)
			log_end = at + n;
		(void)real_file(f)->pMethods->xWrite(real_file(f), p, n, at);
		return SQLITE_FULL;
	}
	if (((struct file *)f)->log)
		return write_log((struct file *)f, p, n, at);
	return checked(real_file(f)->pMethods->xWrite(real_file(f), p, n, at));
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (fault_hit(FAULT_WRITE)) {
		last_errno = errno ? errno : EIO;
		return SQLITE_IOERR_TRUNCATE;
	}
	((struct file *)f)->room = size;
	((struct file *)f)->held = 0;
	return checked(real_file(f)->pMethods->xTruncate(real_file(f), size));
}

static int
file_sync(sqlite3_file *f, int flags)
{
	int rc;

	if (fault_hit(FAULT_SYNC)) {
		last_errno = errno;
		return SQLITE_IOERR_FSYNC;
	}
	rc = write_held((struct file *)f);
	if (rc != SQLITE_OK)
		return rc;
	return checked(real_file(f)->pMethods->xSync(real_file(f), flags));
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int rc = write_held((struct file *)f);

	if (rc != SQLITE_OK)
		return rc;
	return real_file(f)->pMethods->xFileSize(real_file(f), size);
}

static int
file_lock(sqlite3_file *f, int lock)
{
	return real_file(f)->pMethods->xLock(real_file(f), lock);
}

static int
file_unlock(sqlite3_file *f, int lock)
{
	return real_file(f)->pMethods->xUnlock(real_file(f), lock);
}

static int
file_check_lock(sqlite3_file *f, int *out)
{
	return real_file(f)->pMethods->xCheckReservedLock(real_file(f), out);
}

static int
file_control(sqlite3_file *f, int op, void *arg)
{
	return real_file(f)->pMethods->xFileControl(real_file(f), op, arg);
}

static int
file_sector_size(sqlite3_file *f)
{
	return real_file(f)->pMethods->xSectorSize(real_file(f));
}

static int
file_device(sqlite3_file *f)
{
	return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f));
}

static int
file_shm_map(sqlite3_file *f, int page, int size, int extend,
    void volatile **out)
{
	if (extend && fault_hit(FAULT_WRITE)) {
		last_errno = errno ? errno : EIO;
		return SQLITE_IOERR_SHMSIZE;
	}
	return checked(real_file(f)->pMethods->xShmMap(real_file(f), page, size,
	    extend, out));
}

static int
file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}

static void
file_shm_barrier(sqlite3_file *f)
{
	real_file(f)->pMethods->xShmBarrier(real_file(f));
}

static int
file_shm_unmap(sqlite3_file *f, int remove)
{
	return real_file(f)->pMethods->xShmUnmap(real_file(f), remove);
}

static int
file_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **out)
{
	return real_file(f)->pMethods->xFetch(real_file(f), at, n, out);
}

static int
file_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
	return real_file(f)->pMethods->xUnfetch(real_file(f), at, p);
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 3,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_device,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
	.xFetch = file_fetch,
	.xUnfetch = file_unfetch,
};

/* ---- the file system ---- */

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *flags_r)
{
	struct file *file = (struct file *)f;
	int rc;

	(void)vfs;
	f->pMethods = NULL;
	if (fault_hit(FAULT_OPEN)) {
		last_errno = errno;
		return SQLITE_CANTOPEN;
	}
	file->log = (flags & SQLITE_OPEN_WAL) != 0;
	rc = checked(
	    real_vfs->xOpen(real_vfs, name, file->real, flags, flags_r));
	file->room = 0;
	file->held = 0;
	if (!file->real->pMethods)
		return rc;
	f->pMethods = &file_methods;
	if (rc == SQLITE_OK && file->log)
		(void)file->real->pMethods->xFileSize(file->real, &file->room);
	return rc;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (fault_hit(FAULT_RENAME)) {
		last_errno = errno;
		return SQLITE_IOERR_DELETE;
	}
	return checked(real_vfs->xDelete(real_vfs, name, sync));
}

static int
vfs_last_error(sqlite3_vfs *vfs, int n, char *text)
{
	(void)vfs;
	(void)n;
	(void)text;
	return last_errno;
}

/* ---- memory ---- */

static sqlite3_mem_methods real_memory;

static void *
memory_alloc(int n)
{
	return fault_hit(FAULT_ALLOC) ? NULL : real_memory.xMalloc(n);
}

static void *
memory_realloc(void *p, int n)
{
	return fault_hit(FAULT_ALLOC) ? NULL : real_memory.xRealloc(p, n);
}

/* ---- once ---- */

static sqlite3_vfs our_vfs;

/* Where somebody has used SQLite before us its memory stays as it was. */
static void
start(void)
{
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory) ==
	    SQLITE_OK) {
		sqlite3_mem_methods ours = real_memory;

		ours.xMalloc = memory_alloc;
		ours.xRealloc = memory_realloc;
		(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
	}
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_initialize() != SQLITE_OK)
		return;
	real_vfs = sqlite3_vfs_find("unix");
	if (!real_vfs)
		return;
	our_vfs = *real_vfs;
	our_vfs.zName = "xapid";
	our_vfs.szOsFile =
	    (int)offsetof(struct file, real) + real_vfs->szOsFile;
	our_vfs.pNext = NULL;
	our_vfs.xOpen = vfs_open;
	our_vfs.xDelete = vfs_delete;
	our_vfs.xGetLastError = vfs_last_error;
	(void)sqlite3_vfs_register(&our_vfs, 0);
}

const char *
db_sqlite_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
	return "xapid";
}

int
db_sqlite_vfs_errno(void)
{
	return last_errno;
}

int64_t
db_sqlite_log_end(void)
{
	return log_end;
}
