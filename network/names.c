/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/proc.h"

#define RESOLV "/etc/resolv.conf"
#define RESOLV_BYTES 65536
#define MAX_SERVERS 8

struct names {
	char text[MAX_SERVERS][INET6_ADDRSTRLEN];
	unsigned n;
};

static void
read_servers(const char *s, struct names *to)
{
	unsigned char buf[16];

	*to = (struct names){ .n = 0 };
	while (*s && to->n < MAX_SERVERS) {
		size_t len = strcspn(s, ", ");
		char *text = to->text[to->n];

		if (len < sizeof(to->text[0])) {
			memcpy(text, s, len);
			text[len] = '\0';
			if (inet_pton(AF_INET, text, buf) == 1 ||
			    inet_pton(AF_INET6, text, buf) == 1)
				to->n++;
		}
		s += len + (s[len] != '\0');
	}
}

static void
put_lines(struct bytes *out, const struct names *names)
{
	for (unsigned i = 0; i < names->n; i++)
		bytes_printf(out, "nameserver %s\n", names->text[i]);
}

/* ---- a file of nobody's ---- */

/* All lines but those that name servers. */
static void
put_others(struct bytes *out, const char *line)
{
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, "\n");

		if (strncmp(line, "nameserver", 10) != 0)
			bytes_printf(out, "%.*s\n", (int)len, line);
	}
}

int
names_write(const char *path, const char *servers)
{
	CLEANUP_BYTES struct bytes was = { 0 };
	CLEANUP_BYTES struct bytes out = { 0 };
	struct names names;
	const char *text = "";

	read_servers(servers, &names);
	if (!names.n)
		return 0;
	if (file_read(path, RESOLV_BYTES, &was) < 0 && errno != ENOENT)
		return -1;
	if (was.len && !(text = bytes_cstr(&was)))
		return -1;
	put_lines(&out, &names);
	put_others(&out, text);
	errno = ENOMEM;
	if (out.failed)
		return -1;
	return was.len == out.len && memcmp(was.p, out.p, out.len) == 0
	    ? 0
	    : file_write_atomic(path, out.p, out.len, 0644);
}

/* ---- a file of another program ---- */

static int
run(const char *const argv[], const struct bytes *input)
{
	const struct proc_limits limits = { .timeout_ms = 10000,
		.max_output = 1024 };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };

	if (proc_run(argv, NULL, input ? input->p : NULL,
		input ? input->len : 0, &limits, &r) < 0)
		return -1;
	errno = EIO;
	return !r.timed_out && WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0
	    ? 0
	    : -1;
}

static int
tell_resolved(const char *interface, const struct names *names)
{
	const char *argv[MAX_SERVERS + 4] = { "/usr/bin/resolvectl", "dns",
		interface };

	for (unsigned i = 0; i < names->n; i++)
		argv[3 + i] = names->text[i];
	return run(argv, NULL);
}

static int
tell_resolvconf(const char *interface, const struct names *names)
{
	CLEANUP_BYTES struct bytes lines = { 0 };
	char name[64];
	const char *const argv[] = { "/sbin/resolvconf", "-a", name, NULL };

	snprintf(name, sizeof(name), "%s.xapid", interface);
	put_lines(&lines, names);
	errno = ENOMEM;
	return lines.failed ? -1 : run(argv, &lines);
}

int
names_set(const char *interface, const char *servers)
{
	char target[PATH_MAX];
	struct names names;
	ssize_t len = readlink(RESOLV, target, sizeof(target) - 1);

	read_servers(servers, &names);
	if (!names.n)
		return 0;
	if (len < 0)
		return names_write(RESOLV, servers);
	target[len] = '\0';
	if (strstr(target, "systemd/resolve"))
		return tell_resolved(interface, &names);
	if (strstr(target, "resolvconf"))
		return tell_resolvconf(interface, &names);
	errno = EOPNOTSUPP;
	return -1;
}
