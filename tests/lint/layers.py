#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks who includes whom.

Usage: layers.py [TOP]. In xapid/ a file may include what stands on its own
layer or below. The folders beside it see the library, the model and the
generated tables, and themselves. Mains and tests may include everything.
"""

import os
import re
import sys

# From below to above; the first pattern that matches a path names its layer.
LAYERS = [
    ('lib', r'xapid/lib/'),
    ('model', r'xapid/model/|gen/model_gen\.h$'),
    ('generated tables', r'gen/\w+_gen\.[ch]$'),
    ('worker', r'xapid/worker/'),
    ('db, event', r'xapid/db/'),
    ('call, task, plan', r'xapid/(access|call|plan)/'),
    ('mains', r'xapid/(main\w*|options)\.[ch]$'),
    ('class files', r'xapid/((vm(/(start|power|copy|guest))?|appliance|schedule|'
     r'device|passthrough|disk|net|pool|host|machine|trust|support|console|'
     r'http|world)/)?\w+\.[ch]$'),
    ('commands of xe', r'xapid/cli/(commands/)?\w+\.[ch]$'),
]
RANK = {'lib': 0, 'model': 1, 'generated tables': 2, 'worker': 2, 'db, event': 3,
        'call, task, plan': 4, 'class files': 5, 'commands of xe': 6,
        'mains': 7}
# Folders beside xapid/, and the headers by which one of them and the core
# know each other: a table of functions goes one way or the other at start. The
# encoder is there because a task keeps its result as wire text, the client and
# the decoder because plugins and extensions speak as clients do, web because
# reports are sent elsewhere, websockets because consoles go through them.
SIDES = ('rpc', 'domain', 'storage', 'network', 'console', 'metrics', 'cli')
# Who may use what worker programs are made of (xapid/worker/); not the core.
WORKERS = ('domain', 'storage', 'network', 'console')
CONTRACTS = ('rpc/service.h', 'rpc/exchange.h', 'rpc/encode.h',
             'rpc/client.h', 'rpc/decode.h', 'rpc/web.h', 'rpc/websocket.h')

INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')


def layer_of(path):
    for name, pattern in LAYERS:
        if re.match(pattern, path):
            return name
    return None


def side_of(path):
    folder = path.split('/')[0]
    return folder if folder in SIDES else None


def resolve(top, includer, name):
    """The path below top that #include "name" means, or None."""
    if name.endswith(('_gen.h', '_gen.c')):
        return 'gen/' + os.path.basename(name)
    for folder in (os.path.dirname(includer), 'xapid', ''):
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(os.path.join(top, path)):
            return path
    return None


def complaint(includer, included):
    """Why includer must not include included, or None when it may."""
    if includer.startswith('tests/') or layer_of(includer) == 'mains':
        return None
    if included.startswith('tests/'):
        return 'a test\'s header outside the tests'
    side, other = side_of(includer), side_of(included)
    above = layer_of(included)
    if not other and not above:
        return 'no rule knows it'
    if above == 'worker' and layer_of(includer) != 'worker' and \
            side not in WORKERS:
        return 'it is no worker'
    if side:
        if other:
            return None if other == side else \
                '%s/ must not know %s/' % (side, other)
        if RANK[above] > RANK['generated tables']:
            return '%s/ must not know the core (%s)' % (side, above)
        return None
    own = layer_of(includer)
    if other:
        if included in CONTRACTS and RANK[own] >= RANK['call, task, plan']:
            return None
        return '%s must not know %s/' % (own, other)
    if RANK[above] > RANK[own]:
        return '%s must not know %s' % (own, above)
    return None


def check_file(top, path):
    """Yields "file:line: what is wrong"."""
    with open(os.path.join(top, path), encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            m = INCLUDE.match(line)
            if not m or m[1] == 'config.h':
                continue
            where = '%s:%d: ' % (path, number)
            included = resolve(top, path, m[1])
            if included is None:
                yield where + 'no header ' + m[1]
                continue
            why = complaint(path, included)
            if why:
                yield '%sincludes %s: %s' % (where, included, why)


def files(top):
    for folder in ('xapid', 'tests') + SIDES:
        for at, folders, names in os.walk(os.path.join(top, folder)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(('.c', '.h')):
                    yield os.path.relpath(os.path.join(at, name), top)


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else '.'
    wrong = 0
    for path in files(top):
        for text in check_file(top, path):
            print(text)
            wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
