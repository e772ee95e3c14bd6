# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory and disks of a real guest in the same moment, and the way back."""

import os
import signal

import tap
from bed import (Syslog, console, output, processes, processes_of_images,
                 say, wait)
from test_guests import Host

PLACE = '/srv/checkpoints'
# Counts in memory and on the disk, and reads back from there, not from its own
# cache: disk and memory of different moments differ.
COUNT = ('(n=0; while sleep 0.2; do n=$((n + 1)); '
         'echo $n | dd of=/dev/xvda seek=8 conv=fsync; '
         'echo 3 >/proc/sys/vm/drop_caches; '
         'r=$(dd if=/dev/xvda skip=8 count=1 | head -n 1); '
         '[ "$r" = $n ] || echo "$n is $r" >>/wrong; '
         'echo $n >/count; done) 2>/dev/null & true')


class Images(Host):
    """Guests with disks in a repository of images."""

    @classmethod
    def setUpClass(cls):
        cls.syslog = Syslog()
        super().setUpClass()
        d = cls.d
        cls.local = [r for r, v in d.call('SR.get_all_records').items()
                     if v['name_label'] == 'Local storage'][0]
        cls.images = d.call('SR.create', d.call('host.get_all')[0],
                            {'location': PLACE, 'image-format': 'qcow2'}, 0,
                            'images', '', 'file', 'user', False, {})

    def why(self):
        """What guests have said since they are there, which processes stand
        behind which devices, and what the images hold."""
        parts = [super().why(), self.syslog.text(),
                 output('sh', '-c', 'grep . /sys/block/nbd*/backend '
                        '/sys/block/nbd*/pid /sys/block/nbd*/inflight '
                        '/sys/bus/xen-backend/devices/vbd-*/physical_device'),
                 processes_of_images(), output('xl', 'dmesg'),
                 output('dmesg')]
        for vm in self.vms().values():
            name = vm['name_label']
            parts.append('%s: %s, domain %s; all that it said:\n%s' % (
                name, vm['power_state'], vm['domid'],
                console(name)[-20000:]))
        for name in sorted(os.listdir(PLACE)):
            image = os.path.join(PLACE, name)
            parts.append(output('qemu-img', 'info', '-U', '--backing-chain',
                                image))
            parts.append(output('qemu-io', '-U', '-r', '-f', 'qcow2', '-c',
                                'read -v 0 16', image))
        return '\n'.join(parts)

    def tearDown(self):
        """Disks, too: they are as large as the guests' memory, and more."""
        d = self.d
        super().tearDown()
        for ref, vm in d.call('VM.get_all_records').items():
            if vm['is_a_snapshot']:
                d.call('VM.destroy', ref)
        wait(lambda: not any(v['current_operations'] for v in
                             d.call('VDI.get_all_records').values()))
        for ref, vdi in d.call('VDI.get_all_records').items():
            if vdi['SR'] in (self.local, self.images):
                d.call('VDI.destroy', ref)

    def allowed(self, vm, operation):
        wait(lambda: operation in self.d.call('VM.get_allowed_operations', vm),
             what=operation)


class Checkpoints(Images):
    """A guest counts in its memory and says on its disk how far it is."""

    def counting(self, name, sr):
        vm = self.linux(name)
        self.disk(vm, 0, sr)
        self.d.call('VM.set_suspend_SR', vm, sr)
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.mark(vm, 'before')
        self.inside(vm, COUNT)
        self.counts(vm, 0)
        return vm

    def mark(self, vm, word):
        self.inside(vm, 'echo %s | dd of=/dev/xvda conv=fsync' % word)

    def marked(self, vm):
        # Not from the guest's own cache.
        self.inside(vm, 'echo 3 >/proc/sys/vm/drop_caches')
        return self.inside(vm, 'head -n 1 /dev/xvda | cat -v')

    def counted(self, vm, after):
        """[how far it is], if that is further than after; the file is empty
        for the moment in which the guest writes it."""
        _, text = self.shell(vm, 'echo COUNT=$(cat /count)')
        number = text.rsplit('COUNT=', 1)[-1].split()[:1]
        return [int(n) for n in number if n.isdigit() and int(n) > after]

    def counts(self, vm, after):
        """Waits until it has counted on: it lives. How far it is."""
        return wait(lambda: self.counted(vm, after), what=lambda:
                    'it counts; it said: ' + console(
                        self.d.call('VM.get_name_label', vm))[-1000:])[0]

    def count(self, vm):
        return self.counts(vm, -1)

    def there_and_back(self, name, sr):
        d = self.d
        vm = self.counting(name, sr)
        domid = d.call('VM.get_domid', vm)
        self.allowed(vm, 'checkpoint')
        kept = self.count(vm)
        snapshot = d.call('VM.checkpoint', vm, 'then')
        self.assertEqual(self.state(vm), 'Running')
        self.assertEqual(d.call('VM.get_domid', vm), domid)
        self.assertEqual(self.state(snapshot), 'Suspended')
        now = self.count(vm)
        say('checkpoint at %d, goes on at %d' % (kept, now))
        self.counts(vm, max(now, kept + 5))
        self.mark(vm, 'behind')
        later = self.count(vm)

        d.call('VM.revert', snapshot)
        self.assertEqual(self.state(vm), 'Suspended')
        d.call('VM.resume', vm, False, False)
        back = self.count(vm)
        say('left at %d, back at %d' % (later, back))
        self.assertLess(back, later)
        self.assertGreaterEqual(back, kept)
        self.assertIn('before', self.marked(vm))
        self.counts(vm, back)
        self.inside(vm, '! cat /wrong')
        d.call('VM.hard_shutdown', vm)

    def test_a_guest_that_is_paused_goes_back_to_the_disks_of_a_snapshot(self):
        d = self.d
        vm = self.linux('snapped')
        self.disk(vm, 0, self.images)
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.mark(vm, 'before')
        d.call('VM.pause', vm)
        snapshot = d.call('VM.snapshot', vm, 'disks', [])
        d.call('VM.unpause', vm)
        self.mark(vm, 'behind')
        self.assertIn('behind', self.marked(vm))
        d.call('VM.revert', snapshot)
        self.assertEqual(self.state(vm), 'Halted')
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.assertIn('before', self.marked(vm))
        self.lost(vm)

    def lost(self, vm):
        """What a guest wrote may have gone with the server of its disk. It is
        told so, if it is not brought back from another moment."""
        for pid in processes('qemu-nbd'):
            os.kill(int(pid), signal.SIGKILL)
        wait(lambda: not processes('xapid-image'), what='nobody has it')
        for method, args in (('VM.checkpoint', (vm, 'lost')),
                             ('VM.suspend', (vm,))):
            self.allowed(vm, method[3:])
            self.assertIn(self.d.error(method, *args)[0],
                          ('VDI_IO_ERROR', 'SR_BACKEND_FAILURE'), method)
            self.assertEqual(self.state(vm), 'Running')
            self.inside(vm, 'true')

    def test_a_guest_with_a_raw_disk_goes_back_to_its_checkpoint(self):
        self.there_and_back('counts-raw', self.local)

    def test_a_guest_with_an_image_goes_back_to_its_checkpoint(self):
        self.there_and_back('counts-image', self.images)
        wait(lambda: not [f for f in os.listdir(PLACE) if '.new' in f])


if __name__ == '__main__':
    tap.main()
