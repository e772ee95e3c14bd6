#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The include rules allow what they say and nothing else."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import layers  # noqa: E402
import tap     # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

ALLOWED = [
    ('xapid/model/value.c', 'xapid/lib/arena.h'),
    ('xapid/model/model.h', 'gen/model_gen.h'),
    ('xapid/db/db_sqlite.c', 'xapid/model/model.h'),
    ('xapid/db/event.c', 'xapid/db/db.h'),
    ('xapid/call/call.c', 'xapid/db/db.h'),
    ('xapid/call/call.c', 'gen/errors_gen.h'),
    ('xapid/call/call.c', 'rpc/service.h'),
    ('xapid/vm/vm.c', 'xapid/call/task.h'),
    ('xapid/vm/vm.c', 'xapid/disk/vdi.h'),
    ('xapid/main.c', 'rpc/rpc.h'),
    ('xapid/main_priv.c', 'xapid/vm/vm.h'),
    ('rpc/http.c', 'rpc/rpc.h'),
    ('rpc/http.c', 'xapid/model/model.h'),
    ('rpc/http.c', 'gen/errors_gen.h'),
    ('cli/xe.c', 'xapid/lib/bytes.h'),
    ('domain/worker.c', 'xapid/worker/op.h'),
    ('xapid/worker/op.c', 'xapid/model/value.h'),
    ('tests/unit/test_db.c', 'xapid/db/db.h'),
]

REFUSED = [
    ('xapid/lib/arena.c', 'xapid/model/value.h'),
    ('xapid/model/model.c', 'xapid/db/db.h'),
    ('xapid/model/model.c', 'gen/errors_gen.h'),
    ('xapid/db/db.c', 'xapid/call/call.h'),
    ('xapid/db/db.c', 'rpc/service.h'),
    ('xapid/db/event.c', 'xapid/call/task.h'),
    ('xapid/call/call.c', 'xapid/vm/vm.h'),
    ('xapid/call/call.c', 'rpc/rpc.h'),
    ('xapid/vm/vm.c', 'xapid/main.h'),
    ('xapid/vm/vm.c', 'tests/lib/unit.h'),
    ('rpc/http.c', 'xapid/db/db.h'),
    ('rpc/http.c', 'xapid/call/call.h'),
    ('rpc/http.c', 'xapid/vm/vm.h'),
    ('rpc/http.c', 'storage/driver.h'),
    ('storage/driver.c', 'rpc/rpc.h'),
    ('cli/xe.c', 'xapid/db/event.h'),
    ('cli/xe.c', 'xapid/worker/op.h'),
    ('xapid/plan/switch.c', 'xapid/worker/op.h'),
    ('xapid/worker/op.c', 'xapid/db/db.h'),
    ('xapid/vm/vm.c', 'datamodel/x.h'),
]


def lint(files):
    """Runs layers.py over a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as top:
        for path, text in files.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        return subprocess.run(
            [sys.executable, os.path.join(HERE, 'layers.py'), top],
            capture_output=True, text=True, check=False)


class Layers(unittest.TestCase):
    def test_what_is_below_may_be_included(self):
        for a, b in ALLOWED:
            with self.subTest(a + ' includes ' + b):
                self.assertIsNone(layers.complaint(a, b))

    def test_what_is_above_or_beside_may_not_be_included(self):
        for a, b in REFUSED:
            with self.subTest(a + ' includes ' + b):
                self.assertIsNotNone(layers.complaint(a, b))

    def test_a_violation_is_reported_with_its_file_and_line(self):
        r = lint({'xapid/db/db.c': '\n#include "call/call.h"\n',
                  'xapid/call/call.h': ''})
        self.assertEqual(r.returncode, 1)
        self.assertIn('xapid/db/db.c:2: includes xapid/call/call.h', r.stdout)

    def test_a_header_that_is_not_there_is_reported(self):
        r = lint({'rpc/http.c': '#include "htttp.h"\n'})
        self.assertEqual(r.returncode, 1)
        self.assertIn('rpc/http.c:1: no header htttp.h', r.stdout)

    def test_a_clean_tree_passes_without_a_word(self):
        r = lint({'xapid/db/db.c': '#include "lib/a.h"\n#include <db.h>\n',
                  'xapid/lib/a.h': ''})
        self.assertEqual((r.returncode, r.stdout), (0, ''))


tap.main()
