#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests of PCI devices on an emulated Xen host that has an IOMMU: a boot of
its own."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

os.execve(sys.executable,
          [sys.executable, os.path.join(HERE, 'test_xen.py'),
           'test_devices.Pci'],
          {'XAPID_XEN_MIB': '2048', **os.environ, 'XAPID_XEN_IOMMU': '1'})
