#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Repositories and disks: made, copied, grown, scanned and destroyed."""


import tap
import xapid

NULL = 'OpaqueRef:NULL'
MIB = 1 << 20
VDI = {
    'name_label': 'd', 'name_description': '', 'virtual_size': 8 * MIB,
    'type': 'user', 'sharable': False, 'read_only': False,
    'other_config': {}, 'xenstore_data': {}, 'sm_config': {}, 'tags': [],
}


class Storage(xapid.Case):
    args = ('--sim-vms', '2')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = cls.d.call('host.get_all')[0]
        cls.local = cls.named('SR', 'Local storage')

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

    def allowed(self, kind, ref):
        return set(self.record(kind, ref)['allowed_operations'])

    def test_allowed_operations_follow_the_users_of_a_disk(self):
        vdi = self.disk()
        free = {'clone', 'copy', 'resize', 'snapshot', 'destroy', 'forget',
                'update', 'generate_config'}
        self.assertEqual(self.allowed('VDI', vdi), free)
        vm = [v for v in self.d.call('VM.get_all')
              if self.record('VM', v)['power_state'] == 'Running'
              and not self.record('VM', v)['is_control_domain']][0]
        vbd = self.d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': '5', 'bootable': False,
            'mode': 'RW', 'type': 'Disk', 'empty': False, 'other_config': {},
            'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        self.assertEqual(self.allowed('VDI', vdi), free)
        self.d.call('VBD.plug', vbd)
        self.assertEqual(self.allowed('VDI', vdi), {'clone', 'snapshot'})
        self.assertEqual(self.d.error('VDI.copy', vdi, self.local),
                         ['VDI_IN_USE', vdi, 'copy'])
        self.d.call('VBD.unplug', vbd)
        self.assertEqual(self.allowed('VDI', vdi), free)
        self.d.call('VBD.destroy', vbd)
        self.assertEqual(self.allowed('VDI', vdi), free)

    def test_allowed_operations_follow_the_state_of_a_repository(self):
        sr = self.repository('state')
        pbd, = self.record('SR', sr)['PBDs']
        vdi = self.disk(sr)
        self.assertIn('vdi_create', self.allowed('SR', sr))
        self.assertFalse({'destroy', 'forget'} & self.allowed('SR', sr))
        self.d.call('PBD.unplug', pbd)
        self.assertIn('forget', self.allowed('SR', sr))
        self.assertNotIn('destroy', self.allowed('SR', sr))
        self.assertNotIn('resize', self.allowed('VDI', vdi))
        self.d.call('VDI.forget', vdi)
        self.assertIn('destroy', self.allowed('SR', sr))
        self.d.call('SR.destroy', sr)

    def test_what_a_driver_cannot_is_not_offered(self):
        for name in ('DVD drives', 'XenServer Tools'):
            sr = self.named('SR', name)
            self.assertNotIn('vdi_create', self.allowed('SR', sr))
            for vdi in self.record('SR', sr)['VDIs']:
                self.assertNotIn('destroy', self.allowed('VDI', vdi))
                self.assertNotIn('snapshot', self.allowed('VDI', vdi))

    def test_each_host_reaches_a_repository_once(self):
        sr = self.repository('once')
        pbd, = self.record('SR', sr)['PBDs']
        args = {'host': self.host, 'SR': sr, 'device_config': {},
                'other_config': {}}
        self.assertEqual(self.d.error('PBD.create', args),
                         ['PBD_EXISTS', sr, self.host, pbd])
        self.assertEqual(self.d.error('PBD.destroy', pbd)[0],
                         'OPERATION_NOT_ALLOWED')
        self.d.call('PBD.unplug', pbd)
        self.d.call('PBD.destroy', pbd)
        self.assertEqual(self.d.error('SR.destroy', sr),
                         ['SR_HAS_NO_PBDS', sr])
        pbd = self.d.call('PBD.create', args)
        self.d.call('PBD.plug', pbd)
        self.assertTrue(self.record('PBD', pbd)['currently_attached'])

    def test_disks_are_introduced_where_the_driver_can(self):
        args = ['', 'n', '', None, 'user', False, True, {}, 'there', {}, {},
                True, 4 * MIB, 0]
        args[3] = self.named('SR', 'Removable storage')
        vdi = self.d.call('VDI.introduce', *args)
        self.assertEqual(self.record('VDI', vdi)['location'], 'there')
        self.assertEqual(self.d.error('VDI.introduce', *args),
                         ['LOCATION_NOT_UNIQUE', args[3], 'there'])
        self.assertEqual(self.d.error('VDI.destroy', vdi),
                         ['SR_OPERATION_NOT_SUPPORTED', args[3]])
        args[3] = self.local
        self.assertEqual(self.d.error('VDI.introduce', *args),
                         ['SR_OPERATION_NOT_SUPPORTED', self.local])

    def test_no_driver_tracks_changed_blocks_and_each_call_says_so(self):
        vdi = self.disk()
        for call, args in (('enable_cbt', ()), ('disable_cbt', ()),
                           ('data_destroy', ()),
                           ('list_changed_blocks', (vdi,))):
            self.assertEqual(self.d.error('VDI.' + call, vdi, *args),
                             ['SR_OPERATION_NOT_SUPPORTED', self.local])
        self.assertEqual(self.d.error('VDI.revert', vdi),
                         ['REVERT_ONLY_ALLOWED_ON_SNAPSHOT'])
        snapshot = self.d.call('VDI.snapshot', vdi, {})
        self.assertEqual(self.d.error('VDI.revert', snapshot),
                         ['SR_OPERATION_NOT_SUPPORTED', self.local])
        self.assertEqual(self.d.call('VDI.get_nbd_info', vdi), [])

    def test_settings_of_a_PBD_change_while_it_is_detached(self):
        sr = self.repository('moves')
        pbd, = self.record('SR', sr)['PBDs']
        config = {'location': '/srv/y'}
        self.assertEqual(self.d.error('PBD.set_device_config', pbd,
                                      config)[0], 'OPERATION_NOT_ALLOWED')
        self.d.call('PBD.unplug', pbd)
        self.d.call('PBD.set_device_config', pbd, config)
        self.assertEqual(self.record('PBD', pbd)['device_config'], config)

    def test_a_look_at_a_disk_changes_nothing(self):
        vdi = self.disk()
        before = self.record('VDI', vdi)
        self.d.call('VDI.update', vdi)
        self.assertEqual(self.record('VDI', vdi), before)


if __name__ == '__main__':
    tap.main()
