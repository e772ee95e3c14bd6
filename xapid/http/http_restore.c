/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PUT /pool/xmldbdump. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/http.h"
#include "db/db_file.h"
#include "host/host_agent.h"
#include "http/restore.h"
#include "lib/file.h"
#include "lib/log.h"

#define CHUNK ((size_t)64 * 1024)
#define BYTES_MAX (INT64_C(4) << 30)
#define READY ".restore-ready"

static atomic_flag busy = ATOMIC_FLAG_INIT;
static _Atomic bool wanted;

/* ---- at start ---- */

int
restore_finish(const char *path, char *err, size_t err_size)
{
	char ready[4096 + 32], failed[4096 + 64];

	snprintf(ready, sizeof(ready), "%s" READY, path);
	if (access(ready, F_OK) < 0)
		return 0;
	if (db_file_restore(path, ready, stderr, err, err_size) < 0) {
		snprintf(failed, sizeof(failed), "%s.failed", ready);
		(void)rename(ready, failed);
		return -1;
	}
	log_info("the database was restored; what was there before is %s"
		 ".before-restore",
	    path);
	(void)unlink(ready);
	return 0;
}

/* ---- receiving ---- */

struct upload {
	char path[4096], checked[4096], ready[4096];
	int fd;
};

static void
upload_names(struct upload *u, const struct core *core)
{
	const char *dir = core->config->state_dir;

	snprintf(u->path, sizeof(u->path), "%s/restore.upload", dir);
	snprintf(u->checked, sizeof(u->checked), "%s/restore.sqlite", dir);
	snprintf(u->ready, sizeof(u->ready), "%s/state.sqlite" READY, dir);
}

static int
fail_upload(struct call *c)
{
	return fail_could_not_import_database(c, strerror(errno));
}

static int
receive(struct http_exchange *x, struct call *c, int fd)
{
	int64_t want = http_content_length(x), have = 0;
	char *buf = arena_alloc(http_arena(x), CHUNK);
	ssize_t n;

	if (!buf)
		return call_fail_nomem(c);
	while ((n = http_read(x, buf, CHUNK)) > 0) {
		have += n;
		if (have > BYTES_MAX)
			return fail_could_not_import_database(c,
			    "the file is larger than a database can be");
		if (file_write_full(fd, buf, (size_t)n) < 0)
			return fail_upload(c);
	}
	if (n < 0 || (want >= 0 && have != want))
		return fail_could_not_import_database(c,
		    "the file did not come whole");
	return 0;
}

/* ---- checking ---- */

/* As the restart will do it, at another place: what cannot be restored is
 * known now. */
static int
check(struct call *c, const struct upload *u)
{
	CLEANUP_FREE char *report = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&report, &size);
	char err[512];
	int rc;

	if (!to)
		return call_fail_nomem(c);
	rc = db_file_restore(u->checked, u->path, to, err, sizeof(err));
	fclose(to);
	if (rc == 0)
		return 0;
	/* The report says more than the last sentence, which may name a path
	 * of this host. */
	if (report && *report)
		report[strcspn(report, "\n")] = '\0';
	return fail_could_not_import_database(c,
	    report && *report ? report : "it is no database of a pool");
}

static void
remove_checked(const struct upload *u)
{
	static const char *const parts[] = { "", "-wal", "-shm", ".lock",
		".before-restore" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char path[4096 + 32];

		snprintf(path, sizeof(path), "%s%s", u->checked, parts[i]);
		(void)unlink(path);
	}
}

/* ---- the end of this daemon ---- */

static int
sync_folder(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

static int
lay_ready(struct call *c, const struct upload *u)
{
	if (fsync(u->fd) < 0 || rename(u->path, u->ready) < 0 ||
	    sync_folder(c->core->config->state_dir) < 0)
		return fail_upload(c);
	log_info("a database was put by %s; starting again with it",
	    c->caller.user);
	atomic_store(&wanted, true);
	host_agent_restart(c->core);
	return 0;
}

static int
take(struct http_exchange *x, struct call *c, struct upload *u)
{
	const char *rehearsal = http_query(x, "dry_run", 0);
	int rc;

	u->fd = open(u->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (u->fd < 0)
		return fail_upload(c);
	if (http_begin_upload(x, c) < 0 || receive(x, c, u->fd) < 0)
		return -1;
	rc = check(c, u);
	remove_checked(u);
	if (rc < 0 || (rehearsal && strcmp(rehearsal, "true") == 0))
		return rc;
	return lay_ready(c, u);
}

void
http_put_xmldbdump(struct http_exchange *x, struct call *c)
{
	struct upload u = { .fd = -1 };

	if (atomic_load(&wanted) || atomic_flag_test_and_set(&busy)) {
		fail_too_busy(c);
		return;
	}
	upload_names(&u, c->core);
	if (take(x, c, &u) == 0 && !http_status(x))
		http_answer(x, 200, NULL, "", 0);
	if (u.fd >= 0)
		close(u.fd);
	(void)unlink(u.path);
	atomic_flag_clear(&busy);
}
