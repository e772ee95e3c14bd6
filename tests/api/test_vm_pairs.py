#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two clients want something of one VM in the same moment, each pair of calls:
one of them may be refused, by name, and what there is afterwards is as the
records say.

XAPID_PAIRS says how often each pair is tried, XAPID_PAIR names some of them:
start+destroy,suspend+pause."""

import collections
import itertools
import os
import random
import threading
import time

import simulator
import tap
import truth
import xapid
from machines import MIB, NULL, VBD, VIF, Machines

TIMES = int(os.environ.get('XAPID_PAIRS', 1))
# Pairs between two starts of the daemon, which show what is stale.
EVERY = int(os.environ.get('XAPID_PAIRS_STALE', 50))
ONLY = [tuple(pair.split('+')) for pair in
        filter(None, os.environ.get('XAPID_PAIR', '').split(','))]
# Who comes too late is told one of these.
REFUSED = {
    'OTHER_OPERATION_IN_PROGRESS', 'OPERATION_NOT_ALLOWED', 'HANDLE_INVALID',
    'VM_BAD_POWER_STATE', 'VM_IS_TEMPLATE', 'VM_IS_SNAPSHOT',
    'VDI_IN_USE', 'VDI_NOT_AVAILABLE', 'VM_LACKS_FEATURE', 'TASK_CANCELLED',
    'DEVICE_ALREADY_ATTACHED', 'DEVICE_ALREADY_DETACHED',
    'DEVICE_ALREADY_EXISTS', 'VBD_IS_EMPTY', 'VBD_NOT_EMPTY',
    'PROVISION_ONLY_ALLOWED_ON_TEMPLATE', 'MAP_DUPLICATE_KEY',
    'VM_HALTED',    # of the simulator: there is nobody to power off
}

# A VM and what it has: vbd of its disk, free: one that is not plugged while it
# runs, disc: of the drive, or the image of a VM that sleeps.
Things = collections.namedtuple('Things', 'vm disk vbd free vif drive disc '
                                'snap snap_disk sr network tpm')


def on_vm(name, *args):
    return lambda t: ('VM.' + name, t.vm) + args


def on(method, thing, *args):
    return lambda t: (method, getattr(t, thing)) + args


ALWAYS = {
    'destroy': on_vm('destroy'),
    'clone': on_vm('clone', 'c'),
    'snapshot': on_vm('snapshot', 's', []),
    'hard_shutdown': on_vm('hard_shutdown'),
    'disk.destroy': on('VDI.destroy', 'disk'),
    'disk.snapshot': on('VDI.snapshot', 'disk', {}),
    'VBD.destroy': on('VBD.destroy', 'vbd'),
    'VIF.destroy': on('VIF.destroy', 'vif'),
    'insert': on('VBD.insert', 'drive', 'disc'),
    'xenstore': on_vm('add_to_xenstore_data', 'vm-data/x', '1'),
}
HALTED = {
    **ALWAYS,
    'start': on_vm('start', False, False),
    'start paused': on_vm('start', True, False),
    'copy': lambda t: ('VM.copy', t.vm, 'c', t.sr),
    'provision': on_vm('provision'),
    'TPM.destroy': on('VTPM.destroy', 'tpm'),
    'mode': on('VBD.set_mode', 'vbd', 'RO'),
    'place': on('VBD.set_userdevice', 'vbd', '4'),
    'template': on_vm('set_is_a_template', True),
    'checkpoint': on_vm('checkpoint', 'p'),
    'memory': on_vm('set_memory_limits', 128 * MIB, 256 * MIB, 256 * MIB,
                    256 * MIB),
    'vcpus': on_vm('set_VCPUs_at_startup', 2),
    'disk.resize': on('VDI.resize', 'disk', 16 * MIB),
    'disk.clone': on('VDI.clone', 'disk', {}),
    'disk.copy': lambda t: ('VDI.copy', t.disk, t.sr, NULL, NULL),
    'attach too': lambda t: ('VBD.create', {
        **VBD, 'VM': t.vm, 'VDI': t.disk, 'userdevice': '7', 'type': 'Disk',
        'mode': 'RW', 'empty': False}),
}
RUNNING = {
    **ALWAYS,
    'clean_shutdown': on_vm('clean_shutdown'),
    'clean_reboot': on_vm('clean_reboot'),
    'hard_reboot': on_vm('hard_reboot'),
    'suspend': on_vm('suspend'),
    'pause': on_vm('pause'),
    'unpause': on_vm('unpause'),
    'checkpoint': on_vm('checkpoint', 'p'),
    'VBD.plug': on('VBD.plug', 'free'),
    'free.destroy': on('VBD.destroy', 'free'),
    'VBD.unplug': on('VBD.unplug', 'vbd'),
    'VIF.unplug': on('VIF.unplug', 'vif'),
    'VIF.move': lambda t: ('VIF.move', t.vif, t.network),
    'VIF.lock': on('VIF.set_locking_mode', 'vif', 'disabled'),
    'disk.resize': on('VDI.resize', 'disk', 16 * MIB),
    'priority': on('VBD.set_qos_algorithm_params', 'vbd', {'class': 'high'}),
    'rate': on('VIF.set_qos_algorithm_params', 'vif', {'kbps': '100'}),
    'memory': on_vm('set_memory_dynamic_range', 256 * MIB, 400 * MIB),
    'vcpus': on_vm('set_VCPUs_number_live', 2),
    'ends': lambda t: ('poweroff', t.vm),
    'reboots': lambda t: ('reboot', t.vm),
}
SUSPENDED = {
    **ALWAYS,
    'resume': on_vm('resume', False, False),
    'copy': lambda t: ('VM.copy', t.vm, 'c', t.sr),
    'checkpoint': on_vm('checkpoint', 'p'),
    'image.destroy': on('VDI.destroy', 'disc'),
    'VBD.plug': on('VBD.plug', 'free'),
}
SNAPPED = {
    'destroy': on_vm('destroy'),
    'start': on_vm('start', False, False),
    'hard_shutdown': on_vm('hard_shutdown'),
    'suspend': on_vm('suspend'),
    'snapshot': on_vm('snapshot', 's', []),
    'checkpoint': on_vm('checkpoint', 'p'),
    'disk.destroy': on('VDI.destroy', 'disk'),
    'VBD.unplug': on('VBD.unplug', 'vbd'),
    'VIF.destroy': on('VIF.destroy', 'vif'),
    'disk.resize': on('VDI.resize', 'disk', 16 * MIB),
    'revert': on('VM.revert', 'snap'),
    'snap.destroy': on('VM.destroy', 'snap'),
    'snap.clone': on('VM.clone', 'snap', 'c'),
    'snap.disk.destroy': on('VDI.destroy', 'snap_disk'),
    'snap.disk.clone': on('VDI.clone', 'snap_disk', {}),
    'ends': lambda t: ('poweroff', t.vm),
}
for table in SUSPENDED, HALTED:
    del table['insert']     # of a drive that a guest has


class Client(threading.Thread):
    """Of its own connection and session; it does one call after another when
    it is told to."""

    def __init__(self, d):
        super().__init__(daemon=True)
        self.d = xapid.Daemon(state=d.folder)
        self.d.port = d.port
        self.wanted = self.over = None
        self.go, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.start()

    def run(self):
        while True:
            self.go.acquire()
            if not self.wanted:
                return
            try:
                self.over = self.one(*self.wanted)
            except Exception as error:
                self.over = [repr(error)], None
            self.done.release()

    def one(self, wait, call):
        time.sleep(wait)
        try:
            if '.' not in call[0]:
                simulator.ask(self.d, op='happen', what=call[0], uuid=call[1])
                return None, ''
            return None, self.d.call(*call)
        except xapid.Failure as failure:
            return [failure.code] + failure.params, None
        except RuntimeError as error:   # it runs no more
            return str(error).split(' ')[1:2], None


class Pairs(Machines):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        d = cls.d
        for vm, r in d.call('VM.get_all_records').items():
            if r['power_state'] == 'Running' and not r['is_control_domain']:
                d.call('VM.hard_shutdown', vm)
        cls.networks = d.call('network.get_all')
        cls.clients = [Client(d), Client(d)]
        cls.disc = cls.disk(cls)

    @classmethod
    def tearDownClass(cls):
        for client in cls.clients:
            client.wanted = None
            client.go.release()
            client.join()
        super().tearDownClass()

    # ---- what two calls are about ----

    def things(self, state):
        """A new VM in that state, with all that the calls name."""
        d = self.d
        vm = self.vm(1, start=False)
        drive = d.call('VBD.create', {**VBD, 'VM': vm, 'userdevice': '3'})
        disc = self.disk() if state == 'suspended' else self.disc
        if state != 'halted':
            d.call('VM.start', vm, False, False)
        tpm = d.call('VTPM.create', vm, False) if state == 'halted' else NULL
        free = d.call('VBD.create', {
            **VBD, 'VM': vm, 'VDI': self.disk(), 'userdevice': '5',
            'type': 'Disk', 'mode': 'RW', 'empty': False})
        snap = snap_disk = NULL
        if state == 'snapped':
            snap = d.call('VM.snapshot', vm, 's', [])
            snap_disk = sorted(self.disks(snap))[0]
        elif state == 'suspended':
            d.call('VM.suspend', vm)
            disc = self.get('VM', 'suspend_VDI', vm)
        vbd = next(v for v in self.get('VM', 'VBDs', vm)
                   if self.get('VBD', 'userdevice', v) == '0')
        return Things(vm, self.get('VBD', 'VDI', vbd), vbd, free,
                      self.get('VM', 'VIFs', vm)[0], drive, disc, snap,
                      snap_disk, self.sr, self.networks[1], tpm)

    def call_of(self, things, make):
        call = make(things)
        if '.' not in call[0]:
            return (call[0], self.get('VM', 'uuid', call[1]))
        if call[0] == 'VBD.insert':
            return call[:2] + (things.disc,)
        return call

    def both(self, calls, waits):
        for client, wait, call in zip(self.clients, waits, calls):
            client.wanted = wait, call
        for client in self.clients:
            client.go.release()
        for client in self.clients:
            client.done.acquire()
        return [client.over for client in self.clients]

    def wrong_at_last(self, known, leaves):
        """What is wrong when nothing goes on any more: what follows by itself
        takes a while."""
        end = time.time() + 5 * xapid.PATIENCE
        while True:
            now = truth.look(self.d)
            busy = any(r['current_operations'] for rows in now.values()
                       for r in rows.values())
            wrong = ['busy'] if busy else (
                truth.wrong(self.d, now) + (
                    [] if leaves else truth.leaked(now, known)))
            if not wrong or time.time() > end:
                return wrong
            time.sleep(0.005)

    def stale(self):
        found = truth.stale(self.d)
        for client in self.clients:
            client.d.port = self.d.port
            client.d.local = client.d.session = None
        return found

    def clean(self, base):
        """Whatever the pairs have left."""
        d = self.d
        for ref, r in truth.records(self.d, 'VM').items():
            if ref in base or r['is_control_domain']:
                continue
            if r['power_state'] != 'Halted' and not r['is_a_snapshot']:
                d.call('VM.hard_shutdown', ref)
            if r['is_a_template'] and not r['is_a_snapshot']:
                d.call('VM.set_is_a_template', ref, False)
            d.call('VM.destroy', ref)
        for ref in set(truth.records(self.d, 'VDI')) - base:
            try:
                d.call('VDI.destroy', ref)
            except xapid.Failure as failure:    # one that goes by itself
                self.assertEqual(failure.code, 'HANDLE_INVALID')

    # ---- all pairs ----

    def pair(self, rnd, state, ops, names):
        base = set(truth.records(self.d, 'VDI'))
        t = self.things(state)
        known = base | set(truth.records(self.d, 'VDI'))
        short = rnd.choice((0, 0, 0.0005, 0.002, 0.005))
        waits = rnd.choice(((short, 0), (0, short)))
        ends = self.both([self.call_of(t, ops[name]) for name in names],
                         waits)
        # Who destroys a VM leaves its disks, also those of a revert.
        leaves = {'revert', 'destroy'} <= set(names)
        wrong = self.wrong_at_last(known | {v for _, v in ends if v}, leaves)
        wrong += [error for error, _ in ends
                  if error and error[0] not in REFUSED]
        return [(names, ends, w) for w in wrong]

    def all_pairs(self, state, ops):
        rnd = random.Random(state)
        base = {ref for c in ('VDI', 'VM')
                for ref in truth.records(self.d, c)}
        wrong, begun, n = [], time.time(), 0
        pairs = ONLY or itertools.combinations_with_replacement(ops, 2)
        for names in pairs:
            if not set(names) <= set(ops):
                continue
            for _ in range(TIMES):
                wrong += self.pair(rnd, state, ops, names)
                n += 1
            if len(wrong) > 10:
                break
            if n % EVERY == 0:
                wrong += [('up to', names) + s for s in self.stale()]
            if n % min(EVERY, 10) == 0:
                self.clean(base)
        wrong += self.stale()
        self.clean(base)
        print('# %d pairs of a VM that is %s in %.1f s' %
              (n, state, time.time() - begun))
        self.assertEqual(wrong[:10], [])

    def test_of_a_vm_that_is_halted(self):
        self.all_pairs('halted', HALTED)

    def test_of_one_that_runs(self):
        self.all_pairs('running', RUNNING)

    def test_of_one_that_is_suspended(self):
        self.all_pairs('suspended', SUSPENDED)

    def test_of_one_that_has_a_snapshot(self):
        self.all_pairs('snapped', SNAPPED)


if __name__ == '__main__':
    tap.main()
