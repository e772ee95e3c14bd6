#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lists in the local.mk files are complete.

A file in none of them is missing from the tarball; a test in none of them is
never run, which nobody would notice.
"""

import os
import re
import unittest

import tap

TOP = os.environ['XAPID_SRCDIR']
FOLDERS = ('cli', 'console', 'datamodel', 'domain', 'metrics', 'network', 'rpc',
           'storage', 'tests', 'xapid')
LISTED = re.compile(r'\.(c|h|py|class)$')


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        return re.sub(r'^#.*', '', f.read(), flags=re.M)


def makefiles():
    included = re.findall(r'^include (\S+)', read('Makefile.am'), re.M)
    return ['Makefile.am'] + included


def variable(name):
    """The words of a list in tests/local.mk."""
    text = read('tests/local.mk').replace('\\\n', ' ')
    m = re.search(r'^%s *=(.*)$' % name, text, re.M)
    return m[1].split()


def files():
    for folder in FOLDERS:
        for at, _, names in os.walk(os.path.join(TOP, folder)):
            for name in names:
                yield os.path.relpath(os.path.join(at, name), TOP)


class Lists(unittest.TestCase):
    def test_every_source_file_is_in_a_list(self):
        words = set(' '.join(map(read, makefiles())).split())
        missing = [f for f in files() if LISTED.search(f) and
                   f not in words and re.sub(r'\.c$', '', f) not in words]
        self.assertEqual(missing, [])

    def test_every_test_program_is_run(self):
        run = variable('unit_tests') + variable('fuzz_tests') + \
            variable('python_tests')
        tests = [f for f in files() if re.search(
            r'/tests/test_\w+\.py$|^tests/\w+/test_\w+\.(c|py)$|'
            r'^tests/fuzz/fuzz_\w+\.c$', f)]
        missing = [f for f in tests if re.sub(r'\.c$', '', f) not in run]
        self.assertEqual(missing, [])

    def test_every_fuzz_target_has_a_corpus(self):
        for target in variable('fuzz_tests'):
            corpus = 'tests/fuzz/corpus/' + target.split('/fuzz_')[-1]
            with self.subTest(corpus):
                self.assertTrue(os.listdir(os.path.join(TOP, corpus)))

    def test_the_lists_of_tests_are_found(self):
        self.assertIn('tests/lint/test_lists.py', variable('python_tests'))


tap.main()
