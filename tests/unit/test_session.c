/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/session.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "access/rbac.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/text.h"
#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"

static struct daemonless d;

static void
start(void)
{
	memset(&d, 0, sizeof(d));
	daemonless_start(&d, NULL);
}

static void
start_with_limits(unsigned user, unsigned originator, unsigned idle_s)
{
	memset(&d, 0, sizeof(d));
	d.config.max_sessions_per_user = user;
	d.config.max_sessions_per_originator = originator;
	d.config.session_idle_s = idle_s;
	daemonless_start(&d, NULL);
}

static struct ref
log_in(const char *user, const char *originator)
{
	char sid[420];
	const struct session_new n = {
		.user = user,
		.sid = sid,
		.originator = originator,
		.roles = role_find("read-only"),
	};
	struct ref session;
	bool changed;

	snprintf(sid, sizeof(sid), "sid-%s", user);
	CU_ASSERT_EQUAL_FATAL(session_create(&d.core, &n, &session, &changed),
	    0);
	return session;
}

static bool
is_alive(struct ref session)
{
	struct call *c = daemonless_call(&d, "pool.get_all", REF_NULL);
	bool alive = session_attach(c, session) == 0;

	if (!alive)
		CU_ASSERT_STRING_EQUAL(daemonless_error(c), "SESSION_INVALID");
	daemonless_call_free(c);
	return alive;
}

/* Destroying a record is not waited for. */
static bool
records_become(uint64_t n)
{
	for (int i = 0; i < 1000; i++) {
		if (db_count(d.core.db, CLASS_session) == n)
			return true;
		usleep(1000);
	}
	return false;
}

/* ---- the life of one ---- */

static void
test_attach(void)
{
	struct ref session;
	struct call *c;

	start();
	session = log_in("alice", "xo");
	c = daemonless_call(&d, "pool.get_all", session);
	CU_ASSERT_STRING_EQUAL(c->caller.user, "alice");
	CU_ASSERT_STRING_EQUAL(c->caller.sid, "sid-alice");
	CU_ASSERT_STRING_EQUAL(c->caller.originator, "xo");
	CU_ASSERT_EQUAL(c->caller.roles, role_find("read-only"));
	CU_ASSERT(!c->caller.local_superuser);
	CU_ASSERT(ref_equal(c->caller.session, session));
	daemonless_call_free(c);
	daemonless_stop(&d);
}

static void
test_guessed(void)
{
	struct ref session;
	struct call *c;
	char text[REF_CHARS + 1];

	start();
	session = log_in("alice", "");
	session.lo ^= 1;
	CU_ASSERT(!is_alive(session));
	CU_ASSERT(!is_alive(ref_new()));
	CU_ASSERT(!is_alive(d.core.host)); /* a reference of something else */
	CU_ASSERT(!is_alive(REF_NULL));
	CU_ASSERT(!is_alive(ref_foreign("no-such-thing")));
	c = daemonless_call(&d, "pool.get_all", REF_NULL);
	CU_ASSERT_EQUAL(session_attach(c, session), -1);
	ref_format(session, text);
	CU_ASSERT_EQUAL_FATAL(c->nerror, 2);
	CU_ASSERT_STRING_EQUAL(c->error[1], text);
	daemonless_call_free(c);
	daemonless_stop(&d);
}

static void
test_end(void)
{
	struct ref session, other;

	start();
	session = log_in("alice", "");
	other = log_in("alice", "");
	CU_ASSERT(!ref_equal(session, other));
	CU_ASSERT_EQUAL(db_count(d.core.db, CLASS_session), 2);
	CU_ASSERT(session_end(&d.core, session));
	CU_ASSERT(!is_alive(session));
	CU_ASSERT(is_alive(other));
	CU_ASSERT(!session_end(&d.core, session));
	CU_ASSERT(records_become(1));
	daemonless_stop(&d);
}

static void
test_record(void)
{
	struct ref self;
	const struct session *s;

	start();
	self = log_in("alice", "terraform");
	s = DB_GET(d.core.db, session, session, self);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(strlen(s->uuid), UUID_CHARS);
	CU_ASSERT(ref_equal(s->this_host, d.core.host));
	CU_ASSERT(ref_is_null(s->this_user));
	CU_ASSERT(!s->pool);
	CU_ASSERT(!s->is_local_superuser);
	CU_ASSERT(ref_is_null(s->subject));
	CU_ASSERT(clock_wall_sec() - s->last_active < 60);
	CU_ASSERT(clock_wall_sec() - s->validation_time < 60);
	CU_ASSERT_STRING_EQUAL(s->auth_user_sid, "sid-alice");
	CU_ASSERT_STRING_EQUAL(s->auth_user_name, "alice");
	CU_ASSERT_STRING_EQUAL(s->originator, "terraform");
	CU_ASSERT_EQUAL(s->rbac_permissions.n, 1384);
	CU_ASSERT_EQUAL(s->tasks.n, 0);
	CU_ASSERT(ref_is_null(s->parent));
	CU_ASSERT(!s->client_certificate);
	/* What a uuid tells is not the session itself. */
	{
		struct ref by_uuid;

		CU_ASSERT(uuid_parse(s->uuid, &by_uuid));
		CU_ASSERT(!is_alive(by_uuid));
	}
	record_unref(&s->r);
	daemonless_stop(&d);
}

static void
test_superuser_record(void)
{
	const struct session_new n = {
		.user = "root",
		.sid = "",
		.roles = rbac_all(),
		.local_superuser = true,
	};
	const struct session *s;
	struct ref self;
	bool changed;

	start();
	CU_ASSERT_EQUAL_FATAL(session_create(&d.core, &n, &self, &changed), 0);
	s = DB_GET(d.core.db, session, session, self);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT(s->is_local_superuser);
	CU_ASSERT_EQUAL(s->rbac_permissions.n, 0);
	CU_ASSERT_STRING_EQUAL(s->originator, "");
	record_unref(&s->r);
	daemonless_stop(&d);
}

static void
test_long_names(void)
{
	char name[400] = "", sid[sizeof(name) + 4];
	const struct session *s;
	struct ref self;

	start();
	for (int i = 0; i < 100; i++)
		strcat(name, "\xc3\xa4"); /* two bytes each */
	self = log_in(name, name);
	s = DB_GET(d.core.db, session, session, self);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL(strlen(s->originator), 94);
	CU_ASSERT(text_is_clean(s->originator, strlen(s->originator)));
	CU_ASSERT(text_is_clean(s->auth_user_sid, strlen(s->auth_user_sid)));
	record_unref(&s->r);
	/* cut or not, it is the same user */
	CU_ASSERT_EQUAL(session_end_user(&d.core, "sid-"), 0);
	snprintf(sid, sizeof(sid), "sid-%s", name);
	CU_ASSERT_EQUAL(session_end_user(&d.core, sid), 1);
	daemonless_stop(&d);
}

/* ---- how many ---- */

static void
test_limit_originator(void)
{
	struct ref first, s[3], other;

	start_with_limits(100, 3, 86400);
	other = log_in("root", "ansible");
	first = log_in("root", "leaky");
	for (int i = 0; i < 3; i++)
		s[i] = log_in("root", "leaky");
	CU_ASSERT(!is_alive(first));
	for (int i = 0; i < 3; i++)
		CU_ASSERT(is_alive(s[i]));
	CU_ASSERT(is_alive(other));
	daemonless_stop(&d);
}

static void
test_limit_user(void)
{
	struct ref quiet, oldest, loud[5], bob;

	start_with_limits(5, 100, 86400);
	bob = log_in("bob", "loud");
	quiet = log_in("alice", "quiet");
	oldest = log_in("alice", "loud");
	for (int i = 0; i < 4; i++)
		loud[i] = log_in("alice", "loud");
	CU_ASSERT(!is_alive(oldest));
	CU_ASSERT(is_alive(quiet));
	CU_ASSERT(is_alive(bob));
	loud[4] = log_in("alice", "third");
	CU_ASSERT(!is_alive(loud[0]));
	CU_ASSERT(is_alive(quiet));
	CU_ASSERT(is_alive(loud[4]));
	daemonless_stop(&d);
}

static void
test_many(void)
{
	struct ref last = REF_NULL;

	start();
	for (int i = 0; i < 1200; i++)
		last = log_in("root", "");
	CU_ASSERT(is_alive(last));
	CU_ASSERT(records_become(500));
	daemonless_stop(&d);
}

static void
test_idle(void)
{
	struct ref idle, busy;
	int64_t end;

	start_with_limits(500, 500, 2);
	idle = log_in("alice", "");
	busy = log_in("alice", "");
	end = clock_mono_ns() + 8 * NSEC_PER_SEC;
	while (
	    db_count(d.core.db, CLASS_session) == 2 && clock_mono_ns() < end) {
		CU_ASSERT(is_alive(busy));
		usleep(50000);
	}
	CU_ASSERT(!is_alive(idle));
	CU_ASSERT(is_alive(busy));
	daemonless_stop(&d);
}

/* ---- ended by others ---- */

static void
test_end_user(void)
{
	struct ref alice[2], bob;

	start();
	alice[0] = log_in("alice", "a");
	alice[1] = log_in("alice", "b");
	bob = log_in("bob", "a");
	CU_ASSERT_EQUAL(session_end_user(&d.core, ""), 0);
	CU_ASSERT_EQUAL(session_end_user(&d.core, "sid-alice"), 2);
	CU_ASSERT(!is_alive(alice[0]));
	CU_ASSERT(!is_alive(alice[1]));
	CU_ASSERT(is_alive(bob));
	daemonless_stop(&d);
}

static void
test_sids(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct set sids;

	start();
	log_in("alice", "");
	log_in("alice", "");
	log_in("bob", "");
	CU_ASSERT_EQUAL(session_sids(&d.core, a, &sids), 0);
	CU_ASSERT_EQUAL(sids.n, 2);
	daemonless_stop(&d);
}

static struct ref
add_subject(const char *role)
{
	struct ref roles[1], self = REF_NULL;
	struct subject s = {
		.r = { .cls = &class_table[CLASS_subject] },
		.uuid = "",
		.subject_identifier = "u1000",
		.roles = { roles, 1 },
	};
	struct tx *t = tx_begin(d.core.db);

	for (unsigned i = 0; i < role_count; i++)
		if (strcmp(role_table[i].name, role) == 0)
			roles[0] = rbac_role_ref(i);
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, &s.r, &self), 0);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	return self;
}

static void
test_subject(void)
{
	struct ref subject, self, ignored;
	struct session_new n = { .user = "carol",
		.sid = "u1000",
		.subjects = &subject,
		.nsubjects = 1 };
	const struct session *s;
	struct tx *t;
	bool changed;

	start();
	subject = add_subject("vm-operator");
	n.roles = role_find("vm-operator");
	CU_ASSERT_EQUAL(session_create(&d.core, &n, &self, &changed), 0);
	s = DB_GET(d.core.db, session, session, self);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT(ref_equal(s->subject, subject));
	record_unref(&s->r);

	/* The role is taken away between the check and the session. */
	t = tx_begin(d.core.db);
	CU_ASSERT_EQUAL(TX_SET(t, subject, subject, subject, roles,
			    (struct set){ 0 }),
	    0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_EQUAL(session_create(&d.core, &n, &ignored, &changed), -1);
	CU_ASSERT(changed);
	CU_ASSERT_EQUAL(db_count(d.core.db, CLASS_session), 1);

	CU_ASSERT_EQUAL(session_end_subject(&d.core, ref_new()), 0);
	CU_ASSERT(is_alive(self));
	CU_ASSERT_EQUAL(session_end_subject(&d.core, subject), 1);
	CU_ASSERT(!is_alive(self));
	daemonless_stop(&d);
}

/* ---- what waits for the end ---- */

static _Atomic int ended;
static sem_t begun, go;

static void
on_end(struct session_hook *h)
{
	(void)h;
	ended++;
}

static void
on_end_slowly(struct session_hook *h)
{
	(void)h;
	sem_post(&begun);
	while (sem_wait(&go) < 0)
		;
	usleep(20000);
	ended++;
}

static void
on_end_unhooks(struct session_hook *h)
{
	session_unhook(&d.core, h);
	ended++;
}

static void
test_hooks(void)
{
	struct ref session;
	struct session_hook h[3], gone;

	start();
	ended = 0;
	session = log_in("alice", "");
	for (int i = 0; i < 3; i++) {
		h[i] = (struct session_hook){ .session = session,
			.on_end = i == 2 ? on_end_unhooks : on_end };
		CU_ASSERT_EQUAL(session_hook(&d.core, &h[i]), 0);
	}
	session_unhook(&d.core, &h[0]);
	session_end(&d.core, session);
	CU_ASSERT_EQUAL(ended, 2);
	session_unhook(&d.core, &h[1]); /* it was called: harmless */
	gone = (struct session_hook){ .session = session, .on_end = on_end };
	CU_ASSERT_EQUAL(session_hook(&d.core, &gone), -1);
	session_unhook(&d.core, &gone);
	CU_ASSERT_EQUAL(ended, 2);
	daemonless_stop(&d);
}

static void *
end_it(void *session)
{
	session_end(&d.core, *(struct ref *)session);
	return NULL;
}

static void
test_unhook_waits(void)
{
	struct session_hook h = { .on_end = on_end_slowly };
	pthread_t thread;
	struct ref session;

	start();
	ended = 0;
	sem_init(&begun, 0, 0);
	sem_init(&go, 0, 0);
	session = h.session = log_in("alice", "");
	CU_ASSERT_EQUAL(session_hook(&d.core, &h), 0);
	pthread_create(&thread, NULL, end_it, &session);
	while (sem_wait(&begun) < 0)
		;
	CU_ASSERT_FALSE(is_alive(session));
	sem_post(&go);
	session_unhook(&d.core, &h);
	CU_ASSERT_EQUAL(ended, 1);
	pthread_join(thread, NULL);
	daemonless_stop(&d);
}

static void
test_stop_fires_hooks(void)
{
	struct session_hook h = { .on_end = on_end };

	start();
	ended = 0;
	h.session = log_in("alice", "");
	CU_ASSERT_EQUAL(session_hook(&d.core, &h), 0);
	daemonless_stop(&d);
	CU_ASSERT_EQUAL(ended, 1);
}

/* ---- many at once; without memory ---- */

static void *
come_and_go(void *arg)
{
	const char *user = arg;

	for (int i = 0; i < 150; i++) {
		struct session_hook h = { .on_end = on_end };
		struct ref s = log_in(user, i % 3 ? "x" : "y");

		h.session = s;
		if (session_hook(&d.core, &h) == 0) {
			if (i % 2)
				session_unhook(&d.core, &h);
		}
		(void)is_alive(s);
		if (i % 10 == 0)
			(void)session_end_user(&d.core, "sid-alice");
		(void)session_end(&d.core, s);
		session_unhook(&d.core, &h);
	}
	return NULL;
}

static void
test_threads(void)
{
	static char users[][8] = { "alice", "bob", "alice", "carol" };
	pthread_t threads[4];

	start_with_limits(5, 3, 86400);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, come_and_go, users[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	CU_ASSERT(records_become(0));
	daemonless_stop(&d);
}

static void
test_no_memory(void)
{
	const struct session_new n = { .user = "root",
		.sid = "",
		.roles = rbac_all(),
		.local_superuser = true };
	struct ref session;
	bool changed;
	int rc = -1;

	start();
	for (long i = 0; rc < 0 && i < 1000; i++) {
		fault_arm(FAULT_ALLOC, i, ENOMEM, false);
		rc = session_create(&d.core, &n, &session, &changed);
		fault_disarm();
		CU_ASSERT(!changed);
		if (rc < 0)
			CU_ASSERT(records_become(0));
	}
	CU_ASSERT_EQUAL(rc, 0);
	CU_ASSERT(is_alive(session));
	CU_ASSERT(session_end(&d.core, session));
	daemonless_stop(&d);
}

static void
test_cost(void)
{
	enum { ROUNDS = 200000, SESSIONS = 400 };
	struct ref sessions[SESSIONS];
	struct call *c;
	int64_t best = INT64_MAX;

	start();
	for (int i = 0; i < SESSIONS; i++)
		sessions[i] = log_in("alice", "");
	c = daemonless_call(&d, "pool.get_all", REF_NULL);
	for (int k = 0; k < 5; k++) {
		int64_t begin = clock_mono_ns(), ns;

		for (int i = 0; i < ROUNDS; i++)
			(void)session_attach(c, sessions[i % SESSIONS]);
		ns = (clock_mono_ns() - begin) / ROUNDS;
		best = ns < best ? ns : best;
	}
	printf("# session_attach: %lld ns\n", (long long)best);
	CU_ASSERT_EQUAL(c->nerror, 0);
	CU_ASSERT(best < 2000); /* 200 is the aim, where nobody disturbs */
	daemonless_call_free(c);
	daemonless_stop(&d);
}

UNIT_MAIN("session", { "a session tells who calls", test_attach },
    { "a guessed reference is no session", test_guessed },
    { "a session that ended is refused, and its record goes", test_end },
    { "the record has what clients read", test_record },
    { "local root's record lists no permissions", test_superuser_record },
    { "long names are cut between characters", test_long_names },
    { "too many of one originator end its own oldest", test_limit_originator },
    { "too many of one user end those of its loudest originator",
	test_limit_user },
    { "a program that never logs out keeps 500", test_many },
    { "an idle session ends, one in use stays", test_idle },
    { "all sessions of a user end, and nobody else's", test_end_user },
    { "each user who is logged in is listed once", test_sids },
    { "who loses a role is out, also in the midst of logging in",
	test_subject },
    { "what waits in a session is told of its end once", test_hooks },
    { "taking back a hook waits while it runs", test_unhook_waits },
    { "the end of the daemon ends sessions", test_stop_fires_hooks },
    { "many threads come and go", test_threads },
    { "without memory no session is left half made", test_no_memory },
    { "finding a session costs little", test_cost })
