# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks of real guests in images: written, read back, copied, plugged."""

import os
import shutil
import signal
import subprocess
import time

import tap
from bed import MIB, console, is_up, processes, wait
from test_guests import FOLDER, Host as Base

PLACE = '/srv/images'
DISK = 96   # MiB, for a whole kernel
IDLE = 65   # seconds; a server was once given up after 60


def volumes():
    return [f for f in os.listdir(PLACE) if f[0] != '.']


def devices():
    """The block devices that serve images: name -> uuid."""
    found = {}
    for name in os.listdir('/sys/block'):
        try:
            with open('/sys/block/%s/backend' % name) as f:
                found[name] = f.read().strip().replace('xapid:', '')
        except OSError:
            pass
    return found


def servers(option=''):
    """Of images; those that were started with an option."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid) as f:
                words = f.read().split('\0')
            if words[0].endswith('qemu-nbd') and (not option
                                                  or option in words):
                found.append(pid)
        except OSError:
            pass
    return found


def parent(pid):
    with open('/proc/%s/stat' % pid) as f:
        return f.read().rsplit(')', 1)[1].split()[1]


def status(pid):
    with open('/proc/%s/status' % pid) as f:
        return dict(line.rstrip('\n').split(':\t', 1)
                    for line in f if ':\t' in line)


def holds(path, text, at=0):
    out = subprocess.run(
        ['qemu-img', 'dd', '-f', 'qcow2', '-O', 'raw', 'bs=512',
         'count=%d' % (at // 512 + 1),     # it counts what it skips
         'skip=%d' % (at // 512), 'if=' + path, 'of=/root/piece'],
        capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    with open('/root/piece', 'rb') as f:
        return f.read(len(text)) == text


class Images(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        d = cls.d
        cls.sr = d.call('SR.create', d.call('host.get_all')[0],
                        {'location': PLACE, 'image-format': 'qcow2'}, 0,
                        'images', '', 'file', 'user', False, {})

    def disk(self, vm, name, at='0', size=64, format='qcow2'):
        d = self.d
        vdi = d.call('VDI.create', {
            'name_label': name, 'name_description': '', 'SR': self.sr,
            'virtual_size': size * MIB, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {'image-format': format}, 'tags': []})
        return vdi, self.vbd(vm, vdi, at)

    def vbd(self, vm, vdi, at, mode='RW'):
        return self.d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': at, 'bootable': False,
            'mode': mode, 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})

    def path(self, vdi, format='qcow2'):
        return '%s/%s.%s' % (PLACE, self.d.call('VDI.get_uuid', vdi), format)

    def write(self, vm, text, device, seek=0):
        # Without the device dd makes a file of its name.
        self.until(vm, 'test -b ' + device)
        self.inside(vm, 'echo %s | dd of=%s conv=fsync seek=%d bs=4096'
                    % (text, device, seek))

    def let_go(self):
        wait(lambda: not devices(), what=lambda: 'let go: %s' % devices())
        wait(lambda: not servers(), what='the server has ended')

    def test_what_a_guest_writes_is_in_its_image_and_copies_keep_theirs(self):
        d = self.d
        vm = self.linux('image')
        vdi, _ = self.disk(vm, 'image')
        self.assertEqual(d.call('VDI.get_sm_config', vdi)['image-format'],
                         'qcow2')
        uuid = d.call('VDI.get_uuid', vdi)
        self.up(vm)
        self.assertEqual(list(devices().values()), [uuid])
        self.write(vm, 'read me back', '/dev/xvda', 9)
        self.assertEqual(d.error('VDI.snapshot', vdi, {})[0],
                         'OPERATION_NOT_ALLOWED')
        server = status(servers()[0])
        self.assertNotIn('0', server['Uid'].split())
        self.assertEqual(int(server['CapEff'], 16), 0)
        if 'asan' not in os.environ['XAPID_BUILDDIR']:
            self.assertEqual(server['Seccomp'], '2')
        keeper = status(parent(servers()[0]))
        self.assertEqual(int(keeper['CapEff'], 16),
                         1 << 5 | 1 << 6 | 1 << 7 | 1 << 21)
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        self.assertTrue(holds(self.path(vdi), b'read me back', 9 * 4096))

        snapshot = d.call('VDI.snapshot', vdi, {})
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.assertIn('read me back', self.inside(
            vm, 'dd if=/dev/xvda skip=9 bs=4096 count=1 | head -c 12; echo'))
        self.write(vm, 'something new', '/dev/xvda', 9)
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        self.assertTrue(holds(self.path(vdi), b'something new', 9 * 4096))
        self.assertTrue(holds(self.path(snapshot), b'read me back', 9 * 4096))
        d.call('VDI.destroy', vdi)
        wait(lambda: len(volumes()) == 1, what='a shorter chain')
        self.assertTrue(holds(self.path(snapshot), b'read me back', 9 * 4096))
        d.call('VDI.destroy', snapshot)
        wait(lambda: not volumes(), what='nothing is left')

    def test_an_image_is_plugged_into_a_guest_that_runs(self):
        d = self.d
        vm = self.linux('plugged')
        self.up(vm)
        vdi, vbd = self.disk(vm, 'plugged', '1')
        for n in 1, 2, 3:
            d.call('VBD.plug', vbd)
            self.write(vm, 'turn %d' % n, '/dev/xvdb')
            d.call('VBD.unplug', vbd)
            self.let_go()
            self.assertTrue(holds(self.path(vdi), b'turn %d' % n))
        d.call('VBD.plug', vbd)
        d.kill()
        d.start()
        self.assertEqual(len(devices()), 1)
        self.write(vm, 'after', '/dev/xvdb')
        d.call('VBD.unplug', vbd)
        self.let_go()
        self.assertTrue(holds(self.path(vdi), b'after'))
        d.call('VDI.destroy', vdi)

    def test_a_disk_of_two_guests_is_let_go_by_the_last(self):
        d = self.d
        vms = [self.make('one'), self.make('two')]
        vdi, vbd = self.disk(vms[0], 'shared')
        d.call('VBD.set_mode', vbd, 'RO')
        self.vbd(vms[1], vdi, '0', 'RO')
        for vm in vms:
            self.up(vm)
        self.assertEqual(len(devices()), 1)
        server = servers()
        time.sleep(IDLE)
        self.assertEqual(servers(), server)
        d.call('VBD.unplug', vbd)
        self.assertEqual(len(devices()), 1)
        d.call('VM.hard_shutdown', vms[1])
        self.let_go()
        d.call('VDI.destroy', vdi)

    def test_a_disk_that_is_reset_forgets_what_a_guest_wrote(self):
        d = self.d
        vm = self.linux('reset')
        for at, format in ('0', 'raw'), ('1', 'qcow2'):
            vdi, _ = self.disk(vm, 'reset', at, format=format)
            d.call('VDI.set_on_boot', vdi, 'reset')
        self.up(vm)
        self.assertEqual(len(devices()), 2)
        for disk in '/dev/xvda', '/dev/xvdb':
            self.write(vm, 'new', disk)
            self.assertIn('new', self.inside(vm, 'head -c 3 %s; echo' % disk))
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        self.up(vm)
        for disk in '/dev/xvda', '/dev/xvdb':
            self.until(vm, 'test -b ' + disk)
            self.assertNotIn('new', self.inside(
                vm, "head -c 3 %s | tr -d '\\0'; echo" % disk))
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        for vbd in d.call('VM.get_VBDs', vm):
            d.call('VDI.destroy', d.call('VBD.get_VDI', vbd))
        self.assertEqual(volumes(), [])

    def with_kernel(self, name, format, files, args, **more):
        """A VM whose kernel lies in its disk."""
        d = self.d
        vm = self.make(name, **more)
        d.call('VM.set_PV_kernel', vm, '')
        d.call('VM.set_PV_bootloader', vm, 'pygrub')
        d.call('VM.set_PV_bootloader_args', vm, args)
        vdi, _ = self.disk(vm, name, size=DISK, format=format)
        folder = '/root/files-' + name
        for path, source in files.items():
            os.makedirs(os.path.dirname(folder + path), exist_ok=True)
            shutil.copy(FOLDER + source, folder + path)
        with open('/root/fs', 'wb') as f:
            f.truncate(DISK * MIB)
        subprocess.run(['mke2fs', '-q', '-t', 'ext4', '-d', folder,
                        '/root/fs'], check=True)
        subprocess.run(['qemu-img', 'convert', '-f', 'raw', '-O', format,
                        '/root/fs', self.path(vdi, format)], check=True)
        shutil.rmtree(folder)
        os.unlink('/root/fs')
        return vm, vdi

    def test_a_kernel_is_taken_out_of_a_disk(self):
        d = self.d
        for format, kind in ('raw', 'pv'), ('qcow2', 'pvh'):
            name = 'inside-' + kind
            vm, vdi = self.with_kernel(name, format, {'/boot/k': 'tiny'},
                                       '--kernel=/boot/k', kind=kind)
            self.up(vm)
            self.assertEqual(len(os.listdir(d.state + '/boot')), 2)
            d.call('VM.hard_reboot', vm)
            is_up(name, 2)
            d.call('VM.suspend', vm)
            d.call('VM.resume', vm, False, False)
            wait(lambda: 'GUEST RESUMED' in console(name), what='it goes on')
            d.call('VM.hard_shutdown', vm)
            self.assertEqual(os.listdir(d.state + '/boot'), [])
            d.call('VM.set_PV_bootloader_args', vm, '--kernel=/boot/x')
            self.assertEqual(
                d.error('VM.start', vm, False, False),
                ['BOOTLOADER_FAILED', vm, '/boot/x: it is not there'])
            self.let_go()
            d.call('VDI.destroy', vdi)

    def test_what_becomes_of_servers_that_die(self):
        """one that reads is followed by another, one that writes takes its
        disk with it; the guest has kernel and ramdisk in a disk"""
        d = self.d
        vm, read = self.with_kernel(
            'servers', 'qcow2', {'/boot/vmlinux': 'vmlinux',
                                 '/initrd': 'initrd'},
            '--kernel /boot/vmlinux --ramdisk=/initrd', mib=96,
            PV_args='console=hvc0')
        d.call('VBD.set_mode', d.call('VDI.get_VBDs', read)[0], 'RO')
        # Before the file system, in its disk.
        subprocess.run(['qemu-io', '-f', 'qcow2', '-c', 'write -P 0x79 0 512',
                        self.path(read)], check=True)
        written, vbd = self.disk(vm, 'servers', '1')
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.write(vm, 'before', '/dev/xvdb')
        for n in 1, 2:
            old = servers('--read-only')
            os.kill(int(old[0]), signal.SIGKILL)
            wait(lambda: len(servers()) == 2 and servers('--read-only') != old,
                 what='the next')
            self.inside(vm, 'dd if=/dev/xvda of=/dev/null bs=1048576 skip=%d '
                        'count=1' % (n * 16))
        self.assertIn('yyy', self.inside(vm, 'head -c 3 /dev/xvda; echo'))
        writer, = set(servers()) - set(servers('--read-only'))
        os.kill(int(writer), signal.SIGKILL)
        wait(lambda: len(servers()) == 1, what='it is dead')
        status, _ = self.shell(vm, 'echo lost | dd of=/dev/xvdb seek=8 '
                               'conv=fsync')
        self.assertNotEqual(status, 0)
        d.call('VBD.unplug', vbd)
        d.call('VBD.plug', vbd)
        self.write(vm, 'after', '/dev/xvdb', 8)
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        self.assertTrue(holds(self.path(written), b'before'))
        self.assertTrue(holds(self.path(written), b'after', 8 * 4096))
        for vdi in read, written:
            d.call('VDI.destroy', vdi)

    def test_an_image_whose_server_has_died_is_not_made_a_base(self):
        # Its device is there yet: whoever writes to that would write to the
        # base, and so to all that rest on it.
        d = self.d
        vm = self.make('dead', mib=16)
        vdi, _ = self.disk(vm, 'dead')
        d.call('VM.start', vm, False, False)
        is_up('dead')
        d.call('VM.pause', vm)
        server = servers()[0]
        keeper = int(parent(server))
        os.kill(keeper, signal.SIGSTOP)     # it would take the device away
        self.addCleanup(subprocess.run, ['kill', '-CONT', str(keeper)],
                        stderr=subprocess.DEVNULL)
        os.kill(int(server), signal.SIGKILL)
        wait(lambda: status(server)['State'].startswith('Z'))
        self.assertIn('Input/output error',
                      d.error('VM.snapshot', vm, 's', [])[-1])
        self.assertEqual(
            [f for f in os.listdir(PLACE) if f.startswith('base-')
             and d.call('VDI.get_uuid', vdi) in f], [])
        os.kill(keeper, signal.SIGCONT)
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        d.call('VDI.destroy', vdi)

    def test_a_suspended_guest_comes_back_to_a_server_that_lives(self):
        # That of before is dead, and so is who would have noticed.
        d = self.d
        vm = self.make('sleeps', mib=16)
        vdi, _ = self.disk(vm, 'sleeps')
        d.call('VM.set_suspend_SR', vm, self.sr)
        d.call('VM.start', vm, False, False)
        is_up('sleeps')
        wait(lambda: 'suspend' in d.call('VM.get_allowed_operations', vm),
             what='it can be suspended')
        d.call('VM.suspend', vm)
        dead = servers()
        for pid in [parent(s) for s in dead] + dead:
            os.kill(int(pid), signal.SIGKILL)
        # Until then nobody can know that it is dead.
        wait(lambda: not servers(), what='the servers have ended')
        d.call('VM.resume', vm, False, False)
        wait(lambda: len(servers()) == 1, what='the image of its memory went')
        self.assertFalse(set(servers()) & set(dead))
        uuid = d.call('VDI.get_uuid', vdi)
        self.assertEqual(list(devices().values()), [uuid])
        d.call('VM.hard_shutdown', vm)
        self.let_go()
        d.call('VDI.destroy', vdi)


if __name__ == '__main__':
    tap.main()
