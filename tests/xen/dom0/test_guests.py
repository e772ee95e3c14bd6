# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests of a real host: what they do while others are killed."""

import os
import signal
import threading
import time

import emulator
import tap
import xapid
from bed import (MIB, console, is_up, loops, names, say, state_of_host, typed,
                 wait, xl)
from moments import Moments

MANY = 50
FOLDER = '/var/lib/xapid/guest/'


def workers():
    """Processes of the domain worker, by the driver they run."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as f:
                words = f.read().split(b'\0')
        except OSError:
            continue
        if words[0].endswith(b'xapid-domain'):
            found.setdefault(words[1].decode(), []).append(int(pid))
    return found


class PatientDaemon(xapid.Daemon):
    """An emulated host that shares its machine stands still at times."""

    def connection(self, timeout=600):
        return super().connection(timeout)


class Host(emulator.TestCase):
    env = None  # of the daemon

    @classmethod
    def setUpClass(cls):
        os.makedirs('/root/guests', exist_ok=True)
        cls.d = PatientDaemon(['--backend', 'libxl'], state='/root/guests',
                              env=cls.env)
        cls.d.start(300)

    @classmethod
    def tearDownClass(cls):
        print('# ' + cls.d.log_text()[-4000:].replace('\n', '\n# '))
        cls.d.stop()

    def tearDown(self):
        for ref, vm in self.vms().items():
            # What a test has ended may be on its way to be found so.
            wait(lambda: not self.d.call('VM.get_current_operations', ref),
                 what='nothing goes on with ' + vm['name_label'])
            if self.state(ref) != 'Halted':
                self.d.call('VM.hard_shutdown', ref)
            self.d.call('VM.destroy', ref)

    def why(self):
        return '%s\n%s' % (state_of_host(), self.d.log_text()[-6000:])

    def vms(self):
        return {r: v for r, v in self.d.call('VM.get_all_records').items()
                if not v['is_a_template'] and not v['is_control_domain']}

    def make(self, name, kind='pvh', mib=32, kernel='tiny', **more):
        template = self.d.call('VM.get_by_name_label',
                               'Other install media')[0]
        record = dict(self.d.call('VM.get_record', template))
        record.update(
            name_label=name, is_a_template=False, domain_type=kind,
            memory_static_max=mib * MIB, memory_dynamic_max=mib * MIB,
            memory_dynamic_min=mib * MIB, memory_static_min=16 * MIB,
            VCPUs_max=1, VCPUs_at_startup=1, PV_bootloader='',
            PV_kernel=FOLDER + kernel, **more)
        return self.d.call('VM.create', record)

    # ---- a whole system ----

    def linux(self, name):
        return self.make(name, mib=96, kernel='vmlinux',
                         PV_ramdisk=FOLDER + 'initrd',
                         PV_args='console=hvc0 quiet')

    def up(self, vm):
        """Starts a guest; whether its devices are there is another question:
        drivers connect in a thread of their own."""
        name = self.d.call('VM.get_name_label', vm)
        before = console(name).count('GUEST UP')
        begin = time.time()
        self.d.call('VM.start', vm, False, False)
        is_up(name, before + 1)
        say('%s is up after %.1f s' % (name, time.time() - begin))

    def shell(self, vm, command, seconds=300):
        """The status of a command in the guest, and what it printed."""
        return typed(self.d.call('VM.get_name_label', vm),
                     self.d.call('VM.get_domid', vm), command, seconds)

    def inside(self, vm, command, seconds=300):
        """What a command that must succeed prints in the guest."""
        status, text = self.shell(vm, command, seconds)
        self.assertEqual(status, 0, '%s: %s' % (command, text))
        return text

    def until(self, vm, condition, seconds=300):
        """Waits in the guest until a command succeeds there."""
        wait(lambda: self.shell(vm, condition + ' || (sleep 1; false)')[0] == 0,
             seconds, lambda: '%s in the guest; it said: %s' % (
                 condition,
                 console(self.d.call('VM.get_name_label', vm))[-2000:]))

    def disk(self, vm, position, sr=None):
        d = self.d
        sr = sr or [r for r, v in d.call('SR.get_all_records').items()
                    if v['name_label'] == 'Local storage'][0]
        vdi = d.call('VDI.create', {
            'name_label': 'disk', 'name_description': '', 'SR': sr,
            'virtual_size': 16 * MIB, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        vbd = d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': str(position),
            'bootable': False, 'mode': 'RW', 'type': 'Disk',
            'empty': False, 'other_config': {}, 'unpluggable': True,
            'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        return vdi, vbd

    def state(self, vm):
        return self.d.call('VM.get_power_state', vm)


class Guests(Host):
    # ---- deaths ----

    def test_guests_outlive_daemon_and_workers_and_are_known_again(self):
        d = self.d
        vm = self.make('outlives')
        d.call('VM.start', vm, False, False)
        domid = d.call('VM.get_domid', vm)
        is_up('outlives')
        for pid in sum(workers().values(), []):
            os.kill(pid, signal.SIGKILL)
        d.call('VM.pause', vm)
        d.call('VM.unpause', vm)
        d.kill()
        self.assertIn('outlives', names())
        d.start()
        self.assertEqual(self.state(vm), 'Running')
        self.assertEqual(d.call('VM.get_domid', vm), domid)
        d.kill()
        xl('destroy', 'outlives')
        d.start()
        wait(lambda: self.state(vm) == 'Halted', what='found gone')

    def test_a_start_whose_worker_is_killed_is_done_once(self):
        d = self.d
        for moment in 0.1, 0.4, 0.8:
            vm = self.make('once')
            task = d.call('Async.VM.start', vm, False, False)
            time.sleep(moment)
            for pid in workers().get('libxl', []):
                os.kill(pid, signal.SIGKILL)
            wait(lambda: d.call('task.get_status', task) != 'pending',
                 what='the start has ended')
            self.assertEqual(d.call('task.get_status', task), 'success',
                             d.call('task.get_error_info', task))
            self.assertEqual(len(names()), 2, names())
            d.call('VM.hard_shutdown', vm)
            self.assertEqual(len(names()), 1, names())
            d.call('VM.destroy', vm)

    # ---- a whole system ----

    def test_what_a_Linux_guest_writes_is_on_its_disk(self):
        d = self.d
        vm = self.linux('linux')
        vdi, _ = self.disk(vm, 0)
        # One of its own: a card that carries the host's address is not put on
        # a bridge by the way.
        network = d.call('network.create', {
            'name_label': 'linux', 'name_description': '', 'MTU': 1500,
            'other_config': {}, 'tags': []})
        vif = d.call('VIF.create', {
            'device': '0', 'network': network, 'VM': vm,
            'MAC': '', 'MTU': 1500, 'other_config': {},
            'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        self.up(vm)
        self.assertTrue(d.call('VIF.get_currently_attached', vif))
        # Else dd makes a file of that name.
        self.until(vm, 'test -b /dev/xvda')
        self.inside(vm, 'echo read me back | dd of=/dev/xvda conv=fsync')
        backing = [line.split('(')[1].split(')')[0]
                   for line in loops().splitlines()
                   if d.call('VDI.get_uuid', vdi) in line][0]
        with open(backing, 'rb') as f:
            self.assertEqual(f.read(12), b'read me back')


class Interrupted(Host):
    @classmethod
    def setUpClass(cls):
        cls.moments = Moments('/root/guests/moments')
        cls.env = cls.moments.env
        super().setUpClass()

    def test_a_disk_whose_worker_died_in_its_plug_can_be_used(self):
        d, vm = self.d, self.linux('cut')
        self.up(vm)
        vdi, vbd = self.disk(vm, 0)
        self.moments.worker.order('worker: plug device is there')
        d.call('VBD.plug', vbd)
        self.assertTrue(self.moments.worker.died())
        self.moments.worker.forget()
        self.assertEqual(loops().count(d.call('VDI.get_uuid', vdi)), 1)
        self.until(vm, 'test -b /dev/xvda')
        self.inside(vm, 'echo read me back | dd of=/dev/xvda conv=fsync')
        d.call('VBD.unplug', vbd)
        self.assertEqual(loops().count(d.call('VDI.get_uuid', vdi)), 0)


class Many(Host):
    def test_fifty_guests_start_live_and_end(self):
        d = self.d
        refs = [self.make('many%d' % i, 'pvh', mib=16)
                for i in range(MANY)]
        failed = []

        def run(method, *args):
            todo, lock = list(refs), threading.Lock()

            def one():
                while True:
                    with lock:
                        if not todo:
                            return
                        ref = todo.pop()
                    record = d_task(method, ref, *args)
                    if record['status'] != 'success':
                        failed.append(record['error_info'])

            def d_task(call, *params):
                with lock:
                    ref = d.call('Async.' + call, *params)
                while True:
                    with lock:
                        record = d.call('task.get_record', ref)
                    if record['status'] not in ('pending', 'cancelling'):
                        return record
                    time.sleep(0.2)
            begin = time.time()
            threads = [threading.Thread(target=one) for _ in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            say('%d times %s: %.1f s' % (len(refs), method,
                                         time.time() - begin))
            self.assertEqual(failed, [])
        run('VM.start', False, False)
        self.assertEqual(len(names()), 1 + MANY)
        wait(lambda: all('GUEST UP' in console('many%d' % i)
                         for i in range(MANY)), 600, lambda: 'up: %s' % [
            i for i in range(MANY) if 'GUEST UP' not in console('many%d' % i)])
        run('VM.hard_shutdown')
        self.assertEqual(names(), ['Domain-0'])


if __name__ == '__main__':
    tap.main()
