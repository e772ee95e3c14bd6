/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accounts of the operating system: who they are (NSS), and their passwords
 * (PAM, in a program of its own). All of it blocks. */
#ifndef XAPID_AUTH_LOCAL_H
#define XAPID_AUTH_LOCAL_H

#include <sys/types.h>

#include "model/model.h"

#define AUTH_GROUPS_MAX 256

/* 0 when there is a user of this name; 1: nobody; -1: no memory. */
int auth_local_user(const char *name, uid_t *uid_r, gid_t *gid_r);
int auth_local_group(const char *name, gid_t *gid_r);
/* All groups of a user, at most AUTH_GROUPS_MAX: their number. */
unsigned auth_local_groups(const char *name, gid_t gid,
    gid_t groups[AUTH_GROUPS_MAX]);

struct auth_account {
	char name[96], full_name[256];
	uid_t uid; /* of a user */
	gid_t gid;
	bool group;
};
/* By identifier, "u1000" or "g100". 1: nobody; -1: no memory. */
int auth_local_find(const char *identifier, struct auth_account *out);

/* 0: the password is right and the account may be used; 1: no; -1: it could
 * not be found out (logged). */
int auth_pam_check(const char *user, const char *password);
/* The same; on 1, reason has PAM's own sentence. */
int auth_pam_change(const char *user, const char *old, const char *new_,
    char reason[256]);

#endif
