#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logging in: attacks A18, A27 and A28."""

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

import tap
import xapid


def refused(user):
    return ['SESSION_AUTHENTICATION_FAILED', user, 'Authentication failure']


class Base(xapid.Case):
    args = ('--log-level', 'debug')

    def try_login(self, *params):
        try:
            return self.d.raw('session.login_with_password', *params)
        except xapid.Failure as f:
            return [f.code] + f.params

    def assert_dead(self, session):
        self.assertEqual(self.d.error('pool.get_all', session=session),
                         ['SESSION_INVALID', session])


class Login(Base):
    def test_two_three_and_four_parameters(self):
        """a login takes two, three or four parameters"""
        for more in ((), ('2.0',), ('2.0', 'program')):
            session = self.try_login('root', xapid.PASSWORD, *more)
            self.assertTrue(session.startswith('OpaqueRef:'), session)
            record = self.d.call('session.get_record', session,
                                 session=session)
            self.assertEqual(record['auth_user_name'], 'root')
            self.assertEqual(record['originator'],
                             more[1] if len(more) == 2 else '')
            self.assertTrue(record['is_local_superuser'])
            self.assertEqual(record['rbac_permissions'], [])
            self.assertEqual(record['this_host'],
                             self.d.call('host.get_all')[0])

    def test_wrong(self):
        """a wrong password and an unknown user get the same answer"""
        self.assertEqual(self.try_login('root', 'wrong'), refused('root'))
        self.assertEqual(self.try_login('root', ''), refused('root'))
        self.assertEqual(self.try_login('nobody', 'wrong'),
                         refused('nobody'))
        long_name = 'x' * 10000
        self.assertEqual(self.try_login(long_name, 'wrong'),
                         refused(long_name))
        self.assertEqual(self.try_login('root', long_name), refused('root'))
        odd = '"<&\u00e4\U0001f600 \'"'
        self.assertEqual(self.try_login(odd, odd), refused(odd))

    def test_counts(self):
        """too few parameters are refused before anything else"""
        self.assertEqual(self.try_login('root'),
                         ['MESSAGE_PARAMETER_COUNT_MISMATCH',
                          'session.login_with_password', '2', '1'])

    def test_roles(self):
        """a user's session has the permissions of his role"""
        counts = {'pool-admin': 2284, 'vm-operator': 1464, 'read-only': 1384}
        for role, count in counts.items():
            session = self.d.login(role)
            record = self.d.call('session.get_record', session,
                                 session=session)
            self.assertFalse(record['is_local_superuser'])
            self.assertEqual(record['auth_user_sid'], 'file:' + role)
            self.assertEqual(len(record['rbac_permissions']), count)
            self.assertIn('vm.get_record', record['rbac_permissions'])

    def test_logout(self):
        """a session is dead after its logout, others live"""
        one, two = self.d.login(), self.d.login()
        self.assertIn(self.d.call('session.logout', session=one), (None, ''))
        self.assert_dead(one)
        self.assertTrue(self.d.call('pool.get_all', session=two))
        self.assertEqual(
            self.d.error('session.logout', session=one)[0],
            'SESSION_INVALID')

    def test_local_emergency(self):
        """the emergency login is for local root only"""
        def attempt(user, password):
            try:
                return self.d.raw('session.slave_local_login_with_password',
                                  user, password)
            except xapid.Failure as f:
                return [f.code] + f.params
        self.assertEqual(attempt('pool-admin', xapid.PASSWORD),
                         refused('pool-admin'))
        self.assertEqual(attempt('root', 'wrong'), refused('root'))
        session = attempt('root', xapid.PASSWORD)
        self.assertTrue(session.startswith('OpaqueRef:'), session)
        self.d.call('session.local_logout', session=session)
        self.assert_dead(session)

    def test_pool_secret(self):
        """hosts of the pool log in with its secret, and nobody without"""
        path = os.path.join(self.d.state, 'pool_secret')
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as f:
            secret = f.read()
        host = self.d.call('host.get_all')[0]
        for call in (('session.slave_login', host),
                     ('session.slave_local_login',)):
            session = self.d.raw(*call, secret)
            record = self.d.call('session.get_record', session,
                                 session=session)
            self.assertTrue(record['pool'])
            self.assertTrue(record['is_local_superuser'])
            self.d.call('session.local_logout', session=session)
            self.assert_dead(session)
            for wrong in ('', secret[:-1], secret + 'x', 'x' * 10000):
                with self.assertRaises(xapid.Failure) as refusal:
                    self.d.raw(*call, wrong)
                self.assertEqual(refusal.exception.code,
                                 'SESSION_AUTHENTICATION_FAILED')
        self.assertNotIn(secret, self.d.log_text())
        with self.assertRaises(xapid.Failure) as refusal:
            self.d.raw('session.slave_login', 'OpaqueRef:no', secret)
        self.assertEqual(refusal.exception.code, 'HANDLE_INVALID')

    def test_subject_identifiers(self):
        """users who are logged in are listed, and can be logged out"""
        session = self.d.login('vm-admin')
        self.assertIn('file:vm-admin',
                      self.d.call('session.get_all_subject_identifiers'))
        self.d.call('session.logout_subject_identifier', 'file:vm-admin')
        self.assert_dead(session)
        self.assertNotIn(
            'file:vm-admin',
            self.d.call('session.get_all_subject_identifiers'))
        own = self.d.login('pool-operator')
        other = self.d.login('pool-operator')
        self.d.call('session.logout_subject_identifier',
                    'file:pool-operator', session=own)
        self.assert_dead(other)
        self.assertTrue(self.d.call('pool.get_all', session=own))
        self.d.call('session.logout_subject_identifier', '')
        self.assertTrue(self.d.call('pool.get_all'))

    def test_basic(self):
        """Basic authentication is checked like a login"""
        def status(user, password):
            text = base64.b64encode(('%s:%s' % (user, password)).encode())
            return self.d.http('GET', '/services', headers={
                'Authorization': 'Basic ' + text.decode()})[0]
        self.assertEqual(status('root', 'wrong'), 401)
        self.assertNotIn(status('root', xapid.PASSWORD), (401, 403))


class Members(unittest.TestCase):
    def test_other_hosts_name_the_coordinator(self):
        """a login at another host's address is told where to go"""
        with xapid.start('--sim-hosts', '2', '--listen',
                         '127.0.0.2:0') as d:
            member = next(u for u in d.urls if '127.0.0.2' in u)
            login = json.dumps({
                'jsonrpc': '2.0', 'method': 'session.login_with_password',
                'params': ['root', xapid.PASSWORD], 'id': 1}).encode()

            def error_at(url):
                asked = urllib.request.Request(
                    url + '/jsonrpc', login,
                    {'Content-Type': 'application/json'})
                with urllib.request.urlopen(asked) as r:
                    return json.load(r).get('error')
            refusal = error_at(member)
            self.assertEqual(refusal['message'], 'HOST_IS_SLAVE')
            self.assertEqual(refusal['data'], ['127.0.0.1'])
            self.assertIsNone(error_at(d.url))


class LocalSocket(Base):
    def talk(self, method, *params):
        c = xapid.UnixConnection(self.d.socket)
        c.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': method, 'params': params, 'id': 1}),
            {'Content-Type': 'application/json'})
        reply = json.loads(c.getresponse().read())
        c.close()
        return reply

    def test_any_password(self):
        """by the local socket any name and password make local root"""
        for user, password in (('root', ''), ('whoever', 'whatever'),
                               ('', '')):
            session = self.talk('session.login_with_password', user,
                                password)['result']
            record = self.talk('session.get_record', session,
                               session)['result']
            self.assertTrue(record['is_local_superuser'])
            self.assertEqual(record['auth_user_name'], user or 'root')
            self.assertEqual(record['auth_user_sid'], '')

    def test_http_needs_no_session(self):
        """by the local socket a handler needs no session"""
        c = xapid.UnixConnection(self.d.socket)
        c.request('GET', '/services')
        self.assertNotIn(c.getresponse().status, (401, 403))
        c.close()

    @unittest.skipUnless(os.geteuid() == 0, 'needs root')
    def test_other_users(self):
        """another local user gets no answer from the local socket (A18)"""
        os.chmod(self.d.folder, 0o755)
        os.chmod(self.d.socket, 0o777)  # as if its mode were wrong
        program = '''
import json, os, socket, sys
os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
try:
    s.connect(sys.argv[1])
    s.sendall(b'POST /jsonrpc HTTP/1.1\\r\\nContent-Length: 0\\r\\n\\r\\n')
    s.settimeout(10)
    print(repr(s.recv(1000)))
except OSError as e:
    print(e.__class__.__name__)
'''
        out = subprocess.run([sys.executable, '-c', program, self.d.socket],
                             capture_output=True, text=True, timeout=60)
        self.assertIn(out.stdout.strip(),
                      ("b''", 'ConnectionResetError', 'BrokenPipeError',
                       'PermissionError'), out.stderr)


class Secrets(Base):
    def test_nothing_in_logs(self):
        """neither sessions nor passwords stand in any log (A27)"""
        with open(self.d.users_file, 'a') as f:
            f.write('eve:%s:pool-admin\n' % xapid.hashed('G00d-one'))
        session = self.try_login('eve', 'G00d-one')
        secrets = ['G00d-one', session, session[10:], 'Wr0ng-one',
                   'S3cret-value', 'p4ss-in-map', 'n3w-pass']
        self.try_login('root', 'Wr0ng-one')
        self.d.http('GET', '/no-such?session_id=' + session)
        self.d.http('GET', '/services?session_id=' + session)
        self.d.http('GET', '/services', headers={
            'Cookie': 'session_id=' + session})
        self.d.call('secret.create', {'value': 'S3cret-value',
                                      'other_config': {}}, session=session)
        pool = self.d.call('pool.get_all')[0]
        self.d.call('pool.set_other_config', pool,
                    {'password': 'p4ss-in-map'}, session=session)
        self.d.call('pool.add_to_other_config', pool, 'proxy',
                    'p4ss-in-map', session=session)
        self.d.error('session.change_password', 'Wr0ng-one', 'n3w-pass',
                     session=session)
        self.d.call('session.logout', session=session)
        self.d.error('pool.get_all', session=session)
        text = self.d.log_text()
        with open(os.path.join(self.d.state, 'audit.log')) as f:
            audit = f.read()
        self.assertIn('pool.set_other_config', audit)
        for secret in secrets:
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, audit)


class Users(Base):
    def change(self, old, new):
        with open(self.d.users_file) as f:
            text = f.read()
        self.assertIn(old, text)
        with open(self.d.users_file + '.new', 'w') as f:
            f.write(text.replace(old, new))
        os.rename(self.d.users_file + '.new', self.d.users_file)

    def wait_until_dead(self, session):
        end = time.time() + 10
        while time.time() < end:
            try:
                self.d.call('pool.get_all', session=session)
            except xapid.Failure as f:
                self.assertEqual(f.code, 'SESSION_INVALID')
                return
            time.sleep(0.05)
        self.fail('the session lives on')

    def test_user_is_removed(self):
        """a user who is removed from the file is logged out (A27)"""
        session = self.d.login('vm-admin')
        with open(self.d.users_file) as f:
            line = next(x for x in f if x.startswith('vm-admin:'))
        self.change(line, '')
        self.wait_until_dead(session)
        self.assertEqual(self.try_login('vm-admin', xapid.PASSWORD),
                         refused('vm-admin'))

    def test_role_changes(self):
        """a user whose role changes is logged out (A27)"""
        session = self.d.login('pool-operator')
        self.change(':pool-operator\n', ':read-only\n')
        self.wait_until_dead(session)
        session = self.d.login('pool-operator')
        pool = self.d.call('pool.get_all')[0]
        self.assertEqual(
            self.d.error('pool.set_name_label', pool, 'x',
                         session=session)[0], 'RBAC_PERMISSION_DENIED')

    def test_change_password(self):
        """local root changes its password, and keeps its sessions"""
        session = self.d.login('root')
        self.assertEqual(
            self.d.error('session.change_password', 'wrong', 'new-one',
                         session=session), refused('root'))
        self.d.call('session.change_password', xapid.PASSWORD, 'new-one',
                    session=session)
        self.assertEqual(self.try_login('root', xapid.PASSWORD),
                         refused('root'))
        self.assertTrue(self.try_login('root', 'new-one')
                        .startswith('OpaqueRef:'))
        time.sleep(1.5)
        self.assertTrue(self.d.call('pool.get_all', session=session))
        self.d.call('session.change_password', 'new-one', xapid.PASSWORD,
                    session=session)
        self.assertEqual(
            self.d.error('session.change_password', xapid.PASSWORD, 'x',
                         session=self.d.login('pool-admin'))[0],
            'RBAC_PERMISSION_DENIED')


class Flood(Base):
    """Wrong passwords as fast as they can be sent (A28)."""

    def flood(self, user, seconds, connections=150):
        """Pipelines wrong logins on many connections; stop() to end."""
        body = json.dumps({'jsonrpc': '2.0', 'id': 1,
                           'method': 'session.login_with_password',
                           'params': [user, 'wrong']}).encode()
        head = (b'POST /jsonrpc HTTP/1.1\r\nHost: x\r\n'
                b'Content-Type: application/json\r\n'
                b'Content-Length: %d\r\n\r\n' % len(body))
        batch = (head + body) * 100
        state = {'stop': False, 'answers': 0}

        def run():
            socks = []
            for _ in range(connections // 3):
                s = socket.create_connection(('127.0.0.1', self.d.port))
                s.setblocking(False)
                socks.append(s)
            end = time.time() + seconds
            while not state['stop'] and time.time() < end:
                for s in list(socks):
                    try:
                        s.send(batch)
                    except BlockingIOError:
                        pass
                    except OSError:
                        socks.remove(s)
                        continue
                    try:
                        state['answers'] += s.recv(65536).count(
                            b'SESSION_AUTHENTICATION_FAILED')
                    except BlockingIOError:
                        pass
                    except OSError:
                        socks.remove(s)
                time.sleep(0.005)
            for s in socks:
                s.close()
        threads = [threading.Thread(target=run) for _ in range(3)]
        for t in threads:
            t.start()
        return threads, state

    def time_logins(self, user, n=5):
        slowest = 0
        for _ in range(n):
            c = self.d.connection()
            begin = time.time()
            c.request('POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'id': 1,
                 'method': 'session.login_with_password',
                 'params': [user, xapid.PASSWORD]}),
                {'Content-Type': 'application/json'})
            reply = json.loads(c.getresponse().read())
            slowest = max(slowest, time.time() - begin)
            self.assertIn('result', reply)
            c.close()
            time.sleep(0.1)
        return slowest

    def test_same_user(self):
        """a flood of wrong passwords does not lock a known user out"""
        self.time_logins('vm-operator', 1)
        threads, state = self.flood('vm-operator', 60)
        xapid.until(lambda: state['answers'])
        slowest = self.time_logins('vm-operator')
        state['stop'] = True
        for t in threads:
            t.join()
        print('# slowest good login %.0f ms beside %d refusals'
              % (slowest * 1000, state['answers']))
        self.assertLess(slowest, xapid.PATIENCE)

    def test_other_user(self):
        """a flood for one user does not lock others out"""
        threads, state = self.flood('nobody', 60)
        xapid.until(lambda: state['answers'])
        slowest = self.time_logins('vm-power-admin')
        state['stop'] = True
        for t in threads:
            t.join()
        print('# slowest good login %.0f ms beside %d refusals'
              % (slowest * 1000, state['answers']))
        self.assertLess(slowest, xapid.PATIENCE)


if __name__ == '__main__':
    tap.main()
