#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thousand VMs started and stopped on the simulator, 64 calls in flight.

The original, on such a machine and its own simulator, starts 22 a second."""

import json
import statistics
import threading
import time

import xapid

VMS = 1000
IN_FLIGHT = 64
TARGET_SECONDS = 1.5


def guests(d):
    return [ref for ref, vm in d.call('VM.get_all_records').items()
            if not vm['is_a_template'] and not vm['is_control_domain']]


def one(connection, session, method, vm, args):
    connection.request('POST', '/jsonrpc', json.dumps({
        'jsonrpc': '2.0', 'method': method, 'params': [session, vm] + args,
        'id': 1}), {'Content-Type': 'application/json'})
    reply = json.loads(connection.getresponse().read())
    if 'error' in reply:
        raise RuntimeError(reply['error'])


def client(d, method, vms, args, lock, took):
    connection = d.connection(60)
    while True:
        with lock:
            vm = next(vms, None)
        if vm is None:
            connection.close()
            return
        begun = time.monotonic()
        one(connection, d.session, method, vm, args)
        took.append(time.monotonic() - begun)


def measure(d, method, vms, *args):
    """Seconds for all, and what each call took in the order of the ends."""
    queue, lock, took = iter(vms), threading.Lock(), []
    threads = [threading.Thread(target=client, args=(
        d, method, queue, list(args), lock, took)) for _ in range(IN_FLIGHT)]
    begun = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return time.monotonic() - begun, took


def main():
    with xapid.start('--sim-vms', str(VMS), '--sim-hosts', '32') as d:
        vms = guests(d)
        for vm in vms:
            if d.call('VM.get_power_state', vm) != 'Halted':
                d.call('VM.hard_shutdown', vm)
        for method, args in (('VM.start', (False, False)),
                             ('VM.clean_reboot', ()),
                             ('VM.hard_shutdown', ())):
            seconds, took = measure(d, method, vms, *args)
            hundred = [1000 * statistics.median(part)
                       for part in (took[:100], took[-100:])]
            print('%-18s %d in %.2f s, %4.0f a second; one takes %.0f ms at '
                  'first, %.0f ms at last' % (method, len(took), seconds,
                                              len(took) / seconds, *hundred))
            if method == 'VM.start':
                print('%-18s at most %.1f s: %s' % (
                    '', TARGET_SECONDS, 'reached' if
                    seconds <= TARGET_SECONDS else 'NOT REACHED'))


if __name__ == '__main__':
    main()
