#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The driver of folders and images, really at work: on a simulated host it has
a folder of the state."""

import fcntl
import os
import shutil
import signal
import struct
import subprocess
import time
import unittest
import xmlrpc.client

import simulator
import tap
import xapid

MIB = 1 << 20
SRC = os.environ.get('XAPID_SRCDIR', '.')
MANY = 10000
MARK = '.xapid'
VDI = {
    'name_label': 'd', 'name_description': '', 'virtual_size': 8 * MIB,
    'type': 'user', 'sharable': False, 'read_only': False,
    'other_config': {}, 'xenstore_data': {}, 'sm_config': {}, 'tags': [],
}


def below(pid, name):
    """Processes of that name under another one."""
    found = []
    for child, own in xapid.children(pid):
        found += ([child] if own == name else []) + below(child, name)
    return found


class Files(unittest.TestCase):
    def setUp(self):
        self.d = xapid.start('--sim-vms', '1', '--worker-deadline', '5')
        self.d.__enter__()
        self.host = self.d.call('host.get_all')[0]
        self.sr = self.repository('a')

    def tearDown(self):
        self.d.__exit__(None, None, None)

    def repository(self, name, **config):
        sr = self.d.call('SR.create', self.host,
                         {'location': self.place(name), **config}, 0, name,
                         '', 'file', 'user', False, {})
        return sr

    def place(self, name='a'):
        return '%s/sr/%s' % (self.d.state, name)

    def files(self, name='a'):
        return sorted(f for f in os.listdir(self.place(name))
                      if f != MARK)

    def disk(self, sr=None, **other):
        return self.d.call('VDI.create', {**VDI, 'SR': sr or self.sr, **other})

    def file(self, vdi, suffix='.raw'):
        return self.d.call('VDI.get_uuid', vdi) + suffix

    def put(self, name, size=MIB):
        with open(os.path.join(self.place(), name), 'wb') as f:
            f.truncate(size)

    def vdis(self):
        return self.d.call('SR.get_VDIs', self.sr)

    def order(self, what, of, **more):
        simulator.order_storage(self.d, what, of=of, **more)


    def vm_with(self, format):
        d = self.d
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        vm = d.call('VM.clone', template, 'with')
        d.call('VM.set_is_a_template', vm, False)
        vdi = self.disk(sm_config={'image-format': format})
        self.vbd(vm, vdi)
        return vm, vdi

    def vbd(self, vm, vdi, at='0', mode='RW'):
        return self.d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': at, 'bootable': False,
            'mode': mode, 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})

    def io(self, path, command, format='qcow2'):
        """Has QEMU write to a file or look into it."""
        p = subprocess.run(
            ['qemu-io', '-f', format, '-c', command,
             os.path.join(self.d.state, 'sr', path)],
            capture_output=True, text=True)
        self.assertEqual(p.returncode, 0, p.stdout + p.stderr)
        self.assertNotIn('failed', p.stdout)


@unittest.skipUnless(shutil.which('qemu-io') and shutil.which('qemu-img'),
                     'needs QEMU')
class Copies(Files):
    def filled(self, format, **other):
        vdi = self.disk(sm_config={'image-format': format}, **other)
        self.io('a/' + self.file(vdi, '.' + format), 'write -P 7 1M 1M',
                format)
        return vdi

    def holds(self, vdi, place, format, byte=7):
        path = '%s/%s' % (place, self.file(vdi, '.' + format))
        self.io(path, 'read -P %d 1M 1M' % byte, format)
        self.io(path, 'read -P 0 2M 1M', format)

    def test_copies_have_the_format_that_their_repository_likes(self):
        d = self.d
        for name in 'raw', 'qcow2':
            self.repository(name, **{'image-format': name})
        self.repository('same')
        for source in 'raw', 'qcow2':
            vdi = self.filled(source, tags=['t'], other_config={'k': 'v'},
                              sharable=True)
            for name, wanted in (('raw', 'raw'), ('qcow2', 'qcow2'),
                                 ('same', source)):
                sr = d.call('SR.get_by_name_label', name)[0]
                copy = d.call('VDI.copy', vdi, sr)
                self.holds(copy, name, wanted)
                r = d.call('VDI.get_record', copy)
                self.assertEqual(r['sm_config'], {'image-format': wanted})
                self.assertEqual(
                    [r[k] for k in ('tags', 'other_config', 'sharable',
                                    'virtual_size', 'read_only')],
                    [['t'], {'k': 'v'}, True, 8 * MIB, False])
        self.assertFalse([f for f in self.files('raw') if '.new' in f])

    def test_a_copy_of_a_chain_stands_alone(self):
        self.repository('b')
        sr = self.d.call('SR.get_by_name_label', 'b')[0]
        vdi = self.filled('qcow2')
        snapshot = self.d.call('VDI.snapshot', vdi, {})
        self.io('a/' + self.file(vdi, '.qcow2'), 'write -P 9 4M 64K')
        copy = self.d.call('VDI.copy', vdi, sr)
        for gone in vdi, snapshot:
            self.d.call('VDI.destroy', gone)
        self.assertEqual(self.files(), [])
        self.holds(copy, 'b', 'qcow2')
        self.io('b/' + self.file(copy, '.qcow2'), 'read -P 9 4M 64K')

    def merged(self, files):
        end = time.time() + 60
        while self.files() != sorted(files):
            self.assertLess(time.time(), end, self.files())
            time.sleep(0.05)

    def test_a_chain_is_no_longer_than_it_need_be(self):
        d = self.d
        vdi = self.filled('qcow2')
        path = 'a/' + self.file(vdi, '.qcow2')
        gone = []
        for n in range(3):
            gone.append(d.call('VDI.snapshot', vdi, {}))
            self.io(path, 'write -P %d %dM 64K' % (n + 1, n + 3))
        d.call('VDI.resize', vdi, 16 * MIB)
        kept = d.call('VDI.snapshot', vdi, {})
        self.io(path, 'write -P 9 1M 64K')
        self.io(path, 'write -P 8 15M 64K')
        for snapshot in gone:
            d.call('VDI.destroy', snapshot)
        base = 'base-%s.qcow2' % d.call('VDI.get_uuid', kept)
        self.merged([base, self.file(vdi, '.qcow2'),
                     self.file(kept, '.qcow2')])
        self.holds(kept, 'a', 'qcow2')
        self.io(path, 'read -P 9 1M 64K')
        d.call('VDI.destroy', kept)
        self.merged([self.file(vdi, '.qcow2')])
        for n in range(3):
            self.io(path, 'read -P %d %dM 64K' % (n + 1, n + 3))
        self.io(path, 'read -P 9 1M 64K')
        self.io(path, 'read -P 7 1088K 960K')
        self.io(path, 'read -P 8 15M 64K')
        p = subprocess.run(['qemu-img', 'check', os.path.join(
            self.d.state, 'sr', path)], capture_output=True, text=True)
        self.assertEqual(p.returncode, 0, p.stdout + p.stderr)
        self.assertEqual(d.call('VDI.get_virtual_size', vdi), 16 * MIB)

    def test_a_merge_gives_way_and_is_done_later(self):
        d = self.d
        vdi = self.disk(virtual_size=4 << 30,
                        sm_config={'image-format': 'qcow2'})
        path = 'a/' + self.file(vdi, '.qcow2')
        self.io(path, 'write -P 7 0 64K')
        snapshot = d.call('VDI.snapshot', vdi, {})
        self.io(path, 'write -P 6 1M 256M')
        d.call('VDI.destroy', snapshot)
        begin = time.time()
        d.call('VDI.resize', vdi, 5 << 30)   # has it stopped
        clone = d.call('VDI.clone', vdi, {})
        self.assertLess(time.time() - begin, 20)
        self.io('a/' + self.file(clone, '.qcow2'), 'read -P 6 1M 256M')
        self.assertEqual(d.call('VDI.get_virtual_size', clone), 5 << 30)
        d.call('VDI.destroy', clone)
        d.call('SR.scan', self.sr)
        self.merged([self.file(vdi, '.qcow2')])
        self.io(path, 'read -P 6 1M 256M')
        self.io(path, 'read -P 7 0 64K')

    def test_what_is_used_is_merged_when_it_is_not(self):
        d = self.d
        vm, vdi = self.vm_with('qcow2')
        path = 'a/' + self.file(vdi, '.qcow2')
        self.io(path, 'write -P 7 1M 1M')
        snapshot = d.call('VDI.snapshot', vdi, {})
        d.call('VM.start', vm, False, False)
        with open(os.path.join(self.d.state, 'sr', path)) as f:
            fcntl.flock(f, fcntl.LOCK_SH)    # as a server has it
            d.call('VDI.destroy', snapshot)
            time.sleep(2)
            self.assertEqual(len(self.files()), 2)
        d.call('VM.hard_shutdown', vm)
        self.merged([self.file(vdi, '.qcow2')])
        self.holds(vdi, 'a', 'qcow2')

    def test_a_merge_whose_worker_dies_loses_nothing(self):
        d = self.d
        for what in ('exit', 'after', 'fault:rename:0:exit',
                     'fault:sync:0:exit', 'fault:sync:1:exit',
                     'fault:rename:0:EIO'):
            vdi = self.filled('qcow2')
            path = 'a/' + self.file(vdi, '.qcow2')
            snapshot = d.call('VDI.snapshot', vdi, {})
            self.io(path, 'write -P 8 5M 1M')
            self.order(what, 'sr_merge')
            d.call('VDI.destroy', snapshot)
            self.order('none', 'sr_merge')
            d.call('SR.scan', self.sr)
            self.merged([self.file(vdi, '.qcow2')])
            self.holds(vdi, 'a', 'qcow2')
            self.io(path, 'read -P 8 5M 1M')
            d.call('VDI.destroy', vdi)
            self.merged([])

    def test_a_copy_into_a_disk_replaces_all_that_it_held(self):
        d = self.d
        for source in 'raw', 'qcow2':
            for format in 'raw', 'qcow2':
                vdi = self.filled(source)
                into = self.disk(virtual_size=12 * MIB,
                                 sm_config={'image-format': format})
                self.io('a/' + self.file(into, '.' + format),
                        'write -P 5 2M 8M', format)
                before = d.call('VDI.get_all')
                self.assertEqual(
                    d.call('VDI.copy', vdi, 'OpaqueRef:NULL',
                           'OpaqueRef:NULL', into), into)
                self.assertEqual(set(d.call('VDI.get_all')), set(before))
                self.holds(into, 'a', format)
                self.io('a/' + self.file(into, '.' + format),
                        'read -P 0 2M 10M', format)
                r = d.call('VDI.get_record', into)
                self.assertEqual(r['virtual_size'], 12 * MIB)
                self.assertEqual(r['name_label'], 'd')
                self.assertIn('destroy', r['allowed_operations'])

    def test_what_cannot_take_a_copy_says_why(self):
        d = self.d
        vdi = self.disk()
        null = 'OpaqueRef:NULL'
        small = self.disk(virtual_size=4 * MIB)
        fixed = self.disk(read_only=True)
        self.assertEqual(d.error('VDI.copy', vdi, null, null, small),
                         ['VDI_TOO_SMALL', small, str(8 * MIB)])
        self.assertEqual(d.error('VDI.copy', vdi, null, null, fixed),
                         ['VDI_READONLY', fixed])
        self.assertEqual(d.error('VDI.copy', vdi, null, null, vdi)[0],
                         'VDI_IN_USE')
        vm = [v for v, r in d.call('VM.get_all_records').items()
              if r['power_state'] == 'Running'
              and not r['is_control_domain']][0]
        used = self.disk()
        vbd = d.call('VBD.create', {
            'VM': vm, 'VDI': used, 'userdevice': '7', 'bootable': False,
            'mode': 'RW', 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        d.call('VBD.plug', vbd)
        self.assertEqual(d.error('VDI.copy', vdi, null, null, used),
                         ['VDI_IN_USE', used, 'copy'])
        self.assertEqual(d.error('VDI.copy', used, null, null, vdi),
                         ['VDI_IN_USE', used, 'copy'])

    def test_a_helper_that_dies_is_followed_by_another(self):
        d = self.d
        self.repository('raw', **{'image-format': 'raw'})
        sr = d.call('SR.get_by_name_label', 'raw')[0]
        vdi = self.filled('qcow2')
        for _ in range(2):
            copy = d.call('VDI.copy', vdi, sr)
            self.holds(copy, 'raw', 'raw')
            for pid in below(d.process.pid, 'xapid-helper'):
                os.kill(pid, signal.SIGKILL)

    def test_a_copy_that_is_cancelled_leaves_nothing(self):
        d = self.d
        self.repository('raw', **{'image-format': 'raw'})
        sr = d.call('SR.get_by_name_label', 'raw')[0]
        vdi = self.disk(virtual_size=4 << 30,
                        sm_config={'image-format': 'qcow2'})
        self.io('a/' + self.file(vdi, '.qcow2'), 'write -P 7 0 384M')
        into = self.disk(virtual_size=4 << 30)
        for args in (vdi, sr), (vdi, 'OpaqueRef:NULL', 'OpaqueRef:NULL', into):
            task = d.call('Async.VDI.copy', *args)
            end = time.time() + 30
            while not [f for name in ('a', 'raw') for f in self.files(name)
                       if f.endswith('.new')]:
                self.assertLess(time.time(), end)
            d.call('task.cancel', task)
            self.d.ended(task)
            self.assertEqual(d.call('task.get_status', task), 'cancelled')
        self.assertEqual(self.files('raw'), [])
        self.assertEqual(self.files(), sorted([self.file(vdi, '.qcow2'),
                                               self.file(into)]))
        self.assertEqual(d.call('SR.get_VDIs', sr), [])


@unittest.skipUnless(shutil.which('qemu-io'), 'needs QEMU')
class Resets(Files):
    def scratch(self, vdi):
        return os.path.join(self.place(), self.file(vdi, '.scratch'))

    def test_a_disk_returns_to_what_it_was_at_each_start(self):
        d = self.d
        for format in 'raw', 'qcow2':
            vm, vdi = self.vm_with(format)
            d.call('VDI.set_on_boot', vdi, 'reset')
            self.assertEqual(d.call('VDI.get_on_boot', vdi), 'reset')
            self.assertEqual(d.call('VDI.get_sm_config', vdi)['on_boot'],
                             'reset')
            d.call('VM.start', vm, False, False)
            before = os.stat(self.scratch(vdi)).st_ino
            d.call('VM.hard_reboot', vm)
            self.assertEqual(os.stat(self.scratch(vdi)).st_ino, before)
            d.kill()
            d.start()
            self.assertEqual(os.stat(self.scratch(vdi)).st_ino, before)
            # What a guest would have written.
            self.io(self.scratch(vdi), 'write -P 7 1M 1M')
            d.call('VM.hard_shutdown', vm)
            self.assertFalse(os.path.exists(self.scratch(vdi)))
            d.call('VM.start', vm, False, False)
            self.io(self.scratch(vdi), 'read -P 0 1M 1M')
            clone = d.call('VDI.clone', vdi, {})
            self.io('a/' + self.file(clone, '.' + format), 'read -P 0 1M 1M',
                    format)
            d.call('VM.hard_shutdown', vm)
            d.call('VDI.set_on_boot', vdi, 'persist')
            self.assertNotIn('on_boot', d.call('VDI.get_sm_config', vdi))
            d.call('VM.start', vm, False, False)
            self.assertFalse(os.path.exists(self.scratch(vdi)))
            d.call('VM.hard_shutdown', vm)

    def test_when_a_disk_cannot_be_reset_is_said(self):
        d = self.d
        vm, vdi = self.vm_with('raw')
        d.call('VM.start', vm, False, False)
        self.assertEqual(d.error('VDI.set_on_boot', vdi, 'reset'),
                         ['VDI_IN_USE', vdi, 'set_on_boot'])
        d.call('VM.hard_shutdown', vm)
        d.call('VDI.set_on_boot', vdi, 'reset')
        for call in 'VDI.snapshot', 'VDI.copy':
            args = ({},) if call == 'VDI.snapshot' else (self.sr,)
            self.assertEqual(
                d.error(call, vdi, *args)[0],
                'VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION')
        images = [s for s, r in d.call('SR.get_all_records').items()
                  if r['type'] == 'iso' and r['VDIs']][0]
        iso = d.call('SR.get_VDIs', images)[0]
        self.assertEqual(d.error('VDI.set_on_boot', iso, 'reset'),
                         ['SR_OPERATION_NOT_SUPPORTED', images])


class Shares(Files):
    def pair(self):
        """Two VMs that are off, and a disk that both read."""
        d = self.d
        vdi = self.disk()
        vms = []
        for _ in range(2):
            vm, _ = self.vm_with('raw')
            self.vbd(vm, vdi, '1', 'RO')
            vms.append(vm)
        return *vms, vdi

    def test_a_disk_of_two_VMs_is_let_go_by_the_last(self):
        d = self.d
        *vms, vdi = self.pair()
        for vm in vms:
            d.call('VM.start', vm, False, False)
        vbds = [v for v in d.call('VDI.get_VBDs', vdi)]
        self.order('error', 'vdi_detach', count=9)
        d.call('VBD.unplug', vbds[0])            # nobody is asked
        self.assertEqual(d.error('VBD.unplug', vbds[1])[0], 'INTERNAL_ERROR')
        self.order('none', 'vdi_detach')

    def test_nor_is_it_let_go_while_another_VM_starts_on_it(self):
        d = self.d
        one, other, vdi = self.pair()
        d.call('VM.start', one, False, False)
        vbd = next(v for v in d.call('VDI.get_VBDs', vdi)
                   if d.call('VBD.get_VM', v) == one)
        self.order('hang', 'vdi_attach')
        self.order('error', 'vdi_detach', count=9)
        task = d.call('Async.VM.start', other, False, False)
        xapid.until(lambda: not d.call(
            'VM.get_scheduled_to_be_resident_on', other).endswith('NULL'))
        d.call('VBD.unplug', vbd)
        self.d.ended(task)
        self.assertEqual(d.call('task.get_status', task), 'success')
        self.order('none', 'vdi_detach')

    def test_nor_while_another_VM_has_it_plugged(self):
        d = self.d
        one, other, vdi = self.pair()
        vbds = {d.call('VBD.get_VM', v): v
                for v in d.call('VDI.get_VBDs', vdi)}
        d.call('VM.start', one, False, False)
        d.call('VBD.destroy', vbds.pop(other))
        d.call('VM.set_HVM_boot_policy', other, '')
        d.call('VM.start', other, False, False)
        vbds[other] = self.vbd(other, vdi, '1', 'RO')
        simulator.order(d, 'hang', of='plug')
        task = d.call('Async.VBD.plug', vbds[other])
        xapid.until(lambda: d.call('VBD.get_current_operations', vbds[other]))
        self.order('error', 'vdi_detach')
        d.call('VBD.unplug', vbds[one])          # nobody is asked
        self.assertEqual(d.ended(task)['error_info'], [])
        self.order('none', 'vdi_detach')

    def test_of_two_VMs_that_end_at_once_one_lets_go_of_their_disk(self):
        d, vdi = self.d, self.disk()
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        vms = [d.call('VM.clone', template, n) for n in ('one', 'other')]
        for vm in vms:
            d.call('VM.set_is_a_template', vm, False)
            self.vbd(vm, vdi, mode='RO')
            d.call('VM.start', vm, False, False)
        self.order('error', 'vdi_detach', count=9)
        simulator.order(d, 'hang', of='destroy')
        tasks = [d.call('Async.VM.hard_shutdown', vm) for vm in vms]
        self.assertIn('failure', [d.ended(t)['status'] for t in tasks])
        self.order('none', 'vdi_detach')

    def test_a_repository_stays_while_a_VM_starts_from_it(self):
        d = self.d
        vm, vdi = self.vm_with('raw')
        pbd = d.call('SR.get_PBDs', self.sr)[0]
        self.order('hang', 'vdi_attach')
        task = d.call('Async.VM.start', vm, False, False)
        xapid.until(lambda: not d.call(
            'VM.get_scheduled_to_be_resident_on', vm).endswith('NULL'))
        self.assertEqual(d.error('PBD.unplug', pbd)[:2], ['VDI_IN_USE', vdi])
        self.assertEqual(d.ended(task)['status'], 'success')

    def test_nor_does_it_go_while_a_disk_is_plugged_from_it(self):
        d = self.d
        vm, _ = self.vm_with('raw')
        d.call('VM.set_HVM_boot_policy', vm, '')
        d.call('VM.start', vm, False, False)
        other = self.repository('other')
        vdi = self.disk(other)
        vbd = self.vbd(vm, vdi, '1')
        simulator.order(d, 'hang', of='plug')
        task = d.call('Async.VBD.plug', vbd)
        xapid.until(lambda: d.call('VBD.get_current_operations', vbd))
        self.assertEqual(
            d.error('PBD.unplug', d.call('SR.get_PBDs', other)[0])[:2],
            ['VDI_IN_USE', vdi])
        self.assertEqual(d.ended(task)['error_info'], [])

    def test_who_lets_go_of_a_disk_has_it_until_its_storage_has_let_go(self):
        d, vdi = self.d, self.disk()
        one, other = (self.vm_with('raw')[0] for _ in range(2))
        vbds = {}
        for vm in one, other:
            d.call('VM.start', vm, False, False)
            vbds[vm] = self.vbd(vm, vdi, '1')

        def devices(vm):
            return simulator.domains(d)[d.call('VM.get_uuid', vm)].devices

        d.call('VBD.plug', vbds[one])
        self.order('hang', 'vdi_detach')
        task = d.call('Async.VBD.unplug', vbds[one])
        xapid.until(lambda: 'vbd/1' not in devices(one))
        self.assertEqual(d.error('VBD.plug', vbds[other])[0], 'VDI_IN_USE')
        self.assertEqual(d.ended(task)['status'], 'success')
        d.call('VBD.plug', vbds[other])
        self.order('hang', 'vdi_detach')
        task = d.call('Async.VM.hard_shutdown', other)
        xapid.until(lambda: d.call('VM.get_power_state', other) == 'Halted')
        self.assertEqual(d.error('VBD.plug', vbds[one])[0], 'VDI_IN_USE')
        self.assertEqual(d.ended(task)['status'], 'success')
        d.call('VBD.plug', vbds[one])


class Moves(Files):
    def test_a_disk_of_a_halted_VM_moves_with_its_snapshots_links(self):
        d = self.d
        other = self.repository('b')
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        vm = d.call('VM.clone', template, 'moves')
        d.call('VM.set_is_a_template', vm, False)
        vdi = self.disk(tags=['t'])
        with open(os.path.join(self.place(), self.file(vdi)), 'r+b') as f:
            f.write(b'moved')
        self.assertEqual(d.error('VDI.pool_migrate', vdi, other, {}),
                         ['VDI_NEEDS_VM_FOR_MIGRATE', vdi])
        vbd = d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': '0', 'bootable': False,
            'mode': 'RW', 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        snapshot = d.call('VDI.snapshot', vdi, {})
        for what in 'error', 'fault:sync:0:EIO':
            self.order(what, 'vdi_copy')
            self.assertTrue(d.error('VDI.pool_migrate', vdi, other, {}))
            self.assertEqual(d.call('VBD.get_VDI', vbd), vdi)
            self.assertEqual(self.files('b'), [])
        moved = d.call('VDI.pool_migrate', vdi, other, {})
        self.assertEqual(d.call('VBD.get_VDI', vbd), moved)
        self.assertEqual(d.call('VDI.get_SR', moved), other)
        self.assertEqual(d.call('VDI.get_tags', moved), ['t'])
        self.assertEqual(d.call('VDI.get_snapshot_of', snapshot), moved)
        with open(os.path.join(self.place('b'), self.file(moved)), 'rb') as f:
            self.assertEqual(f.read(5), b'moved')
        xapid.until(lambda: vdi not in self.vdis())
        self.assertEqual(self.files(), [self.file(snapshot)])
        self.assertEqual(d.error('VDI.get_uuid', vdi)[0], 'HANDLE_INVALID')
        d.call('VM.start', vm, False, False)
        self.assertEqual(
            d.error('VDI.pool_migrate', moved, self.sr, {})[0],
            'NOT_IMPLEMENTED')

    def test_a_disk_that_another_VM_begins_to_use_stays(self):
        d = self.d
        other = self.repository('c')
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        vdi = self.disk(sharable=True)
        vms = [d.call('VM.clone', template, 'shares') for _ in range(2)]
        for vm in vms:
            d.call('VM.set_is_a_template', vm, False)
            d.call('VBD.create', {
                'VM': vm, 'VDI': vdi, 'userdevice': '0', 'bootable': False,
                'mode': 'RW', 'type': 'Disk', 'empty': False,
                'other_config': {}, 'unpluggable': True,
                'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        mover = d.call('VBD.get_VM', d.call('VDI.get_VBDs', vdi)[0])
        user, = set(vms) - {mover}
        self.order('hang', 'vdi_copy')
        moves = d.call('Async.VDI.pool_migrate', vdi, other, {})
        xapid.until(lambda: d.call('VDI.get_current_operations', vdi))
        starts = d.call('Async.VM.start', user, False, False)
        xapid.until(lambda: d.call('VM.get_current_operations', user))
        d.kill_workers('xapid-storage')
        for task in moves, starts:
            self.d.ended(task)
        self.assertEqual(d.call('task.get_status', starts), 'success')
        self.assertEqual(d.call('task.get_error_info', moves)[0],
                         'VDI_IN_USE')
        for vm in vms:
            vbd, = d.call('VM.get_VBDs', vm)
            self.assertEqual(d.call('VBD.get_VDI', vbd), vdi)
        self.assertEqual(self.files('c'), [])
        d.call('VM.hard_shutdown', user)


class Kernels(Files):
    """Kernels that lie in disks (tests/fuzz/corpus/disk)."""

    def vm(self, image, args, **more):
        d = self.d
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        record = dict(d.call('VM.get_record', template))
        record.update(name_label='inside', is_a_template=False,
                      domain_type='pvh', PV_bootloader='pygrub',
                      PV_bootloader_args=args, **more)
        vm = d.call('VM.create', record)
        vdi = self.disk()
        with open(os.path.join(SRC, 'tests/fuzz/corpus/disk', image),
                  'rb') as f:
            data = f.read()
        with open(os.path.join(self.place(), self.file(vdi)), 'r+b') as f:
            f.write(data)
        d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': '0', 'bootable': True,
            'mode': 'RW', 'type': 'Disk', 'empty': False, 'other_config': {},
            'unpluggable': True, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        return vm

    def taken(self):
        folder = os.path.join(self.d.state, 'boot')
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), 'rb') as f:
                found[name.rsplit('.', 1)[1]] = f.read()
        return found

    def test_kernel_and_ramdisk_are_taken_out_of_a_disk(self):
        d = self.d
        for image in 'ext2', 'ext4', 'iso':
            vm = self.vm(image, '--kernel=/boot/vmlinuz-6 '
                         '--ramdisk="/initrd"')
            d.call('VM.start', vm, False, False)
            self.assertEqual(self.taken()['ramdisk'], b'ramdisk' * 30)
            self.assertEqual(self.taken()['kernel'][:6], b'kernel')
            self.assertEqual(self.taken()['kernel'][-3:], b'end')
            d.call('VM.hard_reboot', vm)
            self.assertEqual(self.taken()['kernel'][:6], b'kernel')
            d.call('VM.hard_shutdown', vm)
            self.assertEqual(self.taken(), {})

    def test_why_there_is_no_kernel_is_said(self):
        d = self.d
        limits = {'pv-kernel-max-size': '1000'}
        for args, platform, why in (
                ('--kernel=/boot/x', {}, '/boot/x: it is not there'),
                ('--kernel=/boot', {}, '/boot: it is no file'),
                ('--kernel=/loop', {}, '/loop: it has too many links'),
                ('--kernel=', {}, 'the disk: the disk is no kernel'),
                ('--kernel=/vmlinuz', limits,
                 '/vmlinuz: it is larger than allowed'),
                ('--kernel=/vmlinuz --ramdisk=/x', {},
                 '/x: it is not there'),
                ('--kernel=/' + 'x' * 600, {}, 'The path is too long')):
            vm = self.vm('ext4', args, platform=platform)
            self.assertEqual(d.error('VM.start', vm, False, False),
                             ['BOOTLOADER_FAILED', vm, why])
            self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')
        empty = self.vm('ext4', '--kernel=/x')
        for vbd in d.call('VM.get_VBDs', empty):
            d.call('VBD.destroy', vbd)
        self.assertEqual(d.error('VM.start', empty, False, False)[0],
                         'BOOTLOADER_FAILED')


class Probes(Files):
    def probe(self, type='file', call='SR.probe_ext', **config):
        return self.d.call(call, self.host, config, type, {})

    def test_what_could_be_a_repository_is_found(self):
        self.disk()
        os.makedirs(self.place('new'))
        os.makedirs(self.place('found'))
        self.put('../found/20000000-0000-0000-0000-00000000000a.raw')
        os.makedirs(self.place('isos'))
        self.put('../isos/a.iso')
        by_name = {r['configuration']['location'].rsplit('/', 1)[1]: r
                   for r in self.probe(location=self.place())}
        a, = by_name.values()
        self.assertTrue(a['complete'])
        self.assertEqual(a['extra_info'], {'volumes': '1'})
        self.assertEqual(a['sr']['uuid'], self.d.call('SR.get_uuid', self.sr))
        self.assertEqual(a['sr']['name_label'], 'a')
        self.assertEqual(a['sr']['health'], 'healthy')
        self.assertGreater(int(a['sr']['total_space']), 0)
        new, = self.probe(location=self.place('new'))
        self.assertFalse(new.get('sr'))
        found, = self.probe(location=self.place('found'))
        self.assertFalse(found['sr'].get('uuid'))
        isos, = self.probe('iso', location=self.place('isos'))
        self.assertEqual(isos['extra_info'], {'volumes': '1'})
        text = self.probe(call='SR.probe', location=self.place())
        self.assertIn('<UUID>%s</UUID>' % a['sr']['uuid'], text)
        self.assertNotIn('<SR>', self.probe(call='SR.probe',
                                            location=self.place('new')))

    def test_what_is_nothing_says_why(self):
        d = self.d
        for call in 'SR.probe', 'SR.probe_ext':
            self.assertEqual(
                d.error(call, self.host, {}, 'zfs9', {}),
                ['SR_UNKNOWN_DRIVER', 'zfs9'])
            self.assertEqual(
                d.error(call, 'OpaqueRef:NULL', {}, 'file', {})[0],
                'HANDLE_INVALID')
            self.assertEqual(
                d.error(call, self.host,
                        {'location': self.place('not there')}, 'file', {})[:2],
                ['SR_BACKEND_FAILURE', '2'])
            self.assertEqual(
                d.error(call, self.host, {'location': self.place() +
                                          '/../../../../etc'},
                        'file', {})[0], 'SR_BACKEND_FAILURE')

    def test_a_disk_tells_how_it_is_attached_without_a_database(self):
        vdi = self.disk()
        text = self.d.call('VDI.generate_config', self.host, vdi)
        (config,), method = xmlrpc.client.loads(text)
        self.assertEqual(method, 'vdi_attach_from_config')
        self.assertEqual(config['device_config'], {'location': self.place()})
        self.assertEqual(config['vdi_uuid'], self.d.call('VDI.get_uuid', vdi))
        self.assertEqual(config['sr_uuid'],
                         self.d.call('SR.get_uuid', self.sr))


class Formats(Files):
    def test_an_image_that_a_stranger_has_open_is_not_copied(self):
        vdi = self.disk(sm_config={'image-format': 'qcow2'})
        path = os.path.join(self.place(), self.file(vdi, '.qcow2'))
        with open(path, 'rb') as f:
            # As QEMU does: a lock of the open file on one of its bytes.
            fcntl.fcntl(f, 37, struct.pack('hhqqi4x', fcntl.F_RDLCK,
                                           os.SEEK_SET, 100, 1, 0))
            self.assertEqual(self.d.error('VDI.clone', vdi, {})[0],
                             'VDI_IN_USE')
            self.assertEqual(self.files(), [self.file(vdi, '.qcow2')])
        self.d.call('VDI.clone', vdi, {})

    def test_the_client_chooses_the_format_else_the_repository(self):
        images = self.repository('images', **{'image-format': 'qcow2'})
        liked = self.repository('liked', **{
            'preferred-image-formats': 'vhd, qcow2,raw'})
        for sr, config, format in (
                (self.sr, {}, 'raw'),
                (self.sr, {'image-format': 'qcow2'}, 'qcow2'),
                (self.sr, {'type': 'qcow2'}, 'qcow2'),
                (images, {}, 'qcow2'),
                (images, {'type': 'something'}, 'qcow2'),
                (images, {'image-format': 'raw'}, 'raw'),
                (liked, {}, 'qcow2')):
            vdi = self.disk(sr, sm_config=config)
            got = self.d.call('VDI.get_sm_config', vdi)
            self.assertEqual(got['image-format'], format)
            name = self.d.call('SR.get_name_label', sr)
            self.assertIn(self.file(vdi, '.' + format), self.files(name))
        suspend = self.disk(images, type='suspend')
        self.assertIn(self.file(suspend), self.files('images'))
        self.assertEqual(
            self.d.error('VDI.create', {**VDI, 'SR': self.sr, 'sm_config': {
                'image-format': 'vdi9'}})[:2],
            ['INVALID_VALUE', 'sm_config:image-format'])

    def test_disks_with_the_same_content_have_the_same_checksum(self):
        d, one = self.d, self.disk()
        empty = d.call('VDI.checksum', one)
        self.assertEqual(d.call('VDI.checksum', self.disk()), empty)
        with open(os.path.join(self.place(), self.file(one)), 'r+b') as f:
            f.seek(MIB)
            f.write(b'something')
        self.assertNotEqual(d.call('VDI.checksum', one), empty)
        self.assertEqual(
            d.call('VDI.checksum', d.call('VDI.copy', one, self.sr)),
            d.call('VDI.checksum', one))
        self.assertEqual(d.error('VDI.force_unlock', one)[0],
                         'MESSAGE_DEPRECATED')
        self.assertEqual(d.error('VDI.resize_online', one, 1 << 30)[0],
                         'MESSAGE_REMOVED')
        self.assertEqual(
            d.error('SR.make', self.host, {}, 0, 'n', '', 'file', 'user',
                    {})[0], 'MESSAGE_DEPRECATED')
        image = self.disk(sm_config={'image-format': 'qcow2'})
        self.assertEqual(d.error('VDI.checksum', image)[0],
                         'SR_OPERATION_NOT_SUPPORTED')

    def test_an_image_is_cloned_grown_and_its_base_goes_with_the_last(self):
        vdi = self.disk(sm_config={'image-format': 'qcow2'})
        self.d.call('VDI.resize', vdi, 64 * MIB)
        clone = self.d.call('VDI.clone', vdi, {})
        self.assertEqual(self.d.call('VDI.get_virtual_size', clone), 64 * MIB)
        self.d.call('SR.scan', self.sr)
        self.assertEqual(set(self.vdis()), {vdi, clone})
        self.d.call('VDI.destroy', vdi)
        self.d.call('VDI.destroy', clone)
        self.assertEqual(self.files(), [])


class Scans(Files):
    def test_volumes_come_and_go_by_a_scan(self):
        mine = self.disk()
        self.put('20000000-0000-0000-0000-00000000000a.raw', 3 * MIB)
        self.put('a b.raw')
        self.put('20000000-0000-0000-0000-00000000000b.new')
        self.d.call('SR.scan', self.sr)
        found, = set(self.vdis()) - {mine}
        r = self.d.call('VDI.get_record', found)
        self.assertEqual(r['uuid'], '20000000-0000-0000-0000-00000000000a')
        self.assertEqual(r['virtual_size'], 3 * MIB)
        self.assertEqual(r['sm_config'], {'image-format': 'raw'})
        self.assertIn('destroy', r['allowed_operations'])
        os.unlink(os.path.join(self.place(), r['uuid'] + '.raw'))
        self.d.call('SR.scan', self.sr)
        self.assertEqual(self.vdis(), [mine])
        self.assertEqual(self.d.call('SR.get_virtual_allocation', self.sr),
                         8 * MIB)

    def test_a_repository_that_is_not_mounted_loses_no_disks(self):
        d, vdi = self.d, self.disk()
        away = self.place() + '.away'
        for place in None, self.place():
            os.rename(self.place(), away)
            if place:
                os.mkdir(place)
            for _ in range(2):
                self.assertEqual(d.error('SR.scan', self.sr)[0],
                                 'SR_BACKEND_FAILURE')
                self.assertEqual(self.vdis(), [vdi])
                pbd, = d.call('SR.get_PBDs', self.sr)
                for plug in ('unplug', 'plug') if place else ():
                    d.call('PBD.' + plug, pbd)
            if place:
                os.rmdir(place)
            os.rename(away, self.place())
        d.call('SR.scan', self.sr)
        self.assertEqual(self.vdis(), [vdi])
        # An older one has no mark: it gets one while it has disks.
        os.unlink(os.path.join(self.place(), MARK))
        for plug in 'unplug', 'plug':
            d.call('PBD.' + plug, pbd)
        os.unlink(os.path.join(self.place(), self.file(vdi)))
        d.call('SR.scan', self.sr)
        self.assertEqual(self.vdis(), [])
        d.call('PBD.unplug', pbd)
        d.call('SR.destroy', self.sr)
        self.assertEqual(os.listdir(self.place()), [])

    def test_images_stay_when_their_folder_is_not_mounted(self):
        d = self.d
        os.mkdir(self.place('discs'))
        sr = d.call('SR.create', self.host, {'location': self.place('discs')},
                    0, 'discs', '', 'iso', 'iso', False, {})
        path = os.path.join(self.place('discs'), 'x.iso')
        with open(path, 'wb') as f:
            f.truncate(MIB)
        d.call('SR.scan', sr)
        image, = d.call('SR.get_VDIs', sr)
        os.rename(path, path[:-5] + 'y.tmp')
        os.rename(self.place('discs'), self.place('away'))
        os.mkdir(self.place('discs'))
        self.assertEqual(d.error('SR.scan', sr)[0], 'SR_BACKEND_FAILURE')
        self.assertEqual(d.call('SR.get_VDIs', sr), [image])
        os.rmdir(self.place('discs'))
        os.rename(self.place('away'), self.place('discs'))
        d.call('SR.scan', sr)
        self.assertEqual(d.call('SR.get_VDIs', sr), [])

    def test_ten_thousand_volumes_are_scanned_at_once(self):
        for i in range(MANY):
            self.put('%08x-0000-0000-0000-000000000000.raw' % i)
        for what in 'found', 'known':
            begin = time.time()
            self.d.call('SR.scan', self.sr)
            print('# %d volumes %s in %.2f s'
                  % (MANY, what, time.time() - begin))
            self.assertEqual(len(self.vdis()), MANY)
        begin = time.time()
        for i in range(MANY):
            os.unlink(os.path.join(
                self.place(), '%08x-0000-0000-0000-000000000000.raw' % i))
        self.d.call('SR.scan', self.sr)
        print('# %d volumes gone in %.2f s' % (MANY, time.time() - begin))
        self.assertEqual(self.vdis(), [])

    def test_disks_that_are_made_and_destroyed_meanwhile_stay_as_they_are(self):
        disks = [self.disk() for _ in range(8)]
        for i in range(2000):
            self.put('%08x-0000-0000-0000-000000000000.raw' % i)
        scans = [self.d.call('Async.SR.scan', self.sr) for _ in range(4)]
        clones, tasks = [], []
        for vdi in disks:
            clones.append(self.d.call('VDI.clone', vdi, {}))
            tasks.append(self.d.call('Async.VDI.destroy', vdi))
        for task in scans + tasks:
            self.d.ended(task)
        rows = {self.d.call('VDI.get_uuid', v) for v in self.vdis()}
        self.assertEqual({u + '.raw' for u in rows}, set(self.files()))
        self.assertLessEqual(set(clones), set(self.vdis()))


class Faults(Files):
    """Whatever happens to a worker: what was answered is there, what failed
    has left nothing."""

    def check(self, disks):
        rows = {self.d.call('VDI.get_uuid', v) for v in self.vdis()}
        self.assertLessEqual({self.d.call('VDI.get_uuid', v) for v in disks},
                             rows)
        self.assertEqual({u + '.qcow2' for u in rows},
                         {f for f in self.files()
                          if not f.startswith('base-')})
        for vdi in self.vdis():
            self.assertEqual(self.d.call('VDI.get_current_operations', vdi),
                             {})

    def test_a_full_disk_is_told_and_leaves_nothing(self):
        vdi = self.disk(sm_config={'image-format': 'qcow2'})
        self.order('fault:write:0:ENOSPC', 'vdi_create')
        self.assertEqual(
            self.d.error('VDI.create', {**VDI, 'SR': self.sr, 'sm_config': {
                'image-format': 'qcow2'}})[0], 'SR_FULL')
        self.order('fault:sync:0:ENOSPC', 'vdi_clone')
        self.assertEqual(self.d.error('VDI.clone', vdi, {})[0], 'SR_FULL')
        self.assertEqual(self.vdis(), [vdi])
        self.check([vdi])

    def test_workers_that_die_anywhere_lose_nothing(self):
        vdi = self.disk(sm_config={'image-format': 'qcow2'})
        kept = [vdi]
        for what in ('exit', 'after', 'half', 'fault:write:0:exit',
                     'fault:sync:0:exit', 'fault:sync:1:exit',
                     'fault:rename:0:exit'):
            for call, args, of in (
                    ('VDI.create', ({**VDI, 'SR': self.sr, 'sm_config': {
                        'image-format': 'qcow2'}},), 'vdi_create'),
                    ('VDI.clone', (vdi, {}), 'vdi_clone'),
                    ('VDI.snapshot', (vdi, {}), 'vdi_snapshot')):
                self.order(what, of)
                kept.append(self.d.call(call, *args))
                self.order('none', '*')
                self.check(kept)
        for v in kept[1:5]:
            self.order('exit', 'vdi_destroy')
            self.d.call('VDI.destroy', v)
            kept.remove(v)
            self.check(kept)

    def test_a_daemon_that_dies_in_a_copy_finishes_it_or_takes_it_back(self):
        vdi = self.disk(sm_config={'image-format': 'qcow2'})
        for what in 'hang', 'after', 'fault:rename:0:exit':
            self.order(what, 'vdi_clone')
            task = self.d.call('Async.VDI.clone', vdi, {})
            self.d.kill()
            self.d.start()
            self.order('none', '*')
            self.d.ended(task, 60)
            self.check([vdi])
        self.d.call('PBD.unplug', self.d.call('SR.get_PBDs', self.sr)[0])
        self.put('30000000-0000-0000-0000-00000000000b.new')
        self.d.call('PBD.plug', self.d.call('SR.get_PBDs', self.sr)[0])
        self.check([vdi])


if __name__ == '__main__':
    tap.main()
