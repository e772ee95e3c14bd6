/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of a guest that has crashed, for who wants to know why: its
 * memory as a file. Only the last few are kept, and none that would fill the
 * disk. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/log.h"

#define KEPT 4
#define SUFFIX ".core"

static bool
is_core(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(SUFFIX) &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* The oldest goes as long as there are more than may be. -1 and errno. */
static int
make_room_one(struct op *op, const char *folder, unsigned *n_r)
{
	DIR *d = opendir(folder);
	const char *oldest = NULL;
	struct timespec least;
	struct dirent *e;

	*n_r = 0;
	while (d && (e = readdir(d))) {
		const char *path =
		    arena_printf(op->arena, "%s/%s", folder, e->d_name);
		struct stat st;

		if (!is_core(e->d_name) || !path || lstat(path, &st) < 0)
			continue;
		++*n_r;
		if (oldest && st.st_mtim.tv_sec >= least.tv_sec)
			continue;
		oldest = path;
		least = st.st_mtim;
	}
	if (d)
		closedir(d);
	return *n_r >= KEPT && oldest ? unlink(oldest) : 0;
}

/* Half of what is free at most. */
static bool
has_room(const char *folder, uint64_t bytes)
{
	struct statvfs fs;

	return statvfs(folder, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize / 2 > bytes;
}

static const char *
write_core(struct xl *x, uint32_t domid, const char *path)
{
	int rc;

	(void)unlink(path);
	xl_forget(x);
	rc = libxl_domain_core_dump(x->ctx, domid, path, NULL);
	if (rc == 0) {
		(void)chmod(path, 0600);
		return NULL;
	}
	(void)unlink(path);
	return *xl_complaint(x) ? xl_complaint(x) : "libxl cannot";
}

static const char *
dump(struct xl *x, struct op *op, uint32_t domid, uint64_t bytes)
{
	const char *folder = arena_printf(op->arena, "%s/cores", x->state_dir);
	const char *path =
	    arena_printf(op->arena, "%s/%s" SUFFIX, folder, op->uuid);
	unsigned n = KEPT;

	if (!folder || !path)
		return "out of memory";
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return strerror(errno);
	(void)unlink(path);
	while (n >= KEPT)
		if (make_room_one(op, folder, &n) < 0)
			return strerror(errno);
	return has_room(folder, bytes) ? write_core(x, domid, path)
				       : "there is no room";
}

int
xl_dump(void *context, struct op *op)
{
	struct xl *x = context;
	const char *why;
	uint32_t domid;
	int found = xl_find(x, op, &domid);

	if (found <= 0)
		return found;
	why = dump(x, op, domid, (uint64_t)xl_memory(x, domid));
	if (why)
		log_warn("VM %s has crashed, and its memory is not written "
			 "down: %s",
		    op->uuid, why);
	return op_cancelled(op) ? op_fail(op, "TASK_CANCELLED", NULL) : 0;
}
