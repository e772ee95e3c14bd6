/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may use which HTTP handler. (source: http.json) */
#include <stdio.h>
#include <string.h>

#include "access/rbac.h"

static const struct http_role {
	const char *handler;
	const char *role; /* the lowest that may; NULL: local root only */
	bool client_cert; /* peers with a client certificate may too */
} http_roles[] = {
/* The flags of a row, as far as they matter here. */
#define INSIDE 0
#define ROOT_ONLY 0
#define CLIENT_CERT 1
#define HTTP_ROW(method, path, name, role, flags, serve) { name, role, flags },
#define HTTP_OURS(method, path, name, role, flags, serve)
#define HTTP_ROLE(name, role) { name, role, false },
#include "access/http_rows.def"
};

#define COUNT (sizeof(http_roles) / sizeof *(http_roles))

static role_mask
roles_of(const struct http_role *h)
{
	role_mask roles = rbac_at_least(h->role);

	if (h->client_cert)
		roles |= role_find("client-cert");
	return roles;
}

role_mask
rbac_http_roles(const char *handler)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(http_roles[i].handler, handler) == 0)
			return roles_of(&http_roles[i]);
	return 0;
}

int
rbac_http_each(int (*fn)(void *arg, const char *name, role_mask roles),
    void *arg)
{
	char name[RBAC_NAME_MAX] = "http/";
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT; i++) {
		snprintf(name + 5, sizeof(name) - 5, "%s",
		    http_roles[i].handler);
		rc = fn(arg, name, roles_of(&http_roles[i]));
	}
	return rc;
}
