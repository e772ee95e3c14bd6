/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trim.h"
#include "tests/lib/unit.h"

/* KiB, of /proc/self/status. */
static long
status(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			kib = strtol(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

static int relocated = 7;
static int *const pointer = &relocated;
static const char *const texts[] = { "one", "two", "three" };

static void
test_gives_back(void)
{
	long before = status("RssFile:");
	char *freed = malloc(1 << 16);

	free(freed);
	trim_memory();
	CU_ASSERT_TRUE(before > 0);
	CU_ASSERT_TRUE(status("RssFile:") < before);
}

static void
test_loses_nothing(void)
{
	relocated = 8;
	for (int i = 0; i < 3; i++)
		trim_memory();
	CU_ASSERT_EQUAL(*pointer, 8);
	CU_ASSERT_STRING_EQUAL(texts[2], "three");
	CU_ASSERT_STRING_EQUAL(strerror(0), "Success");
}

UNIT_MAIN("what the start needed",
    { "pages of programs and libraries are given back", test_gives_back },
    { "what was relocated or written stays, and all goes on",
	test_loses_nothing })
