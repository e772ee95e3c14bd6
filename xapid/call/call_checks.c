/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method that a request means, and what is checked before its handler runs,
 * in the order in which clients see it (dispatch.c). */
#include <stdio.h>
#include <string.h>

#include "access/session.h"
#include "call/call_private.h"

/* ---- names ---- */

static bool
strip(const char **name, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*name, prefix, n) != 0)
		return false;
	*name += n;
	return true;
}

/* class_message, as some clients write it: the first underscore that gives a
 * known name becomes the dot. */
static const struct method *
find_underscored(const char *name)
{
	char text[160];
	size_t len = strlen(name);

	if (len >= sizeof(text) || strchr(name, '.'))
		return NULL;
	memcpy(text, name, len + 1);
	for (char *p = text; (p = strchr(p, '_')); p++) {
		const struct method *m;

		*p = '.';
		m = method_find(text, len);
		if (m)
			return m;
		*p = '_';
	}
	return NULL;
}

const struct method *
call_find_method(const char *name, bool *async_r)
{
	const struct method *m;

	*async_r = strip(&name, "Async.") || strip(&name, "InternalAsync.");
	m = method_find(name, strlen(name));
	if (!m && !*async_r)
		m = find_underscored(name);
	return m;
}

/* ---- checks, in the order in which clients see them ---- */

int
call_check_count(struct call *c, unsigned given)
{
	const struct method *m = c->method;
	int n = (int)given - (m->session ? 1 : 0);
	char expected[16], received[16];

	/* With optional parameters the original swallows surplus ones. */
	if (n >= m->nrequired && (n <= m->nparams || m->nparams > m->nrequired))
		return 0;
	snprintf(expected, sizeof(expected), "%u", m->nrequired);
	snprintf(received, sizeof(received), "%d", n);
	return fail_message_parameter_count_mismatch(c, m->name, expected,
	    received);
}

int
call_attach_session(struct call *c, const struct value *v)
{
	const char *text = v->kind == VALUE_STRING ? v->s : "";
	struct ref session;

	if (!ref_parse(text, &session) || ref_is_null(session))
		return fail_session_invalid(c, text);
	return session_attach(c, session);
}

int
call_check_session(struct call *c, const struct value *params)
{
	return c->method->session ? call_attach_session(c, &params[0]) : 0;
}

static int
fail_type(struct call *c, const struct param *p, const struct type_error *e)
{
	char text[256];

	if (!e->text[0])
		return call_fail_nomem(c);
	snprintf(text, sizeof(text), "Parameter %s: %s", p->name, e->text);
	return fail_internal_error(c, text);
}

int
call_decode(struct call *c, const struct value *params, unsigned n)
{
	const struct method *m = c->method;
	unsigned first = m->session ? 1 : 0;
	char *args = arena_alloc(c->arena, m->args_size ? m->args_size : 1);

	if (!args)
		return call_fail_nomem(c);
	for (unsigned i = 0; i < m->nparams; i++) {
		const struct param *p = &m->params[i];
		struct type_error e = { "" };

		if (first + i >= n)
			memcpy(args + p->offset, p->initial, p->type->size);
		else if (model_from_value(c->arena, p->type, &params[first + i],
			     args + p->offset, &e) < 0)
			return fail_type(c, p, &e);
	}
	c->args = args;
	return 0;
}

/* Objects that a call names must exist. The first parameter must not be null;
 * later ones may be, where a call has a use for it. */
int
call_check_refs(struct call *c)
{
	const struct method *m = c->method;

	for (unsigned i = 0; i < m->nparams; i++) {
		const struct param *p = &m->params[i];
		const struct ref *r;
		const struct record *found;

		if (p->type->kind != TYPE_REF || p->type->cls < 0 ||
		    !class_table[p->type->cls].stored)
			continue;
		r = (const struct ref *)((const char *)c->args + p->offset);
		if (ref_is_null(*r) && i > 0)
			continue;
		found = call_get(c, p->type->cls, *r);
		if (!found)
			return -1;
		record_unref(found);
	}
	return 0;
}
