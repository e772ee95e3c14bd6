/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source: the kernel's documentation of Landlock) */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/sandbox.h"

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |      \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define NEVER                                                                  \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |           \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |     \
	    LANDLOCK_ACCESS_FS_MAKE_SYM)
/* Newer than the headers that we build with. */
#define TRUNCATE (UINT64_C(1) << 14)
#define TRUNCATE_VERSION 3

static int
create(const struct landlock_ruleset_attr *a)
{
	return (int)syscall(SYS_landlock_create_ruleset, a, sizeof(*a), 0);
}

/* One that is not there is none to allow. */
static int
allow(int rules, const struct sandbox_path *p, uint64_t handled)
{
	uint64_t access = READ | (p->writable ? WRITE | TRUNCATE : 0) |
	    (p->programs ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
	struct landlock_path_beneath_attr a = {
		.allowed_access = access & handled,
		.parent_fd = open(p->path, O_PATH | O_CLOEXEC),
	};
	CLEANUP_FD int fd = a.parent_fd;

	if (fd < 0)
		return 0;
	return (int)syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &a, 0);
}

int
sandbox_paths(const struct sandbox_path *paths, size_t n)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr a = { .handled_access_fs =
					       READ | WRITE | NEVER };
	CLEANUP_FD int rules = -1;

	if (version < 1)
		return 1;
	if (version >= TRUNCATE_VERSION)
		a.handled_access_fs |= TRUNCATE;
	rules = create(&a);
	if (rules < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (allow(rules, &paths[i], a.handled_access_fs) < 0)
			return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}
