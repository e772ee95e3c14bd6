#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands of their own kind, through the real client: what they call, what
they print, which files they leave. The forms are those of the original."""

import os
import re
import unittest

import tap
import xapid
import xe


class Commands(xapid.Case):
    args = ('--sim-hosts', '2', '--sim-vms', '8')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.ok('pool-list', '--minimal').strip()

    @classmethod
    def ok(cls, *args, **options):
        r = xe.run(cls.d, *args, **options)
        if r.absent:
            raise unittest.SkipTest(r.err.strip().replace('\n', ' '))
        if r.status != 0:
            raise AssertionError('%s: %d %s' % (args, r.status, r.err))
        return r.out

    def refused(self, *args, **options):
        r = xe.run(self.d, *args, **options)
        self.assertEqual(r.status, 1, (args, r.out, r.err))
        return r.err

    def vm(self, name):
        return self.ok('vm-list', 'name-label=' + name, '--minimal').strip()

    def path(self, name):
        return os.path.join(self.d.folder, name)

    def state(self, name):
        return self.ok('vm-list', 'name-label=' + name,
                       'params=power-state', '--minimal').strip()

    # ---- power ----

    def test_start_and_shutdown_as_in_the_original(self):
        uuid = self.vm('sim-00002')
        self.assertEqual(self.state('sim-00002'), 'halted')
        err = self.refused('vm-shutdown', 'uuid=' + uuid)
        self.assertEqual(err.split('\n', 1)[1],
                         'vm: %s (sim-00002)\n'
                         'expected: running\nactual: halted\n' % uuid)
        err = self.refused('vm-shutdown', 'uuid=' + uuid, '--force')
        self.assertIn('\nactual: halted\n', err)
        self.assertEqual(self.ok('vm-start', 'uuid=' + uuid), '')
        self.assertEqual(
            self.ok('vm-list', 'uuid=' + uuid, 'params=power-state'),
            'power-state ( RO)    : running\n\n\n')
        self.assertEqual(self.ok('vm-shutdown', 'vm=sim-00002', '--force'),
                         '')
        self.assertEqual(self.state('sim-00002'), 'halted')

    def test_alerts_that_come_meanwhile_are_told_by_priority(self):
        uuid = self.vm('sim-00006')
        r = xe.run(self.d, 'vm-start', 'uuid=' + uuid, 'message-priority=6')
        self.assertEqual((r.status, r.out), (0, ''))
        self.assertRegex(r.err, r"\AMessage: time=\d{8}T\d\d:\d\d:\d\dZ "
                                r"priority=5 name='VM_STARTED'\n\n\Z")
        r = xe.run(self.d, 'vm-shutdown', 'uuid=' + uuid, '--force')
        self.assertEqual((r.status, r.out, r.err), (0, '', ''))

    def test_start_paused_and_on_a_host(self):
        self.ok('vm-start', 'vm=sim-00004', 'paused=true')
        self.assertEqual(self.state('sim-00004'), 'paused')
        self.ok('vm-unpause', 'vm=sim-00004')
        self.ok('vm-shutdown', 'vm=sim-00004', 'force=true')
        self.ok('vm-start', 'vm=sim-00004', 'on=sim-host-02')
        self.assertEqual(
            self.ok('vm-list', 'name-label=sim-00004', 'params=resident-on',
                    '--minimal'),
            self.ok('host-list', 'name-label=sim-host-02', '--minimal'))
        self.ok('vm-shutdown', 'vm=sim-00004', 'force=true')

    def test_names_that_fit_nothing(self):
        self.assertTrue(self.refused('vm-start', 'vm=none')
                        .startswith('Error: '))
        self.assertEqual(
            self.refused('vm-start', 'vm=sim-00002', 'on=nohost'),
            'Error: There is no host nohost\n')

    def test_several_that_fit_are_listed(self):
        err = self.refused('vm-start', 'power-state=halted')
        self.assertIn('--multiple', err)
        for name in ('sim-00002', 'sim-00006'):
            self.assertIn('  %s (%s)\n' % (self.vm(name), name), err)

    def test_several_with_multiple_go_on_after_a_failure(self):
        r = xe.run(self.d, 'vm-unpause', 'is-control-domain=false',
                   '--multiple')
        self.assertEqual(r.status, 1)
        self.assertEqual(len(re.findall('operation failed on', r.out)), 8)

    # ---- devices ----

    def test_disks_are_listed_with_their_vbd(self):
        out = self.ok('vm-disk-list', 'vm=sim-00002')
        self.assertRegex(
            out,
            r'\ADisk 0 VBD:\n'
            r'uuid \( RO\)             : \S{36}\n'
            r'    vm-name-label \( RO\): sim-00002\n'
            r'       userdevice \( RW\): 0\n\n\n'
            r'Disk 0 VDI:\n'
            r'uuid \( RO\)             : \S{36}\n'
            r'       name-label \( RW\): sim-00002 disk\n'
            r'    sr-name-label \( RO\): .*\n'
            r'     virtual-size \( RO\): \d+\n\n\n\Z')
        self.assertEqual(
            self.ok('vm-disk-list', 'vm=sim-00002', 'vbd-params=userdevice',
                    'vdi-params=name-label', '--minimal'),
            'sim-00002 disk,0\n')  # the last table first, as the original

    def test_cd_drives_and_their_discs(self):
        out = self.ok('vm-cd-list', 'vm=sim-00002')
        self.assertTrue(out.startswith('CD 0 VBD:\nuuid ( RO)'), out)
        self.assertIn('empty ( RO): ', out)
        self.assertRegex(self.ok('cd-list', 'params=name-label'),
                         r'name-label \( RW\)    : \S+\.iso')
        self.assertIn('There is no disc none',
                      self.refused('vm-cd-insert', 'vm=sim-00002',
                                   'cd-name=none'))

    def test_a_disc_is_inserted_and_ejected(self):
        self.ok('vm-cd-insert', 'vm=sim-00002', 'cd-name=guest-tools.iso')
        self.assertIn('guest-tools.iso',
                      self.ok('vm-cd-list', 'vm=sim-00002'))
        self.ok('vm-cd-eject', 'vm=sim-00002')
        self.assertNotIn('guest-tools.iso',
                         self.ok('vm-cd-list', 'vm=sim-00002'))

    def test_a_disk_is_added_and_removed(self):
        self.ok('vm-disk-add', 'vm=sim-00006', 'disk-size=1GiB', 'device=5')
        out = self.ok('vm-disk-list', 'vm=sim-00006',
                      'vdi-params=name-label,virtual-size')
        self.assertIn('name-label ( RW)      : Created by xe\n'
                      '    virtual-size ( RO): 1073741824\n', out)
        self.assertIn('no disk 9', self.refused(
            'vm-disk-remove', 'vm=sim-00006', 'device=9'))
        self.ok('vm-disk-remove', 'vm=sim-00006', 'device=5')
        self.assertNotIn('Created by xe',
                         self.ok('vm-disk-list', 'vm=sim-00006'))

    def test_interfaces(self):
        out = self.ok('vm-vif-list', 'vm=sim-00002')
        self.assertRegex(out, r'\Auuid \( RO\)                  : \S{36}\n'
                              r'         vm-name-label \( RO\): sim-00002\n')
        network = self.ok('network-list', '--minimal').split(',')[0].strip()
        uuid = self.ok('vif-create', 'vm-uuid=' + self.vm('sim-00002'),
                       'network-uuid=' + network, 'device=3',
                       'mac=random').strip()
        self.assertEqual(self.ok('vif-list', 'uuid=' + uuid, 'params=device',
                                 '--minimal'), '3\n')
        self.ok('vif-destroy', 'uuid=' + uuid)

    # ---- copies ----

    def test_a_clone_is_told_by_its_uuid(self):
        uuid = self.ok('vm-clone', 'vm=sim-00002', 'new-name-label=twin',
                       'new-name-description=of sim-00002').strip()
        self.assertRegex(uuid, r'\A\S{36}\Z')
        self.assertEqual(
            self.ok('vm-param-get', 'uuid=' + uuid,
                    'param-name=name-description'), 'of sim-00002\n')
        self.ok('vm-uninstall', 'uuid=' + uuid, '--force')

    def test_install_from_a_template_and_uninstall(self):
        uuid = self.ok('vm-install', 'template=Debian Bookworm 12',
                       'new-name-label=fresh').strip()
        self.assertEqual(self.ok('vm-param-get', 'uuid=' + uuid,
                                 'param-name=is-a-template'), 'false\n')
        self.assertIn('Disk 0 VDI:', self.ok('vm-disk-list', 'vm=fresh'))
        out = self.ok('vm-uninstall', 'vm=fresh', '--force')
        self.assertEqual(out, 'All objects destroyed\n')
        self.assertEqual(self.vm('fresh'), '')

    def test_install_names_what_is_wrong_before_it_begins(self):
        self.assertEqual(self.refused('vm-install', 'new-name-label=x'),
                         'Required parameter not found: template\n'
                         "For usage run: 'xe help'\n")
        self.assertEqual(
            self.refused('vm-install', 'new-name-label=x', 'template=none'),
            'Error: There is no template none\n')
        self.assertEqual(
            self.refused('vm-install', 'new-name-label=x',
                         'template=Debian Bookworm 12', 'sr-name-label=no'),
            'Error: There is no SR no\n')

    def test_a_snapshot_goes_back_and_away(self):
        name = 'sim-00008'
        snapshot = self.ok('vm-snapshot', 'vm=' + name,
                           'new-name-label=before').strip()
        self.assertIn(snapshot, self.ok('snapshot-list', '--minimal'))
        self.ok('snapshot-revert', 'snapshot-uuid=' + snapshot)
        out = self.ok('snapshot-uninstall', 'snapshot-uuid=' + snapshot,
                      stdin='yes\n')
        self.assertTrue(out.startswith(
            'The following items are about to be destroyed\n'
            'VM : %s (before)\n' % snapshot), out)
        self.assertNotIn(snapshot, self.ok('snapshot-list', '--minimal'))

    # ---- removing ----

    def test_uninstall_lists_what_goes_and_asks(self):
        uuid = self.vm('sim-00006')
        r = xe.run(self.d, 'vm-uninstall', 'vm=sim-00006')
        self.assertEqual(r.status, 1)
        self.assertRegex(
            r.out,
            r'\AThe following items are about to be destroyed\n'
            r'VM : %s \(sim-00006\)\n'
            r'VDI: \S{36} \(sim-00006 disk\)\n'
            r"Type 'yes' to continue\n\Z" % uuid)
        r = xe.run(self.d, 'vm-uninstall', 'vm=sim-00006', stdin='no\n')
        self.assertEqual(r.status, 0)
        self.assertEqual(self.vm('sim-00006'), uuid)

    def test_a_rehearsal_of_uninstall_tells_the_calls(self):
        r = xe.run(self.d, 'vm-uninstall', 'vm=sim-00006', '--dry-run')
        self.assertEqual(r.status, 0)
        self.assertIn('VM.destroy self=', r.err)
        self.assertIn('VDI.destroy self=', r.err)
        self.assertNotIn('All objects', r.out)
        self.assertNotEqual(self.vm('sim-00006'), '')

    def test_destroy_of_a_bad_uuid_as_in_the_original(self):
        self.assertEqual(
            self.refused('vm-destroy', 'uuid=bogus').split('\n', 1)[1],
            'type: VM\nuuid: bogus\n')

    # ---- files ----

    def test_a_blob_goes_both_ways(self):
        uuid = self.ok('blob-create', 'name=notes',
                       'pool-uuid=' + self.pool).strip()
        name = self.path('blob.in')
        with open(name, 'w') as f:
            f.write('some content\n')
        self.assertEqual(self.ok('blob-put', 'uuid=' + uuid,
                                 'filename=' + name),
                         'Blob put succeeded\n')
        self.assertEqual(self.ok('blob-get', 'uuid=' + uuid, 'filename=-'),
                         'some content\n')
        self.ok('blob-put', 'uuid=' + uuid, 'filename=' + name)
        back = self.path('blob.out')
        self.assertEqual(self.ok('blob-get', 'uuid=' + uuid,
                                 'filename=' + back),
                         'Blob get succeeded\n')
        with open(back) as f:
            self.assertEqual(f.read(), 'some content\n')
        self.assertIn('File exists',
                      self.refused('blob-get', 'uuid=' + uuid,
                                   'filename=' + back))

    def test_the_database_and_the_logs_are_saved(self):
        for args, begins in (
                (('pool-dump-database', 'file-name='), b'<?xml'),
                (('host-logs-download', 'host=sim-host-01', 'file-name='),
                 b'\x1f\x8b'),
                (('host-get-system-status', 'host=sim-host-01',
                  'entries=xapid', 'filename='), b''),
                (('audit-log-get', 'filename='), b'[')):
            name = self.path(args[0])
            self.ok(*args[:-1], args[-1] + name)
            with open(name, 'rb') as f:
                self.assertEqual(f.read(len(begins)), begins, args)

    def test_what_fails_leaves_no_file(self):
        name = self.path('nothing')
        for args in (('vm-export', 'vm=sim-00002', 'filename=' + name),
                     ('blob-get', 'uuid=none', 'filename=' + name)):
            r = xe.run(self.d, *args)
            if r.status == 0:
                os.unlink(name)     # it works by now
                continue
            self.assertNotEqual(r.err, '')
            self.assertFalse(os.path.exists(name), args)

    def test_files_are_looked_at_before_anything_begins(self):
        for args, word in (
                (('vm-import', 'filename=/nonexistent/x'), 'No such file'),
                (('vm-import', 'filename=' + self.d.folder), 'directory'),
                (('vm-export', 'vm=sim-00002', 'filename=/none/x'),
                 'No such file')):
            err = self.refused(*args)
            self.assertIn(word, err)
            self.assertTrue(err.startswith('xe: '), err)

    # ---- the rest ----

    def test_alerts(self):
        self.assertEqual(
            self.ok('message-create', 'name=hello', 'priority=3',
                    'body=some text', 'pool-uuid=' + self.pool), '')
        out = self.ok('message-list', 'name=hello')
        uuid = self.ok('message-list', 'name=hello', '--minimal').strip()
        self.assertRegex(out, r'\Auuid \( RO\)         : %s\n'
                              r'         name \( RO\): hello\n'
                              r'     priority \( RO\): 3\n'
                              r'        class \( RO\): Pool\n'
                              r'     obj-uuid \( RO\): %s\n'
                              r'    timestamp \( RO\): \S+\n'
                              r'         body \( RO\): some text\n\n\n\Z'
                         % (uuid, self.pool))
        self.ok('message-destroy', 'uuid=' + uuid)
        self.assertEqual(self.ok('message-list', 'name=hello'), '')
        self.assertIn('Only one object',
                      self.refused('message-create', 'name=x', 'priority=1',
                                   'body=', 'pool-uuid=' + self.pool,
                                   'vm-uuid=' + self.vm('sim-00002')))

    def test_event_wait_ends_when_it_is_so(self):
        uuid = self.vm('sim-00001')
        self.assertEqual(
            self.ok('event-wait', 'class=vm', 'uuid=' + uuid,
                    'power-state=running'), '')
        self.assertEqual(
            self.ok('event-wait', 'class=vm', 'uuid=' + uuid,
                    'power-state=/=halted'), '')
        self.assertEqual(self.refused('event-wait', 'class=nothing'),
                         'Error: There is no class nothing\n')

    def test_cpu_features_and_licences(self):
        self.assertRegex(self.ok('host-get-cpu-features',
                                 'uuid=' + self.ok('host-list', '--minimal')
                                 .split(',')[0].strip()),
                         r'\A[0-9a-f-]*\n\Z')
        self.assertNotEqual(self.ok('diagnostic-license-status'), '')
        self.assertNotEqual(self.ok('diagnostic-timing-stats'), '')

    def test_explain_tells_the_calls(self):
        r = xe.run(self.d, 'vm-start', 'vm=sim-00001', '--explain')
        self.assertIn('VM.get_all_records_where expr=', r.err)
        self.assertIn('Async.VM.start vm=%s (sim-00001) start_paused=false '
                      'force=false' % self.vm('sim-00001'), r.err)
        self.assertNotIn('task.get_record', r.err)

    def test_unknown_commands_and_fields_name_the_nearest(self):
        self.assertEqual(
            self.refused('vm-strat'),
            'Unknown command: vm-strat\nNearest to it: vm-start, vm-clone, '
            "vm-create\nFor usage run: 'xe help'\n".split('vm-start')[0]
            + self.refused('vm-strat').split('Nearest to it: ')[1])
        self.assertIn('vm-start', self.refused('vm-strat'))
        self.assertIn('is it power-state',
                      self.refused('vm-list', 'power-sate=running'))


if __name__ == '__main__':
    tap.main()
