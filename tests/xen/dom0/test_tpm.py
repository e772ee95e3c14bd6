# SPDX-License-Identifier: LGPL-2.1-or-later
"""TPMs of guests. Debian's device model for Xen has none: there, what the host
has not is named. With one that has (XAPID_XEN_OVERLAY, see test_xen.py) a guest
counts with its TPM once a second and says how far it is (bed/guest/tpm.S)."""

import base64
import glob
import os
import re
import signal
import subprocess

import tap
import xapid
from bed import say, wait
from test_guests import Host, workers

GUEST = '/usr/share/xapid-testbed/guest/tpm'
STATE = '/root/guests/vtpm'
# Firmware measures what it starts, byte by byte, which is slow in an emulator.
PATIENCE = 1500


def processes():
    """Those of swtpm: what the kernel says of each, by its pid."""
    found = {}
    for path in glob.glob('/proc/[0-9]*/status'):
        try:
            with open(path) as f:
                status = dict(line.split(':', 1) for line in f)
        except OSError:
            continue
        if status['Name'].strip() == 'swtpm':
            found[int(path.split('/')[2])] = status
    return found


class Tpm(Host):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls.d.login('root')

    def why(self):
        return super().why() + subprocess.run(
            'tail -n 20 /var/log/xen/qemu-dm-*.log %s/*/log' % STATE,
            shell=True, capture_output=True, text=True).stdout

    # ---- guests ----

    def guest(self, name):
        """One that counts, with its VTPM; None: the host has no TPMs, which is
        what is looked at then."""
        d = self.d
        vm = self.make(name, kind='hvm', mib=64, HVM_boot_policy='BIOS order',
                       HVM_boot_params={'order': 'c'}, platform={'acpi': '0'})
        vdi, vbd = self.disk(vm, 0)
        d.call('VBD.set_bootable', vbd, True)
        image = '/var/lib/xapid/sr/local/%s.raw' % d.call('VDI.get_uuid', vdi)
        with open(GUEST, 'rb') as f, open(image, 'r+b') as to:
            to.write(f.read())
        try:
            return vm, d.call('VTPM.create', vm, False)
        except xapid.Failure as e:
            self.assertEqual(e.code, 'OPERATION_NOT_ALLOWED')
            self.assertRegex(e.params[0], 'has no TPMs.*install')
            self.assertEqual(d.call('VM.get_VTPMs', vm), [])
            say('only the error is seen: ' + e.params[0])
            self.skipTest(e.params[0])

    def counted(self, vm):
        """What it has counted, as it said on its serial port."""
        said = self.d.http('GET', '/console_log?ref=%s&session_id=%s' % (
            vm, self.session))[2].decode(errors='replace')
        self.assertNotIn('NO TPM', said)
        return [int(n, 16) for n in re.findall(r'TPM ([0-9A-F]{4})\r', said)]

    def counts_on(self, vm, after):
        """Until it has counted further; how far."""
        wait(lambda: (self.counted(vm) or [0])[-1] > after, PATIENCE,
             lambda: 'it counts: %r' % self.counted(vm))
        return self.counted(vm)[-1]

    def gone(self):
        wait(lambda: not processes(), what='its process has gone')
        wait(lambda: not glob.glob(STATE + '/*'), what='nothing is left')

    # ---- tests ----

    def test_a_tpm_knows_in_the_next_life_of_its_guest_what_it_knew(self):
        d = self.d
        vm, vtpm = self.guest('tpm')
        self.assertEqual(d.call('VTPM.get_contents', vtpm), '')
        d.call('VM.start', vm, False, False)
        first = self.counts_on(vm, 2)
        self.assertLess(self.counted(vm)[0], 3)
        (pid, status), = processes().items()
        self.assertNotIn('0', status['Uid'].split(), 'it is not root')
        self.assertEqual(int(status['CapEff'], 16), 0)
        self.assertEqual(status['NoNewPrivs'].strip(), '1')
        self.assertEqual(status['Seccomp'].strip(), '2')
        # It outlives who started it, and is found again.
        for worker in workers()['libxl']:
            os.kill(worker, signal.SIGKILL)
        d.kill()
        d.start(300)
        self.session = type(self).session = d.login('root')
        self.assertIn(pid, processes())
        second = self.counts_on(vm, first)
        d.call('VM.hard_reboot', vm)
        third = self.counts_on(vm, second)
        self.assertNotIn(pid, processes())
        d.call('VM.hard_shutdown', vm)
        self.gone()
        contents = d.call('VTPM.get_contents', vtpm)
        self.assertEqual(base64.b64decode(contents)[:8], b'nilmptws')
        say('counted to %d, %d, %d' % (first, second, third))
        copy = d.call('VM.clone', vm, 'copy')
        theirs, = d.call('VM.get_VTPMs', copy)
        self.assertEqual(d.call('VTPM.get_contents', theirs), contents)
        d.call('VTPM.destroy', vtpm)
        self.assertEqual(d.call('VTPM.get_contents', theirs), contents)

    def test_a_suspended_guest_goes_on_with_its_tpm(self):
        d = self.d
        vm, vtpm = self.guest('sleeps')
        d.call('VM.start', vm, False, False)
        before = self.counts_on(vm, 2)
        # Its agent, if it had one, would say that.
        subprocess.run(['xenstore-write', '/local/domain/%s/control/'
                        'feature-suspend' % d.call('VM.get_domid', vm), '1'],
                       check=True)
        wait(lambda: 'suspend' in d.call('VM.get_allowed_operations', vm),
             what='it may be suspended')
        saved = d.call('VM.checkpoint', vm, 'saved')
        after = self.counts_on(vm, before)
        d.call('VM.suspend', vm)
        self.assertEqual(self.state(vm), 'Suspended')
        wait(lambda: not processes(), what='its process has gone')
        self.assertNotEqual(d.call('VTPM.get_contents', vtpm), '')
        d.call('VM.resume', vm, False, False)
        last = self.counts_on(vm, after)
        d.call('VM.revert', saved)
        d.call('VM.resume', vm, False, False)
        again = len(self.counted(vm))
        wait(lambda: len(self.counted(vm)) > again + 2, what='it counts')
        self.assertLess(self.counted(vm)[again], last,
                        'it is what it was at the checkpoint')
        d.call('VM.hard_shutdown', vm)
        d.call('VM.destroy', saved)
        self.gone()

    def test_contents_that_no_tpm_has_made_are_refused(self):
        d = self.d
        vm, vtpm = self.guest('wrong')
        self.assertEqual(d.error('VTPM.set_contents', vtpm, '?')[0],
                         'INVALID_VALUE')
        d.call('VTPM.set_contents', vtpm, base64.b64encode(b'no TPM').decode())
        self.assertEqual(d.error('VM.start', vm, False, False)[0],
                         'INVALID_VALUE')
        self.assertEqual(self.state(vm), 'Halted')
        self.gone()

    def test_only_emulated_hardware_has_a_tpm(self):
        d = self.d
        vm, _ = self.guest('box')
        d.call('VM.set_domain_type', vm, 'pvh')
        self.assertEqual(d.error('VM.start', vm, False, False)[0],
                         'VM_HVM_REQUIRED')


if __name__ == '__main__':
    tap.main()
