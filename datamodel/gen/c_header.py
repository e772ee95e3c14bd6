# SPDX-License-Identifier: LGPL-2.1-or-later
"""model_gen.h: what the classes are in C."""

from c_pool import all_types, type_name
from cnames import (args_struct, banner, c_name, class_id, declare,
                    enum_constant, field_id, has_handler)

OUTPUTS = ("model_gen.h",)

SHARED = """\
/* Arguments of the messages that the core answers from the tables. */
struct no_args {
	char none;
};
struct self_args {
	struct ref self;
};
struct uuid_args {
	const char *uuid;
};
struct label_args {
	const char *label;
};
struct expr_args {
	const char *expr;
};
"""


def enum_block(tag, constants):
    return ["enum %s {" % tag] + ["\t%s," % c for c in constants] + ["};", ""]


def class_struct(cls):
    out = ["struct %s {" % cls.name.lower(), "\tstruct record r;"]
    out += ["\t%s;" % declare(f.type, c_name(f.name)) for f in cls.fields]
    return out + ["};", ""]


def message_struct(m):
    members = ["\t%s;" % declare(p.type, c_name(p.name)) for p in m.params]
    return (["struct %s {" % args_struct(m)]
            + (members or ["\tchar none;"]) + ["};", ""])


def make(model):
    out = [banner("classes, enums and arguments as C"),
           "#ifndef XAPID_MODEL_GEN_H", "#define XAPID_MODEL_GEN_H", "",
           "/* Included by model.h, at its end. */", ""]
    out += enum_block("class_id", [class_id(c.name) for c in model.classes]
                      + ["CLASS_COUNT"])
    for e in model.enums:
        out += enum_block(e.name, [enum_constant(e, v) for v in e.values])
    for cls in model.classes:
        if cls.fields:
            out += enum_block(cls.name.lower() + "_field",
                              [field_id(f) for f in cls.fields])
    for cls in model.classes:
        if cls.fields:
            out += class_struct(cls)
    out += [SHARED]
    for cls in model.classes:
        for m in cls.messages:
            if has_handler(m):
                out += message_struct(m)
    out += ["/* Wire names of enums. */"]
    out += ["extern const struct enum_info enum_info_%s;" % e.name
            for e in model.enums]
    out += ["", "/* Every type that occurs. */"]
    out += ["extern const struct type %s;" % type_name(t)
            for t in all_types(model)]
    out += ["", "#endif", ""]
    return {"model_gen.h": "\n".join(out)}
