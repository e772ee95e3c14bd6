/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XAPID_VM_START_RECORD_H
#define XAPID_VM_START_RECORD_H

#include "call/core.h"

/* In t: what a VM is and has once it starts on that host: firmware's strings,
 * emulator, secure boot, processors. */
int vm_record_start(struct core *core, struct tx *t, struct ref vm,
    struct ref host);
/* Also of one that is resumed: whether it is to be kept running. */
int vm_record_kept_running(struct tx *t, struct ref vm);

#endif
