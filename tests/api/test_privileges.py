#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the processes may do: the parent keeps the rights, the others lose
them."""

import os
import pwd
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

import tap
import xapid

OTHER = 'nobody'
CAPS_STORAGE = 0, 1, 3    # chown, dac_override, fowner
CAPS_HELPER = 5, 6, 7, 21  # kill, setgid, setuid, sys_admin
CAP_NET_ADMIN = 12
ROOT = os.geteuid() == 0
# The sanitizers need system calls that the filter refuses.
SANITIZED = b'__asan_init' in open(xapid.Daemon().command()[0], 'rb').read() \
    or b'__tsan_init' in open(xapid.Daemon().command()[0], 'rb').read()

PLUGIN = '''#!/bin/sh
printf '<?xml version="1.0"?><methodResponse><params><param><value><struct>'
printf '<member><name>Status</name><value>Success</value></member><member>'
printf '<name>Value</name><value>%s %s</value></member></struct></value>' \\
    "$(id -u)" "$(sed -n 's/^NoNewPrivs:.//p' /proc/self/status)"
printf '</param></params></methodResponse>'
'''


def status(pid):
    with open('/proc/%d/status' % pid) as f:
        pairs = (line.split(':', 1) for line in f if ':' in line)
        return {key: value.strip() for key, value in pairs}


def children(pid):
    """name: process number"""
    return {name: child for child, name in xapid.children(pid)}


def open_to_others(d):
    """Another user must be able to reach the state folder."""
    for path in (d.folder, os.path.dirname(d.folder)):
        if os.stat(path).st_mode & 0o777 == 0o700:
            os.chmod(path, 0o711)


class Mixin:
    def check_confined(self, pid, uid):
        s = status(pid)
        self.assertEqual(set(s['Uid'].split()), {str(uid)})
        for which in ('CapPrm', 'CapEff', 'CapInh', 'CapAmb'):
            self.assertEqual(int(s[which], 16), 0, which)
        self.assertEqual(s['NoNewPrivs'], '1')
        if not SANITIZED:
            self.assertEqual(s['Seccomp'], '2')


class Closed(xapid.Daemon):
    """Started by somebody who has closed his input."""

    def command(self):
        return ['/bin/sh', '-c', 'exec "$0" "$@" <&-'] + super().command()


class Descriptors(unittest.TestCase):
    def test_no_socket_takes_the_place_of_an_input_that_is_closed(self):
        with Closed(['--sim-vms', '2']) as d:
            d.call('network.create', {'name_label': 'n', 'other_config': {}})
            pids, seen = [d.process.pid], set()
            while pids:
                pid = pids.pop()
                pids += [child for child, _ in xapid.children(pid)]
                seen.add(os.readlink('/proc/%d/fd/0' % pid))
            self.assertEqual(seen, {'/dev/null'})


class Network(unittest.TestCase):
    @unittest.skipUnless(ROOT, 'needs root')
    def test_the_network_worker_keeps_one_capability(self):
        """the network worker has one capability, and the daemon's user"""
        user = pwd.getpwnam(OTHER)
        program = os.path.join(xapid.BUILD, 'network', 'xapid-network')
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, user.pw_uid, user.pw_gid)
            ours, its = socket.socketpair()
            p = subprocess.Popen([program, 'real', folder], close_fds=False,
                                 preexec_fn=lambda: os.dup2(its.fileno(), 3))
            its.close()
            try:
                xapid.until(lambda: status(p.pid).get('Seccomp') == '2'
                         or SANITIZED)
                xapid.until(lambda: status(p.pid)['Uid'].split()[1]
                         == str(user.pw_uid))
                s = status(p.pid)
                self.assertEqual(set(s['Uid'].split()), {str(user.pw_uid)})
                for which in 'CapPrm', 'CapEff':
                    self.assertEqual(int(s[which], 16), 1 << CAP_NET_ADMIN)
                for which in 'CapInh', 'CapAmb', 'CapBnd':
                    self.assertEqual(int(s[which], 16), 0)
                self.assertEqual(s['NoNewPrivs'], '1')
                self.helper(p.pid)
            finally:
                ours.close()
                p.kill()
                p.wait()

    def helper(self, worker):
        """What starts DHCP clients has, and gives, what they need."""
        (pid, _), = xapid.children(worker)
        wanted = 1 << CAP_NET_ADMIN | 1 << 13 | 1 << 10  # raw, low ports
        xapid.until(lambda: int(status(pid)['CapBnd'], 16) == wanted)
        for which in 'CapPrm', 'CapEff':
            xapid.until(lambda: int(status(pid)[which], 16) == wanted)
        self.assertEqual(status(pid)['NoNewPrivs'], '1')


class Storage(unittest.TestCase):
    @unittest.skipUnless(ROOT, 'needs root')
    def test_the_storage_worker_gives_its_rights_to_a_helper(self):
        """the storage worker reads others' files, and only its helper starts
        programs and devices"""
        program = os.path.join(xapid.BUILD, 'storage', 'xapid-storage')
        with tempfile.TemporaryDirectory() as folder:
            ours, its = socket.socketpair()
            p = subprocess.Popen([program, 'real', folder], close_fds=False,
                                 preexec_fn=lambda: os.dup2(its.fileno(), 3))
            its.close()
            try:
                xapid.until(lambda: status(p.pid).get('NoNewPrivs') == '1')
                xapid.until(lambda: status(p.pid).get('Seccomp') == '2'
                         or SANITIZED)
                helper = xapid.until(
                    lambda: children(p.pid).get('xapid-helper'))
                xapid.until(lambda: status(helper).get('NoNewPrivs') == '1')
                for pid, caps in ((p.pid, CAPS_STORAGE),
                                  (helper, CAPS_HELPER)):
                    s = status(pid)
                    wanted = sum(1 << n for n in caps)
                    for which in 'CapPrm', 'CapEff':
                        self.assertEqual(int(s[which], 16), wanted)
                    for which in 'CapInh', 'CapAmb', 'CapBnd':
                        self.assertEqual(int(s[which], 16), 0)
                with open('/proc/%s/net/dev' % p.pid) as f:
                    self.assertEqual([line.split(':')[0].strip()
                                      for line in f.readlines()[2:]], ['lo'])
                links = [os.readlink('/proc/%s/fd/%s' % (helper, fd))
                         for fd in os.listdir('/proc/%s/fd' % helper)
                         if int(fd) > 2]
                self.assertEqual(len(links), 1, links)
            finally:
                ours.close()
                p.kill()
                p.wait()
            xapid.until(lambda: not os.path.exists('/proc/%s' % helper))


class Plain(unittest.TestCase, Mixin):
    def test_the_daemon_and_its_workers_are_confined(self):
        """daemon and worker have no capabilities and few system calls"""
        with xapid.start('--sim-vms', '2') as d:
            d.call('VM.get_all')
            below = children(d.process.pid)
            self.check_confined(below['xapid'], os.geteuid())
            worker = xapid.until(
                lambda: children(d.process.pid).get('xapid-domain'))
            xapid.until(lambda: SANITIZED or status(worker)['Seccomp'] == '2')
            self.check_confined(worker, os.geteuid())

    def test_the_ports_outlive_the_daemon(self):
        """a client that comes while the daemon is dead is served by the next
        """
        with xapid.start() as d:
            d.call('pool.get_all')
            d.local.close()
            d.local = None
            os.kill(children(d.process.pid)['xapid'], signal.SIGKILL)
            self.assertEqual(d.http('GET', '/')[0] // 100 in (2, 3, 4), True)
            with self.assertRaises(xapid.Failure):
                d.call('pool.get_all')  # sessions are in memory
            d.session = None
            self.assertEqual(len(d.call('pool.get_all')), 1)
            self.assertEqual(stat.S_IMODE(os.stat(d.socket).st_mode), 0o600)

    def test_a_killed_one_is_followed_at_once(self):
        """after SIGKILL the next one gets the same port and socket at once"""
        port = str(xapid.free_port())
        with xapid.Daemon(['--listen', '127.0.0.1:' + port]) as d:
            for _ in range(5):
                if d.process is None:
                    d.start()
                d.call('pool.get_all')
                d.kill()
            d.start()
            d.call('pool.get_all')

    def test_one_that_dies_by_itself_is_followed(self):
        """after SIGABRT the ports are served again, the second time later"""
        with xapid.start() as d:
            d.may_crash = True
            for _ in range(2):
                pid = xapid.until(lambda: children(d.process.pid).get('xapid'))
                d.session = None
                d.call('pool.get_all')
                os.kill(pid, signal.SIGABRT)
                xapid.until(lambda: not os.path.exists('/proc/%d' % pid))
            d.session = None
            self.assertEqual(len(d.call('pool.get_all')), 1)

    @unittest.skipIf(SANITIZED, 'a sanitizer has memory of its own')
    def test_its_memory_has_a_bound(self):
        """a daemon that may have no more memory refuses what needs it, and
        serves on"""
        with xapid.start('--max-memory', str(64 << 20)) as d:
            pid = children(d.process.pid)['xapid']
            pool = d.call('pool.get_all')[0]
            with self.assertRaisesRegex((xapid.Failure, RuntimeError),
                                        'HTTP 503|memory'):
                d.call('pool.set_name_description', pool, 'x' * 15000000)
            self.assertEqual(d.call('pool.get_name_description', pool), '')
            d.call('pool.set_name_description', pool, 'small')
            self.assertEqual(children(d.process.pid)['xapid'], pid)

    def test_the_end_leaves_no_socket(self):
        """after SIGTERM the local socket is gone"""
        with xapid.start() as d:
            self.assertTrue(os.path.exists(d.socket))
            self.assertEqual(d.stop(), 0)
            self.assertFalse(os.path.exists(d.socket))

    def test_what_the_daemon_may_not_do(self):
        """a plugin outside the folders is not run, whatever its name"""
        with xapid.start() as d:
            for name in ('../../bin/date', '/bin/date', 'date', '', '.'):
                self.assertEqual(
                    d.error('host.call_plugin', d.call('host.get_all')[0],
                            name, 'fn', {})[0], 'XENAPI_MISSING_PLUGIN')


@unittest.skipUnless(ROOT, 'only root can become somebody else')
class AsRoot(unittest.TestCase, Mixin):
    def daemon(self, *args):
        d = xapid.Daemon(['--user', OTHER, '--sim-vms', '2'] + list(args))
        open_to_others(d)
        return d

    def test_it_becomes_the_user(self):
        """started by root, the daemon and its worker are the user given"""
        uid = pwd.getpwnam(OTHER).pw_uid
        with self.daemon() as d:
            vm = d.call('VM.get_all')[0]
            d.call('VM.set_name_description', vm, 'mine')
            below = children(d.process.pid)
            self.assertEqual(status(d.process.pid)['Uid'].split()[0], '0')
            self.check_confined(below['xapid'], uid)
            self.check_confined(xapid.until(
                lambda: children(d.process.pid).get('xapid-domain')), uid)
            for path, _, files in os.walk(d.state):
                for name in [''] + files:
                    self.assertEqual(
                        os.stat(os.path.join(path, name)).st_uid, uid, name)
            self.assertEqual(os.stat(d.socket).st_uid, uid)
            d.kill()
            d.start()
            self.assertEqual(d.call('VM.get_name_description', vm), 'mine')

    def test_a_folder_of_roots_is_handed_over(self):
        """a state folder of a daemon that was root becomes the user's"""
        with xapid.Daemon(['--user', 'root', '--sim-vms', '2']) as d:
            open_to_others(d)
            vm = d.call('VM.get_all')[0]
            d.call('VM.set_name_description', vm, 'kept')
            d.stop()
            d.args[1] = OTHER
            d.start()
            self.assertEqual(d.call('VM.get_name_description', vm), 'kept')
            copy = os.path.join(d.folder, 'copy')
            program = d.command()[0]
            done = subprocess.run([program, '--state', d.state, '--backup',
                                   copy])
            self.assertEqual(done.returncode, 0)
            d.stop()
            done = subprocess.run([program, '--state', d.state, '--restore',
                                   copy], stdout=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0)
            d.start()
            self.assertEqual(d.call('VM.get_name_description', vm), 'kept')

    def test_plugins_are_run_by_the_parent(self):
        """a plugin runs as root, though the daemon is not"""
        folder = xapid.tempfile.mkdtemp()
        path = os.path.join(folder, 'who')
        with open(path, 'w') as f:
            f.write(PLUGIN)
        os.chmod(folder, 0o755)
        os.chmod(path, 0o755)
        with self.daemon('--plugins', folder) as d:
            host = d.call('host.get_all')[0]
            self.assertEqual(
                d.call('host.call_plugin', host, 'who', 'fn', {}), '0 0')
            self.assertGreater(d.call('host.get_server_localtime', host), '')
        xapid.shutil.rmtree(folder)

    def test_the_daemon_dies_while_a_plugin_runs(self):
        """a plugin ends with the daemon that asked for it, and no other"""
        folder = xapid.tempfile.mkdtemp()
        path = os.path.join(folder, 'slow')
        with open(path, 'w') as f:
            f.write('#!/bin/sh\nexec sleep 300\n')
        os.chmod(path, 0o755)
        with xapid.start('--plugins', folder) as d:
            host = d.call('host.get_all')[0]
            d.call('Async.host.call_plugin', host, 'slow', 'fn', {})
            xapid.until(lambda: 'sleep' in children(d.process.pid))
            os.kill(children(d.process.pid)['xapid'], signal.SIGKILL)
            d.session = None
            d.call('pool.get_all')
            xapid.until(lambda: 'sleep' not in children(d.process.pid))
            self.assertIsNone(d.process.poll())
            d.call('pool.get_all')
        xapid.shutil.rmtree(folder)

    def test_an_unknown_user_is_refused(self):
        """--user with a name that nobody has is refused with a reason"""
        d = xapid.Daemon(['--user', 'no-such-user'])
        with self.assertRaisesRegex(RuntimeError, 'no such user'):
            d.start()
        xapid.shutil.rmtree(d.folder)


if __name__ == '__main__':
    tap.main()
