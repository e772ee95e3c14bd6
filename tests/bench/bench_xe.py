#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long commands of xe take, from start to end of the process.

    bench_xe.py [--quick] [--runs N]

Each figure is measured in turns with its floor, a process that does nothing
(/bin/true), and the best and the median of each are told.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))
import xapid    # noqa: E402
import xe       # noqa: E402


def once(args, env):
    begun = time.perf_counter()
    subprocess.run(args, env=env, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def floor(env):
    return once(['/bin/true'], env)


def measure(args, env, runs):
    once(args, env)
    taken, floors = [], []
    for _ in range(runs):
        taken.append(once(args, env))
        floors.append(floor(env))
    return min(taken), statistics.median(taken), statistics.median(floors)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--quick', action='store_true')
    p.add_argument('--runs', type=int)
    options, _ = p.parse_known_args(os.environ.get('BENCH_ARGS', '').split()
                                    + sys.argv[1:])
    n = 1000 if options.quick else 10000
    runs = options.runs or (10 if options.quick else 40)
    d = xapid.start('--sim-hosts', '2', '--sim-vms', str(n), tls=True)
    with d:
        port = d.tls_url.rsplit(':', 1)[1]
        plain = xe.environment(d)
        tls = xe.environment(d, XE_EXTRA_ARGS='server=localhost,port=%s,'
                                              'username=root' % port)
        rows = (
            ('xe help', ('help',), plain, 5),
            ('xe help --all', ('help', '--all'), plain, None),
            ('xe host-list, over HTTP', ('host-list',), plain, None),
            ('xe host-list, over TLS', ('host-list',), tls, 25),
            ('xe vm-list --minimal, %d VMs' % n, ('vm-list', '--minimal'),
             plain, 60),
            ('xe vm-list, %d VMs' % n, ('vm-list',), plain, None),
            ('xe vm-list params=all, %d VMs' % n,
             ('vm-list', 'params=all'), plain, None),
            ('xe vm-list --output json, %d VMs' % n,
             ('vm-list', '--output', 'json'), plain, None),
            ('completion of a command', ('__complete', 'vm-st'), plain, 30),
            ('completion of a name among %d' % n,
             ('__complete', 'vm-start', 'vm=sim-0000'), plain, 30),
            ('completion of a uuid among %d' % n,
             ('__complete', 'vm-param-get', 'uuid='), plain, 30),
        )
        print('%-38s %9s %9s %9s %9s' % ('xe: ms, start to end', 'best',
                                         'median', '/bin/true', 'target'))
        missed = 0
        for name, args, env, target in rows:
            best, median, base = measure([xe.PROGRAM, *args], env, runs)
            late = target is not None and median > target
            missed += late
            print('%-38s %9.1f %9.1f %9.1f %9s%s' % (
                name, best, median, base, target or '',
                '  NOT REACHED' if late else ''), flush=True)
        judged = [r for r in rows if r[3]]
        print('%d of %d targets reached' % (len(judged) - missed,
                                            len(judged)))


if __name__ == '__main__':
    main()
