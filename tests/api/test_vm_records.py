#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""VMs and their devices as records: made, changed, removed."""


import tap
import xapid
from machines import MIB, NULL, VBD, VIF, VM


class Base(xapid.Case):
    def vm(self, **other):
        return self.d.call('VM.create', {**VM, **other})

    def get(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    def network(self, **other):
        return self.d.call('network.create', {
            'name_label': 'n', 'name_description': '', 'MTU': 1500,
            'other_config': {}, **other})

    def vif(self, vm, network, **other):
        return self.d.call('VIF.create', {**VIF, 'VM': vm,
                                          'network': network, **other})

    def vif_error(self, vm, network, **other):
        return self.d.error('VIF.create', {**VIF, 'VM': vm,
                                           'network': network, **other})

    def vbd(self, vm, **other):
        return self.d.call('VBD.create', {**VBD, 'VM': vm, **other})

    def vbd_error(self, vm, **other):
        return self.d.error('VBD.create', {**VBD, 'VM': vm, **other})

    def disk(self, cls='user', **other):
        """A VDI that is a record only."""
        sr = next(r for r, v in self.d.call('SR.get_all_records').items()
                  if v['content_type'] != 'iso')
        n = len(self.d.call('VDI.get_all'))
        return self.d.call(
            'VDI.db_introduce', '', 'disk', '', sr, cls, False,
            other.get('read_only', False), {}, 'location-%d' % n)


class Vm(Base):
    def test_a_new_vm_has_what_every_vm_has(self):
        ref = self.vm(other_config={'x': 'y'})
        r = self.d.call('VM.get_record', ref)
        self.assertEqual(r['power_state'], 'Halted')
        self.assertEqual(r['domain_type'], 'hvm')
        self.assertEqual(r['domid'], -1)
        self.assertEqual(r['hardware_platform_version'], 2)
        self.assertFalse(r['is_control_domain'])
        self.assertGreater(r['memory_overhead'], 0)
        self.assertEqual(r['other_config']['x'], 'y')
        self.assertRegex(r['other_config']['mac_seed'], '^[0-9a-f-]{36}$')
        self.assertIn('destroy', r['allowed_operations'])
        m = self.d.call('VM_metrics.get_record', r['metrics'])
        self.assertEqual(m['VCPUs_utilisation'], {'0': 0.0})
        self.assertEqual(m['current_domain_type'], 'unspecified')

    def test_kinds_and_seeds_that_are_given_stay(self):
        ref = self.vm(domain_type='pvh', HVM_boot_policy='',
                      other_config={'mac_seed': 's'})
        self.assertEqual(self.get('VM', 'domain_type', ref), 'pvh')
        self.assertEqual(self.get('VM', 'other_config', ref),
                         {'mac_seed': 's'})
        ref = self.vm(HVM_boot_policy='')
        self.assertEqual(self.get('VM', 'domain_type', ref), 'pv')

    def test_a_suspended_vm_needs_its_image(self):
        self.assertEqual(
            self.d.error('VM.create', {**VM, 'power_state': 'Suspended'})[0],
            'VM_BAD_POWER_STATE')
        ref = self.vm(power_state='Running')
        self.assertEqual(self.get('VM', 'power_state', ref), 'Halted')

    def test_keys_with_a_role_of_their_own_need_it_at_birth(self):
        """A13: privileged keys are checked when a VM is created"""
        admin = self.d.login('vm-admin')
        for field, key in (('other_config', 'pci'),
                           ('other_config', 'hvm_serial'),
                           ('platform', 'hvm_serial')):
            self.assertEqual(
                self.d.error('VM.create', {**VM, field: {key: 'x'}},
                             session=admin)[0], 'RBAC_PERMISSION_DENIED')
        self.d.call('VM.create', VM, session=admin)

    def test_destroy_takes_along_what_is_the_vms_alone(self):
        vm, net = self.vm(), self.network()
        disk = self.disk()
        parts = [('VIF', self.vif(vm, net)), ('VBD', self.vbd(vm)),
                 ('VBD', self.vbd(vm, userdevice='1', type='Disk', mode='RW',
                                  empty=False, VDI=disk)),
                 ('VM_metrics', self.get('VM', 'metrics', vm)),
                 ('blob', self.d.call('VM.create_new_blob', vm, 'b', 'a/b',
                                      False))]
        self.d.call('VM.destroy', vm)
        for cls, ref in [('VM', vm)] + parts:
            self.assertEqual(
                self.d.error('%s.get_uuid' % cls, ref),
                ['HANDLE_INVALID', cls, ref])
        self.assertEqual(self.get('VDI', 'VBDs', disk), [])
        self.assertEqual(self.get('network', 'VIFs', net), [])

    def test_some_vms_cannot_be_destroyed(self):
        vms = self.d.call('VM.get_all_records')
        dom0 = next(r for r, v in vms.items() if v['is_control_domain'])
        self.assertIn(self.d.error('VM.destroy', dom0)[0],
                      ('OPERATION_NOT_ALLOWED', 'VM_BAD_POWER_STATE'))
        default = next(r for r, v in vms.items() if v['is_default_template'])
        self.assertEqual(self.d.error('VM.destroy', default),
                         ['VM_CANNOT_DELETE_DEFAULT_TEMPLATE', default])

    def test_template_and_back(self):
        vm = self.vm()
        metrics = self.get('VM', 'metrics', vm)
        self.d.call('VM.set_is_a_template', vm, True)
        self.assertEqual(self.get('VM', 'metrics', vm), NULL)
        self.assertEqual(
            self.d.error('VM_metrics.get_uuid', metrics)[0],
            'HANDLE_INVALID')
        self.assertNotIn('start', self.get('VM', 'allowed_operations', vm))
        self.assertEqual(self.d.error('VM.start', vm, False, False)[0],
                         'VM_IS_TEMPLATE')
        self.d.call('VM.set_is_a_template', vm, False)
        metrics = self.get('VM', 'metrics', vm)
        self.assertGreater(self.get('VM_metrics', 'install_time', metrics),
                           '2')
        self.assertIn('start', self.get('VM', 'allowed_operations', vm))

    def test_default_template(self):
        vm = self.vm()
        self.d.call('VM.set_is_default_template', vm, True)
        self.assertTrue(self.get('VM', 'is_a_template', vm))
        self.assertEqual(
            self.get('VM', 'other_config', vm)['default_template'], 'true')
        self.d.call('VM.set_is_default_template', vm, False)
        self.d.call('VM.destroy', vm)

    def test_vcpus_stay_in_order(self):
        vm = self.vm()
        self.d.call('VM.set_VCPUs_max', vm, 4)
        self.d.call('VM.set_VCPUs_at_startup', vm, 4)
        for call, value in (('max', 3), ('max', 0), ('at_startup', 5),
                            ('at_startup', 0)):
            error = self.d.error('VM.set_VCPUs_' + call, vm, value)
            self.assertEqual((error[0], error[2]),
                             ('INVALID_VALUE', str(value)))

    def memory(self, vm):
        return tuple(self.get('VM', 'memory_' + f, vm) // MIB for f in
                     ('static_min', 'dynamic_min', 'dynamic_max',
                      'static_max'))

    def test_memory_limits_stay_in_order(self):
        vm, call = self.vm(), self.d.call
        for name, params, want in (
                ('static_max', [1024], (128, 256, 512, 1024)),
                ('dynamic_max', [768], (128, 256, 768, 1024)),
                ('dynamic_min', [300], (128, 300, 768, 1024)),
                ('static_min', [100], (100, 300, 768, 1024)),
                ('static_range', [200, 900], (200, 300, 768, 900)),
                ('dynamic_range', [400, 500], (200, 400, 500, 900)),
                ('limits', [10, 40, 20, 30], (10, 20, 30, 40)),
                ('', [64], (10, 64, 64, 64))):
            name = 'VM.set_memory' + ('_' + name if name else '')
            call(name, vm, *[p * MIB for p in params])
            self.assertEqual(self.memory(vm), want, name)
        before = self.memory(vm)
        for name, params in (('static_max', [63]), ('dynamic_min', [65]),
                             ('dynamic_max', [9]), ('static_min', [65]),
                             ('limits', [2, 1, 1, 1]),
                             ('dynamic_range', [-1, 64])):
            self.assertEqual(
                self.d.error('VM.set_memory_' + name, vm,
                             *[p * MIB for p in params]),
                ['MEMORY_CONSTRAINT_VIOLATION_ORDER'])
        self.assertEqual(self.memory(vm), before)

    def test_overhead_follows_memory(self):
        vm = self.vm()
        before = self.get('VM', 'memory_overhead', vm)
        self.d.call('VM.set_memory', vm, 64 << 30)
        after = self.get('VM', 'memory_overhead', vm)
        self.assertGreater(after, before)
        self.assertEqual(self.d.call('VM.compute_memory_overhead', vm), after)
        self.d.call('VM.set_HVM_shadow_multiplier', vm, 4.0)
        self.assertGreater(self.get('VM', 'memory_overhead', vm), after)
        self.assertEqual(
            self.d.error('VM.set_HVM_shadow_multiplier', vm, 0.5)[:2],
            ['INVALID_VALUE', 'HVM_shadow_multiplier'])

    def test_kind_and_policy_go_together(self):
        vm = self.vm()
        for call, value, kind, policy in (
                ('domain_type', 'pv', 'pv', ''),
                ('HVM_boot_policy', 'BIOS order', 'hvm', 'BIOS order'),
                ('HVM_boot_policy', '', 'pv', ''),
                ('domain_type', 'hvm', 'hvm', 'BIOS order')):
            self.d.call('VM.set_' + call, vm, value)
            self.assertEqual((self.get('VM', 'domain_type', vm),
                              self.get('VM', 'HVM_boot_policy', vm)),
                             (kind, policy))
        self.assertEqual(
            self.d.error('VM.set_domain_type', vm, 'unspecified'),
            ['INVALID_VALUE', 'domain_type', 'unspecified'])

    def test_bios_strings_are_set_once(self):
        vm, name = self.vm(), 'VM.set_bios_strings'
        for key, value in (('oem-1', 'x'), ('other', 'x'),
                           ('bios-vendor', ''), ('bios-vendor', 'x' * 513),
                           ('bios-vendor', 'a\u00e4')):
            self.assertEqual(self.d.error(name, vm, {key: value})[:2],
                             ['INVALID_VALUE', key])
        self.d.call(name, vm, {'bios-vendor': 'Me'})
        strings = self.get('VM', 'bios_strings', vm)
        self.assertEqual(strings['bios-vendor'], 'Me')
        self.assertEqual(len(strings), 16)
        self.assertEqual(self.d.error(name, vm, {}),
                         ['VM_BIOS_STRINGS_ALREADY_SET'])
        other = self.vm()
        host = self.d.call('host.get_all')[0]
        self.d.call('VM.copy_bios_strings', other, host)
        self.assertEqual(self.get('VM', 'bios_strings', other),
                         self.get('host', 'bios_strings', host))

    def test_membership(self):
        vm = self.vm()
        group = self.d.call('VM_group.create', {
            'name_label': 'g', 'name_description': '',
            'placement': 'normal'})
        two = self.d.call('VM_group.create', {
            'name_label': 'h', 'name_description': '',
            'placement': 'normal'})
        appliance = self.d.call('VM_appliance.create', {
            'name_label': 'a', 'name_description': ''})
        self.d.call('VM.set_groups', vm, [group])
        self.assertEqual(self.get('VM_group', 'VMs', group), [vm])
        self.assertEqual(self.d.error('VM.set_groups', vm, [group, two]),
                         ['TOO_MANY_GROUPS'])
        self.d.call('VM.set_appliance', vm, appliance)
        self.assertEqual(self.get('VM_appliance', 'VMs', appliance), [vm])
        self.d.call('VM.set_appliance', vm, NULL)
        self.d.call('VM.set_is_a_template', vm, True)
        self.assertEqual(self.get('VM', 'groups', vm), [])
        for name, value in (('groups', [group]), ('appliance', appliance)):
            self.assertEqual(self.d.error('VM.set_' + name, vm, value)[0],
                             'OPERATION_NOT_ALLOWED')

    def test_priorities_of_high_availability(self):
        vm = self.vm()
        for value in ('restart', 'best-effort', ''):
            self.d.call('VM.set_ha_restart_priority', vm, value)
        self.assertEqual(
            self.d.error('VM.set_ha_restart_priority', vm, 'always'),
            ['INVALID_VALUE', 'ha_restart_priority', 'always'])

    def test_firmware_variables(self):
        vm = self.vm()
        self.d.call('VM.set_NVRAM', vm, {'a': 'b'})
        self.d.call('VM.add_to_NVRAM', vm, 'c', 'd')
        self.assertEqual(
            self.d.error('VM.add_to_NVRAM', vm, 'c', 'd'),
            ['MAP_DUPLICATE_KEY', 'VM', 'NVRAM', vm, 'c'])
        self.d.call('VM.remove_from_NVRAM', vm, 'a')
        self.assertEqual(self.get('VM', 'NVRAM', vm), {'c': 'd'})

    def test_blocked_operations_stop_calls(self):
        vm = self.vm(blocked_operations={'destroy': 'keep me'})
        self.assertEqual(self.d.error('VM.destroy', vm),
                         ['OPERATION_BLOCKED', vm, 'keep me'])
        self.assertEqual(
            self.d.error('VM.assert_operation_valid', vm, 'destroy'),
            ['OPERATION_BLOCKED', vm, 'keep me'])
        self.d.call('VM.assert_operation_valid', vm, 'start')
        self.d.call('VM.set_blocked_operations', vm, {})
        self.d.call('VM.update_allowed_operations', vm)
        self.d.call('VM.destroy', vm)

    def test_how_far_it_is_prepared_for_secure_boot(self):
        def ready(vm):
            return self.d.call('VM.get_secureboot_readiness', vm)
        self.assertEqual(ready(self.vm()), 'not_supported')
        uefi = self.vm(HVM_boot_params={'firmware': 'uefi'})
        self.assertEqual(ready(uefi), 'disabled')
        self.d.call('VM.add_to_platform', uefi, 'secureboot', 'true')
        self.assertEqual(ready(uefi), 'first_boot')
        self.d.call('VM.set_NVRAM_EFI_variables', uefi, 'VkFSUw==', 'yes')
        self.assertEqual(self.get('VM', 'NVRAM', uefi),
                         {'EFI-variables': 'VkFSUw=='})
        self.assertEqual(
            self.get('VM', 'secureboot_certificates_state', uefi),
            'update_available')
        self.d.call('VM.set_NVRAM_EFI_variables', uefi, '', 'no')
        self.assertEqual(
            self.get('VM', 'secureboot_certificates_state', uefi), 'ok')
        # Nobody looks into them, so nobody says what is in them.
        self.d.call('VM.set_NVRAM_EFI_variables', uefi, 'VkFSUw==')
        self.assertEqual(
            self.d.error('VM.get_secureboot_readiness', uefi)[0],
            'NOT_IMPLEMENTED')
        admin = self.d.login('pool-admin')
        self.assertEqual(
            self.d.error('VM.set_NVRAM_EFI_variables', uefi, 'x',
                         session=admin)[0], 'RBAC_PERMISSION_DENIED')

    def test_what_an_import_says_of_snapshots(self):
        vm, of = self.vm(), self.vm()
        self.d.call('VM.update_snapshot_metadata', vm, of,
                    '20200102T03:04:05Z', 'abc')
        r = self.d.call('VM.get_record', vm)
        self.assertEqual(
            (r['is_a_snapshot'], r['snapshot_of'], r['snapshot_time'],
             r['transportable_snapshot_id']),
            (True, of, '20200102T03:04:05Z', 'abc'))
        self.assertEqual(self.get('VM', 'snapshots', of), [vm])

    def test_a_guest_that_runs_becomes_no_snapshot(self):
        vm = self.vm()
        self.d.call('VM.start', vm, False, True)
        self.assertEqual(self.d.error(
            'VM.update_snapshot_metadata', vm, NULL,
            '20200102T03:04:05Z', '')[0], 'VM_BAD_POWER_STATE')
        self.d.call('VM.hard_shutdown', vm)


class Interfaces(Base):
    def test_the_address_comes_from_the_seed(self):
        vm = self.vm(other_config={'mac_seed': 's'})
        net = self.network(MTU=9000)
        for device, mac in (('0', '02:c7:c0:ac:9a:1a'),
                            ('3', 'd6:9c:ef:bc:be:4c')):
            vif = self.vif(vm, net, device=device)
            r = self.d.call('VIF.get_record', vif)
            self.assertEqual(
                (r['MAC'], r['MAC_autogenerated'], r['MTU'], r['device']),
                (mac, True, 9000, device))
        vif = self.vif(vm, net, device='1', MAC='00:16:3E:00:00:01')
        self.assertEqual(self.get('VIF', 'MAC', vif), '00:16:3E:00:00:01')
        self.assertFalse(self.get('VIF', 'MAC_autogenerated', vif))

    def test_what_is_refused(self):
        vm, net = self.vm(), self.network()
        self.vif(vm, net)
        error = self.vif_error
        self.assertEqual(error(vm, net), ['DEVICE_ALREADY_EXISTS', '0'])
        self.assertEqual(error(vm, net, device='00'),
                         ['DEVICE_ALREADY_EXISTS', '00'])
        for device in ('', 'eth0', '-1', '1.5', '99999'):
            self.assertEqual(error(vm, net, device=device),
                             ['INVALID_DEVICE', device])
        for mac in ('x', '00:16:3e:00:00', '00:16:3e:00:00:0g',
                    '00:16:3e:00:00:01:02', '001:6:3e:00:00:01',
                    '01:16:3e:00:00:01', 'ff:ff:ff:ff:ff:ff',
                    '00:00:00:00:00:00'):
            self.assertEqual(error(vm, net, device='1', MAC=mac),
                             ['MAC_INVALID', mac])
        self.assertEqual(error(NULL, net)[:2], ['HANDLE_INVALID', 'VM'])
        self.assertEqual(error(vm, NULL)[:2], ['HANDLE_INVALID', 'network'])
        self.assertEqual(
            error(vm, net, device='1', ipv4_allowed=['1.2.3']),
            ['INVALID_IP_ADDRESS_SPECIFIED', 'ipv4_allowed'])

    def test_free_devices(self):
        vm, net = self.vm(), self.network()
        self.vif(vm, net, device='3')
        free = self.d.call('VM.get_allowed_VIF_devices', vm)
        self.assertEqual(free, [str(i) for i in range(16) if i != 3])

    def test_allowed_addresses(self):
        vif = self.vif(self.vm(), self.network())
        for v, good, bad in (('4', '192.0.2.1', '192.0.2.256'),
                             ('6', '2001:db8::1', '192.0.2.1')):
            name = 'ipv%s_allowed' % v
            self.d.call('VIF.set_' + name, vif, [good])
            self.d.call('VIF.add_' + name, vif, good)
            self.assertEqual(self.get('VIF', name, vif), [good])
            for call, value in (('set', [bad]), ('add', bad)):
                self.assertEqual(
                    self.d.error('VIF.%s_%s' % (call, name), vif, value),
                    ['INVALID_IP_ADDRESS_SPECIFIED', name])
            self.d.call('VIF.remove_' + name, vif, good)
            self.d.call('VIF.remove_' + name, vif, good)
            self.assertEqual(self.get('VIF', name, vif), [])
        self.d.call('VIF.set_locking_mode', vif, 'locked')
        self.assertEqual(self.get('VIF', 'locking_mode', vif), 'locked')

    def test_trunks(self):
        vif = self.vif(self.vm(), self.network())
        self.d.call('VIF.set_trunks', vif, [5, 7])
        self.d.call('VIF.add_trunks', vif, 9)
        self.d.call('VIF.remove_trunks', vif, 5)
        self.assertEqual(self.get('VIF', 'trunks', vif), [7, 9])
        self.assertEqual(self.d.error('VIF.add_trunks', vif, 4095),
                         ['INVALID_VALUE', 'trunks', '4095'])

    def test_move(self):
        one, two = self.network(), self.network()
        vif = self.vif(self.vm(), one)
        self.d.call('VIF.move', vif, two)
        self.assertEqual(self.get('network', 'VIFs', one), [])
        self.assertEqual(self.get('network', 'VIFs', two), [vif])
        self.d.call('VIF.destroy', vif)
        self.assertEqual(self.get('network', 'VIFs', two), [])


class Drives(Base):
    def test_an_empty_drive(self):
        vm = self.vm()
        vbd = self.vbd(vm, userdevice='3')
        r = self.d.call('VBD.get_record', vbd)
        self.assertEqual((r['VDI'], r['empty'], r['device'],
                          r['currently_attached']), (NULL, True, '', False))
        self.assertEqual(self.get('VM', 'VBDs', vm), [vbd])
        self.d.call('VBD.destroy', vbd)
        self.assertEqual(self.get('VM', 'VBDs', vm), [])

    def test_names_of_one_place_clash(self):
        vm = self.vm()
        self.vbd(vm, userdevice='hdd')
        for name in ('3', 'xvdd', 'sdd', 'd3p0', 'hdd'):
            self.assertEqual(self.vbd_error(vm, userdevice=name),
                             ['DEVICE_ALREADY_EXISTS', name])
        self.vbd(vm, userdevice='xvdd1')
        self.vbd(vm, userdevice='fda', type='Floppy', mode='RW', empty=False,
                 VDI=self.disk())
        for name in ('', 'x', 'xvd', 'xvdA', '255', '-1', 'xvdzzz', 'fdc',
                     '3x', 'd1', '99999'):
            self.assertEqual(self.vbd_error(vm, userdevice=name),
                             ['INVALID_DEVICE', name])

    def test_the_lowest_free_place_is_chosen(self):
        vm = self.vm()
        self.vbd(vm, userdevice='0')
        self.vbd(vm, userdevice='xvdc')
        vbd = self.vbd(vm, userdevice='autodetect')
        self.assertEqual(self.get('VBD', 'userdevice', vbd), '1')
        free = self.d.call('VM.get_allowed_VBD_devices', vm)
        self.assertEqual(free, [str(i) for i in range(3, 255)])

    def test_what_does_not_fit_is_refused(self):
        vm = self.vm()
        disk, ro = self.disk(), self.disk(read_only=True)
        memory = self.disk('ha_statefile')
        error = self.vbd_error
        self.assertEqual(error(vm, mode='RW'), ['VBD_CDS_MUST_BE_READONLY'])
        self.assertEqual(error(vm, type='Disk'),
                         ['VBD_NOT_REMOVABLE_MEDIA', 'in constructor'])
        self.assertEqual(
            error(vm, type='Disk', mode='RW', empty=False, VDI=ro),
            ['VDI_READONLY', ro])
        self.assertEqual(
            error(vm, type='Disk', mode='RW', empty=False, VDI=memory),
            ['VDI_INCOMPATIBLE_TYPE', memory, 'ha_statefile'])
        self.assertEqual(error(vm, type='Disk', mode='RW', empty=False)[:2],
                         ['HANDLE_INVALID', 'VDI'])
        pv = self.vm(HVM_boot_policy='')
        self.assertEqual(
            error(pv, type='Floppy', mode='RW', empty=False, VDI=disk,
                  userdevice='fda')[0], 'NOT_IMPLEMENTED')

    def test_media_of_a_halted_vm(self):
        vm, disk = self.vm(), self.disk()
        cd = self.vbd(vm)
        call, error = self.d.call, self.d.error
        self.assertEqual(error('VBD.eject', cd), ['VBD_IS_EMPTY', cd])
        call('VBD.insert', cd, disk)
        self.assertEqual(self.get('VDI', 'VBDs', disk), [cd])
        self.assertEqual(error('VBD.insert', cd, disk),
                         ['VBD_NOT_EMPTY', cd])
        call('VBD.eject', cd)
        self.assertTrue(self.get('VBD', 'empty', cd))
        hd = self.vbd(vm, userdevice='1', type='Disk', mode='RW',
                      empty=False, VDI=disk)
        self.assertEqual(error('VBD.eject', hd),
                         ['VBD_NOT_REMOVABLE_MEDIA', hd])
        call('VBD.set_mode', hd, 'RO')
        self.assertEqual(error('VBD.set_mode', cd, 'RW'),
                         ['VBD_CDS_MUST_BE_READONLY'])
        call('VBD.assert_attachable', hd)


class Running(Base):
    args = ('--sim-vms', '6')

    def test_devices_of_a_running_vm_stay(self):
        vms = self.d.call('VM.get_all_records')
        vm = next(r for r, v in vms.items()
                  if v['power_state'] == 'Running' and v['VIFs'] and
                  not v['is_control_domain'])
        self.assertEqual(self.d.error('VM.destroy', vm)[0],
                         'VM_BAD_POWER_STATE')
        vif, vbd = vms[vm]['VIFs'][0], next(
            b for b in vms[vm]['VBDs']
            if self.get('VBD', 'currently_attached', b))
        for cls, ref in (('VIF', vif), ('VBD', vbd)):
            self.assertEqual(self.d.error(cls + '.destroy', ref)[0],
                             'OPERATION_NOT_ALLOWED')
        self.assertEqual(self.d.error('VBD.set_mode', vbd, 'RO')[:4],
                         ['VM_BAD_POWER_STATE', vm, 'halted', 'running'])
        net = self.get('VIF', 'network', vif)
        error = self.d.error('network.destroy', net)
        self.assertEqual(error[0], 'NETWORK_CONTAINS_VIF')
        self.assertIn(vif, error[1:])
        self.assertEqual(
            self.d.error('network.set_default_locking_mode', net,
                         'disabled')[:2], ['VIF_IN_USE', net])
        for name in ('VCPUs_max', 'memory_static_max'):
            self.assertEqual(self.d.error('VM.set_' + name, vm, 1 << 30)[0],
                             'VM_BAD_POWER_STATE')


class Networks(Base):
    def test_bridges_get_names(self):
        one, two = self.network(), self.network(MTU=0)
        names = [self.get('network', 'bridge', n) for n in (one, two)]
        self.assertEqual(len(set(names)), 2)
        for name in names:
            self.assertRegex(name, r'^xapi\d+$')
        self.assertEqual(self.get('network', 'MTU', two), 1500)
        self.d.call('network.destroy', two)
        again = self.get('network', 'bridge', self.network())
        self.assertNotIn(again, names)

    def test_names_given_are_checked(self):
        error = self.d.error
        self.network(bridge='br-ex')
        base = {'name_label': 'n', 'name_description': '', 'MTU': 1500,
                'other_config': {}}
        self.assertEqual(error('network.create', {**base, 'bridge': 'br-ex'}),
                         ['BRIDGE_NAME_EXISTS', 'br-ex'])
        for bad in ('xenbr9', 'xapi9', 'vif1', 'tap0', 'eth0', 'a' * 16,
                    'a/b', 'a b', '..'):
            self.assertEqual(error('network.create', {**base, 'bridge': bad}),
                             ['INVALID_VALUE', 'bridge', bad])

    def test_destroy(self):
        networks = self.d.call('network.get_all_records')
        with_pif = next(r for r, n in networks.items() if n['PIFs'])
        self.assertEqual(
            self.d.error('network.destroy', with_pif),
            ['NETWORK_CONTAINS_PIF'] + networks[with_pif]['PIFs'])
        system = next(
            r for r, n in networks.items() if n['other_config'].get(
                'is_host_internal_management_network') == 'true')
        self.assertEqual(self.d.error('network.destroy', system),
                         ['CANNOT_DESTROY_SYSTEM_NETWORK', system])
        net = self.network()
        vif = self.vif(self.vm(), net)
        self.d.call('network.destroy', net)
        self.assertEqual(self.d.error('VIF.get_uuid', vif)[0],
                         'HANDLE_INVALID')

    def test_purposes_exclude_each_other(self):
        net = self.network()
        self.d.call('network.add_purpose', net, 'nbd')
        self.d.call('network.add_purpose', net, 'nbd')
        self.assertEqual(
            self.d.error('network.add_purpose', net, 'insecure_nbd'),
            ['NETWORK_INCOMPATIBLE_PURPOSES', 'insecure_nbd', 'nbd'])
        self.d.call('network.remove_purpose', net, 'nbd')
        self.assertEqual(self.get('network', 'purpose', net), [])
        other = self.network(managed=False, bridge='br7')
        self.assertEqual(self.d.error('network.add_purpose', other, 'nbd'),
                         ['NETWORK_UNMANAGED', other])


class Storage(Base):
    def test_types_are_those_of_the_drivers(self):
        types = self.d.call('SR.get_supported_types')
        self.assertEqual(types, sorted(
            r['type'] for r in self.d.call('SM.get_all_records').values()))

    def test_introduce_and_forget(self):
        uuid = '12345678-0000-4000-8000-000000000000'
        sr = self.d.call('SR.introduce', uuid, 'n', 'd', 'EXT', '', True)
        r = self.d.call('SR.get_record', sr)
        self.assertEqual((r['uuid'], r['type'], r['shared'],
                          r['physical_size']), (uuid, 'ext', True, -1))
        self.assertEqual(
            self.d.error('SR.introduce', uuid, 'n', 'd', 'ext', '', True),
            ['SR_UUID_EXISTS', uuid])
        self.assertEqual(
            self.d.error('SR.introduce', '', 'n', 'd', 'floppy', '', True),
            ['SR_UNKNOWN_DRIVER', 'floppy'])
        vdi = self.d.call('VDI.db_introduce', '', 'disk', '', sr, 'user',
                          False, False, {}, 'l')
        self.d.call('SR.forget', sr)
        self.assertEqual(self.d.error('VDI.get_uuid', vdi)[0],
                         'HANDLE_INVALID')
        attached = next(
            r for r, v in self.d.call('SR.get_all_records').items()
            if any(self.get('PBD', 'currently_attached', p)
                   for p in v['PBDs']))
        self.assertEqual(self.d.error('SR.forget', attached),
                         ['SR_HAS_PBD', attached])
        hosts = self.d.call('SR.get_live_hosts', attached)
        self.assertEqual(hosts, self.d.call('host.get_all'))

    def test_a_forgotten_disk_leaves_its_devices_in_order(self):
        vm, disk = self.vm(), self.disk()
        cd = self.vbd(vm, empty=False, VDI=disk)
        hd = self.vbd(vm, userdevice='1', type='Disk', mode='RW',
                      empty=False, VDI=disk)
        self.d.call('VDI.forget', disk)
        self.assertEqual((self.get('VBD', 'empty', cd),
                          self.get('VBD', 'VDI', cd)), (True, NULL))
        self.assertEqual(self.d.error('VBD.get_uuid', hd)[0],
                         'HANDLE_INVALID')

    def test_drivers_write_as_local_root_only(self):
        admin = self.d.login('pool-admin')
        sr = self.d.call('SR.get_all')[0]
        self.assertEqual(
            self.d.error('VDI.db_introduce', '', 'x', '', sr, 'user', False,
                         False, {}, 'x', session=admin)[0],
            'RBAC_PERMISSION_DENIED')


class Diagnostics(Base):
    def test_figures_of_the_daemon(self):
        host = self.d.call('host.get_all')[0]
        stats = self.d.call('Diagnostics.db_stats')
        self.assertGreater(int(stats['generation']), 0)
        used = int(self.d.call('Diagnostics.gc_stats', host)['used_bytes'])
        with open(self.d.command()[0], 'rb') as f:
            program = f.read()
        # With a sanitizer the C library's allocator is not in use.
        if b'__asan_init' not in program and b'__tsan_init' not in program:
            self.assertGreater(used, 0)
        self.assertEqual(self.d.call('Diagnostics.gc_compact', host), '')

    def test_what_each_path_has_answered(self):
        host = self.d.call('host.get_all')[0]

        def stats(**params):
            return self.d.call('Diagnostics.network_stats', host, params)

        def requests(method, uri):
            rows = stats(method=method, uri=uri, params='requests')
            self.assertEqual(len(rows), 1)
            return int(rows[0][0])
        self.assertIn(['POST', '/jsonrpc'], stats(params='method,uri'))
        self.assertEqual(stats(uri='/nowhere'), [])
        self.assertEqual({len(row) for row in stats()}, {5})
        self.assertEqual({row[0] for row in stats(method='get')}, {'GET'})
        before = requests('POST', '/jsonrpc')
        self.assertEqual(requests('POST', '/jsonrpc'), before + 1)
        before = requests('GET', '/openrpc.json')
        self.d.http('GET', '/openrpc.json')
        xapid.until(lambda: requests('GET', '/openrpc.json') == before + 1)
        ends = int(stats(method='POST', uri='/', params='connections')[0][0])
        self.d.http('POST', '/', '<methodCall/>', {'Connection': 'close'})
        self.assertEqual(
            stats(method='POST', uri='/', params='connections'),
            [[str(ends + 1)]])


if __name__ == '__main__':
    tap.main()
