/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between auth.c (the whole), auth_lanes.c (who is asked when) and auth_check.c
 * (what is asked). */
#ifndef XAPID_AUTH_PRIVATE_H
#define XAPID_AUTH_PRIVATE_H

#include <sys/stat.h>

#include "access/auth.h"
#include "access/auth_limit.h"
#include "access/auth_users.h"

/* Lanes, the best first; see auth_lanes.c. */
enum { LANE_KNOWN, LANE_FRESH, LANE_SHARED, LANE_SLOW, LANES };

#define AUTH_KNOWN 1024 /* remembered users */

struct lane {
	struct auth_request *first, **last;
	unsigned waiting, running;
};

struct auth {
	struct core *core;

	/* The file of users; NULL: PAM. */
	const char *path;
	pthread_mutex_t read_lock; /* who reads the file; `seen` */
	struct stat seen;
	bool complained;
	pthread_rwlock_t users_lock; /* the next one */
	struct auth_users *users;
	struct timer look; /* at the file, or at the accounts */

	/* Admission. */
	unsigned char secret[32];
	struct auth_limit *by_key, *by_address;
	struct threads *threads;
	pthread_mutex_t lock; /* everything below */
	pthread_cond_t idle;
	struct lane lanes[LANES];
	unsigned most;             /* workers at a time */
	unsigned workers;          /* running or about to */
	struct auth_request *held; /* whose answers wait for their timers */
	unsigned nheld;
	uint64_t refused; /* after too many, since that was last logged */
	int64_t told;     /* when it was, clock_mono_ns */
	bool looking, closing;
	struct {
		uint64_t key;      /* of user and address */
		uint16_t fragment; /* of a keyed hash of the password */
	} known[AUTH_KNOWN];
};

/* ---- auth_lanes.c ---- */

/* One request that waits in a lane or for its timer; NULL: none is left. */
struct auth_request *auth_take_waiting(struct auth *a);

/* ---- auth_check.c ---- */

/* -1: the file cannot be read; err says why. */
int auth_users_open(struct auth *a, char *err, size_t err_size);
/* Whether it looks like another than was read; cheap. */
bool auth_users_changed(struct auth *a);
/* Reads the file if it is another than before; who is not in it any more, or
 * has another role or password, is logged out. */
void auth_users_refresh(struct auth *a);
/* Is the password right, and who is it? Blocks. */
bool auth_verify(struct auth *a, const char *user, const char *password,
    struct auth_result *out);
/* Sessions of accounts that are gone or have other roles now end. */
void auth_accounts_refresh(struct auth *a);

#endif
