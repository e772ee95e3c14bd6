# SPDX-License-Identifier: LGPL-2.1-or-later
"""The original's Python client: XENAPI.PY PASSWORD URL..., where
unix:PATH is the local socket"""

import importlib.util
import ssl
import sys
import time
import xmlrpc.client

spec = importlib.util.spec_from_file_location('XenAPI', sys.argv[1])
XenAPI = importlib.util.module_from_spec(spec)
spec.loader.exec_module(XenAPI)
# The certificate of a test is nobody's.
ssl._create_default_https_context = ssl._create_unverified_context


class Local(xmlrpc.client.Transport):
    """As its UDSTransport, which was written for the transport of Python 2
    and cannot be called by that of 3."""

    def make_connection(self, host):
        return XenAPI.UDSHTTPConnection(host)


for n, url in enumerate(sys.argv[3:], 1):
    if url.startswith('unix:'):
        session = XenAPI.Session('http://' + url[5:].replace('/', '_') + '/',
                                 transport=Local())
    else:
        session = XenAPI.Session(url)
    session.xenapi.login_with_password('root', sys.argv[2], '2.0', 'interop')
    api = session.xenapi
    vm = next(ref for ref, r in api.VM.get_all_records().items()
              if r['power_state'] == 'Halted' and not r['is_a_template'])
    task = api.Async.VM.start(vm, False, False)
    while api.task.get_status(task) == 'pending':
        time.sleep(0.01)
    assert api.task.get_status(task) == 'success'
    api.VM.hard_shutdown(vm)
    try:
        api.VM.pause(vm)
        raise AssertionError('a halted VM was paused')
    except XenAPI.Failure as failure:
        assert failure.details == ['VM_BAD_POWER_STATE', vm, 'running',
                                   'halted'], failure.details
    api.session.logout()
    print('ok %d - XenAPI.py works at %s' % (n, url.split(':')[0]))
