/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/unit.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/arena.h"

static int number;                /* of the test that runs, from 1 */
static char folder[PATH_MAX / 2]; /* "" while the test has none */
static struct arena *paths;
static const char *skipped; /* why the test was skipped, or NULL */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
drop_folder(void)
{
	if (folder[0] && nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		printf("# %s is left behind\n", folder);
	folder[0] = '\0';
	arena_free(paths);
	paths = NULL;
}

_Noreturn static void
bail_out(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

const char *
unit_folder(void)
{
	const char *top = getenv("TMPDIR");
	int n;

	if (folder[0])
		return folder;
	n = snprintf(folder, sizeof folder, "%s/unit-XXXXXX",
	    top ? top : "/tmp");
	if (n < 0 || (size_t)n >= sizeof folder || !mkdtemp(folder))
		bail_out("no temporary folder");
	return folder;
}

const char *
unit_path(const char *name)
{
	const char *path = NULL;

	if (!paths)
		paths = arena_new(0);
	if (paths)
		path = arena_printf(paths, "%s/%s", unit_folder(), name);
	if (!path)
		bail_out("no memory");
	return path;
}

bool
unit_skip_under_valgrind(const char *why)
{
	/* How valgrind gets its own malloc into the program. */
	const char *preload = getenv("LD_PRELOAD");

	if (preload && strstr(preload, "/vgpreload_"))
		skipped = why;
	return skipped != NULL;
}

void
unit_skip(const char *why)
{
	skipped = why;
}

/* CUnit calls this after each test with its failures, or NULL. */
static void
report(CU_pTest test, CU_pSuite suite, CU_pFailureRecord failures)
{
	(void)suite;
	for (CU_pFailureRecord f = failures; f; f = f->pNext)
		printf("# %s:%u: %s\n", f->strFileName ? f->strFileName : "?",
		    f->uiLineNumber, f->strCondition ? f->strCondition : "?");
	printf("%s %d - %s%s%s\n", failures ? "not ok" : "ok", ++number,
	    test->pName, skipped ? " # SKIP " : "", skipped ? skipped : "");
	skipped = NULL;
	drop_folder();
}

int
unit_run(const char *suite, const struct unit_test *tests, size_t n)
{
	CU_pSuite s;
	int failed;

	/* A test that crashes leaves the lines of those before it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() != CUE_SUCCESS ||
	    !(s = CU_add_suite(suite, NULL, NULL)))
		bail_out(CU_get_error_msg());
	for (size_t i = 0; i < n; i++)
		if (!CU_add_test(s, tests[i].sentence, tests[i].fn))
			bail_out(CU_get_error_msg());
	printf("1..%zu\n", n);
	CU_set_test_complete_handler(report);
	if (CU_run_all_tests() != CUE_SUCCESS)
		bail_out(CU_get_error_msg());
	failed = CU_get_number_of_tests_failed() > 0 ||
	    CU_get_number_of_tests_run() != n;
	CU_cleanup_registry();
	return failed;
}

void
unit_bail_out(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	abort();
}
