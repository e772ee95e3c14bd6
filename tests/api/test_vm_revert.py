#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""VMs that go back to one of their snapshots."""

import os
import signal
import time

import simulator
import tap
import xapid
from machines import NULL, VBD, VIF, Killing, Machines


class Reverts(Machines):
    def revert(self, snap):
        """And all that follows from it."""
        d = self.d
        d.call('VM.revert', snap)
        xapid.until(lambda: not any(
            p['current_operations']
            for p in d.call('VDI.get_all_records').values()))

    def gone(self, vdis):
        xapid.until(lambda: not vdis & set(self.d.call('VDI.get_all')))

    def test_a_running_VM_goes_back_to_the_disks_of_a_snapshot(self):
        d = self.d
        vm = self.vm()
        mac = self.get('VIF', 'MAC', self.get('VM', 'VIFs', vm)[0])
        before = self.disks(vm)
        snap = d.call('VM.snapshot', vm, 's')
        of = {self.get('VDI', 'snapshot_of', v) for v in self.disks(snap)}
        self.assertEqual(of, before)
        self.revert(snap)
        r = d.call('VM.get_record', vm)
        self.assertEqual(r['power_state'], 'Halted')
        self.assertEqual(r['parent'], snap)
        self.assertIsNone(self.state(vm))
        new = self.disks(vm)
        self.assertEqual(len(new), 2)
        self.assertFalse(new & (before | self.disks(snap)))
        for vdi in new:
            self.assertFalse(self.get('VDI', 'is_a_snapshot', vdi))
        self.assertEqual({self.get('VDI', 'snapshot_of', v)
                          for v in self.disks(snap)}, new)
        self.gone(before)
        self.assertEqual(self.get('VIF', 'MAC', r['VIFs'][0]), mac)
        self.assertIn('VM_SNAPSHOT_REVERTED', [
            m['name'] for m in d.call('message.get_all_records').values()])
        d.call('VM.start', vm, False, False)
        self.assertEqual(self.state(vm), 'running')

    def test_a_disk_in_two_places_is_copied_once(self):
        d = self.d
        vm = self.vm(disks=1, start=False)
        disk, = self.disks(vm)
        d.call('VBD.create', {**VBD, 'VM': vm, 'VDI': disk, 'userdevice': '7',
                              'type': 'Disk', 'mode': 'RO', 'empty': False})
        before = self.rows()['VDI']
        snap = d.call('VM.snapshot', vm, 's')
        copy, = self.disks(snap)
        self.assertEqual(len(self.get('VM', 'VBDs', snap)), 2)
        self.assertEqual(self.rows()['VDI'], before | {copy})
        clone, = self.disks(d.call('VM.clone', vm, 'c'))
        self.assertEqual(self.rows()['VDI'], before | {copy, clone})
        self.revert(snap)
        new, = self.disks(vm)
        self.gone({disk})
        self.assertEqual(self.rows()['VDI'],
                         (before - {disk}) | {copy, clone, new})

    def test_keys_that_need_a_role_need_it_in_a_revert_too(self):
        d = self.d
        vm = self.vm(disks=0, start=False)
        d.call('VM.set_other_config', vm, {'pci': '0/0000:00:1f.0'})
        snap = d.call('VM.snapshot', vm, 's')
        other = d.call('VM.snapshot', vm, 't')
        d.call('VM.set_other_config', vm, {'mine': 'yes'})
        weak = d.login('vm-power-admin')
        self.assertEqual(
            d.error('VM.revert', snap, session=weak)[0],
            'RBAC_PERMISSION_DENIED')
        self.assertEqual(d.call('VM.get_other_config', vm)['mine'], 'yes')
        d.call('VM.destroy', vm)
        self.assertEqual(
            d.error('VM.revert', other, session=weak)[0],
            'RBAC_PERMISSION_DENIED')
        d.call('VM.revert', snap)
        (again,) = [r for r, v in d.call('VM.get_all_records').items()
                    if v['snapshots'] and snap in v['snapshots']]
        self.assertIn('pci', d.call('VM.get_other_config', again))
        # What stays as it is needs none.
        d.call('VM.revert', snap, session=weak)

    def test_after_a_checkpoint_the_VM_has_its_memory_again(self):
        d = self.d
        vm = self.vm()
        snap = d.call('VM.checkpoint', vm, 'c')
        for _ in range(2):      # a checkpoint is not used up
            self.revert(snap)
            r = d.call('VM.get_record', vm)
            self.assertEqual(r['power_state'], 'Suspended')
            self.assertNotIn(r['suspend_VDI'], (
                NULL, self.get('VM', 'suspend_VDI', snap)))
            self.assertIn('resume', r['allowed_operations'])
            for vbd in r['VBDs']:
                self.assertTrue(self.get('VBD', 'currently_attached', vbd))
            d.call('VM.resume', vm, False, False)
            self.assertEqual(self.state(vm), 'running')
        d.call('VM.hard_shutdown', vm)

    def test_fields_are_what_they_were_but_for_those_of_the_present(self):
        d = self.d
        vm = self.vm(start=False, order=3, name_description='first')
        name = self.get('VM', 'name_label', vm)
        d.call('VM.set_start_delay', vm, 7)
        d.call('VM.add_to_other_config', vm, 'k', 'then')
        d.call('VM.set_blocked_operations', vm, {'clone': 'no'})
        snap = d.call('VM.snapshot', vm, 's')
        self.assertIn("('name__label' '%s')" % name,
                      self.get('VM', 'snapshot_metadata', snap))
        d.call('VM.set_name_label', vm, 'later')
        d.call('VM.set_name_description', vm, 'second')
        d.call('VM.set_tags', vm, ['kept'])
        d.call('VM.set_order', vm, 4)
        d.call('VM.set_start_delay', vm, 0)
        d.call('VM.set_blocked_operations', vm, {})
        d.call('VM.remove_from_other_config', vm, 'k')
        d.call('VM.set_memory_limits', vm, *[64 << 20] * 4)
        memory = d.call('VM.get_record', snap)['memory_static_max']
        self.revert(snap)
        r = d.call('VM.get_record', vm)
        self.assertEqual(
            (r['name_label'], r['name_description'], r['order'],
             r['start_delay'], r['other_config'].get('k'),
             r['blocked_operations'], r['memory_static_max']),
            (name, 'first', 3, 7, 'then', {'clone': 'no'}, memory))
        self.assertEqual(r['tags'], ['kept'])
        self.assertFalse(r['is_a_template'] or r['is_a_snapshot'])

    def test_devices_are_those_of_the_snapshot(self):
        d = self.d
        vm = self.vm(start=False)
        snap = d.call('VM.snapshot', vm, 's')
        late = self.disk()
        d.call('VBD.create', {**VBD, 'VM': vm, 'VDI': late, 'userdevice': '5',
                              'type': 'Disk', 'mode': 'RW', 'empty': False})
        d.call('VIF.create', {**VIF, 'VM': vm, 'device': '1',
                              'network': d.call('network.get_all')[0]})
        d.call('VTPM.create', vm, False)
        self.revert(snap)
        r = d.call('VM.get_record', vm)
        self.assertEqual((len(r['VBDs']), len(r['VIFs']), r['VTPMs']),
                         (2, 1, []))
        self.assertIn(late, d.call('VDI.get_all'))
        self.assertEqual(self.get('VDI', 'VBDs', late), [])

    def test_snapshots_of_a_disk_follow_the_new_one(self):
        d = self.d
        vm = self.vm(disks=1, start=False)
        first = d.call('VM.snapshot', vm, '1')
        second = d.call('VM.snapshot', vm, '2')
        self.revert(first)
        disk = self.disks(vm).pop()
        self.assertEqual(set(self.get('VDI', 'snapshots', disk)),
                         self.disks(first) | self.disks(second))
        self.revert(second)
        self.assertEqual(self.get('VM', 'parent', vm), second)
        self.assertEqual(len(self.disks(vm)), 1)

    def test_a_VM_that_was_destroyed_is_made_again(self):
        d = self.d
        vm = self.vm(start=False)
        uuid, name = (self.get('VM', f, vm) for f in ('uuid', 'name_label'))
        first = d.call('VM.snapshot', vm, '1')
        second = d.call('VM.snapshot', vm, '2')
        d.call('VM.destroy', vm)
        self.assertEqual(self.get('VM', 'snapshot_of', first), NULL)
        self.revert(first)
        new = d.call('VM.get_by_uuid', uuid)
        r = d.call('VM.get_record', new)
        self.assertEqual((r['name_label'], r['power_state'], r['parent']),
                         (name, 'Halted', first))
        self.assertEqual(set(r['snapshots']), {first, second})
        self.assertEqual(len(r['VBDs']), 2)
        d.call('VM.start', new, False, False)
        self.assertEqual(self.state(new), 'running')

    def test_a_VM_of_an_appliance_does_not_become_a_template(self):
        d = self.d
        vm = self.vm(disks=0, start=False)
        a = d.call('VM_appliance.create',
                   {'name_label': 'a', 'name_description': ''})
        d.call('VM.set_appliance', vm, a)
        self.assertEqual(d.error('VM.set_is_a_template', vm, True),
                         ['VM_IS_PART_OF_AN_APPLIANCE', vm, a])
        self.assertNotIn('make_into_template',
                         self.get('VM', 'allowed_operations', vm))
        d.call('VM.set_appliance', vm, NULL)
        d.call('VM.set_is_a_template', vm, True)

    def test_only_snapshots_can_be_reverted_to(self):
        vm = self.vm(disks=0, start=False)
        self.assertEqual(self.d.error('VM.revert', vm)[0],
                         'OPERATION_NOT_ALLOWED')

    def test_a_revert_that_fails_changes_nothing(self):
        d = self.d
        vm = self.vm()
        snap = d.call('VM.snapshot', vm, 's')
        before, disks = self.rows(), self.disks(vm)
        d.call('VM.add_to_blocked_operations', vm, 'hard_shutdown', 'mine')
        self.assertEqual(d.error('VM.revert', snap)[0], 'OPERATION_BLOCKED')
        d.call('VM.remove_from_blocked_operations', vm, 'hard_shutdown')
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.disks(vm), disks)
        self.assertEqual(self.state(vm), 'running')
        for x in (vm, snap):
            self.idle(x)

    def test_it_needs_the_role_of_a_power_administrator(self):
        vm = self.vm(disks=0, start=False)
        snap = self.d.call('VM.snapshot', vm, 's')
        operator = self.d.login('vm-operator')
        with self.assertRaises(xapid.Failure) as e:
            self.d.call('VM.revert', snap, session=operator)
        self.assertEqual(e.exception.code, 'RBAC_PERMISSION_DENIED')


class Killed(Killing):
    """The daemon dies at any point."""

    def test_a_daemon_that_dies_leaves_the_old_VM_or_the_new_one(self):
        with xapid.start('--sim-vms', '2', '--listen',
                         '127.0.0.1:%d' % xapid.free_port()) as d:
            vm = next(r for r, v in d.call('VM.get_all_records').items()
                      if not v['is_a_template'] and
                      not v['is_control_domain'] and
                      v['power_state'] == 'Running')
            d.call('VM.checkpoint', vm, 'c')
            snap = d.call('VM.get_parent', vm)
            count = len(d.call('VDI.get_all'))
            uuid = d.call('VM.get_uuid', vm)
            for i in range(8):
                task = d.call('Async.VM.revert', snap)
                time.sleep(0.002 * i)
                os.kill(d.daemon_pid(), signal.SIGKILL)
                self.come_back(d)
                self.settle(d, task)
                state = d.call('VM.get_power_state', vm)
                suspended = state == 'Suspended'
                xapid.until(
                    lambda: len(d.call('VDI.get_all')) == count + suspended)
                self.assertEqual(uuid in simulator.domains(d),
                                 state == 'Running')
                xapid.until(
                    lambda: not d.call('VM.get_current_operations', snap))
                if suspended:
                    d.call('VM.resume', vm, False, False)
                elif state == 'Halted':
                    d.call('VM.start', vm, False, False)
                xapid.until(lambda: len(d.call('VDI.get_all')) == count)


if __name__ == '__main__':
    tap.main()
