/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/device_operations.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "call/refuse.h"
#include "disk/storage_operations.h"
#include "model/builder.h"

/* Every refusal passes there or here. */
static int
refuse_state(struct call *c, const struct vm *vm, const char *expected)
{
	const char *params[3] = { "", expected, "" };
	char actual[16];

	if (!c)
		return -1;
	snprintf(actual, sizeof(actual), "%s",
	    enum_info_vm_power_state.values[vm->power_state]);
	actual[0] = (char)tolower((unsigned char)actual[0]);
	params[0] = call_ref_text(c, vm->r.self);
	params[2] = actual;
	return refuse_with(c, "VM_BAD_POWER_STATE", 3, params);
}

/* ---- what all kinds ask of their VM ---- */

enum { PLUG = 1, UNPLUG = 2 };

/* Operations of the VM after which its devices will not be the same. */
static bool
is_leaving(const struct vm *vm)
{
	const int *ops = vm->current_operations.values;

	for (uint32_t i = 0; i < vm->current_operations.n; i++)
		if (ops[i] == VM_OPERATIONS_CLEAN_SHUTDOWN ||
		    ops[i] == VM_OPERATIONS_HARD_SHUTDOWN ||
		    ops[i] == VM_OPERATIONS_SUSPEND ||
		    ops[i] == VM_OPERATIONS_PAUSE)
			return true;
	return false;
}

/* Guests with emulated hardware see a device come and go only with drivers of
 * their own. */
static int
check_drivers(struct call *c, struct tx *t, const struct vm *vm, bool disk)
{
	const struct vm_guest_metrics *g =
	    TX_GET(t, VM_guest_metrics, vm_guest_metrics, vm->guest_metrics);
	enum tristate_type can;

	if (vm->domain_type != DOMAIN_TYPE_HVM)
		return 0;
	can = !g   ? TRISTATE_TYPE_UNSPECIFIED
	    : disk ? (enum tristate_type)g->can_use_hotplug_vbd
		   : (enum tristate_type)g->can_use_hotplug_vif;
	if (can == TRISTATE_TYPE_NO)
		return refuse_text(c,
		    "The guest says that it cannot plug devices");
	if (g &&
	    (can == TRISTATE_TYPE_YES || g->PV_drivers_detected ||
		g->PV_drivers_version.n))
		return 0;
	return refuse_ref(c, "VM_MISSING_PV_DRIVERS", vm->r.self, NULL);
}

static int
check_plug(struct call *c, const struct vm *vm, struct ref device,
    bool attached, int how, bool force)
{
	bool running = vm->power_state == VM_POWER_STATE_RUNNING;

	if (running && how == PLUG && attached)
		return refuse_ref(c, "DEVICE_ALREADY_ATTACHED", device, NULL);
	if (running && how == UNPLUG && !attached)
		return refuse_ref(c, "DEVICE_ALREADY_DETACHED", device, NULL);
	if (!running)
		return refuse_state(c, vm, "running");
	if (!force && is_leaving(vm))
		return refuse_text(c,
		    "The VM is being shut down, suspended or paused");
	return 0;
}

/* ---- block devices ---- */

enum {
	VBD_PLUGS = 1 << 0,
	VBD_UNPLUGS = 1 << 1,
	VBD_FORCED = 1 << 2,
	VBD_MEDIA = 1 << 3,
	VBD_NEEDS_VDI = 1 << 4, /* no operation may hold the disk */
};

static const struct {
	const char
	    *call; /* it is offered where this is written; NULL: always */
	unsigned flags;
} vbd_rules[] = {
	[VBD_OPERATIONS_ATTACH] = { NULL, VBD_NEEDS_VDI },
	[VBD_OPERATIONS_EJECT] = { "VBD.eject", VBD_MEDIA },
	[VBD_OPERATIONS_INSERT] = { "VBD.insert", VBD_MEDIA | VBD_NEEDS_VDI },
	[VBD_OPERATIONS_PLUG] = { "VBD.plug", VBD_PLUGS | VBD_NEEDS_VDI },
	[VBD_OPERATIONS_UNPLUG] = { "VBD.unplug", VBD_UNPLUGS },
	[VBD_OPERATIONS_UNPLUG_FORCE] = { "VBD.unplug_force",
	    VBD_UNPLUGS | VBD_FORCED },
	[VBD_OPERATIONS_PAUSE] = { "VBD.pause", 0 },
	[VBD_OPERATIONS_UNPAUSE] = { "VBD.unpause", 0 },
};

#define NVBD (sizeof(vbd_rules) / sizeof(*vbd_rules))

static int
check_media(struct call *c, const struct vbd *vbd, enum vbd_operations op)
{
	if (vbd->type != VBD_TYPE_CD)
		return refuse_ref(c, "VBD_NOT_REMOVABLE_MEDIA", vbd->r.self,
		    NULL);
	if (op == VBD_OPERATIONS_EJECT && vbd->empty)
		return refuse_ref(c, "VBD_IS_EMPTY", vbd->r.self, NULL);
	if (op == VBD_OPERATIONS_INSERT && !vbd->empty)
		return refuse_ref(c, "VBD_NOT_EMPTY", vbd->r.self, NULL);
	return 0;
}

static int
check_hotplug(struct call *c, struct tx *t, const struct vbd *vbd,
    const struct vm *vm, unsigned flags)
{
	int how = flags & VBD_PLUGS ? PLUG : UNPLUG;

	if (check_plug(c, vm, vbd->r.self,
		vbd->currently_attached || (how == PLUG && vbd->reserved), how,
		flags & VBD_FORCED) < 0 ||
	    check_drivers(c, t, vm, true) < 0)
		return -1;
	if (vm->domain_type == DOMAIN_TYPE_HVM && vbd->type == VBD_TYPE_CD)
		return refuse_text(c,
		    "CD drives of HVM guests cannot be plugged");
	return 0;
}

static int
check_disk(struct call *c, struct tx *t, const struct vbd *vbd, unsigned flags)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, vbd->VDI);
	const int *ops;

	if (!vdi)
		return 0;
	if (!vdi->managed)
		return refuse_ref(c, "VDI_NOT_MANAGED", vbd->r.self, NULL);
	ops = vdi->current_operations.values;
	for (uint32_t i = 0;
	     (flags & VBD_NEEDS_VDI) && i < vdi->current_operations.n; i++)
		if (ops[i] != VDI_OPERATIONS_MIRROR &&
		    ops[i] != VDI_OPERATIONS_COPY)
			return refuse_busy(c, &vdi->r, &vdi->current_operations,
			    0, &enum_info_vdi_operations);
	return 0;
}

int
vbd_operation_check(struct call *c, struct tx *t, const struct vbd *vbd,
    enum vbd_operations op)
{
	const struct vm *vm = TX_GET(t, VM, vm, vbd->VM);
	unsigned flags = vbd_rules[op].flags;

	if (!vm)
		return -1;
	if (vbd->current_operations.n)
		return refuse_busy(c, &vbd->r, &vbd->current_operations, 0,
		    &enum_info_vbd_operations);
	if ((flags & VBD_UNPLUGS) && !vbd->unpluggable)
		return refuse_ref(c, "VBD_NOT_UNPLUGGABLE", vbd->r.self, NULL);
	if ((flags & VBD_MEDIA) && check_media(c, vbd, op) < 0)
		return -1;
	if ((flags & (VBD_PLUGS | VBD_UNPLUGS)) &&
	    check_hotplug(c, t, vbd, vm, flags) < 0)
		return -1;
	if ((flags & VBD_MEDIA) && vm->power_state == VM_POWER_STATE_SUSPENDED)
		return refuse_state(c, vm, "halted, running");
	return check_disk(c, t, vbd, flags);
}

/* ---- interfaces ---- */

static const struct {
	const char *call;
	int how; /* PLUG, UNPLUG or neither */
} vif_rules[] = {
	[VIF_OPERATIONS_ATTACH] = { NULL, 0 },
	[VIF_OPERATIONS_PLUG] = { "VIF.plug", PLUG },
	[VIF_OPERATIONS_UNPLUG] = { "VIF.unplug", UNPLUG },
};

#define NVIF (sizeof(vif_rules) / sizeof(*vif_rules))

/* A network over virtual functions of a card. */
static bool
is_sriov(struct tx *t, struct ref ref)
{
	const struct network *net = TX_GET(t, network, network, ref);
	const struct ref *pifs = net ? net->PIFs.items : NULL;

	for (uint32_t i = 0; net && i < net->PIFs.n; i++) {
		const struct pif *pif = TX_GET(t, PIF, pif, pifs[i]);

		if (pif && pif->sriov_logical_PIF_of.n)
			return true;
	}
	return false;
}

int
vif_operation_check(struct call *c, struct tx *t, const struct vif *vif,
    enum vif_operations op, bool force)
{
	const struct vm *vm = TX_GET(t, VM, vm, vif->VM);
	int how = vif_rules[op].how;

	if (!vm)
		return -1;
	if (vif->current_operations.n)
		return refuse_busy(c, &vif->r, &vif->current_operations, 0,
		    &enum_info_vif_operations);
	if (!how)
		return 0;
	if (how == PLUG && vm->domid == 0)
		return refuse_text(c,
		    "The control domain has no virtual interfaces");
	if (is_sriov(t, vif->network))
		return refuse_text(c,
		    "Interfaces on virtual functions cannot be plugged");
	if (check_plug(c, vm, vif->r.self,
		vif->currently_attached || (how == PLUG && vif->reserved), how,
		force) < 0)
		return -1;
	return check_drivers(c, t, vm, false);
}

/* ---- USB devices ---- */

static const struct {
	const char *call;
	int how;
} vusb_rules[] = {
	[VUSB_OPERATIONS_ATTACH] = { NULL, 0 },
	[VUSB_OPERATIONS_PLUG] = { "VUSB.plug", PLUG },
	[VUSB_OPERATIONS_UNPLUG] = { "VUSB.unplug", UNPLUG },
};

#define NVUSB (sizeof(vusb_rules) / sizeof(*vusb_rules))

int
vusb_operation_check(struct call *c, struct tx *t, const struct vusb *vusb,
    enum vusb_operations op)
{
	const struct vm *vm = TX_GET(t, VM, vm, vusb->VM);
	int how = vusb_rules[op].how;

	if (!vm)
		return -1;
	if (vusb->current_operations.n)
		return refuse_busy(c, &vusb->r, &vusb->current_operations, 0,
		    &enum_info_vusb_operations);
	return how ? check_plug(c, vm, vusb->r.self, vusb->currently_attached,
			 how, false)
		   : 0;
}

/* ---- allowed_operations ---- */

static bool
is_offered(const char *call)
{
	return !call || method_is_written(call);
}

/* What a disk accepts follows its users: it is answered, or null. */
static struct ref
set_vbd_operations(struct tx *t, struct ref ref)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, ref);
	int ops[NVBD];
	struct set all = { .items = ops };

	for (size_t i = 0; vbd && i < NVBD; i++)
		if (vbd_operation_check(NULL, t, vbd, (enum vbd_operations)i) ==
			0 &&
		    is_offered(vbd_rules[i].call))
			ops[all.n++] = (int)i;
	if (!vbd)
		return REF_NULL;
	(void)tx_set(t, CLASS_VBD, ref, FIELD_VBD_allowed_operations, &all);
	vbd = TX_GET(t, VBD, vbd, ref);
	return vbd && !vbd->empty ? vbd->VDI : REF_NULL;
}

void
vbd_operations_refresh(struct tx *t, struct ref ref)
{
	vdi_operations_refresh(t, set_vbd_operations(t, ref));
}

/* They may have been looked at while the disk was about something. */
void
vbds_operations_refresh(struct tx *t, struct ref disk)
{
	const struct vdi *vdi;

	for (uint32_t i = 0;
	     (vdi = TX_GET(t, VDI, vdi, disk)) && i < vdi->VBDs.n; i++)
		(void)set_vbd_operations(t,
		    ((const struct ref *)vdi->VBDs.items)[i]);
}

void
vif_operations_refresh(struct tx *t, struct ref ref)
{
	const struct vif *vif = TX_GET(t, VIF, vif, ref);
	int ops[NVIF];
	struct set all = { .items = ops };

	for (size_t i = 0; vif && i < NVIF; i++)
		if (vif_operation_check(NULL, t, vif, (enum vif_operations)i,
			false) == 0 &&
		    is_offered(vif_rules[i].call))
			ops[all.n++] = (int)i;
	if (vif)
		(void)tx_set(t, CLASS_VIF, ref, FIELD_VIF_allowed_operations,
		    &all);
}

void
vusb_operations_refresh(struct tx *t, struct ref ref)
{
	const struct vusb *vusb = TX_GET(t, VUSB, vusb, ref);
	int ops[NVUSB];
	struct set all = { .items = ops };

	for (size_t i = 0; vusb && i < NVUSB; i++)
		if (vusb_operation_check(NULL, t, vusb,
			(enum vusb_operations)i) == 0 &&
		    is_offered(vusb_rules[i].call))
			ops[all.n++] = (int)i;
	if (vusb)
		(void)tx_set(t, CLASS_VUSB, ref, FIELD_VUSB_allowed_operations,
		    &all);
}

/* A TPM can be destroyed while the VM is suspended, too, but that is not said. */
static void
vtpm_operations_refresh(struct tx *t, struct ref ref)
{
	const struct vtpm *vtpm = TX_GET(t, VTPM, vtpm, ref);
	const struct vm *vm = vtpm ? TX_GET(t, VM, vm, vtpm->VM) : NULL;
	const int destroy = VTPM_OPERATIONS_DESTROY;
	struct set ops = { .items = &destroy };

	if (!vm)
		return;
	ops.n = vm->power_state == VM_POWER_STATE_HALTED;
	(void)tx_set(t, CLASS_VTPM, ref, FIELD_VTPM_allowed_operations, &ops);
}

/* The VM's sets may be made anew by the changes: so one by one. Null: none. */
static struct ref
nth(struct tx *t, struct ref self, size_t set, uint32_t i)
{
	const struct vm *vm = TX_GET(t, VM, vm, self);
	const struct set *all =
	    vm ? (const struct set *)((const char *)vm + set) : NULL;

	return all && i < all->n ? ((const struct ref *)all->items)[i]
				 : REF_NULL;
}

void
device_operations_refresh(struct tx *t, const struct vm *vm, bool disks)
{
	static const struct {
		size_t set; /* of the VM */
		void (*refresh)(struct tx *t, struct ref ref);
	} kinds[] = {
		{ offsetof(struct vm, VIFs), vif_operations_refresh },
		{ offsetof(struct vm, VUSBs), vusb_operations_refresh },
		{ offsetof(struct vm, VTPMs), vtpm_operations_refresh },
	};
	struct ref self = vm->r.self, ref, vdi;

	if (disks)
		vdi_operations_refresh(t, vm->suspend_VDI);
	for (uint32_t i = 0;
	     !ref_is_null(ref = nth(t, self, offsetof(struct vm, VBDs), i));
	     i++) {
		vdi = set_vbd_operations(t, ref);
		if (disks)
			vdi_operations_refresh(t, vdi);
	}
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (uint32_t i = 0;
		     !ref_is_null(ref = nth(t, self, kinds[k].set, i)); i++)
			kinds[k].refresh(t, ref);
}
