/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/auth.h"

#include <crypt.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access/auth_limit.h"
#include "access/auth_users.h"
#include "access/rbac.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"

/* Of "right", by a method that is quick here. */
#define SETTING "$5$rounds=1000$abcdefgh$"

static const char *
hash_of(const char *password)
{
	static struct crypt_data data;

	return crypt_r(password, SETTING, &data);
}

/* ---- the file ---- */

static unsigned wrong_lines[20], nwrong;
static char wrong_why[200];

static void
note_wrong(void *arg, unsigned line, const char *why)
{
	(void)arg;
	wrong_lines[nwrong++] = line;
	snprintf(wrong_why, sizeof(wrong_why), "%s", why);
}

static struct auth_users *
parse(const char *text)
{
	struct auth_users *u;

	nwrong = 0;
	u = auth_users_parse(text, strlen(text), note_wrong, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(u);
	return u;
}

static void
test_lines(void)
{
	static const struct {
		const char *line, *why; /* NULL: it is good */
	} rows[] = {
		{ "a:" SETTING "x:pool-admin", NULL },
		{ "a:$y$j9T$abc$def:read-only", NULL },
		{ "a:!:read-only", NULL },
		{ "a:*:vm-operator", NULL },
		{ "a:!$5$abc$def:", NULL },
		{ "DOM\\some.one@x-y_z+$:!:vm-admin", NULL },
		{ "", NULL },
		{ "# a:b", NULL },
		{ "a", "name:hash:role" },
		{ "a:!", "name:hash:role" },
		{ ":!:read-only", "name" },
		{ " a:!:read-only", "name" },
		{ "a b:!:read-only", "name" },
		{ "\xff:!:read-only", "name" },
		{ "a::read-only", "hash is missing" },
		{ "a:plain:read-only", "none of crypt(3)" },
		{ "a:$0$x$y:read-only", "none of crypt(3)" },
		{ "a:!:read-only ", "no such role" },
		{ "a:!:read-only\r", "no such role" },
		{ "a:!:root", "no such role" },
		{ "a:!:client-cert", "no such role" },
		{ "a:!:read-only:x", "no such role" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaa:!:read-only",
		    "too long" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		CLEANUP(auth_users_free)
		struct auth_users *u = parse(rows[i].line);

		CU_ASSERT_EQUAL(nwrong, rows[i].why ? 1 : 0);
		if (nwrong != (rows[i].why ? 1 : 0))
			printf("# %s: %s\n", rows[i].line, wrong_why);
		if (nwrong && rows[i].why)
			CU_ASSERT_PTR_NOT_NULL(strstr(wrong_why, rows[i].why));
	}
}

static void
test_file(void)
{
	CLEANUP(auth_users_free)
	struct auth_users *u = parse("# users\n"
				     "bob:!:vm-operator\n"
				     "nonsense\n"
				     "\n"
				     "alice:" SETTING "x:pool-admin\n"
				     "bob:!:pool-admin\n"
				     "carol:" SETTING "y:");

	CU_ASSERT_EQUAL(nwrong, 2);
	CU_ASSERT_EQUAL(wrong_lines[0], 3);
	CU_ASSERT_EQUAL(wrong_lines[1], 6);
	CU_ASSERT_EQUAL(auth_users_count(u), 3);
	CU_ASSERT_EQUAL(auth_users_find(u, "alice")->roles,
	    role_find("pool-admin"));
	CU_ASSERT_EQUAL(auth_users_find(u, "bob")->roles,
	    role_find("vm-operator"));
	CU_ASSERT(auth_users_find(u, "bob")->locked);
	CU_ASSERT_EQUAL(auth_users_find(u, "carol")->roles, 0);
	CU_ASSERT_EQUAL(auth_users_find(u, "carol")->line, 7);
	CU_ASSERT_PTR_NULL(auth_users_find(u, ""));
	CU_ASSERT_PTR_NULL(auth_users_find(u, "Alice"));
	CU_ASSERT_PTR_NULL(auth_users_find(u, "alic"));
}

static void
test_decoy(void)
{
	CLEANUP(auth_users_free)
	struct auth_users *none = parse("a:!:read-only\n");
	CLEANUP(auth_users_free)
	struct auth_users *u = parse("a:!:read-only\n"
				     "b:" SETTING "x:read-only\n"
				     "c:$6$rounds=1000$q$x:read-only\n");
	const char *one = auth_users_decoy(u, "nobody");

	CU_ASSERT_PTR_NULL(auth_users_decoy(none, "nobody"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(one);
	CU_ASSERT_EQUAL(*one, '$');
	CU_ASSERT_PTR_EQUAL(auth_users_decoy(u, "nobody"), one);
}

static void
test_rewrite(void)
{
	static const char text[] = "# alice:no\nalicex:!:\nalice:OLD:"
				   "pool-admin\nbob:!:\nalice:OLD:read-only";
	CLEANUP_BYTES struct bytes out = { 0 }, none = { 0 };

	CU_ASSERT_EQUAL(auth_users_rewrite(text, strlen(text), "alice", "NEW",
			    &out),
	    0);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&out),
	    "# alice:no\nalicex:!:\nalice:NEW:pool-admin\nbob:!:\n"
	    "alice:OLD:read-only");
	CU_ASSERT_EQUAL(auth_users_rewrite(text, strlen(text), "ali", "NEW",
			    &none),
	    -1);
}

static void
test_hashes(void)
{
	char made[AUTH_HASH_MAX], again[AUTH_HASH_MAX], long_one[2000];

	CU_ASSERT(auth_hash_fits(hash_of("right"), "right"));
	CU_ASSERT(!auth_hash_fits(hash_of("right"), "wrong"));
	CU_ASSERT(!auth_hash_fits(hash_of("right"), ""));
	CU_ASSERT(auth_hash_fits(hash_of(""), ""));
	CU_ASSERT(!auth_hash_fits("*", "*"));
	CU_ASSERT(!auth_hash_fits("*0", "x"));
	CU_ASSERT(!auth_hash_fits("!", "!"));
	CU_ASSERT(!auth_hash_fits("", ""));
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	CU_ASSERT(!auth_hash_fits(hash_of("right"), long_one));
	auth_hash_new("a new one", made);
	auth_hash_new("a new one", again);
	CU_ASSERT(auth_hash_fits(made, "a new one"));
	CU_ASSERT(!auth_hash_fits(made, "an old one"));
	CU_ASSERT_STRING_NOT_EQUAL(made, again);
	auth_hash_new(long_one, made);
	CU_ASSERT_STRING_EQUAL(made, "");
}

/* ---- buckets ---- */

static int64_t fake_now;

static int64_t
fake_clock(void)
{
	return fake_now;
}

static unsigned
take_all(struct auth_limit *l, uint64_t key)
{
	unsigned n = 0;

	while (n < 1000 && auth_limit_take(l, key))
		n++;
	return n;
}

static void
test_buckets(void)
{
	CLEANUP(auth_limit_free)
	struct auth_limit *l = auth_limit_new(5, 100, fake_clock);

	fake_now = 1000 * NSEC_PER_SEC;
	CU_ASSERT_EQUAL(take_all(l, 42), 5);
	CU_ASSERT_EQUAL(take_all(l, 42), 0);
	CU_ASSERT_EQUAL(take_all(l, 43), 5);
	fake_now += 99 * NSEC_PER_MSEC;
	CU_ASSERT_EQUAL(take_all(l, 42), 0);
	fake_now += 1 * NSEC_PER_MSEC;
	CU_ASSERT_EQUAL(take_all(l, 42), 1);
	fake_now += 3600 * NSEC_PER_SEC;
	CU_ASSERT_EQUAL(take_all(l, 42), 5);
	auth_limit_pardon(l, 42);
	CU_ASSERT_EQUAL(take_all(l, 42), 5);
}

static void
test_bucket_flood(void)
{
	CLEANUP(auth_limit_free)
	struct auth_limit *l = auth_limit_new(5, 60000, fake_clock);

	/* An attacker's own bucket is not forgotten for a flood of others. */
	CU_ASSERT_EQUAL(take_all(l, 7), 5);
	for (uint64_t key = 1000; key < 200000; key++)
		(void)auth_limit_take(l, key);
	CU_ASSERT_EQUAL(take_all(l, 7), 0);
}

/* ---- logging in ---- */

static struct daemonless d;
static char users_path[4096];

static void
write_users(const char *text)
{
	CU_ASSERT_EQUAL_FATAL(file_write_atomic(users_path, text, strlen(text),
				  0600),
	    0);
}

/* alice and root are pool-admins, bob is a vm-operator, carol is what her
 * subject is, dave is locked. */
static void
write_usual(void)
{
	char text[2000];
	const char *h = hash_of("right");

	snprintf(text, sizeof(text),
	    "alice:%s:pool-admin\nroot:%s:pool-admin\nbob:%s:vm-operator\n"
	    "carol:%s:\ndave:!:pool-admin\n",
	    h, h, h, h);
	write_users(text);
}

static void
start(void)
{
	snprintf(users_path, sizeof(users_path), "%s", unit_path("users"));
	write_usual();
	memset(&d, 0, sizeof(d));
	daemonless_start(&d, users_path);
}

static bool
check_hurried(const char *address, const char *user, const char *password,
    struct auth_result *out)
{
	struct call *c =
	    daemonless_call(&d, "session.login_with_password", REF_NULL);
	int rc;

	snprintf(c->peer.address, sizeof(c->peer.address), "%s", address);
	rc = auth_check(c, user, password, out);
	if (rc < 0) {
		CU_ASSERT_EQUAL_FATAL(c->nerror, 3);
		CU_ASSERT_STRING_EQUAL(c->error[0],
		    "SESSION_AUTHENTICATION_FAILED");
		CU_ASSERT_STRING_EQUAL(c->error[1], user);
	}
	daemonless_call_free(c);
	return rc == 0;
}

static void
post(struct auth_request *r)
{
	sem_post(r->arg);
}

/* As a login does it. */
static bool
check_from(const char *address, const char *user, const char *password,
    struct auth_result *out)
{
	sem_t answered_one;
	struct auth_request r = {
		.user = user,
		.password = password,
		.address = address,
		.done = post,
		.arg = &answered_one,
	};

	sem_init(&answered_one, 0, 0);
	auth_submit(&d.core, &r);
	while (sem_wait(&answered_one) < 0)
		;
	sem_destroy(&answered_one);
	*out = r.result;
	return r.ok;
}

static bool
check(const char *user, const char *password, struct auth_result *out)
{
	return check_from("192.0.2.1", user, password, out);
}

static void
test_good(void)
{
	struct auth_result r;

	start();
	CU_ASSERT(check("alice", "right", &r));
	CU_ASSERT_STRING_EQUAL(r.user, "alice");
	CU_ASSERT_STRING_EQUAL(r.sid, "file:alice");
	CU_ASSERT_EQUAL(r.roles, role_find("pool-admin"));
	CU_ASSERT(!r.local_superuser);
	CU_ASSERT(check("root", "right", &r));
	CU_ASSERT(r.local_superuser);
	CU_ASSERT_EQUAL(r.roles, rbac_all());
	CU_ASSERT(check("bob", "right", &r));
	CU_ASSERT_EQUAL(r.roles, role_find("vm-operator"));
	daemonless_stop(&d);
}

static void
test_bad(void)
{
	char long_one[3000];
	struct auth_result r;

	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	start();
	CU_ASSERT(!check("alice", "wrong", &r));
	CU_ASSERT(!check("alice", "", &r));
	CU_ASSERT(!check("nobody", "right", &r));
	CU_ASSERT(!check("", "", &r));
	CU_ASSERT(!check("dave", "!", &r));
	CU_ASSERT(!check("dave", "right", &r));
	CU_ASSERT(!check("carol", "right", &r)); /* no role */
	CU_ASSERT(!check("alice:", "right", &r));
	CU_ASSERT(!check(long_one, "right", &r));
	CU_ASSERT(!check("alice", long_one, &r));
	CU_ASSERT_EQUAL(r.roles, 0);
	daemonless_stop(&d);
}

static void
test_trusted_peer(void)
{
	struct call *c;
	struct auth_result r;

	start();
	c = daemonless_call(&d, "session.login_with_password", REF_NULL);
	c->peer.local = true;
	c->peer.uid = geteuid();
	CU_ASSERT_EQUAL(auth_check(c, "whoever", "whatever", &r), 0);
	CU_ASSERT(r.local_superuser);
	CU_ASSERT_STRING_EQUAL(r.user, "whoever");
	c->peer.uid = geteuid() + 12345;
	CU_ASSERT_EQUAL(auth_check(c, "whoever", "whatever", &r), -1);
	CU_ASSERT(!r.local_superuser);
	c->peer.local = false;
	c->peer.uid = 0;
	CU_ASSERT(!auth_trusts(&c->peer));
	daemonless_call_free(c);
	daemonless_stop(&d);
}

static void
test_role_by_subject(void)
{
	struct ref role = rbac_role_ref(4); /* vm-operator */
	const struct subject s = {
		.r = { .cls = &class_table[CLASS_subject] },
		.uuid = "",
		.subject_identifier = "file:carol",
		.roles = { &role, 1 },
	};
	struct auth_result r;
	struct ref self;
	struct tx *t;

	start();
	CU_ASSERT(!check("carol", "right", &r));
	t = tx_begin(d.core.db);
	CU_ASSERT_EQUAL(tx_insert(t, &s.r, &self), 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT(check("carol", "right", &r));
	CU_ASSERT_EQUAL(r.roles, role_find("vm-operator"));
	CU_ASSERT_EQUAL(r.nsubjects, 1);
	CU_ASSERT(ref_equal(r.subject, self));
	daemonless_stop(&d);
}

/* ---- the file changes ---- */

static struct ref
session_of(const char *user)
{
	struct auth_result r;
	struct session_new n = { 0 };
	struct ref session = REF_NULL;
	bool changed;

	CU_ASSERT_FATAL(check(user, "right", &r));
	n.user = r.user;
	n.sid = r.sid;
	n.roles = r.roles;
	CU_ASSERT_EQUAL_FATAL(session_create(&d.core, &n, &session, &changed),
	    0);
	CU_ASSERT(auth_still_valid(&d.core, &r));
	return session;
}

static bool
is_alive(struct ref session)
{
	struct call *c =
	    daemonless_call(&d, "session.login_with_password", REF_NULL);
	bool alive = session_attach(c, session) == 0;

	daemonless_call_free(c);
	return alive;
}

static void
test_file_changes(void)
{
	struct ref alice, bob, root;
	struct auth_result r;
	char text[2000];

	start();
	alice = session_of("alice");
	bob = session_of("bob");
	root = session_of("root");
	CU_ASSERT(check("bob", "right", &r));
	/* bob's role is another, root is gone, alice stays as she is */
	snprintf(text, sizeof(text), "alice:%s:pool-admin\nbob:%s:read-only\n",
	    hash_of("right"), hash_of("right"));
	write_users(text);
	CU_ASSERT(!auth_still_valid(&d.core, &r) || is_alive(bob));
	auth_reload(&d.core);
	CU_ASSERT(!auth_still_valid(&d.core, &r));
	CU_ASSERT(is_alive(alice));
	CU_ASSERT(!is_alive(bob));
	CU_ASSERT(!is_alive(root));
	CU_ASSERT(check("bob", "right", &r));
	CU_ASSERT_EQUAL(r.roles, role_find("read-only"));
	CU_ASSERT(!check("root", "right", &r));
	/* without a file everything stays as it was */
	unlink(users_path);
	auth_reload(&d.core);
	CU_ASSERT(is_alive(alice));
	CU_ASSERT(check("alice", "right", &r));
	write_usual();
	CU_ASSERT(check("root", "right", &r));
	daemonless_stop(&d);
}

static void
test_file_is_watched(void)
{
	struct ref bob;

	start();
	bob = session_of("bob");
	write_users("# nobody\n");
	for (int i = 0; i < 500 && is_alive(bob); i++)
		usleep(10000);
	CU_ASSERT(!is_alive(bob));
	daemonless_stop(&d);
}

static void
test_no_file(void)
{
	struct daemonless e = { 0 };
	char err[512] = "";

	e.config.users_file = unit_path("no-such-file");
	e.core.config = &e.config;
	e.core.timers = timers_new();
	CU_ASSERT_EQUAL(auth_open(&e.core, err, sizeof(err)), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err, "no-such-file"));
	CU_ASSERT_PTR_NULL(e.core.auth);
	auth_close(&e.core);
	timers_free(e.core.timers);
}

static void
test_change_password(void)
{
	struct call *c;
	struct auth_result r;
	struct ref alice;
	struct stat st;

	start();
	alice = session_of("alice");
	c = daemonless_call(&d, "session.change_password", alice);
	CU_ASSERT_EQUAL(auth_change_password(c, "alice", "wrong", "new"), -1);
	CU_ASSERT_STRING_EQUAL(daemonless_error(c),
	    "SESSION_AUTHENTICATION_FAILED");
	daemonless_call_free(c);
	c = daemonless_call(&d, "session.change_password", alice);
	CU_ASSERT_EQUAL(auth_change_password(c, "alice", "right", ""), -1);
	CU_ASSERT_STRING_EQUAL(daemonless_error(c), "CHANGE_PASSWORD_REJECTED");
	daemonless_call_free(c);
	c = daemonless_call(&d, "session.change_password", alice);
	CU_ASSERT_EQUAL(auth_change_password(c, "alice", "right", "new"), 0);
	daemonless_call_free(c);
	CU_ASSERT(check("alice", "new", &r));
	CU_ASSERT(!check("alice", "right", &r));
	CU_ASSERT(check("bob", "right", &r));
	auth_reload(&d.core);
	CU_ASSERT(is_alive(alice));
	CU_ASSERT_EQUAL(stat(users_path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	daemonless_stop(&d);
}

/* ---- attacks ---- */

static int64_t
time_of(const char *user)
{
	struct auth_result r;
	int64_t best = INT64_MAX;

	/* From ever new addresses: nothing is held back. */
	for (int i = 0; i < 25; i++) {
		char address[32];
		int64_t begin = clock_mono_ns(), ns;

		snprintf(address, sizeof(address), "198.51.100.%d", i);
		CU_ASSERT(!check_from(address, user, "wrong", &r));
		ns = clock_mono_ns() - begin;
		best = ns < best ? ns : best;
	}
	return best;
}

static void
test_constant_work(void)
{
	int64_t known, unknown, locked;

	start();
	known = time_of("alice");
	unknown = time_of("nobody");
	locked = time_of("dave");
	printf("# us: known %lld, unknown %lld, locked %lld\n",
	    (long long)known / 1000, (long long)unknown / 1000,
	    (long long)locked / 1000);
	CU_ASSERT(unknown > known / 2 && unknown < known * 2);
	CU_ASSERT(locked > known / 2 && locked < known * 2);
	daemonless_stop(&d);
}

/* Requests that come without waiting for answers. */
struct flood {
	struct auth_request r;
	char user[16];
	_Atomic bool done;
};

static _Atomic int answered;

static void
flood_done(struct auth_request *r)
{
	struct flood *f = r->arg;

	CU_ASSERT(!r->ok);
	f->done = true;
	answered++;
}

static struct flood *
flood_start(int n, const char *address, bool many_users)
{
	struct flood *all = calloc((size_t)n, sizeof(*all));

	CU_ASSERT_PTR_NOT_NULL_FATAL(all);
	answered = 0;
	for (int i = 0; i < n; i++) {
		struct flood *f = &all[i];

		snprintf(f->user, sizeof(f->user), many_users ? "u%d" : "bob",
		    i);
		f->r = (struct auth_request){
			.user = f->user,
			.password = "wrong",
			.address = address,
			.done = flood_done,
			.arg = f,
		};
		auth_submit(&d.core, &f->r);
	}
	return all;
}

static void
flood_end(struct flood *all, int n)
{
	for (int i = 0; i < 1000 && answered < n; i++)
		usleep(10000);
	CU_ASSERT_EQUAL(answered, n);
	free(all);
}

#define FLOOD 10000

static void
test_flood(void)
{
	struct auth_result r;
	struct flood *all;
	int64_t begin, ns;

	start();
	all = flood_start(FLOOD, "203.0.113.9", false);
	begin = clock_mono_ns();
	CU_ASSERT(check("bob", "right", &r)); /* from elsewhere */
	ns = clock_mono_ns() - begin;
	printf("# a good login beside %d bad ones: %lld ms\n", FLOOD,
	    (long long)(ns / NSEC_PER_MSEC));
	CU_ASSERT(ns < NSEC_PER_SEC);
	flood_end(all, FLOOD);
	daemonless_stop(&d);
}

static void
test_flood_of_users(void)
{
	struct auth_result r;
	struct flood *all;
	int64_t begin, ns;

	start();
	all = flood_start(FLOOD, "203.0.113.9", true);
	begin = clock_mono_ns();
	CU_ASSERT(check("bob", "right", &r));
	ns = clock_mono_ns() - begin;
	CU_ASSERT(ns < NSEC_PER_SEC);
	flood_end(all, FLOOD);
	daemonless_stop(&d);
}

/* The same user from the same address: known from before. */
static void
test_flood_of_oneself(void)
{
	struct auth_result r;
	struct flood *all;
	int64_t begin, ns;

	start();
	CU_ASSERT(check_from("203.0.113.9", "bob", "right", &r));
	all = flood_start(FLOOD, "203.0.113.9", false);
	begin = clock_mono_ns();
	CU_ASSERT(check_from("203.0.113.9", "bob", "right", &r));
	ns = clock_mono_ns() - begin;
	CU_ASSERT(ns < NSEC_PER_SEC);
	flood_end(all, FLOOD);
	daemonless_stop(&d);
}

static void
test_held_back(void)
{
	struct auth_result r;
	int64_t begin;

	start();
	for (int i = 0; i < 10; i++)
		CU_ASSERT(!check("bob", "wrong", &r));
	begin = clock_mono_ns();
	CU_ASSERT(!check("bob", "wrong", &r));
	CU_ASSERT(clock_mono_ns() - begin >= 950 * NSEC_PER_MSEC);
	/* who has it right is not kept, and has a clean slate */
	begin = clock_mono_ns();
	CU_ASSERT(check("bob", "right", &r));
	CU_ASSERT(!check("bob", "wrong", &r));
	CU_ASSERT(clock_mono_ns() - begin < 900 * NSEC_PER_MSEC);
	daemonless_stop(&d);
}

/* HTTP handlers hold a thread while they wait. */
static void
test_hurried(void)
{
	struct auth_result r;
	int64_t begin;

	start();
	CU_ASSERT(check_hurried("192.0.2.1", "alice", "right", &r));
	CU_ASSERT_STRING_EQUAL(r.user, "alice");
	CU_ASSERT(!check_hurried("192.0.2.1", "nobody", "right", &r));
	for (int i = 0; i < 10; i++)
		CU_ASSERT(!check_hurried("192.0.2.1", "bob", "wrong", &r));
	begin = clock_mono_ns();
	CU_ASSERT(!check_hurried("192.0.2.1", "bob", "wrong", &r));
	CU_ASSERT(!check_hurried("192.0.2.1", "bob", "right", &r));
	CU_ASSERT(clock_mono_ns() - begin < 500 * NSEC_PER_MSEC);
	CU_ASSERT(check_hurried("192.0.2.2", "bob", "right", &r));
	CU_ASSERT(check_hurried("192.0.2.1", "alice", "right", &r));
	daemonless_stop(&d);
}

static void
test_ipv6(void)
{
	struct auth_result r;
	char address[64];
	int64_t begin;

	start();
	for (int i = 0; i < 10; i++) {
		snprintf(address, sizeof(address), "2001:db8::%x", i + 1);
		CU_ASSERT(!check_from(address, "bob", "wrong", &r));
	}
	begin = clock_mono_ns();
	CU_ASSERT(!check_from("2001:db8::ffff", "bob", "wrong", &r));
	CU_ASSERT(clock_mono_ns() - begin >= 950 * NSEC_PER_MSEC);
	daemonless_stop(&d);
}

static void
test_stop(void)
{
	struct flood *all;
	int64_t begin;

	start();
	all = flood_start(500, "203.0.113.9", false);
	begin = clock_mono_ns();
	daemonless_stop(&d);
	CU_ASSERT(clock_mono_ns() - begin < 900 * NSEC_PER_MSEC);
	CU_ASSERT_EQUAL(answered, 500);
	free(all);
}

/* ---- names ---- */

static void
test_identifiers(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct map facts;
	struct set groups;
	const char *id;

	start();
	CU_ASSERT_STRING_EQUAL(auth_identifier_of(&d.core, a, "alice"),
	    "file:alice");
	id = auth_identifier_of(&d.core, a, "daemon");
	CU_ASSERT_PTR_NOT_NULL_FATAL(id);
	CU_ASSERT_EQUAL(*id, 'u');
	CU_ASSERT_EQUAL(auth_describe(&d.core, a, id, &facts), 0);
	CU_ASSERT_EQUAL(facts.n, 6);
	CU_ASSERT_STRING_EQUAL(((const char *const *)facts.keys)[0],
	    "subject-name");
	CU_ASSERT_STRING_EQUAL(((const char *const *)facts.values)[0],
	    "daemon");
	CU_ASSERT_EQUAL(auth_groups_of(&d.core, a, id, &groups), 0);
	CU_ASSERT(groups.n >= 1);
	CU_ASSERT_PTR_NULL(auth_identifier_of(&d.core, a, "no-such-name"));
	CU_ASSERT_EQUAL(auth_describe(&d.core, a, "file:alice", &facts), 0);
	CU_ASSERT_EQUAL(auth_groups_of(&d.core, a, "file:alice", &groups), 0);
	CU_ASSERT_EQUAL(groups.n, 0);
	daemonless_stop(&d);
}

static void
test_bad_identifiers(void)
{
	static const char *const bad[] = { "", "u", "g", "x0", "u-1", "u+0",
		"u0x", "u99999999999999999999", "u4294967295", "file:nobody",
		"file:", "u 0", "S-1-5-21" };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct map facts;
	struct set groups;

	start();
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		CU_ASSERT_EQUAL(auth_describe(&d.core, a, bad[i], &facts), 1);
		CU_ASSERT_EQUAL(auth_groups_of(&d.core, a, bad[i], &groups), 1);
	}
	daemonless_stop(&d);
}

UNIT_MAIN("auth", { "each wrong line says why", test_lines },
    { "wrong lines are skipped, the first of two counts", test_file },
    { "an unknown name costs what some user's costs", test_decoy },
    { "a new hash replaces one line and nothing else", test_rewrite },
    { "passwords fit their hashes only", test_hashes },
    { "a bucket empties and fills again", test_buckets },
    { "a flood of keys does not hide a known offender", test_bucket_flood },
    { "a right password tells who it is", test_good },
    { "wrong passwords and users are refused alike", test_bad },
    { "the local socket's root needs no password, others do",
	test_trusted_peer },
    { "a user without a role in the file has those of his subject",
	test_role_by_subject },
    { "who is gone from the file, or changed there, is logged out",
	test_file_changes },
    { "a change of the file is seen without a login", test_file_is_watched },
    { "a file that is not there is said at the start", test_no_file },
    { "a password can be changed by who knows the old one",
	test_change_password },
    { "a refusal takes as long for unknown users", test_constant_work },
    { "a flood for one user leaves room for others", test_flood },
    { "a flood of many names leaves room for others", test_flood_of_users },
    { "a flood in his name does not lock a known user out",
	test_flood_of_oneself },
    { "answers are held back once there were many wrong ones", test_held_back },
    { "who holds a thread is refused at once instead", test_hurried },
    { "an IPv6 network counts as one address", test_ipv6 },
    { "the end does not wait for answers that are held back", test_stop },
    { "local accounts have identifiers", test_identifiers },
    { "odd identifiers are nobody's", test_bad_identifiers })
