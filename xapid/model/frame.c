/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/frame.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES ((size_t)20)
#define READ_BYTES ((size_t)65536)

static void
put32(char *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static void
put64(char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t
get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t
get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

void
frame_pack(const struct frame *f, struct bytes *out)
{
	static const char room[HEAD_BYTES];
	size_t at = out->len;
	char *head;

	bytes_put(out, room, sizeof(room));
	value_pack(&f->body, out);
	if (out->failed)
		return;
	head = out->p + at;
	put32(head, (uint32_t)(out->len - at - 4));
	put32(head + 4, (uint32_t)f->type);
	put64(head + 8, f->task);
	put32(head + 16, f->step);
}

void
frame_reader_free(struct frame_reader *r)
{
	bytes_free(&r->in);
	r->taken = 0;
}

/* Moves what is left to the front. */
static void
compact(struct frame_reader *r)
{
	if (!r->taken)
		return;
	memmove(r->in.p, r->in.p + r->taken, r->in.len - r->taken);
	r->in.len -= r->taken;
	r->taken = 0;
}

int
frame_read(struct frame_reader *r, int fd)
{
	ssize_t n;

	compact(r);
	if (!bytes_reserve(&r->in, READ_BYTES)) {
		errno = ENOMEM;
		return -1;
	}
	do
		n = read(fd, r->in.p + r->in.len, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		r->in.len += (size_t)n;
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n == 0)
		errno = EPIPE;
	return -1;
}

int
frame_next(struct frame_reader *r, struct arena *a, struct frame *f)
{
	const char *p = r->in.p + r->taken;
	size_t have = r->in.len - r->taken;
	uint32_t len, type;

	if (have < 4)
		return 0;
	len = get32(p);
	if (len < HEAD_BYTES - 4 || len > FRAME_MAX_BYTES) {
		errno = EBADMSG;
		return -1;
	}
	if (have < 4 + (size_t)len)
		return 0;
	type = get32(p + 4);
	if (type < FRAME_REQUEST || type > FRAME_PROGRESS) {
		errno = EBADMSG;
		return -1;
	}
	f->type = (enum frame_type)type;
	f->task = get64(p + 8);
	f->step = get32(p + 16);
	if (value_unpack(a, p + HEAD_BYTES, len - (HEAD_BYTES - 4),
		FRAME_MAX_NODES, &f->body) < 0)
		return -1;
	r->taken += 4 + (size_t)len;
	return 1;
}
