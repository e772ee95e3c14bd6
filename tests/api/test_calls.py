#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls: the order of their checks, what every class has, the query language,
and text that no database should keep (attack A6)."""

import random
import re
import xmlrpc.client

import facts
import tap
import xapid

NULL = 'OpaqueRef:NULL'
NONE = 'OpaqueRef:01234567-89ab-4def-8123-456789abcdef'
UUID = re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')


class Base(xapid.Case):
    args = ('--sim-vms', '3', '--sim-hosts', '2')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.d.call('pool.get_all')[0]
        cls.host = cls.d.call('host.get_all')[0]
        cls.facts = facts.classes()

    def outcome(self, method, *params):
        """The result, or [code, params...]."""
        try:
            return self.d.raw(method, *params)
        except xapid.Failure as f:
            return [f.code] + f.params

    def appliance(self, name='test'):
        return self.d.call('VM_appliance.create', {'name_label': name})


class Order(Base):
    """Count, session, role, types, existence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.d.login('read-only')
        cls.root = cls.d.login()

    def test_the_number_of_parameters_comes_first(self):
        for session in (NONE, 'nonsense', 17, self.reader):
            self.assertEqual(
                self.outcome('VM.start', session, 1),
                ['MESSAGE_PARAMETER_COUNT_MISMATCH', 'VM.start', '3', '1'])
        self.assertEqual(
            self.outcome('VM.start'),
            ['MESSAGE_PARAMETER_COUNT_MISMATCH', 'VM.start', '3', '-1'])
        self.assertEqual(
            self.outcome('Async.VM.start', self.root, 1, 2, 3, 4),
            ['MESSAGE_PARAMETER_COUNT_MISMATCH', 'VM.start', '3', '4'])

    def test_then_the_session(self):
        for session in (NONE, NULL, '', 'nonsense'):
            self.assertEqual(self.outcome('pool.set_tags', session, 1, 2),
                             ['SESSION_INVALID', session])
        self.assertEqual(self.outcome('pool.set_tags', 17, 1, 2),
                         ['SESSION_INVALID', ''])
        self.assertEqual(
            self.outcome('VBD_metrics.get_all', NONE)[0], 'SESSION_INVALID')
        self.assertEqual(
            self.outcome('no.such_message', NONE)[0], 'SESSION_INVALID')

    def test_then_the_role(self):
        for method, params in (
                ('pool.set_tags', (1, 2)),
                ('pool.set_other_config', (NONE, [])),
                ('VM.start', (NONE, 'maybe', None)),
                ('secret.create', (0,)),
                ('Async.pool.eject', ({},))):
            got = self.outcome(method, self.reader, *params)
            permission = re.sub('^Async.', '', method).lower()
            self.assertEqual(got[:2], ['RBAC_PERMISSION_DENIED', permission])

    def test_then_the_types(self):
        for method, params in (
                ('VM.set_name_label', (NONE, {})),
                ('VM.set_tags', (NONE, 'x')),
                ('VM.set_other_config', (NONE, ['x'])),
                ('VM.set_is_a_template', (NONE, 'yes')),
                ('VM.set_user_version', (NONE, 'three')),
                ('VM.set_user_version', (NONE, 1.5)),
                ('VM.get_record', ([NONE],)),
                ('VM.get_record', (None,)),
                ('VM.set_other_config', (NONE, {'a': 1})),
                ('VM_appliance.create', ('x',)),
                ('event.from', ([1], '', 0.0)),
                ('network.set_default_locking_mode', (NONE, 'ajar'))):
            got = self.outcome(method, self.root, *params)
            self.assertEqual(got[0], 'INTERNAL_ERROR', (method, got))
            self.assertIn('Parameter', got[1])

    def test_then_the_object(self):
        self.assertEqual(
            self.outcome('VM.set_name_label', self.root, NONE, 'x'),
            ['HANDLE_INVALID', 'VM', NONE])
        self.assertEqual(
            self.outcome('VM.start', self.root, NONE, False, False),
            ['HANDLE_INVALID', 'VM', NONE])

    def test_messages_between_hosts_are_refused_before_their_types(self):
        m = next('%s.%s' % (c['name'], m['name'])
                 for c in self.facts.values() for m in c['messages']
                 if m.get('pool_internal') and len(m['params']) == 1)
        self.assertEqual(self.outcome(m, self.root, {'x': 1})[0],
                         'RBAC_PERMISSION_DENIED', m)

    def test_names_are_exact(self):
        for name in ('vm.get_all', 'VM.Get_all', 'VM', 'VM.', '.get_all', 'VM.get_all ', 'Async.', 'Async', 'Async.Async.VM.start',
                     'VM.get_all.x', 'a' * 4000):
            self.assertEqual(self.outcome(name),
                             ['MESSAGE_METHOD_UNKNOWN', name])
        self.assertEqual(self.outcome('pool_get_all', self.root), [self.pool])
        self.assertEqual(self.outcome('VM_appliance_get_all', self.root), [])

    def test_an_async_form_of_what_has_none_is_a_fault(self):
        for name in ('pool.get_all', 'event.from',
                     'session.login_with_password'):
            self.assertEqual(
                self.outcome('Async.' + name),
                ['Fault',
                 'No async mode for this operation (rpc: %s)' % name])

    def test_optional_parameters_may_be_left_out_and_exceeded(self):
        message = next(
            (c['name'], m) for c in self.facts.values() for m in c['messages']
            if m['kind'] == 'explicit' and len(m['params']) == 2 and
            m['params'][0][1] == c['name'] + ' ref' and
            len(m['params'][1]) == 3 and not m.get('state'))
        name = '%s.%s' % (message[0], message[1]['name'])
        for more in ((), (None,), (None, 1, 2, 3)):
            got = self.outcome(name, self.root, NONE, *more)
            self.assertNotEqual(got[0], 'MESSAGE_PARAMETER_COUNT_MISMATCH')

    def test_removed_messages_say_so(self):
        n = 0
        for c in self.facts.values():
            for m in c['messages']:
                if m.get('state') != 'removed':
                    continue
                n += 1
                params = [''] * len(m['params'])
                self.assertEqual(
                    self.outcome('%s.%s' % (c['name'], m['name']),
                                 self.reader, *params), ['MESSAGE_REMOVED'])
        self.assertGreater(n, 50)

    def test_what_is_not_there_says_so(self):
        self.assertEqual(
            self.outcome('pool.initialize_wlb', self.root, 'a', 'b', 'c', 'd',
                         'e'), ['NOT_IMPLEMENTED', 'pool.initialize_wlb'])
        task = self.d.task('pool.initialize_wlb', 'a', 'b', 'c', 'd', 'e')
        self.assertEqual(task['error_info'],
                         ['NOT_IMPLEMENTED', 'pool.initialize_wlb'])

    def test_list_methods_needs_no_session(self):
        names = self.outcome('system.listMethods')
        want = ['%s.%s' % (c['name'], m['name'])
                for c in self.facts.values() for m in c['messages']]
        self.assertEqual(sorted(names), sorted(want))


class Implicit(Base):
    """What every class has."""

    def records(self):
        for name, c in self.facts.items():
            if c.get('state') == 'removed' or not c['in_db']:
                continue
            if 'get_all_records' in c['message']:
                for ref, rec in self.d.call(
                        name + '.get_all_records').items():
                    yield c, ref, rec
                    if name in ('host_cpu', 'role'):
                        break

    def test_a_getter_answers_what_the_record_has(self):
        n = 0
        for c, ref, rec in self.records():
            for m in c['messages']:
                if m['kind'] != 'getter' or m.get('state') == 'removed':
                    continue
                name = '%s.%s' % (c['name'], m['name'])
                self.assertEqual(self.d.call(name, ref), rec[m['field']],
                                 name)
                n += 1
        self.assertGreater(n, 500)

    def test_a_record_is_the_same_however_it_is_asked_for(self):
        for c, ref, rec in self.records():
            name = c['name']
            self.assertEqual(self.d.call(name + '.get_record', ref), rec)
            self.assertEqual(
                self.d.call(name + '.get_by_uuid', rec['uuid']), ref)
            self.assertIn(ref, self.d.call(name + '.get_all'))
            if 'get_by_name_label' in c['message']:
                self.assertIn(ref, self.d.call(
                    name + '.get_by_name_label', rec['name_label']))
            same = 'field "uuid" = "%s"' % rec['uuid']
            self.assertEqual(
                self.d.call(name + '.get_all_records_where', same),
                {ref: rec})
            self.assertEqual(self.d.call(name + '.get_all_where', same),
                             [ref])

    def test_nothing_is_found_by_what_nothing_has(self):
        for name, c in self.facts.items():
            if c.get('state') == 'removed' or not c['in_db']:
                continue
            for m in c['messages']:
                if m.get('state') == 'removed':
                    continue
                call = '%s.%s' % (name, m['name'])
                if m['kind'] in ('getter', 'get_record', 'destroy'):
                    want = ['HANDLE_INVALID', name, NONE]
                    got = self.d.error(call, NONE)
                elif m['kind'] == 'get_by_uuid':
                    want = ['UUID_INVALID', name, 'x']
                    got = self.d.error(call, 'x')
                elif m['kind'] == 'get_by_name_label':
                    want, got = [], self.d.call(call, 'no such name')
                elif m['kind'] in ('get_all_where', 'get_all_records_where'):
                    want = []
                    got = list(self.d.call(call, 'false'))
                else:
                    continue
                self.assertEqual(got, want, call)

    def test_the_null_reference_is_no_object(self):
        for method in ('VM.get_record', 'VM.get_name_label', 'VM.get_uuid'):
            self.assertEqual(self.d.error(method, NULL),
                             ['HANDLE_INVALID', 'VM', NULL])
            self.assertEqual(self.d.error(method, ''),
                             ['HANDLE_INVALID', 'VM', NULL])

    def test_an_object_of_one_class_is_none_of_another(self):
        self.assertEqual(self.d.error('VM.get_uuid', self.pool),
                         ['HANDLE_INVALID', 'VM', self.pool])
        self.assertEqual(self.d.error('pool.set_master', self.pool,
                                      self.pool)[0],
                         'MESSAGE_METHOD_UNKNOWN')
        self.assertEqual(
            self.d.error('pool.set_default_SR', self.pool, self.host),
            ['HANDLE_INVALID', 'SR', self.host])

    # classes whose constructor and setters are plain, with what create takes
    plain = {
        'VM_appliance': {'name_label': 'a'},
        'VM_group': {'name_label': 'a', 'placement': 'normal'},
        'network': {'name_label': 'a', 'other_config': {'k': 'v'}},
        'secret': {'value': 's', 'other_config': {}},
    }

    def another(self, type_, value):
        """A different value of a type; None: no idea."""
        if type_ == 'string':
            return value + ' and <more> ö'
        if type_ == 'int':
            return value + 7
        if type_ == 'bool':
            return not value
        if type_ == 'float':
            return value + 0.25
        if type_ == 'string set':
            return value + ['one', 'two']
        if type_ == '(string -> string) map':
            return dict(value, one='1', two='2')
        return None

    def test_what_is_created_can_be_changed_and_destroyed(self):
        for name, args in self.plain.items():
            with self.subTest(name):
                self.life(name, args)

    def life(self, name, args):
        call, c = self.d.call, self.facts[name]
        ref = call(name + '.create', args)
        rec = call(name + '.get_record', ref)
        self.assertRegex(rec['uuid'], UUID)
        for field, value in args.items():
            self.assertEqual(rec[field], value)
        for m in c['messages']:
            if m['kind'] != 'setter' or m.get('state') == 'removed':
                continue
            f = c['field'][m['field']]
            value = self.another(f['type'], rec[f['name']])
            if value is None or f['name'] == 'MTU':
                continue
            self.assertEqual(
                call('%s.%s' % (name, m['name']), ref, value), '')
            rec = dict(rec, **{f['name']: value})
            self.assertEqual(call(name + '.get_record', ref), rec, m['name'])
        for m in c['messages']:
            if m['kind'] == 'add' and m['params'][-1][1] == 'string':
                self.add_and_remove(name, ref, m)
        self.assertEqual(call(name + '.destroy', ref), '')
        self.assertEqual(self.d.error(name + '.get_record', ref),
                         ['HANDLE_INVALID', name, ref])
        self.assertEqual(self.d.error(name + '.destroy', ref),
                         ['HANDLE_INVALID', name, ref])
        self.assertNotIn(ref, call(name + '.get_all'))

    def add_and_remove(self, name, ref, m):
        call, field = self.d.call, m['field']
        add = '%s.%s' % (name, m['name'])
        get = '%s.get_%s' % (name, field)
        before = call(get, ref)
        if len(m['params']) == 3:
            remove = '%s.remove_from_%s' % (name, field)
            self.assertEqual(call(add, ref, 'key', 'value'), '')
            self.assertEqual(call(get, ref), dict(before, key='value'))
            self.assertEqual(self.d.error(add, ref, 'key', 'other'),
                             ['MAP_DUPLICATE_KEY', name, field, ref, 'key'])
            # also the same value
            self.assertEqual(self.d.error(add, ref, 'key', 'value')[0],
                             'MAP_DUPLICATE_KEY')
        else:
            remove = '%s.remove_%s' % (name, field)
            for _ in range(2):
                self.assertEqual(call(add, ref, 'key'), '')
            self.assertEqual(call(get, ref), before + ['key'])
        for _ in range(2):
            self.assertEqual(call(remove, ref, 'key'), '')
        self.assertEqual(call(get, ref), before)

    def test_a_constructor_needs_what_has_no_default(self):
        got = self.d.error('network.create', {'name_label': 'x'})
        self.assertEqual(got[0], 'INTERNAL_ERROR')
        self.assertIn('other_config', got[1])

    def test_a_constructor_ignores_what_it_does_not_know(self):
        ref = self.d.call('VM_appliance.create', {
            'name_label': 'x', 'uuid': 'mine', 'colour': 'blue',
            'VMs': [NONE], 'allowed_operations': ['start']})
        rec = self.d.call('VM_appliance.get_record', ref)
        self.assertRegex(rec['uuid'], UUID)
        self.assertEqual(rec['VMs'], [])
        self.d.call('VM_appliance.destroy', ref)

    def test_references_in_a_constructor_must_exist(self):
        args = {'device': '0', 'network': NONE, 'VM': NONE, 'MAC': '',
                'MTU': 1500, 'other_config': {}, 'qos_algorithm_type': '',
                'qos_algorithm_params': {}}
        self.assertEqual(self.d.error('VIF.create', args)[0],
                         'HANDLE_INVALID')
        before = self.d.call('VIF.get_all')
        self.assertEqual(self.d.call('VIF.get_all'), before)

    def test_a_foreign_reference_is_told_as_it_came(self):
        for text in ('DummyRef:|x|y', 'Ref:4', 'nonsense', 'OpaqueRef:x',
                     NONE.upper(), 'OpaqueRef: ' + NONE[10:], '/etc/passwd',
                     'ö', '<b>'):
            self.assertEqual(self.d.error('VM.get_record', text),
                             ['HANDLE_INVALID', 'VM', text])
            self.assertEqual(
                self.d.error('pool.set_default_SR', self.pool, text),
                ['HANDLE_INVALID', 'SR', text])
        # a long one may be cut, between characters
        for text in ('ö' * 1000, 'xö' * 1000, '漢' * 1000, 'x漢' * 1000):
            got = self.d.error('pool.set_default_SR', self.pool, text)
            self.assertEqual(got[:2], ['HANDLE_INVALID', 'SR'])
            self.assertTrue(text.startswith(got[2]) and len(got[2]) > 50)

    def test_both_ends_of_a_relation_change_together(self):
        vm = self.d.call('VM.get_all_where',
                         'field "power_state" = "Halted"')[0]
        net = self.d.call('network.create', {'other_config': {}})
        before = self.d.call('VM.get_VIFs', vm)
        vif = self.d.call('VIF.create', {
            'device': '6', 'network': net, 'VM': vm, 'MAC': '', 'MTU': 1500,
            'other_config': {}, 'qos_algorithm_type': '',
            'qos_algorithm_params': {}})
        self.assertEqual(self.d.call('VM.get_VIFs', vm), before + [vif])
        self.assertEqual(self.d.call('network.get_VIFs', net), [vif])
        self.assertEqual(self.d.call('network.get_record', net)['VIFs'],
                         [vif])
        self.d.call('VIF.destroy', vif)
        self.assertEqual(self.d.call('VM.get_VIFs', vm), before)
        self.assertEqual(self.d.call('network.get_VIFs', net), [])
        self.d.call('network.destroy', net)


class Query(Base):
    """The language of get_all_records_where."""

    columns = {'uuid': 'uuid', 'name__label': 'name_label',
               'name__description': 'name_description'}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        words = ('', 'a', 'b', 'a and b', 'true', '(', 'field', 'ö', "it's")
        for i in range(12):
            cls.d.call('VM_appliance.create', {
                'name_label': words[i % len(words)],
                'name_description': words[i * 5 % len(words)]})

    def select(self, text):
        return set(self.d.call('VM_appliance.get_all_where', text))

    def test_random_expressions_select_what_they_say(self):
        records = self.d.call('VM_appliance.get_all_records')
        rng = random.Random(2)
        for _ in range(150):
            text, fits = self.expression(rng, records, 5)
            want = {ref for ref, rec in records.items() if fits(rec)}
            self.assertEqual(self.select(text), want, text)

    def expression(self, rng, records, depth):
        """Text, and a function that tells whether a record fits."""
        kind = rng.randrange(7 if depth else 3)
        if kind == 0:
            value = rng.random() < 0.5
            return ('true' if value else 'false'), lambda r: value
        if kind < 3:
            a, f = self.operand(rng, records)
            b, g = self.operand(rng, records)
            space = rng.choice(('', ' ', '\n '))
            return a + space + '=' + space + b, lambda r: f(r) == g(r)
        a, f = self.expression(rng, records, depth - 1)
        if kind == 3:
            return 'not (%s)' % a, lambda r: not f(r)
        if kind == 4:
            return '( %s )' % a, f
        b, g = self.expression(rng, records, depth - 1)
        if kind == 5:
            return '(%s) and (%s)' % (a, b), lambda r: f(r) and g(r)
        return '(%s) or (%s)' % (a, b), lambda r: f(r) or g(r)

    def operand(self, rng, records):
        if rng.random() < 0.6:
            column, name = rng.choice(list(self.columns.items()))
            return 'field "%s"' % column, lambda r: r[name]
        value = rng.choice(list(records.values()))[
            rng.choice(list(self.columns.values()))]
        return '"%s"' % value, lambda r: value

    def test_not_binds_tightest_then_and_then_or(self):
        everything = set(self.d.call('VM_appliance.get_all'))
        for text, all_ in (('true or false and false', True),
                           ('(true or false) and false', False),
                           ('not false and false', False),
                           ('not (false and false)', True),
                           ('not not true', True),
                           ('false and false or true', True)):
            self.assertEqual(self.select(text),
                             everything if all_ else set(), text)

    def test_fields_of_other_types_compare_by_their_text(self):
        vm = next(iter(self.d.call('VM.get_all')))
        rec = self.d.call('VM.get_record', vm)
        for column, text in (
                ('power_state', rec['power_state']),
                ('is_a_template', str(rec['is_a_template']).lower()),
                ('memory__static_max', str(rec['memory_static_max'])),
                ('VCPUs__max', str(rec['VCPUs_max'])),
                ('resident_on', rec['resident_on']),
                ('snapshot_time', rec['snapshot_time'])):
            if column not in [f.get('db', f['name'])
                              for f in self.facts['VM']['fields']]:
                column = column.replace('__', '_')
            got = self.d.call('VM.get_all_where', 'field "%s" = "%s"'
                              % (column, text))
            self.assertIn(vm, got, (column, text))

    def test_what_is_no_expression_is_refused(self):
        for text in ('', ' ', 'tru', 'True', 'field', 'field "uuid"',
                     'field "uuid" =', '= "x"', '"x" = ', 'not', 'true true',
                     'true and', 'or true', '(true', 'true)', '()',
                     'field uuid = "x"', 'field "uuid" = x', '"a" == "a"',
                     'field "uuid" = "x', 'field "no_such" = "x"',
                     'field "uuid" != "x"', "field 'uuid' = 'x'", 'not(', '"',
                     'field "" = "x"', 'truefalse', 'true; drop table VM',
                     '"a" = "b" = "c"', 'field "uuid" like "x"', '1 = 1'):
            for form in ('get_all_where', 'get_all_records_where'):
                got = self.d.error('VM_appliance.' + form, text)
                self.assertEqual(got[:2], ['INVALID_VALUE', text])
                self.assertEqual(len(got), 3)

    def test_hidden_fields_are_no_fields(self):
        internal = [f for f in self.facts['task']['fields']
                    if f.get('internal')]
        self.assertTrue(internal)
        for f in internal:
            text = 'field "%s" = "x"' % f.get('db', f['name'])
            self.assertEqual(self.d.error('task.get_all_where', text)[0],
                             'INVALID_VALUE')

    def test_depth_and_length_are_bounded(self):
        for text, ok in (('(' * 60 + 'true' + ')' * 60, True),
                         ('(' * 100 + 'true' + ')' * 100, False),
                         ('not ' * 60 + 'true', True),
                         ('not ' * 100 + 'true', False),
                         ('not ' * 1000000 + 'true', False),
                         ('(' * 1000000, False),
                         (' or '.join(['false'] * 500), True),
                         (' or '.join(['false'] * 50000), False)):
            if ok:
                self.select(text)
            else:
                self.assertEqual(
                    self.d.error('VM_appliance.get_all_where', text)[0],
                    'INVALID_VALUE')


class Text(Base):
    """Text that cannot be kept, sent on or told apart (A6)."""

    def json(self, raw):
        """A JSON-RPC call given as bytes: the reply as bytes."""
        status, data = self.d.request(raw)
        self.assertEqual(status, 200)
        return data

    bad = (b'\xc0\x80', b'\xc0\xaf', b'\xe0\x80\xaf', b'\xf0\x80\x80\xaf',
           b'\xed\xa0\x80', b'\xed\xbf\xbf', b'\xf4\x90\x80\x80', b'\xff',
           b'\x80', b'\xe2\x82', b'\xef\xbf\xbe', b'\xef\xbf\xbf',
           b'\x01', b'\x08', b'\x0b', b'\x1f')

    def test_bad_text_is_refused_wherever_it_stands_in_json(self):
        session = self.d.login()
        before = self.d.call('pool.get_record', self.pool)
        token = self.d.call('event.from', ['pool'], '', 0.0)['token']
        for piece in self.bad:
            escaped = b''.join(b'\\u%04x' % b for b in piece) \
                if piece[0] < 0x20 else piece
            for method, value in (
                    (b'set_name_label', b'"a%sb"'),
                    (b'set_tags', b'["x","%s"]'),
                    (b'set_other_config', b'{"a%s":"b"}'),
                    (b'set_other_config', b'{"a":"b%s"}'),
                    (b'add_tags', b'"%s"')):
                for text in {piece, escaped}:
                    reply = self.json(
                        b'{"jsonrpc":"2.0","method":"pool.%s","params":'
                        b'["%s","%s",%s],"id":1}' % (
                            method, session.encode(), self.pool.encode(),
                            value % text))
                    self.assertIn(b'"error":', reply, (method, text))
        self.assertEqual(self.d.call('pool.get_record', self.pool), before)
        # the stream of events goes on
        self.d.call('pool.add_to_other_config', self.pool, 'a6', '1')
        got = self.d.call('event.from', ['pool'], token, 5.0)
        self.assertEqual(len(got['events']), 1)
        self.d.call('pool.remove_from_other_config', self.pool, 'a6')

    def test_bad_text_is_refused_in_xml(self):
        session = self.d.login()
        before = self.d.call('pool.get_record', self.pool)
        for piece in self.bad + (b'&#1;', b'&#0;', b'&#xfffe;', b'&#xd800;',
                                 b'&#x110000;'):
            for method, value in (
                    (b'set_name_label', b'a%sb'),
                    (b'set_tags', b'<array><data><value>%s</value></data>'
                     b'</array>'),
                    (b'set_other_config', b'<struct><member><name>%s</name>'
                     b'<value>v</value></member></struct>'),
                    (b'set_other_config', b'<struct><member><name>k</name>'
                     b'<value>%s</value></member></struct>')):
                status, data = self.d.request(
                    b'<methodCall><methodName>pool.%s</methodName><params>'
                    b'<param><value>%s</value></param><param><value>%s'
                    b'</value></param><param><value>%s</value></param>'
                    b'</params></methodCall>' % (
                        method, session.encode(), self.pool.encode(),
                        value % piece), '/', 'text/xml')
                self.assertTrue(status == 400 or b'Failure' in data,
                                (method, piece))
        self.assertEqual(self.d.call('pool.get_record', self.pool), before)

    def test_good_text_comes_back_as_it_was(self):
        proxy = xmlrpc.client.ServerProxy(self.d.url)
        session = self.d.login()
        for text in ('', ' ', '\t\n', 'a\nb', '<&>"\'', ']]>', 'ö漢🂡',
                     '\u00a0\u2028\ufeff', '\U0010fffd', '\x7f\x80\x9f',
                     'x' * 100000, '%s%n', '$(id);`id`', '\\u0000',
                     '{"a":[1]}'):
            self.d.call('pool.set_name_description', self.pool, text)
            self.assertEqual(
                self.d.call('pool.get_name_description', self.pool), text)
            self.assertEqual(proxy.pool.get_name_description(
                session, self.pool)['Value'], text)
            proxy.pool.set_other_config(session, self.pool, {text: text})
            self.assertEqual(
                self.d.call('pool.get_other_config', self.pool),
                {text: text})
        self.d.call('pool.set_other_config', self.pool, {})

    def test_a_key_that_stands_twice_is_refused(self):
        session = self.d.login()
        before = self.d.call('pool.get_other_config', self.pool)
        for raw in (b'{"a":"1","a":"2"}', b'{"a":"1","\\u0061":"1"}'):
            reply = self.json(
                b'{"jsonrpc":"2.0","method":"pool.set_other_config","params":'
                b'["%s","%s",%s],"id":1}' % (session.encode(),
                                             self.pool.encode(), raw))
            self.assertIn(b'"error":', reply)
        member = b'<member><name>a</name><value>%s</value></member>'
        status, data = self.d.request(
            b'<methodCall><methodName>pool.set_other_config</methodName>'
            b'<params><param><value>%s</value></param><param><value>%s'
            b'</value></param><param><value><struct>%s%s</struct></value>'
            b'</param></params></methodCall>' % (
                session.encode(), self.pool.encode(), member % b'1',
                member % b'2'), '/', 'text/xml')
        self.assertTrue(status == 400 or b'Failure' in data)
        self.assertEqual(self.d.call('pool.get_other_config', self.pool),
                         before)


if __name__ == '__main__':
    tap.main()
