/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of the pool that other parts follow: updates, telemetry. */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "model/builder.h"

#define DAY INT64_C(86400)

/* ---- secrets that a field of the pool points at ---- */

/* A new secret in the place of the one that field names; value "" makes the
 * field null. */
static void
replace_secret(struct tx *t, struct ref pool, int field, const char *value)
{
	const struct record *p = tx_get(t, CLASS_pool, pool);
	struct ref old, new_secret = REF_NULL;
	struct secret s;

	if (!p)
		return;
	old = *(const struct ref *)record_field(p,
	    &class_table[CLASS_pool].fields[field]);
	if (*value) {
		builder_defaults(CLASS_secret, &s.r);
		s.value = value;
		(void)tx_insert(t, &s.r, &new_secret);
	}
	(void)tx_set(t, CLASS_pool, pool, field, &new_secret);
	if (!ref_is_null(old) && tx_get(t, CLASS_secret, old))
		(void)tx_destroy(t, CLASS_secret, old);
}

/* ---- the proxy before repositories ---- */

static bool
is_credential(const char *user, const char *password)
{
	if (!*user != !*password)
		return false;
	return !strchr(user, '\n') && !strchr(password, '\n');
}

static int
set_proxy(struct call *c, struct ref pool, const char *url, const char *user,
    const char *password)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	TX_SET(t, pool, pool, pool, repository_proxy_url, url);
	TX_SET(t, pool, pool, pool, repository_proxy_username, user);
	replace_secret(t, pool, FIELD_pool_repository_proxy_password, password);
	return call_commit(c, t);
}

int
pool_configure_repository_proxy(struct call *c,
    const struct pool_configure_repository_proxy_args *a)
{
	if (!text_is_web_url(a->url))
		return fail_invalid_repository_proxy_url(c, a->url);
	if (!is_credential(a->username, a->password))
		return fail_invalid_repository_proxy_credential(c);
	return set_proxy(c, a->self, a->url, a->username, a->password);
}

int
pool_disable_repository_proxy(struct call *c,
    const struct pool_disable_repository_proxy_args *a)
{
	return set_proxy(c, a->self, "", "", "");
}

/* ---- when updates are looked for ---- */

int
pool_configure_update_sync(struct call *c,
    const struct pool_configure_update_sync_args *a)
{
	bool weekly = a->update_sync_frequency == UPDATE_SYNC_FREQUENCY_WEEKLY;
	char day[24];
	struct tx *t;

	snprintf(day, sizeof(day), "%lld", (long long)a->update_sync_day);
	if (weekly && (a->update_sync_day < 0 || a->update_sync_day > 6))
		return fail_invalid_update_sync_day(c, day);
	t = call_begin(c);
	if (!t)
		return -1;
	TX_SET(t, pool, pool, a->self, update_sync_frequency,
	    a->update_sync_frequency);
	TX_SET(t, pool, pool, a->self, update_sync_day,
	    weekly ? a->update_sync_day : 0);
	return call_commit(c, t);
}

/* Nothing looks for updates yet, so that it can be turned off only. */
int
pool_set_update_sync_enabled(struct call *c,
    const struct pool_set_update_sync_enabled_args *a)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_pool, a->self);

	if (!r)
		return -1;
	if (a->value && !((const struct pool *)r)->repositories.n)
		return fail_no_repositories_configured(c);
	if (a->value)
		return fail_not_implemented(c, c->method->name);
	return edit_field(c, CLASS_pool, a->self,
	    FIELD_pool_update_sync_enabled, &a->value);
}

/* ---- telemetry ---- */

/* How far ahead the next collection may lie: twice its interval. */
static const int64_t telemetry_days[] = {
	[TELEMETRY_FREQUENCY_DAILY] = 2,
	[TELEMETRY_FREQUENCY_WEEKLY] = 14,
	[TELEMETRY_FREQUENCY_MONTHLY] = 62,
};

int
pool_set_telemetry_next_collection(struct call *c,
    const struct pool_set_telemetry_next_collection_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	char date[DATE_CHARS + 1];
	const struct pool *p;

	if (!t || !(p = EDIT_HEAD(c, t, pool, pool, a->self)))
		return -1;
	date_format(a->value, date);
	if (a->value >
	    clock_wall_sec() + telemetry_days[p->telemetry_frequency] * DAY)
		return fail_telemetry_next_collection_too_late(c, date);
	TX_SET(t, pool, pool, a->self, telemetry_next_collection, a->value);
	return call_commit(c, STEAL(t));
}

int
pool_reset_telemetry_uuid(struct call *c,
    const struct pool_reset_telemetry_uuid_args *a)
{
	struct tx *t = call_begin(c);
	char uuid[UUID_CHARS + 1];

	if (!t)
		return -1;
	uuid_format(ref_new(), uuid);
	replace_secret(t, a->self, FIELD_pool_telemetry_uuid, uuid);
	return call_commit(c, t);
}
