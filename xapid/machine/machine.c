/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A setting is a file of ours in a folder that its service reads, and that
 * service told of it; files that people edit are left alone. Every word is
 * checked, whoever sent it. */
#include "machine/machine.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "machine/machine_program.h"

#define PATH_BYTES 4096
#define TEXT_BYTES 16384

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

__attribute__((format(printf, 1, 2))) static int
refuse(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	return MACHINE_REFUSED;
}

static int
broken(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return MACHINE_BROKEN;
}

/* Of letters, digits and the others given, and no option. */
static bool
is_word(const char *s, const char *others)
{
	char allowed[128];

	snprintf(allowed, sizeof(allowed), "%s%s", name_characters, others);
	return *s && *s != '-' && strlen(s) <= 255 &&
	    strspn(s, allowed) == strlen(s);
}

/* ---- files ---- */

static const char *
below(const struct machine *m, const char *path, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%s%s", m->root, path);
	return out;
}

static bool
there_is(const struct machine *m, const char *path)
{
	char full[PATH_BYTES];
	struct stat st;

	return lstat(below(m, path, full), &st) == 0;
}

static int
put_file(const struct machine *m, const char *path, const char *text)
{
	char full[PATH_BYTES];

	return file_write_atomic(below(m, path, full), text, strlen(text),
		   0644) < 0
	    ? broken(path)
	    : MACHINE_DONE;
}

static int
drop_file(const struct machine *m, const char *path)
{
	char full[PATH_BYTES];

	return unlink(below(m, path, full)) < 0 && errno != ENOENT
	    ? broken(path)
	    : MACHINE_DONE;
}

/* ---- services ---- */

static bool
is_service(const struct machine *m, const char *name)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/usr/lib/systemd/system/%s.service",
	    name);
	if (there_is(m, path))
		return true;
	snprintf(path, sizeof(path), "/lib/systemd/system/%s.service", name);
	return there_is(m, path);
}

/* The first of these that the machine has, or NULL. */
static const char *
find_service(const struct machine *m, const char *const names[])
{
	for (; *names; names++)
		if (is_service(m, *names))
			return *names;
	return NULL;
}

static int
tell(const struct machine *m, const char *verb, const char *option,
    const char *service)
{
	const char *argv[] = { "/usr/bin/systemctl", verb,
		option ? option : service, option ? service : NULL, NULL };

	if (m->run(argv) == 0)
		return MACHINE_DONE;
	printf("systemctl %s %s failed\n", verb, service);
	return MACHINE_BROKEN;
}

/* On or off, now and at each boot. */
static int
turn(const struct machine *m, const char *service, bool on)
{
	return tell(m, on ? "enable" : "disable", "--now", service);
}

/* ---- the clock ---- */

static int
set_time(const struct machine *m, const char *const *words)
{
	static const char *const hwclock[] = { "/usr/sbin/hwclock", "--systohc",
		"--utc", NULL };
	char *end;
	long long sec;

	errno = 0;
	sec = strtoll(words[0], &end, 10);
	if (errno || *end || end == words[0] || sec < 0)
		return refuse("no time");
	if (m->set_clock(sec) < 0)
		return broken("the clock");
	(void)m->run(hwclock); /* a virtual machine has none */
	return MACHINE_DONE;
}

static int
set_timezone(const struct machine *m, const char *const *words)
{
	char path[PATH_BYTES], target[PATH_BYTES], next[PATH_BYTES];
	const char *zone = words[0];

	if (!is_word(zone, "_+-/") || strstr(zone, "//"))
		return refuse("no time zone");
	snprintf(target, sizeof(target), "/usr/share/zoneinfo/%s", zone);
	if (!there_is(m, target))
		return refuse("this machine does not know the zone");
	below(m, "/etc/localtime.xapid", next);
	(void)unlink(next);
	if (symlink(target, next) < 0 ||
	    rename(next, below(m, "/etc/localtime", path)) < 0)
		return broken("/etc/localtime");
	if (!there_is(m, "/etc/timezone"))
		return MACHINE_DONE;
	snprintf(target, sizeof(target), "%s\n", zone);
	return put_file(m, "/etc/timezone", target);
}

/* ---- time servers ---- */

static const char *const time_services[] = { "chrony", "chronyd",
	"systemd-timesyncd", NULL };

/* How each is told of servers. What chrony has in its own files stays, and
 * ours go before it. */
static const struct time_file {
	const char *service, *folder, *name;
} time_files[] = {
	{ "chrony", "/etc/chrony/sources.d", "xapid.sources" },
	{ "chronyd", "/etc/chrony.d", "xapid.conf" },
	{ "systemd-timesyncd", "/etc/systemd/timesyncd.conf.d", "xapid.conf" },
};

static const struct time_file *
find_time_file(const char *service)
{
	for (size_t i = 0; i < sizeof(time_files) / sizeof(*time_files); i++)
		if (strcmp(time_files[i].service, service) == 0)
			return &time_files[i];
	return NULL;
}

static int
put_servers(const struct machine *m, const struct time_file *file,
    const char *path, const char *const *servers)
{
	bool timesyncd = strcmp(file->service, "systemd-timesyncd") == 0;
	char text[TEXT_BYTES], folder[PATH_BYTES];
	size_t n;

	if (timesyncd &&
	    file_make_dirs(below(m, file->folder, folder), 0755) < 0)
		return broken(file->folder);
	if (!there_is(m, file->folder))
		return refuse("%s reads no folder %s", file->service,
		    file->folder);
	n = (size_t)snprintf(text, sizeof(text), "%s",
	    timesyncd ? "[Time]\nFallbackNTP=\nNTP=" : "");
	for (; *servers && n < sizeof(text); servers++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    timesyncd ? "%s " : "server %s iburst prefer\n", *servers);
	if (n + 1 < sizeof(text))
		memcpy(text + n, "\n", 2);
	return put_file(m, path, text);
}

/* "off", "default" or servers. */
static int
set_ntp(const struct machine *m, const char *const *words)
{
	const char *service = find_service(m, time_services);
	const struct time_file *file = service ? find_time_file(service) : NULL;
	bool plain = strcmp(words[0], "default") == 0;
	bool off = strcmp(words[0], "off") == 0;
	char path[PATH_BYTES];
	int rc;

	if (!file && (plain || off))
		return MACHINE_DONE; /* it is as it came, and nothing runs */
	if (!file)
		return refuse("this machine has neither chrony nor "
			      "systemd-timesyncd");
	if (off)
		return turn(m, service, false);
	for (unsigned i = 0; !plain && words[i]; i++)
		if (!is_word(words[i], ".:-"))
			return refuse("no time server");
	snprintf(path, sizeof(path), "%s/%s", file->folder, file->name);
	rc = plain ? drop_file(m, path) : put_servers(m, file, path, words);
	if (rc == MACHINE_DONE)
		rc = turn(m, service, true);
	return rc == MACHINE_DONE ? tell(m, "restart", NULL, service) : rc;
}

/* ---- the log ---- */

#define SYSLOG_FILE "/etc/rsyslog.d/60-xapid.conf"

/* Nothing, or where to send the log as well. */
static int
set_syslog(const struct machine *m, const char *const *words)
{
	const char *to = words[0];
	bool was = there_is(m, SYSLOG_FILE);
	char text[512];
	int rc;

	if (!to && !was)
		return MACHINE_DONE;
	if (to && !is_word(to, ".:-"))
		return refuse("no host");
	if (!there_is(m, "/etc/rsyslog.d") || !is_service(m, "rsyslog"))
		return refuse("this machine has no rsyslog");
	if (to)
		snprintf(text, sizeof(text),
		    strchr(to, ':') ? "*.* @[%s]\n" : "*.* @%s\n", to);
	rc = to ? put_file(m, SYSLOG_FILE, text) : drop_file(m, SYSLOG_FILE);
	return rc == MACHINE_DONE ? tell(m, "restart", NULL, "rsyslog") : rc;
}

/* ---- who may come in ---- */

static int
set_ssh(const struct machine *m, const char *const *words)
{
	static const char *const names[] = { "ssh", "sshd", NULL };
	const char *service = find_service(m, names);
	bool on = strcmp(words[0], "on") == 0;

	if (!service)
		return on ? refuse("this machine has no secure shell")
			  : MACHINE_DONE;
	return turn(m, service, on);
}

#define IDLE_FILE "/etc/profile.d/xapid-idle.sh"

/* Seconds after which a shell of the console ends; 0: never. */
static int
set_idle(const struct machine *m, const char *const *words)
{
	char text[128];

	if (!*words[0] || strlen(words[0]) > 9 ||
	    strspn(words[0], "0123456789") != strlen(words[0]))
		return refuse("no number of seconds");
	if (strspn(words[0], "0") == strlen(words[0]))
		return drop_file(m, IDLE_FILE);
	snprintf(text, sizeof(text), "TMOUT=%s\nexport TMOUT\n", words[0]);
	return put_file(m, IDLE_FILE, text);
}

/* ---- storage ---- */

static int
set_iqn(const struct machine *m, const char *const *words)
{
	char text[512];
	int rc;

	if (!is_word(words[0], ".:-_"))
		return refuse("no name of an initiator");
	if (!there_is(m, "/etc/iscsi"))
		return refuse("this machine has no open-iscsi");
	snprintf(text, sizeof(text), "InitiatorName=%s\n", words[0]);
	rc = put_file(m, "/etc/iscsi/initiatorname.iscsi", text);
	if (rc == MACHINE_DONE && is_service(m, "iscsid"))
		rc = tell(m, "try-restart", NULL, "iscsid");
	return rc;
}

static int
set_multipath(const struct machine *m, const char *const *words)
{
	bool on = strcmp(words[0], "on") == 0;

	if (!is_service(m, "multipathd"))
		return on ? refuse("this machine has no multipathd")
			  : MACHINE_DONE;
	return turn(m, "multipathd", on);
}

/* ---- processors ---- */

/* "unlimited", or a state and perhaps its sub-state; until the next boot. */
static int
set_cstate(const struct machine *m, const char *const *words)
{
	const char *argv[] = { "/usr/sbin/xenpm", "set-max-cstate", words[0],
		words[1], NULL };

	if (!is_word(words[0], "") || (words[1] && !is_word(words[1], "")))
		return refuse("no state of processors");
	return m->run(argv) == 0 ? MACHINE_DONE
				 : refuse("the hypervisor does not take it");
}

/* ---- all of them ---- */

static const struct setting {
	const char *name;
	int least, most; /* words */
	int (*set)(const struct machine *m, const char *const *words);
} settings[] = {
	{ "time", 1, 1, set_time },
	{ "timezone", 1, 1, set_timezone },
	{ "ntp", 1, MACHINE_WORDS, set_ntp },
	{ "syslog", 0, 1, set_syslog },
	{ "ssh", 1, 1, set_ssh },
	{ "idle", 1, 1, set_idle },
	{ "iqn", 1, 1, set_iqn },
	{ "multipath", 1, 1, set_multipath },
	{ "cstate", 1, 2, set_cstate },
};

int
machine_set(const struct machine *m, const char *const words[])
{
	int n = 0;

	while (words[0] && words[n + 1])
		n++;
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (words[0] && strcmp(settings[i].name, words[0]) == 0 &&
		    n >= settings[i].least && n <= settings[i].most)
			return settings[i].set(m, words + 1);
	return refuse("no such setting");
}
