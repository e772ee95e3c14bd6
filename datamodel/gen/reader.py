# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads datamodel/: class files, errors, roles, releases.

Line oriented; tabs say what belongs to what. A class file:

    class NAME "doc"
        ATTRIBUTE...
        enum NAME "doc"
            value NAME
        field QUALIFIER NAME TYPE [= DEFAULT] "doc"
            ATTRIBUTE...
        call NAME "doc"
            ATTRIBUTE...
            arg NAME TYPE [= DEFAULT] ["doc"]
            result TYPE
            raises CODE...

Types stand in prefix form: "map string ref VDI", "set enum vm_operations".
"#" begins a comment line. Only the form is checked here; whether names mean
something is check.py's question.
"""

import json
import os
import re

from model import (ATOMS, QUALIFIERS, STATES, Class, Enum, Error, Field,
                   Message, Model, Param, Release, Role, Type, text_lines)

FLAG, WORD, WORDS, PAIR = range(4)  # what follows an attribute's name

HISTORY = {"since": WORD, "state": WORD, "deprecated": WORD, "removed": WORD}
CLASS_ATTRS = {
    **HISTORY,
    "no-table": FLAG,           # objects are not kept
    "own-table": FLAG,          # kept, but only its own calls read them
    "private": FLAG,            # no class of the API: clients never see it
    "volatile": FLAG,           # kept in memory only
    "fixed": FLAG,              # made by the program at each start
    "events": FLAG,             # seen by event.from although no-table
    "no-events": FLAG,
    "no-get-all": FLAG,
    "constructor": WORD,        # create and destroy exist; the role they need
    "destroy-blocks": FLAG,     # destroy may wait: runs on a worker thread
}
FIELD_ATTRS = {
    **HISTORY,
    "column": WORD,             # name in the database where it differs
    "inverse": WORD,            # derived: lists the objects of CLASS.FIELD
    "volatile": FLAG,           # never on disk
    "internal": FLAG,           # never on the wire
    "own": FLAG,                # ours alone: no other toolstack knows it
    "effect": FLAG,             # the setter is a handler, not a plain write
    "set-role": WORDS,
    "get-role": WORD,
    "key-role": PAIR,           # KEY ROLE; a final * matches a prefix
    "tags": WORDS,
}
CALL_ATTRS = {
    **HISTORY,
    "role": WORDS,              # lowest role, then roles outside the order
    "async": FLAG,
    "hidden": FLAG,
    "pool-internal": FLAG,
    "secret": FLAG,             # parameters must not be logged
    "blocking": FLAG,           # may wait: runs on a worker thread
    "accessor": FLAG,           # does what a generated setter would
    "no-session": FLAG,
    "custom-marshaller": FLAG,
    "forward": WORD,
    "key-role": PAIR,
    "tags": WORDS,
    "raises": WORDS,
}

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
TEXT = re.compile(r'"((?:[^"\\]|\\["\\])*)"\Z')
WORD_OR_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')


class Mistake(Exception):
    """One line that cannot be read; the reader goes on with the next."""


def split_doc(text):
    """The line without its final quoted sentence, and the sentence; None
    where the line does not end with one."""
    pieces = [(m.start(), m.group()) for m in WORD_OR_TEXT.finditer(text)]
    if not pieces or not pieces[-1][1].startswith('"'):
        return text, None
    start, quoted = pieces[-1]
    found = TEXT.match(quoted)
    if not found:
        raise Mistake("the sentence may escape only \\\" and \\\\")
    return text[:start].rstrip(), re.sub(r"\\(.)", r"\1", found.group(1))


def take_name(words, what):
    if not words:
        raise Mistake("%s wants a name" % what)
    if not NAME.match(words[0]):
        raise Mistake("%s is no name for a %s" % (words[0], what))
    return words.pop(0)


def take_type(words):
    """Consumes one prefix type from the front of words."""
    if not words:
        raise Mistake("a type is missing")
    kind = words.pop(0)
    if kind in ATOMS:
        return Type(kind)
    if kind in ("enum", "ref", "record"):
        return Type(kind, target=take_name(words, kind))
    if kind in ("set", "option"):
        return Type(kind, elem=take_type(words))
    if kind == "map":
        key = take_type(words)
        return Type(kind, key=key, elem=take_type(words))
    raise Mistake("%s is no type" % kind)


def split_default(text):
    """Splits "TYPE = DEFAULT" where DEFAULT may be JSON."""
    left, equals, right = text.partition(" = ")
    if not equals:
        return left, None
    right = right.strip()
    if right[:1] in ('"', "[", "{"):
        try:
            _, end = json.JSONDecoder().raw_decode(right)
        except ValueError:
            raise Mistake("the default is not JSON: " + right) from None
    else:
        end = len(right.split(None, 1)[0]) if right else 0
    if not end:
        raise Mistake("a default is missing after =")
    if right[end:].strip():
        raise Mistake("unexpected after the default: %s" % right[end:].strip())
    return left, right


def read_declaration(text, doc_wanted):
    """Common to field and arg: NAME... TYPE [= DEFAULT] "doc". With a default
    in quotes and no doc, the quotes belong to the default."""
    head, doc = split_doc(text)
    if doc is not None and head.endswith(" ="):
        if doc_wanted:
            raise Mistake('the sentence is missing, at least ""')
        head, doc = text, None
    if doc is None and doc_wanted:
        raise Mistake('the sentence is missing, at least ""')
    head, default = split_default(head)
    return head.split(), default, doc or ""


def set_attribute(item, known, word, rest):
    """Reads one attribute line into item.attrs."""
    if word not in known:
        raise Mistake("unknown attribute %s" % word)
    shape, words = known[word], rest.split()
    if shape == FLAG and words:
        raise Mistake("%s takes nothing" % word)
    if shape == WORD and len(words) != 1:
        raise Mistake("%s takes one word" % word)
    if shape == WORDS and not words:
        raise Mistake("%s takes at least one word" % word)
    if shape == PAIR and len(words) != 2:
        raise Mistake("%s takes a key and a role" % word)
    if word == "state" and words[0] not in STATES:
        raise Mistake("state is one of " + " ".join(STATES))
    if shape == PAIR:
        item.attrs.setdefault(word, []).append(tuple(words))
        return
    if word in item.attrs:
        raise Mistake("%s stands twice" % word)
    item.attrs[word] = {FLAG: True, WORD: words[:1] and words[0],
                        WORDS: words}[shape]


class Lines:
    """Reads a file line by line: blank ones and comments are passed over, and
    what line() cannot read is reported where it is."""

    def __init__(self, path, report):
        self.path, self.report = path, report
        self.where = (path, 0)

    def read_lines(self, lines):
        for number, line in enumerate(lines, 1):
            self.where = (self.path, number)
            text = line.rstrip("\n")
            if not text.strip() or text.lstrip("\t").startswith("#"):
                continue
            try:
                self.line(text)
            except Mistake as e:
                self.report.error(self.where, str(e))


class ClassReader(Lines):
    """One class file. `inner` is what lines with two tabs belong to."""

    def __init__(self, path, report):
        super().__init__(path, report)
        self.cls = self.inner = None

    def read(self, lines):
        self.read_lines(lines)
        if not self.cls:
            self.report.error((self.path, 1), "no class is declared here")
        return self.cls

    def line(self, text):
        depth = len(text) - len(text.lstrip("\t"))
        text = text[depth:]
        if text != text.strip():
            raise Mistake("indent with tabs only, no space at the end")
        word, _, rest = text.partition(" ")
        if depth == 0:
            self.top(word, rest)
        elif not self.cls:
            raise Mistake("a class file begins with: class NAME \"doc\"")
        elif depth == 1:
            self.member(word, rest)
        elif depth == 2 and self.inner:
            self.detail(word, rest)
        else:
            raise Mistake("indented too far: nothing to belong to")

    def top(self, word, rest):
        if word != "class":
            raise Mistake("unknown word %s: want class" % word)
        if self.cls:
            raise Mistake("one class a file: %s is already declared"
                          % self.cls.name)
        name, doc = self.name_and_doc(rest, "class")
        self.cls = Class(name, doc, self.where)

    def name_and_doc(self, rest, what):
        head, doc = split_doc(rest)
        words = head.split()
        name = take_name(words, what)
        if words:
            raise Mistake("unexpected after the name: %s" % " ".join(words))
        if doc is None:
            raise Mistake('the sentence is missing, at least ""')
        if not doc:
            self.report.no_doc(self.where, "%s %s has no sentence"
                               % (what, name))
        return name, doc

    def member(self, word, rest):
        self.inner = None
        if word == "enum":
            self.inner = Enum(*self.name_and_doc(rest, "enum"), self.where)
            self.cls.enums.append(self.inner)
        elif word == "call":
            name, doc = self.name_and_doc(rest, "call")
            self.inner = Message(name, doc, self.where, cls=self.cls)
            self.cls.messages.append(self.inner)
        elif word == "field":
            self.inner = self.read_field(rest)
            self.cls.fields.append(self.inner)
        else:
            set_attribute(self.cls, CLASS_ATTRS, word, rest)

    def read_field(self, rest):
        words, default, doc = read_declaration(rest, doc_wanted=True)
        qualifier = words.pop(0) if words else ""
        if qualifier not in QUALIFIERS:
            raise Mistake("a field is one of " + " ".join(QUALIFIERS))
        name = take_name(words, "field")
        ftype = take_type(words)
        if words:
            raise Mistake("unexpected after the type: %s" % " ".join(words))
        if not doc:
            self.report.no_doc(self.where, "field %s has no sentence" % name)
        return Field(name, doc, self.where, qualifier=qualifier, type=ftype,
                     default_text=default, cls=self.cls,
                     index=len(self.cls.fields))

    def detail(self, word, rest):
        if isinstance(self.inner, Enum):
            if word != "value" or not rest or " " in rest:
                raise Mistake("an enum has lines: value NAME")
            if rest in self.inner.values:
                raise Mistake("value %s stands twice" % rest)
            self.inner.values.append(rest)
        elif isinstance(self.inner, Field):
            set_attribute(self.inner, FIELD_ATTRS, word, rest)
        elif word == "arg":
            self.inner.params.append(self.read_arg(rest))
        elif word == "result":
            words = rest.split()
            self.inner.result = take_type(words)
            if words:
                raise Mistake("unexpected after the type: "
                              + " ".join(words))
        else:
            set_attribute(self.inner, CALL_ATTRS, word, rest)

    def read_arg(self, rest):
        words, default, doc = read_declaration(rest, doc_wanted=False)
        name = take_name(words, "arg")
        ptype = take_type(words)
        if words:
            raise Mistake("unexpected after the type: %s" % " ".join(words))
        if any(p.name == name for p in self.inner.params):
            raise Mistake("arg %s stands twice" % name)
        return Param(name, ptype, doc, self.where, default)


def read_lines(path, report, keyword, make):
    """A flat file of lines `keyword ... "doc"`; make(words, doc, where)."""
    found = []
    for number, line in enumerate(text_lines(path, report), 1):
        where, text = (path, number), line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            head, doc = split_doc(text)
            words = head.split()
            if words[:1] != [keyword] or len(words) < 2:
                raise Mistake("want: %s NAME ..." % keyword)
            del words[0]
            if doc is None:
                raise Mistake('the sentence is missing, at least ""')
            found.append(make(words, doc, where))
            if not doc:
                report.no_doc(where, "%s %s has no sentence"
                              % (keyword, words[0]))
        except Mistake as e:
            report.error(where, str(e))
    return found


def make_error(words, doc, where):
    code, params = words[0], words[1:]
    if not NAME.match(code) or code != code.upper():
        raise Mistake("%s is no error code" % code)
    if params == ["..."]:
        return Error(code, None, doc, where)
    for i, name in enumerate(params):
        if not NAME.match(name):
            raise Mistake("%s is no name for a parameter" % name)
        if name in params[:i]:
            raise Mistake("parameter %s stands twice" % name)
    return Error(code, params, doc, where)


def make_role(words, doc, where):
    if len(words) not in (2, 3) or words[2:] not in ([], ["internal"]):
        raise Mistake("want: role NAME UUID [internal] \"doc\"")
    if not re.match(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", words[1]):
        raise Mistake("%s is no uuid" % words[1])
    return Role(words[0], words[1], len(words) == 3, doc, where)


def make_release(words, product, where):
    if len(words) != 2:
        raise Mistake('want: release NAME API-VERSION "product"')
    return Release(words[0], words[1], product, where)


def read(root, report):
    """The whole folder, sorted; nothing is resolved yet."""
    model = Model()
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if name.endswith(".class"):
            cls = ClassReader(path, report).read(text_lines(path, report))
            if cls:
                model.classes.append(cls)
    model.errors = read_lines(os.path.join(root, "errors"), report, "error",
                              make_error)
    model.roles = read_lines(os.path.join(root, "roles"), report, "role",
                             make_role)
    model.releases = read_lines(os.path.join(root, "releases", "list"),
                                report, "release", make_release)
    return model
