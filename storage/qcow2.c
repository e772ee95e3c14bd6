/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/qcow2.h"

#include <string.h>

#define MAGIC 0x514649fbu
#define SECTOR 512
#define MAX_L1 (32u << 20) /* bytes */
#define HEADER_V2 72
#define HEADER_V3 104

/* incompatible_features */
#define DIRTY (1u << 0)
#define CORRUPT (1u << 1)
#define DATA_FILE (1u << 2)
#define COMPRESSION (1u << 3)
#define LONG_L2 (1u << 4)

/* header extensions */
#define EXT_END 0u
#define EXT_BACKING_FORMAT 0xe2792acau
#define EXT_DATA_FILE 0x44415441u
#define EXT_ENCRYPTION 0x0537be77u

/* What a new image looks like, in clusters: the header, the table of
 * reference counts and its first block, the L1 table for QCOW2_MAX_SIZE. */
#define BITS 16
#define CLUSTER (1u << BITS)
#define TABLE_AT (1u * CLUSTER)
#define BLOCK_AT (2u * CLUSTER)
#define L1_AT (3u * CLUSTER)
#define L1_ENTRIES (4u * CLUSTER / 8)

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)(v >> 32));
	put32(p + 4, (uint32_t)v);
}

/* What an L1 entry covers, in bytes. */
static int64_t
l1_reach(const struct qcow2 *q)
{
	unsigned entry_bits = q->long_l2 ? 4 : 3;

	return INT64_C(1) << (2 * q->cluster_bits - entry_bits);
}

/* ---- reading ---- */

static const char *
check_tables(const uint8_t *p, const struct qcow2 *q)
{
	uint64_t mask = (UINT64_C(1) << q->cluster_bits) - 1;
	uint64_t counts_at = get64(p + 48);
	uint64_t counts = get32(p + 56);
	int64_t reach = l1_reach(q);

	if (q->l1_entries > MAX_L1 / 8)
		return "its L1 table is too long";
	if (q->size / reach + (q->size % reach != 0) > q->l1_entries)
		return "its L1 table is too short for its size";
	if ((q->l1_offset & mask) || q->l1_offset >> 56 ||
	    (q->l1_entries && !q->l1_offset))
		return "its L1 table is nowhere";
	if (!counts_at || (counts_at & mask) || counts_at >> 56 || !counts ||
	    counts << q->cluster_bits > (8u << 20))
		return "its table of reference counts is nowhere";
	return NULL;
}

static const char *
check_features(const uint8_t *p, size_t len, size_t *header_r, struct qcow2 *q)
{
	uint64_t features;

	*header_r = HEADER_V2;
	if (get32(p + 4) == 2)
		return NULL;
	if (len < HEADER_V3)
		return "it is too short";
	features = get64(p + 72);
	*header_r = get32(p + 100);
	q->long_l2 = features & LONG_L2;
	if (features & DATA_FILE)
		return "it keeps its data in another file";
	if (features & CORRUPT)
		return "it is marked as corrupt";
	if (features & ~(uint64_t)(DIRTY | COMPRESSION | LONG_L2))
		return "it has features that are not known here";
	if (get32(p + 96) > 6)
		return "its reference counts are too wide";
	if (*header_r < HEADER_V3 || *header_r % 8)
		return "its header has no possible length";
	return NULL;
}

/* end: of what may be looked at, all of it in the first cluster. */
static const char *
check_extensions(const uint8_t *p, size_t at, size_t end)
{
	while (end - at >= 8) {
		uint32_t type = get32(p + at), len = get32(p + at + 4);

		at += 8;
		if (type == EXT_END)
			return NULL;
		if (len > end - at)
			return "an extension of its header is too long";
		if (type == EXT_DATA_FILE)
			return "it keeps its data in another file";
		if (type == EXT_ENCRYPTION)
			return "it is encrypted";
		if (((len + 7u) & ~7u) > end - at)
			return NULL;
		at += (len + 7u) & ~7u;
	}
	return NULL;
}

static const char *
read_backing(const uint8_t *p, size_t end, struct qcow2 *q)
{
	uint64_t at = get64(p + 8);
	uint32_t n = get32(p + 16);

	q->backing[0] = '\0';
	if (!at)
		return NULL;
	if (!n || n >= sizeof(q->backing) || at > end || n > end - at ||
	    at < HEADER_V2)
		return "the name of its backing file is too long or nowhere";
	if (memchr(p + at, '\0', n))
		return "the name of its backing file is no text";
	memcpy(q->backing, p + at, n);
	q->backing[n] = '\0';
	return NULL;
}

const char *
qcow2_parse(const uint8_t *p, size_t len, struct qcow2 *q)
{
	size_t header, end;
	const char *wrong;
	uint64_t size;

	memset(q, 0, sizeof(*q));
	if (len < HEADER_V2 || get32(p) != MAGIC)
		return "it is no qcow2 image";
	q->version = get32(p + 4);
	q->cluster_bits = get32(p + 20);
	size = get64(p + 24);
	q->l1_entries = get32(p + 36);
	q->l1_offset = get64(p + 40);
	if (q->version != 2 && q->version != 3)
		return "its version is not known here";
	if (q->cluster_bits < 9 || q->cluster_bits > 21)
		return "its clusters have no possible size";
	if (size > (uint64_t)INT64_C(1) << 56 || size % SECTOR)
		return "its size is not possible";
	q->size = (int64_t)size;
	if (get32(p + 32))
		return "it is encrypted";
	if (get32(p + 60))
		return "it has snapshots inside";
	end = len < (size_t)1 << q->cluster_bits ? len
						 : (size_t)1 << q->cluster_bits;
	wrong = check_features(p, len, &header, q);
	if (!wrong && header > end)
		wrong = "its header is too long";
	if (!wrong && q->long_l2 && q->cluster_bits < 14)
		wrong = "its clusters are too small for what they are";
	if (!wrong)
		wrong = check_tables(p, q);
	if (!wrong)
		wrong = check_extensions(p, header, end);
	return wrong ? wrong : read_backing(p, end, q);
}

bool
qcow2_can_grow(const struct qcow2 *q, int64_t size)
{
	return size <= qcow2_limit(q);
}

int64_t
qcow2_limit(const struct qcow2 *q)
{
	int64_t reach = l1_reach(q), most = INT64_C(1) << 56;

	return (int64_t)q->l1_entries > most / reach
	    ? most
	    : reach * (int64_t)q->l1_entries;
}

/* ---- writing ---- */

void
qcow2_put_size(int64_t size, uint8_t out[8])
{
	put64(out, (uint64_t)size);
}

int
qcow2_new(int64_t size, const char *backing, uint8_t out[QCOW2_NEW])
{
	static const uint8_t format[8] = "qcow2"; /* as long as its place */
	size_t name = strlen(backing), at = HEADER_V3;

	if (size < 0 || size > QCOW2_MAX_SIZE || size % SECTOR || name > 255)
		return -1;
	memset(out, 0, QCOW2_NEW);
	put32(out, MAGIC);
	put32(out + 4, 3);
	put32(out + 20, BITS);
	qcow2_put_size(size, out + QCOW2_SIZE_AT);
	put32(out + 36, L1_ENTRIES);
	put64(out + 40, L1_AT);
	put64(out + 48, TABLE_AT);
	put32(out + 56, 1); /* cluster of that table */
	put32(out + 96, 4); /* counts of 2^4 bits */
	put32(out + 100, HEADER_V3);
	if (name) {
		put32(out + at, EXT_BACKING_FORMAT);
		put32(out + at + 4, 5);
		memcpy(out + at + 8, format, sizeof(format));
		at += 16;
	}
	at += 8; /* the end of the extensions */
	if (name) {
		put64(out + 8, at);
		put32(out + 16, (uint32_t)name);
		memcpy(out + at, backing, name + 1);
	}
	put64(out + TABLE_AT, BLOCK_AT);
	for (size_t i = 0; i < QCOW2_NEW / CLUSTER; i++)
		out[BLOCK_AT + 2 * i + 1] = 1;
	return 0;
}
