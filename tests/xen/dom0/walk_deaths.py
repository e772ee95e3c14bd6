# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon, its parent and workers die in each moment of what they do with
real domains: no domain, device, process or file is left over, none is there
twice, and the records say what Xen has. Of all moments of a walk each run takes
some; DEATHS=1 has it take all, and SEED=N those of a run before. Not among what
is run without being asked for: it takes long."""

import os
import random
import signal
import subprocess
import time

import tap
from bed import loops, say, store, wait, xl
from moments import Machine, Moments
from test_guests import Host

EVERY = int(os.environ.get('DEATHS', '12'))
SEED = int(os.environ.get('SEED', time.time()))
ROUNDS = 4      # of the parent's deaths
NAME = 'dies'
PLACE = '/srv/deaths'
LOCAL = '/var/lib/xapid/sr/local'


def domains():
    """uuid -> domids of all that Xen has, the dying ones too."""
    found = {}
    for line in xl('list', '-v').splitlines()[1:]:
        words = line.split()
        one = next(w for w in words if len(w) == 36 and w.count('-') == 4)
        domid = next(w for w in words[1:] if w.isdigit())
        found.setdefault(one, []).append(int(domid))
    return found


def children(path):
    return subprocess.run(['xenstore-list', path], capture_output=True,
                          text=True).stdout.split()


def backends(kind):
    """domid -> devices, of backends here."""
    top = '/local/domain/0/backend/' + kind
    found = {d: set(children('%s/%s' % (top, d))) for d in children(top)}
    return {d: devices for d, devices in found.items() if devices}


def processes(name):
    return subprocess.run(['pgrep', '-x', name], capture_output=True,
                          text=True).stdout.split()


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
    PATIENCE = 600
    every = EVERY

    @classmethod
    def setUpClass(cls):
        cls.moments = Moments('/root/guests/moments')
        cls.env = cls.moments.env
        super().setUpClass()
        say('seed %d' % SEED)
        cls.random = random.Random(SEED)
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
        self.first = self.random.randrange(EVERY)
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
        """Its guest says that it can be suspended."""
        wait(lambda: 'suspend' in self.get('VM', 'allowed_operations',
                                           self.vm), what='it is up')

    def walk(self, files, act, *args):
        begin = time.time()
        n, missed = super().walk(files, act, *args)
        say('%s: %d deaths, %.0f s' % (act.name, n, time.time() - begin))
        return n, missed

    def deaths(self, acts):
        """Of the daemon and of workers; in a short run those of every other
        act."""
        acts = [a for a in acts if not a.fails]
        if EVERY > 1:
            acts = acts[SEED % 2::2]
        self.walk_all([self.moments.daemon, self.moments.worker], acts)

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
        same('domains', domains().get(self.uuid, []),
             [int(domid)] if alive else [])
        same('all domains', len(domains()), 1 + alive)
        if alive:
            flags = xl('list', domid).splitlines()[1].split()[4]
            same('paused', 'p' in flags, vm['power_state'] == 'Paused')
            same('held', 's' in flags, False)
        vbds = [d.call('VBD.get_record', r) for r in vm['VBDs']]
        disks = {v['userdevice']: v for v in vbds
                 if alive and v['currently_attached']}
        vifs = [v for v in (d.call('VIF.get_record', r) for r in vm['VIFs'])
                if alive and v['currently_attached']]
        numbers = {'0': '51712', '1': '51728'}
        same('disks', backends('vbd'),
             {domid: {numbers[n] for n in disks}} if disks else {})
        same('cards', backends('vif'),
             {domid: {v['device'] for v in vifs}} if vifs else {})
        for kind, names in (('vbd', [numbers[n] for n in disks]),
                            ('vif', [v['device'] for v in vifs])):
            for name in names if vm['power_state'] == 'Running' else ():
                same('state of ' + name, store(
                    '/local/domain/0/backend/%s/%s/%s/state'
                    % (kind, domid, name)), '4')
        same('interfaces', sorted(n for n in os.listdir('/sys/class/net')
                                  if n.startswith('vif')),
             ['vif%s.%s' % (domid, v['device']) for v in vifs])
        for v in vifs:
            same('on a bridge', os.path.exists(
                '/sys/class/net/vif%s.%s/master' % (domid, v['device'])),
                 True)
        # A suspended one keeps its images served, for its resume.
        served = {v['userdevice']: v for v in vbds
                  if v['currently_attached']}
        self.same_storage(same, disks, served)
        return told

    def files(self, place):
        return sorted(f for f in os.listdir(place)
                      if f != 'lost+found' and f[0] != '.')

    def same_storage(self, same, disks, served):
        d = self.d
        same('loop devices', loops().count(LOCAL), int('0' in disks))
        same('served images', images(), [
            d.call('VDI.get_uuid', served['1']['VDI'])]
             if '1' in served else [])
        for name in 'qemu-nbd', 'xapid-image':
            same(name, len(processes(name)), int('1' in served))
        used = {v['VDI'] for v in d.call('VBD.get_all_records').values()} | {
            v['suspend_VDI'] for v in d.call('VM.get_all_records').values()}
        for place, sr in self.srs.items():
            vdis = {r: v for r, v in d.call('VDI.get_all_records').items()
                    if v['SR'] == sr}
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
