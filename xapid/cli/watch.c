/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/frames.h"
#include "lib/clock.h"

#define WATCH_PAUSE_MS 250 /* a list is not drawn more often */

static struct value
texts(struct cli *cli, const char *const *all, unsigned n)
{
	struct value *items =
	    arena_array(cli->arena, n ? n : 1, sizeof(*items));

	if (!items)
		cli_fail_nomem(cli);
	for (unsigned i = 0; items && i < n; i++)
		items[i] = cli_param_text(cli, all[i]);
	return (struct value){
		.kind = VALUE_ARRAY,
		.n = items ? n : 0,
		.items = items,
	};
}

int
cli_wait_event(struct cli *cli, const char *const *classes, unsigned n,
    double seconds, const char **token_r)
{
	struct value subscriptions = texts(cli, classes, n);
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct event_batch *batch;

	if (cli_call(cli, &a, "event.from", "vsf", &subscriptions, *token_r,
		seconds) < 0)
		return -1;
	batch = a.mem;
	*token_r = cli_text(cli, "%020llu,%020u",
	    (unsigned long long)batch->token, 0u);
	return 0;
}

static void
pause_ms(int64_t ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int
cli_watch(struct cli *cli, int cls, int (*print)(struct cli *cli))
{
	const char *const name = class_table[cls].name, *token = "";

	for (;;) {
		if (cli_wait_event(cli, &name, 1, CLI_WAIT_S, &token) < 0)
			return -1;
		cli_send_tag(cli, CLI_TAG_REFRESH);
		if (print(cli) < 0)
			return -1;
		cli_send_tag(cli, CLI_TAG_WHOLE);
		if (cli_flush(cli) < 0)
			return -1;
		if (cli_presence(cli) != CLI_THERE)
			return cli_fail_gone(cli);
		pause_ms(WATCH_PAUSE_MS);
	}
}
