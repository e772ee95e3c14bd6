#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""POST /cli byte by byte, as the thin client of the original speaks it."""

import struct

import tap
import thincli
import xapid


def text(s):
    return struct.pack('<I', len(s)) + s.encode()


def frame(*parts):
    payload = b''.join(struct.pack('<I', p) if isinstance(p, int) else p
                       for p in parts)
    return struct.pack('<I', len(payload)) + payload


def printed(s):
    return frame(9, 0, text(s))


def to_stderr(s):
    return frame(9, 16, text(s))


def exits(status):
    return frame(9, 4, status)


def to_end(sock):
    data = b''
    while True:
        part = sock.recv(65536)
        if not part:
            return data
        data += part


class Wire(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = thincli.run(cls.d, 'host-list', '--minimal').out.strip()

    def conversation(self, *args, path='/cli'):
        """All that the server sends, to the end of the connection."""
        with thincli.connect(self.d) as sock:
            client = thincli.Client(sock)
            client.request(list(args) + thincli.login_args(), path)
            sock.sendall(thincli.GREETING)
            return to_end(sock)

    def test_a_list(self):
        record = ('uuid ( RO)          : %s\n'
                  '    name-label ( RW): sim-host-01\n\n' % self.host)
        self.assertEqual(
            self.conversation('host-list', 'params=uuid,name-label'),
            thincli.GREETING + printed(record) + exits(0))

    def test_minimal_values(self):
        self.assertEqual(
            self.conversation('host-list', 'params=uuid', '--minimal'),
            thincli.GREETING + printed(self.host) + exits(0))

    def test_an_error_of_the_api(self):
        data = self.conversation('vm-param-get', 'uuid=nope',
                                 'param-name=uuid')
        self.assertTrue(data.startswith(thincli.GREETING))
        self.assertTrue(data.endswith(to_stderr('type: VM\n')
                                      + to_stderr('uuid: nope\n')
                                      + exits(1)))

    def test_a_code_that_the_api_does_not_know(self):
        self.assertEqual(
            self.conversation('host-param-get', 'uuid=' + self.host,
                              'param-name=nothing'),
            thincli.GREETING
            + frame(9, 14, text('Missing parameter'), 1, text('nothing'))
            + exits(1))

    def test_nothing_to_say(self):
        self.assertEqual(self.conversation('vm-list', 'name-label=none'),
                         thincli.GREETING + exits(0))

    def test_carriage_returns_at_the_ends_of_lines_do_not_count(self):
        self.assertEqual(
            self.conversation('host-list\r', 'params=uuid\r', '--minimal\r'),
            thincli.GREETING + printed(self.host) + exits(0))

    def test_a_session_in_the_place_of_a_password(self):
        session = self.d.login()
        result = thincli.run(self.d, 'host-list', '--minimal',
                             session=session)
        self.assertEqual(result.out.strip(), self.host)
        self.d.call('session.get_this_host', session, session=session)

    def test_a_body_that_is_too_long_is_refused(self):
        with thincli.connect(self.d) as sock:
            thincli.Client(sock).request(['host-list', 'x' * 204800])
            self.assertIn(b' 413 ', sock.recv(4096).split(b'\r\n')[0])

    def test_another_greeting_ends_the_connection(self):
        with thincli.connect(self.d) as sock:
            thincli.Client(sock).request(['host-list'])
            sock.sendall(b'X' * len(thincli.GREETING))
            self.assertEqual(to_end(sock), thincli.GREETING)

    def test_text_that_is_not_clean_is_refused(self):
        with thincli.connect(self.d) as sock:
            body = b'host-list\nname-label=\xff\xfe'
            sock.sendall(b'POST /cli HTTP/1.0\r\ncontent-length: %d\r\n\r\n'
                         % len(body) + body)
            client = thincli.Client(sock)
            client.greet()
            self.assertEqual(client.run().status, 1)

    def test_a_client_that_never_greets_holds_nothing_up(self):
        with thincli.connect(self.d) as idle:
            thincli.Client(idle).request(['host-list'])
            self.assertEqual(
                thincli.run(self.d, 'host-list', '--minimal').out.strip(),
                self.host)


if __name__ == '__main__':
    tap.main()
