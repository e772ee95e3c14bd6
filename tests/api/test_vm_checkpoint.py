#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Snapshots of disks and memory in one moment."""

import os
import signal
import time

import simulator
import tap
import xapid
from machines import NULL, Killing, Machines


class Checkpoints(Machines):
    def test_a_checkpoint_has_the_disks_and_the_memory_of_a_VM_that_runs_on(
            self):
        d = self.d
        vm = self.vm()
        domid = self.get('VM', 'domid', vm)
        snap = d.call('VM.checkpoint', vm, 'c')
        r = d.call('VM.get_record', snap)
        self.assertEqual(r['name_label'], 'c')
        self.assertEqual(r['power_state'], 'Suspended')
        self.assertTrue(r['is_a_snapshot'] and r['is_a_template'])
        self.assertEqual(r['snapshot_of'], vm)
        self.assertEqual(r['snapshot_info']['power-state-at-snapshot'],
                         'Running')
        self.assertEqual(self.get('VDI', 'type', r['suspend_VDI']), 'suspend')
        self.assertEqual(len(r['VBDs']), 2)
        for vdi in self.disks(snap):
            self.assertTrue(self.get('VDI', 'is_a_snapshot', vdi))
        self.assertEqual(self.get('VM', 'parent', vm), snap)
        self.assertEqual(self.get('VM', 'suspend_VDI', vm), NULL)
        self.assertEqual(self.get('VM', 'power_state', vm), 'Running')
        self.assertEqual(self.get('VM', 'domid', vm), domid)
        self.assertEqual(self.state(vm), 'running')
        self.assertIn('VM_CHECKPOINTED', [
            m['name'] for m in d.call('message.get_all_records').values()])

    def test_the_memory_of_a_suspended_VM_is_copied(self):
        d = self.d
        vm = self.vm()
        d.call('VM.suspend', vm)
        image = self.get('VM', 'suspend_VDI', vm)
        snap = d.call('VM.checkpoint', vm, 'c')
        self.assertEqual(self.get('VM', 'power_state', snap), 'Suspended')
        copy = self.get('VM', 'suspend_VDI', snap)
        self.assertNotIn(copy, (NULL, image))
        self.assertEqual(self.get('VM', 'suspend_VDI', vm), image)
        d.call('VM.resume', vm, False, False)
        self.assertEqual(self.get('VDI', 'type', copy), 'suspend')

    def test_a_checkpoint_of_a_paused_VM_has_disks_only(self):
        vm = self.vm()
        self.d.call('VM.pause', vm)
        snap = self.d.call('VM.checkpoint', vm, 'c')
        self.assertEqual(self.get('VM', 'power_state', snap), 'Halted')
        self.assertEqual(self.get('VM', 'suspend_VDI', snap), NULL)
        self.assertEqual(self.state(vm), 'paused')

    def test_a_checkpoint_is_made_into_templates_without_its_memory(self):
        d, vm = self.d, self.vm()
        snap = d.call('VM.checkpoint', vm, 'c')
        allowed = self.get('VM', 'allowed_operations', snap)
        for op, more in ('clone', ()), ('copy', (self.sr,)):
            self.assertIn(op, allowed)
            copy = d.call('VM.' + op, snap, op, *more)
            r = d.call('VM.get_record', copy)
            self.assertEqual(
                [r[f] for f in ('power_state', 'suspend_VDI', 'is_a_template',
                                'is_a_snapshot', 'snapshot_of')],
                ['Halted', NULL, True, False, NULL])
            self.assertEqual(len(self.disks(copy) | self.disks(snap)), 4)
            self.assertEqual({self.get('VDI', 'snapshot_time', v)
                              for v in self.disks(copy)},
                             {'19700101T00:00:00Z'})
            self.assertFalse(any(self.get('VBD', 'currently_attached', v)
                                 for v in r['VBDs']))
        self.assertEqual(self.get('VM', 'power_state', snap), 'Suspended')
        d.call('VM.revert', snap)
        d.call('VM.resume', vm, False, False)
        self.assertEqual(self.state(vm), 'running')

    def test_a_suspended_VM_is_cloned_with_its_memory_where_the_pool_says_so(
            self):
        d, vm = self.d, self.vm()
        pool, key = d.call('pool.get_all')[0], 'allow_clone_suspended_vm'
        d.call('VM.suspend', vm)
        self.assertEqual(d.error('VM.clone', vm, 'n'),
                         ['VM_BAD_POWER_STATE', vm, 'halted', 'suspended'])
        d.call('pool.add_to_other_config', pool, key, 'true')
        copy = d.call('VM.clone', vm, 'n')
        d.call('pool.remove_from_other_config', pool, key)
        self.assertNotIn(self.get('VM', 'suspend_VDI', copy),
                         (NULL, self.get('VM', 'suspend_VDI', vm)))
        for sleeper in vm, copy:
            d.call('VM.resume', sleeper, False, False)
            self.assertEqual(self.state(sleeper), 'running')

    def test_a_halted_VM_has_no_memory_to_keep(self):
        vm = self.vm(start=False)
        self.assertEqual(self.d.error('VM.checkpoint', vm, 'c')[:2],
                         ['VM_BAD_POWER_STATE', vm])

    def test_a_checkpoint_that_fails_leaves_a_VM_that_runs_and_nothing_else(
            self):
        d = self.d
        vm = self.vm()
        before = self.rows()
        for op, count in (('checkpoint', 1), ('go_on', 1)):
            simulator.order(d, 'error', of=op, count=count)
            d.error('VM.checkpoint', vm, 'c')
            self.assertEqual(self.rows(), before, op)
            self.assertEqual(self.state(vm), 'running')
            self.idle(vm)
        last = sorted(self.disks(vm))[-1]
        d.call('VDI.set_sharable', last, True)
        self.assertEqual(d.error('VM.checkpoint', vm, 'c')[0],
                         'VDI_IS_SHARABLE')
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.state(vm), 'running')

    def test_a_worker_that_dies_holding_a_guest_lets_it_go_on(self):
        vm = self.vm()
        for what in ('exit', 'after', 'half'):
            simulator.order(self.d, what, of='checkpoint')
            snap = self.d.call('VM.checkpoint', vm, 'c')
            self.assertEqual(self.get('VM', 'power_state', snap), 'Suspended')
            self.assertEqual(self.state(vm), 'running')


class Killed(Killing):
    """The daemon dies at any point."""

    def test_a_daemon_that_dies_leaves_whole_checkpoints_or_none(self):
        with xapid.start('--sim-vms', '2', '--listen',
                         '127.0.0.1:%d' % xapid.free_port()) as d:
            vm = next(r for r, v in d.call('VM.get_all_records').items()
                      if not v['is_a_template'] and
                      not v['is_control_domain'] and
                      v['power_state'] == 'Running')
            domid = d.call('VM.get_domid', vm)
            disks = set(d.call('VDI.get_all'))
            for i in range(6):
                task = d.call('Async.VM.checkpoint', vm, 'k%d' % i)
                time.sleep(0.002 * i)
                os.kill(d.daemon_pid(), signal.SIGKILL)
                self.come_back(d)
                status = self.settle(d, task)
                new = d.call('VM.get_by_name_label', 'k%d' % i)
                self.assertEqual(len(new), status == 'success')
                made = set(d.call('VDI.get_all')) - disks
                disks |= made
                want = {d.call('VM.get_suspend_VDI', s) for s in new} | {
                    d.call('VBD.get_VDI', v) for s in new
                    for v in d.call('VM.get_VBDs', s)
                    if d.call('VBD.get_type', v) == 'Disk'}
                self.assertEqual(made, want)
                uuid = d.call('VM.get_uuid', vm)
                xapid.until(
                    lambda: simulator.domains(d)[uuid].state == 'running')
                self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
                self.assertEqual(d.call('VM.get_domid', vm), domid)


if __name__ == '__main__':
    tap.main()
