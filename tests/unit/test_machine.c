/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of a machine, in a folder that stands for it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "machine/machine_program.h"
#include "tests/lib/unit.h"
#include "xapid/machine/machine.h"

static char ran[1024]; /* what the system was asked to run */
static int64_t clock_set;

static int
run(const char *const argv[])
{
	size_t n = strlen(ran);

	for (; *argv; argv++)
		n += (size_t)snprintf(ran + n, sizeof(ran) - n, "%s ", *argv);
	snprintf(ran + n, sizeof(ran) - n, "\n");
	return 0;
}

static int
set_clock(int64_t sec)
{
	clock_set = sec;
	return 0;
}

/* What it prints is for the daemon, not for the runner of tests. */
static int
set(const char *const words[])
{
	const struct machine m = { unit_folder(), run, set_clock };
	int saved, rc;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(freopen("/dev/null", "w", stdout));
	ran[0] = '\0';
	rc = machine_set(&m, words);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	return rc;
}
#define SET(...) set((const char *const[]){ __VA_ARGS__, NULL })

static void
have_file(const char *path)
{
	char folder[4096];

	snprintf(folder, sizeof(folder), "%s", unit_path(path));
	*strrchr(folder, '/') = '\0';
	CU_ASSERT_EQUAL_FATAL(file_make_dirs(folder, 0755), 0);
	CU_ASSERT_EQUAL_FATAL(file_write_atomic(unit_path(path), "", 0, 0644),
	    0);
}

static void
have_service(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "usr/lib/systemd/system/%s.service", name);
	have_file(path);
}

static const char *
content(const char *path)
{
	static char text[4096];
	struct bytes b = { 0 };

	text[0] = '\0';
	if (file_read(unit_path(path), sizeof(text) - 1, &b) == 0)
		snprintf(text, sizeof(text), "%.*s", (int)b.len,
		    b.p ? b.p : "");
	bytes_free(&b);
	return text;
}

static void
test_no_setting(void)
{
	CU_ASSERT_EQUAL(SET("nothing"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("time"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("time", "1", "2"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET(NULL), MACHINE_REFUSED);
}

static void
test_time(void)
{
	CU_ASSERT_EQUAL(SET("time", "1764000000"), MACHINE_DONE);
	CU_ASSERT_EQUAL(clock_set, 1764000000);
	CU_ASSERT_EQUAL(SET("time", "-1"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("time", "12x"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("time", "99999999999999999999"), MACHINE_REFUSED);
}

static void
test_zone(void)
{
	char to[4096];
	ssize_t n;

	have_file("usr/share/zoneinfo/Europe/Oslo");
	have_file("usr/share/secret");
	have_file("etc/timezone");
	CU_ASSERT_EQUAL(SET("timezone", "Europe/Oslo"), MACHINE_DONE);
	n = readlink(unit_path("etc/localtime"), to, sizeof(to) - 1);
	CU_ASSERT_FATAL(n > 0);
	to[n] = '\0';
	CU_ASSERT_STRING_EQUAL(to, "/usr/share/zoneinfo/Europe/Oslo");
	CU_ASSERT_STRING_EQUAL(content("etc/timezone"), "Europe/Oslo\n");
	CU_ASSERT_EQUAL(SET("timezone", "Europe/Nowhere"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("timezone", "../secret"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("timezone", "/etc/passwd"), MACHINE_REFUSED);
}

static void
test_timesyncd(void)
{
	static const char file[] = "etc/systemd/timesyncd.conf.d/xapid.conf";

	CU_ASSERT_EQUAL(SET("ntp", "a.example"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("ntp", "off"), MACHINE_DONE);
	CU_ASSERT_EQUAL(SET("ntp", "default"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran, "");
	have_service("systemd-timesyncd");
	CU_ASSERT_EQUAL(SET("ntp", "a.example", "::1"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content(file),
	    "[Time]\nFallbackNTP=\nNTP=a.example ::1 \n");
	CU_ASSERT_STRING_EQUAL(ran,
	    "/usr/bin/systemctl enable --now systemd-timesyncd \n"
	    "/usr/bin/systemctl restart systemd-timesyncd \n");
	CU_ASSERT_EQUAL(SET("ntp", "a\n[Evil]"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("ntp", "default"), MACHINE_DONE);
	CU_ASSERT_EQUAL(access(unit_path(file), F_OK), -1);
	CU_ASSERT_EQUAL(SET("ntp", "off"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran,
	    "/usr/bin/systemctl disable --now systemd-timesyncd \n");
}

static void
test_chrony(void)
{
	have_service("chrony");
	CU_ASSERT_EQUAL(SET("ntp", "a.example"), MACHINE_REFUSED);
	have_file("etc/chrony/sources.d/README");
	CU_ASSERT_EQUAL(SET("ntp", "a.example", "b.example"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content("etc/chrony/sources.d/xapid.sources"),
	    "server a.example iburst prefer\n"
	    "server b.example iburst prefer\n\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(ran, "restart chrony"));
}

static void
test_syslog(void)
{
	static const char file[] = "etc/rsyslog.d/60-xapid.conf";

	CU_ASSERT_EQUAL(SET("syslog"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran, "");
	CU_ASSERT_EQUAL(SET("syslog", "log.example"), MACHINE_REFUSED);
	have_service("rsyslog");
	have_file("etc/rsyslog.d/README");
	CU_ASSERT_EQUAL(SET("syslog", "log.example"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content(file), "*.* @log.example\n");
	CU_ASSERT_EQUAL(SET("syslog", "2001:db8::1"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content(file), "*.* @[2001:db8::1]\n");
	CU_ASSERT_EQUAL(SET("syslog", "x\n$ModLoad evil"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("syslog"), MACHINE_DONE);
	CU_ASSERT_EQUAL(access(unit_path(file), F_OK), -1);
	CU_ASSERT_STRING_EQUAL(ran, "/usr/bin/systemctl restart rsyslog \n");
}

static void
test_shells(void)
{
	CU_ASSERT_EQUAL(SET("ssh", "off"), MACHINE_DONE);
	CU_ASSERT_EQUAL(SET("ssh", "on"), MACHINE_REFUSED);
	have_service("sshd");
	CU_ASSERT_EQUAL(SET("ssh", "on"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran, "/usr/bin/systemctl enable --now sshd \n");
	have_file("etc/profile.d/README");
	CU_ASSERT_EQUAL(SET("idle", "300"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content("etc/profile.d/xapid-idle.sh"),
	    "TMOUT=300\nexport TMOUT\n");
	CU_ASSERT_EQUAL(SET("idle", "$(id)"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("idle", "0"), MACHINE_DONE);
	CU_ASSERT_EQUAL(access(unit_path("etc/profile.d/xapid-idle.sh"), F_OK),
	    -1);
}

static void
test_storage(void)
{
	CU_ASSERT_EQUAL(SET("iqn", "iqn.2026-11.example:x"), MACHINE_REFUSED);
	have_file("etc/iscsi/iscsid.conf");
	CU_ASSERT_EQUAL(SET("iqn", "iqn.2026-11.example:x"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(content("etc/iscsi/initiatorname.iscsi"),
	    "InitiatorName=iqn.2026-11.example:x\n");
	CU_ASSERT_EQUAL(SET("iqn", "x\ny"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("multipath", "off"), MACHINE_DONE);
	CU_ASSERT_EQUAL(SET("multipath", "on"), MACHINE_REFUSED);
}

static void
test_processors(void)
{
	CU_ASSERT_EQUAL(SET("cstate", "1"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran, "/usr/sbin/xenpm set-max-cstate 1 \n");
	CU_ASSERT_EQUAL(SET("cstate", "1", "2"), MACHINE_DONE);
	CU_ASSERT_STRING_EQUAL(ran, "/usr/sbin/xenpm set-max-cstate 1 2 \n");
	CU_ASSERT_EQUAL(SET("cstate", "-x"), MACHINE_REFUSED);
	CU_ASSERT_EQUAL(SET("cstate", "1", "-x"), MACHINE_REFUSED);
}

UNIT_MAIN("machine", { "what is no setting is refused", test_no_setting },
    { "the clock is set to seconds and nothing else", test_time },
    { "a zone is one that the machine has [A21]", test_zone },
    { "systemd-timesyncd is told of time servers", test_timesyncd },
    { "chrony is told of time servers in a file of ours", test_chrony },
    { "rsyslog is told where else to send the log", test_syslog },
    { "secure shell is turned on and off, consoles end when idle",
	test_shells },
    { "storage initiators are named", test_storage },
    { "processors sleep no deeper than is said", test_processors })
