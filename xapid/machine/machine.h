/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of a real machine: its clock, zone, time servers, log, secure shell
 * and storage initiator, as Linux systems keep them, and its processors. */
#ifndef XAPID_MACHINE_H
#define XAPID_MACHINE_H

#include <stdint.h>

struct machine {
	const char *root; /* "" or, in tests, a folder that stands for / */
	/* Runs a program of the system to its end: 0, or -1. */
	int (*run)(const char *const argv[]);
	int (*set_clock)(int64_t sec);
};

/* words: the name of a setting and its parameters, NULL at the end. An exit
 * status as in machine_program.h; the reason, or the answer, is printed. */
int machine_set(const struct machine *m, const char *const words[]);

#endif
