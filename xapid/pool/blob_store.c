/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pool/blob_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "lib/fault.h"
#include "lib/file.h"
#include "lib/refmap.h"

/* Disk space that blobs leave to the database beside it. */
#define RESERVE_BYTES ((uint64_t)64 << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct refmap writing; /* blobs with a writer; lock */
static bool swept;            /* lock */

/* ---- the folder ---- */

/* Files of blobs that are gone, and halves of an earlier run. */
static void
sweep(const struct core *core, int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct ref ref;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir))) {
		const struct record *r = NULL;

		if (e->d_name[0] == '.')
			continue;
		if (uuid_parse(e->d_name, &ref))
			r = db_get(core->db, CLASS_blob, ref);
		if (!r)
			(void)unlinkat(dirfd, e->d_name, 0);
		record_unref(r);
	}
	closedir(dir);
}

static int
open_folder(const struct core *core)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/blobs", core->config->state_dir);
	if (file_make_dirs(path, 0700) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_mutex_lock(&lock);
	if (fd >= 0 && !swept) {
		sweep(core, fd);
		swept = true;
	}
	pthread_mutex_unlock(&lock);
	return fd;
}

int
blob_store_open(const struct core *core, struct ref blob, int64_t *size_r)
{
	CLEANUP_FD int dir = open_folder(core);
	char name[UUID_CHARS + 1];
	struct stat st;
	int fd;

	if (dir < 0)
		return -1;
	uuid_format(blob, name);
	fd = file_open_below(dir, name, O_RDONLY, 0);
	if (fd >= 0 && fstat(fd, &st) < 0) {
		close(fd);
		return -1;
	}
	*size_r = fd < 0 ? 0 : st.st_size;
	return fd;
}

void
blob_store_remove(const struct core *core, struct ref blob)
{
	CLEANUP_FD int dir = open_folder(core);
	char name[UUID_CHARS + 1];

	uuid_format(blob, name);
	if (dir >= 0)
		(void)unlinkat(dir, name, 0);
}

/* ---- writing ---- */

static int
claim(struct ref blob)
{
	static char taken;
	int rc = -1;

	pthread_mutex_lock(&lock);
	errno = EBUSY;
	if (!refmap_get(&writing, blob)) {
		errno = ENOMEM;
		rc = refmap_put(&writing, blob, &taken);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static void
release(struct blob_writer *w)
{
	int saved = errno;

	if (w->fd >= 0)
		close(w->fd);
	if (w->dir >= 0)
		close(w->dir);
	w->fd = w->dir = -1;
	pthread_mutex_lock(&lock);
	refmap_remove(&writing, w->blob);
	pthread_mutex_unlock(&lock);
	errno = saved;
}

static int
check_space(int dirfd, int64_t size)
{
	struct statvfs v;

	if (fstatvfs(dirfd, &v) < 0)
		return -1;
	if ((uint64_t)v.f_bavail * v.f_frsize >= RESERVE_BYTES + (uint64_t)size)
		return 0;
	errno = ENOSPC;
	return -1;
}

int
blob_store_begin(const struct core *core, struct ref blob, int64_t size,
    struct blob_writer *w)
{
	char name[UUID_CHARS + 1];

	*w = (struct blob_writer){ .blob = blob, .dir = -1, .fd = -1 };
	if (claim(blob) < 0)
		return -1;
	uuid_format(blob, name);
	snprintf(w->path, sizeof(w->path), "%s/blobs/%s",
	    core->config->state_dir, name);
	snprintf(w->part, sizeof(w->part), "%s/blobs/%s.part",
	    core->config->state_dir, name);
	w->dir = open_folder(core);
	if (w->dir >= 0 && check_space(w->dir, size) == 0)
		w->fd = fault_open(w->part,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (w->fd >= 0)
		return 0;
	release(w);
	return -1;
}

int
blob_store_write(struct blob_writer *w, const void *buf, size_t len)
{
	return file_write_full(w->fd, buf, len);
}

int
blob_store_finish(struct blob_writer *w)
{
	int rc = fault_fsync(w->fd);

	if (rc == 0)
		rc = fault_rename(w->part, w->path);
	if (rc == 0)
		rc = fault_fsync(w->dir);
	if (rc < 0)
		(void)unlink(w->part);
	release(w);
	return rc;
}

void
blob_store_abandon(struct blob_writer *w)
{
	(void)unlink(w->part);
	release(w);
}
