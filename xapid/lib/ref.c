/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random references are drawn from the kernel in batches, one batch a thread.
 * References of sessions are secrets, hence: only the kernel's generator, no
 * reference is left behind in the batch once it was handed out, and a child
 * after fork() does not continue its parent's batch. */
#include "lib/ref.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* 256 bytes: what getrandom() promises to give whole, without EINTR. */
#define BATCH (256 / sizeof(struct ref))

struct batch {
	struct ref refs[BATCH];
	size_t left;
	unsigned fork_count; /* when it was filled */
};

static const char prefix[] = "OpaqueRef:";
static const char null_name[] = "OpaqueRef:NULL";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic unsigned fork_count;
static _Thread_local struct batch batch;

static void
count_fork(void)
{
	fork_count++;
}

static void
watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, count_fork) != 0)
		abort(); /* no memory this early, and no safe way on */
}

static void
batch_fill(struct batch *b)
{
	pthread_once(&once, watch_forks);
	while (getrandom(b->refs, sizeof b->refs, 0) != sizeof b->refs)
		if (errno != EINTR)
			abort(); /* guessable references would be worse */
	b->left = BATCH;
	b->fork_count = fork_count;
}

struct ref
ref_new(void)
{
	struct batch *b = &batch;
	struct ref *p, r;

	if (b->left == 0 || b->fork_count != fork_count)
		batch_fill(b);
	p = &b->refs[--b->left];
	r = *p;
	explicit_bzero(p, sizeof *p);
	/* RFC 9562: version 4, variant 10. */
	r.hi = (r.hi & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	r.lo = (r.lo & (UINT64_MAX >> 2)) | UINT64_C(1) << 63;
	return r;
}

/* Of hexadecimal digits, and one more; 0: none. */
static const uint8_t digit_values[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
};

/* Whether a dash stands before this hexadecimal digit (0 to 31). */
static inline bool
dash_before(int i)
{
	return i == 8 || i == 12 || i == 16 || i == 20;
}

/* n digits, added to *to; where they end, or NULL. */
static inline const char *
digits(const char *text, int n, uint64_t *to)
{
	uint64_t v = *to;

	for (int i = 0; i < n; i++) {
		int d = digit_values[(unsigned char)text[i]];

		if (d == 0) /* also at the end of the text */
			return NULL;
		v = v << 4 | (uint64_t)(d - 1);
	}
	*to = v;
	return text + n;
}

/* A start with ten thousand VMs does this a hundred thousand times. */
bool
uuid_parse(const char *text, struct ref *out_r)
{
	struct ref r = { 0, 0 };

	if (!(text = digits(text, 8, &r.hi)) || *text != '-' ||
	    !(text = digits(text + 1, 4, &r.hi)) || *text != '-' ||
	    !(text = digits(text + 1, 4, &r.hi)) || *text != '-' ||
	    !(text = digits(text + 1, 4, &r.lo)) || *text != '-' ||
	    !(text = digits(text + 1, 12, &r.lo)) || *text != '\0' ||
	    r.hi == REF_FOREIGN_HI)
		return false;
	*out_r = r;
	return true;
}

void
uuid_format(struct ref r, char out[UUID_CHARS + 1])
{
	static const char hex[] = "0123456789abcdef";
	const uint64_t half[2] = { r.hi, r.lo };

	for (int i = 0; i < 32; i++) {
		if (dash_before(i))
			*out++ = '-';
		*out++ = hex[half[i / 16] >> (60 - 4 * (i % 16)) & 15];
	}
	*out = '\0';
}

bool
ref_parse(const char *text, struct ref *out_r)
{
	const size_t n = sizeof prefix - 1;
	struct ref r;

	if (*text == '\0' || strcmp(text, null_name) == 0) {
		*out_r = REF_NULL;
		return true;
	}
	if (strncmp(text, prefix, n) != 0)
		return false;
	text += n;
	if (!uuid_parse(text, &r))
		return false;
	/* Clients compare references as text, so one has one spelling. */
	if (strpbrk(text, "ABCDEF"))
		return false;
	*out_r = r;
	return true;
}

int
ref_format(struct ref r, char out[REF_CHARS + 1])
{
	if (ref_is_null(r) || ref_is_foreign(r)) {
		memcpy(out, null_name, sizeof null_name);
		return (int)sizeof null_name - 1;
	}
	memcpy(out, prefix, sizeof prefix - 1);
	uuid_format(r, out + sizeof prefix - 1);
	return REF_CHARS;
}

const char *
ref_text(struct ref r, char out[REF_CHARS + 1])
{
	if (ref_is_foreign(r))
		return (const char *)(uintptr_t)r.lo;
	ref_format(r, out);
	return out;
}
