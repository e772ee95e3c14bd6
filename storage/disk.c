/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of the tables' forms: the UEFI specification, chapter 5) */
#include "storage/disk.h"

#include <string.h>
#include <unistd.h>

#define SECTOR 512
#define MAX_PARTS 128
#define MAX_LOGICAL 32
#define PIECE ((size_t)1 << 16)

int
disk_read(const struct disk *d, uint64_t at, void *p, size_t len)
{
	uint64_t size = (uint64_t)d->size;

	if (at > size || len > size - at)
		return -1;
	for (size_t got = 0; got < len;) {
		ssize_t n = pread(d->fd, (char *)p + got, len - got,
		    (off_t)(d->at + (int64_t)at + (int64_t)got));

		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	return 0;
}

/* ---- copying ---- */

static int
write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static const char *
copy_file(const struct fs_driver *driver, const struct fs *fs,
    const struct fs_file *f, int64_t max, int to)
{
	static char piece[PIECE];

	if (f->size > max)
		return "it is larger than allowed";
	if (!f->size)
		return "it is empty";
	for (int64_t at = 0; at < f->size;) {
		size_t len = f->size - at < (int64_t)sizeof(piece)
		    ? (size_t)(f->size - at)
		    : sizeof(piece);

		if (driver->read(fs, f, at, piece, len) < 0)
			return "the file system is broken";
		if (write_all(to, piece, len) < 0)
			return "the host has no room for it";
		at += (int64_t)len;
	}
	return NULL;
}

/* Where the last byte is that is not zero. */
static int64_t
end_of_data(const struct disk *d)
{
	static char piece[PIECE];
	int64_t at = d->size;

	while (at > 0) {
		size_t len =
		    at < (int64_t)sizeof(piece) ? (size_t)at : sizeof(piece);

		if (disk_read(d, (uint64_t)at - len, piece, len) < 0)
			return -1;
		for (size_t i = len; i-- > 0;)
			if (piece[i])
				return at - (int64_t)(len - i - 1);
		at -= (int64_t)len;
	}
	return 0;
}

static bool
is_kernel(const uint8_t *p)
{
	return memcmp(p, "\177ELF", 4) == 0 ||
	    memcmp(p + 0x202, "HdrS", 4) == 0;
}

static const char *
take_whole(const struct disk *d, int64_t max, int to)
{
	static uint8_t head[PIECE];
	int64_t size;

	if (disk_read(d, 0, head, 2 * SECTOR) < 0 || !is_kernel(head))
		return "the disk is no kernel";
	/* No further than what may be. */
	size = end_of_data(d);
	if (size < 0)
		return "the disk cannot be read";
	if (size > max)
		return "it is larger than allowed";
	for (int64_t at = 0; at < size;) {
		size_t len = size - at < (int64_t)sizeof(head)
		    ? (size_t)(size - at)
		    : sizeof(head);

		if (disk_read(d, (uint64_t)at, head, len) < 0)
			return "the disk cannot be read";
		if (write_all(to, (const char *)head, len) < 0)
			return "the host has no room for it";
		at += (int64_t)len;
	}
	return NULL;
}

/* ---- looking ---- */

struct search {
	struct disk whole;
	const char *path;
	int64_t max;
	int to;
	bool done;       /* found, for good or bad */
	const char *why; /* NULL: it is there; else the last reason */
};

static const struct fs_driver *const drivers[] = { &fs_ext, &fs_iso };

/* Goes on until one has the file. */
static void
look_into(struct search *s, uint64_t at, uint64_t size)
{
	uint64_t all = (uint64_t)s->whole.size;

	if (s->done || at >= all || !size)
		return;
	if (size > all - at)
		size = all - at;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		struct fs fs = { .disk = { s->whole.fd, (int64_t)at,
				     (int64_t)size } };
		struct fs_file file = { 0 };

		if (!drivers[i]->open(&fs))
			continue;
		s->why = drivers[i]->find(&fs, s->path, &file);
		s->done = !s->why;
		if (s->done)
			s->why =
			    copy_file(drivers[i], &fs, &file, s->max, s->to);
		return;
	}
}

static void
look_into_gpt(struct search *s)
{
	uint8_t head[SECTOR], entry[128];
	uint64_t at;
	uint32_t n, each;

	if (disk_read(&s->whole, SECTOR, head, sizeof(head)) < 0 ||
	    memcmp(head, "EFI PART", 8) != 0)
		return;
	at = disk_64(head + 72);
	n = disk_32(head + 80);
	each = disk_32(head + 84);
	if (at > (uint64_t)s->whole.size / SECTOR || each < sizeof(entry) ||
	    each > 4096)
		return;
	for (uint32_t i = 0; i < n && i < MAX_PARTS; i++) {
		uint64_t first, last;

		if (disk_read(&s->whole, at * SECTOR + (uint64_t)i * each,
			entry, sizeof(entry)) < 0)
			return;
		first = disk_64(entry + 32);
		last = disk_64(entry + 40);
		if (first && last >= first &&
		    last < (uint64_t)s->whole.size / SECTOR)
			look_into(s, first * SECTOR,
			    (last - first + 1) * SECTOR);
	}
}

static bool
is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

/* Each has a table of its own: its part, and where the next one is. */
static void
look_into_logical(struct search *s, uint64_t base)
{
	uint64_t at = base;
	uint8_t table[SECTOR];

	for (int i = 0; i < MAX_LOGICAL; i++) {
		const uint8_t *e = table + 446;

		if (disk_read(&s->whole, at * SECTOR, table, SECTOR) < 0 ||
		    disk_16(table + 510) != 0xaa55)
			return;
		if (e[4])
			look_into(s, (at + disk_32(e + 8)) * SECTOR,
			    (uint64_t)disk_32(e + 12) * SECTOR);
		if (!is_extended(e[16 + 4]))
			return;
		at = base + disk_32(e + 16 + 8);
	}
}

static void
look_into_parts(struct search *s)
{
	uint8_t table[SECTOR];

	if (disk_read(&s->whole, 0, table, SECTOR) < 0 ||
	    disk_16(table + 510) != 0xaa55)
		return;
	for (int i = 0; i < 4; i++) {
		const uint8_t *e = table + 446 + 16 * (size_t)i;

		if (e[4] == 0xee)
			look_into_gpt(s);
		else if (is_extended(e[4]))
			look_into_logical(s, disk_32(e + 8));
		else if (e[4])
			look_into(s, (uint64_t)disk_32(e + 8) * SECTOR,
			    (uint64_t)disk_32(e + 12) * SECTOR);
	}
}

const char *
disk_take(int fd, const char *path, int64_t max, int to)
{
	struct search s = { .whole = { fd, 0, lseek(fd, 0, SEEK_END) },
		.path = path,
		.max = max,
		.to = to,
		.why = "there is no file system that can be read" };

	if (s.whole.size <= 0)
		return "the disk cannot be read";
	if (!*path)
		return take_whole(&s.whole, max, to);
	look_into(&s, 0, (uint64_t)s.whole.size);
	look_into_parts(&s);
	return s.why;
}
