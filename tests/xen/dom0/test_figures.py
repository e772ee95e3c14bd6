# SPDX-License-Identifier: LGPL-2.1-or-later
"""What things cost beside xl: the same guest, in turns, in one run. Emulated
time is uneven, so medians of several rounds are compared."""

import subprocess
import time

import tap
from bed import disk_file, is_up, say, store, wait, write, xl
from test_guests import FOLDER, Host

ROUNDS = 5


def median(values):
    return sorted(values)[len(values) // 2]


def is_quiet(values):
    """Whether the machine had the time for it: then figures mean something.
    Emulated, one alone takes some tenths of a second."""
    return max(values) < 3 * min(values) and median(values) < 1.5


def timed(run, *args):
    begin = time.time()
    run(*args)
    return time.time() - begin


def tell(what, ours, theirs):
    theirs = theirs or [0]
    say('%s: ours %.2f s (%s), xl %.2f s (%s)' % (
        what, median(ours), ' '.join('%.2f' % t for t in ours),
        median(theirs), ' '.join('%.2f' % t for t in theirs)))


class Figures(Host):
    def test_a_start_costs_little_more_than_xl_create(self):
        d = self.d
        vm = self.make('ours')
        write('/root/bare.cfg', '\n'.join([
            'name="bare"', 'type="pvh"', 'kernel="%stiny"' % FOLDER,
            'memory=32', 'vcpus=1']))
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(timed(xl, 'create', '/root/bare.cfg'))
            xl('destroy', 'bare')
            time.sleep(1)
            ours.append(timed(d.call, 'VM.start', vm, False, False))
            d.call('VM.hard_shutdown', vm)
            time.sleep(1)
        tell('start', ours, theirs)
        if is_quiet(theirs) and is_quiet(ours):
            self.assertLessEqual(median(ours), 1.1 * median(theirs) + 0.05)
        else:
            say('the machine is too busy to judge')

    def until_connected(self, kind, domid, devid):
        path = '/local/domain/0/backend/%s/%d/%d/state' % (kind, domid, devid)
        wait(lambda: store(path) == '4',
             what=lambda: '%s is %s' % (path, store(path)))

    def until_gone(self, kind, domid, devid):
        path = '/local/domain/0/backend/%s/%d/%d/state' % (kind, domid, devid)
        wait(lambda: store(path) == '', what=path)

    def up(self, name):
        vm = self.make(name)
        self.d.call('VM.start', vm, False, False)
        is_up(name)
        return vm, int(self.d.call('VM.get_domid', vm))

    def test_a_disk_is_plugged_faster_than_by_the_scripts_of_xl(self):
        d = self.d
        vm, domid = self.up('blocks')
        _, vbd = self.disk(vm, 1)
        path = disk_file('theirs')
        ours, theirs, connected, slower = [], [], [], []
        for _ in range(ROUNDS):
            begin = time.time()
            ours.append(timed(d.call, 'VBD.plug', vbd))
            self.until_connected('vbd', domid, 51728)
            connected.append(time.time() - begin)
            d.call('VBD.unplug', vbd)
            begin = time.time()
            try:
                theirs.append(timed(
                    xl, 'block-attach', str(domid),
                    'format=raw,vdev=xvdc,access=rw,target=' + path))
            except subprocess.CalledProcessError as e:
                say('xl gave up: %s' % e.stderr.splitlines()[-1:])
                continue
            self.until_connected('vbd', domid, 51744)
            slower.append(time.time() - begin)
            xl('block-detach', str(domid), 'xvdc')
            self.until_gone('vbd', domid, 51744)
        tell('disk plugged', ours, theirs)
        tell('disk connected', connected, slower)

    def test_an_interface_is_plugged_faster_than_by_the_scripts_of_xl(self):
        d = self.d
        vm, domid = self.up('nets')
        subprocess.run(['ip', 'link', 'add', 'brxl', 'type', 'bridge'],
                       check=True)
        vif = d.call('VIF.create', {
            'device': '0', 'VM': vm, 'network': d.call('network.create', {
                'name_label': 'figures', 'name_description': '',
                'MTU': 1500, 'other_config': {}, 'tags': []}),
            'MAC': '', 'MTU': 1500, 'other_config': {},
            'qos_algorithm_type': '', 'qos_algorithm_params': {}})
        ours, theirs, connected, slower = [], [], [], []
        for _ in range(ROUNDS):
            begin = time.time()
            ours.append(timed(d.call, 'VIF.plug', vif))
            self.until_connected('vif', domid, 0)
            connected.append(time.time() - begin)
            d.call('VIF.unplug', vif)
            begin = time.time()
            try:
                theirs.append(timed(xl, 'network-attach', str(domid),
                                    'bridge=brxl'))
            except subprocess.CalledProcessError as e:
                say('xl gave up: %s' % e.stderr.splitlines()[-1:])
                continue
            self.until_connected('vif', domid, 0)
            slower.append(time.time() - begin)
            xl('network-detach', str(domid), '0')
            self.until_gone('vif', domid, 0)
        tell('interface plugged', ours, theirs)
        tell('interface connected', connected, slower)


if __name__ == '__main__':
    tap.main()
