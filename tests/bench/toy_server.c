/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire with the toy core behind it, to be measured from outside:
 * toy_server PORT [TLS-PORT CERTIFICATE]. Prints one line when it answers,
 * ends with its standard input. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rpc/rpc.h"
#include "tests/lib/toy_service.h"

static void
run_big(struct http_exchange *x, void *core)
{
	char buf[65536] = { 0 };

	(void)core;
	if (http_begin(x, 200, NULL, 64 * (int64_t)sizeof(buf), false) < 0)
		return;
	for (int i = 0; i < 64; i++)
		http_write(x, buf, sizeof(buf));
}

static const struct http_handler rows[] = {
	{ "GET", "/big", false, "get_big", run_big },
};

int
main(int argc, char **argv)
{
	struct toy *toy = toy_new();
	struct rpc_listen listen[] = {
		{ "127.0.0.1", argc > 1 ? (uint16_t)atoi(argv[1]) : 0, false },
		{ "127.0.0.1", argc > 2 ? (uint16_t)atoi(argv[2]) : 0, true },
	};
	struct rpc_config config = {
		.listen = listen,
		.nlisten = argc > 3 ? 2 : 1,
		.certificate = argc > 3 ? argv[3] : NULL,
		.max_per_address = 1u << 20,
	};
	struct http_routes routes = { rows, 1, NULL };
	char err[256], buf[64];
	struct rpc *r;

	if (argc > 3 && access(argv[3], R_OK) < 0 &&
	    rpc_make_certificate(argv[3], (const char *[]){ "localhost", NULL },
		err, sizeof(err)) < 0) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	r = rpc_start(&config, toy_service(toy), &routes, err, sizeof(err));
	if (!r) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	printf("ready %u %u\n", rpc_port(r, 0), rpc_port(r, 1));
	fflush(stdout);
	while (read(0, buf, sizeof(buf)) > 0)
		;
	rpc_stop(r, 100);
	toy_free(toy);
	return 0;
}
