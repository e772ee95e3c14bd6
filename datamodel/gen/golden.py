# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface as clients know it, release by release.

datamodel/releases/VERSION.golden has one line for everything a client could
rely on: "WHAT NAME rest". A build fails when a line of any release has
disappeared or says something else, and when the interface has something that
the newest file lacks; --update-golden adds what is new, and nothing else: who
really wants to change or remove something edits the file by hand.
"""

import json
import os
import re

MAX_SHOWN = 20


def attributes(words):
    return "".join(" " + w for w in words if w)


def default(item):
    return " = %s" % json.dumps(item.default) if item.default_text else ""


def describe_class(cls):
    if cls.has("private"):
        return "private"
    if cls.has("own-table"):    # clients see a class without a table
        return "state=%s no-table events" % cls.state
    flags = [w for w in ("no-table", "volatile", "no-events", "events",
                         "no-get-all") if cls.has(w)]
    return "state=%s%s" % (cls.state, attributes(flags))


def describe_field(f):
    roles = []
    if f.has("get-role"):
        roles.append("get=" + f.attrs["get-role"])
    if f.has("set-role"):
        roles.append("set=" + "+".join(f.attrs["set-role"]))
    roles += ["%s=%s" % pair for pair in f.attrs.get("key-role", [])]
    return "%s %s%s state=%s%s" % (f.qualifier, f.type, default(f), f.state,
                                   attributes(roles))


def describe_message(m):
    params = ", ".join("%s %s%s" % (p.name, p.type, default(p))
                       for p in m.params)
    words = ["role=" + "+".join(m.role)]
    words += ["%s=%s" % pair for pair in m.key_roles]
    words += [w for w in ("async", "no-session", "hidden", "pool-internal")
              if m.has(w)]
    return "(%s) %s %s state=%s%s" % (params, m.result, m.kind, m.state,
                                      attributes(words))


def lines(model):
    """name -> (rest, where): all that is promised."""
    out = {}
    for cls in model.classes:
        out["class " + cls.name] = describe_class(cls), cls.where
        for f in cls.fields:
            if not f.internal:
                out["field " + f.full_name] = describe_field(f), f.where
        for m in cls.messages:
            out["call " + m.full_name] = describe_message(m), m.where
    for e in model.enums:
        for value in e.values:
            out["value %s.%s" % (e.name, value)] = "", e.where
    for e in model.errors:
        params = "..." if e.params is None else " ".join(e.params)
        out["error " + e.code] = params, e.where
    for r in model.roles:
        out["role " + r.name] = "%d %s" % (r.rank, r.uuid), r.where
    return out


def release_order(name):
    return [int(x) for x in re.findall(r"\d+", name)]


def files(folder):
    """Golden files, the newest release last."""
    names = [n for n in os.listdir(folder) if n.endswith(".golden")]
    return [os.path.join(folder, n) for n in sorted(names, key=release_order)]


def read(path):
    """name -> (rest, line number)"""
    found = {}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                words = line.rstrip("\n").split(" ", 2)
                found[" ".join(words[:2])] = (
                    words[2] if len(words) > 2 else "", number)
    return found


def write(path, current):
    with open(path, "w", encoding="utf-8") as f:
        f.write("# What clients rely on; made by generate.py --update-golden,"
                " read by every build.\n")
        for name in sorted(current):
            f.write((name + " " + current[name][0]).rstrip() + "\n")


def check(model, root, report, update):
    folder = os.path.join(root, "releases")
    current = lines(model)
    paths = files(folder)
    if not paths:
        return report.error((folder, 1), "no .golden file is here")
    for path in paths:
        for name, (rest, number) in read(path).items():
            if name not in current:
                report.error((path, number), "%s has disappeared" % name)
            elif current[name][0] != rest:
                report.error((path, number), "%s has changed: now %s"
                             % (name, current[name][0]))
    newest = paths[-1]
    known = read(newest)
    new = [name for name in current if name not in known]
    if new and update and not report.errors:
        return write(newest, current)
    for name in new[:MAX_SHOWN]:
        report.error(current[name][1], "%s is new: if it is meant, run make"
                     " update-golden" % name)
    if len(new) > MAX_SHOWN:
        report.error((newest, 1), "%d more are new" % (len(new) - MAX_SHOWN))
    return None
