/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a daemon that has ended is started again, and when: one that dies at
 * once, again and again, is left dead. */
#ifndef XAPID_MAIN_AGAIN_H
#define XAPID_MAIN_AGAIN_H

#include <stdint.h>

/* So many deaths in a row are too many ... */
#define AGAIN_DEATHS 5
/* ... where none of them had lived for so long. */
#define AGAIN_LIFE_S 600
/* Whoever has grown to this and is killed was killed for it, by the kernel. */
#define AGAIN_BIG_KIB (INT64_C(1) << 20)

struct again {
	unsigned deaths; /* in a row */
};

struct again_death {
	int status; /* as of waitpid */
	int64_t lived_ms;
	int64_t most_kib; /* of memory, at any time */
};

/* ms to wait before the next one is started; -1: there is none. */
int again_after(struct again *a, const struct again_death *d);

#endif
