# SPDX-License-Identifier: LGPL-2.1-or-later
"""cli_words_gen.c: the commands of xe with their parameters, for client and
daemon. cli_table_gen.c: how the daemon runs them. cli_runs_gen.h: the functions
written by hand."""

import cli_check
from c_pool import Pool
from cnames import banner, c_bool, c_string, class_id, upper

OUTPUTS = ("cli_words_gen.c", "cli_table_gen.c", "cli_runs_gen.h")

FIELD_FLAGS = {"expensive": "CLI_EXPENSIVE", "hidden": "CLI_SECLUDED",
               "deprecated": "CLI_OUTDATED", "nocase": "CLI_NOCASE",
               "bytes": "CLI_BYTES", "name": "CLI_NAME",
               "comma": "CLI_COMMA", "reference": "CLI_REFERENCE",
               "clear": "CLI_CLEARS", "replace": "CLI_REPLACES"}
SHAPES = {"R": "CLI_VALUE", "S": "CLI_SET", "M": "CLI_MAP"}
HOWS = {"plain": "CLI_PLAIN", "self": "CLI_SELF", "bytes": "CLI_SIZE",
        "file": "CLI_FILE", "files": "CLI_FILES",
        "basename": "CLI_BASENAME", "pool": "CLI_POOL", "here": "CLI_HERE",
        "master": "CLI_MASTER", "anycase": "CLI_ANYCASE",
        "keys": "CLI_KEYS", "pairs": "CLI_PAIRS"}
PRINTS = {"uuid": "CLI_UUID", "uuids": "CLI_UUIDS", "list": "CLI_LINES",
          "message": "CLI_MESSAGE", "table": "CLI_TABLE", "real": "CLI_REAL"}
SELECTS = {"one": "CLI_ONE", "many": "CLI_MANY", "templates": "CLI_TEMPLATES",
           "control-domains": "CLI_CONTROL_DOMAINS"}


def either(words, table):
    """Flags of a table, or 0."""
    return " | ".join(table[w] for w in sorted(words) if w in table) or "0"


def symbol(name):
    return name.replace("-", "_")


def text_or_null(text):
    return "NULL" if text is None else c_string(text)


def rows_of(pairs):
    return ["\t{"] + ["\t\t.%s = %s," % p for p in pairs
                      if p[1] not in ("NULL", "0", "false")] + ["\t},"]


class Words:
    def __init__(self, model):
        self.cli, self.pool = model.cli, Pool(model)
        self.cls = {c.name: i for i, c in enumerate(self.cli.classes)}

    def names(self, words):
        return self.pool.names(words) if words else \
            self.pool.constant("names", "char *const @[]", "{ NULL }")

    def row(self, c):
        verb = getattr(c, "verb", None)
        optional = list(c.optional)
        if "progress-option" in c.flags and "progress" not in optional:
            optional.append("progress")
        flags = {f: "CLI_" + upper(f) for f in c.flags}
        return rows_of([
            ("name", c_string(c.name)),
            ("doc", c_string(c.doc)),
            ("required", self.names(c.required)),
            ("optional", self.names(optional)),
            ("names", self.names(verb.names if verb else [])),
            ("examples", self.names(
                [t for e in self.cli.examples if e.command == c.name
                 for t in (e.line, e.doc)])),
            ("instead", text_or_null(c.instead)),
            ("flags", either(c.flags, flags)),
            ("select", "CLI_SELECT_" + c.select[0].upper()
             if c.select else "0"),
            ("verb", "CLI_" + upper(verb.word) if verb else "0"),
            ("cls", str(self.cls[verb.cls.name]) + " " if verb else "-1"),
        ])

    def make(self):
        rows = []
        for c in self.cli.commands:
            rows += self.row(c)
        standard = self.names(cli_check.STANDARD)
        text = [banner("the commands of xe"), '#include "model/cli_words.h"', ""]
        text += self.pool.lines + [""]
        text += ["const struct cli_command cli_command_table[] = {"] + rows
        text += ["};", "const unsigned cli_command_count = %d;"
                 % len(self.cli.commands), ""]
        return "\n".join(text).replace(
            "static const char *const %s[]" % standard,
            "const char *const cli_standard_params[]") + "\n"


class Table:
    def __init__(self, model):
        self.model, self.cli = model, model.cli
        self.pool = Pool(model)
        self.index = {m.full_name: i
                      for i, m in enumerate(model.messages())}
        self.out = []

    def method(self, name):
        return str(self.index.get(name, -1))

    def field(self, f):
        src = f.source
        path = "{ %s }" % ", ".join(
            "{ %s, %d }" % (class_id(p.cls.name), p.index)
            for p in src.path or []) if src.path else "NULL"
        words = set(f.words)
        if "set" in words:
            words.discard("clear")
        return rows_of([
            ("name", c_string(f.name)),
            ("shape", SHAPES[f.mark[0]]),
            ("writable", c_bool(f.mark.endswith("W"))),
            ("flags", either(words, FIELD_FLAGS)),
            ("npath", str(len(src.path or []))),
            ("path", path),
            ("method", self.method(src.method.full_name)
             if src.method else "-1"),
            ("special", "cli_field_" + src.special
             if src.special else "NULL"),
            ("missing", c_string(f.texts.get("missing",
                                             "<not in database>"))),
            ("failed", text_or_null(f.texts.get("failed"))),
            ("unit", text_or_null(f.texts.get("unit"))),
        ] + [(w, "%d" % f.methods[w] if f.methods[w] else "0 ")
             for w in ("set", "add", "remove", "put")])

    def class_(self, c):
        name = "fields_" + symbol(c.name)
        if not c.like:
            self.out += ["static const struct cli_field %s[] = {" % name]
            for f in c.fields:
                self.out += self.field(f)
            self.out += ["};", ""]
        filters = ["\t{ %s, %s }," % (c_string(a), c_string(b))
                   for a, b in c.filters] + ["\t{ NULL, NULL },"]
        fields = "fields_" + symbol(c.like or c.name)
        return rows_of([
            ("name", c_string(c.name)),
            ("cls", class_id(c.cls)),
            ("get_all_where", self.method(c.cls + ".get_all_records_where")),
            ("get_record", self.method(c.cls + ".get_record")),
            ("get_by_uuid", self.method(c.cls + ".get_by_uuid")),
            ("nfields", str(len(c.fields))),
            ("fields", fields),
            ("filters", self.pool.constant(
                "filters", "struct cli_filter @[]",
                "{\n%s\n}" % "\n".join(filters))),
            ("shown", self.pool.names(c.shown)),
        ])

    def arg(self, a):
        return "\t{ %s, %s, %s, %s }," % (
            text_or_null(a.param), text_or_null(a.text), HOWS[a.how],
            a.field.index if a.field else -1)

    def call(self, method, args):
        rows = "NULL"
        if args:
            rows = self.pool.constant(
                "args", "struct cli_arg @[]",
                "{\n%s\n}" % "\n".join(self.arg(a) for a in args))
        return "{ %s, %d, %s }" % (self.method(method.full_name),
                                   len(args), rows)

    def action(self, c):
        none = "{ -1, 0, NULL }"
        if hasattr(c, "verb"):
            return rows_of([("call", none), ("forced", none),
                            ("print_field", "-1")])
        field = getattr(c, "print_field", None)
        return rows_of([
            ("run", "cli_run_" + symbol(c.name) if c.run else "NULL"),
            ("call", none if c.run else self.call(c.method, c.args)),
            ("forced", self.call(c.forced_method, c.forced_args)
             if c.forced else none),
            ("confirm", text_or_null(c.confirm)),
            ("task", c_bool(c.task)),
            ("print", PRINTS[c.print[0]] if c.print else "0"),
            ("print_field", "%d " % field.index if field else "-1"),
            ("select", either(c.select[1:], SELECTS)),
        ])

    def enums(self):
        by_name = {e.name: e for e in self.model.enums}
        rows = []
        for e in self.cli.enums:
            words = [e.words.get(v, v) for v in by_name[e.name].values]
            rows.append("\t{ &enum_info_%s, %s },"
                        % (e.name, self.pool.names(words)))
        if not rows:
            rows = ["\t{ NULL, NULL },"]
        return (["const struct cli_enum cli_enum_table[] = {"] + rows +
                ["};", "const unsigned cli_enum_count = %d;"
                 % len(self.cli.enums), ""])

    def prototypes(self, weak=""):
        specials = {f.source.special for c in self.cli.classes
                    for f in c.fields if f.source.special}
        runs = [c.name for c in self.cli.commands if c.run]
        return (["int cli_field_%s(struct cli *cli, const struct cli_field *f,"
                 "\n    const struct record *r, struct cli_value *out)%s;"
                 % (s, weak) for s in sorted(specials)] +
                ["int cli_run_%s(struct cli *cli)%s;" % (symbol(n), weak)
                 for n in runs] + [""])

    def header(self):
        """For those who write the functions; in the table they are weak."""
        return "\n".join(
            [banner("functions of commands and fields of xe"),
             "#ifndef CLI_RUNS_GEN_H", "#define CLI_RUNS_GEN_H", "",
             '#include "cli/table.h"', ""] + self.prototypes() +
            ["#endif", ""])

    def make(self):
        classes = []
        for c in self.cli.classes:
            classes += self.class_(c)
        actions = []
        for c in self.cli.commands:
            actions += self.action(c)
        enums = self.enums()
        text = [banner("how the daemon runs the commands of xe"),
                '#include "cli/table.h"', ""]
        text += self.prototypes(" __attribute__((weak))") + self.pool.lines + [""] + self.out + enums
        text += ["const struct cli_class cli_class_table[] = {"] + classes
        text += ["};", "const unsigned cli_class_count = %d;"
                 % len(self.cli.classes), "",
                 "const struct cli_action cli_action_table[] = {"]
        return "\n".join(text + actions + ["};", ""])


def make(model):
    table = Table(model)
    return {"cli_words_gen.c": Words(model).make(),
            "cli_runs_gen.h": table.header(), "cli_table_gen.c": table.make()}
