#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies in each moment of a suspend and a resume (test_vm_deaths.py)."""

import tap
from test_vm_deaths import Simulated


class Images(Simulated):
    def test_the_daemon_dies_in_each_moment_of_a_suspend_and_a_resume(self):
        self.walk_all([self.moments.daemon], self.images())


if __name__ == '__main__':
    tap.main()
