/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM modules are other people's code and may take their time: they run in the
 * program xapid-pam, one for each question, with a deadline. */
#include "access/auth_local.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "access/pam_program.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "lib/text.h"

#define LOOKUP_FIRST 1024     /* bytes for an entry */
#define LOOKUP_LAST (1 << 20) /* a group with very many members */

/* ---- accounts ---- */

/* Calls one of the get…_r functions with more and more memory. 0, 1: nobody,
 * -1: no memory. */
#define LOOKUP(r, buf, size, call)                                             \
	do {                                                                   \
		(size) = (size) ? (size)*4 : LOOKUP_FIRST;                     \
		free(buf);                                                     \
		(buf) = fault_malloc(size);                                    \
		(r) = (buf) ? (call) : ENOMEM;                                 \
	} while ((r) == ERANGE && (size) < LOOKUP_LAST)

static int
lookup_result(int r, const void *found)
{
	if (found)
		return 0;
	return r == ENOMEM || r == ERANGE ? -1 : 1;
}

int
auth_local_user(const char *name, uid_t *uid_r, gid_t *gid_r)
{
	CLEANUP_FREE char *buf = NULL;
	struct passwd pw, *found = NULL;
	size_t size = 0;
	int r;

	LOOKUP(r, buf, size, getpwnam_r(name, &pw, buf, size, &found));
	if (found) {
		*uid_r = pw.pw_uid;
		*gid_r = pw.pw_gid;
	}
	return lookup_result(r, found);
}

int
auth_local_group(const char *name, gid_t *gid_r)
{
	CLEANUP_FREE char *buf = NULL;
	struct group gr, *found = NULL;
	size_t size = 0;
	int r;

	LOOKUP(r, buf, size, getgrnam_r(name, &gr, buf, size, &found));
	if (found)
		*gid_r = gr.gr_gid;
	return lookup_result(r, found);
}

unsigned
auth_local_groups(const char *name, gid_t gid, gid_t groups[AUTH_GROUPS_MAX])
{
	int n = AUTH_GROUPS_MAX;

	if (getgrouplist(name, gid, groups, &n) < 0)
		n = n < AUTH_GROUPS_MAX ? n : AUTH_GROUPS_MAX;
	return n > 0 ? (unsigned)n : 0;
}

static int
find_user(uid_t uid, struct auth_account *out)
{
	CLEANUP_FREE char *buf = NULL;
	struct passwd pw, *found = NULL;
	size_t size = 0;
	int r;

	LOOKUP(r, buf, size, getpwuid_r(uid, &pw, buf, size, &found));
	if (found) {
		out->uid = pw.pw_uid;
		out->gid = pw.pw_gid;
		snprintf(out->name, sizeof(out->name), "%s", pw.pw_name);
		snprintf(out->full_name, sizeof(out->full_name), "%.*s",
		    (int)strcspn(pw.pw_gecos, ","), pw.pw_gecos);
	}
	return lookup_result(r, found);
}

static int
find_group(gid_t gid, struct auth_account *out)
{
	CLEANUP_FREE char *buf = NULL;
	struct group gr, *found = NULL;
	size_t size = 0;
	int r;

	LOOKUP(r, buf, size, getgrgid_r(gid, &gr, buf, size, &found));
	if (found) {
		out->gid = gr.gr_gid;
		out->group = true;
		snprintf(out->name, sizeof(out->name), "%s", gr.gr_name);
	}
	return lookup_result(r, found);
}

int
auth_local_find(const char *identifier, struct auth_account *out)
{
	long long id;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((*identifier != 'u' && *identifier != 'g') || identifier[1] < '0' ||
	    identifier[1] > '9' || !text_parse_int(identifier + 1, &id) ||
	    id > UINT32_MAX - 1LL)
		return 1;
	rc = *identifier == 'u' ? find_user((uid_t)id, out)
				: find_group((gid_t)id, out);
	/* What we hand on must be clean text. */
	if (!text_is_clean(out->name, strlen(out->name)))
		return 1;
	if (!text_is_clean(out->full_name, strlen(out->full_name)))
		*out->full_name = '\0';
	return rc;
}

/* ---- PAM ---- */

static int
result_of(const struct proc_result *r, const char *path)
{
	if (r->timed_out)
		log_err("%s did not answer in %d s", path,
		    PAM_DEADLINE_MS / 1000);
	else if (WIFEXITED(r->status) && WEXITSTATUS(r->status) == PAM_YES)
		return 0;
	else if (WIFEXITED(r->status) && WEXITSTATUS(r->status) == PAM_NO)
		return 1;
	else
		log_err("%s failed: %.*s", path, (int)r->err.len,
		    r->err.p ? r->err.p : "");
	return -1;
}

/* texts: NULL-terminated; each goes to the program with its NUL. */
static int
ask(const char *question, const char *const texts[], char reason[256])
{
	char path[PROC_PATH_BYTES], input[PAM_INPUT_MAX];
	const char *const argv[] = { proc_own_program(PAM_PROGRAM, path),
		question, NULL };
	const struct proc_limits limits = { .timeout_ms = PAM_DEADLINE_MS,
		.max_output = 1024 };
	struct proc_result r = { 0 };
	size_t len = 0;
	int rc = -1;

	*reason = '\0';
	for (; *texts; texts++) {
		size_t n = strlen(*texts) + 1;

		if (n > sizeof(input) - len)
			return 1; /* no such password */
		memcpy(input + len, *texts, n);
		len += n;
	}
	if (proc_run(argv, NULL, input, len, &limits, &r) < 0)
		log_err("cannot run %s: %m", path);
	else
		rc = result_of(&r, path);
	explicit_bzero(input, sizeof(input));
	proc_reason(&r, reason);
	proc_result_free(&r);
	return rc;
}

int
auth_pam_check(const char *user, const char *password)
{
	const char *const texts[] = { user, password, NULL };
	char reason[256];

	return ask("check", texts, reason);
}

int
auth_pam_change(const char *user, const char *old, const char *new_,
    char reason[256])
{
	const char *const texts[] = { user, old, new_, NULL };

	return ask("change", texts, reason);
}
