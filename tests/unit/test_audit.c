/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access/session.h"
#include "lib/fault.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/text.h"
#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"

static struct daemonless d;
static char folder[4096], path[4200];

static void
start(void)
{
	snprintf(folder, sizeof(folder), "%s", unit_folder());
	snprintf(path, sizeof(path), "%s/audit.log", folder);
	memset(&d, 0, sizeof(d));
	daemonless_start(&d, NULL);
	CU_ASSERT_EQUAL_FATAL(audit_open(folder), 0);
}

static void
stop(void)
{
	audit_close();
	daemonless_stop(&d);
}

/* All of the log so far, for the life of the test. */
static const char *
text(void)
{
	static struct bytes all;

	bytes_free(&all);
	CU_ASSERT_EQUAL(file_read(path, 20 << 20, &all), 0);
	return bytes_cstr(&all);
}

static bool
says(const char *pattern)
{
	const char *log = text();
	regex_t re;
	bool found;

	CU_ASSERT_EQUAL_FATAL(regcomp(&re, pattern,
				  REG_EXTENDED | REG_NEWLINE | REG_NOSUB),
	    0);
	found = regexec(&re, log, 0, NULL, 0) == 0;
	if (!found)
		printf("# %s\n", log);
	regfree(&re);
	return found;
}

static struct call *
call_by(const char *user, const char *sid, const char *method, const void *args)
{
	struct call *c = daemonless_call(&d, method, REF_NULL);

	snprintf(c->caller.user, sizeof(c->caller.user), "%s", user);
	snprintf(c->caller.sid, sizeof(c->caller.sid), "%s", sid);
	c->caller.session = (struct ref){ 1, 2 };
	c->args = args;
	return c;
}

static void
audit_once(const char *method, const void *args)
{
	struct call *c = call_by("alice", "u1000", method, args);

	audit_call(c, true, c->error, c->nerror);
	daemonless_call_free(c);
}

static void
test_form(void)
{
	struct host_set_name_label_args a = { 0 };
	struct ref host;

	start();
	host = d.core.host;
	a.self = host;
	a.value = "it's \\ new\nline";
	audit_once("host.set_name_label", &a);
	CU_ASSERT(says("^\\[20[0-9]{6}T[0-9:]{8}\\.[0-9]{3}Z\\|info\\|[^|]+"
		       "\\|\\|audit\\] \\('trackid=[0-9a-f]{16}' 'u1000' "
		       "'alice' 'ALLOWED' 'OK' 'API' 'host.set_name_label' "
		       "\\(\\('self' '' '[0-9a-f-]{36}' "
		       "'OpaqueRef:[0-9a-f-]{36}'\\) "
		       "\\('value' 'it\\\\'s \\\\\\\\ new\\\\x0aline' '' ''"
		       "\\)\\)\\)$"));
	stop();
}

static void
test_names_of_objects(void)
{
	struct host_set_name_description_args a = { 0 };
	struct tx *t;

	start();
	t = tx_begin(d.core.db);
	CU_ASSERT_EQUAL(TX_SET(t, host, host, d.core.host, name_label,
			    "big host"),
	    0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	a.self = d.core.host;
	a.value = "";
	audit_once("host.set_name_description", &a);
	CU_ASSERT(says("\\('self' 'big host' '[0-9a-f-]{36}' "
		       "'OpaqueRef:[0-9a-f-]{36}'\\) \\('value' '' '' ''\\)"));
	stop();
}

static void
test_what_counts(void)
{
	static const struct {
		const char *method;
		bool line;
	} rows[] = {
		{ "host.get_name_label", false },
		{ "host.get_record", false },
		{ "host.get_all", false },
		{ "host.get_all_records_where", false },
		{ "host.get_servertime", false },
		{ "host.set_name_label", true },
		{ "host.add_to_other_config", true },
		{ "host.remove_from_other_config", true },
		{ "VM.start", true },
		{ "VM.create", true },
		{ "VM.destroy", true },
		{ "session.logout", true },
		{ "session.login_with_password", true },
		{ "event.from", false },
	};

	start();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char pattern[100];

		audit_once(rows[i].method, NULL);
		snprintf(pattern, sizeof(pattern), "'%s'", rows[i].method);
		CU_ASSERT_EQUAL(strstr(text(), pattern) != NULL, rows[i].line);
	}
	stop();
}

static void
test_errors(void)
{
	static const char *const denied[] = { "RBAC_PERMISSION_DENIED",
		"host.get_name_label", "no" };
	static const char *const failed[] = { "VM_BAD_POWER_STATE", "x" };
	struct call *c;

	start();
	c = call_by("bob", "u1", "host.get_name_label", NULL);
	audit_call(c, true, denied, 3);
	daemonless_call_free(c);
	/* also of a call that would not be in the log otherwise */
	CU_ASSERT(says("'bob' 'DENIED' 'ERROR:RBAC_PERMISSION_DENIED' 'API' "
		       "'host.get_name_label'"));
	c = call_by("bob", "u1", "VM.start", NULL);
	audit_call(c, true, failed, 2);
	daemonless_call_free(c);
	CU_ASSERT(says("'bob' 'ALLOWED' 'ERROR:VM_BAD_POWER_STATE' 'API' "
		       "'VM.start'"));
	c = call_by("root", "", "VM.start", NULL);
	c->caller.local_superuser = true;
	c->task = (struct ref){ 3, 4 };
	audit_call(c, true, NULL, 0);
	daemonless_call_free(c);
	CU_ASSERT(says("\\|00000000-0000-0003-0000-000000000004\\|audit\\] "
		       "\\('trackid=[0-9a-f]+' 'LOCAL_SUPERUSER' 'root'"));
	stop();
}

/* ---- secrets ---- */

#define SECRET "Open-Sesame"

static void
test_secrets(void)
{
	static const char *const keys[] = { "password", "folder" };
	static const char *const values[] = { SECRET, SECRET };
	const struct map map = { keys, values, 2 };
	struct secret record = { .uuid = "",
		.value = SECRET,
		.other_config = map };
	struct session_login_with_password_args login = { "u", SECRET, "1",
		"x" };
	struct session_change_password_args change = { SECRET, SECRET };
	struct session_slave_login_args pool = { .psecret = SECRET };
	struct secret_create_args create = { &record };
	struct secret_set_value_args set = { .value = SECRET };
	struct secret_introduce_args introduce = { "x", SECRET, map };
	struct host_set_other_config_args other = { .value = map };
	struct host_add_to_other_config_args add = { .key = "k",
		.value = SECRET };

	start();
	record.r.cls = &class_table[CLASS_secret];
	audit_once("session.login_with_password", &login);
	audit_once("session.change_password", &change);
	audit_once("session.slave_login", &pool);
	audit_once("secret.create", &create);
	audit_once("secret.set_value", &set);
	audit_once("secret.introduce", &introduce);
	audit_once("host.set_other_config", &other);
	audit_once("host.add_to_other_config", &add);
	CU_ASSERT_PTR_NULL(strstr(text(), SECRET));
	CU_ASSERT(says("'host.set_other_config' .*'password folder'"));
	CU_ASSERT(says("'host.add_to_other_config' .*\\('key' 'k' '' ''\\) "
		       "\\('value' '\\(hidden\\)' '' ''\\)"));
	stop();
}

static void
test_session_is_tracked(void)
{
	struct session_set_other_config_args a = { 0 };
	char ref[REF_CHARS + 1], track[17];

	start();
	a.self = ref_new();
	ref_format(a.self, ref);
	audit_once("session.set_other_config", &a);
	log_track(ref, track);
	CU_ASSERT_PTR_NULL(strstr(text(), ref + 10));
	CU_ASSERT_PTR_NOT_NULL(strstr(text(), track));
	ref_format((struct ref){ 1, 2 }, ref); /* the caller's */
	CU_ASSERT_PTR_NULL(strstr(text(), ref + 10));
	stop();
}

/* ---- bounds ---- */

static void
test_long(void)
{
	struct host_set_name_label_args a = { 0 };
	struct host_set_tags_args tags = { 0 };
	char value[1000] = "x", *many[2000];
	const char *end;

	start();
	for (int i = 0; i < 300; i++)
		strcat(value, "\xc3\xa4");
	a.value = value;
	audit_once("host.set_name_label", &a);
	CU_ASSERT(strlen(text()) < 600);
	CU_ASSERT_PTR_NOT_NULL(strstr(text(), "...'"));
	CU_ASSERT(text_is_clean(text(), strlen(text())));
	for (int i = 0; i < 2000; i++)
		many[i] = value;
	tags.value = (struct set){ many, 2000 };
	audit_once("host.set_tags", &tags);
	end = strrchr(text(), '\n');
	CU_ASSERT_PTR_NOT_NULL(end);
	CU_ASSERT(strlen(text()) < 6000);
	CU_ASSERT(text_is_clean(text(), strlen(text())));
	stop();
}

static unsigned
count_files(void)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	while ((e = readdir(dir)))
		if (strncmp(e->d_name, "audit.log", 9) == 0) {
			char name[4500];
			struct stat st;

			snprintf(name, sizeof(name), "%s/%s", folder,
			    e->d_name);
			CU_ASSERT_EQUAL(stat(name, &st), 0);
			CU_ASSERT(st.st_size <= 10 << 20);
			CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
			n++;
		}
	closedir(dir);
	return n;
}

/* Each round begins with a file that is nearly full. */
static void
test_rotation(void)
{
	struct host_set_name_label_args a = { 0 };
	char round[20];

	start();
	a.value = round;
	for (int i = 0; i < 15; i++) {
		snprintf(round, sizeof(round), "round %d", i);
		audit_once("host.set_name_label", &a);
		audit_close();
		CU_ASSERT_EQUAL(truncate(path, (10 << 20) - 100), 0);
		CU_ASSERT_EQUAL(audit_open(folder), 0);
	}
	CU_ASSERT_EQUAL(count_files(), 10);
	/* the newest is in the first file, the one before in the next */
	CU_ASSERT_PTR_NOT_NULL(strstr(text(), "round 14"));
	strcat(path, ".1");
	CU_ASSERT_PTR_NOT_NULL(strstr(text(), "round 13"));
	stop();
}

static void
test_disk_full(void)
{
	start();
	audit_once("VM.start", NULL);
	fault_arm(FAULT_WRITE, 0, ENOSPC, true);
	audit_once("VM.start", NULL);
	audit_once("VM.start", NULL);
	fault_disarm();
	fault_arm(FAULT_WRITE, 0, 0, false); /* a short write, then goes on */
	audit_once("VM.destroy", NULL);
	fault_disarm();
	CU_ASSERT(says("^# 2 lines were lost$"));
	CU_ASSERT(says("'VM.destroy' \\(\\)\\)$"));
	stop();
}

static void
test_cannot_open(void)
{
	CU_ASSERT_EQUAL(audit_open("/no/such/folder"), -1);
	memset(&d, 0, sizeof(d));
	daemonless_start(&d, NULL);
	audit_once("VM.start", NULL); /* goes nowhere */
	daemonless_stop(&d);
}

UNIT_MAIN("audit", { "a line has the form that readers select by", test_form },
    { "objects stand with name, uuid and reference", test_names_of_objects },
    { "changes have a line, reading has none", test_what_counts },
    { "refusals and errors are told", test_errors },
    { "no secret gets into the log", test_secrets },
    { "a session stands there as its track", test_session_is_tracked },
    { "lines are bounded and clean text", test_long },
    { "ten files of ten MiB are kept", test_rotation },
    { "a full disk is told once there is room", test_disk_full },
    { "a folder that is not there is an error", test_cannot_open })
