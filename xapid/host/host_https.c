/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire has one answer for all addresses: that of this host. For the others
 * of a simulated pool the setting is their record. */
#include "host/host_https.h"

#include "call/edit.h"

bool
host_https_only(const struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);

	if (core->config->https_only != HTTPS_ONLY_AS_STORED)
		return core->config->https_only == HTTPS_ONLY_YES;
	return r && ((const struct host *)r)->https_only;
}

/* Nobody is to lock out all clients by mistake. */
static int
check(struct call *c, bool on)
{
	if (c->core->config->https_only != HTTPS_ONLY_AS_STORED)
		return host_https_only(c->core) == on
		    ? 0
		    : fail_operation_not_allowed(c,
			  "The daemon's configuration has https-only");
	if (on && !c->core->set_https_only)
		return fail_operation_not_allowed(c,
		    "The daemon has no port that speaks TLS");
	return 0;
}

/* Whoever comes last reads what was committed last. */
void
host_https_apply(struct core *core)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	LOCK_SCOPE(&lock);
	if (core->set_https_only)
		core->set_https_only(core, host_https_only(core));
}

/* Ends the transaction; then it holds for whoever comes next. */
static int
change(struct call *c, struct tx *t)
{
	if (call_commit_wait(c, t) < 0)
		return -1;
	host_https_apply(c->core);
	return 0;
}

int
host_set_https_only(struct call *c, const struct host_set_https_only_args *a)
{
	struct tx *t;

	if (check(c, a->value) < 0 || !(t = call_begin(c)))
		return -1;
	TX_SET(t, host, host, a->self, https_only, a->value);
	return change(c, t);
}

int
pool_set_https_only(struct call *c, const struct pool_set_https_only_args *a)
{
	struct tx *t;

	if (check(c, a->value) < 0 || !(t = call_begin(c)))
		return -1;
	edit_every(t, CLASS_host, FIELD_host_https_only, &a->value);
	return change(c, t);
}
