/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/refmap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/fault.h"
#include "tests/lib/unit.h"

#define KEYS 5000

static int values[KEYS];

/* Small numbers, so that keys meet again and again. */
static struct ref
key(size_t i)
{
	return (struct ref){ 0, i };
}

static void
test_basics(void)
{
	struct refmap m = { 0 };
	int a, b;

	CU_ASSERT_PTR_NULL(refmap_get(&m, key(1)));
	CU_ASSERT_PTR_NULL(refmap_remove(&m, key(1)));
	CU_ASSERT_EQUAL(refmap_put(&m, key(1), &a), 0);
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(1)), &a);
	CU_ASSERT_EQUAL(refmap_put(&m, key(1), &b), 0);
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(1)), &b);
	CU_ASSERT_EQUAL(m.count, 1);
	CU_ASSERT_EQUAL(refmap_put(&m, REF_NULL, &a), 0);
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, REF_NULL), &a);
	CU_ASSERT_PTR_EQUAL(refmap_remove(&m, key(1)), &b);
	CU_ASSERT_PTR_NULL(refmap_remove(&m, key(1)));
	CU_ASSERT_EQUAL(m.count, 1);
	refmap_free(&m);
	refmap_free(&m);
}

/* What is in the map is what a plain array says, key by key and by walking. */
static bool
same(const struct refmap *m, void *const model[KEYS])
{
	size_t count = 0, walked = 0, used = 0, i = 0;
	struct ref k;
	void *v;

	for (size_t n = 0; n < KEYS; n++) {
		if (refmap_get(m, key(n)) != model[n])
			return false;
		count += model[n] != NULL;
	}
	while ((v = refmap_next(m, &i, &k))) {
		if (k.hi != 0 || k.lo >= KEYS || model[k.lo] != v)
			return false;
		walked++;
	}
	for (size_t n = 0; n < m->cap; n++)
		used += m->slots[n].value != NULL;
	return count == m->count && walked == count && used == m->used;
}

static void
test_random(void)
{
	void *model[KEYS] = { 0 };
	struct refmap m = { 0 };
	unsigned seed = 1;
	bool right = true;

	for (int step = 0; step < 200000; step++) {
		size_t n = (size_t)rand_r(&seed) % KEYS;
		/* Fill and empty by turns. */
		bool add = rand_r(&seed) % 100 < (step / 40000 % 2 ? 20 : 80);

		if (add) {
			model[n] = &values[rand_r(&seed) % KEYS];
			right = right && refmap_put(&m, key(n), model[n]) == 0;
		} else {
			right = right && refmap_remove(&m, key(n)) == model[n];
			model[n] = NULL;
		}
		right = right && m.used >= m.count && m.used * 10 <= m.cap * 7;
		if (step % 10000 == 0)
			right = right && same(&m, model);
	}
	CU_ASSERT_TRUE(right);
	CU_ASSERT_TRUE(same(&m, model));
	refmap_free(&m);
}

/* Tasks come and go by the million: the table must not grow with them. */
static void
test_churn(void)
{
	struct refmap m = { 0 };

	for (size_t i = 0; i < 1000000; i++) {
		refmap_put(&m, key(i), &m);
		if (i >= 100)
			refmap_remove(&m, key(i - 100));
	}
	CU_ASSERT_EQUAL(m.count, 100);
	CU_ASSERT_TRUE(m.cap <= 512);
	refmap_free(&m);
}

static void
test_remove_walking(void)
{
	struct refmap m = { 0 };
	size_t i = 0, walked = 0;
	struct ref k;

	for (size_t n = 0; n < KEYS; n++)
		refmap_put(&m, key(n), &values[n]);
	while (refmap_next(&m, &i, &k)) {
		CU_ASSERT_PTR_EQUAL(refmap_remove(&m, k), &values[k.lo]);
		walked++;
	}
	CU_ASSERT_EQUAL(walked, KEYS);
	CU_ASSERT_EQUAL(m.count, 0);
	CU_ASSERT_EQUAL(m.used, 0);
	refmap_free(&m);
}

static void
test_no_memory(void)
{
	struct refmap m = { 0 };
	size_t n = 0;

	fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
	CU_ASSERT_EQUAL(refmap_put(&m, key(0), &m), -1);
	CU_ASSERT_PTR_NULL(refmap_get(&m, key(0)));
	fault_disarm();
	CU_ASSERT_EQUAL(refmap_put(&m, key(0), &m), 0);
	fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
	while (refmap_put(&m, key(++n), &m) == 0)
		;
	CU_ASSERT_EQUAL(m.count, n);
	CU_ASSERT_PTR_NULL(refmap_get(&m, key(n)));
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(i)), &m);
	/* Replacing needs no memory. */
	CU_ASSERT_EQUAL(refmap_put(&m, key(0), &n), 0);
	fault_disarm();
	CU_ASSERT_EQUAL(refmap_put(&m, key(n), &m), 0);
	refmap_free(&m);
}

/* After a reserve, so many new keys are put without any allocation. */
static void
test_reserve(void)
{
	struct refmap m = { 0 };
	size_t next = 0;

	fault_disarm();
	for (size_t n = 0; n < 300; n++) {
		CU_ASSERT_EQUAL(refmap_reserve(&m, n), 0);
		fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
		for (size_t i = 0; i < n; i++)
			CU_ASSERT_EQUAL(refmap_put(&m, key(next++), &m), 0);
		fault_disarm();
		/* Tombstones must not take the room. */
		for (size_t i = 0; i < n / 2; i++)
			refmap_remove(&m, key(next - n + i));
	}
	fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
	CU_ASSERT_EQUAL(refmap_reserve(&m, 1000000), -1);
	fault_disarm();
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(next - 1)), &m);
	refmap_free(&m);
}

/* Who walks through a map looks at every slot of it. */
static void
test_trim(void)
{
	struct refmap m = { 0 };

	fault_disarm();
	for (size_t i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(refmap_put(&m, key(i), &m), 0);
	refmap_trim(&m);
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(999)), &m);
	for (size_t i = 0; i < 1000; i++)
		refmap_remove(&m, key(i));
	refmap_trim(&m);
	CU_ASSERT_EQUAL(m.cap, 0);
	CU_ASSERT_EQUAL(refmap_put(&m, key(0), &m), 0);
	CU_ASSERT_PTR_EQUAL(refmap_get(&m, key(0)), &m);
	refmap_free(&m);
}

UNIT_MAIN("refmap", { "a value is found until it is removed", test_basics },
    { "the map agrees with an array over 200,000 random steps", test_random },
    { "a table with constant content does not grow", test_churn },
    { "what a walk answers may be removed on the way", test_remove_walking },
    { "what was reserved needs no memory any more", test_reserve },
    { "without memory the map stays as it was", test_no_memory },
    { "an empty map gives back what it had when it was large", test_trim })
