#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blobs: rows by calls, contents by HTTP."""

import os
import socket
import unittest
import urllib.parse

import tap
import xapid

LIMIT = 100000


class Blob(xapid.Case):
    args = ('--max-blob-bytes', str(LIMIT))

    def make(self, mime='text/plain', public=False):
        return self.d.call('blob.create', mime, public)

    def path(self, blob, session=None, by='ref'):
        query = {by: blob}
        query['session_id'] = session or self.d.login()
        return '/blob?' + urllib.parse.urlencode(query)

    def put(self, blob, data, **kw):
        return self.d.http('PUT', self.path(blob, **kw), data)[0]

    def get(self, blob, **kw):
        return self.d.http('GET', self.path(blob, **kw))

    def test_what_is_put_is_got(self):
        for data in (b'', b'hello\0\xff', os.urandom(LIMIT)):
            blob = self.make()
            self.assertEqual(self.put(blob, data), 200)
            status, headers, body = self.get(blob)
            self.assertEqual((status, body), (200, data))
            self.assertEqual(headers['content-type'], 'text/plain')
            self.assertEqual(self.d.call('blob.get_size', blob), len(data))
        uuid = self.d.call('blob.get_uuid', blob)
        self.assertEqual(self.get(uuid, by='uuid')[2], data)
        self.assertNotEqual(self.d.call('blob.get_last_updated', blob),
                            '19700101T00:00:00Z')

    def test_a_pool_may_keep_no_contents(self):
        blob, other = self.make(), self.make()
        self.put(blob, b'old')
        self.d.call('pool.disable_binary_storage')
        for host in self.d.call('host.get_all_records').values():
            self.assertEqual(host['other_config']['no_local_storage'], 'true')
        self.assertEqual(self.get(blob)[0], 404)
        self.assertEqual(self.d.call('blob.get_size', blob), 0)
        self.assertEqual(self.put(other, b'new'), 507)
        self.assertEqual(self.get(other)[0], 404)
        self.d.call('pool.enable_binary_storage')
        self.assertEqual(self.get(blob)[0], 404)
        self.assertEqual(self.put(other, b'new'), 200)
        self.assertEqual(self.get(other)[2], b'new')

    def test_a_blob_without_content_is_404(self):
        self.assertEqual(self.get(self.make())[0], 404)

    def test_unknown_and_missing_names(self):
        unknown = 'OpaqueRef:00000000-0000-4000-8000-000000000000'
        self.assertEqual(self.get(unknown)[0], 404)
        self.assertEqual(self.put(unknown, b'x'), 404)
        session = self.d.login()
        self.assertEqual(
            self.d.http('GET', '/blob?session_id=' + session)[0], 400)

    def test_only_public_blobs_need_no_session(self):
        """A29: only public blobs answer without a session"""
        open_, closed = self.make(public=True), self.make()
        self.put(open_, b'open')
        self.put(closed, b'closed')
        for blob, want in ((open_, 200), (closed, 401)):
            self.assertEqual(self.d.http('GET', '/blob?ref=' + blob)[0], want)
            self.assertEqual(
                self.d.http('PUT', '/blob?ref=' + blob, b'x')[0], 401)
        self.assertEqual(self.d.http(
            'GET', '/blob?ref=OpaqueRef:00000000-0000-4000-8000-000000000000'
            )[0], 401)

    def test_roles(self):
        blob = self.make()
        reader = self.d.login('read-only')
        operator = self.d.login('vm-operator')
        self.assertEqual(self.put(blob, b'x', session=reader), 403)
        self.assertEqual(self.put(blob, b'x', session=operator), 403)
        self.assertEqual(self.put(blob, b'x'), 200)
        self.assertEqual(self.get(blob, session=reader)[0], 200)

    def test_too_large_is_refused_and_the_old_content_stays(self):
        blob = self.make()
        self.put(blob, b'old')
        self.assertEqual(self.put(blob, b'x' * (LIMIT + 1)), 413)
        self.assertEqual(self.get(blob)[2], b'old')

    def test_a_body_that_is_cut_leaves_the_old_content(self):
        blob = self.make()
        self.put(blob, b'old')
        s = socket.create_connection(('127.0.0.1', self.d.port), timeout=10)
        s.sendall(('PUT %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n'
                   % self.path(blob)).encode() + b'new')
        s.shutdown(socket.SHUT_WR)
        reply = s.recv(64)
        s.close()
        self.assertIn(b' 400 ', reply)
        self.assertEqual(self.get(blob)[2], b'old')
        self.assertEqual(self.put(blob, b'later'), 200)

    def test_a_length_is_needed(self):
        blob = self.make()
        s = socket.create_connection(('127.0.0.1', self.d.port), timeout=10)
        s.sendall(('PUT %s HTTP/1.0\r\n\r\nx' % self.path(blob)).encode())
        s.shutdown(socket.SHUT_WR)
        self.assertIn(b' 411 ', s.recv(64))
        s.close()

    def test_content_cannot_run_as_a_page(self):
        """A19: content of users cannot run as a page of ours"""
        blob = self.make('text/html', True)
        self.put(blob, b'<script>alert(1)</script>')
        headers = self.d.http('GET', '/blob?ref=' + blob)[1]
        self.assertIn('sandbox', headers['content-security-policy'])
        self.assertEqual(headers['x-content-type-options'], 'nosniff')

    def test_a_type_that_is_no_header_is_refused(self):
        """A26: a mime type cannot add headers"""
        for mime in ('text/plain\r\nX: y', 'x', 'a/b\n', 'a/' + 'b' * 200):
            self.assertEqual(self.d.error('blob.create', mime, False)[:2],
                             ['INVALID_VALUE', 'mime_type'])

    def test_destroy_removes_the_file(self):
        blob = self.make()
        self.put(blob, b'x')
        path = os.path.join(self.d.state, 'blobs', blob.split(':')[1])
        self.assertTrue(os.path.exists(path))
        self.d.call('blob.destroy', blob)
        self.assertFalse(os.path.exists(path))
        self.assertEqual(self.get(blob)[0], 404)

    def test_objects_have_blobs_by_name(self):
        for cls in ('pool', 'host', 'VM', 'network', 'SR'):
            objects = self.d.call(cls + '.get_all')
            if not objects:
                continue
            blob = self.d.call(cls + '.create_new_blob', objects[0], 'named',
                               'image/png', False)
            self.assertEqual(
                self.d.call(cls + '.get_blobs', objects[0]), {'named': blob})
            self.assertEqual(self.d.call('blob.get_name_label', blob),
                             'named')
            self.assertEqual(
                self.d.error(cls + '.create_new_blob', objects[0], 'named',
                             'image/png', False),
                ['MAP_DUPLICATE_KEY', cls, 'blobs', objects[0], 'named'])
            self.d.call('blob.destroy', blob)
            self.assertEqual(self.d.call(cls + '.get_blobs', objects[0]), {})


class Quota(unittest.TestCase):
    def test_one_user_cannot_fill_the_store(self):
        """A32: one user's blobs are bounded, others go on"""
        with xapid.start('--max-blob-bytes', '1000') as d:
            op = d.login('pool-operator')
            blobs = [d.call('blob.create', 'a/b', False, session=op)
                     for _ in range(17)]
            root = d.login()
            for blob in blobs[:16]:
                self.assertEqual(d.http(
                    'PUT', '/blob?ref=%s&session_id=%s' % (blob, root),
                    b'x' * 1000)[0], 200)
            last = '/blob?ref=%s&session_id=%s' % (blobs[16], root)
            self.assertEqual(d.http('PUT', last, b'x')[0], 507)
            for _ in range(1000 - 17):
                d.call('blob.create', 'a/b', False, session=op)
            self.assertEqual(
                d.error('blob.create', 'a/b', False, session=op)[0],
                'OUT_OF_SPACE')
            d.call('blob.create', 'a/b', False)


if __name__ == '__main__':
    tap.main()
