/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/collect.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/clock.h"
#include "lib/logring.h"
#include "lib/proc.h"
#include "model/builder.h"

#define FILE_MAX_BYTES ((size_t)12 << 20) /* a whole audit log file */
#define PROC_MAX_BYTES ((size_t)4 << 20)
#define PROGRAM_TIMEOUT_MS 10000
#define ROOT "system-status"

/* ---- where things come from ---- */

/* At most max bytes; files of /proc have no size, so they are read to their
 * end. What cannot be read is left out. */
static void
read_into(const char *path, size_t max, struct bytes *out)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char buf[4096];
	ssize_t n;

	while (
	    fd >= 0 && out->len < max && (n = read(fd, buf, sizeof(buf))) > 0)
		bytes_put(out, buf, (size_t)n);
}

static void
take_file(struct call *c, const char *path, struct bytes *out)
{
	(void)c;
	read_into(path, PROC_MAX_BYTES, out);
}

static void
take_state_file(struct call *c, const char *name, struct bytes *out)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", c->core->config->state_dir, name);
	read_into(path, FILE_MAX_BYTES, out);
}

static void
take_log(struct call *c, const char *unused, struct bytes *out)
{
	(void)c;
	(void)unused;
	logring_copy(out);
}

/* source: path and one argument. */
static void
take_program(struct call *c, const char *source, struct bytes *out)
{
	const struct proc_limits limits = { .timeout_ms = PROGRAM_TIMEOUT_MS,
		.max_output = PROC_MAX_BYTES };
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };
	const char *space = strchr(source, ' ');
	const char *path =
	    arena_strndup(c->arena, source, (size_t)(space - source));
	const char *const argv[] = { path, space + 1, NULL };

	if (path && proc_run(argv, NULL, NULL, 0, &limits, &r) == 0)
		bytes_put(out, r.out.p, r.out.len);
}

static void
take_uname(struct call *c, const char *unused, struct bytes *out)
{
	struct utsname u;

	(void)c;
	(void)unused;
	if (uname(&u) == 0)
		bytes_printf(out, "%s %s %s %s %s\n", u.sysname, u.nodename,
		    u.release, u.version, u.machine);
}

/* How much there is of everything; the rows themselves hold secrets. */
static void
take_database(struct call *c, const char *unused, struct bytes *out)
{
	struct db_stats s;

	(void)unused;
	db_get_stats(c->db, &s);
	bytes_printf(out,
	    "generation %llu\ncommits %llu\nbatches %llu\nchanges %llu\n"
	    "failed %llu\nflush_ns %llu\n",
	    (unsigned long long)db_generation(c->db),
	    (unsigned long long)s.commits, (unsigned long long)s.batches,
	    (unsigned long long)s.changes, (unsigned long long)s.failed,
	    (unsigned long long)s.flush_ns);
	for (int i = 0; i < CLASS_COUNT; i++)
		if (class_table[i].stored)
			bytes_printf(out, "rows %s %llu\n", class_table[i].name,
			    (unsigned long long)db_count(c->db, i));
}

static void
take_software(struct call *c, const char *unused, struct bytes *out)
{
	RECORD_UNREF const struct record *r =
	    db_get(c->db, CLASS_host, c->core->host);
	const struct map *m =
	    r ? &((const struct host *)r)->software_version : NULL;

	(void)unused;
	for (uint32_t i = 0; m && i < m->n; i++)
		bytes_printf(out, "%s %s\n", ((const char *const *)m->keys)[i],
		    ((const char *const *)m->values)[i]);
}

/* ---- the list ---- */

static const struct item {
	const char *key; /* what clients choose by; several rows may share it */
	const char *name; /* in the archive */
	void (*take)(struct call *c, const char *source, struct bytes *out);
	const char *source;
	bool log;
	const char *pii; /* yes, no, maybe: personal data inside */
	size_t max;
} items[] = {
	{ "xapid-log", "xapid.log", take_log, NULL, true, "maybe",
	    LOGRING_BYTES },
	{ "audit-log", "audit.log", take_state_file, "audit.log", true, "yes",
	    FILE_MAX_BYTES },
	{ "audit-log", "audit.log.1", take_state_file, "audit.log.1", true,
	    "yes", FILE_MAX_BYTES },
	{ "database", "database.txt", take_database, NULL, false, "no", 65536 },
	{ "software", "software_version.txt", take_software, NULL, false, "no",
	    65536 },
	{ "system", "uname.txt", take_uname, NULL, false, "no", 4096 },
	{ "system", "os-release", take_file, "/etc/os-release", false, "no",
	    65536 },
	{ "system", "proc/cpuinfo", take_file, "/proc/cpuinfo", false, "no",
	    PROC_MAX_BYTES },
	{ "system", "proc/meminfo", take_file, "/proc/meminfo", false, "no",
	    65536 },
	{ "system", "proc/loadavg", take_file, "/proc/loadavg", false, "no",
	    4096 },
	{ "system", "proc/uptime", take_file, "/proc/uptime", false, "no",
	    4096 },
	{ "process", "proc/self/status", take_file, "/proc/self/status", false,
	    "no", 65536 },
	{ "process", "proc/self/limits", take_file, "/proc/self/limits", false,
	    "no", 65536 },
	{ "network", "proc/net/dev", take_file, "/proc/net/dev", false, "maybe",
	    PROC_MAX_BYTES },
	{ "storage", "proc/mounts", take_file, "/proc/mounts", false, "maybe",
	    PROC_MAX_BYTES },
	{ "storage", "proc/diskstats", take_file, "/proc/diskstats", false,
	    "no", PROC_MAX_BYTES },
	{ "xen", "xl-info.txt", take_program, "/usr/sbin/xl info", false, "no",
	    PROC_MAX_BYTES },
	{ "xen", "xl-list.txt", take_program, "/usr/sbin/xl list", false,
	    "maybe", PROC_MAX_BYTES },
};

#define NITEMS (sizeof(items) / sizeof(items[0]))

static bool
is_first_of_key(size_t i)
{
	return i == 0 || strcmp(items[i].key, items[i - 1].key) != 0;
}

void
collect_capabilities(struct bytes *xml)
{
	bytes_puts(xml,
	    "<?xml version=\"1.0\" ?>\n"
	    "<system-status-capabilities version=\"1.1.2\">");
	for (size_t i = 0; i < NITEMS; i++) {
		size_t max = 0;

		if (!is_first_of_key(i))
			continue;
		for (size_t j = i;
		     j < NITEMS && strcmp(items[j].key, items[i].key) == 0; j++)
			max += items[j].max;
		bytes_printf(xml,
		    "<capability content-type=\"text/plain\" "
		    "default-checked=\"yes\" key=\"%s\" max-size=\"%zu\" "
		    "max-time=\"%d\" min-size=\"0\" min-time=\"0\" "
		    "pii=\"%s\"/>",
		    items[i].key, max, 2 * PROGRAM_TIMEOUT_MS / 1000,
		    items[i].pii);
	}
	bytes_puts(xml, "</system-status-capabilities>");
}

/* Whether the list of keys (NULL: all) has this one. */
static bool
is_chosen(const char *entries, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = entries; p; p = strchr(p, ',')) {
		if (*p == ',')
			p++;
		if (strncmp(p, key, len) == 0 &&
		    (p[len] == '\0' || p[len] == ','))
			return true;
	}
	return !entries;
}

/* ---- the archive ---- */

struct output {
	int (*write)(void *arg, const void *buf, size_t len);
	void *arg;
};

static la_ssize_t
on_write(struct archive *a, void *arg, const void *buf, size_t len)
{
	const struct output *o = arg;

	if (o->write(o->arg, buf, len) == 0)
		return (la_ssize_t)len;
	archive_set_error(a, EPIPE, "the client has left");
	return -1;
}

static int
set_format(struct archive *a, enum collect_format format)
{
	switch (format) {
	case COLLECT_TAR_BZ2:
		if (archive_write_add_filter_bzip2(a) != ARCHIVE_OK)
			return -1;
		break;
	case COLLECT_TAR_GZ:
		if (archive_write_add_filter_gzip(a) != ARCHIVE_OK)
			return -1;
		break;
	case COLLECT_ZIP:
		return archive_write_set_format_zip(a) == ARCHIVE_OK ? 0 : -1;
	case COLLECT_TAR:
		break;
	}
	return archive_write_set_format_pax_restricted(a) == ARCHIVE_OK ? 0
									: -1;
}

static int
add_file(struct archive *a, const char *name, const struct bytes *data)
{
	struct archive_entry *e = archive_entry_new();
	char path[256];
	int rc = -1;

	if (!e)
		return -1;
	snprintf(path, sizeof(path), ROOT "/%s", name);
	archive_entry_set_pathname(e, path);
	archive_entry_set_size(e, (la_int64_t)data->len);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, clock_wall_sec(), 0);
	if (archive_write_header(a, e) == ARCHIVE_OK &&
	    archive_write_data(a, data->p, data->len) == (la_ssize_t)data->len)
		rc = 0;
	archive_entry_free(e);
	return rc;
}

static int
add_items(struct call *c, struct archive *a, const char *entries,
    bool logs_only)
{
	for (size_t i = 0; i < NITEMS; i++) {
		CLEANUP_BYTES struct bytes data = { 0 };

		if ((logs_only && !items[i].log) ||
		    !is_chosen(entries, items[i].key))
			continue;
		items[i].take(c, items[i].source, &data);
		if (data.len > items[i].max)
			data.len = items[i].max;
		if (data.len && add_file(a, items[i].name, &data) < 0)
			return -1;
	}
	return 0;
}

int
collect_archive(struct call *c, const char *entries, bool logs_only,
    enum collect_format format,
    int (*write)(void *arg, const void *buf, size_t len), void *arg)
{
	struct archive *a = archive_write_new();
	struct output o = { write, arg };
	int rc = -1;

	if (!a)
		return -1;
	if (set_format(a, format) == 0 &&
	    archive_write_open(a, &o, NULL, on_write, NULL) == ARCHIVE_OK &&
	    add_items(c, a, entries, logs_only) == 0 &&
	    archive_write_close(a) == ARCHIVE_OK)
		rc = 0;
	archive_write_free(a);
	return rc;
}
