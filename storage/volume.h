/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Volumes of the driver "file": in the folder of the repository
 *
 *   UUID.raw         all that the guest sees, sparse
 *   UUID.qcow2       the same with a header, maybe only what differs from
 *   base-UUID.qcow2  which is read only, and may have another one below it;
 *                    UUID is that of the copy for which it was split off
 *   UUID.new         a volume that is being made; locked by who makes it
 *   .xapid           says that it is a repository (mark.c)
 *   UUID.scratch     what a guest wrote to a disk that is reset at each start
 *
 * The suffix alone says what a file is: content is never guessed from. Headers
 * of images name only files of this form, in this folder; whatever else one
 * says is not opened. Who changes what refers to what holds the lock of the
 * folder. */
#ifndef XAPID_STORAGE_VOLUME_H
#define XAPID_STORAGE_VOLUME_H

#include <sys/stat.h>

#include "storage/qcow2.h"
#include "storage/storage.h"

#define VOLUME_LAYERS 30 /* the original's limit, too */

enum volume_format { VOLUME_RAW, VOLUME_QCOW2, VOLUME_FORMATS };

struct volume {
	int fd; /* -1: none */
	enum volume_format format;
	const char *name; /* of the file; arena */
	int64_t size, used;
	struct qcow2 head; /* of a qcow2 */
};
#define VOLUME_NONE ((struct volume){ .fd = -1 })
void volume_close(struct volume *v);
#define CLEANUP_VOLUME __attribute__((cleanup(volume_close)))

extern const char *const volume_formats[VOLUME_FORMATS]; /* "raw" … */
/* "image-format" and so on of a request; else what its device_config prefers;
 * else that one. -1, raised: one that is not known here. */
int volume_format_wanted(struct op *op, enum volume_format otherwise);

/* The folder of the request's repository; with lock: held until it is closed.
 * -1, raised. */
int volume_folder(struct op *op, bool lock);
/* What tells an empty repository from the place of one that is not mounted
 * (mark.c). -1 and errno. */
int mark_make(int folder);
/* When one is attached that has none. */
void mark_older(const struct op *op, int folder);
/* -1, raised: all that the core knows of is gone, and the mark with it. */
int mark_check(struct op *op, int folder);
void mark_drop(int folder);
/* The uuid in an argument with something behind it; NULL, raised. */
const char *volume_name(struct op *op, const char *argument,
    const char *suffix);
/* Whether an open file is the one of that name. */
bool volume_has_name(int folder, const char *name, int fd);
/* An errno of a volume's file. -1. */
int volume_fail(struct op *op, const char *argument);

/* The volume that an argument names, and its header. -1, raised. */
int volume_open(struct op *op, int folder, const char *argument, int flags,
    struct volume *v);
/* The same without an error when there is none: 1 there, 0 not, -1 raised. */
int volume_find(struct op *op, int folder, const char *argument, int flags,
    struct volume *v);
/* What is to be known of an open file of that format. */
int volume_look(struct op *op, const char *argument, struct volume *v);
/* location, size, used, format: the answer about a volume. */
int volume_answer(struct op *op, const struct volume *v);

/* Fills a file that is empty; arg: its own. -1: raised, or errno. */
typedef int volume_fill(struct op *op, void *arg, int to);
/* Makes the volume of the argument vdi as UUID.new, filled and synced, then
 * names it, and answers. There already: this was done before somebody died. */
int volume_make(struct op *op, int folder, enum volume_format format,
    volume_fill *fill, void *arg);
/* Puts such a file in the place of the volume that an argument names. */
int volume_replace(struct op *op, int folder, const char *argument,
    enum volume_format format, volume_fill *fill, void *arg);
/* An image without data, on a base ("": none). */
struct overlay {
	int64_t size;
	const char *base;
};
int volume_fill_overlay(struct op *op, void *overlay, int to);

/* The images below one, the nearest first, open to be read. */
struct layers {
	int fd[VOLUME_LAYERS];
	const char *name[VOLUME_LAYERS]; /* arena */
	unsigned n;
	enum volume_format lowest; /* of the last of them */
};
void layers_close(struct layers *l);
#define CLEANUP_LAYERS __attribute__((cleanup(layers_close)))
/* -1, raised: too many, one is missing, or a header that is not to be
 * followed. */
int layers_open(struct op *op, int folder, const struct volume *v,
    struct layers *out_r);

/* Whoever reads or writes an image holds this as long as its files are open,
 * here or where they were given to. A merge of two of them is stopped (merge.c).
 * -1, raised. */
int chain_use(struct op *op, int folder, const struct volume *v,
    const struct layers *below);

/* What a name in a folder is: 'v' a volume, 'b' a base, 'n' one that is being
 * made, 0 anything else. uuid_r may be NULL. */
char volume_kind(const char *name, enum volume_format *format_r,
    char uuid_r[37]);
/* Takes away bases that nothing rests on. The folder is locked. */
int volume_drop_bases(struct op *op, int folder);
/* Takes away what workers left that died while they made a volume. */
void volume_drop_drafts(int folder);

/* ---- disks that are reset at each start (scratch.c); of the argument vdi ----
 */
/* 1 there, 0 not, -1 raised. */
int scratch_find(struct op *op, int folder, struct volume *s);
/* The one to go on with; a new one when there is none, or with "begins" in the
 * request. -1, raised. */
int scratch_open(struct op *op, int folder, const struct volume *disk,
    struct volume *s);
/* The disk becomes the nearest of the layers, and is closed with them. */
int scratch_rest_on(struct op *op, struct volume *disk, struct layers *l);
int scratch_drop(struct op *op, int folder);

/* Raised when a guest that is held has the image, and its server is gone: what
 * that had not written yet is lost, which the guest is told, but nobody who takes
 * the image for what the guest has written. -1 or 0. */
int volume_check_server(struct op *op, const char *argument);

/* Clones and copies (file_copy.c). */
op_fn file_vdi_clone, file_vdi_copy;
op_fn file_vdi_sum; /* file_sum.c */
op_fn file_sr_merge;

#endif
