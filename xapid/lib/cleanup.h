/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Release by scope: a resource declared with CLEANUP(fn) is released by fn
 * when its scope ends. Variables start at a sentinel (NULL, -1); handing one
 * out is `*out_r = STEAL(p)`. */
#ifndef XAPID_LIB_CLEANUP_H
#define XAPID_LIB_CLEANUP_H

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* CLEANUP(arena_free) struct arena *a = arena_new();
 * needs CLEANUP_DEFINE(arena_free, struct arena *) once, in the header that
 * declares arena_free. The function must accept NULL. */
#define CLEANUP(fn) __attribute__((cleanup(cleanup_##fn)))
#define CLEANUP_DEFINE(fn, type)                                               \
	static inline void cleanup_##fn(type *p)                               \
	{                                                                      \
		fn(*p);                                                        \
	}                                                                      \
	struct cleanup_semicolon_##fn

static inline void
cleanup_free_(void *p)
{
	free(*(void **)p);
}

static inline void
cleanup_fd_(const int *fd)
{
	int saved = errno; /* the caller may be on its way out with it */

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void
cleanup_unlock_(pthread_mutex_t **m)
{
	if (*m)
		pthread_mutex_unlock(*m);
}

#define CLEANUP_FREE __attribute__((cleanup(cleanup_free_)))
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd_)))

/* Holds a mutex until the end of the scope. */
#define CLEANUP_PASTE_(a, b) a##b
#define CLEANUP_NAME_(a, b) CLEANUP_PASTE_(a, b)
#define LOCK_SCOPE(m)                                                          \
	__attribute__((cleanup(cleanup_unlock_), unused)) pthread_mutex_t *    \
	CLEANUP_NAME_(lock_scope_, __LINE__) = (pthread_mutex_lock(m), (m))

#define STEAL(p)                                                               \
	({                                                                     \
		__typeof__(p) steal_ = (p);                                    \
		(p) = NULL;                                                    \
		steal_;                                                        \
	})
#define STEAL_FD(fd)                                                           \
	({                                                                     \
		int steal_ = (fd);                                             \
		(fd) = -1;                                                     \
		steal_;                                                        \
	})

#endif
