# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server of a few lines for the client: answers connections by functions.

    def cli(s, sock):
        s.begin(sock)
        sock.sendall(cliserver.printed('hello') + cliserver.EXIT)

    s = cliserver.Server(folder, cli)
    r = xe.run(s, 'vm-list')
"""

import socket
import struct
import threading

import thincli


def text(s):
    return struct.pack('<I', len(s)) + s.encode()


def frame(*parts):
    payload = b''.join(struct.pack('<I', p) if isinstance(p, int) else p
                       for p in parts)
    return struct.pack('<I', len(payload)) + payload


def command(*parts):
    return frame(thincli.COMMAND, *(text(p) if isinstance(p, str) else p
                                    for p in parts))


def printed(s):
    return command(thincli.PRINT, s)


EXIT = command(thincli.EXIT, 0)
OK = frame(thincli.RESPONSE, thincli.OK)
FAILED = frame(thincli.RESPONSE, thincli.FAILED)


class Server:
    """Answers connections by functions, in their order."""

    def __init__(self, folder, *talks):
        self.folder = folder
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.heads, self.bodies, self.wrong = [], [], []
        self.threads = []
        t = threading.Thread(target=self.run, args=(talks,), daemon=True)
        t.start()

    def run(self, talks):
        for talk in talks:
            sock, _ = self.listener.accept()
            t = threading.Thread(target=self.one, args=(talk, sock),
                                 daemon=True)
            t.start()
            self.threads.append(t)

    def one(self, talk, sock):
        try:
            with sock:
                talk(self, sock)
        except Exception as e:      # told by the test
            self.wrong.append(e)

    def head(self, sock, whole=True):
        """A request; of an upload first the head, then it wants an answer."""
        data = b''
        while b'\r\n\r\n' not in data:
            part = sock.recv(4096)
            if not part:
                raise EOFError(data)
            data += part
        head, _, body = data.partition(b'\r\n\r\n')
        self.heads.append(head.decode())
        length = [x for x in head.decode().lower().split('\r\n')
                  if x.startswith('content-length:')]
        want = int(length[0].split(':')[1]) if length and whole else 0
        while len(body) < want:
            body += sock.recv(4096)
        self.bodies.append(body)
        return head

    def read(self, sock, n):
        data = b''
        while len(data) < n:
            part = sock.recv(n - len(data))
            if not part:
                raise EOFError(data)
            data += part
        return data

    def begin(self, sock):
        self.head(sock)
        sock.sendall(thincli.GREETING)
        self.read(sock, len(thincli.GREETING))

    def data(self, sock):
        """What the client sends in pieces, and how many they were."""
        data, pieces = b'', 0
        while True:
            n = struct.unpack('<I', self.read(sock, 4))[0]
            words = struct.unpack('<%dI' % (n // 4), self.read(sock, n))
            if words == (thincli.BLOB, thincli.END):
                return data, pieces
            assert words[:2] == (thincli.BLOB, thincli.CHUNK), words
            data += self.read(sock, words[2])
            pieces += 1
