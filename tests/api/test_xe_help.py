#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Help, man page, examples and completion of xe."""

import os
import re
import shutil
import subprocess

import tap
import xapid
import xe

SRC = os.environ.get('XAPID_SRCDIR', '.')
COMPLETION = os.path.join(SRC, 'packaging', 'completion')

BASH = '''
source "$1"
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
COMP_LINE=$2 COMP_POINT=${#2}
_xe
printf '%s\\n' "${COMPREPLY[@]}"
'''


def examples():
    """(command line, what it shows) from the datamodel."""
    with open(os.path.join(SRC, 'datamodel', 'cli', 'examples')) as f:
        for line in f:
            m = re.match(r'example (.*) "([^"]*)"$', line.rstrip('\n'))
            if m:
                yield m.groups()


def page():
    name = os.path.join(xapid.BUILD, 'gen', 'xe.1')
    if not os.path.exists(name):
        name = os.path.join(SRC, 'gen', 'xe.1')
    with open(name) as f:
        return f.read()


class Help(xapid.Case):
    args = ('--sim-hosts', '2', '--sim-vms', '4')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for old, new in (('sim-00001', 'web'), ('sim-00002', 'db')):
            uuid = xe.run(cls.d, 'vm-list', 'name-label=' + old,
                          '--minimal').out.strip()
            r = xe.run(cls.d, 'vm-param-set', 'uuid=' + uuid,
                       'name-label=' + new)
            assert r.status == 0, r.err
        for name, tag in (('web', 'production'), ('db', 'test')):
            uuid = xe.run(cls.d, 'vm-list', 'name-label=' + name,
                          '--minimal').out.strip()
            xe.run(cls.d, 'vm-param-add', 'uuid=' + uuid, 'param-name=tags',
                   'param-key=' + tag)

    # ---- help ----

    def test_help_lists_what_is_common_and_all(self):
        short = xe.run(self.d, 'help').out
        everything = xe.run(self.d, 'help', '--all').out
        for name in ('vm-start', 'vm-list', 'vm-install'):
            self.assertRegex(short, r'(?m)^  %s ' % name)
        self.assertNotIn('  pool-ha-enable ', short)
        self.assertIn('  pool-ha-enable ', everything)
        minimal = xe.run(self.d, 'help', '--all', '--minimal').out
        self.assertGreater(len(minimal.split(',')), 600)

    def test_help_of_a_command_has_its_parameters_and_examples(self):
        out = xe.run(self.d, 'help', 'vm-disk-add').out
        self.assertTrue(out.startswith(
            'vm-disk-add disk-size=... device=...\n'), out)
        self.assertIn('Examples:\n    xe vm-disk-add vm=db ', out)

    def test_help_needs_no_server(self):
        r = subprocess.run([xe.PROGRAM, 'help', 'vm-start'],
                           env={'XE_EXTRA_ARGS': 'server=192.0.2.1'},
                           capture_output=True)
        self.assertEqual(r.returncode, 0)

    # ---- the man page ----

    def test_the_page_has_every_option_of_xe(self):
        usage = subprocess.run([xe.PROGRAM, '--help'], capture_output=True,
                               text=True).stderr
        options = set(re.findall(r'^  --([a-z-]+)', usage, re.M))
        self.assertIn('dry-run', options)
        described = set(re.findall(r'^\.It Fl -([a-z-]+)', page(), re.M))
        self.assertEqual(options - described, set())

    def test_the_page_has_every_command_and_example(self):
        text = page().replace('\\-', '-')
        self.assertNotIn('\n@', text)
        for name in ('vm-start', 'pool-dump-database', 'vdi-copy'):
            self.assertIn('.It Ic "%s"' % name, text)
        for line, doc in examples():
            self.assertIn('xe ' + line.replace('"', '\\(dq'), text)

    def test_the_page_is_read_without_complaint(self):
        if not shutil.which('man'):
            self.skipTest('no man')
        name = os.path.join(self.d.folder, 'xe.1')
        with open(name, 'w') as f:
            f.write(page())
        r = subprocess.run(['man', '--warnings', '-E', 'UTF-8', '-l', name],
                           capture_output=True, text=True,
                           env=dict(os.environ, MANPAGER='cat', MANWIDTH='80',
                                    LC_ALL='C.UTF-8'))
        if r.returncode:
            self.skipTest('man does not work here')
        self.assertEqual(r.stderr, '')
        self.assertIn('xe vm-start vm=db', r.stdout)

    def test_the_examples_run_as_they_stand(self):
        folder = os.path.join(self.d.folder, 'examples')
        os.mkdir(folder)
        with open(os.path.join(folder, 'pool.json'), 'w') as f:
            f.write('{"vms": [{"name": "web", "vcpus": 1}]}')
        env = xe.environment(
            self.d, PATH=os.path.dirname(os.path.abspath(xe.PROGRAM)) + ':'
            + os.environ['PATH'])
        n = 0
        for line, doc in examples():
            r = subprocess.run(['bash', '-c', 'xe ' + line], cwd=folder,
                               env=env, capture_output=True, text=True,
                               timeout=60)
            if r.returncode and 'not implemented' in r.stderr:
                print('# waits for its API call: xe ' + line)
                continue
            self.assertEqual(r.returncode, 0, (line, r.stdout, r.stderr))
            n += 1
        self.assertGreater(n, 15)

    # ---- completion ----

    def complete(self, *words, **options):
        r = xe.run(self.d, '__complete', *words, **options)
        self.assertEqual((r.status, r.err), (0, ''), words)
        return r.out.splitlines()

    def test_commands_parameters_and_values(self):
        self.assertIn('vm-start', self.complete('vm-st'))
        self.assertEqual(self.complete('vm-shutd'), ['vm-shutdown'])
        self.assertIn('template=', self.complete('vm-install', 'temp'))
        self.assertNotIn('template=', self.complete(
            'vm-install', 'template=x', 'temp'))
        self.assertEqual(self.complete('vm-start', 'vm=w'), ['vm=web'])
        self.assertEqual(
            self.complete('vm-list', 'params=uuid,power'),
            ['params=uuid,power-state'])
        self.assertIn('--output=json', self.complete('vm-list', '--out'))
        uuid = xe.run(self.d, 'vm-list', 'name-label=web',
                      '--minimal').out.strip()
        self.assertEqual(
            self.complete('vm-param-get', 'uuid=' + uuid[:8]),
            ['uuid=' + uuid])
        self.assertIn('template=Debian Bookworm 12',
                      self.complete('vm-install', 'template=Debian B'))
        self.assertEqual(self.complete('no-such', ''), [])

    def test_files_are_completed(self):
        self.assertEqual(
            self.complete('vm-import', 'filename=%s/sta' % self.d.folder),
            ['filename=%s/state/' % self.d.folder])

    def test_without_a_server_it_is_silent(self):
        self.assertEqual(self.complete(
            'vm-start', 'vm=', env={'XE_EXTRA_ARGS':
                                    'server=127.0.0.1,port=1,nossl=true'}),
            [])

    def shell_env(self):
        return xe.environment(
            self.d, PATH=os.path.dirname(os.path.abspath(xe.PROGRAM)) + ':'
            + os.environ['PATH'])

    def in_bash(self, line):
        r = subprocess.run(
            ['bash', '-c', BASH, 'bash', os.path.join(COMPLETION, 'xe.bash'),
             line], capture_output=True, text=True, env=self.shell_env())
        self.assertEqual(r.stderr, '', line)
        return r.stdout.splitlines()

    def test_bash(self):
        self.assertEqual(self.in_bash('xe vm-shutd'), ['vm-shutdown'])
        # bash replaces only what stands behind the last = or :
        self.assertEqual(self.in_bash('xe vm-start vm=w'), ['web'])
        self.assertEqual(self.in_bash('xe vm-start vm=web on=sim-host-01 pa'),
                         ['paused='])
        self.assertIn('Debian\\ Bookworm\\ 12',
                      self.in_bash('xe vm-install template=Deb'))
        self.assertIn('Debian\\ Bookworm\\ 12',
                      self.in_bash('xe vm-install template=Debian\\ B'))

    def test_fish(self):
        if not shutil.which('fish'):
            self.skipTest('no fish')
        r = subprocess.run(
            ['fish', '-N', '-c', 'source $argv[1]; complete -C $argv[2]',
             os.path.join(COMPLETION, 'xe.fish'), 'xe vm-start vm=w'],
            capture_output=True, text=True, env=self.shell_env())
        self.assertEqual(r.stdout.split(), ['vm=web'], r.stderr)

    def test_zsh_takes_its_file(self):
        if not shutil.which('zsh'):
            self.skipTest('no zsh')
        r = subprocess.run(['zsh', '-n', os.path.join(COMPLETION, '_xe')],
                           capture_output=True, text=True)
        self.assertEqual((r.returncode, r.stderr), (0, ''))


if __name__ == '__main__':
    tap.main()
