/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/cpu_mask.h"

#include "tests/lib/unit.h"

static void
test_lists_of_processors_are_told_from_other_texts(void)
{
	static const struct {
		const char *text;
		bool valid;
	} rows[] = {
		{ "0", true },
		{ "0,1,5", true },
		{ "0, 1", true },
		{ "1;2,3", true },
		{ "1023", true },
		{ "", false },
		{ ",", false },
		{ "1,", false },
		{ "1;", false },
		{ "1;;2", false },
		{ "1024", false },
		{ "-1", false },
		{ "1-3", false },
		{ "a", false },
		{ "1 2", false },
		{ "99999999999999999999999", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(cpu_mask_is_valid(rows[i].text), rows[i].valid);
}

static void
test_processors_without_a_list_of_their_own_get_the_first(void)
{
	struct cpu_mask m;

	cpu_mask_read("0,64;3", 0, &m);
	CU_ASSERT(cpu_mask_has(&m, 0) && cpu_mask_has(&m, 64));
	CU_ASSERT_FALSE(cpu_mask_has(&m, 3));
	cpu_mask_read("0,64;3", 1, &m);
	CU_ASSERT(cpu_mask_has(&m, 3) && !cpu_mask_has(&m, 0));
	cpu_mask_read("0,64;3", 2, &m);
	CU_ASSERT(cpu_mask_has(&m, 0) && !cpu_mask_has(&m, 3));
	CU_ASSERT_FALSE(cpu_mask_has(&m, CPU_MASK_CPUS));
}

static void
test_what_is_in_both_is_left(void)
{
	struct cpu_mask m, with;

	cpu_mask_read("1,2,3", 0, &m);
	cpu_mask_read("2,3,4", 0, &with);
	cpu_mask_cut(&m, &with);
	CU_ASSERT(cpu_mask_has(&m, 2) && cpu_mask_has(&m, 3));
	CU_ASSERT(!cpu_mask_has(&m, 1) && !cpu_mask_has(&m, 4));
}

UNIT_MAIN("cpu_mask",
    { "lists of processors are told from other texts",
	test_lists_of_processors_are_told_from_other_texts },
    { "processors without a list of their own get the first",
	test_processors_without_a_list_of_their_own_get_the_first },
    { "what is in both is left", test_what_is_in_both_is_left })
