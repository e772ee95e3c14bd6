#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each form of output, against golden files; on a terminal colours, pages,
bars of progress and questions, elsewhere none of them."""

import csv
import io
import json
import os
import socket
import threading
import time

import tap
import xapid
import xe

GOLDEN = os.path.join(os.environ.get('XAPID_SRCDIR', '.'), 'tests', 'xe',
                      'golden')
UPDATE = os.environ.get('XAPID_UPDATE_GOLDEN') == '1'

# File of tests/xe/golden: the command. The pool is made from a seed.
CASES = (
    ('list', ('sr-list', 'content-type=user')),
    ('list-params', ('vm-list', 'is-control-domain=false',
                     'params=name-label,power-state,tags,other-config')),
    ('list-minimal', ('vm-list', 'is-control-domain=false', '--minimal')),
    ('list-table', ('vm-list', 'is-control-domain=false',
                    'params=name-label,power-state,memory-static-max',
                    '--output', 'table')),
    ('list-json', ('sr-list', 'content-type=user',
                   'params=name-label,shared,PBDs,physical-size,sm-config',
                   '--output', 'json')),
    ('list-jsonl', ('sr-list', 'content-type=user',
                    'params=name-label,shared,PBDs,physical-size',
                    '--output=jsonl')),
    ('list-yaml', ('sr-list', 'content-type=user',
                   'params=name-label,shared,PBDs,physical-size',
                   '--output', 'yaml')),
    ('list-csv', ('sr-list', 'content-type=user',
                  'params=name-label,type,PBDs', '--output', 'csv')),
    ('empty-text', ('vm-list', 'name-label=nothing')),
    ('empty-json', ('vm-list', 'name-label=nothing', '--output', 'json')),
    ('empty-table', ('vm-list', 'name-label=nothing', '--output', 'table')),
    ('disks', ('vm-disk-list', 'vm=sim-00001')),
    ('disks-minimal', ('vm-disk-list', 'vm=sim-00001', '--minimal')),
    ('disks-json', ('vm-disk-list', 'vm=sim-00001', '--output', 'json')),
    ('help', ('help', 'vm-start')),
)


class Throttle:
    """A way to the daemon on which a download takes its time."""

    def __init__(self, port, piece=65536, pause=0.02):
        self.to, self.piece, self.pause = port, piece, pause
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(('127.0.0.1', self.to))
            for a, b, slow in ((client, server, False),
                               (server, client, True)):
                threading.Thread(target=self.pump, args=(a, b, slow),
                                 daemon=True).start()

    def pump(self, a, b, slow):
        try:
            while True:
                data = a.recv(self.piece)
                if not data:
                    break
                b.sendall(data)
                if slow and len(data) > 4096:
                    time.sleep(self.pause)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Output(xapid.Case):
    args = ('--sim-hosts', '1', '--sim-vms', '3')

    def ok(self, *args, **options):
        r = xe.run(self.d, *args, **options)
        self.assertEqual(r.status, 0, (args, r.err))
        return r.out

    def test_every_form_is_as_the_golden_file_says(self):
        for name, args in CASES:
            path = os.path.join(GOLDEN, name)
            out = self.ok(*args)
            if UPDATE:
                os.makedirs(GOLDEN, exist_ok=True)
                with open(path, 'w', newline='') as f:
                    f.write(out)
            with open(path, newline='') as f:
                self.assertEqual(out, f.read(), name)

    def test_other_programs_read_the_forms(self):
        args = ('vm-list', 'params=all')
        vms = json.loads(self.ok(*args, '--output', 'json'))
        self.assertGreater(len(vms), 3)
        self.assertIs(vms[0]['is-a-template'], False)
        self.assertIsInstance(vms[0]['memory-static-max'], int)
        self.assertIsInstance(vms[0]['other-config'], dict)
        self.assertIsInstance(vms[0]['tags'], list)
        lines = self.ok(*args, '--output', 'jsonl').splitlines()
        self.assertEqual([json.loads(x) for x in lines], vms)
        rows = list(csv.DictReader(io.StringIO(
            self.ok(*args, '--output', 'csv'))))
        self.assertEqual([r['uuid'] for r in rows],
                         [v['uuid'] for v in vms])

    # ---- terminals ----

    def test_colours_are_for_terminals(self):
        self.assertNotIn('\033', self.ok('host-list'))
        seen, status = xe.Terminal(self.d, 'host-list',
                                   env={'PAGER': 'cat'}).end()
        self.assertEqual(status, 0)
        self.assertIn('\033[', seen)
        seen, status = xe.Terminal(
            self.d, 'host-list', env={'PAGER': 'cat', 'NO_COLOR': '1'}).end()
        self.assertNotIn('\033[', seen)

    def test_long_lists_go_to_the_pager_of_a_terminal(self):
        mark = os.path.join(self.d.folder, 'pager')
        with open(mark, 'w') as f:
            f.write('#!/bin/sh\nexec sed s/^/PAGED/\n')
        os.chmod(mark, 0o755)
        seen, status = xe.Terminal(self.d, 'template-list',
                                   env={'PAGER': mark}).end()
        self.assertEqual(status, 0)
        self.assertIn('PAGED', seen)
        self.assertNotIn('PAGED', self.ok('template-list',
                                          env={'PAGER': mark}))

    def test_a_task_shows_a_bar_where_it_is_asked_for(self):
        r = xe.run(self.d, 'vm-start', 'vm=sim-00002', 'progress=true')
        self.assertEqual(r.status, 0, r.err)
        self.assertRegex(r.err, r'\r\[#* *\] +\d+%')
        self.ok('vm-shutdown', 'vm=sim-00002', '--force')

    def test_a_download_on_a_terminal_tells_how_far_it_is(self):
        size = 6 << 20
        pool = self.ok('pool-list', '--minimal').strip()
        blob = self.ok('blob-create', 'name=big', 'pool-uuid=' + pool).strip()
        big = os.path.join(self.d.folder, 'big')
        with open(big, 'wb') as f:
            f.write(os.urandom(size))
        self.ok('blob-put', 'uuid=' + blob, 'filename=' + big)
        slow = Throttle(self.d.port)
        try:
            env = {'XE_EXTRA_ARGS': 'server=127.0.0.1,port=%d,nossl=true,'
                                    'username=root' % slow.port}
            seen, status = xe.Terminal(
                self.d, 'blob-get', 'uuid=' + blob,
                'filename=' + big + '.back', env=env).end()
            self.assertEqual(status, 0, seen)
            self.assertRegex(seen, r'\r[\d.]+ MiB, [\d.]+ MiB/s, \d+%, '
                                   r'00:00:0\d left')
            with open(big, 'rb') as a, open(big + '.back', 'rb') as b:
                self.assertEqual(a.read(), b.read())
        finally:
            slow.close()

    def test_a_cut_download_leaves_nothing(self):
        pool = self.ok('pool-list', '--minimal').strip()
        blob = self.ok('blob-create', 'name=cut', 'pool-uuid=' + pool).strip()
        big = os.path.join(self.d.folder, 'cut')
        with open(big, 'wb') as f:
            f.write(os.urandom(4 << 20))
        self.ok('blob-put', 'uuid=' + blob, 'filename=' + big)
        slow = Throttle(self.d.port, pause=0.05)
        try:
            env = {'XE_EXTRA_ARGS': 'server=127.0.0.1,port=%d,nossl=true,'
                                    'username=root' % slow.port}
            t = xe.Terminal(self.d, 'blob-get', 'uuid=' + blob,
                            'filename=' + big + '.back', env=env)
            t.expect('iB/s')
            t.send('\x03')
            _, status = t.end()
            self.assertNotEqual(status, 0)
            self.assertFalse(os.path.exists(big + '.back'))
        finally:
            slow.close()

    def test_a_list_that_is_watched_follows_its_objects(self):
        for form in ('text', 'table', 'json', 'csv'):
            t = xe.Terminal(self.d, 'vm-list', 'name-label=sim-00002',
                            'params=power-state', '--watch', '--output', form)
            t.expect('halted')
            self.ok('vm-start', 'vm=sim-00002')
            t.expect('running')
            self.ok('vm-shutdown', 'vm=sim-00002', '--force')
            t.expect('halted')
            t.send('\x03')
            self.assertNotIn('[]', t.end()[0])

    # ---- secrets ----

    def test_a_password_is_not_seen_in_the_list_of_processes(self):
        t = xe.Terminal(self.d, '-pw', xapid.PASSWORD, 'vm-list',
                        'name-label=sim-00002', '--watch')
        t.expect('sim-00002')
        with open('/proc/%d/cmdline' % t.pid, 'rb') as f:
            line = f.read()
        self.assertIn(b'vm-list', line)
        self.assertNotIn(xapid.PASSWORD.encode(), line)
        t.send('\x03')
        t.end()
        self.assertNotIn('password=' + xapid.PASSWORD, self.d.log_text())

    def test_a_password_is_asked_for_on_the_terminal(self):
        t = xe.Terminal(self.d, 'host-list', '--minimal', drop='XE_PASSWORD')
        t.expect('Password of root at 127.0.0.1: ')
        t.send(xapid.PASSWORD + '\n')
        seen, status = t.end()
        self.assertEqual(status, 0)
        self.assertNotIn(xapid.PASSWORD, seen)


# libedit keeps the names of bound functions (el_set EL_ADDFN).
SHELL = {'PAGER': 'cat', 'NO_COLOR': '1', 'ASAN_OPTIONS': 'detect_leaks=0'}


class Shell(xapid.Case):
    args = ('--sim-hosts', '1', '--sim-vms', '3')

    def test_commands_line_by_line(self):
        t = xe.Terminal(self.d, env=SHELL)
        t.expect('xe> ')
        t.send('vm-list "name-label=sim-00001" params=power-state\n')
        t.expect('power-state ( RO)    : running')
        t.expect('xe> ')
        t.send('vm-strat\n')
        t.expect('Nearest to it: vm-start')
        t.expect('xe> ')
        t.send('secret-create value=hidden\n')
        t.expect('xe> ')
        t.send("vm-list 'open\n")
        t.expect('a quote is not closed')
        t.expect('xe> ')
        t.send('exit\n')
        self.assertEqual(t.end()[1], 0)     # of the last one that ran
        with open(os.path.join(self.d.folder, '.xe_history')) as f:
            history = f.read()
        if history:
            self.assertIn('vm-strat', history)
            self.assertNotIn('hidden', history)

    def test_tab_completes(self):
        t = xe.Terminal(self.d, env=SHELL)
        t.expect('xe> ')
        t.send('vm-shutd\t')
        try:
            t.expect('own ', timeout=10)   # what is new of it
        except AssertionError:
            self.skipTest('built without libedit')
        t.send('vm=sim-\t\t')
        t.expect('vm=sim-00001  vm=sim-00002  vm=sim-00003')
        t.send('\x15exit\n')
        self.assertEqual(t.end()[1], 0)


if __name__ == '__main__':
    tap.main()
