# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated hypervisor of a daemon under test: orders to fail, things
that guests do by themselves, and what is really there (POST /simulator)."""

import base64
import collections
import http.client
import urllib.parse

import xapid

Domain = collections.namedtuple('Domain', 'domid state memory vcpus devices')

FAILURES = ('error', 'exit', 'abort', 'hang', 'wrong', 'after', 'half')


def ask(d, **query):
    """The body of the answer; RuntimeError when it was refused."""
    word = base64.b64encode(b'root:' + xapid.PASSWORD.encode()).decode()
    c = http.client.HTTPConnection('127.0.0.1', d.port, timeout=90)
    try:
        c.request('POST', '/simulator?' + urllib.parse.urlencode(query), b'',
                  {'Authorization': 'Basic ' + word})
        reply = c.getresponse()
        text = reply.read().decode()
        if reply.status != 200:
            raise RuntimeError('%d %s' % (reply.status, text))
        return text
    finally:
        c.close()


def order(d, what, of='*', count=1, skip=0):
    ask(d, op='order', what=what, of=of, count=count, skip=skip)


def order_network(d, what, of='*', count=1, skip=0):
    """The same of the networks' worker."""
    ask(d, op='order', what=what, of=of, count=count, skip=skip,
        worker='network')


def order_storage(d, what, of='*', count=1, skip=0):
    """The same of those of storage (storage/sim_orders.c)."""
    ask(d, op='order', what=what, of=of, count=count, skip=skip,
        worker='storage')


def move_clock(d, ahead):
    """Seconds that the world's clock is ahead of the machine's from now on."""
    ask(d, op='clock', ahead=ahead)


def ports(d):
    """interface: the bridge that it is on"""
    return dict(line.split(' ') for line in
                ask(d, op='list', worker='network').splitlines())


def happen(d, vm, what):
    """A guest does it of its own: poweroff, reboot, crash, gone, pause."""
    ask(d, op='happen', what=what, uuid=d.call('VM.get_uuid', vm))


def domains(d):
    """uuid: Domain"""
    found = {}
    for line in ask(d, op='list').splitlines():
        uuid, domid, state, memory, vcpus, devices = line.split(' ')
        found[uuid] = Domain(int(domid), state, int(memory), int(vcpus),
                             sorted(filter(None, devices.split(','))))
    return found
