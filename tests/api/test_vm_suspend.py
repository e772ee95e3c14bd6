# SPDX-License-Identifier: LGPL-2.1-or-later
"""VMs that are suspended and come back."""


import simulator
import tap
import xapid

NULL = 'OpaqueRef:NULL'


class Suspend(xapid.Case):
    args = ('--sim-vms', '4')

    def running(self):
        """A VM that runs, and its record."""
        for vm, r in self.d.call('VM.get_all_records').items():
            if r['is_a_template'] or r['is_control_domain']:
                continue
            if r['power_state'] == 'Suspended':
                self.d.call('VM.hard_shutdown', vm)
                r['power_state'] = 'Halted'
            if r['power_state'] == 'Halted':
                self.d.call('VM.start', vm, False, False)
            xapid.until(lambda: 'suspend' in self.d.call(
                'VM.get_allowed_operations', vm))
            return vm
        raise AssertionError('no VM')

    def images(self):
        return [v for v, r in self.d.call('VDI.get_all_records').items()
                if r['type'] == 'suspend']

    def test_a_suspended_VM_keeps_its_devices_and_comes_back_with_them(self):
        d = self.d
        vm = self.running()
        before = d.call('VM.get_record', vm)
        d.call('VM.suspend', vm)
        r = d.call('VM.get_record', vm)
        self.assertEqual(r['power_state'], 'Suspended')
        self.assertEqual(r['domid'], -1)
        self.assertEqual(r['resident_on'], NULL)
        self.assertEqual(d.call('VDI.get_type', r['suspend_VDI']), 'suspend')
        self.assertIn('resume', r['allowed_operations'])
        self.assertNotIn('start', r['allowed_operations'])
        for vbd in before['VBDs']:
            if not d.call('VBD.get_empty', vbd):
                self.assertTrue(d.call('VBD.get_currently_attached', vbd))
        d.call('VM.resume', vm, False, False)
        r = d.call('VM.get_record', vm)
        self.assertEqual(r['power_state'], 'Running')
        self.assertEqual(r['suspend_VDI'], NULL)
        self.assertNotEqual(r['domid'], before['domid'])
        xapid.until(lambda: not self.images())

    def test_the_image_of_the_memory_may_be_another_one_that_is_the_same(self):
        d, vm = self.d, self.running()
        any_disk = d.call('VDI.get_all')[0]
        self.assertEqual(
            d.error('VM.set_suspend_VDI', vm, any_disk),
            ['VM_BAD_POWER_STATE', vm, 'suspended', 'running'])
        d.call('VM.suspend', vm)
        image = d.call('VM.get_suspend_VDI', vm)
        d.call('VM.set_suspend_VDI', vm, image)
        other = d.call('VDI.create', {
            'name_label': 'other', 'name_description': '',
            'SR': d.call('VDI.get_SR', image), 'virtual_size': 1 << 20,
            'type': 'suspend', 'sharable': False, 'read_only': False,
            'other_config': {}, 'xenstore_data': {}, 'sm_config': {},
            'tags': []})
        code, old, new = d.error('VM.set_suspend_VDI', vm, other)
        self.assertEqual(code, 'SUSPEND_VDI_REPLACEMENT_IS_NOT_IDENTICAL')
        for vdi, said in (image, old), (other, new):
            self.assertTrue(said.startswith(d.call('VDI.get_uuid', vdi) +
                                            ' : '), said)
        self.assertEqual(d.call('VM.get_suspend_VDI', vm), image)
        copy = d.call('VDI.copy', image, d.call('VDI.get_SR', image))
        d.call('VM.set_suspend_VDI', vm, copy)
        self.assertEqual(d.call('VM.get_suspend_VDI', vm), copy)
        d.call('VDI.destroy', image)
        d.call('VDI.destroy', other)
        d.call('VM.resume', vm, False, False)
        xapid.until(lambda: not self.images())

    def test_a_guest_that_a_failure_has_left_held_goes_on(self):
        d, vm = self.d, self.running()
        uuid = d.call('VM.get_uuid', vm)
        simulator.happen(d, vm, 'held')
        simulator.order(d, 'error', of='suspend')
        self.assertEqual(d.error('VM.suspend', vm)[0], 'INTERNAL_ERROR')
        xapid.until(lambda: simulator.domains(d)[uuid].state == 'running')
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')
        self.assertEqual(self.images(), [])

    def test_a_domain_that_does_not_end_at_once_is_ended_again(self):
        d, vm = self.d, self.running()
        simulator.order(d, 'error', of='destroy', count=3)
        d.call('VM.suspend', vm)
        self.assertNotIn(d.call('VM.get_uuid', vm), simulator.domains(d))
        d.call('VM.resume', vm, False, False)
        xapid.until(lambda: not self.images())

    def test_memory_is_not_lost_with_a_domain_whose_end_is_not_known(self):
        d, vm = self.d, self.running()
        uuid = d.call('VM.get_uuid', vm)
        # Of all tries: those of the plan, five workers each, of the first one
        # that has done it; or none ends it.
        for what, count in (('after', 21 * 5), ('error', 21)):
            simulator.order(d, what, of='destroy', count=count)
            d.error('VM.suspend', vm)
            # By who looks afterwards, at the latest.
            xapid.until(lambda: uuid not in simulator.domains(d))
            simulator.order(d, 'none')
            xapid.until(lambda: not d.call('VM.get_current_operations', vm))
            self.assertEqual(d.call('VM.get_power_state', vm), 'Suspended')
            self.assertEqual(self.images(),
                             [d.call('VM.get_suspend_VDI', vm)])
            d.call('VM.resume', vm, False, False)
            xapid.until(lambda: not self.images())
            xapid.until(lambda: 'suspend' in d.call(
                'VM.get_allowed_operations', vm))

    def test_memory_of_the_host_is_free_while_a_VM_is_suspended(self):
        d = self.d
        vm = self.running()
        host = d.call('VM.get_resident_on', vm)
        used = d.call('host.compute_free_memory', host)
        d.call('VM.suspend', vm)
        self.assertGreater(
            d.call('host.compute_free_memory', host), used)
        d.call('VM.resume', vm, False, False)
        self.assertEqual(
            d.call('host.compute_free_memory', host), used)

    def test_the_repository_counts_the_image_while_it_is_there(self):
        d = self.d
        vm = self.running()

        def allocated():
            return {r: v['virtual_allocation'] for r, v in
                    d.call('SR.get_all_records').items()}

        before = allocated()
        d.call('VM.suspend', vm)
        self.assertNotEqual(allocated(), before)
        d.call('VM.resume', vm, False, False)
        xapid.until(lambda: allocated() == before)

    def test_the_image_of_a_suspended_VM_is_not_destroyed(self):
        d = self.d
        vm = self.running()
        d.call('VM.suspend', vm)
        image = d.call('VM.get_suspend_VDI', vm)
        for call in ('destroy', 'forget'):
            self.assertEqual(d.error('VDI.' + call, image),
                             ['VDI_IN_USE', image, call])
        d.call('VM.resume', vm, False, False)
        xapid.until(lambda: not self.images())

    def test_a_resumed_VM_may_stay_paused(self):
        d = self.d
        vm = self.running()
        d.call('VM.suspend', vm)
        d.call('VM.resume', vm, True, False)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Paused')
        d.call('VM.unpause', vm)

    def test_a_hard_shutdown_gives_a_suspended_VM_up_with_its_image(self):
        d = self.d
        vm = self.running()
        d.call('VM.suspend', vm)
        self.assertEqual(len(self.images()), 1)
        d.call('VM.hard_shutdown', vm)
        r = d.call('VM.get_record', vm)
        self.assertEqual((r['power_state'], r['suspend_VDI']),
                         ('Halted', NULL))
        for vbd in r['VBDs']:
            self.assertFalse(d.call('VBD.get_currently_attached', vbd))
        xapid.until(lambda: not self.images())

    def kind(self, domain_type):
        """A VM of that kind which runs."""
        d = self.d
        for vm, r in d.call('VM.get_all_records').items():
            if r['is_a_template'] or r['is_control_domain'] or \
                    r['power_state'] == 'Suspended':
                continue
            if r['power_state'] != 'Halted':
                d.call('VM.hard_shutdown', vm)
            d.call('VM.set_domain_type', vm, domain_type)
            d.call('VM.start', vm, False, False)
            xapid.until(lambda: 'suspend' in d.call(
                'VM.get_allowed_operations', vm))
            return vm
        raise AssertionError('no VM')

    def test_a_guest_goes_on_with_another_device_model(self):
        d = self.d
        vm = self.kind('hvm')
        before = d.call('VM.get_record', vm)
        d.call('VM.restart_device_models', vm)
        after = d.call('VM.get_record', vm)
        self.assertEqual(after['power_state'], 'Running')
        self.assertNotEqual(after['domid'], before['domid'])
        self.assertEqual(after['resident_on'], before['resident_on'])
        self.assertEqual(after['VBDs'], before['VBDs'])
        xapid.until(lambda: not self.images())
        # One that cannot go on loses nothing.
        simulator.order(d, 'error', 'resume')
        self.assertEqual(d.error('VM.restart_device_models', vm)[0],
                         'INTERNAL_ERROR')
        self.assertEqual(d.call('VM.get_power_state', vm), 'Suspended')
        self.assertEqual(d.error('VM.restart_device_models', vm),
                         ['VM_BAD_POWER_STATE', vm, 'running', 'suspended'])
        d.call('VM.resume', vm, False, False)
        d.call('VM.hard_shutdown', vm)
        vm = self.kind('pvh')
        self.assertEqual(d.error('VM.restart_device_models', vm),
                         ['VM_HVM_REQUIRED', vm])

    def test_a_halted_VM_is_neither_suspended_nor_resumed(self):
        d = self.d
        vm = self.running()
        d.call('VM.hard_shutdown', vm)
        for method, params in (('VM.suspend', ()),
                               ('VM.resume', (False, False))):
            with self.assertRaises(xapid.Failure) as e:
                d.call(method, vm, *params)
            self.assertEqual(e.exception.code, 'VM_BAD_POWER_STATE')
        self.assertEqual(self.images(), [])

    def test_without_a_place_for_the_image_nothing_happens(self):
        d = self.d
        vm = self.running()
        pool = d.call('pool.get_all')[0]
        r = d.call('pool.get_record', pool)
        host = d.call('VM.get_resident_on', vm)
        at = d.call('host.get_suspend_image_sr', host)
        try:
            d.call('pool.set_suspend_image_SR', pool, NULL)
            d.call('pool.set_default_SR', pool, NULL)
            d.call('host.set_suspend_image_sr', host, NULL)
            with self.assertRaises(xapid.Failure) as e:
                d.call('VM.suspend', vm)
            self.assertEqual(e.exception.code, 'VM_NO_SUSPEND_SR')
        finally:
            d.call('pool.set_suspend_image_SR', pool,
                   r['suspend_image_SR'])
            d.call('pool.set_default_SR', pool, r['default_SR'])
            d.call('host.set_suspend_image_sr', host, at)
        self.assertEqual(d.call('VM.get_power_state', vm), 'Running')


if __name__ == '__main__':
    tap.main()
