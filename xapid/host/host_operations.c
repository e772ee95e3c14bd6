/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of the rules: lifecycle.json, object_rules of class host) */
#include "host/host_operations.h"

#include <string.h>

static bool
is_down(struct tx *t, const struct host *h)
{
	const struct host_metrics *m =
	    TX_GET(t, host_metrics, host_metrics, h->metrics);

	return !m || !m->live;
}

enum needs { ANY = 0, DISABLED = 1, POWER_ON = 2 };

static const struct rule {
	enum host_allowed_operations op;
	const char *call;
	int needs;
} rules[] = {
	{ HOST_ALLOWED_OPERATIONS_PROVISION, "VM.provision", ANY },
	{ HOST_ALLOWED_OPERATIONS_EVACUATE, "host.evacuate", ANY },
	{ HOST_ALLOWED_OPERATIONS_SHUTDOWN, "host.shutdown", DISABLED },
	{ HOST_ALLOWED_OPERATIONS_REBOOT, "host.reboot", DISABLED },
	{ HOST_ALLOWED_OPERATIONS_POWER_ON, "host.power_on", POWER_ON },
	{ HOST_ALLOWED_OPERATIONS_VM_START, "VM.start", ANY },
	{ HOST_ALLOWED_OPERATIONS_VM_RESUME, "VM.resume", ANY },
	{ HOST_ALLOWED_OPERATIONS_VM_MIGRATE, "VM.pool_migrate", ANY },
	{ HOST_ALLOWED_OPERATIONS_APPLY_UPDATES, "host.apply_updates",
	    DISABLED },
	{ HOST_ALLOWED_OPERATIONS_ENABLE, "host.enable", ANY },
};

#define NRULES (sizeof(rules) / sizeof(rules[0]))

static bool
is_allowed(struct tx *t, const struct host *h, const struct rule *rule)
{
	if (!method_is_written(rule->call))
		return false;
	if (rule->needs == DISABLED)
		return !h->enabled;
	if (rule->needs == POWER_ON)
		return h->power_on_mode[0] && is_down(t, h);
	return true;
}

void
host_operations_update(struct tx *t, struct ref host)
{
	const struct host *h = TX_GET(t, host, host, host);
	enum host_allowed_operations ops[NRULES];
	struct set allowed = { .items = ops };

	for (size_t i = 0; h && i < NRULES; i++)
		if (is_allowed(t, h, &rules[i]))
			ops[allowed.n++] = rules[i].op;
	if (h)
		TX_SET(t, host, host, host, allowed_operations, allowed);
}

static int
update_one(const struct record *r, void *t)
{
	host_operations_update(t, r->self);
	return 0;
}

int
host_operations_start(struct db *db)
{
	struct tx *t = tx_begin(db);

	if (!t)
		return -1;
	(void)tx_each(t, CLASS_host, update_one, t);
	return tx_commit_wait(t, NULL);
}
