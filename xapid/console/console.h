/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The core's side of consoles: which one a client means, whether it may see
 * it, and the way to xapid-console, which has it. */
#ifndef XAPID_CORE_CONSOLE_H
#define XAPID_CORE_CONSOLE_H

#include "call/http.h"

/* What ref= or uuid= names; records are counted. */
struct console_target {
	const struct vm *vm;
	const struct console *console; /* NULL: the VM has none */
};
void console_target_end(struct console_target *t);
#define CONSOLE_TARGET __attribute__((cleanup(console_target_end)))

/* A console, or a VM (then its screen, else its text console). Consoles of
 * control domains are for those who have the permission HANDLER/host_console
 * too. -1: raised, or answered. */
int console_find(struct http_exchange *x, struct call *c, const char *handler,
    struct console_target *t);
/* Whether it can be seen now: VM_BAD_POWER_STATE, VM_NOT_RESIDENT_HERE. */
int console_check(struct call *c, const struct console_target *t);

/* ---- link.c: blocks ---- */

/* xapid-console runs and has the console of this VM. -1: HANDLE_INVALID of a
 * console is raised, or what the worker said. */
int console_ready(struct call *c, const struct console_target *t);
/* A socket with the console's bytes; -1: raised. */
int console_connect(struct call *c, const struct console_target *t);

/* ---- log.c ---- */

/* What a VM said is forgotten with it. */
void console_forget(struct core *core, const char *vm_uuid);

/* ---- seats.c: who looks on ---- */

#define CONSOLE_SEATS 256 /* on all consoles */
#define CONSOLE_SEATS_PER_USER 64

struct console_seat;
/* NULL: there are too many. Alone: only if nobody else looks at this VM. */
struct console_seat *console_sit(const struct call *c, struct ref vm,
    bool alone);
void console_leave(struct console_seat *s);
CLEANUP_DEFINE(console_leave, struct console_seat *);

#endif
