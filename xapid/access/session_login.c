/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class session: logging in and out. A login waits for its password check
 * without a thread; the check's worker makes the session. */
#include <stdio.h>
#include <string.h>

#include "access/auth.h"
#include "access/user_agents.h"
#include "lib/fault.h"

/* With texts of its own: the call's memory is the connection's, which may go
 * while the password is checked. */
struct login {
	struct auth_request request;
	struct call *c;
	char address[INET6_ADDRSTRLEN];
	const char *originator, *agent; /* in texts */
	bool root_only;
	bool made, changed;
	struct ref session;
	char texts[]; /* user, password, originator, agent, each with its NUL */
};

/* ---- on the worker of auth_lanes.c ---- */

static void
make_session(struct login *l)
{
	const struct auth_result *who = &l->request.result;
	const struct session_new n = {
		.user = who->user,
		.sid = who->sid,
		.originator = l->originator,
		.roles = who->roles,
		.local_superuser = who->local_superuser,
		.client_certificate = l->request.certified,
		.subjects = who->subjects,
		.nsubjects = who->nsubjects,
	};
	struct core *core = l->c->core;

	if (session_create(core, &n, &l->session, &l->changed) < 0)
		return;
	l->made = true;
	user_agents_note(l->agent);
	if (!auth_still_valid(core, who) ||
	    (l->request.certified && !auth_certified(core, &l->c->peer))) {
		(void)session_end(core, l->session);
		l->made = false;
		l->changed = true;
	}
}

/* Nobody shall find it later. */
static void
wipe(const char *secret)
{
	if (*secret)
		explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
}

static void
login_checked(struct auth_request *r)
{
	struct login *l = r->arg;

	wipe(r->password);
	if (l->root_only && !r->result.local_superuser)
		r->ok = false;
	if (r->ok && !atomic_load(&l->c->cancelled))
		make_session(l);
	if (l->made && atomic_load(&l->c->cancelled))
		(void)session_end(l->c->core, l->session); /* nobody has it */
	call_unpark(l->c);
}

/* ---- on the connection's thread ---- */

static void
login_ends(struct call *c)
{
	struct login *l = c->state;
	const struct auth_result *who = &l->request.result;

	if (l->made) {
		*(struct ref *)c->result = l->session;
		c->caller.local_superuser = who->local_superuser;
		memcpy(c->caller.sid, who->sid, sizeof(c->caller.sid));
		c->caller.session = l->session;
	} else if (l->request.ok && !l->changed) {
		call_fail_nomem(c);
	} else {
		auth_fail(c, l->request.user);
	}
	snprintf(c->caller.user, sizeof(c->caller.user), "%s", l->request.user);
	/* A flood of wrong passwords must not push the rest out of the log. */
	if (l->made || !l->request.flood)
		audit_call(c, true, c->error, c->nerror);
}

static const char *
keep_text(char **p, const char *text)
{
	size_t n = strlen(text) + 1;
	char *kept = memcpy(*p, text, n);

	*p += n;
	return kept;
}

static int
login(struct call *c, const char *user, const char *password,
    const char *originator, bool root_only)
{
	size_t n = strlen(user) + strlen(password) + strlen(originator) +
	    strlen(c->user_agent) + 4;
	struct login *l = fault_calloc(1, sizeof(*l) + n);
	char *p;

	if (!l)
		return call_fail_nomem(c);
	p = l->texts;
	l->request.user = keep_text(&p, user);
	l->request.password = keep_text(&p, password);
	l->originator = keep_text(&p, originator);
	l->agent = keep_text(&p, c->user_agent);
	wipe(password);
	if (!*l->request.user)
		l->request.user = "root";
	memcpy(l->address, c->peer.address, sizeof(l->address));
	l->request.address = l->address;
	l->request.local = auth_trusts(&c->peer);
	l->request.certified = auth_certified(c->core, &c->peer);
	l->request.done = login_checked;
	l->request.arg = l;
	l->c = c;
	l->root_only = root_only;
	c->state = l;
	call_park(c, login_ends);
	auth_submit(c->core, &l->request);
	return 0;
}

/* Clients that find a pool by any of its hosts go on to the coordinator. All
 * hosts of a simulated pool are here, each by its own address. */
static int
check_coordinator(struct call *c)
{
	RECORD_UNREF const struct record *p =
	    db_get(c->db, CLASS_pool, c->core->pool);
	RECORD_UNREF const struct record *m = p
	    ? db_get(c->db, CLASS_host, ((const struct pool *)p)->master)
	    : NULL;
	const char *master = m ? ((const struct host *)m)->address : "";
	const struct record **all = NULL;
	uint32_t n = 0;
	bool other = false;

	if (!*master || !*c->peer.at || strcmp(master, c->peer.at) == 0 ||
	    db_get_all(c->db, CLASS_host, &all, &n) < 0)
		return 0;
	for (uint32_t i = 0; i < n && !other; i++)
		other = strcmp(((const struct host *)all[i])->address,
			    c->peer.at) == 0;
	db_release_all(all, n);
	return other ? fail_host_is_slave(c, master) : 0;
}

/* ---- the messages ---- */

int
session_login_with_password(struct call *c,
    const struct session_login_with_password_args *a, struct ref *result_r)
{
	(void)result_r;
	if (check_coordinator(c) < 0)
		return -1;
	return login(c, a->uname, a->pwd, a->originator, false);
}

/* A host that has lost its coordinator is managed by its own root. */
int
session_slave_local_login_with_password(struct call *c,
    const struct session_slave_local_login_with_password_args *a,
    struct ref *result_r)
{
	(void)result_r;
	return login(c, a->uname, a->pwd, "", true);
}

int
session_logout(struct call *c, const struct session_logout_args *a)
{
	(void)a;
	(void)session_end(c->core, c->caller.session);
	return 0;
}

int
session_local_logout(struct call *c, const struct session_local_logout_args *a)
{
	(void)a;
	(void)session_end(c->core, c->caller.session);
	return 0;
}

int
session_change_password(struct call *c,
    const struct session_change_password_args *a)
{
	/* By the local socket one may be root under any name. */
	const char *user = *c->caller.sid ? c->caller.user : "root";
	int rc = auth_change_password(c, user, a->old_pwd, a->new_pwd);

	wipe(a->old_pwd);
	wipe(a->new_pwd);
	return rc;
}

int
session_get_all_subject_identifiers(struct call *c,
    const struct session_get_all_subject_identifiers_args *a,
    struct set *result_r)
{
	(void)a;
	if (session_sids(c->core, c->arena, result_r) < 0)
		return call_fail_nomem(c);
	return 0;
}

struct other_session {
	struct ref own;
	const char *sid;
};

static bool
is_other_session(const struct identity *who, void *arg)
{
	const struct other_session *o = arg;

	return *o->sid && strcmp(who->sid, o->sid) == 0 &&
	    !ref_equal(who->session, o->own);
}

/* All sessions of a user but the one that asks. */
int
session_logout_subject_identifier(struct call *c,
    const struct session_logout_subject_identifier_args *a)
{
	struct other_session o = { c->caller.session, a->subject_identifier };

	(void)session_end_if(c->core, is_other_session, &o);
	return 0;
}
