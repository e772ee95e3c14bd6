/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What qemu-img does with images, one at a time: the worker looks on, tells how
 * far it is, and has it ended when nobody wants it any more. It ends with the
 * helper. */
#ifndef XAPID_STORAGE_JOB_H
#define XAPID_STORAGE_JOB_H

#include "storage/helper.h"

#define JOB_FDS 3 /* for words, the target, the image; then those below it */

#define JOB_WORDS 512

/* ---- for the worker ---- */

/* All that a volume holds into the file `to`: raw and empty of that size, or an
 * image without data. -1, raised. */
int job_convert(struct op *op, const struct volume *from,
    const struct layers *below, enum volume_format format, int to);

/* What an image holds into the one below it. Ends when give_up() says so. 1
 * done, 0 given up, -1 raised. */
int job_commit(struct op *op, const struct volume *v,
    const struct layers *below, bool (*give_up)(void *arg), void *arg);

/* Has the helper start something, and listens until it has ended: the status,
 * as from waitpid, and its last words. -1, raised. The words' end is fds[0],
 * and closed. */
int job_run(struct op *op, struct helper_request *r, const int *fds,
    unsigned nfds, int in, char words_r[JOB_WORDS]);

/* ---- for the helper ---- */

/* -1 and errno. */
int job_start(const struct helper_request *r, const int *fds);
int job_end(bool kill_it, int *status_r);

#endif
