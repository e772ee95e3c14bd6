/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a virtual TPM, and what it may do: nothing but read and write
 * in its folder and talk with who asks it. */
#ifndef XAPID_DOMAIN_SWTPM_PROCESS_H
#define XAPID_DOMAIN_SWTPM_PROCESS_H

#include <stddef.h>
#include <stdint.h>

struct swtpm_data {
	uint8_t *p;
	size_t len;
};

struct swtpm_process {
	const char *program;     /* NULL: ENOENT */
	const char *folder;      /* which is there, and empty */
	const char *socket;      /* is made */
	struct swtpm_data state; /* nothing: a new one */
	int lock;                /* it is to hold, and to write its number to */
};

/* It is no child of this process, and lives on without it. -1 and errno. */
int swtpm_process_start(const struct swtpm_process *p);

#endif
