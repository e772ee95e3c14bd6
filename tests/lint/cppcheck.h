/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cppcheck does not know of <sys/queue.h>; nobody else includes this. */
#ifndef TESTS_LINT_CPPCHECK_H
#define TESTS_LINT_CPPCHECK_H

#define TAILQ_HEAD(name, type)                                                 \
	struct name {                                                          \
		struct type *first;                                            \
	}
#define TAILQ_ENTRY(type)                                                      \
	struct {                                                               \
		struct type *next;                                             \
	}
#define TAILQ_FOREACH(var, head, field)                                        \
	for ((var) = (head)->first; (var); (var) = (var)->field.next)

#endif
