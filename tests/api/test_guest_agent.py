#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What guests tell of themselves, seen by clients."""

import copy
import json
import threading
import time

import tap
import xapid
from machines import MIB, NULL, VIF, VM


class Agent(xapid.Case):
    args = ('--sim-vms', '2')

    def vm(self, **other):
        d = self.d
        ref = d.call('VM.create', {
            **VM, 'name_label': 'talker', 'memory_static_min': 0,
            'memory_dynamic_min': 64 * MIB, 'memory_dynamic_max': 64 * MIB,
            'memory_static_max': 64 * MIB, **other})
        network = d.call('network.get_by_name_label', 'Pool-wide network 0')
        d.call('VIF.create', {**VIF, 'VM': ref, 'network': network[0]})
        self.addCleanup(self.end, ref)
        return ref

    def end(self, vm):
        if self.d.call('VM.get_power_state', vm) != 'Halted':
            self.d.call('VM.hard_shutdown', vm)
        self.d.call('VM.destroy', vm)

    def told(self, vm, timeout=30):
        """The guest metrics when the guest has spoken; {}: it never did."""
        d, end = self.d, time.time() + timeout
        while time.time() < end:
            ref = d.call('VM.get_guest_metrics', vm)
            if ref != NULL:
                record = d.call('VM_guest_metrics.get_record', ref)
                if record['os_version']:
                    return record
            time.sleep(0.05)
        return {}

    def test_a_guest_that_runs_is_described(self):
        d, vm = self.d, self.vm()
        d.call('VM.start', vm, False, False)
        record = self.told(vm)
        self.assertEqual(record['os_version']['distro'], 'debian')
        self.assertEqual(record['PV_drivers_version']['major'], '8')
        self.assertTrue(record['PV_drivers_detected'])
        self.assertTrue(record['PV_drivers_up_to_date'])
        self.assertTrue(record['live'])
        self.assertEqual(record['can_use_hotplug_vbd'], 'yes')
        self.assertEqual(record['other']['feature-suspend'], '1')
        self.assertRegex(record['networks']['0/ip'], r'^10\.1\.\d+\.\d+$')
        self.assertEqual(record['networks']['0/ip'],
                         record['networks']['0/ipv4/0'])
        self.assertEqual(record['netbios_name'], {'host_name': 'talker'})

    def test_a_guest_with_an_agent_has_its_devices_plugged(self):
        d, vm = self.d, self.vm()
        d.call('VM.start', vm, False, False)
        self.told(vm)
        vif, = d.call('VM.get_VIFs', vm)
        self.assertIn('unplug', d.call('VIF.get_allowed_operations', vif))
        d.call('VIF.unplug', vif)
        d.call('VIF.plug', vif)

    def test_one_without_an_agent_has_not(self):
        d = self.d
        vm = self.vm(xenstore_data={'vm-data/agent': 'none'})
        d.call('VM.start', vm, False, False)
        vif, = d.call('VM.get_VIFs', vm)
        self.assertNotIn('unplug', d.call('VIF.get_allowed_operations', vif))
        for call in ('unplug', 'unplug_force'):
            self.assertEqual(d.error('VIF.' + call, vif),
                             ['VM_MISSING_PV_DRIVERS', vm])
        self.assertEqual(d.call('VM.get_guest_metrics', vm), NULL)

    def test_what_an_earlier_guest_told_is_gone_with_the_next_start(self):
        d, vm = self.d, self.vm()
        d.call('VM.start', vm, False, False)
        self.told(vm)
        first = d.call('VM.get_guest_metrics', vm)
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.call('VM.get_guest_metrics', vm), first)
        d.call('VM.start', vm, True, False)
        self.assertEqual(d.call('VM.get_guest_metrics', vm), NULL)
        self.assertEqual(d.error('VM_guest_metrics.get_record', first)[0],
                         'HANDLE_INVALID')
        d.call('VM.unpause', vm)
        self.assertTrue(self.told(vm))

    def test_windows_is_known_by_its_device(self):
        vm = self.vm(platform={'device_id': '0002'})
        self.d.call('VM.start', vm, False, False)
        self.assertEqual(self.told(vm)['os_version']['distro'], 'windows')

    def test_a_guest_sleeps_and_wakes(self):
        d = self.d
        vm = self.vm(platform={'device_id': '0002'})
        self.assertEqual(d.error('VM.s3_suspend', vm),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'halted'])
        d.call('VM.start', vm, False, False)
        self.told(vm)
        d.call('VM.s3_suspend', vm)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        task = d.call('Async.VM.clean_shutdown', vm)    # it hears nothing
        xapid.until(lambda: d.call('VM.get_current_operations', vm))
        self.assertEqual(d.call('task.get_status', task), 'pending')
        d.call('task.cancel', task)
        self.assertEqual(d.ended(task)['status'], 'cancelled')
        d.call('VM.s3_resume', vm)
        d.call('VM.clean_shutdown', vm)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Halted')

    def script(self, vm, text, **other):
        """What Async.VM.call_plugin is called with."""
        return ('VM.call_plugin', vm, 'guest-agent-operation', 'run-script',
                {'username': 'root', 'password': xapid.PASSWORD,
                 'script': text, **other})

    def windows(self):
        vm = self.vm(platform={'device_id': '0002'})
        self.d.call('VM.start', vm, False, False)
        self.told(vm)
        return vm

    def allow_scripts(self):
        pool = self.d.call('pool.get_all')[0]
        key = 'allow_guest_agent_run_script'
        self.d.call('pool.add_to_other_config', pool, key, 'true')
        self.addCleanup(self.d.call, 'pool.remove_from_other_config', pool,
                        key)

    def test_a_script_is_given_to_the_agent_and_its_answer_taken(self):
        d, vm = self.d, self.windows()
        self.assertEqual(d.error(*self.script(vm, 'dir')),
                         ['FEATURE_RESTRICTED'])
        self.allow_scripts()
        self.assertEqual(
            json.loads(d.call(*self.script(vm, 'dir'))),
            {'rc': 0, 'stderr': '',
             'stdout': 'this guest is simulated: nothing was run\n'})
        self.assertEqual(d.error(*self.script(vm, 'dir'))[0],
                         'VM_CALL_PLUGIN_RATE_LIMIT')

    def test_scripts_are_for_those_who_may(self):
        d, vm = self.d, self.windows()
        self.allow_scripts()
        for role in 'vm-operator', 'vm-admin':
            session = d.login(role)
            self.assertEqual(
                d.error(*self.script(vm, 'dir'), session=session)[0],
                'RBAC_PERMISSION_DENIED')
            self.assertEqual(
                d.error(*self.script(vm, 'dir', username=role))[0],
                'RBAC_PERMISSION_DENIED')
        self.assertEqual(d.error(*self.script(vm, 'dir', password='x'))[0],
                         'SESSION_AUTHENTICATION_FAILED')
        self.assertEqual(d.error(*self.script(vm, 'x' * 1025))[:2],
                         ['XENAPI_PLUGIN_FAILURE', 'failed to execute fn'])
        self.assertEqual(d.error(*self.script(vm, ''))[:2],
                         ['XENAPI_PLUGIN_FAILURE', 'failed to execute fn'])

    def test_who_waits_for_a_script_may_give_up(self):
        d, vm = self.d, self.windows()
        self.allow_scripts()
        call, *args = self.script(vm, 'wait')
        task = d.call('Async.' + call, *args)
        xapid.until(lambda: 'call_plugin' in d.call(
            'VM.get_current_operations', vm).values())
        d.call('task.cancel', task)
        self.assertEqual(d.ended(task)['status'], 'cancelled')
        self.assertEqual(d.call('VM.get_current_operations', vm), {})

    def test_a_guest_that_ends_ends_its_script(self):
        d, vm = self.d, self.windows()
        self.allow_scripts()
        call, *args = self.script(vm, 'wait')
        task = d.call('Async.' + call, *args)
        xapid.until(lambda: 'call_plugin' in d.call(
            'VM.get_current_operations', vm).values())
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.ended(task)['status'], 'cancelled')

    def test_one_that_cannot_sleep_is_not_asked_to(self):
        d, vm = self.d, self.vm()
        d.call('VM.start', vm, False, False)
        self.told(vm)
        self.assertEqual(d.error('VM.s3_suspend', vm),
                         ['VM_LACKS_FEATURE', vm])
        other = self.vm(HVM_boot_policy='')
        d.call('VM.start', other, False, False)
        for call in ('VM.s3_suspend', 'VM.s3_resume'):
            self.assertEqual(d.error(call, other), ['VM_HVM_REQUIRED', other])

    def test_data_for_the_guest_changes_while_it_runs(self):
        d, vm = self.d, self.vm()
        for start in (False, True):
            if start:
                d.call('VM.start', vm, False, False)
            d.call('VM.set_xenstore_data', vm, {'vm-data/a': '1', 'x': 'y'})
            d.call('VM.add_to_xenstore_data', vm, 'vm-data/networks/0', '{}')
            self.assertEqual(
                d.error('VM.add_to_xenstore_data', vm, 'x', 'z'),
                ['MAP_DUPLICATE_KEY', 'VM', 'xenstore_data', vm, 'x'])
            d.call('VM.remove_from_xenstore_data', vm, 'x')
            d.call('VM.remove_from_xenstore_data', vm, 'none')
            self.assertEqual(d.call('VM.get_xenstore_data', vm),
                             {'vm-data/a': '1', 'vm-data/networks/0': '{}'})
            for key, value in (('vm-data//a', '1'), ('vm-data/a b', '1'),
                               ('vm-data/', '1'), ('vm-datax', '1'),
                               ('vm-data/' + 'x' * 300, '1'),
                               ('vm-data/b', 'x' * 5000), ('k' * 300, '')):
                self.assertEqual(
                    d.error('VM.add_to_xenstore_data', vm, key, value),
                    ['INVALID_VALUE', 'xenstore_data', key])
            self.assertEqual(d.call('VM.get_current_operations', vm), {})

    def test_changes_at_once_do_not_lose_each_other(self):
        d, vm = self.d, self.vm()
        d.call('VM.start', vm, False, False)

        def add(i):
            other = copy.copy(d)    # with a connection of its own
            other.local = None
            other.call('VM.add_to_xenstore_data', vm, 'vm-data/%d' % i, '')

        tasks = [threading.Thread(target=add, args=(i,)) for i in range(8)]
        for task in tasks:
            task.start()
        for task in tasks:
            task.join()
        self.assertEqual(len(d.call('VM.get_xenstore_data', vm)), 8)


if __name__ == '__main__':
    tap.main()
