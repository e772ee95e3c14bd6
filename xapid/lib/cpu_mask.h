/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processors of its host a virtual one may run on, as VCPUs_params say
 * it: "0,1,5" for all virtual processors, or "0,1;2,3" with a list for each,
 * where those that have none get the first. */
#ifndef XAPID_LIB_CPU_MASK_H
#define XAPID_LIB_CPU_MASK_H

#include <stdbool.h>
#include <stdint.h>

#define CPU_MASK_CPUS 1024u

struct cpu_mask {
	uint64_t bits[CPU_MASK_CPUS / 64];
};

/* Whether all of the text is lists of processors, none of them empty. */
bool cpu_mask_is_valid(const char *text);
/* The list for one virtual processor, of a valid text. */
void cpu_mask_read(const char *text, unsigned vcpu, struct cpu_mask *out);
/* What is in both. */
void cpu_mask_cut(struct cpu_mask *m, const struct cpu_mask *with);
bool cpu_mask_has(const struct cpu_mask *m, unsigned cpu);

#endif
