/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans that follow from others. One that is promised has its row in the
 * journal before it has begun: its check still has to say whether it may. */
#include <stdarg.h>
#include <stdlib.h>

#include "call/call_private.h"
#include "lib/log.h"
#include "plan/plan_private.h"

static void
forget(struct running *r)
{
	struct call *c = r->plan.call;

	plan_free_memory(r);
	call_free(c);
}

static int
promise(struct running *r, struct tx *t, va_list ap)
{
	pthread_mutex_lock(&r->all->lock);
	r->number = r->all->next_number++;
	pthread_mutex_unlock(&r->all->lock);
	r->resumed = r->promised = true;
	return plan_note_all(r, ap) < 0 ||
		plan_journal_row(r, t, STEP_PROMISED) < 0
	    ? -1
	    : 0;
}

int
plan_then(struct plan *p, struct tx *t, const struct plan_kind *kind,
    struct ref object, ...)
{
	struct running *r = plan_running(p), *next;
	struct call *c = plan_carrier(p->core);
	va_list ap;
	int rc;

	next = c ? plan_new(r->all, c, kind, object) : NULL;
	if (!next) {
		call_free(c);
		return call_fail_nomem(p->call);
	}
	va_start(ap, object);
	rc = promise(next, t, ap);
	va_end(ap);
	if (rc < 0) {
		forget(next);
		return call_fail_nomem(p->call);
	}
	next->promise = r->promises;
	r->promises = next;
	return 0;
}

void
plan_keep_promises(struct running *r)
{
	struct running *next;

	for (; (next = r->promises);) {
		int rc;

		r->promises = next->promise;
		rc = plan_take_turn(r->all, next);
		if (rc == 1)
			plan_go_on(next, plan_begin);
		if (rc >= 0)
			continue;
		log_err("plan %s: no memory to begin it; the next start of "
			"the daemon does",
		    next->plan.kind->name);
		forget(next);
	}
}

void
plan_drop_promises(struct running *r)
{
	struct running *next;

	while ((next = r->promises)) {
		r->promises = next->promise;
		forget(next);
	}
}

static void
gone(void *arg, const struct db_error *error)
{
	struct running *r = arg;

	if (error)
		log_err("plan %s: %s", r->plan.kind->name, error->code);
	plan_go_on(r, plan_over);
}

void
plan_break_promise(struct running *r)
{
	struct call *c = r->plan.call;
	struct tx *t = call_begin(c);

	log_info("plan %s is not needed: %s", r->plan.kind->name,
	    c->nerror ? c->error[0] : "");
	if (!t) {
		plan_over(r);
		return;
	}
	(void)tx_destroy(t, CLASS_plan_journal, r->row);
	tx_commit(t, gone, r);
}

/* Its number comes with its turn. */
int
plan_at_resume(struct tx *t, const struct plan_kind *kind, struct ref object)
{
	char text[REF_CHARS + 1];
	struct plan_journal row;

	record_defaults(&class_table[CLASS_plan_journal], &row.r);
	ref_format(object, text);
	row.kind = kind->name;
	row.object = text;
	row.step = STEP_PROMISED;
	return tx_insert(t, &row.r, NULL);
}
