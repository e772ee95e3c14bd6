#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Over the wire: what was answered is there after SIGKILL, and who listens to
events across it sees everything, once, in order."""

import http.client
import json
import threading
import time
import unittest

import tap
import xapid

WRITERS = 4
ROUNDS = 6
GONE = (OSError, http.client.HTTPException, ValueError, RuntimeError)


class Client:
    """A connection of its own: Daemon has one, for one thread."""

    def __init__(self, d):
        self.c = d.connection()
        self.session = self.raw('session.login_with_password', 'root',
                                xapid.PASSWORD, '2.0', 'test')

    def raw(self, method, *params):
        self.c.request('POST', '/jsonrpc', json.dumps(
            {'jsonrpc': '2.0', 'method': method, 'params': params, 'id': 1}),
            {'Content-Type': 'application/json'})
        reply = json.loads(self.c.getresponse().read())
        if 'error' in reply:
            raise xapid.Failure([reply['error']['message']] +
                                list(reply['error'].get('data') or []))
        return reply['result']

    def call(self, method, *params):
        return self.raw(method, self.session, *params)


class Writer(threading.Thread):
    """Counts upwards in one VM's description until the daemon is gone."""

    def __init__(self, d, vm, first):
        super().__init__(daemon=True)
        self.client, self.vm = Client(d), vm
        self.asked = self.answered = first

    def run(self):
        try:
            while True:
                self.asked += 1
                self.client.call('VM.set_name_description', self.vm,
                                 str(self.asked))
                self.answered = self.asked
        except GONE:
            pass


def count(row):
    return int(row['name_description'] or 0)


class Listener(threading.Thread):
    """Follows the descriptions with one token across all daemons."""

    def __init__(self, d, vms):
        super().__init__(daemon=True)
        self.d, self.over, self.mistakes, self.batches = d, False, [], 0
        self.again = set()
        client = Client(d)
        reply = client.call('event.from', ['VM'], '', 0.0)
        self.token = reply['token']
        self.rows = {e['ref']: e['snapshot'] for e in reply['events']
                     if e['ref'] in vms}
        self.client = client

    def take(self, reply):
        self.batches += 1
        self.token = reply['token']
        refs = [e['ref'] for e in reply['events']]
        if len(refs) != len(set(refs)):
            self.mistakes.append('an object twice in a batch')
        for e in reply['events']:
            if e['ref'] not in self.rows:
                continue
            row, before = e['snapshot'], self.rows[e['ref']]
            # What is not on disk is made anew by every daemon, and so told
            # once by each.
            if row == before and e['ref'] in self.again:
                self.mistakes.append('the same again: %r' % row)
            if row == before:
                self.again.add(e['ref'])
            if count(row) < count(before):
                self.mistakes.append('%d after %d' %
                                     (count(row), count(before)))
            self.rows[e['ref']] = row

    def seen(self):
        return {ref: count(row) for ref, row in self.rows.items()}

    def run(self):
        while not self.over:
            try:
                if self.client is None:
                    self.client = Client(self.d)
                    self.again = set()
                self.take(self.client.call('event.from', ['VM'], self.token,
                                           0.2))
            except GONE:
                self.client = None
                time.sleep(0.05)
            except xapid.Failure as failure:
                self.mistakes.append(str(failure))
                return


def halted(d, n):
    vms = [ref for ref, r in d.call('VM.get_all_records').items()
           if r['power_state'] == 'Halted' and not r['is_a_template'] and
           not r['is_control_domain']]
    for vm in vms[:n]:
        d.call('VM.set_name_description', vm, '0')
    return vms[:n]


class Kills(unittest.TestCase):
    def test_writers_and_listeners_across_kills(self):
        """no answered write and no event is lost, and none comes twice"""
        with xapid.start('--sim-vms', '16') as d:
            vms = halted(d, WRITERS)
            self.assertEqual(len(vms), WRITERS)
            last = dict.fromkeys(vms, 0)
            listeners = [Listener(d, vms) for _ in range(3)]
            for listener in listeners:
                listener.start()
            for i in range(ROUNDS):
                writers = [Writer(d, vm, last[vm]) for vm in vms]
                for w in writers:
                    w.start()
                time.sleep(0.05 + 0.07 * i)
                d.kill()
                for w in writers:
                    w.join(30)
                    self.assertFalse(w.is_alive())
                d.start()
                for w in writers:
                    stored = int(d.call('VM.get_name_description', w.vm))
                    self.assertGreaterEqual(stored, w.answered)
                    self.assertLessEqual(stored, w.asked)
                    last[w.vm] = stored
            self.assertGreater(min(last.values()), ROUNDS)
            end = time.time() + 30
            while time.time() < end and any(
                    listener.seen() != last for listener in listeners):
                time.sleep(0.05)
            for listener in listeners:
                listener.over = True
                listener.join(30)
                self.assertEqual(listener.mistakes, [])
                self.assertEqual(listener.seen(), last)
                self.assertGreater(listener.batches, ROUNDS)

    def test_what_was_made_and_destroyed_stays_so(self):
        """what was answered as made or destroyed is so after SIGKILL"""
        with xapid.start('--sim-vms', '1') as d:
            made, destroyed = {}, []
            others = d.call('secret.get_all')
            for i in range(4):
                for k in range(10):
                    ref = d.call('secret.create',
                                 {'value': 'v', 'other_config':
                                  {'n': '%d.%d' % (i, k)}})
                    made[ref] = '%d.%d' % (i, k)
                gone = list(made)[::3]
                for ref in gone:
                    d.call('secret.destroy', ref)
                    destroyed.append(ref)
                    del made[ref]
                d.kill()
                d.start()
                there = {ref: r['other_config'].get('n') for ref, r in
                         d.call('secret.get_all_records').items()
                         if ref not in others}
                self.assertEqual(there, made)
            for ref in destroyed:
                self.assertEqual(d.error('secret.get_uuid', ref),
                                 ['HANDLE_INVALID', 'secret', ref])

    def test_deletions_are_told_across_a_kill(self):
        """who comes back with a token is told what was deleted meanwhile"""
        with xapid.start() as d:
            ref = d.call('network.create', {
                'name_label': 'x', 'name_description': '',
                'other_config': {}})
            token = d.call('event.from', ['network'], '', 0.0)['token']
            d.call('network.destroy', ref)
            d.kill()
            d.start()
            reply = d.call('event.from', ['network'], token, 5.0)
            self.assertEqual([e['ref'] for e in reply['events']
                              if e['operation'] == 'del'], [ref])
            reply = d.call('event.from', ['network'], reply['token'], 0.0)
            self.assertEqual(reply['events'], [])


if __name__ == '__main__':
    tap.main()
