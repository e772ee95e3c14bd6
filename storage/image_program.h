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
	bool ends_with_us;
	int out; /* its descriptors 1 and 2 */
};

/* Root, at the start of a worker: who the programs are from now on, a user that
 * has nothing but images, nobody where there is none. Without it they are who
 * we are. -1 and errno. */
int image_find_user(void);
/* In a child: that is who it is, without rights. -1 and errno. */
int image_become_user(void);

/* As a user without rights and without sockets but those, in a session of its
 * own. Its pid; -1 and errno. */
pid_t image_start(const struct image_program *p);
/* Gives the file to that user. 0, or -1 and errno. */
int image_lend(int fd);
int image_lend_all(const struct volume *v, const struct layers *below);

/* How QEMU is told of an image and those below it, which are its descriptors
 * first, first + 1, … In the arena; NULL: no memory. */
const char *image_describe(struct arena *arena, enum volume_format format,
    enum volume_format lowest, unsigned layers, unsigned first);

#endif
