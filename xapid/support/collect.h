/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What supporters ask for: logs and facts of the host, as an archive. Bounded
 * in size and time, and without secrets. */
#ifndef XAPID_COLLECT_H
#define XAPID_COLLECT_H

#include "call/call.h"
#include "lib/bytes.h"

/* What can be collected, as XML for clients that offer a choice. */
void collect_capabilities(struct bytes *xml);

/* As the query of /system-status names them. */
enum collect_format {
	COLLECT_TAR,
	COLLECT_TAR_BZ2,
	COLLECT_TAR_GZ,
	COLLECT_ZIP
};

/* entries: keys separated by commas, NULL for all; logs_only: of these only
 * the logs. The archive goes out through write (0, or -1 when nobody listens
 * any more). -1: it broke off. */
int collect_archive(struct call *c, const char *entries, bool logs_only,
    enum collect_format format,
    int (*write)(void *arg, const void *buf, size_t len), void *arg);

#endif
