/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A number that tells whether two raw volumes hold the same, wherever they are
 * and however sparse. It is no protection against who wants them to look alike. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "storage/volume.h"

#define BLOCK ((size_t)64 * 1024)
#define PRIME UINT64_C(0x100000001b3) /* FNV-1a's, of 64 bits at a time */
#define SEED UINT64_C(0xcbf29ce484222325)

static uint64_t
mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * PRIME;
	return sum ^ sum >> 29; /* the highest bits count, too */
}

/* Blocks of zeros are as if they were not there. */
static uint64_t
mix_block(uint64_t sum, uint64_t number, const uint64_t words[])
{
	uint64_t any = 0;

	for (size_t i = 0; i < BLOCK / 8; i++)
		any |= words[i];
	if (!any)
		return sum;
	sum = mix(sum, number);
	for (size_t i = 0; i < BLOCK / 8; i++)
		sum = mix(sum, words[i]);
	return sum;
}

/* Bytes read, fewer at the end; -1 and errno. */
static ssize_t
read_block(int fd, void *block, off_t at)
{
	size_t n = 0;

	memset(block, 0, BLOCK);
	while (n < BLOCK) {
		ssize_t r =
		    pread(fd, (char *)block + n, BLOCK - n, at + (off_t)n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

/* 1: cancelled. */
static int
sum_of(struct op *op, const struct volume *v, uint64_t *sum_r)
{
	uint64_t block[BLOCK / 8], sum = mix(SEED, (uint64_t)v->size);
	off_t at = 0;

	while ((at = lseek(v->fd, at, SEEK_DATA)) >= 0) {
		at -= at % (off_t)BLOCK;
		if (read_block(v->fd, block, at) < 0)
			return -1;
		sum = mix_block(sum, (uint64_t)at / BLOCK, block);
		at += (off_t)BLOCK;
		if (op_cancelled(op))
			return 1;
		op_progress(op, (double)at / (double)(v->size + 1));
	}
	*sum_r = sum;
	return errno == ENXIO ? 0 : -1;
}

int
file_vdi_sum(void *context, struct op *op)
{
	CLEANUP_VOLUME struct volume v = VOLUME_NONE;
	CLEANUP_FD int folder = volume_folder(op, false);
	char text[17];
	uint64_t sum;
	int r;

	(void)context;
	if (folder < 0 || volume_open(op, folder, "vdi", O_RDONLY, &v) < 0)
		return -1;
	if (v.format != VOLUME_RAW)
		return op_fail(op, "SR_OPERATION_NOT_SUPPORTED", op->uuid,
		    NULL);
	r = sum_of(op, &v, &sum);
	if (r < 0)
		return volume_fail(op, "vdi");
	if (r > 0)
		return op_fail(op, "TASK_CANCELLED", NULL);
	snprintf(text, sizeof(text), "%016" PRIx64, sum);
	return op_answer(op,
	    &(struct value_member){ "sum",
		value_of_text(arena_strdup(op->arena, text)) },
	    1);
}
