# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is changed of a guest while it runs is changed in the hypervisor, not
only in its record."""

import ctypes
import os
import socket
import threading
import time

import tap
from bed import MIB, is_up, say, store, wait, xl
from test_network import Net, ip
from test_storage import parent, servers

PLACE = '/srv/live'


def paging_bytes(domid):
    """What Xen keeps a domain's page tables in."""
    xc = ctypes.CDLL('libxenctrl.so.4.17')
    xc.xc_interface_open.restype = ctypes.c_void_p
    xc.xc_interface_close.argtypes = [ctypes.c_void_p]
    xc.xc_get_paging_mempool_size.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint64)]
    handle = xc.xc_interface_open(None, None, 0)
    size = ctypes.c_uint64()
    failed = xc.xc_get_paging_mempool_size(handle, domid, ctypes.byref(size))
    xc.xc_interface_close(handle)
    return None if failed else size.value


class Scheduling(Net):
    def share(self, name):
        """Weight and cap."""
        line = xl('sched-credit2', '-d', name).splitlines()[-1]
        return tuple(int(n) for n in line.split()[-2:])

    def affinity(self, name):
        """Of each virtual processor: where it may run."""
        return [line.split('/')[0].split()[-1]
                for line in xl('vcpu-list', name).splitlines()[1:]]

    def test_weight_cap_and_mask_are_those_of_the_scheduler(self):
        d = self.d
        vm = self.make('weighed', VCPUs_params={
            'weight': '512', 'cap': '50', 'mask': '0,1;1'})
        d.call('VM.set_VCPUs_max', vm, 2)
        d.call('VM.set_VCPUs_at_startup', vm, 2)
        d.call('VM.start', vm, False, False)
        self.assertEqual(self.share('weighed'), (512, 50))
        everywhere = self.affinity('weighed')[0]
        self.assertIn(everywhere, ('all', '0-1'))
        self.assertEqual(self.affinity('weighed')[1], '1')
        for key, value in (('weight', '300'), ('cap', '150'), ('mask', '0')):
            d.call('VM.add_to_VCPUs_params_live', vm, key, value)
        self.assertEqual(self.share('weighed'), (300, 150))
        self.assertEqual(self.affinity('weighed'), ['0', '0'])
        self.assertEqual(
            d.error('VM.add_to_VCPUs_params_live', vm, 'mask', '77'),
            ['INVALID_VALUE', 'VCPUs_params:mask', '77'])
        self.assertEqual(self.affinity('weighed'), ['0', '0'])
        self.assertEqual(d.call('VM.get_VCPUs_params', vm), {
            'weight': '300', 'cap': '150', 'mask': '0'})
        # The host's own mask bounds those of its guests.
        d.call('VM.hard_shutdown', vm)
        host = d.call('host.get_all')[0]
        d.call('host.add_to_guest_VCPUs_params', host, 'mask', '1')
        try:
            d.call('VM.set_VCPUs_params', vm, {'mask': '0,1'})
            d.call('VM.start', vm, False, False)
            self.assertEqual(self.affinity('weighed'), ['1', '1'])
            self.assertEqual(self.share('weighed'), (256, 0))
        finally:
            d.call('host.remove_from_guest_VCPUs_params', host, 'mask')

    def test_page_tables_get_the_memory_that_is_asked_for(self):
        d = self.d
        vm = self.make('tables', 'hvm', mib=64, kernel='', platform={})
        d.call('VM.set_HVM_boot_policy', vm, 'BIOS order')
        d.call('VM.set_HVM_shadow_multiplier', vm, 2.0)
        d.call('VM.start', vm, False, False)
        domid = d.call('VM.get_domid', vm)
        before = paging_bytes(domid)
        self.assertGreaterEqual(before, 3 * MIB - MIB // 2)
        d.call('VM.set_shadow_multiplier_live', vm, 8.0)
        had = paging_bytes(domid)
        self.assertGreaterEqual(had, 12 * MIB)
        self.assertEqual(
            d.error('VM.set_shadow_multiplier_live', vm, 900000.0)[0],
            'HOST_NOT_ENOUGH_FREE_MEMORY')
        self.assertEqual(paging_bytes(domid), had)
        self.assertEqual(d.call('VM.get_HVM_shadow_multiplier', vm), 8.0)
        d.call('VM.hard_shutdown', vm)


# The kernel's numbers: a class and a level.
NONE, RT, BEST_EFFORT, IDLE = (n << 13 for n in range(4))
IOPRIO_GET = 252


def priority(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(IOPRIO_GET, 1, int(pid))


def backend_threads(domid, disk):
    """The kernel's, that work for a guest's disk."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/comm' % pid) as f:
                if f.read().startswith('%d.%s-' % (domid, disk)):
                    found.append(pid)
        except OSError:
            pass
    return found


def threads_of(pid):
    return os.listdir('/proc/%s/task' % pid)


class Priority(Net):
    def image_sr(self):
        d = self.d
        return d.call('SR.create', d.call('host.get_all')[0],
                      {'location': PLACE, 'image-format': 'qcow2'}, 0,
                      'images', '', 'file', 'user', False, {})

    def is_priority(self, tasks, wanted):
        wait(lambda: {priority(t) for t in tasks()} == {wanted},
             what=lambda: 'priority %#x, not %s' % (
                 wanted, [(t, hex(priority(t))) for t in tasks()]))

    def test_a_disk_is_served_with_its_priority(self):
        d = self.d
        vm = self.linux('ranked')
        _, raw = self.disk(vm, 0)
        _, image = self.disk(vm, 1, self.image_sr())
        self.assertEqual(d.call('VBD.get_qos_supported_algorithms', raw),
                         ['ionice'])
        for vbd, params in ((raw, {'sched': 'rt', 'class': 'high'}),
                            (image, {'sched': 'idle'})):
            d.call('VBD.set_qos_algorithm_type', vbd, 'ionice')
            d.call('VBD.set_qos_algorithm_params', vbd, params)
        self.up(vm)
        domid = d.call('VM.get_domid', vm)

        def threads(disk):
            return lambda: backend_threads(domid, disk)

        def server():
            return [t for p in servers() for q in (p, parent(p))
                    for t in threads_of(q)]
        self.is_priority(threads('xvda'), RT | 2)
        self.is_priority(threads('xvdb'), IDLE)
        self.is_priority(server, IDLE)
        # What changes counts at once.
        d.call('VBD.set_qos_algorithm_params', raw, {'class': 'lowest'})
        self.assertEqual([priority(t) for t in threads('xvda')()],
                         [BEST_EFFORT | 7] * len(threads('xvda')()))
        d.call('VBD.set_qos_algorithm_type', image, '')
        for tasks in threads('xvdb'), server:
            self.assertEqual({priority(t) & ~7 for t in tasks()} -
                             {NONE, BEST_EFFORT}, set())
        # It comes back with the device, and is told to who was not there.
        d.call('VBD.unplug', raw)
        d.call('VBD.plug', raw)
        self.is_priority(threads('xvda'), BEST_EFFORT | 7)
        d.kill()
        for t in threads('xvda')():
            os.system('ionice -c 3 -p ' + t)
        d.start(300)
        self.is_priority(threads('xvda'), BEST_EFFORT | 7)
        d.call('VM.hard_shutdown', vm)


class Rate(Net):
    PORT = 5001

    def receive(self, vm, kib):
        """Seconds that it takes a guest to send that much."""
        server = socket.create_server(('10.9.1.1', self.PORT))
        server.settimeout(300)
        seconds = []

        def take():
            peer = server.accept()[0]
            begin, n = time.time(), 0
            while True:
                got = len(peer.recv(65536))
                n += got
                if not got:
                    break
            seconds.append((time.time() - begin, n))
        thread = threading.Thread(target=take)
        thread.start()
        self.inside(vm, 'dd if=/dev/zero bs=1024 count=%d 2>/dev/null | '
                    'nc 10.9.1.1 %d' % (kib, self.PORT))
        thread.join()
        server.close()
        self.assertEqual(seconds[0][1], kib << 10)
        say('%d KiB in %.1f s: %.0f KiB/s' % (
            kib, seconds[0][0], kib / max(seconds[0][0], 0.001)))
        return seconds[0][0]

    def test_what_a_guest_sends_is_bounded_by_its_rate(self):
        d = self.d
        net = self.network('bounded')
        vm = self.linux('bounded')
        vif = self.vif(vm, net, qos_algorithm_type='ratelimit',
                       qos_algorithm_params={'kbps': '16'})
        self.assertEqual(d.call('VIF.get_qos_supported_algorithms', vif),
                         ['ratelimit'])
        self.up(vm)
        ip('addr', 'add', '10.9.1.1/24', 'dev', self.bridge(net))
        self.until(vm, 'ip link set eth0 up')
        self.inside(vm, 'ip addr add 10.9.1.2/24 dev eth0')
        self.until(vm, 'ping -c 1 -W 5 10.9.1.1 >/dev/null')
        node = '/local/domain/0/backend/vif/%d/0/rate' % d.call(
            'VM.get_domid', vm)
        self.assertGreater(self.receive(vm, 256), 256 / 16 * 0.7)
        # Without a limit, from now on.
        d.call('VIF.set_qos_algorithm_type', vif, '')
        self.assertEqual(store(node), '')
        wait(lambda: self.receive(vm, 256) < 256 / 16 * 0.5, what='faster')
        d.call('VIF.set_qos_algorithm_params', vif, {'kbps': '20'})
        self.assertEqual(store(node), '')
        d.call('VIF.set_qos_algorithm_type', vif, 'ratelimit')
        self.assertEqual(store(node), '1024,50000')
        self.assertGreater(self.receive(vm, 256), 256 / 20 * 0.7)
        d.call('VM.hard_shutdown', vm)


if __name__ == '__main__':
    tap.main()
