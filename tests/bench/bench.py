#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The figures that are to be reached, side by side with the original's.

    bench.py [--quick] [--calls N] [WORD...]

Measured over the wire against floors of the same minute: libmicrohttpd alone,
fdatasync, crypt(3), memcpy. Figure and floor are measured in turns, and the
best of each is taken, since the machine may be busy: shares and processor time
tell more than rates. With words, only groups whose name begins with one are run.
"""

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from measure import (Bare, FILES, Server, answer, cpu, json2, private,
                     reset_peak, run, status, xml)
import xapid

OBJECTS_OF_EVENTS = 240     # VMs: about 2,300 objects in all


class Table:
    """Rows that are printed as they come, and again at the end."""

    def __init__(self):
        self.rows = []

    def add(self, figure, measured, target='', original='', reached=None):
        verdict = {True: 'reached', False: 'NOT REACHED', None: ''}[reached]
        self.rows.append((figure, measured, target, original, verdict))
        print('  ' + '  '.join(self.rows[-1]), flush=True)

    def show(self):
        head = ('figure', 'measured', 'target', 'original', '')
        widths = [max(len(r[i]) for r in [head] + self.rows)
                  for i in range(5)]
        for row in [head, tuple('-' * w for w in widths)] + self.rows:
            print('  '.join(c.ljust(w) for c, w in zip(row, widths)).rstrip())
        judged = [r[4] for r in self.rows if r[4]]
        print('%d of %d targets reached' %
              (judged.count('reached'), len(judged)))


class Bench:
    def __init__(self, options):
        self.o = options
        self.table = Table()
        self.add = self.table.add
        self.servers = {}
        self.seconds = 0.3 if options.quick else 0.8
        self.rounds = 2 if options.quick else 5
        self.large = 1000 if options.quick else 10000

    def server(self, vms):
        if vms not in self.servers:
            self.servers[vms] = Server(vms)
            self.servers[vms].start()
        return self.servers[vms]

    def close(self):
        for server in self.servers.values():
            server.close()

    def judge(self, reached):
        """Targets for 10,000 VMs are not judged on fewer."""
        return None if self.o.quick else reached

    def best(self, load):
        """The least processor time of some rounds."""
        return min((load() for _ in range(self.rounds)), key=lambda l: l.cpu)


# ---- small calls ----

def small_getters(b):
    server = b.server(1000)
    vm = server.vm_refs()[0]
    bare = Bare()
    original = {'XML': (4100, '0.12'), 'JSON': (5300, '0.13')}
    for form in ('XML', 'JSON'):
        floors, loads = [], []
        for _ in range(b.rounds):
            floors.append(bare.load(
                xml('VM.get_name_label', 'x' * 46, vm), 8, b.seconds))
            loads.append(server.load(form, 'VM.get_name_label', vm,
                                     connections=8, seconds=b.seconds,
                                     local=False))
        best, floor = (max(l.rate for l in some) for some in (loads, floors))
        least, floor_cpu = (min(l.cpu for l in some)
                            for some in (loads, floors))
        rate, used = original[form]
        b.add('VM.get_name_label %s, 8 connections' % form,
              '%.0f/s' % best, '%d/s' % (5 * rate), '%d/s' % rate,
              best >= 5 * rate)
        b.add('  of bare libmicrohttpd', '%.0f %% of %.0f/s' %
              (100 * best / floor, floor), '60 %', '', best >= 0.6 * floor)
        b.add('  CPU', '%.4f ms (bare %.4f)' % (least / 1e3, floor_cpu / 1e3),
              '0.04 ms', used + ' ms', least <= 40)
    bare.close()


def beside_big(b):
    server = b.server(1000)
    vm = server.vm_refs()[0]

    def small():
        return server.load('JSON', 'VM.get_name_label', vm,
                           seconds=b.seconds)
    kept = []
    for _ in range(b.rounds):
        alone = small()
        loop = server.start_load('XML', [('VM.get_all_records',)],
                                 connections=4, seconds=b.seconds + 0.3)
        time.sleep(0.2)
        kept.append((alone, small(), answer(loop)))
    alone, beside, loop = (max(some, key=lambda l: l.rate)
                           for some in zip(*kept))
    b.add('small read beside 4 x VM.get_all_records',
          '%.0f %% (%.0f to %.0f/s, p99 %.1f ms)' %
          (100 * beside.rate / alone.rate, alone.rate, beside.rate,
           beside.p99 / 1e3),
          '50 %', '0.5 % (24/s, p99 523 ms)', beside.rate >= alone.rate / 2)
    b.add('  the loops meanwhile', '%.1f/s' % loop.rate, '', '')


def same_cost(b):
    """A record costs the same in a large pool."""
    costs = {}
    servers = [b.server(n) for n in (10, b.large)]
    for _ in range(b.rounds + 1):
        for s in servers:
            vm = s.vm_refs()[0] if s.vms == 10 else first_vm(s)
            # As many as keep it awake: waking up is not what is measured.
            load = s.load('XML', 'VM.get_record', vm, connections=8,
                          seconds=b.seconds / 2)
            costs.setdefault(s.vms, []).append(load.cpu)
    few, many = min(costs[10]), min(costs[b.large])
    b.add('VM.get_record XML: CPU with 10, %d VMs' % b.large,
          '%.1f, %.1f us (%+.0f %%)' % (few, many, 100 * (many / few - 1)),
          '+10 %', '330 us', b.judge(many <= few * 1.1))


def first_vm(server):
    if not hasattr(server, 'first'):
        server.first = server.vm_refs()[0]
    return server.first


# ---- big answers ----

def big_answers(b):
    server = b.server(1000)
    copied = run('floors', FILES.folder.name, 'x', xapid.hashed('x'))[3]
    for form, target, original in (('XML', 8, '147 ms'),
                                   ('JSON', None, '93 ms')):
        l = b.best(lambda: server.load(form, 'VM.get_all_records', limit=15,
                                       seconds=5))
        ms = l.cpu / 1e3
        b.add('VM.get_all_records %s, 1,000 VMs: CPU' % form,
              '%.1f ms (%.1f MB)' % (ms, l.bytes / 1e6),
              '%d ms' % target if target else '', original,
              ms <= target if target else None)
        b.add('  memcpy of the same bytes', '%.2f ms' %
              (l.bytes / copied / 1e3))


def bounded_memory(b):
    server = b.server(b.large)
    server.session()
    time.sleep(0.3)
    reset_peak(server.pid)
    before = status(server.pid, 'VmRSS')
    first = server.load('XML', 'VM.get_all_records', limit=1, seconds=9)
    extra = status(server.pid, 'VmHWM') - before
    again = server.load('XML', 'VM.get_all_records', limit=7, seconds=5)
    name = 'VM.get_all_records XML, %d VMs' % b.large
    b.add(name + ': first byte', '%.1f ms' % (again.first / 1e3), '5 ms', '',
          b.judge(again.first <= 5000))
    b.add('  all', '%.0f ms (%.0f MB)' % (again.p50 / 1e3, again.bytes / 1e6),
          '150 ms', '', b.judge(again.p50 <= 150e3))
    b.add('  more memory at most', '%.1f MiB (first: %.0f ms)' %
          (extra, first.p50 / 1e3), '1 MiB', '', b.judge(extra <= 1))


# ---- events ----

def initial_events(b):
    server = b.server(OBJECTS_OF_EVENTS)
    answer_ = server.call('event.from', ['*'], '', 5.0)
    l = b.best(lambda: server.load('JSON', 'event.from', ['*'], '', 5.0,
                                   limit=20, seconds=3))
    b.add('event.from(["*"], "") of %d objects' % len(answer_['events']),
          '%.1f ms (CPU %.1f ms)' % (l.p50 / 1e3, l.cpu / 1e3), '20 ms',
          '800 ms', l.p50 <= 20e3)


def event_delay(b):
    """On a disk that syncs at once, so that what is measured from the sending
    of the write is the way, not the disk; the moment of the commit cannot be
    seen from outside, and lies between."""
    server = Server(100, folder=memory_folder())
    server.start()
    vm = server.vm_refs()[0]
    start_ = FILES.make([json2('event.from', server.session(), ['VM/' + vm],
                               'TOKEN', 30.0)])
    write = FILES.make([json2('VM.set_name_description', server.session(), vm,
                              '@' * 10)])
    rounds = 20 if b.o.quick else 50
    one = run('listen', server.target(), 1, rounds, start_, write)
    many = run('listen', server.target(), 100, rounds, start_, write)
    server.close()
    b.add('event, from the write sent to the listener: p50',
          '%.2f ms (p99 %.2f)' % (one[2] / 1e3, one[3] / 1e3), '1 ms',
          '4-7 ms', one[2] < 1000)
    b.add('100 listeners: the last of a round, p50 (most)',
          '%.1f (%.1f) ms' % (many[4] / 1e3, many[5] / 1e3), '5 ms', '',
          many[4] <= 5000)


def memory_folder():
    """A folder in memory, where there is one."""
    shm = '/dev/shm'
    return tempfile.mkdtemp(prefix='bench.',
                            dir=shm if os.access(shm, os.W_OK) else None)


def change_cost(b):
    """In turns, and on a disk that syncs at once: on a real one most of the
    time is the kernel's, which differs by a third from one moment to the next,
    as it does when who waits for the disk has to be woken."""
    servers = [Server(vms, folder=memory_folder()) for vms in (10, b.large)]
    used = [[], []]
    for server in servers:
        server.start()
    for _ in range(4 * b.rounds):
        for server, costs in zip(servers, used):
            costs.append(server.load(
                'JSON', 'VM.set_name_description', first_vm(server),
                '@' * 10, seconds=b.seconds / 2).cpu)
    for server in servers:
        server.close()
    few, many = (min(costs) for costs in used)
    b.add('a change: CPU with 10, %d VMs' % b.large,
          '%.1f, %.1f us (%+.0f %%)' % (few, many, 100 * (many / few - 1)),
          '+10 %', '180 us', b.judge(many <= few * 1.1))


# ---- logging in ----

def timed_logins(server, user, n):
    took = []
    for _ in range(n):
        begun = time.monotonic()
        session = server.daemon.raw('session.login_with_password', user,
                                    xapid.PASSWORD, '2.0', 'bench')
        took.append(time.monotonic() - begun)
        server.daemon.raw('session.logout', session)
    return 1e3 * statistics.median(took)


def hash6():
    return subprocess.run(
        ['openssl', 'passwd', '-6', '-salt', 'xapidbench', xapid.PASSWORD],
        check=True, capture_output=True, text=True).stdout.strip()


def login(b):
    hashed = hash6()
    server = Server(0)
    with open(server.daemon.users_file, 'w') as f:
        f.write('root:%s:pool-admin\n' % hashed)
    server.start()
    floor = run('floors', FILES.folder.name, xapid.PASSWORD, hashed)[2]
    ms = timed_logins(server, 'root', 15)
    server.close()
    b.add('login through the users file', '%.1f ms (crypt %.1f ms)' %
          (ms, floor), 'crypt + 10 ms', '', ms <= floor + 10)
    pam_login(b, hashed)


def pam_login(b, hashed):
    """With /etc/shadow and /etc/pam.d of our own, which only the daemon
    sees; needs root."""
    folder = tempfile.mkdtemp(prefix='bench.')
    with open(os.path.join(folder, 'shadow'), 'w') as f:
        os.fchmod(f.fileno(), 0o600)
        f.write('root:%s:19000:0:99999:7:::\n' % hashed)
    for name in ('passwd', 'group'):
        shutil.copy('/etc/' + name, folder)
    os.mkdir(os.path.join(folder, 'pam.d'))
    with open(os.path.join(folder, 'pam.d', 'xapid'), 'w') as f:
        f.write('auth required pam_unix.so\naccount required pam_unix.so\n')

    def prefixed(words):
        at = words.index('--users')
        return ['unshare', '-m', 'sh', '-c',
                'mount --bind "$0/shadow" /etc/shadow && '
                'mount --bind "$0/pam.d" /etc/pam.d && exec "$@"', folder
                ] + words[:at] + words[at + 2:]
    server = Server(0, command_prefix=prefixed)
    try:
        server.start()
        floor = run('floors', FILES.folder.name, xapid.PASSWORD, hashed)[2]
        ms = timed_logins(server, 'root', 10)
        b.add('login through PAM', '%.1f ms (crypt %.1f ms)' % (ms, floor),
              'crypt + 10 ms', '184 ms with logout', ms <= floor + 10)
    except (RuntimeError, xapid.Failure) as why:
        b.add('login through PAM', 'not measured: ' +
              str(why).split('\n')[0], 'crypt + 10 ms', '')
    finally:
        server.close()
        shutil.rmtree(folder)


# ---- writes ----

def writes(b):
    server = b.server(1000)
    refs = server.vm_refs()
    write = FILES.make([json2('VM.set_name_description', server.session(),
                              refs[0], '@' * 10)])
    runs = sorted((call / sync, call, sync, least / sync)
                  for sync, least, call in
                  (run('durable', server.target(), server.daemon.state,
                       2 * b.rounds, write) for _ in range(2 * b.rounds)))
    ratio, one, floor, least = runs[len(runs) // 2]
    b.add('durable write, one writer',
          '%.2f x fdatasync (%.2f of %.2f ms; of %d runs %.2f to %.2f)' %
          (ratio, one / 1e3, floor / 1e3, len(runs), runs[0][0],
           runs[-1][0]), '1.5 x', '0.16 ms, not durable', ratio <= 1.5)
    b.add('  a server that does nothing but write, sync and answer',
          '%.2f x' % least)
    calls = [('VM.set_name_description', ref, '@' * 10) for ref in refs[:64]]
    many = max((server.load_many('JSON', calls, connections=64,
                                 seconds=b.seconds)
                for _ in range(b.rounds)), key=lambda l: l.rate)
    b.add('durable writes, 64 writers', '%.0f/s (p99 %.0f ms)' %
          (many.rate, many.p99 / 1e3), '8000/s', '3,200-3,800/s, not durable',
          many.rate >= 8000)
    b.add('  CPU', '%.3f ms' % (many.cpu / 1e3), '', '0.18 ms')


# ---- memory ----

def memory(b):
    empty = Server(0)
    empty.start()
    rss, own = status(empty.pid, 'VmRSS'), private(empty.pid)
    empty.close()
    b.add('memory, no VMs', '%.1f MiB (%.1f private)' % (rss, own), '12 MiB',
          '54-61 MB and helpers 48', rss < 12)
    server = Server(b.large)
    server.start()
    server.restart()
    each = (status(server.pid, 'VmRSS') - rss) * 1000 / b.large
    server.close()
    b.add('  per 1,000 VMs with objects', '%.1f MiB' % each, '25 MiB', '',
          each < 25)


def flat(b):
    """Memory over many calls of many kinds."""
    server = b.server(10)
    vm = server.vm_refs()[0]
    calls = [('VM.get_record', vm), ('VM.get_name_label', vm),
             ('VM.get_all_records',), ('host.get_all_records',),
             ('VM.set_name_description', vm, '@' * 10),
             ('VM.get_by_uuid', server.call('VM.get_uuid', vm)),
             ('event.from', ['VM'], '', 1.0), ('VM.get_all',)]

    def many(n):
        server.load_many('JSON', calls, connections=16, seconds=600, limit=n)
    # Connections are shared out anew each time: every thread has had every call.
    for _ in range(6):
        many(max(2000, b.o.calls // 30))
    before = status(server.pid, 'VmRSS')
    many(b.o.calls)
    grown = status(server.pid, 'VmRSS') - before
    b.add('  growth over %d calls' % b.o.calls, '%+.2f MiB' % grown, 'flat',
          '+133-293 MB after load',
          grown < 1 if b.o.calls >= 1000000 else None)


# ---- start, growth ----

def start(b):
    server = Server(b.large)
    made = server.start()
    best = min((server.restart() for _ in range(b.rounds)),
               key=lambda s: s[1])
    used = cpu(server.pid)
    server.close()
    b.add('start with %d VMs: ready, first answer' % b.large,
          '%.0f, %.0f ms (CPU %.0f)' %
          (1e3 * best[0], 1e3 * best[1], 1e3 * used), '400 ms',
          '800-1,300 ms with 1,001', b.judge(best[1] <= 0.4))
    b.add('  making that pool', '%.0f ms' % (1e3 * made[1]))


def exponent(points):
    """The slope of a line through the logarithms."""
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(max(y, 1e-9)) for _, y in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return (sum((x - mx) * (y - my) for x, y in zip(xs, ys)) /
            sum((x - mx) ** 2 for x in xs))


def growth(b):
    sizes = (100, 300, 1000) if b.o.quick else (100, 1000, 10000)
    kinds = {
        'VM.get_by_uuid': 0, 'VM.get_all_records': 1, 'VM.get_all': 1,
        'event.from (all)': 1, 'VM.create and destroy': 0,
    }
    costs = {kind: [] for kind in kinds}
    for vms in sizes:
        server = b.server(vms)
        vm = first_vm(server)
        uuid = server.call('VM.get_uuid', vm)
        for kind, call, limit, connections in (
                ('VM.get_by_uuid', ('VM.get_by_uuid', uuid), 20000, 8),
                ('VM.get_all', ('VM.get_all',), 600, 1),
                ('VM.get_all_records', ('VM.get_all_records',), 3, 1),
                ('event.from (all)', ('event.from', ['*'], '', 5.0), 3, 1)):
            # What is over in microseconds is mostly waking up, and that
            # depends on who else is awake: with 8 connections less so.
            l = b.best(lambda: server.load('JSON', *call, limit=limit,
                                           connections=connections,
                                           seconds=5))
            costs[kind].append((vms, l.cpu))
        costs['VM.create and destroy'].append((vms, create_cost(server, vm)))
    for kind, at_most in kinds.items():
        e = exponent(costs[kind])
        b.add('growth of %s' % kind, 'n^%.2f (%s us)' %
              (e, ', '.join('%.0f' % c for _, c in costs[kind])),
              'n^%d' % at_most, '', e <= at_most + 0.15)


def create_cost(server, vm):
    """us of processor time."""
    begun = cpu(server.pid)
    for i in range(20):
        record = dict(server.call('VM.get_record', vm),
                      name_label='bench %d' % i)
        server.call('VM.destroy', server.call('VM.create', record))
    return (cpu(server.pid) - begun) / 20 * 1e6


GROUPS = (
    ('getters', small_getters), ('big', big_answers),
    ('beside', beside_big), ('record', same_cost),
    ('stream', bounded_memory), ('initial', initial_events),
    ('events', event_delay), ('change', change_cost), ('login', login),
    ('writes', writes), ('memory', memory), ('flat', flat),
    ('start', start), ('growth', growth),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--quick', action='store_true',
                        help='a pool of 1,000 VMs, not 10,000; shorter runs')
    parser.add_argument('--calls', type=int,
                        help='calls while memory is watched; judged '
                        'from 1000000 on')
    parser.add_argument('words', nargs='*')
    o = parser.parse_args(
        sys.argv[1:] + os.environ.get('BENCH_ARGS', '').split())
    o.calls = o.calls or (5000 if o.quick else 50000)
    b = Bench(o)
    begun = time.monotonic()
    try:
        for name, group in GROUPS:
            if o.words and not any(name.startswith(w) for w in o.words):
                continue
            print('%s (at %.0f s)' % (name, time.monotonic() - begun))
            try:
                group(b)
            except (RuntimeError, xapid.Failure, OSError,
                    subprocess.CalledProcessError) as why:
                b.add(name, 'failed: ' + str(why).split('\n')[0], '', '',
                      False)
    finally:
        b.close()
    print()
    b.table.show()


if __name__ == '__main__':
    main()
