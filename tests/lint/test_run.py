#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test runner counts right, above all what fails."""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

import tap

RUN = os.path.abspath(os.path.join(os.environ['XAPID_SRCDIR'], 'tests/run'))


def run(*scripts, options=()):
    """Runs shell texts as test programs; (exit status, output)."""
    names = []
    for i, text in enumerate(scripts):
        name = './program%d' % i
        with open(name, 'w', encoding='utf-8') as f:
            f.write('#!/bin/sh\n' + text + '\n')
        os.chmod(name, 0o755)
        names.append(name)
    r = subprocess.run([sys.executable, RUN, *options, *names],
                       capture_output=True, text=True, check=False)
    return r.returncode, r.stdout


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def check(self, script, status, summary, options=()):
        code, out = run(script, options=options)
        self.assertEqual((code, out.splitlines()[-1]), (status, summary))
        return out

    def test_counts_each_line_that_says_ok(self):
        self.check('echo 1..2; echo ok 1 - a; echo ok 2 - b', 0,
                   '2 passed, 0 failed')

    def test_counts_a_program_that_says_nothing_by_its_exit_status(self):
        self.check('exit 0', 0, '1 passed, 0 failed')
        self.check('exit 3', 1, '0 passed, 1 failed')

    def test_counts_and_shows_each_line_that_says_not_ok(self):
        out = self.check('echo ok 1 - a; echo not ok 2 - bees fly; exit 1', 1,
                         '1 passed, 1 failed')
        self.assertIn('not: bees fly', out)

    def test_what_failed_is_said_again_at_the_end_without_its_state(self):
        code, out = run('echo ok 1 - a; echo not ok 2 - b; echo "# because"; '
                        'echo "# --- the state"; echo "# long"; '
                        'echo ok 3 - c; echo "# other"; exit 1', 'exit 0')
        end = out[out.rindex('FAIL program0'):].splitlines()
        self.assertEqual(end, ['FAIL program0', '     | not ok 2 - b',
                               '     | # because', '3 passed, 1 failed'])

    def test_a_program_that_ends_badly_after_its_last_ok_fails(self):
        self.check('echo ok 1 - a; exit 7', 1, '1 passed, 1 failed')
        out = self.check('echo ok 1 - a; kill -SEGV $$', 1,
                         '1 passed, 1 failed')
        self.assertIn('SIGSEGV', out)

    def test_a_program_that_stops_before_its_plan_is_done_fails(self):
        self.check('echo 1..3; echo ok 1 - a; exit 0', 1,
                   '1 passed, 1 failed')

    def test_skipped_tests_are_neither_passed_nor_failed(self):
        out = self.check('echo "ok 1 - a # SKIP no root"; echo ok 2 - b', 0,
                         '1 passed, 0 failed')
        self.assertIn('1 skipped', out)

    def test_a_program_that_hangs_is_killed_and_fails(self):
        start = time.monotonic()
        out = self.check('sleep 60', 1, '0 passed, 1 failed', ('-t', '0.3'))
        self.assertIn('ends within 0.3 seconds', out)
        self.assertLess(time.monotonic() - start, 20)

    def test_what_a_program_leaves_running_is_killed(self):
        self.check('sleep 60 & echo $! >%s/pid' % os.getcwd(), 0,
                   '1 passed, 0 failed')
        with open('pid', encoding='ascii') as f:
            pid = f.read().strip()
        for _ in range(200):
            try:
                with open('/proc/%s/stat' % pid, encoding='ascii') as f:
                    state = f.read().split(')')[-1].split()[0]
            except FileNotFoundError:
                return
            if state == 'Z':
                return
            time.sleep(0.05)
        self.fail('still runs')

    def test_each_program_has_a_temporary_folder_of_its_own(self):
        script = 'echo "ok 1 - $TMPDIR"; pwd; touch $TMPDIR/x; ls; exit 1'
        _, out = run(script, script)
        folders = re.findall(r'\| (/\S*xapid-test\S*)', out)
        self.assertEqual(len(set(folders)), 2)
        self.assertFalse(any(map(os.path.exists, folders)))

    def test_a_program_that_is_not_there_fails(self):
        r = subprocess.run([sys.executable, RUN, './none'],
                           capture_output=True, text=True, check=False)
        self.assertEqual(r.returncode, 1)
        self.assertEqual(r.stdout.splitlines()[-1], '0 passed, 1 failed')

    def test_no_tests_at_all_is_a_failure(self):
        r = subprocess.run([sys.executable, RUN], capture_output=True,
                           text=True, check=False)
        self.assertEqual(r.returncode, 1)

    def test_the_summary_goes_to_a_file_when_one_is_named(self):
        _, out = run('exit 0', options=('--summary', 'sum'))
        with open('sum', encoding='ascii') as f:
            self.assertEqual(f.read(), '1 passed, 0 failed\n')
        self.assertNotIn('1 passed, 0 failed', out)


tap.main()
