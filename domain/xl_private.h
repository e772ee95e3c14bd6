/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small things that the files of the libxl backend share. */
#ifndef XAPID_DOMAIN_XL_PRIVATE_H
#define XAPID_DOMAIN_XL_PRIVATE_H

#include "domain/xl.h"

/* In the place of hotplug scripts: what they do is done here. */
#define XL_NO_SCRIPT "/bin/true"
#define XC_PAGE_BYTES 4096 /* of libxl_physinfo, on x86 */

/* The devid of a block device's name ("xvda", "hdc"); -1: no such name. */
int xl_disk_devid(const char *vdev);

#endif
