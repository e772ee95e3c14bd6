/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the password right, and what may its owner do? By the file of users, or
 * by PAM and the subjects of the pool. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "access/auth_local.h"
#include "access/auth_private.h"
#include "access/rbac.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/log.h"

#define IDENTIFIER_MAX 96

/* ---- roles by subjects ---- */

static bool
listed(const char *identifier, char ids[][IDENTIFIER_MAX], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(ids[i], identifier) == 0)
			return true;
	return false;
}

/* A user's roles are those of all subjects that stand for him or one of his
 * groups. -1: no memory. */
static int
roles_by_subjects(struct core *core, char ids[][IDENTIFIER_MAX], unsigned n,
    struct auth_result *out)
{
	const struct record **all;
	uint32_t nall;

	out->roles = 0;
	out->nsubjects = 0;
	if (db_get_all(core->db, CLASS_subject, &all, &nall) < 0)
		return -1;
	for (uint32_t i = 0; i < nall; i++) {
		const struct subject *s = (const struct subject *)all[i];

		if (out->nsubjects == SESSION_SUBJECTS ||
		    !listed(s->subject_identifier, ids, n))
			continue;
		out->subjects[out->nsubjects++] = s->r.self;
		out->roles |= rbac_mask_of_set(&s->roles);
	}
	db_release_all(all, nall);
	if (out->nsubjects)
		out->subject = out->subjects[0];
	return 0;
}

static int
roles_of_account(struct core *core, const char *name, uid_t uid, gid_t gid,
    struct auth_result *out)
{
	CLEANUP_FREE char(*ids)[IDENTIFIER_MAX] =
	    fault_malloc((AUTH_GROUPS_MAX + 1) * sizeof(*ids));
	gid_t groups[AUTH_GROUPS_MAX];
	unsigned n;

	if (!ids)
		return -1;
	n = auth_local_groups(name, gid, groups);
	snprintf(ids[0], sizeof(*ids), "u%u", (unsigned)uid);
	for (unsigned i = 0; i < n; i++)
		snprintf(ids[i + 1], sizeof(*ids), "g%u", (unsigned)groups[i]);
	return roles_by_subjects(core, ids, n + 1, out);
}

static bool
has_roles(const char *user, const struct auth_result *out)
{
	if (out->roles || out->local_superuser)
		return true;
	log_info("login of %s: the password is right, but the user has no "
		 "role in this pool",
	    user);
	return false;
}

static void
make_superuser(struct auth_result *out)
{
	out->local_superuser = true;
	out->roles = rbac_all();
}

/* ---- PAM ---- */

static bool
verify_account(struct core *core, const char *user, const char *password,
    struct auth_result *out)
{
	uid_t uid;
	gid_t gid;

	if (auth_pam_check(user, password) != 0 ||
	    auth_local_user(user, &uid, &gid) != 0)
		return false;
	snprintf(out->user, sizeof(out->user), "%s", user);
	if (uid == 0) {
		make_superuser(out);
		return true;
	}
	snprintf(out->sid, sizeof(out->sid), "u%u", (unsigned)uid);
	return roles_of_account(core, user, uid, gid, out) == 0 &&
	    has_roles(user, out);
}

struct other_roles {
	const char *sid;
	role_mask roles;
};

static bool
has_other_roles(const struct identity *who, void *arg)
{
	const struct other_roles *o = arg;

	return strcmp(who->sid, o->sid) == 0 && who->roles != o->roles;
}

static void
refresh_account(struct core *core, const char *sid)
{
	struct auth_account account;
	struct auth_result now;
	struct other_roles other = { .sid = sid };
	int rc = *sid == 'u' ? auth_local_find(sid, &account) : -1;

	if (rc == 0 &&
	    roles_of_account(core, account.name, account.uid, account.gid,
		&now) == 0)
		other.roles = now.roles;
	else if (rc != 1)
		return;
	if (session_end_if(core, has_other_roles, &other))
		log_info("%s was logged out: its account or its groups "
			 "changed",
		    sid);
}

void
auth_accounts_refresh(struct auth *a)
{
	CLEANUP(arena_free) struct arena *arena = arena_new(0);
	struct set sids;

	if (!arena || session_sids(a->core, arena, &sids) < 0)
		return;
	for (uint32_t i = 0; i < sids.n; i++)
		refresh_account(a->core, ((const char *const *)sids.items)[i]);
}

/* ---- the file of users ---- */

static void
complain_line(void *arg, unsigned line, const char *why)
{
	const struct auth *a = arg;

	log_warn("%s:%u: %s", a->path, line, why);
}

/* Under read_lock. NULL with errno: unreadable. */
static struct auth_users *
read_users(struct auth *a)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	struct auth_users *u = NULL;
	struct stat st = { 0 };

	/* Before the file is read: a change in between is seen next time. */
	if (stat(a->path, &st) == 0 &&
	    file_read(a->path, AUTH_FILE_MAX, &text) == 0) {
		u = auth_users_parse(text.p ? text.p : "", text.len,
		    complain_line, a);
		if (!u)
			errno = ENOMEM;
	}
	if (text.p)
		explicit_bzero(text.p, text.len);
	if (u && st.st_mode & (S_IWGRP | S_IWOTH))
		log_warn("%s: others than its owner may write it", a->path);
	a->seen = st;
	return u;
}

static struct auth_users *
swap_users(struct auth *a, struct auth_users *u)
{
	struct auth_users *old;

	pthread_rwlock_wrlock(&a->users_lock);
	old = a->users;
	a->users = u;
	pthread_rwlock_unlock(&a->users_lock);
	return old;
}

int
auth_users_open(struct auth *a, char *err, size_t err_size)
{
	a->users = read_users(a);
	if (!a->users) {
		snprintf(err, err_size, "users file %s: %s", a->path,
		    strerror(errno));
		return -1;
	}
	if (!auth_users_count(a->users))
		log_warn("%s: nobody can log in with it", a->path);
	return 0;
}

bool
auth_users_changed(struct auth *a)
{
	struct stat st;
	LOCK_SCOPE(&a->read_lock);

	if (stat(a->path, &st) < 0)
		return !a->complained;
	return st.st_mtim.tv_sec != a->seen.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != a->seen.st_mtim.tv_nsec ||
	    st.st_ino != a->seen.st_ino || st.st_size != a->seen.st_size;
}

static void
identifier_of(const char *name, char out[IDENTIFIER_MAX])
{
	snprintf(out, IDENTIFIER_MAX, "file:%s", name);
}

/* Who is gone, or has another role or password, is logged out. */
static void
end_changed(struct core *core, const struct auth_users *old,
    const struct auth_users *now)
{
	char sid[IDENTIFIER_MAX];

	for (size_t i = 0; i < auth_users_count(old); i++) {
		const struct auth_user *was = auth_users_at(old, i);
		const struct auth_user *is = auth_users_find(now, was->name);

		if (is && is->roles == was->roles &&
		    strcmp(is->hash, was->hash) == 0)
			continue;
		identifier_of(was->name, sid);
		(void)session_end_user(core, sid);
	}
}

void
auth_users_refresh(struct auth *a)
{
	CLEANUP(auth_users_free) struct auth_users *old = NULL;
	struct auth_users *now;

	if (!auth_users_changed(a))
		return;
	LOCK_SCOPE(&a->read_lock);
	now = read_users(a);
	if (!now) {
		if (!a->complained)
			log_err("%s: %m; those who were in it stay", a->path);
		a->complained = true;
		return;
	}
	a->complained = false;
	old = swap_users(a, now);
	/* Only we replace it, so it is still there. */
	end_changed(a->core, old, now);
}

/* A stamp of what the file says about a user. */
static uint64_t
stamp_of(const struct auth_user *u)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ u->roles;

	for (const char *p = u->hash; *p; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
	return h ? h : 1;
}

/* What the file says, copied. False: nobody; then hash is somebody else's. */
static bool
look_up(struct auth *a, const char *user, char hash[AUTH_HASH_MAX],
    struct auth_result *out)
{
	const struct auth_user *u;
	const char *from;

	pthread_rwlock_rdlock(&a->users_lock);
	u = auth_users_find(a->users, user);
	if (u && u->locked)
		u = NULL;
	from = u ? u->hash : auth_users_decoy(a->users, user);
	snprintf(hash, AUTH_HASH_MAX, "%s", from ? from : "");
	if (u) {
		out->roles = u->roles;
		out->stamp = stamp_of(u);
	}
	pthread_rwlock_unlock(&a->users_lock);
	return u != NULL;
}

static bool
verify_in_file(struct auth *a, const char *user, const char *password,
    struct auth_result *out)
{
	char hash[AUTH_HASH_MAX], ids[1][IDENTIFIER_MAX];
	bool fits;

	auth_users_refresh(a);
	fits = look_up(a, user, hash, out);
	if (*hash)
		fits = auth_hash_fits(hash, password) && fits;
	if (!fits)
		return false;
	identifier_of(user, ids[0]);
	snprintf(out->user, sizeof(out->user), "%s", user);
	snprintf(out->sid, sizeof(out->sid), "%s", ids[0]);
	if (out->roles == role_find("pool-admin") && strcmp(user, "root") == 0)
		make_superuser(out);
	else if (!out->roles && roles_by_subjects(a->core, ids, 1, out) < 0)
		return false;
	return has_roles(user, out);
}

bool
auth_verify(struct auth *a, const char *user, const char *password,
    struct auth_result *out)
{
	return a->path ? verify_in_file(a, user, password, out)
		       : verify_account(a->core, user, password, out);
}

bool
auth_still_valid(struct core *core, const struct auth_result *r)
{
	struct auth *a = core->auth;
	const struct auth_user *u;
	bool valid;

	if (!r->stamp)
		return true;
	pthread_rwlock_rdlock(&a->users_lock);
	u = auth_users_find(a->users, r->user);
	valid = u && stamp_of(u) == r->stamp;
	pthread_rwlock_unlock(&a->users_lock);
	return valid;
}

/* ---- another password ---- */

static int
reject(struct call *c, const char *why)
{
	return fail_change_password_rejected(c, why);
}

/* Under read_lock. */
static int
replace_hash(struct call *c, struct auth *a, const char *user, const char *hash)
{
	CLEANUP_BYTES struct bytes text = { 0 }, changed = { 0 };
	struct auth_users *now;

	if (file_read(a->path, AUTH_FILE_MAX, &text) < 0 ||
	    auth_users_rewrite(text.p ? text.p : "", text.len, user, hash,
		&changed) < 0)
		return reject(c, "The user does not stand in the users file");
	if (file_write_atomic(a->path, changed.p, changed.len,
		a->seen.st_mode & 0777) < 0) {
		log_err("%s: %m", a->path);
		return reject(c, "The users file cannot be written");
	}
	now = read_users(a);
	if (now)
		auth_users_free(swap_users(a, now)); /* nobody is logged out */
	return 0;
}

static int
change_in_file(struct call *c, struct auth *a, const char *user,
    const char *new_)
{
	char hash[AUTH_HASH_MAX];
	int rc;

	auth_hash_new(new_, hash);
	if (!*hash)
		return reject(c, "The new password cannot be used");
	pthread_mutex_lock(&a->read_lock);
	rc = replace_hash(c, a, user, hash);
	pthread_mutex_unlock(&a->read_lock);
	return rc;
}

int
auth_change_password(struct call *c, const char *user, const char *old,
    const char *new_)
{
	struct auth *a = c->core->auth;
	struct auth_result found = { 0 };
	char reason[256];
	int rc;

	if (!*new_)
		return reject(c, "The new password is empty");
	if (!auth_verify(a, user, old, &found))
		return auth_fail(c, user);
	if (a->path)
		return change_in_file(c, a, user, new_);
	rc = auth_pam_change(user, old, new_, reason);
	if (rc == 0)
		return 0;
	return reject(c, *reason ? reason : "The password was not changed");
}
