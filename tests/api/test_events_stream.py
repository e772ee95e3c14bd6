#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GET /events: server-sent events."""

import json
import time
import unittest
import urllib.parse

import tap
import xapid


class Stream:
    """One connection, read as blocks of fields."""

    def __init__(self, d, session, last=None, **query):
        query['session_id'] = session
        self.c = d.connection(timeout=10)
        headers = {'Last-Event-ID': last} if last else {}
        self.c.request('GET', '/events?' + urllib.parse.urlencode(query),
                       headers=headers)
        self.r = self.c.getresponse()
        self.status = self.r.status
        self.token = None

    def block(self):
        """The next block; None at the end of the stream."""
        fields = {}
        while True:
            line = self.r.readline()
            if not line:
                return None
            line = line.decode().rstrip('\n')
            if not line:
                break
            name, _, value = line.partition(': ')
            fields[name] = value
        self.token = fields.get('id', self.token)
        if 'data' in fields:
            fields['data'] = json.loads(fields['data'])
        return fields

    def event(self):
        while True:
            block = self.block()
            if block is None or 'event' in block:
                return block

    def close(self):
        self.r.close()
        self.c.close()


class EventStream(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool = cls.d.call('pool.get_all')[0]

    def setUp(self):
        self.session = self.d.login()
        self.streams = []

    def tearDown(self):
        for s in self.streams:
            s.close()

    def now(self):
        return self.d.call('event.from', [], '', 0.0)['token']

    def open(self, **query):
        s = Stream(self.d, self.session, **query)
        self.streams.append(s)
        return s

    def touch(self, key):
        self.d.call('pool.add_to_other_config', self.pool, key, 'x')

    def test_everything_that_exists_comes_first(self):
        s = self.open(classes='pool,host')
        self.assertEqual(s.status, 200)
        self.assertEqual(s.r.getheader('Content-Type'), 'text/event-stream')
        seen = {}
        for _ in range(2):
            block = s.event()
            self.assertEqual(block['event'], 'add')
            seen[block['data']['class']] = block['data']
        self.assertEqual(seen['pool']['ref'], self.pool)
        self.assertEqual(seen['pool']['snapshot'],
                         self.d.call('pool.get_record', self.pool))
        self.assertEqual(set(seen), {'pool', 'host'})

    def test_changes_arrive_at_once(self):
        s = self.open(classes='pool', token=self.now())
        begun = time.time()
        self.touch('stream-a')
        block = s.event()
        self.assertLess(time.time() - begun, 1)
        self.assertEqual(block['event'], 'mod')
        self.assertEqual(
            block['data']['snapshot']['other_config']['stream-a'], 'x')
        self.assertEqual(block['data']['operation'], 'mod')

    def test_last_event_id_goes_on_without_loss_or_repetition(self):
        s = self.open(classes='pool', token=self.now())
        self.touch('stream-b')
        self.assertEqual(s.event()['event'], 'mod')
        token = s.token
        s.close()
        self.touch('stream-c')
        again = Stream(self.d, self.session, last=token, classes='pool',
                       token='0,0')
        self.streams.append(again)
        block = again.event()
        self.assertEqual(block['event'], 'mod')
        self.assertIn('stream-c', block['data']['snapshot']['other_config'])
        self.touch('stream-d')
        block = again.event()
        self.assertIn('stream-d', block['data']['snapshot']['other_config'])

    def test_one_object_of_many(self):
        secret = self.d.call('VM_group.create', {
            'name_label': 'a', 'name_description': '',
            'placement': 'normal'})
        s = self.open(classes='pool/' + self.pool, token=self.now())
        self.d.call('VM_group.destroy', secret)
        self.touch('stream-e')
        self.assertEqual(s.event()['data']['class'], 'pool')

    def test_a_deletion_has_no_snapshot(self):
        token = self.now()
        group = self.d.call('VM_group.create', {
            'name_label': 'a', 'name_description': '',
            'placement': 'normal'})
        s = self.open(classes='vm_group', token=token)
        self.assertEqual(s.event()['event'], 'add')
        self.d.call('VM_group.destroy', group)
        block = s.event()
        self.assertEqual(block['event'], 'del')
        self.assertEqual(block['data']['ref'], group)
        self.assertNotIn('snapshot', block['data'])

    def test_the_stream_ends_with_its_session(self):
        """A27: a stream ends with its session"""
        s = self.open(classes='pool', token=self.now())
        self.d.call('session.logout', session=self.session)
        begun = time.time()
        self.assertIsNone(s.event())
        self.assertLess(time.time() - begun, 3)
        self.session = self.d.login()

    def test_a_session_is_needed(self):
        self.assertEqual(self.d.http('GET', '/events')[0], 401)

    def test_bad_requests(self):
        self.assertEqual(self.open(token='nonsense').status, 400)
        self.assertEqual(self.open(classes='a/b/c').status, 400)
        self.assertEqual(
            self.open(token='99999999999999999999,0').status, 410)

    def test_the_daemon_ends_while_streams_are_open(self):
        with xapid.start() as d:
            session = d.login()
            s = Stream(d, session, classes='pool')
            self.assertEqual(s.event()['event'], 'add')
            begun = time.time()
            self.assertEqual(d.stop(), 0)
            self.assertLess(time.time() - begun, 5)
            s.close()
            d.start()


class Quota(unittest.TestCase):
    def test_streams_of_one_user_are_counted(self):
        """A3: a user's streams count against the bound on waiting calls"""
        with xapid.start('--max-event-calls-per-user', '4') as d:
            session = d.login()
            token = d.call('event.from', [], '', 0.0)['token']
            open_ = [Stream(d, session, token=token) for _ in range(4)]
            self.assertEqual([s.status for s in open_], [200] * 4)
            fifth = Stream(d, session, token=token)
            self.assertEqual(fifth.status, 503)
            fifth.close()
            self.assertEqual(
                d.error('event.from', ['pool'], token, 0.0)[0], 'TOO_BUSY')
            other = Stream(d, d.login('read-only'), token=token)
            self.assertEqual(other.status, 200)
            other.close()
            for s in open_:
                s.close()
            end = time.time() + 5
            while time.time() < end:  # noticed within a second
                s = Stream(d, session, token=token)
                s.close()
                if s.status == 200:
                    break
                time.sleep(0.1)
            self.assertEqual(s.status, 200)


if __name__ == '__main__':
    tap.main()
