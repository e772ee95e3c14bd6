#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Repositories and disks: made, copied, grown, scanned and destroyed."""

import unittest

import tap
import xapid

NULL = 'OpaqueRef:NULL'
MIB = 1 << 20
VDI = {
    'name_label': 'd', 'name_description': '', 'virtual_size': 8 * MIB,
    'type': 'user', 'sharable': False, 'read_only': False,
    'other_config': {}, 'xenstore_data': {}, 'sm_config': {}, 'tags': [],
}


class Storage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-vms', '2')
        cls.d.__enter__()
        cls.host = cls.d.call('host.get_all')[0]
        cls.local = cls.named('SR', 'Local storage')

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)

    @classmethod
    def named(cls, kind, name):
        return cls.d.call('%s.get_by_name_label' % kind, name)[0]

    def record(self, kind, ref):
        return self.d.call('%s.get_record' % kind, ref)

    def disk(self, sr=None, **other):
        return self.d.call('VDI.create',
                           {**VDI, 'SR': sr or self.local, **other})

    def repository(self, name='more', type='file'):
        return self.d.call('SR.create', self.host, {'location': '/srv/x'}, 0,
                           name, '', type, 'user', False, {})

    def test_a_disk_is_made_with_whole_blocks_and_counted(self):
        before = self.record('SR', self.local)['virtual_allocation']
        vdi = self.disk(virtual_size=8 * MIB - 1)
        r = self.record('VDI', vdi)
        self.assertEqual(r['virtual_size'], 8 * MIB)
        self.assertTrue(r['location'])
        self.assertTrue(r['managed'])
        self.assertEqual(self.record('SR', self.local)['virtual_allocation'],
                         before + 8 * MIB)
        self.d.call('VDI.destroy', vdi)
        self.assertEqual(self.record('SR', self.local)['virtual_allocation'],
                         before)
        self.assertEqual(self.d.error('VDI.get_uuid', vdi)[0],
                         'HANDLE_INVALID')

    def test_copies_say_where_they_come_from(self):
        vdi = self.disk(tags=['t'])
        clone = self.record('VDI', self.d.call('VDI.clone', vdi, {}))
        snap = self.record('VDI', self.d.call('VDI.snapshot', vdi, {}))
        self.assertFalse(clone['is_a_snapshot'])
        self.assertEqual(clone['snapshot_of'], NULL)
        self.assertTrue(snap['is_a_snapshot'])
        self.assertEqual(snap['snapshot_of'], vdi)
        self.assertEqual(len(self.record('VDI', vdi)['snapshots']), 1)
        self.assertNotEqual(snap['uuid'], self.record('VDI', vdi)['uuid'])

    def test_a_disk_is_copied_into_another_repository(self):
        sr = self.repository()
        vdi = self.disk()
        copy = self.d.call('VDI.copy', vdi, sr)
        self.assertEqual(self.record('VDI', copy)['SR'], sr)
        self.assertEqual(self.d.error('VDI.copy', vdi, NULL)[0],
                         'HANDLE_INVALID')

    def test_disks_grow_and_do_not_shrink(self):
        vdi = self.disk()
        self.d.call('VDI.resize', vdi, 16 * MIB)
        self.assertEqual(self.record('VDI', vdi)['virtual_size'], 16 * MIB)
        self.assertIn(self.d.error('VDI.resize', vdi, 8 * MIB)[0],
                      ('INVALID_VALUE', 'VDI_SIZE'))

    def test_a_disk_in_use_is_not_destroyed(self):
        running = [v for v in self.d.call('VBD.get_all')
                   if self.record('VBD', v)['currently_attached']
                   and not self.record('VBD', v)['empty']]
        vdi = self.record('VBD', running[0])['VDI']
        self.assertEqual(self.d.error('VDI.destroy', vdi),
                         ['VDI_IN_USE', vdi, 'destroy'])
        self.assertEqual(self.d.error('VDI.forget', vdi)[0], 'VDI_IN_USE')
        self.assertEqual(self.d.error('VDI.resize', vdi, 1 << 40)[0],
                         'VDI_IN_USE')

    def test_wrong_sizes_and_types_are_refused(self):
        args = {**VDI, 'SR': self.local}
        self.assertEqual(self.d.error('VDI.create', {
            **args, 'virtual_size': -1})[0], 'INVALID_VALUE')
        self.assertEqual(self.d.error('VDI.create', {
            **args, 'type': 'cbt_metadata'})[0], 'VDI_INCOMPATIBLE_TYPE')
        self.assertEqual(self.d.error('VDI.create', {
            **args, 'SR': NULL})[0], 'HANDLE_INVALID')
        udev = self.named('SR', 'DVD drives')
        self.assertEqual(self.d.error('VDI.create', {**args, 'SR': udev}),
                         ['SR_OPERATION_NOT_SUPPORTED', udev])

    def test_a_repository_is_made_used_and_destroyed(self):
        sr = self.repository('short')
        pbd, = self.record('SR', sr)['PBDs']
        self.assertTrue(self.record('PBD', pbd)['currently_attached'])
        vdi = self.disk(sr)
        self.d.call('SR.scan', sr)
        self.assertEqual(self.d.error('SR.destroy', sr), ['SR_HAS_PBD', sr])
        self.assertEqual(self.d.error('SR.forget', sr), ['SR_HAS_PBD', sr])
        self.d.call('PBD.unplug', pbd)
        self.assertEqual(
            self.d.error('VDI.create', {**VDI, 'SR': sr})[0],
            'SR_HAS_NO_PBDS')
        self.assertEqual(self.d.error('SR.destroy', sr), ['SR_NOT_EMPTY'])
        self.d.call('PBD.plug', pbd)
        self.d.call('VDI.destroy', vdi)
        self.d.call('PBD.unplug', pbd)
        self.d.call('SR.destroy', sr)
        self.assertEqual(self.d.error('SR.get_uuid', sr)[0],
                         'HANDLE_INVALID')
        self.assertEqual(self.d.error('PBD.get_uuid', pbd)[0],
                         'HANDLE_INVALID')

    def test_unknown_drivers_are_named(self):
        self.assertEqual(
            self.d.error('SR.create', self.host, {}, 0, 'x', '', 'zfs9',
                         'user', False, {}),
            ['SR_UNKNOWN_DRIVER', 'zfs9'])

    def test_a_repository_in_use_is_not_detached(self):
        pbd = self.record('SR', self.local)['PBDs'][0]
        self.assertEqual(self.d.error('PBD.unplug', pbd)[0], 'VDI_IN_USE')


if __name__ == '__main__':
    tap.main()
