#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The man page and the program name the same options."""

import os
import re
import subprocess
import unittest

import tap

SRC = os.environ['XAPID_SRCDIR']
BUILD = os.environ['XAPID_BUILDDIR']
UNDER_HELP = re.compile(r'^ +--([a-z0-9-]+)', re.M)
IN_PAGE = re.compile(r'Fl -([a-z0-9-]+)')


def help_text():
    r = subprocess.run([os.path.join(BUILD, 'xapid/xapid'), '--help'],
                       capture_output=True, text=True, check=True)
    return r.stdout


def page():
    with open(os.path.join(SRC, 'packaging/man/xapid.8'),
              encoding='utf-8') as f:
        return f.read()


class Man(unittest.TestCase):
    def test_the_man_page_has_every_option_of_the_program(self):
        options = set(UNDER_HELP.findall(help_text()))
        self.assertIn('tls-listen', options)
        described = set()
        for line in page().splitlines():
            if line.startswith('.It Fl'):
                described.update(IN_PAGE.findall(line))
        # Only in the synopsis: it does nothing.
        self.assertEqual(options - described, {'foreground'})

    def test_the_man_page_has_no_option_that_the_program_does_not(self):
        options = set(UNDER_HELP.findall(help_text()))
        named = set(IN_PAGE.findall(page())) - {'name'}
        self.assertEqual(named - options, set())


tap.main()
