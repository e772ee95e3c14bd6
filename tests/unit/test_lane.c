/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which request a worker is given, and when; the workers here are sockets. */
#include "plan/lane.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/unit.h"

#define REQUESTS 4

static struct switchboard board;
static struct lane lane;
static int other_ends[LANE_PROCESSES];
static struct request requests[REQUESTS];
static unsigned ended;
static bool still_wanted;

static void
done(struct request *m, const struct value *reply, const char *const *error,
    unsigned nerror)
{
	(void)m;
	(void)reply;
	(void)error;
	CU_ASSERT_EQUAL(nerror, 0);
	ended++;
}

static bool
is_wanted(struct request *m)
{
	(void)m;
	return still_wanted;
}

/* A lane of eight workers that have nothing to do yet. */
static void
open_lane(void)
{
	ended = 0;
	board = (struct switchboard){ .lock = PTHREAD_MUTEX_INITIALIZER };
	memset(&lane, 0, sizeof(lane));
	lane_init(&lane, &board, PLAN_STORAGE, true);
	for (unsigned i = 0; i < LANE_PROCESSES; i++) {
		int sv[2];

		CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX,
					  SOCK_STREAM | SOCK_NONBLOCK, 0, sv),
		    0);
		lane.processes[i].fd = sv[0];
		other_ends[i] = sv[1];
	}
}

static void
close_lane(void)
{
	lane_free(&lane);
	for (unsigned i = 0; i < LANE_PROCESSES; i++)
		close(other_ends[i]);
}

static void
ask(unsigned i, struct ref about, bool (*wanted)(struct request *m))
{
	const struct frame f = { FRAME_REQUEST, i + 1, 0,
		{ .kind = VALUE_NIL } };

	requests[i] = (struct request){ .task = i + 1,
		.about = about,
		.wanted = wanted,
		.deadline_ms = 1000,
		.done = done };
	frame_pack(&f, &requests[i].frame);
	queue_put(&lane.waiting, &requests[i]);
}

/* Who has it in its hands; NULL: nobody. */
static struct process *
holder(unsigned i)
{
	for (unsigned k = 0; k < LANE_PROCESSES; k++)
		if (queue_find(&lane.processes[k].hands, i + 1, 0))
			return &lane.processes[k];
	return NULL;
}

static void
answer(unsigned i)
{
	const struct frame f = { FRAME_REPLY, i + 1, 0, { .kind = VALUE_NIL } };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct process *p = holder(i);
	struct bytes out = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	frame_pack(&f, &out);
	CU_ASSERT_EQUAL_FATAL(write(other_ends[p - lane.processes], out.p,
				  out.len),
	    (ssize_t)out.len);
	bytes_free(&out);
	lane_serve(&lane, p, POLLIN, a);
}

static void
test_one_at_a_time(void)
{
	struct ref disk = ref_new();

	open_lane();
	ask(0, disk, NULL);
	ask(1, disk, NULL);
	ask(2, disk, NULL);
	ask(3, ref_new(), NULL);
	lane_feed(&lane);
	CU_ASSERT_PTR_NOT_NULL(holder(0));
	CU_ASSERT_PTR_NULL(holder(1));
	CU_ASSERT_PTR_NULL(holder(2));
	CU_ASSERT_PTR_NOT_NULL(holder(3)); /* about something else */
	for (unsigned i = 0; i < 3; i++) {
		answer(i);
		lane_feed(&lane);
	}
	CU_ASSERT_EQUAL(ended, 3);
	answer(3);
	CU_ASSERT_EQUAL(ended, 4);
	close_lane();
}

static void
test_not_wanted(void)
{
	struct ref disk = ref_new();

	open_lane();
	still_wanted = true;
	ask(0, disk, NULL);
	ask(1, disk, is_wanted);
	lane_feed(&lane);
	still_wanted = false; /* while it waits */
	answer(0);
	lane_feed(&lane);
	CU_ASSERT_PTR_NULL(holder(1));
	CU_ASSERT_EQUAL(ended, 2);
	still_wanted = true;
	ask(2, disk, is_wanted);
	lane_feed(&lane);
	CU_ASSERT_PTR_NOT_NULL(holder(2));
	answer(2);
	close_lane();
}

UNIT_MAIN("lane",
    { "requests about the same go one after another, in their order",
	test_one_at_a_time },
    { "one that has become needless while it waited is not carried",
	test_not_wanted })
