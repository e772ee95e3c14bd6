/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "appliance/vm_rounds.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "vm/power/vm_power.h"

/* ---- who is next ---- */

/* At most so many at once: each VM's end is noted in the plan's journal. More
 * VMs of one order are several rounds without a delay between them. */
#define ROUND_MAX 256

/* Notes of the plan. */
#define MEMBERS "members" /* of this round: references and spaces */
#define ORDER "order"     /* of the last of them */
#define LAST "last"       /* the last of them */
#define MORE "more"       /* not "": others have the same order */
#define FAILED "failed"   /* references and spaces */
#define DONE "done"       /* how many VMs have been through … */
#define ALL "all"         /* … of those that there were at the beginning */

static bool
is_start(const struct plan *p)
{
	return strcmp(plan_arg(p, VM_ROUNDS_WHAT), "start") == 0;
}

static enum vm_power_state
wanted(const struct plan *p)
{
	if (!is_start(p))
		return VM_POWER_STATE_HALTED;
	return strcmp(plan_arg(p, "paused"), "true") == 0
	    ? VM_POWER_STATE_PAUSED
	    : VM_POWER_STATE_RUNNING;
}

struct place {
	int64_t order; /* VM.order; to stop, its complement: ascending, too */
	struct ref vm;
};

static int
place_compare(const void *a_, const void *b_)
{
	const struct place *a = a_, *b = b_;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return memcmp(&a->vm, &b->vm, sizeof(a->vm));
}

static struct place
place_of(const struct plan *p, const struct vm *vm)
{
	struct place at = { vm->order, vm->r.self };

	if (!is_start(p))
		at.order = ~vm->order;
	return at;
}

struct coming {
	struct plan *p;
	struct arena *arena; /* the transaction's: there may be many rounds */
	enum vm_power_state wanted;
	bool first;        /* round */
	struct place last; /* of the round before */
	struct place *all;
	uint32_t n, cap;
};

static int
add_coming(const struct vm *vm, void *arg)
{
	struct coming *k = arg;
	struct place at = place_of(k->p, vm), *more;
	uint32_t cap = k->cap ? 2 * k->cap : 16;

	if (vm->power_state == k->wanted ||
	    (!k->first && place_compare(&at, &k->last) <= 0))
		return 0;
	if (k->n == k->cap) {
		more = arena_array(k->arena, cap, sizeof(*more));
		if (!more)
			return call_fail_nomem(k->p->call);
		if (k->n)
			memcpy(more, k->all, k->n * sizeof(*more));
		k->all = more;
		k->cap = cap;
	}
	k->all[k->n++] = at;
	return 0;
}

/* The first of them, as far as they have one order. */
static int
note_round(struct plan *p, const struct place *all, uint32_t n)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	uint32_t i = 0;

	for (; i < n && i < ROUND_MAX && all[i].order == all[0].order; i++) {
		if (i)
			bytes_putc(&text, ' ');
		bytes_puts(&text, call_ref_text(p->call, all[i].vm));
	}
	if (!bytes_cstr(&text))
		return call_fail_nomem(p->call);
	if (plan_note(p, MEMBERS, bytes_cstr(&text)) < 0 ||
	    plan_note(p, MORE,
		i < n && all[i].order == all[0].order ? "true" : "") < 0)
		return -1;
	if (i == 0)
		return 0;
	return plan_note_int(p, ORDER, all[i - 1].order) < 0
	    ? -1
	    : plan_note(p, LAST, call_ref_text(p->call, all[i - 1].vm));
}

int
vm_rounds_choose(struct plan *p, struct tx *t, vm_rounds_each_fn *each)
{
	struct coming k = { .p = p,
		.arena = tx_arena(t),
		.wanted = wanted(p),
		.first = !*plan_arg(p, LAST),
		.last = { plan_arg_int(p, ORDER, 0), plan_arg_ref(p, LAST) } };

	if (each(p, t, add_coming, &k) < 0)
		return -1;
	if (k.n)
		qsort(k.all, k.n, sizeof(*k.all), place_compare);
	if (!*plan_arg(p, MORE) &&
	    (plan_note(p, DELAY_UNTIL, "") < 0 ||
		plan_note(p, DELAY_MS, "") < 0))
		return -1;
	if (!*plan_arg(p, DONE) &&
	    (plan_note_int(p, DONE, 0) < 0 || plan_note_int(p, ALL, k.n) < 0))
		return -1;
	return note_round(p, k.all, k.n);
}

/* ---- what they do ---- */

int
vm_rounds_each(struct plan *p, const char *refs,
    int (*fn)(struct plan *p, const char *ref, void *arg), void *arg)
{
	char *text = arena_strdup(p->call->arena, refs), *next;

	if (!text)
		return call_fail_nomem(p->call);
	while ((next = strsep(&text, " ")))
		if (*next && fn(p, next, arg) < 0)
			return -1;
	return 0;
}

static int
send_member(struct plan *p, const char *text, void *kind)
{
	struct ref vm;

	if (!ref_parse(text, &vm))
		return 0;
	return plan_try(p, text, kind, vm, "start_paused",
	    plan_arg(p, "paused"), DELAY_FOR_PARENT,
	    strcmp(plan_arg(p, VM_ROUNDS_WHAT), "hard_shutdown") == 0 ? ""
								      : "true",
	    NULL);
}

int
vm_rounds_send(struct plan *p)
{
	const char *name =
	    arena_printf(p->call->arena, "VM.%s", plan_arg(p, VM_ROUNDS_WHAT));

	if (!name)
		return call_fail_nomem(p->call);
	return vm_rounds_each(p, plan_arg(p, MEMBERS), send_member,
	    (void *)(uintptr_t)vm_power_kind(name));
}

struct count {
	int64_t done;
	struct bytes failed;
};

static int
count_member(struct plan *p, const char *text, void *arg)
{
	struct count *k = arg;

	k->done++;
	if (plan_went_well(p, text))
		return 0;
	if (k->failed.len)
		bytes_putc(&k->failed, ' ');
	bytes_puts(&k->failed, text);
	return 0;
}

int
vm_rounds_apply(struct plan *p, struct tx *t)
{
	struct count k = { plan_arg_int(p, DONE, 0), { 0 } };
	int rc;

	(void)t;
	bytes_puts(&k.failed, plan_arg(p, FAILED));
	rc = vm_rounds_each(p, plan_arg(p, MEMBERS), count_member, &k);
	if (rc == 0 && !bytes_cstr(&k.failed))
		rc = call_fail_nomem(p->call);
	if (rc == 0)
		rc = plan_note(p, FAILED, bytes_cstr(&k.failed));
	bytes_free(&k.failed);
	return rc < 0 ? rc : plan_note_int(p, DONE, k.done);
}

/* ---- what comes behind them ---- */

int
vm_rounds_delay(struct plan *p)
{
	double done = strtod(plan_arg(p, DONE), NULL);
	double all = strtod(plan_arg(p, ALL), NULL);

	if (all > 0 && done < all)
		plan_progress(p, done / all);
	if (*plan_arg(p, MORE) || !*plan_arg(p, DELAY_UNTIL))
		return 0;
	return plan_wait(p, plan_arg_int(p, DELAY_UNTIL, 0),
		   plan_arg_int(p, DELAY_MS, 0), false) < 0
	    ? call_fail_nomem(p->call)
	    : 0;
}

bool
vm_rounds_over(const struct plan *p)
{
	return !*plan_arg(p, MEMBERS);
}

const char *
vm_rounds_failed(const struct plan *p)
{
	return plan_arg(p, FAILED);
}
