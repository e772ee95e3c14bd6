#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers that fail in every way and a daemon that is killed again and again,
under many clients: nothing is lost, stuck, done twice or left behind.

XAPID_FAILURES and XAPID_KILL_SECONDS say how much of it."""

import contextlib
import os
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
import xapid        # noqa: E402

FAILURES = int(os.environ.get('XAPID_FAILURES', 150))
KILL_SECONDS = float(os.environ.get('XAPID_KILL_SECONDS', 4))
KILL_EVERY = 0.2
MEMORY_MAX = 1024   # MiB: a tenth of it is usual, with a sanitizer more
CLIENTS = 16
OPERATIONS = (('start', (False, False)), ('hard_shutdown', ()),
              ('clean_shutdown', ()), ('hard_reboot', ()),
              ('clean_reboot', ()), ('pause', ()), ('unpause', ()))
# Of all tasks there are tens of thousands.
PENDING = 'field "status"="pending" or field "status"="cancelling"'
MAKES = ('start', 'hard_reboot', 'clean_reboot')
# What a call may end with: a wrong state, what was ordered, a hard operation
# that does not wait.
EXPECTED = {'VM_BAD_POWER_STATE', 'INTERNAL_ERROR', 'TASK_CANCELLED',
            'VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT', 'OTHER_OPERATION_IN_PROGRESS',
            'NO_HOSTS_AVAILABLE', 'HOST_NOT_ENOUGH_FREE_MEMORY'}


def guests(d):
    return {ref: vm for ref, vm in d.call('VM.get_all_records').items()
            if not vm['is_a_template'] and not vm['is_control_domain']}


def most_memory(pid):
    """MiB; 0: it is gone."""
    try:
        with open('/proc/%d/status' % pid) as f:
            return int(f.read().split('VmHWM:')[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0


class Client:
    """One user with a connection and a session of its own."""

    def __init__(self, d):
        self.d = xapid.Daemon(state=d.folder)
        self.d.port = d.port

    def forget(self):
        if self.d.local:
            self.d.local.close()
        self.d.local = self.d.session = None

    def call(self, method, *params):
        return self.d.call(method, *params)


class Failures(unittest.TestCase):
    def settle(self, d, timeout=60):
        """Until no task is pending: how long that took."""
        begun = time.time()
        while True:
            pending = list(d.call('task.get_all_records_where',
                                  PENDING).values())
            if not pending:
                return time.time() - begun
            self.assertLess(time.time(), begun + timeout, pending[:3])
            time.sleep(0.02)

    def nobody_is_about_anything(self, d):
        """What follows guests, also at a start, has no task."""
        xapid.until(lambda: not any(vm['current_operations']
                                    for vm in guests(d).values()))

    def records_equal_the_truth(self, d):
        """No orphan, nothing that is only written down."""
        self.nobody_is_about_anything(d)
        vms, truth = guests(d), simulator.domains(d)
        self.assertLessEqual(set(truth),
                             {vm['uuid'] for vm in vms.values()})
        for vm in vms.values():
            self.assertEqual(vm['current_operations'], {}, vm['name_label'])
            domain = truth.get(vm['uuid'])
            state = domain.state.capitalize() if domain else 'Halted'
            self.assertEqual(
                (vm['power_state'], vm['domid']),
                (state, domain.domid if domain else -1), vm['name_label'])
            lives = domain is not None
            self.assertEqual(vm['resident_on'] != 'OpaqueRef:NULL', lives)

    def memory_is_given_back(self, d):
        """With every VM halted the hosts are as free as each other."""
        for ref, vm in guests(d).items():
            if vm['power_state'] != 'Halted':
                d.call('VM.hard_shutdown', ref)
        free = {m['memory_free'] for m in
                d.call('host_metrics.get_all_records').values()}
        self.assertEqual(len(free), 1, free)

    def give_orders(self, d, left, stop):
        """Until so many failures were ordered and have happened."""
        rng = random.Random(3)
        ops = ('*', '*', 'create', 'destroy', 'unpause', 'pause', 'shutdown')
        while left > 0 and not stop.is_set():
            # hanging costs a deadline each time
            what = 'hang' if rng.random() < 0.02 else rng.choice(
                [f for f in simulator.FAILURES if f != 'hang'])
            count = min(left, rng.choice((1, 1, 2, 3, 8)))
            try:
                simulator.order(d, what, of=rng.choice(ops), skip=rng.choice(
                    (0, 1, 5)), count=1 if what == 'hang' else count)
                left -= 1 if what == 'hang' else count
            except RuntimeError as error:
                # an order of orders may itself have met a dying worker
                if 'count' not in str(error):   # too many at once
                    raise
                time.sleep(0.01)
        return left

    def operate(self, d, vms, seed, stop, made, wrong):
        client, rng = Client(d), random.Random(seed)
        while not stop.is_set():
            name, args = rng.choice(OPERATIONS)
            if name in MAKES:
                made.append(1)
            try:
                client.call('VM.' + name, rng.choice(vms), *args)
            except xapid.Failure as failure:
                if failure.code not in EXPECTED:
                    wrong.append(str(failure))
            except Exception as error:
                wrong.append(repr(error))
                client.forget()
        client.forget()

    def test_failing_workers_lose_nothing_and_do_nothing_twice(self):
        with xapid.start('--sim-vms', '40', '--sim-hosts', '4',
                         '--worker-deadline', '1') as d:
            vms = sorted(guests(d))
            daemon = d.daemon_pid()
            first = max(x.domid for x in simulator.domains(d).values())
            stop, made, wrong = threading.Event(), [], []
            threads = [threading.Thread(target=self.operate, args=(
                d, vms, seed, stop, made, wrong)) for seed in range(CLIENTS)]
            for t in threads:
                t.start()
            try:
                self.assertEqual(self.give_orders(d, FAILURES, stop), 0)
                time.sleep(0.5)
                simulator.order(d, 'none')
            finally:
                stop.set()
                for t in threads:
                    t.join(120)
            self.assertEqual(wrong, [])
            self.settle(d)
            self.assertEqual(d.daemon_pid(), daemon, 'the daemon died')
            self.records_equal_the_truth(d)
            # each operation that makes a domain made one at most
            vm = vms[0]
            if d.call('VM.get_power_state', vm) == 'Halted':
                d.call('VM.start', vm, False, False)
            else:
                d.call('VM.hard_reboot', vm)
            self.assertLessEqual(int(d.call('VM.get_domid', vm)) - first,
                                 len(made) + 1)
            self.memory_is_given_back(d)

    # ---- the daemon ----

    def work_with_tasks(self, d, vms, seed, stop, tasks):
        client, rng = Client(d), random.Random(seed)
        while not stop.is_set():
            name, args = rng.choice(OPERATIONS)
            try:
                tasks.append(client.call('Async.VM.' + name, rng.choice(vms),
                                         *args))
            except xapid.Failure:
                client.forget()     # its session went with the daemon
            except Exception:
                client.forget()
                time.sleep(0.02)
            time.sleep(0.005)
        client.forget()

    def kill_for(self, d, seconds):
        """At any moment. Answers how often, and the most memory that one had,
        MiB: a start does not grow with what was left behind."""
        rng = random.Random(5)
        end, kills, most = time.time() + seconds, 0, 0
        while time.time() < end:
            pid = d.daemon_pid()
            if pid:
                most = max(most, most_memory(pid))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
            time.sleep(KILL_EVERY * 2 * rng.random())
        return kills, most

    def come_back(self, d, timeout=20):
        end = time.time() + timeout
        while True:
            try:
                d.local = d.session = None
                d.call('pool.get_all')
                return
            except Exception:
                self.assertLess(time.time(), end)
                time.sleep(0.01)

    def test_a_daemon_that_is_killed_all_the_time_leaves_no_task_behind(self):
        with xapid.start('--sim-vms', '40', '--sim-hosts', '4') as d:
            vms, stop, tasks = sorted(guests(d)), threading.Event(), []
            threads = [threading.Thread(target=self.work_with_tasks, args=(
                d, vms, seed, stop, tasks)) for seed in range(CLIENTS)]
            for t in threads:
                t.start()
            try:
                kills, most = self.kill_for(d, KILL_SECONDS)
            finally:
                stop.set()
                for t in threads:
                    t.join(60)
            self.come_back(d)
            took = self.settle(d)
            most = max(most, most_memory(d.daemon_pid()))
            print('# %d kills, %d tasks; the last ended %.2f s after the '
                  'start; %.0f MiB at most' % (kills, len(tasks), took, most))
            self.assertLess(most, MEMORY_MAX)
            self.assertGreater(kills, 5)
            records = d.call('task.get_all_records')
            self.assertEqual({records[t]['status'] for t in tasks
                              if t in records} - {'success', 'failure', 'cancelled'},
                             set())
            self.records_equal_the_truth(d)
            self.memory_is_given_back(d)


if __name__ == '__main__':
    tap.main()
