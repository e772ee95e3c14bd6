#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every class has: list, param-list, -get, -set, -add, -remove, -clear."""

import json
import urllib.parse

import tap
import thincli
import xapid


class Generic(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vm = cls.run_ok('vm-list', 'is-control-domain=true',
                            '--minimal').strip()
        cls.pool = cls.run_ok('pool-list', '--minimal').strip()

    @classmethod
    def run_ok(cls, *args, **options):
        r = thincli.run(cls.d, *args, **options)
        if r.status != 0 or r.err:
            raise AssertionError('%s: %s %s' % (args, r.status, r.err))
        return r.out

    def refused(self, *args, **options):
        r = thincli.run(self.d, *args, **options)
        self.assertEqual((r.status, r.out), (1, ''), args)
        return r.err

    def get(self, name, key=None):
        args = ['vm-param-get', 'uuid=' + self.vm, 'param-name=' + name]
        if key:
            args.append('param-key=' + key)
        return self.run_ok(*args)[:-1]

    def change(self, verb, *args):
        self.assertEqual(
            self.run_ok('vm-param-' + verb, 'uuid=' + self.vm, *args), '')

    # ---- lists ----

    def test_names_stand_in_the_order_of_the_fields(self):
        out = self.run_ok('vm-list', 'uuid=' + self.vm,
                          'params=power-state,name-label,uuid')
        self.assertEqual([line.split('(')[0].strip()
                          for line in out.splitlines() if line],
                         ['uuid', 'name-label', 'power-state'])

    def test_names_are_padded_to_the_longest(self):
        out = self.run_ok('vm-list', 'uuid=' + self.vm,
                          'params=uuid,name-label,power-state')
        lines = out.split('\n')
        self.assertEqual(lines[0], 'uuid ( RO)           : ' + self.vm)
        self.assertTrue(lines[1].startswith('     name-label ( RW): '))
        self.assertEqual(lines[2], '    power-state ( RO): running')
        self.assertEqual(lines[3:], ['', '', ''])

    def test_all_fields(self):
        out = self.run_ok('vm-list', 'uuid=' + self.vm, 'params=all')
        self.assertIn('allowed-VBD-devices (SRO): <expensive field>', out)
        self.assertIn('ha-always-run ( RW) [DEPRECATED]: false', out)
        self.assertNotIn('nested-virt', out)
        self.assertIn('resident-on ( RO): ', out)

    def test_fields_that_do_not_exist_leave_rows_empty(self):
        self.assertEqual(self.run_ok('vm-list', 'params=nothing').strip(),
                         '')

    def test_conditions_on_plain_fields_sets_and_maps(self):
        self.change('add', 'param-name=tags', 'param-key=here')
        self.change('set', 'other-config:colour=red')
        for condition, fits in (
                ('tags:contains=here', True), ('tags:contains=no', False),
                ('other-config:colour=red', True),
                ('other-config-colour=red', True),
                ('other-config:colour=blue', False),
                ('other-config:none=red', False),
                ('power-state=running', True),
                ('power-state=Running', False),
                ('is-control-domain=true', True)):
            out = self.run_ok('vm-list', 'uuid=' + self.vm, condition,
                              '--minimal').strip()
            self.assertEqual(out, self.vm if fits else '', condition)
        self.change('clear', 'param-name=tags')
        self.change('remove', 'param-name=other-config',
                    'param-key=colour')

    def test_conditions_on_a_field_that_does_not_exist(self):
        err = self.refused('vm-list', 'nmae-label=x')
        self.assertTrue(err.startswith('Error: '))
        self.assertIn('name-label', err)

    def test_all_counts_templates_too(self):
        everything = self.run_ok('vm-list', '--all', '--minimal')
        templates = self.run_ok('template-list', '--minimal')
        vms = self.run_ok('vm-list', '--minimal')
        want = [u for x in (templates, vms) for u in x.strip().split(',')
                if u]
        self.assertEqual(sorted(everything.strip().split(',')),
                         sorted(want))

    def test_commas_and_backslashes_are_escaped_in_minimal_output(self):
        old = self.get('name-description')
        self.change('set', 'name-description=a, b\\c; d')
        self.assertEqual(self.run_ok(
            'vm-list', 'uuid=' + self.vm, 'params=name-description',
            '--minimal'), 'a\\, b\\\\c; d\n')
        self.change('set', 'name-description=' + old)

    # ---- one object ----

    def test_param_list_has_every_field_of_the_list_of_all(self):
        every = self.run_ok('pool-param-list', 'uuid=' + self.pool)
        listed = self.run_ok('pool-list', 'params=all')
        self.assertEqual([x.split(')')[0] for x in every.splitlines()],
                         [x.split(')')[0] for x in listed.splitlines()])

    def test_fields_of_the_pool_that_its_hosts_share(self):
        for name, value in (('https-only', 'false'),
                            ('ssh-enabled', 'true'),
                            ('ha-statefiles', '')):
            self.assertEqual(
                self.run_ok('pool-param-get', 'uuid=' + self.pool,
                            'param-name=' + name), value + '\n')

    def test_getting_a_value(self):
        self.assertEqual(self.get('power-state'), 'running')
        self.assertEqual(self.get('is-control-domain'), 'true')
        self.assertEqual(self.get('HVM-shadow-multiplier'), '1.000')
        self.assertEqual(self.get('snapshot-time'), '19700101T00:00:00Z')
        self.assertEqual(self.get('snapshot-of'), '<not in database>')

    def test_a_key_of_a_map(self):
        self.change('add', 'param-name=other-config', 'k1=v1', 'k2=v2')
        self.assertEqual(self.get('other-config', 'k1'), 'v1')
        self.assertIn('k1: v1; k2: v2', self.get('other-config'))
        self.assertTrue(self.refused(
            'vm-param-get', 'uuid=' + self.vm, 'param-name=other-config',
            'param-key=none').startswith('Error: '))
        self.change('remove', 'param-name=other-config', 'param-key=k1')
        self.change('remove', 'param-name=other-config', 'param-key=k2')
        self.assertNotIn('k1', self.get('other-config'))

    def test_a_key_that_exists_is_replaced_by_set_and_refused_by_add(self):
        self.change('set', 'other-config:same=1')
        self.change('set', 'other-config:same=2')
        self.assertEqual(self.get('other-config', 'same'), '2')
        self.assertIn('key: same', self.refused(
            'vm-param-add', 'uuid=' + self.vm, 'param-name=other-config',
            'same=3'))
        self.change('remove', 'param-name=other-config', 'param-key=same')

    def test_sets(self):
        self.change('add', 'param-name=tags', 'param-key=one')
        self.change('add', 'param-name=tags', 'param-key=two')
        self.assertEqual(sorted(self.get('tags').split(', ')),
                         ['one', 'two'])
        self.assertTrue(self.refused(
            'vm-param-remove', 'uuid=' + self.vm, 'param-name=tags',
            'param-key=three').startswith('Error: '))
        self.change('remove', 'param-name=tags', 'param-key=one')
        self.assertEqual(self.get('tags'), 'two')
        self.change('clear', 'param-name=tags')
        self.assertEqual(self.get('tags'), '')

    def test_what_cannot_be_changed_is_refused(self):
        for args in (('set', 'power-state=halted'),
                     ('set', 'no-such=1'),
                     ('set', 'tags=x'),
                     ('set', 'other-config=x'),
                     ('add', 'param-name=name-label', 'param-key=x'),
                     ('add', 'param-name=tags'),
                     ('add', 'param-name=snapshots', 'param-key=x'),
                     ('clear', 'param-name=power-state'),
                     ('set', 'VCPUs-max=many'),
                     ('set', 'is-a-template=perhaps')):
            err = self.refused('vm-param-' + args[0], 'uuid=' + self.vm,
                               *args[1:])
            self.assertTrue(err.startswith('Error: '), (args, err))

    def test_several_values_in_one_command(self):
        old = self.get('name-description')
        self.change('set', 'name-description=new', 'other-config:a=1',
                    'other-config:b=2')
        self.assertEqual(self.get('name-description'), 'new')
        self.assertEqual(self.get('other-config', 'b'), '2')
        self.change('remove', 'param-name=other-config', 'param-key=a')
        self.change('remove', 'param-name=other-config', 'param-key=b')
        self.change('set', 'name-description=' + old)

    # ---- rights ----

    def test_roles_count(self):
        err = self.refused('vm-param-set', 'uuid=' + self.vm,
                           'name-label=mine', user='read-only')
        self.assertIn('permission: ', err)
        self.run_ok('vm-list', user='read-only')

    def test_a_wrong_password(self):
        err = self.refused('vm-list', password='wrong')
        self.assertTrue(err.endswith("For usage run: 'xe help'\n"))

    def test_no_user_and_no_password(self):
        self.assertIn('user name', self.refused('vm-list', user='',
                                                password=''))

    # ---- what our own client may wish ----

    def wish(self, *args, **wishes):
        return thincli.run(self.d, *args,
                           path='/xe?' + urllib.parse.urlencode(wishes))

    def test_rows_have_typed_values(self):
        r = self.wish('vm-list', 'uuid=' + self.vm, 'params=all', rows=1)
        row = {name: json.loads(value or json.dumps(shown))
               for name, (shown, value) in r.rows[0].items()}
        self.assertEqual(row['uuid'], self.vm)
        self.assertIs(row['is-control-domain'], True)
        self.assertEqual(row['VCPUs-max'], int(self.get('VCPUs-max')))
        self.assertEqual(row['tags'], [])
        self.assertEqual(row['platform'], {})
        self.assertIsNone(row['snapshot-of'])
        self.assertIsNone(row['memory-target'])

    def test_where(self):
        for where, fits in (('field "uuid" = "none"', False),
                            ('field "uuid" = "%s"' % self.vm, True)):
            r = self.wish('vm-list', '--minimal', where=where)
            self.assertEqual(r.out.strip(), self.vm if fits else '')
        self.assertEqual(self.wish('vm-list', where='nonsense').status, 1)

    def test_a_rehearsal_changes_nothing(self):
        before = self.get('name-label')
        r = self.wish('vm-param-set', 'uuid=' + self.vm,
                      'name-label=other', **{'dry-run': 1})
        self.assertEqual(r.status, 0)
        self.assertIn('VM.set_name_label', r.err)
        self.assertIn('value=other', r.err)
        self.assertEqual(self.get('name-label'), before)

    def test_the_calls_of_a_command_are_told(self):
        r = self.wish('vm-list', explain=1)
        self.assertIn('VM.get_all_records_where expr=true\n', r.err)

    def test_a_rehearsal_hides_secrets(self):
        r = self.wish('secret-create', 'value=hushhush', **{'dry-run': 1})
        self.assertNotIn('hushhush', r.err + r.out)


if __name__ == '__main__':
    tap.main()
