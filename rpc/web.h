/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTP from the calling side: one request to a web server somewhere, over TLS
 * or not, through a proxy or not. Blocking; the whole has a deadline. */
#ifndef XAPID_RPC_WEB_H
#define XAPID_RPC_WEB_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

struct web_request {
	const char *method; /* "PUT", "POST" */
	const char *url;    /* http://HOST[:PORT][/PATH], or https */
	const char *proxy;  /* http://HOST[:PORT], or NULL */
	const char *type;   /* of the body */
	const void *body;
	size_t len;
	/* https: whether the server's certificate and name are checked, by the
	 * authorities of the system and the PEM files in these folders, NULL at
	 * the end. */
	bool check;
	const char *const *authorities;
	int timeout_ms;
	/* Asked some times a second whether to give up; NULL: never. */
	bool (*give_up)(void *arg);
	void *arg;
};

/* Whether a text is such a URL. */
bool web_url_is_good(const char *url);
/* The status of the answer, and of its body up to max bytes; or -1 with a
 * reason for people. */
int web_ask(const struct web_request *r, struct bytes *answer, size_t max,
    char *err, size_t err_size);

#endif
