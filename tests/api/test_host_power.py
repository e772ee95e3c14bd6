#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts that go down and come back, and what is in the way. Simulated hosts are
all this daemon, so that with the coordinator the daemon goes, too."""

import time
import unittest

import simulator
import tap
import xapid


def eventually(fn, what, seconds=30):
    end = time.time() + seconds * xapid.PATIENCE
    while not fn():
        if time.time() > end:
            raise AssertionError(what)
        time.sleep(0.05)


class Pool(unittest.TestCase):
    """Two hosts with guests that run."""
    options = '--sim-vms', '8'

    def setUp(self):
        self.d = xapid.start('--sim-hosts', '2', *self.options)
        self.d.__enter__()
        pool = self.d.call('pool.get_all')[0]
        self.master = self.d.call('pool.get_master', pool)
        self.other = next(h for h in self.d.call('host.get_all')
                          if h != self.master)

    def tearDown(self):
        self.d.__exit__(None, None, None)

    def call(self, name, *params):
        return self.d.call('host.' + name, *params)

    def live(self, host):
        return self.d.call('host_metrics.get_live',
                           self.call('get_metrics', host))

    def guests(self, host):
        return [vm for vm in self.call('get_resident_VMs', host)
                if not self.d.call('VM.get_is_control_domain', vm)]

    def state(self, vm):
        return self.d.call('VM.get_power_state', vm)


class Down(Pool):
    def test_a_host_in_service_does_not_go_down(self):
        for name in 'reboot', 'shutdown':
            self.assertEqual(self.d.error('host.' + name, self.other),
                             ['HOST_NOT_DISABLED'])

    def test_a_reboot_ends_the_guests_and_the_host_comes_back(self):
        guests = self.guests(self.other)
        self.assertTrue(guests)
        elsewhere = self.guests(self.master)
        self.call('disable', self.other)
        self.assertIn('reboot', self.call('get_allowed_operations',
                                          self.other))
        before = self.call('get_other_config', self.other)['boot_time']
        self.call('reboot', self.other)
        self.assertEqual({self.state(vm) for vm in guests}, {'Halted'})
        self.assertEqual(self.guests(self.other), [])
        self.assertEqual(self.guests(self.master), elsewhere)
        self.assertEqual(self.call('get_current_operations', self.other), {})
        eventually(lambda: self.live(self.other), 'the host is back')
        self.assertTrue(self.call('get_enabled', self.other))
        self.assertNotEqual(
            self.call('get_other_config', self.other)['boot_time'], before)
        self.d.call('VM.start_on', guests[0], self.other, False, False)
        self.assertEqual(self.guests(self.other), [guests[0]])

    def test_who_is_to_stay_disabled_does(self):
        self.call('disable', self.other, False)
        self.call('reboot', self.other)
        eventually(lambda: self.live(self.other), 'the host is back')
        self.assertFalse(self.call('get_enabled', self.other))
        self.call('enable', self.other)

    def test_one_that_is_off_stays_off_until_power_comes(self):
        vm = self.guests(self.other)[0]
        self.call('disable', self.other)
        self.call('shutdown', self.other)
        self.assertFalse(self.live(self.other))
        self.assertEqual(self.d.error('host.enable', self.other),
                         ['HOST_OFFLINE', self.other])
        for name in 'shutdown', 'dmesg':
            self.assertEqual(self.d.error('host.' + name, self.other),
                             ['HOST_OFFLINE', self.other])
        self.assertEqual(
            self.d.error('VM.start_on', vm, self.other, False, False)[0],
            'HOST_NOT_LIVE')
        self.assertEqual(self.d.error('host.power_on', self.other),
                         ['HOST_POWER_ON_MODE_DISABLED'])
        self.d.stop()
        self.d.start()
        self.assertFalse(self.live(self.other))
        self.call('set_power_on_mode', self.other, 'wake-on-lan', {})
        self.assertEqual(self.call('get_allowed_operations', self.other)
                         .count('power_on'), 1)
        self.call('power_on', self.other)
        self.assertTrue(self.live(self.other))
        self.assertTrue(self.call('get_enabled', self.other))
        self.assertEqual(self.d.error('host.power_on', self.other),
                         ['HOST_IS_LIVE', self.other])

    def test_a_reboot_goes_on_behind_a_killed_daemon(self):
        self.call('disable', self.other)
        self.call('reboot', self.other)
        self.d.kill()
        self.d.start()
        eventually(lambda: self.live(self.other), 'the host is back')
        self.assertTrue(self.call('get_enabled', self.other))

    def test_a_display_changes_with_the_boot(self):
        self.assertEqual(self.call('disable_display', self.other),
                         'disable_on_reboot')
        self.call('disable', self.other)
        self.call('reboot', self.other)
        eventually(lambda: self.live(self.other), 'the host is back')
        self.assertEqual(self.call('get_display', self.other), 'disabled')

    def test_the_coordinators_daemon_goes_with_it(self):
        guests = self.guests(self.master)
        self.call('disable', self.master)
        self.call('reboot', self.master)
        self.d.session = None

        def back():
            try:
                self.d.session = self.d.login()
                return self.call('get_enabled', self.master)
            except (OSError, xapid.http.client.HTTPException):
                return False
        eventually(back, 'the daemon is back')
        self.assertTrue(self.live(self.master))
        self.assertEqual({self.state(vm) for vm in guests}, {'Halted'})

    def test_the_daemon_ends_when_its_host_does(self):
        self.call('disable', self.master)
        self.call('shutdown', self.master)
        self.assertEqual(self.d.process.wait(timeout=30), 0)
        self.d.session = None
        self.d.start()
        self.assertTrue(self.live(self.master))
        self.assertTrue(self.call('get_enabled', self.master))

    def test_only_operators_bring_hosts_down(self):
        s = self.d.login('vm-power-admin')
        for name in 'reboot', 'shutdown', 'power_on', 'evacuate':
            self.assertEqual(
                self.d.error('host.' + name, self.other, session=s)[0],
                'RBAC_PERMISSION_DENIED')


class Slow(Pool):
    options = '--sim-vms', '16', '--worker-deadline', '3'

    def test_a_host_waits_for_all_guests_behind_a_killed_daemon(self):
        # It dies when one guest has gone, and then the last one hangs.
        guests = self.guests(self.other)
        self.assertGreater(len(guests), 2)
        self.call('disable', self.other)
        simulator.order(self.d, 'hang', of='destroy', skip=1)
        simulator.order(self.d, 'hang', of='destroy', skip=len(guests) - 1)
        self.d.call('Async.host.shutdown', self.other)
        eventually(lambda: len(self.guests(self.other)) == len(guests) - 1,
                   'one has gone')
        self.d.kill()
        self.d.start()
        eventually(lambda: not self.live(self.other), 'the host is down', 60)
        self.assertEqual({self.state(vm) for vm in guests}, {'Halted'})


class Gone(Pool):
    def rows(self, cls, host):
        return [ref for ref, r in
                self.d.call(cls + '.get_all_records').items()
                if r['host'] == host]

    def test_a_host_that_lives_is_not_forgotten(self):
        for name in 'destroy', 'declare_dead':
            self.assertEqual(self.d.error('host.' + name, self.other),
                             ['HOST_IS_LIVE', self.other])
            self.assertEqual(self.d.error('host.' + name, self.master),
                             ['HOST_CANNOT_DESTROY_SELF', self.master])

    def test_what_was_in_a_dead_host_goes_with_it(self):
        self.call('disable', self.other)
        self.call('shutdown', self.other)
        self.call('declare_dead', self.other)
        classes = 'PBD', 'PIF', 'PCI', 'host_cpu'
        for cls in classes:
            self.assertTrue(self.rows(cls, self.other), cls)
        domain = self.call('get_control_domain', self.other)
        metrics = self.call('get_metrics', self.other)
        srs = self.d.call('SR.get_all')
        self.call('destroy', self.other)
        for cls in classes:
            self.assertEqual(self.rows(cls, self.other), [], cls)
        for cls, ref in (('VM', domain), ('host_metrics', metrics),
                         ('host', self.other)):
            self.assertEqual(self.d.error(cls + '.get_record', ref)[0],
                             'HANDLE_INVALID')
        self.assertEqual(self.d.call('SR.get_all'), srs)
        self.d.stop()
        self.d.start()
        self.assertEqual(self.call('get_all'), [self.master])


class Evacuation(Pool):
    def test_what_cannot_move_is_in_the_way(self):
        guests = self.guests(self.other)
        stuck = self.call('get_vms_which_prevent_evacuation', self.other)
        self.assertEqual(set(stuck), set(guests))
        self.assertEqual(self.d.error('host.evacuate', self.other),
                         stuck[next(iter(stuck))])
        self.assertEqual(
            self.d.error('host.assert_can_evacuate', self.other)[0],
            'CANNOT_EVACUATE_HOST')

    def test_without_another_host_there_is_nowhere_to_go(self):
        self.call('disable', self.master)
        guests = self.guests(self.other)
        self.assertEqual(
            self.call('get_vms_which_prevent_evacuation', self.other),
            {vm: ['NO_HOSTS_AVAILABLE', vm] for vm in guests})
        self.assertEqual(self.d.error('host.evacuate', self.other)[0],
                         'NO_HOSTS_AVAILABLE')
        self.assertEqual(
            self.d.error('host.assert_can_evacuate', self.other),
            ['CANNOT_EVACUATE_HOST', '|'.join(
                'NO_HOSTS_AVAILABLE,' + vm for vm in
                self.call('get_vms_which_prevent_evacuation', self.other))])

    def test_updates_are_told_what_is_in_their_way(self):
        pool = self.d.call('pool.get_all')[0]

        def readiness(reboot):
            return sorted(self.d.call('pool.check_update_readiness', pool,
                                      reboot))
        stuck = [reason for host in (self.master, self.other)
                 for reason in self.call('get_vms_which_prevent_evacuation',
                                         host).values()]
        self.assertTrue(stuck)
        self.assertEqual(readiness(True), sorted(stuck))
        self.assertEqual(readiness(False), [])
        for vm in self.guests(self.other):
            self.d.call('VM.hard_shutdown', vm)
        self.call('disable', self.other)
        self.call('shutdown', self.other)
        self.assertIn(['HOST_OFFLINE', self.other], readiness(False))

    def test_an_empty_host_is_evacuated(self):
        for vm in self.guests(self.other):
            self.d.call('VM.hard_shutdown', vm)
        self.call('assert_can_evacuate', self.other)
        self.call('evacuate', self.other)
        self.assertEqual(
            self.d.error('host.evacuate', self.other, 'OpaqueRef:NULL', -1),
            ['INVALID_VALUE', 'evacuate_batch_size', '-1'])


class Console(Pool):
    def test_the_hypervisors_messages(self):
        self.assertIn('simulated', self.call('dmesg', self.master))
        self.call('send_debug_keys', self.master, 'hq')
        text = self.call('dmesg', self.master)
        self.assertIn("'h' pressed", text)
        self.assertIn("'q' pressed", text)
        self.assertEqual(self.call('dmesg_clear', self.master), text)
        self.assertEqual(self.call('dmesg', self.master), '')
        for bad in '', 'a b', 'x' * 65, '\u00e4', 'a\n':
            self.assertEqual(
                self.d.error('host.send_debug_keys', self.master, bad),
                ['INVALID_VALUE', 'keys', bad])

    def test_the_ring_keeps_the_last_messages(self):
        for _ in range(8):
            self.call('send_debug_keys', self.master, 'a' * 64)
        self.call('send_debug_keys', self.master, 'z')
        text = self.call('dmesg', self.master)
        self.assertLessEqual(len(text), 16384)
        self.assertIn("'z' pressed", text)
        self.assertTrue(text.startswith('(XEN)'), text[:80])


if __name__ == '__main__':
    tap.main()
