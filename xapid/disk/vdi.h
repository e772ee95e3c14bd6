/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VDI_H
#define XAPID_VDI_H

#include "call/call.h"

/* Removes the record of a disk, not the disk: drives that held it are empty
 * then, other devices of VMs for it go too. -1: no memory. */
int vdi_forget_row(struct call *c, struct tx *t, struct ref vdi);

#endif
