# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices of the host for guests. What the host has is what the bed gives it: a
stick that says something when it is booted from (--stick), and a card that
nobody uses (--spare)."""

import glob
import json
import os
import socket
import subprocess
import unittest

import tap
from bed import is_up, wait, xl
from test_guests import Host

NULL = 'OpaqueRef:NULL'


def port_of_stick():
    for path in glob.glob('/sys/bus/usb/devices/*/serial'):
        with open(path) as f:
            if f.read().strip() == 'STICK1':
                return path.split('/')[-2]
    return None


def driver(port):
    """Whose the stick is: of the kernel's usb-storage, or of nobody there."""
    link = '/sys/bus/usb/devices/%s:1.0/driver' % port
    return os.path.basename(os.readlink(link)) if os.path.exists(link) else ''


def shown(domid, what):
    """What QEMU shows the guest: "usb", "pci"."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(120)
        s.connect('/var/run/xen/qmp-libxl-%d' % int(domid))
        f = s.makefile('rw')
        f.readline()
        for request in (
                {'execute': 'qmp_capabilities'},
                {'execute': 'human-monitor-command',
                 'arguments': {'command-line': 'info ' + what}}):
            f.write(json.dumps(request) + '\n')
            f.flush()
            answer = {}
            while 'return' not in answer:
                answer = json.loads(f.readline())
        return answer['return']


class Usb(Host):
    @classmethod
    def setUpClass(cls):
        subprocess.run(['modprobe', '-a', 'xhci_pci', 'usb-storage'],
                       check=True)
        cls.port = wait(port_of_stick, what='the stick')
        wait(lambda: driver(cls.port) == 'usb-storage', what='its driver')
        super().setUpClass()
        cls.session = cls.d.login('root')

    def said(self, vm):
        """What the guest's serial port has said."""
        return self.d.http('GET', '/console_log?ref=%s&session_id=%s' % (
            vm, self.session))[2].decode(errors='replace')

    def with_stick(self, name):
        d = self.d
        pusb = next(r for r, v in d.call('PUSB.get_all_records').items()
                    if v['path'] == self.port)
        d.call('PUSB.set_passthrough_enabled', pusb, True)
        vm = self.make(name, kind='hvm', mib=64,
                       HVM_boot_policy='BIOS order',
                       HVM_boot_params={'order': 'c'})
        group = d.call('PUSB.get_USB_group', pusb)
        return vm, pusb, d.call('VUSB.create', vm, group, {})

    def test_a_guest_boots_from_a_stick_of_its_host(self):
        d = self.d
        vm, _, vusb = self.with_stick('boots')
        d.call('VM.start', vm, False, False)
        for _ in range(3):  # firmware on a slow host gives up: it tries again
            try:
                wait(lambda: 'STICK UP' in self.said(vm), 200)
                break
            except AssertionError:
                d.call('VM.hard_reboot', vm)
        self.assertIn('STICK UP', self.said(vm))
        d.call('VM.hard_shutdown', vm)
        d.call('VUSB.destroy', vusb)

    def test_a_guest_has_a_stick_until_it_is_unplugged_or_ends(self):
        d = self.d
        vm, pusb, vusb = self.with_stick('usb')
        d.call('PUSB.set_passthrough_enabled', pusb, False)
        self.assertEqual(d.error('VM.start', vm, False, False)[0],
                         'NO_HOSTS_AVAILABLE')
        d.call('PUSB.set_passthrough_enabled', pusb, True)
        disk = wait(lambda: glob.glob(
            '/sys/bus/usb/devices/%s:1.0/host*/target*/*/block/*' % self.port),
            what='its disk')[0]
        fd = os.open('/dev/' + os.path.basename(disk), os.O_RDONLY | os.O_EXCL)
        self.assertEqual(d.error('VM.start', vm, False, False)[0],
                         'OPERATION_NOT_ALLOWED')
        os.close(fd)
        d.call('VM.start', vm, False, False)
        self.assertTrue(d.call('VUSB.get_currently_attached', vusb))
        self.assertNotEqual(driver(self.port), 'usb-storage')
        domid = d.call('VM.get_domid', vm)
        self.assertIn('QEMU USB HARDDRIVE', shown(domid, 'usb'))
        self.assertEqual(d.error('VUSB.destroy', vusb)[0],
                         'OPERATION_NOT_ALLOWED')
        d.call('VUSB.unplug', vusb)
        self.assertFalse(d.call('VUSB.get_currently_attached', vusb))
        self.assertNotIn('QEMU USB HARDDRIVE', shown(domid, 'usb'))
        wait(lambda: driver(self.port) == 'usb-storage',
             what='the host has it again')
        d.call('VM.hard_shutdown', vm)
        d.call('VM.start', vm, True, False)
        self.assertNotEqual(driver(self.port), 'usb-storage')
        d.call('VM.hard_shutdown', vm)
        wait(lambda: driver(self.port) == 'usb-storage',
             what='the host has it again after the end of the guest')
        d.call('VUSB.destroy', vusb)

    def test_a_stick_that_was_pulled_out_is_named(self):
        d = self.d
        vm, pusb, vusb = self.with_stick('pulled')
        host = d.call('PUSB.get_host', pusb)
        group = d.call('PUSB.get_USB_group', pusb)
        with open('/sys/bus/usb/devices/%s/remove' % self.port, 'w') as f:
            f.write('1')
        error = d.error('VM.start_on', vm, host, False, False)
        self.assertEqual(error, ['VM_REQUIRES_VUSB', vm, group])
        self.assertEqual(self.state(vm), 'Halted')
        d.call('PUSB.scan', host)
        self.assertEqual(d.error('PUSB.get_path', pusb)[0], 'HANDLE_INVALID')
        self.assertEqual(d.error('VM.start_on', vm, host, False, False)[0],
                         'OPERATION_NOT_ALLOWED')


def bound(address):
    link = '/sys/bus/pci/devices/%s/driver' % address
    return os.path.basename(os.readlink(link)) if os.path.exists(link) else ''


def has_iommu():
    return 'hvm_directio' in xl('info')


def card_of(address):
    return (glob.glob('/sys/bus/pci/devices/%s/net/*' % address) or ' ')[0]


class Pci(Host):
    @classmethod
    def setUpClass(cls):
        subprocess.run(['modprobe', '-a', 'e1000', 'xen-pciback'], check=True)
        cls.address = os.path.basename(next(
            d for d in glob.glob('/sys/bus/pci/devices/*')
            if bound(os.path.basename(d)) == 'e1000'))
        super().setUpClass()

    def device(self, address):
        return next(r for r, v in self.d.call('PCI.get_all_records').items()
                    if v['pci_id'] == address)

    def link(self, state):
        subprocess.run(['ip', 'link', 'set',
                        os.path.basename(card_of(self.address)), state],
                       check=True)

    def with_card(self, name, kind='pv', address=None, **more):
        return self.make(name, kind=kind, other_config={
            'pci': '0/' + (address or self.address)}, **more)

    def test_the_control_domain_gives_up_what_it_does_not_use(self):
        d, pci = self.d, self.device(self.address)
        status = 'PCI.get_dom0_access_status'
        self.assertEqual(d.call(status, pci), 'enabled')
        self.link('up')
        self.assertEqual(d.call('PCI.disable_dom0_access', pci),
                         'disable_on_reboot')
        self.assertEqual(bound(self.address), 'e1000')
        self.assertEqual(d.call(status, pci), 'disable_on_reboot')
        self.link('down')
        # The next start of the daemon finds it unused.
        d.stop()
        d.start(300)
        wait(lambda: d.call(status, pci) == 'disabled', what='it is given up')
        self.assertEqual(d.call('PCI.disable_dom0_access', pci), 'disabled')
        self.assertEqual(bound(self.address), 'pciback')
        self.assertEqual(d.call('PCI.get_driver_name', pci), 'pciback')
        self.assertEqual(d.call(status, pci), 'disabled')
        self.assertEqual(d.call('PCI.enable_dom0_access', pci), 'enabled')
        wait(lambda: bound(self.address) == 'e1000', what='its driver')
        self.assertEqual(d.call(status, pci), 'enabled')

    @unittest.skipUnless(has_iommu(), 'no IOMMU')
    def test_a_guest_has_a_card_of_its_host(self):
        d, pci = self.d, self.device(self.address)
        host = d.call('host.get_all')[0]
        self.assertEqual(d.call('host.get_chipset_info', host)['iommu'],
                         'true')
        vm = self.with_card('card')
        second = self.with_card('second')
        d.call('VM.start', vm, False, False)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [pci])
        self.assertEqual(bound(self.address), 'pciback')
        domid = d.call('VM.get_domid', vm)
        self.assertIn(self.address, xl('pci-list', str(domid)))
        is_up('card')
        for call in ('VM.suspend',), ('VM.checkpoint', 'copy'):
            self.assertEqual(d.error(call[0], vm, *call[1:]),
                             ['VM_HAS_PCI_ATTACHED', vm])
        self.assertEqual(d.call('PCI.enable_dom0_access', pci),
                         'enable_on_reboot')
        self.assertEqual(d.error('VM.start_on', second, host, False, False),
                         ['DEVICE_ALREADY_ATTACHED', pci])
        d.call('VM.hard_reboot', vm)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [pci])
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [])
        self.assertEqual(d.call('PCI.enable_dom0_access', pci), 'enabled')
        wait(lambda: bound(self.address) == 'e1000', what='its driver')

    @unittest.skipUnless(has_iommu(), 'no IOMMU')
    def test_a_guest_with_emulated_hardware_has_a_card(self):
        d = self.d
        vm = self.with_card('emulated', kind='hvm', mib=64,
                            HVM_boot_policy='BIOS order')
        d.call('VM.start', vm, False, False)
        self.assertIn(self.address,
                      xl('pci-list', str(d.call('VM.get_domid', vm))))
        d.call('VM.hard_shutdown', vm)
        pci = self.device(self.address)
        self.assertEqual(d.call('PCI.enable_dom0_access', pci), 'enabled')
        wait(lambda: bound(self.address) == 'e1000', what='its driver')

    # ---- GPUs ----

    def gpu(self, slot):
        """The PGPU in that slot of the host."""
        d = self.d
        return next(r for r, v in d.call('PGPU.get_all_records').items()
                    if '%s.0' % slot in d.call('PCI.get_pci_id', v['PCI']))

    def with_gpu(self, name, pgpu):
        d = self.d
        vm = self.make(name, kind='hvm', mib=64,
                       HVM_boot_policy='BIOS order')
        group = d.call('PGPU.get_GPU_group', pgpu)
        return vm, d.call('VGPU.create', vm, group, '0', {}, NULL)

    def capacity(self, pgpu):
        d = self.d
        whole, = d.call('PGPU.get_enabled_VGPU_types', pgpu)
        return d.call('PGPU.get_remaining_capacity', pgpu, whole)

    def test_a_guest_has_a_gpu_of_its_host(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        pgpu = self.gpu('1c')
        group = d.call('PGPU.get_GPU_group', pgpu)
        self.assertEqual(d.call('GPU_group.get_GPU_types', group),
                         ['1234/1111'])
        self.assertFalse(d.call('PGPU.get_is_system_display_device', pgpu))
        self.assertEqual(self.capacity(pgpu), 1)
        vm, vgpu = self.with_gpu('gpu', pgpu)
        if not has_iommu():
            self.assertEqual(d.error('VM.start_on', vm, host, False, False),
                             ['VM_REQUIRES_IOMMU', host])
            return
        # The other one of its kind is in a place that QEMU keeps for another.
        other = self.gpu('02')
        d.call('PGPU.set_GPU_group', other, d.call(
            'GPU_group.create', 'others', '', {}))
        d.call('VM.start', vm, False, False)
        pci = d.call('PGPU.get_PCI', pgpu)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [pci])
        self.assertEqual(d.call('VGPU.get_resident_on', vgpu), pgpu)
        self.assertTrue(d.call('VGPU.get_currently_attached', vgpu))
        self.assertEqual(self.capacity(pgpu), 0)
        address = d.call('PCI.get_pci_id', pci)
        self.assertEqual(bound(address), 'pciback')
        domid = d.call('VM.get_domid', vm)
        self.assertIn(address, xl('pci-list', str(domid)))
        # The guest's own display is of the same maker and kind.
        self.assertEqual(shown(domid, 'pci').count('PCI device 1234:1111'), 2)
        second, _ = self.with_gpu('second', pgpu)
        self.assertEqual(d.error('VM.start_on', second, host, False, False),
                         ['VM_REQUIRES_GPU', second, group])
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [])
        self.assertFalse(d.call('VGPU.get_currently_attached', vgpu))
        self.assertEqual(self.capacity(pgpu), 1)
        d.call('VM.start', second, False, False)
        d.call('VM.hard_shutdown', second)

    @unittest.skipUnless(has_iommu(), 'no IOMMU')
    def test_a_gpu_that_QEMU_does_not_take_is_given_back(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        pgpu = self.gpu('02')
        group = d.call('GPU_group.create', 'refused', '', {})
        d.call('PGPU.set_GPU_group', pgpu, group)
        vm, vgpu = self.with_gpu('refused', pgpu)
        error = d.error('VM.start_on', vm, host, False, False)
        self.assertEqual(error[0], 'OPERATION_NOT_ALLOWED')
        self.assertIn('0000:00:02.0', error[1])
        wait(lambda: not d.call('VM.get_current_operations', vm),
             what='nothing goes on')
        self.assertEqual(self.state(vm), 'Halted')
        self.assertEqual(d.call('VM.get_attached_PCIs', vm), [])
        self.assertEqual(d.call('VGPU.get_scheduled_to_be_resident_on', vgpu),
                         NULL)
        self.assertEqual(self.capacity(pgpu), 1)

    def test_what_no_guest_can_have_is_said(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        root = os.path.realpath('/sys/class/block/vda')
        disk = next(v['pci_id']
                    for v in d.call('PCI.get_all_records').values()
                    if '/%s/' % v['pci_id'] in root)
        for vm, error in (
                (self.with_card('root', address=disk),
                 'OPERATION_NOT_ALLOWED'),
                (self.with_card('none', address='0000:7f:1f.7'),
                 'OPERATION_NOT_ALLOWED'),
                (self.with_card('boxed', kind='pvh'), 'OPERATION_NOT_ALLOWED'),
                (self.with_card('path', address='../../x'), 'INVALID_VALUE')):
            code = d.error('VM.start_on', vm, host, False, False)[0]
            if code == 'VM_REQUIRES_IOMMU':
                self.assertFalse(has_iommu())
            else:
                self.assertEqual(code, error)
            self.assertEqual(self.state(vm), 'Halted')
            self.assertEqual(d.call('VM.get_attached_PCIs', vm), [])
        self.assertEqual(bound(disk), 'virtio-pci')


if __name__ == '__main__':
    tap.main()
