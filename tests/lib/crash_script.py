# SPDX-License-Identifier: LGPL-2.1-or-later
"""A script of operations of many kinds, the same for the same seed; what there
is to be after each; and what is found in a daemon."""

import copy
import hashlib
import http.client
import random
import ssl

GONE = (OSError, http.client.HTTPException, ValueError, RuntimeError)


def certificate(d):
    """The fingerprint of the one that is served."""
    port = int(d.tls_url.rsplit(':', 1)[1])
    pem = ssl.get_server_certificate(('127.0.0.1', port), timeout=20)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def certificate_rows(d):
    return {r['fingerprint_sha256'].replace(':', '').lower()
            for r in d.call('Certificate.get_all_records').values()}


class State:
    """What there is to be, as far as the script makes it."""

    def __init__(self, d):
        self.secrets = {}       # ref: value
        self.networks = {}      # ref: [name, other_config]
        self.messages = {}      # ref: name
        self.subjects = {}      # ref: roles
        self.blobs = {}         # ref: contents
        self.texts = {}         # ref of a VM: description, tags
        self.copies = {}        # ref of a VM: name
        self.pool = d.call('pool.get_name_label', d.call('pool.get_all')[0])
        self.certificate = certificate(d)   # None: any

    def text(self):
        """As tests/crash/model.c has it. Nothing may be under way."""
        def sha(data):
            return hashlib.sha256(data).hexdigest()

        def pairs(table):
            return ','.join(sorted('%s=%s' % p for p in table.items()))
        lines = ['pool ' + self.pool, 'certificate ' + self.certificate]
        lines += ['secret %s %s' % row for row in self.secrets.items()]
        lines += ['network %s %s %s' % (ref, name, pairs(config)) for
                  ref, (name, config) in self.networks.items()]
        lines += ['message %s %s' % row for row in self.messages.items()]
        lines += ['subject %s %s %s' % (ref, name, ','.join(sorted(roles)))
                  for ref, (name, roles) in self.subjects.items()]
        lines += ['blob %s %s' % (ref, sha(data))
                  for ref, data in self.blobs.items()]
        lines += ['text %s %s %s' % (ref, text, ','.join(sorted(tags)))
                  for ref, (text, tags) in self.texts.items()]
        lines += ['copy %s %s' % row for row in self.copies.items()]
        return ''.join(line + '\n' for line in
                       sorted(lines, key=lambda line: line.encode()))


class Script:
    """The same operations for the same seed, as long as all is answered."""

    def __init__(self, d):
        self.d, self.random, self.state = d, random.Random(5), State(d)
        self.next = None        # what it will be when the next is answered
        self.done = 0
        self.vms = sorted(r for r, v in d.call('VM.get_all_records').items()
                          if not v['is_a_template'] and
                          v['power_state'] == 'Halted')[:2]
        self.pool = d.call('pool.get_all')[0]
        self.roles = [d.call('role.get_by_name_label', name)[0]
                      for name in ('vm-admin', 'read-only')]
        self.kinds = [getattr(self, name) for name in sorted(dir(self))
                      if name.startswith('op_')]
        for vm in self.vms:
            self.state.texts[vm] = [d.call('VM.get_name_description', vm),
                                    set(d.call('VM.get_tags', vm))]

    def one_of(self, table):
        return self.random.choice(list(table)) if table else None

    def few(self, table, make, change):
        """Makes one of a class, or changes or destroys one."""
        if len(table) < 2 or (len(table) < 6 and self.random.random() < 0.5):
            make()
        else:
            change(self.one_of(table))

    def make(self, table, row, method, *args):
        """Until it is answered the row has no reference."""
        table['new'] = row
        ref = self.d.call(method, *args)
        table[ref] = table.pop('new')

    def op_secret(self):
        table = self.next.secrets

        def make():
            value = str(self.random.random())
            self.make(table, value, 'secret.create', {'value': value})

        def destroy(ref):
            del table[ref]
            self.d.call('secret.destroy', ref)
        self.few(table, make, destroy)

    def op_network(self):
        table = self.next.networks

        def make():
            name = 'n%d' % self.done
            self.make(table, [name, {}], 'network.create', {
                'name_label': name, 'name_description': '',
                'other_config': {}})

        def change(ref):
            how = self.random.randrange(3)
            if how == 0:
                del table[ref]
                self.d.call('network.destroy', ref)
            elif how == 1:
                table[ref][0] = 'm%d' % self.done
                self.d.call('network.set_name_label', ref, table[ref][0])
            else:
                table[ref][1]['k%d' % self.done] = 'v'
                self.d.call('network.add_to_other_config', ref,
                            'k%d' % self.done, 'v')
        self.few(table, make, change)

    def op_message(self):
        table = self.next.messages

        def make():
            name = 'M%d' % self.done
            uuid = self.d.call('VM.get_uuid', self.vms[0])
            self.make(table, name, 'message.create', name, 3, 'VM', uuid,
                      'text')

        def destroy(ref):
            del table[ref]
            self.d.call('message.destroy', ref)
        self.few(table, make, destroy)

    def op_subject(self):
        table = self.next.subjects

        def make():
            name = 'u%d' % self.done
            self.make(table, [name, set()], 'subject.create', {
                'subject_identifier': name,
                'other_config': {'subject-name': name}})

        def change(ref):
            role = self.one_of(self.roles)
            if role not in table[ref][1]:
                table[ref][1].add(role)
                self.d.call('subject.add_to_roles', ref, role)
            else:
                del table[ref]
                self.d.call('subject.destroy', ref)
        self.few(table, make, change)

    def op_blob(self):
        table = self.next.blobs

        def make():
            self.make(table, b'', 'VM.create_new_blob', self.vms[1],
                      'b%d' % self.done, '', False)

        def change(ref):
            if table[ref]:
                del table[ref]
                self.d.call('blob.destroy', ref)
                return
            table[ref] = bytes(str(self.random.random()), 'ascii') * 300
            status = self.d.http('PUT', '/blob?session_id=%s&ref=%s' %
                                 (self.d.session, ref), table[ref])[0]
            if status != 200:
                raise RuntimeError('PUT: %d' % status)
        self.few(table, make, change)

    def op_text(self):
        vm = self.one_of(self.vms)
        row = self.next.texts[vm]
        if self.random.random() < 0.5:
            row[0] = 'd%d' % self.done
            self.d.call('VM.set_name_description', vm, row[0])
        else:
            row[1].add('t%d' % self.done)
            self.d.call('VM.add_tags', vm, 't%d' % self.done)

    def op_copy(self):
        table = self.next.copies

        def make():
            name = 'c%d' % self.done
            self.make(table, name, 'VM.clone', self.vms[0], name)

        def destroy(ref):
            del table[ref]
            self.d.call('VM.destroy', ref)
        self.few(table, make, destroy)

    def op_pool(self):
        self.next.pool = 'p%d' % self.done
        self.d.call('pool.set_name_label', self.pool, self.next.pool)

    def op_certificate(self):
        if self.random.random() < 0.9:
            return      # they take long to make
        self.next.certificate = None
        self.d.call('host.reset_server_certificate',
                    self.d.call('host.get_all')[0])
        self.next.certificate = certificate(self.d)

    def answered(self):
        """Called after each operation."""

    def run(self, operations):
        """Until the daemon is gone: whether it is."""
        try:
            while self.done < operations:
                self.next = copy.deepcopy(self.state)
                self.random.choice(self.kinds)()
                self.state = self.next
                self.done += 1
                self.answered()
        except GONE:
            return True
        return False


class Found:
    """What there is, in the form of State.has."""

    def __init__(self, d, script, before):
        call = d.call

        def rows(cls, take, known=()):
            return {ref: take(r) for ref, r in
                    call(cls + '.get_all_records').items()
                    if ref not in known}
        self.secrets = rows('secret', lambda r: call(
            'secret.get_value', call('secret.get_by_uuid', r['uuid'])),
            before['secret'])
        self.networks = rows('network', lambda r: [
            r['name_label'], r['other_config']], before['network'])
        self.messages = rows('message', lambda r: r['name'],
                             before['message'])
        for ref, name in list(self.messages.items()):
            if name == 'VM_CLONED':
                del self.messages[ref]
        self.subjects = rows('subject', lambda r: [
            r['subject_identifier'], set(r['roles'])])
        self.texts = {vm: [call('VM.get_name_description', vm),
                           set(call('VM.get_tags', vm))]
                      for vm in script.vms}
        self.copies = rows('VM', lambda r: r['name_label'], before['VM'])
        self.pool = call('pool.get_name_label', script.pool)
        self.blobs = {ref: d.http(
            'GET', '/blob?session_id=%s&ref=%s' % (d.session, ref))
            for ref in call('blob.get_all')}
        self.certificate = certificate(d)
        # A blob that was never written has nothing to be sent.
        self.blobs = {ref: body if status == 200 else b''
                      for ref, (status, _, body) in self.blobs.items()}

    def is_as(self, state):
        """Differences; an object under way has a reference nobody knows."""
        wrong = []
        for name, there in vars(self).items():
            wanted = getattr(state, name)
            if isinstance(wanted, dict) and 'new' in wanted:
                wanted = dict(wanted)
                fresh = wanted.pop('new')
                there = dict(there)
                for ref in [r for r in there if r not in wanted]:
                    if there[ref] == fresh:
                        wanted[ref] = fresh
            if there != wanted and wanted is not None:
                wrong.append('%s: %r is not %r' % (name, there, wanted))
        return wrong
