/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One test program: a CUnit suite that tells its results as TAP lines, with
 * the place and condition of each failed assertion as comments before them.
 *
 *	UNIT_MAIN("text",
 *	    { "overlong UTF-8 is refused", test_overlong },
 *	    { "a plain string is clean", test_plain })
 */
#ifndef XAPID_TESTS_LIB_UNIT_H
#define XAPID_TESTS_LIB_UNIT_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

struct unit_test {
	const char *sentence; /* what is true when it passes */
	void (*fn)(void);
};

/* Runs all in order; 0 when every one passed, else 1: for main to return. */
int unit_run(const char *suite, const struct unit_test *tests, size_t n);
/* A new empty folder for the running test, removed with all in it when the
 * test ends. Never NULL. */
const char *unit_folder(void);
/* "folder/name" for a file in unit_folder(); valid until the test ends. */
const char *unit_path(const char *name);

/* Under valgrind, which does not know every system call, the running test is
 * told as skipped for this reason, and true answered: it is to return. */
bool unit_skip_under_valgrind(const char *why);
/* The running test is told as skipped, for a reason that this machine is; it
 * is to return. */
void unit_skip(const char *why);

/* Ends the program: what no test can go on without is not to be had. */
void unit_bail_out(const char *what, const char *why) __attribute__((noreturn));

#define UNIT_COUNT(array) (sizeof(array) / sizeof *(array))

#define UNIT_MAIN(suite, ...)                                                  \
	int main(void)                                                         \
	{                                                                      \
		static const struct unit_test unit_tests[] = { __VA_ARGS__ };  \
                                                                               \
		return unit_run(suite, unit_tests, UNIT_COUNT(unit_tests));    \
	}

#endif
