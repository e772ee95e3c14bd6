/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each change of what is trusted has an epoch of its own, which connections
 * carry: so one that was let in by an authority that is gone is a stranger. */
#include "trust/client_certificates.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "access/auth.h"
#include "call/edit.h"
#include "lib/file.h"
#include "lib/log.h"

#define PATH_BYTES 4096
#define FILE_BYTES (1 << 20) /* of one; lists may be long */
#define ALL_BYTES (16 << 20)
#define NAME_BYTES 253 /* longest name of a host */

/* ---- what the files say ---- */

static int
add_file(const char *folder, const char *name, struct bytes *out)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (file_read(path, FILE_BYTES, &text) < 0) {
		log_err("%s: %m", path);
		return -1;
	}
	bytes_put(out, text.p, text.len);
	bytes_putc(out, '\n');
	return out->failed || out->len > ALL_BYTES ? -1 : 0;
}

/* All files *.pem of a folder; one that is not there has none. */
static int
add_folder(const struct core *core, const char *kind, struct bytes *out)
{
	char folder[PATH_BYTES - 256];
	struct dirent *e;
	DIR *dir;
	int rc = 0;

	snprintf(folder, sizeof(folder), "%s/certs/%s", core->config->state_dir,
	    kind);
	dir = opendir(folder);
	while (dir && rc == 0 && (e = readdir(dir))) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] != '.' && n > 4 &&
		    strcmp(e->d_name + n - 4, ".pem") == 0)
			rc = add_file(folder, e->d_name, out);
	}
	if (dir)
		closedir(dir);
	return rc;
}

/* Authorities that are trusted for all purposes. */
static int
add_trusted(const struct core *core, struct bytes *out)
{
	char folder[PATH_BYTES - 256], name[UUID_CHARS + sizeof(".pem")];
	const struct record **all;
	uint32_t n;
	int rc = 0;

	snprintf(folder, sizeof(folder), "%s/certs/trusted",
	    core->config->state_dir);
	if (db_get_all(core->db, CLASS_Certificate, &all, &n) < 0)
		return -1;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		const struct certificate *cert =
		    (const struct certificate *)all[i];

		if (cert->type != CERTIFICATE_TYPE_CA || cert->name[0] ||
		    cert->purpose.n)
			continue;
		snprintf(name, sizeof(name), "%.*s.pem", UUID_CHARS,
		    cert->uuid);
		rc = add_file(folder, name, out);
	}
	db_release_all(all, n);
	return rc;
}

static int
set_clients(struct core *core, const char *name, unsigned epoch)
{
	CLEANUP_BYTES struct bytes authorities = { 0 }, revoked = { 0 };
	char err[256] = "the files cannot be read";
	int rc = 0;

	if (name &&
	    (add_folder(core, "ca", &authorities) < 0 ||
		add_trusted(core, &authorities) < 0 ||
		add_folder(core, "crl", &revoked) < 0))
		rc = -1;
	if (rc == 0)
		rc = core->set_clients(core, name,
		    bytes_cstr(&authorities) ? bytes_cstr(&authorities) : "",
		    bytes_cstr(&revoked) ? bytes_cstr(&revoked) : "", epoch,
		    err, sizeof(err));
	if (rc < 0)
		log_err("clients are not known by certificates: %s", err);
	return rc;
}

int
client_certificates_refresh(struct core *core)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static unsigned newest;
	const struct pool *pool;
	unsigned epoch = 0;
	int rc;

	if (!core->set_clients)
		return 0;
	LOCK_SCOPE(&lock);
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_pool, core->pool);

	pool = (const struct pool *)r;
	/* Nobody is let in by what may be wrong. */
	atomic_store(&core->client_epoch, 0);
	if (pool && pool->client_certificate_auth_enabled &&
	    pool->client_certificate_auth_name[0])
		epoch = ++newest ? newest : ++newest;
	rc = set_clients(core,
	    epoch ? pool->client_certificate_auth_name : NULL, epoch);
	if (rc == 0)
		atomic_store(&core->client_epoch, epoch);
	else
		(void)set_clients(core, NULL, 0);
	return rc;
}

/* arg: a session that is left alone. */
static bool
is_certified(const struct identity *who, void *arg)
{
	return strcmp(who->sid, AUTH_CERTIFIED) == 0 &&
	    !ref_equal(who->session, *(const struct ref *)arg);
}

void
client_certificates_withdrawn(struct call *c)
{
	struct ref own = c->caller.session;

	(void)client_certificates_refresh(c->core);
	(void)session_end_if(c->core, is_certified, &own);
}

/* ---- the calls ---- */

static int
set_record(struct call *c, struct ref pool, bool on, const char *name)
{
	struct tx *t = call_begin(c);

	if (!t)
		return -1;
	TX_SET(t, pool, pool, pool, client_certificate_auth_enabled, on);
	TX_SET(t, pool, pool, pool, client_certificate_auth_name, name);
	return call_commit_wait(c, t);
}

/* Letters of names of hosts: others are in no certificate. */
static bool
is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= NAME_BYTES && name[0] != '.' &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == n;
}

/* As it was before a name that nobody can be let in by. */
static void
put_back(struct call *c, struct ref self, const struct pool *before)
{
	(void)set_record(c, self, before->client_certificate_auth_enabled,
	    before->client_certificate_auth_name);
	(void)client_certificates_refresh(c->core);
}

/* Two at once: who comes second finds what the first has made of it. */
static pthread_mutex_t enabling = PTHREAD_MUTEX_INITIALIZER;

int
pool_enable_client_certificate_auth(struct call *c,
    const struct pool_enable_client_certificate_auth_args *a)
{
	const struct pool *before;

	if (!is_name(a->name))
		return fail_invalid_value(c, "name", a->name);
	if (!c->core->set_clients)
		return fail_operation_not_allowed(c,
		    "The daemon has no port that speaks TLS");
	LOCK_SCOPE(&enabling);
	RECORD_UNREF const struct record *r = call_get(c, CLASS_pool, a->self);

	before = (const struct pool *)r;
	if (!before || set_record(c, a->self, true, a->name) < 0)
		return -1;
	if (client_certificates_refresh(c->core) < 0) {
		put_back(c, a->self, before);
		return fail_certificate_library_corrupt(c);
	}
	if (strcmp(before->client_certificate_auth_name, a->name) != 0)
		client_certificates_withdrawn(c);
	return 0;
}

/* Who is in by a certificate is out. */
int
pool_disable_client_certificate_auth(struct call *c,
    const struct pool_disable_client_certificate_auth_args *a)
{
	struct ref nobody = REF_NULL;

	LOCK_SCOPE(&enabling);
	if (set_record(c, a->self, false, "") < 0)
		return -1;
	(void)client_certificates_refresh(c->core);
	(void)session_end_if(c->core, is_certified, &nobody);
	return 0;
}
