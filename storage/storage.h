/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage drivers, inside the worker process xapid-storage only. An SR is a
 * place, a volume (VDI) is named in it by its uuid. Every operation is plain,
 * synchronous and repeatable (xapid/worker/op.h); op->uuid is the SR's.
 *
 * Arguments of all: driver, device_config {}; of those about a volume: vdi
 * (uuid). A NULL function means "cannot": SR_OPERATION_NOT_SUPPORTED. */
#ifndef XAPID_STORAGE_H
#define XAPID_STORAGE_H

#include <dirent.h>

#include "lib/sandbox.h"
#include "worker/op.h"

struct sr_driver {
	const char *name; /* SR.type */
	/* What could be one: at device_config.location, or anywhere. result:
	 * found [ "TOTAL FREE VOLUMES LOCATION" ] (bytes, bytes, count) */
	op_fn *sr_probe;
	op_fn *sr_create; /* an empty one */
	op_fn *sr_attach; /* makes it usable; result: that of sr_stat */
	op_fn *sr_detach;
	op_fn *sr_destroy; /* an SR without volumes */
	op_fn *sr_stat;    /* result: size, used (bytes; -1: unknown) */
	/* result: volumes [ "SIZE USED RO FORMAT UUID LOCATION" ] (bytes; 0 or
	 * 1; - where there is none); nil: what is known already. All of them,
	 * or an error: what is not in it is taken for gone. */
	op_fn *sr_scan;
	/* Ends chains that are longer than they need be, as far as nobody uses
	 * them. result: merged (a count). */
	op_fn *sr_merge;
	op_fn *vdi_create; /* size; result: location, size (rounded up), used */
	op_fn *vdi_destroy;
	op_fn *vdi_resize; /* size: grows; result as vdi_create */
	op_fn *vdi_stat;   /* result as vdi_create */
	/* source (uuid in the same SR): a copy as it is now; in_use (1: a guest
	 * may be writing to it: of one moment, or not at all); held (1: a guest
	 * that has it writes nothing at present). As vdi_create. */
	op_fn *vdi_clone;
	op_fn *vdi_snapshot;
	/* source, source_config {} of its SR and source_driver: a full copy from
	 * another SR; reports progress. As vdi_create. */
	op_fn *vdi_copy;
	/* location, mode ("RO", "RW"); on_boot ("reset": what is written is not
	 * kept), begins (1: what was written before goes). result: path,
	 * format, served (what the kernel calls a device that serves an image):
	 * for the domain worker. */
	op_fn *vdi_attach;
	/* ends (1: what was written to a disk that is reset goes); user_class,
	 * user: whose device it is, for the error when it does not
	 * let go: DEVICE_DETACH_TIMEOUT. */
	op_fn *vdi_detach;
	/* What a guest that is held has written to it is durable, or an error:
	 * of one whose server has died, too. */
	op_fn *vdi_settle;
	/* result: sum: the same text for volumes with the same content. */
	op_fn *vdi_sum;
};

extern const struct sr_driver sr_file, sr_iso, sr_simulator;

/* ---- lists of volumes (place.c) ---- */

#define MAX_VOLUMES 100000 /* of one repository */

/* What sr_scan answers, while it is gathered. */
struct volume_list {
	struct op *op;
	struct value *items;
	uint32_t n, cap;
};
/* format, uuid: NULL when there is none. -1: raised. */
int volume_list_add(struct volume_list *l, int64_t size, int64_t used,
    bool read_only, const char *format, const char *uuid, const char *location);
int volume_list_answer(const struct volume_list *l);

/* ---- paths (place.c) ---- */

/* Opens the folder device_config.location, which must lie below one of the
 * allowed roots without any link on the way; with make it is made. A
 * descriptor, or -1, raised. */
int place_open(struct op *op, const struct value *config, bool make);
/* SR_BACKEND_FAILURE with errno as status and its words on stderr. -1. */
int place_fail(struct op *op, const char *what);
/* Opens a plain file of the folder. -1 and errno. */
int place_file(int folder, const char *name, int flags);
/* Why place_file did not open it: it is gone, or a link or a socket, which no
 * volume is. Otherwise it may be one. */
bool place_is_no_file(int error);
/* The entries of a folder that is open, for closedir. NULL and errno. */
DIR *place_list(int folder);
/* The next entry of a folder. NULL: that was all, or *rc_r is -1, with errno:
 * who takes half a list for the whole takes what is there for gone. */
struct dirent *place_next(DIR *dir, int *rc_r);
/* Makes the roots that are ours, where they are missing: a sandbox that knows
 * nothing of one keeps it out of reach. */
void place_prepare(void);
/* The roots, for a sandbox: how many. */
size_t place_paths(struct sandbox_path *paths, size_t max);
/* Each root that there is, open. Ends with the first that is not 0. */
int place_each_root(int (*fn)(void *arg, int root, const char *path),
    void *arg);
/* The answer of sr_probe; which names are volumes is the driver's (probe.c). */
typedef bool place_counts_fn(const char *name);
int place_probe(struct op *op, place_counts_fn *counts);
/* Other roots, NULL at the end, for tests; NULL: the usual ones. */
void place_set_roots(const char *const *list);
/* The folder's path in the arena, or NULL, raised. */
const char *place_path(struct op *op, const struct value *config);

#endif
