#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line and the configuration file."""

import http.client
import json
import os
import ssl
import subprocess
import threading
import time
import unittest

import tap
import xapid


def run(*args):
    d = xapid.Daemon()
    done = subprocess.run([d.command()[0]] + list(args), timeout=60,
                          capture_output=True, text=True)
    xapid.shutil.rmtree(d.folder)
    return done.returncode, done.stdout, done.stderr


def plain_status(d):
    return d.http('POST', '/jsonrpc', '{"jsonrpc": "2.0", "id": 1, "method": '
                  '"system.listMethods", "params": []}')[0]


def over_tls(d, method, *params):
    def call(method, params):
        c = http.client.HTTPSConnection(
            '127.0.0.1', int(d.tls_url.rsplit(':', 1)[1]), timeout=60,
            context=ssl._create_unverified_context())
        c.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'id': 1, 'method': method, 'params': params}))
        return json.loads(c.getresponse().read())['result']

    session = call('session.login_with_password', ['root', xapid.PASSWORD])
    return call(method, [session] + list(params))


class Options(unittest.TestCase):
    def test_help_and_version(self):
        """--help and --version answer and do nothing else"""
        status, out, _ = run('--help')
        self.assertEqual(status, 0)
        self.assertIn('--tls-listen ADDR:PORT', out)
        status, out, _ = run('--version')
        self.assertEqual((status, out.split()[0]), (0, 'xapid'))

    def test_mistakes(self):
        """a wrong option or value is named and ends with status 2"""
        for args, why in (
                (['--no-such'], '--no-such'),
                (['--no-such', 'x'], 'no-such'),
                (['word'], 'word'),
                (['--state'], 'a value is missing'),
                (['--listen', 'x'], 'listen'),
                (['--listen', '127.0.0.1:99999'], 'listen'),
                (['--listen', '127.0.0.1:-1'], 'listen'),
                (['--backend', 'kvm'], 'auto, libxl or simulator'),
                (['--https-only', 'yes'], 'neither true nor false'),
                (['--sim-hosts', '0'], '--sim-hosts'),
                (['--sim-hosts', '65'], '--sim-hosts'),
                (['--sim-vms', '10001'], '--sim-vms'),
                (['--sim-vms', '1e3'], 'not a number'),
                (['--sim-vms', '99999999999999999999'], 'not a number'),
                (['--log-level', 'loud'], 'error, warning, info or debug'),
                (['--config', '/nowhere/x.conf'], '/nowhere/x.conf')):
            status, out, err = run(*args)
            self.assertEqual((status, out), (2, ''), args)
            self.assertIn(why, err, args)
            self.assertEqual(err.count('\n'), 1, err)

    def test_files(self):
        """a file names its line; the command line comes after it"""
        d = xapid.Daemon()
        conf = os.path.join(d.folder, 'conf')
        for text, why in (('sim-vms = x', ':1: sim-vms x'),
                          ('# c\n\nnothing', ':3: not name = value'),
                          ('a=b', ':1: unknown option a')):
            with open(conf, 'w') as f:
                f.write(text)
            status, _, err = run('--config', conf)
            self.assertEqual(status, 2)
            self.assertIn(conf + why, err)
        with open(conf, 'w') as f:
            f.write('product-brand = Brand of a file\n'
                    '  sim-vms=3  \nproduct-version = 1.2.3\n')
        d.args = ['--config', conf, '--product-version', '9.8.7']
        with d:
            host = d.call('host.get_all')[0]
            v = d.call('host.get_software_version', host)
            self.assertEqual((v['product_brand'], v['product_version']),
                             ('Brand of a file', '9.8.7'))
            self.assertEqual(
                len([1 for r in d.call('VM.get_all_records').values()
                     if r['name_label'].startswith('sim-0')]), 3)
        xapid.shutil.rmtree(d.folder, True)

    def test_places_that_cannot_be(self):
        """a place that is taken or is none is named, and nobody is harmed"""
        with xapid.start() as d:
            for args, why in (
                    (['--listen', '127.0.0.1:%d' % d.port],
                     'cannot listen on 127.0.0.1:%d' % d.port),
                    (['--listen', '203.0.113.7:0'], 'cannot listen'),
                    (['--listen', 'localhost:0'], 'cannot listen'),
                    (['--socket', d.socket], 'cannot listen on ' + d.socket),
                    (['--socket', '/nowhere/s'], 'cannot listen'),
                    (['--socket', '/tmp/' + 'x' * 200], 'cannot listen'),
                    (['--listen', '127.0.0.1:0', '--state', d.state],
                     'in use by another xapid'),
                    (['--listen', '127.0.0.1:0', '--state',
                      '/proc/nowhere'], '/proc/nowhere')):
                other = xapid.Daemon()
                base = ['--backend', 'simulator', '--users', d.users_file,
                        '--state', other.state]
                status, out, err = run(*(base + args))
                self.assertEqual((status, out), (1, ''), args)
                self.assertIn(why, err)
                xapid.shutil.rmtree(other.folder, True)
            d.call('pool.get_all')

    def test_https_only(self):
        """https-only refuses calls over plain HTTP"""
        with xapid.Daemon(['--https-only', 'true'], tls=True) as d:
            status, headers, _ = d.http(
                'POST', '/', '<methodCall/>', {'Content-Type': 'text/xml'})
            self.assertIn(status, (301, 403))

    def test_https_only_by_call(self):
        """pool.set_https_only counts from the next request on, for good"""
        with xapid.Daemon([], tls=True) as d:
            pool = d.call('pool.get_all')[0]
            host = d.call('pool.get_master', pool)
            d.call('pool.set_https_only', pool, True)
            self.assertEqual(plain_status(d), 403)
            xe = subprocess.run(
                [os.path.join(xapid.BUILD, 'cli', 'xe'), 'host-list'],
                env={'XE_EXTRA_ARGS': 'server=127.0.0.1,port=%d,nossl=true,'
                     'username=root,password=x' % d.port},
                capture_output=True, text=True)
            self.assertIn('without TLS', xe.stderr)
            self.assertTrue(over_tls(d, 'host.get_https_only', host))
            d.stop()
            d.start()
            self.assertEqual(plain_status(d), 403)
            over_tls(d, 'host.set_https_only', host, False)
            self.assertEqual(plain_status(d), 200)
            self.assertFalse(d.call('host.get_https_only', host))

    def test_https_only_at_once(self):
        """of two that change it at once the wire obeys whom the record obeys"""
        with xapid.Daemon([], tls=True) as d:
            host = d.call('host.get_all')[0]
            for _ in range(20):
                both = [threading.Thread(
                    target=over_tls,
                    args=(d, 'host.set_https_only', host, on))
                    for on in (True, False)]
                for t in both:
                    t.start()
                for t in both:
                    t.join()
                on = over_tls(d, 'host.get_https_only', host)
                self.assertEqual(plain_status(d), 403 if on else 200)
            over_tls(d, 'host.set_https_only', host, False)

    def test_https_only_is_kept(self):
        """what the configuration says of plain HTTP no call changes"""
        with xapid.Daemon(['--https-only', 'false'], tls=True) as d:
            pool = d.call('pool.get_all')[0]
            d.call('pool.set_https_only', pool, False)
            self.assertEqual(d.error('pool.set_https_only', pool, True)[0],
                             'OPERATION_NOT_ALLOWED')

    def test_https_only_wants_tls(self):
        """nobody refuses plain HTTP where nothing serves TLS"""
        with xapid.start() as d:
            pool = d.call('pool.get_all')[0]
            self.assertEqual(d.error('pool.set_https_only', pool, True)[0],
                             'OPERATION_NOT_ALLOWED')
            d.call('pool.get_all')

    def test_idle_sessions(self):
        """session-idle ends a session after that silence"""
        with xapid.start('--session-idle', '1') as d:
            d.call('pool.get_all')
            end = time.time() + 60
            while time.time() < end:
                time.sleep(2.5)
                try:
                    d.call('pool.get_all')
                except xapid.Failure as failure:
                    self.assertEqual(failure.code, 'SESSION_INVALID')
                    return
            self.fail('the session still lives')

    def test_several_listeners(self):
        """every listener is announced and answers"""
        with xapid.start('--listen', '127.0.0.2:0', '--tls-listen',
                         '127.0.0.1:0') as d:
            self.assertEqual(len(d.urls), 3)
            self.assertIn('127.0.0.2', d.urls[1])
            self.assertTrue(d.tls_url)


if __name__ == '__main__':
    tap.main()
