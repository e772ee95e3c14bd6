# SPDX-License-Identifier: LGPL-2.1-or-later
"""Consoles of real guests, through the daemon."""

import os
import signal
import socket
import subprocess
import urllib.parse

import tap
from bed import say, wait
from test_guests import FOLDER, Host


class Consoles(Host):
    def setUp(self):
        self.session = self.d.login('root')

    def connect(self, query):
        url = urllib.parse.urlparse(self.d.url)
        s = socket.create_connection((url.hostname, url.port), 120)
        s.sendall(('CONNECT /console?%s&session_id=%s HTTP/1.0\r\n\r\n'
                   % (query, self.session)).encode())
        head = b''
        while b'\r\n\r\n' not in head:
            part = s.recv(1)
            if not part:
                raise EOFError(head)
            head += part
        self.assertIn(b' 200 ', head.split(b'\r\n')[0], head)
        return s

    def text_console(self, vm):
        for c in self.d.call('VM.get_consoles', vm):
            if self.d.call('console.get_protocol', c) == 'vt100':
                return 'ref=' + c
        raise AssertionError('no text console')

    def hear(self, s, what, got=b''):
        while what not in got:
            part = s.recv(65536)
            if not part:
                raise EOFError(got[-1000:])
            got += part
        return got

    def log(self, vm):
        return self.d.http('GET', '/console_log?ref=%s&session_id=%s'
                           % (vm, self.session))[2]

    def pids(self):
        out = subprocess.run(['pgrep', '-f', 'xapid-console real'],
                             capture_output=True, text=True).stdout
        return [int(p) for p in out.split()]

    def test_a_guest_is_heard_from_its_first_word(self):
        vm = self.make('heard')
        self.d.call('VM.start', vm, False, False)
        s = self.connect(self.text_console(vm))
        self.hear(s, b'GUEST UP')
        wait(lambda: b'GUEST UP' in self.log(vm), what='kept')
        # The worker dies, the guest does not notice, and nothing is lost.
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(s.recv(1), b'')
        s = self.connect(self.text_console(vm))
        self.hear(s, b'GUEST UP')
        self.d.call('VM.hard_shutdown', vm)
        while s.recv(65536):
            pass
        self.assertIn(b'GUEST UP', self.log(vm))

    def test_what_is_typed_reaches_a_system(self):
        vm = self.make('shell', mib=96, kernel='vmlinux',
                       PV_ramdisk=FOLDER + 'initrd', PV_args='console=hvc0')
        self.d.call('VM.start', vm, False, False)
        s = self.connect(self.text_console(vm))
        s.settimeout(300)
        self.hear(s, b'GUEST UP')
        s.sendall(b'echo the answer is $((40 + 2))\n')
        self.hear(s, b'the answer is 42')
        say('typed, run and read')

    def test_the_screen_of_an_HVM_guest(self):
        vm = self.make('screen', kind='hvm', mib=64, kernel='',
                       HVM_boot_policy='BIOS order')
        self.d.call('VM.set_PV_kernel', vm, '')
        self.d.call('VM.start', vm, False, False)
        s = self.connect('ref=' + vm)
        greeting = self.hear(s, b'\n')
        self.assertEqual(greeting, b'RFB 003.008\n')
        s.sendall(b'RFB 003.008\n')
        self.assertEqual(s.recv(2), b'\x01\x01')    # no security
        s.sendall(b'\x01')
        self.assertEqual(s.recv(4), bytes(4))
        s.sendall(b'\x01')
        size = self.hear_n(s, 24)
        width, height = (int.from_bytes(size[:2], 'big'),
                         int.from_bytes(size[2:4], 'big'))
        say('a screen of %d x %d' % (width, height))
        self.hear_n(s, int.from_bytes(size[20:24], 'big'))
        s.sendall(b'\x03\x00' + bytes(4) + size[:4])
        self.assertEqual(self.hear_n(s, 1), b'\x00')    # a part of it

    def hear_n(self, s, n):
        got = b''
        while len(got) < n:
            part = s.recv(n - len(got))
            if not part:
                raise EOFError(got)
            got += part
        return got


if __name__ == '__main__':
    tap.main()
