/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of a guest's disk: partitions and file systems as anybody may have
 * written them, read by a process that can do nothing but read and write what
 * it has open (kernel.h). Nothing is believed: every number is checked before
 * it is used, every loop has an end. */
#ifndef XAPID_STORAGE_DISK_H
#define XAPID_STORAGE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_PATH 1024
#define DISK_LINKS 8 /* followed on one way */

/* A part of a disk. */
struct disk {
	int fd;
	int64_t at, size; /* bytes */
};
/* All of it, or -1. */
int disk_read(const struct disk *d, uint64_t at, void *p, size_t len);

struct fs_file {
	int64_t size;
	uint32_t inode;       /* ext */
	uint8_t block[60];    /* ext: where its data is */
	uint32_t flags;       /* ext */
	uint32_t first_block; /* iso */
};

struct fs {
	struct disk disk;
	uint32_t block_size;
	/* ext */
	uint32_t inodes, inodes_per_group, inode_size, group_size;
	uint64_t groups_at;
	/* iso */
	struct fs_file root;
};

struct fs_driver {
	const char *name;
	/* Whether it is one that can be read. */
	bool (*open)(struct fs *fs);
	/* A plain file. NULL, or what is wrong, as static text. */
	const char *(*find)(const struct fs *fs, const char *path,
	    struct fs_file *file_r);
	/* 0, or -1: broken. The file has so much. */
	int (*read)(const struct fs *fs, const struct fs_file *f, int64_t at,
	    void *p, size_t len);
};
extern const struct fs_driver fs_ext, fs_iso;

/* Writes a file of the disk, wherever it is, to `to`; path "": the disk itself
 * is what is wanted, without the zeros behind it. NULL, or why not, as static
 * text. */
const char *disk_take(int disk, const char *path, int64_t max, int to);

/* ---- numbers ---- */

static inline uint16_t
disk_16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
disk_32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static inline uint64_t
disk_64(const uint8_t *p)
{
	return disk_32(p) | (uint64_t)disk_32(p + 4) << 32;
}

#endif
