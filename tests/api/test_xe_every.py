#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command of the original is known, takes its parameters, and either
works on the simulated pool or says honestly why it does not."""

import os

import tap
import thincli
import xapid

HERE = os.path.join(os.environ.get('XAPID_SRCDIR', '.'), 'tests', 'xe')

# Of parameters that are no uuid: something that fits their form.
VALUES = {
    'device': '7', 'disk-size': '1MiB', 'virtual-size': '1MiB',
    'min': '64MiB', 'max': '128MiB', 'target': '128MiB', 'memory': '128MiB',
    'static-min': '64MiB', 'static-max': '128MiB', 'dynamic-min': '64MiB',
    'dynamic-max': '128MiB', 'total': '1GiB', 'multiplier': '1.5',
    'new-vcpus': '1', 'type': 'ext', 'priority': '3', 'class': 'pool',
    'vlan': '7', 'mode': 'None', 'burst-size': '10', 'fill-rate': '1',
    'mark': 'true', 'value': 'true', 'ldaps': 'true', 'read-only': 'false',
    'mac': '00:16:3e:00:00:01', 'protocol': 'text', 'plugin': 'none',
    'initial-allocation': '1GiB', 'allocation-quantum': '1MiB',
    'seconds': '1', 'frequency': 'daily', 'update-sync-frequency': 'daily',
    'update-sync-day': '0', 'power-on-mode': '',
}
# What would end the daemon, its session or its pool, or waits for something
# that does not come.
LAST = ('pool-emergency-transition-to-master', 'pool-eject', 'host-forget',
        'host-destroy', 'host-shutdown-agent', 'host-emergency-ha-disable',
        'host-management-disable', 'session-subject-identifier-logout-all',
        'pool-restore-database', 'host-restore', 'host-shutdown',
        'host-reboot', 'user-password-change')
# These end objects that others are about.
ENDING = ('-destroy', '-forget', '-uninstall', '-remove', '-shutdown')
# What a pool consists of; figures that change by themselves left out.
CLASSES = ('VM', 'host', 'pool', 'SR', 'PBD', 'VDI', 'VBD', 'VIF', 'network',
           'PIF', 'VLAN', 'Bond', 'secret', 'message', 'VM_appliance', 'VMSS',
           'subject', 'blob', 'role', 'console', 'PGPU', 'GPU_group', 'SM')
FILES = ('filename', 'file-name', 'license-file', 'certificate',
         'private-key')


def read_commands():
    with open(os.path.join(HERE, 'commands')) as f:
        for line in f:
            if not line.startswith('#'):
                name, req, opt, by = line.rstrip('\n').split('\t')
                yield name, req.split(), opt.split(), by


def read_fields():
    """CLASS -> {field: mark}, and CLASS -> commands."""
    fields, commands = {}, {}
    with open(os.path.join(HERE, 'fields')) as f:
        for line in f:
            if line.startswith('#'):
                continue
            cls, word, rest = line.rstrip('\n').split(' ', 2)
            if word == 'command':
                commands.setdefault(cls, []).append(rest)
            else:
                fields.setdefault(cls, {})[word] = rest
    return fields, commands


class Every(xapid.Case):
    args = ('--sim-hosts', '2', '--sim-vms', '4')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fields, cls.commands = read_fields()
        cls.uuids = {}
        for name in cls.fields:
            r = thincli.run(cls.d, name + '-list', 'params=uuid', '--minimal')
            cls.uuids[name] = [u for u in r.out.strip().split(',') if u]

    def run_one(self, *args, path='/cli', http=None):
        r = thincli.run(self.d, *args, files={'file': b'content'},
                        answers=['yes'] * 4, path=path, http=http)
        said = r.out + r.err
        self.assertIsNotNone(r.status, args)
        for word in ('Unknown command', 'INTERNAL_ERROR',
                     'MESSAGE_PARAMETER_COUNT_MISMATCH',
                     'MESSAGE_METHOD_UNKNOWN', 'FIELD_TYPE_ERROR',
                     'There is no call'):
            self.assertNotIn(word, said, args)
        if r.status != 0:
            self.assertNotEqual(r.err + r.out, '', args)
        return r

    def class_of(self, command, param):
        """The class whose uuid a parameter of a command is."""
        if param.endswith('-uuid'):
            name = param[:-5]
            return name if name in self.uuids else None
        while command:
            if command in self.uuids:
                return command
            command = command.rpartition('-')[0]
        return None

    def value(self, command, param):
        if param in FILES:
            return 'file'
        if param == 'uuid' or param.endswith('-uuid'):
            found = self.uuids.get(self.class_of(command, param)) or []
            return found[-1] if found else \
                '00000000-0000-0000-0000-000000000000'
        return VALUES.get(param, 'x')

    def arguments(self, name, req, by):
        args = [name] + ['%s=%s' % (p, self.value(name, p)) for p in req
                         if not p.endswith(':')]
        if by and 'uuid' not in req:
            args.append('uuid=' + self.uuids[by][-1])
        return args

    def test_every_fixed_command_works_or_says_why_not(self):
        commands = list(read_commands())
        commands.sort(key=lambda c: (c[0] in LAST, c[0].endswith(ENDING)))
        self.assertEqual(len(commands), 387)
        failed, worked, missing = [], [], []
        for name, req, opt, by in commands:
            args = self.arguments(name, req, by)
            if name in LAST:
                args = [name]       # refused for want of something
            r = self.run_one(*args)
            (worked if r.status == 0 else failed).append(name)
            if 'not implemented' in r.err or \
                    'NOT_IMPLEMENTED' in r.err:
                missing.append(name)
        print('# %d commands worked, %d were refused, %d of these wait for '
              'their API call' % (len(worked), len(failed), len(missing)))
        if os.environ.get('XE_EVERY'):
            print('# missing: ' + ' '.join(missing))
            print('# failed: ' + ' '.join(sorted(set(failed) - set(missing))))

    def everything(self):
        """All objects, without those that come and go by themselves."""
        return {cls: self.d.call(cls + '.get_all_records')
                for cls in sorted(CLASSES)}

    def test_a_rehearsal_of_any_command_changes_nothing(self):
        before, n, done = self.everything(), 0, 0
        session = self.d.login('vm-admin')

        def rehearse(*args):
            nonlocal n, done
            r = self.run_one(*args, 'force=true', path='/xe?v=1&dry-run=1',
                             http=lambda *_: True)
            n += 1
            done += r.status == 0
            sent = [f for f in r.frames if f[0] == thincli.PUT]
            self.assertEqual(sent, [], args)

        for name, req, opt, by in read_commands():
            if name != 'event-wait':
                rehearse(*self.arguments(name, req, by))
        for name, fields in self.fields.items():
            uuid = (self.uuids[name] or ['none'])[0]
            for field, mark in fields.items():
                if name + '-param-set' not in self.commands[name] or \
                        'RO' in mark:
                    continue
                key = ':key' if 'MRW' in mark else ''
                rehearse(name + '-param-set', 'uuid=' + uuid,
                         '%s%s=%s' % (field, key, VALUES.get(field, '1')))
                if 'SRW' in mark or 'MRW' in mark:
                    for verb in ('add', 'remove'):
                        rehearse('%s-param-%s' % (name, verb),
                                 'uuid=' + uuid, 'param-name=' + field,
                                 'param-key=x', 'x=y')
                    rehearse(name + '-param-clear', 'uuid=' + uuid,
                             'param-name=' + field)
        self.d.call('session.get_this_host', session, session=session)
        rehearse('user-password-change', 'old=' + xapid.PASSWORD, 'new=x')
        self.d.login('root')
        after = self.everything()
        for cls in before:
            self.assertEqual(after[cls], before[cls])
        print('# %d rehearsals, %d to their end' % (n, done))

    def test_a_missing_parameter_is_named(self):
        for name, req, opt, by in read_commands():
            if req:
                r = thincli.run(self.d, name)
                self.assertEqual(r.status, 1, name)
                self.assertEqual(
                    r.err, 'Required parameter not found: %s\n'
                    "For usage run: 'xe help'\n" % req[0], name)

    def test_every_class_has_its_commands(self):
        n = 0
        for name, commands in self.commands.items():
            for command in commands:
                r = self.run_one(command, 'uuid=none', 'param-name=uuid')
                n += 1
                if command.endswith('-list') and \
                        not command.endswith('-param-list'):
                    self.assertEqual(r.status, 1 if 'There is no' in r.err
                                     else 0, command)
        self.assertEqual(n, 288)

    def test_every_field_is_listed_with_its_mark(self):
        n = 0
        for name, fields in self.fields.items():
            n += len(fields)
            found = self.uuids[name]
            if not found:
                continue
            r = self.run_one(name + '-param-list', 'uuid=' + found[0])
            self.assertEqual(r.status, 0, r.err)
            shown = {}
            for line in r.out.splitlines():
                head, colon, _ = line.partition(':')
                word, bracket, mark = head.strip().partition(' (')
                if bracket:
                    shown.setdefault(word, mark.split(')')[0].strip())
            for field, mark in fields.items():
                if mark.endswith(' hidden'):
                    self.assertNotIn(field, shown)
                else:
                    self.assertEqual(shown.get(field), mark,
                                     '%s %s' % (name, field))
        self.assertEqual(n, 989)


if __name__ == '__main__':
    tap.main()
