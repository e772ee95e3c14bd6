# SPDX-License-Identifier: LGPL-2.1-or-later
"""openrpc.json: the calls as an OpenRPC document, for tools that make clients
or forms from one. Async.CLASS.message forms are not listed: x-async says that
one exists."""

import json
from datetime import datetime, timezone

OUTPUTS = ("openrpc.json",)

REF = {"type": "string", "pattern": "^OpaqueRef:"}
ATOMS = {
    "string": {"type": "string"}, "secret": {"type": "string"},
    "int": {"type": "integer"}, "float": {"type": "number"},
    "bool": {"type": "boolean"}, "void": {"type": "string", "const": ""},
    "datetime": {"type": "string", "examples": ["20261122T08:26:13Z"]},
}
EVENT_BATCH = {
    "type": "object", "required": ["events", "valid_ref_counts", "token"],
    "properties": {
        "events": {"type": "array",
                   "items": {"$ref": "#/components/schemas/event"}},
        "valid_ref_counts": {"type": "object",
                             "additionalProperties": {"type": "integer"}},
        "token": {"type": "string"},
    },
}
SESSION = {"name": "session_id", "required": True,
           "schema": {"$ref": "#/components/schemas/session_ref"}}


def component(name):
    return {"$ref": "#/components/schemas/" + name}


def json_type(t):
    """The JSON schema of a type."""
    if t.kind in ATOMS:
        return ATOMS[t.kind]
    if t.kind == "enum":
        return component("enum_" + t.target)
    if t.kind == "ref":
        return component(t.target + "_ref")
    if t.kind == "record":
        return {"type": "object"} if t.target == "any" \
            else component(t.target)
    if t.kind == "set":
        return {"type": "array", "items": json_type(t.elem)}
    if t.kind == "map":
        return {"type": "object", "additionalProperties": json_type(t.elem)}
    if t.kind == "option":
        return json_type(t.elem)
    return EVENT_BATCH


def record_schema(cls):
    fields = [f for f in cls.fields if not f.internal]
    return {
        "type": "object", "description": cls.doc,
        "properties": {f.name: json_type(f.type) | {
            "description": f.doc, "readOnly": f.qualifier != "RW",
        } for f in fields},
    }


def schemas(model):
    out = {}
    for e in model.enums:
        out["enum_" + e.name] = {"type": "string", "description": e.doc,
                                 "enum": e.values}
    for cls in model.classes:
        out[cls.name + "_ref"] = REF | {"title": "reference to a " + cls.name}
        if cls.fields:
            out[cls.name] = record_schema(cls)
    return out


def json_default(t, value):
    """The default as it would stand in a JSON-RPC call."""
    if t.kind == "ref":
        return "OpaqueRef:" + (value or "NULL")
    if t.kind == "datetime":
        return datetime.fromtimestamp(value, timezone.utc).strftime(
            "%Y%m%dT%H:%M:%SZ")
    if t.kind == "set":
        return [json_default(t.elem, x) for x in value]
    if t.kind == "map":
        return {str(k): json_default(t.elem, v) for k, v in value.items()}
    return value


def parameter(p):
    schema = json_type(p.type)
    if p.optional:
        schema = schema | {"default": json_default(p.type, p.default)}
    out = {"name": p.name, "required": not p.optional, "schema": schema}
    if p.doc:
        out["description"] = p.doc
    return out


def method(m):
    out = {
        "name": m.full_name, "summary": m.doc,
        "tags": [{"name": m.cls.name}],
        "paramStructure": "by-position",
        "params": ([] if m.has("no-session") else [SESSION])
        + [parameter(p) for p in m.params],
        "result": {"name": "result", "schema": json_type(m.result)},
        "x-role": m.role[0],
    }
    if m.has("raises"):
        out["errors"] = [{"$ref": "#/components/errors/" + code}
                         for code in m.attrs["raises"]]
    if m.state in ("deprecated", "removed"):
        out["deprecated"] = True
    for flag in ("async", "hidden", "pool-internal"):
        if m.has(flag):
            out["x-" + flag] = True
    return out


def error(e):
    """JSON-RPC's number is the same for all; the code is the message."""
    return {"code": 1, "message": e.code, "data": {
        "description": e.doc, "params": e.params or []}}


def make(model):
    document = {
        "openrpc": "1.3.2",
        "info": {"title": "XenAPI", "version": model.releases[-1].api_version,
                 "x-made": "made from datamodel/, do not edit"},
        "methods": [method(m) for m in model.messages()],
        "components": {"schemas": schemas(model),
                       "errors": {e.code: error(e) for e in model.errors}},
    }
    return {"openrpc.json": json.dumps(document, separators=(",", ":"),
                                       ensure_ascii=False) + "\n"}
