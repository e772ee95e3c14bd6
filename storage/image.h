/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs of QEMU, for images that are more than a plain file. Whoever reads
 * an image that others wrote runs as a user of its own without any right, and
 * gets open files: which image rests on which is said by us, never by what
 * stands in it. */
#ifndef XAPID_STORAGE_IMAGE_H
#define XAPID_STORAGE_IMAGE_H

#include "storage/volume.h"

/* At the start of a worker, with all rights: where sockets are made for a
 * moment, and the kernel's module. NULL: a simulated host, without devices. */
void image_prepare(const char *state);

/* The block device that serves an image, made when there is none: its path in
 * the arena; NULL, raised. The folder is locked, and stays so until the device
 * is there or will not be, also when we die. */
const char *image_attach(struct op *op, const char *argument, int folder,
    const struct volume *v, const struct layers *below, bool writable);
/* What the kernel calls such a device, as whoever opens it by its path looks
 * again: numbers of devices are given anew. "": a path that is none. NULL,
 * raised. */
const char *image_name_of(struct op *op, const char *argument,
    const char *path);
/* Lets go of it, after its last user has, and waits until it is closed. */
int image_detach(struct op *op, const char *argument, const struct volume *v);
/* Of one that nobody writes to at present: all that was written is in its file,
 * and the file is whole. -1, raised. written_r: see image_written. */
int image_settle(struct op *op, const char *argument, uint64_t *written_r);
/* A number that another one follows as soon as something is written to it, or on
 * its way there. -1, raised. */
int image_written(struct op *op, const char *argument, uint64_t *written_r);
/* Whether a program has it open. */
bool image_is_open(const struct volume *v);
bool image_is_served(struct op *op, const char *argument,
    const struct volume *v);
/* Whether there is a device of that name. */
bool image_has_device(struct op *op, const char *argument);
/* Of one that a guest has: nobody serves it any more. */
bool image_is_lost(struct op *op, const char *argument);

#endif
