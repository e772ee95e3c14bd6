# SPDX-License-Identifier: LGPL-2.1-or-later
"""The messages nobody declares: accessors of fields, and what every class
with a table has. (source: the API's own rules, wire.json implicit_messages)
"""

from model import STRING, VOID, Message, Param, Type


def history(item):
    return {k: item.attrs[k] for k in
            ("since", "state", "deprecated", "removed") if k in item.attrs}


def make(source, cls, kind, name, params, result, role, doc, **attrs):
    """source: the field or class that the message's history comes from."""
    message = Message(name, doc, source.where, cls=cls, kind=kind,
                      params=[Param(n, t) for n, t in params],
                      result=result, role=role)
    message.attrs = {**history(source), **attrs}
    if source is not cls:
        message.field = source
    return message


def getter(f, me):
    return make(f, f.cls, "getter", "get_" + f.name, [me], f.type,
                [f.attrs.get("get-role", "read-only")],
                "Get the %s of the given %s." % (f.name, f.cls.name))


def setters(f, me):
    cls, role = f.cls, f.attrs["set-role"]
    yield make(f, cls, "setter", "set_" + f.name, [me, ("value", f.type)],
               VOID, role,
               "Set the %s of the given %s." % (f.name, cls.name))
    if f.type.kind == "set":
        value = ("value", f.type.elem)
        yield make(f, cls, "add", "add_" + f.name, [me, value], VOID, role,
                   "Add a value to the %s of the given %s; does nothing"
                   " where it is already there." % (f.name, cls.name))
        yield make(f, cls, "remove", "remove_" + f.name, [me, value], VOID,
                   role, "Remove a value from the %s of the given %s; does"
                   " nothing where it is absent." % (f.name, cls.name))
    elif f.type.kind == "map":
        keys = {"key-role": f.attrs["key-role"]} if f.has("key-role") else {}
        key = ("key", f.type.key)
        yield make(f, cls, "add", "add_to_" + f.name,
                   [me, key, ("value", f.type.elem)], VOID, role,
                   "Add a key and its value to the %s of the given %s; fails"
                   " where the key exists." % (f.name, cls.name), **keys)
        yield make(f, cls, "remove", "remove_from_" + f.name, [me, key], VOID,
                   role, "Remove a key and its value from the %s of the given"
                   " %s; does nothing where the key is absent."
                   % (f.name, cls.name), **keys)


def accessor(m):
    """What a declared call named like a setter of a field stands for: its kind
    and field; None where its name or parameters are not like that. The API
    declares some setters by hand (VM.add_to_other_config) that do no more
    than a generated one would."""
    if m.params and m.params[0].type == Type("ref", m.cls.name):
        types = [p.type for p in m.params[1:]]
        for prefix, kind, wanted in (
                ("add_to_", "add", lambda t: [t.key, t.elem]),
                ("remove_from_", "remove", lambda t: [t.key]),
                ("set_", "setter", lambda t: [t]),
                ("add_", "add", lambda t: [t.elem]),
                ("remove_", "remove", lambda t: [t.elem])):
            f = m.name.startswith(prefix) and m.cls.field(
                m.name[len(prefix):])
            if f and wanted(f.type) == types and m.result == VOID:
                return kind, f
    return None


def constructor(cls, me):
    role = [cls.attrs["constructor"]]
    flags = {"async": True}
    yield make(cls, cls, "create", "create",
               [("args", Type("record", cls.name))], Type("ref", cls.name),
               role, "Make a new %s and answer its reference." % cls.name,
               **flags)
    if cls.has("destroy-blocks"):
        flags = {**flags, "blocking": True}
    yield make(cls, cls, "destroy", "destroy", [me], VOID, role,
               "Destroy the given %s." % cls.name, **flags)


def readers(cls, me, role):
    """What every class with a table answers about its objects."""
    name, ref = cls.name, Type("ref", cls.name)
    refs, record = Type("set", elem=ref), Type("record", cls.name)
    records = Type("map", key=ref, elem=record)
    yield make(cls, cls, "get_record", "get_record", [me], record, role,
               "Get all fields of the given %s." % name)
    yield make(cls, cls, "get_by_uuid", "get_by_uuid", [("uuid", STRING)],
               ref, role, "Get the %s with the given UUID." % name)
    if any(f.column == "name__label" for f in cls.fields):
        yield make(cls, cls, "get_by_name_label", "get_by_name_label",
                   [("label", STRING)], refs, role,
                   "Get every %s with the given name." % name)
    if not cls.get_all:
        return
    yield make(cls, cls, "get_all", "get_all", [], refs, role,
               "Get a reference to every %s." % name)
    yield make(cls, cls, "get_all_records", "get_all_records", [], records,
               role, "Get every %s with all its fields." % name)
    where = [("expr", STRING)]
    yield make(cls, cls, "get_all_where", "get_all_where", where, refs, role,
               "Get a reference to every %s that the expression fits." % name,
               hidden=True)
    yield make(cls, cls, "get_all_records_where", "get_all_records_where",
               where, records, role,
               "Get every %s that the expression fits, with all its fields."
               % name, hidden=True)


def reader_role(cls):
    """Who reads whole objects must be allowed to read each field. Among the
    get-roles of one class the first stands for all (check.py)."""
    roles = [f.attrs["get-role"] for f in cls.fields if f.has("get-role")]
    return roles[:1] or ["read-only"]


def add(cls):
    me = ("self", Type("ref", cls.name))
    added = []
    if cls.readers:
        added += readers(cls, me, reader_role(cls))
        added += [getter(f, me) for f in cls.fields if not f.internal]
    for f in cls.fields:
        if f.qualifier == "RW" and not f.internal:
            added += setters(f, me)
    if cls.constructor:
        added += constructor(cls, me)
    cls.messages += added
