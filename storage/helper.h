/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process beside a storage worker that has what the worker gives up: it
 * starts programs of QEMU as a user without rights, and tells the kernel's nbd.
 * It is asked in fixed structs with descriptors, which it checks again, and
 * never looks into an image: the worker reads headers, and has no such rights.
 * One request at a time. */
#ifndef XAPID_STORAGE_HELPER_H
#define XAPID_STORAGE_HELPER_H

#include "storage/volume.h"

#define HELPER_NAME 64
#define HELPER_PATH 512
#define HELPER_FDS (2 * VOLUME_LAYERS + 8)

enum helper_op {
	/* The image as a block device. Descriptors: as in keeper.h. */
	HELPER_SERVE,
	HELPER_DISCONNECT, /* device, which must be one of ours */
	/* Starts what copies (job.h). Descriptors: for words, the target, the
	 * image, those below it. */
	HELPER_CONVERT,
	/* Starts what writes an image into the one below it. Descriptors: for
	 * words, the image, those below it. */
	HELPER_COMMIT,
	/* Starts what takes files out of a disk (kernel.h). Descriptors: for
	 * words, the disk, and where to: the kernel, the ramdisk. */
	HELPER_TAKE,
	HELPER_END, /* waits for what copies; kill: ends it */
};

struct helper_request {
	enum helper_op op;
	enum volume_format format, to; /* of the image, of a target */
	enum volume_format lowest;     /* of the lowest layer */
	unsigned layers;               /* below the image */
	bool writable, kill;
	int device;
	char name[HELPER_NAME]; /* of the device */
	struct helper_file {
		char path[HELPER_PATH];
		int64_t max; /* bytes */
	} files[2];          /* the kernel, the ramdisk */
};

struct helper_answer {
	int error; /* errno; 0: done */
	int device;
	int status; /* as from waitpid */
};

/* Before there are threads; real: with all rights, of which it keeps some. Else
 * it is started when it is asked first. -1 and errno. */
int helper_start(bool real);
/* In a child: closes all but those and 0, 1 and 2, which lead nowhere then. */
void helper_keep_only(const int *fds, unsigned nfds);
/* The descriptors stay the caller's. -1 and errno, also of what failed
 * there. When it is gone this process ends, and a fresh one begins both. */
int helper_ask(const struct helper_request *r, const int *fds, unsigned nfds,
    struct helper_answer *answer_r);

#endif
