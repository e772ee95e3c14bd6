# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guests boot from: firmware, GRUB, a PV kernel in a PVH box; discs that
are changed; guests that crash."""

import glob
import os
import re
import subprocess
import threading

import emulator
import tap
from bed import (MIB, console, disk_file, is_up, names, state_of_host, store,
                 uuid, wait, xl)
from test_devices import shown
from test_guests import FOLDER, Host
from worker import Worker

TINY = FOLDER + 'tiny'
STATE = '/root/worker'
# A boot sector that writes "DISK UP" to the first serial port, and waits.
SECTOR = (bytes.fromhex('fc31c08ed8be167cbaf803ac84c07403eeebf8f4ebfd') +
          b'DISK UP\r\n\0').ljust(510, b'\0') + b'\x55\xaa'


class Firmware(emulator.TestCase):
    """The worker alone."""

    def setUp(self):
        self.w = Worker(state=STATE).__enter__()
        self.made = []

    def tearDown(self):
        for one in self.made:
            self.w.ask('destroy', one)
        self.w.__exit__()

    def why(self):
        return state_of_host()

    def create(self, name, kind, **more):
        one = uuid()
        self.made.append(one)
        args = dict(name=name, type=kind, memory_static_max=32 * MIB,
                    memory_target=32 * MIB, vcpus=1, vcpus_max=1)
        args.update(more)
        return one, self.w.ask('create', one, **args)['domid']

    def hvm(self, name, mib=64, **more):
        drive = dict(device='vbd/3', kind='cdrom', virtual='hdd', mode='RO',
                     format='empty')
        return self.create(
            name, 'hvm', memory_static_max=mib * MIB, memory_target=mib * MIB,
            boot_order='cd', vnc=True, devices=[drive], **more)

    def lives(self, one, domid):
        model = store('/local/domain/%d/image/device-model-pid' % domid)
        self.assertTrue(os.path.exists('/proc/' + model),
                        'QEMU has ended:\n' + subprocess.run(
                            ['tail', '-n', '40'] + glob.glob(
                                '/var/log/xen/qemu-dm-*.log'),
                            capture_output=True, text=True).stdout)
        self.assertIn(self.w.ask('list')[one]['state'], ('running', 'paused'))

    def opened(self, domid):
        """Files that QEMU has open."""
        folder = '/proc/%s/fd/' % store(
            '/local/domain/%d/image/device-model-pid' % domid)
        return [os.readlink(folder + fd) for fd in os.listdir(folder)
                if os.path.lexists(folder + fd)]

    def test_firmware_is_SeaBIOS_or_OVMF(self):
        for firmware, name in ('bios', 'seabios'), ('uefi', 'ovmf'):
            one, domid = self.hvm('firm-' + name, firmware=firmware, mib=96,
                                  bios_strings={
                                      'system-manufacturer': 'Somebody',
                                      '../vm-data/evil': 'x'})
            strings = '/local/domain/%d/bios-strings/' % domid
            self.assertEqual(store(strings + 'system-manufacturer'),
                             'Somebody')
            self.assertEqual(
                store('/local/domain/%d/vm-data/evil' % domid), '')
            self.assertEqual(store('/local/domain/%d/hvmloader/bios' % domid),
                             name)
            self.w.ask('unpause', one)
            # hvmloader has gone when the firmware runs.
            wait(lambda: self.w.ask('stats', one)['cpu'] > 0,
                 what=name + ' runs')
            self.lives(one, domid)
            self.w.ask('destroy', one)

    def test_the_machine_is_what_the_platform_says(self):
        def qemu(name, **platform):
            _, domid = self.hvm(name, platform=platform)
            with open('/proc/%s/cmdline' % store(
                    '/local/domain/%d/image/device-model-pid' % domid)) as f:
                return f.read().split('\0')

        args = qemu('some', videoram='32', keymap='de', timeoffset='3600',
                    hpet='false', mmio_size_mib='1024', tsc_mode='2')
        self.assertIn('tablet', args)
        self.assertEqual(args[args.index('-k') + 1], 'de')
        self.assertIn('vgamem_mb=32', ' '.join(args))
        self.assertIn('max-ram-below-4g', ' '.join(args))
        args = qemu('none', videoram='8', keymap='../../x', timeoffset='soon',
                    usb='false', mmio_size_mib='-1', tsc_mode='9')
        self.assertNotIn('tablet', args)
        self.assertNotIn('-k', args)
        self.assertIn('vgamem_mb=16', ' '.join(args))

    def test_a_guest_is_asked_to_sleep_and_woken(self):
        one, domid = self.hvm('sleeper', platform={'acpi_s3': '1'})
        order = '/local/domain/%d/control/shutdown' % domid
        self.w.ask('unpause', one)
        # The firmware has no driver that listens: that is our part.
        asked = threading.Thread(target=self.w.ask, args=('sleep', one))
        asked.start()
        wait(lambda: store(order) == 's3', what='it is asked')
        subprocess.run(['xenstore-write', order, ''], check=True)
        asked.join(120)
        self.assertFalse(asked.is_alive())
        self.w.ask('trigger', one, what='s3resume')
        self.lives(one, domid)

    def test_a_script_is_answered_by_the_guest_it_was_given_to(self):
        one, domid = self.hvm('scripted')
        batch = '/local/domain/%d/control/batcmd' % domid
        self.w.ask('script', one, what='begin', script='dir')
        self.assertEqual(store(batch + '/script'), 'dir')
        self.assertEqual(store(batch + '/state'), 'READY')
        shown = subprocess.run(
            ['xenstore-ls', '-p', batch.rsplit('/', 1)[0]],
            capture_output=True, text=True).stdout
        for node in 'batcmd', 'state', 'feature-xs-batcmd':
            self.assertRegex(shown, r'(?m)^ *%s = .*\(n%d\b' % (node, domid),
                             'the guest may not write ' + node)
        for name, text in (('stdout', 'out\x01'), ('return', '3'),
                           ('state', 'SUCCESS')):
            subprocess.run(['xenstore-write', batch + '/' + name, text],
                           check=True)
        self.assertEqual(self.w.ask('script', one, what='look'), {
            'state': 'SUCCESS', 'return': '3', 'stdout': 'out?',
            'stderr': ''})
        self.w.ask('script', one, what='clear')
        self.assertEqual(store(batch + '/state'), '')

    def test_a_disc_is_put_in_and_taken_out_of_a_drive(self):
        one, domid = self.hvm('discs')
        self.w.ask('unpause', one)
        first, second = disk_file('first.iso', 2), disk_file('second.iso', 3)
        drive = dict(device='vbd/3', virtual='hdd')
        for path in first, second:
            self.w.ask('insert', one, path=path, format='raw', **drive)
            self.lives(one, domid)
            self.assertIn(path, self.opened(domid))
            self.w.ask('insert', one, path=path, format='raw', **drive)
        self.w.ask('eject', one, **drive)
        self.lives(one, domid)
        self.assertNotIn(second, self.opened(domid))
        self.w.ask('eject', one, **drive)
        self.assertEqual(self.w.error('insert', one, path='/root/none.iso',
                                      format='raw', **drive)[0],
                         'VDI_NOT_AVAILABLE')
        self.lives(one, domid)

    def test_GRUB_runs_inside_the_guest(self):
        for kind, program in (('pv', 'grub-x86_64-xen.bin'),
                              ('pvh', 'grub-i386-xen_pvh.bin')):
            name = 'grub-' + kind
            one, _ = self.create(name, kind, kernel=FOLDER + program,
                                 memory_static_max=128 * MIB,
                                 memory_target=128 * MIB)
            self.w.ask('unpause', one)
            wait(lambda: 'GRUB' in console(name) or 'grub>' in console(name),
                 what=lambda: 'GRUB is heard: ' + console(name)[-500:])
            self.w.ask('destroy', one)

    def test_a_PV_kernel_runs_in_a_PVH_box(self):
        one, _ = self.create('boxed', 'pv_in_pvh', kernel=TINY,
                                 memory_static_max=96 * MIB,
                                 memory_target=96 * MIB)
        self.assertEqual(self.w.ask('list')[one]['type'], 'pvh')
        self.w.ask('unpause', one)
        # Emulated AMD processors have not all that Xen itself looks for in
        # its box, so how far it comes depends on the host.
        wait(lambda: '(XEN)' in console('boxed'), what='the box is heard')

    def test_devices_that_the_host_has_not_are_named(self):
        one = uuid()
        for kind, device, expected in (
                ('pvh', dict(device='vtpm/0'), ['VM_HVM_REQUIRED', one]),
                ('pvh', dict(device='vusb/1-1'), ['VM_HVM_REQUIRED', one]),
                ('hvm', dict(device='vusb/../x'), ['VM_REQUIRES_VUSB', one, '']),
                ('hvm', dict(device='vusb/9-9.9'),
                 ['VM_REQUIRES_VUSB', one, '9-9.9']),
                ('pv', dict(device='pci/0'), ['INVALID_DEVICE', '']),
                ('pv', dict(device='pci/0', address='0000:00:00.0x'),
                 ['INVALID_DEVICE', '0000:00:00.0x']),
                ('pv', dict(device='pci/0', address='0000:7f:1f.7'),
                 ['INVALID_DEVICE', '0000:7f:1f.7'])):
            kernel = {} if kind == 'hvm' else dict(kernel=TINY)
            error = self.w.error('create', one, name='devices', type=kind,
                                 memory_static_max=32 * MIB, vcpus=1,
                                 devices=[device], **kernel)
            self.assertEqual(error, expected)
        self.assertEqual(self.w.ask('list'), {})


class Disks(Host):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls.d.login('root')

    def said(self, vm):
        """What its serial port has said."""
        return self.d.http('GET', '/console_log?ref=%s&session_id=%s' % (
            vm, self.session))[2].decode(errors='replace')

    def says(self, vm, times):
        """Firmware on a slow host gives up: then it tries again."""
        for _ in range(3):
            try:
                return wait(lambda: self.said(vm).count('DISK UP') >= times,
                            200)
            except AssertionError:
                self.d.call('VM.hard_reboot', vm)
        self.fail('%d times: %r' % (times, self.said(vm)))

    def test_a_guest_with_emulated_hardware_boots_from_its_disk(self):
        d = self.d
        vm = self.make('disk', kind='hvm', mib=64,
                       HVM_boot_policy='BIOS order',
                       HVM_boot_params={'order': 'c'})
        vdi, _ = self.disk(vm, 0)
        path = '/var/lib/xapid/sr/local/%s.raw' % d.call('VDI.get_uuid', vdi)
        with open(path, 'r+b') as image:
            image.write(SECTOR)
        d.call('VM.start', vm, False, False)
        self.says(vm, 1)
        # The sector has no drivers, but needs none to be put to sleep.
        subprocess.run(['xenstore-write', '/local/domain/%s/control/'
                        'feature-suspend' % d.call('VM.get_domid', vm), '1'],
                       check=True)
        wait(lambda: 'suspend' in d.call('VM.get_allowed_operations', vm))
        d.call('VM.suspend', vm)
        d.call('VM.resume', vm, False, False)
        self.assertIn(path, self.files_of_disks(vm))
        d.call('VM.hard_reboot', vm)
        self.says(vm, 2)
        d.call('VM.hard_shutdown', vm)
        d.call('VM.destroy', vm)
        d.call('VDI.destroy', vdi)    # nobody has it open any more

    def files_of_disks(self, vm):
        """The files behind what its device model shows as disks."""
        shows = shown(self.d.call('VM.get_domid', vm), 'block')
        loops = re.findall(r'/dev/(loop\d+)', shows)
        self.assertTrue(loops, shows)
        found = ''
        for loop in loops:
            with open('/sys/block/%s/loop/backing_file' % loop) as f:
                found += f.read()
        return found


class Crash(Host):
    def crashing(self, action, kind='pvh', later=False):
        """later: as if it had run for some minutes."""
        vm = self.make('crash-' + action, kind)
        self.d.call('VM.set_actions_after_crash', vm, action)
        self.d.call('VM.start', vm, False, False)
        name = 'crash-' + action
        is_up(name)
        domid = int(self.d.call('VM.get_domid', vm))
        if later:
            subprocess.run(['date', '-s', '+200 seconds'], check=True,
                           stdout=subprocess.DEVNULL)
        subprocess.run(['xenstore-write',
                        '/local/domain/%d/control/shutdown' % domid, 'crash'],
                       check=True)
        return vm, name, domid

    def test_a_guest_that_crashes_is_destroyed(self):
        vm, name, _ = self.crashing('destroy')
        wait(lambda: self.state(vm) == 'Halted', what='halted')
        wait(lambda: name not in names(), what=name + ' has gone')

    def test_a_guest_that_crashes_is_started_again(self):
        vm, name, domid = self.crashing('restart', later=True)
        wait(lambda: int(self.d.call('VM.get_domid', vm)) not in (-1, domid),
             what='another domain')
        wait(lambda: not self.d.call('VM.get_current_operations', vm),
             what='nothing goes on')
        self.assertEqual(self.state(vm), 'Running')
        self.assertEqual(names().count(name), 1)

    def test_a_guest_that_crashes_is_kept(self):
        vm, name, domid = self.crashing('preserve')
        wait(lambda: 'c' in xl('list', name).splitlines()[1].split()[4],
             what=lambda: 'crashed:\n' + xl('list'))
        wait(lambda: self.state(vm) == 'Paused', what='it counts as paused')
        self.assertEqual(int(self.d.call('VM.get_domid', vm)), domid)
        self.d.call('VM.hard_shutdown', vm)
        self.assertNotIn(name, names())

    def test_a_guest_that_crashes_at_once_is_not_started_again(self):
        vm, name, _ = self.crashing('restart')
        wait(lambda: self.state(vm) == 'Halted', what='halted')
        self.assertNotIn(name, names())

    def core(self, vm):
        """The memory that was written down of a VM, and that it is one."""
        path = '/root/guests/state/cores/%s.core' % self.d.call(
            'VM.get_uuid', vm)
        with open(path, 'rb') as f:
            self.assertEqual(f.read(4), b'\x7fELF')
        self.assertGreater(os.path.getsize(path), 16 * MIB)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        os.unlink(path)

    def test_the_memory_of_a_guest_that_crashes_is_written_down(self):
        vm, name, _ = self.crashing('coredump_and_destroy', 'pv')
        wait(lambda: self.state(vm) == 'Halted', what='halted')
        wait(lambda: name not in names(), what=name + ' has gone')
        self.core(vm)
        vm, name, domid = self.crashing('coredump_and_restart', 'pv', True)
        wait(lambda: int(self.d.call('VM.get_domid', vm)) not in (-1, domid),
             what='another domain')
        wait(lambda: not self.d.call('VM.get_current_operations', vm),
             what='nothing goes on')
        self.assertEqual(self.state(vm), 'Running')
        self.core(vm)
        vm = self.make('renamed')
        self.d.call('VM.set_actions_after_crash', vm, 'rename_restart')
        error = self.d.error('VM.start_on', vm,
                             self.d.call('host.get_all')[0], False, False)
        self.assertEqual(error[:2], ['VALUE_NOT_SUPPORTED',
                                     'VM.actions_after_crash'])

    def ends(self, name, how, **actions):
        """A guest that ends by itself."""
        vm = self.make(name, **{'actions_after_' + k: v
                                for k, v in actions.items()})
        self.d.call('VM.start', vm, False, False)
        is_up(name)
        domid = int(self.d.call('VM.get_domid', vm))
        subprocess.run(['xenstore-write',
                        '/local/domain/%d/control/shutdown' % domid, how],
                       check=True)
        return vm, domid

    def test_what_follows_an_orderly_end_is_as_set(self):
        for name, how, actions in (
                ('off', 'poweroff', {'shutdown': 'destroy'}),
                ('boot', 'reboot', {'reboot': 'destroy'})):
            vm, _ = self.ends(name, how, **actions)
            wait(lambda: self.state(vm) == 'Halted', what=name + ' is halted')
        for name, how, actions in (
                ('off-on', 'poweroff', {'shutdown': 'restart'}),
                ('boot-on', 'reboot', {'reboot': 'restart'})):
            vm, domid = self.ends(name, how, **actions)
            wait(lambda: int(self.d.call('VM.get_domid', vm)) not in
                 (-1, domid), what=name + ' has another domain')
            is_up(name, 2)

    def test_GRUB_that_is_not_there_is_named(self):
        path = '/usr/lib/grub-xen/grub-i386-xen_pvh.bin'
        if os.path.exists(path):
            os.rename(path, path + '.away')
        try:
            vm = self.make('loader')
            self.d.call('VM.set_PV_bootloader', vm, 'pygrub')
            error = self.d.error('VM.start', vm, False, False)
            self.assertEqual(error[0], 'BOOTLOADER_FAILED', error)
            self.assertEqual(self.state(vm), 'Halted')
        finally:
            if os.path.exists(path + '.away'):
                os.rename(path + '.away', path)


if __name__ == '__main__':
    tap.main()
