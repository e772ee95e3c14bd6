/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the steps of the plans of vm_power.c do: functions of plan.h's struct
 * step. "send" asks a worker, "undo" asks for it to be taken back, "apply" and
 * what has no such ending changes records. */
#ifndef XAPID_VM_POWER_STEPS_H
#define XAPID_VM_POWER_STEPS_H

#include "plan/plan.h"

/* The VM of the plan; NULL: HANDLE_INVALID raised. */
const struct vm *power_vm(struct plan *p, struct tx *t);

/* The VM as published, with a reference for the caller; a plan's object does not
 * change under it but by the plan's own steps. NULL: raised. */
const struct vm *power_published(struct plan *p);
/* Asks the domain worker for an operation of the VM without arguments. */
int power_ask(struct plan *p, const char *op);
/* Whether the plan's operation begins so ("resume" is also "resume_on"). */
bool power_is(const struct plan *p, const char *begin);

/* ---- vm_power_place.c ---- */

/* Whether it may begin; a start is told here which host it may take. */
int power_start_check(struct plan *p, struct tx *t);
int power_resume_check(struct plan *p, struct tx *t);
int power_reboot_check(struct plan *p, struct tx *t);

/* A place on a host, for the VM until it leaves it. */
int power_place(struct plan *p, struct tx *t);
int power_unplace(struct plan *p, struct tx *t);

/* ---- vm_power_build.c ---- */

/* Its disks, attached to the host. */
int power_disks_send(struct plan *p);
int power_disks_undo(struct plan *p);
/* The same for a VM that has ended, with what its worker still keeps. */
int power_let_go_send(struct plan *p);
/* Their images are used no more. */
int power_disks_gone(struct plan *p, struct tx *t);
/* For finish: nothing of a VM that has ended has a disk any more. */
void power_disks_free(struct plan *p, struct tx *t);

/* Its domain, from nothing or from its image, and the end of it. */
int power_build_send(struct plan *p);
int power_resume_send(struct plan *p);
int power_build_apply(struct plan *p, struct tx *t);
int power_destroy_send(struct plan *p);
int power_end_send(struct plan *p);
int power_teardown(struct plan *p, struct tx *t);
int power_leave_host(struct plan *p, struct tx *t);

/* Its interfaces on their bridges; then all devices connected. */
int power_join_send(struct plan *p);
int power_join_undo(struct plan *p);
int power_connect_send(struct plan *p);
int power_connect_apply(struct plan *p, struct tx *t);

/* ---- vm_power_steps.c ---- */

/* A domain that runs, stops, or begins again. */
int power_run_send(struct plan *p);
int power_run_apply(struct plan *p, struct tx *t);
int power_shutdown_send(struct plan *p);
int power_shutdown_or_end_send(struct plan *p);
int power_halt_apply(struct plan *p, struct tx *t);
/* The same where its disks are still to be let go of. */
int power_end_apply(struct plan *p, struct tx *t);
int power_reboot_apply(struct plan *p, struct tx *t);
int power_reboot_undo(struct plan *p);
int power_reboot_undone(struct plan *p, struct tx *t);
int power_pause_send(struct plan *p);
int power_pause_apply(struct plan *p, struct tx *t);
int power_unpause_send(struct plan *p);
int power_unpause_apply(struct plan *p, struct tx *t);

/* The VM's delay, which begins with its new state: waited for here, or told to
 * a parent that waits (vm_power.h). */
int power_delay_send(struct plan *p);
void power_delay_tell(struct plan *p);

#endif
