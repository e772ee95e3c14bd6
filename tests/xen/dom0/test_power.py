# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real domains through the API: what a VM does, Xen does."""

import os
import sqlite3

import emulator
import tap
import xapid
from bed import MIB, console, is_up, loops, state_of_host, store, wait, xl
from test_guests import PatientDaemon


def xl_state(name):
    """The state of a domain as xl sees it ("-b----"), or None."""
    for line in xl('list').splitlines()[1:]:
        words = line.split()
        if words[0] == name:
            return words[4]
    return None


class Power(emulator.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs('/root/xapid', exist_ok=True)
        cls.d = PatientDaemon(['--backend', 'libxl'], state='/root/xapid')
        cls.d.start()

    def why(self):
        return '%s\n%s' % (state_of_host(), self.d.log_text()[-6000:])

    def tearDown(self):
        left = [v['name_label'] for v in
                self.d.call('VM.get_all_records').values()
                if not v['is_a_template'] and not v['is_control_domain']]
        self.assertEqual(left, [])

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()

    def make(self, name, kind, **more):
        template = self.d.call('VM.get_by_name_label',
                               'Other install media')[0]
        record = dict(self.d.call('VM.get_record', template))
        record.update(
            name_label=name, is_a_template=False, domain_type=kind,
            memory_static_max=32 * MIB, memory_dynamic_max=32 * MIB,
            memory_dynamic_min=32 * MIB, memory_static_min=16 * MIB,
            VCPUs_max=1, VCPUs_at_startup=1, PV_bootloader='',
            PV_kernel='/var/lib/xapid/guest/tiny', PV_args='', **more)
        return self.d.call('VM.create', record)

    def lifecycle(self, kind):
        d = self.d
        name = 'tiny-' + kind
        vm = self.make(name, kind)
        d.call('VM.start', vm, False, False)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        is_up(name)
        domid = d.call('VM.get_domid', vm)
        self.assertEqual(int(xl('domid', name)), domid)
        d.call('VM.pause', vm)
        self.assertIn('p', xl_state(name))
        d.call('VM.unpause', vm)
        d.call('VM.clean_reboot', vm)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        self.assertNotEqual(d.call('VM.get_domid', vm), domid)
        wait(lambda: 'suspend' in d.call('VM.get_allowed_operations', vm),
             what='it says that it can be suspended')
        d.call('VM.suspend', vm)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Suspended')
        self.assertIsNone(xl_state(name))
        d.call('VM.resume', vm, False, False)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        wait(lambda: 'GUEST RESUMED' in console(name), what=lambda:
             'it goes on; it said: ' + console(name)[-1000:])
        d.call('VM.clean_shutdown', vm)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')
        self.assertIsNone(xl_state(name))
        d.call('VM.start', vm, False, False)
        d.call('VM.hard_shutdown', vm)
        self.assertIsNone(xl_state(name))
        d.call('VM.destroy', vm)

    def disk(self, vm, position, mib=16):
        d = self.d
        sr = wait(lambda: [r for r, v in d.call('SR.get_all_records').items()
                           if v['name_label'] == 'Local storage'][0])
        vdi = d.call('VDI.create', {
            'name_label': 'disk', 'name_description': '', 'SR': sr,
            'virtual_size': mib * MIB, 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        vbd = d.call('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': str(position),
            'bootable': False, 'mode': 'RW', 'type': 'Disk',
            'empty': False, 'other_config': {}, 'unpluggable': True,
            'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        return vdi, vbd

    def test_a_guest_starts_with_a_disk_and_the_backend_has_it_open(self):
        d = self.d
        vm = self.make('disky', 'pvh')
        vdi, vbd = self.disk(vm, 0)
        d.call('VM.start', vm, False, False)
        domid = d.call('VM.get_domid', vm)
        node = '/sys/bus/xen-backend/devices/vbd-%d-51712/' % domid
        with open(node + 'physical_device') as f:
            self.assertIn('7:', f.read())   # a loop device
        self.assertTrue(d.call('VBD.get_currently_attached', vbd))
        state = '/local/domain/0/backend/vbd/%d/51712/state' % domid
        wait(lambda: store(state) == '4',
             what=lambda: 'connected, not ' + store(state))
        with self.assertRaises(xapid.Failure) as e:
            d.call('VDI.destroy', vdi)
        self.assertEqual(e.exception.code, 'VDI_IN_USE')
        d.call('VM.hard_shutdown', vm)
        # The loop device goes by itself.
        uuid = d.call('VDI.get_uuid', vdi)
        wait(lambda: uuid not in loops(), what='the loop device goes')
        d.call('VDI.destroy', vdi)
        d.call('VM.destroy', vm)

    def test_interfaces_of_a_guest_are_on_the_bridge_of_their_network(self):
        d = self.d
        network = d.call('network.create', {
            'name_label': 'inside', 'name_description': '', 'MTU': 1400,
            'other_config': {}, 'bridge': '', 'managed': True, 'tags': []})
        bridge = d.call('network.get_bridge', network)
        vm = self.make('wired', 'pvh')

        def vif(device):
            return d.call('VIF.create', {
                'VM': vm, 'network': network, 'device': device, 'MTU': 1400,
                'MAC': '', 'other_config': {}, 'qos_algorithm_type': '',
                'qos_algorithm_params': {}})

        def master(device):
            return os.path.basename(os.path.realpath(
                '/sys/class/net/vif%d.%s/master'
                % (d.call('VM.get_domid', vm), device)))

        first, second = vif('0'), vif('1')
        d.call('VM.start', vm, False, False)
        self.assertEqual([master('0'), master('1')], [bridge, bridge])
        with open('/sys/class/net/vif%d.0/mtu'
                  % d.call('VM.get_domid', vm)) as f:
            self.assertEqual(f.read().strip(), '1400')
        is_up('wired')
        d.call('VIF.unplug', second)
        self.assertFalse(d.call('VIF.get_currently_attached', second))
        d.call('VIF.plug', second)
        self.assertEqual(master('1'), bridge)
        d.call('VM.hard_shutdown', vm)
        d.call('VM.destroy', vm)

    def test_an_appliance_starts_and_stops_its_guests_in_their_order(self):
        d = self.d
        appliance = d.call('VM_appliance.create', {'name_label': 'two'})
        second = self.make('second', 'pvh', appliance=appliance, order=1)
        first = self.make('first', 'pvh', appliance=appliance, order=0,
                          start_delay=1)
        d.call('VM_appliance.start', appliance, False)
        self.assertLess(int(xl('domid', 'first')), int(xl('domid', 'second')))
        for name in 'first', 'second':
            is_up(name)
        # one that hears it goes by itself, one that does not is ended
        d.call('VM.pause', first)
        d.call('VM_appliance.shutdown', appliance)
        for vm in first, second:
            self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')
            d.call('VM.destroy', vm)
        self.assertIsNone(xl_state('first'))
        self.assertIsNone(xl_state('second'))
        d.call('VM_appliance.destroy', appliance)

    def test_a_guest_starts_with_its_host(self):
        d = self.d
        vm = self.make('faithful', 'pvh', other_config={
            'auto_poweron': 'true'})
        vdi, _ = self.disk(vm, 0)
        pool = d.call('pool.get_all')[0]
        d.call('pool.add_to_other_config', pool, 'auto_poweron', 'true')
        d.stop()
        # as if the machine had booted since
        db = sqlite3.connect('/root/xapid/state/state.sqlite')
        with db:
            changed = db.execute("UPDATE host SET boot_id = 'another'")
        self.assertEqual(changed.rowcount, 1)
        db.close()
        d.start(300)
        wait(lambda: d.call('VM.get_power_state', vm) == 'Running',
             what='it starts')
        is_up('faithful')
        d.call('pool.remove_from_other_config', pool, 'auto_poweron')
        d.call('VM.hard_shutdown', vm)
        d.call('VDI.destroy', vdi)
        d.call('VM.destroy', vm)

    def test_a_PV_guest_lives_through_start_pause_reboot_and_shutdown(self):
        self.lifecycle('pv')

    def test_a_PVH_guest_lives_through_start_pause_reboot_and_shutdown(self):
        self.lifecycle('pvh')


if __name__ == '__main__':
    tap.main()
