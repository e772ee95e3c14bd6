#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies in each moment of a suspend and a resume (test_vm_deaths.py)."""

import tap
import xapid
from moments import ON, Act
from test_vm_deaths import Simulated


class Images(Simulated):
    def test_the_daemon_dies_in_each_moment_of_a_suspend_and_a_resume(self):
        self.walk_all([self.moments.daemon], self.images())


class Models(Simulated):
    """Of a guest that has a device model."""

    @classmethod
    def make(cls):
        super().make()
        cls.d.call('VM.set_domain_type', cls.vm, 'hvm')

    def prepare(self, act):
        """What a simulated guest told a daemon that died it tells at its next
        start only."""
        domid = super().prepare(act)
        if 'suspend' in self.get('VM', 'allowed_operations', self.vm):
            return domid
        self.d.call('VM.hard_reboot', self.vm)
        xapid.until(lambda: 'suspend' in self.get(
            'VM', 'allowed_operations', self.vm))
        return self.domid()

    def test_the_daemon_dies_in_each_moment_of_a_device_model_s_restart(self):
        self.walk_all([self.moments.daemon], (
            Act('another device model', self.vm_call('restart_device_models'),
                ON, ON),))


if __name__ == '__main__':
    tap.main()
