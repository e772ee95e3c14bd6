/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VM's records as the domain worker is told of them: the arguments of create
 * and of plug (domain/domain.h). */
#ifndef XAPID_VM_DOMAIN_ARGS_H
#define XAPID_VM_DOMAIN_ARGS_H

#include "call/call.h"

/* Where the data of a disk is, for the domain worker. */
struct disk_source {
	const char *path;   /* "" where there is nothing to open */
	const char *format; /* "raw", "qcow2", "empty" */
	const char *served; /* what a device must serve; "": anything */
	/* What was taken out of the disk that the VM boots from; "": nothing. */
	const char *kernel, *ramdisk;
};
/* NULL: the disks have no data (simulated domains). */
typedef struct disk_source disk_source_fn(void *arg, struct ref vbd);

/* Operation op ("create", "resume") with all arguments, in the arena. Reads
 * what is published. -1: no memory. */
int vm_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const char *op, disk_source_fn *source, void *arg, struct value *body_r);
/* Operation op ("plug") with the device and its description. */
int vbd_domain_args(struct arena *a, const struct vm *vm, const struct vbd *vbd,
    const char *op, struct disk_source source, struct value *body_r);
int vif_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const struct vif *vif, const char *op, struct value *body_r);

/* Operations set_scheduling, by VCPUs_params, and set_shadow. */
#define VM_WEIGHT_MAX 65535
int vm_scheduling_args(struct arena *a, struct db *db, const struct vm *vm,
    struct value *body_r);
int vm_shadow_args(struct arena *a, const struct vm *vm, double multiplier,
    struct value *body_r);

/* Operation xenstore_write with what the guest sees of VM.xenstore_data. */
int vm_xenstore_args(struct arena *a, const struct vm *vm,
    struct value *body_r);

/* "vbd/0", "vif/0"; "" for a device whose place is no place. */
const char *vbd_device_name(struct arena *a, const struct vbd *vbd);
/* net NULL: its default is to let pass. */
enum vif_locking_mode vif_effective_locking(const struct vif *vif,
    const struct network *net);
const char *vif_device_name(struct arena *a, const struct vif *vif);
/* "vusb/1-2.4", by the port of its host. */
const char *vusb_device_name(struct arena *a, const struct pusb *pusb);
/* The name that the domain worker knows a disk by: "hda". */
const char *vbd_virtual_name(struct arena *a, const struct vm *vm,
    const struct vbd *vbd);
/* The name that VBD.device shows while it is attached: "xvda". */
const char *vbd_guest_name(struct arena *a, const struct vbd *vbd);

/* Whether a key of VM.xenstore_data is written for the guest, and can be. */
bool vm_is_guest_key(const char *key);

#endif
