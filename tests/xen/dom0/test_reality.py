# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people do with xl, and guests by themselves, stands in the records."""

import os
import subprocess
import time

import emulator
import tap
import xapid
from bed import MIB, output, state_of_host, wait, xl
from test_guests import PatientDaemon
from test_power import xl_state

GUEST = '''name = "foreign"
uuid = "%(uuid)s"
type = "pvh"
kernel = "/var/lib/xapid/guest/tiny"
memory = 32
vcpus = 1
on_crash = "preserve"
disk = ["/root/tmp/foreign.img,raw,xvda,rw"]
'''
UUID = '5e5f0a1c-9a51-4a9e-b6c4-1d1f2f3f4f5f'


class Reality(emulator.TestCase):
    @classmethod
    def setUpClass(cls):
        os.makedirs('/root/xapid-reality', exist_ok=True)
        cls.d = PatientDaemon(['--backend', 'libxl'],
                              state='/root/xapid-reality')
        cls.d.start()

    @classmethod
    def tearDownClass(cls):
        print('# ' + cls.d.log_text()[-4000:].replace('\n', '\n# '))
        cls.d.stop()

    def why(self):
        return '%s\n%s' % (state_of_host(), self.d.log_text()[-6000:])

    def state(self, vm):
        return self.d.call('VM.get_power_state', vm)

    def started(self, name):
        d = self.d
        template = d.call('VM.get_by_name_label', 'Other install media')[0]
        record = dict(d.call('VM.get_record', template))
        record.update(
            name_label=name, is_a_template=False, domain_type='pvh',
            memory_static_max=32 * MIB, memory_dynamic_max=32 * MIB,
            memory_dynamic_min=32 * MIB, memory_static_min=16 * MIB,
            VCPUs_max=1, VCPUs_at_startup=1, PV_bootloader='',
            PV_kernel='/var/lib/xapid/guest/tiny', PV_args='')
        vm = d.call('VM.create', record)
        d.call('VM.start', vm, False, False)
        return vm

    def noticed(self, condition):
        begun = time.time()
        wait(condition, what='noticed')
        print('# noticed after %.2f s' % (time.time() - begun))

    def test_a_guest_of_xl_becomes_a_vm_with_its_disk_and_ends_as_one(self):
        d = self.d
        with open('/root/tmp/foreign.img', 'wb') as f:
            f.truncate(8 * MIB)
        with open('/root/tmp/foreign.cfg', 'w') as f:
            f.write(GUEST % {'uuid': UUID})
        xl('create', '/root/tmp/foreign.cfg')

        def vm():
            try:
                return d.call('VM.get_by_uuid', UUID)
            except xapid.Failure:
                return None
        self.noticed(lambda: vm() and self.state(vm()) == 'Running')
        record = d.call('VM.get_record', vm())
        self.assertEqual((record['name_label'], record['power_state'],
                          int(record['domid'])),
                         ('foreign', 'Running', int(xl('domid', 'foreign'))))
        vbds = [d.call('VBD.get_record', v) for v in record['VBDs']]
        self.assertEqual([(v['userdevice'], v['device']) for v in vbds],
                         [('0', 'xvda')])
        self.assertEqual(d.call('VDI.get_location', vbds[0]['VDI']),
                         '/root/tmp/foreign.img')
        subprocess.run(['xl', 'destroy', 'foreign'], check=True)
        self.noticed(lambda: self.state(vm()) == 'Halted')

    def test_a_vm_that_xl_destroys_is_halted(self):
        vm = self.started('doomed')
        xl('destroy', 'doomed')
        self.noticed(lambda: self.state(vm) == 'Halted')
        self.d.call('VM.start', vm, False, False)
        self.assertEqual(self.state(vm), 'Running')
        self.d.call('VM.hard_shutdown', vm)

    def test_what_happens_while_nobody_watches_is_noticed(self):
        vm = self.started('unseen')
        wait(lambda: subprocess.run(['pkill', '-KILL', '-f',
                                     'libxl-watch']).returncode == 0,
             what=lambda: 'who watches is there\n' + output('ps', 'ax'))
        xl('destroy', 'unseen')
        self.noticed(lambda: self.state(vm) == 'Halted')

    def test_a_guest_that_powers_off_or_reboots_is_followed(self):
        d = self.d
        vm = self.started('restless')
        domid = d.call('VM.get_domid', vm)
        xl('reboot', 'restless')
        self.noticed(lambda: d.call('VM.get_domid', vm) not in (-1, domid))
        wait(lambda: not d.call('VM.get_current_operations', vm),
             what='nothing goes on')
        self.assertEqual(self.state(vm), 'Running')
        xl('shutdown', 'restless')
        self.noticed(lambda: self.state(vm) == 'Halted')
        self.assertIsNone(xl_state('restless'))

    def test_a_daemon_that_comes_back_touches_no_guest(self):
        d = self.d
        vm = self.started('steady')
        domid = d.call('VM.get_domid', vm)
        d.kill()
        d.start()
        self.assertEqual(self.state(vm), 'Running')
        self.assertEqual(d.call('VM.get_domid', vm), domid)
        self.assertEqual(int(xl('domid', 'steady')), int(domid))
        d.call('VM.hard_shutdown', vm)


if __name__ == '__main__':
    tap.main()
