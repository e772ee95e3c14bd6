#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon of another version finds plans in the journal: where they are is
known by the names of the steps, and those that it does not know it gives up,
with all that they had begun."""

import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import simulator    # noqa: E402
import tap          # noqa: E402
from test_vm_deaths import Simulated    # noqa: E402
from moments import OFF, ON, SUSPENDED  # noqa: E402

STEP = 'at step'


class Versions(Simulated):
    def upgraded(self, method, args, moment, change):
        """The task of a call, with a daemon that was killed in that moment, and
        whose follower finds what change makes of the rows of its journal."""
        d, began = self.d, self.moments.daemon
        began.order(moment, stands=True)
        task = d.call('Async.' + method, *args)
        self.until(began.died, 'it is there')
        d.kill()
        began.forget()
        with sqlite3.connect(os.path.join(d.state, 'state.sqlite')) as db:
            rows = db.execute(
                'SELECT rowid, step, args FROM plan_journal').fetchall()
            self.assertEqual(len(rows), 1)
            ref, step, args = rows[0]
            step, args = change(step, json.loads(args))
            db.execute('UPDATE plan_journal SET step = ?, args = ? '
                       'WHERE rowid = ?', (step, json.dumps(args), ref))
        d.start()
        self.reconnect()
        self.until(lambda: self.is_over(task), 'the task has ended')
        self.idle()
        return d.call('task.get_status', task)

    def begin(self, state):
        self.reconnect()
        self.bring(state)
        self.idle()

    def test_a_plan_goes_on_where_it_was_though_steps_came_before(self):
        for method, args, before, after, moment in (
                ('VM.start', (False, False), OFF, ON, 'VM.start: connect to do'),
                ('VM.suspend', (), ON, SUSPENDED, 'VM.suspend: end to do'),
                ('VM.suspend', (), ON, SUSPENDED, 'VM.suspend: end done')):
            self.begin(before)
            self.assertEqual(self.upgraded(
                method, (self.vm,) + args, moment,
                lambda step, args: (step - 1, args)), 'success')
            self.assertEqual(self.state(), after)
            self.true()

    def test_what_an_unknown_plan_had_begun_is_found_and_ended(self):
        d = self.d
        self.begin(OFF)
        free = d.call('host.compute_free_memory', d.call('host.get_all')[0])
        for method, args, before, moment in (
                ('VM.start', (False, False), OFF, 'VM.start: disks to do'),
                ('VM.start', (False, False), OFF, 'VM.start: connect to do'),
                ('VM.suspend', (), ON, 'VM.suspend: save to do'),
                ('VM.suspend', (), ON, 'VM.suspend: end to do'),
                ('VM.pause', (), ON, 'VM.pause: pause to do'),
                ('VM.resume', (False, False), SUSPENDED,
                 'VM.resume: connect to do')):
            with self.subTest(moment=moment):
                self.begin(before)
                self.assertEqual(self.upgraded(
                    method, (self.vm,) + args, moment,
                    lambda step, args: (step, {**args, STEP: 'no such'})),
                    'failure')
                self.assertEqual(self.state(), before)
                self.forget_images()
                self.true()
        self.begin(OFF)
        self.assertEqual(d.call('host.compute_free_memory',
                                d.call('host.get_all')[0]), free)

    def forget_images(self):
        """A suspend that is given up leaves its image: nobody knows whether it
        is all that is left of the guest."""
        d = self.d
        mine = d.call('VM.get_suspend_VDI', self.vm)
        for vdi, r in d.call('VDI.get_all_records').items():
            if r['type'] == 'suspend' and vdi != mine:
                d.call('VDI.destroy', vdi)
        self.idle()

    def test_a_plan_of_an_unknown_kind_is_not_found_again(self):
        d = self.d
        self.begin(OFF)
        began = self.moments.daemon
        began.order('VM.start: disks to do', stands=True)
        task = d.call('Async.VM.start', self.vm, False, False)
        self.until(began.died, 'it is there')
        d.kill()
        began.forget()
        path = os.path.join(d.state, 'state.sqlite')
        with sqlite3.connect(path) as db:
            db.execute("UPDATE plan_journal SET kind = 'VM.fly'")
        d.start()
        self.reconnect()
        self.assertEqual(d.call('task.get_status', task), 'failure')
        self.begin(ON)
        self.begin(OFF)
        self.true()
        self.assertEqual(simulator.domains(d).get(self.uuid), None)


if __name__ == '__main__':
    tap.main()
