/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What handlers use: errors, transactions, records held for the reply,
 * permissions, parking. How a call is dispatched stands in dispatch.c. */
#include <string.h>

#include "access/session.h"
#include "call/call_private.h"
#include "lib/fault.h"
#include "lib/text.h"

/* ---- errors ---- */

static const char *const nomem_error[] = { "INTERNAL_ERROR", "Out of memory" };

int
call_fail_nomem(struct call *c)
{
	if (!c->nerror) {
		c->error = (const char **)(uintptr_t)nomem_error;
		c->nerror = 2;
	}
	return -1;
}

int
call_fail(struct call *c, const char *code, const char *const params[],
    unsigned n)
{
	const char **e;

	if (c->nerror)
		return -1;
	e = arena_array(c->arena, n + 1, sizeof(*e));
	if (!e)
		return call_fail_nomem(c);
	e[0] = code;
	for (unsigned i = 0; i < n; i++) {
		char *param =
		    arena_strdup(c->arena, params[i] ? params[i] : "");

		if (!param)
			return call_fail_nomem(c);
		text_make_clean(param); /* programs and kernels say anything */
		e[i + 1] = param;
	}
	c->error = e;
	c->nerror = n + 1;
	return -1;
}

int
call_fail_tx(struct call *c, const struct db_error *e)
{
	const char *params[DB_ERROR_PARAMS];

	for (unsigned i = 0; i < e->n; i++)
		params[i] = e->params[i];
	return call_fail(c, e->code, params, e->n);
}

const char *
call_ref_text(struct call *c, struct ref r)
{
	char buf[REF_CHARS + 1];
	const char *text = arena_strdup(c->arena, ref_text(r, buf));

	return text ? text : "";
}

/* ---- transactions ---- */

struct tx *
call_begin(struct call *c)
{
	struct tx *t = tx_begin(c->db);

	if (!t)
		call_fail_nomem(c);
	return t;
}

static void
commit_done(void *arg, const struct db_error *error)
{
	struct call *c = arg;

	if (error)
		c->commit_error = *error;
	call_unpark(c);
}

int
call_commit(struct call *c, struct tx *t)
{
	if (tx_error(t)) {
		call_fail_tx(c, tx_error(t));
		tx_abort(t);
		return -1;
	}
	call_add_part(c);
	if (c->may_wait)
		tx_commit_here(t, commit_done, c);
	else
		tx_commit(t, commit_done, c);
	return 0;
}

int
call_commit_wait(struct call *c, struct tx *t)
{
	struct db_error e = { 0 };

	if (tx_commit_wait(t, &e) < 0)
		return call_fail_tx(c, &e);
	return 0;
}

/* ---- records ---- */

const struct record *
call_get(struct call *c, int cls, struct ref ref)
{
	const struct record *r = db_get(c->db, cls, ref);

	if (!r)
		fail_handle_invalid(c, class_table[cls].name,
		    call_ref_text(c, ref));
	return r;
}

static int
held_reserve(struct call *c, uint32_t more)
{
	uint32_t cap = c->held_cap ? c->held_cap : 4;
	void *p;

	if (c->nheld + more <= c->held_cap)
		return 0;
	while (cap < c->nheld + more)
		cap *= 2;
	p = fault_realloc(c->held, cap * sizeof(*c->held));
	if (!p)
		return -1;
	c->held = p;
	c->held_cap = cap;
	return 0;
}

int
call_hold(struct call *c, const struct record *r)
{
	if (!r)
		return 0;
	if (held_reserve(c, 1) < 0) {
		record_unref(r);
		return call_fail_nomem(c);
	}
	c->held[c->nheld++] = r;
	return 0;
}

int
call_hold_all(struct call *c, const struct record **records, uint32_t n)
{
	if (!n) {
		free(records);
		return 0;
	}
	if (held_reserve(c, n) < 0) {
		db_release_all(records, n);
		return call_fail_nomem(c);
	}
	memcpy(c->held + c->nheld, records, n * sizeof(*records));
	c->nheld += n;
	free(records);
	return 0;
}

/* ---- permissions ---- */

bool
call_allowed(const struct call *c, role_mask roles)
{
	return c->caller.local_superuser || (c->caller.roles & roles) != 0;
}

static int
deny(struct call *c, const char *key)
{
	const char *permission = rbac_permission(c->arena, c->method, key);

	return fail_rbac_permission_denied(c, permission ? permission : "",
	    "No permission in user session");
}

static bool
key_matches(const char *pattern, const char *key)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, key, len - 1) == 0;
	return strcmp(pattern, key) == 0;
}

role_mask
call_key_roles(const struct key_role *rows, const char *key,
    role_mask otherwise)
{
	for (; rows && rows->key; rows++)
		if (key_matches(rows->key, key))
			return rows->roles;
	return otherwise;
}

/* The value of a key, or NULL. */
static const char *
map_find(const struct map *m, const char *key)
{
	const char *const *keys = m ? m->keys : NULL;

	for (uint32_t i = 0; keys && i < m->n; i++)
		if (strcmp(keys[i], key) == 0)
			return ((const char *const *)m->values)[i];
	return NULL;
}

/* Every key of a whose value differs in b (or is absent there): may it? */
static int
check_keys(struct call *c, const struct field *f, role_mask roles,
    const struct map *a, const struct map *b)
{
	const char *const *keys = a ? a->keys : NULL;
	const char *const *values = a ? a->values : NULL;

	for (uint32_t i = 0; keys && i < a->n; i++) {
		const char *other;

		/* First: to look for each among many thousands takes long. */
		if (call_allowed(c,
			call_key_roles(f->key_roles, keys[i], roles)))
			continue;
		other = map_find(b, keys[i]);
		if (!other || strcmp(other, values[i]) != 0)
			return deny(c, keys[i]);
	}
	return 0;
}

int
call_check_map(struct call *c, const struct field *f, role_mask roles,
    const struct map *old, const struct map *new_)
{
	if (!f->key_roles)
		return call_allowed(c, roles) ? 0 : deny(c, NULL);
	if (check_keys(c, f, roles, new_, old) < 0 ||
	    check_keys(c, f, roles, old, new_) < 0)
		return -1;
	return 0;
}

/* The second parameter of add_to_X and remove_from_X. */
static const char *
key_argument(const struct call *c)
{
	const struct method *m = c->method;

	if (m->nparams < 2 || m->params[1].type->kind != TYPE_STRING)
		return "";
	return *(
	    const char *const *)((const char *)c->args + m->params[1].offset);
}

int
call_check_role(struct call *c)
{
	const struct method *m = c->method;
	role_mask roles = m->roles;
	const char *key = NULL;

	if (m->pool_internal && !c->caller.pool)
		return deny(c, NULL);
	if (m->key_roles && c->args) {
		key = key_argument(c);
		roles = call_key_roles(m->key_roles, key, roles);
		if (roles == m->roles)
			key = NULL;
	}
	return call_allowed(c, roles) ? 0 : deny(c, key);
}

bool
call_might_be_allowed(const struct call *c)
{
	const struct method *m = c->method;

	if (m->pool_internal && !c->caller.pool)
		return false;
	if (call_allowed(c, m->roles))
		return true;
	for (const struct key_role *k = m->key_roles; k && k->key; k++)
		if (call_allowed(c, k->roles))
			return true;
	return false;
}
