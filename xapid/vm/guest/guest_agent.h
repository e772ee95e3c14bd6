/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests tell about themselves: xenstore values of their agents become
 * VM_guest_metrics (source: guest-agent.json). A guest may write what it likes,
 * so everything is bounded: number and length of keys, length of values, all
 * bytes of one guest together, and how often it is listened to; text is made
 * clean UTF-8. */
#ifndef XAPID_GUEST_AGENT_H
#define XAPID_GUEST_AGENT_H

#include "call/core.h"

#define GUEST_KEYS 256         /* values of one guest that are looked at */
#define GUEST_KEY_BYTES 128    /* longer paths are not looked at */
#define GUEST_VALUE_BYTES 1024 /* longer values are cut */
#define GUEST_BYTES (64 * 1024)
#define GUEST_PAUSE_MS 250 /* between two reports of one guest */

/* A report as the records will have it; arena memory. */
struct guest_report {
	struct map os_version, netbios_name, PV_drivers_version, networks;
	struct map other, services;
	struct map vm_data;    /* for VM.xenstore_data; only where n > 0 */
	const char *device_id; /* for VM.platform; NULL: not told */
	enum tristate_type can_use_hotplug_vbd, can_use_hotplug_vif;
	bool has_drivers;
};

/* values: a struct, xenstore path below the domain -> text; all that the guest
 * has written, not only what is new. -1: no memory. */
int guest_agent_read(struct arena *a, const struct value *values,
    struct guest_report *out_r);

/* A guest has written something. On any thread that may take the writer's
 * turn; a guest that writes too often is heard later, with its last words. */
void guest_agent_told(struct core *core, const char *uuid,
    const struct value *values);
/* The same in a transaction that there is, at once; without values: what it has
 * told and waits to be heard, if anything. */
void guest_agent_told_in(struct tx *t, struct ref vm,
    const struct value *values);

#endif
