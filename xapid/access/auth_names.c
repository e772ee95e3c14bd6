/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and facts of those who may become subjects. (source of the keys:
 * keys.json, subject.other_config) */
#include <stdio.h>
#include <string.h>

#include "access/auth_local.h"
#include "access/auth_private.h"

#define FILE_PREFIX "file:"

static bool
in_file(struct core *core, const char *name)
{
	struct auth *a = core->auth;
	bool found;

	if (!a || !a->path)
		return false;
	auth_users_refresh(a);
	pthread_rwlock_rdlock(&a->users_lock);
	found = auth_users_find(a->users, name) != NULL;
	pthread_rwlock_unlock(&a->users_lock);
	return found;
}

/* The name behind "file:", if it stands there. */
static const char *
file_name_of(struct core *core, const char *identifier)
{
	size_t n = strlen(FILE_PREFIX);

	if (strncmp(identifier, FILE_PREFIX, n) != 0 ||
	    !in_file(core, identifier + n))
		return NULL;
	return identifier + n;
}

const char *
auth_identifier_of(struct core *core, struct arena *a, const char *name)
{
	uid_t uid;
	gid_t gid;

	if (in_file(core, name))
		return arena_printf(a, FILE_PREFIX "%s", name);
	if (auth_local_user(name, &uid, &gid) == 0)
		return arena_printf(a, "u%u", (unsigned)uid);
	if (auth_local_group(name, &gid) == 0)
		return arena_printf(a, "g%u", (unsigned)gid);
	return NULL;
}

/* ---- facts ---- */

#define FACTS 10

struct facts {
	const char *keys[FACTS], *values[FACTS];
	uint32_t n;
};

static void
fact(struct facts *f, const char *key, const char *value)
{
	f->keys[f->n] = key;
	f->values[f->n++] = value;
}

static void
account_facts(struct facts *f, const struct auth_account *account,
    const char *uid, const char *gid)
{
	fact(f, "subject-name", account->name);
	fact(f, "subject-gid", gid);
	fact(f, "subject-is-group", account->group ? "true" : "false");
	if (account->group)
		return;
	fact(f, "subject-uid", uid);
	fact(f, "subject-gecos", account->full_name);
	fact(f, "subject-displayname",
	    *account->full_name ? account->full_name : account->name);
}

static void
file_facts(struct facts *f, const char *name)
{
	fact(f, "subject-name", name);
	fact(f, "subject-displayname", name);
	fact(f, "subject-is-group", "false");
}

int
auth_describe(struct core *core, struct arena *a, const char *identifier,
    struct map *out)
{
	static const struct type string = { .kind = TYPE_STRING,
		.size = sizeof(const char *) };
	static const struct type map = { .kind = TYPE_MAP,
		.size = sizeof(struct map),
		.key = &string,
		.elem = &string };
	const char *in_users = file_name_of(core, identifier);
	struct auth_account account;
	char uid[16], gid[16];
	struct facts f = { .n = 0 };
	int rc;

	if (in_users) {
		file_facts(&f, in_users);
	} else {
		rc = auth_local_find(identifier, &account);
		if (rc)
			return rc;
		snprintf(uid, sizeof(uid), "u%u", (unsigned)account.uid);
		snprintf(gid, sizeof(gid), "g%u", (unsigned)account.gid);
		account_facts(&f, &account, uid, gid);
	}
	return model_copy(a, &map, out,
	    &(struct map){ .keys = f.keys, .values = f.values, .n = f.n });
}

int
auth_groups_of(struct core *core, struct arena *a, const char *identifier,
    struct set *out)
{
	struct auth_account account;
	gid_t groups[AUTH_GROUPS_MAX];
	const char **ids;
	unsigned n = 0;
	int rc;

	*out = (struct set){ 0 };
	if (file_name_of(core, identifier))
		return 0;
	rc = auth_local_find(identifier, &account);
	if (rc)
		return rc;
	if (!account.group)
		n = auth_local_groups(account.name, account.gid, groups);
	ids = arena_array(a, n, sizeof(*ids));
	for (unsigned i = 0; ids && i < n; i++) {
		ids[i] = arena_printf(a, "g%u", (unsigned)groups[i]);
		if (!ids[i])
			return -1;
	}
	*out = (struct set){ .items = ids, .n = n };
	return ids ? 0 : -1;
}
