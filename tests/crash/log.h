/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a daemon did to files, in order, as record.c writes it into a file that
 * is mapped by all who write and files.c reads it. A file is known by its inode
 * number, and by the folder and the name that it was made with. */
#ifndef TESTS_CRASH_LOG_H
#define TESTS_CRASH_LOG_H

#include <stdint.h>

#define LOG_MAGIC UINT64_C(0x676f6c6873617263)
#define LOG_BYTES ((uint64_t)1 << 30) /* of the file, which has holes */

enum log_kind {
	LOG_NOTHING,  /* its writer was killed meanwhile */
	LOG_CREATE,   /* in dir by name: ino, there before or not */
	LOG_MKDIR,    /* in dir by name: ino */
	LOG_WRITE,    /* to ino: data, or as many zeros as `zeros` says */
	LOG_TRUNCATE, /* ino is `at` bytes long */
	LOG_SYNC,     /* ino */
	LOG_RENAME,   /* in dir, to that of ino `at`: two names */
	LOG_UNLINK,   /* in dir by name */
	LOG_SENT,     /* something to somebody, by TCP: about to be */
	LOG_MARK,     /* by the test: number `at` */
};

struct log_head {
	uint64_t magic;
	uint64_t root;        /* inode of the folder that is looked at */
	uint64_t device;      /* its file system */
	_Atomic uint64_t end; /* where the next record begins */
	_Atomic uint64_t lost;
};

struct log_record {
	uint32_t kind;  /* written last */
	uint32_t bytes; /* of data; what follows is aligned to 8 */
	uint64_t ino, dir, at, zeros;
	uint8_t data[];
};

static inline uint64_t
log_record_bytes(uint32_t bytes)
{
	return sizeof(struct log_record) +
	    ((bytes + UINT64_C(7)) & ~UINT64_C(7));
}

#endif
