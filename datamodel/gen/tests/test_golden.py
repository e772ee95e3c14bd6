# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients rely on does not change without a word."""

import unittest

import tap
from fixture import THING, Datamodel, changed

GOLDEN = "releases/1.0.golden"


def line_of(d, start):
    """Where in the golden file the line that begins so stands."""
    lines = d.read(GOLDEN).splitlines()
    found = [i for i, x in enumerate(lines, 1) if x.startswith(start + " ")]
    return "%s:%d" % (GOLDEN, found[0])


class Golden(unittest.TestCase):
    def setUp(self):
        self.d = Datamodel()
        _, lines = self.d.load(update=True)
        self.assertEqual(lines, [])

    def after(self, text, update=False, name="thing.class"):
        self.d.write(name, text)
        # Not what is tested here:
        return [x for x in self.d.load(update)[1]
                if not x.startswith("schema/")]

    def test_an_unchanged_datamodel_passes(self):
        self.assertEqual(self.d.load()[1], [])

    def test_a_field_that_disappears_is_told(self):
        gone = THING[THING.index("	field StaticRO"):THING.index("	call")]
        self.assertEqual(self.after(changed(gone, "")), [
            line_of(self.d, "call thing.get_tint")
            + ": call thing.get_tint has disappeared",
            line_of(self.d, "field thing.tint")
            + ": field thing.tint has disappeared"])

    def test_a_changed_default_is_told(self):
        self.assertEqual(self.after(changed("colour = red",
                                            "colour = dark-blue")), [
            line_of(self.d, "field thing.tint") + ": field thing.tint has"
            ' changed: now StaticRO enum colour = "dark-blue"'
            " state=published"])

    def test_a_changed_role_parameter_or_flag_is_told(self):
        for old, new in (("role admin\n\t\tasync", "role reader\n\t\tasync"),
                         ("\t\tasync\n", ""), ("arg self ref", "arg me ref"),
                         (" = dark-blue", ""),
                         ("raises GONE", "result int")):
            with self.subTest(new):
                found = self.after(changed(old, new))
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(
                    line_of(self.d, "call thing.paint")
                    + ": call thing.paint has changed: now ("), found)

    def test_an_error_with_other_parameters_is_told(self):
        self.assertEqual(
            self.after('error GONE "x"\nerror ODD ... "x"\n', name="errors"),
            [line_of(self.d, "error GONE") + ": error GONE has changed: now "])

    def test_an_enum_value_may_be_added_and_not_removed(self):
        self.assertEqual(
            self.after(changed("value dark-blue", "value green")
                       .replace("= dark-blue", "= green"))[-1],
            "thing.class:5: value colour.green is new: if it is meant, run"
            " make update-golden")

    def test_additions_are_taken_on_demand(self):
        more = THING + '\n\tcall sell "Sell."\n\t\tsince two\n\t\trole admin\n'
        self.assertEqual(self.after(more), [
            "thing.class:28: call thing.sell is new: if it is meant, run"
            " make update-golden"])
        self.assertEqual(self.after(more, update=True), [])
        self.assertEqual(self.after(more), [])
        self.assertIn("call thing.sell () void explicit state=published"
                      " role=admin\n", self.d.read(GOLDEN))

    def test_changes_are_not_taken_on_demand(self):
        before = self.d.read(GOLDEN)
        self.assertEqual(len(self.after(changed("\t\tasync\n", ""),
                                        update=True)), 1)
        self.assertEqual(self.d.read(GOLDEN), before)

    def test_every_release_is_kept_and_the_newest_grows(self):
        first = self.d.read(GOLDEN)
        self.d.write("releases/1.10.golden", first)
        self.d.write("releases/1.9.golden", first)
        more = THING + '\n\tcall sell "Sell."\n\t\tsince two\n\t\trole admin\n'
        self.assertEqual(self.after(more, update=True), [])
        self.assertEqual(self.d.read(GOLDEN), first)
        self.assertEqual(self.d.read("releases/1.9.golden"), first)
        self.assertIn("thing.sell", self.d.read("releases/1.10.golden"))
        self.assertEqual(len(self.after(THING)), 1)


if __name__ == "__main__":
    tap.main()
