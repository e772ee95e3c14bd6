# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface as tests/conformance/classes.json states it."""

import json
import os

PATH = os.path.join(os.environ.get('XAPID_SRCDIR', '.'),
                    'tests/conformance/classes.json')


def classes():
    """name: class; its messages and fields also by name."""
    with open(PATH) as f:
        all_ = json.load(f)['classes']
    for c in all_:
        c['field'] = {x['name']: x for x in c['fields']
                      if not x.get('internal')}
        c['message'] = {m['name']: m for m in c['messages']}
    return {c['name']: c for c in all_}


def enums():
    with open(PATH) as f:
        return {e['name']: e['values'] for c in json.load(f)['classes']
                for e in c['enums']}
