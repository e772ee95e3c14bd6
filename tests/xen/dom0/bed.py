# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests in the control domain share."""

import os
import subprocess
import time

MIB = 1 << 20


def xl(*args, check=True):
    return subprocess.run(('xl',) + args, capture_output=True, text=True,
                          check=check).stdout


def names():
    return [line.split()[0] for line in xl('list').splitlines()[1:]]


def store(path):
    """A node of xenstore; '' where there is none."""
    return subprocess.run(['xenstore-read', path], capture_output=True,
                          text=True).stdout.strip()


def wait(condition, seconds=120, what=''):
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError('not within %d s: %s' % (seconds, what))


def console(name):
    try:
        with open('/var/log/xen/console/guest-%s.log' % name,
                  errors='replace') as f:
            return f.read()
    except OSError:
        return ''


def disk_file(name, mib=16):
    path = '/root/' + name
    with open(path, 'wb') as f:
        f.truncate(mib * MIB)
    return path


def loops():
    return subprocess.run(['losetup', '-a'], capture_output=True,
                          text=True).stdout


def uuid():
    with open('/proc/sys/kernel/random/uuid') as f:
        return f.read().strip()


def say(text):
    """A figure, for who reads the log."""
    print('# ' + text, flush=True)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(text)
