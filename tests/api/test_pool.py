#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Class pool: settings, certificates, what is not there."""

import copy
import os
import subprocess
import tempfile
import threading
import time

import tap
import xapid


class Base(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.d.call('pool.get_all')[0]

    def call(self, name, *params):
        return self.d.call('pool.' + name, self.pool, *params)

    def error(self, name, *params):
        return self.d.error('pool.' + name, self.pool, *params)

    def get(self, field):
        return self.d.call('pool.get_' + field, self.pool)


class SlowDisk(Base):
    """What is told of a change is told of what it has become, and not of what
    could be read before the disk was done."""
    options = xapid.SLOW_DISK

    def test_guest_agents(self):
        host = self.d.call('pool.get_master', self.pool)
        self.d.learn_disk()
        for change, told in (
                (('add_to', 'auto_update_enabled', 'true'), ('true', '')),
                (('add_to', 'auto_update_url', 'https://x.example'),
                 ('true', 'https://x.example')),
                (('remove_from', 'auto_update_enabled'),
                 ('', 'https://x.example')),
                (('remove_from', 'auto_update_url'), ('', ''))):
            self.d.call('host.dmesg_clear', host)
            self.call(change[0] + '_guest_agent_config', *change[1:])
            self.assertIn("guests may read: update '%s' from '%s'" % told,
                          self.d.call('host.dmesg', host))


class Settings(Base):
    args = ('--sim-hosts', '2')

    def test_who_is_coordinator(self):
        master = self.get('master')
        hosts = self.d.call('host.get_all')
        self.assertEqual(len(hosts), 2)
        for host in hosts:
            self.assertEqual(self.d.call('pool.is_slave', host),
                             host != master)

    def test_guest_agents(self):
        add = 'add_to_guest_agent_config'
        self.call(add, 'auto_update_enabled', 'true')
        self.call(add, 'auto_update_url', 'https://example.org/x')
        self.assertEqual(self.get('guest_agent_config'), {
            'auto_update_enabled': 'true',
            'auto_update_url': 'https://example.org/x'})
        host = self.d.call('pool.get_master', self.pool)
        told = "guests may read: update 'true' from 'https://example.org/x'"
        self.assertIn(told, self.d.call('host.dmesg_clear', host))
        self.d.call('host.apply_guest_agent_config', host)
        self.assertIn(told, self.d.call('host.dmesg', host))
        self.assertEqual(
            self.error(add, 'auto_update_enabled', 'false'),
            ['MAP_DUPLICATE_KEY', 'pool', 'guest_agent_config', self.pool,
             'auto_update_enabled'])
        self.call('remove_from_guest_agent_config', 'auto_update_enabled')
        self.call('remove_from_guest_agent_config', 'auto_update_enabled')
        self.call('remove_from_guest_agent_config', 'auto_update_url')
        self.assertEqual(self.get('guest_agent_config'), {})
        self.assertIn("guests may read: update '' from ''",
                      self.d.call('host.dmesg', host))
        for key, value in (('auto_update_enabled', 'maybe'),
                           ('auto_update_url', 'ftp://x'), ('other', 'x')):
            self.assertEqual(self.error(add, key, value),
                             ['INVALID_VALUE', 'guest_agent_config',
                              '%s = %s' % (key, value)])

    def test_the_password_of_the_proxy_is_a_secret(self):
        url = 'http://proxy.example:3128'
        self.call('configure_repository_proxy', url, 'me', 'pw-needle')
        secret = self.get('repository_proxy_password')
        self.assertEqual(self.d.call('secret.get_value', secret),
                         'pw-needle')
        self.call('configure_repository_proxy', url, '', '')
        self.assertEqual(self.d.error('secret.get_value', secret)[0],
                         'HANDLE_INVALID')
        self.assertEqual(self.get('repository_proxy_url'), url)
        self.call('disable_repository_proxy')
        self.assertEqual(self.get('repository_proxy_url'), '')
        self.assertEqual(
            self.error('configure_repository_proxy', 'x', '', ''),
            ['INVALID_REPOSITORY_PROXY_URL', 'x'])
        for user, password in (('me', ''), ('', 'pw'), ('a\nb', 'pw')):
            self.assertEqual(
                self.error('configure_repository_proxy', url, user, password),
                ['INVALID_REPOSITORY_PROXY_CREDENTIAL'])
        with open(os.path.join(self.d.state, 'audit.log')) as f:
            self.assertNotIn('pw-needle', f.read())

    def test_update_schedule(self):
        self.call('configure_update_sync', 'weekly', 6)
        self.assertEqual(self.get('update_sync_day'), 6)
        self.call('configure_update_sync', 'daily', 3)
        self.assertEqual(self.get('update_sync_day'), 0)
        self.assertEqual(self.error('configure_update_sync', 'weekly', 7),
                         ['INVALID_UPDATE_SYNC_DAY', '7'])
        self.assertEqual(self.error('set_update_sync_enabled', True),
                         ['NO_REPOSITORIES_CONFIGURED'])
        self.call('set_update_sync_enabled', False)

    def test_telemetry(self):
        def date(days):
            return time.strftime('%Y%m%dT%H:%M:%SZ', time.gmtime(
                time.time() + days * 86400))
        near, far = date(13), date(15)
        self.call('set_telemetry_next_collection', near)
        self.assertEqual(self.get('telemetry_next_collection'), near)
        self.assertEqual(self.error('set_telemetry_next_collection', far),
                         ['TELEMETRY_NEXT_COLLECTION_TOO_LATE', far])
        self.call('reset_telemetry_uuid')
        first = self.get('telemetry_uuid')
        self.call('reset_telemetry_uuid')
        self.assertNotEqual(self.get('telemetry_uuid'), first)
        self.assertEqual(self.d.error('secret.get_uuid', first)[0],
                         'HANDLE_INVALID')

    def test_directory_cache(self):
        self.call('set_ext_auth_cache_size', 10)
        self.assertEqual(self.get('ext_auth_cache_size'), 10)
        self.assertEqual(self.error('set_ext_auth_cache_size', -1),
                         ['INVALID_VALUE', 'size', '-1'])
        self.assertEqual(self.error('set_ext_auth_cache_expiry', 0),
                         ['INVALID_VALUE', 'expiry', '0'])

    def test_logins_that_are_checked_at_a_time(self):
        for name in ('local_auth_max_threads', 'ext_auth_max_threads'):
            for most in (1, 16, 4):
                self.call('set_' + name, most)
                self.assertEqual(self.get(name), most)
                self.d.login()
            for bad in (0, -1, 17):
                self.assertEqual(self.error('set_' + name, bad)[:3],
                                 ['VALUE_NOT_SUPPORTED', name, str(bad)])

    def test_one_controller_of_virtual_switches(self):
        def introduce(*params):
            return self.d.call('SDN_controller.introduce', *params)

        def refusal(*params):
            return self.d.error('SDN_controller.introduce', *params)[0]
        self.assertEqual(refusal('ssl', 'name', 0),
                         'INVALID_IP_ADDRESS_SPECIFIED')
        self.assertEqual(refusal('ssl', '192.0.2.1', 65536),
                         'VALUE_NOT_SUPPORTED')
        self.assertEqual(refusal('pssl', '192.0.2.1', 0),
                         'OPERATION_NOT_ALLOWED')
        one = introduce('ssl', '192.0.2.1', 0)
        self.assertEqual(self.d.call('SDN_controller.get_port', one), 6632)
        self.assertEqual(self.get('vswitch_controller'), '192.0.2.1')
        self.assertEqual(refusal('ssl', '192.0.2.2', 0),
                         'OPERATION_NOT_ALLOWED')
        self.d.call('SDN_controller.forget', one)
        self.assertEqual(self.get('vswitch_controller'), '')
        self.d.call('pool.set_vswitch_controller', '192.0.2.3')
        self.d.call('pool.set_vswitch_controller', '192.0.2.4')
        self.assertEqual([r['address'] for r in self.d.call(
            'SDN_controller.get_all_records').values()], ['192.0.2.4'])
        self.d.call('pool.set_vswitch_controller', '')
        self.assertEqual(self.d.call('SDN_controller.get_all'), [])

    def test_licence(self):
        self.call('apply_edition', 'premium')
        self.assertEqual(self.call('get_license_state'),
                         {'edition': 'premium', 'expiry': 'never'})

    def test_what_is_not_there_says_so(self):
        for name, params in (
                ('enable_ha', [[], {}]), ('initial_auth', []),
                ('emergency_transition_to_master', []),
                ('join', ['192.0.2.1', 'root', 'x'])):
            self.assertEqual(self.d.error('pool.' + name, *params)[0],
                             'NOT_IMPLEMENTED')
        self.assertEqual(self.error('test_archive_target', {}),
                         ['MESSAGE_REMOVED'])
        self.assertEqual(self.error('set_uefi_certificates', 'x')[0],
                         'OPERATION_NOT_ALLOWED')


class NotSetUp(Base):
    """What nobody configured has errors of its own, and answers where there is
    something to answer."""
    args = ('--sim-vms', '2')

    def test_workload_balancing(self):
        host = self.d.call('host.get_all')[0]
        for name, params in (
                ('pool.deconfigure_wlb', []),
                ('pool.send_wlb_configuration', [{}]),
                ('pool.retrieve_wlb_configuration', []),
                ('pool.retrieve_wlb_recommendations', []),
                ('host.retrieve_wlb_evacuate_recommendations', [host])):
            self.assertEqual(self.d.error(name, *params),
                             ['WLB_NOT_INITIALIZED'], name)

    def test_high_availability(self):
        d = self.d
        for name, params in (
                ('pool.disable_ha', []), ('pool.ha_prevent_restarts_for', [5]),
                ('host.emergency_ha_disable', [])):
            self.assertEqual(d.error(name, *params), ['HA_NOT_ENABLED'])
        self.assertEqual(
            d.call('pool.ha_compute_max_host_failures_to_tolerate'), 0)
        self.assertEqual(d.call(
            'pool.ha_compute_hypothetical_max_host_failures_to_tolerate', {}),
            0)
        self.assertTrue(d.call('pool.ha_failover_plan_exists', 0))
        self.assertFalse(d.call('pool.ha_failover_plan_exists', 1))
        self.call('set_ha_host_failures_to_tolerate', 1)
        self.assertEqual(self.get('ha_host_failures_to_tolerate'), 1)
        self.assertEqual(
            self.error('set_ha_host_failures_to_tolerate', -1),
            ['INVALID_VALUE', 'ha_host_failures_to_tolerate', '-1'])
        d.call('pool.disable_redo_log')

    def test_directories(self):
        host = self.d.call('host.get_all')[0]
        self.assertEqual(
            self.error('enable_external_auth', {}, 'example.com', 'NIS'),
            ['AUTH_UNKNOWN_TYPE', 'NIS'])
        self.assertEqual(
            self.error('enable_external_auth', {}, 'example.com', 'AD')[0],
            'NOT_IMPLEMENTED')
        self.assertEqual(self.error('external_auth_set_ldaps', True),
                         ['AUTH_IS_DISABLED'])
        self.call('disable_external_auth', {})
        self.d.call('host.disable_external_auth', host, {})
        self.call('detect_nonhomogeneous_external_auth')

    def test_a_pool_of_one_daemon(self):
        d, host = self.d, self.d.call('host.get_all')[0]
        d.call('pool.designate_new_master', host)
        d.call('host.sync_data', host)
        self.assertEqual(d.error('pool.eject', host)[0],
                         'OPERATION_NOT_ALLOWED')
        self.assertEqual(self.error('sync_updates', False, '', '', '', ''),
                         ['NO_REPOSITORY_ENABLED'])
        self.assertEqual(self.error('set_custom_uefi_certificates', 'x')[0],
                         'OPERATION_NOT_ALLOWED')
        self.call('disable_local_storage_caching')
        d.call('host.disable_local_storage_caching', host)

    def test_a_new_secret_takes_the_place_of_the_old(self):
        path = os.path.join(self.d.state, 'pool_secret')
        with open(path) as f:
            old = f.read()
        self.d.call('pool.rotate_secret')
        with open(path) as f:
            new = f.read()
        self.assertNotEqual(old, new)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.d.raw('session.slave_login', self.d.call('host.get_all')[0], new)
        with self.assertRaises(xapid.Failure) as caught:
            self.d.raw('session.slave_login',
                       self.d.call('host.get_all')[0], old)
        self.assertEqual(caught.exception.code,
                         'SESSION_AUTHENTICATION_FAILED')

    def test_of_many_new_secrets_at_once_the_one_written_down_holds(self):
        def rotate():
            d = copy.copy(self.d)   # with a connection of its own
            d.local = None
            for _ in range(8):
                d.call('pool.rotate_secret')
        threads = [threading.Thread(target=rotate) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        with open(os.path.join(self.d.state, 'pool_secret')) as f:
            self.d.raw('session.slave_login',
                       self.d.call('host.get_all')[0], f.read())


def openssl(*words, text=None):
    return subprocess.run(['openssl', *words], input=text, text=True,
                          capture_output=True, check=True).stdout


class Certificates(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = tempfile.mkdtemp(dir=cls.d.folder)
        cls.pem = cls.certificate('-days', '30')
        cls.other = cls.certificate('-days', '30')

    @classmethod
    def certificate(cls, *when):
        key = os.path.join(cls.made, 'key')
        return openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes',
                       '-subj', '/CN=ca', '-keyout', key, *when)

    def expired(self):
        """A certificate that was valid on one day of 2020."""
        conf = os.path.join(self.made, 'expired.conf')
        with open(conf, 'w') as f:
            f.write('[ca]\ndefault_ca=x\n[x]\ndatabase=%s/ended\n'
                    'new_certs_dir=%s\nrand_serial=yes\npolicy=p\n'
                    'default_md=sha256\n[p]\ncommonName=supplied\n'
                    % (self.made, self.made))
        open(os.path.join(self.made, 'ended'), 'w').close()
        key, csr = (os.path.join(self.made, n) for n in ('key', 'csr'))
        openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=old',
                '-keyout', key, '-out', csr)
        return openssl('ca', '-batch', '-selfsign', '-config', conf, '-in',
                       csr, '-keyfile', key, '-notext', '-startdate',
                       '20200101000000Z', '-enddate', '20200102000000Z')

    def rows(self, **want):
        return [r for r in self.d.call('Certificate.get_all_records').values()
                if all(r[k] == v for k, v in want.items())]

    def test_a_ca_certificate_comes_and_goes(self):
        install, d = 'pool.install_ca_certificate', self.d
        d.call(install, 'ours.pem', self.pem)
        self.assertEqual(d.call('pool.certificate_list'), ['ours.pem'])
        row = self.rows(name='ours.pem')[0]
        self.assertEqual(row['type'], 'ca')
        for kind in ('sha256', 'sha1'):
            self.assertEqual(
                row['fingerprint_' + kind],
                openssl('x509', '-noout', '-fingerprint', '-' + kind,
                        text=self.pem).strip().split('=')[1])
        self.assertEqual(row['fingerprint'], row['fingerprint_sha256'])
        self.assertGreater(row['not_after'], row['not_before'])
        self.assertEqual(d.error(install, 'ours.pem', self.pem),
                         ['CERTIFICATE_ALREADY_EXISTS', 'ours.pem'])
        d.call('pool.certificate_sync')
        d.call('pool.uninstall_ca_certificate', 'ours.pem')
        self.assertEqual(d.call('pool.certificate_list'), [])
        self.assertEqual(self.rows(name='ours.pem'), [])
        self.assertEqual(
            d.error('pool.certificate_uninstall', 'ours.pem'),
            ['CERTIFICATE_DOES_NOT_EXIST', 'ours.pem'])

    def test_names_stay_in_their_folder(self):
        """A21: a certificate's name cannot leave its folder"""
        for bad in ('../x.pem', '/etc/x.pem', '.x.pem', 'x', 'a b.pem', '',
                    'x.pem\n', 'a' * 300 + '.pem', '.pem'):
            for call, text in (('install_ca_certificate', self.pem),
                               ('crl_install', 'x')):
                code = self.d.error('pool.' + call, bad, text)
                self.assertIn(code[0], ('CERTIFICATE_NAME_INVALID',
                                        'CRL_NAME_INVALID'))
            self.assertEqual(
                self.d.error('pool.uninstall_ca_certificate', bad, True)[0],
                'CERTIFICATE_NAME_INVALID')
            self.assertEqual(self.d.error('pool.crl_uninstall', bad)[0],
                             'CRL_NAME_INVALID')

    def test_what_is_no_valid_certificate_is_refused(self):
        error = self.d.error
        old = self.expired()
        self.assertEqual(error('pool.install_ca_certificate', 'a.pem', 'x'),
                         ['CA_CERTIFICATE_INVALID'])
        expired = error('pool.install_ca_certificate', 'a.pem', old)
        self.assertEqual(expired[0], 'CA_CERTIFICATE_EXPIRED')
        self.assertEqual(expired[2], '20200102T00:00:00Z')
        self.assertEqual(self.d.call('pool.certificate_list'), [])

    def test_revocation_lists(self):
        d = self.d
        conf = os.path.join(self.made, 'conf')
        with open(conf, 'w') as f:
            f.write('[ca]\ndefault_ca=x\n[x]\ndatabase=%s/index\n'
                    'default_md=sha256\ndefault_crl_days=5\n' % self.made)
        open(os.path.join(self.made, 'index'), 'w').close()
        pem = self.certificate('-days', '30')
        path = os.path.join(self.made, 'pem')
        with open(path, 'w') as f:
            f.write(pem)
        crl = openssl('ca', '-gencrl', '-config', conf, '-cert', path,
                      '-keyfile', os.path.join(self.made, 'key'))
        self.assertEqual(d.error('pool.crl_install', 'r.pem', self.pem),
                         ['CRL_CORRUPT', 'r.pem'])
        d.call('pool.crl_install', 'r.pem', crl)
        self.assertEqual(d.call('pool.crl_list'), ['r.pem'])
        self.assertEqual(d.error('pool.crl_install', 'r.pem', crl),
                         ['CRL_ALREADY_EXISTS', 'r.pem'])
        d.call('pool.crl_uninstall', 'r.pem')
        self.assertEqual(d.call('pool.crl_list'), [])
        self.assertEqual(d.error('pool.crl_uninstall', 'r.pem'),
                         ['CRL_DOES_NOT_EXIST', 'r.pem'])

    def test_trusted_certificates_have_purposes(self):
        install = 'install_trusted_certificate'
        self.assertEqual(self.error(install, False, self.pem, []),
                         ['CERTIFICATE_LACKS_PURPOSE'])
        self.call(install, False, self.pem, ['licensing'])
        row = self.rows(type='pinned')[0]
        self.assertEqual((row['purpose'], row['name']), (['licensing'], ''))
        self.assertEqual(
            self.error(install, False, self.pem, ['licensing', 'ldaps']),
            ['TRUSTED_CERTIFICATE_ALREADY_EXISTS', row['fingerprint_sha256']])
        self.call(install, True, self.pem, [])
        path = os.path.join(self.d.state, 'certs', 'trusted',
                            row['uuid'] + '.pem')
        self.assertTrue(os.path.exists(path))
        for kind in ('pinned', 'ca'):
            uuid = self.rows(type=kind)[0]['uuid']
            ref = self.d.call('Certificate.get_by_uuid', uuid)
            self.call('uninstall_trusted_certificate', ref)
            self.assertEqual(self.rows(uuid=uuid), [])
        self.assertFalse(os.path.exists(path))

    def test_named_ones_are_not_of_that_kind(self):
        self.d.call('pool.install_ca_certificate', 'n.pem', self.other)
        uuid = self.rows(name='n.pem')[0]['uuid']
        ref = self.d.call('Certificate.get_by_uuid', uuid)
        self.assertEqual(self.error('uninstall_trusted_certificate', ref),
                         ['NOT_TRUSTED_CERTIFICATE', ref])
        self.d.call('pool.uninstall_ca_certificate', 'n.pem')

    def test_a_store_that_cannot_be_written_says_so(self):
        with xapid.start() as d:
            with open(os.path.join(d.state, 'certs'), 'w') as f:
                f.write('in the way')
            self.assertEqual(
                d.error('pool.install_ca_certificate', 'a.pem', self.pem),
                ['CERTIFICATE_LIBRARY_CORRUPT'])
            self.assertEqual(d.call('pool.certificate_list'), [])


if __name__ == '__main__':
    tap.main()
