/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of classes Caller and Rate_limit; what they do is in limits.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/limits.h"
#include "call/edit.h"

#define GROUP_CHARS 64

/* ---- a change holds when its call is answered ---- */

static void
refresh(void *core)
{
	limits_refresh(core);
}

static int
and_refresh(struct call *c, int rc)
{
	if (rc == 0)
		call_when_durable(c, refresh);
	return rc;
}

/* ---- Caller ---- */

struct twin {
	const struct caller *wanted;
	const struct caller *found;
};

static int
is_twin(const struct record *r, void *arg)
{
	struct twin *twin = arg;

	if (!limits_same((const struct caller *)r, twin->wanted))
		return 0;
	twin->found = (const struct caller *)r;
	return 1;
}

/* Who makes a caller that is there gets that one, and it is his from now on:
 * it does not go by itself any more. */
static int
take_over(struct call *c, struct tx *t, const struct caller *old,
    const struct caller *wanted)
{
	struct ref ref = old->r.self;

	TX_SET(t, Caller, caller, ref, name_label, wanted->name_label);
	TX_SET(t, Caller, caller, ref, name_description,
	    wanted->name_description);
	TX_SET(t, Caller, caller, ref, auto_registered, false);
	return call_commit(c, t);
}

int
caller_create(struct call *c, const struct caller_create_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = NULL;
	struct twin twin = { .wanted = a->args };

	if (limits_fits_all(a->args))
		return fail_invalid_value(c, "user_agent/client_ip",
		    "one of the two must say something");
	t = call_begin(c);
	if (!t)
		return -1;
	if (tx_each(t, CLASS_Caller, is_twin, &twin)) {
		*result_r = twin.found->r.self;
		return and_refresh(c,
		    take_over(c, STEAL(t), twin.found, a->args));
	}
	(void)tx_insert(t, &a->args->r, result_r);
	return and_refresh(c, call_commit(c, STEAL(t)));
}

int
caller_destroy(struct call *c, const struct caller_destroy_args *a)
{
	return and_refresh(c, implicit_run(c, a, NULL));
}

static int
check_group(struct call *c, const char *group)
{
	size_t n = strlen(group);

	if (n > 0 && n <= GROUP_CHARS &&
	    strspn(group,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.") == n)
		return 0;
	return fail_invalid_value(c, "group", group);
}

/* A group more or less. */
static int
change_groups(struct call *c, struct ref ref, const char *group,
    int (*change)(struct tx *t, const struct set *s, const struct type *elem,
	const void *item, struct set *out))
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct type *elem =
	    class_table[CLASS_Caller].fields[FIELD_Caller_groups].type->elem;
	const struct caller *row;
	struct set groups;

	if (!t || !(row = EDIT_HEAD(c, t, Caller, caller, ref)))
		return -1;
	if (change(t, &row->groups, elem, &group, &groups) == 0)
		TX_SET(t, Caller, caller, ref, groups, groups);
	return call_commit(c, STEAL(t));
}

int
caller_add_group(struct call *c, const struct caller_add_group_args *a)
{
	if (check_group(c, a->group) < 0)
		return -1;
	return change_groups(c, a->self, a->group, edit_set_add);
}

int
caller_remove_group(struct call *c, const struct caller_remove_group_args *a)
{
	return change_groups(c, a->self, a->group, edit_set_remove);
}

/* ---- what they used ---- */

int
caller_query_token_usage(struct call *c,
    const struct caller_query_token_usage_args *a, double *result_r)
{
	(void)c;
	*result_r = limits_usage(a->self).tokens;
	return 0;
}

int
caller_query_call_count(struct call *c,
    const struct caller_query_call_count_args *a, int64_t *result_r)
{
	(void)c;
	*result_r = (int64_t)limits_usage(a->self).calls;
	return 0;
}

static bool
in_group(const struct caller *row, const char *group)
{
	const char *const *groups = row->groups.items;

	for (uint32_t i = 0; i < row->groups.n; i++)
		if (strcmp(groups[i], group) == 0)
			return true;
	return false;
}

static int
group_usage(struct call *c, const char *group, struct limits_usage *sum_r)
{
	const struct record **all;
	uint32_t n;

	*sum_r = (struct limits_usage){ 0 };
	if (!group[0])
		return fail_invalid_value(c, "group", group);
	if (db_get_all(c->db, CLASS_Caller, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		if (in_group((const struct caller *)all[i], group)) {
			struct limits_usage u = limits_usage(all[i]->self);

			sum_r->calls += u.calls;
			sum_r->tokens += u.tokens;
		}
	db_release_all(all, n);
	return 0;
}

int
caller_query_group_token_usage(struct call *c,
    const struct caller_query_group_token_usage_args *a, double *result_r)
{
	struct limits_usage sum;

	if (group_usage(c, a->group, &sum) < 0)
		return -1;
	*result_r = sum.tokens;
	return 0;
}

int
caller_query_group_call_count(struct call *c,
    const struct caller_query_group_call_count_args *a, int64_t *result_r)
{
	struct limits_usage sum;

	if (group_usage(c, a->group, &sum) < 0)
		return -1;
	*result_r = (int64_t)sum.calls;
	return 0;
}

struct usage_row {
	const struct caller *caller;
	struct limits_usage usage;
};

static int
compare_usage(const void *a, const void *b)
{
	double x = ((const struct usage_row *)a)->usage.tokens;
	double y = ((const struct usage_row *)b)->usage.tokens;

	return (x < y) - (x > y);
}

/* uuid, name, tokens, calls; who used most first. */
static int
usage_set(struct call *c, struct usage_row *rows, uint32_t n, struct set *out)
{
	struct set *sets = arena_array(c->arena, n + 1, sizeof(*sets));

	for (uint32_t i = 0; sets && i < n; i++) {
		const struct usage_row *row = &rows[i];
		const char **texts = arena_array(c->arena, 4, sizeof(*texts));

		if (!texts)
			return call_fail_nomem(c);
		texts[0] = row->caller->uuid;
		texts[1] = row->caller->name_label;
		texts[2] = arena_printf(c->arena, "%.3f", row->usage.tokens);
		texts[3] = arena_printf(c->arena, "%llu",
		    (unsigned long long)row->usage.calls);
		if (!texts[2] || !texts[3])
			return call_fail_nomem(c);
		sets[i] = (struct set){ .items = texts, .n = 4 };
	}
	if (!sets)
		return call_fail_nomem(c);
	*out = (struct set){ .items = sets, .n = n };
	return 0;
}

int
caller_query_all_usage(struct call *c,
    const struct caller_query_all_usage_args *a, struct set *result_r)
{
	const struct record **all;
	struct usage_row *rows;
	uint32_t n;

	(void)a;
	if (db_get_all(c->db, CLASS_Caller, &all, &n) < 0)
		return call_fail_nomem(c);
	rows = arena_array(c->arena, n + 1, sizeof(*rows));
	for (uint32_t i = 0; rows && i < n; i++)
		rows[i] = (struct usage_row){ (const struct caller *)all[i],
			limits_usage(all[i]->self) };
	if (call_hold_all(c, all, n) < 0 || !rows)
		return call_fail_nomem(c);
	qsort(rows, n, sizeof(*rows), compare_usage);
	return usage_set(c, rows, n, result_r);
}

/* ---- Rate_limit ---- */

static int
check_positive(struct call *c, const char *name, double value)
{
	char text[32];

	if (value > 0 && isfinite(value))
		return 0;
	snprintf(text, sizeof(text), "%g", value);
	return fail_invalid_value(c, name, text);
}

int
rate_limit_create(struct call *c, const struct rate_limit_create_args *a,
    struct ref *result_r)
{
	if (check_positive(c, "fill_rate", a->args->fill_rate) < 0 ||
	    check_positive(c, "burst_size", a->args->burst_size) < 0)
		return -1;
	return and_refresh(c, implicit_create(c, &a->args->r, result_r));
}

int
rate_limit_destroy(struct call *c, const struct rate_limit_destroy_args *a)
{
	return and_refresh(c, implicit_run(c, a, NULL));
}

int
rate_limit_set_burst_size(struct call *c,
    const struct rate_limit_set_burst_size_args *a)
{
	if (check_positive(c, "burst_size", a->value) < 0)
		return -1;
	return and_refresh(c,
	    EDIT_FIELD(c, Rate_limit, rate_limit, a->self, burst_size,
		a->value));
}

int
rate_limit_set_fill_rate(struct call *c,
    const struct rate_limit_set_fill_rate_args *a)
{
	if (check_positive(c, "fill_rate", a->value) < 0)
		return -1;
	return and_refresh(c,
	    EDIT_FIELD(c, Rate_limit, rate_limit, a->self, fill_rate,
		a->value));
}

/* A caller has one limit at most: this one takes the place of another. Who
 * limits a caller that was registered by itself wants to keep it. */
int
rate_limit_add_caller(struct call *c,
    const struct rate_limit_add_caller_args *a)
{
	struct tx *t;

	if (ref_is_null(a->caller))
		return fail_handle_invalid(c, "Caller",
		    call_ref_text(c, a->caller));
	t = call_begin(c);
	if (!t)
		return -1;
	TX_SET(t, Caller, caller, a->caller, rate_limit, a->self);
	TX_SET(t, Caller, caller, a->caller, auto_registered, false);
	return and_refresh(c, call_commit(c, t));
}

int
rate_limit_remove_caller(struct call *c,
    const struct rate_limit_remove_caller_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct caller *row;

	if (!t || !(row = EDIT_HEAD(c, t, Caller, caller, a->caller)))
		return -1;
	if (ref_equal(row->rate_limit, a->self))
		TX_SET(t, Caller, caller, a->caller, rate_limit,
		    (struct ref){ 0 });
	return and_refresh(c, call_commit(c, STEAL(t)));
}
