#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients log in with TLS certificates that the pool's authorities stand
behind, and have the role of such clients."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import tap
import xapid

NAME = 'client.example.com'


class Authority:
    """Makes certificates with openssl, in a folder of its own."""

    def __init__(self, folder, name):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.key, self.pem = self.path('ca.key'), self.path('ca.pem')
        self.run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days',
                 '30', '-subj', '/CN=' + name, '-keyout', self.key,
                 '-out', self.pem, '-addext',
                 'keyUsage=critical,keyCertSign,cRLSign')

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args):
        subprocess.run(('openssl',) + args, check=True, capture_output=True,
                       cwd=self.folder)

    def text(self):
        with open(self.pem) as f:
            return f.read()

    def issue(self, file, subject='/CN=' + NAME, san=None, usage=None,
              days='20'):
        """A PEM file with certificate and key."""
        key, request, cert = (self.path(file + end) for end in
                              ('.key', '.csr', '.crt'))
        extensions = []
        if san:
            extensions.append('subjectAltName=' + san)
        if usage:
            extensions.append('extendedKeyUsage=' + usage)
        with open(self.path(file + '.ext'), 'w') as f:
            f.write('\n'.join(extensions) + '\n')
        self.run('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj',
                 subject, '-keyout', key, '-out', request)
        self.run('x509', '-req', '-in', request, '-CA', self.pem, '-CAkey',
                 self.key, '-CAcreateserial', '-days', days, '-out', cert,
                 '-extfile', self.path(file + '.ext'))
        both = self.path(file + '.pem')
        with open(both, 'w') as out:
            for part in (cert, key):
                with open(part) as f:
                    out.write(f.read())
        return both

    def revoke(self, *certs):
        """The list of those that are revoked, as text."""
        for name, text in (('index.txt', ''), ('crlnumber', '01\n')):
            with open(self.path(name), 'w') as f:
                f.write(text)
        with open(self.path('ca.cnf'), 'w') as f:
            f.write('[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\n'
                    'crlnumber=crlnumber\ndefault_md=sha256\n'
                    'default_crl_days=30\n')
        ca = ('ca', '-config', 'ca.cnf', '-cert', self.pem, '-keyfile',
              self.key)
        for cert in certs:
            self.run(*ca, '-revoke', cert)
        self.run(*ca, '-gencrl', '-out', 'crl.pem')
        with open(self.path('crl.pem')) as f:
            return f.read()


class Client:
    def __init__(self, d, pem=None, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if version:
            context.maximum_version = version
        if pem:
            context.load_cert_chain(pem)
        self.http = http.client.HTTPSConnection(
            '127.0.0.1', int(d.tls_url.rsplit(':', 1)[1]), context=context,
            timeout=30 * xapid.PATIENCE)

    def raw(self, method, *params):
        self.http.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': method, 'params': list(params),
             'id': 1}))
        reply = json.loads(self.http.getresponse().read())
        if 'error' in reply:
            error = reply['error']
            raise xapid.Failure(
                [error['message']] + list(error.get('data') or []))
        return reply['result']

    def login(self, user='anybody', password=''):
        return self.raw('session.login_with_password', user, password)

    def gets_in(self):
        try:
            return bool(self.login())
        except xapid.Failure as e:
            assert e.code == 'SESSION_AUTHENTICATION_FAILED', e
            return False
        finally:
            self.http.close()


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='xapid.')
        cls.ca = Authority(cls.folder, 'ours')
        cls.other = Authority(cls.folder, 'other')
        cls.good = cls.ca.issue('good')
        cls.d = xapid.start(tls=True)
        cls.d.__enter__()
        cls.pool = cls.d.call('pool.get_all')[0]

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)
        shutil.rmtree(cls.folder)

    def setUp(self):
        if 'ours.pem' not in self.d.call('pool.certificate_list'):
            self.d.call('pool.install_ca_certificate', 'ours.pem',
                        self.ca.text())
        self.enable()

    def enable(self, name=NAME):
        self.d.call('pool.enable_client_certificate_auth', self.pool, name)

    def disable(self):
        self.d.call('pool.disable_client_certificate_auth', self.pool)

    def gets_in(self, pem, **options):
        return Client(self.d, pem, **options).gets_in()

    def test_a_client_with_the_right_certificate_needs_no_password(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.assertTrue(self.gets_in(self.good, version=version))
        pool = self.d.call('pool.get_record', self.pool)
        self.assertTrue(pool['client_certificate_auth_enabled'])
        self.assertEqual(pool['client_certificate_auth_name'], NAME)

    def test_the_session_says_how_it_began_and_has_its_role(self):
        c = Client(self.d, self.good)
        s = c.login('updater')
        record = self.d.call('session.get_record', s)
        self.assertTrue(record['client_certificate'])
        self.assertFalse(record['is_local_superuser'])
        self.assertEqual(record['auth_user_name'], 'updater')
        host = c.raw('host.get_all', s)[0]
        c.raw('host.disable', s, host)
        c.raw('host.enable', s, host)
        for method, params in (
                ('VM.start', ['OpaqueRef:NULL', False, False]),
                ('pool.set_name_label', [self.pool, 'x']),
                ('pool.set_https_only', [self.pool, False]),
                ('secret.get_all', []),
                ('subject.create', [{}])):
            with self.assertRaises(xapid.Failure) as e:
                c.raw(method, s, *params)
            self.assertEqual(e.exception.code, 'RBAC_PERMISSION_DENIED',
                             method)
        c.raw('session.logout', s)
        c.http.close()

    def test_names_stand_in_the_certificate(self):
        self.assertTrue(self.gets_in(self.ca.issue(
            'san', '/CN=something', 'DNS:' + NAME)))
        # Where there are other names, the common one does not count.
        self.assertFalse(self.gets_in(self.ca.issue(
            'san2', '/CN=' + NAME, 'DNS:other.example.com')))
        self.assertFalse(self.gets_in(self.ca.issue('cn', '/CN=wrong')))
        self.assertFalse(self.gets_in(self.ca.issue(
            'longer', '/CN=' + NAME + '.evil.org')))

    def test_strangers_are_clients_like_any_other(self):
        for pem in (None, self.other.issue('stranger')):
            self.assertFalse(self.gets_in(pem))
            c = Client(self.d, pem)
            s = c.login('root', xapid.PASSWORD)
            self.assertTrue(c.raw('session.get_is_local_superuser', s, s))
            c.http.close()

    def test_a_certificate_of_a_server_is_none_of_a_client(self):
        self.assertFalse(self.gets_in(self.ca.issue(
            'server', usage='serverAuth')))
        self.assertTrue(self.gets_in(self.ca.issue(
            'client', usage='clientAuth')))

    def test_what_has_expired_lets_nobody_in(self):
        self.assertFalse(self.gets_in(self.ca.issue('old', days='-1')))

    def test_a_forged_certificate_is_none(self):
        fake = Authority(tempfile.mkdtemp(dir=self.folder), 'ours')
        self.assertFalse(self.gets_in(fake.issue('forged')))
        itself = self.ca.path('itself.pem')
        self.ca.run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days',
                    '9', '-subj', '/CN=' + NAME, '-keyout', itself + '.key',
                    '-out', itself)
        with open(itself, 'a') as out, open(itself + '.key') as key:
            out.write(key.read())
        self.assertFalse(self.gets_in(itself))

    def test_who_is_revoked_stays_out(self):
        bad = self.ca.issue('bad')
        self.assertTrue(self.gets_in(bad))
        self.d.call('pool.crl_install', 'ours-crl.pem',
                    self.ca.revoke(self.ca.path('bad.crt')))
        self.assertFalse(self.gets_in(bad))
        self.assertTrue(self.gets_in(self.good))
        # Who has published no list revokes nobody.
        self.d.call('pool.install_ca_certificate', 'other.pem',
                    self.other.text())
        self.assertTrue(self.gets_in(self.other.issue('fine')))
        self.d.call('pool.uninstall_ca_certificate', 'other.pem', False)
        self.d.call('pool.crl_uninstall', 'ours-crl.pem')
        self.assertTrue(self.gets_in(bad))

    def test_who_is_below_a_revoked_authority_stays_out(self):
        middle = Authority(self.folder, 'middle')
        ext = self.ca.path('middle.ext')
        with open(ext, 'w') as f:
            f.write('basicConstraints=critical,CA:TRUE\n'
                    'keyUsage=critical,keyCertSign,cRLSign\n')
        request = middle.path('ca.csr')
        middle.run('req', '-new', '-key', middle.key, '-subj', '/CN=middle',
                   '-out', request)
        self.ca.run('x509', '-req', '-in', request, '-CA', self.ca.pem,
                    '-CAkey', self.ca.key, '-CAcreateserial', '-days', '20',
                    '-out', middle.pem, '-extfile', ext)
        pem = middle.issue('below')
        with open(pem, 'a') as f:
            f.write(middle.text())
        self.assertTrue(self.gets_in(pem))
        self.d.call('pool.crl_install', 'ours-crl.pem', self.ca.revoke())
        self.addCleanup(self.d.call, 'pool.crl_uninstall', 'ours-crl.pem')
        self.assertTrue(self.gets_in(pem))
        self.d.call('pool.crl_uninstall', 'ours-crl.pem')
        self.d.call('pool.crl_install', 'ours-crl.pem',
                    self.ca.revoke(middle.pem))
        self.assertFalse(self.gets_in(pem))
        self.assertTrue(self.gets_in(self.good))

    def test_authorities_come_and_go(self):
        pem = self.other.issue('later')
        self.assertFalse(self.gets_in(pem))
        self.d.call('pool.install_ca_certificate', 'other.pem',
                    self.other.text())
        self.assertTrue(self.gets_in(pem))
        kept = Client(self.d, pem)
        kept.login()
        self.d.call('pool.uninstall_ca_certificate', 'other.pem', False)
        self.assertFalse(self.gets_in(pem))
        self.assertFalse(kept.gets_in())    # its connection is of before

    def test_tickets_of_before_let_nobody_in(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.good)
        c = Client(self.d, self.good)
        c.http._context = context
        c.login()
        ticket = c.http.sock.session
        c.http.close()
        self.enable('somebody.else')

        port = int(self.d.tls_url.rsplit(':', 1)[1])
        sock = context.wrap_socket(
            socket.create_connection(('127.0.0.1', port)), session=ticket)
        self.assertFalse(sock.session_reused)
        again = Client(self.d)
        again.http.sock = sock
        self.assertFalse(again.gets_in())

    def test_disabling_ends_it_and_who_is_in_by_it(self):
        c = Client(self.d, self.good)
        s = c.login()
        c.raw('host.get_all', s)
        self.disable()
        with self.assertRaises(xapid.Failure) as e:
            c.raw('host.get_all', s)
        self.assertEqual(e.exception.code, 'SESSION_INVALID')
        self.assertFalse(c.gets_in())
        self.assertFalse(self.gets_in(self.good))
        pool = self.d.call('pool.get_record', self.pool)
        self.assertFalse(pool['client_certificate_auth_enabled'])
        self.assertEqual(pool['client_certificate_auth_name'], '')

    def is_in(self, client, session):
        try:
            client.raw('host.get_all', session)
            return True
        except xapid.Failure as e:
            self.assertEqual(e.code, 'SESSION_INVALID')
            return False

    def test_an_authority_that_goes_takes_who_came_by_it_along(self):
        d = self.d
        one, two = Client(d, self.good), Client(d, self.good)
        d.call('pool.install_ca_certificate', 'other.pem', self.other.text())
        first = one.login()
        self.assertTrue(self.is_in(one, first))
        d.call('pool.uninstall_ca_certificate', 'other.pem', False)
        self.assertFalse(self.is_in(one, first))
        d.call('pool.get_all')      # who has a password stays

        d.call('pool.install_ca_certificate', 'other.pem', self.other.text())
        one, first = Client(d, self.good), None
        first, second = one.login(), two.login()
        one.raw('pool.uninstall_ca_certificate', first, 'other.pem', False)
        self.assertTrue(self.is_in(one, first))     # who did it
        self.assertFalse(self.is_in(two, second))

    def test_so_does_a_list_of_revoked_ones_and_another_name(self):
        d = self.d
        c = Client(d, self.good)
        s = c.login()
        d.call('pool.crl_install', 'ours-crl.pem', self.ca.revoke())
        self.addCleanup(d.call, 'pool.crl_uninstall', 'ours-crl.pem')
        self.assertFalse(self.is_in(c, s))
        c = Client(d, self.good)
        s = c.login()
        self.enable()       # as it is
        self.assertTrue(self.is_in(c, s))
        self.enable('somebody.else')
        self.assertFalse(self.is_in(c, s))

    def test_a_name_that_cannot_be_enabled_leaves_what_was(self):
        d = self.d
        folder = os.path.join(d.state, 'certs', 'ca')
        bad = os.path.join(folder, 'bad.pem')
        with open(bad, 'w') as f:
            f.write('-----BEGIN CERTIFICATE-----\nAAAA\n'
                    '-----END CERTIFICATE-----\n')
        self.addCleanup(os.unlink, bad)
        self.assertEqual(
            d.error('pool.enable_client_certificate_auth', self.pool,
                    'somebody.else'), ['CERTIFICATE_LIBRARY_CORRUPT'])
        pool = d.call('pool.get_record', self.pool)
        self.assertEqual((pool['client_certificate_auth_enabled'],
                          pool['client_certificate_auth_name']), (True, NAME))

    def test_a_name_is_that_of_a_host(self):
        for bad in ('', '*', 'a b', '.x', 'x' * 254, 'a/b', 'ä'):
            self.assertEqual(
                self.d.error('pool.enable_client_certificate_auth',
                             self.pool, bad)[:2], ['INVALID_VALUE', 'name'])

    def test_plain_connections_know_nobody(self):
        with self.assertRaises(xapid.Failure):
            self.d.raw('session.login_with_password', 'anybody', '')

    def test_it_holds_after_a_restart(self):
        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        self.assertTrue(self.gets_in(self.good))

    def test_logins_and_changes_at_once_end_as_the_record_says(self):
        stop, wrong = threading.Event(), []

        def work():
            while not stop.is_set():
                try:
                    Client(self.d, self.good).gets_in()
                except Exception as e:  # told by the main thread
                    wrong.append(e)
                    return
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for _ in range(10):
            self.disable()
            self.enable()
        self.disable()
        stop.set()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])
        self.assertFalse(self.gets_in(self.good))


class Plain(unittest.TestCase):
    def test_without_tls_it_cannot_be_enabled(self):
        with xapid.start() as d:
            pool = d.call('pool.get_all')[0]
            self.assertEqual(
                d.error('pool.enable_client_certificate_auth', pool,
                        NAME)[0], 'OPERATION_NOT_ALLOWED')


if __name__ == '__main__':
    tap.main()
