/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/cpu_mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One number and what is behind it; NULL: there is none. */
static const char *
read_cpu(const char *at, struct cpu_mask *out)
{
	unsigned long cpu;
	char *end;

	at += strspn(at, " ");
	if (!isdigit((unsigned char)*at))
		return NULL;
	cpu = strtoul(at, &end, 10);
	if (cpu >= CPU_MASK_CPUS)
		return NULL;
	out->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
	return end + strspn(end, " ");
}

/* A list up to its end or ';'; NULL: it is none. */
static const char *
read_list(const char *at, struct cpu_mask *out)
{
	*out = (struct cpu_mask){ { 0 } };
	for (;;) {
		at = read_cpu(at, out);
		if (!at || *at == '\0' || *at == ';')
			return at;
		if (*at++ != ',')
			return NULL;
	}
}

bool
cpu_mask_is_valid(const char *text)
{
	struct cpu_mask m;

	while ((text = read_list(text, &m)) && *text == ';')
		text++;
	return text != NULL;
}

void
cpu_mask_read(const char *text, unsigned vcpu, struct cpu_mask *out)
{
	const char *at = text;

	for (unsigned i = 0; i < vcpu; i++) {
		const char *next = strchr(at, ';');

		if (!next) { /* fewer parts than processors */
			at = text;
			break;
		}
		at = next + 1;
	}
	if (!read_list(at, out))
		*out = (struct cpu_mask){ { 0 } };
}

void
cpu_mask_cut(struct cpu_mask *m, const struct cpu_mask *with)
{
	for (unsigned i = 0; i < CPU_MASK_CPUS / 64; i++)
		m->bits[i] &= with->bits[i];
}

bool
cpu_mask_has(const struct cpu_mask *m, unsigned cpu)
{
	return cpu < CPU_MASK_CPUS && m->bits[cpu / 64] >> cpu % 64 & 1;
}
