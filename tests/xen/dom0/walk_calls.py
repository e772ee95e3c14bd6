# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of a whole system by xe, with all commands for it: when it is asked
for, since it takes its time."""

import tap
from bed import console, is_up, say, wait
from test_calls import Xe
from test_guests import FOLDER


class Walk(Xe):
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
        self.xe('vm-memory-dynamic-range-set', 'uuid=' + vm, 'min=112MiB',
                'max=112MiB')
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


if __name__ == '__main__':
    tap.main()
