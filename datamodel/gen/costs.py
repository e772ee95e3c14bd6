# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads datamodel/costs: lines `CLASS.CALL TOKENS`."""

import os

from model import text_lines

MOST = 65535  # struct method has 16 bits for it


def read(root, model, report):
    """{full name: tokens}; names that are no calls are reported."""
    path = os.path.join(root, "costs")
    names = {m.full_name for m in model.messages()}
    found = {}
    if not os.path.exists(path):
        return found
    for number, line in enumerate(text_lines(path, report), 1):
        where, words = (path, number), line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or not words[1].isdigit() \
                or not 1 <= int(words[1]) <= MOST:
            report.error(where, "want: CLASS.CALL TOKENS, 1 to %d" % MOST)
        elif words[0] not in names:
            report.error(where, "there is no call %s" % words[0])
        elif words[0] in found:
            report.error(where, "%s stands twice" % words[0])
        else:
            found[words[0]] = int(words[1])
    return found
