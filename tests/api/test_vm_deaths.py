#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies, or a worker, in each moment of what is done with a VM:
before and after each request, each answer and each change of the records. What
was begun is finished or taken back, nothing is left over, and nothing is
written down that is not so. XAPID_DEATHS=N walks over every N-th moment."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
import xapid        # noqa: E402
from moments import Act, Moments, Walker    # noqa: E402
from test_vm_records import MIB, VBD, VIF, VM    # noqa: E402

# Power, whether the last disk and the last interface are attached, snapshots.
ON, OFF = ('Running', True, True, 0), ('Halted', False, False, 0)
PAUSED, SUSPENDED = ('Paused',) + ON[1:], ('Suspended',) + ON[1:]
NO_DISK, NO_CARD = ('Running', False, True, 0), ('Running', True, False, 0)
KEPT = ON[:3] + (1,)
EVERY = int(os.environ.get('XAPID_DEATHS', 1))
PLACE = 'a'


class Machine(Walker, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        cls.moments = Moments(os.path.join(cls.top.name, 'moments'))
        os.chmod(cls.top.name, 0o755)
        cls.d = xapid.start('--sim-vms', '1', env=cls.moments.env)
        cls.d.__enter__()
        cls.make()

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()
        cls.top.cleanup()

    @classmethod
    def make(cls):
        """A VM with a disk of each kind, all in files."""
        d = cls.d
        cls.sr = d.call('SR.create', d.call('host.get_all')[0],
                        {'location': '%s/sr/%s' % (d.state, PLACE)}, 0, 'a',
                        '', 'file', 'user', False, {})
        cls.vm = d.call('VM.create', {
            **VM, 'HVM_boot_policy': '', 'memory_static_min': 0,
            'memory_dynamic_min': 64 * MIB, 'memory_dynamic_max': 64 * MIB,
            'memory_static_max': 64 * MIB, 'suspend_SR': cls.sr})
        d.call('VM.set_suspend_SR', cls.vm, cls.sr)
        for i, form in enumerate(('raw', 'qcow2')):
            vdi = d.call('VDI.create', {
                'name_label': form, 'name_description': '', 'SR': cls.sr,
                'virtual_size': 8 * MIB, 'type': 'user', 'sharable': False,
                'read_only': False, 'other_config': {}, 'xenstore_data': {},
                'sm_config': {'image-format': form}, 'tags': []})
            cls.vbd = d.call('VBD.create', {
                **VBD, 'VM': cls.vm, 'VDI': vdi, 'userdevice': str(i),
                'type': 'Disk', 'mode': 'RW', 'empty': False})
        for i in range(2):
            cls.vif = d.call('VIF.create', {
                **VIF, 'VM': cls.vm, 'device': str(i),
                'network': d.call('network.get_all')[0]})
        cls.uuid = d.call('VM.get_uuid', cls.vm)

    def get(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    # ---- what there is ----

    def last(self, cls):
        """The VM's last disk or interface; a revert makes new ones."""
        key = 'userdevice' if cls == 'VBD' else 'device'
        return max(self.get('VM', cls + 's', self.vm),
                   key=lambda r: self.get(cls, key, r))

    def snapshots(self):
        return self.get('VM', 'snapshots', self.vm)

    def state(self):
        """As above."""
        return (self.get('VM', 'power_state', self.vm),
                self.get('VBD', 'currently_attached', self.last('VBD')),
                self.get('VIF', 'currently_attached', self.last('VIF')),
                len(self.snapshots()))

    def drop_snapshots(self, keep):
        d = self.d
        for snap in self.snapshots()[keep:]:
            vdis = [self.get('VBD', 'VDI', v)
                    for v in self.get('VM', 'VBDs', snap)]
            image = self.get('VM', 'suspend_VDI', snap)
            if image != 'OpaqueRef:NULL':
                vdis.append(image)
            d.call('VM.destroy', snap)
            for vdi in vdis:
                d.call('VDI.destroy', vdi)

    def bring(self, wanted):
        d, vm = self.d, self.vm
        power, disk, interface, snapshots = wanted
        now = self.state()
        if now == wanted:
            return
        self.drop_snapshots(snapshots)
        if now[0] != power and now[0] != 'Halted':
            d.call('VM.hard_shutdown', vm)
        if self.get('VM', 'power_state', vm) != power:
            d.call('VM.start', vm, False, False)
            if power == 'Paused':
                d.call('VM.pause', vm)
            if power == 'Suspended':
                d.call('VM.suspend', vm)
        if len(self.snapshots()) < snapshots:
            d.call('VM.checkpoint', vm, 'c')
        for cls, is_to in (('VBD', disk), ('VIF', interface)):
            ref = self.last(cls)
            if self.get(cls, 'currently_attached', ref) != is_to:
                d.call(cls + ('.plug' if is_to else '.unplug'), ref)
        self.assertEqual(self.state(), wanted)

    # ---- what must be true ----

    def true(self):
        """No domain, port, device, file or row too many, and none too few."""
        d = self.d
        vms = {r['uuid']: r for r in d.call('VM.get_all_records').values()
               if not r['is_a_template'] and not r['is_control_domain']}
        alive = {u for u, r in vms.items()
                 if r['power_state'] in ('Running', 'Paused')}
        there = simulator.domains(d)
        self.assertEqual(set(there), alive)
        vm, vbds = vms[self.uuid], d.call('VBD.get_all_records')
        vifs = d.call('VIF.get_all_records')
        if self.uuid in there:
            domain = there[self.uuid]
            self.assertEqual(domain.state, vm['power_state'].lower())
            self.assertEqual(domain.domid, int(vm['domid']))
            self.assertEqual(domain.devices, sorted(
                ['vbd/' + vbds[r]['userdevice'] for r in vm['VBDs']
                 if vbds[r]['currently_attached']] +
                ['vif/' + vifs[r]['device'] for r in vm['VIFs']
                 if vifs[r]['currently_attached']]))
        # The kernel would take those of a domain that ended with it.
        domids = {str(x.domid) for x in there.values()}
        self.assertEqual(
            {p for p in simulator.ports(d)
             if p.startswith('vif') and p[3:].split('.')[0] in domids},
            {'vif%s.%s' % (vm['domid'], v['device']) for v in vifs.values()
             if v['VM'] == self.vm and v['currently_attached']
             and self.uuid in there})
        self.true_disks(vbds)

    def true_disks(self, vbds):
        d = self.d
        vdis = {r: v for r, v in d.call('VDI.get_all_records').items()
                if v['SR'] == self.sr}
        files = os.listdir('%s/sr/%s' % (d.state, PLACE))
        self.assertEqual(
            sorted(v['uuid'] for v in vdis.values()),
            sorted(f.split('.')[0] for f in files
                   if not f.startswith('base-')), files)
        self.assertEqual([f for f in files if '.new' in f], [])
        used = {v['VDI'] for v in vbds.values()} | {
            v['suspend_VDI'] for v in d.call('VM.get_all_records').values()}
        self.assertEqual(set(vdis) - used, set())

    def domid(self):
        return self.get('VM', 'domid', self.vm)

    # ---- the walks ----

    def vm_call(self, method, *args):
        return lambda: ('VM.' + method, self.vm) + args

    def device_call(self, method):
        return lambda: (method, self.last(method.split('.')[0]))

    def fail_once(self, op):
        simulator.order(self.d, 'none')
        if op:
            simulator.order(self.d, 'error', of=op)

    def walk_all(self, file, acts):
        total, missed = 0, []
        for act in acts:
            n, more = self.walk(file, act, EVERY)
            total += n
            missed += more
        self.fail_once('')
        print('# %d moments, %d of them not met again' % (total, len(missed)))
        for name in missed:
            print('# not met: ' + name)
        self.assertLess(len(missed), total / 20 + 1)

    def power(self):
        """What begins and ends a domain, or holds it."""
        vm = self.vm_call
        return (
            Act('start', vm('start', False, False), OFF, ON),
            Act('start that fails', vm('start', False, False), OFF, ON,
                fails='unpause'),
            Act('clean shutdown', vm('clean_shutdown'), ON, OFF),
            Act('hard shutdown', vm('hard_shutdown'), ON, OFF),
            Act('reboot', vm('clean_reboot'), ON, ON),
            Act('pause', vm('pause'), ON, PAUSED, same=True),
            Act('unpause', vm('unpause'), PAUSED, ON, same=True),
        )

    def devices(self):
        call = self.device_call
        return (
            Act('unplug a disk', call('VBD.unplug'), ON, NO_DISK, same=True),
            Act('plug a disk', call('VBD.plug'), NO_DISK, ON, same=True),
            Act('plug a disk that fails', call('VBD.plug'), NO_DISK, ON,
                fails='plug', same=True),
            Act('unplug an interface', call('VIF.unplug'), ON, NO_CARD,
                same=True),
            Act('plug an interface', call('VIF.plug'), NO_CARD, ON,
                same=True),
            Act('plug an interface that fails', call('VIF.plug'), NO_CARD,
                ON, fails='connect', same=True),
        )

    def images(self):
        """What has memory or disks copied."""
        vm = self.vm_call
        return (
            Act('suspend', vm('suspend'), ON, SUSPENDED),
            Act('suspend that fails', vm('suspend'), ON, SUSPENDED,
                fails='suspend'),
            Act('resume', vm('resume', False, False), SUSPENDED, ON),
            Act('resume that fails', vm('resume', False, False), SUSPENDED,
                ON, fails='unpause'),
            Act('snapshot', vm('snapshot', 's', []), OFF, OFF[:3] + (1,)),
            Act('checkpoint', vm('checkpoint', 'c'), ON, KEPT, same=True),
            Act('checkpoint that fails', vm('checkpoint', 'c'), ON, KEPT,
                fails='go_on', same=True),
            Act('revert', lambda: ('VM.revert', self.snapshots()[0]), KEPT,
                SUSPENDED[:3] + (1,)),
        )


class Deaths(Machine):
    def test_the_daemon_dies_in_each_moment_of_what_begins_and_ends_a_domain(
            self):
        self.walk_all(self.moments.daemon, self.power())

    def test_the_daemon_dies_in_each_moment_of_a_plug_and_an_unplug(self):
        self.walk_all(self.moments.daemon, self.devices())


if __name__ == '__main__':
    tap.main()
