#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of plan fails, or is cancelled, at every step: then all is as it
was before, also what is allowed, or as it is when it has succeeded.

XAPID_BACK=1 cancels in all moments, not in every 9th; XAPID_ACTS=a,b has some
acts only."""

import collections
import os
import tempfile
import threading
import time

import facts
import simulator
import tap
import truth
import xapid
from machines import MIB, NULL, VBD, Machines
from moments import WAITS, Moments

EVERY = int(os.environ.get('XAPID_BACK', 9))
ONLY = set(filter(None, os.environ.get('XAPID_ACTS', '').split(',')))
CLASSES = ('VM', 'VBD', 'VIF', 'VDI', 'SR', 'PBD', 'VTPM', 'network', 'PIF',
           'VLAN', 'Bond', 'VM_appliance', 'host', 'pool', 'host_metrics')
# What is not taken back, and need not be: notes of a start that was tried, and
# figures that are as new as they are.
LOOSE = {
    'VM': ('memory_target', 'domarch', 'last_boot_CPU_flags', 'bios_strings',
           'platform', 'domid', 'last_booted_record', 'snapshot_time'),
    'host_metrics': ('last_updated',),
}
# name: for who reads; make: answers a method and its arguments, and makes what
# these are about; half: it may also end half way, in a state that is whole: a
# reboot that has ended its guest.
Act = collections.namedtuple('Act', 'name make half', defaults=(False,))


class Back(Machines):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        os.chmod(cls.top.name, 0o755)
        cls.moments = Moments(os.path.join(cls.top.name, 'moments'))
        cls.d = xapid.start(
            '--sim-vms', '0', '--worker-deadline', '5',
            env=cls.moments.env).__enter__()
        cls.sr = cls.d.call('SR.get_by_name_label', 'Local storage')[0]
        cls.host = cls.d.call('host.get_all')[0]
        # Not one over virtual functions: these cannot be plugged.
        cls.network, cls.other = sorted(
            v['network'] for v in cls.d.call('PIF.get_all_records').values()
            if v['physical'])[:2]
        # Calls that can be no task, so nobody cancels them.
        cls.waits = {
            c + '.' + m['name'] for c, body in facts.classes().items()
            for m in body['messages'] if not m.get('async')}
        cls.second = xapid.Daemon(state=cls.d.folder)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.top.cleanup()

    # ---- what acts are about ----

    def guest(self, state='running', **other):
        """A VM with two disks, an interface, a drive and a disk that is not
        plugged while it runs."""
        d = self.d
        vm = self.vm(2, start=False, **other)
        d.call('VIF.move', self.get('VM', 'VIFs', vm)[0], self.network)
        d.call('VBD.create', {**VBD, 'VM': vm, 'userdevice': '3'})
        if state != 'halted':
            d.call('VM.start', vm, False, False)
        d.call('VBD.create', {
            **VBD, 'VM': vm, 'VDI': self.disk(), 'userdevice': '5',
            'type': 'Disk', 'mode': 'RW', 'empty': False})
        if state == 'suspended':
            d.call('VM.suspend', vm)
        elif state == 'paused':
            d.call('VM.pause', vm)
        return vm

    def vbd(self, vm, place):
        return next(v for v in self.get('VM', 'VBDs', vm)
                    if self.get('VBD', 'userdevice', v) == place)

    def of_vm(self, name, *args, state='running', half=False, **other):
        return Act('VM.' + name, lambda: (
            'VM.' + name, self.guest(state, **other)) + args, half)

    def squeezing(self):
        """A start for which another guest has to give memory back."""
        free = int(self.d.call('host.compute_free_memory', self.host))
        most = free - 300 * MIB
        self.guest(memory_static_max=most, memory_dynamic_max=most)
        return 'VM.start', self.guest('halted'), False, False

    def power(self):
        vm = self.of_vm
        return (
            vm('start', False, False, state='halted'),
            Act('VM.start for which another one makes room', self.squeezing),
            vm('clean_shutdown', half=True), vm('hard_shutdown', half=True),
            vm('clean_reboot', half=True), vm('hard_reboot', half=True),
            vm('pause'), vm('unpause', state='paused'),
            vm('suspend', half=True),
            vm('resume', False, False, state='suspended'),
            vm('set_VCPUs_number_live', 2, VCPUs_max=2, VCPUs_at_startup=1),
            vm('set_memory_dynamic_range', 256 * MIB, 300 * MIB),
            vm('add_to_VCPUs_params_live', 'weight', '99'),
            vm('send_sysrq', 'h'),
            vm('start_on', self.host, False, False, state='halted'),
            vm('add_to_xenstore_data', 'vm-data/x', '1'),
            Act('VM.set_shadow_multiplier_live', lambda: (
                'VM.set_shadow_multiplier_live', self.emulated(), 2.0)),
            Act('VM.restart_device_models', lambda: (
                'VM.restart_device_models', self.emulated()), True),
            Act('VM.set_suspend_VDI', self.another_image),
        )

    def emulated(self):
        """A guest that has told what it can do."""
        vm = self.guest(HVM_boot_policy='BIOS order')
        xapid.until(lambda: 'suspend' in self.get(
            'VM', 'allowed_operations', vm))
        return vm

    def another_image(self):
        vm = self.guest('suspended')
        image = self.get('VM', 'suspend_VDI', vm)
        return 'VM.set_suspend_VDI', vm, self.d.call(
            'VDI.copy', image, self.sr, NULL, NULL)

    def appliances(self):
        d = self.d

        def appliance(method, *args):
            def make():
                ref = d.call('VM_appliance.create', {'name_label': 'a'})
                for _ in range(2):
                    vm = self.vm(1, start=not method.endswith('.start'))
                    d.call('VM.set_appliance', vm, ref)
                return (method, ref) + args
            # What runs by then stays.
            return Act(method, make, True)
        return (
            appliance('VM_appliance.start', False),
            appliance('VM_appliance.clean_shutdown'),
            appliance('VM_appliance.hard_shutdown'),
            appliance('VM_appliance.shutdown'),
        )

    def copies(self):
        vm = self.of_vm

        def snapshot(method):
            vm = self.guest()
            return method, self.d.call('VM.checkpoint', vm, 'c')
        return (
            vm('clone', 'c', state='halted'),
            Act('VM.copy', lambda: ('VM.copy', self.guest('halted'), 'c',
                                    self.sr)),
            vm('snapshot', 's', []), vm('checkpoint', 'c'),
            Act('VM.revert', lambda: snapshot('VM.revert'), True),
            Act('VM.provision', self.described),
            Act('VDI.pool_migrate', lambda: (
                'VDI.pool_migrate', self.get('VBD', 'VDI', self.vbd(
                    self.guest('halted'), '0')), self.sr, {})),
        )

    def described(self):
        uuid = self.get('SR', 'uuid', self.sr)
        return 'VM.provision', self.vm(0, start=False, is_a_template=True, **{
            'other_config': {'disks': '<provision>' + ''.join(
                '<disk device="%d" size="8388608" sr="%s" bootable="false" '
                'type="system"/>' % (i, uuid) for i in range(2)) +
                '</provision>'}})

    def devices(self):
        d = self.d

        def vbd(method, place, *args):
            return lambda: (method, self.vbd(self.guest(), place)) + args

        def vif(method, *args):
            def make():
                vif = self.get('VM', 'VIFs', self.guest())[0]
                if method == 'VIF.plug':
                    d.call('VIF.unplug', vif)
                return (method, vif) + args
            return make

        def eject():
            drive = self.vbd(self.guest(), '3')
            d.call('VBD.insert', drive, self.disk())
            return 'VBD.eject', drive
        return (
            Act('VBD.plug', vbd('VBD.plug', '5')),
            Act('VBD.unplug', vbd('VBD.unplug', '1'), True),
            Act('VBD.insert', lambda: (
                'VBD.insert', self.vbd(self.guest(), '3'), self.disk())),
            Act('VBD.eject', eject, True),
            Act('VIF.plug', vif('VIF.plug')),
            Act('VIF.unplug', vif('VIF.unplug'), True),
            Act('VIF.move', vif('VIF.move', self.other)),
            Act('VIF.set_locking_mode', vif('VIF.set_locking_mode',
                                            'disabled')),
            Act('VIF.configure_ipv4', vif('VIF.configure_ipv4', 'Static',
                                          '192.0.2.9/24', ''), True),
            Act('VIF.set_qos_algorithm_params', vif(
                'VIF.set_qos_algorithm_params', {'kbps': '9'})),
            Act('VBD.set_qos_algorithm_params', vbd(
                'VBD.set_qos_algorithm_params', '0', {'class': 'low'})),
            Act('VBD.unplug_force', vbd('VBD.unplug_force', '1'), True),
            Act('VUSB.unplug', self.stick, True),
            Act('VTPM.create', lambda: (
                'VTPM.create', self.guest('halted'), False)),
        )

    def stick(self):
        d = self.d
        vm = self.guest('halted', HVM_boot_policy='BIOS order')
        groups = d.call('USB_group.get_all_records')
        group = next(g for g, r in groups.items() if r['PUSBs'])
        d.call('PUSB.set_passthrough_enabled', groups[group]['PUSBs'][0],
               True)
        vusb = d.call('VUSB.create', vm, group, {})
        d.call('VM.start', vm, False, False)
        return 'VUSB.unplug', vusb

    def storage(self):
        d = self.d

        def sr():
            return d.call('SR.create', self.host, {}, 0, 'another', '',
                          'file', 'user', False, {})

        def pbd(method):
            ref = self.get('SR', 'PBDs', sr())[0]
            if method == 'PBD.plug':
                d.call('PBD.unplug', ref)
            return method, ref

        def empty():
            ref = sr()
            d.call('PBD.unplug', self.get('SR', 'PBDs', ref)[0])
            return 'SR.destroy', ref
        record = {
            'name_label': 'd', 'name_description': '', 'SR': self.sr,
            'virtual_size': 8 << 20, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []}
        return (
            Act('VDI.create', lambda: ('VDI.create', record)),
            Act('VDI.clone', lambda: ('VDI.clone', self.disk(), {})),
            Act('VDI.snapshot', lambda: ('VDI.snapshot', self.disk(), {})),
            Act('VDI.copy', lambda: ('VDI.copy', self.disk(), self.sr, NULL,
                                     NULL)),
            Act('VDI.resize', lambda: ('VDI.resize', self.disk(), 16 * MIB)),
            Act('VDI.update', lambda: ('VDI.update', self.disk())),
            Act('SR.update', lambda: ('SR.update', self.sr)),
            Act('VDI.destroy', lambda: ('VDI.destroy', self.disk()), True),
            Act('SR.create', lambda: (
                'SR.create', self.host, {}, 0, 'another', '', 'file', 'user',
                False, {})),
            Act('SR.scan', lambda: ('SR.scan', self.sr)),
            Act('SR.destroy', empty, True),
            Act('PBD.plug', lambda: pbd('PBD.plug')),
            Act('PBD.unplug', lambda: pbd('PBD.unplug'), True),
        )

    def networks(self):
        d = self.d
        pifs = d.call('PIF.get_all_records')
        free = sorted((r for r, v in pifs.items()
                       if v['physical'] and not v['management']
                       and not v['disallow_unplug']
                       and v['bond_slave_of'] == NULL),
                      key=lambda r: pifs[r]['device'])

        def network():
            return d.call('network.create', {
                'name_label': 'n', 'name_description': '', 'MTU': 1500,
                'other_config': {}, 'bridge': '', 'managed': True,
                'tags': []})

        def vlan(method):
            ref = d.call('VLAN.create', free[0], 77, network())
            return method, ref
        def bond(method, *args):
            ref = d.call('Bond.create', network(), free[-2:], '',
                         'active-backup', {})
            return (method, ref) + args
        return (
            Act('VLAN.create', lambda: ('VLAN.create', free[0], 77,
                                        network())),
            Act('VLAN.destroy', lambda: vlan('VLAN.destroy'), True),
            Act('network.destroy', lambda: ('network.destroy', network()),
                True),
            Act('Bond.create', lambda: (
                'Bond.create', network(), free[-2:], '', 'active-backup',
                {})),
            Act('Bond.destroy', lambda: bond('Bond.destroy'), True),
            Act('Bond.set_mode', lambda: bond('Bond.set_mode', 'lacp')),
            Act('pool.create_VLAN_from_PIF', lambda: (
                'pool.create_VLAN_from_PIF', free[0], network(), 78)),
            Act('network.set_MTU', lambda: (
                'network.set_MTU', self.network, 9000)),
            Act('PIF.unplug', lambda: ('PIF.unplug', free[0]), True),
            Act('PIF.plug', lambda: ('PIF.plug', free[0])),
            Act('PIF.reconfigure_ip', lambda: (
                'PIF.reconfigure_ip', free[0], 'Static', '192.0.2.7',
                '255.255.255.0', '', '')),
        )

    # ---- one failure, one cancel ----

    def quiet(self):
        d = self.d

        def nothing():
            now = truth.look(d, CLASSES)
            return None if any(
                r.get('current_operations') for rows in now.values()
                for r in rows.values()) or d.call(
                'task.get_all_records_where', 'field "status"="pending" or '
                'field "status"="cancelling"') else now
        # Behind what has failed somebody looks what there is.
        xapid.until(nothing, 30)
        time.sleep(0.02)
        return xapid.until(nothing, 30)

    def must(self, *call):
        def done():
            try:
                self.d.call(*call)
                return True
            except xapid.Failure as failure:
                if failure.code != 'OTHER_OPERATION_IN_PROGRESS':
                    raise
                return False
        xapid.until(done, 20)

    @staticmethod
    def differences(before, after):
        found = []
        for cls in CLASSES:
            for ref in set(before[cls]) | set(after[cls]):
                one, two = before[cls].get(ref), after[cls].get(ref)
                if not one or not two:
                    found.append((cls, 'gone' if one else 'too many',
                                  (one or two).get('name_label', '')))
                    continue
                # What a guest tells before it is taken back was told.
                found += [(cls, k, one[k], two[k]) for k in one
                          if one[k] != two[k] and k not in LOOSE.get(cls, ())
                          and (k, one[k]) != ('guest_metrics', NULL)]
        return found

    def orders(self, what, **more):
        for order in (simulator.order, simulator.order_storage,
                      simulator.order_network):
            order(self.d, what, **more)

    def clean(self):
        """All that acts have made."""
        d = self.d
        simulator.order(d, 'none')
        simulator.order_storage(d, 'none')
        simulator.order_network(d, 'none')
        for ref, r in truth.records(d, 'VM').items():
            if r['is_control_domain']:
                continue
            if r['power_state'] != 'Halted' and not r['is_a_snapshot']:
                self.must('VM.hard_shutdown', ref)
            self.must('VM.destroy', ref)
        self.quiet()
        for cls, destroy in (('VDI', 'VDI.destroy'), ('VLAN', 'VLAN.destroy'),
                             ('Bond', 'Bond.destroy')):
            for ref in set(d.call(cls + '.get_all')) - self.base[cls]:
                self.must(destroy, ref)
        for ref in set(d.call('SR.get_all')) - self.base['SR']:
            for pbd in self.get('SR', 'PBDs', ref):
                if self.get('PBD', 'currently_attached', pbd):
                    self.must('PBD.unplug', pbd)
            self.must('SR.forget', ref)
        for ref in d.call('VM_appliance.get_all'):
            self.must('VM_appliance.destroy', ref)
        for ref in set(d.call('network.get_all')) - self.base['network']:
            self.must('network.destroy', ref)

    def ended(self, task):
        record = self.d.ended(task, 30)
        return record['status'], record['error_info']

    def judge(self, act, where, before, status, error):
        """What is wrong."""
        after = self.quiet()
        found = []
        if error and error[0] == 'INTERNAL_ERROR' and 'fail' not in where:
            found.append(error)
        for _ in range(100):
            wrong = truth.wrong(self.d, after)
            if not wrong:
                break
            time.sleep(0.02)
            after = self.quiet()
        found += wrong
        known = set(before['VDI'])
        if status != 'success' and not act.half:
            found += self.differences(before, after)
        elif status != 'success':
            found += truth.leaked(after, known)
        return [(act.name, where, status, f) for f in found]

    def once(self, act, where, prepare, meanwhile):
        made = act.make()
        before = self.quiet()
        prepare()
        for file in self.files:
            file.forget() if where == 'goes well' else None
        if act.name in self.waits:
            status, error = self.now(made)
        else:
            task = self.d.call('Async.' + made[0], *made[1:])
            meanwhile(task)
            status, error = self.ended(task)
        found = self.judge(act, where, before, status, error)
        return status, found

    def now(self, call):
        try:
            self.d.call(*call)
            return 'success', []
        except xapid.Failure as failure:
            return 'failure', [failure.code]

    def walk(self, act):
        self.files = (self.moments.daemon, self.moments.worker)
        for file in self.files:
            file.forget()
        self.status, found = self.once(act, 'goes well', lambda: None,
                                       lambda task: None)
        reached = {f: f.reached() for f in self.files}
        self.clean()
        if self.status != 'success':
            return 0, found + [(act.name, 'it does not go well')]
        n = 0
        for m in reached[self.moments.worker]:
            if not m.name.endswith(' to do'):
                continue
            op = m.name.split(' ')[1]
            if op in ('list', 'order'):
                continue
            status, more = self.once(
                act, 'failure of %s %d' % (op, m.nth),
                lambda: self.orders('error', of=op, skip=m.nth),
                lambda task: None)
            found += more
            n += 1
            self.clean()
        every = [m for f in self.files for m in reached[f]
                 if not m.name.endswith((' over', ' told'))
                 and m.name.split(' ')[1] not in ('list', 'order')]
        for m in every[::EVERY] if act.name not in self.waits else ():
            status, more = self.once(
                act, 'cancel in %s %d' % (m.name, m.nth),
                lambda: m.file.order(m.name, m.nth, stands=WAITS),
                lambda task: self.cancel(m.file, task))
            found += more
            n += 1
            self.clean()
        return n, found

    def cancel(self, file, task):
        """While somebody waits there. He may have the writer's turn, for which
        the cancel then waits."""
        end = time.time() + 3
        while not file.died() and time.time() < end:
            if self.d.call('task.get_status', task) != 'pending':
                break
            time.sleep(0.001)
        if self.second.session is None:
            self.second.port = self.d.port

        def ask():
            try:
                self.second.call('task.cancel', task)
            except xapid.Failure:
                pass    # it has ended
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(0.03)
        file.go_on()
        thread.join()
        file.forget()

    def walk_all(self, acts):
        d = self.d
        self.base = {c: set(d.call(c + '.get_all')) for c in
                     ('VDI', 'VLAN', 'Bond', 'SR', 'network')}
        total, wrong, begun = 0, [], time.time()
        for act in acts:
            if ONLY and act.name not in ONLY:
                continue
            n, found = self.walk(act)
            total += n
            wrong += found
        wrong += truth.stale(d)
        self.second.local = self.second.session = None
        print('# %d failures and cancels in %.1f s' % (
            total, time.time() - begun))
        for w in wrong:
            print('#', w)
        self.assertEqual(len(wrong), 0)

    def test_of_two_that_fail_at_once_none_leaves_their_disk_attached(self):
        d = self.d
        for _ in range(12):
            vms = [self.vm(0) for _ in range(2)]
            disk = self.disk()
            d.call('VDI.set_sharable', disk, True)
            vbds = [d.call('VBD.create', {
                **VBD, 'VM': vm, 'VDI': disk, 'userdevice': '1',
                'type': 'Disk', 'mode': 'RW', 'empty': False}) for vm in vms]
            self.moments.worker.forget()
            simulator.order(d, 'error', of='plug', count=2)
            for task in [d.call('Async.VBD.plug', v) for v in vbds]:
                self.assertEqual(d.ended(task)['status'], 'failure')
            xapid.until(lambda: [
                n for n in self.moments.worker.names()
                if n in ('worker: vdi_attach done', 'worker: vdi_detach done')
            ][-1:] == ['worker: vdi_detach done'], 5)
            for vm in vms:
                self.must('VM.hard_shutdown', vm)
                self.must('VM.destroy', vm)

    def test_what_begins_ends_and_changes_a_guest(self):
        self.walk_all(self.power())

    def test_appliances(self):
        self.walk_all(self.appliances())

    def test_copies(self):
        self.walk_all(self.copies())

    def test_devices(self):
        self.walk_all(self.devices())

    def test_disks_and_repositories(self):
        self.walk_all(self.storage())

    def test_networks(self):
        self.walk_all(self.networks())


if __name__ == '__main__':
    tap.main()
