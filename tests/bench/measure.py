# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bench.py measures with: daemons, load, and what a process takes."""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xmlrpc.client

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import xapid    # noqa: E402

BUILD = os.environ.get('XAPID_BUILDDIR', '.')
XML, JSON = ('/', 'text/xml'), ('/jsonrpc', 'application/json')

Load = collections.namedtuple(
    'Load', 'calls seconds rate p50 p99 cpu bytes first failed')


def program(name):
    return os.path.join(BUILD, 'tests/bench', name)


def run(name, *args):
    """The words that a program of tests/bench prints."""
    out = subprocess.run([program(name)] + [str(a) for a in args],
                         stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in out.stdout.split()]


# ---- processes ----

def children(pid):
    with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
        return [int(word) for word in f.read().split()]


def command(pid):
    with open('/proc/%d/comm' % pid) as f:
        return f.read().strip()


def cpu(pid):
    """Seconds of processor time that a process has taken."""
    return time.clock_gettime((~pid << 3) | 2)


def status(pid, name):
    """MiB, of /proc/PID/status."""
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(name + r':\s+(\d+)', f.read())[1]) / 1024


def private(pid):
    """MiB that no other process could share."""
    with open('/proc/%d/smaps_rollup' % pid) as f:
        text = f.read()
    return sum(int(n) for n in
               re.findall(r'Private_\w+:\s+(\d+) kB', text)) / 1024


def reset_peak(pid):
    with open('/proc/%d/clear_refs' % pid, 'w') as f:
        f.write('5')


# ---- bodies ----

def xml(method, *params):
    return xmlrpc.client.dumps(params, method)


def json2(method, *params):
    return json.dumps({'jsonrpc': '2.0', 'method': method,
                       'params': list(params), 'id': 1})


FORMS = {'XML': (xml, XML), 'JSON': (json2, JSON)}


class Files:
    """Bodies in files that go with the program."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='bench.')
        self.n = 0

    def make(self, bodies):
        self.n += 1
        path = os.path.join(self.folder.name, str(self.n))
        with open(path, 'w') as f:
            f.write('\0'.join(bodies))
        return path


FILES = Files()


# ---- servers under load ----

class Server:
    """A daemon with so many VMs; or, from one that ran, its state."""

    def __init__(self, vms, *args, command_prefix=None, folder=None):
        self.vms = vms
        self.daemon = xapid.Daemon(
            ['--sim-vms', str(vms), '--max-connections-per-address', '8192',
             '--log-level', 'warning', *args],
            state=folder)
        self.folder = folder
        if command_prefix:
            plain = self.daemon.command
            self.daemon.command = lambda: command_prefix(plain())

    def start(self):
        """Seconds to the ready line, and to the first answer."""
        begun = time.monotonic()
        self.daemon.start()
        ready = time.monotonic() - begun
        self.daemon.raw('system.listMethods')
        answered = time.monotonic() - begun
        self.pid = self.find(self.daemon.process.pid)
        return ready, answered

    def find(self, pid):
        for child in children(pid):
            if command(child) == 'xapid':
                return self.find(child)
        return pid

    def restart(self):
        self.daemon.stop()
        return self.start()

    def close(self):
        self.daemon.__exit__(None, None, None)
        if self.folder:
            shutil.rmtree(self.folder)

    def call(self, method, *params):
        return self.daemon.call(method, *params)

    def session(self):
        self.daemon.call('session.get_all_subject_identifiers')
        return self.daemon.session

    def vm_refs(self):
        records = self.call('VM.get_all_records_where',
                            'field "is_a_template" = "false" and '
                            'field "is_control_domain" = "false"')
        return sorted(records)

    def target(self, local=True):
        return ('unix:' + self.daemon.socket if local else
                '127.0.0.1:%d' % self.daemon.port)

    def start_load(self, form, calls, connections=1, seconds=1.0, limit=1 << 40,
                   local=True):
        make, (path, kind) = FORMS[form]
        bodies = [make(c[0], self.session(), *c[1:]) for c in calls]
        return subprocess.Popen(
            [program('load'), self.target(local), str(self.pid),
             str(connections), str(seconds), str(limit), path, kind,
             FILES.make(bodies)], stdout=subprocess.PIPE, text=True)

    def load(self, form, *call, **options):
        return answer(self.start_load(form, [call], **options))

    def load_many(self, form, calls, **options):
        return answer(self.start_load(form, calls, **options))


def answer(process):
    out = process.communicate()[0]
    if process.returncode:
        raise RuntimeError('load ended with %d' % process.returncode)
    loaded = Load(*(float(word) for word in out.split()))
    if loaded.failed:
        raise RuntimeError('%d calls failed' % loaded.failed)
    return loaded


class Bare:
    """libmicrohttpd alone."""

    def __init__(self):
        self.process = subprocess.Popen(
            [program('bare_mhd'), '0'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def load(self, body, connections, seconds):
        return answer(subprocess.Popen(
            [program('load'), '127.0.0.1:%d' % self.port,
             str(self.process.pid), str(connections), str(seconds),
             str(1 << 40), *XML, FILES.make([body])],
            stdout=subprocess.PIPE, text=True))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
