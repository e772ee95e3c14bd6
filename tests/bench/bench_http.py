#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wire with the toy core, beside libmicrohttpd alone.

Needs wrk. BENCH_SECONDS (1) is how long a round lasts.
"""

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.environ.get('XAPID_BUILDDIR', '.')
SECONDS = int(os.environ.get('BENCH_SECONDS', '1'))
ROUNDS = 5
BIG = 20000  # entries of about 1 KB

LUA = '''
wrk.method = "POST"
wrk.headers["Content-Type"] = "text/xml"
wrk.body = [[<?xml version="1.0"?><methodCall><methodName>%s</methodName>]] ..
    [[<params><param><value>%s</value></param></params></methodCall>]]
'''


class Server:
    """A program of tests/bench, with the CPU time it takes."""

    def __init__(self, name, *args):
        path = os.path.join(BUILD, 'tests/bench', name)
        self.process = subprocess.Popen(
            [path, '0', *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.ports = [int(p) for p in
                      self.process.stdout.readline().split()[1:]]

    def cpu(self):
        with open('/proc/%d/stat' % self.process.pid) as f:
            fields = f.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def memory(self):
        """Resident KiB."""
        with open('/proc/%d/status' % self.process.pid) as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read())[1])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def wrk(url, connections, method, param, folder):
    script = os.path.join(folder, 'call.lua')
    with open(script, 'w') as f:
        f.write(LUA % (method, param))
    out = subprocess.run(
        ['wrk', '-t1', '-c%d' % connections, '-d%d' % SECONDS, '--latency',
         '-s', script, url], capture_output=True, text=True).stdout
    p99 = re.search(r'99%\s+(\S+)', out)
    bad = re.search(r'Non-2xx.*: (\d+)|Socket errors: (.*)', out)
    if bad:
        print('    wrk: ' + bad[0])
    return (float(re.search(r'Requests/sec:\s+(\S+)', out)[1]),
            p99[1] if p99 else '?')


def one_round(server, connections, folder, method='echo', param='hello',
              port=0, scheme='http'):
    """(rate, p99, microseconds of the server's CPU for each)"""
    url = '%s://127.0.0.1:%d/' % (scheme, server.ports[port])
    before = server.cpu()
    rate, p99 = wrk(url, connections, method, param, folder)
    return rate, p99, (server.cpu() - before) / (rate * SECONDS) * 1e6


def show(name, rounds):
    """Of several rounds the middle one; answers its rate."""
    rate, p99, cpu = sorted(rounds)[len(rounds) // 2]
    print('  %-44s %8.0f/s  p99 %-8s %6.1f us CPU each' %
          (name, rate, p99, cpu))
    return rate


def measure(name, *args, **kwargs):
    return show(name, [one_round(*args, **kwargs)])


def against_bare(bare, ours, connections, folder):
    """In turns, since a machine is seldom as quiet a minute later."""
    b, o = [], []
    for _ in range(ROUNDS):
        b.append(one_round(bare, connections, folder))
        o.append(one_round(ours, connections, folder))
    return 100 * show('echo, %d connections' % connections, o) / show(
        'bare libmicrohttpd, %d connections' % connections, b)


def loop_big(port, stop, count):
    body = ('<methodCall><methodName>big</methodName><params><param><value>%d'
            '</value></param></params></methodCall>' % BIG).encode()
    request = (b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n' %
               len(body)) + body
    s = socket.create_connection(('127.0.0.1', port))
    buf = bytearray(1 << 20)
    s.settimeout(30)
    while not stop.is_set():
        s.sendall(request)
        tail = b''
        while not tail.endswith(b'\r\n0\r\n\r\n'):
            n = s.recv_into(buf)
            count[0] += n
            tail = (tail + bytes(buf[max(0, n - 16):n]))[-16:]
    s.close()


class Loops:
    """Four clients that ask for a large reply again and again."""

    def __init__(self, port):
        self.stop, self.count = threading.Event(), [0]
        self.threads = [threading.Thread(target=loop_big, args=(
            port, self.stop, self.count)) for _ in range(4)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        time.sleep(0.2)
        self.count[0] = 0
        return self

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join()


def beside_big(server, folder):
    alone, beside, rate = [], [], []
    for _ in range(ROUNDS):
        alone.append(one_round(server, 1, folder))
        with Loops(server.ports[0]) as loops:
            beside.append(one_round(server, 1, folder))
            rate.append(loops.count[0] / SECONDS / 1e6)
    kept = 100 / show('echo, 1 connection', alone) * show(
        'echo beside 4 loops of a 20 MB reply', beside)
    print('  keeps %.0f %% (at least 50 wanted), beside %.0f MB/s' %
          (kept, sorted(rate)[ROUNDS // 2]))


def idle_memory(server):
    """What a connection costs that waits for a head, or between calls."""
    n = 1000
    before = server.memory()
    silent = [socket.create_connection(('127.0.0.1', server.ports[0]))
              for _ in range(n)]
    time.sleep(0.5)
    middle = server.memory()
    print('  silent connection: %.1f KiB' % ((middle - before) / n))
    body = (b'<methodCall><methodName>echo</methodName><params/>'
            b'</methodCall>')
    for s in silent:
        s.sendall(b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n'
                  % len(body) + body)
    for s in silent:
        s.recv(4096)
    print('  kept connection: %.1f KiB' % ((server.memory() - before) / n))
    for s in silent:
        s.close()


def main():
    if not shutil.which('wrk'):
        print('http: no wrk, nothing measured')
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        pem = os.path.join(folder, 'server.pem')
        bare = Server('bare_mhd')
        ours = Server('toy_server', '0', pem)
        print('http: rounds of %d s' % SECONDS)
        share = ['%.0f %% at %d' % (against_bare(bare, ours, n, folder), n)
                 for n in (1, 8, 64)]
        print('  of bare libmicrohttpd: %s (at least 60 wanted at 8)' %
              ', '.join(share))
        measure('echo over TLS, 8 connections', ours, 8, folder, port=1,
                scheme='https')
        measure('parked and woken twice, 8 connections', ours, 8, folder,
                'twice', '')
        measure('20 MB reply, 4 connections', ours, 4, folder, 'big', BIG)
        beside_big(ours, folder)
        idle_memory(ours)
        bare.close()
        ours.close()


if __name__ == '__main__':
    sys.exit(main())
