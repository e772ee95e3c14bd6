/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests of plans to the storage worker, and what every operation on storage
 * checks first. */
#ifndef XAPID_STORAGE_CORE_H
#define XAPID_STORAGE_CORE_H

#include "plan/plan.h"

/* A request about an SR: its driver and the configuration of a PBD are added.
 * "name", "value" pairs as plan_send takes them; NULL at the end. */
int storage_send(struct plan *p, plan_reply_fn *reply, struct ref sr,
    const char *op, ...) __attribute__((sentinel));
/* A request that is about none yet: to a driver, with a configuration. */
int storage_send_to_driver(struct plan *p, plan_reply_fn *reply,
    const char *driver, const struct value_member *config, uint32_t n,
    const char *op);
/* The same with the configuration of another SR as source_driver and
 * source_config. */
int storage_send_from(struct plan *p, plan_reply_fn *reply, struct ref sr,
    struct ref source_sr, const char *op, ...) __attribute__((sentinel));

/* Whether the SR has an attached PBD and its driver the feature ("VDI_CREATE");
 * NULL: any driver. -1: raised. (source: lifecycle.json object_rules) */
int storage_check(struct call *c, struct tx *t, struct ref sr,
    const char *feature);
/* An integer of an answer as a note (plan_arg_int). For plan_reply_fn. */
int storage_note(struct plan *p, const struct value *answer);

/* What is noted as size and used (-1: not known), into the SR's row. */
int storage_set_sizes(struct plan *p, struct tx *t, struct ref sr);

/* The type of an SR as its driver writes it, in the arena. NULL:
 * SR_UNKNOWN_DRIVER raised, or no memory. */
const char *sr_driver(struct call *c, struct tx *t, const char *type);

/* At the start of a real host: attaches every repository it has a PBD for. One
 * that cannot be stays detached; the log says why. */
int sr_plug_all(struct core *core);

/* The plans of this folder; NULL at the end. */
extern const struct plan_kind *const vdi_kinds[];

/* ---- vdi_checksum.c ---- */
extern const struct plan_kind *const vdi_checksum_kinds[];
/* One of them, which must be there ("VDI.clone"), as a part of a plan about a
 * VM. What it made is told to the parent as "made:" and the disk it was made
 * of. */
const struct plan_kind *vdi_kind(const char *name);
/* An SR holds this much more (negative: less), in bytes. */
void storage_account(struct tx *t, struct ref sr, int64_t allocated,
    int64_t used);
/* The row of a disk whose volume is gone goes, and its SR counts it no more. */
int vdi_take_out(struct plan *p, struct tx *t, struct ref vdi);
extern const struct plan_kind *const sr_kinds[];
extern const struct plan_kind pbd_plug_kind; /* of those */
/* In apply or finish: chains of images that are longer than they need be are
 * shortened next, when there are images. */
int sr_merge_then(struct plan *p, struct tx *t, struct ref sr);
/* Whether a disk is an image that may rest on others. */
bool sr_is_image(const struct vdi *vdi);
extern const struct plan_kind *const sr_merge_kinds[];
extern const struct plan_kind *const vdi_migrate_kinds[];
extern const struct plan_kind sr_probe_kind, sr_probe_ext_kind;

#endif
