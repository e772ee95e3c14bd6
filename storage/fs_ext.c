/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ext2, ext3 and ext4, as far as reading a file goes. What stands in the
 * journal is not looked at. (source: the kernel's documentation of ext4) */
#include <string.h>

#include "storage/disk.h"

#define SUPER_AT 1024
#define ROOT 2u
#define MAX_DEPTH 5
#define MAX_DIRECTORY (16 << 20)

/* feature_incompat: names and places that are as they are known here. */
#define FILETYPE 0x2u
#define RECOVER 0x4u
#define EXTENTS 0x40u
#define BIT64 0x80u
#define MMP 0x100u
#define FLEX_BG 0x200u
#define EA_INODE 0x400u
#define CSUM_SEED 0x2000u
#define LARGEDIR 0x4000u
#define INLINE_DATA 0x8000u /* in some files, which are refused */
#define CASEFOLD 0x20000u
#define KNOWN                                                                  \
	(FILETYPE | RECOVER | EXTENTS | BIT64 | MMP | FLEX_BG | EA_INODE |     \
	    CSUM_SEED | LARGEDIR | INLINE_DATA | CASEFOLD)

/* of an inode */
#define HAS_EXTENTS 0x80000u
#define IS_ENCRYPTED 0x800u
#define IS_INLINE 0x10000000u
#define KIND 0xf000
#define DIRECTORY 0x4000
#define PLAIN 0x8000
#define LINK 0xa000

static const char broken[] = "the file system is broken";
static const char missing[] = "it is not there";

struct inode {
	struct fs_file file;
	unsigned kind;
};

static bool
ext_open(struct fs *fs)
{
	uint8_t s[1024];
	unsigned bits;
	uint32_t features;

	if (disk_read(&fs->disk, SUPER_AT, s, sizeof(s)) < 0 ||
	    disk_16(s + 56) != 0xef53)
		return false;
	bits = disk_32(s + 24);
	features = disk_32(s + 76) ? disk_32(s + 96) : 0;
	if (bits > 6 || (features & ~KNOWN))
		return false;
	fs->block_size = 1024u << bits;
	fs->inodes = disk_32(s);
	fs->inodes_per_group = disk_32(s + 40);
	fs->inode_size = disk_32(s + 76) ? disk_16(s + 88) : 128;
	fs->group_size = features & BIT64 ? disk_16(s + 254) : 32;
	fs->groups_at = ((uint64_t)disk_32(s + 20) + 1) * fs->block_size;
	return fs->inodes_per_group && fs->inode_size >= 128 &&
	    fs->inode_size <= fs->block_size && fs->group_size >= 32 &&
	    fs->group_size <= 1024;
}

static int
read_inode(const struct fs *fs, uint32_t n, struct inode *out)
{
	uint64_t group = (n - 1) / fs->inodes_per_group, table;
	uint8_t g[64] = { 0 }, i[128];

	if (!n || n > fs->inodes ||
	    disk_read(&fs->disk, fs->groups_at + group * fs->group_size, g,
		fs->group_size < sizeof(g) ? 32 : sizeof(g)) < 0)
		return -1;
	table = disk_32(g + 8) | (uint64_t)disk_32(g + 40) << 32;
	if (table > (uint64_t)fs->disk.size / fs->block_size ||
	    disk_read(&fs->disk,
		table * fs->block_size +
		    (uint64_t)((n - 1) % fs->inodes_per_group) * fs->inode_size,
		i, sizeof(i)) < 0)
		return -1;
	*out = (struct inode){ .kind = disk_16(i) & KIND };
	out->file.inode = n;
	out->file.flags = disk_32(i + 32);
	out->file.size = (int64_t)(disk_32(i + 4) |
	    (uint64_t)(disk_32(i + 108) & 0x7fffffff) << 32);
	memcpy(out->file.block, i + 40, sizeof(out->file.block));
	return out->file.flags & (IS_ENCRYPTED | IS_INLINE) ? -1 : 0;
}

/* ---- where the blocks of a file are ---- */

/* Some blocks of a file in a row. */
struct run {
	uint64_t at; /* on the disk; 0: zeros */
	uint64_t n;
};

/* The entry that covers a block, of a node with n of them. Leaves say how many
 * blocks there are, others where the next node is. */
static int
find_extent(const uint8_t *node, unsigned n, uint32_t block, bool leaf,
    struct run *r)
{
	const uint8_t *found = NULL;
	/* Where the next node begins is not known here. */
	uint32_t end = block + 1, len, begins;
	bool bounded = false;

	for (unsigned i = 1; i <= n; i++) {
		const uint8_t *e = node + 12 * (size_t)i;

		if (disk_32(e) <= block) {
			found = e;
		} else if (!bounded || disk_32(e) < end) {
			end = disk_32(e);
			bounded = true;
		}
	}
	if (!found) { /* a hole before the first */
		*r = (struct run){ 0, end - block };
		return leaf ? 0 : -1;
	}
	begins = disk_32(found);
	if (!leaf) {
		r->at = disk_32(found + 4) | (uint64_t)disk_16(found + 8) << 32;
		return 0;
	}
	len = disk_16(found + 4);
	r->at = disk_32(found + 8) | (uint64_t)disk_16(found + 6) << 32;
	if (len > 32768) { /* reserved, not written */
		len -= 32768;
		r->at = 0;
	}
	if (block - begins >= len) { /* a hole behind it */
		*r = (struct run){ 0, end - block };
		return 0;
	}
	r->at += r->at ? block - begins : 0;
	r->n = len - (block - begins);
	return 0;
}

static int
find_by_extents(const struct fs *fs, const struct fs_file *f, uint32_t block,
    struct run *r)
{
	static _Thread_local uint8_t buf[65536];
	const uint8_t *node = f->block;
	unsigned room = (sizeof(f->block) - 12) / 12;
	unsigned depth = disk_16(node + 6);

	for (unsigned left = MAX_DEPTH + 1; left > 0; left--) {
		unsigned n = disk_16(node + 2);
		bool leaf = disk_16(node + 6) == 0;

		if (disk_16(node) != 0xf30a || n > room || depth > MAX_DEPTH ||
		    find_extent(node, n, block, leaf, r) < 0)
			return -1;
		if (leaf)
			return 0;
		if (r->at > (uint64_t)fs->disk.size / fs->block_size ||
		    disk_read(&fs->disk, r->at * fs->block_size, buf,
			fs->block_size) < 0)
			return -1;
		node = buf;
		room = (fs->block_size - 12) / 12;
	}
	return -1;
}

/* Tables of numbers of blocks, up to three above each other. */
static int
find_by_tables(const struct fs *fs, const struct fs_file *f, uint32_t block,
    struct run *r)
{
	uint64_t per = fs->block_size / 4, index = block, reach = 1;
	unsigned level = 0;
	uint32_t at;

	r->n = 1;
	if (block < 12) {
		r->at = disk_32(f->block + 4 * (size_t)block);
		return 0;
	}
	index -= 12;
	for (level = 1, reach = per; index >= reach; level++, reach *= per) {
		if (level == 3)
			return -1;
		index -= reach;
	}
	at = disk_32(f->block + 4 * (11 + (size_t)level));
	for (; level && at; level--) {
		uint8_t entry[4];

		reach /= per;
		if (disk_read(&fs->disk,
			(uint64_t)at * fs->block_size + index / reach * 4,
			entry, sizeof(entry)) < 0)
			return -1;
		index %= reach;
		at = disk_32(entry);
	}
	r->at = at;
	return 0;
}

static int
ext_read(const struct fs *fs, const struct fs_file *f, int64_t at, void *p,
    size_t len)
{
	while (len) {
		uint64_t block = (uint64_t)at / fs->block_size;
		size_t skip = (size_t)((uint64_t)at % fs->block_size), n;
		struct run r = { 0 };
		int rc = block > UINT32_MAX ? -1
		    : f->flags & HAS_EXTENTS
		    ? find_by_extents(fs, f, (uint32_t)block, &r)
		    : find_by_tables(fs, f, (uint32_t)block, &r);

		if (rc < 0 || !r.n ||
		    r.at > (uint64_t)fs->disk.size / fs->block_size)
			return -1;
		n = r.n > len / fs->block_size + 1
		    ? len
		    : (size_t)r.n * fs->block_size - skip;
		if (n > len)
			n = len;
		if (!r.at)
			memset(p, 0, n);
		else if (disk_read(&fs->disk, r.at * fs->block_size + skip, p,
			     n) < 0)
			return -1;
		p = (char *)p + n;
		at += (int64_t)n;
		len -= n;
	}
	return 0;
}

/* ---- names ---- */

/* 0: not in this block; UINT32_MAX: broken. */
static uint32_t
find_in_block(const uint8_t *p, uint32_t size, const char *name, size_t len)
{
	for (uint32_t at = 0; at + 8 <= size;) {
		uint32_t n = disk_16(p + at + 4);
		uint8_t chars = p[at + 6];

		if (n == 65535 || n == 0)
			n = size - at;
		if (n < 8 || n % 4 || n > size - at || chars > n - 8)
			return UINT32_MAX;
		if (disk_32(p + at) && chars == len &&
		    memcmp(p + at + 8, name, len) == 0)
			return disk_32(p + at);
		at += n;
	}
	return 0;
}

static const char *
look_up(const struct fs *fs, const struct inode *dir, const char *name,
    size_t len, struct inode *out)
{
	static _Thread_local uint8_t block[65536];
	int64_t size = dir->file.size;

	if (dir->kind != DIRECTORY || size > MAX_DIRECTORY)
		return missing;
	for (int64_t at = 0; at < size; at += fs->block_size) {
		uint32_t found;

		if (ext_read(fs, &dir->file, at, block, fs->block_size) < 0)
			return broken;
		found = find_in_block(block, fs->block_size, name, len);
		if (found == UINT32_MAX)
			return broken;
		if (found)
			return read_inode(fs, found, out) < 0 ? broken : NULL;
	}
	return missing;
}

/* What a link says, and the rest of the way behind it. */
static const char *
read_link(const struct fs *fs, const struct inode *link, const char *rest,
    char out[DISK_PATH])
{
	size_t len = (size_t)link->file.size, more = strlen(rest);

	if (link->file.size <= 0 || link->file.size >= DISK_PATH ||
	    more >= DISK_PATH - len - 1)
		return missing;
	if (len < sizeof(link->file.block) && !(link->file.flags & HAS_EXTENTS))
		memcpy(out, link->file.block, len);
	else if (ext_read(fs, &link->file, 0, out, len) < 0)
		return broken;
	out[len] = '/';
	memcpy(out + len + 1, rest, more + 1);
	return NULL;
}

static const char *
ext_find(const struct fs *fs, const char *path, struct fs_file *file_r)
{
	char way[2][DISK_PATH];
	struct inode at, next;
	unsigned links = 0;
	const char *why;

	if (read_inode(fs, ROOT, &at) < 0)
		return broken;
	while (*path) {
		size_t len = strcspn(path, "/");

		if (!len) {
			path++;
			continue;
		}
		why = look_up(fs, &at, path, len, &next);
		if (why)
			return why;
		path += len;
		if (next.kind != LINK) {
			at = next;
			continue;
		}
		if (links == DISK_LINKS)
			return "it has too many links";
		why = read_link(fs, &next, path, way[links % 2]);
		if (why)
			return why;
		path = way[links++ % 2];
		if (*path == '/' && read_inode(fs, ROOT, &at) < 0)
			return broken;
	}
	if (at.kind != PLAIN)
		return "it is no file";
	*file_r = at.file;
	return NULL;
}

const struct fs_driver fs_ext = {
	.name = "ext",
	.open = ext_open,
	.find = ext_find,
	.read = ext_read,
};
