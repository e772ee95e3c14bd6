#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Class message, and the bound on alerts (attack A32)."""

import unittest

import tap
import xapid


class Base(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.d.call('pool.get_all')[0]
        cls.uuid = cls.d.call('pool.get_uuid', cls.pool)

    def make(self, name='TEST', priority=5, body='b'):
        return self.d.call('message.create', name, priority, 'Pool',
                           self.uuid, body)


class Message(Base):
    def test_a_message_is_read_back_as_it_was_made(self):
        ref = self.make('NAME', 3, 'body <of> "it"')
        record = self.d.call('message.get_record', ref)
        self.assertEqual(
            {k: record[k] for k in ('name', 'priority', 'cls', 'obj_uuid',
                                    'body')},
            {'name': 'NAME', 'priority': 3, 'cls': 'Pool',
             'obj_uuid': self.uuid, 'body': 'body <of> "it"'})
        self.assertEqual(self.d.call('message.get_by_uuid', record['uuid']),
                         ref)
        self.assertEqual(self.d.call('message.get_all_records')[ref], record)
        self.assertIn(ref, self.d.call('message.get_all'))

    def test_its_object_must_exist(self):
        unknown = '00000000-0000-4000-8000-000000000000'
        self.assertEqual(
            self.d.error('message.create', 'X', 1, 'VM', unknown, ''),
            ['UUID_INVALID', 'VM', unknown])
        self.assertEqual(
            self.d.error('message.get', 'Host', unknown, '19700101T00:00:00Z'),
            ['UUID_INVALID', 'host', unknown])

    def test_a_message_that_is_gone_says_so(self):
        ref = self.make()
        self.assertEqual(self.d.call('message.destroy', ref), '')
        gone = ['HANDLE_INVALID', 'message', ref]
        self.assertEqual(self.d.error('message.get_record', ref), gone)
        self.assertEqual(self.d.error('message.destroy', ref), gone)

    def test_destroy_many_is_all_or_nothing(self):
        one, two = self.make(), self.make()
        bad = 'OpaqueRef:00000000-0000-4000-8000-000000000001'
        self.assertEqual(
            self.d.error('message.destroy_many', [one, bad]),
            ['HANDLE_INVALID', 'message', bad])
        self.assertIn(one, self.d.call('message.get_all'))
        self.d.call('message.destroy_many', [one, two])
        left = self.d.call('message.get_all')
        self.assertNotIn(one, left)
        self.assertNotIn(two, left)

    def test_readers_select_by_object_time_and_expression(self):
        before = '19990101T00:00:00Z'
        after = '20990101T00:00:00Z'
        ref = self.make('SELECT_ME')
        get = self.d.call
        self.assertIn(ref, get('message.get', 'Pool', self.uuid, before))
        self.assertEqual(get('message.get', 'Pool', self.uuid, after), {})
        self.assertIn(ref, get('message.get_since', before))
        self.assertEqual(get('message.get_since', after), {})
        where = get('message.get_all_records_where',
                    'field "name" = "SELECT_ME"')
        self.assertEqual(list(where), [ref])
        self.assertEqual(
            self.d.error('message.get_all_records_where', 'field')[0],
            'INVALID_VALUE')

    def test_newest_come_first(self):
        refs = [self.make('ORDER') for _ in range(5)]
        found = list(self.d.call('message.get_all_records_where',
                                 'field "name" = "ORDER"'))
        self.assertEqual(found, refs[::-1])

    def test_destroy_all_filters_by_priority_and_time(self):
        keep, drop = self.make(priority=1), self.make(priority=2)
        self.assertEqual(
            self.d.error('message.destroy_all', {'before': 'yesterday'}),
            ['INVALID_VALUE', 'before', 'yesterday'])
        self.d.call('message.destroy_all',
                    {'priority': '2', 'after': '19990101T00:00:00Z'})
        left = self.d.call('message.get_all')
        self.assertIn(keep, left)
        self.assertNotIn(drop, left)

    def test_event_from_reports_them_like_any_object(self):
        token = self.d.call('event.from', ['message'], '', 0.0)['token']
        ref = self.make()
        got = self.d.call('event.from', ['message'], token, 5.0)
        self.assertEqual([(e['class'], e['operation'], e['ref'])
                          for e in got['events']], [('message', 'add', ref)])
        self.assertEqual(got['events'][0]['snapshot']['name'], 'TEST')
        self.d.call('message.destroy', ref)
        got = self.d.call('event.from', ['message'], got['token'], 5.0)
        self.assertEqual([(e['operation'], e['ref']) for e in got['events']],
                         [('del', ref)])

    def test_there_are_no_implicit_messages(self):
        for name in ('get_name', 'get_all_where', 'get_uuid'):
            self.assertEqual(self.d.error('message.' + name, 'x')[0],
                             'MESSAGE_METHOD_UNKNOWN')

    def test_names_and_bodies_are_bounded(self):
        self.assertEqual(self.d.error(
            'message.create', 'n' * 257, 1, 'Pool', self.uuid, '')[:2],
            ['INVALID_VALUE', 'name'])
        self.assertEqual(self.d.error(
            'message.create', 'n', 1, 'Pool', self.uuid, 'b' * 65537)[:2],
            ['INVALID_VALUE', 'body'])

    def test_a_reader_may_read_but_not_write(self):
        reader = self.d.login('read-only')
        self.d.call('message.get_all', session=reader)
        self.assertEqual(
            self.d.error('message.create', 'X', 1, 'Pool', self.uuid, '',
                         session=reader)[0], 'RBAC_PERMISSION_DENIED')


class Bound(Base):
    args = ('--max-messages', '20')

    def test_the_oldest_go_when_there_are_too_many(self):
        """A32: the oldest messages go when there are too many"""
        refs = [self.make('N%d' % i) for i in range(50)]
        self.assertEqual(set(self.d.call('message.get_all')), set(refs[-20:]))


class Restart(unittest.TestCase):
    def test_messages_survive_a_crash(self):
        with xapid.start() as d:
            pool = d.call('pool.get_all')[0]
            uuid = d.call('pool.get_uuid', pool)
            ref = d.call('message.create', 'KEPT', 2, 'Pool', uuid, 'x')
            record = d.call('message.get_record', ref)
            d.kill()
            d.start()
            self.assertEqual(d.call('message.get_record', ref), record)


if __name__ == '__main__':
    tap.main()
