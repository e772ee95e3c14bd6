#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks against a running daemon, numbered as in docs/security.md. Each ends
with a look whether it still serves others."""

import base64
import io
import json
import os
import socket
import ssl
import tarfile
import threading
import time
import unittest

import tap
import xapid

MEMORY = 8 << 20   # bytes that an attack may cost
CALL = ('<methodCall><methodName>session.login_with_password</methodName>'
        '<params><param><value>%s</value></param></params></methodCall>')


def resident(d):
    """Bytes of the daemon and its parent."""
    total = 0
    pids = [pid for pid, _ in xapid.children(d.process.pid)]
    for pid in [d.process.pid] + pids:
        with open('/proc/%d/statm' % pid) as f:
            total += int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    return total


def answer(sock):
    """All until the other side closes."""
    data = b''
    try:
        while True:
            piece = sock.recv(65536)
            if not piece:
                return data
            data += piece
    except (ConnectionResetError, socket.timeout):
        return data


class Hostile(unittest.TestCase):
    args = ('--sim-vms', '2', '--max-event-calls-per-user', '20',
            '--max-connections', '400', '--max-connections-per-address',
            '300')

    def setUp(self):
        self.d = xapid.start(*self.args).start()
        self.addCleanup(self.d.__exit__, None, None, None)
        self.d.call('VM.get_all')
        self.before = resident(self.d)

    def tearDown(self):
        self.d.session = None
        self.assertEqual(len(self.d.call('pool.get_all')), 1)
        self.assertNotIn('died by signal', self.d.log_text())

    def send(self, data, timeout=20):
        """The answer to raw bytes on a connection of their own."""
        with socket.create_connection(('127.0.0.1', self.d.port),
                                      timeout) as s:
            try:
                s.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return answer(s)

    def check_cheap(self, most=MEMORY):
        # The sanitizers keep what is freed for a while.
        with open(self.d.command()[0], 'rb') as f:
            program = f.read()
        if b'__asan_init' not in program and b'__tsan_init' not in program:
            self.assertLess(resident(self.d) - self.before, most)

    # ---- connections ----

    def test_idle_connections(self):
        """A1: silent connections are bounded and cut; others are served"""
        kept = self.d.local
        crowd = []
        for _ in range(600):
            try:
                crowd.append(socket.create_connection(
                    ('127.0.0.1', self.d.port), 5))
            except OSError:
                break
        self.assertIs(self.d.local, kept)
        times = []
        for _ in range(200):
            start = time.monotonic()
            self.d.call('pool.get_all')
            times.append(time.monotonic() - start)
        self.assertLess(sorted(times)[150], 0.1)
        c = xapid.UnixConnection(self.d.socket)
        c.request('POST', '/jsonrpc', '[]',
                  {'Content-Type': 'application/json'})
        self.assertEqual(c.getresponse().status, 200)
        c.close()
        end = time.time() + 60
        crowd[-1].settimeout(60)
        self.assertIn(answer(crowd[-1])[:12], (b'', b'HTTP/1.1 408'))
        self.assertLess(time.time(), end)
        for s in crowd:
            s.close()

    def test_too_many_event_calls(self):
        """A3: waiting event calls of a user are bounded; others go on"""
        errors, replies = [], []

        def wait(session):
            c = self.d.connection()
            c.request('POST', '/jsonrpc', json.dumps({
                'jsonrpc': '2.0', 'method': 'event.from', 'id': 1,
                'params': [session, ['pool'], self.token, 5.0]}),
                {'Content-Type': 'application/json'})
            reply = json.loads(c.getresponse().read())
            (errors if 'error' in reply else replies).append(reply)
            c.close()
        self.token = self.d.call('event.from', ['pool'], '', 0.0)['token']
        threads = [threading.Thread(target=wait, args=(self.d.session,))
                   for _ in range(60)]
        for t in threads:
            t.start()
        time.sleep(0.5)
        other = self.d.login('read-only')
        self.d.call('event.from', ['pool'], self.token, 0.1, session=other)
        for t in threads:
            t.join(60)
        self.assertEqual(len(replies) + len(errors), 60)
        self.assertGreaterEqual(len(errors), 40)
        self.assertNotIn('INTERNAL_ERROR', json.dumps(errors))

    def test_no_listener_that_does_not_read(self):
        """A31: a stream that nobody reads is bounded, and can go on later"""
        s = socket.create_connection(('127.0.0.1', self.d.port))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(('GET /events?session_id=%s HTTP/1.1\r\nHost: x\r\n\r\n'
                   % self.d.session).encode())
        vm = self.d.call('VM.get_all')[0]
        for i in range(300):
            self.d.call('VM.set_name_description', vm, '%d' % i * 20000)
        self.check_cheap(4 * MEMORY)
        s.close()

    # ---- paths ----

    def test_paths_out_of_the_root(self):
        """A4: crooked paths find nothing, encoded once or twice"""
        for path in ('/update/%2e%2e/%2e%2e/etc/passwd',
                     '/update/%252e%252e/etc/passwd', '//etc/passwd',
                     '/../../etc/passwd', '/update/..%2f..%2fetc/passwd',
                     '/update/a%00b', '/repository/../../etc/shadow',
                     '/%2e%2e/', '/./../etc/passwd', '/update/\\..\\x',
                     '/blob?ref=../../etc/passwd'):
            data = self.send(('GET %s HTTP/1.1\r\nHost: x\r\n'
                              'Connection: close\r\n\r\n' % path).encode())
            self.assertIn(data[9:12], (b'400', b'401', b'403', b'404'), path)
            self.assertNotIn(b'root:', data)

    def test_without_a_session(self):
        """A29: without a session no handler does anything"""
        table = json.loads(self.d.http('GET', '/openrpc.json')[2])
        self.assertIn('methods', table)
        for path in ('/pool/xmldbdump', '/system-status', '/audit_log',
                     '/host_logs_download', '/events', '/vm_rrd',
                     '/rrd_updates', '/export', '/export_metadata',
                     '/export_raw_vdi', '/services', '/host_backup',
                     '/sync_config_files', '/wlb_report', '/repository',
                     '/updates', '/vncsnapshot', '/blob', '/console',
                     '/repository/enabled', '/host_updates'):
            status = self.d.http('GET', path)[0]
            self.assertIn(status, (400, 401, 403, 404, 501), path)
        for path in ('/import', '/import_metadata', '/import_raw_vdi',
                     '/blob', '/pool/xmldbdump', '/messages', '/rrd',
                     '/bundle', '/host_restore', '/pool_patch_upload'):
            status = self.d.http('PUT', path, b'x')[0]
            self.assertIn(status, (400, 401, 403, 404, 501), path)
        for method in ('VM.get_all', 'pool.get_all', 'host.list_methods',
                       'event.from', 'session.get_all', 'secret.get_all'):
            with self.assertRaises(xapid.Failure) as caught:
                self.d.raw(method, 'OpaqueRef:NULL', *(
                    [[], '', 0.0] if method == 'event.from' else []))
            self.assertEqual(caught.exception.code, 'SESSION_INVALID')

    def test_archives(self):
        """A22: an archive is not read, however long it says it is"""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode='w') as tar:
            for name in ('../../outside', '/tmp/outside', 'ova.xml'):
                tar.addfile(tarfile.TarInfo(name))
        before = self.d.call('VM.get_all')
        for path in ('/import', '/import_metadata', '/import/'):
            for length in (len(archive.getvalue()), 1 << 50):
                c = self.d.connection()
                c.putrequest('PUT', '%s?session_id=%s' % (path,
                                                          self.d.session))
                c.putheader('Content-Length', str(length))
                c.endheaders()
                try:
                    c.send(archive.getvalue())
                except OSError:
                    pass
                self.assertEqual(c.getresponse().status, 501, path)
                c.close()
        self.assertEqual(self.d.call('VM.get_all'), before)
        self.assertFalse(os.path.exists('/tmp/outside'))

    # ---- text ----

    def test_text_that_is_none(self):
        """A6: unclean text is refused before it is stored; events go on"""
        vm = self.d.call('VM.get_all')[0]
        token = self.d.call('event.from', ['VM'], '', 0.0)['token']
        body = ('{"jsonrpc":"2.0","method":"VM.set_name_label","id":1,'
                '"params":["%s","%s","x%sy"]}')
        for bad in (b'\\u0000', b'\\u0001', b'\\u001f', b'\\ud800',
                    b'\\udc00', b'\\ufffe', b'\\uffff', b'\xc0\x80',
                    b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xff', b'\x01',
                    b'\xef\xbf\xbe'):
            data = (body % (self.d.session, vm, '@')).encode() \
                .replace(b'@', bad)
            status, reply = self.d.request(data)
            self.assertTrue(status == 400 or b'"error"' in reply, bad)
            self.assertNotIn(b'INTERNAL_ERROR', reply)
        for bad in (b'\x01', b'\xc0\x80', b'&#1;', b'&#xD800;', b'&#xFFFE;',
                    b'\xef\xbf\xbf'):
            data = (CALL % '@').encode().replace(b'@', bad)
            status, reply = self.d.request(data, '/', 'text/xml')
            self.assertTrue(status == 400 or b'Failure' in reply or
                            b'fault' in reply, bad)
        reply = self.d.call('event.from', ['VM'], token, 0.0)
        self.assertEqual(reply['events'], [])
        self.d.call('VM.set_name_label', vm, 'sound')
        reply = self.d.call('event.from', ['VM'], token, 5.0)
        self.assertEqual(reply['events'][0]['snapshot']['name_label'],
                         'sound')

    def test_injected_events(self):
        """A17: an event for what does not exist is refused"""
        before = self.d.call('VM.get_all_records')
        for cls, ref in (('VM', 'OpaqueRef:nothing'), ('VM', "'; DROP TABLE"),
                         ('VM', ''), ('nothing', 'OpaqueRef:NULL'),
                         ('VM', 'OpaqueRef:NULL'),
                         ('pool', list(before)[0])):
            self.assertNotEqual(self.d.error('event.inject', cls, ref)[0],
                                'INTERNAL_ERROR')
        self.assertEqual(self.d.call('VM.get_all_records'), before)

    # ---- bodies ----

    def post(self, body, kind='text/xml', path='/'):
        start = time.monotonic()
        data = self.send(('POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s'
                          '\r\nContent-Length: %d\r\nConnection: close\r\n'
                          '\r\n' % (path, kind, len(body))).encode() + body)
        return data, time.monotonic() - start

    def test_xml_bombs(self):
        """A24: XML that grows, reaches out or nests is refused, cheaply"""
        laughs = ''.join('<!ENTITY l%d "%s">' % (i, '&l%d;' % (i - 1) * 10)
                         for i in range(1, 10))
        for body in (
                '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">%s]>'
                % laughs + CALL % '&l9;',
                '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' +
                CALL % '&e;',
                '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + CALL % 'x',
                '<a>' * 1000000,
                CALL % ('<array><data><value>' * 100000),
                '<methodCall a="%s">' % ('x' * 8000000)):
            data, seconds = self.post(body.encode())
            self.assertEqual(data[9:12], b'400', data[:200])
            self.assertNotIn(b'root:', data)
            self.assertLess(seconds, 5)
        data = self.send(b'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: '
                         b'text/xml\r\nContent-Length: 1073741824\r\n\r\n<a ')
        self.assertEqual(data[9:12], b'413')
        self.check_cheap()

    def test_json_bombs(self):
        """A25: JSON that nests, overflows or is none is answered as such"""
        for body, status in (
                (b'[' * 100000, 200), (b'{"a":' * 100000, 200),
                (b'{"jsonrpc":"2.0","method":"x","params":[1e400],"id":1}',
                 200),
                (b'{"jsonrpc":"2.0","method":"x","params":[NaN],"id":1}',
                 200),
                (b'{"jsonrpc":"2.0","method":"x","params":["\\ud800"],'
                 b'"id":1}', 200),
                (b'{"method":"a","method":"b","params":[],"id":1}', 200),
                (b'', 200), (b'\x00', 200), (b'nul', 200)):
            data, seconds = self.post(body, 'application/json', '/jsonrpc')
            self.assertIn(data[9:12], (b'200', b'400'), body[:40])
            self.assertIn(b'"error"', data, body[:40])
            self.assertLess(seconds, 5)
        data = self.send(b'POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Type:'
                         b' application/json\r\nContent-Length: 99999999999'
                         b'\r\n\r\n[')
        self.assertEqual(data[9:12], b'413')
        self.check_cheap()

    def test_heads_that_may_be_misread(self):
        """A26: ambiguous heads get 400 and the connection ends"""
        line = b'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n'
        smuggled = b'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
        for fields in (
                b'Content-Length: 1\r\nContent-Length: 2\r\n\r\n',
                b'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
                b'Transfer-Encoding: x, chunked\r\n\r\n',
                b'Content-Length: +1\r\n\r\n', b'Content-Length: -1\r\n\r\n',
                b'Content-Length: 0x1\r\n\r\n',
                b'X: a\r\n b\r\n\r\n', b'X : a\r\n\r\n', b'X\x00: a\r\n\r\n',
                b'X: a\nY: b\r\n\r\n', b' X: a\r\n\r\n'):
            data = self.send(line + fields + smuggled)
            self.assertEqual(data[9:12], b'400', fields)
            self.assertEqual(data.count(b'HTTP/1.1 '), 1, fields)
        data = self.send(line + b'X: y\r\n' * 100000 + b'\r\n')
        self.assertIn(data[9:12], (b'400', b'431', b''))
        self.assertIn(self.send(b'\x16\x03\x01\x00\x00' * 100)[9:12],
                      (b'400', b''))
        self.check_cheap()

    def test_foreign_pages(self):
        """A30: a page of another site has no use of a browser's password"""
        own = 'Basic ' + basic_of('root')
        status = self.d.http('GET', '/audit_log',
                             headers={'Authorization': own})[0]
        self.assertEqual(status, 200)
        foreign = self.d.http('GET', '/audit_log', headers={
            'Authorization': own, 'Origin': 'http://evil.example'})[0]
        self.assertIn(foreign, (401, 403))
        cookie = self.d.http('GET', '/audit_log', headers={
            'Cookie': 'session_id=' + self.d.session,
            'Origin': 'http://evil.example'})[0]
        self.assertIn(cookie, (401, 403))
        status = self.d.request(b'{"method":"pool.get_all","params":[],'
                                b'"id":1}', '/jsonrpc', 'text/plain')[0]
        self.assertIn(status, (400, 403, 415))


def basic_of(user):
    return base64.b64encode(('%s:%s' % (user, xapid.PASSWORD))
                            .encode()).decode()


class Certificates(unittest.TestCase):
    def test_old_protocols(self):
        """A15: TLS below 1.2 and broken handshakes get no connection"""
        with xapid.start(tls=True) as d:
            port = int(d.tls_url.rsplit(':', 1)[1])
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with socket.create_connection(('127.0.0.1', port)) as s:
                with context.wrap_socket(s) as t:
                    self.assertIn(t.version(), ('TLSv1.2', 'TLSv1.3'))
            for junk in (b'GET / HTTP/1.1\r\n\r\n', b'\x16\x03\x01\xff\xff',
                         b'\x00' * 1000, b'\x16\x03\x01\x00\x05hello'):
                with socket.create_connection(('127.0.0.1', port), 20) as s:
                    try:
                        s.sendall(junk)
                        s.shutdown(socket.SHUT_WR)
                    except OSError:
                        continue  # it has hung up already
                    self.assertNotIn(b'200', answer(s))
            d.call('pool.get_all')


if __name__ == '__main__':
    tap.main()
