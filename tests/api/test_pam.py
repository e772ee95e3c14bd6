#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program that asks PAM, with service files of the test's own."""

import os
import subprocess
import tempfile
import unittest

import tap

PROGRAM = os.path.join(os.environ.get('XAPID_BUILDDIR', '.'), 'xapid',
                       'xapid-pam')
YES, NO, BROKEN = 0, 1, 2

# pam_exec gives the password to a program, which ends in success if it fits.
CHECK = '''#!/bin/sh
IFS= read -r password || [ -n "$password" ] || exit 1
[ "$PAM_USER/$password" = "alice/open sesame" ]
'''


class Pam(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.script = os.path.join(self.folder.name, 'check')
        with open(self.script, 'w') as f:
            f.write(CHECK)
        os.chmod(self.script, 0o755)
        self.service(account='pam_permit.so')

    def tearDown(self):
        self.folder.cleanup()

    def service(self, account):
        with open(os.path.join(self.folder.name, 'xapid'), 'w') as f:
            f.write('auth required pam_exec.so expose_authtok quiet %s\n'
                    'account required %s\n'
                    'password required pam_deny.so\n'
                    % (self.script, account))

    def ask(self, question, *texts, raw=None):
        data = raw if raw is not None else b''.join(
            t.encode() + b'\0' for t in texts)
        done = subprocess.run(
            [PROGRAM] + ([question] if question else []), input=data,
            capture_output=True, timeout=60,
            env={'PATH': '/usr/bin:/bin',
                 'XAPID_PAM_DIR': self.folder.name})
        self.assertEqual(done.stderr, b'')
        return done.returncode, done.stdout.decode().strip()

    def test_right(self):
        """the right password is welcome"""
        self.assertEqual(self.ask('check', 'alice', 'open sesame'), (YES, ''))

    def test_wrong(self):
        """a wrong one is not, and PAM's reason is told"""
        for user, password in (('alice', 'open'), ('alice', ''),
                               ('bob', 'open sesame'), ('', '')):
            status, reason = self.ask('check', user, password)
            self.assertEqual(status, NO, (user, password))
            self.assertTrue(reason)

    def test_account(self):
        """an account that may not be used is refused"""
        self.service(account='pam_deny.so')
        self.assertEqual(self.ask('check', 'alice', 'open sesame')[0], NO)

    def test_change(self):
        """a change of password needs the old one, and PAM's consent"""
        self.assertEqual(self.ask('change', 'alice', 'wrong', 'new')[0], NO)
        status, reason = self.ask('change', 'alice', 'open sesame', 'new')
        self.assertEqual(status, NO)
        self.assertIn('token', reason.lower())

    def test_nonsense(self):
        """questions that are none are not put to PAM"""
        for question, raw in (
                ('check', b''), ('check', b'alice'), ('check', b'alice\0'),
                ('check', b'alice\0open sesame'),
                ('check', b'alice\0open sesame\0x\0'),
                ('change', b'alice\0open sesame\0'),
                ('check', b'a\0' + b'x' * 4000 + b'\0'),
                (None, b'alice\0open sesame\0')):
            self.assertEqual(self.ask(question, raw=raw)[0], BROKEN,
                             (question, raw[:30]))


if __name__ == '__main__':
    tap.main()
