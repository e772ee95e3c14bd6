# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon for one test: simulated host, own folder, ports from the kernel.

    with xapid.start('--sim-vms', '3') as d:
        d.call('VM.get_all')            # logged in as root
        s = d.login('reader')           # other users: d.users
        d.call('VM.get_all', session=s)
"""

import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BUILD = os.environ.get('XAPID_BUILDDIR', '.')
PASSWORD = 'secret'
# How many times slower than usual the machine may be: an emulated one is, and a
# call that is given up would be made again.
PATIENCE = float(os.environ.get('XAPID_TEST_PATIENCE', 1))
ROLES = ('pool-admin', 'pool-operator', 'vm-power-admin', 'vm-admin',
         'vm-operator', 'read-only')


class Failure(Exception):
    """An API error: .code and .params."""

    def __init__(self, description):
        super().__init__(' '.join(map(str, description)))
        self.code = description[0]
        self.params = list(description[1:])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__('localhost', timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def until(condition, seconds=60):
    """Waits for a true value, and answers it; AssertionError: it stays out."""
    end = time.time() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.time() > end:
            raise AssertionError('it did not come about in %d s' % seconds)
        time.sleep(0.01)


def children(pid):
    """(process number, name) of each child that a process has now."""
    found = []
    with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
        pids = [int(word) for word in f.read().split()]
    for child in pids:
        try:
            with open('/proc/%d/comm' % child) as f:
                found.append((child, f.read().strip()))
        except OSError:
            pass    # gone in the meantime
    return found


def free_port():
    """For a daemon that is to come back at the same place."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def hashed(password):
    """A crypt(3) hash that is quick to check."""
    return subprocess.run(
        ['openssl', 'passwd', '-5', '-salt', 'xapidtest', password],
        check=True, capture_output=True, text=True).stdout.strip()


class Daemon:
    def __init__(self, args=(), env=None, state=None, tls=False):
        self.own = state is None
        self.folder = state or tempfile.mkdtemp(prefix='xapid.')
        self.state = os.path.join(self.folder, 'state')
        self.socket = os.path.join(self.folder, 'socket')
        self.users_file = os.path.join(self.folder, 'users')
        self.users = ['root'] + list(ROLES)
        self.args, self.env, self.tls = list(args), env, tls
        self.process = self.session = None
        self.local = None
        self.may_crash = False    # a test that makes it die by itself
        if not os.path.exists(self.users_file):
            self.write_users()

    def write_users(self):
        one = hashed(PASSWORD)
        with open(self.users_file, 'w') as f:
            f.write('root:%s:pool-admin\n' % one)
            for role in ROLES:
                f.write('%s:%s:%s\n' % (role, one, role))

    def command(self):
        listen = ['--listen', '127.0.0.1:0']
        if self.tls:
            listen += ['--tls-listen', '127.0.0.1:0']
        program = os.environ.get('XAPID') or os.path.join(
            BUILD, 'xapid', 'xapid')
        return [program, '--foreground', '--backend', 'simulator',
                '--state', self.state, '--socket', self.socket,
                '--users', self.users_file] + listen + self.args

    def start(self, timeout=60):
        self.log = open(os.path.join(self.folder, 'log'), 'ab')
        self.process = subprocess.Popen(
            self.command(), stdout=subprocess.PIPE, stderr=self.log,
            env=dict(os.environ, **(self.env or {})))
        line = self.first_line(timeout * PATIENCE)
        if not line.startswith('xapid ready'):
            self.process.kill()
            self.process.wait()
            raise RuntimeError('xapid did not start: %s\n%s'
                               % (line, self.log_text()[-2000:]))
        self.urls = re.findall(r'https?://\S+', line)
        self.url = next(u for u in self.urls if u.startswith('http:'))
        self.tls_url = next(
            (u for u in self.urls if u.startswith('https:')), None)
        self.port = int(self.url.rsplit(':', 1)[1])
        return self

    def first_line(self, timeout):
        end = time.time() + timeout
        while time.time() < end:
            ready, _, _ = select.select([self.process.stdout], [], [], 0.2)
            if ready:
                return self.process.stdout.readline().decode()
            if self.process.poll() is not None:
                return 'exit %d' % self.process.returncode
        return 'no answer in %d s' % timeout

    def log_text(self):
        with open(os.path.join(self.folder, 'log'),
                  errors='replace') as f:
            return f.read()

    # ---- calls, JSON-RPC over TCP, on a connection that is kept ----

    def connection(self, timeout=30):
        return http.client.HTTPConnection('127.0.0.1', self.port,
                                          timeout=timeout * PATIENCE)

    def request(self, body, path='/jsonrpc', kind='application/json'):
        """One POST on the kept connection: status, body."""
        for last in (False, True):
            if self.local is None:
                self.local = self.connection()
            try:
                self.local.request('POST', path, body,
                                   {'Content-Type': kind})
                reply = self.local.getresponse()
                return reply.status, reply.read()
            except (http.client.HTTPException, OSError):
                self.local.close()
                self.local = None
                if last:
                    raise

    def raw(self, method, *params):
        body = json.dumps({'jsonrpc': '2.0', 'method': method,
                           'params': list(params), 'id': 1})
        status, data = self.request(body)
        if status != 200:
            raise RuntimeError('HTTP %d: %r' % (status, data[:200]))
        reply = json.loads(data)
        if 'error' in reply:
            error = reply['error']
            raise Failure([error['message']] + list(error.get('data') or []))
        return reply['result']

    def login(self, user='root', password=PASSWORD):
        return self.raw('session.login_with_password', user, password,
                        '2.0', 'test')

    def call(self, method, *params, session=None):
        if session is None:
            if self.session is None:
                self.session = self.login()
            session = self.session
        return self.raw(method, session, *params)

    def error(self, method, *params, session=None):
        """[code, params...] of a call that must fail."""
        try:
            value = self.call(method, *params, session=session)
        except Failure as failure:
            return [failure.code] + failure.params
        raise AssertionError('%s answered %r' % (method, value))

    def learn_disk(self):
        """Changes enough that the daemon knows how slow its disk is."""
        pool = self.call('pool.get_all')[0]
        for i in range(16):
            self.call('pool.set_name_description', pool, str(i))

    def task(self, method, *params, timeout=30):
        """Runs Async.METHOD to its end and answers the task's record."""
        return self.ended(self.call('Async.' + method, *params), timeout)

    def ended(self, task, timeout=30):
        """A task's record when it has ended."""
        until(lambda: self.call('task.get_status', task) not in
              ('pending', 'cancelling'), timeout)
        return self.call('task.get_record', task)

    def http(self, method, path, body=None, headers=None):
        """A request of its own: status, headers (lower case), body."""
        c = self.connection()
        try:
            c.request(method, path, body, headers or {})
            reply = c.getresponse()
            return (reply.status,
                    {k.lower(): v for k, v in reply.getheaders()},
                    reply.read())
        finally:
            c.close()

    # ---- processes ----

    def daemon_pid(self):
        """The daemon below its small parent; None: there is none now."""
        return next((pid for pid, name in children(self.process.pid)
                     if not name.startswith('xapid-')), None)

    def kill_workers(self, name='xapid-domain'):
        """All workers of that program die."""
        for pid, own in children(self.process.pid):
            if own.startswith(name):
                os.kill(pid, signal.SIGKILL)

    # ---- the end ----

    def kill(self):
        """As a crash: SIGKILL. start() goes on with the same state."""
        self.stop(signal.SIGKILL)

    def stop(self, sig=signal.SIGTERM, timeout=30):
        """Ends the process; answers its exit status."""
        if self.local:
            self.local.close()
        self.local = self.session = None
        if self.process is None:
            return None
        self.process.send_signal(sig)
        try:
            status = self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError('xapid did not end in %d s' % timeout)
        finally:
            self.process.stdout.close()
            self.log.close()
            self.process = None
        return status

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, *exc):
        text = ''
        try:
            status = self.stop()
            text = self.log_text()
            # Its parent starts one again that has crashed, so a test may not
            # notice; 9 is how tests kill it.
            crashed = not self.may_crash and re.search(
                'the daemon died by signal (?!9 )', text)
            if exc[0] is None and (status or crashed or 'ERROR: ' in text):
                raise AssertionError('xapid ended with status %s:\n%s'
                                     % (status, text[-4000:]))
        finally:
            if exc[0] is not None:
                print('# ' + text[-2000:].replace('\n', '\n# '))
            if self.own:
                shutil.rmtree(self.folder, ignore_errors=True)


# Options of a daemon whose disk takes 50 ms longer for each sync.
SLOW_DISK = {'env': {'XAPID_FAULT': 'sync:0:slow:sticky'}}


def start(*args, **options):
    """A daemon, not yet running where used in a with statement."""
    return Daemon(args, **options)


class Case(unittest.TestCase):
    """Tests of one daemon, `d`, which is started with args and options."""
    args, options = (), {}

    @classmethod
    def setUpClass(cls):
        cls.d = start(*cls.args, **cls.options).start()

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)
