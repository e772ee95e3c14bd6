# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real client, as a process.

    r = xe.run(d, 'vm-list', '--minimal')
    r.status, r.out, r.err
"""

import os
import pty
import select
import signal
import subprocess
import time

import xapid

PROGRAM = os.environ.get('XE') or os.path.join(xapid.BUILD, 'cli', 'xe')


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def absent(self):
        """The API call behind it is still to be written."""
        return self.status != 0 and 'not implemented' in self.err


def environment(d, **more):
    env = {k: v for k, v in os.environ.items()
           if k not in ('XE_EXTRA_ARGS', 'XE_PASSWORD', 'TRACEPARENT',
                        'PAGER', 'NO_COLOR')}
    env.update(HOME=d.folder, XE_PASSWORD=xapid.PASSWORD, LC_ALL='C.UTF-8',
               XE_EXTRA_ARGS='server=127.0.0.1,port=%d,nossl=true,'
               'username=root' % d.port)
    env.update(more)
    return env


def run(d, *args, stdin='', env=None, timeout=120, cwd=None):
    p = subprocess.run([PROGRAM, *args], input=stdin.encode(),
                       capture_output=True, timeout=timeout,
                       env=environment(d, **(env or {})), cwd=cwd)
    return Result(p.returncode, p.stdout.decode(), p.stderr.decode())


class Terminal:
    """The client on a terminal of its own: send text, expect text."""

    def __init__(self, d, *args, env=None, drop=None, size=(24, 80)):
        self.text = ''
        pid, self.fd = pty.fork()
        if pid == 0:
            import fcntl
            import struct
            import termios
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack('HHHH', *size, 0, 0))
            env = environment(d, TERM='xterm', **(env or {}))
            env.pop(drop, None)
            os.execve(PROGRAM, [PROGRAM, *args], env)
        self.pid = pid

    def read(self, timeout):
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode(errors='replace')
        return bool(data)

    def expect(self, words, timeout=60):
        """Waits for words and answers what came before and with them."""
        end = time.time() + timeout
        while words not in self.text:
            if time.time() > end or not self.read(0.2):
                raise AssertionError('no %r in %r' % (words, self.text))
        at = self.text.index(words) + len(words)
        seen, self.text = self.text[:at], self.text[at:]
        return seen

    def send(self, text):
        os.write(self.fd, text.encode())

    def end(self, timeout=60):
        """To the end: the rest of the output and the exit status."""
        stop = time.time() + timeout
        while self.read(0.2):
            if time.time() > stop:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError('it does not end: %r' % self.text)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return self.text, os.waitstatus_to_exitcode(status)
