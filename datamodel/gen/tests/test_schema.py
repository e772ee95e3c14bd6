# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables: a change wants a version, and any version becomes the newest."""

import sqlite3
import unittest

import tap
from fixture import THING, Datamodel, changed

import schema

SIZE = '\n\tfield %s size %s "Its size."\n\t\tsince one\n'


def columns(db):
    """table -> {column: (type, default)}"""
    tables = [row[0] for row in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {t: {c[1]: (c[2], c[4]) for c in
                db.execute('PRAGMA table_info("%s")' % t)} for t in tables}


def create(db, tables):
    for table, cols in tables.items():
        db.execute(schema.create_table(table, cols))


class Schema(unittest.TestCase):
    def setUp(self):
        self.d = Datamodel()
        self.assertEqual(self.d.load(update=True)[1], [])

    def change(self, text, history=None, update=True):
        """The model and the mistakes after a change of the class file."""
        self.d.write("thing.class", text)
        if history:
            self.d.write("schema/history", history)
        model, lines = self.d.load(update)
        return model, [x for x in lines if x.startswith("schema/")]

    def upgraded(self, model):
        """A database of version 1 with one row, after its upgrade."""
        db = sqlite3.connect(":memory:")
        create(db, model.schema[0].tables)
        db.execute("INSERT INTO thing (_ref, _created, _modified, name__label)"
                   " VALUES (x'01', 1, 1, '12 x')")
        for sql in dict(schema.upgrades(model.schema))[1]:
            db.execute(sql)
        fresh = sqlite3.connect(":memory:")
        create(fresh, model.schema[-1].tables)
        self.assertEqual(columns(db), columns(fresh))
        return db

    def test_the_first_version_is_listed(self):
        self.assertEqual(self.d.read("schema/1.columns").splitlines()[2:], [
            "thing uuid TEXT ''", "thing name__label TEXT ''",
            "thing tint TEXT 'red'"])

    def test_a_change_without_a_new_version_fails(self):
        for text, what in (
                (THING + SIZE % ("DynamicRO", "int = 5"),
                 "thing.size is new"),
                (changed("colour = red", "colour = dark-blue"),
                 "thing.tint was TEXT 'red'"),
                (changed("column name__label", "column label"),
                 "thing.label is new")):
            with self.subTest(what):
                found = self.change(text)[1]
                self.assertEqual(
                    found[0], "schema/history:1: the tables are no longer"
                    " those of schema 1: %s; add a line schema 2, then run"
                    " make update-golden" % what)

    def test_what_is_not_on_disk_is_no_column(self):
        text = THING + SIZE % ("DynamicRO", "int") + "\t\tvolatile\n"
        self.assertEqual(self.change(text)[1], [])

    def test_a_new_version_without_its_list_is_told(self):
        found = self.change(THING + SIZE % ("DynamicRO", "int"),
                            "schema 1\nschema 2\n", update=False)[1]
        self.assertEqual(len(found), 1)
        self.assertIn("2.columns is missing", found[0])

    def test_columns_are_added_with_their_default(self):
        text = THING + SIZE % ("DynamicRO", 'map string int = {"a\'b": 1}')
        model, found = self.change(text, "schema 1\nschema 2\n")
        self.assertEqual(found, [])
        db = self.upgraded(model)
        self.assertEqual(db.execute("SELECT size FROM thing").fetchall(),
                         [('{"a\'b":1}',)])

    def test_columns_are_dropped_and_renamed(self):
        text = changed("column name__label", "column label")
        text = text.replace("StaticRO tint", "StaticRO tint2")
        model, found = self.change(
            text, "schema 1\nschema 2\n\trename thing.name__label label\n")
        self.assertEqual(found, [])
        db = self.upgraded(model)
        self.assertEqual(
            db.execute("SELECT label, tint2 FROM thing").fetchall(),
            [("12 x", "red")])

    def test_a_column_may_change_its_type(self):
        text = changed("name_label string = \"\"", "name_label int = 7")
        model, found = self.change(text, "schema 1\nschema 2\n")
        self.assertEqual(found, [])
        db = self.upgraded(model)
        self.assertEqual(
            db.execute("SELECT name__label FROM thing").fetchall(), [(12,)])

    def test_tables_come_and_go_over_several_versions(self):
        part = THING.replace("class thing", "class part", 1) \
            .replace("ref thing", "ref part") \
            .replace("enum colour \"", "enum paint \"") \
            .replace("enum colour =", "enum paint =")
        self.d.write("part.class", part)
        self.assertEqual(self.change(THING, "schema 1\nschema 2\n")[1], [])
        two = THING + SIZE % ("DynamicRO", "float")
        model, found = self.change(two, "schema 1\nschema 2\nschema 3\n")
        self.assertEqual(found, [])
        self.assertEqual([v for v, _ in schema.upgrades(model.schema)],
                         [1, 2])
        self.assertIn("part", columns(self.upgraded(model)))

    def test_a_wrong_history_is_told(self):
        for history, message in (
                ("schema 2\n", "schema/history:1: want: schema 1, or below"
                 " one: rename TABLE.COLUMN NEW"),
                ("# none\n", "schema/history:1: no schema is listed"),
                ("schema 1\n\trename thing.a b\n", "schema/history:1: rename"
                 " thing.a b: no such columns")):
            with self.subTest(history):
                self.assertIn(message, self.change(THING, history)[1])


if __name__ == "__main__":
    tap.main()
