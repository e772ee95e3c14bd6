/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions: who is logged in. A session is an object of class session (memory
 * only) and a private part here, found by reference in constant time. Session
 * references are secrets: they never reach a log (log_track). */
#ifndef XAPID_SESSION_H
#define XAPID_SESSION_H

#include "call/call.h"

/* For core->sessions. NULL: no memory. */
struct sessions *sessions_new(struct core *core);
/* Nothing goes on in the background any more; sessions work on. Before core's
 * threads and timers go; NULL is fine. */
void sessions_stop(struct sessions *s);
/* Ends what waits in sessions. Before the database goes; NULL is fine. */
void sessions_free(struct sessions *s);
CLEANUP_DEFINE(sessions_free, struct sessions *);

#define SESSION_SUBJECTS 32 /* more that fit a user are not looked at */

/* What a login found out. */
struct session_new {
	const char *user, *sid, *originator; /* copied */
	struct ref parent;
	role_mask roles;
	bool local_superuser, pool, client_certificate;
	/* The subjects from which the roles come, if they do. */
	const struct ref *subjects;
	unsigned nsubjects;
};

/* Blocks for a moment. Above the limits the least recently used sessions of
 * the same user end: first of the same originator, then of the originator that
 * has most. -1 with *changed_r false: no memory; true: what was found out is
 * not true any more (a role was taken away meanwhile). */
int session_create(struct core *core, const struct session_new *n,
    struct ref *ref_r, bool *changed_r);
/* 0 and c->caller filled, or -1 with SESSION_INVALID raised. Notes activity. */
int session_attach(struct call *c, struct ref session);
/* False when there is no such session. Parked calls of it are woken. */
bool session_end(struct core *core, struct ref session);
/* Every session for which fn answers true; fn is called with locks held and
 * must be short. How many there were. */
unsigned session_end_if(struct core *core,
    bool (*fn)(const struct identity *who, void *arg), void *arg);
/* Every session of a user (auth_user_sid): its roles changed or it is gone. */
unsigned session_end_user(struct core *core, const char *sid);
/* Every session whose roles come from this subject. */
unsigned session_end_subject(struct core *core, struct ref subject);
/* The users who are logged in (auth_user_sid, each once, none empty), in the
 * arena. -1: no memory. */
int session_sids(struct core *core, struct arena *a, struct set *out);

/* Something that must end when its session does (a parked event.from). on_end
 * is called once, without locks held by it; never after session_unhook. */
struct session_hook {
	struct ref session;
	void (*on_end)(struct session_hook *h);
	struct session_hook *next, *prev;
};
/* -1: the session is gone already. */
int session_hook(struct core *core, struct session_hook *h);
void session_unhook(struct core *core, struct session_hook *h);

/* ---- auth.c: who may log in. Blocks: call it from a blocking handler. ---- */

struct auth_result {
	char user[96], sid[96];
	struct ref subject; /* the first of: */
	struct ref subjects[SESSION_SUBJECTS];
	unsigned nsubjects; /* the roles come from these, if from any */
	role_mask roles;
	bool local_superuser;
	uint64_t stamp; /* of the line in the file of users; 0: PAM */
};
/* The users file, or PAM in a child process with a deadline; constant time for
 * unknown users. A peer that needs no password (auth_trusts) is local root by
 * any. Back-off per user and address (attack A28): after too many wrong ones
 * all are refused at once for a while, since this holds a thread; logins are
 * more patient. -1 with SESSION_AUTHENTICATION_FAILED raised. */
int auth_check(struct call *c, const char *user, const char *password,
    struct auth_result *out_r);

/* ---- rbac.c ---- */
/* Makes the role objects (roles and permissions) of the datamodel. */
int rbac_load_roles(struct core *core);
/* Roles of a role object's reference as a mask (0: a permission). */
role_mask rbac_mask_of(struct ref role);
/* "vm.start", "vm.add_to_other_config/key:pci"; for messages and logs. */
const char *rbac_permission(struct arena *a, const struct method *m,
    const char *key);

/* ---- audit.c: who changed what, one line a mutating call, in
 * state_dir/audit.log, rotated; source of the form: http-details.json
 * get_audit_log ---- */
int audit_open(const char *state_dir);
void audit_call(const struct call *c, bool allowed, const char *const *error,
    unsigned nerror);
void audit_close(void);

#endif
