/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where on a host repositories may lie. device_config comes from a client: a
 * path is taken only below these roots, and the kernel follows no link in
 * it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fault.h"
#include "storage/storage.h"

#define MAX_PATH 1024

static const char *const usual[] = { "/var/lib/xapid/sr", "/run/sr-mount",
	"/var/run/sr-mount", "/var/opt/xen", "/srv", "/mnt", "/media", NULL };
static const char *const *roots = usual;

void
place_set_roots(const char *const *list)
{
	roots = list ? list : usual;
}

void
place_prepare(void)
{
	static const char *const ours[] = { "/var/lib/xapid",
		"/var/lib/xapid/sr", "/run/sr-mount" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)mkdir(ours[i], 0755);
}

size_t
place_paths(struct sandbox_path *paths, size_t max)
{
	size_t n = 0;

	for (; n < max && roots[n]; n++)
		paths[n] = (struct sandbox_path){ roots[n], true, false };
	return n;
}

int
place_each_root(int (*fn)(void *arg, int root, const char *path), void *arg)
{
	int rc = 0;

	for (size_t i = 0; roots[i] && rc == 0; i++) {
		CLEANUP_FD int root =
		    open(roots[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (root >= 0)
			rc = fn(arg, root, roots[i]);
	}
	return rc;
}

/* The root a path lies below; *rest_r: what follows, without a slash. */
static const char *
root_of(const char *path, const char **rest_r)
{
	for (size_t i = 0; roots[i]; i++) {
		size_t len = strlen(roots[i]);

		if (strncmp(path, roots[i], len) != 0 || path[len] != '/')
			continue;
		for (path += len; *path == '/'; path++)
			;
		*rest_r = path;
		return *path ? roots[i] : NULL;
	}
	return NULL;
}

static int
open_below(int dir, const char *name, int flags)
{
	const struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? 0600 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
		    RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

const char *
place_path(struct op *op, const struct value *config)
{
	const char *path = value_text(config, "location", ""), *rest;

	if (!*path) {
		op_fail(op, "SR_BACKEND_FAILURE_90", "",
		    "The request is missing the server path parameter", "",
		    NULL);
		return NULL;
	}
	if (strlen(path) > MAX_PATH || !root_of(path, &rest)) {
		op_fail(op, "SR_BACKEND_FAILURE_90", "",
		    "location must lie below /var/lib/xapid/sr, /srv, /mnt, "
		    "/media or /run/sr-mount",
		    "", NULL);
		return NULL;
	}
	return path;
}

int
place_fail(struct op *op, const char *what)
{
	int error = errno;

	return op_fail(op, "SR_BACKEND_FAILURE",
	    arena_printf(op->arena, "%d", error), "",
	    arena_printf(op->arena, "%s: %s", what, strerror(error)), NULL);
}

/* Makes the folders of rest one after another. 0 or -1 and errno. */
static int
make_folders(int root, const char *rest)
{
	char part[MAX_PATH + 1];

	for (const char *p = rest; p && *p;) {
		const char *end = strchr(p, '/');
		size_t len = end ? (size_t)(end - rest) : strlen(rest);
		CLEANUP_FD int there = -1;

		memcpy(part, rest, len);
		part[len] = '\0';
		there = open_below(root, part, O_PATH | O_DIRECTORY);
		if (there < 0 &&
		    (errno != ENOENT || mkdirat(root, part, 0700) < 0))
			return -1;
		p = end ? end + 1 : NULL;
	}
	return 0;
}

int
place_open(struct op *op, const struct value *config, bool make)
{
	const char *path = place_path(op, config), *rest = "", *root;
	CLEANUP_FD int top = -1;
	int fd;

	if (!path)
		return -1;
	root = root_of(path, &rest);
	if (make)
		(void)mkdir(root, 0755);
	top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0 || (make && make_folders(top, rest) < 0))
		return place_fail(op, path);
	fd = open_below(top, rest, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return place_fail(op, path);
	return fd;
}

/* ---- lists of volumes ---- */

static int
grow(struct volume_list *l)
{
	struct value *items;

	if (l->n < l->cap)
		return 0;
	if (l->n == MAX_VOLUMES)
		return op_fail(l->op, "SR_BACKEND_FAILURE", "7", "",
		    "There are too many volumes to list", NULL);
	l->cap = l->cap ? l->cap * 2 : 64;
	items = arena_array(l->op->arena, l->cap, sizeof(*items));
	if (!items)
		return op_fail_nomem(l->op);
	if (l->n)
		memcpy(items, l->items, l->n * sizeof(*items));
	l->items = items;
	return 0;
}

int
volume_list_add(struct volume_list *l, int64_t size, int64_t used,
    bool read_only, const char *format, const char *uuid, const char *location)
{
	const char *line = arena_printf(l->op->arena, "%lld %lld %d %s %s %s",
	    (long long)size, (long long)used, read_only, format ? format : "-",
	    uuid ? uuid : "-", location);

	if (!line)
		return op_fail_nomem(l->op);
	if (grow(l) < 0)
		return -1;
	l->items[l->n++] = value_of_text(line);
	return 0;
}

int
volume_list_answer(const struct volume_list *l)
{
	struct value_member m = { "volumes",
		{ .kind = VALUE_ARRAY, .n = l->n, .items = l->items } };

	return op_answer(l->op, &m, 1);
}

/* ---- files ---- */

int
place_file(int folder, const char *name, int flags)
{
	if (fault_hit(FAULT_OPEN))
		return -1;
	return open_below(folder, name, flags | O_NONBLOCK);
}

bool
place_is_no_file(int error)
{
	return error == ENOENT || error == ELOOP || error == EXDEV ||
	    error == ENXIO;
}

DIR *
place_list(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int saved = errno;

	if (!dir && copy >= 0) {
		close(copy);
		errno = saved;
	}
	return dir;
}

struct dirent *
place_next(DIR *dir, int *rc_r)
{
	struct dirent *e = NULL;

	errno = 0;
	if (!fault_hit(FAULT_OPEN))
		e = readdir(dir);
	if (!e && errno)
		*rc_r = -1;
	return e;
}
