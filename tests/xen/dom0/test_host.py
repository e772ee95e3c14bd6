# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real host: what its hypervisor says, and how it goes down. In the place of
the system's shutdown program stands one that only notes what it was asked."""

import os
import time

import tap
from bed import store, wait
from test_guests import Host

PROGRAM, NOTE = '/sbin/shutdown', '/root/went'


class Machine(Host):
    def setUp(self):
        self.host = self.d.call('host.get_all')[0]

    def call(self, name, *params):
        return self.d.call('host.' + name, self.host, *params)

    def error(self, name, *params):
        return self.d.error('host.' + name, self.host, *params)

    def test_1_the_hypervisor_speaks(self):
        self.assertIn('Xen version', self.call('dmesg'))
        self.call('send_debug_keys', 'h')
        text = self.call('dmesg_clear')
        self.assertIn("'h' pressed", text)
        self.assertNotIn('Xen version', self.call('dmesg'))

    def test_1_agents_of_guests_read_what_the_pool_tells(self):
        d, pool = self.d, self.d.call('pool.get_all')[0]
        path = '/guest_agent_features/Guest_agent_auto_update/'
        self.assertEqual(store(path + 'licensed'), '1')
        d.call('pool.add_to_guest_agent_config', pool, 'auto_update_enabled',
               'false')
        d.call('pool.add_to_guest_agent_config', pool, 'auto_update_url',
               'https://example.org/x')
        self.assertEqual(store(path + 'parameters/enabled'), '0')
        self.assertEqual(store(path + 'parameters/update_url'),
                         'https://example.org/x')
        for key in 'auto_update_enabled', 'auto_update_url':
            d.call('pool.remove_from_guest_agent_config', pool, key)
        self.assertFalse(store(path + 'parameters/enabled'))

    def test_1_what_is_plugged_into_it_is_known(self):
        d = self.d
        pcis = d.call('PCI.get_all_records')
        there = {r['pci_id']: r for r in pcis.values()}
        self.assertEqual(len(there), len(pcis))
        for address, r in there.items():
            path = '/sys/bus/pci/devices/%s/' % address
            with open(path + 'vendor') as f:
                self.assertEqual(f.read().strip(), '0x' + r['vendor_id'])
            driver = os.path.join(path, 'driver')
            self.assertEqual(
                r['driver_name'], os.path.basename(os.readlink(driver))
                if os.path.exists(driver) else '')
        card = next(p for p in d.call('PIF.get_all_records').values()
                    if p['device'] == 'eth0')
        self.assertEqual(pcis[card['PCI']]['class_id'], '0200')
        self.assertEqual(
            d.call('PCI.get_dom0_access_status', card['PCI']), 'enabled')
        d.call('PUSB.scan', self.host)

    def test_1_its_name_is_what_it_is_called(self):
        before = os.uname().nodename
        self.call('set_hostname_live', 'named.example')
        self.assertEqual(os.uname().nodename, 'named.example')
        with open('/etc/hostname') as f:
            self.assertEqual(f.read(), 'named.example\n')
        self.assertEqual(self.error('set_hostname_live', 'x' * 65)[0],
                         'HOST_NAME_INVALID')
        self.call('set_hostname_live', before)
        self.assertEqual(os.uname().nodename, before)
        self.call('syslog_reconfigure')

    def test_1_its_clock_is_set(self):
        self.assertEqual(self.error('set_servertime', '20300101T00:00:00Z')[0],
                         'NOT_ALLOWED_WHEN_NTP_IS_ENABLED')
        self.call('set_ntp_mode', 'Disabled')
        self.assertEqual(self.call('get_ntp_servers_status'), {})

        def move(seconds):
            self.call('set_servertime', time.strftime(
                '%Y%m%dT%H:%M:%SZ', time.gmtime(time.time() + seconds)))
        before, ticks = time.time(), time.monotonic()
        try:
            move(7200)
            self.assertGreater(time.time() - before, 7190)
        finally:
            move(-7200)
        self.assertLess(abs(time.time() - before -
                            (time.monotonic() - ticks)), 10)
        self.call('set_ntp_mode', 'Factory')

    def test_1_its_zone_is_what_is_chosen(self):
        zones = self.call('list_timezones')
        if 'Asia/Kathmandu' not in zones:
            self.skipTest('the machine has no zones')
        self.call('set_timezone', 'Asia/Kathmandu')
        self.assertEqual(os.readlink('/etc/localtime'),
                         '/usr/share/zoneinfo/Asia/Kathmandu')
        self.assertEqual(self.call('get_timezone'), 'Asia/Kathmandu')
        self.call('set_timezone', 'UTC')

    def test_1_what_the_machine_has_not_is_named(self):
        self.call('add_to_logging', 'syslog_destination', '192.0.2.1')
        self.assertEqual(self.error('syslog_reconfigure'),
                         ['OPERATION_NOT_ALLOWED',
                          'syslog: this machine has no rsyslog'])
        self.call('remove_from_logging', 'syslog_destination')
        self.call('syslog_reconfigure')
        self.assertEqual(self.error('set_ntp_custom_servers', ['a;b'])[0],
                         'INVALID_NTP_CONFIG')
        self.call('set_console_idle_timeout', 300)
        with open('/etc/profile.d/xapid-idle.sh') as f:
            self.assertIn('TMOUT=300', f.read())
        self.call('set_console_idle_timeout', 0)
        self.assertFalse(os.path.exists('/etc/profile.d/xapid-idle.sh'))

    def test_2_a_guest_that_has_nowhere_to_go_is_in_the_way(self):
        vm = self.make('stays')
        self.call('assert_can_evacuate')
        self.d.call('VM.start', vm, False, False)
        self.assertEqual(self.call('get_vms_which_prevent_evacuation'),
                         {vm: ['NO_HOSTS_AVAILABLE', vm]})
        self.assertEqual(self.error('evacuate'), ['NO_HOSTS_AVAILABLE', vm])

    def test_3_guests_are_shut_down_and_then_the_host(self):
        if os.path.exists(PROGRAM):
            self.skipTest('the system has a shutdown program')
        with open(PROGRAM, 'w') as f:
            f.write('#!/bin/sh\necho "$@" >%s.new; mv %s.new %s\n'
                    % (NOTE, NOTE, NOTE))
        os.chmod(PROGRAM, 0o755)
        self.addCleanup(os.unlink, PROGRAM)
        self.assertEqual(self.error('reboot'), ['HOST_NOT_DISABLED'])
        for name, words in (('reboot', '-r now'),
                            ('shutdown', '-h -P now')):
            vm = self.make('ends' + name)
            self.call('enable')
            self.d.call('VM.start', vm, False, False)
            self.call('disable')
            self.call(name)
            self.assertEqual(self.state(vm), 'Halted')
            wait(lambda: os.path.exists(NOTE), 60, 'the host goes down')
            with open(NOTE) as f:
                self.assertEqual(f.read().strip(), words)
            os.unlink(NOTE)
        # It has not booted: nobody has put it back into service.
        self.d.kill()
        self.d.start()
        self.assertFalse(self.call('get_enabled'))
        self.call('enable')


if __name__ == '__main__':
    tap.main()
