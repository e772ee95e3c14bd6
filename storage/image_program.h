/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How programs of QEMU are started. */
#ifndef XAPID_STORAGE_IMAGE_PROGRAM_H
#define XAPID_STORAGE_IMAGE_PROGRAM_H

#include "storage/volume.h"

#define IMAGE_FDS (VOLUME_LAYERS + 8)

struct image_program {
	const char *const *argv;
	int fds[IMAGE_FDS]; /* they become 3, 4, … */
	unsigned nfds;
	bool listening; /* fds[0] is a socket that it serves */
	int out;        /* its descriptors 1 and 2 */
};

/* As a user without rights, in a session of its own. stays: it outlives us,
 * and nobody waits for it; else its pid. -1 and errno. */
pid_t image_start(const struct image_program *p, bool stays);
/* Gives the file to that user. 0, or -1 and errno. */
int image_lend(int fd);

/* How QEMU is told of an image and those below it, which are its descriptors
 * first, first + 1, … In the arena; NULL, raised. */
const char *image_describe(struct op *op, enum volume_format format,
    unsigned layers, unsigned first);

#endif
