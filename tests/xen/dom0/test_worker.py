# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libxl worker alone, with real domains: what the daemon asks of it."""

import glob
import os
import signal
import socket
import struct
import subprocess
import time

import emulator
import tap
from bed import (MIB, console, disk_file, is_up, loops, models, names, say,
                 state_of_host, store, uuid, wait, write, xl)
from worker import Failure, Worker

TINY = '/var/lib/xapid/guest/tiny'
STATE = '/root/worker'


def children(pid):
    found = []
    for path in glob.glob('/proc/%s/task/*/children' % pid):
        try:
            with open(path) as f:
                found += map(int, f.read().split())
        except OSError:
            pass
    return found


class TheWorker(emulator.TestCase):
    def setUp(self):
        self.w = Worker(state=STATE).__enter__()
        self.made = []

    def tearDown(self):
        for one in self.made:
            self.w.ask('destroy', one)
        self.w.__exit__()

    def why(self):
        return state_of_host()

    def create(self, name, kind, op='create', one=None, **more):
        one = one or uuid()
        self.made.append(one)
        args = dict(name=name, type=kind, memory_static_max=32 * MIB,
                    memory_target=32 * MIB, vcpus=1, vcpus_max=1)
        if kind != 'hvm':
            args['kernel'] = TINY
        args.update(more)
        return one, self.w.ask(op, one, **args)

    def up(self, name, kind, **more):
        one, answer = self.create(name, kind, **more)
        self.w.ask('unpause', one)
        is_up(name)
        return one, answer['domid']

    def backend(self, kind, domid, devid, node='state'):
        return store('/local/domain/0/backend/%s/%d/%d/%s'
                     % (kind, domid, devid, node))

    # ---- power ----

    def check_progress(self, took):
        """What takes long says how far it is."""
        said = self.w.progress
        self.assertTrue(said or took < 1, 'nothing in %.1f s' % took)
        self.assertEqual(said, sorted(said))
        for part in said:
            self.assertTrue(0 < part < 1, said)

    def saved_and_restored(self, kind):
        name = 'saved-' + kind
        disk = dict(device='vbd/0', kind='disk', virtual='xvda', mode='RW',
                    path=disk_file(name), format='raw')
        one, domid = self.up(name, kind, devices=[disk])
        image = '/root/%s.image' % name
        begin = time.time()
        self.w.ask('suspend', one, path=image)
        saved = time.time()
        self.check_progress(saved - begin)
        self.assertNotIn(name, names())
        wait(lambda: name not in loops(), what='the loop device goes')
        self.w.ask('suspend', one, path=image)    # done: nothing to do
        self.assertGreater(os.stat(image).st_size, MIB)
        begun = time.time()
        _, answer = self.create(name, kind, op='resume', one=one, path=image,
                                devices=[disk])
        self.check_progress(time.time() - begun)
        say('%s: saved in %.1f s, restored in %.1f s'
            % (kind, saved - begin, time.time() - saved))
        self.assertNotEqual(answer['domid'], domid)
        self.assertEqual(self.w.ask('list')[one]['state'], 'paused')
        self.w.ask('unpause', one)
        wait(lambda: any('GUEST RESUMED' in console(n) for n in
                         (name, name + '--incoming')), what='resumed')
        self.w.ask('shutdown', one, reason='poweroff')
        self.w.ask('destroy', one)
        os.unlink(image)

    def test_who_is_paused_again_by_a_fresh_worker_is_unpaused_once(self):
        one, _ = self.up('paused', 'pvh')
        for op, state in ('pause', 'paused'), ('unpause', 'running'):
            for _ in range(2):
                self.w.ask(op, one)
                self.assertEqual(self.w.ask('list')[one]['state'], state)

    def test_a_PV_guest_with_a_disk_is_saved_and_restored(self):
        self.saved_and_restored('pv')

    def test_a_PVH_guest_with_a_disk_is_saved_and_restored(self):
        self.saved_and_restored('pvh')

    def test_a_guest_that_has_ended_by_itself_is_not_taken_for_saved(self):
        image = disk_file('unsaved')
        one, _ = self.up('unsaved', 'pvh')
        self.w.ask('destroy', one)
        self.assertEqual(self.w.error('suspend', one, path=image),
                         ['VM_HALTED', one])
        os.unlink(image)

    def test_a_guest_that_writes_and_writes_keeps_no_other_from_being_heard(
            self):
        noisy, loud = self.up('noisy', 'pvh')
        other, quiet = self.up('other', 'pvh')
        with Worker('libxl-watch', STATE) as watch:
            noise = [subprocess.Popen(
                ['sh', '-c', 'while xenstore-write '
                 '/local/domain/%d/data/%d x; do :; done' % (loud, i)])
                for i in range(2)]
            try:
                watch.event(lambda e: e['event'] == 'started')
                subprocess.run(['xenstore-write', '/local/domain/%d/data/said'
                                % quiet, 'this'], check=True)
                watch.event(lambda e: e['event'] == 'guest' and
                            e['uuid'] == other and
                            e['values'].get('data/said') == 'this', 120)
            finally:
                for one in noise:
                    one.kill()
                    one.wait()

    def test_after_a_checkpoint_the_guest_goes_on(self):
        one, domid = self.up('checked', 'pvh')
        self.w.ask('checkpoint', one, path='/root/checked.image')
        wait(lambda: 'GUEST RESUMED' in console('checked'), what='it goes on')
        self.assertEqual(self.w.ask('list')[one]['domid'], domid)
        self.w.ask('shutdown', one, reason='poweroff')

    def test_a_create_that_is_repeated_answers_the_same_domain(self):
        one, answer = self.create('again', 'pvh')
        _, same = self.create('again', 'pvh', one=one)
        self.assertEqual(answer, same)
        self.w.ask('destroy', one)
        self.w.ask('destroy', one)
        self.assertEqual(self.w.error('pause', one), ['VM_HALTED', one])

    def test_a_guest_that_was_left_held_is_not_taken_for_resumed(self):
        image = '/root/left.image'
        one, domid = self.up('left', 'pvh')
        self.w.ask('suspend', one, path=image, hold=1)
        self.assertEqual(self.w.ask('list')[one]['state'], 'shutdown:suspend')
        _, answer = self.create('left', 'pvh', op='resume', one=one,
                                path=image)
        self.assertNotEqual(answer['domid'], domid)
        self.w.ask('unpause', one)
        wait(lambda: 'GUEST RESUMED' in console('left') + console(
            'left--incoming'), what='resumed')
        self.assertEqual(self.w.ask('list')[one]['state'], 'running')
        self.w.ask('destroy', one)
        os.unlink(image)

    # ---- what is refused ----

    def test_nobody_is_resumed_from_what_holds_no_memory(self):
        one = uuid()
        def error(path):
            return self.w.error('resume', one, name='nobody', type='pvh',
                                path=path, kernel=TINY, vcpus=1, vcpus_max=1,
                                memory_static_max=32 * MIB,
                                memory_target=32 * MIB)
        header = b'LibxlFmt' + struct.pack('>II', 2, 0)
        context, end = struct.pack('<II', 1, 0), struct.pack('<II', 0, 0)
        for data in (bytes(MIB), b'', header, header + context[:7],
                     header + end, header + context,
                     header + context + bytes(MIB)):
            with open('/root/nothing.image', 'wb') as f:
                f.write(data)
            self.assertEqual(error('/root/nothing.image')[0],
                             'DOMAIN_BUILDER_ERROR', data[:40])
        # Who reads that from its beginning has an I/O error.
        self.assertEqual(error('/proc/self/mem')[0], 'VDI_IO_ERROR')
        self.assertNotIn('nobody', names())
        os.unlink('/root/nothing.image')

    def test_kernels_come_from_the_guests_folders_only(self):
        write('/var/lib/xapid/guest/empty', '')
        os.symlink('/etc/passwd', '/var/lib/xapid/guest/link')
        for path in ('/etc/passwd', '/var/lib/xapid/guest/../../../etc/passwd',
                     '/var/lib/xapid/guest/link', '/var/lib/xapid/guest/',
                     '/var/lib/xapid/guest/empty', 'tiny'):
            with self.subTest(path):
                self.assertEqual(
                    self.w.error('create', uuid(), name='no', type='pvh',
                                 memory_static_max=32 * MIB, vcpus=1,
                                 kernel=path)[:2],
                    ['INVALID_VALUE', 'PV_kernel'])
        os.unlink('/var/lib/xapid/guest/link')
        os.unlink('/var/lib/xapid/guest/empty')

    def test_a_kernel_that_is_none_leaves_no_domain(self):
        write('/var/lib/xapid/guest/text', 'no kernel\n' * 1000)
        for kind in 'pv', 'pvh':
            error = self.w.error(
                'create', uuid(), name='none', type=kind, vcpus=1,
                memory_static_max=32 * MIB,
                kernel='/var/lib/xapid/guest/text')
            self.assertEqual(error[0], 'DOMAIN_BUILDER_ERROR')
            self.assertIn('kernel', error[3])
        self.assertEqual(self.w.ask('list'), {})
        os.unlink('/var/lib/xapid/guest/text')

    def test_more_memory_than_there_is_is_named(self):
        error = self.w.error(
            'create', uuid(), name='big', type='pvh', vcpus=1, kernel=TINY,
            memory_static_max=64 << 30)
        self.assertEqual(error[0], 'HOST_NOT_ENOUGH_FREE_MEMORY')
        self.assertEqual(self.w.ask('list'), {})

    # ---- devices ----

    def test_a_disk_comes_and_goes_while_the_guest_runs(self):
        one, domid = self.up('plugged', 'pvh')
        path = disk_file('plugged')
        disk = dict(device='vbd/1', kind='disk', virtual='xvdb', mode='RW',
                    path=path, format='raw')
        devid = 202 << 8 | 1 << 4
        begin = time.time()
        self.w.ask('plug', one, **disk)
        self.w.ask('connect', one, device='vbd/1', virtual='xvdb')
        say('disk plugged in %.2f s' % (time.time() - begin))
        self.assertEqual(self.backend('vbd', domid, devid), '4')
        self.w.ask('plug', one, **disk)           # it is there
        begin = time.time()
        self.w.ask('unplug', one, device='vbd/1', virtual='xvdb')
        say('disk unplugged in %.2f s' % (time.time() - begin))
        self.assertEqual(self.backend('vbd', domid, devid), '')
        wait(lambda: path not in loops(), what='the loop device goes')
        self.w.ask('unplug', one, device='vbd/1', virtual='xvdb')
        self.assertEqual(
            self.w.error('plug', one, **dict(disk, path='/root/none'))[0],
            'VDI_NOT_AVAILABLE')

    def test_a_CD_of_a_guest_without_emulated_hardware_runs_no_script(self):
        cd = dict(kind='cdrom', mode='RO', format='raw')
        first = dict(cd, device='vbd/1', virtual='xvdb', path=disk_file('cd1'))
        later = dict(cd, device='vbd/2', virtual='xvdc', path=disk_file('cd2'))
        one, domid = self.up('cd', 'pv', devices=[first])
        self.w.ask('plug', one, **later)
        for number, drive in (1, first), (2, later):
            devid = 202 << 8 | number << 4
            self.w.ask('connect', one, device=drive['device'],
                       virtual=drive['virtual'])
            self.assertEqual(self.backend('vbd', domid, devid), '4')
            self.assertEqual(self.backend('vbd', domid, devid, 'script'),
                             '/bin/true')
            self.assertEqual(self.backend('vbd', domid, devid, 'mode'), 'r')
            self.w.ask('unplug', one, device=drive['device'],
                       virtual=drive['virtual'])
            self.assertEqual(self.backend('vbd', domid, devid), '')
            wait(lambda: drive['path'] not in loops(),
                 what='the loop device goes')

    def test_a_device_that_has_become_another_ones_is_not_touched(self):
        one, _ = self.up('strange', 'pvh')
        path = disk_file('strange')
        with open(path, 'r+b') as f:
            f.write(b'mine')
        device = subprocess.check_output(
            ['losetup', '--find', '--show', path], text=True).strip()
        try:
            for op, args in (
                    ('plug', dict(device='vbd/1', kind='disk', mode='RW',
                                  virtual='xvdb', format='raw')),
                    ('suspend', {}), ('checkpoint', {})):
                self.assertEqual(
                    self.w.error(op, one, path=device, served='xapid:mine',
                                 **args)[0], 'VDI_NOT_AVAILABLE', op)
            self.assertEqual(self.w.ask('list')[one]['state'], 'running')
            with open(device, 'rb') as f:
                self.assertEqual(f.read(4), b'mine')
        finally:
            subprocess.run(['losetup', '-d', device])

    def test_an_interface_comes_and_goes_while_the_guest_runs(self):
        one, domid = self.up('wired', 'pvh')
        nic = dict(device='vif/0', mac='00:16:3e:00:00:01', bridge='none',
                   mtu=1500)
        begin = time.time()
        answer = self.w.ask('plug', one, **nic)
        self.assertEqual(answer, {'interface': 'vif%d.0' % domid})
        self.w.ask('connect', one, device='vif/0')
        say('interface plugged in %.2f s' % (time.time() - begin))
        self.assertTrue(os.path.exists(
            '/sys/class/net/' + answer['interface']))
        self.assertEqual(self.backend('vif', domid, 0), '4')
        begin = time.time()
        self.w.ask('unplug', one, device='vif/0')
        say('interface unplugged in %.2f s' % (time.time() - begin))
        self.assertEqual(self.backend('vif', domid, 0), '')
        self.assertEqual(
            self.w.error('plug', one, **dict(nic, mac='zz'))[0],
            'MAC_INVALID')

    # ---- while it runs ----

    def test_memory_and_data_reach_a_running_guest(self):
        one, domid = self.up('live', 'pvh',
                             xenstore_data={'vm-data/a': 'first'})
        self.assertEqual(store('/local/domain/%d/vm-data/a' % domid), 'first')
        self.w.ask('xenstore_write', one, xenstore_data={'vm-data/a': '2'})
        self.assertEqual(store('/local/domain/%d/vm-data/a' % domid), '2')
        before = self.w.ask('stats', one)['memory']
        self.w.ask('set_memory', one, target=24 * MIB)
        wait(lambda: self.w.ask('stats', one)['memory'] <= before - 7 * MIB,
             what=lambda: '%d less than %d' % (
                 self.w.ask('stats', one)['memory'], before))
        self.w.ask('set_memory', one, target=32 * MIB)
        wait(lambda: self.w.ask('stats', one)['memory'] >= before - MIB,
             what=lambda: '%d about %d' % (
                 self.w.ask('stats', one)['memory'], before))
        self.assertGreater(self.w.ask('stats', one)['cpu'], 0)
        self.assertEqual(self.w.error('trigger', one, what='dance')[0],
                         'INVALID_VALUE')

    def test_firmware_of_an_HVM_guest_shows_on_its_socket(self):
        one, answer = self.create(
            'firm', 'hvm', memory_static_max=64 * MIB, firmware='bios',
            memory_target=64 * MIB, boot_order='cd', vnc=True,
            devices=[dict(device='vbd/0', kind='disk', virtual='hda',
                          mode='RW', path=disk_file('firm'), format='raw'),
                     dict(device='vbd/3', kind='cdrom', virtual='hdd',
                          mode='RO', format='empty')])
        model = store('/local/domain/%d/image/device-model-pid'
                      % answer['domid'])
        self.assertTrue(os.path.exists('/proc/' + model))
        self.w.ask('unpause', one)
        vnc = socket.socket(socket.AF_UNIX)
        vnc.connect('%s/console/%s.vnc' % (STATE, one))
        vnc.settimeout(60)
        self.assertEqual(vnc.recv(12)[:4], b'RFB ')
        vnc.close()
        self.w.ask('destroy', one)
        self.assertNotIn('firm', names())
        self.assertFalse(os.path.exists('/proc/' + model))

    # ---- cancelling ----

    def test_a_save_that_is_cancelled_leaves_the_guest_running(self):
        one, domid = self.up('spared', 'pvh')
        step = self.w.send('suspend', one, path='/root/spared.image')
        time.sleep(0.3)
        self.w.cancel(step)
        try:
            self.w.answer(step)
            self.skipTest('it was saved before it could be cancelled')
        except Failure as failure:
            self.assertEqual(failure.description, ['TASK_CANCELLED'])
        wait(lambda: self.w.ask('list')[one]['state'] == 'running',
             what=lambda: 'it goes on: %s' % self.w.ask('list'))
        self.assertEqual(self.w.ask('list')[one]['domid'], domid)
        self.w.ask('suspend', one, path='/root/spared.image')
        self.assertNotIn('spared', names())

    def cancelled(self, step, one):
        self.w.cancel(step)
        try:
            self.w.answer(step)      # it was too late
            self.w.ask('destroy', one)
        except Failure as failure:
            self.assertEqual(failure.description, ['TASK_CANCELLED'])
        # Not even one that is about to go, since somebody has its memory.
        wait(lambda: names() == ['Domain-0'] and not models(), 120,
             self.why)

    def stopped(self):
        one = uuid()
        self.made.append(one)
        return one, self.w.send(
            'create', one, name='stopped', type='hvm', vcpus=1,
            memory_static_max=64 * MIB, memory_target=64 * MIB)

    def test_a_create_that_is_cancelled_leaves_no_domain(self):
        for moment in 0.05, 0.2, 0.5:
            one, step = self.stopped()
            time.sleep(moment)
            self.cancelled(step, one)

    def between(self):
        """The process between the worker and a program that it has begun, held
        as soon as there is one."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            for child in children(self.w.process.pid):
                if children(child):
                    os.kill(child, signal.SIGSTOP)
                    return child
        raise AssertionError('nothing is begun: ' + self.why())

    def test_a_create_that_is_cancelled_leaves_no_device_model(self):
        # libxl knows of one when the process between has said so.
        for _ in range(10):
            one, step = self.stopped()
            middle = self.between()
            known = store('/local/domain/%s/image/device-model-pid'
                          % xl('domid', 'stopped').strip())
            if known:
                os.kill(middle, signal.SIGCONT)
            self.cancelled(step, one)
            if not known:
                return
        self.skipTest('libxl knew each time')

    # ---- deaths ----

    def test_two_workers_that_are_asked_for_one_domain_make_one(self):
        one = uuid()
        self.made.append(one)
        args = dict(name='twins', type='pvh', kernel=TINY, vcpus=1,
                    memory_static_max=32 * MIB)
        with Worker(state=STATE) as other:
            theirs = other.send('create', one, **args)
            ours = self.w.send('create', one, **args)
            self.assertEqual(other.answer(theirs), self.w.answer(ours))
        self.assertEqual(names().count('twins'), 1, names())

    def test_what_a_daemon_asked_that_has_gone_is_not_begun(self):
        one = uuid()
        self.made.append(one)
        other = Worker(state=STATE).__enter__()
        other.process.send_signal(signal.SIGSTOP)
        other.send('create', one, name='late', type='pvh', kernel=TINY,
                   vcpus=1, memory_static_max=32 * MIB)
        other.sock.close()
        other.process.send_signal(signal.SIGCONT)
        other.process.wait(60)
        self.assertEqual(self.w.ask('list'), {})

    def test_a_worker_killed_while_it_creates_leaves_what_is_finished(self):
        for moment in 0.05, 0.2, 0.5, 1.0:
            one = uuid()
            self.made.append(one)
            args = dict(name='killed', type='pvh', kernel=TINY, vcpus=1,
                        memory_static_max=32 * MIB)
            with Worker(state=STATE) as other:
                other.send('create', one, **args)
                time.sleep(moment)
                other.kill()
            answer = self.w.ask('create', one, **args)
            self.w.ask('unpause', one)
            self.assertEqual(store('/local/domain/%d/name'
                                   % answer['domid']), 'killed')
            self.w.ask('destroy', one)
            self.assertEqual(self.w.ask('list'), {})


if __name__ == '__main__':
    tap.main()
