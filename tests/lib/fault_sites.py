# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/fault_sites.c from Python: calls of a daemon that fail."""

import mmap
import os
import struct
import subprocess

import xapid

PROGRAM = os.environ.get('XAPID') or os.path.join(
    xapid.BUILD, 'xapid', 'xapid')
LIBRARY = os.path.join(xapid.BUILD, 'tests', 'lib', 'fault_sites.so')
SLOTS, HEAD, SITE = 16384, struct.Struct('3Q'), struct.Struct('5Q')


def usable():
    """A sanitizer has some of the calls already."""
    if not os.path.exists(LIBRARY):
        return False
    with open(PROGRAM, 'rb') as f:
        data = f.read()
    return b'__asan_init' not in data and b'__tsan_init' not in data


USABLE = usable()


class Sites:
    """The file that is shared with the library."""

    def __init__(self, folder):
        self.path = os.path.join(folder, 'sites')
        with open(self.path, 'wb') as f:
            f.truncate(HEAD.size + SLOTS * SITE.size)

    def env(self, group, at=None, nth=None, error=0, depth=1):
        env = {'LD_PRELOAD': os.path.abspath(LIBRARY),
               'FAULT_SITES_FILE': self.path, 'FAULT_SITES_CALL': group,
               'FAULT_SITES_ERRNO': str(error),
               'FAULT_SITES_DEPTH': str(depth)}
        if at is not None:
            env['FAULT_SITES_AT'] = str(at)
        if nth is not None:
            env['FAULT_SITES_NTH'] = str(nth)
        return env

    def data(self):
        with open(self.path, 'rb') as f:
            return mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)

    def hits(self):
        """How often a call failed."""
        return HEAD.unpack_from(self.data())[0]

    def calls(self):
        """How many there were, where `nth` was given."""
        return HEAD.unpack_from(self.data())[1]

    def sites(self):
        """{site: its callers} of all that were met."""
        data = self.data()
        rows = (SITE.unpack_from(data, HEAD.size + i * SITE.size)
                for i in range(SLOTS))
        return {key: frames for key, _, *frames in rows if key}


def names(sites):
    """{site: its callers by name}, for who looks into a failure."""
    words = sorted({'%x' % (f - 1) for frames in sites.values()
                    for f in frames if f})
    try:
        out = subprocess.run(['addr2line', '-f', '-s', '-e', PROGRAM],
                             input='\n'.join(words), capture_output=True,
                             text=True).stdout.splitlines()
    except OSError:
        out = [word for word in words for _ in range(2)]
    lines = [line.split(' ')[0] for line in out]
    name = {word: '%s %s' % pair
            for word, pair in zip(words, zip(lines[::2], lines[1::2]))}
    return {site: ' < '.join(name.get('%x' % (f - 1), '?')
                             for f in frames if f)
            for site, frames in sites.items()}
