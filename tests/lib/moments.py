# SPDX-License-Identifier: LGPL-2.1-or-later
"""Daemons and workers that die in a moment that a test chooses
(xapid/lib/moment.h), and walks over all of them.

    moments = Moments(folder)
    d = xapid.start(env=moments.env)
    d.call('VM.start', vm, ...)
    moments.daemon.reached()
    moments.daemon.order('VM.start: build done')
"""

import collections
import http.client
import mmap
import os
import struct
import threading
import time

import xapid

HEAD = struct.Struct('<qIIII128s')  # skip, used, deaths, stands, unused, name
LOG = 65536
STANDS, WAITS, GOES_ON = 1, 2, 3

# One that was reached: in which file, its name, how often it was before; and who
# is to die there: the one who reaches it, or the parent of all.
Moment = collections.namedtuple('Moment', 'file name nth parent',
                                defaults=(False,))


class File:
    """The moments of the daemon, or of all workers."""

    def __init__(self, path):
        with open(path, 'wb') as f:
            f.truncate(HEAD.size + LOG)
        os.chmod(path, 0o666)
        with open(path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), HEAD.size + LOG)
        self.forget()

    def write(self, at, what):
        """In one piece: pack_into() would write zeros first, which is an order
        to whoever comes there meanwhile."""
        self.map[at:at + len(what)] = what

    def forget(self):
        self.write(0, struct.pack('<q', -1))
        self.write(0, HEAD.pack(-1, 0, 0, 0, 0, b''))

    def order(self, name, skip=0, stands=0):
        """To die when it is reached for the skip-th time from now on, or to
        stand still there (STANDS), or to have one thread wait (WAITS)."""
        self.forget()
        self.write(0, HEAD.pack(-1, 0, 0, stands, 0, name.encode()))
        self.write(0, struct.pack('<q', skip))

    def go_on(self):
        """Who waits there, and who comes there yet: he is not to die."""
        self.write(16, struct.pack('<I', GOES_ON))

    def died(self):
        return HEAD.unpack_from(self.map, 0)[2] > 0

    def names(self):
        used = min(HEAD.unpack_from(self.map, 0)[1], LOG)
        return self.map[HEAD.size:HEAD.size + used].decode().splitlines()

    def reached(self):
        """All moments since forget()."""
        seen, found = collections.Counter(), []
        for name in self.names():
            found.append(Moment(self, name, seen[name]))
            seen[name] += 1
        return found


class Moments:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.daemon = File(os.path.join(folder, 'daemon'))
        self.worker = File(os.path.join(folder, 'worker'))
        self.env = {'XAPID_MOMENTS': folder}


# What a walk does again and again. name: for who reads; begin: answers a method
# and its arguments; before, after: what bring() and state() are about; fails:
# the operation of a worker that is made to fail, so that all is taken back, but
# where a death has the one who repeats it succeed; same: the guest's domain is
# the same one afterwards.
Act = collections.namedtuple('Act', 'name begin before after fails same',
                             defaults=('', False))
GONE = (OSError, http.client.HTTPException, RuntimeError)


class Walker:
    """For test cases with self.d, self.moments and

    bring(before)    makes it so, however it is
    state()          what there is
    domid()          of the guest's domain
    fail_once(op)    orders that operation to fail; '': none
    true()           asserts that records and reality agree
    """
    PATIENCE = 60
    POLL = 0.005    # seconds

    def until(self, condition, what):
        """Asks less and less often: who asks is in the way of who works."""
        end, pause = time.time() + self.PATIENCE, self.POLL
        while not condition():
            if time.time() > end:
                self.fail('not within %d s: %s' % (self.PATIENCE, what))
            time.sleep(pause)
            pause = min(1.2 * pause, 8 * self.POLL)

    def reconnect(self):
        """The ports are those of its parent, so they stay until that dies."""
        def again():
            if self.d.process.poll() is not None:
                self.d.kill()   # what is left to be put away
                self.d.start()
            try:
                if self.d.local:
                    self.d.local.close()
                self.d.local = self.d.session = None
                return bool(self.d.call('pool.get_all'))
            except GONE + (xapid.Failure,):
                return False
        self.until(again, 'the daemon answers')

    def is_over(self, task):
        return self.d.call('task.get_status', task) not in ('pending',
                                                            'cancelling')

    def is_idle(self):
        d = self.d
        return not any(
            r['current_operations'] for cls in ('VM', 'VDI', 'SR')
            for r in self.records(cls).values()) and not (
            d.call('task.get_all_records_where', 'field "status"="pending" '
                   'or field "status"="cancelling"'))

    def records(self, cls):
        """All, but for templates that came with the pool: these are many."""
        if cls != 'VM':
            return self.d.call(cls + '.get_all_records')
        return self.d.call('VM.get_all_records_where',
                           'field "is_default_template" = "false"')

    def idle(self):
        """Also when the daemon dies meanwhile."""
        def nothing():
            try:
                return self.is_idle()
            except GONE + (xapid.Failure,):
                self.reconnect()
                return False
        self.until(nothing, 'nothing goes on')

    def ask(self, act):
        """The task; None: who was to answer has died before."""
        method, *args = act.begin()
        try:
            return self.d.call('Async.' + method, *args)
        except GONE:
            return None
        except xapid.Failure as failure:
            # Asked again, of the next one.
            if failure.code != 'SESSION_INVALID':
                raise
            return None

    def undisturbed(self, act):
        task = self.ask(act)
        self.until(lambda: self.is_over(task), act.name + ' has ended')
        self.assertEqual(self.d.call('task.get_status', task),
                         'failure' if act.fails else 'success',
                         self.d.call('task.get_error_info', task))
        self.idle()

    def has_ended(self, task):
        try:
            return self.is_over(task)
        except GONE + (xapid.Failure,):
            self.reconnect()
            return False

    def kill_parent(self, file, over):
        """When somebody stands still; with it all die."""
        while not over.is_set():
            if file.died():
                self.d.process.kill()
                return
            time.sleep(self.POLL)

    def die_once(self, act, moment):
        """Whether somebody died, and the end of the task; '': it is not
        known."""
        over = threading.Event()
        killer = threading.Thread(target=self.kill_parent,
                                  args=(moment.file, over))
        moment.file.order(moment.name, moment.nth, moment.parent)
        if moment.parent:
            killer.start()
        try:
            return self.die_meanwhile(act, moment.file)
        finally:
            over.set()
            if moment.parent:
                killer.join()

    def die_meanwhile(self, act, file):
        task = self.ask(act)
        self.until(lambda: file.died() or task and self.has_ended(task),
                   'it dies, or the task ends')
        self.reconnect()
        if task:
            self.until(lambda: self.has_ended(task),
                       act.name + ' has ended')
        # What follows from it has its moments, too.
        self.idle()
        died = file.died()
        file.forget()
        self.idle()
        return died, self.d.call('task.get_status', task) if task else ''

    def lives(self, act):
        """The guest, before and after each death."""

    def look(self, moment, act, status, domid):
        """What there must be afterwards."""
        state = self.state()
        if status == 'success':
            self.assertEqual(state, act.after)
        elif status == 'failure':
            self.assertEqual(state, act.before)
            # Work that a worker left is done by another one.
            self.assertTrue(act.fails or moment.parent or
                            moment.file is self.moments.daemon)
        else:
            self.assertEqual(status, '')
            self.assertIn(state, (act.before, act.after))
        if act.same:
            self.assertEqual(self.domid(), domid)
        self.true()
        self.lives(act)

    def prepare(self, act):
        """Answers the domid before."""
        self.fail_once('')  # what nobody came to
        self.bring(act.before)
        self.idle()
        self.lives(None)
        self.fail_once(act.fails)
        return self.domid()

    def chosen(self, moments):
        """Which of all."""
        return moments

    def walk(self, files, act):
        """Deaths of the daemon, workers or both in all moments of what an act
        does, or in some of them. How many they were, and which did not come
        again."""
        self.prepare(act)
        for file in files:
            file.forget()
        self.undisturbed(act)
        moments = self.chosen(sum((file.reached() for file in files), []))
        self.true()
        self.lives(act)
        missed = []
        for moment in moments:
            with self.subTest(act=act.name, moment=moment.name,
                              nth=moment.nth, parent=moment.parent):
                domid = self.prepare(act)
                died, status = self.die_once(act, moment)
                if not died:
                    missed.append('%s, %s' % (act.name, moment.name))
                self.look(moment, act, status, domid)
        return len(moments), missed


# Power, whether the last disk and the last interface are attached, snapshots.
ON, OFF = ('Running', True, True, 0), ('Halted', False, False, 0)
PAUSED, SUSPENDED = ('Paused',) + ON[1:], ('Suspended',) + ON[1:]
NO_DISK, NO_CARD = ('Running', False, True, 0), ('Running', True, False, 0)
KEPT = ON[:3] + (1,)


class Machine(Walker):
    """For test cases that also have self.vm, a VM with two disks and two
    interfaces; every: which of all moments."""
    every = 1

    def chosen(self, moments):
        return moments[::self.every]

    def up(self):
        """The guest has been started: waits until it can be asked."""

    def get(self, cls, field, ref):
        return self.d.call('%s.get_%s' % (cls, field), ref)

    def last(self, cls):
        """The VM's last disk or interface; a revert makes new ones."""
        key = 'userdevice' if cls == 'VBD' else 'device'
        return max(self.get('VM', cls + 's', self.vm),
                   key=lambda r: self.get(cls, key, r))

    def snapshots(self):
        return self.get('VM', 'snapshots', self.vm)

    def state(self):
        """As above."""
        return (self.get('VM', 'power_state', self.vm),
                self.get('VBD', 'currently_attached', self.last('VBD')),
                self.get('VIF', 'currently_attached', self.last('VIF')),
                len(self.snapshots()))

    def drop_snapshots(self, keep):
        """But so many checkpoints."""
        d, all_of_it = self.d, self.snapshots()
        kept = [s for s in all_of_it
                if self.get('VM', 'power_state', s) == 'Suspended'][:keep]
        for snap in set(all_of_it) - set(kept):
            vdis = [self.get('VBD', 'VDI', v)
                    for v in self.get('VM', 'VBDs', snap)]
            image = self.get('VM', 'suspend_VDI', snap)
            if image != 'OpaqueRef:NULL':
                vdis.append(image)
            d.call('VM.destroy', snap)
            for vdi in vdis:
                d.call('VDI.destroy', vdi)

    def bring(self, wanted):
        d, vm = self.d, self.vm
        power, disk, interface, snapshots = wanted
        now = self.state()
        if now == wanted:
            return
        self.drop_snapshots(snapshots)
        if power == 'Halted' and now[0] != 'Halted':
            d.call('VM.hard_shutdown', vm)
        if power != 'Halted' and now[0] != power:
            self.go(now[0])
        if len(self.snapshots()) < snapshots:
            d.call('VM.checkpoint', vm, 'c')
        for cls, is_to in (('VBD', disk), ('VIF', interface)):
            ref = self.last(cls)
            if self.get(cls, 'currently_attached', ref) != is_to:
                d.call(cls + ('.plug' if is_to else '.unplug'), ref)
        if power == 'Paused':
            d.call('VM.pause', vm)
        if power == 'Suspended':
            d.call('VM.suspend', vm)
        self.assertEqual(self.state(), wanted)

    def go(self, now):
        """Whatever it is."""
        if now == 'Paused':
            self.d.call('VM.unpause', self.vm)
        elif now != 'Running':
            self.d.call('VM.' + ('start' if now == 'Halted' else 'resume'),
                        self.vm, False, False)
        self.up()

    def domid(self):
        return self.get('VM', 'domid', self.vm)

    # ---- the walks ----

    def vm_call(self, method, *args):
        return lambda: ('VM.' + method, self.vm) + args

    def device_call(self, method):
        return lambda: (method, self.last(method.split('.')[0]))

    def walk_all(self, files, acts):
        total, missed = 0, []
        for act in acts:
            n, more = self.walk(files, act)
            total += n
            missed += more
        self.fail_once('')
        print('# %d deaths, %d moments not met again' % (total, len(missed)))
        for name in missed:
            print('# not met: ' + name)
        self.assertLess(len(missed), total / 20 + 1)

    def power(self):
        """What begins and ends a domain, or holds it."""
        vm = self.vm_call
        return (
            Act('start', vm('start', False, False), OFF, ON),
            Act('start that fails', vm('start', False, False), OFF, ON,
                fails='unpause'),
            Act('clean shutdown', vm('clean_shutdown'), ON, OFF),
            Act('hard shutdown', vm('hard_shutdown'), ON, OFF),
            Act('reboot', vm('clean_reboot'), ON, ON),
            Act('pause', vm('pause'), ON, PAUSED, same=True),
            Act('unpause', vm('unpause'), PAUSED, ON, same=True),
        )

    def devices(self):
        call = self.device_call
        return (
            Act('unplug a disk', call('VBD.unplug'), ON, NO_DISK, same=True),
            Act('plug a disk', call('VBD.plug'), NO_DISK, ON, same=True),
            Act('plug a disk that fails', call('VBD.plug'), NO_DISK, ON,
                fails='plug', same=True),
            Act('unplug an interface', call('VIF.unplug'), ON, NO_CARD,
                same=True),
            Act('plug an interface', call('VIF.plug'), NO_CARD, ON,
                same=True),
            Act('plug an interface that fails', call('VIF.plug'), NO_CARD,
                ON, fails='connect', same=True),
        )

    def images(self):
        """What puts memory into an image, and takes it out."""
        vm = self.vm_call
        return (
            Act('suspend', vm('suspend'), ON, SUSPENDED),
            Act('suspend that fails', vm('suspend'), ON, SUSPENDED,
                fails='suspend'),
            Act('resume', vm('resume', False, False), SUSPENDED, ON),
            Act('resume that fails', vm('resume', False, False), SUSPENDED,
                ON, fails='connect'),
        )

    def copies(self):
        """What has disks copied, with the memory or without."""
        vm = self.vm_call
        return (
            Act('snapshot', vm('snapshot', 's', []), OFF, OFF[:3] + (1,)),
            Act('checkpoint', vm('checkpoint', 'c'), ON, KEPT, same=True),
            Act('checkpoint that fails', vm('checkpoint', 'c'), ON, KEPT,
                fails='go_on', same=True),
            Act('revert', lambda: ('VM.revert', self.snapshots()[0]), KEPT,
                SUSPENDED[:3] + (1,)),
        )
