#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""VMs that start and stop together: their order, their delays, and what
becomes of the others when one fails, somebody cancels, or the daemon dies."""

import os
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
import xapid        # noqa: E402
import xe           # noqa: E402

NULL = 'OpaqueRef:NULL'
ALL = {'start', 'clean_shutdown', 'hard_shutdown', 'shutdown'}
NEVER = 100000    # seconds: a test that waits for this does not end


class Watch(threading.Thread):
    """When each VM was first seen in a power state."""

    def __init__(self, d, vms):
        super().__init__()
        self.d = xapid.Daemon(state=d.folder)
        self.d.port = d.port
        self.vms, self.seen, self.over = vms, {}, threading.Event()

    def run(self):
        last = False
        while not last:
            last = self.over.is_set()
            for vm in self.vms:
                key = vm, self.d.call('VM.get_power_state', vm)
                self.seen.setdefault(key, time.time())
            time.sleep(0.01)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        self.join()
        self.d.local.close()

    def when(self, vm, state):
        return self.seen[vm, state]


class Case(unittest.TestCase):
    def setUp(self):
        self.d = xapid.start('--sim-vms', '14').start()
        self.addCleanup(self.d.__exit__, None, None, None)
        for vm, record in self.d.call('VM.get_all_records').items():
            if record['appliance'] != NULL:
                self.d.call('VM.set_appliance', vm, NULL)
        self.halted = [
            vm for vm, v in sorted(self.d.call('VM.get_all_records').items())
            if v['power_state'] == 'Halted' and not v['is_a_template']
            and v['snapshot_schedule'] == NULL]
        self.appliance = self.d.call('VM_appliance.create',
                                     {'name_label': 'shop'})

    def members(self, *orders, start_delay=0, shutdown_delay=0):
        """VMs with these orders, all halted, in the appliance."""
        vms = self.halted[:len(orders)]
        for vm, order in zip(vms, orders):
            self.d.call('VM.set_order', vm, order)
            self.d.call('VM.set_start_delay', vm, start_delay)
            self.d.call('VM.set_shutdown_delay', vm, shutdown_delay)
            self.d.call('VM.set_appliance', vm, self.appliance)
        return vms

    def do(self, what, *args):
        return self.d.call('VM_appliance.' + what, self.appliance, *args)

    def begin(self, what, *args):
        return self.d.call('Async.VM_appliance.' + what, self.appliance,
                           *args)

    def fails(self, what, *args):
        return self.d.error('VM_appliance.' + what, self.appliance, *args)

    def states(self, vms):
        return [self.d.call('VM.get_power_state', vm) for vm in vms]

    def allowed(self):
        return set(self.do('get_allowed_operations'))


class Order(Case):
    def test_vms_start_by_order_and_wait_for_the_delay_of_the_one_before(self):
        last, first, middle, other = vms = self.members(7, 0, 3, 3)
        self.d.call('VM.set_start_delay', first, 2)
        self.d.call('VM.set_start_delay', other, 2)
        with Watch(self.d, vms) as watch:
            self.do('start', False)
        at = {vm: watch.when(vm, 'Running') for vm in vms}
        # who polls sees a state late
        self.assertGreater(at[middle] - at[first], 1)
        self.assertGreater(at[other] - at[first], 1)
        self.assertGreater(at[last] - at[other], 1)
        self.assertGreater(at[last], at[middle])

    def test_vms_stop_in_the_reverse_order(self):
        last, first, middle = vms = self.members(7, 0, 3)
        self.do('start', False)
        for vm in vms:
            self.d.call('VM.set_shutdown_delay', vm, 2)
        for how in 'clean_shutdown', 'shutdown':
            with self.subTest(how):
                if self.states(vms)[0] == 'Halted':
                    self.do('start', False)
                with Watch(self.d, vms) as watch:
                    self.do(how)
                at = [watch.when(vm, 'Halted')
                      for vm in (last, middle, first)]
                self.assertEqual(self.states(vms), ['Halted'] * 3)
                self.assertGreater(at[1] - at[0], 1)
                self.assertGreater(at[2] - at[1], 1)

    def test_a_hard_shutdown_waits_for_no_delay(self):
        vms = self.members(0, 1, 1, shutdown_delay=NEVER)
        self.do('start', False)
        self.do('hard_shutdown')
        self.assertEqual(self.states(vms), ['Halted'] * 3)

    def test_vms_of_one_order_go_side_by_side(self):
        lower, one, two = vms = self.members(1, 4, 4)
        self.do('start', False)
        for vm in one, two:
            simulator.happen(self.d, vm, 'deaf')
        task = self.begin('clean_shutdown')
        for vm in one, two:
            xapid.until(lambda: self.d.call(
                'VM.get_current_operations', vm) ==
                {task: 'clean_shutdown'})
        self.assertEqual(self.d.call('VM.get_current_operations', lower), {})
        self.assertEqual(self.do('get_current_operations'),
                         {task: 'clean_shutdown'})
        self.assertEqual(self.allowed(), set())
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')
        self.assertEqual(self.states(vms), ['Running'] * 3)

    def test_vms_can_be_started_paused(self):
        vms = self.members(0, 1)
        self.do('start', True)
        self.assertEqual(self.states(vms), ['Paused'] * 2)

    def test_vms_that_run_are_left_alone(self):
        one, two = vms = self.members(0, 1)
        self.d.call('VM.start', one, False, False)
        domid = self.d.call('VM.get_domid', one)
        self.do('start', False)
        self.assertEqual(self.states(vms), ['Running'] * 2)
        self.assertEqual(self.d.call('VM.get_domid', one), domid)

    def test_a_task_tells_how_far_it_is(self):
        self.members(0, 1, start_delay=0)
        self.d.call('VM.set_start_delay', self.halted[0], NEVER)
        task = self.begin('start', False)
        xapid.until(lambda: self.d.call('task.get_progress', task) == 0.5)
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')


class Failures(Case):
    def test_a_vm_that_fails_stops_nobody(self):
        one, bad, two, worse = vms = self.members(0, 1, 2, 2)
        for vm in bad, worse:
            self.d.call('VM.set_blocked_operations', vm, {'start': 'no'})
        error = self.fails('start', False)
        self.assertEqual(error[:2], ['OPERATION_PARTIALLY_FAILED',
                                     'VM_appliance.start'])
        self.assertEqual(sorted(error[2:]), sorted([bad, worse]))
        self.assertEqual(self.states(vms),
                         ['Running', 'Halted', 'Running', 'Halted'])
        record = self.d.task('VM_appliance.start', self.appliance, False)
        self.assertEqual((record['status'], record['error_info'][0]),
                         ('failure', 'OPERATION_PARTIALLY_FAILED'))

    def test_what_a_failed_start_began_is_taken_back(self):
        one, two = vms = self.members(0, 1)
        simulator.order(self.d, 'error', of='unpause', count=1)
        self.assertEqual(self.fails('start', False), [
            'OPERATION_PARTIALLY_FAILED', 'VM_appliance.start', one])
        self.assertEqual(self.states(vms), ['Halted', 'Running'])
        self.assertNotIn(self.d.call('VM.get_uuid', one),
                         simulator.domains(self.d))

    def test_a_vm_in_another_state_fails_by_itself(self):
        one, two = vms = self.members(0, 1)
        self.d.call('VM.start', two, True, False)
        self.assertEqual(self.fails('start', False), [
            'OPERATION_PARTIALLY_FAILED', 'VM_appliance.start', two])
        self.assertEqual(self.states(vms), ['Running', 'Paused'])
        self.assertEqual(self.fails('clean_shutdown'), [
            'OPERATION_PARTIALLY_FAILED', 'VM_appliance.clean_shutdown', two])
        self.do('shutdown')
        self.assertEqual(self.states(vms), ['Halted'] * 2)

    def test_cancelling_ends_a_delay_and_keeps_what_runs(self):
        vms = self.members(0, 1, start_delay=NEVER)
        task = self.begin('start', False)
        xapid.until(lambda: self.states(vms)[0] == 'Running')
        self.d.call('task.cancel', task)
        record = self.d.ended(task)
        self.assertEqual((record['status'], record['error_info']),
                         ('cancelled', ['TASK_CANCELLED', task]))
        self.assertEqual(self.states(vms), ['Running', 'Halted'])
        self.assertEqual(self.do('get_current_operations'), {})
        self.assertEqual(self.allowed(), ALL)

    def test_roles_are_checked(self):
        self.members(0)
        session = self.d.login('vm-admin')
        for what, args in ('start', (False,)), ('shutdown', ()):
            self.assertEqual(
                self.d.error('VM_appliance.' + what, self.appliance, *args,
                             session=session)[0], 'RBAC_PERMISSION_DENIED')
        session = self.d.login('pool-operator')
        self.d.call('VM_appliance.start', self.appliance, False,
                    session=session)


class Rules(Case):
    def test_what_is_allowed_follows_from_the_vms(self):
        self.assertEqual(self.allowed(), set())
        one, two = self.members(0, 1)
        self.assertEqual(self.allowed(), {'start'})
        self.d.call('VM.start', one, False, False)
        self.assertEqual(self.allowed(), ALL)
        self.d.call('VM.start', two, True, False)
        self.assertEqual(self.allowed(), ALL - {'start'})
        self.d.call('VM.pause', one)
        self.assertEqual(self.allowed(), {'hard_shutdown', 'shutdown'})
        self.do('hard_shutdown')
        self.assertEqual(self.allowed(), {'start'})
        self.d.call('VM.set_appliance', one, NULL)
        self.d.call('VM.destroy', two)
        self.assertEqual(self.allowed(), set())

    def test_what_is_not_allowed_is_refused_before_anything_begins(self):
        refused = ['start', False], ['clean_shutdown'], ['hard_shutdown'], \
            ['shutdown']
        for call in refused:
            self.assertEqual(self.fails(*call)[0], 'OPERATION_NOT_ALLOWED')
        self.members(0)
        for call in refused[1:]:
            self.assertEqual(self.fails(*call)[0], 'OPERATION_NOT_ALLOWED')
        self.do('start', False)
        self.assertEqual(self.fails('start', False)[0],
                         'OPERATION_NOT_ALLOWED')

    def test_members_are_real_vms(self):
        records = self.d.call('VM.get_all_records')
        for vm in (next(r for r in records if records[r]['is_a_template']),
                   next(r for r in records
                        if records[r]['is_control_domain'])):
            self.assertEqual(
                self.d.error('VM.set_appliance', vm, self.appliance)[0],
                'OPERATION_NOT_ALLOWED')
        record = dict(records[self.halted[0]], appliance=self.appliance)
        for field in 'order', 'start_delay', 'shutdown_delay':
            self.assertEqual(
                self.d.error('VM.set_' + field, self.halted[0], -1),
                ['INVALID_VALUE', field, '-1'])
            self.assertEqual(
                self.d.error('VM.create', dict(record, **{field: -1})),
                ['INVALID_VALUE', field, '-1'])
        vm = self.d.call('VM.create', dict(record, is_a_template=True))
        self.assertEqual(self.do('get_VMs'), [])
        self.d.call('VM.destroy', vm)
        vm = self.d.call('VM.create', record)
        self.assertEqual(self.do('get_VMs'), [vm])
        self.assertEqual(self.allowed(), {'start'})

    def test_a_vm_that_moves_is_told_to_both_appliances(self):
        vm, = self.members(0)
        other = self.d.call('VM_appliance.create', {'name_label': 'other'})
        self.d.call('VM.set_appliance', vm, other)
        self.assertEqual(self.allowed(), set())
        self.assertEqual(
            self.d.call('VM_appliance.get_allowed_operations', other),
            ['start'])
        self.assertEqual(self.d.call('VM_appliance.get_VMs', other), [vm])

    def test_an_appliance_that_is_busy_is_not_destroyed(self):
        one, two = self.members(0, 1, start_delay=NEVER)
        task = self.begin('start', False)
        xapid.until(lambda: self.do('get_current_operations'))
        self.assertEqual(self.fails('destroy'), [
            'OTHER_OPERATION_IN_PROGRESS', 'VM_appliance', self.appliance,
            'start', task])
        self.d.call('task.cancel', task)
        self.d.ended(task)
        self.do('destroy')
        self.assertEqual(self.d.call('VM.get_appliance', one), NULL)
        self.assertIn('make_into_template',
                      self.d.call('VM.get_allowed_operations', two))
        self.assertEqual(self.fails('start', False),
                         ['HANDLE_INVALID', 'VM_appliance', self.appliance])

    def test_recovery_is_honest(self):
        self.members(0)
        for call in ('assert_can_be_recovered',
                     'get_SRs_required_for_recovery'):
            self.assertEqual(self.fails(call, self.d.session)[0],
                             'NOT_IMPLEMENTED')
        self.assertEqual(self.fails('recover', self.d.session, False)[0],
                         'NOT_IMPLEMENTED')


class Alone(Case):
    """Delays of VMs that are started and stopped without their appliance."""

    def test_a_start_and_a_clean_shutdown_wait_for_their_delays(self):
        vm, = self.members(0, start_delay=1, shutdown_delay=1)
        for call, args in ('start', (False, False)), ('clean_shutdown', ()):
            begun = time.time()
            self.d.call('VM.' + call, vm, *args)
            self.assertGreaterEqual(time.time() - begun, 1)

    def test_whoever_wants_the_vm_meanwhile_does_not_wait(self):
        vm, = self.members(0, start_delay=NEVER)
        task = self.d.call('Async.VM.start', vm, False, False)
        xapid.until(lambda: self.states([vm]) == ['Running'])
        self.d.call('VM.hard_shutdown', vm)
        self.assertEqual(self.d.ended(task)['status'], 'success')
        self.assertEqual(self.states([vm]), ['Halted'])

    def test_a_shutdown_gives_the_guest_its_delay_and_then_ends_it(self):
        vm, = self.members(0)
        self.d.call('VM.start', vm, False, False)
        self.d.call('VM.set_shutdown_delay', vm, 1)
        simulator.happen(self.d, vm, 'deaf')
        begun = time.time()
        self.d.call('VM.shutdown', vm)
        self.assertGreaterEqual(time.time() - begun, 1)
        self.assertEqual(self.states([vm]), ['Halted'])

    def test_a_shutdown_of_a_paused_vm_waits_for_nothing(self):
        vm, = self.members(0, shutdown_delay=NEVER)
        self.d.call('VM.start', vm, True, False)
        self.d.call('VM.shutdown', vm)
        self.assertEqual(self.states([vm]), ['Halted'])

    def test_cancelling_a_delay_leaves_what_was_asked_for(self):
        vm, = self.members(0, start_delay=NEVER)
        task = self.d.call('Async.VM.start', vm, False, False)
        xapid.until(lambda: self.states([vm]) == ['Running'])
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(task)['status'], 'success')
        self.assertEqual(self.states([vm]), ['Running'])


class Deaths(Case):
    def kill_daemon(self):
        """Its parent starts it again."""
        os.kill(self.d.daemon_pid(), signal.SIGKILL)
        self.come_back()

    def has_begun(self, task):
        xapid.until(lambda: self.do('get_current_operations') or
                   self.d.call('task.get_status', task) != 'pending')

    def come_back(self, timeout=60):
        end = time.time() + timeout * xapid.PATIENCE
        while True:
            try:
                self.d.local = self.d.session = None
                self.d.call('pool.get_all')
                return
            except Exception:
                self.assertLess(time.time(), end)
                time.sleep(0.01)

    def test_a_killed_daemon_goes_on_waiting_and_then_with_the_rest(self):
        one, two = vms = self.members(0, 1, start_delay=4)
        self.d.call('VM.set_start_delay', two, 0)
        task = self.begin('start', False)
        xapid.until(lambda: self.states(vms)[0] == 'Running')
        begun = time.time()
        domid = self.d.call('VM.get_domid', one)
        self.kill_daemon()
        self.assertEqual(self.do('get_current_operations'), {task: 'start'})
        self.assertEqual(self.allowed(), set())
        self.assertEqual(self.d.ended(task)['status'], 'success')
        self.assertGreater(time.time() - begun, 3.5)
        self.assertEqual(self.states(vms), ['Running'] * 2)
        self.assertEqual(self.d.call('VM.get_domid', one), domid)

    def test_a_delay_is_cancelled_after_a_restart(self):
        vms = self.members(0, 1, start_delay=NEVER)
        task = self.begin('start', False)
        xapid.until(lambda: self.states(vms)[0] == 'Running')
        self.kill_daemon()
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')
        self.assertEqual(self.states(vms), ['Running', 'Halted'])

    def test_a_daemon_that_ends_leaves_the_delay_to_the_next(self):
        vms = self.members(0, 1, start_delay=4)
        task = self.begin('start', False)
        xapid.until(lambda: self.states(vms)[0] == 'Running')
        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        self.assertEqual(self.d.ended(task)['status'], 'success')
        self.assertEqual(self.states(vms), ['Running'] * 2)

    def test_daemon_and_workers_may_die_at_any_point(self):
        one, bad, *rest = vms = self.members(0, 0, 1, 1, 2)
        self.d.call('VM.set_blocked_operations', bad, {'start': 'no'})
        for n in range(6):
            task = self.begin('start', False)
            self.has_begun(task)
            time.sleep(0.02 * n)
            self.d.kill_workers()
            time.sleep(0.005 * n)
            self.kill_daemon()
            record = self.d.ended(task)
            self.assertEqual((record['status'], record['error_info']), (
                'failure', ['OPERATION_PARTIALLY_FAILED',
                            'VM_appliance.start', bad]))
            self.assertEqual(
                self.states(vms),
                ['Running', 'Halted'] + ['Running'] * len(rest))
            task = self.begin('hard_shutdown')
            self.has_begun(task)
            time.sleep(0.02 * n)
            self.kill_daemon()
            self.assertEqual(self.d.ended(task)['status'], 'success')
            self.assertEqual(self.states(vms), ['Halted'] * len(vms))
        self.assertEqual(self.do('get_current_operations'), {})


class Autostart(unittest.TestCase):
    """VMs that start when a host has booted."""

    def setUp(self):
        self.d = xapid.start('--sim-hosts', '2', '--sim-vms', '10').start()
        self.addCleanup(self.d.__exit__, None, None, None)
        self.pool = self.d.call('pool.get_all')[0]
        self.master = self.d.call('pool.get_master', self.pool)
        self.host = next(h for h in self.d.call('host.get_all')
                         if h != self.master)
        self.d.call('host.disable', self.host)
        self.first, self.second, self.other = [
            vm for vm, v in sorted(self.d.call('VM.get_all_records').items())
            if v['power_state'] == 'Halted' and not v['is_a_template']][:3]
        for vm, order in (self.first, 0), (self.second, 1):
            self.d.call('VM.add_to_other_config', vm, 'auto_poweron', 'true')
            self.d.call('VM.set_order', vm, order)
        self.d.call('VM.set_start_delay', self.first, 2)

    def reboot(self):
        self.d.call('host.reboot', self.host)
        xapid.until(lambda: self.d.call(
            'host_metrics.get_live',
            self.d.call('host.get_metrics', self.host)))

    def state(self, vm):
        return self.d.call('VM.get_power_state', vm)

    def test_those_that_are_to_start_in_their_order(self):
        self.d.call('pool.add_to_other_config', self.pool, 'auto_poweron',
                    'true')
        vms = [self.first, self.second]
        with Watch(self.d, vms) as watch:
            self.reboot()
            xapid.until(lambda: self.state(self.second) == 'Running')
        first, second = (watch.when(vm, 'Running') for vm in vms)
        self.assertGreater(second - first, 1)
        self.assertEqual(self.state(self.other), 'Halted')

    def test_also_behind_a_daemon_that_dies_between_them(self):
        self.d.call('pool.add_to_other_config', self.pool, 'auto_poweron',
                    'true')
        self.d.call('VM.set_start_delay', self.first, 4)
        self.reboot()
        xapid.until(lambda: self.state(self.first) == 'Running')
        self.assertEqual(self.state(self.second), 'Halted')
        self.d.kill()
        self.d.start()
        xapid.until(lambda: self.state(self.second) == 'Running')

    def test_with_the_host_of_the_daemon(self):
        self.d.call('pool.add_to_other_config', self.pool, 'auto_poweron',
                    'true')
        self.d.call('host.disable', self.master)
        self.d.call('host.reboot', self.master)

        def runs():
            try:
                self.d.session = self.d.session or self.d.login()
                return self.state(self.second) == 'Running'
            except Exception:
                self.d.local = self.d.session = None
                return False
        xapid.until(runs)

    def test_none_where_the_pool_does_not_want_it(self):
        self.reboot()
        self.d.call('VM.start', self.other, False, False)   # time goes by
        self.assertEqual({self.state(vm) for vm in (self.first, self.second)},
                         {'Halted'})


class Commands(Case):
    def xe(self, *args, status=0):
        result = xe.run(self.d, *args)
        self.assertEqual(result.status, status, result.err)
        return result.err if status else result.out.strip()

    def test_xe_does_all_of_it(self):
        uuid = self.xe('appliance-create', 'name-label=by xe')
        vm = self.d.call('VM.get_uuid', self.halted[0])
        self.xe('vm-param-set', 'uuid=' + vm, 'appliance=' + uuid,
                'order=3', 'start-delay=0', 'shutdown-delay=0')
        self.assertEqual(self.xe('appliance-param-get', 'uuid=' + uuid,
                                 'param-name=VMs'), vm)
        self.assertEqual(self.xe('appliance-param-get', 'uuid=' + uuid,
                                 'param-name=allowed-operations'), 'start')
        for args, state in ((['start', 'paused=true'], 'paused'),
                            (['shutdown', '--force'], 'halted'),
                            (['start'], 'running'),
                            (['shutdown'], 'halted')):
            self.xe('appliance-' + args[0], 'uuid=' + uuid, *args[1:])
            self.assertEqual(self.xe('vm-param-get', 'uuid=' + vm,
                                     'param-name=power-state'), state)
        self.assertIn('No VM of the appliance is running', self.xe(
            'appliance-shutdown', 'uuid=' + uuid, status=1))
        self.xe('appliance-destroy', 'uuid=' + uuid)
        self.assertNotIn(uuid, self.xe('appliance-list', '--minimal'))


if __name__ == '__main__':
    tap.main()
