# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads datamodel/cli/: what xe and the daemon's half of it know.

NAME.cli, line oriented like the class files:

    class CLI-NAME CLASS "plural"   commands CLI-NAME-list, -param-get ...
        filter FIELD VALUE          what the list shows without being asked
        list FIELD...               the fields it shows
        common                      stands in the short list of commands
        like CLI-NAME               the fields of that one
        field MARK NAME SOURCE [WORD...]
    command NAME "doc"
        req PARAMETER...            NAME: means NAME:KEY=VALUE, any number
        opt PARAMETER...
        select vm|host|sr [one] [many] [templates] [control-domains]
                                    many: several without --multiple
        flags FLAG...
        instead COMMAND             for deprecated ones
        confirm "question"          asked first, unless forced
        run                         written by hand: cli_run_NAME()
        call METHOD [ARGUMENT...]   or one call, with its arguments in order
        forced METHOD [ARGUMENT...] the call when force=true
        create CLASS FIELD=ARGUMENT...
        task                        the call is long: run it as a task
        print WHAT [FIELD]          of the result; see PRINTS

MARK is RO or RW, with S or M before it for sets and maps. SOURCE is a path of
fields (metrics.memory_actual), a call on the object (get_cooperative()), or a
function written by hand (@io_rate: cli_field_io_rate). WORDS of a field: see
FLAGS, OPERATIONS and TEXTS.

An ARGUMENT is a parameter of the command, read as the type of the call's
parameter wants it (a reference by the object's UUID, a set by its parts
between commas); `P|TEXT`: TEXT where P is absent; `P:` the map of all P:KEY=;
`=TEXT` a constant; `@` the selected object; `P/HOW`: see HOWS; `.` no
parameter at all.

examples: shown with the command that stands first in them:

    example COMMAND ARGUMENT... "doc"

words: how values of enums are written where not as on the wire:

    enum NAME
        VALUE "text"
"""

import os
import re
from dataclasses import dataclass, field as member

from reader import Lines, Mistake, split_doc

MARKS = ("RO", "RW", "SRO", "SRW", "MRO", "MRW")
FLAGS = ("expensive", "hidden", "deprecated", "nocase", "bytes", "name",
         "comma", "reference")
OPERATIONS = ("set", "add", "put", "replace", "clear")
NAMED = ("adder", "putter")         # take a name that is not the usual one
TEXTS = ("missing", "failed", "unit")
COMMAND_FLAGS = ("client-io", "common", "confirm", "deprecated",
                 "download", "file-transfer", "force-needed", "force-option", "hidden",
                 "local-session", "neverforward", "progress-option", "upload")
SELECTORS = {"vm": ("one", "many", "templates", "control-domains"),
             "host": ("one", "many"), "sr": ("one", "many")}
HOWS = ("bytes", "file", "files", "basename", "pool", "here", "master",
        "anycase", "keys", "pairs")
PRINTS = ("uuid", "uuids", "list", "message", "table", "real")

WORD = re.compile(r'"(?:[^"\\]|\\["\\])*"|[^\s"]+')


@dataclass
class CliField:
    mark: str
    name: str
    source: str
    where: tuple
    words: set = member(default_factory=set)
    texts: dict = member(default_factory=dict)


@dataclass
class CliClass:
    name: str
    cls: str
    plural: str
    where: tuple
    filters: list = member(default_factory=list)
    shown: list = member(default_factory=list)
    common: bool = False
    like: str = None
    fields: list = member(default_factory=list)


@dataclass
class CliCommand:
    name: str
    doc: str
    where: tuple
    required: list = member(default_factory=list)
    optional: list = member(default_factory=list)
    select: list = member(default_factory=list)
    flags: list = member(default_factory=list)
    instead: str = None
    confirm: str = None
    run: bool = False
    call: list = None           # [METHOD, argument...]
    forced: list = None
    create: list = None         # [CLASS, FIELD=argument...]
    task: bool = False
    print: list = None


@dataclass
class CliExample:
    line: str                   # without "xe "
    doc: str
    where: tuple

    @property
    def command(self):
        return self.line.split()[0]


@dataclass
class CliEnum:
    name: str
    where: tuple
    words: dict = member(default_factory=dict)


@dataclass
class Cli:
    classes: list = member(default_factory=list)
    commands: list = member(default_factory=list)
    enums: list = member(default_factory=list)
    examples: list = member(default_factory=list)


def unquote(text):
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def words_of(rest):
    return WORD.findall(rest)


class Reader(Lines):
    """One file; `inner` is what lines with a tab belong to."""

    def __init__(self, path, cli, report):
        super().__init__(path, report)
        self.cli = cli
        self.inner = None

    def read(self):
        with open(self.path, encoding="utf-8") as f:
            self.read_lines(f)

    def line(self, text):
        depth = len(text) - len(text.lstrip("\t"))
        word, _, rest = text[depth:].partition(" ")
        if text[depth:] != text.strip() or depth > 1:
            raise Mistake("one tab at most, no space at either end")
        if depth == 0:
            self.inner = None
            self.top(word, rest)
        elif not self.inner:
            raise Mistake("nothing to belong to")
        else:
            self.detail(word, rest)

    def take(self, word, known):
        if word not in known:
            raise Mistake("unknown word %s: want one of %s"
                          % (word, " ".join(sorted(known))))
        return known[word]

    def top(self, word, rest):
        self.take(word, {"class": self.top_class, "command": self.top_command,
                         "enum": self.top_enum,
                         "example": self.top_example})(rest)

    def documented(self, rest, names):
        head, doc = split_doc(rest)
        words = head.split()
        if len(words) != names or not doc:
            raise Mistake("want %d name(s) and a text in quotes" % names)
        return words + [doc]

    def top_class(self, rest):
        name, cls, plural = self.documented(rest, 2)
        self.inner = CliClass(name, cls, plural, self.where)
        self.cli.classes.append(self.inner)

    def top_command(self, rest):
        name, doc = self.documented(rest, 1)
        self.inner = CliCommand(name, doc, self.where)
        self.cli.commands.append(self.inner)

    def top_example(self, rest):
        line, doc = split_doc(rest)
        if not line or not doc:
            raise Mistake("want a command and a text in quotes")
        self.cli.examples.append(CliExample(line, doc, self.where))

    def top_enum(self, rest):
        if len(rest.split()) != 1:
            raise Mistake("want: enum NAME")
        self.inner = CliEnum(rest, self.where)
        self.cli.enums.append(self.inner)

    def detail(self, word, rest):
        if isinstance(self.inner, CliClass):
            self.class_detail(word, words_of(rest))
        elif isinstance(self.inner, CliCommand):
            self.command_detail(word, words_of(rest))
        else:
            text = words_of(rest)
            if len(text) != 1 or not text[0].startswith('"'):
                raise Mistake('want: VALUE "text"')
            self.inner.words[word] = unquote(text[0])

    def class_detail(self, word, words):
        cls = self.inner
        if word == "field":
            cls.fields.append(self.read_field(words))
        elif word == "filter" and len(words) == 2:
            cls.filters.append(tuple(words))
        elif word == "list" and words:
            cls.shown = words
        elif word == "common" and not words:
            cls.common = True
        elif word == "like" and len(words) == 1:
            cls.like = words[0]
        else:
            raise Mistake("what %s wants stands in cli_reader.py" % word)

    def read_field(self, words):
        if len(words) < 3 or words[0] not in MARKS:
            raise Mistake("want: field MARK NAME SOURCE, MARK one of "
                          + " ".join(MARKS))
        f = CliField(*words[:3], self.where)
        rest = words[3:]
        while rest:
            word = rest.pop(0)
            if word in FLAGS + OPERATIONS:
                f.words.add(word)
            elif word in TEXTS + NAMED and rest:
                text = rest.pop(0)
                f.texts[word] = unquote(text) if text[0] == '"' else text
            else:
                raise Mistake("unknown word %s" % word)
        return f

    def command_detail(self, word, words):
        c = self.inner
        plain = {"req": "required", "opt": "optional", "flags": "flags",
                 "select": "select", "call": "call", "forced": "forced",
                 "create": "create", "print": "print"}
        if word in plain and words:
            setattr(c, plain[word], words)
        elif word in ("run", "task") and not words:
            setattr(c, word, True)
        elif word == "instead" and words:
            c.instead = " ".join(words)
        elif word == "confirm" and len(words) == 1 and words[0][0] == '"':
            c.confirm = unquote(words[0])
        else:
            raise Mistake("what %s wants stands in cli_reader.py" % word)


def read(root, report):
    """The folder root/cli, sorted; an empty Cli where there is none."""
    cli = Cli()
    folder = os.path.join(root, "cli")
    if os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".cli") or name in ("words", "examples"):
                Reader(os.path.join(folder, name), cli, report).read()
    cli.classes.sort(key=lambda c: c.name)
    cli.commands.sort(key=lambda c: c.name)
    cli.enums.sort(key=lambda e: e.name)
    return cli
