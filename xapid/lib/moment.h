/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moments in which a test may have a process die, as by kill -9: named places,
 * between which a process changes something that outlives it. A test that wants
 * to walk over all of them gives the daemon a folder (XAPID_MOMENTS), in which
 * it has made the files "daemon" and "worker": they are mapped, written with
 * the names that were reached, and read for which is to be the last one. They
 * outlive who dies, so an order is obeyed once. A process may also be told to
 * stand still there, for a test that ends another one in its moment: its
 * parent; or one thread of it to wait there, while others hear what the test
 * wants. Without that folder a moment costs one predictable branch. */
#ifndef XAPID_LIB_MOMENT_H
#define XAPID_LIB_MOMENT_H

#include <stdint.h>

#define MOMENT_NAME 128
#define MOMENT_LOG 65536

/* The files, and nothing but this; as tests/lib/moments.py knows it. */
struct moment_file {
	/* How often it may be reached yet; then death. < 0: no order. */
	_Atomic int64_t skip;
	_Atomic uint32_t used;   /* bytes of log */
	_Atomic uint32_t deaths; /* orders that were obeyed */
	/* In place of dying it stands still, or the thread waits until the test
	 * writes another number. */
	_Atomic uint32_t stands;
#define MOMENT_STANDS 1
#define MOMENT_WAITS 2
#define MOMENT_GOES_ON 3 /* whoever waits, and who is about to */
	uint32_t unused;
	char name[MOMENT_NAME]; /* which; "": any */
	char log[MOMENT_LOG];   /* names, a line each */
};

/* The environment's folder, before rights are given up; -1 and errno: it is
 * set, and its files cannot be used. For the daemon and its parent. */
int moments_open(void);
/* In a child of these that is to become a worker: the file, as MOMENTS_FD, and
 * what is to stand in its environment; NULL: there is no test. */
#define MOMENTS_FD 100
const char *moments_bequeath(void);
/* In that worker; what it forks afterwards has moments, too. */
void moments_inherit(void);

/* "who: what when". */
void moment(const char *who, const char *what, const char *when);

#endif
