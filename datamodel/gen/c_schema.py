# SPDX-License-Identifier: LGPL-2.1-or-later
"""schema_gen.h and schema_gen.c: SQL that makes the tables and brings old
ones up to date."""

import schema
from cnames import banner, c_string

OUTPUTS = ("schema_gen.h", "schema_gen.c")

HEADER = """\
#ifndef XAPID_SCHEMA_GEN_H
#define XAPID_SCHEMA_GEN_H

/* The version that schema_create makes. */
extern const int schema_version;
/* One CREATE TABLE for every persistent class; NULL-terminated. */
extern const char *const schema_create[];

/* Statements that lead from an older version to the newest, to be run in one
 * transaction. */
struct schema_migration {
	int from, to;
	const char *const *sql; /* NULL-terminated */
};
extern const struct schema_migration schema_migrations[]; /* last: from 0 */

#endif
"""


def statements(name, sql):
    lines = []
    for s in sql:
        pieces = s.split("\n")
        lines += ["\t" + c_string(p + "\n") for p in pieces[:-1]]
        lines.append("\t%s," % c_string(pieces[-1]))
    return ["%s[] = {" % name] + lines + ["\tNULL,", "};", ""]


def make(model):
    newest = model.schema[-1]
    out = [banner("the tables of the database"), "#include <stddef.h>", "",
           '#include "schema_gen.h"', "",
           "const int schema_version = %d;" % newest.number, ""]
    out += statements("const char *const schema_create",
                      [schema.create_table(t, c)
                       for t, c in newest.tables.items()])
    rows = []
    for number, sql in schema.upgrades(model.schema):
        name = "from_%d" % number
        out += statements("static const char *const " + name, sql)
        rows.append("\t{ %d, %d, %s }," % (number, newest.number, name))
    out += ["const struct schema_migration schema_migrations[] = {"]
    out += rows + ["\t{ 0, 0, NULL },", "};", ""]
    return {"schema_gen.h": banner("the tables of the database") + HEADER,
            "schema_gen.c": "\n".join(out)}
