#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Snapshot schedules: their times, their runs, what they keep."""

import calendar
import os
import signal
import sqlite3
import time

import simulator
import tap
import xapid
from machines import VBD, Killing, Machines
import xe

NULL = 'OpaqueRef:NULL'
HOUR = 3600
VMSS = {'name_label': 'nightly', 'name_description': '', 'enabled': True,
        'type': 'snapshot', 'retained_snapshots': 2, 'frequency': 'hourly',
        'schedule': {'min': '15'}}


def seconds(date):
    return calendar.timegm(time.strptime(date, '%Y%m%dT%H:%M:%SZ'))


class Schedules(Machines):
    """What schedules and their tests need."""

    def setUp(self):
        self.made = []
        simulator.move_clock(self.d, 0)

    def tearDown(self):
        for ref in self.made:
            self.d.call('VMSS.set_enabled', ref, False)

    def vmss(self, *vms, **fields):
        ref = self.d.call('VMSS.create', {**VMSS, **fields})
        self.made.append(ref)
        for vm in vms:
            self.d.call('VM.set_snapshot_schedule', vm, ref)
        return ref

    def snapshots(self, vm):
        """Oldest first."""
        refs = self.get('VM', 'snapshots', vm)
        return sorted(refs, key=lambda s: self.get('VM', 'snapshot_time', s))

    def messages(self, vmss):
        uuid = self.get('VMSS', 'uuid', vmss)
        return [m for m in self.d.call('message.get_all_records').values()
                if m['obj_uuid'] == uuid]

    def names(self, vmss):
        return [m['name'] for m in self.messages(vmss)]

    def go_to(self, second):
        """The world's clock shows this."""
        simulator.move_clock(self.d, int(second - time.time()))

    def quarter(self, minute='15'):
        """When clocks next show it, from the machine's time."""
        now = int(time.time())
        then = now - now % HOUR + 60 * int(minute)
        return then if then > now + 2 else then + HOUR


class Records(Schedules):
    def test_a_schedule_has_all_keys_of_its_frequency_and_no_other(self):
        for frequency, given, stored in (
                ('hourly', {}, {'min': '0'}),
                ('daily', {'hour': '23'}, {'min': '0', 'hour': '23'}),
                ('weekly', {'days': 'sunday,MONDAY', 'min': '45'},
                 {'min': '45', 'hour': '0', 'days': 'Sunday,Monday'})):
            vmss = self.vmss(frequency=frequency, schedule=given)
            self.assertEqual(self.get('VMSS', 'schedule', vmss), stored)
            self.assertEqual(self.get('VMSS', 'last_run_time', vmss),
                             '19700101T00:00:00Z')

    def test_times_that_are_none_are_refused(self):
        for frequency, key, value, said in (
                ('hourly', 'min', '7', '7'), ('hourly', 'min', '', ''),
                ('hourly', 'hour', '1', '1'), ('daily', 'hour', '24', '24'),
                ('daily', 'hour', '-1', '-1'),
                ('daily', 'days', 'Monday', 'Monday'),
                ('weekly', 'days', 'Mon', 'Mon'),
                ('weekly', 'days', 'Monday,', 'Monday,'),
                ('weekly', 'days', 'Monday,Monday', 'Monday,Monday'),
                ('weekly', 'second', '1', '1')):
            self.assertEqual(
                self.d.error('VMSS.create', {
                    **VMSS, 'frequency': frequency, 'schedule': {key: value}}),
                ['INVALID_VALUE', 'schedule:' + key, said])

    def test_one_to_ten_snapshots_are_kept(self):
        for n in ('0', '11', '-1'):
            self.assertEqual(
                self.d.error('VMSS.create', {
                    **VMSS, 'retained_snapshots': int(n)}),
                ['INVALID_VALUE', 'retained_snapshots', n])
        vmss = self.vmss(retained_snapshots=10)
        self.assertEqual(
            self.d.error('VMSS.set_retained_snapshots', vmss, 11),
            ['INVALID_VALUE', 'retained_snapshots', '11'])
        self.d.call('VMSS.set_retained_snapshots', vmss, 1)
        self.assertEqual(self.get('VMSS', 'retained_snapshots', vmss), 1)

    def test_another_frequency_has_its_own_keys(self):
        d, vmss = self.d, self.vmss(frequency='weekly', schedule={
            'min': '30', 'hour': '5', 'days': 'Friday'})
        d.call('VMSS.set_frequency', vmss, 'daily')
        self.assertEqual(self.get('VMSS', 'schedule', vmss),
                         {'min': '30', 'hour': '5'})
        d.call('VMSS.set_frequency', vmss, 'hourly')
        self.assertEqual(self.get('VMSS', 'schedule', vmss), {'min': '30'})
        d.call('VMSS.set_frequency', vmss, 'weekly')
        self.assertEqual(self.get('VMSS', 'schedule', vmss),
                         {'min': '30', 'hour': '0', 'days': 'Monday'})

    def test_keys_are_changed_one_by_one(self):
        d, vmss = self.d, self.vmss(frequency='daily', schedule={})
        d.call('VMSS.remove_from_schedule', vmss, 'hour')
        d.call('VMSS.remove_from_schedule', vmss, 'hour')
        d.call('VMSS.add_to_schedule', vmss, 'hour', '7')
        self.assertEqual(d.error('VMSS.add_to_schedule', vmss, 'hour', '8'),
                         ['MAP_DUPLICATE_KEY', 'VMSS', 'schedule', vmss,
                          'hour'])
        self.assertEqual(d.error('VMSS.add_to_schedule', vmss, 'min', '8'),
                         ['INVALID_VALUE', 'schedule:min', '8'])
        d.call('VMSS.set_schedule', vmss, {'min': '45'})
        self.assertEqual(self.get('VMSS', 'schedule', vmss),
                         {'min': '45', 'hour': '7'})

    def test_a_schedule_with_VMs_stays_and_takes_its_alerts_along(self):
        d, vm = self.d, self.vm(disks=0, start=False)
        vmss = self.vmss(vm)
        self.assertEqual(d.call('VMSS.snapshot_now', vmss), 'True')
        self.assertTrue(self.messages(vmss))
        self.assertEqual(d.error('VMSS.destroy', vmss), ['VMSS_HAS_VM'])
        d.call('VM.set_snapshot_schedule', vm, NULL)
        uuid = self.get('VMSS', 'uuid', vmss)
        d.call('VMSS.destroy', vmss)
        self.made.remove(vmss)
        self.assertFalse([
            m for m in d.call('message.get_all_records').values()
            if m['obj_uuid'] == uuid])

    def test_only_VMs_are_put_under_a_schedule(self):
        d, vmss = self.d, self.vmss()
        dom0 = next(r for r, v in d.call('VM.get_all_records').items()
                    if v['is_control_domain'])
        self.assertEqual(d.error('VM.set_snapshot_schedule', dom0, vmss),
                         ['INVALID_VALUE', dom0])
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        self.assertEqual(d.error('VM.set_snapshot_schedule', template, vmss),
                         ['VM_IS_TEMPLATE', template])
        vm = self.vm(disks=0, start=False)
        d.call('VM.set_snapshot_schedule', vm, vmss)
        self.assertEqual(self.get('VMSS', 'VMs', vmss), [vm])
        self.assertNotIn('make_into_template',
                         self.get('VM', 'allowed_operations', vm))

    def test_no_guest_is_asked_to_quiesce(self):
        d, vm = self.d, self.vm(disks=1)
        vmss = self.vmss(vm)
        code = 'VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED'
        self.assertEqual(
            d.error('VMSS.set_type', vmss, 'snapshot_with_quiesce')[:2],
            [code, vm])
        quiet = self.vmss(type='snapshot_with_quiesce')
        self.assertEqual(
            d.error('VM.set_snapshot_schedule', vm, quiet)[:2], [code, vm])

    def test_xe_makes_changes_and_removes_schedules(self):
        def ok(*args):
            r = xe.run(self.d, *args)
            self.assertEqual((r.status, r.err), (0, ''), args)
            return r.out.strip()
        uuid = ok('vmss-create', 'name-label=s', 'type=checkpoint',
                  'frequency=daily', 'schedule:hour=3')
        self.assertEqual(ok('vmss-param-get', 'uuid=' + uuid,
                            'param-name=schedule', 'param-key=hour'), '3')
        ok('vmss-param-set', 'uuid=' + uuid, 'schedule:hour=4',
           'retained-snapshots=3', 'enabled=false', 'type=snapshot')
        self.assertEqual(ok('vmss-list', 'name-label=s', 'enabled=false',
                            'params=retained-snapshots', '--minimal'), '3')
        r = xe.run(self.d, 'vmss-param-set', 'uuid=' + uuid,
                   'schedule:hour=99')
        self.assertEqual(r.status, 1)
        self.assertEqual(ok('vmss-param-get', 'uuid=' + uuid,
                            'param-name=schedule', 'param-key=hour'), '4')
        vm = self.vm(disks=0, start=False)
        ok('vm-param-set', 'uuid=' + self.get('VM', 'uuid', vm),
           'snapshot-schedule=' + uuid)
        self.assertEqual(ok('vmss-param-get', 'uuid=' + uuid,
                            'param-name=VMs'), self.get('VM', 'uuid', vm))
        r = xe.run(self.d, 'vmss-destroy', 'uuid=' + uuid)
        self.assertEqual(r.status, 1)
        ok('vm-param-set', 'uuid=' + self.get('VM', 'uuid', vm),
           'snapshot-schedule=')
        ok('vmss-destroy', 'uuid=' + uuid)

    def test_operators_of_the_pool_run_schedules_and_others_do_not(self):
        vmss = self.vmss()
        for role, may in (('pool-operator', True), ('vm-power-admin', False)):
            session = self.d.login(role)
            if may:
                self.d.call('VMSS.snapshot_now', vmss, session=session)
            else:
                self.assertEqual(
                    self.d.error('VMSS.snapshot_now', vmss,
                                 session=session)[0],
                    'RBAC_PERMISSION_DENIED')


class Now(Schedules):
    def test_every_VM_gets_a_snapshot_with_its_disks(self):
        d, a, b = self.d, self.vm(disks=2), self.vm(disks=0, start=False)
        vmss = self.vmss(a, b, name_label='of two')
        before = int(time.time())
        self.assertEqual(d.call('VMSS.snapshot_now', vmss), 'True')
        for vm in (a, b):
            snapshot, = self.snapshots(vm)
            r = d.call('VM.get_record', snapshot)
            self.assertTrue(r['is_vmss_snapshot'] and r['is_a_snapshot'])
            self.assertRegex(r['name_label'],
                             r'^of two-\d{8}T\d\d:\d\d:\d\dZ$')
            self.assertEqual(r['power_state'], 'Halted')
        self.assertEqual(len(self.disks(self.snapshots(a)[0])), 2)
        self.assertGreaterEqual(
            seconds(self.get('VMSS', 'last_run_time', vmss)), before)
        message, = self.messages(vmss)
        self.assertEqual((message['name'], message['priority'],
                          message['cls']),
                         ('VMSS_SNAPSHOT_SUCCEEDED', 5, 'VMSS'))

    def test_a_checkpoint_has_the_memory_of_what_runs(self):
        on, off = self.vm(), self.vm(start=False)
        vmss = self.vmss(on, off, type='checkpoint')
        self.d.call('VMSS.snapshot_now', vmss)
        for vm, state in ((on, 'Suspended'), (off, 'Halted')):
            snapshot, = self.snapshots(vm)
            self.assertEqual(self.get('VM', 'power_state', snapshot), state)
            self.assertTrue(self.get('VM', 'is_vmss_snapshot', snapshot))
        self.assertEqual(self.state(on), 'running')

    def test_one_VM_that_fails_leaves_the_others_alone(self):
        d, good, bad = self.d, self.vm(disks=1), self.vm(disks=1)
        d.call('VM.add_to_blocked_operations', bad, 'snapshot', 'not now')
        vmss = self.vmss(good, bad)
        self.assertEqual(d.call('VMSS.snapshot_now', vmss), 'False')
        self.assertEqual(len(self.snapshots(good)), 1)
        self.assertEqual(self.snapshots(bad), [])
        message, = self.messages(vmss)
        self.assertEqual((message['name'], message['priority']),
                         ('VMSS_SNAPSHOT_FAILED', 3))
        # As XenCenter takes it apart.
        self.assertEqual(message['body'],
                         "VM:%sUUID:%sError:['OPERATION_BLOCKED','%s',"
                         "'not now'],"
                         % (self.get('VM', 'name_label', bad),
                            self.get('VM', 'uuid', bad), bad))

    def test_a_disk_that_cannot_be_copied_leaves_nothing(self):
        vm = self.vm(disks=2)
        vmss = self.vmss(vm)
        before = self.rows()
        simulator.order_storage(self.d, 'error', of='vdi_snapshot')
        self.assertEqual(self.d.call('VMSS.snapshot_now', vmss), 'False')
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.names(vmss), ['VMSS_SNAPSHOT_FAILED'])

    def test_the_oldest_scheduled_snapshots_go_with_their_disks(self):
        d, vm = self.d, self.vm(disks=1)
        mine = d.call('VM.snapshot', vm, 'mine')
        vmss = self.vmss(vm, retained_snapshots=2)
        before = set(d.call('VDI.get_all'))
        for _ in range(3):
            d.call('VMSS.snapshot_now', vmss)
        kept = set(self.snapshots(vm))
        self.assertIn(mine, kept)
        self.assertEqual(len(kept), 3)
        xapid.until(lambda: set(d.call('VDI.get_all')) - before == set().union(
            *(self.disks(s) for s in kept - {mine})))
        d.call('VMSS.set_type', vmss, 'checkpoint')
        d.call('VMSS.set_retained_snapshots', vmss, 1)
        for _ in range(2):
            d.call('VMSS.snapshot_now', vmss)
        last, = set(self.snapshots(vm)) - {mine}
        xapid.until(lambda: set(d.call('VDI.get_all')) - before ==
             self.disks(last) | {self.get('VM', 'suspend_VDI', last)})

    def test_a_disk_that_another_VM_was_given_outlives_its_snapshot(self):
        d, vm, other = self.d, self.vm(disks=1), self.vm(disks=0, start=False)
        vmss = self.vmss(vm, retained_snapshots=1)
        d.call('VMSS.snapshot_now', vmss)
        first, = self.snapshots(vm)
        disk, = self.disks(first)
        d.call('VBD.create', {**VBD, 'VM': other, 'VDI': disk, 'type': 'Disk',
                              'empty': False})
        for _ in range(2):
            d.call('VMSS.snapshot_now', vmss)
        self.assertNotIn(first, self.snapshots(vm))
        # Behind whatever stands in line for the disk.
        d.call('VDI.resize', disk, self.get('VDI', 'virtual_size', disk))
        self.assertEqual(self.disks(other), {disk})

    def test_a_snapshot_that_is_kept_on_purpose_stays(self):
        d, vm = self.d, self.vm(disks=1)
        vmss = self.vmss(vm, retained_snapshots=1)
        d.call('VMSS.snapshot_now', vmss)
        first, = self.snapshots(vm)
        d.call('VM.add_to_blocked_operations', first, 'destroy', 'keep it')
        for _ in range(2):
            d.call('VMSS.snapshot_now', vmss)
        self.assertIn(first, self.snapshots(vm))
        self.assertEqual(len(self.snapshots(vm)), 2)


class Due(Schedules):
    def test_a_schedule_runs_when_clocks_show_its_time_and_once(self):
        vm = self.vm(disks=1)
        vmss = self.vmss(vm)
        at = self.quarter()
        self.go_to(at - 1)
        xapid.until(lambda: self.names(vmss))
        last = seconds(self.get('VMSS', 'last_run_time', vmss))
        self.assertTrue(at <= last <= at + 60, last - at)
        self.go_to(at + 20 * 60)
        self.go_to(at + HOUR - 5)
        self.assertEqual(len(self.snapshots(vm)), 1)
        self.go_to(at + HOUR)
        xapid.until(lambda: len(self.names(vmss)) == 2)
        self.assertEqual(len(self.snapshots(vm)), 2)

    def test_what_was_passed_over_runs_once(self):
        vm = self.vm(disks=0)
        vmss = self.vmss(vm)
        self.go_to(self.quarter() + 7 * HOUR + 60)
        xapid.until(lambda: self.names(vmss))
        self.assertEqual(self.names(vmss), ['VMSS_SNAPSHOT_SUCCEEDED'])

    def test_a_clock_that_is_put_back_does_not_stop_a_schedule(self):
        simulator.move_clock(self.d, 20 * 24 * HOUR)
        vm = self.vm(disks=0)
        vmss = self.vmss(vm)
        simulator.move_clock(self.d, 0)
        self.assertEqual(self.names(vmss), [])
        self.go_to(self.quarter())
        xapid.until(lambda: self.names(vmss))
        self.assertEqual(len(self.snapshots(vm)), 1)

    def test_one_that_is_disabled_does_not_run(self):
        vm = self.vm(disks=0)
        off, on = self.vmss(vm, enabled=False), self.vmss(
            self.vm(disks=0))
        at = self.quarter()
        self.go_to(at)
        xapid.until(lambda: self.names(on))
        self.assertEqual(self.names(off), [])
        self.d.call('VMSS.set_enabled', off, True)
        self.d.call('VMSS.set_enabled', on, False)
        self.go_to(at + HOUR)
        xapid.until(lambda: self.names(off))
        self.assertEqual(len(self.names(on)), 1)

    def test_times_are_local_ones_of_the_coordinator(self):
        d = self.d
        host = d.call('pool.get_master', d.call('pool.get_all')[0])
        d.call('host.set_timezone', host, 'Asia/Kathmandu')  # 5:45 ahead
        self.addCleanup(d.call, 'host.set_timezone', host, 'UTC')
        vm = self.vm(disks=0)
        vmss = self.vmss(vm, frequency='daily',
                         schedule={'hour': '12', 'min': '0'})
        now = int(time.time())
        at = now - now % 86400 + 6 * HOUR + 900
        at += 0 if at > now + 2 else 86400
        self.go_to(at - 3)
        xapid.until(lambda: self.names(vmss))
        last = seconds(self.get('VMSS', 'last_run_time', vmss))
        self.assertTrue(at <= last <= at + 60, last - at)


class Slow(Schedules):
    """Workers that hang are given up soon."""

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-vms', '2',
                            '--worker-deadline', '4').__enter__()
        cls.sr = cls.d.call('SR.get_by_name_label', 'Local storage')[0]

    def test_a_run_that_would_overtake_the_last_one_is_missed(self):
        d, vm = self.d, self.vm(disks=1)
        vmss = self.vmss(vm)
        at = self.quarter()
        simulator.order_storage(d, 'hang', of='vdi_snapshot')
        self.go_to(at)
        xapid.until(lambda: self.get('VMSS', 'last_run_time', vmss) > '1970z')
        self.go_to(at + HOUR)
        xapid.until(lambda: len(self.names(vmss)) == 2)
        self.assertEqual(sorted(self.names(vmss)), [
            'VMSS_SNAPSHOT_MISSED_EVENT', 'VMSS_SNAPSHOT_SUCCEEDED'])
        self.assertEqual(len(self.snapshots(vm)), 1)


class Restarts(Killing):
    """The daemon ends, by whatever means, and comes back."""

    def next_run(self, d, uuid, value=None):
        with sqlite3.connect(os.path.join(d.state, 'state.sqlite')) as db:
            if value is not None:
                db.execute('UPDATE VMSS SET next_run = ? WHERE uuid = ?',
                           (value, uuid))
            return db.execute('SELECT next_run FROM VMSS WHERE uuid = ?',
                              (uuid,)).fetchone()[0]

    def guest(self, d):
        return next(r for r, v in d.call('VM.get_all_records').items()
                    if not v['is_a_template'] and
                    not v['is_control_domain'] and
                    v['power_state'] == 'Running')

    def test_what_became_due_meanwhile_runs_once_and_nothing_twice(self):
        with xapid.start('--sim-vms', '2') as d:
            vm = self.guest(d)
            vmss = d.call('VMSS.create', VMSS)
            d.call('VM.set_snapshot_schedule', vm, vmss)
            uuid = d.call('VMSS.get_uuid', vmss)
            d.stop()
            due = self.next_run(d, uuid)
            self.assertTrue(0 < due - time.time() <= HOUR)
            self.next_run(d, uuid, due - 2 * HOUR)
            d.start()
            xapid.until(lambda: d.call('VM.get_snapshots', vm))
            xapid.until(lambda: d.call('message.get_all'))
            d.stop()
            self.assertGreater(self.next_run(d, uuid), time.time())
            d.start()
            time.sleep(0.3)
            self.assertEqual(len(d.call('VM.get_snapshots', vm)), 1)

    def test_a_daemon_that_dies_in_a_run_goes_on_with_it(self):
        with xapid.start('--sim-vms', '2', '--listen',
                         '127.0.0.1:%d' % xapid.free_port()) as d:
            vm = self.guest(d)
            vmss = d.call('VMSS.create', {**VMSS, 'retained_snapshots': 10})
            d.call('VM.set_snapshot_schedule', vm, vmss)
            for i in range(1, 7):
                at = int(time.time()) // HOUR * HOUR + 900
                at += 0 if at > time.time() else HOUR
                simulator.move_clock(d, at + i * HOUR - int(time.time()))
                xapid.until(lambda: d.call('VMSS.get_last_run_time', vmss) >
                     '1970z' and seconds(d.call(
                         'VMSS.get_last_run_time', vmss)) >= at + i * HOUR)
                time.sleep(0.002 * i)
                os.kill(d.daemon_pid(), signal.SIGKILL)
                self.come_back(d)
                xapid.until(lambda: len([
                    m for m in d.call('message.get_all_records').values()
                    if m['name'] == 'VMSS_SNAPSHOT_SUCCEEDED']) == i)
                self.assertEqual(len(d.call('VM.get_snapshots', vm)), i)


if __name__ == '__main__':
    tap.main()
