/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/compress.h"

#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/fault.h"

#define ROOM (16 * 1024) /* for what one step of a compressor writes */
#define GZIP_WINDOW_BITS (15 + 16) /* zlib: 16 more is the gzip format */

struct compress {
	enum compress_kind kind;
	z_stream z;
	ZSTD_CCtx *zstd;
};

/* The weight of one element "gzip;q=0.5": false when it is 0. */
static bool
is_wanted(const char *params, size_t n)
{
	for (; n >= 3; params++, n--)
		if ((params[0] | 32) == 'q' && params[1] == '=')
			return strtod(params + 2, NULL) > 0;
	return true;
}

enum compress_kind
compress_choose(const char *accept)
{
	enum compress_kind best = COMPRESS_NONE;

	while (accept && *accept) {
		size_t n, name;

		accept += strspn(accept, ", \t");
		n = strcspn(accept, ",");
		name = strcspn(accept, "; \t,");
		if (is_wanted(accept + name, n - name)) {
			if (name == 4 && strncasecmp(accept, "zstd", 4) == 0)
				best = COMPRESS_ZSTD;
			else if (name == 4 && best == COMPRESS_NONE &&
			    strncasecmp(accept, "gzip", 4) == 0)
				best = COMPRESS_GZIP;
		}
		accept += n;
	}
	return best;
}

const char *
compress_name(enum compress_kind kind)
{
	return kind == COMPRESS_ZSTD ? "zstd" : "gzip";
}

struct compress *
compress_new(enum compress_kind kind)
{
	struct compress *c = fault_calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	if (kind == COMPRESS_GZIP) {
		if (deflateInit2(&c->z, 1, Z_DEFLATED, GZIP_WINDOW_BITS, 8,
			Z_DEFAULT_STRATEGY) != Z_OK) {
			free(c);
			return NULL;
		}
	} else {
		c->zstd = ZSTD_createCCtx();
		if (!c->zstd) {
			free(c);
			return NULL;
		}
		ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, 1);
	}
	c->kind = kind;
	return c;
}

void
compress_free(struct compress *c)
{
	if (!c)
		return;
	if (c->kind == COMPRESS_GZIP)
		deflateEnd(&c->z);
	ZSTD_freeCCtx(c->zstd);
	free(c);
}

static int
run_gzip(struct compress *c, const void *p, size_t n, bool end,
    struct bytes *out)
{
	int r;

	c->z.next_in = (Bytef *)(uintptr_t)p;
	c->z.avail_in = (uInt)n;
	do {
		if (!bytes_reserve(out, ROOM))
			return -1;
		c->z.next_out = (Bytef *)out->p + out->len;
		c->z.avail_out = ROOM;
		r = deflate(&c->z, end ? Z_FINISH : Z_NO_FLUSH);
		out->len += ROOM - c->z.avail_out;
	} while (c->z.avail_out == 0);
	return r == Z_STREAM_ERROR || (end && r != Z_STREAM_END) ? -1 : 0;
}

static int
run_zstd(struct compress *c, const void *p, size_t n, bool end,
    struct bytes *out)
{
	ZSTD_inBuffer in = { p, n, 0 };
	ZSTD_EndDirective how = end ? ZSTD_e_end : ZSTD_e_continue;
	size_t left;

	do {
		ZSTD_outBuffer to;

		if (!bytes_reserve(out, ROOM))
			return -1;
		to = (ZSTD_outBuffer){ out->p + out->len, ROOM, 0 };
		left = ZSTD_compressStream2(c->zstd, &to, &in, how);
		if (ZSTD_isError(left))
			return -1;
		out->len += to.pos;
	} while (end ? left > 0 : in.pos < in.size);
	return 0;
}

int
compress_run(struct compress *c, const void *p, size_t n, bool end,
    struct bytes *out)
{
	return c->kind == COMPRESS_GZIP ? run_gzip(c, p, n, end, out)
					: run_zstd(c, p, n, end, out);
}
