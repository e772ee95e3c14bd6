#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A test on real Xen is run once more when the emulator has broken a guest, and
for no other reason."""

import os
import sys
import tempfile
import unittest

import tap

sys.path.insert(0, os.path.join(os.environ['XAPID_SRCDIR'], 'tests/xen/dom0'))
import emulator     # noqa: E402

# As Xen writes it: a guest that ran into its own fault, and one whose registers
# are Xen's.
FELL = '''(XEN) d%d Triple fault - invoking HVM shutdown action 1
(XEN) *** Dumping Dom%d vcpu#0 state: ***
(XEN) CPU:    0
(XEN) RIP:    0010:[<ffffffff81a442b5>]
(XEN) RFLAGS: 0000000000010246   CONTEXT: hvm guest (d%dv0)
'''
BROKEN = FELL.replace('0010:[<ffffffff81a442b5>]', 'e008:[<ffff82d0402044a5>]')


class Result(unittest.TestResult):
    def lines(self):
        return [str(err[1]).splitlines()[-1] for err in
                self.failures + self.errors]


class Emulator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = os.path.join(folder.name, 'log')
        self.says('')
        xl = os.path.join(folder.name, 'xl')
        with open(xl, 'w', encoding='utf-8') as f:
            f.write('#!/bin/sh\ncat "%s"\n' % self.log)
        os.chmod(xl, 0o755)
        path = os.environ['PATH']
        os.environ['PATH'] = folder.name + ':' + path
        self.addCleanup(os.environ.__setitem__, 'PATH', path)

    def says(self, text):
        with open(self.log, 'w', encoding='utf-8') as f:
            f.write(text)

    def outcome(self, *meanwhile, end=lambda: None):
        """What a test comes to, and how often it ran, of which each run but the
        last fails and has Xen say one of these texts."""
        runs = []
        says = self.says

        class Test(emulator.TestCase):
            def tearDown(self):
                end()

            def test_it(self):
                runs.append(len(runs))
                if len(runs) <= len(meanwhile):
                    says(meanwhile[len(runs) - 1])
                    self.fail('run %d' % len(runs))

        result = Result()
        Test('test_it').run(result)
        return result.lines(), len(runs)

    def test_who_passes_runs_once(self):
        self.says(BROKEN % (4, 4, 4))
        self.assertEqual(self.outcome(), ([], 1))

    def test_a_failure_of_its_own_is_one(self):
        self.says(BROKEN % (4, 4, 4))
        self.assertEqual(
            self.outcome((BROKEN % (4, 4, 4)) + FELL % (5, 5, 5)),
            (['AssertionError: run 1'], 1))

    def test_behind_a_broken_guest_it_is_run_once_more(self):
        self.assertEqual(self.outcome(FELL % (4, 4, 4) + BROKEN % (5, 5, 5)),
                         ([], 2))

    def test_also_when_the_log_has_forgotten_others(self):
        self.says(BROKEN % (4, 4, 4) + BROKEN % (5, 5, 5))
        self.assertEqual(self.outcome(BROKEN % (6, 6, 6)), ([], 2))

    def test_and_then_it_has_failed(self):
        self.assertEqual(
            self.outcome(BROKEN % (5, 5, 5), BROKEN % (6, 6, 6)),
            (['AssertionError: run 2'], 2))

    def test_what_its_end_says_of_a_broken_guest_goes_with_it(self):
        ends = []

        def end():
            ends.append(1)
            if len(ends) == 1:
                raise OSError('left over')
        self.assertEqual(self.outcome(BROKEN % (5, 5, 5), end=end), ([], 2))


if __name__ == '__main__':
    tap.main()
