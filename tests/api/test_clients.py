#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients of the original are seen to send, one after another, and what
they rely on in the answers."""

import json
import os
import re
import socket
import xml.etree.ElementTree
import xmlrpc.client

import tap
import xapid

NULL = 'OpaqueRef:NULL'
REMOVED = ('VBD_metrics', 'VIF_metrics', 'VMPP')


class Base(xapid.Case):
    args = ('--sim-hosts', '2', '--sim-vms', '4', '--log-level', 'debug')
    options = {'tls': True}

    def call(self, *params):
        return self.d.call(*params)

    def template(self):
        return next(ref for ref, vm in
                    self.call('VM.get_all_records').items()
                    if vm['is_a_template'] and
                    vm['name_label'].startswith('Debian'))


class Proxy(xmlrpc.client.ServerProxy):
    """As XenAPI.py unpacks: Status, Value or ErrorDescription."""

    def ask(self, name, *params):
        answer = self
        for part in name.split('.'):
            answer = getattr(answer, part)
        answer = answer(*params)
        if set(answer) == {'Status', 'Value'} and \
                answer['Status'] == 'Success':
            return answer['Value']
        raise xapid.Failure(answer['ErrorDescription'])


class XenOrchestra(Base):
    """xen-api: JSON-RPC, a watch over all classes, tasks by events."""

    def connect(self):
        self.assertTrue(self.d.raw('session.login_with_password', 'root',
                                   xapid.PASSWORD))    # two arguments
        pools = self.call('pool.get_all_records')
        self.assertEqual(len(pools), 1)
        pool = next(iter(pools))
        self.assertTrue(all(h['address'] for h in self.call(
            'host.get_all_records').values()))
        methods = self.d.raw('system.listMethods')
        self.assertFalse([m for m in methods if m.startswith('Async.')])
        types = [m.split('.')[0] for m in methods
                 if m.endswith('.get_all_records')]
        self.assertEqual(len(types), 63)
        return pool, types

    def watch(self, types, token):
        result = self.call('event.from', types, token, 60.1)
        self.assertEqual(set(result), {'events', 'valid_ref_counts', 'token'})
        return result

    def test_it_downloads_and_watches(self):
        pool, types = self.connect()
        token = self.call('event.inject', 'pool', pool)
        self.assertRegex(token, r'^\d{20},\d{20}$')
        objects = {}
        for kind in types:
            try:
                objects[kind] = self.call(kind + '.get_all_records')
            except xapid.Failure as failure:
                self.assertIn(kind, REMOVED)
                self.assertEqual(failure.code, 'MESSAGE_REMOVED')
        result = self.watch(types, token)
        for kind, records in objects.items():
            if kind not in ('task', 'role', 'message'):
                self.assertEqual(result['valid_ref_counts'][kind.lower()],
                                 len(records), kind)
        self.assertTrue(all(e['class'] == e['class'].lower() and
                            e['timestamp'] == '0.0'
                            for e in result['events']))

    def test_a_barrier_comes_back_as_an_event(self):
        pool, types = self.connect()
        token = self.call('event.inject', 'pool', pool)
        self.call('pool.add_to_other_config', pool, 'xo:barrier:x', 'y')
        while True:
            result = self.watch(types, token)
            token = result['token']
            if any(e['ref'] == pool and 'xo:barrier:x' in
                   e['snapshot']['other_config'] for e in result['events']):
                break
        self.call('pool.remove_from_other_config', pool, 'xo:barrier:x')
        self.call('pool.remove_from_other_config', pool, 'xo:barrier:x')

    def test_a_task_is_followed_by_events_alone(self):
        _, types = self.connect()
        token = self.call('event.from', types, '', 60.1)['token']
        task = self.call('Async.VM.clone', self.template(), 'cloned by XO')
        status = 'pending'
        while status in ('pending', 'cancelling'):
            result = self.watch(types, token)
            token = result['token']
            for event in result['events']:
                if event['ref'] == task and event['operation'] != 'del':
                    record = event['snapshot']
                    status = record['status']
        self.assertEqual(status, 'success')
        self.assertRegex(record['result'],
                         r'^<value>OpaqueRef:[0-9a-f-]{36}</value>$')
        count = self.call('event.from', ['task'], '', 60.1)
        self.assertEqual(count['valid_ref_counts']['task'],
                         len(self.call('task.get_all')))
        self.call('task.destroy', task)
        self.call('VM.destroy', record['result'][7:-8])

    def test_what_it_reads_without_looking_is_there(self):
        pool = next(iter(self.call('pool.get_all_records').values()))
        self.assertIsInstance(pool['restrictions'], dict)
        self.assertEqual(pool['restrictions']['restrict_zstd_export'],
                         'false')
        self.assertEqual(pool['ha_statefiles'], [])
        host = self.call('host.get_record', pool['master'])
        self.assertRegex(host['software_version']['platform_version'],
                         r'^\d+\.\d+\.\d+$')
        for field in ('license_params', 'chipset_info', 'capabilities',
                      'certificates', 'cpu_info', 'bios_strings'):
            self.assertIn(field, host)
        for key in ('boot_time', 'agent_start_time'):
            self.assertGreater(float(host['other_config'][key]), 0)
        for vm in self.call('VM.get_all_records').values():
            if vm['recommendations']:
                root = xml.etree.ElementTree.fromstring(vm['recommendations'])
                self.assertTrue(root.findall('restriction'))
            self.assertIsInstance(vm['platform'], dict)
            self.assertIsInstance(vm['HVM_boot_params'], dict)
            self.assertIsInstance(vm['VBDs'], list)
        for sr in self.call('SR.get_all_records').values():
            self.assertTrue(sr['PBDs'])

    def test_the_reply_is_exactly_of_the_type_it_asks_for(self):
        status, headers, _ = self.d.http(
            'POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'id': 0, 'method': 'system.listMethods',
                 'params': []}), {'Content-Type': 'application/json'})
        self.assertEqual((status, headers['content-type']),
                         (200, 'application/json'))
        status, headers, body = self.d.http(
            'POST', '/xmlrpc', xmlrpc.client.dumps((), 'system.listMethods'))
        self.assertEqual((status, headers['content-type']), (200, 'text/xml'))
        self.assertNotRegex(body.decode(), r'>\s+<')
        self.assertNotIn(b'Status', body)

    def test_plugins_that_are_not_there_say_so(self):
        host = self.call('host.get_all')[0]
        for plugin in ('updater.py', 'raid.py', 'smartctl.py', 'zfs.py'):
            self.assertIn(self.d.error('host.call_plugin', host, plugin, 'x',
                                       {})[0],
                          ('XENAPI_MISSING_PLUGIN', 'XENAPI_PLUGIN_FAILURE'))


class Python(Base):
    """XenAPI.py, and the scripts that stand on it."""

    def setUp(self):
        self.proxy = Proxy(self.d.url)
        self.session = self.proxy.ask('session.login_with_password', 'root',
                                      xapid.PASSWORD, '2.0', 'script')

    def ask(self, name, *params):
        return self.proxy.ask(name, self.session, *params)

    def test_every_number_of_login_arguments(self):
        for extra in ((), ('1.0',), ('1.0', 'x')):
            self.assertTrue(self.proxy.ask('session.login_with_password',
                                           'root', xapid.PASSWORD, *extra))

    def test_its_version_is_found(self):
        pool = self.ask('pool.get_all')[0]
        master = self.ask('pool.get_master', pool)
        version = (self.ask('host.get_API_version_major', master),
                   self.ask('host.get_API_version_minor', master))
        self.assertGreaterEqual(tuple(map(int, version)), (2, 6))

    def test_headers_for_tracing_are_taken_and_logged(self):
        """traceparent of a call stands in the log beside what it says"""
        trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
        status, _, _ = self.d.http(
            'POST', '/', xmlrpc.client.dumps(
                ('root', 'wrong'), 'session.login_with_password'),
            {'Content-Type': 'text/xml', 'traceparent': trace,
             'baggage': 'a=b', 'originator': 'SM'})
        self.assertEqual(status, 200)
        xapid.until(lambda: 'trace=' + trace in self.d.log_text())
        self.d.http('POST', '/', xmlrpc.client.dumps(
            (self.session, self.ask('pool.get_all')[0], 'traced'),
            'pool.add_tags'), {'traceparent': trace})
        with open(os.path.join(self.d.state, 'audit.log')) as f:
            line = [text for text in f if trace in text][0]
        self.assertRegex(line, r'^\[[^|]*\|info\|[^|]*\| trace=\S+\|audit\]')

    def test_queries_of_storage_drivers(self):
        vdi = next(iter(self.ask('VDI.get_all_records').values()))
        found = self.ask('VDI.get_all_records_where',
                         'field "uuid" = "%s"' % vdi['uuid'])
        self.assertEqual([v['uuid'] for v in found.values()], [vdi['uuid']])
        found = self.ask('SR.get_all_records_where',
                         '(field "type" = "iso") or (field "uuid" = "x")')
        self.assertTrue(all(s['type'] == 'iso' for s in found.values()))
        found = self.ask(
            'PBD.get_all_records_where',
            'field "host" = "%s" and field "currently_attached" = "true"'
            % self.ask('host.get_all')[0])
        self.assertTrue(found)

    def test_fields_that_storage_drivers_write(self):
        sr = next(ref for ref, s in self.ask('SR.get_all_records').items()
                  if s['content_type'] != 'iso' and s['PBDs'])
        vdi = self.ask('VDI.create', {
            'name_label': 'x', 'name_description': '', 'SR': sr,
            'virtual_size': str(1 << 20), 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        for field, value in (
                ('managed', False), ('managed', True), ('read_only', True),
                ('read_only', False), ('missing', True), ('missing', False),
                ('virtual_size', str(2 << 20)),
                ('physical_utilisation', '4096'), ('is_a_snapshot', False),
                ('snapshot_of', NULL), ('cbt_enabled', False),
                ('metadata_of_pool', NULL), ('sm_config', {'a': 'b'})):
            self.ask('VDI.set_' + field, vdi, value)
            self.assertEqual(self.ask('VDI.get_' + field, vdi), value)
        self.ask('SR.set_virtual_allocation', sr, str(5 << 20))
        self.ask('SR.set_physical_size', sr, str(1 << 40))
        self.ask('SR.set_physical_utilisation', sr, str(3 << 20))
        self.assertEqual(self.ask('SR.get_physical_size', sr), str(1 << 40))
        self.ask('VDI.destroy', vdi)

    def test_a_local_session_for_emergencies(self):
        session = self.proxy.ask('session.slave_local_login_with_password',
                                 'root', xapid.PASSWORD)
        self.assertIs(self.proxy.ask('host.is_in_emergency_mode', session),
                      False)
        self.proxy.ask('session.local_logout', session)


class Console(Base):
    """xsconsole and what it sets."""

    def test_the_local_socket_needs_no_password(self):
        connection = xapid.UnixConnection(self.d.socket)
        connection.request('POST', '/', xmlrpc.client.dumps(
            ('root', '', '', 'XSConsole'), 'session.login_with_password'),
            {'Content-Type': 'text/xml'})
        (answer,), _ = xmlrpc.client.loads(
            connection.getresponse().read())
        session = answer['Value']
        record = self.d.call('session.get_record', session)
        self.assertTrue(record['is_local_superuser'])
        self.assertEqual(record['originator'], 'XSConsole')

    def test_records_and_settings(self):
        session = self.d.login()
        host = self.d.call('session.get_this_host', session, session=session)
        self.assertEqual(self.call('host.get_record', host)['enabled'], True)
        for kind in ('host_metrics', 'host_cpu', 'PIF', 'PIF_metrics',
                     'network', 'PBD', 'SR', 'VDI', 'VBD', 'pool'):
            self.assertTrue(self.call(kind + '.get_all_records'), kind)
        dom0 = next(ref for ref, vm in
                    self.call('VM.get_all_records').items()
                    if vm['is_control_domain'])
        self.assertEqual(int(self.call('VM.get_domid', dom0)), 0)
        self.assertTrue(self.call('VM.get_allowed_VBD_devices', dom0))
        self.call('host.set_hostname_live', host, 'renamed')
        self.call('host.set_ntp_custom_servers', host, ['192.0.2.1'])
        self.call('host.set_ntp_mode', host, 'Custom')
        self.call('host.set_ntp_mode', host, 'Factory')
        self.call('host.add_to_logging', host, 'syslog_destination', '')
        self.call('host.syslog_reconfigure', host)
        self.call('host.disable_ssh', host)
        self.call('host.enable_ssh', host)
        self.call('host.list_timezones', host)


class Ansible(Base):
    """community.general.xenserver_*: plain HTTP, versions of numbers."""

    def test_its_checks_and_a_guest(self):
        s = Proxy(self.d.url)
        session = s.ask('session.login_with_password', 'root',
                        xapid.PASSWORD, '1.0', 'Ansible')

        def ask(name, *params):
            return s.ask(name, session, *params)
        pool = ask('pool.get_all')[0]
        sr = ask('pool.get_default_SR', pool)
        version = ask('host.get_software_version',
                      ask('session.get_this_host', session))
        self.assertGreaterEqual([int(n) for n in version[
            'product_version'].split('.')], [7, 0])
        vm = ask('VM.clone', self.template(), 'ansible')
        ask('VM.set_name_description', vm, 'made')
        ask('VM.remove_from_other_config', vm, 'disks')
        ask('VM.provision', vm)
        ask('VM.set_memory_limits', vm, *[str(1 << 30)] * 4)
        ask('VM.set_VCPUs_max', vm, '2')
        ask('VM.set_VCPUs_at_startup', vm, '2')
        ask('VM.set_platform', vm, dict(ask('VM.get_platform', vm),
                                        **{'cores-per-socket': '1'}))
        device = ask('VM.get_allowed_VBD_devices', vm)[0]
        vdi = ask('VDI.create', {
            'name_label': 'd', 'name_description': '', 'SR': sr,
            'virtual_size': str(1 << 30), 'type': 'user', 'sharable': False,
            'read_only': False, 'other_config': {}, 'xenstore_data': {},
            'sm_config': {}, 'tags': []})
        vbd = ask('VBD.create', {
            'VM': vm, 'VDI': vdi, 'userdevice': device, 'bootable': False,
            'mode': 'RW', 'type': 'Disk', 'unpluggable': True, 'empty': False,
            'other_config': {}, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        ask('VDI.resize', vdi, str(2 << 30))
        net = next(n for n in ask('network.get_all'))
        vif = ask('VIF.create', {
            'device': ask('VM.get_allowed_VIF_devices', vm)[0],
            'network': net, 'VM': vm, 'MAC': '', 'MTU': '1500',
            'other_config': {}, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        ask('VM.add_to_xenstore_data', vm, 'vm-data/networks/0/mac', 'x')
        ask('VIF.configure_ipv4', vif, 'Static', '192.0.2.9/24', '192.0.2.1')
        ask('VM.start', vm, False, False)
        task = ask('Async.VM.clean_shutdown', vm)
        xapid.until(lambda: ask('task.get_status', task) != 'pending')
        self.assertEqual(ask('task.get_status', task), 'success')
        ask('task.destroy', task)
        ask('VBD.destroy', vbd)
        ask('VDI.destroy', vdi)
        ask('VM.destroy', vm)


class XenCenter(Base):
    """C#: two sessions, everything by one event call, a heartbeat."""

    def test_its_download_is_whole(self):
        login = ('root', xapid.PASSWORD, '2.21', 'XenCenter/8.2')
        one = self.d.raw('session.login_with_password', *login)
        self.d.raw('session.login_with_password', *login)
        roles = self.d.call('role.get_all_records', session=one)
        self.assertTrue({'pool-admin', 'read-only'} <=
                        {r['name_label'] for r in roles.values()})
        all_ = self.d.call('event.from', ['*'], '', 30.0, session=one)
        seen = {}
        for event in all_['events']:
            self.assertIsInstance(event['snapshot'], dict)
            seen.setdefault(event['class'], set()).add(event['ref'])
        for kind in ('VM', 'host', 'pool', 'SR', 'VDI', 'VBD', 'PIF'):
            self.assertEqual(seen[kind.lower()],
                             set(self.call(kind + '.get_all')), kind)
        host = self.call('host.get_all')[0]
        self.assertRegex(self.d.call('host.get_servertime', host,
                                     session=one), r'^\d{8}T[\d:]{8}Z$')
        version = self.call('host.get_software_version', host)
        for key in ('product_version_text', 'product_version_text_short',
                    'build_number', 'xencenter_min', 'xencenter_max'):
            self.assertIn(key, version)


class GoSdk(Base):
    """The official Go SDK, the Terraform provider and exporters in Go."""

    def test_a_charset_in_the_request_and_numbers_in_the_reply(self):
        status, headers, body = self.d.http(
            'POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'method': 'session.login_with_password',
                 'params': ['root', xapid.PASSWORD, '1.0',
                            'terraform provider'], 'id': 7}),
            {'Content-Type': 'application/json; charset=utf-8'})
        reply = json.loads(body)
        self.assertEqual((status, headers['content-type'], reply['id']),
                         (200, 'application/json', 7))
        host = self.call('pool.get_master', self.call('pool.get_all')[0])
        record = self.d.call('host.get_record', host,
                             session=reply['result'])
        self.assertIsInstance(record['API_version_major'], int)
        self.assertIn('xapi', record['software_version'])

    def test_every_reference_of_a_guest_leads_somewhere(self):
        classes = {'VBDs': 'VBD', 'VIFs': 'VIF', 'VTPMs': 'VTPM',
                   'VUSBs': 'VUSB', 'VGPUs': 'VGPU', 'consoles': 'console',
                   'affinity': 'host', 'resident_on': 'host',
                   'guest_metrics': 'VM_guest_metrics',
                   'metrics': 'VM_metrics', 'parent': 'VM',
                   'children': 'VM', 'appliance': 'VM_appliance',
                   'snapshot_schedule': 'VMSS', 'groups': 'VM_group',
                   'suspend_VDI': 'VDI', 'suspend_SR': 'SR'}
        for vm in self.call('VM.get_all_records').values():
            for field, kind in classes.items():
                refs = vm[field] if isinstance(vm[field], list) \
                    else [vm[field]]
                for ref in refs:
                    if ref not in (NULL, ''):
                        self.assertTrue(self.call(kind + '.get_uuid', ref))
            self.assertEqual(vm['protection_policy'], NULL)

    def test_checkpoint_and_revert(self):
        vm = self.call('VM.clone', self.template(), 'terraform')
        self.call('VM.remove_from_other_config', vm, 'disks')
        self.call('VM.provision', vm)
        self.call('VM.start', vm, False, False)
        vif = self.call('VIF.create', {
            'device': '0', 'VM': vm, 'MAC': '', 'MTU': 1500,
            'network': self.call('network.get_all')[0],
            'other_config': {}, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        self.assertIn('plug', self.call('VIF.get_allowed_operations', vif))
        snapshot = self.call('VM.checkpoint', vm, 'point')
        self.call('VM.revert', snapshot)
        self.assertEqual(self.call('VM.get_power_state', vm), 'Suspended')
        self.call('VM.hard_shutdown', vm)


class CloudStack(Base):
    """Java over XML-RPC: it looks for a product that it knows."""

    def test_its_checks(self):
        for host in self.call('host.get_all_records').values():
            self.assertTrue(host['enabled'])
            self.assertTrue([c for c in host['capabilities'] if 'hvm' in c])
            version = host['software_version']
            self.assertIn(version['product_brand'],
                          ('XenServer', 'XCP-ng', 'Citrix Hypervisor', 'XCP'))
            self.assertGreaterEqual(version['product_version'], '6.4')
            for key in ('linux', 'xen', 'product_version_text_short'):
                self.assertIn(key, version)


class C(Base):
    """libxenserver: a type of forms around XML, strict enums."""

    def test_the_type_of_the_request_does_not_matter(self):
        for path in ('/', '/RPC2', '/xmlrpc'):
            status, headers, body = self.d.http(
                'POST', path, xmlrpc.client.dumps(
                    ('root', xapid.PASSWORD, '1.10', 'C'),
                    'session.login_with_password'),
                {'Content-Type': 'application/x-www-form-urlencoded'})
            self.assertEqual((status, headers['content-type']),
                             (200, 'text/xml'))
            self.assertNotRegex(body.decode(), r'>\s+<|<nil/>|<int>')

    def test_markup_in_names_comes_back_as_it_was(self):
        vm = self.call('VM.clone', self.template(), 'NewVM <&>')
        (answer,), _ = xmlrpc.client.loads(self.d.http(
            'POST', '/', xmlrpc.client.dumps(
                (self.d.session, vm), 'VM.get_name_label'))[2])
        self.assertEqual(answer['Value'], 'NewVM <&>')
        self.call('VM.destroy', vm)


class OldWires(Base):
    """HTTP/1.0, no keep-alive, and many calls on one connection."""

    def raw(self, text):
        with socket.create_connection(('127.0.0.1', self.d.port),
                                      timeout=60) as s:
            s.sendall(text)
            data = b''
            while True:
                more = s.recv(65536)
                if not more:
                    return data.decode()
                data += more

    def test_http_1_0_is_answered_and_closed(self):
        body = xmlrpc.client.dumps((), 'system.listMethods')
        answer = self.raw(('POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s'
                           % (len(body), body)).encode())
        head, _, rest = answer.partition('\r\n\r\n')
        self.assertRegex(head, r'^HTTP/1\.[01] 200')
        self.assertTrue(re.search(r'(?i)connection: close', head))
        self.assertTrue(rest.endswith('</methodResponse>'))

    def test_twenty_calls_wait_beside_a_long_poll(self):
        session = self.d.login()
        body = json.dumps({'jsonrpc': '2.0', 'id': 1, 'method': 'event.from',
                           'params': [session, ['VM_group'], '', 30.0]})
        token = json.loads(self.d.http('POST', '/jsonrpc',
                                       body)[2])['result']['token']
        poll = self.d.connection()
        poll.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'id': 1, 'method': 'event.from',
             'params': [session, ['VM_group'], token, 30.0]}))
        many = [self.d.connection() for _ in range(20)]
        for c in many:
            c.request('POST', '/jsonrpc', json.dumps(
                {'jsonrpc': '2.0', 'id': 1, 'method': 'pool.get_all',
                 'params': [session]}))
        for c in many:
            self.assertTrue(json.loads(c.getresponse().read())['result'])
            c.close()
        group = self.d.call('VM_group.create', {
            'name_label': 'x', 'name_description': '', 'placement': 'normal'})
        events = json.loads(poll.getresponse().read())['result']['events']
        self.assertEqual([e['ref'] for e in events], [group])
        poll.close()


if __name__ == '__main__':
    tap.main()
