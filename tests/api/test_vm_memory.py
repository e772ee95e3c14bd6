#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory and processors of VMs, running or not; where a VM may run."""


import simulator
import tap
import xapid
from machines import MIB, VM


class Base(xapid.Case):
    def vm(self, size=512 * MIB, least=None, **other):
        return self.d.call('VM.create', {
            **VM, 'memory_static_max': size, 'memory_dynamic_max': size,
            'memory_dynamic_min': size if least is None else least,
            'memory_static_min': 0, 'HVM_boot_policy': '', **other})

    def running(self, *args, **other):
        ref = self.vm(*args, **other)
        self.d.call('VM.start', ref, False, False)
        return ref

    def get(self, field, ref):
        return self.d.call('VM.get_' + field, ref)

    def end(self, *refs):
        for ref in refs:
            if self.get('power_state', ref) != 'Halted':
                self.d.call('VM.hard_shutdown', ref)
            self.d.call('VM.destroy', ref)

    def free(self, host):
        metrics = self.d.call('host.get_metrics', host)
        record = self.d.call('host_metrics.get_record', metrics)
        return int(record['memory_free'])


class Live(Base):
    def test_a_running_vm_gets_another_dynamic_range(self):
        d = self.d
        vm = self.running(512 * MIB, 512 * MIB)
        host = self.get('resident_on', vm)
        before = self.free(host)
        d.call('VM.set_memory_dynamic_range', vm, 256 * MIB, 256 * MIB)
        self.assertEqual(int(self.get('memory_target', vm)), 256 * MIB)
        self.assertEqual(self.free(host) - before, 256 * MIB)
        metrics = d.call('VM.get_metrics', vm)
        self.assertEqual(
            int(d.call('VM_metrics.get_memory_actual', metrics)), 256 * MIB)
        d.call('VM.wait_memory_target_live', vm)
        d.call('VM.set_memory_dynamic_max', vm, 512 * MIB)
        self.assertEqual(int(self.get('memory_target', vm)), 512 * MIB)
        d.call('VM.set_memory_target_live', vm, 300 * MIB)
        self.assertEqual(int(self.get('memory_dynamic_min', vm)), 300 * MIB)
        self.assertEqual(int(self.get('memory_dynamic_max', vm)), 300 * MIB)
        self.assertEqual(self.get('current_operations', vm), {})
        self.end(vm)
        self.assertEqual(self.free(host), before +
                         512 * MIB + self.overhead(512 * MIB))

    def overhead(self, size):
        vm = self.vm(size)
        overhead = int(self.d.call('VM.compute_memory_overhead', vm))
        self.d.call('VM.destroy', vm)
        return overhead

    def test_a_wrong_range_is_refused_and_changes_nothing(self):
        d, vm = self.d, self.running()
        before = d.call('VM.get_record', vm)
        self.assertEqual(
            d.error('VM.set_memory_dynamic_range', vm, 2 * MIB, MIB),
            ['MEMORY_CONSTRAINT_VIOLATION_ORDER'])
        self.assertEqual(
            d.error('VM.set_memory_target_live', vm, 513 * MIB),
            ['MEMORY_CONSTRAINT_VIOLATION_ORDER'])
        self.assertEqual(d.error('VM.set_memory', vm, 256 * MIB)[0],
                         'VM_BAD_POWER_STATE')
        self.assertEqual(d.error('VM.set_memory_static_max', vm,
                                 256 * MIB)[0], 'VM_BAD_POWER_STATE')
        self.assertEqual(d.call('VM.get_record', vm), before)
        d.call('VM.pause', vm)
        self.assertEqual(
            d.error('VM.set_memory_dynamic_range', vm, MIB, MIB),
            ['VM_BAD_POWER_STATE', vm, 'halted, running', 'paused'])
        self.end(vm)

    def test_processors_of_a_running_vm_change_within_their_limit(self):
        d = self.d
        vm = self.running(VCPUs_max=4, VCPUs_at_startup=1)
        d.call('VM.set_VCPUs_number_live', vm, 3)
        metrics = d.call('VM.get_metrics', vm)
        self.assertEqual(
            int(d.call('VM_metrics.get_VCPUs_number', metrics)), 3)
        self.assertEqual(int(self.get('VCPUs_at_startup', vm)), 3)
        for n in ('0', '5', '-1'):
            self.assertEqual(d.error('VM.set_VCPUs_number_live', vm, int(n)),
                             ['INVALID_VALUE', 'nvcpu', n])
        self.assertEqual(d.error('VM.set_VCPUs_max', vm, 8)[0],
                         'VM_BAD_POWER_STATE')
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(d.error('VM.set_VCPUs_number_live', vm, 2),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'halted'])
        self.end(vm)

    def test_weight_cap_and_mask_of_a_running_vm_change(self):
        d = self.d
        vm = self.running(VCPUs_max=2, VCPUs_params={'weight': '512'})
        metrics = d.call('VM.get_metrics', vm)
        d.call('VM.add_to_VCPUs_params_live', vm, 'weight', '1024')
        d.call('VM.add_to_VCPUs_params_live', vm, 'cap', '200')
        d.call('VM.add_to_VCPUs_params_live', vm, 'mask', '0,1;2')
        d.call('VM.add_to_VCPUs_params_live', vm, 'ours', 'anything')
        wanted = {'weight': '1024', 'cap': '200', 'mask': '0,1;2',
                  'ours': 'anything'}
        self.assertEqual(self.get('VCPUs_params', vm), wanted)
        self.assertEqual(d.call('VM_metrics.get_VCPUs_params', metrics),
                         wanted)
        for key, value in (('weight', '0'), ('weight', '65536'),
                           ('weight', 'much'), ('cap', '201'),
                           ('cap', '-1'), ('mask', ''), ('mask', '1,'),
                           ('mask', '1;;2'), ('mask', '99999')):
            self.assertEqual(
                d.error('VM.add_to_VCPUs_params_live', vm, key, value),
                ['INVALID_VALUE', 'VCPUs_params:' + key, value])
        simulator.order(d, 'error', 'set_scheduling')
        self.assertEqual(
            d.error('VM.add_to_VCPUs_params_live', vm, 'weight', '1')[0],
            'INTERNAL_ERROR')
        self.assertEqual(self.get('VCPUs_params', vm), wanted)
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(
            d.error('VM.add_to_VCPUs_params_live', vm, 'cap', '1'),
            ['VM_BAD_POWER_STATE', vm, 'running', 'halted'])
        self.end(vm)

    def test_the_shadow_memory_of_a_running_vm_changes(self):
        d = self.d
        vm = self.running(HVM_boot_policy='BIOS order')
        before = int(self.get('memory_overhead', vm))
        d.call('VM.set_shadow_multiplier_live', vm, 4.0)
        self.assertEqual(self.get('HVM_shadow_multiplier', vm), 4.0)
        self.assertGreater(int(self.get('memory_overhead', vm)), before)
        for bad in 0.5, -1.0, 1e6:
            self.assertEqual(
                d.error('VM.set_shadow_multiplier_live', vm, bad)[:2],
                ['INVALID_VALUE', 'multiplier'])
        self.end(vm)
        vm = self.running()
        self.assertEqual(d.error('VM.set_shadow_multiplier_live', vm, 2.0),
                         ['VM_HVM_REQUIRED', vm])
        self.end(vm)

    def test_a_VM_gives_back_what_it_took_whatever_was_set_meanwhile(self):
        d = self.d
        host = d.call('host.get_all')[0]
        vm = self.vm(HVM_boot_policy='BIOS order')
        before = self.free(host)
        d.call('VM.start_on', vm, host, False, False)
        d.call('VM.set_shadow_multiplier_live', vm, 4.0)
        for call, value in (('set_domain_type', 'pvh'),
                            ('set_HVM_boot_policy', '')):
            self.assertEqual(d.error('VM.' + call, vm, value),
                             ['VM_BAD_POWER_STATE', vm, 'halted', 'running'])
        for call, value in (('set_domain_type', 'hvm'),
                            ('set_HVM_boot_policy', 'BIOS order')):
            d.call('VM.' + call, vm, value)
        d.call('VM.hard_shutdown', vm)
        self.assertEqual(self.free(host), before)
        d.call('VM.set_domain_type', vm, 'pvh')
        self.end(vm)

    def test_the_most_memory_that_fits_fits(self):
        d, total = self.d, 3000 * MIB
        vm = self.vm()
        most = int(d.call('VM.maximise_memory', vm, total, False))
        d.call('VM.set_memory_limits', vm, 0, most, most, most)
        need = most + int(d.call('VM.compute_memory_overhead', vm))
        self.assertLessEqual(need, total)
        self.assertGreater(need + 2 * MIB, total)
        self.end(vm)


class Shares(Base):
    """Three guests that balloon, on a host that cannot hold them in full."""

    def test_guests_give_way_to_a_new_one_and_grow_back(self):
        d = self.d
        host, = d.call('host.get_all')
        size = self.free(host) // 2 // MIB * MIB
        least = size // 4 // MIB * MIB
        first = self.running(size, least)
        self.assertEqual(int(self.get('memory_target', first)), size)
        second = self.running(size, least)
        third = self.running(size, least)
        targets = [int(self.get('memory_target', vm))
                   for vm in (first, second, third)]
        self.assertLess(max(targets), size)
        self.assertGreaterEqual(min(targets), least)
        self.assertLessEqual(max(targets) - min(targets), 2 * MIB)
        self.assertGreaterEqual(self.free(host), 0)
        self.assertLess(self.free(host), 8 * MIB)
        d.call('VM.hard_shutdown', third)
        d.call('VM.clean_shutdown', second)
        self.assertEqual(int(self.get('memory_target', first)), size)
        self.end(first, second, third)

    def test_what_does_not_fit_at_the_minimum_is_refused(self):
        d = self.d
        host, = d.call('host.get_all')
        before = self.free(host)
        size = before // 2 // MIB * MIB
        first = self.running(size, size)
        second = self.vm(size, size)
        error = d.error('VM.start', second, False, False)
        self.assertEqual(error[0], 'NO_HOSTS_AVAILABLE')
        self.assertEqual(error[2], 'HOST_NOT_ENOUGH_FREE_MEMORY')
        error = d.error('VM.start_on', second, host, False, False)
        self.assertEqual(error[0], 'HOST_NOT_ENOUGH_FREE_MEMORY')
        self.assertGreater(int(error[1]), int(error[2]))
        self.assertEqual(self.get('power_state', second), 'Halted')
        self.end(first, second)
        self.assertEqual(self.free(host), before)


class Places(Base):
    args = ('--sim-hosts', '3')

    def test_impossible_numbers_are_refused_before_anything_changes(self):
        d = self.d
        for wrong, error in (
                ({'VCPUs_max': 0}, ['INVALID_VALUE', 'VCPUs_max', '0']),
                ({'VCPUs_max': 1, 'VCPUs_at_startup': 2},
                 ['VALUE_NOT_SUPPORTED', 'VCPUs-at-startup', '2']),
                ({'memory_static_max': 0}, ['MEMORY_CONSTRAINT_VIOLATION']),
                ({'memory_static_max': 1 << 60},
                 ['MEMORY_CONSTRAINT_VIOLATION']),
                ({'memory_dynamic_min': -1}, ['MEMORY_CONSTRAINT_VIOLATION']),
                ({'PV_kernel': '/etc/shadow'},
                 ['INVALID_VALUE', 'kernel', '/etc/shadow']),
                ({'PV_kernel': '/var/lib/xcp/guest/../../../etc/shadow'},
                 ['INVALID_VALUE', 'kernel']),
                ({'PV_ramdisk': '/var/lib/xcp/guest'},
                 ['INVALID_VALUE', 'ramdisk']),
                ({'actions_after_crash': 'rename_restart'},
                 ['VALUE_NOT_SUPPORTED', 'VM.actions_after_crash']),
                ({'platform': {'nested-virt': 'maybe'}},
                 ['INVALID_VALUE', 'platform:nested-virt', 'maybe']),
                ({'HVM_boot_policy': 'BIOS order',
                  'HVM_boot_params': {'firmware': 'coreboot'}},
                 ['INVALID_VALUE', "HVM_boot_params['firmware']"]),
                ({'VCPUs_max': 3,
                  'platform': {'cores-per-socket': '2'}},
                 ['VCPU_MAX_NOT_CORES_PER_SOCKET_MULTIPLE', '3', '2'])):
            vm = self.vm(**wrong)
            before = d.call('VM.get_record', vm)
            for call, args in (
                    ('VM.start', (False, False)),
                    ('VM.assert_can_boot_here', (d.call('host.get_all')[0],))):
                got = d.error(call, vm, *args)
                self.assertEqual(got[:len(error)], error, wrong)
            self.assertEqual(d.call('VM.get_possible_hosts', vm), [])
            self.assertEqual(d.call('VM.get_record', vm), before)
            d.call('VM.destroy', vm)

    def test_more_processors_than_the_host_has_want_permission(self):
        d = self.d
        vm = self.vm(VCPUs_max=200)
        host = d.call('host.get_all')[0]
        self.assertEqual(d.error('VM.assert_can_boot_here', vm, host)[:2],
                         ['HOST_NOT_ENOUGH_PCPUS', '200'])
        d.call('VM.add_to_platform', vm, 'vcpu-unrestricted', 'true')
        d.call('VM.assert_can_boot_here', vm, host)
        self.end(vm)

    def test_members_of_an_anti_affinity_group_keep_apart(self):
        d = self.d
        group = d.call('VM_group.create', {
            'name_label': 'apart', 'name_description': '',
            'placement': 'anti_affinity'})
        vms = [self.vm() for _ in range(3)]
        for vm in vms:
            d.call('VM.set_groups', vm, [group])
            d.call('VM.start', vm, False, False)
        self.assertEqual(len({self.get('resident_on', vm) for vm in vms}), 3)
        self.end(*vms)

    def test_a_vm_goes_where_it_has_affinity_to(self):
        d = self.d
        for host in d.call('host.get_all'):
            vm = self.vm(affinity=host)
            d.call('VM.start', vm, False, False)
            self.assertEqual(self.get('resident_on', vm), host)
            self.end(vm)

    def test_a_vm_without_disks_can_run_anywhere(self):
        d = self.d
        vm = self.vm()
        hosts = d.call('host.get_all')
        self.assertEqual(sorted(d.call('VM.get_possible_hosts', vm)),
                         sorted(hosts))
        d.call('VM.assert_agile', vm)
        self.end(vm)

    def test_a_disabled_host_is_not_chosen_and_says_so(self):
        d, vm = self.d, self.vm()
        host = d.call('host.get_all')[0]
        d.call('host.disable', host)
        self.assertEqual(d.error('VM.assert_can_boot_here', vm, host),
                         ['HOST_DISABLED', host])
        self.assertNotIn(host, d.call('VM.get_possible_hosts', vm))
        d.call('host.enable', host)
        self.end(vm)

    def test_balancing_without_its_server_says_so(self):
        vm = self.vm()
        self.assertEqual(
            self.d.error('VM.retrieve_wlb_recommendations', vm),
            ['WLB_NOT_INITIALIZED'])
        self.end(vm)


if __name__ == '__main__':
    tap.main()
