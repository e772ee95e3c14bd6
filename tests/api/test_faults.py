#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine runs out of memory, descriptors or disk, at one place after
another: a clear error, no crash, and recovery by itself."""

import http.client
import os
import subprocess
import unittest

import tap
import xapid

# More than one per kind: a start, and calls, reach very different numbers.
PLACES = {
    'alloc': (0, 2, 11, 60, 400, 2500, 15000, 24000, 26000, 30000, 40000),
    'open': (0, 1, 2, 3, 5, 7, 10),
    'write': (0, 1, 3, 6, 20, 40, 60, 80),
    'sync': (0, 1, 2, 4, 8, 16),
    'rename': (0, 1, 2),
}
GONE = (OSError, http.client.HTTPException, ValueError, RuntimeError)
# What a client may be told; INTERNAL_ERROR names no cause.
SAYS_WHY = ('OUT_OF_SPACE', 'HOST_OUT_OF_MEMORY', 'OUT_OF_MEMORY',
            'SERVER_ERROR', 'DB_', 'TOO_', 'SESSION_', 'HANDLE_INVALID',
            'INTERNAL_ERROR')


class Faults(unittest.TestCase):
    def script(self, d, n, told):
        """Calls that write; answers {vm: text} of what was answered."""
        done = {}
        try:
            vms = [ref for ref, r in d.call('VM.get_all_records').items()
                   if not r['is_a_template'] and not r['is_control_domain']]
        except xapid.Failure as failure:
            told.append(failure.code)
            return done
        except GONE:
            return done
        for i in range(8):
            vm = vms[i % len(vms)]
            for method, args in (
                    ('VM.set_name_description', (vm, '%d %d' % (n, i))),
                    ('VM.get_record', (vm,)),
                    ('secret.create', ({'value': 'x' * 3000},)),
                    ('event.from', (['VM'], '', 0.0))):
                try:
                    d.call(method, *args)
                    if method == 'VM.set_name_description':
                        done[vm] = args[1]
                except xapid.Failure as failure:
                    told.append(failure.code)
                except GONE:
                    told.append('connection')  # no memory for an answer
        return done

    def run_with(self, state, fault, n):
        d = xapid.Daemon(['--sim-vms', '4'], env={'XAPID_FAULT': fault},
                         state=state)
        told, done = [], {}
        try:
            d.start()
        except RuntimeError as error:
            self.assertNotIn('died by signal', str(error), fault)
            self.assertRegex(str(error), 'xapid: .|error: .', fault)
        else:
            done = self.script(d, n, told)
            self.assertIn(d.stop(), (0, 1), fault)
        self.assertNotIn('died by signal', d.log_text(), fault)
        # It goes on where it stopped, with all that was answered.
        d.env = None
        d.start()
        for vm, text in done.items():
            self.assertEqual(d.call('VM.get_name_description', vm), text,
                             fault)
        d.call('VM.set_name_description', d.call('VM.get_all')[0], 'well')
        self.assertEqual(d.stop(), 0)
        check = subprocess.run([d.command()[0], '--state', d.state,
                                '--check-db'], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, fault + check.stdout)
        return told

    def campaign(self, kind, errors, sticky=False):
        told = []
        d = xapid.Daemon()
        self.addCleanup(xapid.shutil.rmtree, d.folder, True)
        for error in errors:
            for n in PLACES[kind]:
                fault = '%s:%d:%s' % (kind, n, error)
                told += self.run_with(
                    d.folder, fault + (':sticky' if sticky else ''), n)
                # Half of them start with nothing.
                if n % 2:
                    xapid.shutil.rmtree(d.state, True)
        for code in told:
            self.assertTrue(code == 'connection' or code.startswith(SAYS_WHY),
                            code)

    def test_memory(self):
        """without memory somewhere: an error, no crash, nothing lost"""
        self.campaign('alloc', ['ENOMEM'])

    def test_descriptors(self):
        """without a descriptor somewhere: an error, no crash, nothing lost"""
        self.campaign('open', ['EMFILE'])

    def test_full_disk(self):
        """a disk that is full or broken once: an error, nothing lost"""
        self.campaign('write', ['ENOSPC', 'EIO', 'short'])

    def test_full_disk_for_good(self):
        """a disk that stays full: reads go on, writes say so, nothing lost"""
        self.campaign('write', ['ENOSPC'], True)

    def test_syncs_and_renames(self):
        """a sync or a rename that fails: an error, nothing lost"""
        self.campaign('sync', ['EIO'])
        self.campaign('rename', ['ENOSPC'])

    def test_a_full_disk_is_told(self):
        """while the disk is full writes are refused by name; then they work
        """
        d = xapid.Daemon(['--sim-vms', '2'])
        self.addCleanup(xapid.shutil.rmtree, d.folder, True)
        d.start()
        d.stop()
        d.env = {'XAPID_FAULT': 'write:40:ENOSPC:sticky'}
        d.start()
        vm = d.call('VM.get_all')[0]
        codes = []
        for i in range(80):
            try:
                d.call('VM.set_name_description', vm, str(i))
            except xapid.Failure as failure:
                codes.append(failure.code)
        self.assertTrue(codes)
        self.assertEqual(set(codes) - {'OUT_OF_SPACE'}, set())
        d.call('VM.get_record', vm)
        d.stop()

    def test_a_refused_destroy_takes_nothing(self):
        """a VM that a full disk does not let go keeps its console's log"""
        d = xapid.Daemon(['--sim-vms', '2'])
        self.addCleanup(xapid.shutil.rmtree, d.folder, True)
        d.start()
        vm, = d.call('VM.get_by_name_label', 'sim-00001')
        if d.call('VM.get_power_state', vm) != 'Halted':
            d.call('VM.hard_shutdown', vm)
        log = os.path.join(d.state, 'console',
                           d.call('VM.get_uuid', vm) + '.log')
        d.stop()
        os.makedirs(os.path.dirname(log), exist_ok=True)
        with open(log, 'w') as f:
            f.write('what it said')
        d.env = {'XAPID_FAULT': 'write:40:ENOSPC:sticky'}
        d.start()
        full = False
        for i in range(80):
            try:
                d.call('VM.set_name_description', vm, str(i))
            except xapid.Failure:
                full = True
        self.assertTrue(full)
        self.assertEqual(d.error('VM.destroy', vm)[0], 'OUT_OF_SPACE')
        self.assertTrue(os.path.exists(log))
        d.stop()
        d.env = None
        d.start()
        d.call('VM.destroy', vm)
        self.assertFalse(os.path.exists(log))
        self.assertEqual(d.stop(), 0)


if __name__ == '__main__':
    tap.main()
