/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/ref.h"

#define SECTOR INT64_C(512)

const char *const volume_formats[VOLUME_FORMATS] = { "raw", "qcow2" };
static const char *const suffixes[VOLUME_FORMATS] = { ".raw", ".qcow2" };
static const char base_prefix[] = "base-";

/* ---- names ---- */

/* Whether a uuid stands at the beginning. */
static bool
begins_with_uuid(const char *text)
{
	for (int i = 0; i < UUID_CHARS; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-'
			 : !text[i] || !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return true;
}

const char *
volume_name(struct op *op, const char *argument, const char *suffix)
{
	const char *uuid = op_text(op, argument, "");
	const char *name;

	if (!begins_with_uuid(uuid) || uuid[UUID_CHARS]) {
		op_fail(op, "UUID_INVALID", "VDI", uuid, NULL);
		return NULL;
	}
	name = arena_printf(op->arena, "%s%s", uuid, suffix);
	if (!name)
		op_fail_nomem(op);
	return name;
}

char
volume_kind(const char *name, enum volume_format *format_r, char uuid_r[37])
{
	size_t prefix = sizeof(base_prefix) - 1;
	bool base = strncmp(name, base_prefix, prefix) == 0;
	const char *uuid = base ? name + prefix : name, *suffix;

	if (!begins_with_uuid(uuid))
		return 0;
	suffix = uuid + UUID_CHARS;
	if (uuid_r) {
		memcpy(uuid_r, uuid, UUID_CHARS);
		uuid_r[UUID_CHARS] = '\0';
	}
	if (!base && strcmp(suffix, ".new") == 0)
		return 'n';
	for (int i = 0; i < VOLUME_FORMATS; i++)
		if (strcmp(suffix, suffixes[i]) == 0) {
			if (format_r)
				*format_r = (enum volume_format)i;
			if (base)
				return i == VOLUME_QCOW2 ? 'b' : 0;
			return 'v';
		}
	return 0;
}

static int
find_format(const char *name, size_t len)
{
	for (int i = 0; i < VOLUME_FORMATS; i++)
		if (strlen(volume_formats[i]) == len &&
		    strncmp(volume_formats[i], name, len) == 0)
			return i;
	return -1;
}

/* The first of a list with commas that is known here. */
static int
find_preferred(const char *list, enum volume_format otherwise)
{
	int format = -1;

	while (format < 0 && *list) {
		size_t len = strcspn(list, ", ");

		format = find_format(list, len);
		list += len;
		list += strspn(list, ", ");
	}
	return format < 0 ? (int)otherwise : format;
}

int
volume_format_wanted(struct op *op, enum volume_format otherwise)
{
	const char *wanted = op_text(op, "format", "");
	const struct value *config = op_list(op, "device_config");
	int format;

	if (!*wanted)
		wanted = value_text(config, "image-format", "");
	if (!*wanted)
		return find_preferred(value_text(config,
					  "preferred-image-formats", ""),
		    otherwise);
	format = find_format(wanted, strlen(wanted));
	return format < 0
	    ? op_fail(op, "INVALID_VALUE", "image-format", wanted, NULL)
	    : format;
}

/* ---- folders ---- */

int
volume_folder(struct op *op, bool lock)
{
	int fd = place_open(op, op_list(op, "device_config"), false);

	if (fd >= 0 && lock && flock(fd, LOCK_EX) < 0) {
		(void)place_fail(op, "lock");
		close(fd);
		return -1;
	}
	return fd;
}

int
volume_fail(struct op *op, const char *argument)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return op_fail(op, "SR_FULL",
		    arena_printf(op->arena, "%lld",
			(long long)op_int(op, "size", 0)),
		    "what the file system has left", NULL);
	if (errno == ENOENT)
		return op_fail(op, "VDI_MISSING", op->uuid,
		    op_text(op, argument, ""), NULL);
	return op_fail_errno(op, "VDI_IO_ERROR", op_text(op, argument, ""));
}

/* ---- one volume ---- */

void
volume_close(struct volume *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

bool
volume_has_name(int folder, const char *name, int fd)
{
	struct stat a, b;

	return fstatat(folder, name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstat(fd, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* NULL, or what is wrong with an image; errno is set when it is "". */
static const char *
read_head(int fd, struct qcow2 *head_r)
{
	uint8_t head[QCOW2_HEAD];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	return n < 0 ? "" : qcow2_parse(head, (size_t)n, head_r);
}

int
volume_look(struct op *op, const char *argument, struct volume *v)
{
	const char *wrong = NULL;
	struct stat st;

	if (fstat(v->fd, &st) < 0)
		return volume_fail(op, argument);
	if (!S_ISREG(st.st_mode))
		return op_fail(op, "VDI_NOT_AVAILABLE",
		    op_text(op, argument, ""), NULL);
	v->size = st.st_size;
	v->used = st.st_blocks * SECTOR;
	if (v->format != VOLUME_QCOW2)
		return 0;
	wrong = read_head(v->fd, &v->head);
	if (wrong && !*wrong)
		return volume_fail(op, argument);
	if (wrong)
		return op_fail(op, "SR_BACKEND_FAILURE", "22", "",
		    arena_printf(op->arena, "%s: %s", v->name, wrong), NULL);
	v->size = v->head.size;
	return 0;
}

int
volume_find(struct op *op, int folder, const char *argument, int flags,
    struct volume *v)
{
	for (int i = 0; i < VOLUME_FORMATS; i++) {
		v->format = (enum volume_format)i;
		v->name = volume_name(op, argument, suffixes[i]);
		if (!v->name)
			return -1;
		v->fd = place_file(folder, v->name, flags);
		if (v->fd >= 0)
			return volume_look(op, argument, v) < 0 ? -1 : 1;
		if (errno != ENOENT)
			return volume_fail(op, argument);
	}
	return 0;
}

int
volume_open(struct op *op, int folder, const char *argument, int flags,
    struct volume *v)
{
	int r = volume_find(op, folder, argument, flags, v);

	if (r == 0) {
		errno = ENOENT;
		return volume_fail(op, argument);
	}
	return r < 0 ? -1 : 0;
}

int
volume_answer(struct op *op, const struct volume *v)
{
	return op_answer(op,
	    (const struct value_member[]){
		{ "location", value_of_text(op_text(op, "vdi", "")) },
		{ "size", value_of_int(v->size) },
		{ "used", value_of_int(v->used) },
		{ "format", value_of_text(volume_formats[v->format]) },
	    },
	    4);
}

/* ---- layers ---- */

void
layers_close(struct layers *l)
{
	while (l->n)
		close(l->fd[--l->n]);
}

static int
fail_chain(struct op *op, const char *name, const char *wrong)
{
	return op_fail(op, "SR_BACKEND_FAILURE", "22", "",
	    arena_printf(op->arena, "%s: %s", name, wrong), NULL);
}

/* One more layer; head_r: its header. */
static int
open_layer(struct op *op, int folder, const char *above, const char *name,
    struct layers *l, struct qcow2 *head_r)
{
	const char *wrong;

	if (volume_kind(name, NULL, NULL) != 'b')
		return fail_chain(op, above,
		    "its backing file is none of this repository");
	if (l->n == VOLUME_LAYERS)
		return op_fail(op, "SR_BACKEND_FAILURE_109", "",
		    "The snapshot chain is too long", "", NULL);
	l->name[l->n] = arena_strdup(op->arena, name);
	if (!l->name[l->n])
		return op_fail_nomem(op);
	l->fd[l->n] = place_file(folder, name, O_RDONLY);
	if (l->fd[l->n] < 0)
		return fail_chain(op, above, strerror(errno));
	wrong = read_head(l->fd[l->n++], head_r);
	return wrong ? fail_chain(op, name, *wrong ? wrong : strerror(errno))
		     : 0;
}

int
layers_open(struct op *op, int folder, const struct volume *v, struct layers *l)
{
	struct qcow2 head = v->head, below;
	const char *above = v->name;

	l->n = 0;
	l->lowest = VOLUME_QCOW2;
	if (v->format != VOLUME_QCOW2)
		return 0;
	while (head.backing[0]) {
		if (open_layer(op, folder, above, head.backing, l, &below) < 0)
			return -1;
		above = l->name[l->n - 1];
		head = below;
	}
	return 0;
}

/* ---- what nothing needs any more ---- */

struct names {
	struct arena *arena;
	const char **items;
	size_t n, cap;
};

static int
names_add(struct names *s, const char *name)
{
	const char **grown;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		grown = arena_array(s->arena, s->cap, sizeof(*grown));
		if (!grown)
			return -1;
		if (s->n)
			memcpy(grown, s->items, s->n * sizeof(*grown));
		s->items = grown;
	}
	s->items[s->n] = arena_strdup(s->arena, name);
	return s->items[s->n++] ? 0 : -1;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
names_have(const struct names *s, const char *name)
{
	return s->n &&
	    bsearch(&name, s->items, s->n, sizeof(*s->items), by_name);
}

/* The bases of a folder and, sorted, what images name as theirs. An image
 * that cannot be read could name any: -1 with errno. */
static int
collect(int folder, struct names *bases, struct names *named)
{
	DIR *dir = place_list(folder);
	struct dirent *e;
	int rc = dir ? 0 : -1;

	while (rc == 0 && (e = place_next(dir, &rc))) {
		enum volume_format format = VOLUME_RAW;
		char kind = volume_kind(e->d_name, &format, NULL);
		CLEANUP_FD int fd = -1;
		struct qcow2 head;

		if (!kind || kind == 'n' || format != VOLUME_QCOW2)
			continue;
		if (kind == 'b')
			rc = names_add(bases, e->d_name);
		fd = place_file(folder, e->d_name, O_RDONLY);
		if (fd < 0 || read_head(fd, &head))
			rc = -1;
		else if (rc == 0 && head.backing[0])
			rc = names_add(named, head.backing);
	}
	if (dir)
		closedir(dir);
	if (rc == 0 && named->n)
		qsort(named->items, named->n, sizeof(*named->items), by_name);
	return rc;
}

int
volume_drop_bases(struct op *op, int folder)
{
	size_t dropped;

	do {
		struct names bases = { .arena = op->arena };
		struct names named = { .arena = op->arena };

		dropped = 0;
		/* When in doubt a base stays. */
		if (collect(folder, &bases, &named) < 0)
			return 0;
		for (size_t i = 0; i < bases.n; i++)
			if (!names_have(&named, bases.items[i])) {
				if (unlinkat(folder, bases.items[i], 0) < 0)
					return volume_fail(op, "vdi");
				dropped++;
			}
	} while (dropped);
	return 0;
}

void
volume_drop_drafts(int folder)
{
	DIR *dir = place_list(folder);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		CLEANUP_FD int fd = -1;

		if (volume_kind(e->d_name, NULL, NULL) != 'n')
			continue;
		fd = place_file(folder, e->d_name, O_RDWR);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    unlinkat(folder, e->d_name, 0) == 0)
			log_info("took away %s, which nobody finished",
			    e->d_name);
	}
	if (dir)
		closedir(dir);
}
