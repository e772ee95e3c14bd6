#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a VM has of its host's own devices, or as if: TPMs, USB and PCI devices,
GPUs. Whose they are, when they may come and go, and what a death leaves."""

import os
import signal

import simulator
import tap
import xapid
from machines import NULL, VM
from test_vm_devices import Base


class Passthrough(Base):
    def test_a_vm_has_one_vtpm_while_it_is_halted(self):
        d, vm = self.d, self.vm(started=False)
        vtpm = d.call('VTPM.create', vm, False)
        self.assertEqual(d.call('VM.get_VTPMs', vm), [vtpm])
        self.assertEqual(d.error('VTPM.create', vm, False),
                         ['VTPM_MAX_AMOUNT_REACHED', '1'])
        self.assertEqual(self.allowed('VTPM', vtpm), ['destroy'])
        d.call('VM.start', vm, False, False)
        self.assertEqual(self.allowed('VTPM', vtpm), [])
        self.assertEqual(
            d.error('VTPM.destroy', vtpm),
            ['VM_BAD_POWER_STATE', vm, 'halted;suspended', 'running'])
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(self.allowed('VTPM', vtpm), ['destroy'])
        self.assertEqual(d.call('VTPM.get_contents', vtpm), '')
        for wrong in '?', 'QQ', 'QQ==' * (1 << 19):
            self.assertEqual(
                d.error('VTPM.set_contents', vtpm, wrong)[:2],
                ['INVALID_VALUE', 'contents'])
        d.call('VTPM.set_contents', vtpm, 'QUJD')
        # A simulated TPM knows nothing, and forgets nothing.
        d.call('VM.start', vm, False, False)
        d.call('VM.hard_reboot', vm)
        snapshot = d.call('VM.snapshot', vm, 'of one that runs')
        copy, = d.call('VM.get_VTPMs', snapshot)
        self.assertEqual(d.call('VTPM.get_contents', copy), 'QUJD')
        d.call('VM.destroy', snapshot)
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.call('VTPM.get_contents', vtpm), 'QUJD')
        secrets = len(d.call('secret.get_all'))
        d.call('VTPM.destroy', vtpm)
        self.assertEqual(len(d.call('secret.get_all')), secrets - 1)
        self.assertEqual(d.call('VM.get_VTPMs', vm), [])

    def test_a_group_of_gpus_goes_when_it_has_none(self):
        d = self.d
        group = d.call('GPU_group.create', 'mine', 'some', {'a': 'b'})
        self.assertEqual(d.call('GPU_group.get_other_config', group),
                         {'a': 'b'})
        d.call('GPU_group.destroy', group)
        for ref, r in d.call('GPU_group.get_all_records').items():
            if r['PGPUs']:
                self.assertEqual(d.error('GPU_group.destroy', ref),
                                 ['GPU_GROUP_CONTAINS_PGPU'] + r['PGPUs'])

    def test_usb_devices_belong_to_one_vm(self):
        d = self.d
        vm = self.vm(started=False, HVM_boot_policy='BIOS order')
        empty = d.call('USB_group.create', 'empty', '', {})
        self.assertEqual(d.error('VUSB.create', vm, empty, {}),
                         ['USB_GROUP_CONTAINS_NO_PUSBS', empty])
        pusbs = self.d.call('PUSB.get_all')
        self.d.call('PUSB.scan', self.d.call('host.get_all')[0])
        self.assertEqual(self.d.call('PUSB.get_all'), pusbs)
        d.call('USB_group.destroy', empty)
        groups = d.call('USB_group.get_all_records')
        group = next((g for g, r in groups.items()
                      if r['PUSBs'] and not r['VUSBs']), None)
        if group is None:
            group = next(g for g, r in groups.items() if r['PUSBs'])
            for vusb in groups[group]['VUSBs']:
                d.call('VUSB.destroy', vusb)
        self.assertEqual(d.error('USB_group.destroy', group)[0],
                         'USB_GROUP_CONTAINS_PUSB')
        vusb = d.call('VUSB.create', vm, group, {})
        self.assertNotIn('snapshot', d.call('VM.get_allowed_operations', vm))
        self.assertEqual(d.error('VUSB.create', vm, group, {}),
                         ['USB_GROUP_CONFLICT', group])
        self.assertEqual(d.error('VUSB.unplug', vusb),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'halted'])
        pusb = groups[group]['PUSBs'][0]
        for one in groups[group]['PUSBs']:
            d.call('PUSB.set_passthrough_enabled', one, False)
        self.assertIn('NO_HOSTS_AVAILABLE',
                      d.error('VM.start', vm, False, False)[0])
        host = d.call('PUSB.get_host', pusb)
        self.assertEqual(d.error('VM.start_on', vm, host, False, False)[0],
                         'OPERATION_NOT_ALLOWED')
        d.call('PUSB.set_passthrough_enabled', pusb, True)
        self.assertEqual(self.allowed('VUSB', vusb), ['attach'])
        d.call('VM.start', vm, False, False)
        self.assertEqual(d.call('VM.get_resident_on', vm), host)
        self.assertEqual(self.allowed('VUSB', vusb), ['attach', 'unplug'])
        self.assertEqual(d.error('VUSB.destroy', vusb)[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(
            d.error('PUSB.set_passthrough_enabled', pusb, False),
            ['USB_ALREADY_ATTACHED', pusb, vm])
        for call in 'suspend', 'checkpoint', 'snapshot':
            args = [vm] if call == 'suspend' else [vm, 'copy']
            self.assertIn(d.error('VM.' + call, *args)[0],
                          ('VM_HAS_VUSBS', 'VM_LACKS_FEATURE'))
        d.call('VM.pause', vm)
        self.assertEqual(d.error('VUSB.unplug', vusb),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'paused'])
        d.call('VM.unpause', vm)
        d.call('VUSB.unplug', vusb)
        self.assertFalse(d.call('VUSB.get_currently_attached', vusb))
        self.assertEqual(self.allowed('VUSB', vusb), ['attach'])
        self.assertEqual(d.error('VUSB.unplug', vusb),
                         ['DEVICE_ALREADY_DETACHED', vusb])
        d.call('VUSB.destroy', vusb)

    def pci(self):
        """A device of the first host."""
        d = self.d
        host = d.call('host.get_all')[0]
        return host, *next((r, v) for r, v in
                           d.call('PCI.get_all_records').items()
                           if v['host'] == host and v['driver_name'])

    def test_the_control_domain_gives_up_a_device_and_has_it_again(self):
        d = self.d
        _, pci, record = self.pci()
        status = 'PCI.get_dom0_access_status'
        self.assertEqual(d.call(status, pci), 'enabled')
        for _ in range(2):
            self.assertEqual(d.call('PCI.disable_dom0_access', pci),
                             'disabled')
            self.assertEqual(d.call('PCI.get_driver_name', pci), 'pciback')
            self.assertEqual(d.call(status, pci), 'disabled')
        for _ in range(2):
            self.assertEqual(d.call('PCI.enable_dom0_access', pci), 'enabled')
            self.assertEqual(d.call('PCI.get_driver_name', pci),
                             record['driver_name'])
        self.assertEqual(d.call('PCI.get_other_config', pci), {})
        for pgpu in d.call('PGPU.get_all')[:1]:
            self.assertEqual(d.call('PGPU.disable_dom0_access', pgpu),
                             'disabled')
            self.assertEqual(d.call('PGPU.get_dom0_access', pgpu), 'disabled')
            self.assertEqual(d.call('PGPU.enable_dom0_access', pgpu),
                             'enabled')
        self.assertEqual(d.error('PCI.disable_dom0_access', NULL)[0],
                         'HANDLE_INVALID')

    def test_a_vm_has_pci_devices_while_it_runs(self):
        d = self.d
        host, pci, record = self.pci()
        wish = {'pci': '0/%s,1/%s' % (record['pci_id'].upper(),
                                      record['pci_id'])}
        vm = self.vm(started=False, HVM_boot_policy='BIOS order',
                     other_config={'pci': '0/' + record['pci_id']})
        other = self.vm(started=False, HVM_boot_policy='BIOS order',
                        other_config=wish)
        d.call('VM.start_on', vm, host, False, False)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [pci])
        self.assertEqual(d.error('VM.start_on', other, host, False, False),
                         ['DEVICE_ALREADY_ATTACHED', pci])
        self.assertEqual(d.error('VM.assert_can_boot_here', other, host),
                         ['DEVICE_ALREADY_ATTACHED', pci])
        self.assertNotIn(host, d.call('VM.get_possible_hosts', other))
        self.assertEqual(d.call('VM.get_attached_PCIs', other), [])
        self.assertNotIn('suspend', d.call('VM.get_allowed_operations', vm))
        self.assertIn(d.error('VM.suspend', vm)[0],
                      ('VM_HAS_PCI_ATTACHED', 'VM_LACKS_FEATURE'))
        self.assertEqual(d.error('VM.assert_agile', vm),
                         ['VM_HAS_PCI_ATTACHED', vm])
        d.call('VM.hard_reboot', vm)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [pci])
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [])
        d.call('VM.start_on', other, host, False, False)
        self.assertEqual(d.call('VM.get_attached_PCIs', other), [pci])
        self.assertEqual(d.call('PCI.enable_dom0_access', pci),
                         'enable_on_reboot')
        d.call('VM.hard_shutdown', other)
        self.assertEqual(d.call('PCI.enable_dom0_access', pci), 'enabled')
        self.assertEqual(d.call('PCI.get_driver_name', pci),
                         record['driver_name'])

    def test_devices_that_no_host_has_are_named(self):
        d = self.d
        host, _, record = self.pci()
        address = record['pci_id']
        for bad in (address, '0/', '/' + address, '0/../../etc', '0/' + address
                    + ',', '0/%s,,0/%s' % (address, address),
                    '-1/' + address, '0/' + address + '0', '99999/' + address,
                    '0/' + address[5:]):
            vm = self.vm(started=False, HVM_boot_policy='BIOS order',
                         other_config={'pci': bad})
            self.assertEqual(d.error('VM.start', vm, False, False),
                             ['INVALID_VALUE', 'other_config:pci', bad])
        for kind, wish, error in (
                ('hvm', '0/0000:7f:1f.7', 'OPERATION_NOT_ALLOWED'),
                ('pvh', '0/' + address, 'OPERATION_NOT_ALLOWED'),
                ('hvm', ','.join(['0/' + address] * 17),
                 'VM_PCI_BUS_FULL')):
            vm = self.vm(started=False, HVM_boot_policy='BIOS order',
                         domain_type=kind, other_config={'pci': wish})
            self.assertEqual(
                d.error('VM.start_on', vm, host, False, False)[0], error)

    def gpus(self):
        """The group of GPUs that has some, its types, and one GPU."""
        d = self.d
        group, record = next(
            (r, v) for r, v in d.call('GPU_group.get_all_records').items()
            if v['PGPUs'])
        types = {t['implementation']: r for r, t in
                 d.call('VGPU_type.get_all_records').items()}
        return group, types['passthrough'], types['nvidia'], record['PGPUs'][0]

    def test_a_gpu_is_one_vms_or_shared(self):
        d = self.d
        group, whole, part, pgpu = self.gpus()
        host = d.call('PGPU.get_host', pgpu)
        first, second = (self.vm(started=False, HVM_boot_policy='BIOS order')
                         for _ in range(2))
        capacity = d.call('PGPU.get_remaining_capacity', pgpu, part)
        self.assertEqual(
            d.call('PGPU.get_remaining_capacity', pgpu, whole), 1)
        one = d.call('VGPU.create', first, group, '0', {}, part)
        two = d.call('VGPU.create', second, group, '0', {}, NULL)
        self.assertEqual(d.call('VGPU.get_type', two), whole)
        self.assertEqual(d.error('VGPU.create', first, group, '0', {}, part),
                         ['DEVICE_ALREADY_EXISTS', '0'])
        self.assertEqual(d.error('VGPU.create', first, group, '1', {}, whole),
                         ['VGPU_TYPE_NOT_COMPATIBLE', whole])
        for bad in '', '-1', 'x', '0/..':
            self.assertEqual(
                d.error('VGPU.create', first, group, bad, {}, part),
                ['INVALID_DEVICE', bad])
        d.call('VM.start_on', first, host, False, False)
        self.assertTrue(d.call('VGPU.get_currently_attached', one))
        self.assertEqual(d.call('VGPU.get_resident_on', one), pgpu)
        self.assertEqual(
            d.call('PGPU.get_remaining_capacity', pgpu, part),
            capacity - 1)
        self.assertEqual(
            d.call('PGPU.get_remaining_capacity', pgpu, whole), 0)
        self.assertEqual(
            d.error('VM.start_on', second, host, False, False),
            ['VM_REQUIRES_GPU', second, group])
        self.assertEqual(d.error('VM.assert_can_boot_here', second, host),
                         ['VM_REQUIRES_GPU', second, group])
        self.assertEqual(d.error('PGPU.set_enabled_VGPU_types', pgpu, []),
                         ['PGPU_IN_USE_BY_VM', first])
        self.assertEqual(d.error('PGPU.set_GPU_group', pgpu, group),
                         ['PGPU_IN_USE_BY_VM', first])
        self.assertEqual(d.error('VGPU.destroy', one)[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(d.error('VGPU.create', first, group, '1', {}, part),
                         ['VM_BAD_POWER_STATE', first, 'halted', 'running'])
        d.call('VM.hard_reboot', first)
        self.assertEqual(d.call('VGPU.get_resident_on', one), pgpu)
        d.call('VM.hard_shutdown', first)
        self.assertEqual(d.call('VGPU.get_resident_on', one), NULL)
        d.call('VM.start_on', second, host, False, False)
        self.assertEqual(d.call('VM.get_attached_PCIs', second),
                         [d.call('PGPU.get_PCI', pgpu)])
        self.assertEqual(
            d.error('VM.start_on', first, host, False, False),
            ['VM_REQUIRES_VGPU', first, group, part])
        self.assertNotIn('suspend',
                         d.call('VM.get_allowed_operations', second))
        d.call('VM.hard_shutdown', second)
        self.assertEqual(d.call('VM.get_attached_PCIs', second), [])
        copy = d.call('VM.clone', first, 'copy')
        self.addCleanup(self.end, copy)
        copied = d.call('VM.get_VGPUs', copy)
        self.assertEqual([d.call('VGPU.get_type', v) for v in copied], [part])
        d.call('VGPU.destroy', one)
        self.assertEqual(d.call('VM.get_VGPUs', first), [])

    def test_what_a_gpu_provides_is_chosen(self):
        d = self.d
        group, whole, part, pgpu = self.gpus()

        def group_types():
            return sorted(d.call('GPU_group.get_enabled_VGPU_types', group))
        both = sorted([whole, part])
        for other in d.call('GPU_group.get_PGPUs', group):
            d.call('PGPU.remove_enabled_VGPU_types', other, part)
        self.assertEqual(group_types(), [whole])
        self.assertEqual(
            d.call('PGPU.get_remaining_capacity', pgpu, part), 0)
        self.assertEqual(
            d.call('GPU_group.get_remaining_capacity', group, part), 0)
        for other in d.call('GPU_group.get_PGPUs', group):
            d.call('PGPU.add_enabled_VGPU_types', other, part)
        d.call('PGPU.set_enabled_VGPU_types', pgpu, both + both)
        self.assertEqual(sorted(d.call('PGPU.get_enabled_VGPU_types', pgpu)),
                         both)
        self.assertEqual(group_types(), both)
        self.assertEqual(
            d.error('PGPU.add_enabled_VGPU_types', pgpu, NULL)[0],
            'HANDLE_INVALID')
        mine = d.call('GPU_group.create', 'mine', '', {})
        d.call('PGPU.set_GPU_group', pgpu, mine)
        self.assertEqual(d.call('GPU_group.get_PGPUs', mine), [pgpu])
        self.assertEqual(
            sorted(d.call('GPU_group.get_enabled_VGPU_types', mine)), both)
        d.call('PGPU.set_GPU_group', pgpu, group)
        self.assertEqual(d.call('GPU_group.get_enabled_VGPU_types', mine), [])
        d.call('GPU_group.destroy', mine)

    def with_devices(self):
        """A VM with a PCI device, a part of a GPU and a USB device; these."""
        d = self.d
        host, pci, record = self.pci()
        vm = self.vm(started=False, HVM_boot_policy='BIOS order',
                     other_config={'pci': '0/' + record['pci_id']})
        group, _, part, _ = self.gpus()
        vgpu = d.call('VGPU.create', vm, group, '0', {}, part)
        usb, groups = next(
            (r, v) for r, v in d.call('USB_group.get_all_records').items()
            if v['PUSBs'])
        for vusb in groups['VUSBs']:
            if d.call('VUSB.get_currently_attached', vusb):
                d.call('VM.hard_shutdown', d.call('VUSB.get_VM', vusb))
            d.call('VUSB.destroy', vusb)
        for pusb in groups['PUSBs']:
            d.call('PUSB.set_passthrough_enabled', pusb, True)
        return host, vm, vgpu, d.call('VUSB.create', vm, usb, {})

    def holds(self, vm, vgpu, vusb):
        """What of them the records say that it has."""
        d = self.d
        return (len(d.call('VM.get_attached_PCIs', vm)),
                d.call('VGPU.get_currently_attached', vgpu),
                d.call('VGPU.get_resident_on', vgpu) != NULL,
                d.call('VGPU.get_scheduled_to_be_resident_on', vgpu) != NULL,
                d.call('VUSB.get_currently_attached', vusb))

    def test_a_start_that_fails_gives_devices_back(self):
        d = self.d
        host, vm, vgpu, vusb = self.with_devices()
        for op in 'create', 'unpause':
            for what in 'error', 'wrong':
                simulator.order(d, what, of=op, count=8)
                d.error('VM.start_on', vm, host, False, False)
                simulator.order(d, 'none')
                self.assertEqual(self.holds(vm, vgpu, vusb),
                                 (0, False, False, False, False), (op, what))
        for what in 'exit', 'abort', 'half', 'after':
            simulator.order(d, what, of='create')
            d.call('VM.start_on', vm, host, False, False)
            self.assertEqual(self.holds(vm, vgpu, vusb),
                             (1, True, True, False, True), what)
            uuid = d.call('VM.get_uuid', vm)
            devices = simulator.domains(d)[uuid].devices
            self.assertIn('pci/0', devices)
            self.assertIn('vusb/1-2', devices)
            simulator.order(d, what, of='unplug')
            d.call('VUSB.unplug', vusb)
            self.assertNotIn('vusb/1-2', simulator.domains(d)[uuid].devices)
            simulator.happen(d, vm, 'poweroff')
            xapid.until(lambda: d.call('VM.get_power_state', vm) == 'Halted')
            self.assertEqual(self.holds(vm, vgpu, vusb),
                             (0, False, False, False, False), what)

    def test_a_killed_daemon_knows_which_devices_its_vms_have(self):
        d = self.d
        host, vm, vgpu, vusb = self.with_devices()
        d.call('VM.start_on', vm, host, False, False)
        os.kill(d.daemon_pid(), signal.SIGKILL)
        d.local.close()
        d.local = d.session = None  # sessions go with the daemon
        self.assertEqual(self.holds(vm, vgpu, vusb),
                         (1, True, True, False, True))
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(self.holds(vm, vgpu, vusb),
                         (0, False, False, False, False))


if __name__ == '__main__':
    tap.main()
