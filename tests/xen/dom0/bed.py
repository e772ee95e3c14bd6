# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests in the control domain share."""

import itertools
import os
import re
import socket
import subprocess
import threading
import time

MIB = 1 << 20


def xl(*args, check=True):
    return subprocess.run(('xl',) + args, capture_output=True, text=True,
                          check=check).stdout


def names():
    return [line.split()[0] for line in xl('list').splitlines()[1:]]


def processes(name):
    """The process ids of a program, as the kernel names it."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/comm' % pid) as f:
                if f.read().strip() == name:
                    found.append(pid)
        except OSError:
            pass
    return found


def models():
    """The process ids of device models."""
    found = set()
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as f:
                if b'-xen-domid' in f.read().split(b'\0'):
                    found.add(pid)
        except OSError:
            pass
    return found


def store(path):
    """A node of xenstore; '' where there is none."""
    return subprocess.run(['xenstore-read', path], capture_output=True,
                          text=True).stdout.strip()


def wait(condition, seconds=300, what=''):
    """Until it is true. A host that shares its machine stands still at times,
    so nothing is told by a short deadline, and who asks often takes time from
    who works. what: a text, or what tells it."""
    end, pause = time.monotonic() + seconds, 0.1
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError('not within %d s: %s' % (
                seconds, what() if callable(what) else what))
        time.sleep(pause)
        pause = min(1.2 * pause, 0.5)


def console(name):
    try:
        with open('/var/log/xen/console/guest-%s.log' % name,
                  errors='replace') as f:
            return f.read()
    except OSError:
        return ''


def is_up(name, times=1, seconds=600):
    """Until a guest has said that it is, as often as that in its log."""
    wait(lambda: console(name).count('GUEST UP') >= times, seconds,
         lambda: '%s is up; it said: %s' % (name, console(name)[-2000:]))


marks = itertools.count(int(time.time()) % 10000 * 100)


def typed(name, domid, command, seconds=300):
    """Types a command at the shell of a Linux guest: its status, and what it
    printed. It is typed again when nothing is heard for a minute: the kernel may
    have printed into the middle of the answer."""
    tty = wait(lambda: store('/local/domain/%s/console/tty' % domid),
               what='the terminal of ' + name)
    end = time.time() + seconds
    while time.time() < end:
        mark = 'DONE%d=' % next(marks)
        begin = len(console(name))
        with open(tty, 'w') as f:
            f.write('%s; echo %s$?\n' % (command, mark))
        again = time.time() + 60
        while time.time() < again:
            said = console(name)[begin:]
            # With digits it is the answer, and not what was typed.
            found = re.search(mark + r'(\d+)\s', said)
            if found:
                return int(found[1]), said[:found.start()]
            time.sleep(0.1)
    raise AssertionError('%s does not answer to: %s\nIt said: %s' % (
        name, command, console(name)[-2000:]))


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


def output(*command):
    """What a program says, for who reads why a test has failed."""
    try:
        p = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                           stderr=subprocess.STDOUT, timeout=60,
                           errors='replace')
        return '$ %s\n%s' % (' '.join(command), p.stdout[-3000:])
    except (OSError, subprocess.TimeoutExpired) as e:
        return '$ %s\n%s\n' % (' '.join(command), e)


class Syslog:
    """What processes say that write to no file of the daemon's: those behind the
    devices of images. There is no logging program here."""

    def __init__(self, path='/dev/log'):
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        self.socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            text = self.socket.recv(8192).decode(errors='replace')
            self.lines.append(time.strftime('%H:%M:%S ') + text.strip('\0\n'))
            del self.lines[:-2000]

    def text(self, last=100):
        return 'syslog:\n%s\n' % '\n'.join(self.lines[-last:])


def processes_of_images():
    """Those behind the devices of images, as they are now."""
    return output('ps', '-o', 'pid,ppid,stat,wchan:20,etimes,args', '-C',
                  'xapid-image,qemu-nbd,qemu-img,xapid-storage')


def state_of_host():
    """What there is when a test fails: domains, their devices and last words,
    links and loop devices."""
    parts = [output('xl', 'list')]
    for line in xl('list', check=False).splitlines()[2:]:
        name, domid = line.split()[:2]
        parts.append('%s said: %s\n' % (name, console(name)[-1000:]))
        for kind in 'vbd', 'vif':
            parts.append(output('xenstore-ls', '/local/domain/0/backend/%s/%s'
                                % (kind, domid)))
    parts += [output('ps', 'axww', '-o', 'pid,ppid,stat,args'),
              output('ip', '-br', 'link'), output('ip', '-br', 'addr'),
              output('losetup', '-a'), output('uptime')]
    return '\n'.join(parts)
