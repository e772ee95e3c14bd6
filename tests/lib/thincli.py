# SPDX-License-Identifier: LGPL-2.1-or-later
"""The thin client's side of POST /cli, frame by frame.

    with xapid.start() as d:
        r = thincli.run(d, 'vm-list', 'params=uuid', '--minimal')
        r.status, r.out, r.err
"""

import socket
import struct
import xapid

GREETING = b'XenSource thin CLI protocol' + struct.pack('<ii', 0, 2)
PRINT, LOAD, PROMPT, EXIT = 0, 1, 3, 4
GET, PUT, ERROR, DEBUG, STDERR, CONNECT = 12, 13, 14, 15, 16, 17
OK, FAILED, WAIT, CHUNK, END = 5, 6, 18, 7, 8
COMMAND, RESPONSE, BLOB = 9, 10, 11
ROW, REFRESH, WHOLE = 64, 65, 66


class Gone(Exception):
    """The connection ended before the command did."""


class Result:
    def __init__(self):
        self.status = None
        self.out = ''       # as the original's client would print it
        self.err = ''
        self.frames = []    # (tag, values)
        self.rows = []      # name -> (text, JSON)


class Frame:
    """Takes numbers and texts from the front of a payload."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        self.at += 4
        return struct.unpack_from('<I', self.data, self.at - 4)[0]

    def raw(self):
        n = self.number()
        self.at += n
        return self.data[self.at - n:self.at]

    def text(self):
        return self.raw().decode()


class Client:
    """One command. files: name -> bytes that the server may load; answers:
    lines for prompts; http(tag, name, path): does a transfer, answers
    whether it worked."""

    def __init__(self, sock, files=None, answers=(), http=None):
        self.sock, self.files = sock, files or {}
        self.answers, self.http = list(answers), http
        self.result = Result()

    # ---- the wire ----

    def read(self, n):
        data = b''
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise Gone('%r' % data)
            data += part
        return data

    def send(self, *numbers, data=b''):
        payload = struct.pack('<%dI' % len(numbers), *numbers)
        self.sock.sendall(struct.pack('<I', len(payload)) + payload + data)

    def greet(self):
        hello = self.read(len(GREETING))
        assert hello == GREETING, hello
        self.sock.sendall(GREETING)

    def request(self, args, path='/cli', headers=()):
        body = '\n'.join(args).encode()
        head = ['POST %s HTTP/1.0' % path, 'User-agent: xe-cli/Unix/0.2',
                'originator: cli', *headers,
                'content-length: %d' % len(body), '', '']
        self.sock.sendall('\r\n'.join(head).encode() + body)

    # ---- commands of the server ----

    def next(self):
        n, = struct.unpack('<I', self.read(4))
        frame = Frame(self.read(n))
        assert frame.number() == COMMAND
        return frame.number(), frame

    def load(self, name):
        if name not in self.files:
            self.send(RESPONSE, FAILED)
            return
        data = self.files[name]
        self.send(RESPONSE, OK)
        self.send(BLOB, CHUNK, len(data), data=data)
        self.send(BLOB, END)

    def prompt(self):
        data = self.answers.pop(0).encode()
        self.send(BLOB, CHUNK, len(data), data=data)
        self.send(BLOB, END)

    def transfer(self, tag, name, path):
        ok = self.http(tag, name, path) if self.http else False
        self.send(RESPONSE, OK if ok else FAILED)

    def step(self):
        """Obeys one command of the server; True when it was the last."""
        r = self.result
        tag, frame = self.next()
        values = []
        if tag in (PRINT, STDERR, DEBUG, LOAD, CONNECT):
            values = [frame.text()]
        elif tag in (GET, PUT):
            values = [frame.text(), frame.text()]
        elif tag == ERROR:
            values = [frame.text()]
            values += [frame.text() for _ in range(frame.number())]
        elif tag == EXIT:
            values = [frame.number()]
        elif tag == ROW:
            cells = [(frame.text(), frame.text(), frame.text())
                     for _ in range(frame.number())]
            r.rows.append({n: (t, j) for n, t, j in cells})
        r.frames.append((tag, values))
        if tag == PRINT:
            r.out += values[0] + '\n'
        elif tag == STDERR:
            r.err += values[0]
        elif tag == ERROR:
            r.err += 'Error code: %s\nError parameters: %s\n' % (
                values[0], ', '.join(values[1:]))
        elif tag == LOAD:
            self.load(values[0])
        elif tag == PROMPT:
            self.prompt()
        elif tag in (GET, PUT):
            self.transfer(tag, *values)
        elif tag == CONNECT:
            self.transfer(tag, '', values[0])
        elif tag == EXIT:
            r.status = values[0]
        return tag == EXIT

    def run(self):
        while not self.step():
            pass
        return self.result


def connect(d):
    s = socket.create_connection(('127.0.0.1', d.port), timeout=60)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def login_args(user='root', password=xapid.PASSWORD):
    return ['username=' + user, 'password=' + password]


def run(d, *args, user='root', password=xapid.PASSWORD, path='/cli',
        session=None, **options):
    """Runs a command to its end and answers a Result."""
    lines = list(args)
    if session:
        lines.insert(0, 'session_id=' + session)
    elif user is not None:
        lines += login_args(user, password)
    with connect(d) as sock:
        client = Client(sock, **options)
        client.request(lines, path)
        client.greet()
        return client.run()
