#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operations that are cancelled while a worker is busy with them."""

import os
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
import xapid        # noqa: E402
from machines import NULL, Killing    # noqa: E402
from moments import Moments    # noqa: E402


class Base(Killing):
    options = ()

    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        os.chmod(top.name, 0o755)
        self.moments = Moments(os.path.join(top.name, 'moments'))
        self.d = xapid.start('--sim-vms', '4', *self.options,
                             env=self.moments.env).start()
        self.addCleanup(self.d.__exit__, None, None, None)
        self.vm = next(
            r for r, v in self.d.call('VM.get_all_records').items()
            if v['power_state'] == 'Running' and not v['is_control_domain'])

    def at_work(self, operation):
        """Until the VM is about that."""
        xapid.until(lambda: operation in self.d.call(
            'VM.get_current_operations', self.vm).values())

    def killed(self):
        """The daemon dies with all that it has not written down."""
        os.kill(self.d.daemon_pid(), signal.SIGKILL)
        self.come_back(self.d)


class Cancel(Base):
    def deaf_shutdown(self):
        simulator.happen(self.d, self.vm, 'deaf')
        task = self.d.call('Async.VM.clean_shutdown', self.vm)
        self.at_work('clean_shutdown')
        return task

    def test_a_worker_is_told_and_the_vm_goes_on(self):
        task = self.deaf_shutdown()
        self.d.call('task.cancel', task)
        record = self.d.ended(task)
        self.assertEqual((record['status'], record['error_info']),
                         ('cancelled', ['TASK_CANCELLED', task]))
        xapid.until(lambda: not self.d.call('VM.get_current_operations',
                                           self.vm))
        self.assertEqual(self.d.call('VM.get_power_state', self.vm),
                         'Running')

    def test_a_guest_that_does_not_react_fails_under_its_reference(self):
        task = self.deaf_shutdown()     # what is half a minute in this world
        xapid.until(lambda: self.d.call('task.get_status', task) == 'failure',
                   120)
        self.assertEqual(self.d.call('task.get_error_info', task),
                         ['VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT', self.vm])

    def test_a_hard_shutdown_does_not_wait_for_a_clean_one(self):
        task = self.deaf_shutdown()
        self.d.call('VM.hard_shutdown', self.vm)
        self.assertEqual(self.d.call('VM.get_power_state', self.vm),
                         'Halted')
        self.assertEqual(self.d.ended(task)['error_info'][0],
                         'TASK_CANCELLED')

    def test_what_waits_for_its_turn_is_cancelled_at_its_turn(self):
        first = self.deaf_shutdown()
        second = self.d.call('Async.VM.pause', self.vm)
        self.d.call('task.cancel', second)
        self.d.call('task.cancel', first)
        self.assertEqual(self.d.ended(second)['status'], 'cancelled')
        self.assertEqual(self.d.call('VM.get_power_state', self.vm),
                         'Running')

    def test_a_worker_that_does_not_listen_is_killed(self):
        simulator.order(self.d, 'hang', of='pause')
        task = self.d.call('Async.VM.pause', self.vm)
        self.at_work('pause')
        vm = self.d.call('VM.get_record', self.vm)
        self.assertEqual(vm['current_operations'], {task: 'pause'})
        self.assertEqual(sorted(vm['allowed_operations']),
                         ['hard_reboot', 'hard_shutdown'])
        self.d.call('task.cancel', task)
        record = self.d.call('task.get_record', task)
        self.assertEqual(
            [record[f] for f in ('status', 'allowed_operations',
                                 'current_operations')],
            ['cancelling', [], {task: 'cancel'}])
        record = self.d.ended(task)
        self.assertEqual(record['status'], 'cancelled')
        xapid.until(lambda: 'pause' in self.d.call(
            'VM.get_allowed_operations', self.vm))
        self.d.call('VM.pause', self.vm)
        self.assertEqual(self.d.call('VM.get_power_state', self.vm),
                         'Paused')

    def test_a_daemon_that_is_killed_does_not_forget_it(self):
        simulator.order(self.d, 'hang', of='pause')
        task = self.d.call('Async.VM.pause', self.vm)
        self.at_work('pause')
        self.d.call('task.cancel', task)
        self.killed()
        record = self.d.ended(task)
        self.assertEqual((record['status'], record['error_info'][:1]),
                         ('cancelled', ['TASK_CANCELLED']))
        self.assertEqual(self.d.call('VM.get_power_state', self.vm),
                         'Running')

    def test_nor_do_the_parts_of_what_was_cancelled(self):
        disks = len(self.d.call('VDI.get_all'))
        halted = next(
            r for r, v in self.d.call('VM.get_all_records').items()
            if v['power_state'] == 'Halted' and not v['is_a_template'])
        simulator.order_storage(self.d, 'hang', of='vdi_clone')
        task = self.d.call('Async.VM.clone', halted, 'copy')
        xapid.until(lambda: len(self.d.call('VDI.get_all')) > disks)
        self.d.call('task.cancel', task)
        self.killed()
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')
        self.assertEqual(self.d.call('VM.get_by_name_label', 'copy'), [])
        self.assertEqual(len(self.d.call('VDI.get_all')), disks)

    def test_but_a_guest_whose_memory_may_be_saved_is_not_lost(self):
        simulator.order(self.d, 'hang', of='suspend')
        task = self.d.call('Async.VM.suspend', self.vm)
        self.at_work('suspend')
        self.d.call('task.cancel', task)
        self.killed()
        self.d.ended(task)
        state = self.d.call('VM.get_power_state', self.vm)
        image = self.d.call('VM.get_suspend_VDI', self.vm)
        self.assertIn((state, image == NULL),
                      [('Running', True), ('Suspended', False)])

    def test_other_vms_do_not_notice(self):
        other = next(
            r for r, v in self.d.call('VM.get_all_records').items()
            if v['power_state'] == 'Halted' and not v['is_a_template'])
        simulator.order(self.d, 'hang', of='pause')
        task = self.d.call('Async.VM.pause', self.vm)
        self.at_work('pause')
        start = self.d.call('Async.VM.start', other, False, False)
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(start)['status'], 'success')
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')


class Late(Base):
    """Who is cancelled gets 5 seconds; others longer."""
    options = '--worker-deadline', '8'

    def ends_suspended(self, die):
        d = self.d
        simulator.order(d, 'hang', of='destroy')
        task = d.call('Async.VM.suspend', self.vm)
        uuid = d.call('VM.get_uuid', self.vm)
        xapid.until(lambda: 'VM.suspend: end to do' in
                    self.moments.daemon.names())
        time.sleep(0.5)     # … and its worker hangs
        d.call('task.cancel', task)
        if die:
            self.killed()
        self.assertEqual(d.ended(task, 60)['error_info'], [])
        self.assertEqual(d.call('VM.get_power_state', self.vm), 'Suspended')
        self.assertNotEqual(d.call('VM.get_suspend_VDI', self.vm), NULL)
        self.assertNotIn(uuid, simulator.domains(d))
        d.call('VM.resume', self.vm, False, False)

    def test_a_guest_whose_memory_is_saved_ends_suspended(self):
        self.ends_suspended(False)

    def test_so_it_does_when_the_daemon_dies_as_well(self):
        self.ends_suspended(True)

    def runs(self, die):
        """A guest that may have run does not go back into its image: its disks
        would be newer than its memory."""
        d = self.d
        d.call('VM.suspend', self.vm)
        simulator.order(d, 'hang', of='unpause')
        task = d.call('Async.VM.resume', self.vm, False, False)
        xapid.until(lambda: 'VM.resume: run to do' in
                    self.moments.daemon.names())
        time.sleep(0.5)
        d.call('task.cancel', task)
        if die:
            self.killed()
        self.assertEqual(d.ended(task, 60)['error_info'], [])
        self.assertEqual(d.call('VM.get_power_state', self.vm), 'Running')
        self.assertEqual(d.call('VM.get_suspend_VDI', self.vm), NULL)

    def test_a_guest_that_may_have_run_does_not_go_back_to_its_image(self):
        self.runs(False)

    def test_nor_does_it_when_the_daemon_dies_as_well(self):
        self.runs(True)


if __name__ == '__main__':
    tap.main()
