/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "main_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db_check.h"
#include "db/db_file.h"
#include "lib/cleanup.h"

static int
check(const struct options *o, const char *path)
{
	int rc = db_check_file(path, o->action == ACTION_REPAIR_DB, stdout);

	return rc < 0 ? 2 : rc;
}

static int
backup(const struct options *o, const char *path)
{
	char err[512];

	if (db_file_backup(path, o->file, err, sizeof(err)) == 0)
		return 0;
	fprintf(stderr, "xapid: %s\n", err);
	return 2;
}

static int
restore(const struct options *o, const char *path)
{
	char err[512];

	if (db_file_restore(path, o->file, stdout, err, sizeof(err)) == 0)
		return 0;
	fprintf(stderr, "xapid: %s\n", err);
	return 2;
}

static const struct {
	enum options_action action;
	int (*run)(const struct options *o, const char *path);
} actions[] = {
	{ ACTION_CHECK_DB, check },
	{ ACTION_REPAIR_DB, check },
	{ ACTION_BACKUP, backup },
	{ ACTION_RESTORE, restore },
};

#define NACTIONS (sizeof(actions) / sizeof(*actions))

bool
main_db_action(const struct options *o)
{
	for (size_t i = 0; i < NACTIONS; i++)
		if (actions[i].action == o->action)
			return true;
	return false;
}

/* A file that root made in the folder of another user is this user's: the
 * daemon must be able to open it. Nothing is given away that has another name
 * elsewhere. */
static void
give_file(const char *path, const char *suffix, const struct stat *folder)
{
	char name[4200];
	CLEANUP_FD int fd = -1;
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink != 1 || st.st_uid == folder->st_uid)
		return;
	if (fchown(fd, folder->st_uid, folder->st_gid) < 0)
		fprintf(stderr, "xapid: %s: %s\n", name, strerror(errno));
}

static void
give_files(const struct options *o, const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	struct stat folder;

	if (geteuid() != 0 || stat(o->core.state_dir, &folder) < 0 ||
	    folder.st_uid == 0)
		return;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		give_file(path, suffixes[i], &folder);
}

int
main_db(const struct options *o, const char *path)
{
	int status = 2;

	for (size_t i = 0; i < NACTIONS; i++)
		if (actions[i].action == o->action)
			status = actions[i].run(o, path);
	give_files(o, path);
	return status;
}
