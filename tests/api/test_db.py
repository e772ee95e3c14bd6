#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database of a running daemon: dumped, checked, copied and put back."""

import os
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
