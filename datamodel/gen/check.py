# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completes the model and checks what one line alone cannot tell: that names
mean something, that the two sides of a relation fit, that nothing stands
twice, also where the wire's names become C's.
"""

import os
import re

import implicit
import values


def complete(model, root, report):
    model.classes.sort(key=lambda c: c.name)
    model.errors.sort(key=lambda e: e.code)
    for rank, role in enumerate(model.roles):
        role.rank = rank
    for index, cls in enumerate(model.classes):
        cls.index = index
        model.enums += cls.enums
    model.enums.sort(key=lambda e: e.name)
    Checker(model, root, report).run()


class Checker:
    def __init__(self, model, root, report):
        self.model, self.report = model, report
        self.roles_path = os.path.join(root, "roles")
        self.classes = self.by_name(model.classes, "class", "name")
        self.enums = self.by_name(model.enums, "enum", "name")
        self.errors = self.by_name(model.errors, "error", "code")
        self.roles = self.by_name(model.roles, "role", "name")
        self.releases = self.by_name(model.releases, "release", "name")

    def wrong(self, item, text):
        self.report.error(item.where, text)

    def by_name(self, items, what, attribute):
        found = {}
        for item in items:
            name = getattr(item, attribute)
            if name in found:
                self.wrong(item, "%s %s is already declared in %s:%d"
                           % ((what, name) + found[name].where))
            found.setdefault(name, item)
        return found

    def run(self):
        if "read-only" not in self.roles:
            self.report.error((self.roles_path, 1),
                              "the role read-only is missing")
        for enum in self.model.enums:
            if not enum.values:
                self.wrong(enum, "enum %s has no value" % enum.name)
        for cls in self.model.classes:
            self.check_class(cls)
        for cls in self.model.classes:
            for f in cls.fields:
                self.check_inverse(f)
        if self.report.errors:
            return
        for cls in self.model.classes:
            implicit.add(cls)
            self.by_name(cls.messages, "call", "name")
            for m in cls.messages:
                self.finish_message(m)
        if not self.report.errors:
            CNames(self.model, self.report).run()

    def check_class(self, cls):
        self.check_history(cls)
        self.by_name(cls.fields, "field", "name")
        self.by_name(cls.fields, "column", "column")
        if cls.constructor:
            self.check_role(cls, cls.attrs["constructor"])
        if cls.constructor and not cls.stored:
            self.wrong(cls, "a constructor wants a table")
        if cls.stored and not cls.field("uuid"):
            self.wrong(cls, "class %s has a table but no field uuid"
                       % cls.name)
        for f in cls.fields:
            self.check_field(f)
        if len({f.attrs["get-role"] for f in cls.fields
                if f.has("get-role")}) > 1:
            self.wrong(cls, "the fields of one class share one get-role")
        for m in cls.messages:
            self.check_call(m)

    def check_history(self, item):
        for word in ("since", "deprecated", "removed"):
            name = item.attrs.get(word)
            if name and name not in self.releases \
                    and not re.match(r"\d+\.\d+\.\d+\Z", name):
                self.wrong(item, "%s %s is no release" % (word, name))
        if not item.since:
            self.wrong(item, "%s does not say since when" % item.name)

    def check_role(self, item, name):
        if name not in self.roles and name != "local-root":
            self.wrong(item, "unknown role %s" % name)

    def check_key_roles(self, item):
        for key, role in item.attrs.get("key-role", []):
            self.check_role(item, role)
            if "*" in key[:-1]:
                self.wrong(item, "key %s: * stands at the end only" % key)

    def check_type(self, item, vtype):
        for t in vtype.parts():
            if t.kind == "enum" and t.target not in self.enums:
                self.wrong(item, "unknown enum %s" % t.target)
            elif t.kind in ("ref", "record") and t.target != "any" \
                    and t.target not in self.classes:
                self.wrong(item, "unknown class %s" % t.target)
            elif t.kind == "ref" and t.target == "any":
                self.wrong(item, "a ref names its class")
            elif t.kind == "map" and t.key.kind not in (
                    "string", "int", "enum", "ref"):
                self.wrong(item, "a %s cannot be a key" % t.key)
            elif t.kind in ("set", "map", "option") and t.elem.kind in (
                    "void", "event_batch"):
                self.wrong(item, "a %s cannot hold a %s" % (t.kind, t.elem))

    def parse_default(self, item, where_from):
        if item.default_text is None:
            return
        try:
            item.default = values.parse(item.default_text, item.type,
                                        self.enums)
        except values.Wrong as e:
            self.wrong(where_from, str(e))

    def check_field(self, f):
        self.check_history(f)
        self.check_type(f, f.type)
        self.parse_default(f, f)
        self.check_key_roles(f)
        for role in f.attrs.get("set-role", []):
            self.check_role(f, role)
        if f.has("get-role"):
            self.check_role(f, f.attrs["get-role"])
        if f.type.kind in ("void", "event_batch"):
            self.wrong(f, "a field cannot be a %s" % f.type)
        if f.qualifier == "RW" and not f.internal and not f.has("set-role"):
            self.wrong(f, "a RW field wants a set-role")
        if f.has("set-role") and f.qualifier != "RW":
            self.wrong(f, "set-role is for RW fields")
        if f.has("key-role") and f.type.kind != "map":
            self.wrong(f, "key-role is for maps")

    def check_call(self, m):
        self.check_history(m)
        self.check_key_roles(m)
        for p in m.params:
            self.check_type(p, p.type)
            self.parse_default(p, p)
            if p.type.kind in ("void", "event_batch"):
                self.wrong(p, "an arg cannot be a %s" % p.type)
        for before, p in zip(m.params, m.params[1:]):
            if before.optional and not p.optional:
                self.wrong(p, "arg %s wants a default: an earlier arg has one"
                           % p.name)
        self.check_type(m, m.result)
        for role in m.attrs.get("role", []):
            self.check_role(m, role)
        if not m.has("role"):
            self.wrong(m, "call %s wants a role" % m.name)
        if m.has("accessor") and not implicit.accessor(m):
            self.wrong(m, "call %s is not like a setter of a field of %s"
                       % (m.name, m.cls.name))
        for code in m.attrs.get("raises", []):
            if code not in self.errors:
                self.wrong(m, "unknown error %s" % code)

    def check_inverse(self, f):
        """f is derived: "inverse X.y" names the stored field."""
        target = f.attrs.get("inverse")
        if not target:
            return
        cls_name, _, name = target.partition(".")
        other = self.classes.get(cls_name) and \
            self.classes[cls_name].field(name)
        if not other:
            return self.wrong(f, "inverse %s: no such field" % target)
        if str(f.type) != "set ref " + cls_name:
            return self.wrong(f, "inverse %s: this field must be a set ref %s"
                              % (target, cls_name))
        if str(other.type) not in ("ref " + f.cls.name,
                                   "set ref " + f.cls.name):
            return self.wrong(f, "inverse %s: that field must be a ref %s or"
                              " a set of them" % (target, f.cls.name))
        if other.has("inverse"):
            return self.wrong(f, "inverse %s: that field is derived itself"
                              % target)
        if other.lists:
            return self.wrong(f, "inverse %s: that field is already listed"
                              " by %s" % (target, other.lists.full_name))
        if f.qualifier == "RW":
            return self.wrong(f, "a derived field cannot be RW")
        f.inverse, other.lists = other, f
        return None

    def finish_message(self, m):
        if m.kind == "explicit":
            m.role = m.attrs["role"]


class CNames:
    """Different names on the wire that would be one in C."""

    def __init__(self, model, report):
        self.model, self.report = model, report
        self.seen = {}

    def claim(self, space, name, item):
        other = self.seen.setdefault((space, name), item)
        if other is not item:
            self.report.error(item.where, "the C name %s is already taken in"
                              " %s:%d" % ((name,) + other.where))

    def run(self):
        from cnames import (args_struct, c_name, class_id, enum_constant,
                            fail_function, field_id, handler, has_handler)
        for e in self.model.enums:
            self.claim("tag", e.name, e)
            for v in e.values:
                self.claim("id", enum_constant(e, v), EnumValue(e, v))
        for cls in self.model.classes:
            self.claim("id", class_id(cls.name), cls)
            self.claim("tag", cls.name.lower(), cls)
            self.claim("member of " + cls.name, "r", cls)
            for f in cls.fields:
                self.claim("id", field_id(f), f)
                self.claim("member of " + cls.name, c_name(f.name), f)
            for m in cls.messages:
                if has_handler(m):
                    self.claim("id", handler(m), m)
                    self.claim("tag", args_struct(m), m)
        for e in self.model.errors:
            self.claim("id", fail_function(e), e)


class EnumValue:
    def __init__(self, enum, value):
        self.where, self.value = enum.where, value
