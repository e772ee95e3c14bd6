#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated pool as clients see it, across restarts and crashes."""

import subprocess
import unittest

import tap
import xapid

SIZE = ('--sim-hosts', '3', '--sim-vms', '30')


def uuids(d):
    """Every class with its objects' references and uuids, and their names
    and states where they have them."""
    return {cls: {ref: [r['uuid'], r.get('name_label'), r.get('power_state')]
                  for ref, r in d.call(cls + '.get_all_records').items()}
            for cls in ('pool', 'host', 'VM', 'VDI', 'VBD', 'VIF', 'SR', 'PBD',
                        'network', 'PIF', 'VM_metrics', 'console', 'SM')}


class World(xapid.Case):
    args = SIZE
    options = {'tls': True}

    def all(self, cls):
        return self.d.call(cls + '.get_all_records')

    def test_clients_find_their_way_from_pool_to_guest(self):
        (pool,), hosts = self.all('pool').values(), self.all('host')
        self.assertEqual(len(hosts), 3)
        self.assertIn(pool['master'], hosts)
        vms, vbds, vdis = map(self.all, ('VM', 'VBD', 'VDI'))
        guests = [v for v in vms.values()
                  if not v['is_a_template'] and not v['is_control_domain']]
        self.assertEqual(len(guests), 30)
        running = [v for v in guests if v['power_state'] == 'Running']
        self.assertEqual(len(running), 15)
        for vm in running:
            self.assertIn(vm['resident_on'], hosts)
            disks = [vbds[x] for x in vm['VBDs'] if vbds[x]['type'] == 'Disk']
            self.assertEqual([x['device'] for x in disks], ['xvda'])
            self.assertIn(disks[0]['VDI'], vdis)

    def test_versions_can_be_compared(self):
        for host in self.all('host').values():
            version = host['software_version']
            for key in ('product_version', 'platform_version'):
                self.assertRegex(version[key], r'^\d+\.\d+\.\d+$')
            self.assertEqual(version['backend'], 'simulator')
            self.assertEqual(set(host['license_params'].values()),
                             {'true', 'false'})
            self.assertRegex(host['other_config']['agent_start_time'],
                             r'^\d+\.$')

    def test_consoles_are_where_their_host_is(self):
        hosts, vms = self.all('host'), self.all('VM')
        consoles = self.all('console')
        self.assertEqual(len(consoles), 2 * (15 + 3))
        for ref, console in consoles.items():
            vm = vms[console['VM']]
            self.assertEqual(
                console['location'], 'https://%s/console?%s' % (
                    hosts[vm['resident_on']]['address'],
                    'ref=' + ref if vm['is_control_domain']
                    else 'uuid=' + console['uuid']))

    def test_addresses_of_hosts_are_this_daemon(self):
        """Clients follow host.address: all of them are here."""
        addresses = {h['address'] for h in self.all('host').values()}
        self.assertEqual(addresses, {'127.0.0.1', '127.0.0.2', '127.0.0.3'})

    def test_the_certificate_is_a_record(self):
        (certificate,) = self.all('Certificate').values()
        port = self.d.tls_url.rsplit(':', 1)[1]
        pem = subprocess.run(
            ['openssl', 's_client', '-connect', '127.0.0.1:' + port],
            input='', capture_output=True, text=True).stdout
        shown = subprocess.run(
            ['openssl', 'x509', '-noout', '-fingerprint', '-sha256'],
            input=pem, capture_output=True, text=True).stdout
        self.assertEqual(certificate['fingerprint_sha256'],
                         shown.strip().split('=', 1)[1])
        self.assertEqual(certificate['type'], 'host')

    def test_macs_are_those_of_the_seed(self):
        macs = [v['MAC'] for v in self.all('VIF').values()]
        self.assertEqual(len(set(macs)), len(macs))
        for mac in macs:
            self.assertRegex(mac, r'^[0-9a-f][26ae](:[0-9a-f]{2}){5}$')


class Restart(unittest.TestCase):
    def test_the_same_options_make_the_same_pool(self):
        with xapid.start(*SIZE) as one, xapid.start(*SIZE) as two:
            self.assertEqual(uuids(one), uuids(two))

    def test_a_pool_survives_a_restart_and_a_crash(self):
        d = xapid.start(*SIZE)
        with d:
            before = uuids(d)
            (ref,) = before['pool']
            d.call('pool.set_name_label', ref, 'mine')
            d.kill()
            d.start()
            self.assertEqual(d.call('pool.get_name_label', ref), 'mine')
            d.stop()
            d.args = ['--sim-hosts', '1', '--sim-vms', '3']
            d.start()
            after = uuids(d)
            after['pool'][ref][1] = ''
            self.assertEqual(after, before)

    def cut_short(self, d, n):
        """A first start that ends at its nth sync of the database file."""
        d.env = {'XAPID_FAULT': 'sync:%d:exit' % n}
        with self.assertRaisesRegex(RuntimeError, 'did not start'):
            d.start()
        d.log.close()
        d.process.stdout.close()
        d.process = d.env = None

    def test_a_first_start_that_is_cut_short_is_done_again(self):
        size = ('--sim-vms', '2000')
        with xapid.start(*size) as whole:
            expected = uuids(whole)
        # The first syncs are the schema's; how many follow depends on how
        # many transactions share a commit.
        for n in range(6, 40):
            d = xapid.start(*size)
            self.cut_short(d, n)
            with d:
                self.assertEqual(uuids(d), expected)
                if 'made anew' in d.log_text():
                    return
        self.fail('none was cut within the pool')


class Options(unittest.TestCase):
    def test_sizes_beyond_the_bounds_are_refused(self):
        for args in (('--sim-hosts', '0'), ('--sim-hosts', '65'),
                     ('--sim-vms', '10001'), ('--sim-vms', '-1')):
            with self.subTest(args):
                with self.assertRaises(RuntimeError):
                    with xapid.start(*args):
                        pass


tap.main()
