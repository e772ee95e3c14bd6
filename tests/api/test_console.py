#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Consoles: by CONNECT, as a WebSocket, and what was said before."""

import base64
import contextlib
import os
import signal
import socket
import ssl
import struct
import subprocess
import time
import unittest
import urllib.parse

import tap
import xapid
import xe

KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='     # RFC 6455 1.3
TIMEOUT = 20


class Wire:
    """A connection that reads until it has seen something."""

    def __init__(self, d, tls=False):
        url = urllib.parse.urlparse(d.tls_url if tls else d.url)
        self.sock = socket.create_connection((url.hostname, url.port),
                                             TIMEOUT)
        if tls:
            context = ssl._create_unverified_context()
            self.sock = context.wrap_socket(self.sock)
        self.data = b''

    def send(self, data):
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def more(self):
        part = self.sock.recv(65536)
        self.data += part
        return part

    def until(self, what):
        what = what.encode() if isinstance(what, str) else what
        while what not in self.data:
            if not self.more():
                raise EOFError(self.data[-2000:])
        before, _, self.data = self.data.partition(what)
        return before

    def exactly(self, n):
        while len(self.data) < n:
            if not self.more():
                raise EOFError(self.data[-2000:])
        got, self.data = self.data[:n], self.data[n:]
        return got

    def head(self):
        return self.until('\r\n\r\n').decode().split('\r\n')

    def ended(self):
        """The other side hangs up, without much more to say."""
        try:
            while self.more():
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        return True

    def close(self):
        self.sock.close()

    # ---- WebSocket ----

    def frame(self, payload, op=2, fin=True, masked=True):
        n = len(payload)
        head = bytes([(0x80 if fin else 0) | op])
        bit = 0x80 if masked else 0
        if n < 126:
            head += bytes([bit | n])
        else:
            head += bytes([bit | 126]) + n.to_bytes(2, 'big')
        mask = os.urandom(4)
        if masked:
            payload = mask + bytes(b ^ mask[i % 4]
                                   for i, b in enumerate(payload))
        self.send(head + payload)

    def message(self):
        """(opcode, payload) of the next frame."""
        head = self.exactly(2)
        n = head[1] & 0x7f
        if n == 126:
            n = int.from_bytes(self.exactly(2), 'big')
        elif n == 127:
            n = int.from_bytes(self.exactly(8), 'big')
        return head[0] & 15, self.exactly(n)

    def said(self, what):
        """Messages until what has come."""
        got = b''
        while what not in got:
            op, payload = self.message()
            assert op == 2, (op, payload)
            got += payload
        return got


class Base(unittest.TestCase):
    args = ()

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start('--sim-hosts', '1', '--sim-vms', '8', *cls.args,
                            tls=True).start()
        cls.session = cls.d.login('root')

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()

    def setUp(self):
        self.open = []

    def tearDown(self):
        for w in self.open:
            w.close()

    def vm(self, name='sim-00001'):
        return self.d.call('VM.get_by_name_label', name)[0]

    def console(self, vm, protocol='vt100'):
        for c in self.d.call('VM.get_consoles', vm):
            if self.d.call('console.get_protocol', c) == protocol:
                return c
        raise AssertionError('no %s console' % protocol)

    def wire(self, tls=False):
        w = Wire(self.d, tls)
        self.open.append(w)
        return w

    def connect(self, query, headers='', tls=False):
        w = self.wire(tls)
        w.send('CONNECT /console?%s HTTP/1.0\r\n%s\r\n' % (query, headers))
        return w, w.head()

    def query(self, vm=None, session=None):
        vm = vm or self.vm()
        return 'ref=%s&session_id=%s' % (self.console(vm),
                                         session or self.session)

    def websocket(self, query, *lines):
        w = self.wire()
        w.send('GET /console?%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'
               'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
               'Sec-WebSocket-Key: %s\r\n%s\r\n'
               % (query, KEY, ''.join(x + '\r\n' for x in lines)))
        return w, w.head()


class Connect(Base):
    def test_the_answer_is_that_of_the_original(self):
        w, head = self.connect(self.query())
        self.assertEqual(head, ['HTTP/1.1 200 OK', 'Connection: keep-alive',
                                'Cache-Control: no-cache, no-store'])
        w.until('GUEST UP')
        w.send('hello\r')
        w.until('hello\r\n')

    def test_over_tls_and_by_cookie(self):
        w, head = self.connect(
            'uuid=' + self.d.call('console.get_uuid',
                                  self.console(self.vm())),
            'Cookie: session_id=%s\r\n' % self.session, tls=True)
        self.assertIn(' 200 ', head[0])
        w.send('over tls')
        w.until('over tls')

    def test_by_password(self):
        word = base64.b64encode(b'root:' + xapid.PASSWORD.encode()).decode()
        w, head = self.connect('ref=' + self.console(self.vm()),
                               'Authorization: Basic %s\r\n' % word)
        self.assertIn(' 200 ', head[0])
        w.until('GUEST UP')

    def test_all_who_look_see_the_same(self):
        vm = self.vm('sim-00003')
        one, _ = self.connect(self.query(vm))
        two, _ = self.connect(self.query(vm))
        one.send('seen by both')
        one.until('seen by both')
        two.until('seen by both')

    def test_who_comes_later_sees_what_was_said(self):
        one, _ = self.connect(self.query())
        one.send('said before')
        one.until('said before')
        one.close()
        two, _ = self.connect(self.query())
        two.until('said before')

    def test_the_head_comes_alone(self):
        """The original's client drops what comes together with the head."""
        gaps = []
        while not gaps or (max(gaps) < 0.03 and len(gaps) < 20):
            w = self.wire()
            w.send('CONNECT /console?%s HTTP/1.0\r\n\r\n' % self.query())
            w.head()
            begun = time.time()
            alone = not w.data
            w.until('GUEST UP')
            gaps.append(time.time() - begun if alone else 0)
        self.assertGreaterEqual(max(gaps), 0.03)

    def test_much_goes_through_whole(self):
        w, _ = self.connect(self.query(self.vm('sim-00005')))
        w.until('GUEST UP')
        # In pieces: the simulated guest echoes, and nobody may fall behind.
        for i in range(200):
            part = '%05d' % i + 'x' * 1000 + '!'
            w.send(part)
            w.until(part)

    def test_one_who_does_not_read_holds_up_nobody(self):
        lazy, _ = self.connect(self.query(self.vm('sim-00007')))
        keen, _ = self.connect(self.query(self.vm('sim-00007')))
        for i in range(2500):
            part = '%05d' % i + 'y' * 4000 + '!'
            keen.send(part)
            keen.until(part)
        keen.send('the last word')
        keen.until('the last word')
        lazy.until('bytes left out]')
        lazy.until('the last word')

    def refused(self, query, status, headers=''):
        w, head = self.connect(query, headers)
        self.assertEqual(head[0].split()[1], str(status), (query, head))
        return head

    def test_without_a_session(self):
        head = self.refused('ref=' + self.console(self.vm()), 401)
        self.assertIn('WWW-Authenticate: Basic realm="connect_console"', head)
        self.refused('ref=%s&session_id=OpaqueRef:nope'
                     % self.console(self.vm()), 401)

    def test_without_the_role(self):
        s = self.d.login('read-only')
        self.refused(self.query(session=s), 403)

    def test_the_console_of_a_host_needs_more(self):
        dom0 = self.d.call('host.get_control_domain',
                           self.d.call('host.get_all')[0])
        s = self.d.login('vm-operator')
        self.refused(self.query(dom0, s), 403)
        w, head = self.connect(self.query(dom0))
        self.assertIn(' 200 ', head[0])

    def test_what_is_not_there(self):
        self.refused('session_id=' + self.session, 404)
        self.refused('ref=OpaqueRef:nope&session_id=' + self.session, 404)
        self.refused('uuid=%2e%2e/x&session_id=' + self.session, 404)

    def test_a_vm_that_is_off_has_no_console(self):
        vm = self.vm('sim-00002')
        self.assertEqual(self.d.call('VM.get_power_state', vm), 'Halted')
        uuid = self.d.call('VM.get_uuid', vm)
        self.refused('uuid=%s&session_id=%s' % (uuid, self.session), 500)


class Screen(Base):
    """Of a simulated guest, as a viewer of VNC sees it (RFC 6143)."""
    WIDTH, HEIGHT = 640, 400

    def screen(self, version=b'RFB 003.008\n'):
        vm = self.vm()
        w, head = self.connect('ref=%s&session_id=%s' % (
            self.console(vm, 'rfb'), self.session))
        self.assertIn(' 200 ', head[0])
        self.assertEqual(w.exactly(12), b'RFB 003.008\n')
        w.send(version)
        if version[10:11] == b'3':
            self.assertEqual(w.exactly(4), b'\0\0\0\1')
        else:
            self.assertEqual(w.exactly(2), b'\1\1')
            w.send(b'\1')
            if version[10:11] == b'8':
                self.assertEqual(w.exactly(4), bytes(4))
        w.send(b'\1')
        init = w.exactly(24)
        self.assertEqual(struct.unpack('>HHBBBB', init[:8]),
                         (self.WIDTH, self.HEIGHT, 32, 24, 0, 1))
        self.assertEqual(w.exactly(int.from_bytes(init[20:], 'big')),
                         b'Simulated guest')
        return w

    def picture(self, w, new=False, bytes_=4):
        w.send(struct.pack('>BBHHHH', 3, new, 0, 0, self.WIDTH, self.HEIGHT))
        head = struct.unpack('>BxHHHHHi', w.exactly(16))
        self.assertEqual(head, (0, 1, 0, 0, self.WIDTH, self.HEIGHT, 0))
        return w.exactly(self.WIDTH * self.HEIGHT * bytes_)

    def pixel(self, picture, x, y):
        """red, green, blue"""
        at = (y * self.WIDTH + x) * 4
        return tuple(picture[at + 2 - i] for i in range(3))

    def test_shows_a_picture_and_what_is_typed_and_pointed_at(self):
        w = self.screen()
        first = self.picture(w)
        self.assertEqual(self.pixel(first, 20, 100), (255, 255, 255))
        self.assertEqual(self.pixel(first, 100, 100), (255, 255, 0))
        self.assertEqual(self.pixel(first, 639, 100), (0, 0, 0))
        w.send(struct.pack('>BBHI', 4, 1, 0, 0x61))
        typed = self.picture(w, new=True)
        self.assertNotEqual(typed, first)
        w.send(struct.pack('>BBHH', 5, 1, 320, 390))
        pointed = self.picture(w, new=True)
        self.assertEqual(self.pixel(typed, 322, 392), (0, 0, 0))
        self.assertEqual(self.pixel(pointed, 322, 392), (255, 0, 255))

    def test_what_is_not_new_is_not_sent(self):
        w = self.screen()
        self.picture(w)
        w.send(struct.pack('>BBHHHH', 3, 1, 0, 0, 1, 1))
        w.sock.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            w.exactly(1)
        w.sock.settimeout(TIMEOUT)
        w.send(struct.pack('>BBHI', 4, 1, 0, 0x62))
        w.exactly(16)

    def test_pixels_come_in_the_form_that_was_asked_for(self):
        w = self.screen()
        for bits, big, maxima, shifts, yellow in (
                (8, 0, (7, 7, 3), (0, 3, 6), b'\x3f'),
                (16, 1, (31, 63, 31), (11, 5, 0), b'\xff\xe0'),
                (16, 0, (31, 63, 31), (11, 5, 0), b'\xe0\xff'),
                (32, 1, (255, 255, 255), (0, 8, 16), b'\x00\x00\xff\xff')):
            n = bits // 8
            w.send(struct.pack('>BxxxBBBBHHHBBBxxx', 0, bits, bits, big, 1,
                               *maxima, *shifts))
            w.send(struct.pack('>BxHii', 2, 2, 0, -239))
            at = (100 * self.WIDTH + 100) * n
            self.assertEqual(self.picture(w, bytes_=n)[at:at + n], yellow,
                             (bits, big))

    def test_older_viewers_see_it_too(self):
        for version in (b'RFB 003.003\n', b'RFB 003.007\n'):
            self.picture(self.screen(version))

    def test_by_WebSocket(self):
        w, head = self.websocket('ref=%s&session_id=%s' % (
            self.vm(), self.session))    # a VM means its screen
        self.assertIn(' 101 ', head[0])
        self.assertEqual(w.said(b'\n'), b'RFB 003.008\n')

    def test_one_who_speaks_something_else_is_hung_up(self):
        for bad in (b'\x07', b'\0' * 20, b'\6\0\0\0\xff\xff\xff\xff',
                    struct.pack('>BxxxBBBBHHHBBBxxx', 0, 24, 24, 0, 1, 255,
                                255, 255, 0, 8, 16)):
            w = self.screen()
            w.send(bad)
            self.assertTrue(w.ended())
        w, _ = self.connect('ref=%s&session_id=%s' % (self.vm(),
                                                      self.session))
        w.exactly(12)
        w.send('GET / HTTP/1.1\r\n')
        self.assertTrue(w.ended())

    def test_one_who_asks_without_reading_holds_up_nobody(self):
        lazy, keen = self.screen(), self.screen()
        lazy.sock.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            for i in range(100000):
                lazy.send(struct.pack('>BBHHHH', 3, 0, 0, 0, 1, 1) +
                          struct.pack('>BBHH', 5, 1, i & 255, 0))
        for _ in range(3):
            self.picture(keen)


class Ends(Base):
    def test_with_the_domain(self):
        vm = self.vm('sim-00003')
        w, _ = self.connect(self.query(vm))
        w.until('GUEST UP')
        self.d.call('VM.hard_shutdown', vm)
        self.assertTrue(w.ended())
        self.d.call('VM.start', vm, False, False)

    def test_with_the_session(self):
        s = self.d.login('root')
        w, _ = self.connect(self.query(session=s))
        w.until('GUEST UP')
        self.d.call('session.logout', session=s)
        self.assertTrue(w.ended())

    def test_with_the_worker_and_can_be_opened_again(self):
        w, _ = self.connect(self.query())
        w.send('before it died')
        w.until('before it died')
        found = subprocess.run(
            ['pgrep', '-f', 'xapid-console simulator ' + self.d.folder],
            capture_output=True, text=True).stdout.split()
        self.assertEqual(len(found), 1, found)
        os.kill(int(found[0]), signal.SIGKILL)
        self.assertTrue(w.ended())
        w, head = self.connect(self.query())
        self.assertIn(' 200 ', head[0])
        w.until('before it died')

    def test_when_nobody_types_for_too_long(self):
        pool = self.d.call('pool.get_all')[0]
        self.d.call('pool.set_vm_console_idle_timeout', pool, 2)
        w, _ = self.connect(self.query())
        begun = time.time()
        w.until('GUEST UP')
        time.sleep(1)
        w.send('x')
        self.assertTrue(w.ended())
        self.assertGreater(time.time() - begun, 2.5)
        self.d.call('pool.set_vm_console_idle_timeout', pool, 0)

    def test_one_viewer_where_the_pool_wants_that(self):
        pool = self.d.call('pool.get_all')[0]
        self.d.call('pool.set_limit_console_sessions', pool, True)
        first, head = self.connect(self.query())
        self.assertIn(' 200 ', head[0])
        _, head = self.connect(self.query())
        self.assertIn(' 503 ', head[0])
        _, head = self.websocket(self.query())
        self.assertIn(' 503 ', head[0])
        first.close()
        end = time.time() + TIMEOUT
        while ' 200 ' not in head[0] and time.time() < end:
            w, head = self.connect(self.query())
        self.assertIn(' 200 ', head[0])
        self.d.call('pool.set_limit_console_sessions', pool, False)


class WebSocket(Base):
    def test_bytes_both_ways(self):
        w, head = self.websocket(self.query(),
                                 'Sec-WebSocket-Protocol: chat, binary')
        self.assertEqual(head[0], 'HTTP/1.1 101 Switching Protocols')
        for line in ('Upgrade: websocket', 'Connection: Upgrade',
                     'Sec-WebSocket-Accept: ' + ACCEPT,
                     'Sec-WebSocket-Protocol: binary'):
            self.assertIn(line, head)
        w.said(b'GUEST UP')
        w.frame(b'typed')
        w.said(b'typed')

    def test_no_protocol_where_none_was_offered(self):
        _, head = self.websocket(self.query())
        self.assertIn(' 101 ', head[0])
        self.assertNotIn('Protocol:', ' '.join(head))

    def test_pings_parts_and_the_end(self):
        w, _ = self.websocket(self.query())
        w.said(b'GUEST UP')
        while w.data:
            w.message()
        w.frame(b'in p', fin=False)
        w.frame(b'are you there?', op=9)
        w.frame(b'arts', op=0)
        got, pong = b'', None
        while b'in parts' not in got or pong is None:
            op, payload = w.message()
            if op == 10:
                pong = payload
            else:
                got += payload
        self.assertEqual(pong, b'are you there?')
        w.frame((1000).to_bytes(2, 'big') + b'bye', op=8)
        op, payload = w.message()
        self.assertEqual((op, payload), (8, (1000).to_bytes(2, 'big')))
        self.assertTrue(w.ended())

    def test_what_breaks_the_protocol_ends_it(self):
        for bad in (dict(masked=False), dict(op=3), dict(op=0),
                    dict(op=9, fin=False)):
            w, _ = self.websocket(self.query())
            w.said(b'GUEST UP')
            w.frame(b'x', **bad)
            while True:
                op, payload = w.message()
                if op == 8:
                    break
            self.assertEqual(payload, (1002).to_bytes(2, 'big'), bad)
            self.assertTrue(w.ended())

    def test_a_page_of_somebody_else_gets_nothing(self):
        query = 'ref=' + self.console(self.vm())
        cookie = 'Cookie: session_id=' + self.session
        _, head = self.websocket(query, cookie)
        self.assertIn(' 101 ', head[0])
        _, head = self.websocket(query, cookie, 'Origin: https://evil.test')
        self.assertIn(' 401 ', head[0])

    def test_without_an_upgrade(self):
        r = self.d.http('GET', '/console?' + self.query())
        self.assertEqual(r[0], 501)

    def test_a_key_that_is_none(self):
        w = self.wire()
        w.send('GET /console?%s HTTP/1.1\r\nHost: x\r\n'
               'Sec-WebSocket-Key: short\r\n\r\n' % self.query())
        self.assertIn(' 400 ', w.head()[0])


class Log(Base):
    def log(self, vm, session=None):
        return self.d.http('GET', '/console_log?ref=%s&session_id=%s'
                           % (vm, session or self.session))

    def test_what_was_said_is_kept_also_when_the_vm_is_off(self):
        vm = self.vm('sim-00003')
        uuid = self.d.call('VM.get_uuid', vm)
        w, _ = self.connect(self.query(vm))
        w.send('to be remembered')
        w.until('to be remembered')
        self.d.call('VM.hard_shutdown', vm)
        status, _, body = self.log(vm)[:3]
        self.assertEqual(status, 200)
        self.assertIn(b'GUEST UP', body)
        self.assertIn(b'to be remembered', body)
        self.d.call('VM.destroy', vm)
        self.assertEqual([n for n in os.listdir(
            os.path.join(self.d.state, 'console')) if uuid in n], [])
        self.assertEqual(self.log(vm)[0], 404)

    def test_it_is_bounded(self):
        vm = self.vm()
        w, _ = self.connect(self.query(vm))
        w.until('GUEST UP')
        for i in range(120):
            part = '%05d' % i + 'z' * 4000 + '!'
            w.send(part)
            w.until(part)
        body = self.log(vm)[2]
        self.assertLessEqual(len(body), 256 * 1024)
        self.assertGreater(len(body), 100 * 1024)
        self.assertIn(b'00119zzz', body)
        self.assertNotIn(b'00001zzz', body)

    def test_it_needs_the_role(self):
        self.assertEqual(self.log(self.vm(), self.d.login('read-only'))[0],
                         403)

    def test_a_vm_that_never_ran_has_none(self):
        self.assertEqual(self.log(self.vm('sim-00002'))[0], 404)

    def test_xe_shows_a_console_and_what_was_kept(self):
        vm = self.vm('sim-00005')
        uuid = self.d.call('VM.get_uuid', vm)
        t = xe.Terminal(self.d, 'console', 'uuid=' + uuid)
        t.expect('GUEST UP')
        t.send('typed in xe\r')
        t.expect('typed in xe')
        t.send('\x1d')
        self.assertEqual(t.end()[1], 0)
        r = xe.run(self.d, 'console-log', 'uuid=' + uuid)
        self.assertEqual((r.status, r.err), (0, ''))
        self.assertIn('typed in xe', r.out)
        path = os.path.join(self.d.folder, 'said')
        r = xe.run(self.d, 'console-log', 'uuid=' + uuid, 'filename=' + path)
        self.assertEqual((r.status, r.err), (0, ''))
        with open(path) as f:
            self.assertIn('typed in xe', f.read())
        r = xe.run(self.d, 'console-log', 'vm=sim-00002')
        self.assertEqual((r.status, r.out), (1, ''))
        self.assertIn('Nothing is kept', r.err)


if __name__ == '__main__':
    tap.main()
