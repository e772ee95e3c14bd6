/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans for tests, and a core without a worker that runs them on four objects.
 * Tests count what plans do: the counters begin anew with box_start(). */
#ifndef TESTS_LIB_PLAN_BOX_H
#define TESTS_LIB_PLAN_BOX_H

#include <stdatomic.h>

#include "plan/plan_private.h"
#include "tests/lib/daemonless.h"

#define BOX_OBJECTS 4
#define BOX_ROUNDS 3                           /* of box_trying_kind */
#define BOX_FOREVER_MS (INT64_C(86400) * 1000) /* longer than any test */

extern struct plan_box {
	struct daemonless d;
	struct ref objects[BOX_OBJECTS]; /* of class secret */
	/* Steps that ran and were taken back; plans that ended, and failed;
	 * parts that were tried and went well or badly. */
	_Atomic unsigned ran, undone, ended, failed, well, badly;
	/* Steps taken back that the journal knew of, or did not. */
	_Atomic unsigned told, untold;
	char last_error[64]; /* "CODE parameter" of the last that failed */
} box;

extern const struct plan_kind box_child_kind, /* counts, and tells its parent */
    box_parent_kind,                          /* a child on each object */
    box_doomed_kind,    /* counts, then has a child that refuses */
    box_lonely_kind,    /* asks a worker */
    box_trying_kind,    /* tries two parts, of which one refuses, in rounds */
    box_waiting_kind,   /* counts, waits ("until", "yields"), counts */
    box_staying_kind,   /* the same; what it did before the wait stays */
    box_hard_kind,      /* counts, and cancels those that wait */
    box_soft_kind,      /* counts */
    box_returning_kind, /* refuses, and is taken back by a plan that waits */
    box_looking_kind,   /* refuses, and looks into the journal meanwhile */
    box_late_kind;      /* is cancelled while its last change is committed */
/* Those that a journal may name; NULL at the end. */
extern const struct plan_kind *const box_kinds[];
/* For finish: counts the end, and a failure with its error. */
int box_count_end(struct plan *p, struct tx *t, bool ok);

void box_start(void);
/* A plan on an object, with its arguments in pairs: box_begin(&kind, 0, "name",
 * "value"). It must be accepted. */
#define box_begin(kind, object, ...)                                           \
	CU_ASSERT_EQUAL(plan_start_own(&box.d.core, (kind),                    \
			    box.objects[object], ##__VA_ARGS__, NULL),         \
	    0)
/* Waits for all plans; the journal is empty then. */
void box_stop(void);
/* Waits for grace_ms only; left: rows that stay in the journal. */
void box_stop_with(int grace_ms, unsigned left);
unsigned box_journalled(void);
void box_wait_for_ends(unsigned n);
void box_wait_for_run(unsigned n);

/* Rows as the journal of a daemon that was killed has them. */
void box_add_row_at(const char *kind, struct ref object, int64_t number,
    struct map args, int64_t step, bool undoing);
void box_add_row(const char *kind, struct ref object, int64_t number,
    struct map args);
/* What the step's child for that object is called there. */
const char *box_part_name(const char *step, unsigned object);
/* The clock on the wall, ms from now, as an argument; static. */
const char *box_in_ms(int64_t ms);

#endif
