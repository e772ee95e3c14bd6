#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands in the way of an operation of a VM, and which reason is told."""

import unittest

import simulator
import tap
import xapid
from machines import NULL, VBD, VM, Machines

NEED = {'clean_shutdown', 'clean_reboot', 'suspend', 'checkpoint',
        'changing_VCPUs_live'}
HVM = {'HVM_boot_policy': 'BIOS order'}
MUTE = {'xenstore_data': {'vm-data/agent': 'none'}}


class Checks(Machines):
    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-vms', '9').__enter__()
        cls.sr = cls.d.call('SR.get_by_name_label', 'Local storage')[0]

    def allowed(self, vm):
        return set(self.get('VM', 'allowed_operations', vm))

    def why(self, vm, op):
        return self.d.error('VM.assert_operation_valid', vm, op)

    def test_a_guest_that_has_not_said_what_it_can_is_not_asked(self):
        vm = self.vm(disks=0, **HVM, **MUTE)
        self.assertFalse(self.allowed(vm) & NEED)
        self.assertTrue(self.allowed(vm) >= {
            'changing_dynamic_range', 'hard_reboot', 'hard_shutdown', 'pause',
            'snapshot'})
        for op in NEED:
            self.assertEqual(self.why(vm, op), ['VM_LACKS_FEATURE', vm], op)
        for call, args in (('clean_shutdown', ()), ('clean_reboot', ()),
                           ('suspend', ()), ('checkpoint', ('c',)),
                           ('set_VCPUs_number_live', (1,))):
            self.assertEqual(self.d.error('VM.' + call, vm, *args),
                             ['VM_LACKS_FEATURE', vm], call)
        self.assertEqual(self.state(vm), 'running')
        # Who stops VMs of all kinds does not ask.
        self.d.call('VM.shutdown', vm)
        self.assertEqual(self.get('VM', 'power_state', vm), 'Halted')

    def test_one_with_an_agent_can_be_asked_as_soon_as_it_has_started(self):
        vm = self.vm(disks=0, start=False, **HVM)
        for _ in range(3):
            self.d.call('VM.start', vm, False, False)
            self.assertTrue(self.allowed(vm) >= NEED)
            self.d.call('VM.clean_reboot', vm)
            self.d.call('VM.pause', vm)
            self.d.call('VM.unpause', vm)
            self.d.call('VM.clean_shutdown', vm)

    def test_one_without_emulated_hardware_is_always_asked(self):
        vm = self.vm(disks=0, **MUTE)
        self.assertTrue(self.allowed(vm) >= NEED)
        self.d.call('VM.clean_shutdown', vm)

    def test_disks_that_are_reset_have_no_snapshots(self):
        d, vm = self.d, self.vm(disks=1)
        disk, = self.disks(vm)
        d.call('VDI.add_to_sm_config', disk, 'on_boot', 'reset')
        d.call('VM.update_allowed_operations', vm)
        code = 'VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION'
        for op in ('snapshot', 'checkpoint', 'suspend'):
            self.assertEqual(self.why(vm, op), [code], op)
            self.assertNotIn(op, self.allowed(vm))
        self.assertEqual(d.error('VM.snapshot', vm, 's'), [code])
        self.assertIn('clean_shutdown', self.allowed(vm))
        d.error('VM.assert_operation_valid', vm, 'query_services')
        d.call('VM.assert_operation_valid', vm, 'pool_migrate')
        d.call('VDI.add_to_sm_config', disk, 'caching', 'true')
        self.assertEqual(self.why(vm, 'pool_migrate'), [code])

    def test_what_is_allowed_follows_how_disks_are_reset(self):
        d = self.d
        one, two = self.vm(disks=1, start=False), self.vm(0, start=False)
        disk, = self.disks(one)
        vbd = d.call('VBD.create', {
            **VBD, 'VM': two, 'VDI': disk, 'userdevice': '0', 'type': 'Disk',
            'mode': 'RW', 'empty': False})
        for how, may in (('reset', False), ('persist', True),
                         ('reset', False)):
            d.call('VDI.set_on_boot', disk, how)
            for vm in (one, two):
                self.assertEqual('snapshot' in self.allowed(vm), may, how)
        d.call('VBD.destroy', vbd)
        self.assertIn('snapshot', self.allowed(two))
        d.call('VBD.create', {
            **VBD, 'VM': two, 'VDI': disk, 'userdevice': '0', 'type': 'Disk',
            'mode': 'RW', 'empty': False})
        self.assertNotIn('snapshot', self.allowed(two))

    def test_a_vgpu_whose_state_nobody_can_save_stays(self):
        d = self.d
        vgpu = d.call('VGPU.get_all')[0]
        vm = d.call('VGPU.get_VM', vgpu)
        if d.call('VM.get_power_state', vm) == 'Halted':
            d.call('VM.assert_operation_valid', vm, 'migrate_send')
            d.call('VM.start', vm, False, False)
        for op in ('suspend', 'checkpoint', 'migrate_send'):
            self.assertEqual(self.why(vm, op), ['VM_HAS_VGPU', vm], op)
        self.assertNotIn('suspend', self.allowed(vm))

    def test_only_system_domains_have_services(self):
        d, vm = self.d, self.vm(disks=0, start=False)
        self.assertEqual(d.error('VM.query_services', vm),
                         ['NOT_SYSTEM_DOMAIN', vm])
        d.call('VM.add_to_other_config', vm, 'is_system_domain', 'true')
        self.assertEqual(d.error('VM.query_services', vm),
                         ['NOT_IMPLEMENTED', 'VM.query_services'])

    def test_a_VM_moves_or_stays_as_it_was_started(self):
        d = self.d
        vm = self.vm(disks=0, start=False, platform={'nomigrate': 'true'})
        d.call('VM.start', vm, False, False)
        metrics = self.get('VM', 'metrics', vm)
        self.assertTrue(self.get('VM_metrics', 'nomigrate', metrics))
        self.assertEqual(self.why(vm, 'suspend'), ['VM_IS_IMMOBILE', vm])
        d.call('VM.remove_from_platform', vm, 'nomigrate')
        self.assertEqual(self.why(vm, 'suspend'), ['VM_IS_IMMOBILE', vm])
        d.call('VM.clean_reboot', vm)
        d.call('VM.suspend', vm)

    def test_the_first_reason_is_told(self):
        d = self.d
        vm = self.vm(disks=0, platform={'nomigrate': 'true'}, **HVM, **MUTE)
        self.assertEqual(self.why(vm, 'suspend'), ['VM_IS_IMMOBILE', vm])
        self.assertEqual(self.why(vm, 'start')[0], 'VM_BAD_POWER_STATE')
        d.call('VM.add_to_blocked_operations', vm, 'start', 'no')
        self.assertEqual(self.why(vm, 'start'),
                         ['OPERATION_BLOCKED', vm, 'no'])

    def test_a_restart_forgets_nothing_of_it(self):
        d = self.d
        still = self.vm(disks=0, platform={'nomigrate': 'true'}, **HVM)
        mute = self.vm(disks=0, **HVM, **MUTE)
        fine = self.vm(disks=0, **HVM)
        before = {vm: self.allowed(vm) for vm in (still, mute, fine)}
        d.stop()
        d.start()
        for vm, ops in before.items():
            self.assertEqual(self.allowed(vm), ops)
        self.assertTrue(self.get('VM_metrics', 'hvm',
                                 self.get('VM', 'metrics', fine)))


class Questions(Machines):
    def test_what_is_asked_of_a_VM_that_runs_is_refused_of_others(self):
        d, on, off = self.d, self.vm(disks=0), self.vm(disks=0, start=False)
        for call, args in (('get_data_sources', ()),
                           ('record_data_source', ('cpu0',)),
                           ('query_data_source', ('cpu0',)),
                           ('forget_data_source_archives', ('cpu0',))):
            self.assertEqual(d.error('VM.' + call, off, *args),
                             ['VM_BAD_POWER_STATE', off, 'running', 'halted'])
            self.assertEqual(d.error('VM.' + call, on, *args),
                             ['NOT_IMPLEMENTED', 'VM.' + call])
        self.assertEqual(
            d.error('VM.get_boot_record', off),
            ['VM_BAD_POWER_STATE', off, 'paused, suspended, running',
             'halted'])
        self.assertEqual(d.call('VM.get_boot_record', on),
                         d.call('VM.get_record', on))

    def test_a_suspended_VM_is_cloned_by_its_older_name(self):
        d, vm = self.d, self.vm(disks=1, name_label='asleep')
        self.assertEqual(d.error('VM.csvm', vm),
                         ['VM_BAD_POWER_STATE', vm, 'suspended', 'running'])
        d.call('VM.suspend', vm)
        copy = d.call('VM.csvm', vm)
        r = d.call('VM.get_record', copy)
        self.assertEqual((r['name_label'], r['power_state'],
                          r['is_a_template']),
                         ('asleep-cloned-suspended', 'Suspended', False))
        self.assertNotEqual(r['suspend_VDI'], self.get('VM', 'suspend_VDI',
                                                       vm))
        self.assertEqual(len(self.disks(copy)), 1)
        for one in (vm, copy):
            d.call('VM.resume', one, False, False)
            self.assertEqual(self.state(one), 'running')


class Starts(Machines):
    """What a start leaves in the record."""

    def started(self, **fields):
        vm = self.vm(disks=0, start=False, **fields)
        self.d.call('VM.start', vm, False, False)
        return vm, self.d.call('VM.get_record', vm)

    def test_firmware_emulator_and_processors_are_told(self):
        d = self.d
        vm, r = self.started(HVM_boot_policy='BIOS order')
        self.assertEqual(r['platform']['device-model'],
                         'qemu-upstream-compat')
        self.assertEqual(r['bios_strings']['bios-vendor'], 'Xen')
        cpu = d.call('host.get_cpu_info', r['resident_on'])
        self.assertEqual(r['last_boot_CPU_flags'], {
            'vendor': cpu['vendor'], 'features': cpu['features_hvm']})
        uefi = self.started(HVM_boot_policy='BIOS order',
                            HVM_boot_params={'firmware': 'uefi'},
                            platform={'secureboot': 'auto',
                                      'device-model': 'qemu-trad'})[1]
        self.assertEqual(uefi['platform'], {
            'secureboot': 'false', 'device-model': 'qemu-upstream-uefi'})

    def test_an_emulator_that_nobody_knows_is_refused(self):
        vm = self.vm(disks=0, start=False, HVM_boot_policy='BIOS order',
                     platform={'device-model': 'qemu-no'})
        host = self.d.call('host.get_all')[0]
        for call, args in (('start', (False, False)),
                           ('assert_can_boot_here', (host,))):
            self.assertEqual(
                self.d.error('VM.' + call, vm, *args),
                ['INVALID_VALUE', 'platform:device-model', 'qemu-no'], call)
        self.assertEqual(self.get('VM', 'power_state', vm), 'Halted')

    def test_what_no_host_could_do_is_refused(self):
        d = self.d
        for field, wrong in (('PV_bootloader', '/bin/sh'),
                             ('HVM_shadow_multiplier', 1e300)):
            vm = self.vm(disks=0, start=False, **{field: wrong})
            e = d.error('VM.start', vm, False, False)
            self.assertEqual(e[:2], ['INVALID_VALUE', field])
            self.assertEqual(self.get('VM', 'power_state', vm), 'Halted')
        vm = self.vm(disks=0, start=False, HVM_boot_policy='BIOS order',
                     HVM_shadow_multiplier=1e300, VCPUs_max=1 << 60)
        self.assertEqual(d.call('VM.maximise_memory', vm, (1 << 63) - 1, True),
                         0)
        self.vm(disks=0, PV_bootloader='/usr/bin/pygrub')

    def test_what_somebody_has_set_stays(self):
        d = self.d
        vm = self.vm(disks=0, start=False, HVM_boot_policy='BIOS order',
                     platform={'device-model': 'qemu-upstream'})
        d.call('VM.set_bios_strings', vm, {'bios-vendor': 'Me'})
        d.call('VM.start', vm, False, False)
        r = d.call('VM.get_record', vm)
        self.assertEqual(r['bios_strings']['bios-vendor'], 'Me')
        self.assertEqual(r['platform'], {'device-model': 'qemu-upstream'})

    def test_what_is_to_be_kept_running_is_so_from_its_start_on(self):
        d = self.d
        vm, r = self.started()
        self.assertFalse(r['ha_always_run'])
        self.assertNotIn('device-model', r['platform'])
        d.call('VM.suspend', vm)
        d.call('VM.set_ha_restart_priority', vm, 'restart')
        d.call('VM.resume', vm, False, False)
        self.assertTrue(self.get('VM', 'ha_always_run', vm))


class Disks(Machines):
    """A disk has one VM that writes to it, or many that read."""

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-vms', '0',
                            '--worker-deadline', '20').__enter__()
        cls.sr = cls.d.call('SR.get_by_name_label', 'Local storage')[0]

    def pair(self, **modes):
        """Two VMs that are off, and the disk that both have."""
        vms = [self.vm(disks=0, start=False) for _ in range(2)]
        disk = self.disk()
        for vm in vms:
            self.d.call('VBD.create', {
                **VBD, 'VM': vm, 'VDI': disk, 'userdevice': '0',
                'type': 'Disk', 'mode': 'RW', 'empty': False, **modes})
        return *vms, disk

    def test_of_two_VMs_that_write_one_runs(self):
        one, other, disk = self.pair()
        self.d.call('VM.start', one, False, False)
        self.assertEqual(self.d.error('VM.start', other, False, False),
                         ['VDI_IN_USE', disk, 'attach'])
        self.d.call('VM.hard_shutdown', one)
        self.d.call('VM.start', other, False, False)
        self.d.call('VM.suspend', other)
        self.d.call('VM.start', one, False, False)
        self.assertEqual(self.d.error('VM.resume', other, False, False),
                         ['VDI_IN_USE', disk, 'attach'])
        self.d.call('VM.hard_shutdown', one)
        self.d.call('VM.resume', other, False, False)

    def test_VMs_that_read_run_side_by_side(self):
        for vm in self.pair(mode='RO')[:2]:
            self.d.call('VM.start', vm, False, False)

    def test_a_VM_that_is_being_started_has_its_disks(self):
        d = self.d
        one, other, disk = self.pair()
        simulator.order(d, 'hang', of='create')
        task = d.call('Async.VM.start', one, False, False)
        xapid.until(lambda: NULL != self.get(
            'VM', 'scheduled_to_be_resident_on', one))
        self.assertEqual(d.error('VM.start', other, False, False),
                         ['VDI_IN_USE', disk, 'attach'])
        self.assertEqual(d.error('VDI.destroy', disk),
                         ['VDI_IN_USE', disk, 'destroy'])
        d.call('task.cancel', task)
        xapid.until(lambda: d.call('task.get_status', task) == 'cancelled')
        self.idle(one)
        d.call('VM.start', other, False, False)
        d.call('VM.hard_shutdown', other)
        d.call('VDI.destroy', disk)

    def test_a_disk_that_is_being_destroyed_is_not_taken(self):
        d = self.d
        vm, _, disk = self.pair()
        simulator.order_storage(d, 'hang', of='vdi_destroy')
        task = d.call('Async.VDI.destroy', disk)
        xapid.until(lambda: self.get('VDI', 'current_operations', disk))
        self.assertEqual(d.error('VM.start', vm, False, False),
                         ['OTHER_OPERATION_IN_PROGRESS', 'VDI', disk,
                          'destroy', task])
        d.call('task.cancel', task)
        xapid.until(lambda: d.call('task.get_status', task) != 'pending')


class Groups(unittest.TestCase):
    """Who is to keep apart does, also when all start at once."""

    def test_members_spread_over_all_hosts(self):
        with xapid.start('--sim-hosts', '4') as d:
            group = d.call('VM_group.create', {
                'name_label': 'apart', 'name_description': '',
                'placement': 'anti_affinity'})
            vms = [d.call('VM.create', {**VM, 'memory_static_min': 64 << 20,
                                        'memory_static_max': 64 << 20,
                                        'memory_dynamic_min': 64 << 20,
                                        'memory_dynamic_max': 64 << 20})
                   for _ in range(9)]
            hosts = d.call('host.get_all')
            for vm in vms:
                d.call('VM.set_groups', vm, [group])
            tasks = [d.call('Async.VM.start', vm, False, False)
                     for vm in vms[:8]]
            xapid.until(lambda: all(d.call('task.get_status', t) == 'success'
                             for t in tasks))
            at = [d.call('VM.get_resident_on', vm) for vm in vms[:8]]
            self.assertEqual([at.count(h) for h in hosts], [2] * 4)
            # The host that one belongs to goes before all others.
            d.call('VM.set_affinity', vms[8], hosts[3])
            d.call('VM.start', vms[8], False, False)
            self.assertEqual(d.call('VM.get_resident_on', vms[8]), hosts[3])


if __name__ == '__main__':
    tap.main()
