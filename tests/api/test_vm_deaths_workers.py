#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A worker dies before and after each operation (test_vm_deaths.py)."""

import tap
from test_vm_deaths import Simulated


class Workers(Simulated):
    def test_a_worker_dies_in_each_moment(self):
        self.walk_all([self.moments.worker],
                      self.power() + self.devices() + self.images() +
                      self.copies())


if __name__ == '__main__':
    tap.main()
