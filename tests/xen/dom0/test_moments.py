# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon, its parent and workers die in the moments of what they do with
real domains: no domain, device, process or file is left over, none is there
twice, the records say what Xen has, and a guest that was to go on has its memory.
Each step that the usual plans have, and each operation of a worker, has one
death; of what else is done with a guest some have one death somewhere, each time
somewhere else.

DEATHS=steps: one for each step of all plans; DEATHS=plans: each step of each
plan; DEATHS=names: each moment, and one of the parent there; DEATHS=all: however
often it is reached. ACTS=revert,start: of these alone; ONLY=a,b: of moments that
have one of these in their name; SEED=N: others of the steps, and where it was by
chance."""

import collections
import os
import random
import signal
import subprocess
import time

import tap
from bed import console, loops, processes, say, store, wait, xl
from moments import NO_DISK, OFF, Machine, Moments
from test_guests import Host

DEATHS = os.environ.get('DEATHS', 'steps')
SEED = int(os.environ.get('SEED', '0'))
CHANCE = int(os.environ.get('SEED', time.time() % 10000))
# Without being asked for: those with the most steps, each another one's.
USUAL = ('start,clean shutdown,unplug a disk,plug a disk,unplug an interface,'
         'plug an interface,revert')
# As many of these, in an order by chance, as begin in so many seconds.
ENOUGH = 60
OTHERS = ('reboot', 'pause', 'unpause', 'checkpoint', 'suspend', 'resume',
          'snapshot')
ACTS = [a for a in os.environ.get(
    'ACTS', '' if 'DEATHS' in os.environ else USUAL).split(',') if a]
ONLY = os.environ.get('ONLY', '')
ROUNDS = 4      # of the parent's deaths
NAME = 'dies'
PLACE = '/srv/deaths'
LOCAL = '/var/lib/xapid/sr/local'
ENQ = '\x05'    # has the tiny guest say a number, one more each time


def domains():
    """uuid -> (domid, state as of xl list) of all that Xen has, the dying ones
    too."""
    found = {}
    for line in xl('list', '-v').splitlines()[1:]:
        words = line.split()
        at = next(i for i, w in enumerate(words)
                  if len(w) == 36 and w.count('-') == 4)
        found.setdefault(words[at], []).append((int(words[1]), words[4]))
    return found


def backends():
    """kind -> domid -> device -> state, of backends here."""
    found = {'vbd': {}, 'vif': {}}
    for line in subprocess.run(
            ['xenstore-ls', '-f', '/local/domain/0/backend'],
            capture_output=True, text=True).stdout.splitlines():
        path, _, value = line.partition(' = ')
        words = path.split('/')[5:]
        if len(words) == 4 and words[3] == 'state' and words[0] in found:
            found[words[0]].setdefault(words[1], {})[words[2]] = (
                value.strip('"'))
    return found


def images():
    """What the kernel's nbd serves."""
    found = []
    for device in os.listdir('/sys/block'):
        try:
            with open('/sys/block/%s/backend' % device) as f:
                found.append(f.read().strip().split(':')[1])
        except OSError:
            pass
    return sorted(found)


class Deaths(Machine, Host):
    PATIENCE = 300
    POLL = 0.05     # who asks has one of two processors

    @classmethod
    def setUpClass(cls):
        cls.moments = Moments('/root/guests/moments')
        cls.env = cls.moments.env
        super().setUpClass()
        cls.random = random.Random(SEED)
        cls.chance = None   # where the one death is
        cls.met = collections.Counter()
        # What other tests have left in this host's storage.
        cls.others = set(os.listdir(LOCAL)) if os.path.isdir(LOCAL) else set()
        d = cls.d
        cls.srs = {LOCAL: [r for r, v in d.call('SR.get_all_records').items()
                           if v['name_label'] == 'Local storage'][0]}
        cls.srs[PLACE] = d.call(
            'SR.create', d.call('host.get_all')[0],
            {'location': PLACE, 'image-format': 'qcow2'}, 0, 'images', '',
            'file', 'user', False, {})

    def setUp(self):
        """A guest with a file, an image and an interface."""
        d = self.d
        self.boots, self.number = console(NAME).count('GUEST UP'), 0
        self.kept, self.kept_number = [], 0
        self.vm = self.make(NAME, mib=16)
        d.call('VM.set_suspend_SR', self.vm, self.srs[LOCAL])
        self.disk(self.vm, 0, self.srs[LOCAL])
        self.disk(self.vm, 1, self.srs[PLACE])
        network = d.call('network.create', {
            'name_label': NAME, 'name_description': '', 'MTU': 1500,
            'other_config': {}, 'tags': []})
        d.call('VIF.create', {
            'device': '0', 'network': network, 'VM': self.vm, 'MAC': '',
            'MTU': 1500, 'other_config': {}, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        self.uuid = d.call('VM.get_uuid', self.vm)

    def tearDown(self):
        d = self.d
        self.idle()
        self.drop_snapshots(0)
        if self.state()[0] != 'Halted':
            d.call('VM.hard_shutdown', self.vm)
        vdis = [self.get('VBD', 'VDI', v)
                for v in self.get('VM', 'VBDs', self.vm)]
        d.call('VM.destroy', self.vm)
        for vdi in vdis:
            d.call('VDI.destroy', vdi)
        self.idle()
        for place in self.srs:
            wait(lambda: not self.files(place), what='files are gone')

    def fail_once(self, op):
        """Nobody orders real workers."""

    def up(self):
        """Its guest says that it can be suspended; and answers."""
        wait(lambda: 'suspend' in self.get('VM', 'allowed_operations',
                                           self.vm), what='it is up')
        self.lives(None)

    def look(self, moment, act, status, domid):
        begin = time.time()
        super().look(moment, act, status, domid)
        if 'DEATHS' in os.environ:
            say('%s, %s%s: %s, %.1f + %.1f s' % (
                act.name, moment.name, ', parent' if moment.parent else '',
                status, begin - self.begin, time.time() - begin))

    def die_once(self, act, moment):
        self.begin = time.time()
        return super().die_once(act, moment)

    def walk(self, files, act):
        begin = time.time()
        n, missed = super().walk(files, act)
        say('%s: %d deaths, %.0f s' % (act.name, n, time.time() - begin))
        return n, missed

    # ---- which deaths ----

    def deaths(self, acts):
        acts = [a for a in acts if not a.fails and
                (not ACTS or a.name in ACTS)]
        self.walk_all([self.moments.daemon, self.moments.worker], acts)

    def chosen(self, moments):
        # When a keeper dies, nobody does its work again.
        # What the host's cards tell comes when it likes.
        moments = [m for m in moments if not m.name.startswith(
            ('keeper', 'PIF.follow', 'worker: addresses'))]
        if self.chance:
            moment = self.chance.choice(moments)._replace(
                parent=self.chance.random() < 0.2)
            say('%s%s' % (moment.name, ', parent' if moment.parent else ''))
            return [moment]
        if ONLY:
            return [m for m in moments
                    if any(text in m.name for text in ONLY.split(','))]
        if DEATHS == 'all':
            return moments + [m._replace(parent=True) for m in moments]
        if DEATHS == 'names':
            return [m._replace(parent=parent) for m in moments
                    if self.is_new(m.name) for parent in (False, True)]
        steps = {}
        for m in moments:
            who, rest = m.name.split(': ')
            if DEATHS != 'plans' and who != 'worker':
                who = 'plan'    # many have the same steps
            steps.setdefault((who, rest.split()[0]), []).append(m)
        new = [ms for step, ms in steps.items() if self.is_new(step)]
        return [ms[(SEED + i) % len(ms)]._replace(parent=(SEED + i) % 5 == 4)
                for i, ms in enumerate(new)]

    def is_new(self, what):
        self.met[what] += 1
        return self.met[what] == 1

    # ---- the guest ----

    def lives(self, act):
        """A guest that runs answers, and with the next number: its memory is
        what it was. None: whatever was done with it."""
        power = self.state()[0]
        if act and act.name == 'revert' and power == 'Suspended':
            self.number = self.kept_number
        if power != 'Running':
            return
        kept = sorted(self.snapshots())
        if kept != self.kept:
            self.kept, self.kept_number = kept, self.number
        before = console(NAME).count('COUNT ')
        with open(wait(lambda: store('/local/domain/%s/console/tty'
                                     % self.domid())), 'w') as tty:
            tty.write(ENQ)
        wait(lambda: console(NAME).count('COUNT ') > before and
             console(NAME).endswith('\n'), what='the guest answers')
        boots = console(NAME).count('GUEST UP')
        if boots != self.boots:
            self.assertTrue(act is None or act.name in ('start', 'reboot') or
                            act.after == OFF, 'it has booted')
            self.boots, self.number = boots, 0
        self.number += 1
        self.assertEqual(int(console(NAME).rsplit('COUNT ', 1)[1].split()[0]),
                         self.number)

    # ---- what must be true ----

    def true(self):
        try:
            # What was heard has yet to be looked at.
            wait(lambda: not self.lies(), 60)
        except AssertionError:
            self.fail('\n'.join(self.lies()))

    def lies(self):
        """What is not as the records say."""
        d, told = self.d, []

        def same(what, there, wanted):
            if there != wanted:
                told.append('%s: %r, and not %r' % (what, there, wanted))
        vm = d.call('VM.get_record', self.vm)
        alive = vm['power_state'] in ('Running', 'Paused')
        domid = str(vm['domid'])
        there, behind = domains(), backends()
        mine = there.get(self.uuid, [])
        same('domains', [n for n, _ in mine], [int(domid)] if alive else [])
        same('all domains', len(there), 1 + alive)
        for _, flags in mine:
            same('paused', 'p' in flags, vm['power_state'] == 'Paused')
            same('held', 's' in flags, False)
        vbds = [d.call('VBD.get_record', r) for r in vm['VBDs']]
        disks = {v['userdevice']: v for v in vbds
                 if alive and v['currently_attached']}
        vifs = [v for v in (d.call('VIF.get_record', r) for r in vm['VIFs'])
                if alive and v['currently_attached']]
        for kind, names in (('vbd', [str(51712 + 16 * int(n))
                                     for n in disks]),
                            ('vif', [v['device'] for v in vifs])):
            same(kind, {n: set(devices)
                        for n, devices in behind[kind].items() if devices},
                 {domid: set(names)} if names else {})
            for name in names if vm['power_state'] == 'Running' else ():
                same('state of %s %s' % (kind, name),
                     behind[kind].get(domid, {}).get(name), '4')
        same('interfaces', sorted(n for n in os.listdir('/sys/class/net')
                                  if n.startswith('vif')),
             ['vif%s.%s' % (domid, v['device']) for v in vifs])
        for v in vifs:
            same('on a bridge', os.path.exists(
                '/sys/class/net/vif%s.%s/master' % (domid, v['device'])),
                 True)
        # A suspended one keeps its images served, for its resume; one that a
        # revert has made has them served by that.
        served = {v['userdevice']: v for v in vbds
                  if v['currently_attached'] and (alive or images())}
        self.same_storage(same, disks, served)
        return told

    def files(self, place):
        return sorted(f for f in os.listdir(place)
                      if f != 'lost+found' and f[0] != '.' and
                      f not in self.others)

    def same_storage(self, same, disks, served):
        d = self.d
        same('loop devices', loops().count(LOCAL), int('0' in disks))
        same('served images', images(), [
            d.call('VDI.get_uuid', served['1']['VDI'])]
             if '1' in served else [])
        for name in 'qemu-nbd', 'xapid-image':
            same(name, len(processes(name)), int('1' in served))
        used = {v['VDI'] for v in self.records('VBD').values()} | {
            v['suspend_VDI'] for v in self.records('VM').values()}
        everything = self.records('VDI')
        for place, sr in self.srs.items():
            vdis = {r: v for r, v in everything.items() if v['SR'] == sr}
            same('files of ' + place,
                 [f for f in self.files(place) if not f.startswith('base-')],
                 sorted(v['uuid'] + ('.qcow2' if place == PLACE else '.raw')
                        for v in vdis.values()))
            same('disks of nobody', set(vdis) - used, set())

    # ---- walks ----

    def test_deaths_in_moments_of_what_begins_and_ends_a_domain(self):
        self.deaths(self.power())

    def test_deaths_in_moments_of_a_plug_and_an_unplug(self):
        self.deaths(self.devices())

    def test_deaths_in_moments_of_what_copies_memory_and_disks(self):
        self.deaths(self.images() + self.copies())

    def test_one_death_somewhere_in_some_of_all_else_that_is_done(self):
        if 'DEATHS' in os.environ:
            self.skipTest('the others have them all')
        acts = {a.name: a for a in
                self.power() + self.images() + self.copies()}
        say('SEED=%d' % CHANCE)
        self.chance = random.Random(CHANCE)
        end = time.time() + ENOUGH
        for name in self.chance.sample(OTHERS, len(OTHERS)):
            if time.time() < end:
                self.walk_all([self.moments.daemon, self.moments.worker],
                              [acts[name]])

    def test_nobody_is_left_with_a_device_that_was_begun_for_a_dead_worker(
            self):
        d, began = self.d, self.moments.worker
        self.bring(NO_DISK)
        self.idle()
        began.order('keeper: server to begin', stands=True)
        task = d.call('Async.VBD.plug', self.last('VBD'))
        wait(began.died, what='a device is begun')
        d.call('task.cancel', task)
        d.kill_workers('xapid-storage')
        try:
            wait(lambda: self.is_over(task), 5)
        except AssertionError:
            pass    # it is waited for
        for pid in processes('xapid-image'):
            os.kill(int(pid), signal.SIGCONT)
        self.until(lambda: self.is_over(task), 'the task has ended')
        self.idle()
        self.assertEqual(self.state(), NO_DISK)
        self.true()

    def test_the_parent_dies_and_all_that_it_has_started(self):
        for i in range(ROUNDS):
            off = self.state()[0] == 'Halted'
            act = (self.power()[0] if off else self.power()[3])
            task = self.ask(act)
            time.sleep(self.random.uniform(0, 0.8))
            self.d.kill()
            self.d.start(300)
            self.until(lambda: self.has_ended(task), 'the task has ended')
            self.idle()
            self.true()


if __name__ == '__main__':
    tap.main()
