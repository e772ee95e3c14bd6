#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images are written, copied and destroyed by chance, while chains are merged and
workers die: each disk holds at any time what was written to it, or to what it is a
copy of. STEPS=N, SEED=N in the environment: more, others."""

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import tap          # noqa: E402
import xapid        # noqa: E402

STEPS = int(os.environ.get('STEPS', '60'))
SEED = int(os.environ.get('SEED', '0'))
MIB = 1 << 20
SLOTS = 32      # of 64 KiB
MOST = 8        # disks


def below(pid, name):
    """Processes of that name under another one."""
    found = []
    for child, own in xapid.children(pid):
        found += ([child] if own == name else []) + below(child, name)
    return found


class Folder:
    """The lock that those have who change which image rests on which."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def __exit__(self, *_):
        os.close(self.fd)


@unittest.skipUnless(shutil.which('qemu-io') and shutil.which('qemu-img'),
                     'needs QEMU')
class Images(unittest.TestCase):
    def setUp(self):
        self.d = xapid.start('--sim-vms', '1', '--worker-deadline', '20')
        self.d.__enter__()
        self.addCleanup(self.d.__exit__, None, None, None)
        self.place = self.d.state + '/sr/a'
        self.sr = self.d.call('SR.create', self.d.call('host.get_all')[0],
                              {'location': self.place,
                               'image-format': 'qcow2'}, 0, 'a', '', 'file',
                              'user', False, {})
        self.random = random.Random(SEED)
        self.disks = {}     # reference -> slot -> byte
        self.done = []

    # ---- as a server uses an image ----

    def path(self, vdi):
        return '%s/%s.qcow2' % (self.place, self.d.call('VDI.get_uuid', vdi))

    def chain(self, path):
        """The files that an image consists of, open and locked."""
        files = []
        while path:
            f = open(path, 'rb')
            files.append(f)
            fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
            f.seek(8)
            at = int.from_bytes(f.read(8), 'big')
            size = int.from_bytes(f.read(4), 'big')
            f.seek(at)
            path = at and os.path.join(self.place, f.read(size).decode())
        return files

    def used(self, vdi):
        end = time.time() + 120
        while True:
            with Folder(self.place):
                try:
                    return self.chain(self.path(vdi))
                except BlockingIOError:
                    # Whoever merges is asked to stop.
                    with open(self.place + '/merge.stop', 'w'):
                        pass
                    self.assertLess(time.time(), end)
                    time.sleep(0.05)

    def io(self, vdi, *commands):
        files = self.used(vdi)
        try:
            p = subprocess.run(
                ['qemu-io', '-f', 'qcow2'] +
                [w for c in commands for w in ('-c', c)] + [self.path(vdi)],
                capture_output=True, text=True)
        finally:
            for f in files:
                f.close()
            try:
                os.unlink(self.place + '/merge.stop')
            except FileNotFoundError:
                pass
        said = p.stdout + p.stderr
        self.assertEqual(p.returncode, 0, said)
        self.assertNotIn('failed', said, '%s of %s; %s' % (
            commands, self.d.call('VDI.get_uuid', vdi), self.done[-20:]))

    # ---- what happens ----

    def write(self):
        vdi = self.any()
        slots = self.random.sample(range(SLOTS), self.random.randrange(1, 6))
        byte = self.random.randrange(1, 256)
        self.io(vdi, *('write -P %d %dK 64K' % (byte, s * 64) for s in slots))
        self.disks[vdi].update({s: byte for s in slots})

    def forget(self):
        """As a guest that discards."""
        vdi = self.any()
        slot = self.random.randrange(SLOTS)
        self.io(vdi, 'discard %dK 64K' % (slot * 64),
                'write -z %dK 64K' % (slot * 64))
        self.disks[vdi][slot] = 0

    def copy(self):
        vdi = self.any()
        how = self.random.choice(('VDI.snapshot', 'VDI.clone'))
        new = self.task(how, vdi, {})
        self.disks[new] = dict(self.disks[vdi])

    def destroy(self):
        if len(self.disks) > 1:
            vdi = self.any()
            del self.disks[vdi]
            self.task('VDI.destroy', vdi)

    def scan(self):
        self.task('SR.scan', self.sr)   # begins a merge, too

    def look(self):
        self.check(self.any())

    def any(self):
        return self.random.choice(sorted(self.disks))

    def check(self, vdi):
        self.io(vdi, *('read -P %d %dK 64K' % (
            self.disks[vdi].get(s, 0), s * 64) for s in range(SLOTS)))

    # ---- deaths ----

    def kill(self, name, after):
        time.sleep(after)
        for pid in below(self.d.process.pid, name):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def task(self, method, *args):
        """Workers die meanwhile, and what they did is done again."""
        thread = None
        if self.random.random() < 0.5:
            thread = threading.Thread(target=self.kill, args=(
                self.random.choice(('xapid-storage', 'qemu-img')),
                self.random.uniform(0, 0.2)))
            thread.start()
        record = self.d.ended(self.d.call('Async.' + method, *args), 120)
        if thread:
            thread.join()
        self.assertEqual(record['status'], 'success', record['error_info'])
        return record['result'][len('<value>'):-len('</value>')]

    # ---- all of it ----

    def test_disks_hold_what_was_written_whatever_becomes_of_their_chains(self):
        first = self.d.call('VDI.create', {
            'name_label': 'd', 'name_description': '', 'SR': self.sr,
            'virtual_size': SLOTS * 65536, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        self.disks[first] = {}
        for n in range(STEPS):
            acts = [self.write, self.write, self.write, self.forget, self.copy,
                    self.copy, self.destroy, self.scan, self.look]
            act = self.random.choice(acts if len(self.disks) < MOST
                                     else [self.destroy])
            self.done.append(act.__name__)
            act()
        for vdi in sorted(self.disks):
            self.check(vdi)
        self.assertFalse([f for f in os.listdir(self.place) if '.new' in f])


if __name__ == '__main__':
    tap.main()
