# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of the database, their versions, and the way from old to new.

datamodel/schema/history lists the versions, oldest first:

    schema 1
    schema 2
        rename TABLE.COLUMN NEW-COLUMN

datamodel/schema/N.columns lists the columns of version N, one a line: table,
column, SQL type, default. It never changes once released: a change of the
tables wants a new version, whose file --update-golden writes. Upgrades follow
from the difference of the lists.
"""

import json
import os
import re
from dataclasses import dataclass, field as member

import values
from model import Report, text_lines

SQL_TYPE = {"int": "INTEGER", "datetime": "INTEGER", "bool": "INTEGER",
            "float": "REAL"}
# The columns that every table begins with.
OWN_COLUMNS = ('"_id" INTEGER PRIMARY KEY', '"_ref" BLOB NOT NULL',
               '"_created" INTEGER NOT NULL', '"_modified" INTEGER NOT NULL')


@dataclass
class Version:
    number: int
    where: tuple
    renames: list = member(default_factory=list)  # (table, column, new name)
    tables: dict = None     # table -> {column: (SQL type, SQL default)}


def quote(text):
    return "'%s'" % text.replace("'", "''")


def identifier(name):
    return '"%s"' % name


def to_json(vtype, value):
    """As it stands inside of a JSON cell."""
    if vtype.kind == "set":
        return [to_json(vtype.elem, x) for x in value]
    if vtype.kind == "map":
        return {str(to_json(vtype.key, k)): to_json(vtype.elem, v)
                for k, v in value.items()}
    if vtype.kind == "ref":
        return "OpaqueRef:" + (value or "NULL")
    return value


def sql_default(f, enums):
    value = f.default if f.default_text is not None \
        else values.empty(f.type, enums)
    kind = f.type.kind
    if kind in ("int", "datetime", "bool"):
        return "%d" % value
    if kind == "float":
        return repr(value)
    cell = to_json(f.type, value)
    if not isinstance(cell, str):
        cell = json.dumps(cell, separators=(",", ":"), ensure_ascii=False)
    return quote(cell)


def tables_of(model):
    enums = {e.name: e for e in model.enums}
    return {cls.name: {f.column: (SQL_TYPE.get(f.type.kind, "TEXT"),
                                  sql_default(f, enums))
                       for f in cls.fields if f.persistent}
            for cls in model.classes if cls.persistent}


# ---- files ----

def read_columns(path, report):
    tables = {}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            words = line.rstrip("\n").split(" ", 3)
            if len(words) != 4:
                report.error((path, number),
                             "want: TABLE COLUMN TYPE DEFAULT")
                continue
            table, column, sql_type, default = words
            tables.setdefault(table, {})[column] = (sql_type, default)
    return tables


def write_columns(path, version):
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Columns of version %d of the database. Upgrades begin from"
                " this list: it\n# never changes once it is released.\n"
                % version.number)
        for table, columns in version.tables.items():
            for column, what in columns.items():
                f.write("%s %s %s %s\n" % ((table, column) + what))


def read_history(path, report):
    versions = []
    for number, line in enumerate(text_lines(path, report), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        renamed = re.match(r"\trename (\w+)\.(\w+) (\w+)\n?\Z", line)
        if renamed and versions:
            versions[-1].renames.append(renamed.groups())
        elif line.strip() == "schema %d" % (len(versions) + 1):
            versions.append(Version(len(versions) + 1, (path, number)))
        else:
            report.error((path, number), "want: schema %d, or below one:"
                         " rename TABLE.COLUMN NEW" % (len(versions) + 1))
    if not versions:
        report.error((path, 1), "no schema is listed")
    return versions


def differences(old, new):
    for table in sorted(set(old) | set(new)):
        before, after = old.get(table), new.get(table)
        if before is None:
            yield "table %s is new" % table
        elif after is None:
            yield "table %s is gone" % table
        else:
            for column in sorted(set(before) | set(after)):
                if column not in before:
                    yield "%s.%s is new" % (table, column)
                elif column not in after:
                    yield "%s.%s is gone" % (table, column)
                elif before[column] != after[column]:
                    yield "%s.%s was %s" % (table, column,
                                            " ".join(before[column]))


def check(model, root, report, update):
    """Reads the versions into model.schema; the newest one must be what the
    class files say."""
    own = Report()
    check_versions(model, root, own, update)
    report.errors += own.errors


def check_versions(model, root, report, update):
    folder = os.path.join(root, "schema")
    model.schema = read_history(os.path.join(folder, "history"), report)
    current = tables_of(model)
    for v in model.schema:
        path = os.path.join(folder, "%d.columns" % v.number)
        if os.path.exists(path):
            v.tables = read_columns(path, report)
        elif v is model.schema[-1] and update and not report.errors:
            v.tables = current
            write_columns(path, v)
        else:
            report.error(v.where, "%s is missing: make update-golden writes"
                         " that of the newest version" % path)
    if report.errors:
        return
    newest = model.schema[-1]
    changed = list(differences(newest.tables, current))
    for text in changed[:20]:
        report.error(newest.where, "the tables are no longer those of schema"
                     " %d: %s; add a line schema %d, then run make"
                     " update-golden"
                     % (newest.number, text, newest.number + 1))
    newest.tables = current     # in the order of the class files
    for v in model.schema:
        check_renames(v, model.schema, report)


def check_renames(v, versions, report):
    for table, column, new in v.renames:
        before = versions[v.number - 2].tables if v.number > 1 else {}
        if column not in before.get(table, {}) \
                or new not in v.tables.get(table, {}):
            report.error(v.where, "rename %s.%s %s: no such columns"
                         % (table, column, new))


# ---- SQL ----

def column_sql(column, what):
    return "%s %s NOT NULL DEFAULT %s" % ((identifier(column),) + what)


def create_table(table, columns):
    body = list(OWN_COLUMNS) + [column_sql(c, w) for c, w in columns.items()]
    return "CREATE TABLE %s (\n  %s\n) STRICT" % (
        identifier(table), ",\n  ".join(body))


def change_type(table, column, what):
    """SQLite cannot change a column's type in place."""
    alter, aside = "ALTER TABLE %s " % identifier(table), column + "__old"
    yield alter + "RENAME COLUMN %s TO %s" % (identifier(column),
                                              identifier(aside))
    yield alter + "ADD COLUMN " + column_sql(column, what)
    yield "UPDATE %s SET %s = CAST(%s AS %s)" % (
        identifier(table), identifier(column), identifier(aside), what[0])
    yield alter + "DROP COLUMN " + identifier(aside)


def change_table(table, before, after):
    """A changed default needs no statement: rows are written whole."""
    for column in before:
        if column not in after:
            yield "ALTER TABLE %s DROP COLUMN %s" % (identifier(table),
                                                     identifier(column))
    for column, what in after.items():
        if column not in before:
            yield "ALTER TABLE %s ADD COLUMN %s" % (identifier(table),
                                                    column_sql(column, what))
        elif before[column][0] != what[0]:
            yield from change_type(table, column, what)


def step(old, new, renames):
    """Statements from one version to the next."""
    old = {table: dict(columns) for table, columns in old.items()}
    for table, column, name in renames:
        yield "ALTER TABLE %s RENAME COLUMN %s TO %s" % (
            identifier(table), identifier(column), identifier(name))
        old[table][name] = old[table].pop(column)
    for table in old:
        if table not in new:
            yield "DROP TABLE %s" % identifier(table)
    for table, columns in new.items():
        if table in old:
            yield from change_table(table, old[table], columns)
        else:
            yield create_table(table, columns)


def upgrades(versions):
    """(from, statements) for every version but the newest, which all lead
    to it."""
    steps = [list(step(a.tables, b.tables, b.renames))
             for a, b in zip(versions, versions[1:])]
    for i, v in enumerate(versions[:-1]):
        yield v.number, [sql for s in steps[i:] for sql in s]
