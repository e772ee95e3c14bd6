/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Per method, the longest path that matches; POST to a path that nobody has
 * is an XML-RPC call, as in the original. */
#include "rpc/route.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define REFUSE(code) ((struct route){ .kind = ROUTE_REFUSE, .status = (code) })

static const struct {
	const char *path;
	enum route_kind kind;
} call_paths[ROUTE_CALL_PATHS] = {
	{ "/", ROUTE_XML },
	{ "/RPC2", ROUTE_XML },
	{ "/xmlrpc", ROUTE_XML },
	{ "/json", ROUTE_XML }, /* sic */
	{ "/jsonrpc", ROUTE_JSON },
};

static const char *const methods[] = { "GET", "POST", "PUT", "CONNECT",
	"OPTIONS" };

static bool
is_known_method(const char *method)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(method, methods[i]) == 0)
			return true;
	return false;
}

/* Segments "..", "." and empty ones (other than the last), and dots or
 * slashes that are still encoded after decoding. (attack A4) */
static bool
is_crooked(const char *path)
{
	if (strchr(path, '\\'))
		return true;
	if (strchr(path, '%') &&
	    (strcasestr(path, "%2e") || strcasestr(path, "%2f") ||
		strcasestr(path, "%5c")))
		return true;
	while (*path == '/') {
		size_t n = strcspn(++path, "/");

		if ((n == 0 && *path) || (n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += n;
	}
	return false;
}

/* How many characters of path the row matches, or -1. One slash more at the
 * end is the same place: clients write "/import/". */
static int
row_matches(const struct http_handler *row, const char *path)
{
	size_t n = strlen(row->path);

	if (strncmp(path, row->path, n) != 0)
		return -1;
	if (path[n] == '\0' || (path[n] == '/' && path[n + 1] == '\0'))
		return (int)n;
	if (row->prefix && (path[n] == '/' || (n > 0 && path[n - 1] == '/')))
		return (int)n;
	return -1;
}

static const struct http_handler *
find_handler(const struct http_routes *routes, const char *method,
    const char *path)
{
	const struct http_handler *best = NULL;
	int best_length = -1;

	for (unsigned i = 0; i < routes->n; i++) {
		const struct http_handler *row = &routes->rows[i];
		int n;

		if (strcmp(row->method, method) != 0)
			continue;
		n = row_matches(row, path);
		if (n > best_length) {
			best = row;
			best_length = n;
		}
	}
	return best;
}

/* ROUTE_CALL_PATHS: none of them. */
static unsigned
find_call(const char *path)
{
	size_t n = strlen(path);
	unsigned i = 0;

	if (n > 1 && path[n - 1] == '/')
		n--;
	while (i < ROUTE_CALL_PATHS &&
	    (strlen(call_paths[i].path) != n ||
		strncmp(call_paths[i].path, path, n) != 0))
		i++;
	return i;
}

const char *
route_call_path(unsigned n)
{
	return call_paths[n].path;
}

/* What a form on a foreign page can post without asking first (attack A30);
 * XML-RPC clients of old send such types, so only JSON is strict. */
static bool
is_form_type(const char *type)
{
	static const char *const forms[] = { "text/plain",
		"multipart/form-data", "application/x-www-form-urlencoded" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = strlen(forms[i]);

		if (strncasecmp(type, forms[i], n) == 0 &&
		    strchr("; \t,", type[n]))
			return true;
	}
	return false;
}

static struct route
check_call(const struct route_rules *rules, const struct head *h,
    enum route_kind kind, unsigned row)
{
	const char *type = head_get(h, "content-type");

	if (kind == ROUTE_JSON && type && is_form_type(type))
		return REFUSE(415);
	if (h->length > 0 && (uint64_t)h->length > rules->max_call_bytes)
		return REFUSE(413);
	return (struct route){ .kind = kind, .row = row };
}

/* By the local socket, or at an address that no network reaches. */
static bool
came_from_here(const struct rpc_peer *peer)
{
	return peer->local || strncmp(peer->at, "127.", 4) == 0 ||
	    strcmp(peer->at, "::1") == 0;
}

struct route
route_find(const struct route_rules *rules, const struct head *h,
    const struct rpc_peer *peer)
{
	bool post = strcmp(h->method, "POST") == 0;
	struct route found = { .kind = ROUTE_HANDLER };
	unsigned call;

	if (!is_known_method(h->method))
		return REFUSE(501);
	if (rules->local_only && !came_from_here(peer))
		return REFUSE(403);
	if (is_crooked(h->path))
		return REFUSE(404);
	if (rules->https_only && !peer->tls && !peer->local)
		return REFUSE(strcmp(h->method, "GET") == 0 ? 301 : 403);
	call = find_call(h->path);
	if (strcmp(h->method, "OPTIONS") == 0)
		return check_call(rules, h, ROUTE_PREFLIGHT, 0);
	if (post && call < ROUTE_CALL_PATHS)
		return check_call(rules, h, call_paths[call].kind, call);
	found.handler = find_handler(rules->routes, h->method, h->path);
	if (found.handler)
		return found;
	return post ? check_call(rules, h, ROUTE_XML, 0) : REFUSE(404);
}

bool
route_location(const struct head *h, uint16_t tls_port, char *out, size_t size)
{
	/* "[::1]:80" keeps its brackets and loses its port. */
	const char *end = h->host[0] == '[' ? strchr(h->host, ']') : NULL;
	size_t n = end ? (size_t)(end + 1 - h->host) : strcspn(h->host, ":");
	char port[8] = "";
	int r;

	if (n == 0 || h->target[0] != '/')
		return false;
	if (tls_port != 443)
		snprintf(port, sizeof(port), ":%u", (unsigned)tls_port);
	r = snprintf(out, size, "Location: https://%.*s%s%s", (int)n, h->host,
	    port, h->target);
	return r > 0 && (size_t)r < size;
}
