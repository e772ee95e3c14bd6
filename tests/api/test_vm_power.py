#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Power states of VMs on the simulator, also while workers and the daemon are
killed."""

import collections
import os
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap      # noqa: E402
import xapid    # noqa: E402


def vms(d, state=None):
    return [ref for ref, vm in d.call('VM.get_all_records').items()
            if not vm['is_a_template'] and not vm['is_control_domain']
            and state in (None, vm['power_state'])]


class Power(xapid.Case):
    args = ('--sim-vms', '6', '--sim-hosts', '2')

    def halted(self):
        ref = vms(self.d)[0]
        if self.d.call('VM.get_power_state', ref) != 'Halted':
            self.d.call('VM.hard_shutdown', ref)
        return ref

    def test_a_reset_is_refused_while_there_is_a_domain(self):
        d, vm = self.d, self.halted()
        d.call('VM.start', vm, False, False)
        domid = d.call('VM.get_domid', vm)
        self.assertEqual(d.error('VM.power_state_reset', vm),
                         ['DOMAIN_EXISTS', vm, str(domid)])
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        xapid.until(lambda: not d.call('VM.get_current_operations', vm))
        dom0 = next(r for r, v in d.call('VM.get_all_records').items()
                    if v['is_control_domain'])
        self.assertEqual(d.error('VM.power_state_reset', dom0),
                         ['CANNOT_RESET_CONTROL_DOMAIN', dom0])

    def test_a_suspended_vm_and_a_snapshot_can_be_reset(self):
        d, vm = self.d, self.halted()
        d.call('VM.start', vm, False, False)
        snapshot = d.call('VM.checkpoint', vm, 's')
        d.call('VM.suspend', vm)
        d.call('VM.add_to_blocked_operations', vm, 'power_state_reset', 'no')
        for ref in snapshot, vm:
            self.assertEqual(d.call('VM.get_power_state', ref), 'Suspended')
            d.call('VM.power_state_reset', ref)
            self.assertEqual(d.call('VM.get_power_state', ref), 'Halted')
            d.call('VM.power_state_reset', ref)
        d.call('VM.remove_from_blocked_operations', vm, 'power_state_reset')

    def test_a_vm_goes_through_its_states(self):
        d, vm = self.d, self.halted()
        for call, args, state in (
                ('start', (True, False), 'Paused'),
                ('unpause', (), 'Running'), ('pause', (), 'Paused'),
                ('unpause', (), 'Running'),
                ('clean_reboot', (), 'Running'),
                ('hard_reboot', (), 'Running'),
                ('clean_shutdown', (), 'Halted'),
                ('start', (False, False), 'Running'),
                ('hard_shutdown', (), 'Halted')):
            self.assertEqual(d.call('VM.' + call, vm, *args), '', call)
            self.assertEqual(d.call('VM.get_power_state', vm), state, call)
            record = d.call('VM.get_record', vm)
            lives = state != 'Halted'
            self.assertEqual(record['domid'] > 0, lives, call)
            self.assertEqual(record['resident_on'] != 'OpaqueRef:NULL',
                             lives, call)
            self.assertEqual(record['current_operations'], {})
            self.assertEqual(
                sorted(d.call('console.get_protocol', c)
                       for c in record['consoles']),
                ['rfb', 'vt100'] if lives else [], call)
            for vif in record['VIFs']:
                self.assertEqual(
                    d.call('VIF.get_currently_attached', vif), lives)

    def test_a_vm_reboots_on_a_host_that_takes_no_others(self):
        d, vm = self.d, self.halted()
        d.call('VM.start', vm, False, False)
        host = d.call('VM.get_resident_on', vm)
        free = d.call('host.compute_free_memory', host)
        d.call('host.disable', host)
        self.addCleanup(d.call, 'host.enable', host)
        for reboot in (lambda: d.call('VM.clean_reboot', vm),
                       lambda: d.call('VM.hard_reboot', vm),
                       lambda: simulator.happen(d, vm, 'reboot')):
            domid = d.call('VM.get_domid', vm)
            reboot()
            xapid.until(lambda: d.call('VM.get_domid', vm) not in (
                '-1', domid))
            xapid.until(lambda: not d.call('VM.get_current_operations', vm))
            self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
            self.assertEqual(d.call('VM.get_resident_on', vm), host)
            self.assertEqual(d.call('host.compute_free_memory', host), free)

    def test_a_guest_that_does_not_shut_down_is_ended(self):
        d, vm = self.d, self.halted()
        for state in ('Running', 'Paused'):
            d.call('VM.start', vm, state == 'Paused', False)
            d.call('VM.shutdown', vm)
            self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')
        self.assertEqual(d.error('VM.shutdown', vm)[0], 'VM_BAD_POWER_STATE')

    def test_starts_and_ends_are_alerts(self):
        d, vm = self.d, self.halted()
        uuid = d.call('VM.get_uuid', vm)

        def alerts():
            return [m['name'] for m in
                    d.call('message.get_all_records').values()
                    if m['obj_uuid'] == uuid]

        before = alerts()
        d.call('VM.start', vm, False, False)
        d.call('VM.hard_shutdown', vm)
        after = alerts()
        for name in ('VM_STARTED', 'VM_SHUTDOWN'):
            self.assertEqual(after.count(name), before.count(name) + 1)

    def test_a_wrong_state_is_refused_and_changes_nothing(self):
        d, vm = self.d, self.halted()
        before = d.call('VM.get_record', vm)
        for call in ('pause', 'unpause', 'clean_shutdown', 'hard_reboot'):
            error = d.error('VM.' + call, vm)
            self.assertEqual(error[:2], ['VM_BAD_POWER_STATE', vm])
            self.assertEqual(error[3], 'halted')
        self.assertEqual(d.call('VM.get_record', vm), before)

    def test_allowed_operations_follow_the_state(self):
        d, vm = self.d, self.halted()
        d.call('VM.start', vm, False, False)
        allowed = d.call('VM.get_allowed_operations', vm)
        self.assertIn('hard_shutdown', allowed)
        self.assertNotIn('start', allowed)
        d.call('VM.hard_shutdown', vm)
        allowed = d.call('VM.get_allowed_operations', vm)
        self.assertIn('start', allowed)
        self.assertNotIn('hard_shutdown', allowed)

    def test_what_is_blocked_is_not_offered_any_more(self):
        d, vm = self.d, self.halted()

        def offered():
            return {'start', 'clone'} & set(
                d.call('VM.get_allowed_operations', vm))

        d.call('VM.set_blocked_operations', vm, {'start': 'a'})
        self.assertEqual(offered(), {'clone'})
        d.call('VM.add_to_blocked_operations', vm, 'clone', 'b')
        self.assertEqual(offered(), set())
        self.assertEqual(
            d.error('VM.add_to_blocked_operations', vm, 'clone', 'c'),
            ['MAP_DUPLICATE_KEY', 'VM', 'blocked_operations', vm, 'clone'])
        d.call('VM.remove_from_blocked_operations', vm, 'start')
        d.call('VM.remove_from_blocked_operations', vm, 'start')
        self.assertEqual(offered(), {'start'})
        self.assertEqual(d.call('VM.get_blocked_operations', vm),
                         {'clone': 'b'})
        d.call('VM.set_blocked_operations', vm, {})
        self.assertEqual(offered(), {'start', 'clone'})

    def test_templates_and_blocked_operations_are_refused(self):
        d, vm = self.d, self.halted()
        template = next(ref for ref, r in
                        d.call('VM.get_all_records').items()
                        if r['is_a_template'])
        self.assertEqual(d.error('VM.start', template, False, False),
                         ['VM_IS_TEMPLATE', template, 'start'])
        d.call('VM.add_to_blocked_operations', vm, 'start', 'not today')
        self.assertEqual(d.error('VM.start', vm, False, False),
                         ['OPERATION_BLOCKED', vm, 'not today'])
        d.call('VM.remove_from_blocked_operations', vm, 'start')
        d.call('VM.start', vm, False, False)

    def test_a_vm_too_big_for_every_host_says_why(self):
        d, vm = self.d, self.halted()
        names = {h['name_label']
                 for h in d.call('host.get_all_records').values()}
        old = d.call('host_metrics.get_all_records')
        for ref in d.call('host.get_all'):
            self.assertEqual(d.call('host.get_enabled', ref), True)
        size = d.call('VM.get_memory_static_max', vm)
        taken = []
        try:
            while True:
                other = next(iter(vms(d, 'Halted')), None)
                if other is None:
                    break
                d.call('VM.start', other, False, False)
                taken.append(other)
        except xapid.Failure as failure:
            self.assertEqual(failure.code, 'NO_HOSTS_AVAILABLE')
            self.assertEqual(set(failure.params[::2]), names)
        for ref in taken:
            d.call('VM.hard_shutdown', ref)
        self.assertEqual(
            {r: m['memory_free'] for r, m in old.items()},
            {r: m['memory_free'] for r, m in
             d.call('host_metrics.get_all_records').items()},
            'memory was not given back (%d bytes a VM)' % size)

    def test_calls_of_one_vm_run_one_after_another(self):
        d, vm = self.d, self.halted()
        tasks = [d.call('Async.VM.start', vm, False, False),
                 d.call('Async.VM.pause', vm),
                 d.call('Async.VM.unpause', vm),
                 d.call('Async.VM.hard_shutdown', vm)]
        for task in tasks:
            while d.call('task.get_status', task) == 'pending':
                time.sleep(0.01)
            self.assertEqual(d.call('task.get_status', task), 'success',
                             d.call('task.get_error_info', task))
        self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')


class Deaths(unittest.TestCase):
    def consistent(self, d):
        for vm in d.call('VM.get_all_records').values():
            if vm['is_control_domain'] or vm['is_a_template']:
                continue
            self.assertEqual(vm['domid'] > 0, vm['power_state'] == 'Running')
            self.assertEqual(vm['current_operations'], {})

    def test_killing_workers_costs_no_operation(self):
        with xapid.start('--sim-vms', '40', '--sim-hosts', '4') as d:
            stop = threading.Event()

            def killer():
                while not stop.wait(0.15):
                    d.kill_workers()

            thread = threading.Thread(target=killer)
            thread.start()
            try:
                for call, args, state in (
                        ('hard_shutdown', (), 'Running'),
                        ('start', (False, False), 'Halted'),
                        ('hard_shutdown', (), 'Running')):
                    todo = vms(d, state)
                    tasks = [d.call('Async.VM.' + call, vm, *args)
                             for vm in todo]
                    self.assertEqual(self.wait(d, tasks), (0, []))
            finally:
                stop.set()
                thread.join()
            self.consistent(d)

    def wait(self, d, tasks, timeout=60):
        end = time.time() + timeout
        while time.time() < end:
            records = d.call('task.get_all_records')
            status = collections.Counter(
                records[t]['status'] for t in tasks)
            if not status['pending']:
                break
            time.sleep(0.05)
        errors = [records[t]['error_info'] for t in tasks
                  if records[t]['status'] != 'success']
        return status['pending'], errors

    def test_what_was_under_way_ends_after_the_daemon_was_killed(self):
        """A killed daemon is started again and finishes every plan; a call
        that had not begun is a failure and its VM as before"""
        with xapid.start('--sim-vms', '30', '--sim-hosts', '4',
                         '--listen', '127.0.0.1:%d' % xapid.free_port()) as d:
            d.port = int(d.urls[-1].rsplit(':', 1)[1])
            todo = vms(d, 'Halted')
            tasks = [d.call('Async.VM.start', vm, False, False)
                     for vm in todo]
            os.kill(d.daemon_pid(), signal.SIGKILL)
            d.local = d.session = None
            end = time.time() + 20
            while True:
                try:
                    d.session = d.login()
                    break
                except (OSError, RuntimeError):
                    self.assertLess(time.time(), end)
                    time.sleep(0.05)
            pending, errors = self.wait(d, tasks)
            self.assertEqual(pending, 0)
            self.assertEqual(
                [e for e in errors if 'restarted' not in e[1]], [])
            self.assertEqual(len(vms(d, 'Halted')), len(errors))
            self.consistent(d)

    def test_a_restart_touches_no_domain(self):
        with xapid.start('--sim-vms', '10') as d:
            before = {r: vm['domid'] for r, vm in
                      d.call('VM.get_all_records').items()}
            d.stop()
            d.start()
            after = {r: vm['domid'] for r, vm in
                     d.call('VM.get_all_records').items()}
            self.assertEqual(before, after)

    def test_a_vm_whose_domain_is_gone_is_found_halted(self):
        with xapid.start('--sim-vms', '10') as d:
            running = vms(d, 'Running')
            self.assertTrue(running)
            d.stop()
            os.unlink(os.path.join(d.state, 'sim-domains'))
            d.start()
            self.assertEqual(vms(d, 'Running'), [])
            d.call('VM.start', running[0], False, False)
            self.consistent(d)


if __name__ == '__main__':
    tap.main()
