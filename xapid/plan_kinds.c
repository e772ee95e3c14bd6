/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan_kinds.h"

#include <stddef.h>

#include "appliance/vm_appliance.h"
#include "appliance/vm_autostart.h"
#include "device/device_plug.h"
#include "device/device_qos.h"
#include "device/vtpm.h"
#include "disk/storage.h"
#include "disk/vdi_attach.h"
#include "host/host_power.h"
#include "net/net_plan.h"
#include "net/pif.h"
#include "schedule/vmss.h"
#include "vm/copy/vm_copy.h"
#include "vm/copy/vm_revert.h"
#include "vm/power/vm_follow.h"
#include "vm/power/vm_power.h"
#include "vm/power/vm_suspend.h"
#include "vm/start/memory_plan.h"
#include "vm/vm_live.h"

/* One line for each file with plans. */
static const struct plan_kind *const *const families[] = {
	vm_power_kinds,
	vm_appliance_kinds,
	vm_autostart_kinds,
	vm_copy_kinds,
	vm_live_kinds,
	memory_plan_kinds,
	vm_suspend_kinds,
	vm_revert_kinds,
	vbd_kinds,
	vif_kinds,
	vusb_kinds,
	vtpm_kinds,
	pci_kinds,
	vif_change_kinds,
	qos_kinds,
	vif_address_kinds,
	net_kinds,
	network_attach_kinds,
	pif_kinds,
	pif_address_kinds,
	pif_follow_kinds,
	bond_kinds,
	management_kinds,
	vlan_kinds,
	vm_follow_kinds,
	host_power_kinds,
	sr_kinds,
	sr_merge_kinds,
	vdi_migrate_kinds,
	vdi_kinds,
	vdi_checksum_kinds,
	vdi_left_kinds,
	vmss_kinds,
};

#define MAX_KINDS 256

const struct plan_kind *const *
plan_kinds(void)
{
	static const struct plan_kind *all[MAX_KINDS + 1];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		for (size_t j = 0; families[i][j] && n < MAX_KINDS; j++)
			all[n++] = families[i][j];
	return all;
}
