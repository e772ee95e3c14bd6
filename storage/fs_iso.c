/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 9660 with the names of Rock Ridge. (source: ECMA-119, IEEE P1282) */
#include <string.h>
#include <strings.h>

#include "storage/disk.h"

#define BLOCK 2048u
#define DESCRIPTOR_AT (16u * BLOCK)
#define MAX_DIRECTORY (8 << 20)

#define IS_DIRECTORY 0x02
#define GOES_ON 0x80 /* in another record: a file of more than 4 GiB */

static void
read_record(const uint8_t *p, struct fs_file *f)
{
	*f = (struct fs_file){ .first_block = disk_32(p + 2),
		.size = disk_32(p + 10),
		.flags = p[25] };
}

static bool
iso_open(struct fs *fs)
{
	uint8_t p[BLOCK];

	if (disk_read(&fs->disk, DESCRIPTOR_AT, p, sizeof(p)) < 0 ||
	    memcmp(p, "\001CD001", 6) != 0 || disk_16(p + 128) != BLOCK)
		return false;
	fs->block_size = BLOCK;
	read_record(p + 156, &fs->root);
	return fs->root.flags & IS_DIRECTORY;
}

static int
iso_read(const struct fs *fs, const struct fs_file *f, int64_t at, void *p,
    size_t len)
{
	return disk_read(&fs->disk,
	    (uint64_t)f->first_block * BLOCK + (uint64_t)at, p, len);
}

/* Without its version, and the dot of a name that has no more. */
static size_t
plain_length(const char *name, size_t len)
{
	const char *version = memchr(name, ';', len);

	if (version)
		len = (size_t)(version - name);
	return len && name[len - 1] == '.' ? len - 1 : len;
}

/* The name that Rock Ridge gives: its length, 0 when there is none. */
static size_t
long_name(const uint8_t *p, size_t len, char out[256])
{
	size_t n = 0;

	while (len >= 4) {
		size_t each = p[2];

		if (each < 4 || each > len)
			break;
		if (memcmp(p, "NM", 2) == 0 && each >= 5 &&
		    n + each - 5 < 256) {
			memcpy(out + n, p + 5, each - 5);
			n += each - 5;
		}
		p += each;
		len -= each;
	}
	return n;
}

static bool
is_named(const uint8_t *record, const char *name, size_t len)
{
	char given[256];
	size_t chars = record[32], own, padded = 33 + chars + !(chars & 1);

	if (33 + chars > record[0])
		return false;
	own = padded < record[0]
	    ? long_name(record + padded, record[0] - padded, given)
	    : 0;
	if (own)
		return own == len && memcmp(given, name, len) == 0;
	own = plain_length((const char *)record + 33, chars);
	return own == len &&
	    strncasecmp((const char *)record + 33, name, len) == 0;
}

static const char *
look_up(const struct fs *fs, const struct fs_file *dir, const char *name,
    size_t len, struct fs_file *out)
{
	uint8_t block[BLOCK];

	if (!(dir->flags & IS_DIRECTORY) || dir->size > MAX_DIRECTORY)
		return "it is not there";
	for (int64_t at = 0; at < dir->size; at += BLOCK) {
		if (iso_read(fs, dir, at, block, BLOCK) < 0)
			return "the file system is broken";
		for (size_t i = 0;
		     i + 34 <= BLOCK && block[i] >= 34 && block[i] <= BLOCK - i;
		     i += block[i])
			if (is_named(block + i, name, len)) {
				read_record(block + i, out);
				return NULL;
			}
	}
	return "it is not there";
}

static const char *
iso_find(const struct fs *fs, const char *path, struct fs_file *file_r)
{
	struct fs_file at = fs->root, next;
	const char *why;

	for (; *path; path += strcspn(path, "/")) {
		path += strspn(path, "/");
		if (!*path)
			break;
		why = look_up(fs, &at, path, strcspn(path, "/"), &next);
		if (why)
			return why;
		at = next;
	}
	if (at.flags & (IS_DIRECTORY | GOES_ON))
		return "it is no file";
	*file_r = at;
	return NULL;
}

const struct fs_driver fs_iso = {
	.name = "iso",
	.open = iso_open,
	.find = iso_find,
	.read = iso_read,
};
