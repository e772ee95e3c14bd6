/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning of an image. What is taken keeps its promises: a size that its
 * table reaches, a name that is a text, and the same when it is read again
 * with less behind it. */
#include <stdlib.h>
#include <string.h>

#include "storage/qcow2.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size < QCOW2_HEAD ? size : QCOW2_HEAD;
	static uint8_t fresh[QCOW2_NEW];
	struct qcow2 q, again;

	if (qcow2_parse(data, len, &q))
		return 0;
	if (q.size < 0 || q.size % 512 || q.size > qcow2_limit(&q))
		abort();
	if (!memchr(q.backing, '\0', sizeof(q.backing)))
		abort();
	if (qcow2_can_grow(&q, INT64_MAX))
		abort();
	if (q.size > QCOW2_MAX_SIZE)
		return 0;
	if (qcow2_new(q.size, q.backing, fresh) < 0 ||
	    qcow2_parse(fresh, QCOW2_HEAD, &again) || again.size != q.size ||
	    strcmp(again.backing, q.backing) != 0)
		abort();
	return 0;
}
