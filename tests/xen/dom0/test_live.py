# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is changed of a guest while it runs is changed in the hypervisor, not
only in its record."""

import ctypes
import re
import unittest

import tap
from bed import MIB, is_up, xl
from test_guests import Host


def paging_bytes(domid):
    """What Xen keeps a domain's page tables in."""
    xc = ctypes.CDLL('libxenctrl.so.4.17')
    xc.xc_interface_open.restype = ctypes.c_void_p
    xc.xc_interface_close.argtypes = [ctypes.c_void_p]
    xc.xc_get_paging_mempool_size.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint64)]
    handle = xc.xc_interface_open(None, None, 0)
    size = ctypes.c_uint64()
    failed = xc.xc_get_paging_mempool_size(handle, domid, ctypes.byref(size))
    xc.xc_interface_close(handle)
    return None if failed else size.value


class Live(Host):
    def share(self, name):
        """Weight and cap."""
        line = xl('sched-credit2', '-d', name).splitlines()[-1]
        return tuple(int(n) for n in line.split()[-2:])

    def affinity(self, name):
        """Of each virtual processor: where it may run."""
        return [line.split('/')[0].split()[-1]
                for line in xl('vcpu-list', name).splitlines()[1:]]

    def test_weight_cap_and_mask_are_those_of_the_scheduler(self):
        d = self.d
        vm = self.make('weighed', VCPUs_params={
            'weight': '512', 'cap': '50', 'mask': '0,1;1'})
        d.call('VM.set_VCPUs_max', vm, 2)
        d.call('VM.set_VCPUs_at_startup', vm, 2)
        d.call('VM.start', vm, False, False)
        self.assertEqual(self.share('weighed'), (512, 50))
        everywhere = self.affinity('weighed')[0]
        self.assertIn(everywhere, ('all', '0-1'))
        self.assertEqual(self.affinity('weighed')[1], '1')
        for key, value in (('weight', '300'), ('cap', '150'), ('mask', '0')):
            d.call('VM.add_to_VCPUs_params_live', vm, key, value)
        self.assertEqual(self.share('weighed'), (300, 150))
        self.assertEqual(self.affinity('weighed'), ['0', '0'])
        self.assertEqual(
            d.error('VM.add_to_VCPUs_params_live', vm, 'mask', '77'),
            ['INVALID_VALUE', 'VCPUs_params:mask', '77'])
        self.assertEqual(self.affinity('weighed'), ['0', '0'])
        self.assertEqual(d.call('VM.get_VCPUs_params', vm), {
            'weight': '300', 'cap': '150', 'mask': '0'})
        # The host's own mask bounds those of its guests.
        d.call('VM.hard_shutdown', vm)
        host = d.call('host.get_all')[0]
        d.call('host.add_to_guest_VCPUs_params', host, 'mask', '1')
        try:
            d.call('VM.set_VCPUs_params', vm, {'mask': '0,1'})
            d.call('VM.start', vm, False, False)
            self.assertEqual(self.affinity('weighed'), ['1', '1'])
            self.assertEqual(self.share('weighed'), (256, 0))
        finally:
            d.call('host.remove_from_guest_VCPUs_params', host, 'mask')

    def test_page_tables_get_the_memory_that_is_asked_for(self):
        d = self.d
        vm = self.make('tables', 'hvm', mib=64, kernel='', platform={})
        d.call('VM.set_HVM_boot_policy', vm, 'BIOS order')
        d.call('VM.set_HVM_shadow_multiplier', vm, 2.0)
        d.call('VM.start', vm, False, False)
        domid = d.call('VM.get_domid', vm)
        before = paging_bytes(domid)
        self.assertGreaterEqual(before, 3 * MIB - MIB // 2)
        d.call('VM.set_shadow_multiplier_live', vm, 8.0)
        self.assertGreaterEqual(paging_bytes(domid), 12 * MIB)
        self.assertEqual(
            d.error('VM.set_shadow_multiplier_live', vm, 900000.0)[0],
            'HOST_NOT_ENOUGH_FREE_MEMORY')
        self.assertEqual(d.call('VM.get_HVM_shadow_multiplier', vm), 8.0)
        d.call('VM.hard_shutdown', vm)


if __name__ == '__main__':
    tap.main()
