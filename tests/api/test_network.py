# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks, interfaces of hosts and VLANs, on simulated hosts."""

import http.client
import json
import socket
import time
import unittest

import simulator
import tap
import xapid

NULL = 'OpaqueRef:NULL'


class Net(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = xapid.Daemon(['--sim-hosts', '2', '--sim-vms', '4']).start()

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()

    def get(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    def pif(self, device, host=0, vlan=-1):
        address = '127.0.0.%d' % (host + 1)
        for ref, r in self.d.call('PIF.get_all_records').items():
            if r['device'] == device and r['VLAN'] == vlan and not r[
                    'sriov_logical_PIF_of'] and self.get(
                    'host', 'address', r['host']) == address:
                return ref
        self.fail('no ' + device)

    def network(self, name='test', **more):
        return self.d.call('network.create', dict(
            {'name_label': name, 'name_description': '', 'MTU': 1500,
             'other_config': {}, 'bridge': '', 'managed': True, 'tags': []},
            **more))

    def vif(self, network, vm=None, device='7', **more):
        return self.d.call('VIF.create', dict(
            {'device': device, 'network': network, 'VM': vm or self.vm(),
             'MAC': '02:00:00:00:00:07', 'MTU': 0, 'other_config': {},
             'qos_algorithm_type': '', 'qos_algorithm_params': {}}, **more))

    def vm(self):
        return [r for r, v in self.d.call('VM.get_all_records').items()
                if v['power_state'] == 'Running'
                and not v['is_control_domain']][0]

    def refused(self, *call):
        return self.d.error(*call)


class Pifs(Net):
    def test_a_pif_goes_down_and_up(self):
        pif = self.pif('eth4')
        self.d.call('PIF.unplug', pif)
        self.assertFalse(self.get('PIF', 'currently_attached', pif))
        for _ in range(2):
            self.d.call('PIF.plug', pif)
            self.assertTrue(self.get('PIF', 'currently_attached', pif))

    def test_the_management_interface_stays_up(self):
        pif = self.pif('eth0')
        self.assertEqual(self.refused('PIF.unplug', pif),
                         ['PIF_IS_MANAGEMENT_INTERFACE', pif])
        self.assertEqual(self.refused('PIF.forget', pif),
                         ['PIF_IS_MANAGEMENT_INTERFACE', pif])
        self.assertEqual(
            self.refused('PIF.reconfigure_ip', pif, 'None', '', '', '', ''),
            ['PIF_IS_MANAGEMENT_INTERFACE', pif])

    def test_a_pif_that_must_stay_up_stays_up(self):
        pif = self.pif('eth4', 1)
        self.d.call('PIF.set_disallow_unplug', pif, True)
        self.assertEqual(self.refused('PIF.unplug', pif),
                         ['PIF_DOES_NOT_ALLOW_UNPLUG', pif])
        self.d.call('PIF.set_disallow_unplug', pif, False)
        self.d.call('PIF.unplug', pif)
        self.d.call('PIF.plug', pif)

    def test_a_member_of_a_bond_is_not_plugged(self):
        pif = self.pif('eth2')
        self.assertEqual(self.refused('PIF.plug', pif),
                         ['CANNOT_PLUG_BOND_SLAVE', pif])
        self.assertEqual(self.refused('PIF.forget', pif),
                         ['PIF_ALREADY_BONDED', pif])

    def test_a_pif_is_not_forgotten_while_others_stand_on_it(self):
        net, pif = self.network(), self.pif('eth1')
        vlan = self.d.call('VLAN.create', pif, 9, net)
        self.assertEqual(self.refused('PIF.forget', pif),
                         ['PIF_VLAN_STILL_EXISTS', pif])
        self.assertEqual(self.d.error('PIF.db_forget', pif),
                         ['PIF_VLAN_STILL_EXISTS', pif])
        self.d.call('VLAN.destroy', vlan)
        vlan = self.d.call('VLAN.create', pif, 9, net)
        self.d.call('PIF.db_forget',
                    self.d.call('VLAN.get_untagged_PIF', vlan))
        self.assertEqual(self.d.error('VLAN.get_uuid', vlan)[:2],
                         ['HANDLE_INVALID', 'VLAN'])
        sriov = self.pif('eth4')
        self.assertIn(self.refused('PIF.forget', sriov)[0],
                      ('PIF_SRIOV_STILL_EXISTS', 'CANNOT_FORGET_SRIOV_LOGICAL'))
        self.d.call('network.destroy', net)

    def test_a_forgotten_pif_is_gone_with_its_metrics(self):
        pif = self.pif('eth1', 1)
        metrics = self.get('PIF', 'metrics', pif)
        self.d.call('PIF.forget', pif)
        self.assertEqual(self.refused('PIF.get_device', pif)[0],
                         'HANDLE_INVALID')
        self.assertEqual(self.refused('PIF_metrics.get_speed', metrics)[0],
                         'HANDLE_INVALID')

    def test_addresses_are_checked(self):
        d, pif = self.d, self.pif('eth4')

        def wrong(*args):
            return self.refused('PIF.reconfigure_ip', pif, 'Static', *args)
        self.assertEqual(wrong('1.2.3', '255.0.0.0', '', ''),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'IP'])
        self.assertEqual(wrong('1.2.3.4', '255.0.255.0', '', ''),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'netmask'])
        self.assertEqual(wrong('1.2.3.4', '255.0.0.0', 'x', ''),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'gateway'])
        d.call('PIF.reconfigure_ip', pif, 'Static', '1.2.3.4', '255.0.0.0',
               '1.0.0.1', '9.9.9.9')
        record = d.call('PIF.get_record', pif)
        self.assertEqual(
            [record[f] for f in ('ip_configuration_mode', 'IP', 'netmask',
                                 'gateway', 'DNS')],
            ['Static', '1.2.3.4', '255.0.0.0', '1.0.0.1', '9.9.9.9'])
        d.call('PIF.reconfigure_ip', pif, 'None', '', '', '', '')
        self.assertEqual(
            self.refused('PIF.reconfigure_ipv6', pif, 'Static', 'fd00::1',
                         '', ''), ['INVALID_CIDR_ADDRESS_SPECIFIED', 'IPv6'])
        d.call('PIF.reconfigure_ipv6', pif, 'Static', 'fd00::1/64', '', '')
        self.assertEqual(self.get('PIF', 'IPv6', pif), ['fd00::1/64'])

    def test_a_host_has_no_address_of_many_or_of_nobody(self):
        pif = self.pif('eth4')
        for bad in '0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255':
            for ip, gateway, what in ((bad, '', 'IP'),
                                      ('1.2.3.4', bad, 'gateway')):
                self.assertEqual(
                    self.refused('PIF.reconfigure_ip', pif, 'Static', ip,
                                 '255.0.0.0', gateway, ''),
                    ['INVALID_IP_ADDRESS_SPECIFIED', what])
        for bad in '::/64', '::1/64', 'ff02::1/64', '::ffff:1.2.3.4/64':
            self.assertEqual(
                self.refused('PIF.reconfigure_ipv6', pif, 'Static', bad, '',
                             ''),
                ['INVALID_CIDR_ADDRESS_SPECIFIED', 'IPv6'])

    def test_name_servers_are_addresses(self):
        pif = self.pif('eth4')
        for bad in 'x', '1.2.3.4;rm', '1.2.3.4,,5.6.7.8', ' 1.2.3.4':
            self.assertEqual(
                self.refused('PIF.reconfigure_ip', pif, 'Static', '1.2.3.4',
                             '255.0.0.0', '', bad),
                ['INVALID_IP_ADDRESS_SPECIFIED', 'DNS'])

    def test_an_address_that_the_host_refuses_is_not_noted(self):
        d, pif = self.d, self.pif('eth4')
        before = d.call('PIF.get_record', pif)
        simulator.order_network(d, 'error', 'address')
        self.refused('PIF.reconfigure_ip', pif, 'Static', '1.2.3.5',
                     '255.0.0.0', '', '')
        self.assertEqual(d.call('PIF.get_record', pif), before)
        simulator.order_network(d, 'none')

    def test_properties_are_on_or_off(self):
        pif = self.pif('eth4')
        self.d.call('PIF.set_property', pif, 'gro', 'off')
        self.assertEqual(self.get('PIF', 'properties', pif)['gro'], 'off')
        self.assertEqual(
            self.refused('PIF.set_property', pif, 'gro', 'perhaps'),
            ['INVALID_VALUE', 'properties', 'gro = perhaps'])
        member = self.pif('eth2')
        self.assertEqual(self.refused('PIF.set_property', member, 'gro', 'on'),
                         ['CANNOT_CHANGE_PIF_PROPERTIES', member])

    def test_a_scan_finds_what_is_known_already(self):
        d = self.d
        before = d.call('PIF.get_all')
        d.call('PIF.scan', d.call('host.get_all')[0])
        self.assertEqual(sorted(d.call('PIF.get_all')), sorted(before))
        self.assertEqual(self.refused('PIF.scan', NULL)[:2],
                         ['HANDLE_INVALID', 'host'])

    def test_only_cards_that_are_there_are_introduced(self):
        host = self.d.call('host.get_all')[0]
        self.assertEqual(
            self.refused('PIF.introduce', host, 'no address', 'eth9', True),
            ['MAC_INVALID', 'no address'])
        self.assertEqual(
            self.refused('PIF.introduce', host, '', 'eth0', True),
            ['DUPLICATE_PIF_DEVICE_NAME', 'eth0'])
        self.assertEqual(
            self.refused('PIF.introduce', host, '02:AA:00:00:00:01', 'eth9',
                         True),
            ['COULD_NOT_FIND_NETWORK_INTERFACE_WITH_SPECIFIED_DEVICE_NAME_AND'
             '_MAC_ADDRESS', 'eth9', '02:aa:00:00:00:01'])


class Vlans(Net):
    def test_a_vlan_is_a_pif_on_a_network_of_its_own(self):
        d, pif, net = self.d, self.pif('eth1'), self.network()
        vlan = d.call('VLAN.create', pif, 77, net)
        record = d.call('VLAN.get_record', vlan)
        self.assertEqual(record['tagged_PIF'], pif)
        self.assertEqual(record['tag'], 77)
        upper = d.call('PIF.get_record', record['untagged_PIF'])
        self.assertEqual(upper['network'], net)
        self.assertEqual(upper['device'], 'eth1')
        self.assertEqual(upper['VLAN'], 77)
        self.assertEqual(upper['MAC'], 'fe:ff:ff:ff:ff:ff')
        self.assertEqual(upper['VLAN_master_of'], vlan)
        self.assertEqual(upper['metrics'], self.get('PIF', 'metrics', pif))
        self.assertTrue(upper['currently_attached'])
        self.assertFalse(upper['physical'])
        self.assertEqual(self.refused('network.destroy', net)[:2],
                         ['NETWORK_CONTAINS_PIF', record['untagged_PIF']])
        d.call('VLAN.destroy', vlan)
        self.assertEqual(self.get('network', 'PIFs', net), [])
        self.assertTrue(self.get('PIF_metrics', 'carrier',
                                 self.get('PIF', 'metrics', pif)))
        d.call('network.destroy', net)

    def test_what_cannot_be_a_vlan_is_refused(self):
        d, pif, net = self.d, self.pif('eth1'), self.network()

        def error(below=pif, tag=5, network=net):
            return self.refused('VLAN.create', below, tag, network)
        before = len(d.call('PIF.get_all'))
        self.assertEqual(error(tag=4095), ['VLAN_TAG_INVALID', '4095'])
        self.assertEqual(error(tag=-1), ['VLAN_TAG_INVALID', '-1'])
        slave = self.pif('eth2')
        self.assertEqual(error(slave),
                         ['CANNOT_ADD_VLAN_TO_BOND_SLAVE', slave])
        upper = self.pif('bond0', vlan=100)
        self.assertEqual(error(upper), ['PIF_IS_VLAN', upper])
        there = self.get('PIF', 'network', pif)
        self.assertEqual(error(network=there)[0], 'NETWORK_ALREADY_CONNECTED')
        bond = self.pif('bond0')
        self.assertEqual(error(bond, 100), ['PIF_VLAN_EXISTS', 'bond0'])
        unmanaged = self.network(managed=False)
        self.assertEqual(error(network=unmanaged),
                         ['NETWORK_UNMANAGED', unmanaged])
        self.assertEqual(error(network=NULL)[:2],
                         ['HANDLE_INVALID', 'network'])
        self.assertEqual(len(d.call('PIF.get_all')), before)
        for n in net, unmanaged:
            d.call('network.destroy', n)

    def test_a_vlan_in_use_stays(self):
        d, net = self.d, self.network()
        vm = self.vm()
        host = self.get('VM', 'resident_on', vm)
        number = int(self.get('host', 'address', host)[-1]) - 1
        vlan = d.call('VLAN.create', self.pif('bond0', number), 8, net)
        vif = self.vif(net, vm)
        d.call('VIF.plug', vif)
        self.assertEqual(self.refused('VLAN.destroy', vlan),
                         ['VIF_IN_USE', net, vif])
        d.call('VIF.unplug', vif)
        d.call('VLAN.destroy', vlan)
        d.call('network.destroy', net)

    def test_a_vlan_of_the_pool_is_on_every_host(self):
        d, net = self.d, self.network()
        pifs = d.call('pool.create_VLAN', 'eth4', net, 44)
        self.assertEqual(len(pifs), 2)
        self.assertEqual(sorted(self.get('network', 'PIFs', net)),
                         sorted(pifs))
        self.assertEqual(len({self.get('PIF', 'host', p) for p in pifs}), 2)
        for p in pifs:
            d.call('PIF.destroy', p)
        self.assertEqual(self.get('network', 'PIFs', net), [])
        pifs = d.call('pool.create_VLAN_from_PIF', self.pif('eth4'), net, 45)
        self.assertEqual(len(pifs), 2)
        for p in pifs:
            d.call('PIF.destroy', p)
        self.assertEqual(self.refused('pool.create_VLAN', 'eth9', net, 4),
                         ['INVALID_VALUE', 'device', 'eth9'])
        d.call('network.destroy', net)

    def test_a_pool_vlan_is_on_all_hosts_or_on_none(self):
        d, net = self.d, self.network()
        other = self.network('other')
        vlan = d.call('VLAN.create', self.pif('eth4', 1), 46, other)
        error = self.refused('pool.create_VLAN', 'eth4', net, 46)
        self.assertEqual(error, ['PIF_VLAN_EXISTS', 'eth4'])
        self.assertEqual(self.get('network', 'PIFs', net), [])
        self.assertEqual(len(self.get('PIF', 'VLAN_slave_of',
                                      self.pif('eth4'))), 0)
        d.call('VLAN.destroy', vlan)
        for n in net, other:
            d.call('network.destroy', n)

    def test_the_older_calls_make_and_destroy_vlans(self):
        d, net = self.d, self.network()
        host = d.call('PIF.get_host', self.pif('eth4'))
        pif = d.call('PIF.create_VLAN', 'eth4', net, host, 12)
        self.assertEqual(self.get('PIF', 'VLAN', pif), 12)
        self.assertEqual(self.refused('PIF.create_VLAN', 'eth9', net, host, 1),
                         ['INVALID_VALUE', 'device', 'eth9'])
        d.call('PIF.destroy', pif)
        physical = self.pif('eth4')
        self.assertEqual(self.refused('PIF.destroy', physical),
                         ['PIF_IS_PHYSICAL', physical])
        d.call('network.destroy', net)


class Vifs(Net):
    def test_an_interface_is_locked_and_moved_while_it_runs(self):
        d, net = self.d, self.network()
        vm = self.vm()
        vif = self.vif(net, vm, '8')
        d.call('VIF.plug', vif)
        d.call('VIF.set_locking_mode', vif, 'locked')
        self.assertEqual(self.get('VIF', 'locking_mode', vif), 'locked')
        d.call('VIF.set_ipv4_allowed', vif, ['192.0.2.1', '192.0.2.2'])
        d.call('VIF.add_ipv4_allowed', vif, '192.0.2.3')
        d.call('VIF.add_ipv4_allowed', vif, '192.0.2.3')
        d.call('VIF.remove_ipv4_allowed', vif, '192.0.2.1')
        self.assertEqual(sorted(self.get('VIF', 'ipv4_allowed', vif)),
                         ['192.0.2.2', '192.0.2.3'])
        d.call('VIF.set_ipv6_allowed', vif, ['fd00::1'])
        d.call('VIF.set_ipv6_allowed', vif, [])
        self.assertEqual(self.get('VIF', 'ipv6_allowed', vif), [])
        for call in 'set_ipv4_allowed', 'set_ipv6_allowed':
            self.assertEqual(
                self.refused('VIF.' + call, vif, ['no address'])[0],
                'INVALID_IP_ADDRESS_SPECIFIED')
        self.assertEqual(self.refused('VIF.add_ipv4_allowed', vif, 'a,b'),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'ipv4_allowed'])
        other = self.network('other')
        d.call('VIF.move', vif, other)
        self.assertEqual(self.get('VIF', 'network', vif), other)
        self.assertEqual(self.get('network', 'VIFs', net), [])
        self.assertEqual(self.refused('VIF.move', vif, NULL)[:2],
                         ['HANDLE_INVALID', 'network'])
        d.call('VIF.unplug', vif)
        for n in net, other:
            d.call('network.destroy', n)

    def test_a_guest_is_told_of_addresses_that_it_may_use(self):
        d, net = self.d, self.network()
        halted = [r for r, v in d.call('VM.get_all_records').items()
                  if v['power_state'] == 'Halted' and not v['is_a_template']][0]
        vif = self.vif(net, halted, '6')

        def error(address, gateway=''):
            return self.refused('VIF.configure_ipv4', vif, 'Static', address,
                                gateway)
        self.assertEqual(error('192.0.2.1'),
                         ['INVALID_CIDR_ADDRESS_SPECIFIED', 'address'])
        self.assertEqual(error('192.0.2.1/33'),
                         ['INVALID_CIDR_ADDRESS_SPECIFIED', 'address'])
        self.assertEqual(error('192.0.2.1/24', 'here'),
                         ['INVALID_IP_ADDRESS_SPECIFIED', 'gateway'])
        d.call('VIF.set_locking_mode', vif, 'locked')
        self.assertEqual(error('192.0.2.1/24'),
                         ['ADDRESS_VIOLATES_LOCKING_CONSTRAINT', '192.0.2.1'])
        d.call('VIF.add_ipv4_allowed', vif, '192.0.2.1')
        d.call('VIF.configure_ipv4', vif, 'Static', '192.0.2.1/24',
               '192.0.2.9')
        d.call('VIF.add_ipv6_allowed', vif, 'fd00:0::1')
        d.call('VIF.configure_ipv6', vif, 'Static', 'fd00::1/64', '')
        record = d.call('VIF.get_record', vif)
        self.assertEqual(record['ipv4_configuration_mode'], 'Static')
        self.assertEqual(record['ipv4_addresses'], ['192.0.2.1/24'])
        self.assertEqual(record['ipv4_gateway'], '192.0.2.9')
        self.assertEqual(record['ipv6_addresses'], ['fd00::1/64'])
        d.call('VIF.configure_ipv4', vif, 'None', '', '')
        self.assertEqual(self.get('VIF', 'ipv4_addresses', vif), [])
        d.call('network.destroy', net)

    def test_a_network_changes_its_mtu(self):
        d = self.d
        net = self.get('PIF', 'network', self.pif('eth1'))
        d.call('network.set_MTU', net, 9000)
        self.assertEqual(self.get('network', 'MTU', net), 9000)
        self.assertEqual(self.get('PIF', 'MTU', self.pif('eth1')), 9000)
        for wrong in -1, 0, 67, 65536:
            self.assertEqual(self.refused('network.set_MTU', net, wrong),
                             ['INVALID_VALUE', 'MTU', str(wrong)])
        d.call('network.set_MTU', net, 1500)

    def test_an_interface_goes_to_no_network_that_its_host_is_not_on(self):
        d, net = self.d, self.network()
        vif = self.vif(net, self.vm(), '9')
        d.call('VIF.plug', vif)
        host = self.get('VM', 'resident_on', self.get('VIF', 'VM', vif))
        away = self.network('away')
        number = int(self.get('host', 'address', host)[-1]) % 2
        vlan = d.call('VLAN.create', self.pif('bond0', number), 99, away)
        self.assertEqual(self.refused('VIF.move', vif, away),
                         ['HOST_CANNOT_ATTACH_NETWORK', host, away])
        self.assertEqual(self.get('VIF', 'network', vif), net)
        d.call('VIF.unplug', vif)
        d.call('VLAN.destroy', vlan)
        for n in net, away:
            d.call('network.destroy', n)


def address_of_a_network():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(('192.0.2.200', 9))
        except OSError:
            return None
        return s.getsockname()[0]


class Elsewhere(unittest.TestCase):
    def answer(self, address, port):
        c = http.client.HTTPConnection(address, port, timeout=60)
        try:
            c.request('POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'method': 'system.listMethods', 'id': 1,
                 'params': []}), {'Content-Type': 'application/json'})
            return c.getresponse().status
        finally:
            c.close()

    def test_without_management_only_this_machine_is_answered(self):
        address, port = address_of_a_network(), xapid.free_port()
        if not address or address.startswith('127.'):
            self.skipTest('no network')
        with xapid.start('--listen', '%s:%d' % (address, port)) as d:
            host = d.call('host.get_all')[0]
            pif = d.call('host.get_management_interface', host)
            self.assertEqual(self.answer(address, port), 200)
            d.call('host.management_disable')
            self.assertEqual(self.answer(address, port), 403)
            d.kill()
            d.start()
            self.assertEqual(self.answer(address, port), 403)
            self.assertEqual(self.answer('127.0.0.1', d.port), 200)
            d.call('host.management_reconfigure', pif)
            self.assertEqual(self.answer(address, port), 200)


class Bonds(Net):
    def bond(self, members, network, mode='balance-slb', mac='', **more):
        return ('Bond.create', network, members, mac, mode, more)

    def test_a_bond_takes_over_what_its_first_member_had(self):
        d, net = self.d, self.network()
        storage, other = self.pif('eth1'), self.pif('eth4')
        vlan = d.call('VLAN.create', storage, 66, self.network('tagged'))
        before = d.call('PIF.get_record', storage)
        bond = d.call(*self.bond([other, storage], net, 'lacp'))
        record = d.call('Bond.get_record', bond)
        self.assertEqual(sorted(record['slaves']), sorted([storage, other]))
        self.assertEqual(record['primary_slave'], storage)
        self.assertEqual(record['properties'], {
            'hashing_algorithm': 'tcpudp_ports', 'lacp-time': 'slow',
            'lacp-fallback-ab': 'true'})
        master = d.call('PIF.get_record', record['master'])
        self.assertEqual(master['device'], 'bond1')
        self.assertEqual(master['MAC'], before['MAC'])
        self.assertEqual(master['IP'], before['IP'])
        self.assertEqual(master['VLAN_slave_of'], [vlan])
        self.assertEqual(self.get('PIF', 'IP', storage), '')
        self.assertEqual(self.refused(*self.bond([other], self.network())),
                         ['PIF_ALREADY_BONDED', other])
        d.call('Bond.set_property', bond, 'lacp-time', 'fast')
        self.assertEqual(
            self.refused('Bond.set_property', bond, 'lacp-time', 'never'),
            ['INVALID_VALUE', 'properties', 'lacp-time = never'])
        d.call('Bond.set_mode', bond, 'active-backup')
        self.assertEqual(self.get('Bond', 'properties', bond), {})
        d.call('PIF.set_disallow_unplug', record['master'], False)
        d.call('Bond.destroy', bond)
        after = d.call('PIF.get_record', storage)
        self.assertEqual(after['IP'], before['IP'])
        self.assertEqual(after['VLAN_slave_of'], [vlan])
        self.assertEqual(after['bond_slave_of'], NULL)

    def test_cards_and_vlans_are_where_the_bond_puts_them(self):
        d, net = self.d, self.network('together')
        one, two = self.pif('eth1'), self.pif('eth4')
        tagged = self.network('tagged')
        vlan = d.call('VLAN.create', one, 67, tagged)
        vif = self.vif(self.get('PIF', 'network', two), device='8')
        d.call('VIF.plug', vif)
        self.addCleanup(d.call, 'VIF.destroy', vif)
        self.addCleanup(d.call, 'VIF.unplug', vif)
        bond = d.call(*self.bond([one, two], net, 'active-backup'))
        master = self.get('Bond', 'master', bond)
        name = self.get('PIF', 'device', master)
        ports = simulator.ports(d)
        bridge = self.get('network', 'bridge', net)
        self.assertEqual(ports[name], bridge)
        self.assertEqual(ports[name + '.67'],
                         self.get('network', 'bridge', tagged))
        for gone in 'eth1', 'eth4', 'eth1.67':
            self.assertNotIn(gone, ports)
        self.assertEqual(self.get('VIF', 'network', vif), net)
        d.call('PIF.set_disallow_unplug', master, False)
        d.call('Bond.destroy', bond)
        ports = simulator.ports(d)
        self.assertEqual(ports['eth1'], self.get(
            'network', 'bridge', self.get('PIF', 'network', one)))
        self.assertEqual(ports['eth1.67'],
                         self.get('network', 'bridge', tagged))
        self.assertNotIn(name, ports)
        self.assertEqual(self.get('VIF', 'network', vif),
                         self.get('PIF', 'network', one))
        d.call('VLAN.destroy', vlan)
        d.call('PIF.plug', two)
        d.call('network.destroy', net)

    def test_a_bond_that_fails_leaves_everything_as_it_was(self):
        d, net = self.d, self.network('fails')
        one, two = self.pif('eth1'), self.pif('eth4')
        d.call('PIF.plug', one)
        d.call('PIF.plug', two)
        rows = {cls: d.call(cls + '.get_all_records')
                for cls in ('PIF', 'Bond', 'VLAN')}
        ports = simulator.ports(d)
        for op, skip in (('downlink', 0), ('downlink', 1), ('bond', 0),
                         ('uplink', 0)):
            simulator.order_network(d, 'error', op, skip=skip)
            self.assertEqual(
                self.refused(*self.bond([one, two], net, 'lacp'))[0],
                'INTERNAL_ERROR', op)
            simulator.order_network(d, 'none')
            for cls, before in rows.items():
                self.assertEqual(d.call(cls + '.get_all_records'), before)
            self.assertEqual(simulator.ports(d), ports, op)
        bond = d.call(*self.bond([one, two], net, 'lacp'))
        before = d.call('Bond.get_record', bond)
        for change in (('Bond.set_property', bond, 'lacp-time', 'fast'),
                       ('Bond.set_mode', bond, 'active-backup')):
            simulator.order_network(d, 'error', 'bond')
            self.assertEqual(self.refused(*change)[0], 'INTERNAL_ERROR')
            simulator.order_network(d, 'none')
            self.assertEqual(d.call('Bond.get_record', bond), before)
        together = simulator.ports(d)
        d.call('PIF.set_disallow_unplug', self.get('Bond', 'master', bond),
               False)
        for op in 'downlink', 'bond_destroy', 'uplink':
            simulator.order_network(d, 'error', op)
            self.assertEqual(self.refused('Bond.destroy', bond)[0],
                             'INTERNAL_ERROR')
            simulator.order_network(d, 'none')
            self.assertEqual(simulator.ports(d), together, op)
        d.call('Bond.destroy', bond)
        d.call('PIF.plug', two)
        self.assertEqual(simulator.ports(d), ports)
        d.call('network.destroy', net)

    def test_a_bond_is_there_or_not_after_the_daemon_was_killed(self):
        d, net = self.d, self.network('killed')
        one, two = self.pif('eth1'), self.pif('eth4')
        d.call('PIF.plug', one)
        d.call('PIF.plug', two)
        apart = simulator.ports(d)
        for moment in range(6):
            task = d.call('Async.Bond.create', net, [one, two], '', 'lacp',
                          {})
            time.sleep(moment * 0.004)
            d.kill()
            d.start()
            end = time.time() + 60
            while (d.call('task.get_status', task) == 'pending'
                   and time.time() < end):
                time.sleep(0.05)
            there = [b for b, r in d.call('Bond.get_all_records').items()
                     if r['primary_slave'] in (one, two)]
            if d.call('task.get_status', task) == 'success':
                self.assertEqual(len(there), 1)
                master = self.get('Bond', 'master', there[0])
                self.assertEqual(
                    simulator.ports(d)[self.get('PIF', 'device', master)],
                    self.get('network', 'bridge', net))
                d.call('PIF.set_disallow_unplug', master, False)
                d.call('Bond.destroy', there[0])
                d.call('PIF.plug', two)
            else:
                self.assertEqual(there, [])
            self.assertEqual(simulator.ports(d), apart)
        d.call('network.destroy', net)

    def test_what_cannot_be_a_bond_is_refused(self):
        d, net = self.d, self.network()
        one, two = self.pif('eth1'), self.pif('eth4')
        tagged = self.pif('bond0', vlan=100)
        for members, more, error in (
                ([], {}, ['PIF_BOND_NEEDS_MORE_MEMBERS']),
                ([one, self.pif('eth1', 1)], {},
                 ['PIF_CANNOT_BOND_CROSS_HOST']),
                ([one, self.pif('eth0')], {}, ['PIF_BOND_MORE_THAN_ONE_IP']),
                ([one, two], {'mac': '1'}, ['MAC_INVALID', '1']),
                ([one, two], {'nothing': '1'},
                 ['INVALID_VALUE', 'properties', 'nothing = 1']),
                ([one, tagged], {}, ['PIF_VLAN_EXISTS', 'bond0'])):
            self.assertEqual(
                self.refused(*self.bond(members, net, **more)), error)
        d.call('network.destroy', net)


class Others(Net):
    def test_a_tunnel_is_a_pif_on_a_network_of_its_own(self):
        d, net, below = self.d, self.network(), self.pif('eth1')
        tunnel = d.call('tunnel.create', below, net, 'vxlan')
        record = d.call('tunnel.get_record', tunnel)
        self.assertEqual(record['transport_PIF'], below)
        self.assertEqual(record['protocol'], 'vxlan')
        self.assertEqual(self.get('PIF', 'network', record['access_PIF']),
                         net)
        self.assertEqual(self.get('PIF', 'device', record['access_PIF']),
                         'tunnel1')
        self.assertEqual(
            self.refused('tunnel.create', record['access_PIF'],
                         self.network(), 'gre'),
            ['IS_TUNNEL_ACCESS_PIF', record['access_PIF']])
        self.assertEqual(self.refused('tunnel.create', self.pif('eth4'),
                                      self.network(), 'gre'),
                         ['TRANSPORT_PIF_NOT_CONFIGURED', self.pif('eth4')])
        d.call('tunnel.destroy', tunnel)
        self.assertEqual(self.get('network', 'PIFs', net), [])

    def test_a_card_gives_its_virtual_functions_to_one_network(self):
        d = self.d
        sriov = [r for r in d.call('network_sriov.get_all') if self.get(
            'PIF', 'host', self.get('network_sriov', 'physical_PIF', r))
            == self.get('PIF', 'host', self.pif('eth1'))][0]
        record = d.call('network_sriov.get_record', sriov)
        card, net = record['physical_PIF'], self.network()
        self.assertGreaterEqual(
            d.call('network_sriov.get_remaining_capacity', sriov), 0)
        self.assertEqual(self.refused('network_sriov.create', card, net),
                         ['NETWORK_SRIOV_ALREADY_ENABLED', card])
        plain = self.pif('eth1')
        self.assertEqual(self.refused('network_sriov.create', plain, net),
                         ['PIF_IS_NOT_SRIOV_CAPABLE', plain])
        d.call('network_sriov.destroy', sriov)
        again = d.call('network_sriov.create', card, net)
        self.assertEqual(self.get('PIF', 'network', self.get(
            'network_sriov', 'logical_PIF', again)), net)

    def test_a_host_without_management_has_no_address_for_it(self):
        d, host = self.d, self.d.call('pool.get_master',
                                      self.d.call('pool.get_all')[0])
        pif = d.call('host.get_management_interface', host)
        d.call('host.management_disable')
        self.assertEqual(
            self.refused('host.get_management_interface', host),
            ['HOST_HAS_NO_MANAGEMENT_IP'])
        d.call('host.management_reconfigure', pif)
        self.assertEqual(d.call('host.get_management_interface', host), pif)

    def test_a_network_comes_up_before_it_is_needed(self):
        d, net, host = self.d, self.network(), self.get(
            'PIF', 'host', self.pif('eth4'))
        d.call('network.attach', net, host)
        out = self.pif('eth4')
        d.call('PIF.unplug', out)
        vm = self.vm()
        vif = self.vif(self.get('PIF', 'network', out), vm, '5')
        d.call('network.attach_for_vm', host, vm)
        self.assertTrue(self.get('PIF', 'currently_attached', out))
        d.call('network.detach_for_vm', host, vm)
        d.call('VIF.destroy', vif)
        member = self.pif('eth2')
        self.assertEqual(
            self.refused('network.attach', self.get('PIF', 'network', member),
                         host), ['CANNOT_PLUG_BOND_SLAVE', member])
        d.call('network.destroy', net)

    def test_a_host_is_managed_by_one_interface(self):
        d, old, new = self.d, self.pif('eth0'), self.pif('eth1')
        none = self.pif('eth4')
        self.assertEqual(self.refused('host.management_reconfigure', none),
                         ['PIF_HAS_NO_NETWORK_CONFIGURATION', none])
        d.call('host.management_reconfigure', new)
        self.assertEqual(d.call('host.get_management_interface',
                                self.get('PIF', 'host', new)), new)
        self.assertFalse(self.get('PIF', 'management', old))
        d.call('pool.management_reconfigure', self.get('PIF', 'network', old))
        self.assertTrue(self.get('PIF', 'management', old))
        self.assertFalse(self.get('PIF', 'management', new))
        nowhere = self.network()
        self.assertEqual(
            self.refused('pool.management_reconfigure', nowhere)[0],
            'PIF_NOT_PRESENT')
        self.assertEqual(
            self.refused('host.local_management_reconfigure', 'eth0'),
            ['NOT_IN_EMERGENCY_MODE'])


class Failures(Net):
    """What a worker that fails leaves behind."""

    def setUp(self):
        self.net, self.other = self.network(), self.network('other')
        self.v = self.vif(self.net, self.vm(), '10')

    def tearDown(self):
        simulator.order_network(self.d, 'none')
        if self.get('VIF', 'currently_attached', self.v):
            self.d.call('VIF.unplug', self.v)
        for n in self.net, self.other:
            self.d.call('network.destroy', n)

    def on(self):
        """The bridge that the interface is on."""
        vm = self.get('VIF', 'VM', self.v)
        name = 'vif%d.%s' % (self.get('VM', 'domid', vm),
                             self.get('VIF', 'device', self.v))
        return simulator.ports(self.d).get(name)

    def bridge(self, network):
        return self.get('network', 'bridge', network)

    def test_interfaces_are_on_the_bridges_of_their_networks(self):
        d = self.d
        self.assertIsNone(self.on())
        d.call('VIF.plug', self.v)
        self.assertEqual(self.on(), self.bridge(self.net))
        d.call('VIF.move', self.v, self.other)
        self.assertEqual(self.on(), self.bridge(self.other))
        d.call('VIF.set_locking_mode', self.v, 'disabled')
        self.assertIsNone(self.on())
        d.call('VIF.set_locking_mode', self.v, 'network_default')
        self.assertEqual(self.on(), self.bridge(self.other))
        d.call('VIF.unplug', self.v)
        self.assertIsNone(self.on())

    def test_a_change_that_fails_leaves_the_interface_as_it_was(self):
        d = self.d
        d.call('VIF.plug', self.v)
        simulator.order_network(d, 'error', 'join')
        self.assertEqual(self.refused('VIF.move', self.v, self.other)[0],
                         'INTERNAL_ERROR')
        self.assertEqual(self.get('VIF', 'network', self.v), self.net)
        self.assertEqual(self.on(), self.bridge(self.net))
        simulator.order_network(d, 'error', 'join')
        self.refused('VIF.add_ipv4_allowed', self.v, '192.0.2.1')
        self.assertEqual(self.get('VIF', 'ipv4_allowed', self.v), [])

    def test_a_worker_that_dies_moves_an_interface_once(self):
        d = self.d
        d.call('VIF.plug', self.v)
        for how, to in (('exit', self.other), ('after', self.net),
                        ('half', self.other), ('abort', self.net)):
            simulator.order_network(d, how, 'join')
            d.call('VIF.move', self.v, to)
            self.assertEqual(self.on(), self.bridge(to))

    def test_a_plug_that_fails_leaves_nothing_on_the_bridge(self):
        d = self.d
        simulator.order_network(d, 'error', 'join')
        self.refused('VIF.plug', self.v)
        self.assertFalse(self.get('VIF', 'currently_attached', self.v))
        simulator.order(d, 'error', 'connect')
        self.refused('VIF.plug', self.v)
        self.assertFalse(self.get('VIF', 'currently_attached', self.v))
        self.assertIsNone(self.on())

    def test_a_vlan_that_fails_leaves_no_rows(self):
        d, pifs = self.d, len(self.d.call('PIF.get_all'))
        simulator.order_network(d, 'error', 'uplink')
        self.assertEqual(
            self.refused('VLAN.create', self.pif('eth4'), 31, self.net)[0],
            'INTERNAL_ERROR')
        self.assertEqual(len(d.call('PIF.get_all')), pifs)
        simulator.order_network(d, 'error', 'uplink', skip=1)
        self.refused('pool.create_VLAN', 'eth4', self.net, 31)
        self.assertEqual(len(d.call('PIF.get_all')), pifs)
        self.assertNotIn('eth4.31', simulator.ports(d))

    def test_a_network_that_cannot_be_destroyed_is_kept(self):
        d, net = self.d, self.network('kept')
        simulator.order_network(d, 'error', 'bridge_destroy')
        self.refused('network.destroy', net)
        self.assertEqual(self.get('network', 'name_label', net), 'kept')
        d.call('network.destroy', net)

    def test_a_killed_daemon_goes_on_where_it_was(self):
        d = self.d
        d.call('VIF.plug', self.v)
        task = d.call('Async.VIF.move', self.v, self.other)
        d.kill()
        d.start()
        end = time.time() + 60
        while (d.call('task.get_status', task) == 'pending'
               and time.time() < end):
            time.sleep(0.1)
        self.assertNotEqual(d.call('task.get_status', task), 'pending')
        self.assertEqual(self.on(),
                         self.bridge(self.get('VIF', 'network', self.v)))


if __name__ == '__main__':
    tap.main()
