# SPDX-License-Identifier: LGPL-2.1-or-later
"""A VM's whole life by xe, as somebody types it who has never done so: each
command is tried once on a real host, and all that fail are named at the end."""

import tap
import xe
from bed import console, is_up, output, say, store, wait
from test_guests import FOLDER, Host


class Calls(Host):
    def setUp(self):
        self.failed = []

    def xe(self, *args):
        """What a command prints; one that fails is noted."""
        r = xe.run(self.d, *args, timeout=900)
        if r.status:
            self.failed.append('%s: %s' % (' '.join(args), r.err.strip()))
        return r.out.strip()

    def call(self, method, *args):
        """For what xe has no command for."""
        try:
            return self.d.call(method, *args)
        except Exception as e:
            self.failed.append('%s%s: %s' % (method, args, e))

    def state(self, vm):
        if vm.startswith('OpaqueRef:'):
            return super().state(vm)
        return self.xe('vm-param-get', 'uuid=' + vm, 'param-name=power-state')

    def field(self, vm, name):
        return self.xe('vm-param-get', 'uuid=' + vm, 'param-name=' + name)

    def install(self, name, **params):
        vm = self.xe('vm-install', 'template=Other install media',
                     'new-name-label=' + name)
        self.xe('vm-memory-limits-set', 'uuid=' + vm, 'static-min=64MiB',
                'dynamic-min=96MiB', 'dynamic-max=96MiB', 'static-max=128MiB')
        if params:
            self.xe('vm-param-set', 'uuid=' + vm,
                    *('%s=%s' % (k.replace('_', '-'), v)
                      for k, v in params.items()))
        return vm, self.d.call('VM.get_by_uuid', vm)

    def model(self, domid):
        """The process of a guest's device model."""
        return store('/local/domain/%s/image/device-model-pid' % domid)

    def nothing_failed(self):
        self.assertEqual(self.failed, [], '\n'.join(self.failed))

    def test_a_linux_guest_lives_by_xe(self):
        vm, ref = self.install(
            'walk', domain_type='pvh', PV_bootloader='',
            PV_kernel=FOLDER + 'vmlinux', PV_ramdisk=FOLDER + 'initrd',
            PV_args='console=hvc0 sysrq_always_enabled')
        self.xe('vm-param-set', 'uuid=' + vm, 'VCPUs-max=2')
        net = self.xe('network-create', 'name-label=walk')
        vif = self.xe('vif-create', 'vm-uuid=' + vm, 'device=0',
                      'network-uuid=' + net)
        self.xe('vm-disk-add', 'uuid=' + vm, 'disk-size=16MiB', 'device=0')
        for command in ('vm-compute-memory-overhead', 'vm-disk-list',
                        'vm-vif-list', 'vm-cd-list', 'vm-crashdump-list',
                        'vm-is-bios-customized'):
            self.xe(command, 'uuid=' + vm)
        self.xe('vm-compute-maximum-memory', 'uuid=' + vm, 'total=1GiB')
        self.xe('vm-param-set', 'uuid=' + vm, 'xenstore-data:vm-data/a=b')
        self.xe('vm-start', 'uuid=' + vm)
        is_up('walk')
        for method in ('VM.get_boot_record', 'VM.get_possible_hosts'):
            self.call(method, ref)
        self.call('VM.assert_can_boot_here', ref,
                  self.d.call('host.get_all')[0])
        self.call('VM.get_allowed_VBD_devices', ref)
        self.call('VM.get_allowed_VIF_devices', ref)
        self.call('VM.maximise_memory', ref, 256 << 20, True)
        self.xe('vm-pause', 'uuid=' + vm)
        self.assertEqual(self.state(vm), 'paused')
        self.xe('vm-unpause', 'uuid=' + vm)
        self.xe('vm-vcpu-hotplug', 'uuid=' + vm, 'new-vcpus=2')
        self.until(ref, 'echo 1 >/sys/devices/system/cpu/cpu1/online; '
                   'test "$(cat /sys/devices/system/cpu/online)" = 0-1')
        self.xe('vm-memory-dynamic-range-set', 'uuid=' + vm, 'min=80MiB',
                'max=80MiB')
        self.xe('vm-memory-target-wait', 'uuid=' + vm)
        self.xe('vm-memory-target-set', 'uuid=' + vm, 'target=96MiB')
        self.xe('vm-memory-target-wait', 'uuid=' + vm)
        self.call('VM.add_to_VCPUs_params_live', ref, 'weight', '512')
        self.call('VM.send_sysrq', ref, 'h')
        wait(lambda: 'sysrq: HELP' in console('walk') or
             'sysrq: SysRq' in console('walk'),
             what='the kernel has had the key')
        vdi = self.xe('vdi-create', 'sr-uuid=' + self.xe(
            'sr-list', 'name-label=Local storage', '--minimal'),
            'name-label=second', 'virtual-size=16MiB')
        vbd = self.xe('vbd-create', 'vm-uuid=' + vm, 'vdi-uuid=' + vdi,
                      'device=1')
        self.xe('vbd-plug', 'uuid=' + vbd)
        self.until(ref, 'test -b /dev/xvdb')
        self.xe('vbd-unplug', 'uuid=' + vbd)
        self.xe('vbd-destroy', 'uuid=' + vbd)
        self.xe('vdi-destroy', 'uuid=' + vdi)
        other = self.xe('network-create', 'name-label=other')
        self.xe('vif-move', 'uuid=' + vif, 'network-uuid=' + other)
        self.xe('vif-unplug', 'uuid=' + vif)
        self.xe('vif-plug', 'uuid=' + vif)
        self.xe('vm-suspend', 'uuid=' + vm)
        self.assertEqual(self.state(vm), 'suspended')
        self.xe('vm-resume', 'uuid=' + vm)
        self.assertEqual(self.shell(ref, 'true')[0], 0)
        self.xe('vm-reboot', 'uuid=' + vm)
        is_up('walk', 2)
        snapshot = self.xe('vm-checkpoint', 'uuid=' + vm,
                           'new-name-label=point')
        self.xe('snapshot-revert', 'uuid=' + snapshot)
        say('after the revert: ' + self.state(vm))
        self.xe('vm-resume', 'uuid=' + vm)
        self.xe('snapshot-uninstall', 'uuid=' + snapshot, 'force=true')
        self.xe('vm-reboot', 'uuid=' + vm, 'force=true')
        self.xe('vm-shutdown', 'uuid=' + vm, 'force=true')
        for command in 'vm-clone', 'vm-copy', 'vm-snapshot':
            copy = self.xe(command, 'uuid=' + vm, 'new-name-label=copy')
            self.xe('snapshot-uninstall' if command == 'vm-snapshot' else
                    'vm-uninstall', 'uuid=' + copy, 'force=true')
        before = console('walk').count('GUEST UP')
        self.xe('vm-start', 'uuid=' + vm, 'paused=true')
        self.xe('vm-unpause', 'uuid=' + vm)
        is_up('walk', before + 1)
        self.xe('vm-shutdown', 'uuid=' + vm)
        self.assertEqual(self.state(vm), 'halted')
        self.xe('vm-reset-powerstate', 'uuid=' + vm, 'force=true')
        self.xe('vm-uninstall', 'uuid=' + vm, 'force=true')
        for n in net, other:
            self.xe('network-destroy', 'uuid=' + n)
        self.nothing_failed()

    def test_a_guest_with_emulated_hardware_lives_by_xe(self):
        vm, ref = self.install('firm')
        self.xe('vm-param-set', 'uuid=' + vm, 'platform:acpi_s3=true')
        self.xe('vm-copy-bios-strings', 'uuid=' + vm, 'host-uuid=' + self.xe(
            'host-list', '--minimal'))
        self.xe('vm-start', 'uuid=' + vm)
        for what in 'nmi', 'power', 'sleep', 's3resume':
            self.call('VM.send_trigger', ref, what)
        for what in 'reset', 'init':
            self.assertEqual(
                self.d.error('VM.send_trigger', ref, what),
                ['OPERATION_NOT_ALLOWED',
                 'Xen cannot send this trigger here: ' + what])
        self.xe('vm-memory-shadow-multiplier-set', 'uuid=' + vm,
                'multiplier=4')
        self.assertEqual(self.field(vm, 'HVM-shadow-multiplier'), '4.000')
        before = self.field(vm, 'dom-id')
        self.assertEqual(
            self.d.error('VM.restart_device_models', ref)[0],
            'VM_LACKS_FEATURE')
        # As drivers in the guest would say.
        output('xenstore-write', '/local/domain/%s/control/feature-suspend'
               % before, '1')
        wait(lambda: 'suspend' in self.field(vm, 'allowed-operations'),
             what='it can be suspended')
        model = self.model(before)
        self.xe('vm-restart-device-models', 'uuid=' + vm)
        self.assertEqual(self.state(vm), 'running')
        self.assertNotEqual(self.model(self.field(vm, 'dom-id')), model)
        self.xe('vm-reboot', 'uuid=' + vm, 'force=true')
        self.xe('vm-shutdown', 'uuid=' + vm, 'force=true')
        self.xe('vm-uninstall', 'uuid=' + vm, 'force=true')
        self.nothing_failed()


if __name__ == '__main__':
    tap.main()
