/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "main_db.h"

#include <stdio.h>

#include "db/db_check.h"
#include "db/db_file.h"

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

int
main_db(const struct options *o, const char *path)
{
	for (size_t i = 0; i < NACTIONS; i++)
		if (actions[i].action == o->action)
			return actions[i].run(o, path);
	return 2;
}
