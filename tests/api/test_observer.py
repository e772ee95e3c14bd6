#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Observers: traces of calls, in files and at servers."""

import json
import http.server
import os
import socket
import threading
import time
import xmlrpc.client

import tap
import xapid

TRACE, PARENT = '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'


class Collector(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.spans += json.loads(body)
        self.send_response(202)
        self.end_headers()


class Observer(xapid.Case):
    args = ('--sim-hosts', '2')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.call('pool.get_all')

    def setUp(self):
        self.file = os.path.join(self.d.state, 'traces', 'xapi.ndjson')
        if os.path.exists(self.file):
            os.unlink(self.file)

    def make(self, **fields):
        o = self.d.call('Observer.create', dict(
            {'name_label': 'o', 'name_description': '', 'hosts': [],
             'attributes': {}, 'endpoints': ['bugtool'], 'components': [],
             'enabled': True}, **fields))
        self.addCleanup(self.d.call, 'Observer.destroy', o)
        return o

    def spans(self):
        if not os.path.exists(self.file):
            return []
        with open(self.file) as f:
            return [json.loads(line) for line in f]

    def seen(self, name):
        """A span of that name, once there is one; it calls again and again,
        since an observer begins a moment after it was made."""
        def look():
            self.traced_call()
            return [s for s in self.spans() if s['name'] == name]
        return xapid.until(look)[0]

    def traced_call(self, method='pool.get_all', *params):
        self.d.http('POST', '/', xmlrpc.client.dumps(
            (self.d.session,) + params, method),
            {'Content-Type': 'text/xml',
             'traceparent': '00-%s-%s-01' % (TRACE, PARENT)})

    def test_a_call_leaves_a_span_in_its_trace(self):
        self.make(attributes={'site': 'a "b"\\'})
        span = self.seen('pool.get_all')
        self.assertEqual((span['traceId'], span['parentId']),
                         (TRACE, PARENT))
        self.assertRegex(span['id'], '^[0-9a-f]{16}$')
        self.assertEqual(span['tags'], {'site': 'a "b"\\', 'user': 'root'})
        self.assertGreater(span['duration'], 0)
        self.d.error('VM.get_record', 'x')
        failed = xapid.until(lambda: [
            s for s in self.spans() if s['name'] == 'VM.get_record'])[0]
        self.assertEqual(failed['tags']['error'], 'HANDLE_INVALID')
        self.assertNotIn('parentId', failed)
        self.assertNotEqual(failed['traceId'], TRACE)

    def test_a_server_gets_them(self):
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Collector)
        server.spans = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.make(endpoints=['http://127.0.0.1:%d/api/v2/spans'
                             % server.server_address[1]])
        xapid.until(lambda: self.traced_call() or server.spans)
        self.assertIn(TRACE, [s.get('traceId') for s in server.spans])
        server.shutdown()
        server.server_close()
        # One that is gone costs nothing but a warning.
        self.traced_call()
        xapid.until(lambda: 'are lost: Connection refused'
                    in self.d.log_text() or self.traced_call())

    def test_a_server_that_says_nothing_has_one_thread(self):
        # or each second would take one from those that guests need
        asked = []
        with socket.create_server(('127.0.0.1', 0)) as s:
            def accept():
                try:
                    while True:
                        asked.append(s.accept()[0])
                except OSError:
                    pass  # closed
            threading.Thread(target=accept, daemon=True).start()
            o = self.make(endpoints=['http://127.0.0.1:%d/'
                                     % s.getsockname()[1]])
            xapid.until(lambda: self.traced_call() or asked)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                self.traced_call()
                time.sleep(0.1)
            self.assertEqual(len(asked), 1)
            self.d.call('Observer.set_enabled', o, False)
            for c in asked:
                c.close()

    def test_who_is_not_meant_collects_nothing(self):
        here = self.d.call('pool.get_master', self.d.call('pool.get_all')[0])
        other = next(h for h in self.d.call('host.get_all') if h != here)
        o = self.make(enabled=False)
        self.make(hosts=[other])
        self.make(components=['smapi'])
        meant = self.make(hosts=[here], attributes={'meant': 'yes'})
        self.seen('pool.get_all')
        self.assertEqual({s['tags'].get('meant') for s in self.spans()},
                         {'yes'})
        self.d.call('Observer.set_enabled', meant, False)
        self.d.call('Observer.set_attributes', o, {'meant': 'later'})
        self.d.call('Observer.set_enabled', o, True)
        xapid.until(lambda: self.traced_call() or [
            s for s in self.spans() if s['tags'].get('meant') == 'later'])

    def test_what_cannot_be_said_of_one_is_named(self):
        o = self.make(enabled=False)
        for name, bad, params in (
                ('components', ['cron'], ['component', 'cron']),
                ('endpoints', ['ftp://x'], ['endpoint', 'ftp://x']),
                ('attributes', {'A B': 'x'}, ['attribute', 'A B'])):
            self.assertEqual(self.d.error('Observer.set_' + name, o, bad),
                             ['INVALID_VALUE'] + params)
            with self.assertRaises(xapid.Failure) as caught:
                self.make(**{name: bad})
            self.assertEqual(caught.exception.code, 'INVALID_VALUE')


if __name__ == '__main__':
    tap.main()
