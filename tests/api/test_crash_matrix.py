#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A scripted thousand operations over the wire, and a crash at every point of
them. One daemon runs under tests/crash/record.c, which notes each write, sync
and change of a name below its state folder, and each answer that is sent.
tests/crash/check.c goes through the notes: behind each it makes what a killed
process leaves and what a loss of power may leave (only what was synced; under
old names or new ones; a write cut between any two sectors; some sectors of what
was not synced), opens it, and looks whether it is sound and has what was
answered. Of some points a daemon is started and asked over the wire."""

import copy
import ctypes
import filecmp
import mmap
import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest

import tap
import xapid
from crash_script import Found, Script, certificate, certificate_rows
from fault_sites import USABLE

OPERATIONS = int(os.environ.get('CRASH_OPERATIONS', 1000))
STARTED = 4     # notes behind which a daemon is started, for each kind
LEFT_OUT = 12   # syncs
ALL, LOST, SECTORS = 0, 1, 5    # kinds of check.c
SYNC, MARK = 5, 9               # of log.h
WORKERS = ('sim-domains', 'network.sim')    # files that are not the daemon's
LIBRARY = os.path.abspath(os.path.join(
    xapid.BUILD, 'tests', 'crash', 'record.so'))
CHECK = os.path.abspath(os.path.join(xapid.BUILD, 'tests', 'crash', 'check'))
HEAD = struct.Struct('5Q')      # struct log_head of log.h
NOTE = struct.Struct('2I4Q')    # struct log_record
MAGIC, BYTES = 0x676f6c6873617263, 1 << 30


class Log:
    """The file that daemon and test write their notes to."""

    def __init__(self, path, folder):
        self.path, st = path, os.stat(folder)
        with open(path, 'wb') as f:
            f.write(HEAD.pack(MAGIC, st.st_ino, st.st_dev, HEAD.size, 0))
            f.truncate(BYTES)
        self.env = {'CRASH_LOG': path, 'LD_PRELOAD': LIBRARY}
        os.environ['CRASH_LOG'] = path
        self.library = ctypes.CDLL(LIBRARY)
        del os.environ['CRASH_LOG']

    def mark(self, n):
        self.library.crash_log_mark(ctypes.c_uint64(n))

    def kinds(self):
        """Of all notes."""
        with open(self.path, 'rb') as f:
            data = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
        at, end = HEAD.size, HEAD.unpack_from(data)[3]
        kinds = []
        while at < end:
            kind, size, *_ = NOTE.unpack_from(data, at)
            kinds.append(kind)
            at += NOTE.size + (size + 7 & ~7)
        return kinds


class Recorded(Script):
    """Notes when an operation was answered, and what there is then."""

    def __init__(self, d, log):
        super().__init__(d)
        self.log, self.states = log, []
        self.note()

    def note(self):
        self.log.mark(self.done)
        self.states.append(self.state)

    def answered(self):
        self.note()


def under_way(before, after):
    """`after`, where what is new may have another reference: a daemon that goes
    on with what it was at makes it again."""
    state = copy.copy(after)
    for name, table in vars(after).items():
        fresh = [ref for ref in table if ref not in getattr(before, name)] \
            if isinstance(table, dict) else []
        if fresh:
            table = dict(table)
            table['new'] = table.pop(fresh[0])
            setattr(state, name, table)
    return state


def scratch():
    """A folder, without a disk below where there is room."""
    try:
        v = os.statvfs('/dev/shm')
        if v.f_bavail * v.f_frsize > 1 << 30:
            return tempfile.mkdtemp(prefix='matrix.', dir='/dev/shm')
    except OSError:
        pass
    return tempfile.mkdtemp(prefix='matrix.')


@unittest.skipIf(not USABLE, 'a sanitizer, or not built')
class CrashMatrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch()
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        made = cls.folder + '/made'
        os.mkdir(made)
        log = Log(cls.folder + '/log', made)
        d = xapid.Daemon(['--sim-vms', '4'], state=made, tls=True,
                         env=log.env)
        d.start()
        cls.before = {c: set(d.call(c + '.get_all')) for c in
                      ('secret', 'network', 'message', 'VM')}
        d.stop()
        d.start()
        cls.script = Recorded(d, log)
        cls.script.run(OPERATIONS)
        d.stop()
        cls.notes = log.kinds()
        cls.write_script(cls.folder + '/script')

    @classmethod
    def write_script(cls, path):
        with open(path, 'w') as f:
            for refs in cls.before.values():
                for ref in sorted(refs - set(cls.script.vms)):
                    f.write('- %s\n' % ref)
            for ref in cls.script.vms:
                f.write('* %s\n' % ref)
            for k, state in enumerate(cls.script.states):
                f.write('= %d\n%s' % (k, state.text()))

    def check(self, *args):
        """Status and what was said."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            run = subprocess.run(
                [CHECK, *map(str, args), self.folder + '/log',
                 self.folder + '/script'],
                cwd=place, capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr

    def files(self, note, kind):
        """A folder with what is found behind a note, and how many operations
        were answered by then (-1: the script had not begun)."""
        folder = os.path.join(self.folder, 'found')
        shutil.rmtree(folder, True)
        os.mkdir(folder)
        shutil.copy(self.folder + '/made/users', folder)
        status, text = self.check('-w', folder, '-p', note, '-d', kind)
        self.assertEqual(status, 0, text)
        return folder, int(text)

    def test_notes(self):
        """the notes say how the files came to be what they are"""
        self.assertEqual(self.script.done, OPERATIONS)
        folder, done = self.files(len(self.notes), ALL)
        self.assertEqual(done, OPERATIONS)
        there = self.folder + '/made'
        for path, _, names in os.walk(there + '/state'):
            for name in names:
                if name in WORKERS:
                    continue
                file = os.path.relpath(os.path.join(path, name), there)
                self.assertTrue(filecmp.cmp(
                    os.path.join(there, file), os.path.join(folder, file),
                    shallow=False), file)

    def test_every_point(self):
        """at no point a crash loses what was answered"""
        status, text = self.check('-n', os.cpu_count() or 1)
        print(text[-4000:], end='')
        self.assertEqual(status, 0)

    def test_left_out(self):
        """a sync that is left out is found by what is lost"""
        begin = self.notes.index(MARK)
        syncs = [n for n, kind in enumerate(self.notes)
                 if kind == SYNC and n > begin]
        tried = random.Random(1).sample(syncs, LEFT_OUT)
        found = [n for n in tried if self.check('-s', n)[0] == 1]
        print('# %d of %d syncs left out: noticed' % (len(found), len(tried)))
        # Some are followed by one that does the same before an answer.
        self.assertGreater(len(found), LEFT_OUT // 2)

    def compare(self, found, done):
        states = self.script.states[done:done + 2]
        wrong = found.is_as(states[0])
        if wrong and states[1:]:
            wrong = wrong if found.is_as(under_way(*states)) else []
        self.assertEqual(wrong, [], 'after %d operations' % done)

    def judge(self, folder, done):
        d = xapid.Daemon(['--sim-vms', '4'], state=folder, tls=True)
        d.start()
        try:
            if done >= 0:
                self.compare(Found(d, self.script, self.before), done)
            self.assertIn(certificate(d), certificate_rows(d))
            d.call('pool.set_name_label', d.call('pool.get_all')[0], 'well')
        finally:
            status = d.stop()
        self.assertEqual(status, 0)
        check = subprocess.run([d.command()[0], '--state', d.state,
                                '--check-db'], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout)

    def test_started(self):
        """a daemon that starts after a crash has what was answered"""
        pick = random.Random(2)
        for kind in (ALL, LOST, SECTORS):
            for _ in range(STARTED):
                n = pick.randrange(len(self.notes))
                with self.subTest(kind=kind, note=n):
                    self.judge(*self.files(n, kind))


if __name__ == '__main__':
    tap.main()
