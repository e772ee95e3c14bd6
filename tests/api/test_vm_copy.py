#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""VMs that are cloned, copied and snapshotted, with all that hangs on them."""

import base64
import os
import signal
import time
import unittest

import simulator
import tap
import xapid
from machines import NULL, VBD, Machines


class Copies(Machines):
    def record(self, cls, ref):
        return self.d.call('%s.get_record' % cls, ref)

    def vm(self, disks=2, **other):
        return super().vm(disks, start=False, **other)

    def mac(self, vm):
        return self.get('VIF', 'MAC', self.get('VM', 'VIFs', vm)[0])

    def test_disks_that_come_and_go_meanwhile_are_not_of_the_copy(self):
        d, vm, later = self.d, self.vm(), self.disk()
        before = set(d.call('VDI.get_all'))
        simulator.order_storage(d, 'hang', of='vdi_clone')
        task = d.call('Async.VM.clone', vm, 'as it was')
        xapid.until(lambda: set(d.call('VDI.get_all')) - before)
        gone, stays = sorted(
            d.call('VM.get_VBDs', vm),
            key=lambda v: self.get('VBD', 'userdevice', v))
        name = self.get('VBD', 'userdevice', stays)
        d.call('VBD.destroy', gone)
        d.call('VBD.create', {
            **VBD, 'VM': vm, 'VDI': later, 'userdevice': '5',
            'type': 'Disk', 'mode': 'RW', 'empty': False})
        d.kill_workers('xapid-storage')
        self.assertEqual(d.ended(task)['status'], 'success')
        copy = d.call('VM.get_by_name_label', 'as it was')[0]
        self.assertEqual([self.get('VBD', 'userdevice', v)
                          for v in self.get('VM', 'VBDs', copy)], [name])
        # The other one's copy has gone again: nobody would have it.
        xapid.until(lambda: len(set(d.call('VDI.get_all')) - before) == 1)

    def test_keys_of_a_higher_role_are_not_cloned_by_a_lower_one(self):
        d = self.d
        vm = self.vm(disks=0, other_config={'pci': '0/0000:00:02.0'})
        admin = d.login('vm-admin')
        with self.assertRaises(xapid.Failure) as e:
            d.call('VM.clone', vm, 'with the device', session=admin)
        self.assertEqual(e.exception.code, 'RBAC_PERMISSION_DENIED')
        self.assertEqual(
            d.call('VM.get_by_name_label', 'with the device'), [])
        d.call('VM.clone', vm, 'by the administrator')
        d.call('VM.remove_from_other_config', vm, 'pci')
        d.call('VM.clone', vm, 'without', session=admin)

    def test_a_clone_has_disks_addresses_and_a_seed_of_its_own(self):
        vm = self.vm(tags=['blue'], order=3)
        before = self.record('VM', vm)
        new = self.d.call('VM.clone', vm, 'twin')
        r = self.record('VM', new)
        self.assertEqual(r['name_label'], 'twin')
        self.assertEqual(r['power_state'], 'Halted')
        self.assertEqual(r['tags'], ['blue'])
        self.assertEqual(r['order'], 0)
        self.assertEqual(r['parent'], NULL)
        self.assertFalse(r['is_a_snapshot'])
        self.assertNotEqual(r['uuid'], before['uuid'])
        self.assertNotEqual(r['metrics'], before['metrics'])
        self.assertNotEqual(r['other_config']['mac_seed'],
                            before['other_config']['mac_seed'])
        self.assertNotEqual(self.mac(new), self.mac(vm))
        self.assertEqual(len(self.disks(new)), 2)
        self.assertFalse(self.disks(new) & self.disks(vm))
        for vbd in r['VBDs']:
            self.assertIn('owner', self.get('VBD', 'other_config', vbd))
        self.assertEqual(self.get('VM', 'current_operations', vm), {})

    def test_a_copy_goes_into_the_repository_that_was_named(self):
        vm = self.vm()
        other = self.d.call('SR.create', self.d.call('host.get_all')[0],
                            {'location': '/srv/y'}, 0, 'other', '', 'file',
                            'user', False, {})
        for sr, want in ((other, other), (NULL, self.sr)):
            new = self.d.call('VM.copy', vm, 'far', sr)
            self.assertEqual({self.get('VDI', 'SR', v)
                              for v in self.disks(new)}, {want})
        iso = next(r for r, v in self.d.call('SR.get_all_records').items()
                   if v['content_type'] == 'iso')
        self.assertEqual(self.d.error('VM.copy', vm, 'x', iso)[0],
                         'OPERATION_NOT_ALLOWED')

    def test_a_snapshot_keeps_addresses_and_is_the_parent_of_its_vm(self):
        vm = self.vm()
        self.d.call('VM.start', vm, False, False)
        first = self.d.call('VM.snapshot', vm, 'one')
        second = self.d.call('VM.snapshot', vm, 'two', [])
        r = self.record('VM', second)
        self.assertTrue(r['is_a_snapshot'] and r['is_a_template'])
        self.assertEqual(r['snapshot_of'], vm)
        self.assertEqual(r['parent'], first)
        self.assertEqual(r['power_state'], 'Halted')
        self.assertEqual(r['snapshot_info'], {
            'power-state-at-snapshot': 'Running',
            'disk-snapshot-type': 'crash_consistent'})
        self.assertEqual(self.get('VM', 'parent', vm), second)
        self.assertEqual(self.get('VM', 'children', first), [second])
        self.assertEqual(set(self.get('VM', 'snapshots', vm)),
                         {first, second})
        self.assertEqual(self.mac(second), self.mac(vm))
        for vdi in self.disks(second):
            self.assertTrue(self.get('VDI', 'is_a_snapshot', vdi))
            self.assertIn(self.get('VDI', 'snapshot_of', vdi), self.disks(vm))
        self.d.call('VM.destroy', second)
        self.assertEqual(self.get('VM', 'parent', vm), first)
        self.d.call('VM.hard_shutdown', vm)

    def test_a_snapshot_leaves_out_the_disks_it_was_told_to(self):
        vm = self.vm()
        left = self.disks(vm).pop()
        snap = self.d.call('VM.snapshot', vm, 's', [left])
        self.assertEqual({self.get('VDI', 'snapshot_of', v)
                          for v in self.disks(snap)}, self.disks(vm) - {left})

    def test_a_clone_of_a_template_remembers_what_it_was_made_of(self):
        vm = self.vm(disks=0, name_label='mould')
        self.d.call('VM.set_is_default_template', vm, True)
        r = self.record('VM', self.d.call('VM.clone', vm, 'cast'))
        self.assertTrue(r['is_a_template'])
        self.assertFalse(r['is_default_template'])
        self.assertEqual(r['other_config']['base_template_name'], 'mould')
        self.assertNotIn('default_template', r['other_config'])

    def test_a_running_vm_is_not_cloned(self):
        vm = self.vm(disks=0)
        self.d.call('VM.start', vm, False, False)
        for call, *args in (('VM.clone', 'x'), ('VM.copy', 'x', NULL)):
            self.assertEqual(self.d.error(call, vm, *args)[:2],
                             ['VM_BAD_POWER_STATE', vm])
        self.d.call('VM.hard_shutdown', vm)

    def test_a_disk_that_cannot_be_copied_leaves_nothing_behind(self):
        d = self.d
        vm = self.vm()
        last = sorted(self.disks(vm))[-1]
        d.call('VDI.set_sharable', last, True)
        before = {c: set(d.call(c + '.get_all')) for c in
                  ('VM', 'VDI', 'VBD', 'VIF', 'VM_metrics')}
        room = self.get('SR', 'virtual_allocation', self.sr)
        self.assertEqual(d.error('VM.snapshot', vm, 's')[0],
                         'VDI_IS_SHARABLE')
        for c, refs in before.items():
            self.assertEqual(set(d.call(c + '.get_all')), refs, c)
        self.assertEqual(self.get('SR', 'virtual_allocation', self.sr), room)
        self.assertEqual(self.get('VM', 'parent', vm), NULL)
        self.assertEqual(self.get('VM', 'current_operations', vm), {})


    def test_a_template_becomes_a_vm_with_the_disks_it_describes(self):
        d = self.d
        uuid = self.get('SR', 'uuid', self.sr)
        xml = ('<provision><disk device="0" size="8388608" sr="%s" '
               'bootable="true" type="system"/><disk device="1" '
               'size="4194304" sr="%s" bootable="false" type="user"/>'
               '</provision>')
        vm = self.vm(disks=0, is_a_template=True,
                     other_config={'disks': xml % (uuid, uuid)})
        d.call('VM.provision', vm)
        r = self.record('VM', vm)
        self.assertFalse(r['is_a_template'])
        self.assertNotIn('disks', r['other_config'])
        self.assertEqual(sorted(self.get('VDI', 'virtual_size', v)
                                for v in self.disks(vm)), [4 << 20, 8 << 20])
        self.assertEqual(d.error('VM.provision', vm)[0],
                         'PROVISION_ONLY_ALLOWED_ON_TEMPLATE')
        before = set(d.call('VDI.get_all'))
        for xml in (xml % (uuid, 'nowhere'), '<x', xml % (uuid, uuid),
                    xml.replace('8388608', 'much') % (uuid, uuid),
                    xml.replace('provision', 'disks') % (uuid, uuid)):
            bad = self.vm(disks=0, is_a_template=True, other_config={
                'disks': xml.replace('4194304', '-1')})
            self.assertIn(d.error('VM.provision', bad)[0],
                          ('INVALID_VALUE', 'UUID_INVALID'))
            self.assertEqual(set(d.call('VDI.get_all')), before)
            self.assertTrue(self.get('VM', 'is_a_template', bad))


    def test_a_description_of_disks_has_no_entities(self):
        d = self.d
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        vm = d.call('VM.clone', template, 'hostile')
        xml = ('<!DOCTYPE p [<!ENTITY a "%s">]><provision>'
               '<disk device="%s" size="1" sr="x"/></provision>')
        hidden = ''.join('+%s-' % base64.b64encode(
            c.encode('utf-16-be')).decode().rstrip('=')
            if c in '<!>&;' else c for c in xml % ('x', '&a;'))
        for text in (xml % ('x' * 30000, '&a;' * 9000),
                     '<?xml version="1.0" encoding="UTF-7"?>' + hidden):
            d.call('VM.add_to_other_config', vm, 'disks', text)
            self.assertEqual(d.error('VM.provision', vm)[:2],
                             ['INVALID_VALUE', 'other_config:disks'])
            d.call('VM.remove_from_other_config', vm, 'disks')
        d.call('VM.destroy', vm)

    def test_bios_strings_of_a_host_are_copied_once(self):
        d = self.d
        vm, host = self.vm(disks=0), d.call('host.get_all')[0]
        d.call('VM.copy_bios_strings', vm, host)
        self.assertEqual(self.get('VM', 'bios_strings', vm),
                         self.get('host', 'bios_strings', host))
        self.assertTrue(self.get('VM', 'bios_strings', vm))
        self.assertEqual(d.error('VM.copy_bios_strings', vm, host),
                         ['VM_BIOS_STRINGS_ALREADY_SET'])


class Killed(unittest.TestCase):
    """The daemon dies at any point of a clone."""

    def test_a_daemon_that_dies_leaves_whole_clones_or_none(self):
        port = xapid.free_port()
        with xapid.start('--sim-vms', '2', '--listen',
                         '127.0.0.1:%d' % port) as d:
            self.killed(d)

    def come_back(self, d):
        end = time.time() + 30
        while True:
            try:
                d.local = d.session = None
                return d.call('pool.get_all')
            except Exception:
                self.assertLess(time.time(), end)
                time.sleep(0.01)

    def disks(self, d, vm):
        return {d.call('VBD.get_VDI', v) for v in d.call('VM.get_VBDs', vm)}

    def killed(self, d):
        vm = next(r for r, v in d.call('VM.get_all_records').items()
                  if not v['is_a_template'] and not v['is_control_domain']
                  and v['power_state'] == 'Halted')
        want = len(self.disks(d, vm) - {NULL})
        disks = set(d.call('VDI.get_all'))
        for i in range(6):
            task = d.call('Async.VM.clone', vm, 'k%d' % i)
            time.sleep(0.002 * i)
            os.kill(d.daemon_pid(), signal.SIGKILL)
            self.come_back(d)
            end = time.time() + 30
            while (status := d.call('task.get_status', task)) == 'pending':
                self.assertLess(time.time(), end)
                time.sleep(0.02)
            new = d.call('VM.get_by_name_label', 'k%d' % i)
            self.assertEqual(len(new), status == 'success')
            mine = self.disks(d, new[0]) - {NULL} if new else set()
            self.assertEqual(len(mine), want if new else 0)
            self.assertEqual(set(d.call('VDI.get_all')) - disks, mine)
            disks |= mine


if __name__ == '__main__':
    tap.main()
