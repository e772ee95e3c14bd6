/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fault injection: tests make the n-th system call or allocation fail, and
 * loop until it no longer does. The wrappers below are the only way the core
 * writes, syncs and renames files and allocates records. Costs one predictable
 * branch where no test has armed a fault. */
#ifndef XAPID_LIB_FAULT_H
#define XAPID_LIB_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum fault_kind {
	FAULT_ALLOC,  /* malloc answers NULL */
	FAULT_OPEN,   /* EMFILE, ENOENT, EACCES */
	FAULT_WRITE,  /* ENOSPC, EIO, short write */
	FAULT_SYNC,   /* fsync, fdatasync: EIO, ENOSPC */
	FAULT_RENAME, /* EIO, ENOSPC */
	FAULT_KINDS
};

/* The n-th (from 0) call of this kind in the process fails with err; if
 * sticky, all later ones too; err < 0: the process exits at once with
 * _exit(-err) instead (crash tests). */
void fault_arm(enum fault_kind kind, long n, int err, bool sticky);
void fault_disarm(void);
/* Also read from XAPID_FAULT="kind:n:err[:sticky],..." by the daemon. False
 * when the text is wrong. */
bool fault_arm_text(const char *text);
/* How often this kind was reached since fault_disarm(). */
long fault_count(enum fault_kind kind);
/* True when the caller must fail now (errno is set). */
bool fault_hit(enum fault_kind kind);

void *fault_malloc(size_t size);
void *fault_calloc(size_t n, size_t size);
void *fault_realloc(void *p, size_t size);
int fault_open(const char *path, int flags, mode_t mode);
ssize_t fault_write(int fd, const void *buf, size_t len);
int fault_fsync(int fd);
int fault_fdatasync(int fd);
int fault_rename(const char *from, const char *to);

#endif
