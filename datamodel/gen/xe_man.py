# SPDX-License-Identifier: LGPL-2.1-or-later
"""xe.1: the man page of xe. What it says of xe as a whole stands in
packaging/man/xe.head and xe.tail; commands, parameters and examples come from
datamodel/cli/."""

import os

import cli_check

OUTPUTS = ("xe.1",)

SELECTORS = {"vm": "VMs", "host": "hosts", "sr": "storage repositories"}


def escape(text):
    """Text that mdoc takes as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def macro(words):
    """Words of a macro's line: none of them may look like a macro."""
    return " ".join('"%s"' % escape(w).replace('"', '\\(dq') for w in words)


def parameter(name):
    return name + "KEY=VALUE" if name.endswith(":") else name + "="


def command(c):
    """A fixed command: its name with what it requires, what it does, what
    else it takes."""
    lines = [".It Ic " + macro([c.name])]
    if c.required:
        lines[0] += " Ar " + macro([parameter(p) for p in c.required])
    lines.append(escape(c.doc))
    if c.select:
        lines.append("Conditions choose the %s." % SELECTORS[c.select[0]])
    if c.optional:
        lines.append("Also takes")
        lines.append(".Ar " + macro([parameter(p) for p in c.optional]) + " .")
    if c.instead:
        lines.append("Deprecated: " + escape(c.instead) + ".")
    return lines


def classes(model):
    lines = []
    for c in model.cli.classes:
        fields = [f.name for f in c.fields if "hidden" not in f.words]
        lines += [".It Sy " + macro([c.name]),
                  "The %s." % escape(c.plural),
                  "Fields:", ".Ar " + macro(fields) + " ."]
    return lines


def section(model, name):
    shown = [c for c in model.cli.commands if "hidden" not in c.flags]
    if name == "COMMANDS":
        return [line for c in shown if not hasattr(c, "verb")
                for line in command(c)]
    if name == "CLASSES":
        return classes(model)
    if name == "VERBS":
        return [line for verb, doc in cli_check.VERBS.items() for line in
                (".It Ic " + macro(["CLASS-" + verb]),
                 escape(doc.replace("the %s", "the objects")))]
    return [line for e in model.cli.examples for line in
            (escape(e.doc), ".Dl " + macro(["xe " + e.line]), ".Pp")][:-1]


def make(model):
    """Lines of the page that are "@NAME" are replaced by a section."""
    path = os.path.join(model.root, "..", "packaging", "man", "xe.1.in")
    if not os.path.exists(path):
        return {}
    lines = []
    with open(path, encoding="utf-8") as f:
        for line in f.read().splitlines():
            lines += section(model, line[1:]) if line.startswith("@") \
                else [line]
    lines.insert(1, '.\\" made from datamodel/, do not edit')
    return {"xe.1": "\n".join(lines) + "\n"}
