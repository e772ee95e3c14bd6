/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "call/event_calls.h"
#include "lib/clock.h"
#include "lib/fault.h"

static int
bad_subscription(struct call *c, const char *text)
{
	return fail_event_subscription_parse_failure(c, text);
}

static int
by_object(const void *a, const void *b)
{
	return event_object_compare(a, b);
}

/* "class/OpaqueRef:…" */
static int
add_object(struct call *c, struct event_filter *f, const char *text,
    const char *slash, struct event_object *objects)
{
	const struct class_info *cls =
	    class_find_nocase(text, (size_t)(slash - text));
	struct ref ref;

	if (strchr(slash + 1, '/') || !slash[1])
		return bad_subscription(c, text);
	if (!cls || !cls->events || !ref_parse(slash + 1, &ref))
		return 0; /* matches nothing */
	objects[f->nobjects++] = (struct event_object){ cls->id, ref };
	return 0;
}

static void
add_class(struct event_filter *f, const char *text)
{
	const struct class_info *cls = class_find_nocase(text, strlen(text));

	if (cls && cls->events)
		f->classes[cls->id] = true;
}

static void
add_all(struct event_filter *f)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		f->classes[i] = class_table[i].events;
}

int
event_filter_parse(struct call *c, const char *const *texts, uint32_t n,
    struct event_filter *f)
{
	struct event_object *objects = NULL;
	uint32_t wanted = 0;
	int rc = 0;

	memset(f, 0, sizeof(*f));
	for (uint32_t i = 0; i < n; i++)
		wanted += strchr(texts[i], '/') != NULL;
	if (wanted > EVENT_MAX_OBJECTS)
		return bad_subscription(c, "too many objects");
	if (wanted && !(objects = fault_calloc(wanted, sizeof(*objects))))
		return call_fail_nomem(c);
	f->objects = objects;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		const char *slash = strchr(texts[i], '/');

		if (strcmp(texts[i], "*") == 0)
			add_all(f);
		else if (slash && objects)
			rc = add_object(c, f, texts[i], slash, objects);
		else if (!texts[i][0])
			rc = bad_subscription(c, texts[i]);
		else
			add_class(f, texts[i]);
	}
	if (rc < 0)
		event_filter_free(f);
	else if (objects)
		qsort(objects, f->nobjects, sizeof(*objects), by_object);
	return rc;
}

void
event_filter_free(struct event_filter *f)
{
	free((void *)(uintptr_t)f->objects);
	memset(f, 0, sizeof(*f));
}

int
event_token_parse(struct call *c, const char *text, uint64_t *token_r)
{
	uint64_t v[2] = { 0, 0 };
	const char *p = text;

	*token_r = 0;
	if (!*text)
		return 0;
	for (int i = 0; i < 2; i++) {
		const char *begun = p;

		for (; *p >= '0' && *p <= '9' && p - begun < 20; p++)
			v[i] = v[i] * 10 + (uint64_t)(*p - '0');
		if (p == begun || *p != (i ? '\0' : ','))
			return fail_event_from_token_parse_failure(c, text);
		p++;
	}
	*token_r = v[0];
	return 0;
}

void
event_token_format(uint64_t token, char out[EVENT_TOKEN_CHARS + 1])
{
	snprintf(out, EVENT_TOKEN_CHARS + 1, "%020llu,%020d",
	    (unsigned long long)token, 0);
}

int64_t
event_deadline(double timeout_s)
{
	const double day = 86400;

	if (!(timeout_s >= 0 && timeout_s <= day)) /* NaN too */
		timeout_s = day;
	return clock_mono_ns() + (int64_t)(timeout_s * 1e9);
}
