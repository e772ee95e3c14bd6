# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gives the lines of datamodel/cli/ their meaning: names become classes, fields
and methods of the model; commands that every class has are added."""

from dataclasses import dataclass, field as member

import cli_reader
from cli_reader import CliCommand, HOWS, PRINTS, SELECTORS
from model import Type

# Besides their own, all commands take these. (source: the original's list)
STANDARD = ("server", "password", "port", "username", "minimal", "force",
            "multiple", "all", "message-priority", "trace")

# What the client does by itself.
CLIENT_COMMANDS = ("help", "apply")

# The commands of every class; %s: the class's plural.
VERBS = {
    "list": "List the %s, all of them or those that fit the conditions given.",
    "param-list": "Print every field of one of the %s.",
    "param-get": "Print one field of one of the %s.",
    "param-set": "Set fields of one of the %s.",
    "param-add": "Add to a set or a map of one of the %s.",
    "param-remove": "Remove from a set or a map of one of the %s.",
    "param-clear": "Empty a field of one of the %s.",
}


@dataclass
class Source:
    """Where a field's value comes from: one of the three."""

    path: list = None           # fields, one after the other
    method: object = None
    special: str = None         # name of a function


@dataclass
class Argument:
    param: str = None           # of the command
    text: str = None            # constant, or where the parameter is absent
    how: str = "plain"          # or one of HOWS, or "self"
    field: object = None        # of a constructor


@dataclass
class Verb:
    """What a command that every class has is about."""

    cls: object
    word: str
    names: list = member(default_factory=list)


class Wrong(Exception):
    pass


class Checker:
    def __init__(self, model, report):
        self.cli, self.report = model.cli, report
        self.model = model
        self.classes = {c.name: c for c in model.classes}
        self.enums = {e.name: e for e in model.enums}
        self.messages = model.messages()
        self.index = {m.full_name: i for i, m in enumerate(self.messages)}
        self.by_name = {}

    def guard(self, item, check):
        try:
            check(item)
        except Wrong as e:
            self.report.error(item.where, str(e))

    def run(self):
        for e in self.cli.enums:
            self.guard(e, self.enum)
        for c in self.cli.classes:
            if c.name in self.by_name:
                self.report.error(c.where, "class %s stands twice" % c.name)
            self.by_name[c.name] = c
        for c in self.cli.classes:
            self.guard(c, self.class_)
        for c in self.cli.commands:
            self.guard(c, self.command)
        for c in self.cli.classes:
            self.add_commands(c)
        self.cli.commands.sort(key=lambda c: c.name)
        for a, b in zip(self.cli.commands, self.cli.commands[1:]):
            if a.name == b.name:
                self.report.error(b.where, "command %s stands twice" % b.name)
        known = {c.name for c in self.cli.commands} | set(CLIENT_COMMANDS)
        for e in self.cli.examples:
            if e.command not in known:
                self.report.error(e.where, "no command %s" % e.command)

    def method(self, name):
        if name not in self.index:
            raise Wrong("no call %s" % name)
        return self.messages[self.index[name]]

    def optional_method(self, cls, name):
        return self.index.get("%s.%s" % (cls.name, name), -1)

    # ---- enums and classes ----

    def enum(self, e):
        if e.name not in self.enums:
            raise Wrong("no enum %s" % e.name)
        for value in e.words:
            if value not in self.enums[e.name].values:
                raise Wrong("no value %s of %s" % (value, e.name))

    def class_(self, c):
        if c.cls not in self.classes:
            raise Wrong("no class %s" % c.cls)
        c.api = self.classes[c.cls]
        if c.like:
            other = self.by_name.get(c.like)
            if not other or other.like or other.cls != c.cls:
                raise Wrong("%s is no other list of %s" % (c.like, c.cls))
            c.fields = other.fields
        names = [f.name for f in c.fields]
        for name in [n for n, _ in c.filters]:
            if name not in names:
                raise Wrong("no field %s" % name)
        if len(set(names)) != len(names):
            raise Wrong("a field stands twice")
        if not c.like:
            for f in c.fields:
                self.guard(f, lambda f: self.field(c, f))

    def field(self, c, f):
        f.source = self.source(c, f)
        self.operations(c, f)

    def source(self, c, f):
        text = f.source
        if text.startswith("@"):
            return Source(special=text[1:])
        if text.endswith("()"):
            name = text[:-2]
            return Source(method=self.method(
                name if "." in name else "%s.%s" % (c.cls, name)))
        return Source(path=self.path(c.api, text))

    def path(self, cls, text):
        path = []
        for name in text.split("."):
            field = cls.field(name) if cls else None
            if not field:
                raise Wrong("no field %s in %s" % (name, text))
            path.append(field)
            vtype = field.type
            if vtype.kind == "set":
                vtype = vtype.elem
            cls = self.classes.get(vtype.target) \
                if vtype.kind == "ref" else None
        if len(path) > 3:
            raise Wrong("a path has three steps at most")
        return path

    def operations(self, c, f):
        """Which methods change the field, as indices; -1: none."""
        own = f.source.path[0].name if f.source.path else None
        if not own:
            own = f.name.replace("-", "_")
        shape = f.mark[0]
        f.methods = dict.fromkeys(("set", "add", "remove", "put"), -1)
        if "set" in f.words or "replace" in f.words or "clear" in f.words:
            f.methods["set"] = self.wanted(c, "set_" + own)
        if "add" in f.words:
            to, from_ = ("add_to_", "remove_from_") if shape == "M" \
                else ("add_", "remove_")
            name = f.texts.get("adder", own)
            f.methods["add"] = self.optional_method(c.api, to + name)
            f.methods["remove"] = self.optional_method(c.api, from_ + name)
            if f.methods["add"] < 0:
                f.methods["set"] = self.wanted(c, "set_" + own)
        if "put" in f.words:
            f.methods["put"] = self.wanted(c, f.texts["putter"])

    def wanted(self, c, name):
        return self.index[self.method("%s.%s" % (c.cls, name)).full_name]

    # ---- commands ----

    def command(self, c):
        for flag in c.flags:
            if flag not in cli_reader.COMMAND_FLAGS:
                raise Wrong("unknown flag %s" % flag)
        if c.select and (c.select[0] not in SELECTORS or not
                         set(c.select[1:]) <= set(SELECTORS[c.select[0]])):
            raise Wrong("select what?")
        if c.run + bool(c.call) + bool(c.create) != 1:
            raise Wrong("want one of run, call and create")
        if c.call:
            c.method, c.args = self.call(c, c.call)
        if c.forced:
            c.forced_method, c.forced_args = self.call(c, c.forced)
        if c.create:
            c.method, c.args = self.constructor(c)
        if c.print:
            self.print(c)

    def call(self, c, words):
        m = self.method(words[0])
        args = [self.argument(c, w) for w in words[1:]]
        args = [a for a in args if a]
        need = sum(not p.optional for p in m.params)
        if not need <= len(args) <= len(m.params):
            raise Wrong("%s takes %s" % (m.full_name, " ".join(
                p.name for p in m.params)))
        return m, args

    def constructor(self, c):
        cls = self.classes.get(c.create[0])
        if not cls or not cls.constructor:
            raise Wrong("no class with a constructor: %s" % c.create[0])
        args = []
        for word in c.create[1:]:
            name, _, rest = word.partition("=")
            a = self.argument(c, rest)
            a.field = cls.field(name)
            if not a.field or not a.field.settable_at_birth:
                raise Wrong("no field to be given: %s" % name)
            args.append(a)
        given = {a.field.name for a in args}
        missing = [f.name for f in cls.fields
                   if f.required and not f.internal and f.name not in given]
        if missing:
            raise Wrong("%s.create needs %s" % (cls.name, " ".join(missing)))
        return self.method(cls.name + ".create"), args

    def argument(self, c, word):
        if word == "@":
            if not c.select:
                raise Wrong("@ without select")
            return Argument(how="self")
        if word.startswith("="):
            return Argument(text=word[1:])
        name, bar, default = word.partition("|")
        name, _, how = name.partition("/")
        if how and how not in HOWS:
            raise Wrong("unknown /%s" % how)
        if how not in ("pool", "here", "master") and not name.endswith(":") \
                and name not in [".", *STANDARD, *c.required, *c.optional]:
            raise Wrong("no parameter %s" % name)
        return Argument(param=None if name == "." else name,
                        text=default if bar else None, how=how or "plain")

    def print(self, c):
        what, names = c.print[0], c.print[1:]
        result = c.method.result
        if what not in PRINTS or len(names) > 1:
            raise Wrong("print one of " + " ".join(PRINTS))
        c.print_field = None
        if names:
            cls = self.classes.get(result.target)
            c.print_field = cls and cls.field(names[0])
            if not c.print_field or c.print_field.type.kind != "ref":
                raise Wrong("no reference %s in the result" % names[0])
        if what == "uuid" and result.kind != "ref":
            raise Wrong("the result is no reference")
        if what == "uuids" and str(result)[:8] != "set ref ":
            raise Wrong("the result is no set of references")
        if result == Type("void"):
            raise Wrong("the call has no result")

    # ---- what every class has ----

    def add_commands(self, c):
        shown = [f for f in c.fields if "hidden" not in f.words]
        names = [f.name for f in shown]
        sets = [f.name + ":contains" for f in shown if f.mark[0] == "S"]
        settable = [f.name for f in shown if "set" in f.words]
        settable += [f.name + ":" for f in shown if f.mark[0] == "M" and
                     f.words & {"add", "put", "replace"}]
        addable = [f.name for f in shown if "add" in f.words]
        clearable = [f.name for f in shown
                     if f.mark[0] in "SM" or "set" in f.words]
        self.verb(c, "list", [], ["params", "database:"] + names + sets,
                  names)
        self.verb(c, "param-list", ["uuid"], ["database:"], [])
        self.verb(c, "param-get", ["uuid", "param-name"],
                  ["param-key", "database:"], names)
        if settable:
            self.verb(c, "param-set", ["uuid"], settable, [])
        if addable:
            self.verb(c, "param-add", ["uuid", "param-name"], ["param-key"],
                      addable)
            self.verb(c, "param-remove", ["uuid", "param-name", "param-key"],
                      [], addable)
        if clearable:
            self.verb(c, "param-clear", ["uuid", "param-name"], [], clearable)

    def verb(self, c, word, required, optional, names):
        command = CliCommand("%s-%s" % (c.name, word), VERBS[word] % c.plural,
                             c.where, required, optional)
        if word == "list" and c.common:
            command.flags = ["common"]
        command.verb = Verb(c, word, names)
        self.cli.commands.append(command)


def complete(model, report):
    Checker(model, report).run()
