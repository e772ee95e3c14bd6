/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs: each is a process of swtpm, which QEMU asks over a socket. What
 * it knows is a file, in the form that the original keeps in its database (base64
 * of swtpm's linear store): it is made from there before the guest starts, and
 * read when the guest has ended. The process ends with QEMU; nothing of it is
 * remembered but a lock that it holds, so any worker finds it again. */
#ifndef XAPID_DOMAIN_SWTPM_H
#define XAPID_DOMAIN_SWTPM_H

#include "worker/op.h"

#define SWTPM_STATE_MAX ((size_t)768 << 10)

/* Its path; NULL: it is not installed. */
const char *swtpm_program(void);
/* Where QEMU reaches the one of the VM; NULL: raised. */
const char *swtpm_socket(struct op *op, const char *state_dir);
/* A process with these contents, "" for a new TPM, in the place of any that is
 * left of the VM's. -1: raised. */
int swtpm_start(struct op *op, const char *state_dir, const char *contents);
/* Whether it lives. */
bool swtpm_lives(struct op *op, const char *state_dir);
/* Ends it; patience_ms is for one whose QEMU has just gone. -1: raised. */
int swtpm_end(struct op *op, const char *state_dir, int patience_ms);
/* What it knows, in the arena, also while it lives; NULL: there is none here.
 * -1: raised. */
int swtpm_contents(struct op *op, const char *state_dir,
    const char **contents_r);
/* Ends it and forgets what it knows. -1: raised. */
int swtpm_forget(struct op *op, const char *state_dir);

#endif
