# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether the records of a simulated host are as what there is, and as those
of a daemon that starts anew."""

import simulator
from machines import NULL

CLASSES = ('VM', 'VBD', 'VIF', 'VDI')
# Fields that point to these.
POINT = {
    'VM': {'VBDs': 'VBD', 'VIFs': 'VIF', 'suspend_VDI': 'VDI', 'parent': 'VM',
           'children': 'VM', 'snapshots': 'VM'},
    'VBD': {'VM': 'VM', 'VDI': 'VDI'},
    'VIF': {'VM': 'VM'},
    'VDI': {'VBDs': 'VBD', 'snapshots': 'VDI'},
}


def records(d, cls):
    """All, but for templates that came with the pool: these are many."""
    if cls != 'VM':
        return d.call(cls + '.get_all_records')
    return d.call('VM.get_all_records_where',
                  'field "is_default_template" = "false"')


def look(d, classes=CLASSES):
    return {c: records(d, c) for c in classes}


def wrong(d, now):
    """What is wrong with those records."""
    there, found, uuids = simulator.domains(d), [], set()
    for r in now['VM'].values():
        if not r['is_control_domain']:
            uuids.add(r['uuid'])
            found += wrong_vm(r, there.get(r['uuid']), now)
    found += ['a domain of nobody'] * len(set(there) - uuids)
    for cls, fields in POINT.items():
        for r in now[cls].values():
            for field, of in fields.items():
                found += dangling(cls, field, r[field], now[of])
    return found


def dangling(cls, field, value, rows):
    refs = value if isinstance(value, list) else [value]
    return [(cls, field, 'dangles') for ref in refs
            if ref != NULL and ref not in rows]


def place(vbd):
    """Who is attached is where he was attached, whatever is wanted now."""
    name = vbd['device']
    return str(ord(name[3]) - ord('a')) if name else vbd['userdevice']


def devices(vm, now):
    """As the domain would name them, but for USB devices."""
    there = {kind: [r for r in (now[kind].get(x) for x in vm[kind + 's'])
                    if r and r['currently_attached']]
             for kind in ('VBD', 'VIF')}
    return sorted(['vbd/' + place(r) for r in there['VBD']] +
                  ['vif/' + r['device'] for r in there['VIF']] +
                  ['vtpm/0'] * len(vm['VTPMs']))


def wrong_vm(vm, domain, now):
    found, has = [], devices(vm, now)
    state = vm['power_state'].lower()
    if domain:
        known = [x for x in domain.devices if not x.startswith('vusb/')]
        if (domain.state, domain.domid, known, domain.memory) != (
                state, int(vm['domid']), has, int(vm['memory_target'])):
            found.append(('domain', domain, state, vm['domid'], has,
                          vm['memory_target']))
    elif state not in ('halted', 'suspended') or vm['resident_on'] != NULL:
        found.append(('no domain', state))
    elif state == 'halted' and not vm['is_a_snapshot'] and (
            set(has) - {'vtpm/0'}):
        found.append(('halted with', has))
    if (state == 'suspended') != (vm['suspend_VDI'] != NULL):
        found.append(('its image', state, vm['suspend_VDI']))
    return found


def leaked(now, known):
    """Disks that nobody has made by a call of his own, nor has."""
    used = {r['VDI'] for r in now['VBD'].values()} | {
        r['suspend_VDI'] for r in now['VM'].values()}
    return [('leaked', r['name_label']) for ref, r in now['VDI'].items()
            if ref not in used and ref not in known]


def allowed(d, classes):
    return {(c, ref): sorted(r['allowed_operations'])
            for c in classes for ref, r in records(d, c).items()}


def stale(d, classes=CLASSES + ('SR',)):
    """Operations that the daemon allows and one that starts anew does not, or
    the reverse. It is started again."""
    before = allowed(d, classes)
    d.stop()
    d.start()
    after = allowed(d, classes)
    return [('stale', k, v, after.get(k)) for k, v in before.items()
            if after.get(k) != v]
