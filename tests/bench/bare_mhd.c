/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libmicrohttpd alone, set up as the wire sets it up, answering every POST
 * with the same text: what the wire is measured against. bare_mhd PORT;
 * prints one line when it answers, ends with its standard input. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char reply[] =
    "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>"
    "<member><name>Status</name><value>Success</value></member><member>"
    "<name>Value</name><value>hello</value></member></struct></value></param>"
    "</params></methodResponse>";

static enum MHD_Result
answer(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *upload, size_t *size, void **req)
{
	static char seen;
	struct MHD_Response *r;
	enum MHD_Result rc;

	(void)cls, (void)url, (void)method, (void)version, (void)upload;
	if (!*req || *size > 0) {
		*req = &seen;
		*size = 0;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(sizeof(reply) - 1,
	    (void *)(uintptr_t)reply, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(r, "Content-Type", "text/xml");
	rc = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return rc;
}

int
main(int argc, char **argv)
{
	long threads = sysconf(_SC_NPROCESSORS_ONLN);
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
		MHD_USE_TURBO,
	    argc > 1 ? (uint16_t)atoi(argv[1]) : 0, NULL, NULL, answer, NULL,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(threads < 2 ? 2 : threads),
	    MHD_OPTION_CONNECTION_LIMIT, 8192u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_END);
	const union MHD_DaemonInfo *info;
	char buf[64];

	if (!d)
		return 1;
	info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
	printf("ready %u\n", info->port);
	fflush(stdout);
	while (read(0, buf, sizeof(buf)) > 0)
		;
	MHD_stop_daemon(d);
	return 0;
}
