#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""datamodel/cli/: every mistake is named with its file and line."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', '..',
                                'tests', 'lib'))
import tap      # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')

# A file of its own each, the line that is named, and what is said of it. Those
# about the form of lines are told first, and all in one run.
FORM = (
    ('command g-g', 1, 'text in quotes'),
    ('command h-h "Doc."\n\t\trun', 2, 'one tab'),
    ('class j VM "js"\n\tfield XX uuid uuid', 2, 'MARK'),
    ('class l VM "ls"\n\tfield RO uuid uuid sparkling', 2, 'sparkling'),
    ('wish m "Doc."', 1, 'unknown word wish'),
    ('example vm-start', 1, 'text in quotes'),
)
MEANING = (
    ('command a-a "Doc."\n\trun\n\tflags nonsense', 1, 'nonsense'),
    ('command b-b "Doc."\n\tcall VM.fly @', None, 'VM.fly'),
    ('command c-c "Doc."\n\tcall VM.start @', None, 'select'),
    ('command d-d "Doc."\n\tselect cat\n\trun', None, 'select what'),
    ('command e-e "Doc."\n\treq x', None, 'one of run, call and create'),
    ('command f-f "Doc."\n\tselect vm\n\tcall VM.start @ ghost', None,
     'no parameter ghost'),
    ('command vm-start "Twice."\n\trun', None, 'stands twice'),
    ('class i Cat "cats"\n\tlist uuid\n\tfield RO uuid uuid', None,
     'no class Cat'),
    ('class k VM "ks"\n\tfield RO uuid nothing', None, 'no field nothing'),
    ('example no-such-command x=y "Doc."', 1, 'no command no-such-command'),
    ('enum n\n\tvalue "text"', None, 'no enum n'),
)


class Cli(unittest.TestCase):
    def run_with(self, files):
        with tempfile.TemporaryDirectory() as folder:
            model = os.path.join(folder, 'datamodel')
            shutil.copytree(ROOT, model, ignore=shutil.ignore_patterns(
                'gen', '__pycache__'))
            for name, text in files.items():
                with open(os.path.join(model, 'cli', name), 'w') as f:
                    f.write(text)
            return subprocess.run(
                [sys.executable, '-B', os.path.join(ROOT, 'gen',
                                                    'generate.py'),
                 '--out', os.path.join(folder, 'out'), model],
                capture_output=True, text=True)

    def told(self, mistakes):
        files = {'z%02d.cli' % i: text + '\n'
                 for i, (text, line, said) in enumerate(mistakes)}
        r = self.run_with(files)
        self.assertEqual(r.returncode, 1)
        for i, (text, line, said) in enumerate(mistakes):
            told = [x for x in r.stderr.splitlines()
                    if '/z%02d.cli:' % i in x]
            self.assertTrue(any(said in x for x in told),
                            (text, told, r.stderr))
            if line:
                self.assertTrue(any('.cli:%d:' % line in x for x in told),
                                (text, told))

    def test_mistakes_of_form_are_told_with_their_line(self):
        self.told(FORM)

    def test_mistakes_of_meaning_are_told_with_their_line(self):
        self.told(MEANING)

    def test_what_is_right_makes_a_command(self):
        r = self.run_with({'new.cli':
                           'command vm-purr "Let a VM purr."\n'
                           '\tselect vm\n\tcall VM.pause @\n'
                           'example vm-purr vm=web "It purrs."\n'})
        self.assertEqual((r.returncode, r.stderr), (0, ''))


if __name__ == '__main__':
    tap.main()
