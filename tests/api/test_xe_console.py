#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client's half of a console, and of servers that are not nice, against a
server of a few lines."""

import socket
import struct
import tempfile
import threading
import unittest

import tap
import thincli
import xe
from cliserver import EXIT, Server, command, frame, text


CONNECT = command(thincli.CONNECT, '/console?uuid=x&session_id=y')


class Console(unittest.TestCase):
    def server(self, *talks):
        s = Server(self.folder, *talks)
        self.addCleanup(s.listener.close)
        return s, s

    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.folder = tmp.name

    def test_keys_go_and_words_come_until_the_escape(self):
        done = threading.Event()

        def cli(s, sock):
            s.begin(sock)
            sock.sendall(CONNECT)
            self.answer = s.read(sock, 12)
            sock.sendall(EXIT)

        def console(s, sock):
            s.head(sock)
            sock.sendall(b'HTTP/1.1 200 OK\r\n\r\nlogin: ')
            data = b''
            while not data.endswith(b'root\r'):
                data += sock.recv(100)
            sock.sendall(b'\r\nwelcome ' + data.strip() + b'\r\n')
            while sock.recv(100):
                pass
            done.set()

        s, place = self.server(cli, console)
        t = xe.Terminal(place, 'console', 'uuid=x')
        t.expect('login: ')
        t.send('root\r')
        t.expect('welcome root')
        t.send('\x1d')          # Ctrl-]
        seen, status = t.end()
        self.assertEqual((status, s.wrong), (0, []), seen)
        self.assertTrue(done.wait(10))
        self.assertEqual(self.answer, frame(10, 5))
        self.assertTrue(s.heads[1].startswith(
            'CONNECT /console?uuid=x&session_id=y HTTP/1.0'), s.heads)

    def test_a_console_that_ends_gives_the_terminal_back(self):
        def cli(s, sock):
            s.begin(sock)
            sock.sendall(CONNECT)
            s.read(sock, 12)
            sock.sendall(EXIT)

        def console(s, sock):
            s.head(sock)
            sock.sendall(b'HTTP/1.1 200 OK\r\n\r\nbye\r\n')

        s, place = self.server(cli, console)
        seen, status = xe.Terminal(place, 'console', 'uuid=x').end()
        self.assertEqual((status, s.wrong), (0, []))
        self.assertIn('bye', seen)

    def test_a_console_that_is_refused_says_why(self):
        def cli(s, sock):
            s.begin(sock)
            sock.sendall(CONNECT)
            self.assertEqual(s.read(sock, 12), frame(10, 6))
            sock.sendall(frame(9, 4, 1))

        def console(s, sock):
            s.head(sock)
            sock.sendall(b'HTTP/1.1 404 Not Found\r\n\r\n')

        s, place = self.server(cli, console)
        r = xe.run(place, 'console', 'uuid=x')
        self.assertEqual((r.status, s.wrong), (1, []))
        self.assertEqual(r.err, 'xe: there is no such console\n')

    # ---- servers that are not nice ----

    def test_a_server_that_hangs_up_is_an_error(self):
        def cli(s, sock):
            s.begin(sock)
            sock.sendall(frame(9, 0, text('half'))[:-2])

        s, place = self.server(cli)
        r = xe.run(place, 'vm-list')
        self.assertEqual(r.status, 1)
        self.assertEqual(r.err, 'xe: lost the connection to the server\n')

    def test_words_that_make_no_sense_are_an_error(self):
        for words in (frame(9, 0, 99999, b'short'), frame(9, 99),
                      frame(8, 0, text('x')), frame(9, 64, 4000),
                      struct.pack('<I', 0xffffffff), frame(),
                      b'HTTP/1.1 200 OK\r\n\r\n' * 4):
            def cli(s, sock, words=words):
                s.begin(sock)
                sock.sendall(words)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(4096):
                    pass

            s, place = self.server(cli)
            r = xe.run(place, 'vm-list')
            self.assertEqual(r.status, 1, words)
            self.assertTrue(r.err.startswith('xe: '), (words, r.err))

    def test_a_server_may_not_ask_for_files_that_nobody_named(self):
        for ask in (frame(9, 1, text('/etc/passwd')),
                    frame(9, 13, text('/etc/passwd'), text('/x')),
                    frame(9, 12, text('/tmp/../etc/cron.d/x'), text('/x'))):
            def cli(s, sock, ask=ask):
                s.begin(sock)
                sock.sendall(ask)
                self.got = s.read(sock, 12)
                sock.sendall(frame(9, 4, 1))

            s, place = self.server(cli)
            r = xe.run(place, 'vm-list')
            self.assertEqual((r.status, s.wrong), (1, []), ask)
            self.assertEqual(self.got, frame(10, 6))
            self.assertIn('does not name', r.err)


if __name__ == '__main__':
    tap.main()
