# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small datamodel in a folder of its own, for the tests."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

import generate     # noqa: E402

ROLES = """\
role admin 00000000-0000-0000-0000-000000000001 "May do all."
role reader 00000000-0000-0000-0000-000000000002 "May look."
role read-only 00000000-0000-0000-0000-000000000003 "May look."
"""
ERRORS = """\
error GONE thing "It is no longer there."
error ODD ... "It is odd."
"""
RELEASES = 'release one 1.0 "First"\nrelease two 1.1 "Second"\n'
THING = """\
class thing "A thing."
	since one
	constructor admin

	enum colour "What it looks like."
		value red
		value dark-blue

	field DynamicRO uuid string "Its UUID."
		since one

	field RW name_label string = "" "Its name."
		since one
		column name__label
		set-role admin

	field StaticRO tint enum colour = red "Its colour."
		since one

	call paint "Give it a colour."
		since one
		role admin
		async
		arg self ref thing
		arg tint enum colour = dark-blue
		raises GONE
"""


class Datamodel:
    """Written to a folder; files: name -> text, None: leave it out."""

    def __init__(self, files=None):
        self.folder = tempfile.TemporaryDirectory()
        self.path = self.folder.name
        everything = {
            "roles": ROLES, "errors": ERRORS, "releases/list": RELEASES,
            "releases/1.0.golden": "", "schema/history": "schema 1\n",
            "thing.class": THING, **(files or {}),
        }
        for name, text in everything.items():
            if text is not None:
                self.write(name, text)

    def write(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as f:
            return f.read()

    def load(self, update=False, require_docs=False):
        """(model, complaints), the paths without the folder."""
        model, report = generate.load(self.path, require_docs, update)
        return model, [line.replace(self.path + os.sep, "")
                       for line in report.lines(report.errors)]


def complaints(files, require_docs=False):
    """What is wrong with these files; the golden lists are made to fit
    first where the rest is right."""
    _, lines = Datamodel(files).load(update=True, require_docs=require_docs)
    return lines


def about(text, **options):
    """What is wrong with this class file."""
    return complaints({"thing.class": text}, **options)


def changed(old, new, text=THING):
    """The class file with one part replaced."""
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)
