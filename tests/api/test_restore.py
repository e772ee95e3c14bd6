#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A database that is put over the wire takes the place of the one in use."""

import os
import unittest

import tap
import xapid
import xe


class Restore(unittest.TestCase):
    def setUp(self):
        self.port = xapid.free_port()
        self.d = xapid.start('--listen', '127.0.0.1:%d' % self.port,
                             '--sim-vms', '2')
        self.d.start()
        self.d.port = self.port
        self.addCleanup(self.d.stop)
        self.dump = os.path.join(self.d.folder, 'dump')

    def ok(self, *args):
        r = xe.run(self.d, *args)
        self.assertEqual(r.status, 0, (args, r.err))
        return r.out.strip()

    def networks(self, name):
        return self.ok('network-list', 'name-label=' + name, '--minimal')

    def restarted(self):
        self.assertTrue(self.d.first_line(60).startswith('xapid ready'),
                        self.d.log_text()[-2000:])
        self.d.session = self.d.local = None

    def test_what_was_dumped_is_there_again(self):
        kept = self.ok('network-create', 'name-label=kept')
        self.ok('pool-dump-database', 'file-name=' + self.dump)
        self.ok('network-create', 'name-label=late')
        self.ok('pool-restore-database', 'file-name=' + self.dump,
                'dry-run=true')
        self.assertNotEqual(self.networks('late'), '')
        running = self.ok('vm-list', 'power-state=running', '--minimal')
        self.ok('pool-restore-database', 'file-name=' + self.dump, '--force')
        self.restarted()
        self.assertEqual(self.networks('kept'), kept)
        self.assertEqual(self.networks('late'), '')
        self.assertEqual(self.ok('vm-list', 'power-state=running',
                                 '--minimal'), running)
        state = os.listdir(self.d.state)
        self.assertIn('state.sqlite.before-restore', state)
        self.assertEqual([n for n in state if 'upload' in n or 'ready' in n
                          or n.startswith('restore.')], [])

    def test_what_is_no_database_is_refused(self):
        for content in (b'', b'nonsense', b'<?xml version="1.0"?><a/>',
                        b'SQLite format 3\0' + b'x' * 5000):
            with open(self.dump, 'wb') as f:
                f.write(content)
            for extra in (('--force',), ('dry-run=true',)):
                r = xe.run(self.d, 'pool-restore-database',
                           'file-name=' + self.dump, *extra)
                self.assertEqual(r.status, 1, content)
                self.assertIn('reason: ', r.err, content)
                self.assertNotIn(self.d.state, r.err)
        self.ok('host-list')

    def test_half_a_database_is_refused(self):
        self.ok('pool-dump-database', 'file-name=' + self.dump)
        with open(self.dump, 'rb') as f:
            whole = f.read()
        with open(self.dump, 'wb') as f:
            f.write(whole[:len(whole) // 2])
        r = xe.run(self.d, 'pool-restore-database', '--force',
                   'file-name=' + self.dump)
        self.assertEqual(r.status, 1)
        self.assertEqual(self.d.call('pool.get_all').__len__(), 1)

    def test_only_a_pool_admin_may(self):
        with open(self.dump, 'wb') as f:
            f.write(b'x')
        r = xe.run(self.d, '-u', 'pool-operator', 'pool-restore-database',
                   '--force', 'file-name=' + self.dump)
        self.assertEqual(r.status, 1)
        self.assertIn('put_pool_xml_db_sync', r.err)


if __name__ == '__main__':
    tap.main()
