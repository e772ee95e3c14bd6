/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/host_live.h"

bool
host_is_live(struct db *db, const struct host *h)
{
	RECORD_UNREF const struct record *m =
	    db_get(db, CLASS_host_metrics, h->metrics);

	return m && ((const struct host_metrics *)m)->live;
}

int
host_check_live(struct call *c, struct ref host)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_host, host);

	if (!r)
		return -1;
	return host_is_live(c->db, (const struct host *)r)
	    ? 0
	    : fail_host_offline(c, call_ref_text(c, host));
}
