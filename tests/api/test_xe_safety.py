#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xe over TLS: whose certificate it takes; and how it is stopped."""

import os
import re
import time
import urllib.parse

import simulator
import tap
import xapid
import xe

PLUGIN = '''#!/bin/sh
sleep 20
echo too late
'''


class Safety(xapid.Case):
    args = ('--sim-hosts', '1', '--sim-vms', '2')
    options = {'tls': True}

    @classmethod
    def setUpClass(cls):
        cls.d = xapid.start(*cls.args, **cls.options)
        folder = os.path.join(cls.d.folder, 'plugins')
        os.mkdir(folder)
        path = os.path.join(folder, 'slow')
        with open(path, 'w') as f:
            f.write(PLUGIN)
        os.chmod(path, 0o755)
        cls.d.args += ['--plugins', folder]
        cls.d.start()
        cls.port = urllib.parse.urlparse(cls.d.tls_url).port

    def tls(self, *args, **env):
        env.setdefault('XE_EXTRA_ARGS',
                       'server=localhost,port=%d,username=root' % self.port)
        return xe.run(self.d, *args, env=env)

    def known(self, home):
        return os.path.join(home, '.config', 'xe', 'known_hosts')

    def home(self, name):
        path = os.path.join(self.d.folder, name)
        os.mkdir(path)
        return path

    def test_a_port_of_https_is_found_on_this_host_too(self):
        r = self.tls('host-list', '--minimal', HOME=self.home('here'),
                     XE_EXTRA_ARGS='server=127.0.0.1,port=%d,username=root'
                     % self.port)
        self.assertEqual((r.status, r.err), (0, ''))
        r = self.tls('host-list', '--nossl', HOME=self.home('plain'),
                     XE_EXTRA_ARGS='server=127.0.0.1,port=%d,username=root'
                     % self.port)
        self.assertEqual((r.status, r.out), (1, ''))
        self.assertIn('the server hung up', r.err)

    # ---- certificates ----

    def test_the_first_certificate_is_noted_and_holds(self):
        home = self.home('first')
        for _ in range(2):
            r = self.tls('host-list', '--minimal', HOME=home)
            self.assertEqual(r.status, 0, r.err)
            with open(self.known(home)) as f:
                self.assertRegex(
                    f.read(), r'\Alocalhost:%d SHA256:[0-9a-f]{64}\n\Z'
                    % self.port)
        self.assertEqual(os.stat(self.known(home)).st_mode & 0o77, 0)

    def test_a_certificate_that_changed_is_refused(self):
        home = self.home('changed')
        self.assertEqual(self.tls('host-list', HOME=home).status, 0)
        with open(self.known(home)) as f:
            old = f.read()
        with open(self.known(home), 'w') as f:
            f.write(re.sub('SHA256:..', 'SHA256:zz'.replace('zz', '00'),
                           old) if 'SHA256:00' not in old else
                    old.replace('SHA256:00', 'SHA256:11'))
        r = self.tls('host-list', HOME=home)
        self.assertEqual((r.status, r.out), (1, ''))
        self.assertIn('certificate', r.err)
        self.assertIn(self.known(home), r.err)
        r = self.tls('host-list', '--no-verify', '--minimal', HOME=home)
        self.assertEqual((r.status, r.err), (0, ''))

    def test_nothing_is_sent_to_a_server_that_is_refused(self):
        home = self.home('unsent')
        os.makedirs(os.path.dirname(self.known(home)))
        with open(self.known(home), 'w') as f:
            f.write('localhost:%d SHA256:%s\n' % (self.port, '0' * 64))
        name = os.path.join(home, 'file')
        with open(name, 'w') as f:
            f.write('x')
        before = self.d.log_text().count('xe host-list')
        self.assertEqual(self.tls('host-list', HOME=home).status, 1)
        self.assertEqual(self.d.log_text().count('xe host-list'), before)

    def test_files_go_over_tls_too(self):
        r = self.tls('pool-dump-database', 'file-name=-',
                     HOME=self.home('files'))
        self.assertEqual(r.status, 0, r.err)
        self.assertTrue(r.out.startswith('<?xml'))
        self.assertTrue(r.out.rstrip().endswith('</database>'))

    # ---- passwords ----

    def test_a_password_file(self):
        path = os.path.join(self.d.folder, 'pw')
        with open(path, 'w') as f:
            f.write('read-only\n%s\n' % xapid.PASSWORD)
        r = xe.run(self.d, '-pwf', path, 'host-list', '--minimal',
                   env={'XE_PASSWORD': ''})
        self.assertEqual(r.status, 0, r.err)
        r = xe.run(self.d, '-pwf', path, 'vm-start', 'vm=sim-00002',
                   env={'XE_PASSWORD': ''})
        self.assertEqual(r.status, 1)
        self.assertIn('permission', r.err.lower())

    def test_a_wrong_password(self):
        r = xe.run(self.d, 'host-list', env={'XE_PASSWORD': 'wrong'})
        self.assertEqual((r.status, r.out), (1, ''))
        self.assertNotIn('wrong\n', r.err.replace('is wrong\n', ''))

    # ---- Ctrl-C ----

    def stopped(self, *args, after):
        t = xe.Terminal(self.d, *args)
        if after:
            t.expect(after)
        else:
            time.sleep(0.5)
        begun = time.time()
        t.send('\x03')
        seen, status = t.end()
        self.assertNotEqual(status, 0)
        self.assertLess(time.time() - begun, 15)
        return seen

    def test_ctrl_c_ends_what_waits(self):
        self.assertIn('Cancelled',
                      self.stopped('event-wait', 'class=vm',
                                   'name-label=never', after=None))

    def test_ctrl_c_ends_a_call_that_takes_long(self):
        host = xe.run(self.d, 'host-list', '--minimal').out.strip()
        self.stopped('host-call-plugin', 'host-uuid=' + host, 'plugin=slow',
                     'fn=nap', after=None)

    def test_ctrl_c_cancels_the_task_on_the_server(self):
        simulator.order(self.d, 'hang', 'create')
        t = xe.Terminal(self.d, 'vm-start', 'vm=sim-00002')
        t.expect('%')           # a bar, since this takes long
        pending = xe.run(self.d, 'task-list', 'status=pending',
                         'params=name-label', '--minimal').out
        self.assertIn('VM.start', pending)
        t.send('\x03')
        seen, status = t.end(120)
        self.assertEqual(status, 1)
        self.assertIn('The task was cancelled', seen)
        self.assertNotIn('100%', seen)
        simulator.order(self.d, 'none')
        self.assertEqual(
            xe.run(self.d, 'vm-list', 'name-label=sim-00002',
                   'params=power-state', '--minimal').out, 'halted\n')
        self.assertEqual(
            xe.run(self.d, 'task-list', 'status=pending').out, '')

    # ---- questions ----

    def test_a_question_is_asked_and_no_is_no(self):
        host = xe.run(self.d, 'host-list', '--minimal').out.strip()
        t = xe.Terminal(self.d, 'vm-uninstall', 'vm=sim-00002')
        t.expect("Type 'yes' to continue")
        t.send('no\n')
        seen, status = t.end()
        self.assertEqual(status, 0)
        self.assertIn('Nothing was done', seen)
        self.assertNotEqual(
            xe.run(self.d, 'vm-list', 'name-label=sim-00002',
                   '--minimal').out.strip(), '')
        r = xe.run(self.d, 'host-forget', 'uuid=' + host, stdin='no\n')
        self.assertEqual(r.status, 0)
        self.assertIn('Nothing was done', r.out)


if __name__ == '__main__':
    tap.main()
