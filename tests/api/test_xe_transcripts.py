#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the original printed, command by command, is what we print: labels and
padding byte for byte, values where they do not depend on the host, exit codes,
and of errors everything but the sentence."""

import os
import re
import shlex
import unittest

import tap
import xapid
import xe

FILE = os.path.join(os.environ.get('XAPID_SRCDIR', '.'), 'tests', 'xe',
                    'transcripts')
UUID = r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
DATE = r'\d{8}T\d\d:\d\d:\d\dZ'
VM, VM1 = '2ee89a27-d80c-619e-b72f-4651f82b0274', \
    '1f32a0c0-e612-67f6-02c3-602beee52172'
NETWORK = '116caa2e-abb7-5bc2-da64-091918341c78'
HOST = '5f1b6a0e-0f3c-4c8e-9c1b-0d1f6f1f0a01'
POOL = 'db008278-31ad-0d26-c239-59646b8c8baa'

# Values of the original's host, pool and history, or that say what it can do.
OWN = {'memory-overhead', 'allowed-operations', 'allowed-VBD-devices',
       'allowed-VIF-devices', 'possible-hosts', 'other-config',
       'name-description', 'bridge', 'domain-type', 'managed',
       'HVM-boot-policy', 'HVM-boot-params'}
# Commands whose whole answer is about those.
LABELS = ('host-list', 'pool-list', 'pool-param-list', 'sr-list',
          'template-list', 'message-list', 'task-list',
          'vm-list is-control-domain')
# We say more: the candidates, the nearest names.
LONGER = ('vm-start', 'no-such-command', 'log-get-keys')


def read():
    """(arguments, standard output, standard error, exit code)"""
    with open(FILE) as f:
        text = f.read()
    for block in re.split(r'(?m)^\$ xe ', text)[1:]:
        command, _, rest = block.partition('\n')
        body, _, tail = rest.rpartition('[exit ')
        out = [x for x in body.split('\n')[:-1] if not x.startswith('2> ')]
        err = [x[3:] for x in body.split('\n') if x.startswith('2> ')]
        yield shlex.split(command), out, err, int(tail.split(']')[0])


def label(line):
    m = re.match(r'.*?\((?:[SM ]R[OW])\)(?: \[DEPRECATED\]| *)?: ?', line)
    return m.group(0).rstrip() if m else None


def field(line):
    return line.split('(')[0].strip()


def plain(text):
    return re.sub(DATE, '<date>', re.sub(UUID, '<uuid>', text))


class Transcripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = d = xapid.start('--sim-hosts', '1').start()
        cls.uuids = {
            HOST: d.call('host.get_uuid', d.call('host.get_all')[0]),
            POOL: d.call('pool.get_uuid', d.call('pool.get_all')[0])}
        for uuid, name in ((VM, 'perf-0303'), (VM1, 'perf-0001')):
            cls.uuids[uuid] = d.call('VM.get_uuid', cls.make_vm(name))
        d.call('message.destroy_all', {})
        cls.run_xe('message-create', 'name=x', 'priority=1', 'body=y',
                   'pool-uuid=' + cls.uuids[POOL])
        d.call('task.create', 'a task', 'made by hand')

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()

    @classmethod
    def run_xe(cls, *args):
        return xe.run(cls.d, *args)

    @classmethod
    def make_vm(cls, name):
        m = 268435456
        return cls.d.call('VM.create', {
            'name_label': name, 'name_description': 'made by bench.py',
            'user_version': 1, 'is_a_template': False,
            'affinity': 'OpaqueRef:NULL', 'memory_static_max': m,
            'memory_dynamic_max': m, 'memory_dynamic_min': m,
            'memory_static_min': m, 'VCPUs_params': {}, 'VCPUs_max': 2,
            'VCPUs_at_startup': 2, 'actions_after_shutdown': 'destroy',
            'actions_after_reboot': 'restart',
            'actions_after_crash': 'restart', 'PV_bootloader': '',
            'PV_kernel': '', 'PV_ramdisk': '', 'PV_args': '',
            'PV_bootloader_args': '', 'PV_legacy_args': '',
            'HVM_boot_policy': 'BIOS order', 'HVM_boot_params':
            {'order': 'cdn'}, 'platform': {
                'acpi': '1', 'apic': 'true', 'pae': 'true', 'nx': 'true',
                'stdvga': '0', 'device-model': 'qemu-upstream-compat'},
            'PCI_bus': '', 'other_config': {'purpose': 'perf'},
            'recommendations': '', 'ha_always_run': False,
            'ha_restart_priority': '', 'tags': ['perf'],
            'generation_id': '', 'has_vendor_device': False})

    def own(self, text):
        for original, ours in self.uuids.items():
            text = text.replace(original, ours)
        return text

    def same_lines(self, args, want, got):
        """The first record, line by line."""
        for w, g in zip(want, got):
            self.assertEqual(label(g), label(w), args)
            if field(w) not in OWN and label(w):
                self.assertEqual(plain(g), plain(self.own(w)), args)

    def same_labels(self, args, want, got):
        self.assertEqual([label(x) for x in want], [label(x) for x in got],
                         args)

    def check_out(self, args, want, got):
        command = ' '.join(args)
        if not want or not got:
            self.assertEqual(bool(want), bool(got), (args, got))
        elif command.startswith(LABELS) and '--minimal' not in args:
            n = want.index('')
            self.assertEqual(got[n:n + 2], ['', ''], args)
            self.same_labels(args, want[:n], got[:n])
        elif label(want[0]):
            self.assertEqual(len(want), len(got), (args, got))
            self.same_lines(args, want, got)
        elif 'other-config' in command or 'software-version' in command:
            self.assertRegex(got[0], r'\A\w[^:]*: [^;]*(; \w[^:]*: [^;]*)*')
        elif command.endswith('param-name=tags'):
            self.assertEqual(set(got[0].split(', ')),
                             set(want[0].split(', ')))
        else:
            self.assertEqual([plain(x) for x in got],
                             [plain(self.own(x)) for x in want], args)

    def check_err(self, args, want, got):
        if not want:
            self.assertEqual(got, [], args)
            return
        self.assertEqual(got[0].startswith('Error'),
                         want[0].startswith('Error'), (args, got))
        if args[0] in LONGER and len(got) != len(want):
            self.assertEqual(got[0].split(':')[0], want[0].split(':')[0])
            return
        self.assertEqual(len(got), len(want), (args, got))
        if want[0].startswith('Error code'):
            self.assertEqual(got, want)
        self.assertEqual(got[1:], [self.own(x) for x in want[1:]], args)

    def test_every_command_prints_what_the_original_prints(self):
        n = 0
        for args, out, err, status in read():
            command = [self.own(a) for a in args]
            if args[0] == 'network-list' and NETWORK not in self.uuids:
                self.uuids[NETWORK] = self.run_xe(
                    'network-create', 'name-label=net one',
                    'name-description=a; b').out.strip()
                command = [self.own(a) for a in args]
            r = self.run_xe(*command)
            got = r.out.split('\n')[:-1]
            lines = r.err.split('\n')[:-1]
            self.assertEqual(r.status, status, (args, r.out, r.err))
            if args[0] == 'vm-uninstall':       # nobody answers it
                self.assertEqual(got, [self.own(x) for x in out])
                continue
            if out and out[0].startswith('[blank lines only'):
                self.assertEqual(r.out.strip(), '')
                continue
            self.check_out(args, out, got)
            self.check_err(args, err, lines)
            n += 1
        self.assertEqual(n, 54)


if __name__ == '__main__':
    tap.main()
