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
from moments import Machine, Moments    # noqa: E402
from test_vm_records import MIB, VBD, VIF, VM    # noqa: E402

PLACE = 'a'


class Simulated(Machine, unittest.TestCase):
    every = int(os.environ.get('XAPID_DEATHS', 1))

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
        files = [f for f in os.listdir('%s/sr/%s' % (d.state, PLACE))
                 if f[0] != '.']
        self.assertEqual(
            sorted(v['uuid'] for v in vdis.values()),
            sorted(f.split('.')[0] for f in files
                   if not f.startswith('base-')), files)
        self.assertEqual([f for f in files if '.new' in f], [])
        used = {v['VDI'] for v in vbds.values()} | {
            v['suspend_VDI'] for v in d.call('VM.get_all_records').values()}
        self.assertEqual(set(vdis) - used, set())

    def fail_once(self, op):
        simulator.order(self.d, 'none')
        if op:
            simulator.order(self.d, 'error', of=op)


class Deaths(Simulated):
    def test_the_daemon_dies_in_each_moment_of_what_begins_and_ends_a_domain(
            self):
        self.walk_all([self.moments.daemon], self.power())

    def test_the_daemon_dies_in_each_moment_of_a_plug_and_an_unplug(self):
        self.walk_all([self.moments.daemon], self.devices())


if __name__ == '__main__':
    tap.main()
