# SPDX-License-Identifier: LGPL-2.1-or-later
"""errors_gen.h and errors_gen.c: a function for every error code, so that a
wrong number of parameters does not compile."""

from cnames import banner, c_name, fail_function

OUTPUTS = ("errors_gen.h", "errors_gen.c")

HEAD = """\
#ifndef XAPID_ERRORS_GEN_H
#define XAPID_ERRORS_GEN_H

struct call;

/* Puts the error into the call and answers -1; copies what it is given.
 * Written by the core. */
int call_fail(struct call *c, const char *code, const char *const params[],
    unsigned n);

/* Those whose parameters are not fixed take a NULL-terminated list; NULL is an
 * empty one. */
"""

LIST_LENGTH = """\
static unsigned
list_length(const char *const params[])
{
	unsigned n = 0;

	while (params && params[n])
		n++;
	return n;
}
"""


def member(name):
    return "c_" if name == "c" else c_name(name)


def signature(e):
    """The parameters in C, broken at 80 columns."""
    if e.params is None:
        parts = ["const char *const params[]"]
    else:
        parts = ["const char *" + member(p) for p in e.params]
    lines, line = [], "%s(struct call *c" % fail_function(e)
    for part in parts:
        if len(line) + len(part) > 72:
            lines.append(line + ",")
            line = "    " + part
        else:
            line += ", " + part
    return "\n".join(lines + [line + ")"])


def body(e):
    if e.params is None:
        args = "params, list_length(params)"
    elif not e.params:
        args = "NULL, 0"
    else:
        names = ", ".join(member(p) for p in e.params)
        args = ("(const char *const[]){ %s },\n\t    %d"
                % (names, len(e.params)))
    return '{\n\treturn call_fail(c, "%s",\n\t    %s);\n}\n' % (e.code, args)


def make(model):
    header = ([banner("a function for every error"), HEAD]
              + ["int %s;" % signature(e) for e in model.errors]
              + ["", "#endif", ""])
    source = ([banner("a function for every error"), "#include <stddef.h>",
               "", '#include "errors_gen.h"', "", LIST_LENGTH]
              + ["int\n%s\n%s" % (signature(e), body(e))
                 for e in model.errors])
    return {"errors_gen.h": "\n".join(header),
            "errors_gen.c": "\n".join(source)}
