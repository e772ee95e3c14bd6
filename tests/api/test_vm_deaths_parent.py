#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The parent dies, and with it daemon and workers, in moments of what is done
with a VM (test_vm_deaths.py); another one goes on."""

import tap
from test_vm_deaths import Simulated


class Parents(Simulated):
    def chosen(self, moments):
        """Some of the names, each once."""
        first = {m.name: m._replace(parent=True) for m in reversed(moments)}
        return [first[name] for name in sorted(first)][::4 * self.every]

    def test_all_of_it_dies_in_moments_of_each_plan(self):
        self.walk_all([self.moments.daemon, self.moments.worker],
                      self.power() + self.devices() + self.images() +
                      self.copies())


if __name__ == '__main__':
    tap.main()
