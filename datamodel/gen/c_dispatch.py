# SPDX-License-Identifier: LGPL-2.1-or-later
"""handlers_gen.h and dispatch_gen.c: what a handler looks like, and the table
of methods that leads to it."""

import implicit
import perfect_hash
from c_pool import Pool, type_name
from cnames import (args_struct, banner, c_bool, c_name, c_string, c_type,
                    class_id, handler, has_handler)

OUTPUTS = ("handlers_gen.h", "dispatch_gen.c")

HANDLERS_HEAD = """\
#ifndef XAPID_HANDLERS_GEN_H
#define XAPID_HANDLERS_GEN_H

#include "model/model.h"

/* A handler answers 0, or -1 with the call's error set; *result_r is zeroed
 * before. Weak: a method whose handler nobody wrote has NULL in
 * method.handler. A weak name takes nothing out of a library, so whoever links
 * handlers from one links the whole of it. */
"""

FIND = """\
/* The same as name_hash() in datamodel/gen/perfect_hash.py. */
static uint64_t
name_hash(const char *name, size_t len)
{
	uint64_t h = len, word;

	for (size_t at = 0; at < len; at += 8) {
		word = 0;
		if (len - at >= 8)
			memcpy(&word, name + at, 8);
		else
			memcpy(&word, name + at, len - at);
		h = (h ^ le64toh(word)) * UINT64_C(0x%(multiplier)x);
		h ^= h >> 32;
	}
	return h;
}

const struct method *
method_find(const char *name, size_t len)
{
	uint64_t h, step;
	const struct method *m;
	int16_t index;

	if (len > METHOD_NAME_MAX)
		return NULL;
	h = name_hash(name, len);
	step = method_step[h >> 40 & (METHOD_BUCKETS - 1)];
	index = method_slot[(h + step * ((h >> 20) | 1)) & (METHOD_SLOTS - 1)];
	if (index < 0)
		return NULL;
	m = &method_table[index];
	if (strncmp(m->name, name, len) != 0 || m->name[len] != '\\0')
		return NULL;
	return m;
}
"""


def result_param(m):
    """", TYPE *result_r", or nothing for void."""
    if m.result.kind == "void":
        return ""
    base = c_type(m.result)
    return ", %s*result_r" % (base if base.endswith("*") else base + " ")


def prototype(m):
    return ("int %s(struct call *c, const struct %s *a%s)\n"
            "    __attribute__((weak));"
            % (handler(m), args_struct(m), result_param(m)))


def wrapper(m):
    name = handler(m)
    if m.result.kind == "void":
        return ("static int\nrun_%s(struct call *c, const void *args,"
                " void *result)\n{\n\t(void)result;\n\treturn %s(c, args);\n}"
                "\n" % (name, name))
    return ("static int\nrun_%s(struct call *c, const void *args,"
            " void *result)\n{\n\treturn %s(c, args, result);\n}\n"
            % (name, name))


class Params:
    """Tables of parameters; the same ones are written once."""

    def __init__(self, pool):
        self.pool = pool

    def table(self, m):
        if not m.params:
            return "NULL"
        rows = [self.row(m, p) for p in m.params]
        return self.pool.constant("params", "struct param @[]",
                                  "{\n%s\n}" % "\n".join(rows))

    def row(self, m, p):
        initial = "NULL"
        if p.optional:
            initial = self.pool.initial(p.type, p.default, True)
        return ("\t{ %s, &%s,\n\t    offsetof(struct %s, %s), %s, %s,\n"
                "\t    %s },"
                % (c_string(p.name), type_name(p.type), args_struct(m),
                   c_name(p.name), c_bool(p.optional), initial,
                   c_string(p.doc)))


def method_rows(model, pool, params, index, m):
    own = has_handler(m)
    struct = args_struct(m)
    kind, field = (implicit.accessor(m) if m.has("accessor") else
                   (m.kind, m.field))
    rows = [
        ("name", c_string(m.full_name)),
        ("doc", c_string(m.doc)),
        ("kind", "METHOD_" + kind.upper()),
        ("state", "STATE_" + m.state.upper()),
        ("cls", class_id(m.cls.name)),
        ("field", field.index if field else -1),
        ("index", index),
        ("session", c_bool(not m.has("no-session"))),
    ]
    rows += [(word.replace("-", "_"), "true")
             for word in ("async", "hidden", "pool-internal", "secret",
                          "blocking") if m.has(word)]
    rows += [
        ("cost", model.costs.get(m.full_name, 1)),
        ("roles", "0x%02x" % model.role_mask(m.role)),
        ("key_roles", pool.key_roles(m.key_roles)),
        ("params", params.table(m)),
        ("nparams", len(m.params)),
        ("nrequired", sum(not p.optional for p in m.params)),
        ("args_size", "sizeof(struct %s)" % struct),
        ("result", "&" + type_name(m.result)),
        ("raises", pool.names(m.attrs.get("raises")) if m.has("raises")
         else pool.constant("names", "char *const @[]", "{ NULL }")),
    ]
    if own:
        rows += [("handler", "(void (*)(void))" + handler(m)),
                 ("run", "run_" + handler(m))]
    return ["\t{"] + ["\t\t.%s = %s," % row for row in rows] + ["\t},"]


def numbers(name, ctype, items):
    """A table of numbers, twelve a line."""
    out = ["static const %s %s[] = {" % (ctype, name)]
    for at in range(0, len(items), 12):
        out.append("\t" + " ".join("%d," % x for x in items[at:at + 12]))
    return out + ["};", ""]


def find_function(methods):
    names = [m.full_name for m in methods]
    steps, slots = perfect_hash.build(names)
    return (["#define METHOD_NAME_MAX %d" % max(map(len, names)),
             "#define METHOD_BUCKETS %d" % len(steps),
             "#define METHOD_SLOTS %d" % len(slots), ""]
            + numbers("method_step", "uint16_t", steps)
            + numbers("method_slot", "int16_t", slots)
            + [FIND % {"multiplier": perfect_hash.MULTIPLIER}])


def make(model):
    methods = model.messages()
    own = [m for m in methods if has_handler(m)]
    pool = Pool(model)
    params = Params(pool)
    table = ["const struct method method_table[] = {"]
    for index, m in enumerate(methods):
        table += method_rows(model, pool, params, index, m)
    table += ["};", "const unsigned method_count = %d;" % len(methods), ""]

    header = ([banner("prototypes of the handlers"), HANDLERS_HEAD]
              + [prototype(m) for m in own] + ["", "#endif", ""])
    source = ([banner("the table of methods"), "#include <endian.h>",
               "#include <string.h>", "", '#include "handlers_gen.h"', ""]
              + [wrapper(m) for m in own] + pool.lines + [""] + table
              + find_function(methods))
    return {"handlers_gen.h": "\n".join(header),
            "dispatch_gen.c": "\n".join(source)}
