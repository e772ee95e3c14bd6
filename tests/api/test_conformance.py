#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The whole interface against the facts about it, in both protocols.

tests/conformance/expected says how much is there and which checks still fail.
It fails here when something gets worse, and also when a check of that list
passes: then the list is to be shortened (make update-golden does it).
"""

import json
import os
import re
import subprocess
import sys
import threading
import unittest

import tap
import xapid

HERE = os.path.join(os.environ.get('XAPID_SRCDIR', '.'), 'tests/conformance')
EXPECTED = os.path.join(HERE, 'expected')
UPDATE = os.environ.get('XAPID_UPDATE_GOLDEN') == '1'
COUNTS = ('recognised', 'async_recognised', 'fields_ok', 'proven')
HEAD = '''\
# What the simulator (3 VMs, 2 hosts) reaches: at least these counts, and no
# failed check but these. Shorten it as the work goes on.
'''


def read_expected():
    counts, failed = {}, set()
    with open(EXPECTED) as f:
        for line in f:
            word, _, rest = line.strip().partition(' ')
            if word == 'failed':
                failed.add(rest)
            elif word and word != '#':
                counts[word] = int(rest)
    return counts, failed


def write_expected(results):
    counts = {n: min(r['total'][n] for r in results) for n in COUNTS}
    failed = set().union(*(checks(r) for r in results))
    with open(EXPECTED, 'w') as f:
        f.write(HEAD)
        for n in COUNTS:
            f.write('%s %d\n' % (n, counts[n]))
        for check in sorted(failed):
            f.write('failed %s\n' % check)


def checks(result):
    """Names of failed checks, without what changes from run to run."""
    return {re.sub(r'conformance-[0-9a-f]{8}', 'X', f['check'])
            for f in result['failed']}


def run(daemon, protocol):
    out = os.path.join(daemon.folder, protocol + '.json')
    command = [sys.executable, os.path.join(HERE, 'conformance'), '--url',
               daemon.url, '--user', 'root', '--password', xapid.PASSWORD,
               '--json', out, '-q']
    if protocol == 'json':
        command.append('--jsonrpc')
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if not os.path.exists(out):
        raise AssertionError('the checker broke off: ' + done.stdout)
    with open(out) as f:
        return json.load(f)


class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.results = {}
        protocols = ('xml', 'json')
        # A daemon each: what one run makes is in the way of the other.
        with xapid.start('--sim-vms', '3', '--sim-hosts', '2') as a, \
                xapid.start('--sim-vms', '3', '--sim-hosts', '2') as b:
            def one(daemon, protocol):
                cls.results[protocol] = run(daemon, protocol)
            threads = [threading.Thread(target=one, args=pair)
                       for pair in zip((a, b), protocols)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
        if UPDATE:
            write_expected(list(cls.results.values()))
        cls.counts, cls.failed = read_expected()

    def why(self, protocol, name):
        for f in self.results[protocol]['failed']:
            if name in checks({'failed': [f]}):
                return f['why']

    def compare(self, protocol):
        result = self.results[protocol]
        for name, least in self.counts.items():
            with self.subTest(name):
                self.assertGreaterEqual(result['total'][name], least)
        got = checks(result)
        for name in sorted(got - self.failed):
            with self.subTest(name):
                self.fail(self.why(protocol, name))

    def test_xmlrpc(self):
        """XML-RPC conforms as far as expected"""
        self.compare('xml')

    def test_jsonrpc(self):
        """JSON-RPC conforms as far as expected"""
        self.compare('json')

    def test_expected_failures_still_fail(self):
        got = set().union(*(checks(r) for r in self.results.values()))
        self.assertEqual(sorted(self.failed - got), [],
                         'passes now: take it out of the list')


if __name__ == '__main__':
    tap.main()
