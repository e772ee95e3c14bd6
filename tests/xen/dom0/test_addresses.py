# SPDX-License-Identifier: LGPL-2.1-or-later
"""Addresses of a real host that the API gives: on the card, on its bridge, and
again behind a restart. eth1 and eth2 have a hub of their own."""

import os
import re
import signal
import subprocess

import tap
import xapid
from bed import wait
from test_network import Net, ip, links, master


def clients(link):
    """DHCP clients of a link."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid) as f:
                words = f.read().split('\0')
        except OSError:
            continue
        if words[0].endswith('/dhclient') and link in words:
            found.append(int(pid))
    return found


def resolv():
    with open('/etc/resolv.conf') as f:
        return f.read()


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
            d.error('PIF.reconfigure_ipv6', pif, 'DHCP', '', '', '')[0],
            'NOT_IMPLEMENTED')
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

    def test_6a_a_host_is_managed_by_no_interface(self):
        d, pif = self.d, self.pif('eth0')
        host = d.call('host.get_all')[0]
        d.call('host.management_disable')
        d.call('PIF.scan', host)
        d.kill()
        d.start()
        self.assertEqual(d.error('host.get_management_interface', host),
                         ['HOST_HAS_NO_MANAGEMENT_IP'])
        self.assertTrue(self.has('eth0', '10.0.2.15/24'))
        d.call('host.management_reconfigure', pif)
        self.assertEqual(d.call('host.get_management_interface', host), pif)
        self.assertEqual(d.call('host.get_address', host), '10.0.2.15')

    def test_7_a_lease_that_does_not_come_changes_nothing(self):
        d, card = self.d, self.cards[0]
        pif = self.pif(card)
        self.static(pif, '10.77.1.5')
        self.assertEqual(
            d.error('PIF.reconfigure_ip', pif, 'DHCP', '', '', '', ''),
            ['INTERFACE_HAS_NO_IP', pif])
        self.assertEqual(clients(card), [])
        self.assertTrue(self.has(card, '10.77.1.5/24'))
        self.assertEqual(d.call('PIF.get_ip_configuration_mode', pif),
                         'Static')
        self.assertEqual(d.call('PIF.get_IP', pif), '10.77.1.5')

    def test_8_a_host_leases_its_address(self):
        d, pif = self.d, self.pif('eth0')
        host = d.call('host.get_all')[0]
        self.static(pif, '10.0.2.33', '10.0.2.2')
        d.call('PIF.reconfigure_ip', pif, 'DHCP', '', '', '', '')
        record = d.call('PIF.get_record', pif)
        self.assertEqual(record['ip_configuration_mode'], 'DHCP')
        self.assertEqual(record['IP'], '10.0.2.15')
        self.assertEqual(record['netmask'], '255.255.255.0')
        self.assertEqual(d.call('host.get_address', host), '10.0.2.15')
        self.assertNotIn('10.0.2.33', ip('addr', 'show', 'eth0'))
        self.assertRegex(ip('addr', 'show', 'eth0'), r'valid_lft \d+sec')
        self.assertIn('via 10.0.2.2', ip('route', 'show', 'default'))
        wait(lambda: d.call('PIF.get_gateway', pif) == '10.0.2.2',
             what='the gateway is known')
        wait(lambda: d.call('PIF.get_DNS', pif) == '10.0.2.3',
             what='the name server is known')
        self.assertIn('nameserver 10.0.2.3', resolv())
        # Whoever is killed, the client goes on, and one is enough.
        before = clients('eth0')
        self.assertEqual(len(before), 1)
        d.kill()
        d.start()
        wait(lambda: clients('eth0') == before, what='the same client')
        d.call('PIF.scan', host)
        self.assertEqual(d.call('PIF.get_ip_configuration_mode', pif), 'DHCP')
        self.follows(pif, host)
        self.comes_back(pif)
        d.call('PIF.plug', pif)
        wait(lambda: re.search('10.0.2.15/24.*\n.*valid_lft [0-9]+sec',
                               ip('addr', 'show', 'xenbr0')),
             what='the bridge has the lease')
        self.assertEqual(len(clients('xenbr0')), 1)
        self.assertEqual(clients('eth0'), [])
        d.call('PIF.reconfigure_ip', pif, 'Static', '10.0.2.15',
               '255.255.255.0', '10.0.2.2', '10.0.2.3,9.9.9.9')
        self.assertEqual(clients('xenbr0'), [])
        self.assertIn('10.0.2.15/24', ip('addr', 'show', 'xenbr0'))
        self.assertNotRegex(ip('-4', 'addr', 'show', 'xenbr0'),
                            r'valid_lft \d')
        self.assertIn('nameserver 10.0.2.3\nnameserver 9.9.9.9\n', resolv())
        self.assertEqual(d.call('PIF.get_DNS', pif), '10.0.2.3,9.9.9.9')

    def follows(self, pif, host):
        """What a client does to the link stands in the records."""
        d = self.d
        env = dict(os.environ, interface='eth0', ip='10.0.2.44',
                   subnet='255.255.255.0', router='10.0.2.2', lease='600',
                   dns='10.0.2.3', XAPID_WAY_OUT='1')
        lease = os.path.join(xapid.BUILD, 'network/xapid-lease')
        subprocess.run([lease, 'renew'], env=env, check=True)
        wait(lambda: d.call('PIF.get_IP', pif) == '10.0.2.44' and
             d.call('host.get_address', host) == '10.0.2.44',
             what='the record follows')
        self.assertIn('via 10.0.2.2', ip('route', 'show', 'default'))
        subprocess.run([lease, 'deconfig'], env=env, check=True)
        wait(lambda: d.call('PIF.get_IP', pif) == '',
             what='the record has no address')
        self.assertEqual(d.call('PIF.get_ip_configuration_mode', pif), 'DHCP')

    def comes_back(self, pif):
        """As after a reboot: no client, no address."""
        d = self.d
        d.kill()
        os.kill(clients('eth0')[0], signal.SIGKILL)
        ip('addr', 'flush', 'dev', 'eth0')
        d.start()
        wait(lambda: d.call('PIF.get_IP', pif) == '10.0.2.15',
             what='a lease again')
        self.assertTrue(d.call('PIF.get_management', pif),
                        'another card with an address did not take its place')

    def test_9_routers_give_addresses(self):
        d, pif = self.d, self.pif('eth0')
        link = 'xenbr0' if master('eth0') else 'eth0'
        d.call('PIF.reconfigure_ipv6', pif, 'Static', 'fd77::6/64', '', '')
        self.assertTrue(self.has(link, 'fd77::6/64'))
        d.call('PIF.reconfigure_ipv6', pif, 'Autoconf', '', '', '')
        record = d.call('PIF.get_record', pif)
        self.assertEqual(record['ipv6_configuration_mode'], 'Autoconf')
        self.assertTrue(record['IPv6'][0].startswith('fec0::'), record['IPv6'])
        self.assertTrue(self.has(link, record['IPv6'][0]))
        self.assertFalse(self.has(link, 'fd77::6/64'))
        d.call('PIF.reconfigure_ipv6', pif, 'None', '', '', '')
        self.assertFalse(self.has(link, record['IPv6'][0]))
        self.assertEqual(d.call('PIF.get_IPv6', pif), [])


if __name__ == '__main__':
    tap.main()
