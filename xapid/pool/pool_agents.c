/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a pool says to the agents in all its guests: they read it from their
 * host's xenstore. */
#include "pool/pool_agents.h"

#include <pthread.h>
#include <string.h>

#include "call/edit.h"
#include "host/host_live.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/text.h"
#include "model/builder.h"
#include "plan/switch.h"

static bool
is_bool(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

/* What agents know, and what may be said to them. */
static const struct agent_key {
	const char *key;
	bool (*ok)(const char *value);
} agent_keys[] = {
	{ "auto_update_enabled", is_bool },
	{ "auto_update_url", text_is_web_url },
};

int
pool_add_to_guest_agent_config(struct call *c,
    const struct pool_add_to_guest_agent_config_args *a)
{
	TX_SCOPE struct tx *t = NULL;
	const struct pool *p;
	bool ok = false;
	const char *pair;

	for (size_t i = 0; i < sizeof(agent_keys) / sizeof(agent_keys[0]); i++)
		if (strcmp(agent_keys[i].key, a->key) == 0)
			ok = agent_keys[i].ok(a->value);
	pair = arena_printf(c->arena, "%s = %s", a->key, a->value);
	if (!ok)
		return fail_invalid_value(c, "guest_agent_config",
		    pair ? pair : a->key);
	t = call_begin(c);
	if (!t || !(p = EDIT_HEAD(c, t, pool, pool, a->self)))
		return -1;
	if (builder_find(&p->guest_agent_config, a->key))
		return fail_map_duplicate_key(c, "pool", "guest_agent_config",
		    call_ref_text(c, a->self), a->key);
	(void)tx_map_put(t, CLASS_pool, a->self, FIELD_pool_guest_agent_config,
	    a->key, a->value);
	if (call_commit_wait(c, STEAL(t)) < 0)
		return -1;
	pool_agents_tell(c->core);
	return 0;
}

int
pool_remove_from_guest_agent_config(struct call *c,
    const struct pool_remove_from_guest_agent_config_args *a)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	(void)tx_map_remove(t, CLASS_pool, a->self,
	    FIELD_pool_guest_agent_config, a->key);
	if (call_commit_wait(c, t) < 0)
		return -1;
	pool_agents_tell(c->core);
	return 0;
}

/* ---- telling it ---- */

static struct value_member
said(const char *name, const struct pool *pool, const char *key)
{
	const char *value = builder_find(&pool->guest_agent_config, key);

	return (struct value_member){ name, value_of_text(value ? value : "") };
}

/* What is read first is told first: the last change is what stays. -1: err. */
static int
tell(struct core *core, struct arena *a, char *err, size_t errlen)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	LOCK_SCOPE(&turn);
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_pool, core->pool);
	const struct pool *pool = (const struct pool *)r;
	struct value reply;

	if (!r)
		return 0;
	const struct value_member m[] = {
		{ "op", value_of_text("guest_agents") },
		{ "uuid", value_of_text("") },
		said("update_enabled", pool, "auto_update_enabled"),
		said("update_url", pool, "auto_update_url"),
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = sizeof(m) / sizeof(m[0]),
		.members = m };

	return switch_ask(core->switchboard, PLAN_DOMAIN, a, &body, &reply, err,
	    errlen);
}

void
pool_agents_tell(struct core *core)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	char err[256] = "out of memory";

	if (!a || tell(core, a, err, sizeof(err)) < 0)
		log_err("guest agents are not told of the pool's settings, "
			"but when the daemon starts again: %s",
		    err);
}

int
host_apply_guest_agent_config(struct call *c,
    const struct host_apply_guest_agent_config_args *a)
{
	char err[256];

	if (host_check_live(c, a->host) < 0)
		return -1;
	if (tell(c->core, c->arena, err, sizeof(err)) == 0)
		return 0;
	log_err("domain worker, guest_agents: %s", err);
	return fail_internal_error(c, arena_printf(c->arena, "%s", err));
}
