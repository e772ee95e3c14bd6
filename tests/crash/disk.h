/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that are found after a crash. */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include <stddef.h>
#include <stdint.h>

#define DISK_FILES 64

struct disk {
	unsigned n;
	struct disk_file {
		char path[256];     /* below the folder that was looked at */
		const void *object; /* that it is the content of */
		const uint8_t *p;
		size_t n;
		uint8_t *own; /* where p points, if nowhere else */
		size_t cap;
	} files[DISK_FILES];
};
const struct disk_file *disk_find(const struct disk *d, const char *path);
void disk_free(struct disk *d);
/* Folders are made, other files of them left alone. -1 and errno. */
int disk_write(const struct disk *d, const char *folder);

#endif
