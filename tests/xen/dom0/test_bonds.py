# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bonds of a real host: eth1 and eth2, which have a hub of their own."""

import tap
from bed import store, wait
from test_network import Net, ip, links, master


def fact(device, name):
    with open('/sys/class/net/%s/%s' % (device, name)) as f:
        return f.read().split()[0]


class Bonds(Net):
    def pif(self, device):
        return [r for r, p in self.d.call('PIF.get_all_records').items()
                if p['device'] == device and p['physical']][0]

    def bond(self, network, mode, **properties):
        return self.d.call('Bond.create', network,
                           [self.pif('eth1'), self.pif('eth2')], '', mode,
                           properties)

    def test_1_two_cards_are_one_and_two_again(self):
        d, net = self.d, self.network('bonded')
        first = self.pif('eth1')
        d.call('PIF.reconfigure_ip', first, 'Static', '10.77.3.5',
               '255.255.255.0', '', '')
        tagged = self.network('tagged')
        vlan = d.call('VLAN.create', first, 12, tagged)
        vm = self.make('guest')
        vif = self.vif(vm, d.call('PIF.get_network', self.pif('eth2')))
        d.call('VM.start', vm, False, False)
        bond = self.bond(net, 'active-backup')
        bridge = self.bridge(net)
        self.assertEqual(master('eth1'), 'bond0')
        self.assertEqual(master('eth2'), 'bond0')
        self.assertEqual(master('bond0'), bridge)
        self.assertEqual(fact('bond0', 'bonding/mode'), 'active-backup')
        self.assertEqual(fact('bond0', 'bonding/miimon'), '100')
        self.assertEqual(master('bond0.12'), self.bridge(tagged))
        self.assertNotIn('eth1.12', links())
        self.assertIn('10.77.3.5/24', ip('addr', 'show', bridge))
        self.assertEqual(d.call('VIF.get_network', vif), net)
        self.assertEqual(master(self.interface(vm)), bridge)
        self.assertEqual(
            store('/local/domain/0/backend/vif/%d/0/bridge'
                  % d.call('VM.get_domid', vm)), bridge)
        self.assertEqual(
            d.call('PIF.get_IP', d.call('Bond.get_master', bond)),
            '10.77.3.5')
        d.call('Bond.set_mode', bond, 'lacp')
        self.assertEqual(fact('bond0', 'bonding/mode'), '802.3ad')
        self.assertEqual(fact('bond0', 'bonding/xmit_hash_policy'), 'layer3+4')
        d.call('Bond.set_property', bond, 'lacp-time', 'fast')
        self.assertEqual(fact('bond0', 'bonding/lacp_rate'), 'fast')
        self.assertEqual(sorted([master('eth1'), master('eth2')]),
                         ['bond0', 'bond0'])
        self.assertEqual(master('bond0'), bridge)
        d.call('Bond.destroy', bond)
        self.assertNotIn('bond0', links())
        mine = self.bridge(d.call('PIF.get_network', first))
        self.assertEqual(master('eth1'), mine)
        self.assertEqual(master('eth1.12'), self.bridge(tagged))
        self.assertEqual(master('eth2'), '')
        self.assertIn('10.77.3.5/24', ip('addr', 'show', mine))
        self.assertEqual(master(self.interface(vm)), mine)
        d.call('VLAN.destroy', vlan)
        d.call('VM.hard_shutdown', vm)
        d.call('PIF.unplug', first)
        d.call('PIF.reconfigure_ip', first, 'None', '', '', '', '')

    def test_2_a_bond_comes_back_after_a_boot(self):
        d, net = self.d, self.network('kept')
        bond, bridge = self.bond(net, 'lacp'), self.bridge(net)
        d.kill()
        for link in 'bond0', bridge:
            ip('link', 'del', link)
        d.start()
        wait(lambda: master('bond0') == bridge, 60, 'the bond')
        self.assertEqual(fact('bond0', 'bonding/mode'), '802.3ad')
        self.assertEqual(master('eth1'), 'bond0')
        self.assertEqual(master('eth2'), 'bond0')
        d.call('Bond.destroy', bond)
        self.assertNotIn('bond0', links())

    def test_3_what_the_kernel_has_not_is_refused(self):
        net = self.network('no')
        self.assertEqual(
            self.d.error('Bond.create', net,
                         [self.pif('eth1'), self.pif('eth2')], '',
                         'balance-slb', {})[:3],
            ['VALUE_NOT_SUPPORTED', 'mode', 'balance-slb'])
        self.assertNotIn('bond0', links())


if __name__ == '__main__':
    tap.main()
