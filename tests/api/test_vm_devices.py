#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks and interfaces of running VMs: plugged, unplugged, filled, emptied,
told what to do; and which operation each accepts when."""

import os
import signal
import threading
import time

import simulator
import tap
import xapid
from machines import MIB, NULL, VBD, VIF, VM


class Base(xapid.Case):
    args = ('--sim-vms', '4')

    def vm(self, started=True, **other):
        """A VM without emulated hardware: it plugs without an agent."""
        ref = self.d.call('VM.create', {
            **VM, 'HVM_boot_policy': '', 'memory_static_min': 0,
            'memory_dynamic_min': 64 * MIB, 'memory_dynamic_max': 64 * MIB,
            'memory_static_max': 64 * MIB, **other})
        if started:
            self.d.call('VM.start', ref, False, False)
        self.addCleanup(self.end, ref)
        return ref

    def end(self, vm):
        d = self.d
        if d.call('VM.get_power_state', vm) != 'Halted':
            d.call('VM.hard_shutdown', vm)
        d.call('VM.destroy', vm)

    def field(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    def free_disk(self):
        """A disk of a halted VM of the simulated pool, taken from it."""
        d = self.d
        for ref, vbd in d.call('VBD.get_all_records').items():
            if vbd['type'] == 'Disk' and not vbd['currently_attached'] and \
                    vbd['userdevice'] == '0' and vbd['mode'] == 'RW':
                return vbd['VDI']
        self.fail('no disk')

    def iso(self):
        d = self.d
        return next(r for r, v in d.call('VDI.get_all_records').items()
                    if v['read_only'] and
                    d.call('SR.get_content_type', v['SR']) == 'iso')

    def vbd(self, vm, **other):
        return self.d.call('VBD.create', {
            **VBD, 'VM': vm, 'userdevice': 'autodetect', **other})

    def disk(self, vm, **other):
        return self.vbd(vm, **{'VDI': self.free_disk(), 'type': 'Disk',
                               'mode': 'RW', 'empty': False, **other})

    def vif(self, vm, **other):
        network = self.d.call('network.get_all')[0]
        return self.d.call('VIF.create', {**VIF, 'VM': vm,
                                          'network': network, **other})

    def allowed(self, cls, ref):
        return sorted(self.field(cls, 'allowed_operations', ref))


class Late(Base):
    args = Base.args + ('--worker-deadline', '3')

    def test_what_comes_while_the_vm_starts_is_not_in_its_domain(self):
        d, vm = self.d, self.vm(started=False)
        first, drive, net = self.disk(vm), self.vbd(vm), self.vif(vm)
        simulator.order(d, 'hang', of='connect')
        task = d.call('Async.VM.start', vm, False, False)
        xapid.until(lambda: int(self.field('VM', 'domid', vm)) > 0)
        self.assertEqual(d.error('VBD.destroy', drive)[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(d.error('VIF.destroy', net)[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(
            d.error('network.destroy', self.field('VIF', 'network', net)),
            ['NETWORK_CONTAINS_VIF', net])
        disk = self.vbd(vm, VDI=self.iso(), empty=False)
        vif = self.vif(vm, device='1')
        self.assertEqual(d.ended(task)['error_info'], [])
        for cls, ref, there in ('VBD', first, True), ('VIF', net, True), (
                'VBD', drive, False), ('VBD', disk, False), (
                'VIF', vif, False):
            self.assertEqual(self.field(cls, 'currently_attached', ref),
                             there, (cls, ref))
        for cls, ref in ('VBD', disk), ('VIF', vif):
            d.call(cls + '.plug', ref)

    def test_what_comes_before_the_domain_is_not_in_it_either(self):
        d, vm = self.d, self.vm(started=False)
        uuid, first, net = self.field('VM', 'uuid', vm), self.disk(vm), \
            self.vif(vm)
        simulator.order_storage(d, 'hang', of='vdi_attach')
        task = d.call('Async.VM.start', vm, False, False)
        xapid.until(lambda: self.field(
            'VM', 'scheduled_to_be_resident_on', vm) != NULL)
        disk = self.vbd(vm, VDI=self.iso(), empty=False)
        vif = self.vif(vm, device='1')
        for cls, ref in ('VBD', first), ('VIF', net):
            self.assertEqual(d.error(cls + '.destroy', ref)[0],
                             'OPERATION_NOT_ALLOWED')
        self.assertEqual(d.ended(task)['error_info'], [])
        self.assertEqual(simulator.domains(d)[uuid].devices,
                         ['vbd/0', 'vif/0'])
        for cls, ref, there in ('VBD', first, True), ('VIF', net, True), (
                'VBD', disk, False), ('VIF', vif, False):
            self.assertEqual(self.field(cls, 'currently_attached', ref),
                             there, (cls, ref))

    def test_a_start_that_fails_lets_go_of_its_devices(self):
        d, vm = self.d, self.vm(started=False)
        disk, vif = self.disk(vm), self.vif(vm)
        simulator.order(d, 'error', of='unpause')
        self.assertEqual(d.ended(d.call('Async.VM.start', vm, False, False))
                         ['status'], 'failure')
        xapid.until(lambda: not self.field('VM', 'current_operations', vm))
        d.call('VIF.destroy', vif)
        d.call('VBD.destroy', disk)

    def test_a_disc_that_is_being_inserted_is_in_use(self):
        d, vm = self.d, self.vm(started=False, HVM_boot_policy='BIOS order')
        cd = self.vbd(vm)
        d.call('VM.start', vm, False, False)
        other = self.vm()
        disk = self.disk(other)
        vdi = self.field('VBD', 'VDI', disk)
        simulator.order(d, 'hang', of='insert')
        task = d.call('Async.VBD.insert', cd, vdi)
        xapid.until(lambda: self.field('VBD', 'current_operations', cd))
        for call in ('VDI.destroy', vdi), ('VBD.plug', disk):
            self.assertIn(d.error(*call)[0],
                          ('VDI_IN_USE', 'OTHER_OPERATION_IN_PROGRESS'))
        self.assertEqual(d.ended(task)['error_info'], [])

    def test_a_pci_device_goes_to_a_vm_or_back_to_its_host(self):
        d = self.d
        host = d.call('host.get_all')[0]
        pci, record = next((r, v) for r, v in
                           d.call('PCI.get_all_records').items()
                           if v['host'] == host and v['driver_name'])
        vm = self.vm(started=False, HVM_boot_policy='BIOS order',
                     other_config={'pci': '0/' + record['pci_id']})
        start = 'VM.start_on', vm, host, False, False
        for call in 'disable', 'enable':
            simulator.order(d, 'hang', of='pci_access')
            task = d.call('Async.PCI.%s_dom0_access' % call, pci)
            xapid.until(lambda: host not in
                        d.call('VM.get_possible_hosts', vm))
            self.assertEqual(d.error(*start)[:3],
                             ['OTHER_OPERATION_IN_PROGRESS', 'PCI', pci])
            self.assertEqual(d.ended(task)['error_info'], [])
            simulator.order(d, 'hang', of='create')
            task = d.call('Async.' + start[0], *start[1:])
            xapid.until(lambda: d.call('VM.get_attached_PCIs', vm))
            for again in 'disable', 'enable':
                self.assertEqual(
                    d.error('PCI.%s_dom0_access' % again, pci)[:3],
                    ['OTHER_OPERATION_IN_PROGRESS', 'VM', vm])
            self.assertEqual(d.ended(task)['error_info'], [])
            d.call('VM.hard_shutdown', vm)
        d.call('PCI.enable_dom0_access', pci)

    def test_a_device_that_is_being_plugged_is_left_alone(self):
        d, vm = self.d, self.vm()
        vbd, vif = self.disk(vm), self.vif(vm)
        for cls, ref in ('VBD', vbd), ('VIF', vif):
            simulator.order(d, 'hang', of='plug')
            task = d.call('Async.%s.plug' % cls, ref)
            xapid.until(lambda: self.field(cls, 'current_operations', ref))
            self.assertEqual(d.error(cls + '.destroy', ref)[:3],
                             ['OTHER_OPERATION_IN_PROGRESS', cls, ref])
            if cls == 'VBD':
                self.assertEqual(d.error('VBD.set_userdevice', ref, '7')[0],
                                 'OTHER_OPERATION_IN_PROGRESS')
            self.assertEqual(d.ended(task)['error_info'], [])


class Disks(Base):
    def test_a_disk_is_unplugged_from_where_it_is(self):
        d, vm = self.d, self.vm()
        uuid, vbd = d.call('VM.get_uuid', vm), self.disk(vm)
        d.call('VBD.plug', vbd)
        d.call('VBD.set_userdevice', vbd, '7')
        d.call('VBD.unplug', vbd)
        self.assertEqual(simulator.domains(d)[uuid].devices, [])
        d.call('VBD.plug', vbd)
        self.assertEqual(simulator.domains(d)[uuid].devices, ['vbd/7'])

    def test_a_place_that_is_none_or_taken_is_refused(self):
        d, vm = self.d, self.vm(started=False)
        first, second = self.vbd(vm), self.vbd(vm)
        self.assertEqual(self.field('VBD', 'userdevice', second), '1')
        for bad in ('', 'nonsense', '-1', '255', '70000', 'xvd', 'xvdaaaa',
                    'fdc', '/dev/xvda', 'xvda' * 2000):
            self.assertEqual(d.error('VBD.set_userdevice', second, bad),
                             ['INVALID_DEVICE', bad])
        for taken in '0', 'xvda', 'hda', 'd0p0':
            self.assertEqual(d.error('VBD.set_userdevice', second, taken),
                             ['DEVICE_ALREADY_EXISTS', taken])
        for good in '1', 'xvdb', 'sdb1', '254', 'xvdc':
            d.call('VBD.set_userdevice', second, good)
            self.assertEqual(self.field('VBD', 'userdevice', second), good)
        d.call('VBD.destroy', first)
        d.call('VBD.set_userdevice', second, 'autodetect')
        self.assertEqual(self.field('VBD', 'userdevice', second), '0')

    def test_a_disk_is_plugged_and_unplugged(self):
        d, vm = self.d, self.vm()
        vbd = self.disk(vm)
        self.assertEqual(self.allowed('VBD', vbd), ['attach', 'plug'])
        for unplug in ('unplug', 'unplug_force',
                       'unplug_force_no_safety_check'):
            d.call('VBD.plug', vbd)
            record = d.call('VBD.get_record', vbd)
            self.assertTrue(record['currently_attached'])
            self.assertEqual(record['device'], 'xvda')
            self.assertEqual(record['current_operations'], {})
            self.assertEqual(sorted(record['allowed_operations']),
                             ['attach', 'unplug', 'unplug_force'])
            self.assertEqual(d.error('VBD.plug', vbd),
                             ['DEVICE_ALREADY_ATTACHED', vbd])
            self.assertEqual(d.error('VBD.destroy', vbd)[0],
                             'OPERATION_NOT_ALLOWED')
            d.call('VBD.' + unplug, vbd)
            record = d.call('VBD.get_record', vbd)
            self.assertFalse(record['currently_attached'])
            self.assertEqual(record['device'], '')
        self.assertEqual(d.error('VBD.unplug', vbd),
                         ['DEVICE_ALREADY_DETACHED', vbd])

    def test_what_keeps_a_disk_from_being_plugged_is_said(self):
        d, vm, halted = self.d, self.vm(), self.vm(started=False)
        vbd = self.disk(halted)
        for call in ('plug', 'unplug', 'unplug_force'):
            self.assertEqual(
                d.error('VBD.' + call, vbd),
                ['VM_BAD_POWER_STATE', halted, 'running', 'halted'])
        first = self.disk(vm)
        d.call('VBD.plug', first)
        second = self.vbd(vm, VDI=self.field('VBD', 'VDI', first),
                          type='Disk', mode='RW', empty=False)
        self.assertEqual(d.error('VBD.plug', second)[:1], ['VDI_IN_USE'])
        d.call('VBD.unplug', first)
        d.call('VBD.set_unpluggable', first, False)
        d.call('VBD.plug', first)
        self.assertNotIn('unplug', self.allowed('VBD', first))
        self.assertEqual(d.error('VBD.unplug', first),
                         ['VBD_NOT_UNPLUGGABLE', first])
        d.call('VBD.set_unpluggable', first, True)
        self.assertIn('unplug', self.allowed('VBD', first))
        d.call('VM.pause', vm)
        self.assertEqual(d.error('VBD.unplug', first),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'paused'])
        empty = self.vbd(vm)
        d.call('VM.unpause', vm)
        self.assertEqual(d.error('VBD.plug', empty),
                         ['VBD_IS_EMPTY', empty])

    def test_guests_with_emulated_hardware_need_drivers(self):
        d = self.d
        vm = self.vm(HVM_boot_policy='BIOS order')
        vbd, vif = self.disk(vm), self.vif(vm)
        if self.field('VM', 'guest_metrics', vm) == NULL:
            self.assertEqual(d.error('VBD.plug', vbd),
                             ['VM_MISSING_PV_DRIVERS', vm])
            self.assertEqual(d.error('VIF.plug', vif),
                             ['VM_MISSING_PV_DRIVERS', vm])
        running = next(
            r for r, v in d.call('VM.get_all_records').items()
            if v['power_state'] == 'Running' and
            v['name_label'].startswith('sim-'))
        cd = next(v for v in self.field('VM', 'VBDs', running)
                  if self.field('VBD', 'type', v) == 'CD')
        self.assertEqual(d.error('VBD.unplug', cd)[0],
                         'OPERATION_NOT_ALLOWED')
        vbd = self.disk(running)
        d.call('VBD.plug', vbd)
        d.call('VBD.unplug', vbd)
        d.call('VBD.destroy', vbd)

    def test_discs_change_while_the_vm_runs(self):
        d, iso = self.d, self.iso()
        vm = self.vm(started=False, HVM_boot_policy='BIOS order')
        cd, disk = self.vbd(vm), self.disk(vm)
        for state in ('Halted', 'Running', 'Paused'):
            self.assertEqual(self.field('VM', 'power_state', vm), state)
            self.assertIn('insert', self.allowed('VBD', cd))
            self.assertEqual(d.error('VBD.eject', cd), ['VBD_IS_EMPTY', cd])
            d.call('VBD.insert', cd, iso)
            self.assertEqual(self.field('VBD', 'VDI', cd), iso)
            self.assertFalse(self.field('VBD', 'empty', cd))
            self.assertIn('eject', self.allowed('VBD', cd))
            self.assertNotIn('insert', self.allowed('VBD', cd))
            self.assertEqual(d.error('VBD.insert', cd, iso),
                             ['VBD_NOT_EMPTY', cd])
            d.call('VBD.eject', cd)
            self.assertEqual(self.field('VBD', 'VDI', cd), NULL)
            self.assertEqual(d.error('VBD.insert', disk, iso),
                             ['VBD_NOT_REMOVABLE_MEDIA', disk])
            if state == 'Halted':
                d.call('VM.start', vm, False, False)
                self.assertTrue(self.field('VBD', 'currently_attached', cd))
            elif state == 'Running':
                d.call('VM.pause', vm)
        self.assertEqual(d.error('VBD.insert', cd, 'OpaqueRef:none')[:2],
                         ['HANDLE_INVALID', 'VDI'])

    def test_a_disc_that_another_VM_writes_is_not_inserted(self):
        d = self.d
        vm = self.vm(started=False, HVM_boot_policy='BIOS order')
        cd = self.vbd(vm)
        d.call('VM.start', vm, False, False)
        other = self.vm()
        disk = self.disk(other)
        vdi = self.field('VBD', 'VDI', disk)
        d.call('VBD.plug', disk)
        self.assertEqual(d.error('VBD.insert', cd, vdi),
                         ['VDI_IN_USE', vdi, 'attach'])
        d.call('VBD.unplug', disk)
        d.call('VBD.insert', cd, vdi)
        self.assertEqual(d.error('VBD.plug', disk)[0], 'VDI_IN_USE')
        d.call('VBD.eject', cd)
        simulator.order(d, 'error', of='insert')
        self.assertEqual(d.error('VBD.insert', cd, vdi)[0], 'INTERNAL_ERROR')
        record = d.call('VBD.get_record', cd)
        self.assertEqual((record['VDI'], record['empty']), (NULL, True))

    def test_a_start_attaches_and_a_shutdown_detaches(self):
        d, vm = self.d, self.vm(started=False)
        disk, empty, vif = self.disk(vm), self.vbd(vm), self.vif(vm)
        d.call('VM.start', vm, False, False)
        for cls, ref, attached in (('VBD', disk, True), ('VBD', empty, False),
                                   ('VIF', vif, True)):
            self.assertEqual(self.field(cls, 'currently_attached', ref),
                             attached)
        self.assertIn('unplug', self.allowed('VIF', vif))
        d.call('VM.hard_shutdown', vm)
        for cls, ref in (('VBD', disk), ('VIF', vif)):
            self.assertFalse(self.field(cls, 'currently_attached', ref))
            self.assertEqual(self.allowed(cls, ref), ['attach'])

    def test_killing_workers_costs_no_plug(self):
        d, vm, stop = self.d, self.vm(), threading.Event()
        vifs = [self.vif(vm, device=str(i)) for i in range(6)]

        def killer():
            while not stop.wait(0.1 * xapid.PATIENCE):
                d.kill_workers()

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            for _ in range(5):
                for call in ('plug', 'unplug'):
                    for vif in vifs:
                        d.call('VIF.' + call, vif)
        finally:
            stop.set()
            thread.join()
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')

    def test_a_killed_daemon_ends_what_was_under_way(self):
        with xapid.start('--sim-vms', '6', '--listen',
                         '127.0.0.1:%d' % xapid.free_port()) as d:
            d.port = int(d.urls[-1].rsplit(':', 1)[1])
            vm = d.call('VM.create', {
                **VM, 'HVM_boot_policy': '', 'memory_static_min': 0,
                'memory_dynamic_min': 64 * MIB, 'memory_dynamic_max': 64 * MIB,
                'memory_static_max': 64 * MIB})
            network = d.call('network.get_all')[0]
            vifs = [d.call('VIF.create', {**VIF, 'VM': vm, 'device': str(i),
                                          'network': network})
                    for i in range(5)]
            d.call('VM.start', vm, False, False)
            for round in range(3):
                tasks = [d.call('Async.VIF.unplug', vif) for vif in vifs]
                os.kill(d.daemon_pid(), signal.SIGKILL)
                d.local = d.session = None
                end = time.time() + 30
                while d.session is None:
                    try:
                        d.session = d.login()
                    except (OSError, RuntimeError):
                        self.assertLess(time.time(), end)
                        time.sleep(0.05)
                while any(t['status'] == 'pending' for t in
                          d.call('task.get_all_records').values()):
                    self.assertLess(time.time(), end)
                    time.sleep(0.05)
                for vif, task in zip(vifs, tasks):
                    record = d.call('VIF.get_record', vif)
                    self.assertEqual(record['current_operations'], {})
                    done = d.call('task.get_status', task) == 'success'
                    self.assertEqual(record['currently_attached'], not done)
                    if done:
                        d.call('VIF.plug', vif)


class Interfaces(Base):
    def test_an_interface_is_plugged_and_unplugged(self):
        d, vm = self.d, self.vm()
        vif = self.vif(vm)
        self.assertEqual(self.allowed('VIF', vif), ['attach', 'plug'])
        for unplug in ('unplug', 'unplug_force'):
            d.call('VIF.plug', vif)
            self.assertTrue(self.field('VIF', 'currently_attached', vif))
            self.assertEqual(self.allowed('VIF', vif), ['attach', 'unplug'])
            self.assertEqual(d.error('VIF.plug', vif),
                             ['DEVICE_ALREADY_ATTACHED', vif])
            d.call('VIF.' + unplug, vif)
            self.assertFalse(self.field('VIF', 'currently_attached', vif))
        self.assertEqual(d.error('VIF.unplug', vif),
                         ['DEVICE_ALREADY_DETACHED', vif])

    def test_an_interface_moves_to_another_network_while_it_runs(self):
        d, vm = self.d, self.vm()
        vif = self.vif(vm)
        d.call('VIF.plug', vif)
        network = d.call('network.create', {
            'name_label': 'n', 'name_description': '', 'MTU': 1500,
            'other_config': {}})
        d.call('VIF.move', vif, network)
        self.assertEqual(self.field('VIF', 'network', vif), network)
        self.assertTrue(self.field('VIF', 'currently_attached', vif))

    def test_filters_and_rates_of_a_running_vm(self):
        d, vm = self.d, self.vm()
        vif = self.vif(vm)
        d.call('VIF.plug', vif)
        d.call('VIF.set_locking_mode', vif, 'locked')
        d.call('VIF.add_ipv4_allowed', vif, '192.0.2.1')
        self.assertEqual(d.error('VIF.add_ipv4_allowed', vif, '192.0.2'),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'ipv4_allowed'])
        d.call('VIF.set_qos_algorithm_type', vif, 'ratelimit')
        d.call('VIF.add_to_qos_algorithm_params', vif, 'kbps', '500')
        self.assertEqual(self.field('VIF', 'qos_algorithm_params', vif),
                         {'kbps': '500'})
        self.assertEqual(self.field('VIF', 'qos_supported_algorithms', vif),
                         ['ratelimit'])
        for bad in 'much', '':
            self.assertEqual(
                d.error('VIF.set_qos_algorithm_params', vif, {'kbps': bad}),
                ['INVALID_VALUE', 'qos_algorithm_params:kbps', bad])
        self.assertEqual(
            d.error('VIF.add_to_qos_algorithm_params', vif, 'kbps', '1'),
            ['MAP_DUPLICATE_KEY', 'VIF', 'qos_algorithm_params', vif, 'kbps'])
        # What the hypervisor does not do, the record does not say.
        simulator.order(d, 'error', 'rate')
        self.assertEqual(
            d.error('VIF.remove_from_qos_algorithm_params', vif, 'kbps')[0],
            'INTERNAL_ERROR')
        self.assertEqual(self.field('VIF', 'qos_algorithm_params', vif),
                         {'kbps': '500'})
        d.call('VIF.remove_from_qos_algorithm_params', vif, 'kbps')
        self.assertEqual(self.field('VIF', 'qos_algorithm_params', vif), {})

    def test_a_rate_that_is_set_during_a_plug_reaches_the_guest(self):
        d, vm = self.d, self.vm()
        vif = self.vif(vm)
        d.call('VIF.set_qos_algorithm_type', vif, 'ratelimit')
        workers = [pid for pid, name in xapid.children(d.process.pid)
                   if name.startswith('xapid-domain')]
        simulator.order(d, 'error', 'rate')
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            plug = d.call('Async.VIF.plug', vif)
            xapid.until(lambda: self.field('VIF', 'current_operations', vif))
            ends = []
            other = xapid.Daemon(state=d.folder)
            other.port = d.port
            setter = threading.Thread(target=lambda: ends.append(other.error(
                'VIF.set_qos_algorithm_params', vif, {'kbps': '7'})))
            setter.start()
            setter.join(0.3)    # it waits for the plug
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)
        self.assertEqual(d.ended(plug)['status'], 'success')
        setter.join()
        # The guest was told: it is he who does not take it.
        self.assertEqual(ends[0][0], 'INTERNAL_ERROR')
        self.assertEqual(self.field('VIF', 'qos_algorithm_params', vif), {})

    def alerts(self, vm):
        uuid = self.field('VM', 'uuid', vm)
        return [m['body'] for m in
                self.d.call('message.get_all_records').values()
                if (m['name'], m['obj_uuid']) == ('VBD_QOS_FAILED', uuid)]

    def test_a_disk_gets_its_priority_when_its_guest_connects(self):
        d, vm = self.d, self.vm()
        vbd = self.disk(vm)
        self.assertEqual(self.field('VBD', 'qos_supported_algorithms', vbd),
                         ['ionice'])
        d.call('VBD.set_qos_algorithm_type', vbd, 'ionice')
        d.call('VBD.set_qos_algorithm_params', vbd, {'sched': 'idle'})
        d.call('VBD.plug', vbd)
        d.call('VBD.add_to_qos_algorithm_params', vbd, 'class', 'low')
        self.assertEqual(
            d.error('VBD.set_qos_algorithm_params', vbd, {'class': '8'}),
            ['INVALID_VALUE', 'qos_algorithm_params:class', '8'])
        simulator.order(d, 'error', 'priority')
        self.assertEqual(
            d.error('VBD.set_qos_algorithm_params', vbd, {'class': '3'})[0],
            'INTERNAL_ERROR')
        self.assertEqual(self.field('VBD', 'qos_algorithm_params', vbd),
                         {'sched': 'idle', 'class': 'low'})
        self.assertEqual(self.alerts(vm), [])
        # Nobody waits for this one, so an alert tells of it.
        simulator.order(d, 'error', 'priority')
        simulator.happen(d, vm, 'connect')
        xapid.until(lambda: self.alerts(vm))
        self.assertEqual(
            self.alerts(vm),
            ['VBD %s: INTERNAL_ERROR' % self.field('VBD', 'uuid', vbd)])
        simulator.happen(d, vm, 'connect')
        d.call('VBD.unplug', vbd)  # stands in line behind it
        self.assertEqual(len(self.alerts(vm)), 1)

    def test_addresses_for_the_guest_are_checked(self):
        d, vm = self.d, self.vm(started=False)
        vif = self.vif(vm)
        d.call('VIF.configure_ipv4', vif, 'Static', '192.0.2.7/24',
               '192.0.2.1')
        record = d.call('VIF.get_record', vif)
        self.assertEqual(record['ipv4_configuration_mode'], 'Static')
        self.assertEqual(record['ipv4_addresses'], ['192.0.2.7/24'])
        self.assertEqual(record['ipv4_gateway'], '192.0.2.1')
        d.call('VIF.configure_ipv6', vif, 'Static', '2001:db8::7/64', '')
        self.assertEqual(self.field('VIF', 'ipv6_addresses', vif),
                         ['2001:db8::7/64'])
        for address in ('192.0.2.7', '192.0.2.7/33', '192.0.2.7/-1', '', '/',
                        '2001:db8::7/64', '192.0.2.7/24x', 'x' * 5000):
            self.assertEqual(
                d.error('VIF.configure_ipv4', vif, 'Static', address, ''),
                ['INVALID_CIDR_ADDRESS_SPECIFIED', 'address'])
        self.assertEqual(
            d.error('VIF.configure_ipv4', vif, 'Static', '192.0.2.7/24', 'x'),
            ['INVALID_IP_ADDRESS_SPECIFIED', 'gateway'])
        d.call('VIF.configure_ipv4', vif, 'None')
        self.assertEqual(self.field('VIF', 'ipv4_addresses', vif), [])
        d.call('VM.start', vm, False, False)
        self.assertEqual(
            d.error('VIF.configure_ipv4', vif, 'Static', '192.0.2.7/24', '')[0]
            if self.field('VM', 'guest_metrics', vm) == NULL else
            'VM_LACKS_FEATURE', 'VM_LACKS_FEATURE')


class Signals(Base):
    def test_keys_and_triggers_reach_a_running_vm(self):
        d, vm = self.d, self.vm()
        d.call('VM.send_sysrq', vm, 's')
        d.call('VM.send_trigger', vm, 'nmi')
        for key in ('', 'ss', '\t'):
            self.assertEqual(d.error('VM.send_sysrq', vm, key),
                             ['INVALID_VALUE', 'key', key])
        self.assertEqual(d.error('VM.send_trigger', vm, 'bang'),
                         ['INVALID_VALUE', 'trigger', 'bang'])
        d.call('VM.pause', vm)
        self.assertEqual(d.error('VM.send_sysrq', vm, 's'),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'paused'])


class Others(Base):
    def test_a_site_goes_when_it_has_no_servers(self):
        d, vm = self.d, self.vm(started=False)
        site = d.call('PVS_site.introduce', 'desktops', 'many', 'farm')
        self.assertEqual(d.call('PVS_site.get_PVS_uuid', site), 'farm')
        d.call('PVS_site.set_PVS_uuid', site, 'farm 2')
        self.assertEqual(d.call('PVS_site.get_PVS_uuid', site), 'farm 2')

        def server(addresses, first=6890, last=6910):
            return ('PVS_server.introduce', addresses, first, last, site)
        for bad, error in (
                (server([]), ['INVALID_VALUE', 'addresses', '0']),
                (server(['x']), ['INVALID_IP_ADDRESS_SPECIFIED', 'addresses']),
                (server(['192.0.2.9'], 0),
                 ['VALUE_NOT_SUPPORTED', 'first_port', '0',
                  'Port out of range']),
                (server(['192.0.2.9'], 5, 65536),
                 ['VALUE_NOT_SUPPORTED', 'last_port', '65536',
                  'Port out of range']),
                (server(['192.0.2.9'], 9, 8),
                 ['VALUE_NOT_SUPPORTED', 'last_port', '8',
                  'last_port < first_port'])):
            self.assertEqual(d.error(*bad), error)
        one = d.call(*server(['192.0.2.9', 'fd00::9']))
        self.assertEqual(d.error(*server(['192.0.2.8', 'fd00::9'])),
                         ['PVS_SERVER_ADDRESS_IN_USE', 'fd00::9'])
        self.assertEqual(d.error('PVS_site.forget', site),
                         ['PVS_SITE_CONTAINS_SERVERS', one])
        vif = d.call('VM.get_VIFs', vm)
        if vif:
            proxy = d.call('PVS_proxy.create', site, vif[0])
            self.assertEqual(d.error('PVS_proxy.create', site, vif[0]),
                             ['PVS_PROXY_ALREADY_PRESENT', proxy])
            d.call('PVS_proxy.destroy', proxy)
        d.call('PVS_server.forget', one)
        d.call('PVS_site.forget', site)
        self.assertEqual(d.error('PVS_site.get_uuid', site)[0],
                         'HANDLE_INVALID')

    def test_requests_that_a_guest_does_not_know_are_refused(self):
        d, plugin = self.d, 'guest-agent-operation'

        def error(*args, vm=None, **kwargs):
            # A guest each: they are asked every ten seconds at most.
            vm = vm or self.vm()
            return d.error('VM.call_plugin', vm, *args, {}, **kwargs)
        self.assertEqual(error('nope', 'x'), ['XENAPI_MISSING_PLUGIN', 'nope'])
        self.assertEqual(error(plugin, 'x')[:2],
                         ['XENAPI_PLUGIN_FAILURE', 'failed to find fn'])
        self.assertEqual(error(plugin, 'request-rdp-on')[:2],
                         ['XENAPI_PLUGIN_FAILURE', 'failed to execute fn'])
        halted = self.vm(started=False)
        self.assertEqual(error(plugin, 'x', vm=halted),
                         ['VM_BAD_POWER_STATE', halted, 'running', 'halted'])

    def test_remote_desktops_are_switched_on_and_off(self):
        d, plugin = self.d, 'guest-agent-operation'
        vm = self.vm(platform={'device_id': '0002'})

        def rdp():
            metrics = d.call('VM.get_guest_metrics', vm)
            return d.call('VM_guest_metrics.get_other', metrics)['data-ts']
        self.assertEqual(rdp(), '0')
        self.assertEqual(
            d.call('VM.call_plugin', vm, plugin, 'request-rdp-on', {}), '')
        xapid.until(lambda: rdp() == '1')
        code, who, interval, rest = d.error('VM.call_plugin', vm, plugin,
                                            'request-rdp-off', {})
        self.assertEqual((code, who, interval),
                         ('VM_CALL_PLUGIN_RATE_LIMIT', vm, '10.'))
        self.assertTrue(0 < float(rest) <= 10)
        self.assertEqual(rdp(), '1')


if __name__ == '__main__':
    tap.main()
