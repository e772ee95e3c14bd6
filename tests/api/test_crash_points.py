#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A scripted thousand operations of many kinds; the daemon is killed at each
write to a file, each sync and each name that is made, changed or removed, in
turn. Started again it has exactly what it had answered, or that and the one
operation that was under way, and its database is sound.

Ordinarily some points of a shorter script are tried: all points of a thousand
operations, and what a loss of power may leave there, are looked at by
test_crash_matrix.py from one run. CRASH_FULL=1 in the environment kills at all
of them, CRASH_FULL=10 at every tenth, which takes hours."""

import os
import shutil
import subprocess
import tempfile
import unittest

import tap
import xapid
from crash_script import GONE, Found, Script, certificate_rows
from fault_sites import USABLE, Sites

STEP = int(os.environ.get('CRASH_FULL') or 0)
OPERATIONS = 1000 if STEP else 150
POINTS = 6      # of each kind that are ordinarily tried
@unittest.skipIf(not USABLE, 'a sanitizer, or not built')
class CrashPoints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='points.')
        os.mkdir(cls.folder + '/made')
        d = xapid.Daemon(['--sim-vms', '4'], state=cls.folder + '/made',
                         tls=True)
        d.start()
        cls.before = {c: set(d.call(c + '.get_all')) for c in
                      ('secret', 'network', 'message', 'VM')}
        d.stop()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, True)

    def run_to(self, kind, n):
        """Kills at the n-th; what was reached, and the script."""
        folder = os.path.join(self.folder, 'run')
        shutil.rmtree(folder, True)
        shutil.copytree(self.folder + '/made', folder)
        sites = Sites(self.folder)
        d = xapid.Daemon(['--sim-vms', '4'], state=folder, tls=True)
        d.env = sites.env(kind, nth=n, error='exit')
        script = None
        try:
            d.start()
            script = Script(d)
            gone = script.run(OPERATIONS)
        except GONE:
            gone = True
        if not gone:
            d.stop()
        else:
            d.process.wait(30)
            d.local = d.session = None
        return d, script, sites.calls()

    def judge(self, d, script):
        d.env = None
        d.start()
        if script:
            d.session = d.login()
            found = Found(d, script, self.before)
            wrong = found.is_as(script.state)
            if wrong and script.next:
                wrong = wrong if found.is_as(script.next) else []
            self.assertIn(found.certificate, certificate_rows(d))
            self.assertEqual(wrong, [], 'after %d operations' % script.done)
        d.call('pool.set_name_label', d.call('pool.get_all')[0], 'well')
        self.assertEqual(d.stop(), 0)
        check = subprocess.run([d.command()[0], '--state', d.state,
                                '--check-db'], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout)

    def matrix(self, kind):
        d, script, points = self.run_to(kind, 1 << 40)
        self.assertEqual(script.done, OPERATIONS)
        self.judge(d, script)
        step = STEP or max(1, points // POINTS)
        tried = 0
        for n in range(step // 2 if STEP != 1 else 0, points, step):
            with self.subTest(kind=kind, n=n):
                d, script, reached = self.run_to(kind, n)
                self.assertGreater(reached, 0)
                self.judge(d, script)
                tried += 1
        print('# %s: %d points in %d operations, %d tried' %
              (kind, points, OPERATIONS, tried))

    def test_writes(self):
        """killed at a write: what was answered is there"""
        self.matrix('write')

    def test_syncs(self):
        """killed at a sync: what was answered is there"""
        self.matrix('sync')

    def test_names(self):
        """killed where a name is changed: what was answered is there"""
        self.matrix('rename')


if __name__ == '__main__':
    tap.main()
