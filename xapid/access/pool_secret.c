/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logging in with the pool's secret. It is 366 random bits, so nobody guesses
 * it and wrong ones need no patience; comparing takes the same time for all. */
#include "access/pool_secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "access/auth.h"
#include "access/rbac.h"
#include "lib/file.h"

#define SECRET_MIN 32
#define SECRET_MAX 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char known[SHA256_DIGEST_LENGTH]; /* lock */

static int
make_secret(const char *path, struct bytes *text)
{
	char part[UUID_CHARS + 1];

	for (int i = 0; i < 3; i++) {
		uuid_format(ref_new(), part);
		bytes_printf(text, "%s%s", i ? "/" : "", part);
	}
	if (text->failed) {
		errno = ENOMEM;
		return -1;
	}
	return file_write_atomic(path, text->p, text->len, 0600);
}

/* As editors leave it: a line end is no part of it. */
static void
strip(struct bytes *text)
{
	while (text->len &&
	    strchr(" \t\r\n", text->p[text->len - 1])) /* not its NUL */
		text->len--;
}

/* And forgets the text. */
static void
remember(struct bytes *text)
{
	pthread_mutex_lock(&lock);
	SHA256((const unsigned char *)text->p, text->len, known);
	pthread_mutex_unlock(&lock);
	explicit_bzero(text->p, text->len);
}

int
pool_secret_open(const char *state_dir, char *err, size_t err_size)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/pool_secret", state_dir);
	rc = file_read(path, SECRET_MAX, &text);
	if (rc < 0 && errno == ENOENT)
		rc = make_secret(path, &text);
	if (rc < 0) {
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		return -1;
	}
	strip(&text);
	if (text.len < SECRET_MIN) {
		snprintf(err, err_size,
		    "%s: a secret of the pool has at least %d characters", path,
		    SECRET_MIN);
		return -1;
	}
	remember(&text);
	return 0;
}

static bool
is_known(const char *secret)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	bool same;

	SHA256((const unsigned char *)secret, strlen(secret), md);
	pthread_mutex_lock(&lock);
	same = CRYPTO_memcmp(md, known, sizeof(md)) == 0;
	pthread_mutex_unlock(&lock);
	return same;
}

static int
login(struct call *c, const char *secret, struct ref *result_r)
{
	const struct session_new n = {
		.user = "",
		.sid = "",
		.originator = "",
		.roles = rbac_all(),
		.local_superuser = true,
		.pool = true,
	};
	bool right = is_known(secret), changed;

	explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
	if (!right)
		return auth_fail(c, "pool");
	if (session_create(c->core, &n, result_r, &changed) < 0)
		return call_fail_nomem(c);
	c->caller.local_superuser = true;
	c->caller.session = *result_r;
	audit_call(c, true, NULL, 0);
	return 0;
}

int
session_slave_login(struct call *c, const struct session_slave_login_args *a,
    struct ref *result_r)
{
	return login(c, a->psecret, result_r);
}

int
session_slave_local_login(struct call *c,
    const struct session_slave_local_login_args *a, struct ref *result_r)
{
	return login(c, a->psecret, result_r);
}

/* One at a time: what is remembered is what the file says. */
static pthread_mutex_t rotation = PTHREAD_MUTEX_INITIALIZER;

static int
rotate(const char *path)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	int rc;

	pthread_mutex_lock(&rotation);
	rc = make_secret(path, &text);
	if (rc == 0)
		remember(&text);
	pthread_mutex_unlock(&rotation);
	return rc;
}

/* Every host of the pool is here: nobody has to be told. Sessions that were made
 * with the old one live on. */
int
pool_rotate_secret(struct call *c, const struct pool_rotate_secret_args *a)
{
	RECORD_UNREF const struct record *r =
	    call_get(c, CLASS_pool, c->core->pool);
	char path[4096];

	(void)a;
	if (!r)
		return -1;
	if (((const struct pool *)r)->ha_enabled)
		return fail_ha_is_enabled(c);
	snprintf(path, sizeof(path), "%s/pool_secret",
	    c->core->config->state_dir);
	if (rotate(path) < 0)
		return fail_internal_error(c,
		    arena_printf(c->arena, "%s: %s", path, strerror(errno)));
	return 0;
}
