/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates that the pool trusts and lists of revoked ones: a PEM file each
 * below state_dir/certs, and for certificates a row. The file comes before the
 * row and goes after it, so that a row without its file does not exist.
 *
 * Names of files come from clients only as checked by is_safe_name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "call/edit.h"
#include "lib/file.h"
#include "trust/certificate.h"
#include "trust/client_certificates.h"

#define PATH_BYTES 4096
#define NAME_MAX_BYTES 200
#define MAX_FILES 1000 /* of one kind (attack A32) */

enum kind { CA, CRL, TRUSTED, KINDS };

static const struct store {
	const char *folder; /* below state_dir */
	const char *name_invalid, *exists, *missing;
} stores[KINDS] = {
	[CA] = { "certs/ca", "CERTIFICATE_NAME_INVALID",
	    "CERTIFICATE_ALREADY_EXISTS", "CERTIFICATE_DOES_NOT_EXIST" },
	[CRL] = { "certs/crl", "CRL_NAME_INVALID", "CRL_ALREADY_EXISTS",
	    "CRL_DOES_NOT_EXIST" },
	[TRUSTED] = { "certs/trusted", "CERTIFICATE_NAME_INVALID",
	    "CERTIFICATE_ALREADY_EXISTS", "CERTIFICATE_DOES_NOT_EXIST" },
};

/* ---- files ---- */

static int
fail_named(struct call *c, const char *code, const char *name)
{
	return call_fail(c, code, &name, 1);
}

static bool
is_safe_name(const char *name)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len > 4 && len <= NAME_MAX_BYTES && name[0] != '.' &&
	    strspn(name, safe) == len && strcmp(name + len - 4, ".pem") == 0;
}

static void
path_of(const struct call *c, enum kind kind, const char *name,
    char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/%s/%s", c->core->config->state_dir,
	    stores[kind].folder, name);
}

static bool
there_is(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Names of the files of a kind, in the call's arena. */
static int
list_files(struct call *c, enum kind kind, struct set *out)
{
	const char **names = arena_array(c->arena, MAX_FILES, sizeof(*names));
	char path[PATH_BYTES];
	struct dirent *e;
	DIR *dir;

	*out = (struct set){ .items = names };
	if (!names)
		return call_fail_nomem(c);
	path_of(c, kind, "", path);
	dir = opendir(path);
	while (dir && (e = readdir(dir)) && out->n < MAX_FILES)
		if (is_safe_name(e->d_name))
			names[out->n++] = arena_strdup(c->arena, e->d_name);
	if (dir)
		closedir(dir);
	for (uint32_t i = 0; i < out->n; i++)
		if (!names[i])
			return call_fail_nomem(c);
	return 0;
}

static int
install_file(struct call *c, enum kind kind, const char *name, const char *text)
{
	char path[PATH_BYTES];
	struct set files;

	if (!is_safe_name(name))
		return fail_named(c, stores[kind].name_invalid, name);
	path_of(c, kind, name, path);
	if (there_is(path))
		return fail_named(c, stores[kind].exists, name);
	if (list_files(c, kind, &files) < 0)
		return -1;
	if (files.n >= MAX_FILES)
		return fail_out_of_space(c, stores[kind].folder);
	path_of(c, kind, "", path);
	if (file_make_dirs(path, 0700) < 0)
		return fail_certificate_library_corrupt(c);
	path_of(c, kind, name, path);
	if (file_write_atomic(path, text, strlen(text), 0600) == 0)
		return 0;
	return errno == ENOSPC ? fail_out_of_space(c, stores[kind].folder)
			       : fail_certificate_library_corrupt(c);
}

static int
check_installed(struct call *c, enum kind kind, const char *name, bool force)
{
	char path[PATH_BYTES];

	if (!is_safe_name(name))
		return fail_named(c, stores[kind].name_invalid, name);
	path_of(c, kind, name, path);
	if (there_is(path) || force)
		return 0;
	return fail_named(c, stores[kind].missing, name);
}

static void
remove_file(struct call *c, enum kind kind, const char *name)
{
	char path[PATH_BYTES];

	path_of(c, kind, name, path);
	if (is_safe_name(name))
		(void)unlink(path);
}

/* ---- rows ---- */

/* The only caller of a kind at a time: a check and the file that follows. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The row of a PEM text, checked. */
static int
read_certificate(struct call *c, const char *pem,
    const struct certificate_errors *e, struct certificate *out)
{
	CERTIFICATE_SCOPE X509 *x = certificate_parse(pem, strlen(pem));

	if (!x)
		return call_fail(c, e->invalid, NULL, 0);
	if (certificate_fill(c->arena, x, out) < 0)
		return call_fail_nomem(c);
	return certificate_check_time(c, out, e);
}

/* File, then row; without the row the file goes again. */
static int
install(struct call *c, enum kind kind, const char *name, const char *pem,
    const struct certificate *row, struct ref *ref_r)
{
	struct tx *t;

	if (install_file(c, kind, name, pem) < 0)
		return -1;
	t = call_begin(c);
	if (t) {
		(void)tx_insert(t, &row->r, ref_r);
		if (call_commit_wait(c, t) == 0)
			return 0;
	}
	remove_file(c, kind, name);
	return -1;
}

/* Clients are known by the authorities that are trusted from now on. */
static int
and_refresh(struct call *c, int rc)
{
	if (rc == 0)
		(void)client_certificates_refresh(c->core);
	return rc;
}

/* ---- CA certificates by name ---- */

static int
install_ca(struct call *c, const char *name, const char *pem)
{
	static const struct certificate_errors errors = {
		"CA_CERTIFICATE_INVALID",
		"CA_CERTIFICATE_NOT_VALID_YET",
		"CA_CERTIFICATE_EXPIRED",
	};
	struct certificate row;

	if (read_certificate(c, pem, &errors, &row) < 0)
		return -1;
	row.name = name;
	row.type = CERTIFICATE_TYPE_CA;
	LOCK_SCOPE(&lock);
	return and_refresh(c, install(c, CA, name, pem, &row, NULL));
}

struct ca_walk {
	struct tx *t;
	const char *name; /* NULL: any */
	unsigned found;
};

static int
destroy_named(const struct record *r, void *arg)
{
	const struct certificate *cert = (const struct certificate *)r;
	struct ca_walk *w = arg;

	if (cert->type != CERTIFICATE_TYPE_CA ||
	    strcmp(cert->name, w->name) != 0)
		return 0;
	w->found++;
	return tx_destroy(w->t, CLASS_Certificate, r->self);
}

static int
uninstall_ca(struct call *c, const char *name, bool force)
{
	struct ca_walk w = { .name = name };

	LOCK_SCOPE(&lock);
	if (check_installed(c, CA, name, force) < 0)
		return -1;
	w.t = call_begin(c);
	if (!w.t)
		return -1;
	(void)tx_each(w.t, CLASS_Certificate, destroy_named, &w);
	if (call_commit_wait(c, w.t) < 0)
		return -1;
	remove_file(c, CA, name);
	client_certificates_withdrawn(c);
	if (!w.found)
		return fail_invalid_value(c, "certificate:name", name);
	return 0;
}

int
pool_install_ca_certificate(struct call *c,
    const struct pool_install_ca_certificate_args *a)
{
	return install_ca(c, a->name, a->cert);
}

int
pool_certificate_install(struct call *c,
    const struct pool_certificate_install_args *a)
{
	return install_ca(c, a->name, a->cert);
}

int
pool_uninstall_ca_certificate(struct call *c,
    const struct pool_uninstall_ca_certificate_args *a)
{
	return uninstall_ca(c, a->name, a->force);
}

int
pool_certificate_uninstall(struct call *c,
    const struct pool_certificate_uninstall_args *a)
{
	return uninstall_ca(c, a->name, false);
}

int
pool_certificate_list(struct call *c,
    const struct pool_certificate_list_args *a, struct set *result_r)
{
	const struct record **all;
	const char **names;
	uint32_t n, found = 0;

	(void)a;
	if (db_get_all(c->db, CLASS_Certificate, &all, &n) < 0)
		return call_fail_nomem(c);
	names = arena_array(c->arena, n ? n : 1, sizeof(*names));
	if (!names) {
		db_release_all(all, n);
		return call_fail_nomem(c);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct certificate *cert =
		    (const struct certificate *)all[i];

		if (cert->type == CERTIFICATE_TYPE_CA && cert->name[0])
			names[found++] = cert->name;
	}
	*result_r = (struct set){ .items = names, .n = found };
	return call_hold_all(c, all, n);
}

/* Nothing to copy: every host of the pool reads the same files. */
int
pool_certificate_sync(struct call *c,
    const struct pool_certificate_sync_args *a)
{
	(void)c;
	(void)a;
	return 0;
}

/* ---- revocation lists ---- */

static bool
is_crl(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_CRL *crl =
	    bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
	bool ok = crl != NULL;

	X509_CRL_free(crl);
	BIO_free(bio);
	return ok;
}

int
pool_crl_install(struct call *c, const struct pool_crl_install_args *a)
{
	if (!is_safe_name(a->name))
		return fail_crl_name_invalid(c, a->name);
	if (!is_crl(a->cert))
		return fail_crl_corrupt(c, a->name);
	LOCK_SCOPE(&lock);
	if (install_file(c, CRL, a->name, a->cert) < 0)
		return -1;
	client_certificates_withdrawn(c);
	return 0;
}

int
pool_crl_uninstall(struct call *c, const struct pool_crl_uninstall_args *a)
{
	LOCK_SCOPE(&lock);
	if (check_installed(c, CRL, a->name, false) < 0)
		return -1;
	remove_file(c, CRL, a->name);
	return and_refresh(c, 0);
}

int
pool_crl_list(struct call *c, const struct pool_crl_list_args *a,
    struct set *result_r)
{
	(void)a;
	return list_files(c, CRL, result_r);
}

/* ---- trusted certificates, for purposes ---- */

static bool
shares_purpose(const struct set *a, const struct set *b)
{
	const enum certificate_purpose *p = a->items, *q = b->items;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t j = 0; j < b->n; j++)
			if (p[i] == q[j])
				return true;
	return a->n == 0 && b->n == 0;
}

/* Whether there is such a certificate for one of these purposes. */
static int
check_duplicate(struct call *c, const struct certificate *row)
{
	const struct record **all;
	bool found = false;
	uint32_t n;

	if (db_get_all(c->db, CLASS_Certificate, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++) {
		const struct certificate *o =
		    (const struct certificate *)all[i];

		found = found ||
		    (o->type == row->type && !o->name[0] &&
			strcmp(o->fingerprint_sha256,
			    row->fingerprint_sha256) == 0 &&
			shares_purpose(&o->purpose, &row->purpose));
	}
	db_release_all(all, n);
	return found ? fail_trusted_certificate_already_exists(c,
			   row->fingerprint_sha256)
		     : 0;
}

int
pool_install_trusted_certificate(struct call *c,
    const struct pool_install_trusted_certificate_args *a)
{
	static const struct certificate_errors errors = {
		"TRUSTED_CERTIFICATE_INVALID",
		"TRUSTED_CERTIFICATE_NOT_VALID_YET",
		"TRUSTED_CERTIFICATE_EXPIRED",
	};
	char name[UUID_CHARS + sizeof(".pem")];
	struct certificate row;
	char uuid[UUID_CHARS + 1];

	if (read_certificate(c, a->cert, &errors, &row) < 0)
		return -1;
	if (!a->ca && !a->purpose.n)
		return fail_certificate_lacks_purpose(c);
	uuid_format(ref_new(), uuid);
	snprintf(name, sizeof(name), "%s.pem", uuid);
	row.uuid = uuid;
	row.type = a->ca ? CERTIFICATE_TYPE_CA : CERTIFICATE_TYPE_PINNED;
	row.purpose = a->purpose;
	LOCK_SCOPE(&lock);
	if (check_duplicate(c, &row) < 0)
		return -1;
	return and_refresh(c, install(c, TRUSTED, name, a->cert, &row, NULL));
}

int
pool_uninstall_trusted_certificate(struct call *c,
    const struct pool_uninstall_trusted_certificate_args *a)
{
	char name[UUID_CHARS + sizeof(".pem")];
	const struct certificate *cert;
	struct tx *t;

	LOCK_SCOPE(&lock);
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_Certificate, a->certificate);

	if (!r)
		return -1;
	cert = (const struct certificate *)r;
	if ((cert->type != CERTIFICATE_TYPE_CA &&
		cert->type != CERTIFICATE_TYPE_PINNED) ||
	    cert->name[0])
		return fail_not_trusted_certificate(c,
		    call_ref_text(c, a->certificate));
	snprintf(name, sizeof(name), "%.*s.pem", UUID_CHARS, cert->uuid);
	t = call_begin(c);
	if (!t)
		return -1;
	(void)tx_destroy(t, CLASS_Certificate, a->certificate);
	if (call_commit_wait(c, t) < 0)
		return -1;
	remove_file(c, TRUSTED, name);
	client_certificates_withdrawn(c);
	return 0;
}
