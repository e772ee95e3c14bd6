# SPDX-License-Identifier: LGPL-2.1-or-later
"""Back to checkpoints and snapshots again and again, while those who have the
images are killed: when it is asked for, since it takes its time. A guest writes
numbers all over its disk and knows the last of them, so at each moment it can be
said what must stand where. ROUNDS=N or MINUTES=N: so many of each kind; SEED=N:
other deaths."""

import base64
import os
import random
import re
import signal
import threading
import time

import tap
import xapid
from bed import processes, say, wait
from emulator import broken_guests
from test_checkpoint import Images

MINUTES = int(os.environ.get('MINUTES', '0'))
ROUNDS = int(os.environ.get('ROUNDS', '0' if MINUTES else '4'))
SEED = int(os.environ.get('SEED', '0'))

SLOTS = 128     # of 64 KiB, so that each is a cluster of an image
STEP = 37       # from one to the next
# In the guest: number n goes to slot n * STEP % SLOTS, durably, before it is
# known for written; what another slot has is looked at on the way, past the
# guest's own cache.
WRITER = r'''
n=$(cat /count)
cd /
while :; do
m=$((n + 1))
echo "$m" | dd of=/dev/xvda bs=64k seek=$((m * 37 % 128)) conv=sync,fsync || {
  echo "$m" >/failed; sleep 1; continue; }
n=$m
echo $n >/count.new; mv /count.new /count
if [ $n -gt 64 ]; then
  o=$((n - 64))
  echo 3 >/proc/sys/vm/drop_caches
  r=$(dd if=/dev/xvda bs=64k skip=$((o * 37 % 128)) count=1 | tr -d '\0')
  [ "$r" = $o ] || echo "slot of $o has $r at $n" >>/wrong
fi
sleep 0.05
done'''
VICTIMS = {
    'server': lambda d: [int(p) for p in processes('qemu-nbd')],
    'keeper': lambda d: [int(p) for p in processes('xapid-image')],
    'storage': lambda d: workers_of(d, 'xapid-storage'),
    'domain': lambda d: workers_of(d, 'xapid-domain'),
    'daemon': lambda d: [d.daemon_pid()],
    'merge': lambda d: [int(p) for p in processes('qemu-img')],
}


def workers_of(d, name):
    return [pid for pid, own in xapid.children(d.process.pid)
            if own.startswith(name)]


def slot(number):
    return number * STEP % SLOTS


class Dead(Exception):
    """The guest's disk is gone: it gets errors, and knows it."""


class Reverts(Images):
    def setUp(self):
        self.random = random.Random(SEED)
        self.number = 0
        self.broken = broken_guests()

    # ---- the guest ----

    def writing(self, name, sr):
        vm = self.linux(name)
        self.disk(vm, 0, sr)
        self.d.call('VM.set_suspend_SR', vm, sr)
        self.boot(vm)
        return vm

    def boot(self, vm, count=0):
        self.up(vm)
        self.until(vm, 'test -b /dev/xvda')
        self.inside(vm, 'echo %d >/count; echo %s | base64 -d >/writer' % (
            count, base64.b64encode(WRITER.encode()).decode()))
        self.inside(vm, 'dd if=/dev/urandom of=/memory bs=1M count=8 '
                        '2>/dev/null; md5sum /memory >/sum; '
                        '(sh /writer 2>/dev/null & echo $! >/pid)')
        self.goes_on(vm, count, 3)

    def count(self, vm):
        text = self.inside(vm, 'echo COUNT=$(cat /count)')
        return int(re.findall(r'COUNT=(\d+)', text)[-1])

    def goes_on(self, vm, after, more):
        def on():
            _, text = self.shell(vm, 'echo COUNT=$(cat /count)F=$(cat /failed)')
            found = re.findall(r'COUNT=(\d+)F=(\d*)', text)
            if found and found[-1][1]:
                raise Dead(found[-1])
            return found and int(found[-1][0]) >= after + more
        wait(on, what='it writes on')

    def slots(self, vm):
        text = self.inside(vm, "echo 3 >/proc/sys/vm/drop_caches; dd "
                           "if=/dev/xvda bs=64k count=128 2>/ddsaid | tr -d "
                           "'\\0'; grep -q '^128+0 records out' /ddsaid && "
                           "echo WHOLE=1")
        if 'WHOLE=1' not in text.split():
            raise Dead(text[-200:])
        return {slot(int(n)): int(n)
                for n in re.findall(r'^(\d+)\s*$', text, re.M)}

    def wrong_with(self, found, count):
        """What must stand where after count; the next one may be there."""
        wanted = {slot(n): n for n in range(max(1, count - SLOTS + 1),
                                            count + 1)}
        return ['slot %d has %s, not %s' % (s, found.get(s), wanted.get(s))
                for s in range(SLOTS) if found.get(s) != wanted.get(s)
                and found.get(s) != count + 1]

    def exact(self, vm, low, high, memory=True):
        """It knows a number of that range, and its disk is as old."""
        self.inside(vm, 'kill -STOP $(cat /pid); sleep 1')
        count, found = self.count(vm), self.slots(vm)
        wrong = self.wrong_with(found, count)
        if wrong:
            say('once more: %s' % wrong)    # a line may have been cut
            found = self.slots(vm)
            wrong = self.wrong_with(found, count)
        self.assertEqual(wrong, [], 'at %d' % count)
        self.assertGreaterEqual(count, low)
        self.assertLessEqual(count, high)
        if memory:
            self.inside(vm, 'md5sum -c /sum')
        self.inside(vm, 'cat /wrong 2>/dev/null; ! test -e /wrong')
        self.inside(vm, 'kill -CONT $(cat /pid)')
        return count

    # ---- deaths ----

    def killing(self, after, names):
        """Those die after a while, in a thread."""
        def kill():
            time.sleep(after)
            for name in names:
                for pid in VICTIMS[name](self.d):
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except (OSError, TypeError):
                        pass
        t = threading.Thread(target=kill)
        t.start()
        return t

    def tried(self, method, *args):
        """Whether it succeeded while some died: (status, result or error)."""
        names = self.random.choice(
            [(), ('server',), ('keeper',), ('storage',), ('daemon',),
             ('domain',), ('server', 'keeper'), ('merge',),
             ('daemon', 'storage'), ('daemon', 'server')])
        after = self.random.choice((0.05, 0.3, 1, 2, 4)) * \
            self.random.uniform(0.5, 1.5)
        begin = time.time()
        task = self.d.call('Async.' + method, *args)
        thread = self.killing(after, names)

        def ended():
            try:
                return self.d.call('task.get_status', task) not in (
                    'pending', 'cancelling')
            except Exception:
                self.d.local = self.d.session = None
                return False
        wait(ended, 900, what=method)
        thread.join()
        wait(self.answers, what='the daemon answers')
        record = self.d.call('task.get_record', task)
        say('%d: %s with the death of %s after %.1f s: %s %s (%.1f s)' % (
            self.number, method, '+'.join(names) or 'nobody', after,
            record['status'], record['error_info'], time.time() - begin))
        return record['status'] == 'success', names

    def answers(self):
        try:
            return self.d.call('pool.get_all')
        except Exception:
            self.d.local = self.d.session = None
            return None

    def idle(self, vm):
        wait(lambda: not self.d.call('VM.get_current_operations', vm),
             what='nothing goes on')

    # ---- rounds ----

    def rounds(self):
        end = time.time() + 60 * MINUTES
        while self.number < ROUNDS or time.time() < end:
            self.number += 1
            yield self.number

    def checkpoint(self, vm):
        """A checkpoint, and which numbers it may have."""
        d = self.d
        low = self.count(vm)
        self.allowed(vm, 'checkpoint')
        before = set(d.call('VM.get_snapshots', vm))
        good, names = self.tried('VM.checkpoint', vm, 'n%d' % self.number)
        self.idle(vm)
        self.assertEqual(self.state(vm), 'Running')
        new = set(d.call('VM.get_snapshots', vm)) - before
        self.assertEqual(len(new), good, 'a failed checkpoint is none')
        if not good:
            return None
        high = self.count(vm)
        return new.pop(), low, high

    def back(self, vm, kept):
        """Reverted and resumed, and it is what it was."""
        d = self.d
        snapshot, low, high = kept
        for method, args, state in (
                ('VM.revert', (snapshot,), 'Suspended'),
                ('VM.resume', (vm, False, False), 'Running')):
            good = False
            while not good:
                good, names = self.tried(method, *args)
                self.idle(vm)
                if good:
                    self.assertEqual(self.state(vm), state)
                elif method == 'VM.resume':
                    self.assertEqual(self.state(vm), 'Suspended')
        try:
            # The one that it knows may be the one before that.
            return self.exact(vm, low, high + 100)
        except (AssertionError, IndexError):
            if not broken_guests() - self.broken:
                raise
            self.broken = broken_guests()
            say('the emulator has broken the guest')
            return None
        except Dead:
            self.assertTrue({'server', 'keeper'} & set(names))
            say('the guest has lost its disk')
            return None

    def there_and_back(self, name, sr):
        vm = self.writing(name, sr)
        self.goes_on(vm, 0, 20)
        kept = [(self.d.call('VM.checkpoint', vm, 'first'), 20,
                 self.count(vm))]
        for n in self.rounds():
            try:
                if self.random.random() < 0.7:
                    new = self.checkpoint(vm)
                    if new:
                        kept.append(new)
                now = self.count(vm)
                self.goes_on(vm, now, self.random.randrange(5, 40))
            except Dead:
                say('the guest has lost its disk')
            if len(kept) > 1 and self.random.random() < 0.4:
                gone = kept.pop(self.random.randrange(len(kept)))
                task = self.d.call('Async.VM.destroy', gone[0])
            chosen = self.random.choice(kept)
            while self.back(vm, chosen) is None:
                pass
            say('round %d: back at %d of %s, of %d' % (
                n, self.count(vm), chosen[1:], len(kept)))
        self.d.call('VM.hard_shutdown', vm)

    def test_a_guest_with_an_image_goes_back_again_and_again(self):
        self.there_and_back('image', self.images)

    def test_a_guest_with_a_raw_disk_goes_back_again_and_again(self):
        self.there_and_back('raw', self.local)

    # ---- disks alone ----

    def disks_there_and_back(self, name, sr):
        """Of a guest that is off or paused."""
        d, vm, kept = self.d, self.writing(name, sr), []
        count = self.count(vm)
        for n in self.rounds():
            self.goes_on(vm, self.count(vm), self.random.randrange(5, 40))
            paused = self.random.random() < 0.5
            if paused:
                low = self.count(vm)
                d.call('VM.pause', vm)
            else:
                self.inside(vm, 'kill -9 $(cat /pid); sleep 1')
                low = self.count(vm)
                d.call('VM.hard_shutdown', vm)
            before = set(d.call('VM.get_snapshots', vm))
            good, _ = self.tried('VM.snapshot', vm, 'n%d' % n, [])
            self.idle(vm)
            new = set(d.call('VM.get_snapshots', vm)) - before
            self.assertEqual(len(new), good, 'a failed snapshot is none')
            if paused:
                d.call('VM.unpause', vm)
                high = low + 200
            else:
                high = low
            if good:
                kept.append((new.pop(), low, high))
            if not kept:
                d.call('VM.hard_shutdown', vm) if paused else None
                self.boot(vm, count)
                continue
            snapshot, low, high = self.random.choice(kept)
            while not self.tried('VM.revert', snapshot)[0]:
                self.idle(vm)
            self.idle(vm)
            self.assertEqual(self.state(vm), 'Halted')
            self.up(vm)
            self.until(vm, 'test -b /dev/xvda')
            found = self.slots(vm)
            count = max(found.values())
            wrong = self.wrong_with(found, count)
            self.assertEqual(wrong, [])
            self.assertTrue(low <= count <= high, (low, count, high))
            say('round %d: back at %d of %d..%d' % (n, count, low, high))
            d.call('VM.hard_shutdown', vm)
            if len(kept) > 2:
                gone = kept.pop(self.random.randrange(len(kept)))
                d.call('Async.VM.destroy', gone[0])
            self.boot(vm, count)

    def test_disks_that_are_images_go_back_again_and_again(self):
        self.disks_there_and_back('image-disks', self.images)

    def test_raw_disks_go_back_again_and_again(self):
        self.disks_there_and_back('raw-disks', self.local)


if __name__ == '__main__':
    tap.main()
