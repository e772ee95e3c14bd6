/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/turn.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/clock.h"

#define QUICK_SLICE (NSEC_PER_MSEC / 10) /* the least that there is */
#define PATIENT_NICENESS 10

/* As the kernel has it; the C library has no name for it. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* runtime: the slice; 0: usual */
	uint32_t least, most;
};

static _Thread_local bool is_quick;

/* Where the kernel knows no slices it takes no notice of them. */
static void
set(uint32_t policy, int32_t nice, uint64_t slice)
{
	struct attributes a = {
		.size = sizeof(a),
		.policy = policy,
		.nice = nice,
		.runtime = slice,
	};

	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}

void
turn_patient(void)
{
	set(SCHED_BATCH, PATIENT_NICENESS, 0);
}

void
turn_quick(void)
{
	if (!is_quick)
		set(SCHED_OTHER, getpriority(PRIO_PROCESS, 0), QUICK_SLICE);
	is_quick = true;
}

void
turn_usual(void)
{
	if (is_quick)
		set(SCHED_OTHER, getpriority(PRIO_PROCESS, 0), 0);
	is_quick = false;
}
