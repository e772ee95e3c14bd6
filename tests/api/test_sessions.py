#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of sessions, subjects and their roles: attacks A16 and A27."""

import json
import threading
import time
import unittest

import tap
import xapid


class Base(unittest.TestCase):
    args, options = (), {}

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start(*cls.args, **cls.options)
        cls.add_users()
        cls.d.__enter__()

    @classmethod
    def add_users(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)

    def is_alive(self, session):
        try:
            self.d.call('pool.get_all', session=session)
            return True
        except xapid.Failure as f:
            self.assertEqual([f.code] + f.params, ['SESSION_INVALID', session])
            return False

    def wait_until_dead(self, session, seconds=10):
        end = time.time() + seconds
        while self.is_alive(session):
            self.assertLess(time.time(), end, 'the session lives on')
            time.sleep(0.02)


class Programs(Base):
    args = ('--max-sessions-per-originator', '3')

    def test_oldest_of_a_program_ends(self):
        """a program that never logs out ends no sessions of others"""
        def login(originator):
            return self.d.raw('session.login_with_password', 'root',
                              xapid.PASSWORD, '1.0', originator)
        person = login('a person')
        script = [login('a script') for _ in range(5)]
        self.assertEqual([self.is_alive(s) for s in script],
                         [False, False, True, True, True])
        self.assertTrue(self.is_alive(person))


class Sessions(Base):
    args = ('--max-sessions-per-user', '5')

    def test_guessed(self):
        """only the reference itself is a session (A27)"""
        good = self.d.login()
        uuid = self.d.call('session.get_uuid', good, session=good)
        last = '0' if good[-1] != '0' else '1'
        for wrong in (good[:-1] + last, good[10:], good.upper(), good + ' ',
                      ' ' + good, 'OpaqueRef:' + uuid, uuid, '',
                      'OpaqueRef:', 'OpaqueRef:NULL', 'trackid=1',
                      self.d.call('host.get_all')[0], "' or 1=1 --",
                      '../' + good, 'x' * 100000):
            self.assertEqual(self.d.error('pool.get_all', session=wrong),
                             ['SESSION_INVALID', wrong])
        for wrong in (None, 1, True, [], {}, [good]):
            self.assertEqual(
                self.d.error('pool.get_all', session=wrong
                             if wrong is not None else {'s': good})[0],
                'SESSION_INVALID')
        self.assertTrue(self.is_alive(good))

    def test_by_uuid_needs_a_session(self):
        """sessions are not listed, and their records need their reference"""
        names = self.d.raw('system.listMethods')
        for name in ('get_all', 'get_all_records', 'get_all_records_where'):
            self.assertNotIn('session.' + name, names)
        self.assertEqual(
            self.d.error('session.get_record', 'OpaqueRef:NULL')[0],
            'HANDLE_INVALID')

    def test_oldest_ends(self):
        """above the limit the oldest session of the user ends"""
        mine = [self.d.login('vm-admin') for _ in range(5)]
        others = self.d.login('vm-operator')
        self.assertTrue(all(self.is_alive(s) for s in mine))
        mine.append(self.d.login('vm-admin'))
        self.assertFalse(self.is_alive(mine[0]))
        self.assertTrue(all(self.is_alive(s) for s in mine[1:]))
        self.assertTrue(self.is_alive(others))

    def test_many_at_once(self):
        """many clients log in and out at the same time"""
        wrong = []

        def client(user):
            c = xapid.Daemon.__new__(xapid.Daemon)
            c.__dict__.update(self.d.__dict__, local=None, session=None)
            try:
                for _ in range(30):
                    s = c.login(user)
                    c.call('session.get_uuid', s, session=s)
                    c.call('session.logout', session=s)
            except Exception as e:
                wrong.append(e)
            finally:
                if c.local:
                    c.local.close()
        threads = [threading.Thread(target=client, args=(user,))
                   for user in ('pool-admin', 'pool-operator', 'read-only')]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])

    def test_waiting_call(self):
        """a call that waits for events ends with its session"""
        session = self.d.login('vm-power-admin')
        token = self.d.call('event.from', ['pool'], '', 1.0)['token']
        got = []

        def wait():
            c = xapid.Daemon.__new__(xapid.Daemon)
            c.__dict__.update(self.d.__dict__, local=None)
            got.append(c.error('event.from', ['pool'], token, 30.0,
                               session=session))
            c.local.close()
        t = threading.Thread(target=wait)
        t.start()
        time.sleep(0.3)
        begin = time.time()
        self.d.call('session.logout', session=session)
        t.join()
        self.assertLess(time.time() - begin, 5)
        self.assertEqual(got, [['SESSION_INVALID', session]])

    def test_other_config(self):
        """other_config of a session is for pool administrators"""
        admin = self.d.login('pool-admin')
        self.d.call('session.add_to_other_config', admin, 'k', 'v',
                    session=admin)
        self.assertEqual(
            self.d.call('session.get_other_config', admin, session=admin),
            {'k': 'v'})
        reader = self.d.login('read-only')
        self.assertEqual(
            self.d.error('session.add_to_other_config', reader, 'k', 'v',
                         session=reader)[0], 'RBAC_PERMISSION_DENIED')

    def test_restart(self):
        """sessions end with the daemon"""
        with xapid.start() as d:
            session = d.login()
            d.stop()
            d.start()
            self.assertEqual(d.error('pool.get_all', session=session),
                             ['SESSION_INVALID', session])


class Idle(Base):
    args = ('--session-idle', '2')

    def test_idle(self):
        """a session that is not used for a while ends, one in use stays"""
        idle, busy = self.d.login('vm-admin'), self.d.login('vm-admin')
        end = time.time() + 4.5
        while time.time() < end:
            self.assertTrue(self.is_alive(busy))
            time.sleep(0.2)
        self.assertFalse(self.is_alive(idle))


class WithSubject(Base):
    @classmethod
    def add_users(cls):
        with open(cls.d.users_file, 'a') as f:
            f.write('carol:%s:\n' % xapid.hashed(xapid.PASSWORD))

    def setUp(self):
        self.roles = {r['name_label']: ref for ref, r in
                      self.d.call('role.get_all_records').items()
                      if r['subroles']}
        identifier = self.d.call('auth.get_subject_identifier', 'carol')
        self.assertEqual(identifier, 'file:carol')
        self.subject = self.d.call('subject.create', {
            'subject_identifier': identifier,
            'other_config': self.d.call(
                'auth.get_subject_information_from_identifier', identifier)})

    def tearDown(self):
        try:
            self.d.call('subject.destroy', self.subject)
        except xapid.Failure as f:
            self.assertEqual(f.code, 'HANDLE_INVALID')

    def give(self, role):
        self.d.call('subject.add_to_roles', self.subject, self.roles[role])


class SlowDisk(WithSubject):
    options = xapid.SLOW_DISK

    def change(self, name, *params):
        """Sends it, on a connection of its own; the answer is looked at when
        the test has ended."""
        connection = self.d.connection()
        connection.request('POST', '/jsonrpc', json.dumps({
            'jsonrpc': '2.0', 'method': 'subject.' + name, 'id': 1,
            'params': [self.d.session, self.subject, *params]}),
            {'Content-Type': 'application/json'})

        def answered():
            reply = json.loads(connection.getresponse().read())
            self.assertNotIn('error', reply)
        self.addCleanup(answered)

    def test_roles(self):
        """who is logged out finds a new role when he comes back"""
        self.d.learn_disk()
        self.give('read-only')
        session = self.d.login('carol')
        self.change('add_to_roles', self.roles['vm-operator'])
        self.wait_until_dead(session)
        self.assertIn(self.roles['vm-operator'],
                      self.d.call('subject.get_roles', self.subject))
        session = self.d.login('carol')
        self.change('destroy')
        self.wait_until_dead(session)
        self.assertNotIn(self.subject, self.d.call('subject.get_all'))


class Subjects(WithSubject):
    def test_no_role(self):
        """a subject has no role until it is given one"""
        self.assertEqual(self.d.call('subject.get_roles', self.subject), [])
        with self.assertRaises(xapid.Failure) as e:
            self.d.login('carol')
        self.assertEqual(e.exception.code, 'SESSION_AUTHENTICATION_FAILED')

    def test_role_is_taken(self):
        """who loses a role is logged out at once (A27)"""
        self.give('vm-operator')
        session = self.d.login('carol')
        self.assertEqual(
            self.d.call('session.get_subject', session, session=session),
            self.subject)
        self.give('read-only')
        self.assertFalse(self.is_alive(session))
        session = self.d.login('carol')
        self.assertEqual(
            len(self.d.call('session.get_rbac_permissions', session,
                            session=session)), 1464)
        self.d.call('subject.remove_from_roles', self.subject,
                    self.roles['vm-operator'])
        self.assertFalse(self.is_alive(session))
        session = self.d.login('carol')
        self.assertEqual(
            len(self.d.call('session.get_rbac_permissions', session,
                            session=session)), 1384)

    def test_subject_is_destroyed(self):
        """who is no subject any more is logged out at once (A27)"""
        self.give('pool-admin')
        session = self.d.login('carol')
        self.d.call('subject.destroy', self.subject)
        self.assertFalse(self.is_alive(session))

    def test_oneself(self):
        """a subject may take a role from itself"""
        self.give('pool-admin')
        session = self.d.login('carol')
        self.d.call('subject.remove_from_roles', self.subject,
                    self.roles['pool-admin'], session=session)
        self.assertFalse(self.is_alive(session))

    def test_errors(self):
        """roles that are no roles, or there already, are refused"""
        permission = self.d.call('role.get_by_name_label', 'vm.start')[0]
        self.give('vm-admin')

        def add(role):
            return self.d.error('subject.add_to_roles', self.subject, role)

        def remove(role):
            return self.d.error('subject.remove_from_roles', self.subject,
                                role)
        self.assertEqual(add(self.roles['vm-admin']),
                         ['ROLE_ALREADY_EXISTS'])
        self.assertEqual(add(permission), ['ROLE_NOT_FOUND'])
        self.assertEqual(add(self.roles['client-cert']), ['ROLE_NOT_FOUND'])
        self.assertEqual(remove(self.roles['read-only']),
                         ['ROLE_NOT_FOUND'])
        self.assertEqual(remove(permission), ['ROLE_NOT_FOUND'])
        none = 'OpaqueRef:00000000-1111-2222-3333-444444444444'
        self.assertEqual(add(none), ['HANDLE_INVALID', 'role', none])
        self.assertEqual(
            self.d.error('subject.add_to_roles', none,
                         self.roles['vm-admin']),
            ['HANDLE_INVALID', 'subject', none])
        self.assertEqual(
            self.d.error('subject.create', {
                'subject_identifier': 'file:carol', 'other_config': {}}),
            ['SUBJECT_ALREADY_EXISTS'])
        self.assertEqual(
            len(self.d.call('subject.get_permissions_name_label',
                            self.subject)), 1626)

    def test_only_administrators(self):
        """roles are given by pool administrators only"""
        session = self.d.login('pool-operator')
        for method, params in (
                ('subject.add_to_roles',
                 (self.subject, self.roles['pool-admin'])),
                ('subject.remove_from_roles',
                 (self.subject, self.roles['pool-admin'])),
                ('subject.destroy', (self.subject,)),
                ('subject.create', ({'subject_identifier': 'u1',
                                     'other_config': {}},))):
            self.assertEqual(
                self.d.error(method, *params, session=session)[:2],
                ['RBAC_PERMISSION_DENIED', method])

    def test_survives_restart(self):
        """roles are kept over a restart"""
        self.give('vm-operator')
        self.d.stop()
        self.d.start()
        self.assertEqual(self.d.call('subject.get_roles', self.subject),
                         [self.roles['vm-operator']])
        self.assertTrue(self.is_alive(self.d.login('carol')))
        self.assertNotIn('did not exist', self.d.log_text())

    def test_names(self):
        """names of local users and groups are found, others are not"""
        root = self.d.call('auth.get_subject_identifier', 'daemon')
        self.assertRegex(root, '^u[0-9]+$')
        facts = self.d.call('auth.get_subject_information_from_identifier',
                            root)
        self.assertEqual(facts['subject-name'], 'daemon')
        self.assertEqual(facts['subject-is-group'], 'false')
        groups = self.d.call('auth.get_group_membership', root)
        self.assertRegex(groups[0], '^g[0-9]+$')
        for method in ('auth.get_subject_identifier',
                       'auth.get_subject_information_from_identifier',
                       'auth.get_group_membership'):
            self.assertEqual(self.d.error(method, 'no-such-name'),
                             ['SUBJECT_CANNOT_BE_RESOLVED'])


class Secrets(Base):
    def test_who_reads(self):
        """a secret is for pool operators"""
        operator = self.d.login('pool-operator')
        ref = self.d.call('secret.create', {'value': 'v', 'other_config': {}},
                          session=operator)
        self.assertEqual(
            self.d.call('secret.get_value', ref, session=operator), 'v')
        for user in ('vm-power-admin', 'vm-admin', 'vm-operator',
                     'read-only'):
            session = self.d.login(user)
            for method in ('get_value', 'get_record', 'get_uuid'):
                self.assertEqual(
                    self.d.error('secret.' + method, ref,
                                 session=session)[:2],
                    ['RBAC_PERMISSION_DENIED', 'secret.' + method])
            self.assertEqual(
                self.d.error('secret.get_all_records', session=session)[0],
                'RBAC_PERMISSION_DENIED')
            everything = self.d.call('event.from', ['*'], '', 5.0,
                                     session=session)
            self.assertNotIn('secret',
                             [e['class'] for e in everything['events']])

    def test_introduce(self):
        """a secret may come with its uuid, once"""
        uuid = 'c0ffee00-1111-2222-3333-444444444444'
        ref = self.d.call('secret.introduce', uuid, 'v', {'a': 'b'})
        self.assertEqual(
            self.d.call('secret.get_record', ref),
            {'uuid': uuid, 'value': 'v', 'other_config': {'a': 'b'}})
        self.assertEqual(
            self.d.error('secret.introduce', uuid, 'w', {})[0],
            'DB_UNIQUENESS_CONSTRAINT_VIOLATION')
        self.assertEqual(self.d.error('secret.introduce', 'no-uuid', 'w'),
                         ['INVALID_VALUE', 'uuid', 'no-uuid'])
        self.assertEqual(self.d.call('secret.get_value', ref), 'v')


class Tasks(Base):
    def forwarded(self, task, session):
        """The error of an asynchronous attempt to cancel the task."""
        attempt = self.d.call('Async.task.cancel', task, session=session)
        end = time.time() + 10
        while time.time() < end:
            record = self.d.call('task.get_record', attempt)
            if record['status'] != 'pending':
                self.assertEqual(record['status'], 'failure')
                return record['error_info'][0]
            time.sleep(0.01)
        self.fail('the attempt does not end')

    def test_cancel(self):
        """nobody cancels or destroys a task of somebody else (A16)"""
        owner = self.d.login('vm-operator')
        task = self.d.call('task.create', 'mine', '', session=owner)
        for user in ('read-only', 'vm-operator', 'vm-admin',
                     'vm-power-admin'):
            session = self.d.login(user)
            for method in ('task.cancel', 'task.destroy'):
                self.assertEqual(
                    self.d.error(method, task, session=session)[0],
                    'RBAC_PERMISSION_DENIED', (user, method))
            self.assertEqual(self.forwarded(task, session),
                             'RBAC_PERMISSION_DENIED')
        self.assertEqual(self.d.call('task.get_status', task), 'pending')
        self.d.call('task.destroy', task, session=owner)


class Quota(Base):
    args = ('--max-tasks-per-user', '20')

    def test_tasks(self):
        """a flood of tasks harms nobody but its maker (A32)"""
        flood, other = self.d.login('vm-operator'), self.d.login('vm-admin')
        made, refused = [], 0
        for n in range(100):
            try:
                made.append(self.d.call('task.create', 'x%d' % n, '',
                                        session=flood))
            except xapid.Failure as f:
                self.assertEqual(f.code, 'TOO_MANY_PENDING_TASKS')
                refused += 1
        self.assertEqual((len(made), refused), (20, 80))
        # a new session is still the same user
        again = self.d.login('vm-operator')
        self.assertEqual(
            self.d.error('task.create', 'x', '', session=again),
            ['TOO_MANY_PENDING_TASKS'])
        self.assertEqual(
            self.d.error('Async.pool.get_license_state',
                         self.d.call('pool.get_all')[0], session=again),
            ['TOO_MANY_PENDING_TASKS'])
        mine = [self.d.call('task.create', 'y', '', session=other)
                for _ in range(20)]
        self.assertEqual(len(set(mine)), 20)
        # what has ended makes room
        self.d.call('task.set_status', made[3], 'success')
        self.d.call('task.create', 'z', '', session=flood)
        left = self.d.call('task.get_all')
        self.assertNotIn(made[3], left)
        self.assertIn(made[0], left)
        self.assertTrue(set(mine) <= set(left))

    def test_finished(self):
        """of tasks that have ended the oldest go"""
        session = self.d.login('pool-operator')
        pool = self.d.call('pool.get_all')[0]
        refs = []
        for _ in range(50):
            refs.append(self.d.call('Async.pool.get_license_state', pool,
                                    session=session))
            end = time.time() + 10
            while self.d.call('task.get_status', refs[-1]) == 'pending':
                self.assertLess(time.time(), end)
        left = set(self.d.call('task.get_all')) & set(refs)
        self.assertEqual(left, set(refs[-20:]))


if __name__ == '__main__':
    tap.main()
