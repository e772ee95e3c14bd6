#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots an emulated Xen host and runs the tests of tests/xen/dom0 in its
control domain, with what was built here. One boot for all of them.

Usage: test_xen.py [TEST[.CLASS[.TEST]] ...]   (names in tests/xen/dom0, without
.py)
"""

import os
import shutil
import subprocess
import sys
import tempfile

SRC = os.path.abspath(os.environ.get('XAPID_SRCDIR', '.'))
BUILD = os.path.abspath(os.environ.get('XAPID_BUILDDIR', 'build'))
BED = os.path.join(SRC, 'tests/xen/bed')
SECONDS = 1500
MEMORY = os.environ.get('XAPID_XEN_MIB', '4096')  # fifty guests need it
PROGRAMS = ('xapid/xapid', 'xapid/xapid-pam', 'domain/xapid-domain',
            'storage/xapid-storage', 'network/xapid-network',
            'console/xapid-console', 'cli/xe')
NEEDED = ('qemu-system-x86_64', 'mmdebstrap', 'mke2fs')


def skip(reason):
    print('ok 1 - real Xen, emulated # SKIP ' + reason)
    print('1..1')
    sys.exit(0)


def why_not():
    for program in NEEDED:
        if not shutil.which(program):
            return 'no ' + program
    if os.geteuid() != 0:
        return 'making the images needs root'
    if not os.path.exists('/usr/include/xen/xen.h'):
        return 'no headers of Xen'
    with open(os.path.join(BUILD, 'config.h')) as f:
        if '#define HAVE_LIBXL 1' not in f.read():
            return 'built without libxl'
    return None


def stage(top):
    """The programs and the tests as they will lie in /root there."""
    for name in PROGRAMS:
        source = os.path.join(BUILD, name)
        if os.path.exists(source):
            target = os.path.join(top, 'root/build', name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
    for folder in ('tests/lib', 'tests/xen/dom0'):
        shutil.copytree(os.path.join(SRC, folder),
                        os.path.join(top, 'root/src', folder))


def main():
    reason = why_not()
    if reason:
        skip(reason)
    with tempfile.TemporaryDirectory() as top:
        stage(top)
        p = subprocess.run(
            [os.path.join(BED, 'run'), '--overlay', top, '--scratch', '512',
             '--mem', MEMORY, '--cards', '2', '--timeout', str(SECONDS), '--',
             'sh', '/root/src/tests/xen/dom0/run'] + sys.argv[1:],
            stdin=subprocess.DEVNULL)
    sys.exit(p.returncode)


if __name__ == '__main__':
    main()
