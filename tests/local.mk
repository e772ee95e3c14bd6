# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests. A new one is one line in a list below; what it is linked with is the
# same for all.

# Each is built from the .c file of its name.
unit_tests =

# Each also has a folder tests/fuzz/corpus/NAME (without fuzz_).
fuzz_tests =

# Python, run as they are.
python_tests =

# Programs that print figures; never run by check.
bench_programs =
bench_scripts =

EXTRA_DIST += \
	tests/run \
	$(python_tests) \
	$(bench_scripts)

check_PROGRAMS += $(unit_tests) $(fuzz_tests)
EXTRA_PROGRAMS += $(bench_programs)

# A test that calls API methods: tests_unit_test_NAME_LDADD = $(core_libs) $(CUNIT_LIBS)
LDADD = $(all_libs) $(CUNIT_LIBS)

check-local:
	$(RUN_TESTS) $(unit_tests) $(fuzz_tests) $(python_tests)

RUN_TESTS = $(PYTHON) $(srcdir)/tests/run --srcdir $(srcdir) $(RUNFLAGS)
