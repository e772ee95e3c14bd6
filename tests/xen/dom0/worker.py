# SPDX-License-Identifier: LGPL-2.1-or-later
"""The domain worker alone: asks it in frames, as the daemon does.

    with worker.Worker() as w:
        w.ask('create', uuid, name='web', type='pvh', ...)
        w.error('pause', uuid)          # [code, params...]
"""

import os
import signal
import socket
import struct
import subprocess
import time

PROGRAM = os.path.join(os.environ.get('XAPID_BUILDDIR', '.'),
                       'domain/xapid-domain')
# As in xapid/model/value.h and frame.h.
NIL, BOOL, INT, DOUBLE, STRING, DATE, BINARY, ARRAY, STRUCT = range(9)
REQUEST, REPLY, ERROR, EVENT, CANCEL, PROGRESS = range(1, 7)


class Failure(Exception):
    def __init__(self, description):
        super().__init__(' '.join(map(str, description)))
        self.description = description


def run_of(data):
    return struct.pack('<I', len(data)) + data


def pack(v):
    if v is None:
        return bytes([NIL])
    if isinstance(v, bool):
        return bytes([BOOL, v])
    if isinstance(v, int):
        return bytes([INT]) + struct.pack('<q', v)
    if isinstance(v, str):
        return bytes([STRING]) + run_of(v.encode())
    if isinstance(v, list):
        return (bytes([ARRAY]) + struct.pack('<I', len(v))
                + b''.join(map(pack, v)))
    return (bytes([STRUCT]) + struct.pack('<I', len(v))
            + b''.join(run_of(k.encode()) + pack(x) for k, x in v.items()))


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        value = struct.unpack_from('<' + form, self.data, self.at)[0]
        self.at += struct.calcsize('<' + form)
        return value

    def run(self):
        n = self.take('I')
        self.at += n
        return self.data[self.at - n:self.at]

    def value(self):
        kind = self.take('B')
        if kind == NIL:
            return None
        if kind == BOOL:
            return bool(self.take('B'))
        if kind == INT:
            return self.take('q')
        if kind == DOUBLE:
            return self.take('d')
        if kind in (STRING, DATE):
            return self.run().decode()
        if kind == BINARY:
            return self.run()
        if kind == ARRAY:
            return [self.value() for _ in range(self.take('I'))]
        return {self.run().decode(): self.value()
                for _ in range(self.take('I'))}


class Worker:
    def __init__(self, mode='libxl', state='/root/worker'):
        self.mode, self.state, self.step = mode, state, 0
        self.progress = []      # that the last answer was preceded by

    def __enter__(self):
        os.makedirs(self.state, exist_ok=True)
        self.sock, theirs = socket.socketpair()
        theirs.set_inheritable(True)
        self.process = subprocess.Popen(
            [PROGRAM, self.mode, self.state], close_fds=False,
            preexec_fn=lambda: os.dup2(theirs.fileno(), 3))
        theirs.close()
        return self

    def __exit__(self, *_):
        self.sock.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def exactly(self, n):
        data = b''
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise EOFError('the worker has gone')
            data += more
        return data

    def frame(self, timeout=300):
        self.sock.settimeout(timeout)
        length = struct.unpack('<I', self.exactly(4))[0]
        r = Reader(self.exactly(length))
        kind, _task, step = r.take('I'), r.take('Q'), r.take('I')
        return kind, step, r.value()

    def send(self, op, uuid, **args):
        self.step += 1
        body = pack(dict(args, op=op, uuid=uuid))
        head = struct.pack('<IQI', REQUEST, 1, self.step)
        self.sock.sendall(run_of(head + body))
        return self.step

    def cancel(self, step):
        head = struct.pack('<IQI', CANCEL, 1, step)
        self.sock.sendall(run_of(head + pack(None)))

    def answer(self, step):
        self.progress = []
        while True:
            kind, which, value = self.frame()
            if which == step and kind == PROGRESS:
                self.progress.append(value)
            if which != step or kind not in (REPLY, ERROR):
                continue
            if kind == ERROR:
                raise Failure(value)
            return value

    def ask(self, op, uuid='', **args):
        return self.answer(self.send(op, uuid, **args))

    def error(self, op, uuid='', **args):
        try:
            value = self.ask(op, uuid, **args)
        except Failure as failure:
            return failure.description
        raise AssertionError('%s answered %r' % (op, value))

    def event(self, wanted, timeout=60):
        """The next event that wanted() likes."""
        end = time.time() + timeout
        while True:
            kind, _, value = self.frame(max(0.1, end - time.time()))
            if kind == EVENT and wanted(value):
                return value
