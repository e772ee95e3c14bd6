#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The driver of folders and images, really at work: on a simulated host it has
a folder of the state."""

import os
import time
import unittest

import simulator
import tap
import xapid

MIB = 1 << 20
MANY = 10000
VDI = {
    'name_label': 'd', 'name_description': '', 'virtual_size': 8 * MIB,
    'type': 'user', 'sharable': False, 'read_only': False,
    'other_config': {}, 'xenstore_data': {}, 'sm_config': {}, 'tags': [],
}


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
        return sorted(os.listdir(self.place(name)))

    def disk(self, sr=None, **other):
        return self.d.call('VDI.create', {**VDI, 'SR': sr or self.sr, **other})

    def file(self, vdi, suffix='.raw'):
        return self.d.call('VDI.get_uuid', vdi) + suffix

    def put(self, name, size=MIB):
        with open(os.path.join(self.place(), name), 'wb') as f:
            f.truncate(size)

    def vdis(self):
        return self.d.call('SR.get_VDIs', self.sr)

    def wait(self, task, seconds=60):
        end = time.time() + seconds
        while self.d.call('task.get_status', task) == 'pending':
            self.assertLess(time.time(), end)
            time.sleep(0.05)

    def order(self, what, of, **more):
        simulator.order_storage(self.d, what, of=of, **more)


class Formats(Files):
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
            self.wait(task)
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
            self.wait(task, 60)
            self.check([vdi])
        self.d.call('PBD.unplug', self.d.call('SR.get_PBDs', self.sr)[0])
        self.put('30000000-0000-0000-0000-00000000000b.new')
        self.d.call('PBD.plug', self.d.call('SR.get_PBDs', self.sr)[0])
        self.check([vdi])


if __name__ == '__main__':
    tap.main()
