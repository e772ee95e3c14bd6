#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies in each moment of a snapshot, a checkpoint and the way
back (test_vm_deaths.py)."""

import tap
from test_vm_deaths import Simulated


class Copies(Simulated):
    def test_the_daemon_dies_in_each_moment_of_snapshot_checkpoint_and_revert(
            self):
        self.walk_all([self.moments.daemon], self.copies())


if __name__ == '__main__':
    tap.main()
