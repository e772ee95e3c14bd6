# SPDX-License-Identifier: LGPL-2.1-or-later
"""The form of class files: a mistake is told with file and line."""

import unittest

import tap
from fixture import THING, about, changed, complaints

UUID = '	field DynamicRO uuid string "Its UUID."'


class Reader(unittest.TestCase):
    def test_a_right_datamodel_has_no_mistake(self):
        self.assertEqual(complaints({}), [])

    def test_a_line_that_cannot_be_read_is_named(self):
        for line, message in (
                ('	field RO x string ""',
                 "a field is one of RW StaticRO DynamicRO"),
                ('	field RW 1x string ""', "1x is no name for a field"),
                ('	field RW x strin ""', "strin is no type"),
                ('	field RW x map string ""', "a type is missing"),
                ('	field RW x set ref ""', "ref wants a name"),
                ('	field RW x string string ""',
                 "unexpected after the type: string"),
                ('	field RW x string',
                 'the sentence is missing, at least ""'),
                ('	field RW x string = ""',
                 'the sentence is missing, at least ""'),
                ('	field RW x string "a\\n"',
                 'the sentence may escape only \\" and \\\\'),
                ('	field RW x set int = [1 ""',
                 "the default is not JSON: [1"),
                ('	field RW x set int = [1] 2 ""',
                 "unexpected after the default: 2"),
                ('	enum x y ""', "unexpected after the name: y"),
                ("	asynk", "unknown attribute asynk"),
                ("	since", "since takes one word"),
                ("	volatile yes", "volatile takes nothing"),
                ("	state new",
                 "state is one of published prototype deprecated removed"),
                ("			since one",
                 "indented too far: nothing to belong to"),
                ("    since one", "indent with tabs only, no space at the"
                 " end"),
                ("klass x", "unknown word klass: want class"),
                ('class two ""',
                 "one class a file: thing is already declared")):
            with self.subTest(line):
                text = changed("\n" + UUID, line + "\n\n" + UUID)
                self.assertEqual(about(text), ["thing.class:8: " + message])

    def test_a_wrong_line_below_a_call_is_named(self):
        for line, message in (
                ("arg self ref thing", "arg self stands twice"),
                ("arg x", "a type is missing"),
                ("result strin", "strin is no type"),
                ("result int int", "unexpected after the type: int"),
                ("async", "async stands twice"),
                ("key-role x", "key-role takes a key and a role"),
                ("raises", "raises takes at least one word"),
                ("column x", "unknown attribute column")):
            with self.subTest(line):
                self.assertEqual(about(THING + "\t\t" + line + "\n"),
                                 ["thing.class:27: " + message])

    def test_an_enum_value_that_stands_twice_is_named(self):
        text = changed("value dark-blue", "value red")
        self.assertIn("thing.class:7: value red stands twice", about(text))

    def test_a_file_without_a_class_is_named(self):
        self.assertEqual(about("# nothing\n"),
                         ["thing.class:1: no class is declared here"])
        self.assertEqual(
            about('	field RW x int ""\n'),
            ["thing.class:1: a class file begins with: class NAME \"doc\"",
             "thing.class:1: no class is declared here"])

    def test_every_mistake_of_all_files_is_told_at_once(self):
        text = changed("value red", "walue red") + "\t\twrong\n"
        self.assertEqual(
            complaints({"thing.class": text,
                        "errors": 'error gone "x"\nerror GONE a a "x"\n',
                        "roles": 'role x 1 "x"\n'}),
            ["errors:1: gone is no error code",
             "errors:2: parameter a stands twice",
             "roles:1: 1 is no uuid",
             "roles:1: the role read-only is missing",
             "thing.class:1: unknown role admin",
             "thing.class:6: an enum has lines: value NAME",
             "thing.class:12: unknown role admin",
             "thing.class:17: default \"red\" is no enum colour",
             "thing.class:20: unknown error GONE",
             "thing.class:20: unknown role admin",
             "thing.class:27: unknown attribute wrong"])

    def test_a_missing_sentence_is_an_error_when_they_are_required(self):
        text = changed('"Its UUID."', '""')
        self.assertEqual(about(text), [])
        self.assertEqual(about(text, require_docs=True),
                         ["thing.class:9: field uuid has no sentence"])

    def test_quotes_and_backslashes_in_sentences_are_read(self):
        text = changed('"Its UUID."', '"Its \\"UUID\\" \\\\ name."')
        self.assertEqual(about(text), [])

    def test_a_default_in_quotes_is_not_taken_for_a_sentence(self):
        text = THING + '\t\targ note string = "a \\" b"\n'
        self.assertEqual(about(text), [])
        text = THING + '\t\targ note string = "a" "What to note."\n'
        self.assertEqual(about(text), [])


if __name__ == "__main__":
    tap.main()
