#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plugins and API extensions: programs that clients may run (attack A23)."""

import json
import os
import shutil
import tempfile
import textwrap
import unittest

import tap
import xapid
from machines import VM

# What plugins written for the original begin with, in short.
HEADER = '''\
#!/usr/bin/env python3
import sys, os
import xmlrpc.client as x
def answer(value):
    print(x.dumps(({'Status': 'Success', 'Value': value},), '', True))
def fail(*error):
    print(x.dumps(({'Status': 'Failure', 'ErrorDescription': list(error)},),
                  '', True))
'''


class Base(unittest.TestCase):
    timeout = 60  # seconds that a plugin has

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='plugins.')
        cls.plugins = os.path.join(cls.folder, 'plugins')
        cls.extensions = os.path.join(cls.folder, 'extensions')
        os.mkdir(cls.plugins)
        os.mkdir(cls.extensions)
        cls.d = xapid.start('--plugins', cls.plugins, '--extensions',
                            cls.extensions, '--plugin-timeout',
                            str(cls.timeout), '--vm-plugins',
                            'some,for-vms')
        cls.d.__enter__()
        cls.host = cls.d.call('host.get_all')[0]

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)
        shutil.rmtree(cls.folder)

    def write(self, folder, name, text, mode=0o755):
        path = os.path.join(folder, name)
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def plugin(self, name, code, mode=0o755):
        return self.write(self.plugins, name,
                          HEADER + textwrap.dedent(code), mode)

    def run_plugin(self, name, fn='f', args=None):
        return self.d.call('host.call_plugin', self.host, name, fn,
                           args or {})

    def plugin_error(self, name, fn='f', args=None):
        return self.d.error('host.call_plugin', self.host, name, fn,
                            args or {})


class Plugins(Base):
    def test_a_plugin_gets_the_call_and_its_answer_is_the_result(self):
        self.plugin('echo', '''
            params, name = x.loads(sys.argv[1])
            answer(repr((len(sys.argv), name, params[0].split(':')[0],
                         params[1])))
            ''')
        self.assertEqual(
            self.run_plugin('echo', 'fn <&>', {'k': 'v "&<>\u00e9', '': ''}),
            repr((2, 'fn <&>', 'OpaqueRef', {'k': 'v "&<>\u00e9', '': ''})))

    def test_a_plugin_may_call_back_with_its_session(self):
        self.plugin('back', '''
            params, name = x.loads(sys.argv[1])
            answer(params[0])
            ''')
        session = self.run_plugin('back')
        self.assertTrue(self.d.call('pool.get_all', session=session))

    def test_a_vm_that_runs_has_those_of_its_host(self):
        self.plugin('echo', """
            params, name = x.loads(sys.argv[1])
            answer(repr((name, params[1])))
            """)
        vm = self.d.call('VM.create', VM)
        call = ('VM.call_host_plugin', vm, 'echo', 'fn', {'a': 'b'})
        self.assertEqual(self.d.error(*call),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'halted'])
        self.d.call('VM.start', vm, False, False)
        self.assertEqual(self.d.call(*call), repr(('fn', {'a': 'b'})))
        self.assertEqual(
            self.d.error('VM.call_host_plugin', vm, '../echo', 'fn', {}),
            ['XENAPI_MISSING_PLUGIN', '../echo'])
        for role in 'read-only', 'vm-operator', 'vm-power-admin':
            self.assertEqual(
                self.d.error(*call, session=self.d.login(role))[0],
                'RBAC_PERMISSION_DENIED')

    def test_an_operator_of_vms_may_call_those_that_are_listed(self):
        self.plugin('echoed', 'answer("not for all")')
        self.plugin('for-vms', 'answer("for all")')
        vm = self.d.call('VM.create', VM)
        self.d.call('VM.start', vm, False, False)
        s = self.d.login('vm-operator')
        self.assertEqual(self.d.call('VM.call_host_plugin', vm, 'for-vms',
                                     'fn', {}, session=s), 'for all')
        for other in 'echoed', 'echo', 'for-vms,echo', '':
            self.assertEqual(
                self.d.error('VM.call_host_plugin', vm, other, 'fn', {},
                             session=s)[:2],
                ['RBAC_PERMISSION_DENIED', 'host.call_plugin'])

    def test_arguments_never_reach_a_shell(self):
        """A23: arguments and names never reach a shell"""
        mark = os.path.join(self.folder, 'mark')
        self.plugin('quiet', 'answer("x")\n')
        evil = ';$(touch %s)`touch %s`|touch %s' % (mark, mark, mark)
        self.assertEqual(self.run_plugin('quiet', evil, {evil: evil}), 'x')
        self.assertEqual(self.plugin_error('quiet' + evil),
                         ['XENAPI_MISSING_PLUGIN', 'quiet' + evil])
        self.assertFalse(os.path.exists(mark))

    def test_a_name_is_a_file_in_the_folder_and_nothing_else(self):
        """A21: a plugin's name cannot leave the folder"""
        outside = self.write(self.folder, 'outside', HEADER + 'answer("o")')
        os.symlink(outside, os.path.join(self.plugins, 'link'))
        os.mkfifo(os.path.join(self.plugins, 'fifo'))
        os.mkdir(os.path.join(self.plugins, 'dir'))
        self.plugin('plain', 'answer("x")\n', 0o644)
        for name in ('../outside', outside, 'link', 'fifo', 'dir', 'plain',
                     '', '.', '..', 'no-such', './echo', 'a' * 300):
            self.assertEqual(self.plugin_error(name),
                             ['XENAPI_MISSING_PLUGIN', name])

    def test_failures_have_the_forms_of_the_original(self):
        self.plugin('own', 'fail("MY_ERROR", "a", "b <c>")\n')
        self.plugin('exit', 'print("out"); sys.stderr.write("err")\n'
                    'sys.exit(3)\n')
        self.plugin('signal', 'os.kill(os.getpid(), 9)\n')
        self.plugin('garbage', 'print("this is no XML")\n')
        self.plugin('odd', 'print("<a/>")\n')
        self.plugin('fault', 'print(x.dumps(x.Fault(42, "why")))\n')
        self.assertEqual(self.plugin_error('own'), ['MY_ERROR', 'a', 'b <c>'])
        self.assertEqual(self.plugin_error('exit'), [
            'XENAPI_PLUGIN_FAILURE', 'non-zero exit', 'out\n', 'err'])
        self.assertEqual(self.plugin_error('signal')[:2], [
            'XENAPI_PLUGIN_FAILURE', 'signal: KILL'])
        self.assertEqual(self.plugin_error('garbage')[:3], [
            'XENAPI_PLUGIN_FAILURE', 'failed to parse plugin output',
            'this is no XML\n'])
        self.assertEqual(self.plugin_error('odd')[:3], [
            'XENAPI_PLUGIN_FAILURE', 'unexpected XMLRPC result', '<a/>\n'])
        self.assertEqual(self.plugin_error('fault'), [
            'XENAPI_PLUGIN_FAILURE', 'fault', '42', 'why'])

    def test_a_plugin_that_floods_is_cut(self):
        self.plugin('flood', 'for i in range(40): print("x" * 1000000)\n')
        self.assertEqual(self.plugin_error('flood')[:2], [
            'XENAPI_PLUGIN_FAILURE', 'too much output'])

    def test_entities_in_an_answer_are_refused(self):
        """A24: entities in a plugin's answer are not expanded"""
        self.plugin('entity', '''
            print('<!DOCTYPE a [<!ENTITY b "bomb">]><methodResponse><params>'
                  '<param><value><struct><member><name>Status</name><value>'
                  'Success</value></member><member><name>Value</name><value>'
                  '&b;</value></member></struct></value></param></params>'
                  '</methodResponse>')
            ''')
        self.assertEqual(self.plugin_error('entity')[:2], [
            'XENAPI_PLUGIN_FAILURE', 'unexpected XMLRPC result'])

    def test_arguments_too_large_for_the_kernel_are_named(self):
        self.plugin('big', 'answer("x")\n')
        self.assertEqual(
            self.plugin_error('big', 'f', {'a': 'x' * 200000})[:2],
            ['INVALID_VALUE', 'args'])

    def test_only_pool_administrators_may(self):
        for role in ('pool-operator', 'vm-admin', 'read-only'):
            session = self.d.login(role)
            self.assertEqual(
                self.d.error('host.call_plugin', self.host, 'echo', 'f', {},
                             session=session)[0], 'RBAC_PERMISSION_DENIED')

    def test_calls_go_on_while_a_plugin_runs(self):
        self.plugin('slow', 'import time\ntime.sleep(1)\nanswer("done")\n')
        task = self.d.call('Async.host.call_plugin', self.host, 'slow', 'f',
                           {})
        self.assertEqual(self.d.call('task.get_status', task), 'pending')
        self.assertEqual(
            self.d.task('host.call_plugin', self.host, 'slow', 'f',
                        {})['result'], '<value>done</value>')


class Hanging(Base):
    timeout = 1

    def test_a_plugin_that_hangs_is_killed(self):
        self.plugin('hang', 'import time\ntime.sleep(60)\n')
        self.assertEqual(self.plugin_error('hang')[:2], [
            'XENAPI_PLUGIN_FAILURE', 'timed out'])


class Extensions(Base):
    def call(self, method, *params):
        return json.dumps({'method': method, 'params': list(params),
                           'id': 1})

    def test_an_extension_reads_the_call_and_answers_it(self):
        self.write(self.extensions, 'ext.echo', HEADER + textwrap.dedent('''
            params, name = x.loads(sys.stdin.read())
            answer(repr((sys.argv[1:], name, params)))
            '''))
        self.assertTrue(self.d.call('host.has_extension', self.host,
                                    'ext.echo'))
        self.assertTrue(self.d.call('pool.has_extension',
                                    self.d.call('pool.get_all')[0],
                                    'ext.echo'))
        self.assertEqual(
            self.d.call('host.call_extension', self.host,
                        self.call('ext.echo', 'a<b', ['c'], {'d': True})),
            repr((['--xmlrpc'], 'ext.echo', ('a<b', ['c'], {'d': True}))))

    def test_errors_of_extensions(self):
        self.write(self.extensions, 'bad', HEADER + 'fail("OWN", "p")\n')
        self.write(self.extensions, 'list', HEADER + 'answer([1])\n')
        error = self.d.error
        self.assertFalse(self.d.call('host.has_extension', self.host,
                                     'none'))
        self.assertEqual(
            error('host.call_extension', self.host, self.call('none')),
            ['MESSAGE_METHOD_UNKNOWN', 'none'])
        self.assertEqual(
            error('host.call_extension', self.host, self.call('bad')),
            ['OWN', 'p'])
        self.assertEqual(
            error('host.call_extension', self.host, self.call('list'))[0],
            'EXTENSION_PROTOCOL_FAILURE')
        self.assertEqual(
            error('host.call_extension', self.host, 'no json')[:2],
            ['INVALID_VALUE', 'call'])
        self.assertEqual(
            error('host.call_extension', self.host,
                  self.call('../plugins/x'))[0], 'MESSAGE_METHOD_UNKNOWN')


if __name__ == '__main__':
    tap.main()
