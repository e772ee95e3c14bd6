#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xe apply: a description of the pool becomes true, and stays so."""

import json

import tap
import xapid
import xe

WHOLE = {
    'networks': [{'name': 'lab', 'mtu': 1400, 'description': 'a; b, c',
                  'tags': ['x', 'y']}],
    'vms': [{'name': 'sim-00002', 'description': 'described', 'vcpus': 2,
             'memory': '2GiB', 'power': 'running', 'tags': ['production'],
             'other-config': {'owner': 'mia', 'with space': 'a b'},
             'disks': [{'device': 0, 'size': '10GiB'},
                       {'device': 2, 'size': '1GiB',
                        'sr': 'Shared storage'}],
             'interfaces': [{'device': 1, 'network': 'lab'}]}]}


class Apply(xapid.Case):
    args = ('--sim-hosts', '2', '--sim-vms', '4')

    def apply(self, description, *args):
        text = description if isinstance(description, str) \
            else json.dumps(description)
        return xe.run(self.d, 'apply', '-f', '-', *args, stdin=text)

    def refused(self, description):
        r = self.apply(description)
        self.assertEqual((r.status, r.out), (1, ''), r.err)
        return r.err

    def get(self, *args):
        r = xe.run(self.d, *args, '--minimal')
        self.assertEqual(r.status, 0, r.err)
        return r.out.strip()

    def test_the_second_run_has_nothing_to_do(self):
        r = self.apply(WHOLE, '--dry-run')
        self.assertEqual((r.status, r.err), (0, ''))
        plan = r.out
        self.assertIn('+ network lab\n', plan)
        self.assertIn('> start VM sim-00002\n', plan)
        self.assertEqual(self.get('network-list', 'name-label=lab'), '')
        r = self.apply(WHOLE)
        self.assertEqual((r.status, r.err), (0, ''))
        self.assertEqual(r.out.rsplit('Done: ', 1)[0], plan)
        self.assertEqual(
            self.get('vm-list', 'name-label=sim-00002',
                     'params=power-state'), 'running')
        self.assertEqual(
            self.get('vif-list', 'vm-name-label=sim-00002', 'device=1',
                     'params=network-name-label'), 'lab')
        self.assertEqual(
            self.get('network-list', 'name-label=lab', 'params=MTU'), '1400')
        r = self.apply(WHOLE)
        self.assertEqual((r.status, r.out, r.err),
                         (0, 'Nothing to do.\n', ''))

    def test_only_what_differs_is_changed(self):
        one = {'vms': [{'name': 'sim-00001', 'tags': ['a']}]}
        self.assertEqual(self.apply(one).out,
                         '~ VM sim-00001: tag a\nDone: 1 step.\n')
        one['vms'][0].update(tags=['a', 'b'], description='d')
        self.assertIn('tag b\nDone: 2 steps.\n', self.apply(one).out)

    def test_power_goes_both_ways(self):
        for power, word in (('running', 'start'), ('halted', 'shut down')):
            r = self.apply({'vms': [{'name': 'sim-00004', 'power': power}]})
            self.assertEqual(r.out,
                             '> %s VM sim-00004\nDone: 1 step.\n' % word)

    def test_a_vm_is_made_from_a_template(self):
        new = {'vms': [{'name': 'fresh', 'template': 'Debian Bookworm 12',
                        'vcpus': 2,
                        'disks': [{'device': 0, 'size': '20GiB'},
                                  {'device': 1, 'size': '1GiB'}],
                        'interfaces': [{'device': 0, 'network':
                                        'Host internal management network'}]
                        }]}
        plan = self.apply(new, '--dry-run').out
        self.assertTrue(plan.startswith('+ VM fresh from Debian Bookworm 12'
                                        '\n~ VM fresh: vcpus 1 -> 2\n'
                                        '+ disk 0 of VM fresh: 20 GiB\n'),
                        plan)
        r = self.apply(new)
        if r.absent:
            self.skipTest(r.err.replace('\n', ' '))
        self.assertEqual((r.status, r.err), (0, ''))
        self.assertEqual(self.apply(new).out, 'Nothing to do.\n')

    def test_mistakes_are_named_before_anything_changes(self):
        for description, words in (
                ('{', 'expected'),
                ('[]', 'an object is wanted'),
                ({'vm': []}, 'unknown key "vm"; is it "vms"?'),
                ({'vms': [{'name': 'n', 'memroy': 1}]},
                 'VM n: unknown key "memroy"; is it "memory"?'),
                ({'vms': [{'description': 'x'}]}, '"name" is missing'),
                ({'vms': [{'name': 'sim-00001', 'vcpus': '2'}]},
                 '"vcpus" is of the wrong kind'),
                ({'vms': [{'name': 'sim-00001', 'memory': '2 apples'}]},
                 'a size is written as'),
                ({'vms': [{'name': 'nobody'}]}, 'no template is named'),
                ({'vms': [{'name': 'nobody', 'template': 'none'}]},
                 'there is no template none'),
                ({'vms': [{'name': 'sim-00001', 'power': 'on'}]},
                 'power is "running" or "halted"'),
                ({'vms': [{'name': 'sim-00001', 'disks':
                           [{'device': 0, 'size': '1MiB'}]}]},
                 'cannot become smaller'),
                ({'vms': [{'name': 'sim-00001', 'interfaces':
                           [{'device': 0, 'network': 'none'}]}]},
                 'there is no network none'),
                ({'vms': [{'name': 'sim-00001', 'disks':
                           [{'device': 5, 'size': '1GiB',
                             'sr': 'Local storage'}]}]},
                 'there are several of sr with the name Local storage'),
                ({'networks': [{'name': 'a\nb'}]}, 'of the wrong kind')):
            err = self.refused(description)
            self.assertIn(words, err, description)
            self.assertTrue(err.startswith('xe: '), err)

    def test_a_file_is_wanted(self):
        r = xe.run(self.d, 'apply')
        self.assertEqual((r.status, r.out), (1, ''))
        self.assertIn('usage: xe apply -f FILE', r.err)
        r = xe.run(self.d, 'apply', '-f', '/nonexistent')
        self.assertEqual(r.status, 1)
        self.assertIn('No such file', r.err)


if __name__ == '__main__':
    tap.main()
