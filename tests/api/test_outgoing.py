#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What hosts ask of web servers elsewhere: reports, test posts, trust."""

import http.server
import io
import os
import socket
import ssl
import subprocess
import tarfile
import tempfile
import threading
import unittest

import tap
import xapid


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_PUT(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen.append((self.command, self.path, body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'thank you for ' + body[:20])

    do_POST = do_PUT


class Tunnel(http.server.BaseHTTPRequestHandler):
    """A proxy that knows one place, whatever it is asked for."""

    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        self.server.seen.append((self.command, self.path))
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(self.server.place) as there:
            one = threading.Thread(target=self.carry,
                                   args=(there, self.connection))
            one.start()
            self.carry(self.connection, there)
            one.join()

    def do_PUT(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen.append((self.command, self.path))
        self.send_response(201)
        self.end_headers()

    @staticmethod
    def carry(source, to):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Server:
    def __init__(self, handler=Handler, certificate=None, place=None):
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0),
                                                      handler)
        self.server.daemon_threads = True
        self.server.seen, self.server.status = [], 200
        self.server.place = place
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.port = self.server.server_address[1]
        self.seen = self.server.seen

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()


class Outgoing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start()
        cls.d.__enter__()
        cls.pool = cls.d.call('pool.get_all')[0]
        cls.host = cls.d.call('pool.get_master', cls.pool)
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificate = os.path.join(cls.folder.name, 'both.pem')
        key = os.path.join(cls.folder.name, 'key.pem')
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
             '-keyout', key, '-out', cls.certificate, '-days', '2',
             '-subj', '/CN=localhost', '-addext',
             'subjectAltName=DNS:localhost'],
            check=True, capture_output=True)
        with open(cls.certificate) as f:
            cls.pem = f.read()
        with open(key) as f, open(cls.certificate, 'a') as out:
            out.write(f.read())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        cls.d.__exit__(None, None, None)

    def upload(self, url, options=None, timeout=60):
        return self.d.call('host.bugreport_upload', self.host, url,
                           options or {})

    def refusal(self, url, options=None):
        return self.d.error('host.bugreport_upload', self.host, url,
                            options or {})

    def test_a_report_is_uploaded(self):
        with Server() as s:
            self.upload('http://localhost:%d/in/' % s.port)
            self.upload('http://127.0.0.1:%d/name?a=b' % s.port)
        method, path, body = s.seen[0]
        self.assertEqual(method, 'PUT')
        self.assertRegex(path, r'^/in/bugreport-[0-9a-f-]{36}-\d{8}T.*\.gz$')
        names = tarfile.open(fileobj=io.BytesIO(body)).getnames()
        self.assertTrue([n for n in names if 'log' in n], names)
        self.assertEqual(s.seen[1][1], '/name?a=b')

    def test_why_not_is_told(self):
        for bad in ('', 'ftp://x/', 'http://', 'http://a b/', 'http://u:p@x/',
                    'http://x:99999999/', 'http://[::1/', 'http://x\r\nA: b'):
            self.assertEqual(self.refusal(bad), ['INVALID_VALUE', 'url', bad])
        with Server() as s:
            s.server.status = 403
            self.assertEqual(
                self.refusal('http://127.0.0.1:%d/' % s.port),
                ['SYSTEM_STATUS_RETRIEVAL_FAILED', 'The server answers 403'])
        self.assertEqual(
            self.refusal('http://127.0.0.1:%d/' % xapid.free_port()),
            ['SYSTEM_STATUS_RETRIEVAL_FAILED', 'Connection refused'])
        self.assertIn('nowhere.invalid',
                      self.refusal('http://nowhere.invalid/')[1])

    def test_what_is_no_web_server_is_not_believed(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            s.listen()

            def serve():
                for answer in (b'SSH-2.0-x\r\n\r\n', b'HTTP/1.1 x\r\n\r\n', b'',
                               b'x' * 100000):
                    c, _ = s.accept()
                    with c:
                        c.sendall(answer)
            threading.Thread(target=serve, daemon=True).start()
            for _ in range(4):
                self.assertEqual(
                    self.refusal('http://127.0.0.1:%d/' %
                                 s.getsockname()[1])[0],
                    'SYSTEM_STATUS_RETRIEVAL_FAILED')

    def test_cancelling_ends_an_upload(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            s.listen()
            task = self.d.call('Async.host.bugreport_upload', self.host,
                               'http://127.0.0.1:%d/' % s.getsockname()[1], {})
            c, _ = s.accept()   # and never answers
            self.d.call('task.cancel', task)
            self.assertEqual(self.d.ended(task)['status'], 'cancelled')
            c.close()

    def test_certificates_are_checked(self):
        with Server(certificate=self.certificate) as s:
            url = 'https://localhost:%d/x' % s.port
            self.assertIn('certificate', self.refusal(url)[1])
            self.assertEqual(s.seen, [])
            self.d.call('pool.install_ca_certificate', 'ours.pem', self.pem)
            self.upload(url)
            # the right authority, another name
            self.assertIn('certificate', self.refusal(
                'https://127.0.0.1:%d/x' % s.port)[1])
            self.d.call('pool.uninstall_ca_certificate', 'ours.pem', False)
            self.assertIn('certificate', self.refusal(url)[1])

    def test_checks_are_turned_off_for_a_host_in_an_emergency(self):
        def enabled():
            return (self.d.call('pool.get_tls_verification_enabled',
                                self.pool),
                    self.d.call('host.get_tls_verification_enabled',
                                self.host))
        self.assertEqual(enabled(), (True, True))
        self.d.call('host.emergency_disable_tls_verification')
        self.assertEqual(enabled(), (True, False))
        with Server(certificate=self.certificate) as s:
            self.upload('https://127.0.0.1:%d/x' % s.port)
        self.d.call('host.emergency_reenable_tls_verification')
        self.assertEqual(enabled(), (True, True))
        self.d.call('host.emergency_disable_tls_verification')
        self.d.call('pool.enable_tls_verification')
        self.assertEqual(enabled(), (True, True))

    def test_a_proxy_is_gone_through(self):
        with Server(certificate=self.certificate) as s, \
                Server(Tunnel, place=('127.0.0.1', s.port)) as proxy:
            way = {'http_proxy': 'http://127.0.0.1:%d' % proxy.port}
            self.upload('http://far.example/x', way)
            self.d.call('pool.install_ca_certificate', 'way.pem', self.pem)
            self.upload('https://localhost/y', way)
            self.d.call('pool.uninstall_ca_certificate', 'way.pem', False)
            self.assertEqual(proxy.seen, [('PUT', 'http://far.example/x'),
                                          ('CONNECT', 'localhost:443')])
            self.assertEqual(s.seen[0][1], '/y')
            self.assertIn('proxy', self.refusal(
                'http://x/', {'http_proxy': 'https://a'})[1])

    def test_a_post_is_answered(self):
        self.d.call('host.emergency_disable_tls_verification')
        with Server(certificate=self.certificate) as s:
            self.assertEqual(
                self.d.call('pool.send_test_post', '127.0.0.1', s.port,
                            'tea'), 'thank you for tea')
        self.d.call('host.emergency_reenable_tls_verification')
        self.assertEqual(self.d.error('pool.send_test_post', '127.0.0.1',
                                      xapid.free_port(), '')[0],
                         'CANNOT_CONTACT_HOST')
        self.assertEqual(self.d.error('pool.send_test_post', 'a/b', 1, '')[0],
                         'INVALID_VALUE')


if __name__ == '__main__':
    tap.main()
