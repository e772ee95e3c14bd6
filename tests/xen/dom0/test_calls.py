# SPDX-License-Identifier: LGPL-2.1-or-later
"""A VM's whole life by xe, as somebody types it who has never done so: each
command is tried once on a real host, and all that fail are named at the end."""

import tap
import xe
from bed import output, store, wait
from test_guests import Host


class Xe(Host):
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


class Calls(Xe):
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
