/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of users: lines "name:hash:role". The hash is one of crypt(3) ("!"
 * or "*" at its beginning: no password fits); the role is a role's name, or
 * empty: then the roles of the subject "file:name" count. Empty lines and those
 * that begin with # say nothing. */
#ifndef XAPID_AUTH_USERS_H
#define XAPID_AUTH_USERS_H

#include "model/model.h"

#define AUTH_NAME_MAX 64      /* bytes of a name */
#define AUTH_HASH_MAX 384     /* as crypt(3) */
#define AUTH_FILE_MAX 1048576 /* bytes of the file */

struct auth_user {
	const char *name, *hash;
	role_mask roles; /* 0: those of the subject */
	bool locked;
	unsigned line;
};

struct auth_users; /* immutable */

/* report is told of each line that is skipped. NULL: no memory. */
struct auth_users *auth_users_parse(const char *text, size_t len,
    void (*report)(void *arg, unsigned line, const char *why), void *arg);
void auth_users_free(struct auth_users *u); /* NULL is fine */
CLEANUP_DEFINE(auth_users_free, struct auth_users *);
const struct auth_user *auth_users_find(const struct auth_users *u,
    const char *name);
size_t auth_users_count(const struct auth_users *u);
/* In the order of their names. */
const struct auth_user *auth_users_at(const struct auth_users *u, size_t i);
/* A hash to compute in vain for somebody who is not there, always the same for
 * the same name; as costly as those of the others. NULL: nobody has one. */
const char *auth_users_decoy(const struct auth_users *u, const char *name);
/* The text of the file with another hash in the line of this user. -1: not
 * there, or no memory (out->failed). */
int auth_users_rewrite(const char *text, size_t len, const char *name,
    const char *hash, struct bytes *out);

/* Whether the password gives this hash; takes as long for a wrong one. */
bool auth_hash_fits(const char *hash, const char *password);
/* A new hash by the best method there is; "" when that fails. */
void auth_hash_new(const char *password, char out[AUTH_HASH_MAX]);

#endif
