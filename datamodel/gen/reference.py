# SPDX-License-Identifier: LGPL-2.1-or-later
"""reference.html: every class, field, call, enum and error for people to
read. One page without scripts or external requests."""

from html import escape

OUTPUTS = ("reference.html",)

HEAD = """\
<!DOCTYPE html>
<!-- made from datamodel/, do not edit -->
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>XenAPI reference</title>
<style>
body { font: 15px/1.45 sans-serif; max-width: 64em; margin: auto;
    padding: 0 1em }
nav { columns: 12em }
nav a { display: block }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .2em .6em;
    border-bottom: 1px solid #8884 }
code { font-size: 93% }
.note { color: #777; font-size: 85% }
h2 { margin-top: 2em }
h4 { margin: 1.2em 0 .2em }
p { margin: .2em 0 }
</style></head><body>
<h1>XenAPI reference</h1>
"""


def link(anchor, text):
    return '<a href="#%s">%s</a>' % (anchor, escape(text))


def type_html(t):
    """The type with links to classes and enums."""
    if t.kind == "enum":
        return "enum " + link("enum-" + t.target, t.target)
    if t.kind in ("ref", "record") and t.target != "any":
        return "%s %s" % (t.kind, link(t.target, t.target))
    inner = [type_html(x) for x in (t.key, t.elem) if x]
    return " ".join([t.kind] + ([t.target] if t.target else []) + inner)


def notes(*words):
    words = [w for w in words if w]
    return ' <span class="note">%s</span>' % escape(", ".join(words)) \
        if words else ""


def history(item):
    return [
        item.state if item.state != "published" else "",
        "since " + item.since,
        "deprecated " + item.attrs["deprecated"]
        if item.has("deprecated") else "",
        "removed " + item.attrs["removed"] if item.has("removed") else "",
    ]


def default_html(item):
    if item.default_text is None:
        return ""
    return " = <code>%s</code>" % escape(item.default_text)


def field_row(f):
    roles = ["set by " + f.attrs["set-role"][0]] if f.has("set-role") else []
    return ("<tr><td>%s</td><td><code>%s</code></td><td>%s%s</td>"
            "<td>%s%s</td></tr>\n"
            % (f.qualifier, escape(f.name), type_html(f.type),
               default_html(f), escape(f.doc), notes(*roles, *history(f))))


def param_html(p):
    text = "<code>%s</code> %s%s" % (escape(p.name), type_html(p.type),
                                     default_html(p))
    return text + (": " + escape(p.doc) if p.doc else "")


def call_html(m):
    out = ['<h4 id="%s">%s</h4>\n<p>%s</p>\n'
           % (m.full_name, escape(m.name), escape(m.doc))]
    if m.params:
        out.append("<p>Takes " + "; ".join(param_html(p) for p in m.params)
                   + ".</p>\n")
    if m.result.kind != "void":
        out.append("<p>Answers %s.</p>\n" % type_html(m.result))
    if m.has("raises"):
        out.append("<p>May fail with %s.</p>\n" % ", ".join(
            link("error-" + e, e) for e in m.attrs["raises"]))
    out.append("<p>%s</p>\n" % notes(
        "role " + m.role[0], "also Async" if m.has("async") else "",
        *history(m)))
    return "".join(out)


def implicit_html(messages):
    """What every class has alike, in few lines."""
    if not messages:
        return ""
    names = ", ".join('<code title="%s">%s</code>'
                      % (escape(m.doc), escape(m.name)) for m in messages)
    return "<h3>Accessors</h3>\n<p>%s</p>\n" % names


def class_html(cls):
    fields = [f for f in cls.fields if not f.internal]
    calls = [m for m in cls.messages if not m.has("hidden")]
    own = [m for m in calls if m.kind == "explicit"]
    out = ['<h2 id="%s">%s</h2>\n<p>%s%s</p>\n'
           % (cls.name, cls.name, escape(cls.doc), notes(*history(cls)))]
    if fields:
        out.append("<h3>Fields</h3>\n<table>\n")
        out += [field_row(f) for f in fields]
        out.append("</table>\n")
    if own:
        out.append("<h3>Calls</h3>\n")
        out += [call_html(m) for m in own]
    out.append(implicit_html([m for m in calls if m.kind != "explicit"]))
    for e in cls.enums:
        out.append('<h3 id="enum-%s">enum %s</h3>\n<p>%s</p>\n<p>%s</p>\n'
                   % (e.name, e.name, escape(e.doc),
                      ", ".join("<code>%s</code>" % escape(v)
                                for v in e.values)))
    return "".join(out)


def error_row(e):
    params = "..." if e.params is None else ", ".join(e.params)
    return ('<tr id="error-%s"><td><code>%s</code></td><td>%s</td>'
            "<td>%s</td></tr>\n" % (e.code, e.code, escape(params),
                                    escape(e.doc)))


def make(model):
    out = [HEAD, "<nav>"]
    out += [link(c.name, c.name) for c in model.classes]
    out += [link("errors", "Errors"), link("roles", "Roles"), "</nav>\n"]
    out += [class_html(c) for c in model.classes]
    out.append('<h2 id="errors">Errors</h2>\n<table>\n')
    out += [error_row(e) for e in model.errors]
    out.append('</table>\n<h2 id="roles">Roles</h2>\n<table>\n')
    out += ["<tr><td>%s</td><td>%s</td></tr>\n" % (r.name, escape(r.doc))
            for r in model.roles]
    out.append("</table>\n</body></html>\n")
    return {"reference.html": "".join(out)}
