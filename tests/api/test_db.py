#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database of a running daemon: dumped, checked, copied and put back."""

import os
import re
import subprocess
import unittest

import tap
import xapid

# What neither a start nor the end of the simulated domains sets anew.
STAY = ('uuid', 'name_label', 'name_description', 'other_config', 'tags',
        'platform', 'memory_static_max', 'HVM_boot_params', 'virtual_size',
        'VDI', 'VM', 'SR', 'userdevice', 'type', 'sm_config')


def records(d, cls):
    return {ref: {k: r[k] for k in STAY if k in r}
            for ref, r in d.call(cls + '.get_all_records').items()}


def offline(d, *options):
    """xapid with one of the options that do not serve: status, output."""
    program = os.environ.get('XAPID') or os.path.join(
        xapid.BUILD, 'xapid', 'xapid')
    done = subprocess.run([program, '--state', d.state] + list(options),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)
    return done.returncode, done.stdout


NEWER_TABLES = ('Certificate', 'VTPM', 'VM_group', 'Observer', 'Host_driver',
                'Driver_variant', 'Repository', 'Caller', 'Rate_limit')
NEWER_COLUMNS = ('custom_uefi_certificates', 'tls_verification_enabled',
                 'numa_affinity_policy', 'ssh_enabled', 'https_only', 'groups',
                 'migration_compression', 'coordinator_bias', 'timezone',
                 'ntp_mode', 'recommendations', 'last_update_hash',
                 'local_auth_max_threads', 'vm_console_idle_timeout')


def as_older(xml):
    """The dump as a release of years ago would have written it: its schema,
    tables and columns of its own, none of those that came later."""
    xml = re.sub(r'(schema_minor_vsn" value=)"\d+"', r'\1"603"', xml)
    for name in NEWER_TABLES:
        xml = re.sub(r'<table name="%s">.*?</table>' % name, '', xml,
                     flags=re.S)
        xml = xml.replace('<table name="%s"/>' % name, '')
    for name in NEWER_COLUMNS:
        xml = re.sub(r' %s="[^"]*"' % name, '', xml)
    ref = 'OpaqueRef:11111111-1111-1111-1111-111111111111'
    policy = ('<table name="VMPP"><row ref="%s" _ref="%s" uuid="%s" '
              'name__label="nightly" is_policy_enabled="true"/></table>'
              '<table name="future_thing"><row ref="%s" x="y"/></table>'
              % (ref, ref, ref[10:], ref))
    xml = re.sub('<table name="VMPP">.*?</table>|<table name="VMPP"/>', '',
                 xml, flags=re.S)
    head, table, rest = xml.partition('<table name="VM">')
    return head + policy + table + rest.replace(
        '<row ', '<row made_up="x%.y" ', 1)


class Database(unittest.TestCase):
    def test_it_is_dumped_and_restored_in_another_place(self):
        """the dump over HTTP makes the same pool in another daemon"""
        with xapid.start('--sim-vms', '5') as d:
            d.call('VM.get_all')
            status, headers, xml = d.http(
                'GET', '/pool/xmldbdump?session_id=' + d.session)
            self.assertEqual(status, 200)
            self.assertEqual(headers['content-type'], 'text/xml')
            self.assertTrue(xml.endswith(b'</database>\n'))
            self.assertEqual(
                d.http('GET', '/pool/xmldbdump?session_id=' +
                       d.login('vm-admin'))[0], 403)
            before = {c: records(d, c) for c in ('VM', 'VDI', 'VBD', 'SR')}
            with xapid.Daemon() as other:
                other.stop()
                path = os.path.join(other.folder, 'dump.xml')
                with open(path, 'wb') as f:
                    f.write(xml)
                status, text = offline(other, '--restore', path)
                self.assertEqual(status, 0, text)
                other.start()
                for cls, want in before.items():
                    self.assertEqual(records(other, cls), want)

    def test_a_pool_of_an_older_original_moves_in(self):
        """state.db of an older release: what it has is kept and used"""
        with xapid.start('--sim-hosts', '2', '--sim-vms', '6') as d:
            vms = d.call('VM.get_all_records')
            vm = next(r for r, v in vms.items()
                      if v['power_state'] == 'Running' and
                      not v['is_control_domain'])
            note = 'tab\t, line\n, <&">, 100 %, \u00fc  twice'
            d.call('VM.set_name_description', vm, note)
            d.call('VM.set_other_config', vm, {'a b': "it's (\\)", '': '%.'})
            xml = d.http('GET', '/pool/xmldbdump?session_id=' +
                         d.session)[2].decode()
            before = {c: records(d, c) for c in ('VM', 'VDI', 'VBD', 'SR')}
            ports = d.call('PIF.get_all')
        with xapid.Daemon() as other:
            other.stop()
            path = os.path.join(other.folder, 'state.db')
            with open(path, 'w') as f:
                f.write(as_older(xml))
            status, text = offline(other, '--restore', path)
            self.assertEqual(status, 0, text)
            for name in ('table future_thing', 'table VM: column made_up'):
                self.assertIn(name, text)
            self.assertIn(' 0 findings', offline(other, '--check-db')[1])
            other.start()
            for cls, want in before.items():
                self.assertEqual(records(other, cls), want)
            self.assertEqual(set(other.call('PIF.get_all')), set(ports))
            self.assertEqual(other.call('VM.get_name_description', vm), note)
            pool = other.call('pool.get_all')[0]
            self.assertEqual(other.call('pool.get_custom_uefi_certificates',
                                        pool), '')
            self.assertFalse(other.call('pool.get_tls_verification_enabled',
                                        pool))
            # It is alive: a guest starts where its old host was.
            if other.call('VM.get_power_state', vm) != 'Halted':
                other.call('VM.hard_shutdown', vm)
            other.call('VM.start', vm, False, False)
            self.assertEqual(other.call('VM.get_power_state', vm), 'Running')

    def test_it_is_checked_and_copied_in_use(self):
        """a database in use is checked and copied, and not repaired"""
        with xapid.start('--sim-vms', '3') as d:
            copy = os.path.join(d.folder, 'copy')
            vm = d.call('VM.get_all')[0]
            d.call('VM.set_name_description', vm, 'before')
            status, text = offline(d, '--check-db')
            self.assertEqual(status, 0, text)
            self.assertIn(' 0 findings', text)
            self.assertEqual(offline(d, '--backup', copy), (0, ''))
            status, text = offline(d, '--repair')
            self.assertEqual(status, 2)
            self.assertIn('in use by another xapid', text)
            d.call('VM.set_name_description', vm, 'after')
            d.kill()
            status, text = offline(d, '--check-db')
            self.assertEqual(status, 0, text)
            self.assertEqual(offline(d, '--restore', copy)[0], 0)
            d.start()
            self.assertEqual(
                d.call('VM.get_name_description', vm), 'before')

    def test_acknowledged_writes_survive_a_kill(self):
        """what was answered is there after SIGKILL, without any delay"""
        with xapid.start('--sim-vms', '1') as d:
            vm = d.call('VM.get_all')[0]
            for i in range(5):
                d.call('VM.add_to_other_config', vm, 'key%d' % i, 'x')
                d.kill()
                d.start()
                config = d.call('VM.get_other_config', vm)
                self.assertEqual([k for k in config if k.startswith('key')],
                                 ['key%d' % k for k in range(i + 1)])


if __name__ == '__main__':
    tap.main()
