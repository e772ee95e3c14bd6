#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every place in the program that asks the system for something is refused it
once: memory, a descriptor, a write, a sync, a name, a read, a thread. A clear
error, no crash, nothing lost that was answered, and it goes on by itself.

tests/lib/fault_sites.c finds the places and refuses. Ordinarily some of them
are tried; all of them with FAULT_FULL=1 in the environment."""

import errno
import http.client
import os
import shutil
import subprocess
import tempfile
import unittest

import tap
import xapid
from fault_sites import USABLE, Sites, names

FULL = os.environ.get('FAULT_FULL') == '1'
SOME = 4            # of each kind that are ordinarily tried
GONE = (OSError, http.client.HTTPException, ValueError, RuntimeError)
# What a client may be told; INTERNAL_ERROR names no cause.
SAYS_WHY = ('OUT_OF_SPACE', 'HOST_OUT_OF_MEMORY', 'OUT_OF_MEMORY',
            'SERVER_ERROR', 'DB_', 'TOO_', 'SESSION_', 'HANDLE_INVALID',
            'INTERNAL_ERROR', 'VM_BAD_POWER_STATE', 'connection')
ERRORS = {'alloc': [errno.ENOMEM], 'open': [errno.EMFILE],
          'write': [errno.ENOSPC, errno.EIO], 'sync': [errno.EIO],
          'rename': [errno.ENOSPC, errno.EIO], 'read': [errno.EIO],
          'thread': [errno.EAGAIN]}
# The first digest sets OpenSSL 3.0 up, which does not survive that memory is
# missing just then; the parent starts the daemon again.
NOT_OURS = 'rbac_ref'


class Script:
    """Calls of many kinds; remembers what was answered."""

    def __init__(self, d):
        self.d, self.told, self.names, self.secrets = d, [], {}, {}

    def call(self, method, *args):
        try:
            return self.d.call(method, *args)
        except xapid.Failure as failure:
            self.told.append('%s %s' % (failure.code, method))
        except GONE:
            self.told.append('connection ' + method)
            self.d.local = None
        return None

    def get(self, path):
        try:
            self.d.http('GET', path)
        except GONE:
            self.told.append('connection ' + path)

    def run(self):
        call = self.call
        records = call('VM.get_all_records') or {}
        vms = [r for r, v in records.items()
               if not v['is_a_template'] and not v['is_control_domain']]
        for vm in vms[:2]:
            if call('VM.set_name_description', vm, 'set') is not None:
                self.names[vm] = 'set'
            call('VM.hard_shutdown', vm)
            call('VM.start', vm, False, False)
        network = call('network.create', {
            'name_label': 'n', 'name_description': '', 'other_config': {}})
        if network:
            call('network.destroy', network)
        for i in range(3):
            ref = call('secret.create', {'value': str(i)})
            if ref:
                self.secrets[ref] = str(i)
        for vm in vms[:1]:
            call('message.create', 'A', 3, 'VM', records[vm]['uuid'], 'text')
        call('event.from', ['*'], '', 0.0)
        task = call('Async.VM.clone', vms[0], 'copy') if vms else None
        if task:
            try:
                xapid.until(lambda: call('task.get_status', task)
                            in (None, 'success', 'failure'), 20)
            except AssertionError:
                self.told.append('STUCK Async.VM.clone')
        blob = call('VM.create_new_blob', vms[0], 'b', 'text/plain', False) \
            if vms else None
        if blob and self.d.session:
            query = '/blob?session_id=%s&ref=%s' % (self.d.session, blob)
            try:
                self.d.http('PUT', query, b'x' * 5000)
            except GONE:
                self.told.append('connection PUT')
            self.get(query)
            call('blob.destroy', blob)
        if self.d.session:
            self.get('/pool/xmldbdump?session_id=' + self.d.session)
        call('session.logout')
        self.d.session = None


@unittest.skipIf(not USABLE, 'a sanitizer, or not built')
class FaultSites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='sites.')
        os.mkdir(cls.folder + '/made')
        d = xapid.Daemon(['--sim-vms', '4'], state=cls.folder + '/made')
        d.start()
        d.stop()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, True)

    def daemon(self, fresh):
        folder = os.path.join(self.folder, 'run')
        shutil.rmtree(folder, True)
        if fresh:
            os.mkdir(folder)
        else:
            shutil.copytree(self.folder + '/made', folder)
        return xapid.Daemon(['--sim-vms', '4'], state=folder)

    def run_with(self, group, depth, fresh, at=None, error=0):
        """One start, script and end, and what is left afterwards."""
        sites = Sites(self.folder)
        d = self.daemon(fresh)
        d.env = sites.env(group, at=at, error=error, depth=depth)
        script = Script(d)
        try:
            d.start(20)
        except RuntimeError as failure:
            self.assertRegex(str(failure), 'xapid: .|error: .')
        else:
            script.run()
            self.assertIn(d.stop(), (0, 1))
        self.assertNotIn('died by signal', d.log_text())
        for told in script.told:
            self.assertTrue(told.startswith(SAYS_WHY), told)
        d.env = None
        d.local = d.session = None
        d.start()
        for vm, text in script.names.items():
            self.assertEqual(d.call('VM.get_name_description', vm), text)
        for ref, value in script.secrets.items():
            self.assertEqual(d.call('secret.get_value', ref), value)
        d.call('VM.set_name_description', d.call('VM.get_all')[0], 'well')
        self.assertEqual(d.stop(), 0)
        check = subprocess.run([d.command()[0], '--state', d.state,
                                '--check-db'], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout)
        return sites

    def campaign(self, group, depth=1, fresh=False):
        sites = names(self.run_with(group, depth, fresh).sites())
        some = sorted(site for site in sites
                      if not sites[site].startswith(NOT_OURS))
        if not FULL:
            some = some[::max(1, len(some) // SOME)][:SOME]
        hits = 0
        for i, site in enumerate(some):
            errors = ERRORS[group]
            for error in errors if FULL else [errors[i % len(errors)]]:
                with self.subTest(site=sites[site], errno=error):
                    hits += self.run_with(group, depth, fresh, site,
                                          error).hits()
        print('# %s: %d of %d sites tried, refused %d times' %
              (group, len(some), len(sites), hits))
        self.assertGreater(hits, 0)

    def test_memory(self):
        """memory is refused to every place that asks for some"""
        self.campaign('alloc')

    def test_descriptors(self):
        """a descriptor is refused to every place that asks for one"""
        self.campaign('open')
        self.campaign('open', depth=0)

    def test_writes(self):
        """every place that writes to a file meets a full or broken disk"""
        self.campaign('write')
        self.campaign('write', fresh=True)

    def test_syncs(self):
        """every place that syncs a file meets a broken disk"""
        self.campaign('sync')
        self.campaign('sync', fresh=True)

    def test_names(self):
        """every place that renames, removes or makes a name is refused it"""
        self.campaign('rename')
        self.campaign('rename', fresh=True)

    def test_reads(self):
        """every place that reads a file meets a broken disk"""
        self.campaign('read')

    def test_threads(self):
        """a thread, a mapping or a process is refused to every place"""
        self.campaign('thread')
        self.campaign('thread', depth=0)


if __name__ == '__main__':
    tap.main()
