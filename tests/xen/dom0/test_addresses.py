# SPDX-License-Identifier: LGPL-2.1-or-later
"""Addresses of a real host that the API gives: on the card, on its bridge, and
again behind a restart. eth1 and eth2 have a hub of their own."""

import tap
from bed import wait
from test_network import Net, ip, links, master


class Addresses(Net):
    cards = 'eth1', 'eth2'

    def pif(self, device):
        return [r for r, p in self.d.call('PIF.get_all_records').items()
                if p['device'] == device and p['physical']][0]

    def has(self, link, address):
        return address in ip('addr', 'show', link)

    def static(self, pif, address, gateway=''):
        self.d.call('PIF.reconfigure_ip', pif, 'Static', address,
                    '255.255.255.0', gateway, '')

    def test_1_a_card_gets_an_address_where_it_is(self):
        d, card = self.d, self.cards[0]
        pif = self.pif(card)
        self.static(pif, '10.77.1.5')
        self.assertTrue(self.has(card, '10.77.1.5/24'))
        self.assertEqual(d.call('PIF.get_IP', pif), '10.77.1.5')
        d.call('PIF.plug', pif)
        bridge = self.bridge(d.call('PIF.get_network', pif))
        self.assertEqual(master(card), bridge)
        self.assertTrue(self.has(bridge, '10.77.1.5/24'))
        self.static(pif, '10.77.1.6')
        self.assertTrue(self.has(bridge, '10.77.1.6/24'))
        self.assertFalse(self.has(bridge, '10.77.1.5'))
        d.call('PIF.reconfigure_ipv6', pif, 'Static', 'fd77::6/64', '', '')
        self.assertTrue(self.has(bridge, 'fd77::6/64'))
        self.assertTrue(self.has(bridge, '10.77.1.6/24'))
        d.call('PIF.unplug', pif)
        self.assertTrue(self.has(card, '10.77.1.6/24'))
        self.assertNotIn(bridge, links())

    def test_2_what_a_reboot_takes_comes_back(self):
        # Killed, the daemon finds a host whose links are as after a boot.
        d, card = self.d, self.cards[0]
        pif = self.pif(card)
        self.static(pif, '10.77.1.7')
        d.call('PIF.plug', pif)
        bridge = self.bridge(d.call('PIF.get_network', pif))
        d.kill()
        ip('link', 'del', bridge)
        ip('addr', 'flush', 'dev', card)
        d.start()
        wait(lambda: bridge in links() and self.has(bridge, '10.77.1.7/24'),
             60, 'the address is back')
        self.assertEqual(master(card), bridge)
        self.assertEqual(d.call('PIF.get_IP', pif), '10.77.1.7')
        self.assertTrue(d.call('PIF.get_currently_attached', pif))
        d.call('PIF.unplug', pif)
        d.call('PIF.reconfigure_ip', pif, 'None', '', '', '', '')
        self.assertFalse(self.has(card, '10.77.1.7'))

    def test_3_a_vlan_has_an_address_of_its_own(self):
        d, card = self.d, self.cards[1]
        net = self.network('tagged')
        vlan = d.call('VLAN.create', self.pif(card), 9, net)
        upper = d.call('VLAN.get_untagged_PIF', vlan)
        self.static(upper, '10.77.9.5')
        self.assertTrue(self.has(self.bridge(net), '10.77.9.5/24'))
        self.assertFalse(self.has(card, '10.77.9.5'))
        d.call('VLAN.destroy', vlan)

    def test_4_what_cannot_be_done_says_so(self):
        d, pif = self.d, self.pif(self.cards[1])
        self.assertEqual(
            d.error('PIF.reconfigure_ip', pif, 'DHCP', '', '', '', '')[0],
            'NOT_IMPLEMENTED')
        self.assertEqual(
            d.error('PIF.reconfigure_ip', pif, 'Static', '10.77.1.9',
                    '255.255.255.0', '', '9.9.9.9')[0], 'NOT_IMPLEMENTED')
        self.assertFalse(self.has(self.cards[1], '10.77.1.9'))
        way_out = self.pif('eth0')
        self.assertEqual(
            d.error('PIF.reconfigure_ip', way_out, 'None', '', '', '', ''),
            ['PIF_IS_MANAGEMENT_INTERFACE', way_out])
        self.assertEqual(
            d.error('PIF.reconfigure_ip', way_out, 'Static', '10.0.2.15',
                    '255.255.255.0', '203.0.113.1', ''),
            ['INVALID_IP_ADDRESS_SPECIFIED', 'gateway'])
        self.assertTrue(self.has('eth0', '10.0.2.15/24'))
        self.assertIn('via 10.0.2.2', ip('route', 'show', 'default'))

    def test_5_the_host_has_the_address_of_its_way_out(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        self.assertEqual(d.call('host.get_address', host), '10.0.2.15')
        self.static(self.pif('eth0'), '10.0.2.16', '10.0.2.2')
        self.assertEqual(d.call('host.get_address', host), '10.0.2.16')
        self.assertIn('via 10.0.2.2', ip('route', 'show', 'default'))
        self.static(self.pif('eth0'), '10.0.2.15', '10.0.2.2')

    def test_6_another_interface_manages_the_host(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        pif, before = self.pif('eth1'), self.pif('eth0')
        self.static(pif, '10.77.1.5', '10.77.1.1')
        self.assertIn('via 10.0.2.2 dev eth0', ip('route', 'show', 'default'))
        d.call('host.management_reconfigure', pif)
        routes = ip('route', 'show', 'default')
        self.assertIn('via 10.77.1.1 dev eth1', routes)
        self.assertNotIn('eth0', routes)
        self.assertEqual(d.call('host.get_address', host), '10.77.1.5')
        d.call('PIF.scan', host)
        self.assertTrue(d.call('PIF.get_management', pif))
        self.assertFalse(d.call('PIF.get_management', before))
        d.call('host.management_reconfigure', before)
        routes = ip('route', 'show', 'default')
        self.assertIn('via 10.0.2.2 dev eth0', routes)
        self.assertNotIn('eth1', routes)
        self.assertEqual(d.call('host.get_address', host), '10.0.2.15')


if __name__ == '__main__':
    tap.main()
