# SPDX-License-Identifier: LGPL-2.1-or-later
"""TPMs of guests. Debian's device model for Xen has none: there, what the host
has not is named. With one that has (bed/build-tpm) a guest counts with its TPM
once a second and says how far it is (bed/guest/tpm.S)."""

import base64
import glob
import os
import re
import signal
import subprocess
import time

import tap
import xapid
from bed import say, wait
from test_guests import Host, workers

GUEST = '/usr/share/xapid-testbed/guest/tpm'
STATE = '/root/guests/vtpm'
MODEL = '/usr/local/libexec/xen-qemu-system-i386'
# Each access to emulated hardware waits for two processors of the host.
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
        # Firmware that is told of a TPM measures all that it starts, byte by
        # byte: that takes a guest minutes in an emulator.
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

    def said(self, vm):
        """On its serial port."""
        time.sleep(1)  # asking takes time, too, which it may have
        said = self.d.http('GET', '/console_log?ref=%s&session_id=%s' % (
            vm, self.session))[2].decode(errors='replace')
        self.assertNotIn('NO TPM', said)
        return said

    def counted(self, vm):
        said = self.said(vm)
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
        self.assertEqual(d.error('VM.power_state_reset', vm)[0],
                         'DOMAIN_EXISTS')
        d.call('VM.pause', vm)  # else ext4 cannot copy its disk
        before = d.call('VM.snapshot', vm, 'before')
        d.call('VM.unpause', vm)
        known, = d.call('VM.get_VTPMs', before)
        known = d.call('VTPM.get_contents', known)
        self.assertEqual(base64.b64decode(known)[:8], b'nilmptws')
        second = self.counts_on(vm, second)
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
        self.assertNotEqual(known, contents)
        d.call('VTPM.destroy', vtpm)
        self.assertEqual(d.call('VTPM.get_contents', theirs), contents)
        d.call('VM.destroy', before)

    def test_a_suspended_guest_goes_on_with_its_tpm(self):
        d = self.d
        vm, vtpm = self.guest('sleeps')
        d.call('VM.start', vm, False, False)
        before = self.counts_on(vm, 2)
        self.may_sleep(vm)
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
        self.loses_its_tpm(vm)
        d.call('VM.destroy', saved)
        self.gone()

    def may_sleep(self, vm):
        """Its agent, if it had one, would say that."""
        subprocess.run(['xenstore-write', '/local/domain/%s/control/'
                        'feature-suspend' % self.d.call('VM.get_domid', vm),
                        '1'], check=True)
        wait(lambda: 'suspend' in self.d.call('VM.get_allowed_operations', vm),
             what='it may be suspended')

    def loses_its_tpm(self, vm):
        """A guest whose TPM has died runs on without; it cannot be suspended,
        and what the TPM has written is not lost."""
        d = self.d
        vtpm, = d.call('VM.get_VTPMs', vm)    # the checkpoint's, copied
        self.may_sleep(vm)
        for pid in processes():
            os.kill(pid, signal.SIGKILL)
        wait(lambda: 'TPM FAILS' in self.said(vm), PATIENCE, 'it notices')
        code, *rest = d.error('VM.suspend', vm)
        say('without its TPM it is not suspended: %s %r' % (code, rest))
        self.assertEqual(self.state(vm), 'Running')
        reverted = d.call('VTPM.get_contents', vtpm)
        d.call('VM.hard_shutdown', vm)
        known = d.call('VTPM.get_contents', vtpm)
        self.assertEqual(base64.b64decode(known)[:8], b'nilmptws')
        self.assertNotEqual(known, reverted)

    def test_what_a_host_lacks_for_tpms_is_named(self):
        d = self.d
        vm = self.make('lacks', kind='hvm')
        for path, what in ((MODEL, 'its QEMU for Xen is built without'),
                           ('/usr/bin/swtpm', 'install swtpm')):
            there = os.path.exists(path)
            if there:
                os.rename(path, path + '.away')
            try:
                code, why, *_ = d.error('VTPM.create', vm, False)
            finally:
                if there:
                    os.rename(path + '.away', path)
            self.assertEqual(code, 'OPERATION_NOT_ALLOWED')
            self.assertRegex(why, what if there else 'has no TPMs.*install')
            self.assertEqual(d.call('VM.get_VTPMs', vm), [])

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
