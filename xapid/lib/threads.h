/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool of threads for work that blocks (password checks, plugins, file
 * collection): grows to max, shrinks when idle for some seconds; the queue is
 * bounded. Its threads block all signals. */
#ifndef XAPID_LIB_THREADS_H
#define XAPID_LIB_THREADS_H

struct threads;

/* name: of the threads, at most 15 characters; max_queue: pieces of work that
 * wait for one. NULL: no memory. */
struct threads *threads_new(const char *name, int max, int max_queue);
/* Waits for what runs; drops nothing that was accepted, and takes nothing
 * from now on: for those whose work comes from others that end later. NULL is
 * fine. */
void threads_stop(struct threads *t);
/* threads_stop, and what is left. NULL is fine. */
void threads_free(struct threads *t);
/* 0, or -1 when the queue is full, threads_stop has begun or there is no
 * memory. In the order given, as far as one thread does the work. */
int threads_run(struct threads *t, void (*fn)(void *arg), void *arg);

#endif
