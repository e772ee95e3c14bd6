# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records that VMs and their devices are made from, and VMs made of them."""

import unittest

import simulator
import xapid

NULL = 'OpaqueRef:NULL'
MIB = 1 << 20
VM = {
    'name_label': 'a', 'name_description': '', 'user_version': 1,
    'is_a_template': False, 'affinity': NULL, 'memory_static_max': 512 * MIB,
    'memory_dynamic_max': 512 * MIB, 'memory_dynamic_min': 256 * MIB,
    'memory_static_min': 128 * MIB, 'VCPUs_params': {}, 'VCPUs_max': 2,
    'VCPUs_at_startup': 1, 'actions_after_shutdown': 'destroy',
    'actions_after_reboot': 'restart', 'actions_after_crash': 'restart',
    'PV_bootloader': '', 'PV_kernel': '', 'PV_ramdisk': '', 'PV_args': '',
    'PV_bootloader_args': '', 'PV_legacy_args': '',
    'HVM_boot_policy': 'BIOS order', 'HVM_boot_params': {}, 'platform': {},
    'PCI_bus': '', 'other_config': {}, 'recommendations': '',
}
VIF = {'device': '0', 'MAC': '', 'MTU': 0, 'other_config': {},
       'qos_algorithm_type': '', 'qos_algorithm_params': {}}
VBD = {'VDI': NULL, 'userdevice': '0', 'bootable': False, 'mode': 'RO',
       'type': 'CD', 'empty': True, 'other_config': {},
       'qos_algorithm_type': '', 'qos_algorithm_params': {}}


class Machines(unittest.TestCase):
    """A simulated host, and VMs with disks that run."""

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-vms', '2').__enter__()
        cls.sr = cls.d.call('SR.get_by_name_label', 'Local storage')[0]

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()

    def get(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    def disk(self):
        return self.d.call('VDI.create', {
            'name_label': 'd', 'name_description': '', 'SR': self.sr,
            'virtual_size': 8 << 20, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})

    def vm(self, disks=2, start=True, **other):
        d = self.d
        vm = d.call('VM.create', {**VM, 'HVM_boot_policy': '', **other})
        for i in range(disks):
            d.call('VBD.create', {
                **VBD, 'VM': vm, 'VDI': self.disk(), 'userdevice': str(i),
                'type': 'Disk', 'mode': 'RW', 'empty': False})
        d.call('VIF.create', {**VIF, 'VM': vm, 'device': '0',
                              'network': d.call('network.get_all')[0]})
        if start:
            d.call('VM.start', vm, False, False)
        return vm

    def disks(self, vm):
        return {self.get('VBD', 'VDI', v) for v in self.get('VM', 'VBDs', vm)}

    def state(self, vm):
        """What the hypervisor says of it."""
        domain = simulator.domains(self.d).get(self.get('VM', 'uuid', vm))
        return domain and domain.state

    def idle(self, vm):
        """After a failure somebody looks what is really there."""
        xapid.until(lambda: not self.get('VM', 'current_operations', vm))

    def rows(self):
        return {c: set(self.d.call(c + '.get_all')) for c in
                ('VM', 'VDI', 'VBD', 'VIF', 'VM_metrics')}


class Killing(unittest.TestCase):
    """What tests do whose daemon dies."""

    def come_back(self, d):
        def answers():
            try:
                d.local = d.session = None
                return d.call('pool.get_all')
            except Exception:
                return None
        return xapid.until(answers, 30)

    def settle(self, d, task):
        return d.ended(task)['status']
