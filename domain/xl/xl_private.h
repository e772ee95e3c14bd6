/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small things that the files of the libxl backend share. */
#ifndef XAPID_DOMAIN_XL_PRIVATE_H
#define XAPID_DOMAIN_XL_PRIVATE_H

#include <pthread.h>

#include "domain/xl/xl.h"

/* In the place of hotplug scripts: what they do is done here. */
#define XL_NO_SCRIPT "/bin/true"
#define XC_PAGE_BYTES 4096 /* of libxl_physinfo, on x86 */

/* ---- xl_meter.c: how far an image is ---- */

struct xl_meter {
	const struct op *op; /* who is told */
	int fd;              /* the image's, which libxl reads or writes */
	int64_t bytes;       /* that it will have, about */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool runs, over;
};

/* Until xl_meter_stop, from a thread of its own. That there is none, for want
 * of memory, is no error. */
void xl_meter_start(struct xl_meter *m, const struct op *op, int fd,
    int64_t bytes);
void xl_meter_stop(struct xl_meter *m);

/* ---- xl_script.c ---- */

/* Lets a guest say what its agent can. */
int xl_open_features(struct xl *x, struct op *op, uint32_t domid);

/* The devid of a block device's name ("xvda", "hdc"); -1: no such name. */
int xl_disk_devid(const char *vdev);

/* More arguments for the device model. -1: raised. */
int xl_add_arguments(struct op *op, libxl_domain_config *config,
    const char *const *items, size_t n);

#endif
