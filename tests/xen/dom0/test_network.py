# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of a real host: what guests send arrives, and nothing is left of a
network that is gone."""

import os
import subprocess

import tap
from bed import is_up, output, store, wait
from test_guests import Host


def links():
    return os.listdir('/sys/class/net')


def master(link):
    try:
        return os.path.basename(
            os.readlink('/sys/class/net/%s/master' % link))
    except OSError:
        return ''


def ip(*args):
    return subprocess.run(('ip',) + args, capture_output=True, text=True,
                          check=True).stdout


class Net(Host):
    def tearDown(self):
        super().tearDown()
        for ref, net in self.d.call('network.get_all_records').items():
            if net['name_label'].startswith('test'):
                self.d.call('network.destroy', ref)

    def why(self):
        return '%s\n%s\n%s' % (output('ip', 'route'),
                               output('bridge', 'fdb'), super().why())

    def network(self, name, **more):
        return self.d.call('network.create', dict(
            {'name_label': 'test ' + name, 'name_description': '',
             'MTU': 1500, 'other_config': {}, 'bridge': '', 'managed': True,
             'tags': []}, **more))

    def bridge(self, network):
        return self.d.call('network.get_bridge', network)

    def vif(self, vm, network, device='0', **more):
        return self.d.call('VIF.create', dict(
            {'device': device, 'network': network, 'VM': vm,
             'MAC': '02:00:00:%02x:%02x:%02x' % tuple(os.urandom(3)),
             'MTU': 0, 'other_config': {}, 'qos_algorithm_type': '',
             'qos_algorithm_params': {}}, **more))

    def interface(self, vm, device='0'):
        return 'vif%d.%s' % (self.d.call('VM.get_domid', vm), device)

    def mtu(self, link):
        with open('/sys/class/net/%s/mtu' % link) as f:
            return int(f.read())

    def address(self, vm, address):
        """Gives the guest's interface an address, when it has come."""
        self.until(vm, 'ip link set eth0 up')
        self.inside(vm, 'ip addr flush dev eth0; ip addr add %s/24 dev eth0'
                    % address)

    def ping(self, vm, address):
        return self.shell(vm, 'ping -c 1 -W 5 %s >/dev/null' % address)[0] == 0

    def reaches(self, vm, address):
        """A ping from the guest is answered, sooner or later."""
        wait(lambda: self.ping(vm, address),
             what=lambda: 'an answer of %s\n%s' % (address, self.shell(
                 vm, 'ip addr; ip route; ip neigh')[1]))

    def is_cut_off(self, vm, address):
        for _ in range(2):
            self.assertFalse(self.ping(vm, address))


class Bridges(Net):
    def test_packets_of_guests_arrive(self):
        d = self.d
        net = self.network('pair')
        one, two = self.linux('one'), self.linux('two')
        self.vif(one, net)
        self.vif(two, net)
        d.call('VM.start', one, False, False)
        d.call('VM.start', two, False, False)
        is_up('one')
        is_up('two')
        bridge = self.bridge(net)
        self.assertEqual(master(self.interface(one)), bridge)
        self.assertEqual(master(self.interface(two)), bridge)
        ip('addr', 'add', '10.9.0.1/24', 'dev', bridge)
        self.address(one, '10.9.0.2')
        self.address(two, '10.9.0.3')
        self.reaches(one, '10.9.0.1')
        self.reaches(one, '10.9.0.3')
        self.reaches(two, '10.9.0.2')
        self.locked(one)
        self.moved(one, two, bridge)

    def locked(self, vm):
        """What it sends as another does not arrive."""
        d = self.d
        vif = d.call('VM.get_VIFs', vm)[0]
        d.call('VIF.set_locking_mode', vif, 'locked')
        self.is_cut_off(vm, '10.9.0.1')
        d.call('VIF.add_ipv4_allowed', vif, '10.9.0.2')
        self.reaches(vm, '10.9.0.1')
        self.address(vm, '10.9.0.4')
        self.is_cut_off(vm, '10.9.0.1')
        d.call('VIF.set_locking_mode', vif, 'disabled')
        self.assertEqual(master(self.interface(vm)), '')
        d.call('VIF.set_locking_mode', vif, 'unlocked')
        self.reaches(vm, '10.9.0.1')

    def moved(self, one, two, bridge):
        """Both on another network reach each other there; their first bridge
        goes with the second that leaves it."""
        d, other = self.d, self.network('other')
        for vm in one, two:
            self.assertIn(bridge, links())
            d.call('VIF.move', d.call('VM.get_VIFs', vm)[0], other)
            self.assertEqual(master(self.interface(vm)), self.bridge(other))
            self.assertEqual(
                store('/local/domain/0/backend/vif/%d/0/bridge'
                      % d.call('VM.get_domid', vm)), self.bridge(other))
        wait(lambda: bridge not in links(), what='the bridge is gone')
        self.reaches(one, '10.9.0.3')

    def test_a_bridge_comes_with_the_first_guest_and_goes_with_the_last(self):
        d = self.d
        net = self.network('comes')
        bridge = self.bridge(net)
        one, two = self.make('first'), self.make('second')
        self.vif(one, net)
        second = self.vif(two, net)
        self.assertNotIn(bridge, links())
        d.call('VM.start', one, False, False)
        d.call('VM.start', two, False, False)
        self.assertEqual(master(self.interface(one)), bridge)
        self.assertEqual(master(self.interface(two)), bridge)
        d.call('VM.hard_shutdown', one)
        self.assertIn(bridge, links())
        error = d.error('network.destroy', net)
        self.assertEqual(error[:2], ['NETWORK_CONTAINS_VIF', second])
        d.call('VM.hard_shutdown', two)
        wait(lambda: bridge not in links(), what='the bridge is gone')

    def test_a_guest_is_told_which_addresses_to_use(self):
        d, net, vm = self.d, self.network('told'), self.make('told')
        vif = self.vif(vm, net)
        d.call('VIF.configure_ipv4', vif, 'Static', '192.0.2.7/24',
               '192.0.2.1')
        d.call('VM.start', vm, False, False)
        path = ('/local/domain/%d/xenserver/device/vif/0/static-ip-setting/'
                % d.call('VM.get_domid', vm))
        self.assertEqual(store(path + 'enabled'), '1')
        self.assertEqual(store(path + 'address'), '192.0.2.7/24')
        self.assertEqual(store(path + 'gateway'), '192.0.2.1')
        self.assertEqual(store(path + 'enabled6'), '0')
        # No agent listens in this guest.
        self.assertEqual(
            d.error('VIF.configure_ipv4', vif, 'None', '', ''),
            ['VM_LACKS_FEATURE', vm])

    def test_nothing_is_left_of_a_network_that_is_destroyed(self):
        d = self.d
        net = self.network('goes', bridge='lan7', MTU=1400)
        vm = self.make('user')
        vif = self.vif(vm, net, qos_algorithm_type='ratelimit',
                       qos_algorithm_params={'kbps': '100',
                                             'timeslice_us': '20000'})
        d.call('VM.start', vm, False, False)
        self.assertEqual(store('/local/domain/0/backend/vif/%d/0/rate'
                               % d.call('VM.get_domid', vm)), '2048,20000')
        self.assertEqual(master(self.interface(vm)), 'lan7')
        self.assertEqual(self.mtu('lan7'), 1400)
        d.call('network.set_MTU', net, 1450)
        self.assertEqual(self.mtu('lan7'), 1450)
        d.kill()
        d.start()
        self.assertEqual(master(self.interface(vm)), 'lan7')
        d.call('VIF.unplug', vif)
        d.call('network.destroy', net)
        self.assertNotIn('lan7', links())
        self.assertEqual(d.call('VM.get_VIFs', vm), [])


class Uplinks(Net):
    """QEMU's network is behind eth0: 10.0.2.2 answers."""

    def pif(self, device='eth0'):
        return [r for r, p in self.d.call('PIF.get_all_records').items()
                if p['device'] == device and p['physical']][0]

    def test_1_cards_are_known_as_they_are(self):
        d = self.d
        record = d.call('PIF.get_record', self.pif())
        with open('/sys/class/net/eth0/address') as f:
            self.assertEqual(record['MAC'], f.read().strip())
        self.assertEqual(record['IP'], '10.0.2.15')
        self.assertEqual(record['netmask'], '255.255.255.0')
        self.assertTrue(record['management'])
        self.assertFalse(record['currently_attached'])
        self.assertTrue(d.call('PIF_metrics.get_carrier', record['metrics']))
        self.assertRegex(
            d.call('PIF_metrics.get_pci_bus_path', record['metrics']),
            '^0000:')
        self.assertEqual(self.bridge(record['network']), 'xenbr0')
        known = sorted(d.call('PIF.get_all'))
        d.call('PIF.scan', d.call('host.get_all')[0])
        self.assertEqual(sorted(d.call('PIF.get_all')), known)

    def merges(self):
        return 'generic-receive-offload: on' in output('ethtool', '-k', 'eth0')

    def test_1_properties_of_a_card_are_those_of_the_kernel(self):
        d, pif = self.d, self.pif()
        for value in 'off', 'on':
            d.call('PIF.set_property', pif, 'gro', value)
            self.assertEqual(self.merges(), value == 'on')
            self.assertEqual(d.call('PIF.get_properties', pif)['gro'], value)
        os.system('ethtool -K eth0 gro off')
        d.call('PIF.scan', d.call('host.get_all')[0])
        self.assertEqual(d.call('PIF.get_properties', pif)['gro'], 'off')
        d.call('PIF.set_property', pif, 'gro', 'on')

    def test_2_a_vlan_is_a_bridge_and_takes_nothing_from_its_card(self):
        d, net = self.d, self.network('vlan')
        vlan = d.call('VLAN.create', self.pif(), 42, net)
        self.assertEqual(master('eth0.42'), self.bridge(net))
        self.assertEqual(master('eth0'), '')
        vm = self.make('tagged')
        vif = self.vif(vm, net)
        d.call('VM.start', vm, False, False)
        self.assertEqual(master(self.interface(vm)), self.bridge(net))
        self.assertEqual(d.error('VLAN.destroy', vlan)[:3],
                         ['VIF_IN_USE', net, vif])
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(master('eth0.42'), self.bridge(net))
        d.call('VLAN.destroy', vlan)
        self.assertNotIn('eth0.42', links())
        self.assertNotIn(self.bridge(net), links())

    def test_3_the_host_keeps_its_card_until_it_is_asked_for(self):
        d, pif = self.d, self.pif()
        net = d.call('PIF.get_network', pif)
        vm = self.linux('outside')
        self.vif(vm, net)
        self.assertEqual(d.error('VM.start', vm, False, False)[:2],
                         ['REQUIRED_PIF_IS_UNPLUGGED', pif])
        self.assertEqual(self.state(vm), 'Halted')
        self.assertEqual(master('eth0'), '')
        d.call('PIF.plug', pif)
        self.assertEqual(master('eth0'), 'xenbr0')
        self.assertIn('10.0.2.15/24', ip('addr', 'show', 'xenbr0'))
        self.assertIn('dev xenbr0', ip('route', 'show', 'default'))
        self.assertTrue(d.call('PIF.get_currently_attached', pif))
        self.up(vm)
        self.address(vm, '10.0.2.99')
        self.reaches(vm, '10.0.2.2')
        d.kill()
        d.start()
        self.assertTrue(d.call('PIF.get_currently_attached', pif))
        self.assertEqual(d.call('PIF.get_IP', pif), '10.0.2.15')
        self.assertEqual(d.error('PIF.unplug', pif)[0],
                         'PIF_IS_MANAGEMENT_INTERFACE')


if __name__ == '__main__':
    tap.main()
