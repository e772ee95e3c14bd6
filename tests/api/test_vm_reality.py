#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests end, crash and reboot by themselves: the records follow at once."""

import contextlib
import http.client
import os
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
import xapid        # noqa: E402
from machines import Killing    # noqa: E402
from moments import Moments    # noqa: E402


class Base(xapid.Case):
    args = ('--sim-vms', '4')

    def running(self):
        """A running VM, and its record."""
        d = self.d
        vm = next(r for r, v in d.call('VM.get_all_records').items()
                  if not v['is_a_template'] and not v['is_control_domain'])
        if d.call('VM.get_power_state', vm) != 'Running':
            if d.call('VM.get_power_state', vm) == 'Paused':
                d.call('VM.hard_shutdown', vm)
            d.call('VM.start', vm, False, False)
        return vm, d.call('VM.get_record', vm)

    def until(self, vm, condition, timeout=20):
        end = time.time() + timeout
        while True:
            record = self.d.call('VM.get_record', vm)
            if condition(record) and not record['current_operations']:
                return record
            self.assertLess(time.time(), end, record)
            time.sleep(0.01)

    def messages(self, uuid):
        return [m['name'] for m in
                self.d.call('message.get_all_records').values()
                if m['obj_uuid'] == uuid]

    def written_down_as_halted(self, vm):
        """What runs of it, nobody has told the daemon."""
        d, uuid = self.d, self.d.call('VM.get_uuid', vm)
        d.stop()
        path = os.path.join(d.state, 'state.sqlite')
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE VM SET power_state = 'Halted', domid = -1, "
                       "resident_on = 'OpaqueRef:NULL' WHERE uuid = ?",
                       (uuid,))
            db.execute('UPDATE VBD SET currently_attached = 0 WHERE VM = ?',
                       (vm,))
        d.start()


class Reality(Base):
    def test_a_guest_that_powers_off_is_halted(self):
        vm, before = self.running()
        simulator.happen(self.d, vm, 'poweroff')
        record = self.until(vm, lambda r: r['power_state'] == 'Halted')
        self.assertEqual(record['domid'], -1)
        self.assertEqual(record['resident_on'], 'OpaqueRef:NULL')
        self.assertIn('start', record['allowed_operations'])
        self.assertNotIn(before['uuid'], simulator.domains(self.d))
        self.assertIn('VM_SHUTDOWN', self.messages(before['uuid']))

    def test_a_guest_that_reboots_gets_a_new_domain(self):
        vm, before = self.running()
        simulator.happen(self.d, vm, 'reboot')
        record = self.until(vm, lambda r: r['domid'] not in
                            (-1, before['domid']))
        self.assertEqual(record['power_state'], 'Running')
        domain = simulator.domains(self.d)[before['uuid']]
        self.assertEqual((domain.domid, domain.state),
                         (record['domid'], 'running'))
        self.assertIn('VM_REBOOTED', self.messages(before['uuid']))

    def test_what_follows_a_reboot_is_as_set(self):
        vm, _ = self.running()
        self.d.call('VM.set_actions_after_reboot', vm, 'destroy')
        simulator.happen(self.d, vm, 'reboot')
        self.until(vm, lambda r: r['power_state'] == 'Halted')
        self.d.call('VM.set_actions_after_reboot', vm, 'restart')

    def test_what_follows_a_crash_is_as_set(self):
        d = self.d
        vm, _ = self.running()
        d.call('VM.hard_shutdown', vm)
        d.call('VM.set_domain_type', vm, 'pv')  # others leave no core
        d.call('VM.start', vm, False, False)
        for ahead, action in (200, 'restart'), (400, 'coredump_and_restart'):
            before = d.call('VM.get_record', vm)
            d.call('VM.set_actions_after_crash', vm, action)
            simulator.move_clock(d, ahead)
            simulator.happen(d, vm, 'crash')
            self.until(vm, lambda r: r['domid'] not in (-1, before['domid']))
        self.assertIn('VM_CRASHED', self.messages(before['uuid']))
        for action in 'destroy', 'coredump_and_destroy':
            vm, before = self.running()
            d.call('VM.set_actions_after_crash', vm, action)
            simulator.happen(d, vm, 'crash')
            self.until(vm, lambda r: r['power_state'] == 'Halted')
            d.call('VM.set_actions_after_crash', vm, 'destroy')
        simulator.move_clock(d, 0)

    def test_a_guest_that_crashes_soon_is_not_started_again(self):
        d = self.d
        vm, _ = self.running()
        d.call('VM.hard_reboot', vm)
        d.call('VM.set_actions_after_crash', vm, 'restart')
        simulator.happen(d, vm, 'crash')
        self.until(vm, lambda r: r['power_state'] == 'Halted')

    def test_what_follows_a_watchdog_or_a_soft_reboot_is_as_set(self):
        d = self.d
        for what, field, action, state in (
                ('watchdog', 'reboot', 'restart', 'Running'),
                ('watchdog', 'reboot', 'destroy', 'Halted'),
                ('soft_reset', 'softreboot', 'soft_reboot', 'Running'),
                ('soft_reset', 'softreboot', 'restart', 'Running'),
                ('soft_reset', 'softreboot', 'preserve', 'Paused'),
                ('soft_reset', 'softreboot', 'destroy', 'Halted')):
            vm, before = self.running()
            d.call('VM.set_actions_after_' + field, vm, action)
            simulator.happen(d, vm, what)
            self.until(vm, lambda r: r['power_state'] == state and (
                state == 'Paused') == (r['domid'] == before['domid']))
        d.call('VM.set_actions_after_reboot', vm, 'restart')

    def test_a_preserved_guest_can_be_shut_down(self):
        d = self.d
        vm, before = self.running()
        d.call('VM.set_actions_after_crash', vm, 'preserve')
        simulator.happen(d, vm, 'crash')
        self.assertEqual(simulator.domains(d)[before['uuid']].state,
                         'shutdown:crash')
        self.until(vm, lambda r: r['power_state'] == 'Paused')
        self.assertIn('VM_CRASHED', self.messages(before['uuid']))
        d.call('VM.hard_shutdown', vm)
        self.assertNotIn(before['uuid'], simulator.domains(d))
        d.call('VM.set_actions_after_crash', vm, 'destroy')

    def test_a_domain_that_others_destroyed_or_paused_is_noticed(self):
        vm, _ = self.running()
        simulator.happen(self.d, vm, 'pause')
        self.until(vm, lambda r: r['power_state'] == 'Paused')
        simulator.happen(self.d, vm, 'unpause')
        self.until(vm, lambda r: r['power_state'] == 'Running')
        simulator.happen(self.d, vm, 'gone')
        self.until(vm, lambda r: r['power_state'] == 'Halted')

    def test_a_vm_that_others_started_runs(self):
        d = self.d
        vm, before = self.running()
        d.call('VM.hard_shutdown', vm)
        simulator.ask(d, op='happen', what='appear', uuid=before['uuid'],
                      memory_target=before['memory_target'], vcpus=1)
        record = self.until(vm, lambda r: r['power_state'] == 'Running')
        self.assertEqual(record['domid'],
                         simulator.domains(d)[before['uuid']].domid)
        self.assertNotEqual(record['resident_on'], 'OpaqueRef:NULL')
        d.call('VM.clean_shutdown', vm)
        self.assertNotIn(before['uuid'], simulator.domains(d))

    def test_one_that_others_started_has_the_devices_that_it_has(self):
        d = self.d
        vm, before = self.running()
        disk = next(v for v in before['VBDs']
                    if d.call('VBD.get_type', v) == 'Disk')
        self.assertTrue(d.call('VBD.get_currently_attached', disk))
        for vif in before['VIFs']:
            if d.call('VIF.get_currently_attached', vif):
                d.call('VIF.unplug', vif)
        there = simulator.domains(d)[before['uuid']].devices
        self.written_down_as_halted(vm)
        simulator.happen(d, vm, 'pause')
        self.until(vm, lambda r: r['power_state'] == 'Paused')
        self.assertTrue(d.call('VBD.get_currently_attached', disk))
        self.assertEqual([v for v in before['VIFs'] if d.call(
            'VIF.get_currently_attached', v)], [])
        self.assertNotIn('vif', ' '.join(there))
        d.call('VM.hard_shutdown', vm)

    def test_a_stranger_does_not_stay_in_a_simulated_world(self):
        uuid = '11111111-2222-3333-4444-555555555555'
        simulator.ask(self.d, op='happen', what='appear', uuid=uuid)
        end = time.time() + 20
        while uuid in simulator.domains(self.d):
            self.assertLess(time.time(), end)
            time.sleep(0.01)

    def test_a_start_that_meets_a_failing_worker_tries_again(self):
        """domains that cannot be listed twice are listed the third time"""
        with xapid.start('--sim-vms', '2') as d:
            simulator.order(d, 'error', of='list', count=2)
            d.kill()
            d.start()
            self.assertIn('ordered to fail', d.log_text())
            self.assertEqual(len(d.call('pool.get_all')), 1)

    def test_what_happened_while_the_daemon_was_away_is_followed(self):
        d = self.d
        vm, before = self.running()
        d.call('VM.set_actions_after_crash', vm, 'preserve')
        simulator.happen(d, vm, 'crash')
        d.call('VM.set_actions_after_crash', vm, 'destroy')
        d.stop()
        d.start()
        self.until(vm, lambda r: r['power_state'] == 'Halted')
        self.assertNotIn(before['uuid'], simulator.domains(d))

    def test_only_administrators_give_orders(self):
        with self.assertRaises(RuntimeError) as caught:
            simulator.ask(self.d, op='destroy', uuid='x')
        self.assertIn('400', str(caught.exception))
        status, _, _ = self.d.http('POST', '/simulator?op=list')
        self.assertEqual(status, 401)


class SlowDisk(Base):
    """What happens to a domain while what happened before is written down."""
    options = xapid.SLOW_DISK

    def follows(self, vm, *happenings):
        state = {'pause': 'Paused', 'unpause': 'Running'}[happenings[-1]]
        for what in happenings:
            simulator.happen(self.d, vm, what)
        self.until(vm, lambda r: r['power_state'] == state)
        time.sleep(0.3)     # what is still under way
        self.until(vm, lambda r: r['power_state'] == state)

    def test_paused_right_after_it_appeared(self):
        vm, _ = self.running()
        self.written_down_as_halted(vm)
        self.follows(vm, 'pause')
        self.follows(vm, 'unpause')

    def test_paused_and_unpaused_again_and_again(self):
        vm, _ = self.running()
        for n in range(1, 5):
            self.follows(vm, *n * ['pause', 'unpause'])
            self.follows(vm, *n * ['pause', 'unpause'], 'pause')
            self.follows(vm, 'unpause')


class Unseen(Killing):
    """Guests that end while nobody looks."""

    def test_one_that_ended_while_the_daemon_was_away_lets_go_of_its_disk(self):
        with tempfile.TemporaryDirectory() as top:
            os.chmod(top, 0o755)
            moments = Moments(os.path.join(top, 'moments'))
            with xapid.start('--sim-vms', '2', env=moments.env) as d:
                self.ends_unseen(d, moments)

    def ends_unseen(self, d, moments):
        vm = next(r for r, v in d.call('VM.get_all_records').items()
                  if v['name_label'].startswith('sim-'))
        if d.call('VM.get_power_state', vm) == 'Halted':
            d.call('VM.start', vm, False, False)
        disk = next(v for v in d.call('VM.get_VBDs', vm)
                    if d.call('VBD.get_type', v) == 'Disk')
        self.assertTrue(d.call('VBD.get_currently_attached', disk))
        moments.worker.forget()
        moments.daemon.order('VM.ended: destroy to begin')
        try:
            simulator.happen(d, vm, 'gone')
        except (OSError, http.client.HTTPException):
            pass    # it died before it answered
        xapid.until(moments.daemon.died)
        self.come_back(d)
        xapid.until(lambda: d.call('VM.get_power_state', vm) == 'Halted' and
                    not d.call('VM.get_current_operations', vm))
        self.assertFalse(d.call('VBD.get_currently_attached', disk))
        self.assertIn('worker: vdi_detach done', moments.worker.names())
        d.call('VM.start', vm, False, False)


if __name__ == '__main__':
    tap.main()
