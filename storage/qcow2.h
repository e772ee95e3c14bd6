/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a qcow2 image: read with the suspicion that a file of unknown
 * origin deserves, and written for new images. Nothing here opens a file.
 * (source: the format's specification, version 3) */
#ifndef XAPID_STORAGE_QCOW2_H
#define XAPID_STORAGE_QCOW2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QCOW2_HEAD 4096       /* bytes of a file to look at */
#define QCOW2_NEW (7 * 65536) /* bytes that a new image begins with */
#define QCOW2_MAX_SIZE (INT64_C(1) << 44) /* that our tables can grow to */

struct qcow2 {
	int64_t size; /* as the guest sees it; whole sectors */
	uint64_t l1_offset;
	uint32_t l1_entries;
	unsigned version; /* 2 or 3 */
	unsigned cluster_bits;
	bool long_l2; /* entries of 16 bytes */
	/* The name in the header; "" : none. Not to be opened as it is. */
	char backing[256];
};

/* From the first bytes of a file: NULL, or what is wrong with it or what this
 * host does not want in it, as static text. */
const char *qcow2_parse(const uint8_t *p, size_t len, struct qcow2 *out_r);
/* Whether it can become that large by a new size in its header alone. */
bool qcow2_can_grow(const struct qcow2 *q, int64_t size);
/* The largest size of that kind. */
int64_t qcow2_limit(const struct qcow2 *q);
/* The QCOW2_NEW first bytes of an empty image of that size. -1: the size or
 * the name is too long. */
int qcow2_new(int64_t size, const char *backing, uint8_t out[QCOW2_NEW]);
/* Where the size stands in the header, and how: 8 bytes. */
#define QCOW2_SIZE_AT 24
void qcow2_put_size(int64_t size, uint8_t out[8]);

#endif
