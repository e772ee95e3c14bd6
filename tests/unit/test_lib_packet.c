/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/packet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/aside.h"
#include "tests/lib/unit.h"

struct line {
	int here, there;
};

static struct line
line_new(void)
{
	int sv[2] = { -1, -1 };

	CU_ASSERT_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv), 0);
	return (struct line){ sv[0], sv[1] };
}

static void
line_free(const struct line *l)
{
	close(l->here);
	close(l->there);
}

/* How many descriptors this process has open. */
static unsigned
count_open(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_carries_descriptors(void)
{
	struct line l = line_new();
	unsigned before = count_open(), n = 9;
	int pair[2], got[3] = { -1, -1, -1 };
	char text[4] = "";

	CU_ASSERT_EQUAL(pipe(pair), 0);
	CU_ASSERT_EQUAL(packet_send(l.here, "abc", 4, pair, 2, 0), 0);
	CU_ASSERT_EQUAL(packet_receive(l.there, text, 4, got, 3, &n, 0), 0);
	CU_ASSERT_STRING_EQUAL(text, "abc");
	CU_ASSERT_EQUAL_FATAL(n, 2);
	CU_ASSERT_TRUE(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
	CU_ASSERT_EQUAL(write(got[1], "x", 1), 1);
	CU_ASSERT_EQUAL(read(pair[0], text, 1), 1);
	CU_ASSERT_EQUAL(text[0], 'x');
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(got[i]);
	}
	CU_ASSERT_EQUAL(count_open(), before);
	line_free(&l);
}

static void
test_drops_too_many(void)
{
	struct line l = line_new();
	unsigned before = count_open(), n = 9;
	const int fds[3] = { 0, 1, 2 };
	int got[3] = { -1, -1, -1 };
	char c;

	CU_ASSERT_EQUAL(packet_send(l.here, "a", 1, fds, 3, 0), 0);
	CU_ASSERT_EQUAL(packet_receive(l.there, &c, 1, got, 1, &n, 0), 0);
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(got[1], -1);
	close(got[0]);
	CU_ASSERT_EQUAL(packet_send(l.here, "a", 1, fds, 3, 0), 0);
	CU_ASSERT_EQUAL(packet_receive(l.there, &c, 1, NULL, 0, &n, 0), 0);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_EQUAL(count_open(), before);
	line_free(&l);
}

static void
test_refuses_other_lengths(void)
{
	struct line l = line_new();
	unsigned before = count_open(), n = 9;
	const int fds[PACKET_FDS + 1] = { 0 };
	int got[2];
	char text[8];

	CU_ASSERT_EQUAL(packet_send(l.here, "abc", 3, fds, 2, 0), 0);
	CU_ASSERT_EQUAL(packet_receive(l.there, text, 8, got, 2, &n, 0), -1);
	CU_ASSERT_EQUAL(errno, EPIPE);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_EQUAL(count_open(), before);
	CU_ASSERT_EQUAL(packet_send(l.here, "a", 1, fds, PACKET_FDS + 1, 0),
	    -1);
	CU_ASSERT_EQUAL(errno, E2BIG);
	close(l.here);
	CU_ASSERT_EQUAL(packet_receive(l.there, text, 1, got, 2, &n, 0), -1);
	CU_ASSERT_EQUAL(errno, EPIPE);
	close(l.there);
}

/* In the process aside: has it just its line, and ends with it? */
static _Noreturn void
live_aside(int line)
{
	unsigned extra = count_open() - 4, n; /* 0, 1, 2 and the line */
	char c;

	(void)packet_send(line, &extra, sizeof(extra), NULL, 0, 0);
	while (packet_receive(line, &c, 1, NULL, 0, &n, 0) == 0)
		;
	_exit(7);
}

static void
test_aside(void)
{
	int spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	unsigned extra = 99, n;
	int line = -1, status = 0;
	pid_t pid = aside_split("aside", &line);

	if (pid == 0)
		live_aside(line);
	CU_ASSERT_TRUE_FATAL(pid > 0);
	CU_ASSERT_EQUAL(packet_receive(line, &extra, sizeof(extra), NULL, 0, &n,
			    0),
	    0);
	CU_ASSERT_EQUAL(extra, 0);
	close(line);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	close(spare);
}

UNIT_MAIN("packets and processes aside",
    { "a packet carries descriptors, which are closed on exec",
	test_carries_descriptors },
    { "more descriptors than are wanted are dropped", test_drops_too_many },
    { "a packet of another length is refused, and what came with it closed",
	test_refuses_other_lengths },
    { "a process that is split off has its line and nothing else, and ends "
      "with it",
	test_aside })
