/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker/obey.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "worker/worker.h"

static const char *const kinds[] = { "error", "exit", "abort", "hang", "wrong",
	"after", "half" };

const char *
obey_kind(const char *what)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], what) == 0)
			return kinds[i];
	return NULL;
}

bool
obey_before(const char *order)
{
	static const char nonsense[64] = "this is no frame";

	if (!order)
		return false;
	if (strcmp(order, "exit") == 0)
		_exit(1);
	if (strcmp(order, "abort") == 0)
		abort();
	if (strcmp(order, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(order, "wrong") == 0) {
		(void)file_write_full(WORKER_FD, nonsense, sizeof(nonsense));
		return true;
	}
	return false;
}

void
obey_after(const char *order, const struct bytes *answer)
{
	if (!order)
		return;
	if (strcmp(order, "after") == 0)
		_exit(1);
	if (strcmp(order, "half") == 0) {
		(void)file_write_full(WORKER_FD, answer->p, answer->len / 2);
		_exit(1);
	}
}
