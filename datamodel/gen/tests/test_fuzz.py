# SPDX-License-Identifier: LGPL-2.1-or-later
"""Damaged class files: a mistake of theirs is told with file and line, and
never one of ours. XAPID_FUZZ_ROUNDS looks for longer, XAPID_FUZZ_SEED
elsewhere."""

import glob
import os
import random
import re
import unittest

import tap
from fixture import ERRORS, RELEASES, ROLES, THING, Datamodel

SRC = os.environ.get('XAPID_SRCDIR', '.')
ROUNDS = int(os.environ.get('XAPID_FUZZ_ROUNDS', '600'))
FILES = {'thing.class': THING, 'roles': ROLES, 'errors': ERRORS,
         'releases/list': RELEASES, 'schema/history': 'schema 1\n'}
PIECES = ['"', '\\', '\t', '\n', '', ' ', '=', '{', '[', '0', '-1', '\0',
          'é', '\ud800', 'map', 'set ref', 'enum', 'class', 'field RW',
          'since', '1e400', '9' * 40, 'x' * 5000, '\t' * 50, '...', '(']
COMPLAINT = re.compile(r'^[\w./-]+:\d+: .')


def words():
    """What stands in the real files, as pieces."""
    found = set()
    for path in glob.glob(os.path.join(SRC, 'datamodel', '*.class'))[:20]:
        with open(path, encoding='utf-8') as f:
            found.update(f.read().split())
    return sorted(found)


def damaged(text, r, pieces):
    for _ in range(r.randint(1, 4)):
        a = r.randint(0, len(text))
        b = min(len(text), a + r.choice((0, 1, 1, 3, 10, 60)))
        what = r.randint(0, 3)
        if what == 0:
            text = text[:a] + r.choice(pieces) + text[b:]
        elif what == 1:
            text = text[:a] + text[b:]
        elif what == 2:
            text = text[:a] + text[a:b] * r.randint(2, 5) + text[b:]
        else:
            lines = text.split('\n')
            i, k = r.randrange(len(lines)), r.randrange(len(lines))
            lines[i], lines[k] = lines[k], lines[i]
            text = '\n'.join(lines)
    return text


class Fuzz(unittest.TestCase):
    def test_damaged_files_are_told(self):
        """damaged files are complained of, or are right; nothing else"""
        r = random.Random(int(os.environ.get('XAPID_FUZZ_SEED', '1')))
        pieces = PIECES + words()
        d = Datamodel()
        complained = 0
        for _ in range(ROUNDS):
            name = r.choice(list(FILES) + ['thing.class'] * 4)
            text = damaged(FILES[name], r, pieces)
            data = text.encode('utf-8', 'surrogatepass')
            with open(os.path.join(d.path, name), 'wb') as f:
                f.write(data)
            try:
                lines = d.load()[1]
            except Exception as error:
                raise AssertionError('%r: %s %r' % (error, name, text)) \
                    from error
            for line in lines:
                self.assertRegex(line, COMPLAINT, text)
            complained += bool(lines)
            d.write(name, FILES[name])
        self.assertGreater(complained, ROUNDS // 2)


if __name__ == '__main__':
    tap.main()
