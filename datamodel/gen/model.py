# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the class files say, as Python objects.

The reader makes them, check.py completes them (names become objects,
relations get their second side, implicit messages are added), and the back
ends only look.
"""

from dataclasses import dataclass, field as member

STATES = ("published", "prototype", "deprecated", "removed")
QUALIFIERS = ("RW", "StaticRO", "DynamicRO")
ATOMS = ("string", "secret", "int", "float", "bool", "datetime",
         "event_batch", "void")


class Report:
    """Collects every mistake of a run, so that one run shows them all."""

    def __init__(self):
        self.errors = []
        self.undocumented = []

    def error(self, where, text):
        self.errors.append((where, text))

    def no_doc(self, where, text):
        self.undocumented.append((where, text))

    @staticmethod
    def lines(entries):
        return ["%s:%d: %s" % (where + (text,))
                for where, text in sorted(set(entries))]


@dataclass(frozen=True)
class Type:
    kind: str                   # an ATOM or enum ref record set map option
    target: str = ""            # enum, ref, record: whose
    elem: "Type" = None         # set, option; value of a map
    key: "Type" = None          # map

    def __str__(self):
        words = [self.kind] + [str(x) for x in
                               (self.target, self.key, self.elem) if x]
        return " ".join(words)

    def parts(self):
        """This type and all inside it, innermost first."""
        for inner in (self.key, self.elem):
            if inner:
                yield from inner.parts()
        yield self


VOID, STRING, INT = Type("void"), Type("string"), Type("int")


@dataclass
class Enum:
    name: str
    doc: str
    where: tuple
    values: list = member(default_factory=list)


@dataclass
class Item:
    """What class, field and call have in common: attributes by name."""

    name: str
    doc: str
    where: tuple
    attrs: dict = member(default_factory=dict)

    def has(self, attr):
        return attr in self.attrs

    @property
    def state(self):
        return self.attrs.get("state", "published")

    @property
    def since(self):
        return self.attrs.get("since", "")


@dataclass
class Field(Item):
    qualifier: str = ""
    type: Type = None
    default_text: str = None    # as written; None: no default
    default: object = None      # see values.py
    cls: "Class" = None
    index: int = 0
    inverse: "Field" = None     # derived: the stored field over there
    lists: "Field" = None       # stored: the derived field it determines

    @property
    def full_name(self):
        return self.cls.name + "." + self.name

    @property
    def column(self):
        return self.attrs.get("column", self.name)

    @property
    def internal(self):
        return self.has("internal")

    @property
    def persistent(self):
        return (self.cls.persistent and not self.has("volatile")
                and not self.inverse)

    @property
    def settable_at_birth(self):
        """Whether the constructor takes it (internal ones too)."""
        return self.qualifier != "DynamicRO" and not self.inverse

    @property
    def required(self):
        return self.settable_at_birth and self.default_text is None


@dataclass
class Param:
    name: str
    type: Type
    doc: str = ""
    where: tuple = None
    default_text: str = None
    default: object = None

    @property
    def optional(self):
        return self.default_text is not None


@dataclass
class Message(Item):
    kind: str = "explicit"
    params: list = member(default_factory=list)
    result: Type = VOID
    cls: "Class" = None
    field: Field = None         # implicit accessors
    role: list = member(default_factory=list)

    @property
    def full_name(self):
        return self.cls.name + "." + self.name

    @property
    def key_roles(self):
        return self.attrs.get("key-role", [])


@dataclass
class Class(Item):
    fields: list = member(default_factory=list)
    messages: list = member(default_factory=list)
    enums: list = member(default_factory=list)
    index: int = 0

    @property
    def stored(self):
        return not self.has("no-table")

    @property
    def persistent(self):
        return (self.stored and not self.has("volatile")
                and not self.has("fixed"))

    @property
    def events(self):
        return self.has("events") or (self.stored
                                      and not self.has("no-events"))

    @property
    def get_all(self):
        return self.readers and not self.has("no-get-all")

    @property
    def readers(self):
        """Whether get_record and its like exist without being declared."""
        return self.stored and not self.has("own-table")

    @property
    def constructor(self):
        return self.has("constructor")

    def field(self, name):
        return next((f for f in self.fields if f.name == name), None)


@dataclass
class Error:
    code: str
    params: list                # None: the datamodel names none
    doc: str
    where: tuple


@dataclass
class Role:
    name: str
    uuid: str
    internal: bool
    doc: str
    where: tuple
    rank: int = 0


@dataclass
class Release:
    name: str
    api_version: str
    product: str
    where: tuple


@dataclass
class Model:
    classes: list = member(default_factory=list)   # byte order of names
    enums: list = member(default_factory=list)     # byte order of names
    errors: list = member(default_factory=list)    # byte order of codes
    roles: list = member(default_factory=list)     # by rank
    releases: list = member(default_factory=list)  # oldest first
    templates: list = member(default_factory=list)  # see templates.py
    schema: list = None                            # versions, oldest first
    costs: dict = member(default_factory=dict)     # see costs.py
    cli: object = None                             # see cli_reader.py

    def messages(self):
        """All of them, in byte order of Class.message."""
        every = [m for c in self.classes for m in c.messages]
        return sorted(every, key=lambda m: m.full_name)

    def role_mask(self, names):
        """Bits of the roles that hold a permission whose lowest role is
        names[0]; further names are roles outside that order."""
        ranks = {r.name: r.rank for r in self.roles}
        if names[0] == "local-root":
            mask = 0
        else:
            mask = (1 << (ranks[names[0]] + 1)) - 1
        for extra in names[1:]:
            mask |= 1 << ranks[extra]
        return mask


def text_lines(path, report):
    """The lines of a file; one that is no text is told and empty."""
    lines = []
    with open(path, "rb") as f:
        for number, raw in enumerate(f, 1):
            try:
                lines.append(raw.decode("utf-8").replace("\r\n", "\n"))
            except UnicodeDecodeError:
                report.error((path, number), "the line is not UTF-8")
                lines.append("\n")
    return lines
