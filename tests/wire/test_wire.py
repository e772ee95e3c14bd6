#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Request bytes in, exact reply bytes out.

Each tests/wire/cases/NAME.in is an HTTP request, NAME.out the whole reply.
`make update-golden` writes the replies; look at the difference. In requests a
line ends with LF in the head (sent as CR LF), and these words are replaced:

    @LENGTH@            bytes of the body
    @SESSION@           a session of root; @READER@: one with role read-only
    @POOL@ @HOST@ @NET@ references; @NAME@ otherwise: the first reference or
                        token in the reply of an earlier case that begins with
                        the line "#keep NAME"
    #first N            a first line: only N bytes of the reply's body are kept

In replies references, uuids, dates and what else differs from run to run are
masked, each by a number in the order in which they come, so that their being
the same or not stays visible; lengths are compared, and masked if they are
right. Cases run in the order of their names.
"""

import os
import re
import socket
import unittest

import tap
import xapid

CASES = os.path.join(os.environ.get('XAPID_SRCDIR', '.'), 'tests/wire/cases')
UPDATE = os.environ.get('XAPID_UPDATE_GOLDEN') == '1'
UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
MASKS = (
    ('ref', re.compile('OpaqueRef:' + UUID)),
    ('uuid', re.compile('(?<!OpaqueRef:)\\b' + UUID)),
    ('token', re.compile(r'\b\d{20},\d{20}\b')),
    ('day', re.compile(r'(?<=\r\nDate: )[^\r]+')),
    ('date', re.compile(r'\b(?!1970)\d{8}T\d\d:\d\d:\d\dZ')),
    ('count', re.compile(r'(?<=<i4>)\d+(?=</i4>)|(?<="valid_ref_counts":)'
                         r'{[^}]+}')),
    ('id', re.compile(r'(?<=<name>id</name><value>)\d+|(?<="id":")\d+(?=",'
                      r'"timestamp)')),
)


def read(path):
    with open(path, encoding='utf-8', newline='') as f:
        return f.read()


def mask(text):
    head, _, body = text.partition('\r\n\r\n')
    length = 'Content-Length: %d' % len(body.encode())
    text = text.replace(length + '\r\n', 'Content-Length: {right}\r\n', 1)
    for name, pattern in MASKS:
        seen = {}

        def number(m):
            if name == 'count':
                return '{count}'
            n = seen.setdefault(m[0], len(seen) + 1)
            return '{%s %d}' % (name, n)
        text = pattern.sub(number, text)
    return text


def split(text):
    """Options of a case, its head with CR LF, its body."""
    options = {}
    while text.startswith('#'):
        line, text = text.split('\n', 1)
        word, _, value = line[1:].partition(' ')
        options[word] = value
    head, _, body = text.partition('\n\n')
    return options, head.replace('\n', '\r\n') + '\r\n\r\n', body


def exchange(port, request):
    """Everything the server sends until it closes, or falls silent after a
    whole reply."""
    with socket.create_connection(('127.0.0.1', port), 20) as s:
        s.sendall(request)
        data = b''
        while not whole(data):
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
    return data


def whole(data):
    head, found, body = data.partition(b'\r\n\r\n')
    length = re.search(rb'(?im)^content-length: (\d+)', head)
    if not found:
        return False
    if b' 204 ' in head.split(b'\r\n')[0]:
        return True
    return bool(length) and len(body) >= int(length[1])


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = xapid.start()
        cls.daemon.__enter__()
        d = cls.daemon
        cls.words = {
            'SESSION': d.login(), 'READER': d.login('read-only'),
            'POOL': d.call('pool.get_all')[0],
            'HOST': d.call('host.get_all')[0],
            'NET': d.call('network.create', {'name_label': 'wire',
                                             'other_config': {}}),
        }
        # What is there at the first start is no matter of these tests.
        for key in ('tags', 'other_config'):
            d.call('pool.set_' + key, cls.words['POOL'],
                   [] if key == 'tags' else {})

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None, None, None)

    def one(self, name):
        options, head, body = split(read(os.path.join(CASES, name + '.in')))
        for word, value in self.words.items():
            head = head.replace('@%s@' % word, value)
            body = body.replace('@%s@' % word, value)
        body = body.encode()
        head = head.replace('@LENGTH@', str(len(body))).encode()
        self.assertIsNone(re.search(b'@[A-Z]+@', head + body))
        reply = exchange(self.daemon.port, head + body).decode()
        if 'keep' in options:
            found = re.search(r'OpaqueRef:%s|\d{20},\d{20}' % UUID, reply)
            self.assertTrue(found, reply)
            self.words[options['keep']] = found[0]
        golden = os.path.join(CASES, name + '.out')
        got = mask(reply)
        if 'first' in options:
            at = got.index('\r\n\r\n') + 4
            got = got[:at + int(options['first'])] + '{and so on}'
        if UPDATE:
            with open(golden, 'w', encoding='utf-8', newline='') as f:
                f.write(got)
        self.assertEqual(read(golden), got)


def add(name):
    def test(self):
        self.one(name)
    test.__doc__ = 'the reply to %s is the same to the byte' % name
    setattr(Wire, 'test_' + name, test)


for file in sorted(os.listdir(CASES)):
    if file.endswith('.in'):
        add(file[:-3])

if __name__ == '__main__':
    tap.main()
