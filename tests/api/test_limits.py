#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers are counted, and wait where a rate limit says so."""

import base64
import http.client
import json
import shutil
import tempfile
import threading
import time
import unittest

import tap
import xapid

BASIC = 'Basic ' + base64.b64encode(
    ('root:' + xapid.PASSWORD).encode()).decode()
SLOW = 0.0001   # tokens a second: nobody waits that long


class Client:
    """A connection with a user agent of its own."""

    def __init__(self, d, agent):
        self.d, self.agent = d, agent
        self.http = d.connection()

    def send(self, method, *params):
        self.http.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': method, 'id': 1,
             'params': [self.d.session] + list(params)}),
            {'User-Agent': self.agent})

    def answer(self):
        reply = json.loads(self.http.getresponse().read())
        return reply.get('result', reply.get('error'))

    def call(self, method, *params):
        self.send(method, *params)
        return self.answer()

    def close(self):
        self.http.close()


class Limits(xapid.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.call('pool.get_all')

    def client(self, agent):
        c = Client(self.d, agent)
        self.addCleanup(c.close)
        return c

    def caller(self, agent, ip='', group=None):
        ref = self.d.call('Caller.create', {
            'name_label': 'c ' + agent, 'name_description': '',
            'user_agent': agent, 'client_ip': ip})
        self.addCleanup(self.gone, 'Caller', ref)
        if group:
            self.d.call('Caller.add_group', ref, group)
        return ref

    def limit(self, burst, fill, *callers):
        ref = self.d.call('Rate_limit.create', {
            'name_label': 'l', 'name_description': '',
            'burst_size': burst, 'fill_rate': fill})
        self.addCleanup(self.gone, 'Rate_limit', ref)
        for c in callers:
            self.d.call('Rate_limit.add_caller', ref, c)
        return ref

    def gone(self, cls, ref):
        if ref in self.d.call(cls + '.get_all'):
            self.d.call(cls + '.destroy', ref)

    def count(self, ref):
        return self.d.call('Caller.query_call_count', ref)

    def waiting(self, agent, method='pool.get_all', *params):
        """A client whose call has been counted and has no answer."""
        c = self.client(agent)
        c.send(method, *params)
        return c

    def is_silent(self, client, seconds=0.3):
        client.http.sock.settimeout(seconds)
        try:
            client.http.sock.recv(1, 2)     # MSG_PEEK
            return False
        except TimeoutError:
            return True
        finally:
            client.http.sock.settimeout(30 * xapid.PATIENCE)


class Counting(Limits):
    def test_a_call_counts_for_every_caller_that_it_fits(self):
        whole = self.caller('count/1', '127.0.0.1')
        begins = self.caller('count*')
        other = self.caller('count/2')
        c = self.client('count/1')
        for _ in range(5):
            c.call('pool.get_all')
        self.client('count/3').call('pool.get_all')
        self.assertEqual(
            [self.count(x) for x in (whole, begins, other)], [5, 6, 0])

    def test_costly_calls_cost_more_tokens(self):
        ref = self.caller('costs')
        c = self.client('costs')
        c.call('pool.get_all')
        c.call('VM.start', 'OpaqueRef:NULL', False, False)
        self.assertEqual(self.d.call('Caller.query_token_usage', ref), 21)

    def test_a_failed_login_is_counted(self):
        ref = self.caller('burglar')
        c = self.client('burglar')
        c.http.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': 'session.login_with_password',
             'params': ['root', 'wrong'], 'id': 1}),
            {'User-Agent': 'burglar'})
        c.answer()
        self.assertEqual(self.count(ref), 1)

    def test_requests_that_are_no_calls_are_counted(self):
        ref = self.caller('fetcher')
        status, _, _ = self.d.http('GET', '/audit_log', None, {
            'User-Agent': 'fetcher', 'Authorization': BASIC})
        self.assertEqual(status, 200)
        self.assertEqual(self.count(ref), 1)

    def test_groups_add_up(self):
        self.caller('team/1', group='team')
        self.caller('team/2', group='team')
        for agent in ('team/1', 'team/2', 'team/2'):
            self.client(agent).call('pool.get_all')
        self.assertEqual(
            self.d.call('Caller.query_group_call_count', 'team'), 3)
        self.assertEqual(
            self.d.call('Caller.query_group_token_usage', 'team'), 3)
        self.assertEqual(self.d.error('Caller.query_group_call_count', '')[0],
                         'INVALID_VALUE')

    def test_usage_lists_the_greediest_first(self):
        few, many = self.caller('few'), self.caller('many')
        self.client('few').call('pool.get_all')
        for _ in range(3):
            self.client('many').call('pool.get_all')
        rows = self.d.call('Caller.query_all_usage')
        names = [row[1] for row in rows]
        self.assertLess(names.index('c many'), names.index('c few'))
        self.assertIn([self.d.call('Caller.get_uuid', many), 'c many',
                       '3.000', '3'], rows)
        self.assertEqual(len(rows), len(self.d.call('Caller.get_all')))
        self.assertTrue(few)

    def test_last_access_follows(self):
        ref = self.caller('seen')
        before = self.d.call('Caller.get_last_access', ref)
        self.client('seen').call('pool.get_all')
        xapid.until(lambda: self.d.call('Caller.get_last_access', ref)
                    != before)

    def test_a_twin_is_the_same_caller_by_its_new_name(self):
        ref = self.caller('twin', '10.0.0.*')
        again = self.d.call('Caller.create', {
            'name_label': 'second', 'name_description': '',
            'user_agent': 'twin', 'client_ip': '10.0.0.*'})
        self.assertEqual(ref, again)
        self.assertEqual(self.d.call('Caller.get_name_label', ref), 'second')
        self.assertNotEqual(ref, self.caller('twin', '10.0.0.1*'))

    def test_nobody_is_everybody(self):
        for agent, ip in (('', ''), ('*', ''), ('', '*'), ('*', '*')):
            self.assertEqual(self.d.error('Caller.create', {
                'name_label': '', 'name_description': '',
                'user_agent': agent, 'client_ip': ip})[:2],
                ['INVALID_VALUE', 'user_agent/client_ip'])

    def test_group_names_are_plain(self):
        ref = self.caller('grouped', group='a')
        for bad in ('', 'a b', 'x' * 65, 'ü', 'a/b'):
            self.assertEqual(self.d.error('Caller.add_group', ref, bad)[:2],
                             ['INVALID_VALUE', 'group'])
        self.d.call('Caller.add_group', ref, 'a')
        self.assertEqual(self.d.call('Caller.get_groups', ref), ['a'])
        self.d.call('Caller.remove_group', ref, 'a')
        self.assertEqual(self.d.call('Caller.get_groups', ref), [])

    def test_counts_end_with_their_caller(self):
        ref = self.caller('ends')
        self.d.call('Caller.destroy', ref)
        self.client('ends').call('pool.get_all')
        self.assertEqual(self.d.error('Caller.query_call_count', ref)[0],
                         'HANDLE_INVALID')


class Waiting(Limits):
    def test_a_burst_passes_and_the_rest_comes_at_the_rate(self):
        ref = self.caller('rated')
        self.limit(10.0, 50.0, ref)
        c = self.client('rated')
        began = time.monotonic()
        for _ in range(60):
            c.call('pool.get_all')
        self.assertGreaterEqual(time.monotonic() - began, 0.99)
        self.assertEqual(self.count(ref), 60)

    def test_who_is_not_meant_does_not_wait(self):
        self.limit(1.0, SLOW, self.caller('meant'))
        self.assertIn('OpaqueRef', self.client('meant').call('pool.get_all')[0])
        for _ in range(50):
            self.client('meant not').call('pool.get_all')

    def test_who_waits_gets_in_when_the_limit_goes(self):
        limit = self.limit(1.0, SLOW, self.caller('freed'))
        self.client('freed').call('pool.get_all')
        waiting = [self.waiting('freed') for _ in range(20)]
        self.assertTrue(self.is_silent(waiting[0]))
        self.d.call('Rate_limit.destroy', limit)
        for w in waiting:
            self.assertIn('OpaqueRef', w.answer()[0])

    def test_who_waits_does_nothing_when_its_session_has_ended(self):
        limit = self.limit(1.0, SLOW, self.caller('ended'))
        session = self.d.raw('session.login_with_password', 'root',
                             xapid.PASSWORD)
        c = self.client('ended')
        c.call('pool.get_all')
        w = self.client('ended')
        w.http.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': 'pool.get_all', 'id': 1,
             'params': [session]}), {'User-Agent': 'ended'})
        self.assertTrue(self.is_silent(w))
        self.d.raw('session.logout', session)
        self.d.call('Rate_limit.destroy', limit)
        answer = w.answer()
        self.assertEqual(answer['message'], 'SESSION_INVALID')

    def test_a_task_that_was_accepted_is_done_whoever_has_left(self):
        """like one that waits for its turn: who has it may rely on it"""
        d = self.d
        limit = self.limit(1.0, SLOW, self.caller('left'))
        c = self.client('left')
        c.call('pool.get_all')
        session = d.raw('session.login_with_password', 'root',
                        xapid.PASSWORD)
        c.http.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': 'Async.pool.sync_database', 'id': 1,
             'params': [session]}), {'User-Agent': 'left'})
        task = c.answer()
        d.raw('session.logout', session)
        self.assertEqual(d.call('task.get_status', task), 'pending')
        d.call('Rate_limit.destroy', limit)
        self.assertEqual(d.ended(task)['status'], 'success')

    def test_by_the_local_socket_nobody_waits(self):
        """root gets out of a limit that fits itself"""
        limit = self.limit(1.0, SLOW, self.caller('shut*'))
        self.client('shut out').call('pool.get_all')
        waiting = self.waiting('shut out')
        self.assertTrue(self.is_silent(waiting))
        c = self.client('shut out')
        c.http = xapid.UnixConnection(self.d.socket)
        for _ in range(10):
            c.call('pool.get_all')
        c.call('Rate_limit.destroy', limit)
        self.assertIn('OpaqueRef', waiting.answer()[0])

    def test_requests_that_wait_shut_no_other_client_out(self):
        self.limit(1.0, SLOW, self.caller('crowd'))
        self.client('crowd').call('pool.get_all')
        crowd = [self.d.connection() for _ in range(80)]
        for h in crowd:
            self.addCleanup(h.close)
            h.request('GET', '/audit_log', headers={
                'Authorization': BASIC, 'User-Agent': 'crowd'})
        other = self.d.connection()
        self.addCleanup(other.close)
        other.request('GET', '/audit_log', headers={
            'Authorization': BASIC, 'User-Agent': 'another'})
        self.assertEqual(other.getresponse().status, 200)

    def test_who_waits_follows_a_limit_that_changes(self):
        limit = self.limit(1.0, SLOW, self.caller('changed'))
        self.client('changed').call('pool.get_all')
        waiting = [self.waiting('changed') for _ in range(5)]
        self.assertTrue(self.is_silent(waiting[0]))
        self.d.call('Rate_limit.set_fill_rate', limit, 1000.0)
        self.assertEqual(self.d.call('Rate_limit.get_fill_rate', limit), 1000)
        for w in waiting:
            self.assertIn('OpaqueRef', w.answer()[0])
        self.d.call('Rate_limit.set_burst_size', limit, 1000.0)
        for _ in range(50):
            waiting[0].call('pool.get_all')

    def test_blocking_calls_wait_as_well(self):
        limit = self.limit(1.0, SLOW, self.caller('blocks'))
        self.client('blocks').call('pool.get_all')
        host = self.d.call('host.get_all')[0]
        w = self.waiting('blocks', 'host.get_servertime', host)
        v = self.waiting('blocks', 'host.get_log', host)
        self.assertTrue(self.is_silent(w) and self.is_silent(v))
        self.d.call('Rate_limit.destroy', limit)
        self.assertIn('T', w.answer())
        self.assertTrue(v.answer())

    def test_a_task_is_answered_at_once_and_works_later(self):
        limit = self.limit(1.0, SLOW, self.caller('async'))
        c = self.client('async')
        c.call('pool.get_all')
        vm = self.d.call('VM.get_all')[0]
        task = c.call('Async.VM.set_name_label', vm, 'x')
        if isinstance(task, dict):  # no such form: another that has one
            task = c.call('Async.pool.sync_database')
        self.assertEqual(self.d.call('task.get_status', task), 'pending')
        self.d.call('Rate_limit.destroy', limit)
        self.assertIn(self.d.ended(task)['status'], ('success', 'failure'))

    def test_a_task_that_waits_can_be_cancelled(self):
        self.limit(1.0, SLOW, self.caller('cancels'))
        c = self.client('cancels')
        c.call('pool.get_all')
        task = c.call('Async.pool.sync_database')
        self.assertEqual(self.d.call('task.get_status', task), 'pending')
        self.d.call('task.cancel', task)
        self.assertEqual(self.d.ended(task)['status'], 'cancelled')

    def test_clients_that_leave_while_they_wait_leave_nothing(self):
        ref = self.caller('leaves')
        limit = self.limit(1.0, SLOW, ref)
        self.client('leaves').call('pool.get_all')
        for i in range(100):
            self.waiting('leaves').close()
        xapid.until(lambda: self.count(ref) == 101)
        last = self.waiting('leaves')
        self.assertTrue(self.is_silent(last))
        self.d.call('Rate_limit.set_burst_size', limit, 1.5)
        self.d.call('Rate_limit.set_fill_rate', limit, 10.0)
        self.assertIn('OpaqueRef', last.answer()[0])

    def test_limits_may_go_while_others_change(self):
        callers = [self.caller('goes-%d' % i) for i in range(4)]
        mine = [Client(self.d, 'changes-%d' % i) for i in range(4)]
        used = [Client(self.d, 'goes-%d' % i) for i in range(4)]
        for c in mine + used:
            self.addCleanup(c.close)
        done, wrong = threading.Event(), []

        def change(client, caller):
            for _ in range(40):
                limit = client.call('Rate_limit.create', {
                    'name_label': 'l', 'name_description': '',
                    'burst_size': 1e6, 'fill_rate': 1e6})
                client.call('Rate_limit.add_caller', limit, caller)
                answer = client.call('Rate_limit.destroy', limit)
                if isinstance(answer, dict):
                    wrong.append(answer)

        def use(client):
            while not done.is_set():
                answer = client.call('pool.get_all')
                if not isinstance(answer, list):
                    wrong.append(answer)

        changing = [threading.Thread(target=change, args=both)
                    for both in zip(mine, callers)]
        using = [threading.Thread(target=use, args=(c,)) for c in used]
        for t in changing + using:
            t.start()
        for t in changing:
            t.join()
        done.set()
        for t in using:
            t.join()
        self.assertEqual(wrong, [])

    def test_the_caller_that_says_most_decides(self):
        self.limit(1000.0, 1000.0, self.caller('most/special*'))
        self.limit(1.0, SLOW, self.caller('most*'))
        c = self.client('most/special/1')
        for _ in range(20):
            c.call('pool.get_all')
        general = self.client('most/1')
        general.call('pool.get_all')
        w = self.waiting('most/1')
        self.assertTrue(self.is_silent(w))

    def test_callers_share_their_limit(self):
        self.limit(2.0, SLOW, self.caller('share/1'), self.caller('share/2'))
        self.client('share/1').call('pool.get_all')
        self.client('share/2').call('pool.get_all')
        self.assertTrue(self.is_silent(self.waiting('share/1')))
        self.assertTrue(self.is_silent(self.waiting('share/2')))

    def test_a_limit_takes_the_place_of_another(self):
        ref = self.caller('moves')
        first = self.limit(1.0, SLOW, ref)
        second = self.limit(100.0, 100.0, ref)
        self.assertEqual(self.d.call('Rate_limit.get_callers', first), [])
        self.assertEqual(self.d.call('Rate_limit.get_callers', second), [ref])
        self.d.call('Rate_limit.remove_caller', first, ref)   # is not there
        self.assertEqual(self.d.call('Caller.get_rate_limit', ref), second)
        self.d.call('Rate_limit.remove_caller', second, ref)
        self.assertEqual(self.d.call('Caller.get_rate_limit', ref),
                         'OpaqueRef:NULL')
        c = self.client('moves')
        for _ in range(200):
            c.call('pool.get_all')

    def test_more_than_a_bucket_holds_is_a_debt(self):
        self.limit(1.0, 100.0, self.caller('debt'))
        c = self.client('debt')
        began = time.monotonic()
        c.call('VM.start', 'OpaqueRef:NULL', False, False)      # 20 tokens
        c.call('pool.get_all')
        self.assertGreaterEqual(time.monotonic() - began, 0.19)

    def test_limits_are_positive_numbers(self):
        limit = self.limit(1.0, 1.0)
        for bad in (0.0, -1.0):
            for name in ('burst_size', 'fill_rate'):
                self.assertEqual(
                    self.d.error('Rate_limit.set_' + name, limit, bad)[:2],
                    ['INVALID_VALUE', name])
                args = {'name_label': '', 'name_description': '',
                        'burst_size': 1.0, 'fill_rate': 1.0, name: bad}
                self.assertEqual(
                    self.d.error('Rate_limit.create', args)[:2],
                    ['INVALID_VALUE', name])

    def test_requests_that_are_no_calls_wait(self):
        limit = self.limit(1.0, SLOW, self.caller('loader'))
        self.client('loader').call('pool.get_all')
        c = self.d.connection()
        c.request('GET', '/audit_log', None, {
            'User-Agent': 'loader', 'Authorization': BASIC})
        c.sock.settimeout(0.3)
        self.assertRaises(TimeoutError, c.sock.recv, 1, 2)
        c.sock.settimeout(30 * xapid.PATIENCE)
        self.d.call('Rate_limit.destroy', limit)
        self.assertEqual(c.getresponse().status, 200)
        c.close()

    def test_many_clients_at_once_get_what_the_limit_gives(self):
        ref = self.caller('crowd')
        self.limit(5.0, 100.0, ref)
        began, errors = time.monotonic(), []

        def work():
            c = Client(self.d, 'crowd')
            for _ in range(10):
                if 'OpaqueRef' not in str(c.call('pool.get_all')):
                    errors.append(1)
            c.close()
        threads = [threading.Thread(target=work) for _ in range(10)]
        for t in threads:
            t.start()
        for i in range(20):      # others change the table meanwhile
            self.gone('Caller', self.caller('bystander/%d' % i))
        for t in threads:
            t.join()
        self.assertEqual(errors, [])
        self.assertGreaterEqual(time.monotonic() - began, 0.94)
        self.assertEqual(self.count(ref), 100)


class SlowDisk(Limits):
    options = xapid.SLOW_DISK

    def test_a_limit_holds_whoever_has_left(self):
        self.d.learn_disk()
        caller, limit = self.caller('leaves'), self.limit(1, SLOW)
        admin = self.client('admin')
        admin.send('Rate_limit.add_caller', limit, caller)
        admin.close()
        xapid.until(lambda: self.d.call('Caller.get_rate_limit',
                                        caller) == limit)

        def is_held():
            c = self.waiting('leaves')
            held = self.is_silent(c)
            c.close()
            return held
        xapid.until(is_held)


class Costs(unittest.TestCase):
    def test_a_file_says_what_calls_cost(self):
        with tempfile.NamedTemporaryFile('w') as f:
            f.write('# ours\n\npool.get_all = 2.5\nVM.start=7\n')
            f.flush()
            with xapid.start('--call-costs', f.name) as d:
                d.call('pool.get_all')
                ref = d.call('Caller.create', {
                    'name_label': '', 'name_description': '',
                    'user_agent': 'priced', 'client_ip': ''})
                c = Client(d, 'priced')
                c.call('pool.get_all')
                c.call('VM.start', 'OpaqueRef:NULL', False, False)
                c.call('host.get_all')
                c.close()
                self.assertEqual(
                    d.call('Caller.query_token_usage', ref), 10.5)

    def test_a_file_with_mistakes_is_told_with_its_line(self):
        for bad in ('VM.nothing = 1', 'VM.start 1', 'VM.start = x',
                    'VM.start = -1', 'VM.start = nan', '= 1'):
            with tempfile.NamedTemporaryFile('w') as f:
                f.write('VM.start = 1\n%s\n' % bad)
                f.flush()
                d = xapid.start('--call-costs', f.name)
                with self.assertRaises(RuntimeError) as e:
                    d.start()
                self.assertIn(f.name + ':2', str(e.exception))
                shutil.rmtree(d.folder)


class Registered(Limits):
    args = ('--auto-callers', '3')

    def registered(self):
        return {r['user_agent']: ref for ref, r in
                self.d.call('Caller.get_all_records').items()
                if r['auto_registered']}

    def meet(self, agent):
        def look():
            self.client(agent).call('pool.get_all')
            return self.registered().get(agent)
        return xapid.until(look)

    def test_new_clients_become_callers_and_the_silent_go(self):
        refs = {}
        for agent in ('new/1', 'new/2', 'new/3', 'new/4'):
            refs[agent] = self.meet(agent)
            time.sleep(1.1)     # last_access has whole seconds
        found = self.registered()
        self.assertLessEqual(len(found), 3)
        self.assertIn('new/4', found)
        self.assertNotIn('new/1', found)
        record = self.d.call('Caller.get_record', refs['new/4'])
        self.assertEqual(record['client_ip'], '127.0.0.1')

    def test_who_is_limited_stays(self):
        ref = self.meet('kept')
        self.limit(1000.0, 1000.0, ref)
        self.assertFalse(self.d.call('Caller.get_auto_registered', ref))


class Restart(Limits):
    def test_limits_hold_after_a_restart(self):
        self.limit(1.0, SLOW, self.caller('again'))
        self.client('again').call('pool.get_all')
        self.waiting('again')
        self.d.kill()
        self.d.start()
        self.d.call('pool.get_all')
        self.client('again').call('pool.get_all')   # the bucket is full again
        self.assertTrue(self.is_silent(self.waiting('again')))

    def test_a_daemon_ends_while_clients_wait(self):
        self.limit(1.0, SLOW, self.caller('ending'))
        c = self.client('ending')
        c.call('pool.get_all')
        self.waiting('ending')
        task = c.call('Async.pool.sync_database')
        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        self.d.call('pool.get_all')
        self.assertNotEqual(self.d.call('task.get_status', task), 'success')


if __name__ == '__main__':
    tap.main()
