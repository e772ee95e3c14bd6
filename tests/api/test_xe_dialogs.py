#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xe against a server that speaks as the original's does: what is sent, and
each thing that such a server may ask for."""

import os
import re
import tempfile
import threading
import time
import unittest

import tap
import thincli
import xapid
import xe
from cliserver import EXIT, FAILED, OK, Server, command, printed


class Dialogs(unittest.TestCase):
    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.folder = tmp.name
        self.answers = []

    def server(self, *talks):
        s = Server(self.folder, *talks)
        self.addCleanup(s.listener.close)
        return s

    def ends(self, s, sock):
        s.begin(sock)
        sock.sendall(EXIT)

    def says(self, *messages):
        def cli(s, sock):
            s.begin(sock)
            sock.sendall(b''.join(messages))
        return self.server(cli)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as f:
            f.write(content)
        return path

    # ---- what is sent ----

    def sent(self, *args, rc=None, **env):
        """Lines of the body, and the head, of one command."""
        if rc is not None:
            self.file('.xe', rc.encode())
        s = self.server(self.ends)
        env = {k: v.replace('PORT', str(s.port)) for k, v in env.items()}
        r = xe.run(s, *args, env=env)
        self.assertEqual((r.status, r.err), (0, ''))
        return s.bodies[0].decode().split('\n'), s.heads[0]

    def test_a_socket_that_is_named_is_the_only_way(self):
        s = self.server(self.ends)
        for path, why in (('/nowhere', 'No such file or directory'),
                          ('/' + 'x' * 200, 'File name too long')):
            r = xe.run(s, 'vm-list', env={'XE_SOCKET': path,
                                          'XE_EXTRA_ARGS': ''})
            self.assertEqual((r.status, r.err), (
                1, 'xe: cannot connect to %s, which XE_SOCKET names: %s\n'
                % (path, why)))
        r = xe.run(s, 'vm-list', env={'XE_SOCKET': '/nowhere'})
        self.assertEqual((r.status, r.err), (0, ''))    # a server is named

    def test_arguments_go_before_the_environment_and_that_before_the_file(self):
        lines, _ = self.sent(
            'vm-list', 'a=1', '--minimal', rc='b=file\nusername=file\n',
            XE_EXTRA_ARGS='port=PORT,b=extra,username=extra')
        self.assertEqual(lines, ['vm-list', 'a=1', '--minimal', 'b=extra',
                                 'b=file', 'username=extra',
                                 'password=' + xapid.PASSWORD])

    def test_what_traces_is_passed_on(self):
        _, head = self.sent('vm-list', TRACEPARENT='00-1', BAGGAGE='k=v')
        self.assertIn('\r\ntraceparent: 00-1\r\nbaggage: k=v\r\n', head)
        _, head = self.sent('vm-list', TRACEPARENT='', BAGGAGE='k\r\nx: y')
        self.assertNotIn('x: y', head)

    def test_a_port_is_a_number(self):
        for port in ('x', '-1', '70000', '80x', ''):
            r = xe.run(self.says(EXIT), '-p', port, 'vm-list')
            self.assertEqual((r.status, r.out), (1, ''))
            self.assertIn('no port', r.err)

    def test_a_password_file_has_two_lines(self):
        name = self.file('pw', b'joe\n')
        r = xe.run(self.says(EXIT), '-pwf', name, 'vm-list')
        self.assertEqual(r.status, 1)
        self.assertIn('two lines', r.err)

    # ---- words ----

    def test_words_errors_and_the_exit_code(self):
        r = xe.run(self.says(printed('one'), command(16, 'two, '),
                             command(16, 'three\n'), command(15, 'hidden'),
                             printed(''), command(4, 3)), 'vm-list')
        self.assertEqual((r.status, r.out, r.err),
                         (3, 'one\n\n', 'two, three\n'))
        r = xe.run(self.says(command(14, 'A_CODE', 2, 'a b', 'c'),
                             command(4, 1)), 'vm-list')
        self.assertEqual((r.status, r.err), (
            1, 'Error code: A_CODE\nError parameters: a b, c\n'))

    def test_words_for_developers_are_shown_to_them(self):
        r = xe.run(self.says(command(15, 'a hint'), EXIT), 'vm-list',
                   '--debug')
        self.assertEqual(r.status, 0)
        self.assertIn('a hint\n', r.err)

    def test_a_newer_minor_version_is_taken_and_a_major_one_is_not(self):
        for major, minor, status in ((0, 9, 0), (1, 0, 1)):
            def cli(s, sock):
                s.head(sock)
                sock.sendall(thincli.GREETING[:-8]
                             + major.to_bytes(4, 'little')
                             + minor.to_bytes(4, 'little'))
                if s.read(sock, len(thincli.GREETING)):
                    sock.sendall(EXIT)

            self.assertEqual(xe.run(self.server(cli), 'vm-list').status,
                             status)

    # ---- questions and files ----

    def test_answers_are_lines(self):
        def cli(s, sock):
            s.begin(sock)
            for _ in range(3):
                sock.sendall(printed('?') + command(thincli.PROMPT))
                self.answers.append(s.data(sock))
            sock.sendall(EXIT)

        r = xe.run(self.server(cli), 'vm-uninstall', stdin='yes\n\nlast')
        self.assertEqual((r.status, r.out), (0, '?\n?\n?\n'))
        self.assertEqual(self.answers,
                         [(b'yes', 1), (b'', 1), (b'last', 1)])

    def test_a_file_is_loaded_in_pieces(self):
        for content in (b'', b'x' * 200000):
            name = self.file('f', content)

            def cli(s, sock):
                s.begin(sock)
                sock.sendall(command(thincli.LOAD, name))
                self.assertEqual(s.read(sock, len(OK)), OK)
                self.answers.append(s.data(sock)[0])
                sock.sendall(EXIT)

            s = self.server(cli)
            self.assertEqual(
                xe.run(s, 'host-license-add', 'license-file=' + name).status,
                0)
            self.assertEqual((self.answers.pop(), s.wrong), (content, []))

    # ---- transfers ----

    def transfer(self, tag, name, url, response, *https):
        """A command that has the client move a file; bars of the original
        come while it is busy."""
        def cli(s, sock):
            s.begin(sock)
            sock.sendall(command(tag, name, url))
            sock.sendall(command(16, '\r10%') + command(16, '\r20%\n'))
            got = s.read(sock, len(response))
            sock.sendall(command(4, 0 if got == response else 9))

        return self.server(cli, *https)

    def gives(self, content):
        def http(s, sock):
            s.head(sock)
            sock.sendall(b'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n'
                         + content)
        return http

    def takes(self, s, sock):
        s.head(sock, whole=False)
        sock.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
        while part := sock.recv(65536):
            s.bodies[-1] += part

    def test_a_download_follows_addresses_of_the_server(self):
        name = os.path.join(self.folder, 'out')
        for url, asked in (
                ('/x?a=b', '/x?a=b'),
                ('https://127.0.0.1/x?entries=a b', '/x?entries=a%20b'),
                ('https://127.0.0.1:443/x?a=b%20c', '/x?a=b%20c')):
            s = self.transfer(thincli.GET, name, url, OK,
                              self.gives(b'content'))
            r = xe.run(s, 'blob-get', 'filename=' + name)
            self.assertEqual((r.status, r.err, s.wrong),
                             (0, '\r10%\r20%\n', []))
            self.assertTrue(s.heads[1].startswith('GET %s HTTP/1.0' % asked),
                            s.heads)
            with open(name, 'rb') as f:
                self.assertEqual(f.read(), b'content')
            os.unlink(name)

    def test_a_refused_transfer_is_a_failure_that_the_server_explains(self):
        def refuses(s, sock):
            s.head(sock, whole=False)
            sock.sendall(b'HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n')

        name = self.file('f', b'content')
        for tag, word in ((thincli.PUT, 'blob-put'),
                          (thincli.GET, 'blob-get')):
            s = self.transfer(tag, '' if tag == thincli.GET else name, '/x',
                              FAILED, refuses)
            r = xe.run(s, word, 'filename=' +
                       ('' if tag == thincli.GET else name))
            self.assertEqual((r.status, r.out, r.err, s.wrong),
                             (0, '', '\r10%\r20%\n', []))

    def test_an_upload_tells_its_length_or_ends_by_closing(self):
        name = self.file('f', b'content')
        for given, length in ((name, True), ('-', False)):
            s = self.transfer(thincli.PUT, given, '/x', OK, self.takes)
            r = xe.run(s, 'blob-put', 'filename=' + given, stdin='content')
            self.assertEqual((r.status, s.wrong), (0, []))
            self.assertEqual('content-length: 7' in s.heads[1].lower(),
                             length)
            self.assertEqual(s.bodies[1], b'content')

    def stopped(self, tag, word, http, name):
        """Ctrl-C while the server does nothing."""
        busy = threading.Event()
        s = self.transfer(tag, name, '/x', FAILED,
                          lambda s, sock: http(s, sock, busy))
        t = xe.Terminal(s, word, 'filename=' + name)
        self.assertTrue(busy.wait(60))
        time.sleep(0.3)
        begun = time.time()
        t.send('\x03')
        seen, status = t.end()
        self.assertIn('interrupted', seen)
        self.assertLess(time.time() - begun, 30)
        return s

    def test_ctrl_c_ends_an_upload_that_the_server_works_on(self):
        def http(s, sock, busy):
            s.head(sock, whole=False)
            sock.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
            busy.set()
            sock.recv(1)
            time.sleep(60)

        self.stopped(thincli.PUT, 'blob-put', http, self.file('f', b'abc'))

    def test_ctrl_c_ends_a_download_that_stalls_and_leaves_no_file(self):
        def http(s, sock, busy):
            s.head(sock)
            sock.sendall(b'HTTP/1.1 200 OK\r\n\r\nhalf')
            busy.set()
            time.sleep(60)

        name = os.path.join(self.folder, 'out')
        self.stopped(thincli.GET, 'blob-get', http, name)
        self.assertFalse(os.path.exists(name))


class ServerSide(xapid.Case):
    """What clients of the original expect of the daemon."""

    def test_help_has_the_labels_that_completion_looks_for(self):
        r = thincli.run(self.d, 'help', 'vm-disk-add')
        self.assertEqual(r.status, 0)
        self.assertRegex(
            r.out, r'\Acommand name            : vm-disk-add\n'
            r' *reqd params     : disk-size, device\n'
            r' *optional params : sr-uuid, <vm-selectors>\n'
            r' *description     : \S')
        r = thincli.run(self.d, 'help', '--minimal', '--all')
        self.assertTrue(re.fullmatch(r'[a-z0-9-]+(,[a-z0-9-]+)+\n', r.out))

    def test_a_database_is_replaced_by_force_only(self):
        r = thincli.run(self.d, 'pool-restore-database', 'file-name=x',
                        files={'x': b''})
        self.assertEqual(r.status, 1)
        self.assertIn('--force', r.err)
        self.assertEqual([f for f in r.frames if f[0] == thincli.PUT], [])


if __name__ == '__main__':
    tap.main()
