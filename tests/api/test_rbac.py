#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Roles hold in every call and in every setter of a map, by the difference
that it makes: attacks A9 to A14."""


import tap
import xapid

# By rank; each may do what the later ones may.
RANK = {role: n for n, role in enumerate(xapid.ROLES)}

CUSTOM = {'folder': 'vm-operator',
          'XenCenter.CustomFields.site': 'vm-operator',
          'XenCenter.CustomFields.': 'vm-operator'}
# Class and field: role of set_, add_to_ and remove_from_, and of keys. Keys
# that only look like the guarded ones stand with the field's own role.
MAPS = [
    ('VM', 'other_config', 'vm-admin', dict(
        CUSTOM, pci='pool-admin', hvm_serial='pool-admin',
        PCI='vm-admin', pci2='vm-admin', plain='vm-admin')),
    ('VM', 'platform', 'vm-admin', {
        'hvm_serial': 'pool-admin', 'hvm_serial_': 'vm-admin',
        'pci': 'vm-admin'}),
    ('host', 'other_config', 'pool-operator', dict(
        CUSTOM, plain='pool-operator')),
    ('pool', 'other_config', 'pool-operator', dict(
        CUSTOM, EMPTY_FOLDERS='vm-operator', plain='pool-operator',
        Folder='pool-operator')),
    ('network', 'other_config', 'pool-operator', dict(
        CUSTOM, XenCenterCreateInProgress='vm-operator',
        plain='pool-operator')),
    ('SR', 'other_config', 'pool-operator', dict(
        CUSTOM, plain='pool-operator')),
    ('VDI', 'other_config', 'vm-admin', dict(CUSTOM, plain='vm-admin')),
]


def allowed(user, role):
    return RANK[user] <= RANK[role]


class Rbac(xapid.Case):
    args = ('--sim-vms', '1')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sessions = {r: cls.d.login(r) for r in xapid.ROLES}

    def result(self, user, method, *params):
        """'' when it worked, else the code of the error."""
        try:
            self.d.call(method, *params, session=self.sessions[user])
            return ''
        except xapid.Failure as f:
            if f.code == 'RBAC_PERMISSION_DENIED':
                self.assertEqual(f.params[0].split('/')[0].lower(),
                                 method.lower())
            return f.code

    def expect(self, user, ok, method, *params):
        self.assertEqual(self.result(user, method, *params),
                         '' if ok else 'RBAC_PERMISSION_DENIED',
                         (user, method, params))

    def some(self, cls):
        """An object of the class."""
        if cls == 'VM':
            for ref, vm in self.d.call('VM.get_all_records').items():
                if not (vm['is_a_template'] or vm['is_control_domain']):
                    return ref
        refs = self.d.call(cls + '.get_all')
        if not refs:
            self.skipTest('there is no ' + cls)
        return refs[0]

    # ---- maps ----

    def check_add_and_remove(self, cls, field, own, keys, ref):
        for key, role in keys.items():
            for user in xapid.ROLES:
                ok = allowed(user, role)
                self.expect(user, ok, '%s.add_to_%s' % (cls, field), ref,
                            key, 'v')
                if not ok:
                    self.d.call('%s.add_to_%s' % (cls, field), ref, key, 'v')
                self.expect(user, ok, '%s.remove_from_%s' % (cls, field),
                            ref, key)
                value = self.d.call('%s.get_%s' % (cls, field), ref)
                self.assertEqual(key in value, not ok)
                if not ok:
                    self.d.call('%s.remove_from_%s' % (cls, field), ref, key)

    def check_set(self, cls, field, own, keys, ref, before):
        setter = '%s.set_%s' % (cls, field)
        for key, role in keys.items():
            for user in xapid.ROLES:
                ok = allowed(user, own) and allowed(user, role)
                start = dict(before, kept='k')
                self.d.call(setter, ref, start)
                for change in (dict(start, **{key: 'one'}),
                               dict(start, **{key: 'two'}),
                               start):
                    self.expect(user, ok, setter, ref, change)
                    value = self.d.call('%s.get_%s' % (cls, field), ref)
                    self.assertEqual(value == change, ok)
                    self.d.call(setter, ref, change)
                # what is not touched needs no role of its own
                self.d.call(setter, ref, dict(start, **{key: 'one'}))
                self.expect(user, allowed(user, own), setter, ref,
                            dict(start, **{key: 'one', 'kept': 'other'}))

    def check_map(self, cls, field, own, keys):
        ref = self.some(cls)
        before = self.d.call('%s.get_%s' % (cls, field), ref)
        try:
            self.check_add_and_remove(cls, field, own, keys, ref)
            self.check_set(cls, field, own, keys, ref, before)
        finally:
            self.d.call('%s.set_%s' % (cls, field), ref, before)

    def test_vm_other_config(self):
        """roles hold for each key of VM.other_config"""
        self.check_map(*MAPS[0])

    def test_vm_platform(self):
        """roles hold for each key of VM.platform"""
        self.check_map(*MAPS[1])

    def test_host(self):
        """roles hold for each key of host.other_config"""
        self.check_map(*MAPS[2])

    def test_pool(self):
        """roles hold for each key of pool.other_config"""
        self.check_map(*MAPS[3])

    def test_network(self):
        """roles hold for each key of network.other_config"""
        self.check_map(*MAPS[4])

    def test_sr(self):
        """roles hold for each key of SR.other_config"""
        self.check_map(*MAPS[5])

    def test_vdi(self):
        """roles hold for each key of VDI.other_config"""
        self.check_map(*MAPS[6])

    def test_task(self):
        """roles hold for each key of task.other_config"""
        task = self.d.call('task.create', 'x', '')
        for key, role in (('applies_to', 'vm-operator'),
                          ('XenCenterUUID', 'vm-operator'),
                          ('XenCenterMeddlingActionTitle', 'vm-operator'),
                          ('plain', 'read-only')):
            for user in ('read-only', 'vm-operator', 'vm-admin'):
                ok = allowed(user, role)
                self.expect(user, ok, 'task.add_to_other_config', task, key,
                            'v')
                self.expect(user, ok, 'task.remove_from_other_config', task,
                            key)
        self.d.call('task.destroy', task)

    def test_all_at_once(self):
        """one forbidden key among allowed ones refuses the whole map"""
        vm = self.some('VM')
        before = self.d.call('VM.get_other_config', vm)
        value = dict(before, folder='/a', pci='0/0000:00:01.0')
        self.expect('vm-admin', False, 'VM.set_other_config', vm, value)
        self.assertEqual(self.d.call('VM.get_other_config', vm), before)
        self.expect('vm-admin', True, 'VM.set_other_config', vm,
                    dict(before, folder='/a'))
        self.d.call('VM.set_other_config', vm, before)

    # ---- constructors ----

    def vm_record(self, **over):
        record = self.d.call('VM.get_record', self.some('VM'))
        record.update(name_label='made', **over)
        return record

    def check_create(self, user, ok, **over):
        record = self.vm_record(**over)
        try:
            ref = self.d.call('VM.create', record,
                              session=self.sessions[user])
        except xapid.Failure as f:
            self.assertEqual(f.code, 'RBAC_PERMISSION_DENIED', over)
            self.assertFalse(ok, over)
        else:
            self.d.call('VM.destroy', ref)
            self.assertTrue(ok, over)

    def test_create(self):
        """a new VM gets no key that its maker may not set"""
        self.check_create('vm-admin', True, other_config={'plain': 'x'})
        self.check_create('vm-admin', True, other_config={'folder': '/x'})
        self.check_create('vm-operator', False, other_config={})
        for over in ({'other_config': {'pci': '0/0000:00:01.0'}},
                     {'other_config': {'hvm_serial': 'pty'}},
                     {'platform': {'hvm_serial': 'file:/etc/passwd'}}):
            self.check_create('vm-admin', False, **over)
            self.check_create('vm-power-admin', False, **over)
            self.check_create('pool-operator', False, **over)
            self.check_create('pool-admin', True, **over)

    # ---- calls ----

    def test_calls(self):
        """each role may call what the datamodel says"""
        pool, host = self.some('pool'), self.some('host')
        rows = [
            ('pool.get_all_records', (), 'read-only'),
            ('pool.set_name_label', (pool, 'p'), 'pool-operator'),
            ('host.set_name_description', (host, 'x'), 'pool-operator'),
            ('pool.add_tags', (pool, 't'), 'vm-operator'),
            ('pool.remove_tags', (pool, 't'), 'vm-operator'),
            ('VM.set_name_description', (self.some('VM'), 'x'), 'vm-admin'),
        ]
        for method, params, role in rows:
            for user in xapid.ROLES:
                self.expect(user, allowed(user, role), method, *params)

    def test_async(self):
        """an asynchronous call is refused before it gets a task"""
        pool = self.some('pool')
        before = len(self.d.call('task.get_all'))
        for user in ('vm-admin', 'read-only'):
            self.assertEqual(
                self.d.error('Async.pool.designate_new_master', pool,
                             session=self.sessions[user])[0],
                'RBAC_PERMISSION_DENIED')
        self.assertEqual(len(self.d.call('task.get_all')), before)

    def test_before_types(self):
        """who has no role learns nothing of objects and types"""
        for params in (('OpaqueRef:NULL', 'x'), ('nonsense', 'x'), (1, 2),
                       ([], {})):
            self.expect('read-only', False, 'pool.set_name_label', *params)

    def test_local_root_only(self):
        """what is for local root only is for no role"""
        self.expect('pool-admin', False, 'session.change_password', 'a', 'b')

    def test_pool_internal(self):
        """calls between hosts are refused to people"""
        for user in ('pool-admin', 'read-only'):
            self.assertEqual(
                self.d.error('pool.audit_log_append', 'forged',
                             session=self.sessions[user])[0],
                'RBAC_PERMISSION_DENIED')

    # ---- roles as objects ----

    def test_roles(self):
        """roles and permissions are objects"""
        records = self.d.call('role.get_all_records')
        self.assertEqual(len(records), 2366)
        by_name = {r['name_label']: r for r in records.values()}
        self.assertEqual(len(by_name), 2366)
        self.assertEqual(len(by_name['pool-admin']['subroles']), 2284)
        self.assertEqual(by_name['session.get_record']['uuid'],
                         'cb68795a-8d1c-f2bb-6869-4946fd2df840')
        role = self.d.call('role.get_by_name_label', 'vm-operator')[0]
        names = self.d.call('role.get_permissions_name_label', role)
        self.assertEqual(
            {records[ref]['name_label']
             for ref in self.d.call('role.get_permissions', role)},
            set(names))
        holders = self.d.call('role.get_by_permission_name_label',
                              'vm.start')
        self.assertEqual(
            {records[ref]['name_label'] for ref in holders},
            {'pool-admin', 'pool-operator', 'vm-power-admin', 'vm-admin',
             'vm-operator'})

    def test_no_events(self):
        """roles are no events, and are not counted in one"""
        batch = self.d.call('event.from', ['role', 'pool'], '', 5.0)
        self.assertEqual({e['class'] for e in batch['events']}, {'pool'})
        self.assertEqual(batch['valid_ref_counts']['role'], 0)


if __name__ == '__main__':
    tap.main()
