/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/talk.h"

struct wire w;
struct client c;
struct reply r;

void
talk_begin(const struct rpc_config *config, const struct http_routes *routes)
{
	wire_start(&w, WIRE_PLAIN, config, routes);
	client_connect(&c, w.port);
}

void
talk_end(void)
{
	reply_free(&r);
	client_close(&c);
	wire_stop(&w);
}

void
talk_again(void)
{
	client_close(&c);
	client_connect(&c, w.port);
}

void
talk_say(const char *text)
{
	reply_free(&r);
	client_say(&c, text);
	client_read(&c, &r);
}

const char *
talk_header(const char *name)
{
	static char value[256];

	return reply_header(&r, name, value);
}

bool
talk_one_parked(void *arg)
{
	(void)arg;
	return toy_parked(w.toy) == 1;
}

bool
talk_none_parked(void *arg)
{
	(void)arg;
	return toy_parked(w.toy) == 0;
}

bool
talk_all_finished(void *arg)
{
	(void)arg;
	return toy_parked(w.toy) == 0 &&
	    toy_finished(w.toy) == toy_started(w.toy);
}
