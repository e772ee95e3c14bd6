# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the names of the wire are written in C, and C's literals."""

import re

RESERVED = frozenset("""
auto break case char const continue default do double else enum extern float
for goto if inline int long register restrict return short signed sizeof
static struct switch typedef union unsigned void volatile while
asm typeof bool true false errno stdin stdout stderr unix linux
""".split())

# Messages whose handler is code of their own; the others are answered by the
# core from the tables.
WRITERS = ("setter", "add", "remove", "create", "destroy")


def c_name(name):
    name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return name + "_" if name in RESERVED else name


def upper(text):
    return re.sub(r"[^A-Z0-9]", "_", text.upper())


def enum_constant(enum, value):
    return upper(enum.name) + "_" + upper(value)


def class_id(name):
    return "CLASS_" + name


def field_id(f):
    return "FIELD_%s_%s" % (f.cls.name, f.name)


def has_handler(m):
    return m.kind == "explicit" or m.kind in WRITERS


def handler(m):
    return "%s_%s" % (m.cls.name.lower(), c_name(m.name).rstrip("_"))


def fail_function(error):
    return "fail_" + re.sub(r"[^a-z0-9]", "_", error.code.lower())


# Arguments of the messages that have no handler: shared structs.
SHARED_ARGS = {
    "getter": "self_args", "get_record": "self_args",
    "get_by_uuid": "uuid_args", "get_by_name_label": "label_args",
    "get_all": "no_args", "get_all_records": "no_args",
    "get_all_where": "expr_args", "get_all_records_where": "expr_args",
}


def args_struct(m):
    return SHARED_ARGS.get(m.kind) or handler(m) + "_args"


def c_type(t):
    """The type of typed memory, as model.h describes it."""
    if t.kind == "enum":
        return "enum " + t.target
    if t.kind == "record":
        return "const struct %s *" % ("record" if t.target == "any"
                                      else t.target.lower())
    return {
        "string": "const char *", "secret": "const char *", "int": "int64_t",
        "datetime": "int64_t", "float": "double", "bool": "bool",
        "ref": "struct ref", "set": "struct set", "map": "struct map",
        "option": "const void *", "event_batch": "struct event_batch",
    }[t.kind]


def declare(t, name):
    """A declarator: "int64_t x", "const char *x"."""
    base = c_type(t)
    return base + name if base.endswith("*") else "%s %s" % (base, name)


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "?": "\\?"}


def c_string(text):
    """A string literal; ? is escaped because of trigraphs."""
    out = re.sub(r'[\\"\n\t]|\?(?=\?)', lambda m: ESCAPES[m.group()], text)
    return '"%s"' % out


def c_bool(value):
    return "true" if value else "false"


def banner(comment):
    return ("/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
            "/* made from datamodel/, do not edit: %s */\n" % comment)
