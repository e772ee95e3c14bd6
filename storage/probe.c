/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is there that could be a repository: the folder that is asked about, or
 * all that lie directly below the roots. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/text.h"
#include "storage/storage.h"

#define MAX_FOUND 256
#define MAX_COUNTED 100000 /* volumes of one folder */

struct found {
	struct op *op;
	place_counts_fn *counts;
	struct value items[MAX_FOUND];
	uint32_t n;
};

/* How many files of a folder are volumes. */
static int64_t
count(int folder, place_counts_fn *counts)
{
	DIR *dir = place_list(folder);
	struct dirent *e;
	int64_t n = 0;

	while (dir && n < MAX_COUNTED && (e = readdir(dir)))
		n += counts(e->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static int
add(struct found *f, int folder, const char *path)
{
	struct statvfs st;
	const char *line;

	if (f->n == MAX_FOUND || !text_is_clean(path, strlen(path)) ||
	    strpbrk(path, "\n\r\t"))
		return 0;
	if (fstatvfs(folder, &st) < 0)
		return place_fail(f->op, path);
	line = arena_printf(f->op->arena, "%lld %lld %lld %s",
	    (long long)st.f_blocks * (long long)st.f_frsize,
	    (long long)st.f_bavail * (long long)st.f_frsize,
	    (long long)count(folder, f->counts), path);
	if (!line)
		return op_fail_nomem(f->op);
	f->items[f->n++] = value_of_text(line);
	return 0;
}

static int
add_below(void *arg, int root, const char *path)
{
	struct found *f = arg;
	DIR *dir = place_list(root);
	struct dirent *e;
	int rc = 0;

	while (rc == 0 && dir && (e = readdir(dir))) {
		CLEANUP_FD int folder = -1;

		if (e->d_name[0] == '.')
			continue;
		folder = place_file(root, e->d_name, O_RDONLY | O_DIRECTORY);
		if (folder >= 0)
			rc = add(f, folder,
			    arena_printf(f->op->arena, "%s/%s", path,
				e->d_name));
	}
	if (dir)
		closedir(dir);
	return rc;
}

int
place_probe(struct op *op, place_counts_fn *counts)
{
	const struct value *config = op_list(op, "device_config");
	const char *path = value_text(config, "location", "");
	struct found *f = arena_alloc(op->arena, sizeof(*f));
	CLEANUP_FD int folder = -1;
	struct value_member m = { "found", { .kind = VALUE_ARRAY } };
	int rc;

	if (!f)
		return op_fail_nomem(op);
	f->op = op;
	f->counts = counts;
	f->n = 0;
	if (*path) {
		folder = place_open(op, config, false);
		rc = folder < 0 ? -1 : add(f, folder, path);
	} else {
		rc = place_each_root(add_below, f);
	}
	if (rc < 0)
		return -1;
	m.value.n = f->n;
	m.value.items = f->items;
	return op_answer(op, &m, 1);
}
