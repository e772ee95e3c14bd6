/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/trust.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/options.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define KNOWN_BYTES_MAX (1 << 20)
#define FINGERPRINT_CHARS 64

/* ---- fingerprints ---- */

static int
fingerprint(X509 *cert, char out[FINGERPRINT_CHARS + 1])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!X509_digest(cert, EVP_sha256(), md, &n) ||
	    n * 2 != FINGERPRINT_CHARS)
		return -1;
	for (unsigned i = 0; i < n; i++)
		sprintf(out + 2 * i, "%02x", md[i]);
	return 0;
}

/* ---- the file ---- */

static char *
known_path(bool make)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	CLEANUP_FREE char *folder = NULL;
	char *path = NULL;

	if (config && *config) {
		if (asprintf(&folder, "%s/xe", config) < 0)
			folder = NULL;
	} else if (!home || asprintf(&folder, "%s/.config/xe", home) < 0) {
		folder = NULL;
	}
	if (!folder || (make && file_make_dirs(folder, 0700) < 0))
		return NULL;
	return asprintf(&path, "%s/known_hosts", folder) < 0 ? NULL : path;
}

struct known {
	char fingerprint[FINGERPRINT_CHARS + 1]; /* "": not known */
	bool authority;
};

/* The last line about a server counts. */
static void
find_known(const char *where, struct known *k)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	CLEANUP_FREE char *path = known_path(false);
	size_t n = strlen(where);
	char *line, *rest;

	*k = (struct known){ .fingerprint = "" };
	if (!path || file_read(path, KNOWN_BYTES_MAX, &text) < 0 ||
	    !bytes_cstr(&text))
		return;
	rest = text.p;
	while ((line = strsep(&rest, "\n"))) {
		char word[16] = "";

		if (strncmp(line, where, n) != 0 || line[n] != ' ')
			continue;
		if (sscanf(line + n, " SHA256:%64[0-9a-f] %15s", k->fingerprint,
			word) >= 1)
			k->authority = strcmp(word, "authority") == 0;
	}
}

/* Appended in one piece, so that several of us may do it at once. */
static int
remember(const char *where, const char *print, bool authority)
{
	CLEANUP_FREE char *path = known_path(true);
	CLEANUP_FREE char *line = NULL;
	CLEANUP_FD int fd = -1;
	int n;

	if (!path)
		return -1;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	n = asprintf(&line, "%s SHA256:%s%s\n", where, print,
	    authority ? " authority" : "");
	if (fd < 0 || n < 0)
		return -1;
	return file_write_full(fd, line, (size_t)n);
}

/* ---- authorities ---- */

static bool
is_address(const char *host)
{
	unsigned char buf[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, buf) == 1 ||
	    inet_pton(AF_INET6, host, buf) == 1;
}

/* Loading the system's authorities takes longer than all the rest. */
static bool
is_confirmed(SSL *ssl, X509 *cert, const char *host)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	bool ok = false;

	if (store && ctx && X509_STORE_set_default_paths(store) == 1 &&
	    X509_STORE_CTX_init(ctx, store, cert,
		SSL_get_peer_cert_chain(ssl)) == 1) {
		param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
		if (is_address(host))
			X509_VERIFY_PARAM_set1_ip_asc(param, host);
		else
			X509_VERIFY_PARAM_set1_host(param, host, 0);
		ok = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}

/* ---- the decision ---- */

static int
refuse_changed(const char *where, const char *print)
{
	CLEANUP_FREE char *path = known_path(false);

	complain("the certificate of %s has changed, to SHA256:%s; somebody "
		 "may be in between. If you know that it was replaced, remove "
		 "the line of %s from %s",
	    where, print, where, path ? path : "known_hosts");
	return -1;
}

static int
meet(SSL *ssl, X509 *cert, const char *host, const char *where,
    const char *print)
{
	bool confirmed = is_confirmed(ssl, cert, host);

	if (remember(where, print, confirmed) < 0 && !confirmed) {
		complain("the certificate of %s is not known, and cannot be "
			 "noted in ~/.config/xe/known_hosts; --no-verify "
			 "takes it nevertheless",
		    where);
		return -1;
	}
	if (!confirmed && isatty(STDERR_FILENO))
		complain("noted the certificate of %s: SHA256:%s", where,
		    print);
	return 0;
}

static int
check(SSL *ssl, X509 *cert, const char *host, const char *where)
{
	char print[FINGERPRINT_CHARS + 1];
	struct known known;

	if (fingerprint(cert, print) < 0) {
		complain("the certificate of %s cannot be read", where);
		return -1;
	}
	find_known(where, &known);
	if (strcmp(known.fingerprint, print) == 0)
		return 0;
	if (!known.fingerprint[0])
		return meet(ssl, cert, host, where, print);
	if (!is_confirmed(ssl, cert, host))
		return refuse_changed(where, print);
	(void)remember(where, print, true);
	return 0;
}

int
trust_check(SSL *ssl, const char *host, const char *port)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);
	CLEANUP_FREE char *where = NULL;
	int r;

	if (!cert || asprintf(&where, "%s:%s", host, port) < 0) {
		complain("the server has no certificate");
		X509_free(cert);
		where = NULL;
		return -1;
	}
	r = check(ssl, cert, host, where);
	X509_free(cert);
	return r;
}
