# SPDX-License-Identifier: LGPL-2.1-or-later
"""Constants that tables point to, each written once: default values as typed
memory, lists of names, roles of map keys."""

import values
from cnames import c_bool, c_string, c_type, enum_constant


class Pool:
    """Lines of C before a table; the methods answer expressions for it."""

    def __init__(self, model):
        self.model = model
        self.enums = {e.name: e for e in model.enums}
        self.lines = []
        self.known = {}

    def constant(self, prefix, head, body):
        """A static constant `head name = body`, made once."""
        key = (head, body)
        if key not in self.known:
            name = "%s_%d" % (prefix, len(self.known))
            self.known[key] = name
            self.lines.append("static const %s = %s;"
                              % (head.replace("@", name), body))
        return self.known[key]

    def initial(self, vtype, value, given):
        """Address of the default, or of the type's empty value."""
        if not given:
            value = values.empty(vtype, self.enums)
        return "&" + self.constant("init", declare_const(vtype, "@"),
                                   self.literal(vtype, value))

    def literal(self, vtype, value):
        kind = vtype.kind
        if kind in ("string", "secret"):
            return c_string(value)
        if kind in ("int", "datetime"):
            return "INT64_MIN" if value == -2**63 else "%d" % value
        if kind == "float":
            return repr(value)
        if kind == "bool":
            return c_bool(value)
        if kind == "enum":
            return enum_constant(self.enums[vtype.target], value)
        if kind == "ref":
            bits = int(value.replace("-", ""), 16) if value else 0
            return "{ 0x%016x, 0x%016x }" % (bits >> 64, bits & (1 << 64) - 1)
        if kind == "set":
            return "{ %s, %d }" % (self.array(vtype.elem, value), len(value))
        if kind == "map":
            return "{ %s, %s, %d }" % (
                self.array(vtype.key, list(value)),
                self.array(vtype.elem, list(value.values())), len(value))
        return "NULL"

    def array(self, elem, items):
        if not items:
            return "NULL"
        body = "{ %s }" % ", ".join(self.literal(elem, x) for x in items)
        return self.constant("items", declare_const(elem, "@[]"), body)

    def names(self, words):
        """A NULL-terminated list of strings, or NULL."""
        if not words:
            return "NULL"
        body = "{ %s, NULL }" % ", ".join(c_string(w) for w in words)
        return self.constant("names", "char *const @[]", body)

    def key_roles(self, pairs):
        if not pairs:
            return "NULL"
        rows = ["{ %s, 0x%02x }" % (c_string(key),
                                    self.model.role_mask([role]))
                for key, role in pairs]
        return self.constant("key_roles", "struct key_role @[]",
                             "{ %s, { NULL, 0 } }" % ", ".join(rows))


def declare_const(vtype, name):
    """For `static const ...`: a pointer is constant itself."""
    base = c_type(vtype)
    if base.endswith("*"):
        return base.replace("const ", "", 1) + "const " + name
    return "%s %s" % (base, name)


def type_name(vtype):
    return "type_" + str(vtype).replace(" ", "_")


def all_types(model):
    """Every type in use, each after those it is made of, by name."""
    found = {}

    def use(vtype):
        for part in vtype.parts():
            found.setdefault(str(part), part)

    for cls in model.classes:
        for f in cls.fields:
            use(f.type)
        for m in cls.messages:
            use(m.result)
            for p in m.params:
                use(p.type)
    return [found[name] for name in sorted(found)]
