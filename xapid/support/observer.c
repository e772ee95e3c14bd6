/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class Observer: what may be said of one. Who is enabled is seen by
 * observer_spans.c, which watches the class. */
#include <string.h>

#include "call/call.h"
#include "call/edit.h"
#include "rpc/web.h"

/* Of the original's components only the first is one of ours. */
static const char *const known_components[] = { "xapi", "xenopsd",
	"xapi-clusterd", "smapi", NULL };

static int
check_components(struct call *c, const struct set *components)
{
	const char *const *names = components->items;

	for (uint32_t i = 0; i < components->n; i++) {
		const char *const *k = known_components;

		while (*k && strcmp(*k, names[i]) != 0)
			k++;
		if (!*k)
			return fail_invalid_value(c, "component", names[i]);
	}
	return 0;
}

/* "bugtool": a file that status reports collect. */
static int
check_endpoints(struct call *c, const struct set *endpoints)
{
	const char *const *urls = endpoints->items;

	for (uint32_t i = 0; i < endpoints->n; i++)
		if (strcmp(urls[i], "bugtool") != 0 &&
		    !web_url_is_good(urls[i]))
			return fail_invalid_value(c, "endpoint", urls[i]);
	return 0;
}

static int
check_attributes(struct call *c, const struct map *attributes)
{
	const char *const *keys = attributes->keys;
	const char *const *values = attributes->values;

	for (uint32_t i = 0; i < attributes->n; i++)
		if (!keys[i][0] || strlen(keys[i]) > 128 ||
		    strspn(keys[i],
			"abcdefghijklmnopqrstuvwxyz0123456789._-") !=
			strlen(keys[i]) ||
		    strlen(values[i]) > 1024)
			return fail_invalid_value(c, "attribute", keys[i]);
	return 0;
}

int
observer_create(struct call *c, const struct observer_create_args *a,
    struct ref *result_r)
{
	const struct observer *o = a->args;

	if (check_components(c, &o->components) < 0 ||
	    check_endpoints(c, &o->endpoints) < 0 ||
	    check_attributes(c, &o->attributes) < 0)
		return -1;
	return implicit_create(c, &o->r, result_r);
}

int
observer_set_hosts(struct call *c, const struct observer_set_hosts_args *a)
{
	return EDIT_FIELD(c, Observer, observer, a->self, hosts, a->value);
}

int
observer_set_enabled(struct call *c, const struct observer_set_enabled_args *a)
{
	return EDIT_FIELD(c, Observer, observer, a->self, enabled, a->value);
}

int
observer_set_attributes(struct call *c,
    const struct observer_set_attributes_args *a)
{
	if (check_attributes(c, &a->value) < 0)
		return -1;
	return EDIT_FIELD(c, Observer, observer, a->self, attributes, a->value);
}

int
observer_set_endpoints(struct call *c,
    const struct observer_set_endpoints_args *a)
{
	if (check_endpoints(c, &a->value) < 0)
		return -1;
	return EDIT_FIELD(c, Observer, observer, a->self, endpoints, a->value);
}

int
observer_set_components(struct call *c,
    const struct observer_set_components_args *a)
{
	if (check_components(c, &a->value) < 0)
		return -1;
	return EDIT_FIELD(c, Observer, observer, a->self, components, a->value);
}
