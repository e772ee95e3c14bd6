/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/lib/daemonless.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "access/auth.h"
#include "access/rbac.h"
#include "call/call_private.h"

static struct ref
add_host(struct db *db)
{
	const struct record *r =
	    record_build(&class_table[CLASS_host], NULL, 0, NULL, NULL);
	struct tx *t = tx_begin(db);
	struct ref host = REF_NULL;

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, r, &host), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	record_unref(r);
	return host;
}

void
daemonless_start(struct daemonless *d, const char *users_file)
{
	struct core_config defaults = {
		.users_file = users_file,
		.max_sessions_per_user = 500,
		.max_sessions_per_originator = 500,
		.session_idle_s = 86400,
	};
	char err[256] = "";
	struct core *core = &d->core;

	if (!d->config.max_sessions_per_user)
		d->config = defaults;
	d->config.users_file = users_file;
	memset(core, 0, sizeof(*core));
	core->config = &d->config;
	core->db = db_open(NULL, err, sizeof(err));
	core->threads = threads_new("test", 4, 1000);
	core->timers = timers_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(core->db);
	CU_ASSERT_PTR_NOT_NULL_FATAL(core->threads);
	CU_ASSERT_PTR_NOT_NULL_FATAL(core->timers);
	core->host = add_host(core->db);
	core->sessions = sessions_new(core);
	CU_ASSERT_PTR_NOT_NULL_FATAL(core->sessions);
	CU_ASSERT_EQUAL_FATAL(rbac_load_roles(core), 0);
	CU_ASSERT_EQUAL_FATAL(auth_open(core, err, sizeof(err)), 0);
}

void
daemonless_stop(struct daemonless *d)
{
	struct core *core = &d->core;

	sessions_stop(core->sessions);
	threads_free(core->threads);
	auth_close(core);
	sessions_free(core->sessions);
	timers_free(core->timers);
	db_close(core->db);
}

struct call *
daemonless_call(struct daemonless *d, const char *method, struct ref session)
{
	struct call *c = call_new(&d->core, arena_new(0));

	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	c->own_arena = true;
	c->method = method_find(method, strlen(method));
	CU_ASSERT_PTR_NOT_NULL_FATAL(c->method);
	if (!ref_is_null(session))
		CU_ASSERT_EQUAL_FATAL(session_attach(c, session), 0);
	return c;
}

void
daemonless_call_free(struct call *c)
{
	call_free(c);
}

const char *
daemonless_error(const struct call *c)
{
	return c->nerror ? c->error[0] : "";
}
