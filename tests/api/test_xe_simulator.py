#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Failures and accidents ordered by xe, on simulated hosts."""


import tap
import xapid
import xe


class Simulator(xapid.Case):
    args = ('--sim-hosts', '1', '--sim-vms', '3')

    def ok(self, *args, **options):
        r = xe.run(self.d, *args, **options)
        self.assertEqual((r.status, r.err), (0, ''), args)
        return r.out.strip()

    def uuid(self, name):
        return self.ok('vm-list', 'name-label=' + name, '--minimal')

    def test_a_worker_fails_as_often_as_it_was_told(self):
        self.ok('sim-fail', 'what=error', 'of=create', 'count=1')
        r = xe.run(self.d, 'vm-start', 'vm=sim-00002')
        self.assertEqual(r.status, 1)
        self.assertIn('ordered to fail', r.err)
        self.assertNotIn(self.uuid('sim-00002'),
                         self.ok('sim-domain-list', '--minimal'))
        self.ok('vm-start', 'vm=sim-00002')
        self.assertIn(self.uuid('sim-00002'),
                      self.ok('sim-domain-list', '--minimal'))

    def test_a_guest_does_something_by_itself(self):
        self.ok('sim-happen', 'vm=sim-00001', 'what=poweroff')
        self.ok('event-wait', 'class=vm', 'name-label=sim-00001',
                'power-state=halted')

    def test_what_nobody_knows_is_refused(self):
        for args in (('sim-fail', 'what=dance'),
                     ('sim-happen', 'what=dance', 'vm=sim-00001'),
                     ('sim-fail', 'what=exit', 'count=many')):
            r = xe.run(self.d, *args)
            self.assertEqual((r.status, r.out), (1, ''), args)
            self.assertNotEqual(r.err, '')


    def test_a_rehearsal_orders_nothing(self):
        self.ok('sim-fail', 'what=error', '--dry-run')
        self.ok('vm-shutdown', 'vm=sim-00003', '--force')
        self.ok('vm-start', 'vm=sim-00003')

    def test_only_administrators_order(self):
        for args in (('sim-fail', 'what=exit'), ('sim-domain-list',)):
            r = xe.run(self.d, '-u', 'vm-operator', *args)
            self.assertEqual(r.status, 1, args)
            self.assertNotEqual(r.err, '')


if __name__ == '__main__':
    tap.main()
