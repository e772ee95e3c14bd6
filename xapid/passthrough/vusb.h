/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What VMs see of the USB devices of their host. */
#ifndef XAPID_VUSB_H
#define XAPID_VUSB_H

#include "call/call.h"

#define VUSB_DEVICE "vusb/" /* and the port: the worker's name of one */

/* Whether the host has the devices of all VUSBs of the VM, free to be given. */
int vusb_check_host(struct call *c, struct tx *t, const struct vm *vm,
    const struct host *host);
/* The device of the host that the VUSB means, held; NULL: there is none. */
const struct pusb *vusb_device(struct db *db, const struct vusb *vusb,
    struct ref host);

#endif
