# SPDX-License-Identifier: LGPL-2.1-or-later
"""Default values: from their text in a class file to Python values.

string str, int and datetime int (seconds since 1970), float float, bool bool,
enum the wire name, ref the uuid text or None, set list, map dict.
"""

import json
import re
from datetime import datetime, timezone

REF = re.compile(r"OpaqueRef:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")


class Wrong(Exception):
    """The default does not fit its type."""


def parse(text, vtype, enums):
    """enums: name -> Enum."""
    if vtype.kind == "enum":
        return convert(text, vtype, enums)
    try:
        raw = json.loads(text)
    except ValueError:
        raise Wrong("default %s is no %s" % (text, vtype)) from None
    return convert(raw, vtype, enums)


def convert(raw, vtype, enums):
    try:
        return CONVERT[vtype.kind](raw, vtype, enums)
    except (KeyError, TypeError, ValueError):
        raise Wrong("default %s is no %s"
                    % (json.dumps(raw), vtype)) from None


def exactly(python_type):
    def check(raw, _vtype, _enums):
        if type(raw) is not python_type:
            raise ValueError
        return raw
    return check


def to_int(raw, vtype, enums):
    value = exactly(int)(raw, vtype, enums)
    if not -2**63 <= value < 2**63:
        raise ValueError
    return value


def to_float(raw, _vtype, _enums):
    if type(raw) not in (int, float):
        raise ValueError
    return float(raw)


def to_datetime(raw, _vtype, _enums):
    read = datetime.strptime(raw, "%Y-%m-%dT%H:%M:%SZ")
    return int(read.replace(tzinfo=timezone.utc).timestamp())


def to_enum(raw, vtype, enums):
    if raw not in enums[vtype.target].values:
        raise ValueError
    return raw


def to_ref(raw, _vtype, _enums):
    if raw is None:
        return None
    found = REF.match(raw)
    if not found:
        raise ValueError
    return found.group(1)


def to_set(raw, vtype, enums):
    return [convert(x, vtype.elem, enums)
            for x in exactly(list)(raw, vtype, enums)]


def to_map(raw, vtype, enums):
    return {convert(k, vtype.key, enums): convert(v, vtype.elem, enums)
            for k, v in exactly(dict)(raw, vtype, enums).items()}


def to_nothing(raw, _vtype, _enums):
    if raw is not None:
        raise ValueError
    return None


CONVERT = {
    "string": exactly(str), "secret": exactly(str), "int": to_int,
    "float": to_float, "bool": exactly(bool), "datetime": to_datetime,
    "enum": to_enum, "ref": to_ref, "set": to_set, "map": to_map,
    "option": to_nothing, "record": to_nothing,
}


def empty(vtype, enums):
    """The empty value of a type: what a field without default starts with."""
    return {
        "string": "", "secret": "", "int": 0, "float": 0.0, "bool": False,
        "datetime": 0, "set": [], "map": {},
    }.get(vtype.kind) if vtype.kind != "enum" else \
        enums[vtype.target].values[0]
