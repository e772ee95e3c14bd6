# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is made from the project's own class files."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import tap
from fixture import generate

import perfect_hash

TOP = os.path.join(os.path.dirname(__file__), "..", "..", "..")
GENERATE = os.path.join(TOP, "datamodel", "gen", "generate.py")


def run(*args):
    return subprocess.run([sys.executable, GENERATE, *args],
                          capture_output=True, text=True, check=False)


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = cls.folder.name
        cls.done = run("--require-docs", "--out", cls.out,
                       os.path.join(TOP, "datamodel"))

    def read(self, name):
        with open(os.path.join(self.out, name), encoding="utf-8") as f:
            return f.read()

    def test_the_class_files_are_right_and_complete(self):
        self.assertEqual((self.done.returncode, self.done.stderr), (0, ""))

    def test_the_list_is_what_is_made(self):
        self.assertEqual(sorted(run("--list").stdout.split()),
                         sorted(os.listdir(self.out)))

    def test_every_file_says_that_it_is_made(self):
        for name in os.listdir(self.out):
            self.assertIn("made from datamodel/, do not edit",
                          self.read(name)[:200], name)

    def test_files_that_stay_the_same_are_not_written(self):
        paths = [os.path.join(self.out, n) for n in os.listdir(self.out)]
        for path in paths:
            os.utime(path, (1, 1))
        model, report = generate.load(os.path.join(TOP, "datamodel"))
        self.assertEqual(report.errors, [])
        for back_end in generate.BACK_ENDS:
            for name, text in back_end.make(model).items():
                generate.write_if_changed(os.path.join(self.out, name), text)
        self.assertEqual({os.stat(p).st_mtime for p in paths}, {1})

    def test_the_openrpc_document_has_no_loose_end(self):
        document = json.loads(self.read("openrpc.json"))
        text = self.read("openrpc.json")
        for path in set(re.findall(r'"\$ref":"#/([^"]+)"', text)):
            place = document
            for step in path.split("/"):
                self.assertIn(step, place, path)
                place = place[step]

    def test_the_reference_has_no_dead_link(self):
        text = self.read("reference.html")
        anchors = re.findall(r' id="([^"]+)"', text)
        self.assertEqual(len(anchors), len(set(anchors)))
        self.assertEqual(
            set(re.findall(r'href="#([^"]+)"', text)) - set(anchors), set())
        self.assertNotIn("http:", text)

    def test_a_wrong_datamodel_makes_nothing(self):
        with tempfile.TemporaryDirectory() as root:
            out = os.path.join(root, "out")
            os.makedirs(os.path.join(root, "releases"))
            for name in ("errors", "roles", "releases/list", "a.class"):
                with open(os.path.join(root, name), "w",
                          encoding="utf-8") as f:
                    f.write("" if name != "a.class" else "klass x\n")
            done = run("--out", out, root)
            self.assertEqual(done.returncode, 1)
            self.assertIn("a.class:1: unknown word klass: want class\n",
                          done.stderr)
            self.assertFalse(os.path.exists(out))


class PerfectHash(unittest.TestCase):
    def test_every_name_has_a_slot_of_its_own(self):
        names = ["class.call%d" % i for i in range(3000)]
        steps, table = perfect_hash.build(names)
        for index, name in enumerate(names):
            h = perfect_hash.name_hash(name)
            step = steps[h >> 40 & (len(steps) - 1)]
            self.assertEqual(
                table[perfect_hash.slot_of(h, step, len(table))], index)


if __name__ == "__main__":
    tap.main()
