#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls by chance: every message that changes something, with parameters of
the right type, or nearly, on objects that are there, or not. Whatever comes of
it, the daemon lives, names what is wrong, and keeps a whole database.

XAPID_RANDOM_CALLS and XAPID_RANDOM_SEED ask for more, or for others."""

import collections
import json
import os
import random
import subprocess
import unittest

import facts
import tap
import xapid

CALLS = int(os.environ.get('XAPID_RANDOM_CALLS', 4000))
SEED = os.environ.get('XAPID_RANDOM_SEED', 'xapid')
# They would end the daemon, the session or the way to it, wait, hold back or send
# away who asks here, ask others over the network, or move the clock that
# everything else goes by.
LEFT_OUT = {
    'host.shutdown_agent', 'host.restart_agent', 'host.shutdown',
    'host.reboot', 'host.prepare_for_poweroff', 'host.bugreport_upload',
    'host.set_address', 'Rate_limit.create', 'host.set_https_only',
    'host.set_servertime', 'host.syslog_reconfigure', 'pool.rotate_secret',
    'pool.send_test_post', 'pool.set_https_only', 'pool.eject', 'event.from',
    'event.next', 'session.logout', 'session.logout_subject_identifier',
    'session.local_logout',
    'session.change_password'}
TEXTS = ('', 'a', 'true', '0', '1', '-1', 'name', 'x' * 300, '\u00e9', 'auto',
         '127.0.0.1', 'fe80::1', '2001:db8::1/64', '192.0.2.1/24', '4096',
         'http://127.0.0.1:9/', '/etc/passwd', '../x', '<a>', 'a;b', 'Disk',
         '99999999999999999999', 'iso', 'OpaqueRef:NULL', '\U0001f600')
INTS = (0, 1, 2, -1, 4096, 1 << 20, 1 << 30, 1 << 40, (1 << 63) - 1,
        -(1 << 63))
DATES = ('20260101T00:00:00Z', '19700101T00:00:00Z', '99991231T23:59:59Z',
         'none')
CHANGES = ('explicit', 'create', 'destroy', 'setter', 'add', 'remove')


class Values:
    def __init__(self, rnd):
        self.rnd = rnd
        self.classes = facts.classes()
        self.enums = facts.enums()
        self.refs = collections.defaultdict(list)

    def some(self, type_):
        """A value of a type of classes.json; now and then of none."""
        rnd = self.rnd
        if rnd.random() < 0.02:
            return rnd.choice((None, 1, 'x', [], {}, True, 1.5))
        for end, make in ((' set', self.set), (' map', self.map),
                          (' option', self.some), (' ref', self.ref),
                          (' record', self.record)):
            if type_.endswith(end):
                return make(type_[:-len(end)])
        if type_.startswith('enum '):
            words = self.enums.get(type_[5:])
            good = words and rnd.random() < 0.95
            return rnd.choice(words) if good else 'nonsense'
        return rnd.choice({'int': INTS, 'float': (0.0, 1.0, -1.5, 1e300),
                           'bool': (True, False), 'datetime': DATES}
                          .get(type_, TEXTS))

    def set(self, type_):
        return [self.some(type_) for _ in range(self.rnd.choice((0, 1, 2)))]

    def map(self, types):
        key, value = types[1:-1].split(' -> ', 1)
        return {str(self.some(key)): self.some(value)
                for _ in range(self.rnd.choice((0, 1, 2)))}

    def ref(self, name):
        if self.refs[name] and self.rnd.random() < 0.8:
            return self.rnd.choice(self.refs[name])
        return self.rnd.choice((
            'OpaqueRef:NULL', 'x',
            'OpaqueRef:01234567-89ab-4def-8123-456789abcdef'))

    def record(self, name):
        return {field: self.some(f['type'])
                for field, f in self.classes[name]['field'].items()
                if self.rnd.random() < 0.9}

    def look(self, d):
        for name in self.classes:
            try:
                self.refs[name] = d.call(name + '.get_all')
            except xapid.Failure:
                pass    # of this class one cannot ask


class Random(unittest.TestCase):
    def test_whatever_is_called_the_daemon_and_its_database_are_whole(self):
        rnd = random.Random(SEED)
        values = Values(rnd)
        messages = [
            (name + '.' + m['name'], m)
            for name, c in values.classes.items() for m in c['messages']
            if m['kind'] in CHANGES and m.get('state') != 'removed' and
            name + '.' + m['name'] not in LEFT_OUT]
        with xapid.start('--sim-hosts', '3', '--sim-vms', '20') as d:
            for i in range(CALLS):
                if i % 1000 == 0:
                    values.look(d)
                self.one(d, values, *rnd.choice(messages))
            d.call('pool.get_all')
            self.assertNotIn('the daemon died', d.log_text())
            checked = subprocess.run(
                [d.command()[0], '--state', d.state, '--check-db'],
                capture_output=True, text=True)
            self.assertIn(' 0 findings', checked.stdout)
            # What is in it can be read again.
            d.kill()
            d.start()
            d.call('pool.get_all')
            d.kill()    # what plans that go on say is no concern of ours

    def one(self, d, values, name, message):
        rnd = values.rnd
        if name.endswith('.destroy') and rnd.random() < 0.7:
            return
        params = [values.some(p[1]) for p in message['params']]
        if params and len(message['params'][-1]) > 2 and rnd.random() < 0.3:
            params.pop()
        if message.get('async') and rnd.random() < 0.2:
            name = 'Async.' + name
        try:
            d.call(name, *params)
        except xapid.Failure as failure:
            if failure.code == 'INTERNAL_ERROR':
                # A parameter of a wrong type is called so by the original.
                self.assertTrue(failure.params[0].startswith('Parameter '),
                                (name, json.dumps(params), failure.params))
            if failure.code == 'SESSION_INVALID':
                d.session = None


if __name__ == '__main__':
    tap.main()
