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

/* The n-th call of this kind from now on (0: the next) fails with err; if
 * sticky, all later ones too. err < 0: the process exits at once with
 * _exit(-err) instead (crash tests). err 0: FAULT_WRITE is a short write,
 * FAULT_SYNC one that takes 50 ms longer; no other kind has it. */
void fault_arm(enum fault_kind kind, long n, int err, bool sticky);
/* Nothing fails any more; counting starts again from 0. */
void fault_disarm(void);
/* Also read from XAPID_FAULT="kind:n:err[:sticky],..." by the daemon: kind is
 * alloc, open, write, sync or rename, at most once each; err is ENOSPC, EIO,
 * EMFILE, ENOMEM, ENOENT, EACCES, "short" (write only), "slow" (sync only) or
 * "exit" (status 99). False, and nothing armed, when the text is wrong. */
bool fault_arm_text(const char *text);
/* How often this kind was reached since the last fault_arm() of it or
 * fault_disarm(). Nothing is counted before the first of these, so that a
 * daemon without tests pays for no counter. */
long fault_count(enum fault_kind kind);
/* True when the caller must fail now (errno is set). A slow sync is so here. */
bool fault_hit(enum fault_kind kind);

/* What their names without "fault_" do, or fail with errno as was ordered. */
void *fault_malloc(size_t size);
void *fault_calloc(size_t n, size_t size);
void *fault_realloc(void *p, size_t size);
int fault_open(const char *path, int flags, mode_t mode);
ssize_t fault_write(int fd, const void *buf, size_t len);
int fault_fsync(int fd);
int fault_fdatasync(int fd);
int fault_rename(const char *from, const char *to);

#endif
