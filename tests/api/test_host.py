#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Class host: what its calls do, on simulated hosts."""

import io
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import tarfile
import tempfile
import time
import unittest
import xml.etree.ElementTree
import zipfile

import tap
import xapid


def seconds(date):
    return time.mktime(time.strptime(date, '%Y%m%dT%H:%M:%SZ')) - time.timezone


class Base(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.d.call('pool.get_all')[0]
        cls.host = cls.d.call('pool.get_master', cls.pool)

    def call(self, name, *params):
        return self.d.call('host.' + name, self.host, *params)

    def error(self, name, *params):
        return self.d.error('host.' + name, self.host, *params)

    def get(self, field):
        return self.d.call('host.get_' + field, self.host)


class Settings(Base):
    def test_disable_and_enable(self):
        self.call('disable')
        self.assertFalse(self.get('enabled'))
        self.call('enable')
        self.assertTrue(self.get('enabled'))
        self.assertIn('enable', self.get('allowed_operations'))

    def test_a_restart_keeps_what_was_set(self):
        with xapid.start() as d:
            host = d.call('host.get_all')[0]
            d.call('host.disable', host, False)
            d.call('host.apply_edition', host, 'any name', False)
            d.stop()
            d.start()
            self.assertFalse(d.call('host.get_enabled', host))
            self.assertEqual(d.call('host.get_edition', host), 'any name')
            self.assertIn('enable',
                          d.call('host.get_allowed_operations', host))

    def test_host_names(self):
        self.call('set_hostname_live', 'node-1.example')
        self.assertEqual(self.get('hostname'), 'node-1.example')
        dom0 = self.get('control_domain')
        self.assertEqual(self.d.call('VM.get_name_label', dom0),
                         'Control domain on host: node-1.example')
        for bad in ('', '-a', 'a-', 'a b', 'a_b', 'a' * 256, 'a\nb', '\u00e4'):
            self.assertEqual(self.error('set_hostname_live', bad)[0],
                             'HOST_NAME_INVALID')

    def test_power_on_secrets_go_with_their_configuration(self):
        def secret(value):
            ref = self.d.call('secret.create', {'value': value,
                                                'other_config': {}})
            return ref, self.d.call('secret.get_uuid', ref)
        one, uuid1 = secret('a')
        two, uuid2 = secret('b')
        key = 'power_on_password_secret'
        self.call('set_power_on_mode', 'custom', {key: uuid1, 'x': 'y'})
        self.assertEqual(self.get('power_on_config'), {key: uuid1, 'x': 'y'})
        self.call('set_power_on_mode', 'custom', {key: uuid1})
        self.d.call('secret.get_uuid', one)
        self.call('set_power_on_mode', 'wake-on-lan', {key: uuid2})
        self.assertEqual(self.d.error('secret.get_uuid', one)[0],
                         'HANDLE_INVALID')
        self.call('set_power_on_mode', '', {})
        self.assertEqual(self.d.error('secret.get_uuid', two)[0],
                         'HANDLE_INVALID')

    def test_initiator_settings_are_fields_and_keys(self):
        self.call('set_iscsi_iqn', 'iqn.2026-11.example:a')
        self.assertEqual(self.get('iscsi_iqn'), 'iqn.2026-11.example:a')
        self.assertEqual(self.get('other_config')['iscsi_iqn'],
                         'iqn.2026-11.example:a')
        self.assertEqual(self.error('set_iscsi_iqn', ''),
                         ['INVALID_VALUE', 'value', ''])
        self.call('set_multipathing', True)
        self.assertTrue(self.get('multipathing'))
        self.assertEqual(self.get('other_config')['multipathing'], 'true')

    def test_processor_settings(self):
        self.call('set_numa_affinity_policy', 'best_effort')
        self.assertEqual(self.get('numa_affinity_policy'), 'best_effort')
        for good in ('', '0', '1', '1,0'):
            self.call('set_max_cstate', good)
            self.assertEqual(self.get('max_cstate'), good)
        for bad in ('x', '1,', ',1', '-1', '1,2,3'):
            self.assertEqual(self.error('set_max_cstate', bad),
                             ['INVALID_VALUE', 'max_cstate', bad])
        self.assertEqual(self.error('set_max_cstate', '2')[0],
                         'VALUE_NOT_SUPPORTED')

    def test_the_display_changes_at_the_next_boot(self):
        steps = (('disable', 'disable_on_reboot'),
                 ('disable', 'disable_on_reboot'), ('enable', 'enabled'),
                 ('enable', 'enabled'))
        for step, state in steps:
            self.assertEqual(self.call(step + '_display'), state)
            self.assertEqual(self.get('display'), state)

    def test_old_tls_cannot_come_back(self):
        self.call('set_ssl_legacy', False)
        self.assertEqual(self.error('set_ssl_legacy', True)[:3],
                         ['VALUE_NOT_SUPPORTED', 'value', 'true'])

    def test_what_is_not_there_says_so(self):
        for name, params in (('get_data_sources', []),
                             ('backup_rrds', [0.0])):
            self.assertEqual(self.error(name, *params)[0], 'NOT_IMPLEMENTED')

    def test_programs_that_log_in_are_known(self):
        def login(agent, password=xapid.PASSWORD):
            self.d.http('POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'id': 1,
                 'method': 'session.login_with_password',
                 'params': ['root', password]}), {'User-Agent': agent})
        login('XenCenter/8.2.3 (some library)')
        login('plain')
        login('Wrong/1.0', 'not this')
        login('x' * 100 + '/1')
        login('Long/' + '9' * 100)
        seen = self.call('get_tracked_user_agents')
        self.assertEqual(seen['XenCenter'], '8.2.3')
        self.assertEqual(seen['plain'], '')
        self.assertEqual(seen['Long'], '9' * 31)
        self.assertNotIn('Wrong', seen)
        self.assertNotIn('x' * 100, seen)
        login('XenCenter/9')
        self.assertEqual(
            self.call('get_tracked_user_agents')['XenCenter'], '9')

    def test_licences(self):
        self.call('apply_edition', 'enterprise-per-socket', False)
        self.assertEqual(self.get('edition'), 'enterprise-per-socket')
        self.assertEqual(self.error('license_add', 'AAAA'),
                         ['LICENSE_PROCESSING_ERROR'])
        self.call('license_remove')


class Shell(Base):
    args = ('--sim-hosts', '2')

    def test_secure_shell_closes_after_its_time(self):
        self.call('set_ssh_enabled_timeout', 1)
        self.call('enable_ssh')
        self.assertTrue(self.get('ssh_enabled'))
        self.assertGreaterEqual(seconds(self.get('ssh_expiry')),
                                int(time.time()))
        end = time.time() + 5
        while self.get('ssh_enabled') and time.time() < end:
            time.sleep(0.05)
        self.assertFalse(self.get('ssh_enabled'))
        self.call('set_ssh_enabled_timeout', 0)

    def test_bounds_of_timeouts(self):
        for bad in (-1, 172801):
            self.assertEqual(self.error('set_ssh_enabled_timeout', bad),
                             ['INVALID_VALUE', 'ssh_enabled_timeout',
                              str(bad)])
        self.assertEqual(self.error('set_console_idle_timeout', -1),
                         ['INVALID_VALUE', 'console_timeout', '-1'])

    def test_the_pool_reaches_all_hosts(self):
        hosts = self.d.call('host.get_all')
        self.assertEqual(len(hosts), 2)
        for call, params, field, value in (
                ('disable_ssh', [], 'ssh_enabled', False),
                ('enable_ssh', [], 'ssh_enabled', True),
                ('set_ssh_auto_mode', [True], 'ssh_auto_mode', True),
                ('set_ssh_enabled_timeout', [600], 'ssh_enabled_timeout',
                 600),
                ('set_console_idle_timeout', [60], 'console_idle_timeout',
                 60),
                ('apply_edition', ['x'], 'edition', 'x')):
            self.d.call('pool.' + call, self.pool, *params)
            self.assertEqual([self.d.call('host.get_' + field, h)
                              for h in hosts], [value] * 2)


class Clock(Base):
    def test_time_is_now(self):
        self.assertLess(abs(seconds(self.call('get_servertime'))
                            - time.time()), 5)

    def test_local_time_is_in_the_zone_of_the_host(self):
        zones = self.call('list_timezones')
        self.assertIn('UTC', zones)
        self.assertEqual(zones, sorted(set(zones)))
        if 'Asia/Kathmandu' not in zones:
            self.skipTest('no list of zones on this machine')
        self.call('set_timezone', 'Asia/Kathmandu')
        away = seconds(self.call('get_server_localtime')) - time.time()
        self.assertLess(abs(away - (5 * 3600 + 45 * 60)), 5)
        self.call('set_timezone', 'UTC')
        self.assertLess(abs(seconds(self.call('get_server_localtime'))
                            - time.time()), 5)

    def test_a_zone_must_be_known(self):
        for bad in ('Mars/Base', '../etc/passwd', '', 'UTC\n'):
            self.assertEqual(self.error('set_timezone', bad)[:2],
                             ['INVALID_VALUE', 'timezone'])

    def test_time_servers(self):
        self.assertEqual(self.error('set_ntp_mode', 'Custom')[0],
                         'INVALID_NTP_CONFIG')
        self.call('set_ntp_custom_servers', ['ntp.example', '192.0.2.1'])
        self.call('set_ntp_mode', 'Custom')
        self.assertEqual(self.get('ntp_mode'), 'Custom')
        self.assertEqual(self.error('set_ntp_custom_servers', [])[0],
                         'INVALID_NTP_CONFIG')
        self.assertEqual(self.error('set_ntp_custom_servers', ['a;b'])[0],
                         'INVALID_NTP_CONFIG')
        self.assertIn(self.call('get_ntp_synchronized'), (True, False))
        self.assertEqual(self.call('get_ntp_servers_status'),
                         {'ntp.example': 'selected',
                          '192.0.2.1': 'candidate'})
        self.call('set_ntp_mode', 'Factory')
        self.assertEqual(self.call('get_ntp_servers_status'), {})

    def test_the_clock_is_set_when_nothing_else_keeps_it(self):
        self.assertEqual(self.error('set_servertime', '20300101T00:00:00Z'),
                         ['NOT_ALLOWED_WHEN_NTP_IS_ENABLED', self.host])
        self.call('set_ntp_mode', 'Disabled')
        self.call('set_servertime', '20300101T00:00:00Z')
        for name in ('get_servertime', 'get_server_localtime'):
            self.assertTrue(self.call(name).startswith('20300101T00:0'), name)
        if 'Asia/Kathmandu' in self.call('list_timezones'):
            self.call('set_timezone', 'Asia/Kathmandu')
            self.assertTrue(self.call('get_server_localtime')
                            .startswith('20300101T05:4'))
            self.call('set_timezone', 'UTC')
        now = time.strftime('%Y%m%dT%H:%M:%SZ', time.gmtime())
        self.call('set_servertime', now)
        self.assertLess(abs(seconds(self.call('get_servertime'))
                            - time.time()), 5)
        self.call('set_ntp_mode', 'Factory')


class RemoteLog(Base):
    def setUp(self):
        self.there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.there.bind(('127.0.0.1', 0))
        self.there.settimeout(60 * xapid.PATIENCE)
        self.place = '127.0.0.1:%d' % self.there.getsockname()[1]

    def tearDown(self):
        self.there.close()

    def line(self, word):
        while True:
            text = self.there.recv(4096).decode()
            if word in text:
                return text

    def test_the_log_goes_to_another_place_as_well(self):
        self.call('set_logging', {'syslog_destination': self.place})
        self.call('syslog_reconfigure')
        self.assertRegex(
            self.line('the log goes to'),
            r'^<30>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ xapid \d+ - - ')
        self.call('add_tags', 'told')
        self.assertIn("'API' 'host.add_tags'", self.line('add_tags'))
        self.call('set_logging', {})
        self.line('set_logging')
        self.call('syslog_reconfigure')
        self.there.settimeout(0.5)
        self.call('remove_tags', 'told')
        with self.assertRaises(TimeoutError):
            self.line('remove_tags')

    def test_a_place_that_is_none_is_named(self):
        for bad in ('a b', 'nowhere.invalid', '127.0.0.1:x', '[::1'):
            self.call('set_logging', {'syslog_destination': bad})
            self.assertEqual(self.error('syslog_reconfigure'),
                             ['INVALID_VALUE', 'syslog_destination', bad])
        self.call('set_logging', {})
        self.call('syslog_reconfigure')

    def test_a_restart_goes_on_with_it(self):
        with xapid.start() as d:
            host = d.call('host.get_all')[0]
            d.call('host.add_to_logging', host, 'syslog_destination',
                   self.place)
            d.stop()
            d.start()
            xapid.until(lambda: d.login() and self.has_line())
            self.assertIn('xapid', self.line(''))

    def has_line(self):
        return bool(select.select([self.there], [], [], 0)[0])


class Facts(Base):
    args = ('--sim-vms', '4')

    def test_memory(self):
        metrics = self.get('metrics')
        total = self.d.call('host_metrics.get_memory_total', metrics)
        free = self.call('compute_free_memory')
        self.assertTrue(0 < free < total)
        self.assertEqual(self.call('compute_memory_overhead'),
                         self.get('memory_overhead'))

    def test_guests_that_cannot_leave_are_named(self):
        vms = [vm for vm in self.get('resident_VMs')
               if not self.d.call('VM.get_is_control_domain', vm)]
        self.assertEqual(
            set(self.call('get_vms_which_prevent_evacuation')), set(vms))
        if vms:
            self.assertEqual(self.error('assert_can_evacuate')[0],
                             'CANNOT_EVACUATE_HOST')
        else:
            self.call('assert_can_evacuate')

    def test_the_log_is_that_of_the_daemon(self):
        self.d.process.send_signal(signal.SIGHUP)
        end = time.time() + 5
        while 'reloading' not in self.call('get_log') and time.time() < end:
            time.sleep(0.05)
        self.assertRegex(self.call('get_log'),
                         r'(?m)^2\d{7}T\d\d:\d\d:\d\dZ info: reloading$')

    def test_methods(self):
        names = self.d.call('host.list_methods')
        self.assertEqual(len(names), 2258)
        self.assertIn('VM.start', names)

    def test_timing_statistics(self):
        self.assertEqual(len(self.call('get_diagnostic_timing_stats')), 1)


class Certificates(Base):
    options = {'tls': True}

    def shown(self):
        port = int(self.d.tls_url.rsplit(':', 1)[1])
        return ssl.get_server_certificate(('127.0.0.1', port))

    def own(self, days='30', bits='2048', md='-sha256'):
        folder = tempfile.mkdtemp(dir=self.d.folder)
        key = os.path.join(folder, 'key')
        cert = os.path.join(folder, 'cert')
        subprocess.run(
            ['openssl', 'req', '-x509', '-newkey', 'rsa:' + bits, '-nodes',
             md, '-days', days, '-subj', '/CN=own', '-keyout', key, '-out',
             cert], check=True, capture_output=True)
        return open(cert).read(), open(key).read()

    def test_the_certificate_is_the_one_shown_without_its_key(self):
        pem = self.call('get_server_certificate')
        self.assertEqual(pem.split(), self.shown().split())
        self.assertNotIn('PRIVATE', pem)

    def test_another_is_taken_up_at_once(self):
        cert, key = self.own()
        self.call('install_server_certificate', cert, key)
        self.assertEqual(self.shown().split(), cert.split())
        rows = [r for r in self.d.call('Certificate.get_all_records').values()
                if r['type'] == 'host']
        self.assertEqual([r['host'] for r in rows], [self.host])
        want = subprocess.run(
            ['openssl', 'x509', '-noout', '-fingerprint', '-sha256'],
            input=cert, text=True, capture_output=True, check=True).stdout
        self.assertEqual(rows[0]['fingerprint_sha256'],
                         want.strip().split('=')[1])
        self.call('reset_server_certificate')
        self.assertNotEqual(self.shown().split(), cert.split())
        self.assertEqual(self.shown().split(),
                         self.call('get_server_certificate').split())

    def test_hosts_of_a_simulated_pool_show_the_same(self):
        with xapid.Daemon(['--sim-hosts', '2'], tls=True) as d:
            one, other = d.call('host.get_all')
            d.call('host.reset_server_certificate', other)
            self.assertEqual(d.call('host.get_server_certificate', one),
                             d.call('host.get_server_certificate', other))
        with xapid.start() as d:
            self.assertEqual(
                d.error('host.reset_server_certificate',
                        d.call('host.get_all')[0]),
                ['CERTIFICATE_DOES_NOT_EXIST', 'server'])

    def test_what_the_host_made_itself_it_renews(self):
        self.call('reset_server_certificate')
        before = self.shown()
        self.call('refresh_server_certificate')
        after = self.shown()
        self.assertNotEqual(after, before)
        self.assertEqual(after.split(),
                         self.call('get_server_certificate').split())
        cert, key = self.own()  # signed by itself, too
        self.call('install_server_certificate', cert, key)
        self.assertEqual(self.error('refresh_server_certificate')[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(self.shown().split(), cert.split())

    def test_what_cannot_be_shown_is_refused(self):
        cert, key = self.own()
        other = self.own()[1]
        before = self.shown()
        for params, code in (
                ((cert, 'x'), 'SERVER_CERTIFICATE_KEY_INVALID'),
                (('x', key), 'SERVER_CERTIFICATE_INVALID'),
                ((cert, other), 'SERVER_CERTIFICATE_KEY_MISMATCH'),
                ((cert, key, 'x'), 'SERVER_CERTIFICATE_CHAIN_INVALID'),
                (self.own(bits='1024'),
                 'SERVER_CERTIFICATE_KEY_RSA_LENGTH_NOT_SUPPORTED'),
                (self.own(md='-sha1'),
                 'SERVER_CERTIFICATE_SIGNATURE_NOT_SUPPORTED')):
            self.assertEqual(
                self.error('install_server_certificate', *params)[0], code)
        self.assertEqual(self.shown(), before)

    def test_keys_reach_no_log(self):
        """A27: a private key reaches no log"""
        cert, key = self.own()
        self.call('install_server_certificate', cert, key)
        needle = key.split('\n')[3]
        self.assertNotIn(needle, self.d.log_text())
        with open(os.path.join(self.d.state, 'audit.log')) as f:
            self.assertNotIn(needle, f.read())


class Status(Base):
    def get(self, path, session=None):
        mark = '&' if '?' in path else '?'
        return self.d.http('GET', '%s%ssession_id=%s' % (
            path, mark, session or self.d.login()))

    def keys(self):
        xml_ = self.call('get_system_status_capabilities')
        root = xml.etree.ElementTree.fromstring(xml_)
        self.assertEqual(root.tag, 'system-status-capabilities')
        return [c.get('key') for c in root]

    def test_capabilities_are_the_list(self):
        keys = self.keys()
        self.assertEqual(len(keys), len(set(keys)))
        status, headers, body = self.get('/system-status?list')
        self.assertEqual((status, headers['content-type']),
                         (200, 'application/xml'))
        self.assertEqual(body.decode(),
                         self.call('get_system_status_capabilities'))

    def names(self, body, mode='r:'):
        with tarfile.open(fileobj=io.BytesIO(body), mode=mode) as t:
            return {m.name: t.extractfile(m).read() for m in t}

    def test_archives_in_every_format(self):
        for path, mode in (('', 'r:'), ('?output=tar', 'r:'),
                           ('?output=tar.bz2', 'r:bz2')):
            status, headers, body = self.get('/system-status' + path)
            self.assertEqual(status, 200)
            self.assertIn('attachment', headers['content-disposition'])
            files = self.names(body, mode)
            self.assertIn('system-status/uname.txt', files)
            self.assertIn(b'rows host 1\n',
                          files['system-status/database.txt'])
        body = self.get('/system-status?output=zip')[2]
        with zipfile.ZipFile(io.BytesIO(body)) as z:
            self.assertIsNone(z.testzip())
        self.assertEqual(self.get('/system-status?output=rar')[0], 400)

    def test_only_what_is_chosen(self):
        files = self.names(self.get('/system-status?entries=database,no')[2])
        self.assertEqual(list(files), ['system-status/database.txt'])

    def test_no_secret_gets_into_a_status(self):
        """A27: secrets are in no status report"""
        self.d.call('secret.create', {'value': 'needle-in-the-hay',
                                      'other_config': {}})
        session = self.d.login()
        files = self.names(self.get('/system-status', session)[2])
        for name, data in files.items():
            self.assertNotIn(b'needle-in-the-hay', data, name)
            self.assertNotIn(session.encode(), data, name)

    def test_logs_alone(self):
        status, _, body = self.get('/host_logs_download')
        self.assertEqual(status, 200)
        files = self.names(body, 'r:gz')
        self.assertTrue(files)
        for name in files:
            self.assertRegex(name, r'\.log')

    def test_roles(self):
        reader = self.d.login('read-only')
        for path in ('/system-status', '/host_logs_download'):
            self.assertEqual(self.get(path, reader)[0], 403)
            self.assertEqual(self.d.http('GET', path)[0], 401)

    def test_the_audit_log_from_a_time_on(self):
        self.d.call('pool.add_to_other_config', self.pool, 'audited', 'x')
        status, headers, body = self.get('/audit_log')
        self.assertEqual((status, headers['content-type']),
                         (200, 'text/plain'))
        self.assertIn(b'pool.add_to_other_config', body)
        old = self.get('/audit_log?since=19990101T00:00:00Z')[2]
        self.assertIn(b'pool.add_to_other_config', old)
        self.assertEqual(self.get('/audit_log?since=20990101T00:00:00Z')[2],
                         b'')
        self.assertEqual(self.get('/audit_log?since=soon')[0], 400)


class Agent(unittest.TestCase):
    """The daemon itself."""

    def setUp(self):
        self.d = xapid.start('--sim-vms', '4')
        self.d.__enter__()
        self.host = self.d.call('host.get_all')[0]

    def tearDown(self):
        self.d.__exit__(None, None, None)

    def test_threads_are_listed_with_what_they_do(self):
        text = self.d.call('host.get_thread_diagnostics', self.host)
        for line in text.splitlines():
            self.assertRegex(line, r'^\d+ .+ [A-Z]$')
        self.assertIn(' xapid ', text)

    def test_storage_is_told_with_the_disks_in_use(self):
        text = self.d.call('host.get_sm_diagnostics', self.host)
        for sr in self.d.call('SR.get_all_records').values():
            self.assertIn('SR %s, %s, attached' % (sr['uuid'], sr['type']),
                          text)
        for vbd in self.d.call('VBD.get_all_records').values():
            vdi = vbd['VDI']
            if vbd['currently_attached'] and not vbd['empty']:
                self.assertIn(self.d.call('VDI.get_uuid', vdi), text)

    def test_the_daemon_begins_again_and_no_guest_notices(self):
        before = self.d.call('VM.get_all_records')
        self.assertEqual(self.d.error('host.restart_agent', self.host,
                                      session=self.d.login('vm-admin'))[0],
                         'RBAC_PERMISSION_DENIED')
        old = self.d.session
        self.d.call('host.restart_agent', self.host)
        for _ in range(600):    # its sessions are gone, the port is not
            try:
                self.d.raw('pool.get_all', old)
            except xapid.Failure as f:
                self.assertEqual(f.code, 'SESSION_INVALID')
                break
            except (OSError, RuntimeError):
                pass
            time.sleep(0.1)
        self.d.session = None
        after = self.d.call('VM.get_all_records')
        self.assertEqual({r: v['power_state'] for r, v in before.items()},
                         {r: v['power_state'] for r, v in after.items()})

    def test_the_daemon_ends_when_it_is_told_to(self):
        self.d.call('host.shutdown_agent')
        self.assertEqual(self.d.process.wait(60), 0)


if __name__ == '__main__':
    tap.main()
