/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Positions of disks and interfaces in a VM. */
#ifndef XAPID_VM_DEVICES_H
#define XAPID_VM_DEVICES_H

#include "call/call.h"

/* The bus, disk and partition that a name of a block device means: "3", "xvdd",
 * "hdd" and "sdd" mean disk 3, "xvda2" and "d0p2" a partition of disk 0, "fda"
 * a floppy. (source: lifecycle.json vbd_devices) */
struct vbd_position {
	bool floppy;
	unsigned disk, partition; /* partition 0: the whole disk */
};
/* False for any other text. */
bool vbd_position_parse(const char *name, struct vbd_position *out);
bool vbd_position_equal(const struct vbd_position *a,
    const struct vbd_position *b);
/* Whether some VBD of the VM but one stands there, by its device or userdevice. */
bool vbd_position_taken(struct tx *t, const struct vm *vm,
    const struct vbd_position *p, struct ref but);
/* How many positions VBDs of this VM can have. */
unsigned vbd_positions(const struct vm *vm);

/* An interface number: unsigned decimal. */
bool vif_device_parse(const char *text, unsigned *out);
bool vif_device_taken(struct tx *t, const struct vm *vm, unsigned device);
#define VIF_DEVICES 16 /* that get_allowed_VIF_devices offers */

/* Destroys what belongs to the device alone. */
int vbd_destroy_row(struct tx *t, struct ref vbd);
int vif_destroy_row(struct tx *t, struct ref vif);

#endif
