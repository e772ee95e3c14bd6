/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process gives up: its user, its capabilities, system calls. Each step
 * is for good, and what this process starts has no more than it. */
#ifndef XAPID_LIB_SANDBOX_H
#define XAPID_LIB_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Somebody to become; with name NULL nobody. */
struct sandbox_user {
	const char *name;
	uid_t uid;
	gid_t gid;
};

/* Looks a user up. -1 and errno, ENOENT when there is none. */
int sandbox_find_user(const char *name, struct sandbox_user *user_r);
/* Groups, group and user of this process. It must be root, and have one
 * thread. */
int sandbox_become(const struct sandbox_user *user);
/* No capability any more, nor from any program it may execute. */
int sandbox_drop_capabilities(void);
/* Becomes user (name NULL: stays who it is) and has this one capability from
 * then on, and nothing that it executes has any. It must be root. */
int sandbox_keep_capability(const struct sandbox_user *user, int cap);
/* The same with several: a bit for each. */
int sandbox_keep_capabilities(const struct sandbox_user *user, uint64_t caps);
#define SANDBOX_CAP(cap) (UINT64_C(1) << (cap))

/* It, and what it executes as root, have these at most. It must be root. */
int sandbox_bound_capabilities(uint64_t caps);

/* What it may have of its own memory: beyond that, malloc fails. So a mistake
 * costs the process, not the machine. */
int sandbox_limit_memory(uint64_t bytes);

/* From here on files are opened below these folders only; elsewhere it is
 * EACCES. What is open stays. Call it before there are threads. 1: the kernel
 * has no such thing; -1 and errno. */
struct sandbox_path {
	const char *path; /* one that is not there stays out of reach */
	bool writable;
	bool programs; /* what is there may be executed */
};
int sandbox_paths(const struct sandbox_path *paths, size_t n);

enum sandbox_kind {
	SANDBOX_DAEMON,  /* files, sockets, threads; no program */
	SANDBOX_WORKER,  /* files and threads only */
	SANDBOX_NETWORK, /* the same, and netlink */
	/* All but what reaches beyond domains: it starts programs that others
	 * wrote (QEMU), and they get the same. What is refused answers EPERM,
	 * or EAFNOSUPPORT for sockets that reach a network. */
	SANDBOX_HYPERVISOR,
	SANDBOX_LOCAL,   /* as SANDBOX_WORKER, and sockets of this host */
	SANDBOX_STARTER, /* as SANDBOX_HYPERVISOR, and netlink */
	SANDBOX_PROGRAM, /* the same for a program that needs no socket */
	SANDBOX_READER, /* reads and writes what it has open, and that is all */
	SANDBOX_KINDS
};

/* From here on other system calls answer ENOSYS, and those that only an
 * intruder makes end the process. Call it before there are threads. 1: the
 * kernel has no such thing; -1 and errno. */
int sandbox_filter(enum sandbox_kind kind);

#endif
