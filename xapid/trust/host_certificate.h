/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of the certificate that this host shows to clients. */
#ifndef XAPID_HOST_CERTIFICATE_H
#define XAPID_HOST_CERTIFICATE_H

#include "call/core.h"

/* Makes the Certificate record of this host say what the file
 * core->certificate says; no file, no record. To be called at start and after
 * the file has changed. -1: no memory or refused by the database; a file that
 * cannot be read is logged and leaves the record as it was. */
int host_certificate_refresh(struct core *core);

#endif
