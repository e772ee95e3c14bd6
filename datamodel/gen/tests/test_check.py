# SPDX-License-Identifier: LGPL-2.1-or-later
"""The meaning of class files: names that lead nowhere, sides of relations that
do not fit, names that would be one in C."""

import unittest

import tap
from fixture import THING, about, changed, complaints, Datamodel

PART = """\
class part "A part of a thing."
	since one

	field DynamicRO uuid string "Its UUID."
		since one

	field DynamicRO whole ref thing "What it is a part of."
		since one
"""
PARTS = """
	field DynamicRO parts set ref part "Its parts."
		since one
		inverse part.whole
"""


def with_parts(thing, part=PART):
    return {"thing.class": thing, "part.class": part}


class Check(unittest.TestCase):
    def test_names_that_lead_nowhere_are_told(self):
        for old, new, message in (
                ("arg self ref thing", "arg self ref thin",
                 "24: unknown class thin"),
                ("tint enum colour = dark-blue", "tint enum color",
                 "25: unknown enum color"),
                ("raises GONE", "raises GON", "20: unknown error GON"),
                ("set-role admin", "set-role boss",
                 "12: unknown role boss"),
                ("role admin\n\t\tasync", "role boss\n\t\tasync",
                 "20: unknown role boss"),
                ("constructor admin", "constructor boss",
                 "1: unknown role boss"),
                ('"Its UUID."\n\t\tsince one', '"Its UUID."\n\t\tsince 1',
                 "9: since 1 is no release")):
            with self.subTest(new):
                self.assertEqual(about(changed(old, new)),
                                 ["thing.class:" + message])

    def test_an_accessor_must_be_like_a_setter_of_a_field(self):
        self.assertEqual(
            about(changed("role admin\n\t\tasync",
                          "role admin\n\t\taccessor\n\t\tasync")),
            ["thing.class:20: call paint is not like a setter of a field of"
             " thing"])

    def test_defaults_must_fit_their_type(self):
        for declaration in (
                "x int = 1.5", "x int = 9223372036854775808", "x int = true",
                "x bool = 1", 'x string = 1', "x float = \"1\"",
                "x set int = [\"a\"]", "x set int = {}",
                "x map string int = {\"a\": \"b\"}", "x enum colour = green",
                'x ref thing = ""', 'x datetime = "yesterday"',
                "x record thing = {}"):
            with self.subTest(declaration):
                found = about(THING + "\t\targ %s\n" % declaration)
                self.assertEqual(len(found), 1)
                self.assertRegex(found[0], r"^thing.class:27: default ")

    def test_defaults_that_fit_are_taken(self):
        for declaration in (
                "x int = -1", "x float = 1", "x float = 0.5",
                'x map string set int = {"a": [1]}', "x ref thing = null",
                'x datetime = "1970-01-01T00:00:00Z"', "x option int = null"):
            with self.subTest(declaration):
                self.assertEqual(about(THING + "\t\targ %s\n" % declaration),
                                 [])

    def test_optional_args_stand_last(self):
        self.assertEqual(
            about(THING + "\t\targ x int\n"),
            ["thing.class:27: arg x wants a default: an earlier arg has one"])

    def test_types_that_cannot_be_are_refused(self):
        for declaration, message in (
                ("x map bool int", "a bool cannot be a key"),
                ("x set void", "a set cannot hold a void"),
                ("x void", "an arg cannot be a void"),
                ("x ref any", "a ref names its class")):
            with self.subTest(declaration):
                text = changed("arg tint enum colour = dark-blue",
                               "arg " + declaration)
                self.assertEqual(about(text), ["thing.class:25: " + message])

    def test_the_two_sides_of_a_relation_find_each_other(self):
        model, lines = Datamodel(with_parts(THING + PARTS)).load(update=True)
        self.assertEqual(lines, [])
        part, thing = model.classes
        self.assertIs(thing.field("parts").inverse, part.field("whole"))
        self.assertIs(part.field("whole").lists, thing.field("parts"))
        self.assertFalse(thing.field("parts").persistent)
        self.assertTrue(part.field("whole").persistent)

    def test_sides_of_a_relation_that_do_not_fit_are_told(self):
        for old, new, message in (
                ("part.whole", "part.all", "inverse part.all: no such field"),
                ("set ref part", "set string",
                 "inverse part.whole: this field must be a set ref part"),
                ("part.whole", "part.uuid", "inverse part.uuid: that field"
                 " must be a ref thing or a set of them"),
                ("DynamicRO parts", "RW parts",
                 "a RW field wants a set-role")):
            with self.subTest(new):
                found = complaints(with_parts(
                    THING + changed(old, new, PARTS)))
                self.assertIn("thing.class:28: " + message, found)

    def test_a_field_is_listed_once(self):
        found = complaints(with_parts(
            THING + PARTS + PARTS.replace(" parts", " pieces")))
        self.assertEqual(found, [
            "thing.class:32: inverse part.whole: that field is already listed"
            " by thing.parts"])

    def test_what_stands_twice_is_told_with_the_first_place(self):
        again = '\n	field DynamicRO uuid string "Again."\n		since one\n'
        found = about(THING + again)
        self.assertEqual(found, [
            "thing.class:28: column uuid is already declared in thing.class:9",
            "thing.class:28: field uuid is already declared in thing.class:9"])
        found = complaints({"other.class": THING})
        self.assertTrue(any("class thing is already declared in" in x
                            for x in found), found)

    def test_names_that_are_one_in_c_are_told(self):
        text = changed("value dark-blue",
                       "value dark-blue\n\t\tvalue dark.blue")
        self.assertEqual(about(text), [
            "thing.class:5: the C name COLOUR_DARK_BLUE is already taken in"
            " thing.class:5"])

    def test_a_call_that_exists_by_itself_is_told(self):
        text = THING.replace("call paint", "call set_name_label")
        self.assertEqual(about(text), [
            "thing.class:12: call set_name_label is already declared in"
            " thing.class:20"])


class Implicit(unittest.TestCase):
    """The messages nobody declares."""

    def messages(self, files):
        model, lines = Datamodel(files).load(update=True)
        self.assertEqual(lines, [])
        return {m.full_name: m for m in model.messages()}

    def test_a_class_gets_what_the_api_promises(self):
        self.assertEqual(list(self.messages({})), [
            "thing." + x for x in (
                "create", "destroy", "get_all", "get_all_records",
                "get_all_records_where", "get_all_where",
                "get_by_name_label", "get_by_uuid", "get_name_label",
                "get_record", "get_tint", "get_uuid", "paint",
                "set_name_label")])

    def test_sets_and_maps_can_be_changed_by_part(self):
        more = """
	field RW tags set string = [] "Its tags."
		since one
		set-role reader

	field RW other_config map string int = {} "Its keys."
		since one
		set-role admin
		key-role folder reader
"""
        found = self.messages({"thing.class": THING + more})
        self.assertEqual([str(p.type) for p in
                          found["thing.add_to_other_config"].params],
                         ["ref thing", "string", "int"])
        self.assertEqual(found["thing.remove_from_other_config"].key_roles,
                         [("folder", "reader")])
        self.assertEqual(found["thing.add_tags"].role, ["reader"])
        self.assertEqual(str(found["thing.remove_tags"].params[1].type),
                         "string")
        self.assertEqual(found["thing.set_other_config"].key_roles, [])

    def test_internal_fields_have_no_accessors(self):
        text = changed('"Its colour."\n', '"Its colour."\n\t\tinternal\n')
        self.assertNotIn("thing.get_tint",
                         self.messages({"thing.class": text}))

    def test_a_get_role_guards_the_whole_record(self):
        text = changed('"Its colour."\n',
                       '"Its colour."\n\t\tget-role admin\n')
        found = self.messages({"thing.class": text})
        for name in ("get_record", "get_all_records", "get_by_uuid",
                     "get_tint"):
            self.assertEqual(found["thing." + name].role, ["admin"])
        self.assertEqual(found["thing.get_uuid"].role, ["read-only"])


if __name__ == "__main__":
    tap.main()
