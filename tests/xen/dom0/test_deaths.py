# SPDX-License-Identifier: LGPL-2.1-or-later
"""Daemon and workers are killed at any moment of what they do with real
domains: no domain is left over, none is there twice, and the records say what
Xen has."""

import os
import random
import signal
import subprocess
import time

import tap
import xapid
from bed import console, is_up, loops, say, wait, xl
from test_guests import Host, workers

ROUNDS = int(os.environ.get('ROUNDS', '6'))
LATEST = 1.2   # seconds after the call


def domains():
    """uuid -> domids of all that Xen has, the dying ones too."""
    found = {}
    for line in xl('list', '-v').splitlines()[1:]:
        words = line.split()
        one = next(w for w in words if len(w) == 36 and w.count('-') == 4)
        domid = next(w for w in words[1:] if w.isdigit())
        found.setdefault(one, []).append(int(domid))
    return found


class Deaths(Host):
    seed = int(os.environ.get('SEED', time.time()))

    def setUp(self):
        say('seed %d' % self.seed)
        self.random = random.Random(self.seed)

    # ---- who is killed ----

    def parent(self):
        """With it dies all that it has started."""
        self.d.kill()
        self.d.start(300)

    def child(self):
        """The parent starts another one, with other workers."""
        pid = subprocess.run(
            ['pgrep', '-P', str(self.d.process.pid), '-x', 'xapid'],
            capture_output=True, text=True, check=True).stdout.split()[0]
        os.kill(int(pid), signal.SIGKILL)

    def all_workers(self):
        for pid in sum(workers().values(), []):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def reconnect(self):
        """A new daemon listens elsewhere."""
        def again():
            try:
                self.d.session = None
                return bool(self.d.call('VM.get_all'))
            except (OSError, xapid.Failure):
                return False
        wait(again, what='the daemon answers')

    # ---- what must be true ----

    def settled(self, task):
        d = self.d

        def ended():
            try:
                return d.call('task.get_status', task) != 'pending'
            except xapid.Failure:
                return True
        wait(ended, what='the task has ended')
        wait(lambda: not any(vm['current_operations']
                             for vm in self.vms().values()),
             what='nothing goes on')

    def true(self, vm, uuid):
        """Records and Xen agree, when what was heard has been looked at."""
        def agree():
            record = self.d.call('VM.get_record', vm)
            there = domains().get(uuid, [])
            alive = record['power_state'] in ('Running', 'Paused')
            return there == ([int(record['domid'])] if alive else [])
        try:
            wait(agree, 120)
        except AssertionError:
            self.fail('%s has %s, Xen has %s\n%s' % (
                self.d.call('VM.get_power_state', vm),
                self.d.call('VM.get_domid', vm), domains(),
                xl('list', '-v')))

    def one(self, vm, kill, method, *args):
        task = self.d.call('Async.' + method, *args)
        moment = self.random.uniform(0, LATEST)
        time.sleep(moment)
        kill()
        self.reconnect()
        self.settled(task)
        self.true(vm, self.uuid)
        state = self.state(vm)
        say('%s, %s after %.2f s: %s'
            % (method, kill.__name__, moment, state))
        return state

    def bring(self, vm, state):
        now = self.state(vm)
        if now == state:
            return
        if now != 'Halted':
            self.d.call('VM.hard_shutdown', vm)
        if state == 'Running':
            self.d.call('VM.start', vm, False, False)

    def killed_again_and_again(self, vm, before, method, *args):
        self.uuid = self.d.call('VM.get_uuid', vm)
        for i in range(ROUNDS):
            self.bring(vm, before)
            kill = (self.parent, self.child, self.all_workers)[i % 3]
            self.one(vm, kill, method, vm, *args)
        self.bring(vm, 'Halted')
        self.true(vm, self.uuid)
        self.assertEqual(len(domains()), 1, domains())

    def test_a_start_makes_one_domain_or_none(self):
        vm = self.make('dies-start')
        self.killed_again_and_again(vm, 'Halted', 'VM.start', False, False)

    # ---- suspend and resume ----

    def can_be_suspended(self, vm):
        """Its guest says so."""
        wait(lambda: 'suspend' in self.d.call('VM.get_allowed_operations', vm),
             what='it can be suspended')

    def true_suspended(self, vm):
        """A VM has a domain or an image, never both and never none."""
        d = self.d
        state = self.state(vm)
        image = d.call('VM.get_suspend_VDI', vm)
        there = domains().get(self.uuid, [])
        self.assertIn(state, ('Running', 'Suspended'))
        self.assertEqual(len(there), state == 'Running')
        if state == 'Suspended':
            self.assertTrue(d.call('VDI.get_uuid', image))

    def test_a_guest_is_in_memory_or_in_its_image(self):
        d = self.d
        vm = self.make('dies-saved')
        self.uuid = d.call('VM.get_uuid', vm)
        d.call('VM.start', vm, False, False)
        is_up('dies-saved')
        self.can_be_suspended(vm)
        for i in range(ROUNDS):
            kill = (self.all_workers, self.parent, self.child)[i % 3]
            if self.state(vm) == 'Running':
                self.can_be_suspended(vm)
                self.one(vm, kill, 'VM.suspend', vm)
            else:
                self.one(vm, kill, 'VM.resume', vm, False, False)
            self.true_suspended(vm)
        if self.state(vm) == 'Suspended':
            d.call('VM.resume', vm, False, False)
        before = console('dies-saved').count('GUEST RESUMED')
        say('resumed %d times' % before)

    # ---- devices ----

    def backends(self, vm):
        domid = int(self.d.call('VM.get_domid', vm))
        text = subprocess.run(
            ['xenstore-list', '/local/domain/0/backend/vbd/%d' % domid],
            capture_output=True, text=True).stdout
        return text.split()

    def test_a_disk_is_plugged_or_not(self):
        d = self.d
        vm = self.make('dies-plug')
        self.uuid = d.call('VM.get_uuid', vm)
        self.disk(vm, 0)
        _, vbd = self.disk(vm, 1)
        d.call('VM.start', vm, False, False)
        is_up('dies-plug')
        for i in range(ROUNDS):
            kill = (self.all_workers, self.parent, self.child)[i % 3]
            attached = d.call('VBD.get_currently_attached', vbd)
            self.one(vm, kill, 'VBD.unplug' if attached else 'VBD.plug', vbd)
            self.assertEqual(
                '51728' in self.backends(vm),
                d.call('VBD.get_currently_attached', vbd))
            self.assertEqual(self.backends(vm).count('51712'), 1)
        d.call('VM.hard_shutdown', vm)
        wait(lambda: 'xapid' not in loops(), what='the loop devices go')

    def test_a_shutdown_ends_one_domain(self):
        vm = self.make('dies-end')
        self.killed_again_and_again(vm, 'Running', 'VM.hard_shutdown')


if __name__ == '__main__':
    tap.main()
