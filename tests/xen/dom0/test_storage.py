# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks of real guests in images: written, read back, copied, plugged."""

import os
import subprocess

import tap
from bed import MIB, wait
from test_guests import Host as Base

PLACE = '/srv/images'


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


def servers():
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/comm' % pid) as f:
                if f.read().strip() == 'qemu-nbd':
                    found.append(pid)
        except OSError:
            pass
    return found


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

    def disk(self, vm, name, at='0', size=64):
        d = self.d
        vdi = d.call('VDI.create', {
            'name_label': name, 'name_description': '', 'SR': self.sr,
            'virtual_size': size * MIB, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        return vdi, self.vbd(vm, vdi, at)

    def vbd(self, vm, vdi, at, mode='RW'):
        return self.d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': at, 'bootable': False,
            'mode': mode, 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})

    def path(self, vdi):
        return '%s/%s.qcow2' % (PLACE, self.d.call('VDI.get_uuid', vdi))

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
        with open('/proc/%s/status' % servers()[0]) as f:
            status = f.read()
        self.assertNotIn('Uid:\t0', status)
        self.assertIn('CapEff:\t0000000000000000', status)
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
        self.assertTrue(holds(self.path(snapshot), b'read me back', 9 * 4096))
        d.call('VDI.destroy', snapshot)
        self.assertEqual(os.listdir(PLACE), [])

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


if __name__ == '__main__':
    tap.main()
