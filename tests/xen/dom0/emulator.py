# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that the emulator breaks, and test cases that know them.

Now and then QEMU 7.2 puts the registers of Xen itself into the place of a
guest's (../bed/README.md). Its guest falls over, and is started anew where its
VM says so: what is seen then (a network is unreachable, nobody answers) tells
nothing of xapid. A test that fails behind that is run once more, and says so;
one that fails again, or without that, has failed."""

import re
import subprocess
import unittest

# Of the processor (a code segment and an address that only Xen has), then whose
# it was.
BROKEN = re.compile(r'Triple fault(?:(?!Triple fault).)*?'
                    r'RIP: +e008:\[<ffff82d.*?hvm guest \(d(\d+)v', re.S)


def broken_guests():
    """The domain ids of those that Xen's log still knows of."""
    log = subprocess.run(['xl', 'dmesg'], capture_output=True, text=True,
                         errors='replace').stdout
    return set(BROKEN.findall(log))


class Twice:
    """A test's result in its first run: failures are kept from the real one
    when a guest was broken meanwhile, and what then goes wrong in its end."""

    def __init__(self, result):
        self.result = result
        self.before = broken_guests()
        self.broken = False

    def __getattr__(self, name):
        return getattr(self.result, name)

    def forgives(self, test, err):
        new = broken_guests() - self.before
        if new and not self.broken:
            self.broken = True
            print('# the emulator has broken %s, so once more: %s\n# (%s)' % (
                ', '.join('domain ' + d for d in sorted(new)), test,
                str(err[1]).replace('\n', '\n# ')), flush=True)
        return self.broken

    def addError(self, test, err):
        if not self.forgives(test, err):
            self.result.addError(test, err)

    def addFailure(self, test, err):
        if not self.forgives(test, err):
            self.result.addFailure(test, err)

    def addSubTest(self, test, subtest, err):
        if not err or not self.forgives(subtest, err):
            self.result.addSubTest(test, subtest, err)


class TestCase(unittest.TestCase):
    """What all tests in the control domain are."""

    def run(self, result=None):
        first = Twice(result)
        super().run(first)
        if first.broken:
            super().run(result)
        return result
