/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a machine, real or simulated: the source of the fields of
 * host, host_cpu and host_metrics that describe it. */
#ifndef XAPID_HOST_FACTS_H
#define XAPID_HOST_FACTS_H

#include "model/builder.h"

struct cpu_facts {
	unsigned count, sockets, threads_per_core, nodes; /* count: threads */
	const char *vendor, *modelname, *speed; /* speed: MHz, "2994.374" */
	const char *family, *model, *stepping, *flags;
	/* Words of CPUID as Xen levels them, hexadecimal with dashes; "" where
	 * nobody can know without Xen. */
	const char *features_pv, *features_hvm;
};

/* Strings are never NULL; "" is unknown. */
struct host_facts {
	const char *hostname, *linux_version, *xen_version;
	const char *backend;         /* "simulator" or "libxl" */
	const char *network_backend; /* "bridge" or "openvswitch" */
	const char *sched_policy;
	const char *timezone; /* "Europe/Paris" */
	struct cpu_facts cpu;
	struct set capabilities; /* kinds of guests, as Xen says them */
	struct map bios_strings;
	int64_t memory_total, memory_overhead; /* bytes */
	int64_t boot_time;                     /* seconds since 1970 */
	bool iommu;
};

/* Of the machine whose /proc and /sys stand below root ("" for this one).
 * Memory is what this kernel has: in a control domain its own share. What
 * cannot be read stays unknown. */
void host_facts_read(const char *root, struct builder *b,
    struct host_facts *out);

/* Keys of host.bios_strings, NULL-terminated. */
extern const char *const host_facts_bios_keys[];

#endif
