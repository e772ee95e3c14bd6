# SPDX-License-Identifier: LGPL-2.1-or-later
"""What things cost beside xl: the same guest, in turns, in one run. Emulated
time is uneven, so medians of several rounds are compared."""

import os
import subprocess
import time

import tap
from bed import disk_file, is_up, say, store, wait, write, xl
from test_guests import FOLDER, Host

FASTER = 5   # times, plugs than those of xl with its scripts
ALONE = bool(os.environ.get('XAPID_XEN_ALONE'))   # see run
ROUNDS = 5 if ALONE else 2   # what is not judged need not be much


def median(values):
    return sorted(values)[len(values) // 2]


def is_even(values):
    """Whether the machine had the time for it: else figures mean nothing. One
    outlier on either side is a stutter of the emulation."""
    inner = sorted(values)[1:-1]
    return len(inner) >= 3 and inner[-1] < 2.5 * inner[0]


def timed(run, *args):
    begin = time.time()
    run(*args)
    return time.time() - begin


def tell(what, ours, theirs):
    say('%s: ours %.3f s (%s), xl %.3f s (%s)' % (
        what, median(ours), ' '.join('%.2f' % t for t in ours),
        median(theirs or [0]), ' '.join('%.2f' % t for t in theirs)))


class Figures(Host):
    def judged(self, ours, theirs):
        if not ALONE:
            say('told, not judged: other tests run beside this one')
            return False
        if is_even(ours) and is_even(theirs):
            return True
        say('the machine is too busy to judge')
        return False

    def test_a_start_costs_little_more_than_xl_create(self):
        d = self.d
        vm = self.make('ours')
        write('/root/bare.cfg', '\n'.join([
            'name="bare"', 'type="pvh"', 'kernel="%stiny"' % FOLDER,
            'memory=32', 'vcpus=1']))
        ours, theirs = [], []
        for i in range(ROUNDS + 1):
            their = timed(xl, 'create', '/root/bare.cfg')
            # What xapid takes in of it is no part of what it starts itself.
            xl('destroy', 'bare')
            time.sleep(2)
            our = timed(d.call, 'VM.start', vm, False, False)
            d.call('VM.hard_shutdown', vm)
            time.sleep(2)
            if i:   # files are read for the first time, workers start
                ours.append(our)
                theirs.append(their)
        tell('start', ours, theirs)
        if self.judged(ours, theirs):
            self.assertLessEqual(median(ours), 1.1 * median(theirs) + 0.05)

    def up(self, name):
        vm = self.make(name)
        self.d.call('VM.start', vm, False, False)
        is_up(name)
        return vm, int(self.d.call('VM.get_domid', vm))

    def plugs(self, what, ours_on, ours_off, theirs_on, theirs_off, paths):
        """Both in turns. A plug of ours is answered when the backend is
        connected; xl returns before that, so it is waited for."""
        ours, theirs = [], []
        for i in range(ROUNDS + 1):
            our = timed(ours_on)
            wait(lambda: store(paths[0]) == '4', what=paths[0])
            ours_off()
            try:
                begin = time.time()
                theirs_on()
                wait(lambda: store(paths[1]) == '4',
                     what=lambda: '%s is %s' % (paths[1], store(paths[1])))
                their = time.time() - begin
                theirs_off()
            except subprocess.CalledProcessError as e:
                say('xl gave up: %s' % e.stderr.splitlines()[-1:])
                continue
            wait(lambda: store(paths[1]) == '', what=paths[1] + ' has gone')
            if i:
                ours.append(our)
                theirs.append(their)
        if not ours:
            say('xl never did it')
            return
        tell(what, ours, theirs)
        if self.judged(ours, theirs):
            self.assertGreaterEqual(median(theirs), FASTER * median(ours))

    def test_a_disk_is_plugged_faster_than_by_the_scripts_of_xl(self):
        d = self.d
        vm, domid = self.up('blocks')
        _, vbd = self.disk(vm, 1)
        path = disk_file('theirs')
        state = '/local/domain/0/backend/vbd/%d/%d/state'
        self.plugs(
            'disk plugged', lambda: d.call('VBD.plug', vbd),
            lambda: d.call('VBD.unplug', vbd),
            lambda: xl('block-attach', str(domid),
                       'format=raw,vdev=xvdc,access=rw,target=' + path),
            lambda: xl('block-detach', str(domid), 'xvdc'),
            (state % (domid, 51728), state % (domid, 51744)))

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
        state = '/local/domain/0/backend/vif/%d/0/state' % domid
        self.plugs(
            'interface plugged', lambda: d.call('VIF.plug', vif),
            lambda: d.call('VIF.unplug', vif),
            lambda: xl('network-attach', str(domid), 'bridge=brxl'),
            lambda: xl('network-detach', str(domid), '0'),
            (state, state))


if __name__ == '__main__':
    tap.main()
