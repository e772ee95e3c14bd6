# SPDX-License-Identifier: LGPL-2.1-or-later
"""model_gen.c: the tables of types, enums, roles, classes and errors."""

from c_pool import Pool, all_types, type_name
from cnames import (banner, c_bool, c_name, c_string, c_type, class_id)

OUTPUTS = ("model_gen.c",)

QUALIFIER = {"RW": "FIELD_RW", "StaticRO": "FIELD_STATIC_RO",
             "DynamicRO": "FIELD_DYNAMIC_RO"}


def enum_tables(model):
    out = []
    for e in model.enums:
        out += ["static const char *const values_%s[] = {" % e.name]
        out += ["\t%s," % c_string(v) for v in e.values]
        out += ["};", "const struct enum_info enum_info_%s = {" % e.name,
                "\t%s, %s," % (c_string(e.name), c_string(e.doc)),
                "\tvalues_%s, %d" % (e.name, len(e.values)), "};", ""]
    out += ["const struct enum_info *const enum_table[] = {"]
    out += ["\t&enum_info_%s," % e.name for e in model.enums]
    out += ["};", "const unsigned enum_count = %d;" % len(model.enums), ""]
    return out


def type_row(t):
    cls = -1
    if t.kind in ("ref", "record") and t.target != "any":
        cls = class_id(t.target)
    size = "0" if t.kind == "void" else "sizeof(%s)" % c_type(t)
    inner = ["&" + type_name(x) if x else "NULL" for x in (t.elem, t.key)]
    return ("const struct type %s = {\n\tTYPE_%s, %s, %s, %s,\n"
            "\t%s, %s, %s\n};"
            % (type_name(t), t.kind.upper(), size, cls,
               "&enum_info_" + t.target if t.kind == "enum" else "NULL",
               inner[0], inner[1], c_string(str(t))))


def role_table(model):
    rows = ["\t{ %s, %s,\n\t    %s, %s },"
            % (c_string(r.name), c_string(r.uuid), c_string(r.doc),
               c_bool(r.internal)) for r in model.roles]
    return (["const struct role_info role_table[] = {"] + rows
            + ["};", "const unsigned role_count = %d;" % len(rows), ""])


def designated(rows):
    """The lines of one initialiser { .name = value, ... }."""
    return ["\t{"] + ["\t\t.%s = %s," % row for row in rows] + ["\t},"]


def field_rows(model, pool, f):
    def side(other):
        if not other:
            return "-1", "-1"
        return class_id(other.cls.name), str(other.index)

    set_roles = model.role_mask(f.attrs["set-role"]) \
        if f.has("set-role") else 0
    get_roles = model.role_mask([f.attrs.get("get-role", "read-only")])
    xml = "<member><name>%s</name><value>" % f.name
    json = '"%s":' % f.name
    inverse, lists = side(f.inverse), side(f.lists)
    return designated([
        ("name", c_string(f.name)),
        ("column", c_string(f.column)),
        ("doc", c_string(f.doc)),
        ("type", "&" + type_name(f.type)),
        ("offset", "offsetof(struct %s, %s)" % (f.cls.name.lower(),
                                                c_name(f.name))),
        ("index", f.index),
        ("qualifier", QUALIFIER[f.qualifier]),
        ("state", "STATE_" + f.state.upper()),
        ("persistent", c_bool(f.persistent)),
        ("internal", c_bool(f.internal)),
        ("own", c_bool(f.has("own"))),
        ("required", c_bool(f.required)),
        ("inverse_cls", inverse[0]),
        ("inverse_field", inverse[1]),
        ("lists_cls", lists[0]),
        ("lists_field", lists[1]),
        ("get_roles", "0x%02x" % get_roles),
        ("set_roles", "0x%02x" % set_roles),
        ("key_roles", pool.key_roles(f.attrs.get("key-role"))),
        ("initial", pool.initial(f.type, f.default,
                                 f.default_text is not None)),
        ("xml_open", c_string(xml)),
        ("xml_open_len", len(xml)),
        ("json_open", c_string(json)),
        ("json_open_len", len(json)),
    ])


def class_rows(cls):
    def index(name):
        f = cls.field(name)
        return f.index if f else -1

    struct = cls.name.lower() if cls.fields else "record"
    return designated([
        ("name", c_string(cls.name)),
        ("lower", c_string(cls.name.lower())),
        ("doc", c_string(cls.doc)),
        ("state", "STATE_" + cls.state.upper()),
        ("id", class_id(cls.name)),
        ("size", "sizeof(struct %s)" % struct),
        ("stored", c_bool(cls.stored)),
        ("persistent", c_bool(cls.persistent)),
        ("fixed", c_bool(cls.has("fixed"))),
        ("events", c_bool(cls.events)),
        ("constructor", c_bool(cls.constructor)),
        ("get_all", c_bool(cls.get_all)),
        ("own", c_bool(cls.has("own-table"))),
        ("hidden", c_bool(cls.has("private"))),
        ("uuid_field", index("uuid")),
        ("name_label_field", index("name_label")),
        ("fields", "fields_" + cls.name if cls.fields else "NULL"),
        ("nfields", len(cls.fields)),
    ])


def error_rows(pool, e):
    return ["\t{ %s,\n\t    %s,\n\t    %s, %s },"
            % (c_string(e.code), c_string(e.doc),
               pool.names(e.params or []) if e.params else
               pool.constant("names", "char *const @[]", "{ NULL }"),
               c_bool(e.params is None))]


def make(model):
    pool = Pool(model)
    tables = []
    for cls in model.classes:
        if cls.fields:
            tables += ["static const struct field fields_%s[] = {" % cls.name]
            for f in cls.fields:
                tables += field_rows(model, pool, f)
            tables += ["};", ""]
    tables += ["const struct class_info class_table[] = {"]
    for cls in model.classes:
        tables += class_rows(cls)
    tables += ["};", "", "const struct error_info error_table[] = {"]
    for e in model.errors:
        tables += error_rows(pool, e)
    tables += ["};", "const unsigned error_count = %d;" % len(model.errors)]

    out = [banner("tables of the datamodel"), '#include "model/model.h"', "",
           "_Static_assert(sizeof(enum class_id) == sizeof(int),",
           '    "an enum is stored as an int");', ""]
    out += enum_tables(model)
    out += [type_row(t) for t in all_types(model)] + [""]
    out += role_table(model)
    return {"model_gen.c": "\n".join(out + pool.lines + [""] + tables + [""])}
