#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots an emulated Xen host and runs the tests of tests/xen/dom0 in its
control domain, with what was built here. One boot for all of them: two hosts at
once take longer than one after the other (docs/xen.md).

Usage: test_xen.py [[asan/]TEST[.CLASS[.TEST]] ...]   (names in tests/xen/dom0,
without .py; asan/: with workers that are built here with AddressSanitizer and
the one of undefined behaviour, where the compiler has them. Without names: all,
of which test_worker is run with sanitizers. DEATHS, ACTS, ONLY and SEED in the
environment are for test_moments, ROUNDS, MINUTES and SEED for walk_reverts.)
"""

import os
import shutil
import subprocess
import sys
import tempfile

SRC = os.path.abspath(os.environ.get('XAPID_SRCDIR', '.'))
BUILD = os.path.abspath(os.environ.get('XAPID_BUILDDIR', 'build'))
BED = os.path.join(SRC, 'tests/xen/bed')
ASAN = os.path.join(BUILD, 'xen-asan')
SECONDS = max(2100, 60 * int(os.environ.get('MINUTES', 0)) + 600)
MEMORY = os.environ.get('XAPID_XEN_MIB', '4096')  # fifty guests need it
# A folder that is laid over the control domain.
OVERLAY = os.environ.get('XAPID_XEN_OVERLAY')
IOMMU = ('--iommu', '--gpu', '2') if os.environ.get('XAPID_XEN_IOMMU') else ()
PROGRAMS = ('xapid/xapid', 'xapid/xapid-pam', 'xapid/xapid-machine',
            'domain/xapid-domain',
            'storage/xapid-storage', 'network/xapid-network',
            'network/xapid-lease', 'console/xapid-console', 'cli/xe')
WORKERS = ('domain/xapid-domain', 'storage/xapid-storage',
           'network/xapid-network', 'network/xapid-lease',
           'console/xapid-console')
PASSED = ('DEATHS', 'SEED', 'ACTS', 'ONLY', 'ROUNDS', 'MINUTES',
          'XAPID_XEN_TEST_SECONDS')
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
    with open(os.path.join(BUILD, 'Makefile')) as f:
        if '-fsanitize=thread' in f.read():
            return 'the host has no ThreadSanitizer'
    return None


def build_asan(targets):
    """Workers with sanitizers; False: the compiler has none."""
    os.makedirs(ASAN, exist_ok=True)
    if not os.path.exists(os.path.join(ASAN, 'Makefile')):
        p = subprocess.run(
            [os.path.join(SRC, 'configure'), '-q', 'CFLAGS=-O1 -g',
             '--enable-sanitize=address,undefined'], cwd=ASAN,
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        if p.returncode:
            return False
    for target in ('gen/stamp',) + targets:
        subprocess.run(['make', '-s', '-j%d' % (os.cpu_count() or 2), target],
                       cwd=ASAN, check=True, stdout=subprocess.DEVNULL)
    return True


def copy(build, names, top, folder):
    for name in names:
        source = os.path.join(build, name)
        if os.path.exists(source):
            target = os.path.join(top, 'root', folder, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)


def stage(top, tests):
    """The programs and the tests as they will lie in /root there."""
    copy(BUILD, PROGRAMS, top, 'build')
    asan = [t for t in tests if t.startswith('asan/')]
    # That one asks its worker itself, and needs no other.
    alone = all(t.startswith('asan/test_worker') for t in asan)
    targets = WORKERS[:1] if alone else WORKERS
    if asan and build_asan(targets):
        copy(BUILD, set(PROGRAMS) - set(targets), top, 'build-asan')
        copy(ASAN, targets, top, 'build-asan')
    for folder in ('tests/lib', 'tests/xen/dom0'):
        shutil.copytree(os.path.join(SRC, folder),
                        os.path.join(top, 'root/src', folder))


# Says STICK UP on the first serial port: mov si, 0x7c15; mov ds, ax = 0; then
# lodsb, test al, jz, mov dx 0x3f8, out, jmp; hlt.
BOOT = bytes.fromhex('be157c31c08ed8ac84c07406baf803eeebf5f4ebfd')


def stick(path):
    """What is on the host's USB stick."""
    sector = BOOT + b'STICK UP\r\n\0'
    with open(path, 'wb') as f:
        f.write(sector.ljust(510, b'\0') + b'\x55\xaa')
        f.truncate(8 << 20)


def tpm(tests):
    """What guests with TPMs need, when test_tpm is asked for by its name and it
    can be built; without, that test looks at the errors only. Not always: it
    takes a compiler twenty minutes."""
    if not any('test_tpm' in t for t in tests):
        return ()
    p = subprocess.run([os.path.join(BED, 'build-tpm')], text=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    print('# ' + (p.stderr or p.stdout).strip().replace('\n', '\n# '),
          flush=True)
    return ('--overlay', p.stdout.strip()) if p.returncode == 0 else ()


def usual():
    """All; the worker alone is tried with sanitizers."""
    names = (f[:-3] for f in sorted(os.listdir(
        os.path.join(SRC, 'tests/xen/dom0')))
             if f.startswith('test_') and f.endswith('.py'))
    return ['asan/' + name if name == 'test_worker' else name
            for name in names]


def main():
    reason = why_not()
    if reason:
        skip(reason)
    tests = sys.argv[1:] or usual()
    # Who asks for some by their names may want them to walk for hours.
    if not sys.argv[1:]:
        os.environ.setdefault('XAPID_XEN_TEST_SECONDS', '900')
    with tempfile.TemporaryDirectory() as top:
        stage(os.path.join(top, 'root'), tests)
        stick(os.path.join(top, 'stick'))
        p = subprocess.run(
            [os.path.join(BED, 'run'), '--overlay', os.path.join(top, 'root'),
             *tpm(sys.argv[1:]),
             *(('--overlay', OVERLAY) if OVERLAY else ()),
             '--scratch', '512', '--mem', MEMORY, '--cards', '2',
             '--stick', os.path.join(top, 'stick'), '--spare', '1', '--gpu', '1c',
             '--timeout', str(SECONDS), *IOMMU, '--', 'env'] +
            ['%s=%s' % (name, os.environ[name]) for name in PASSED
             if name in os.environ] +
            ['sh', '/root/src/tests/xen/dom0/run'] + tests,
            stdin=subprocess.DEVNULL)
    sys.exit(p.returncode)


if __name__ == '__main__':
    main()
