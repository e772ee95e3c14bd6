#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tasks: how Async calls go and end (attack A32)."""

import json
import http.client
import os
import threading
import time
import unittest

import tap
import xapid

NULL = 'OpaqueRef:NULL'
NONE = 'OpaqueRef:01234567-89ab-4def-8123-456789abcdef'

PLUGIN = '''#!/bin/sh
case $1 in
*'<methodName>sleep<'*) sleep 30 ;;
*'<methodName>nap<'*) sleep 1 ;;
esac
cat <<REPLY
<?xml version="1.0"?><methodResponse><params><param><value><struct>
<member><name>Status</name><value>Success</value></member>
<member><name>Value</name><value>slept</value></member>
</struct></value></param></params></methodResponse>
REPLY
'''


def plugins(daemon):
    """Adds a folder with a plugin that takes its time."""
    folder = os.path.join(daemon.folder, 'plugins')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'slow')
    with open(path, 'w') as f:
        f.write(PLUGIN)
    os.chmod(path, 0o755)
    daemon.args += ['--plugins', folder]


class Base(unittest.TestCase):
    args = ()

    def setUp(self):
        self.d = xapid.start(*self.args)
        plugins(self.d)
        self.d.__enter__()
        self.addCleanup(self.d.__exit__, None, None, None)
        self.host = self.d.call('host.get_all')[0]
        self.pool = self.d.call('pool.get_all')[0]

    def slow(self, fn='sleep', session=None):
        return self.d.call('Async.host.call_plugin', self.host, 'slow', fn,
                           {}, session=session)

    def with_header(self, parent, method, *params):
        """A call that says which task it is a part of."""
        body = json.dumps({'jsonrpc': '2.0', 'method': method, 'id': 1,
                           'params': [self.d.login()] + list(params)})
        c = http.client.HTTPConnection('127.0.0.1', self.d.port, timeout=20)
        c.request('POST', '/jsonrpc', body,
                  {'Content-Type': 'application/json',
                   'Subtask-Of': parent})
        reply = json.loads(c.getresponse().read())
        c.close()
        if 'error' in reply:
            return [reply['error']['message']] + reply['error']['data']
        return reply['result']


class Life(Base):
    def test_a_task_tells_how_the_call_ended(self):
        before = time.time()
        task = self.d.call('Async.secret.create',
                           {'value': 'v', 'other_config': {}})
        rec = self.d.ended(task)
        self.assertEqual(rec['status'], 'success')
        self.assertEqual(rec['progress'], 1.0)
        self.assertEqual(rec['name_label'], 'Async.secret.create')
        self.assertEqual(rec['resident_on'], self.host)
        self.assertEqual(rec['error_info'], [])
        self.assertEqual(rec['type'], '<none/>')
        self.assertRegex(rec['result'], '^<value>OpaqueRef:[-0-9a-f]{36}'
                                        '</value>$')
        secret = rec['result'][7:-8]
        self.assertEqual(self.d.call('secret.get_value', secret), 'v')
        for when in ('created', 'finished'):
            t = time.mktime(time.strptime(rec[when], '%Y%m%dT%H:%M:%SZ')) \
                - time.timezone
            self.assertTrue(before - 2 < t < time.time() + 2)
        self.assertEqual(self.d.call('task.destroy', task), '')
        self.assertEqual(self.d.error('task.get_status', task),
                         ['HANDLE_INVALID', 'task', task])

    def test_results_are_xml_values(self):
        secret = self.d.call('secret.create', {'value': 'v',
                                               'other_config': {}})
        self.d.login('vm-admin')
        for method, params, result in (
                ('secret.destroy', (secret,), ''),
                ('session.get_all_subject_identifiers', (),
                 '<value><array><data>.*</data></array></value>')):
            task = self.d.task(method, *params)
            self.assertEqual(task['status'], 'success')
            self.assertRegex(task['result'], '^%s$' % result)

    def test_a_failure_has_its_error(self):
        task = self.d.task('VM.start', NONE, False, False)
        self.assertEqual(task['status'], 'failure')
        self.assertEqual(task['error_info'], ['HANDLE_INVALID', 'VM', NONE])
        self.assertEqual(task['result'], '')
        self.assertEqual(task['progress'], 1.0)

    def test_wrong_parameters_fail_at_once_and_leave_no_task(self):
        before = self.d.call('task.get_all')
        self.assertEqual(self.d.error('Async.VM.start')[0],
                         'MESSAGE_PARAMETER_COUNT_MISMATCH')
        self.assertEqual(self.d.error('Async.VM.start', [], 1, 2)[0],
                         'INTERNAL_ERROR')
        self.assertEqual(
            self.d.error('Async.VM.start', NONE, False, False,
                         session=self.d.login('read-only'))[0],
            'RBAC_PERMISSION_DENIED')
        self.assertEqual(self.d.call('task.get_all'), before)

    def test_the_events_of_a_task_tell_all(self):
        token = self.d.call('event.from', ['task'], '', 0.0)['token']
        task = self.d.call('Async.secret.create',
                           {'value': 'v', 'other_config': {}})
        states = []
        while not states or states[-1] == 'pending':
            got = self.d.call('event.from', ['task/' + task], token, 10.0)
            token = got['token']
            for e in got['events']:
                states.append(e['snapshot']['status'])
        self.assertEqual(states[-1], 'success')
        self.d.call('task.destroy', task)
        got = self.d.call('event.from', ['task'], token, 10.0)
        self.assertEqual([(e['operation'], e['ref']) for e in got['events']],
                         [('del', task)])
        self.assertEqual(got['valid_ref_counts']['task'],
                         len(self.d.call('task.get_all')))

    def test_a_task_that_is_destroyed_while_it_runs_is_gone(self):
        task = self.slow('nap')
        self.assertEqual(self.d.call('task.get_status', task), 'pending')
        self.d.call('task.destroy', task)
        time.sleep(1.3)
        self.assertEqual(self.d.call('task.get_all'), [])

    def test_what_a_client_made_it_leads_itself(self):
        call = self.d.call
        task = call('task.create', 'mine', 'by hand')
        rec = call('task.get_record', task)
        self.assertEqual((rec['status'], rec['progress'], rec['name_label'],
                          rec['name_description'], rec['finished']),
                         ('pending', 0.0, 'mine', 'by hand',
                          '19700101T00:00:00Z'))
        call('task.set_progress', task, 0.5)
        self.assertEqual(call('task.get_progress', task), 0.5)
        for wrong in (-0.1, 1.1, 1e300):
            self.assertEqual(self.d.error('task.set_progress', task, wrong)
                             [0], 'INVALID_VALUE')
        call('task.add_to_other_config', task, 'k', 'v')
        call('task.set_result', task, '<value>x</value>')
        call('task.set_error_info', task, ['A', 'b'])
        call('task.set_status', task, 'failure')
        rec = call('task.get_record', task)
        self.assertEqual((rec['status'], rec['result'], rec['error_info'],
                          rec['other_config']),
                         ('failure', '<value>x</value>', ['A', 'b'],
                          {'k': 'v'}))
        self.assertNotEqual(rec['finished'], '19700101T00:00:00Z')
        call('task.destroy', task)


class Cancel(Base):
    def test_a_task_that_runs_ends_soon_after_it_is_cancelled(self):
        task = self.slow()
        time.sleep(0.2)
        self.assertEqual(self.d.call('task.get_allowed_operations', task),
                         ['cancel'])
        begun = time.time()
        self.d.call('task.cancel', task)
        rec = self.d.ended(task, 5)
        self.assertEqual((rec['allowed_operations'],
                          rec['current_operations']), ([], {}))
        self.assertLess(time.time() - begun, 3)
        self.assertEqual(rec['status'], 'cancelled')
        self.assertEqual(rec['error_info'], ['TASK_CANCELLED', task])
        self.d.call('task.cancel', task)  # too late: nothing happens
        self.assertEqual(self.d.call('task.get_record', task), rec)

    def test_a_task_that_nobody_works_on_is_cancelled_at_once(self):
        task = self.d.call('task.create', 'a', 'b')
        self.d.call('task.cancel', task)
        rec = self.d.call('task.get_record', task)
        self.assertEqual(rec['status'], 'cancelled')
        self.assertEqual(rec['error_info'], ['TASK_CANCELLED', task])

    def test_others_may_not_touch_it(self):
        other = self.d.login('vm-admin')
        task = self.d.call('task.create', 'a', 'b')
        for method, params in (('task.cancel', ()), ('task.destroy', ()),
                               ('task.set_status', ('success',)),
                               ('task.set_progress', (0.5,)),
                               ('task.set_result', ('x',)),
                               ('task.set_error_info', ([],))):
            self.assertEqual(
                self.d.error(method, task, *params, session=other)[0],
                'RBAC_PERMISSION_DENIED', method)
        mine = self.d.call('task.create', 'a', 'b', session=other)
        self.d.call('task.cancel', mine, session=other)
        self.d.call('task.destroy', mine, session=other)
        # a pool operator may
        operator = self.d.login('pool-operator')
        self.d.call('task.cancel', task, session=operator)
        self.d.call('task.destroy', task, session=operator)

    def test_what_is_no_task_cannot_be_cancelled(self):
        for ref in (NONE, NULL, self.pool, 'x'):
            got = self.d.error('task.cancel', ref)
            self.assertEqual(got[:2], ['HANDLE_INVALID', 'task'])


class Nested(Base):
    def test_a_part_knows_its_whole(self):
        whole = self.d.call('task.create', 'whole', '')
        part = self.with_header(whole, 'Async.secret.create',
                                {'value': 'v', 'other_config': {}})
        by_hand = self.with_header(whole, 'task.create', 'part', '')
        self.d.ended(part)
        self.assertEqual(self.d.call('task.get_subtask_of', part), whole)
        self.assertEqual(sorted(self.d.call('task.get_subtasks', whole)),
                         sorted([part, by_hand]))
        self.d.call('task.destroy', whole)
        self.assertEqual(self.d.call('task.get_subtask_of', part), NULL)

    def test_to_cancel_the_whole_cancels_its_parts(self):
        whole = self.d.call('task.create', 'whole', '')
        part = self.with_header(whole, 'task.create', 'part', '')
        piece = self.with_header(part, 'task.create', 'piece', '')
        done = self.with_header(whole, 'Async.secret.create',
                                {'value': 'v', 'other_config': {}})
        self.d.ended(done)
        self.d.call('task.cancel', whole)
        for task in (whole, part, piece):
            self.assertEqual(self.d.call('task.get_status', task),
                             'cancelled')
        self.assertEqual(self.d.call('task.get_status', done), 'success')

    def test_the_whole_must_be_there_and_ones_own(self):
        self.assertEqual(self.with_header(NONE, 'task.create', 'x', ''),
                         ['HANDLE_INVALID', 'task', NONE])
        # what is no reference is no parent
        task = self.with_header('nonsense', 'task.create', 'x', '')
        self.assertEqual(self.d.call('task.get_subtask_of', task), NULL)


class Quota(Base):
    args = ('--max-tasks-per-user', '20')

    def test_one_user_cannot_have_too_many(self):
        """tasks of one user are bounded, others work on (A32)"""
        greedy = self.d.login('vm-admin')
        made, refused = [], 0
        for _ in range(60):
            try:
                made.append(self.d.call('task.create', 'x', '',
                                        session=greedy))
            except xapid.Failure as f:
                self.assertEqual(f.code, 'TOO_MANY_PENDING_TASKS')
                refused += 1
        self.assertGreater(refused, 0)
        self.assertLessEqual(len(made), 40)
        other = self.d.login('vm-operator')
        self.d.call('task.create', 'y', '', session=other)
        self.assertEqual(self.d.task('secret.create', {
            'value': 'v', 'other_config': {}})['status'], 'success')
        for task in made:
            self.d.call('task.destroy', task, session=greedy)
        self.d.call('task.create', 'x', '', session=greedy)

    def test_running_ones_too(self):
        """calls that run for one user are bounded (A32)"""
        greedy = self.d.login('pool-admin')
        made, refused = [], 0
        for _ in range(30):
            try:
                made.append(self.slow(session=greedy))
            except xapid.Failure as f:
                self.assertEqual(f.code, 'TOO_MANY_PENDING_TASKS')
                refused += 1
        self.assertEqual((len(made), refused), (20, 10))
        self.assertEqual(self.d.task('secret.create', {
            'value': 'v', 'other_config': {}})['status'], 'success')
        for task in made:
            self.d.call('task.cancel', task)
        for task in made:
            self.assertEqual(self.d.ended(task)['status'], 'cancelled')


class Expiry(Base):
    args = ('--task-done', '1', '--task-pending', '2')

    def test_tasks_go_by_themselves(self):
        done = self.d.call('Async.secret.create',
                           {'value': 'v', 'other_config': {}})
        pending = self.d.call('task.create', 'a', 'b')
        running = self.slow()
        self.d.ended(done)
        end = time.time() + 8
        left = {done, pending, running}
        while time.time() < end and left != {running}:
            left = set(self.d.call('task.get_all'))
            time.sleep(0.05)
        self.assertEqual(left, {running})
        self.d.call('task.cancel', running)


class Restart(Base):
    def test_what_ran_is_a_failure_after_a_crash(self):
        """after SIGKILL tasks end as failures within a second"""
        running = self.slow()
        by_hand = self.d.call('task.create', 'mine', '')
        done = self.d.call('Async.secret.create',
                           {'value': 'v', 'other_config': {}})
        before = self.d.ended(done)
        self.d.kill()
        self.d.start()
        begun = time.time()
        # The kernel may end the plugin before the daemon, who then still
        # writes down that it failed.
        for task, codes in (
                (running, ('INTERNAL_ERROR', 'XENAPI_PLUGIN_FAILURE')),
                (by_hand, ('INTERNAL_ERROR',))):
            rec = self.d.call('task.get_record', task)
            self.assertEqual(rec['status'], 'failure')
            self.assertIn(rec['error_info'][0], codes)
            self.assertEqual(rec['progress'], 1.0)
            self.assertNotEqual(rec['finished'], '19700101T00:00:00Z')
        self.assertLess(time.time() - begun, 1)
        self.assertEqual(self.d.call('task.get_record', done), before)
        for task in (running, by_hand, done):
            self.d.call('task.destroy', task)

    def test_a_task_is_on_disk_before_it_is_told(self):
        for _ in range(3):
            tasks = [self.d.call('Async.secret.create',
                                 {'value': 'v', 'other_config': {}})
                     for _ in range(5)]
            self.d.kill()
            self.d.start()
            for task in tasks:
                self.assertIn(self.d.call('task.get_status', task),
                              ('success', 'failure'))
                self.d.call('task.destroy', task)

    def test_the_daemon_ends_while_tasks_run(self):
        """SIGTERM ends the daemon soon, whatever runs"""
        task = self.slow()
        begun = time.time()
        self.assertEqual(self.d.stop(), 0)
        self.assertLess(time.time() - begun, 10)
        self.d.start()
        self.assertIn(self.d.call('task.get_status', task),
                      ('failure', 'cancelled'))


class Many(Base):
    def test_many_at_once(self):
        """hundreds of Async calls from many clients all end"""
        results, errors = [], []

        def client():
            c = xapid.Daemon.__new__(xapid.Daemon)
            c.__dict__.update(self.d.__dict__, local=None, session=None)
            try:
                tasks = [c.call('Async.secret.create', {
                    'value': str(i), 'other_config': {}}) for i in range(40)]
                for i, task in enumerate(tasks):
                    while c.call('task.get_status', task) == 'pending':
                        time.sleep(0.005)
                    ref = c.call('task.get_result', task)[7:-8]
                    results.append(c.call('secret.get_value', ref) == str(i))
                    c.call('task.destroy', task)
            except Exception as e:
                errors.append(e)
            finally:
                c.local.close()
        threads = [threading.Thread(target=client) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(errors, [])
        self.assertEqual(results, [True] * 320)
        self.assertEqual(self.d.call('task.get_all'), [])


if __name__ == '__main__':
    tap.main()
