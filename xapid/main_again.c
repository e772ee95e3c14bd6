/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "main_again.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "plan/priv.h"

#define FIRST_WAIT_MS 500 /* doubles with every death */

/* Whoever sends SIGKILL means this one, not the next; and one that asked for
 * it has a reason, unless that is all it ever does. */
static bool
is_meant(const struct again_death *d)
{
	if (WIFEXITED(d->status))
		return WEXITSTATUS(d->status) == PRIV_AGAIN &&
		    d->lived_ms >= 1000;
	return WTERMSIG(d->status) == SIGKILL && d->most_kib < AGAIN_BIG_KIB;
}

int
again_after(struct again *a, const struct again_death *d)
{
	if (WIFEXITED(d->status) && WEXITSTATUS(d->status) != PRIV_AGAIN)
		return -1;
	if (is_meant(d))
		return 0;
	if (d->lived_ms >= AGAIN_LIFE_S * INT64_C(1000))
		a->deaths = 0;
	if (++a->deaths > AGAIN_DEATHS)
		return -1;
	return a->deaths == 1 ? 0 : FIRST_WAIT_MS << (a->deaths - 2);
}
